//! What is told at the end.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use murre_tests::history::broken::Broken;
use murre_tests::history::timeline::{Event, Micros};

use crate::clients::Shared;
use crate::faults::{Fault, Kind};
use crate::options::Options;

/// How many violations are told with their story.
const STORIES: usize = 5;

/// Everything that was found.
pub struct Report {
    /// What was asked for, in words.
    title: String,
    begun: Micros,
    pub(crate) ended: Micros,
    pub(crate) shared: Option<Arc<Shared>>,
    pub(crate) events: Vec<Event>,
    pub(crate) snapshots: usize,
    /// The faults that were injected.
    pub faults: Vec<Fault>,
    /// The violations.
    pub broken: Vec<Broken>,
    /// Who did not come back, and what else went wrong.
    pub troubles: Vec<String>,
}

impl Report {
    pub(crate) fn new(options: &Options, seed: u64, begun: Micros) -> Self {
        Self {
            title: format!(
                "{:?}, {:?}, {} workers{}, {} clients, {} min of faults, seed {seed}",
                options.engine,
                options.setup,
                options.workers,
                if options.sharing { " that share" } else { "" },
                options.clients,
                options.minutes
            ),
            begun,
            ended: begun,
            shared: None,
            events: Vec::new(),
            snapshots: 0,
            faults: Vec::new(),
            broken: Vec::new(),
            troubles: Vec::new(),
        }
    }

    /// Nothing is broken, service came back, and something was shown.
    pub fn is_good(&self) -> bool {
        let granted = self
            .shared
            .as_ref()
            .map_or(0, |shared| shared.tally.granted.get());
        self.broken.is_empty() && self.troubles.is_empty() && granted > 0
    }

    fn seconds(&self, at: Micros) -> f64 {
        (at as f64 - self.begun as f64) / 1e6
    }

    fn write_counts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(shared) = &self.shared else {
            return Ok(());
        };
        let tally = &shared.tally;
        writeln!(
            f,
            "leases      granted {}, renewed {}, released {}, declined {}; clients moved {}, fell silent {}",
            tally.granted, tally.renewed, tally.released, tally.declined, tally.moved, tally.lapsed
        )?;
        writeln!(
            f,
            "queries     {} asked, {} repetitions, {} given up unanswered, {} renewals refused",
            tally.asked, tally.repeated, tally.unanswered, tally.refused
        )?;
        let takes = (tally.granted.get() + tally.conflicts.get()).max(1);
        writeln!(
            f,
            "conflicts   {:.2} per thousand: {} offers were not to be had when they were taken",
            tally.conflicts.get() as f64 * 1000.0 / takes as f64,
            tally.conflicts
        )?;
        let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
        for fault in &self.faults {
            *kinds.entry(fault.kind).or_default() += 1;
        }
        let kinds: Vec<String> = kinds
            .iter()
            .map(|(kind, count)| format!("{kind} {count}"))
            .collect();
        writeln!(f, "faults      {}: {}", self.faults.len(), kinds.join(", "))
    }

    /// The longest time without service, per family, and the longest after each kind of fault.
    fn write_gaps(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(shared) = &self.shared else {
            return Ok(());
        };
        for (family, service) in [4, 6].into_iter().zip(&shared.service) {
            let gaps = service.gaps(self.ended);
            let longest = gaps.iter().max_by_key(|(from, until)| until - from);
            let Some((from, until)) = longest else {
                writeln!(f, "longest gap DHCPv{family}: none worth telling")?;
                continue;
            };
            writeln!(
                f,
                "longest gap DHCPv{family}: {:.1} s, from {:.1} s on, {}",
                (until - from) as f64 / 1e6,
                self.seconds(*from),
                self.blamed(*from, *until).map_or_else(
                    || "before any fault".to_owned(),
                    |fault| {
                        let lasted = (fault.until - fault.from) as f64 / 1e6;
                        format!("after {} of {} ({lasted:.1} s)", fault.kind, fault.whom)
                    }
                )
            )?;
            let mut by_kind: BTreeMap<Kind, Micros> = BTreeMap::new();
            for (from, until) in &gaps {
                if let Some(fault) = self.blamed(*from, *until) {
                    let longest = by_kind.entry(fault.kind).or_default();
                    *longest = (*longest).max(until - from);
                }
            }
            let each = by_kind
                .iter()
                .map(|(kind, gap)| format!("{kind} {:.1} s", *gap as f64 / 1e6));
            writeln!(
                f,
                "            by fault: {}",
                each.collect::<Vec<_>>().join(", ")
            )?;
        }
        Ok(())
    }

    /// The last fault that began before a gap ended.
    fn blamed(&self, _from: Micros, until: Micros) -> Option<&Fault> {
        self.faults.iter().rev().find(|fault| fault.from < until)
    }

    fn write_broken(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: Vec<(Micros, String)> = self
            .faults
            .iter()
            .flat_map(|fault| {
                let name = format!("{} of {}", fault.kind, fault.whom);
                [
                    (fault.from, format!("** {name} begins")),
                    (fault.until, format!("** {name} is undone")),
                ]
            })
            .collect();
        for one in self.broken.iter().take(STORIES) {
            writeln!(f, "\n{}", one.story(&self.events, &faults, self.begun))?;
        }
        if self.broken.len() > STORIES {
            writeln!(f, "... and {} more:", self.broken.len() - STORIES)?;
            for one in self.broken.iter().skip(STORIES).take(20) {
                writeln!(f, "{one}")?;
            }
        }
        for trouble in &self.troubles {
            writeln!(f, "\n{trouble}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}", self.title)?;
        self.write_counts(f)?;
        self.write_gaps(f)?;
        writeln!(
            f,
            "checked     {} things that clients were told or said, {} readings of a lease table",
            self.events.len(),
            self.snapshots
        )?;
        let verdict = if self.is_good() { "good" } else { "BAD" };
        writeln!(
            f,
            "violations  {}{}: {verdict}",
            self.broken.len(),
            if self.troubles.is_empty() {
                String::new()
            } else {
                format!(", troubles {}", self.troubles.len())
            },
        )?;
        self.write_broken(f)
    }
}
