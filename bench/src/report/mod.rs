//! Telling the outcome: a table for people, JSON for programs, a chart for documents.

mod chart;
mod summary;
mod table;

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use crate::contest::Contest;
use crate::machine::Machine;

pub(crate) use summary::Summary;

/// All that was measured in one run.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    /// Only a look at whether everything works.
    pub(crate) short: bool,
    /// What it was measured on.
    pub(crate) machine: Machine,
    /// What was measured.
    pub(crate) contests: Vec<Contest>,
}

impl Report {
    /// Whether every contender could be measured.
    pub(crate) fn complete(&self) -> bool {
        let mut entries = self.contests.iter().flat_map(|contest| &contest.entries);
        entries.all(|entry| entry.measured.is_some())
    }

    /// The table, and what its words mean.
    pub(crate) fn table(&self) -> String {
        table::render(self)
    }

    /// Writes `bench.json` and `bench.svg` to a folder, made if need be; their names.
    pub(crate) fn write(&self, folder: &Path) -> anyhow::Result<String> {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let files = [
            (
                "bench.json",
                serde_json::to_string_pretty(&self.json())? + "\n",
            ),
            ("bench.svg", chart::render(self)),
        ];
        let mut names = Vec::new();
        for (name, text) in files {
            let path = folder.join(name);
            fs::write(&path, text).with_context(|| path.display().to_string())?;
            names.push(path.display().to_string());
        }
        Ok(names.join(", "))
    }

    fn json(&self) -> Value {
        let contest = |contest: &Contest| {
            let summaries: Vec<_> = contest.entries.iter().map(Summary::of_entry).collect();
            json!({
                "contest": contest,
                "summaries": summaries,
                "murre_by_kea": Summary::ratios(contest),
            })
        };
        json!({
            "measurement": !self.short,
            "machine": self.machine,
            "contests": self.contests.iter().map(contest).collect::<Vec<_>>(),
        })
    }
}

/// Reports to test with.
#[cfg(test)]
mod examples {
    use super::*;
    use crate::configuration::{Engine, Workload};
    use crate::contender::Contender;
    use crate::contest::{Entry, Match, Measured};
    use crate::delays::{Delays, Quantiles};
    use crate::generator::Kind;
    use crate::step::Step;

    /// Kea carries 1,000/s and Murre 4,000/s at a quarter of the cost, on PostgreSQL; on MariaDB
    /// Murre could not be measured.
    pub(super) fn report() -> Report {
        Report {
            short: false,
            machine: Machine {
                cores: 2,
                processor: "a <fast> one".into(),
                kernel: "6.1".into(),
                sync_us: 300,
                disk_is_memory: false,
            },
            contests: vec![
                contest(Engine::Postgresql, Some(measured(4000.0, 0.5))),
                contest(Engine::Mariadb, None),
            ],
        }
    }

    fn contest(engine: Engine, murre: Option<Measured>) -> Contest {
        let entry = |contender, measured: Option<Measured>| Entry {
            contender,
            version: "1.0".into(),
            error: measured.is_none().then(|| "it has ended".into()),
            measured,
        };
        Contest {
            what: Match {
                engine,
                generator: Kind::Perfdhcp,
                workload: Workload::V4,
            },
            database_version: Some("15".into()),
            entries: vec![
                entry(Contender::Kea, Some(measured(1000.0, 2.0))),
                entry(Contender::Murre, murre),
            ],
        }
    }

    fn measured(rate: f64, ms: f64) -> Measured {
        Measured {
            highest: Step {
                rate,
                seconds: 10.0,
                completed: (rate * 10.0) as u64,
                server_cpu: 4.0,
                database_cpu: 2.0,
                ..Step::default()
            },
            delays: Delays {
                all: Quantiles {
                    median_ms: ms,
                    p99_ms: ms * 3.0,
                },
                ..Delays::default()
            },
            generator_bound: rate > 3000.0,
            ..Measured::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_the_ratios_and_says_what_could_not_be_measured() {
        let report = examples::report();
        let json = report.json();
        let first = &json["contests"][0]["murre_by_kea"];
        assert_eq!(first["exchanges_per_second"], 4.0);
        assert_eq!(first["cpu_us"], 0.25);
        let second = &json["contests"][1];
        assert!(second["murre_by_kea"].is_null());
        assert_eq!(second["contest"]["entries"][1]["error"], "it has ended");
        assert!(!report.complete());
    }
}
