//! The same packets to Debian's Kea and to Murre, with the same configuration, and their answers held
//! against each other field by field.
//!
//! Scenarios are data ([`scenario`]): a file has a configuration and the queries that go to both
//! servers. A difference fails the run unless the scenario names its field and says why it is there; one that
//! is named and not found fails it too. Nothing here knows either server's insides.
#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a broken test environment is a failed comparison"
)]

pub mod answer;
pub mod scenario;
pub mod stage;

use std::fmt;
use std::path::Path;

use answer::Difference;
use scenario::{Differs, File};
use stage::Stage;

/// What became of one scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Both answered alike.
    Same,
    /// They differ as the scenario says.
    AsListed,
    /// They differ otherwise than the scenario says, or it says nothing: each difference with its step.
    Differs(Vec<(u32, Difference)>),
    /// The scenario tells of differences in these fields that are not there.
    Stale(Vec<String>),
}

/// All that was compared.
#[derive(Debug, Default)]
pub struct Report {
    outcomes: Vec<(String, Outcome, Option<String>)>,
}

impl Report {
    /// Whether every difference is listed and every listed one is there.
    pub fn is_good(&self) -> bool {
        let mut outcomes = self.outcomes.iter();
        outcomes.all(|(_, outcome, _)| matches!(outcome, Outcome::Same | Outcome::AsListed))
    }

    /// How many scenarios ran.
    pub fn len(&self) -> usize {
        self.outcomes.len()
    }

    /// Whether none ran.
    pub fn is_empty(&self) -> bool {
        self.outcomes.is_empty()
    }
}

/// Runs the scenarios whose `file: name` contains `only`, of every file in a folder.
///
/// # Panics
/// When a file is not readable, or a server does not start.
pub fn run(folder: &Path, only: &str, tell: &mut dyn FnMut(&str)) -> Report {
    let mut report = Report::default();
    for (topic, mut file) in scenario::files(folder) {
        file.scenarios
            .retain(|scenario| format!("{topic}: {}", scenario.name).contains(only));
        if !file.scenarios.is_empty() {
            run_file(&topic, &file, &mut report, tell);
        }
    }
    report
}

fn run_file(topic: &str, file: &File, report: &mut Report, tell: &mut dyn FnMut(&str)) {
    let mut stage = Stage::set(file);
    for (number, scenario) in (1..).zip(&file.scenarios) {
        let name = format!("{topic}: {}", scenario.name);
        let found = stage.play(number, scenario);
        let outcome = judge(found, scenario.differs.as_ref());
        match &outcome {
            Outcome::Same => {}
            Outcome::AsListed => tell(&format!("{name}: differs as listed")),
            Outcome::Stale(fields) => {
                let fields = fields.join(", ");
                tell(&format!(
                    "{name}: NO DIFFERENCE in {fields}, but one is listed"
                ));
            }
            Outcome::Differs(found) => {
                tell(&format!("{name}: DIFFERS"));
                for (step, Difference { field, values }) in found {
                    tell(&format!("    step {step}: {field}: {values}"));
                }
            }
        }
        let why = scenario.differs.as_ref().map(|differs| differs.why.clone());
        report.outcomes.push((name, outcome, why));
    }
}

/// Holds what was found against what is listed.
fn judge(found: Vec<(u32, Difference)>, listed: Option<&Differs>) -> Outcome {
    let listed = listed.map_or(&[][..], |differs| &differs.fields);
    let is_listed = |field: &String| listed.contains(field);
    let unlisted = found.iter().filter(|(_, one)| !is_listed(&one.field));
    let unlisted: Vec<_> = unlisted.cloned().collect();
    if !unlisted.is_empty() {
        return Outcome::Differs(unlisted);
    }
    let is_found = |field: &&String| found.iter().any(|(_, one)| one.field == **field);
    let stale: Vec<_> = listed.iter().filter(|field| !is_found(field)).collect();
    match (listed.is_empty(), stale.is_empty()) {
        (true, _) => Outcome::Same,
        (false, true) => Outcome::AsListed,
        (false, false) => Outcome::Stale(stale.into_iter().cloned().collect()),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |is: fn(&Outcome) -> bool| {
            let outcomes = self.outcomes.iter();
            outcomes.filter(|(_, outcome, _)| is(outcome)).count()
        };
        for (name, outcome, reason) in &self.outcomes {
            if let (Outcome::AsListed, Some(reason)) = (outcome, reason) {
                writeln!(f, "differs as listed: {name}: {reason}")?;
            }
        }
        write!(
            f,
            "{} scenarios: {} alike, {} differ as listed, {} differ, {} listed in vain",
            self.outcomes.len(),
            count(|outcome| *outcome == Outcome::Same),
            count(|outcome| *outcome == Outcome::AsListed),
            count(|outcome| matches!(outcome, Outcome::Differs(_))),
            count(|outcome| matches!(outcome, Outcome::Stale(_))),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(fields: &[&str]) -> Vec<(u32, Difference)> {
        let difference = |field: &&str| Difference {
            field: (*field).to_owned(),
            values: "a / b".to_owned(),
        };
        fields.iter().map(|field| (1, difference(field))).collect()
    }

    #[test]
    fn only_the_differences_that_are_listed_are_good_and_all_of_them_must_be_there() {
        let listed = Differs {
            why: "because".to_owned(),
            fields: vec!["flags".to_owned(), "option 6".to_owned()],
        };
        let judge = |fields: &[&str]| judge(found(fields), Some(&listed));
        assert_eq!(judge(&["flags", "option 6", "flags"]), Outcome::AsListed);
        assert_eq!(
            judge(&["flags", "option 6", "yiaddr"]),
            Outcome::Differs(found(&["yiaddr"]))
        );
        assert_eq!(
            judge(&["flags"]),
            Outcome::Stale(vec!["option 6".to_owned()])
        );
        assert_eq!(super::judge(found(&[]), None), Outcome::Same);
        assert_eq!(
            super::judge(found(&["flags"]), None),
            Outcome::Differs(found(&["flags"]))
        );
    }
}
