//! The two servers, each started the way an operator would.

use std::ops::Deref;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, anyhow, bail, ensure};
use murre_harness::database::Database;
use murre_harness::process::{self, Daemon};
use murre_harness::{kea, rundir};
use murre_tests::Leases;
use murre_tests::worker::{Launch, Worker};
use serde::Serialize;
use serde_json::{Value, json};

use crate::configuration::{Engine, Family, document, threads};
use crate::ground::Ground;

/// A debug build on a loaded machine may take this long to make its tables.
const PATIENCE: Duration = Duration::from_secs(60);

/// Murre's program.
const WORKER: &str = "murre-worker";

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Contender {
    /// Debian's.
    Kea,
    /// Ours.
    Murre,
}

impl Contender {
    /// Both, in the order they are measured in.
    pub(crate) const BOTH: [Self; 2] = [Self::Kea, Self::Murre];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kea => "Kea",
            Self::Murre => "Murre",
        }
    }

    /// The version its program tells.
    pub(crate) fn version(self) -> anyhow::Result<String> {
        let program = match self {
            Self::Kea => PathBuf::from("/usr/sbin/kea-dhcp4"),
            Self::Murre => beside(WORKER)?,
        };
        let text = process::run(Command::new(program).arg("-v"))?;
        Ok(text.lines().next().unwrap_or_default().to_owned())
    }

    /// Starts it on an empty database and waits until it serves.
    pub(crate) fn start(
        self,
        ground: &Ground,
        engine: Engine,
        family: Family,
    ) -> anyhow::Result<Running> {
        let database = ground.fresh_database();
        let file = rundir::fresh_dir("leases").join("leases.csv");
        let access = match &database {
            Some(database) if self == Self::Kea => database.kea_socket_json(),
            Some(database) => Leases::Server(database.clone()).access(),
            None => json!({ "type": "memfile", "persist": true, "name": file, "lfc-interval": 0 }),
        };
        let threads = (self == Self::Kea).then(|| threads(engine, family));
        let document = document(family, &access, threads);
        let process = match self {
            Self::Kea => Process::Kea(start_kea(ground, family, &document, database.as_ref())),
            Self::Murre => Process::Murre(start_murre(ground, family, &document)?),
        };
        let leases = match (database, self) {
            (Some(database), _) => Rows::Table(Leases::Server(database)),
            (None, Self::Kea) => Rows::Csv(file),
            (None, Self::Murre) => Rows::Table(Leases::File(file.with_extension("sqlite"))),
        };
        Ok(Running {
            process,
            leases,
            family,
        })
    }
}

/// A contender that serves. It dies with this value.
pub(crate) struct Running {
    process: Process,
    leases: Rows,
    family: Family,
}

impl Running {
    /// An error with its last words, if it has ended.
    pub(crate) fn check_alive(&self) -> anyhow::Result<()> {
        if self.is_running() {
            return Ok(());
        }
        let lines = self.lines();
        let tail = lines[lines.len().saturating_sub(20)..].join("\n");
        bail!("the server has ended; its last words were:\n{tail}")
    }

    /// Checks that what it acknowledged is there, then stops it and removes its database.
    pub(crate) fn finish(self, acknowledged: u64) -> anyhow::Result<()> {
        self.check_alive()?;
        let rows = self.leases.count(self.family)?;
        ensure!(
            rows >= acknowledged,
            "{acknowledged} leases were acknowledged, {rows} are in the database"
        );
        self.terminate(PATIENCE)
            .ok_or_else(|| anyhow!("the server does not end"))?;
        if let Rows::Table(Leases::Server(database)) = self.leases {
            database.drop();
        }
        Ok(())
    }
}

impl Deref for Running {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        match &self.process {
            Process::Kea(daemon) => daemon,
            Process::Murre(worker) => worker,
        }
    }
}

enum Process {
    Kea(Daemon),
    Murre(Worker),
}

/// Where its leases can be counted.
enum Rows {
    Table(Leases),
    Csv(PathBuf),
}

impl Rows {
    fn count(&self, family: Family) -> anyhow::Result<u64> {
        match self {
            Self::Table(leases) => {
                let version = family.version();
                Ok(leases.number(&format!(
                    "SELECT COUNT(*) FROM lease{version} WHERE state = 0"
                )))
            }
            // Every client is new and comes once, so that each row behind the heading is a lease.
            Self::Csv(path) => {
                let text =
                    std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
                Ok((text.lines().count() as u64).saturating_sub(1))
            }
        }
    }
}

fn start_kea(
    ground: &Ground,
    family: Family,
    document: &Value,
    database: Option<&Database>,
) -> Daemon {
    let start = match family {
        Family::V4 => kea::start4,
        Family::V6 => kea::start6,
    };
    start(Some(&ground.server), &document.to_string(), database)
}

fn start_murre(ground: &Ground, family: Family, document: &Value) -> anyhow::Result<Worker> {
    let launch = Launch {
        quiet: true,
        binary: Some(beside(WORKER)?),
        ..Launch::default()
    };
    let worker = Worker::launch(&ground.server, document, &launch);
    worker.wait_for_line(&format!("DHCP{}_STARTED", family.version()), PATIENCE)?;
    Ok(worker)
}

/// A program that was built together with this one.
pub(crate) fn beside(name: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    ensure!(
        path.is_file(),
        "{} is not there: ./run bench builds it, so does cargo build --release --bins",
        path.display()
    );
    Ok(path)
}
