//! The same packets to Debian's Kea and to Murre, with the same configuration, and their answers held
//! against each other field by field.
//!
//! Scenarios are data ([`scenario`]): a file has a configuration and the queries that go to both
//! servers. A difference fails the run unless the scenario says why it is there; a reason without a
//! difference fails it too. Nothing here knows either server's insides.
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

use scenario::File;
use stage::Stage;

/// What became of one scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Both answered alike.
    Same,
    /// They differ as the scenario says.
    AsListed,
    /// They differ, and nothing says why: a line for each difference.
    Differs(Vec<String>),
    /// The scenario tells of a difference that is not there.
    Stale,
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
        let outcome = match (found.is_empty(), scenario.differs.is_some()) {
            (true, false) => Outcome::Same,
            (false, true) => Outcome::AsListed,
            (false, false) => Outcome::Differs(found),
            (true, true) => Outcome::Stale,
        };
        match &outcome {
            Outcome::Same => {}
            Outcome::AsListed => tell(&format!("{name}: differs as listed")),
            Outcome::Stale => tell(&format!("{name}: NO DIFFERENCE, but one is listed")),
            Outcome::Differs(lines) => {
                tell(&format!("{name}: DIFFERS"));
                lines.iter().for_each(|line| tell(&format!("    {line}")));
            }
        }
        report
            .outcomes
            .push((name, outcome, scenario.differs.clone()));
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
            count(|outcome| *outcome == Outcome::Stale),
        )
    }
}
