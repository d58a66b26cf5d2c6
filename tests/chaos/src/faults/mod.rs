//! What is done to workers and database, for real, and undone again.

mod inject;

use std::fmt;

use clap::ValueEnum;
use murre_tests::history::timeline::{Micros, Snapshot};

use crate::chance::Chance;
use crate::options::{Engine, Setup};
use crate::stage::{Stage, Workers};
use crate::time::now;

/// The kinds there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Kind {
    /// A worker is killed and started again.
    KillWorker,
    /// A worker is asked to end and started again.
    RestartWorker,
    /// A worker stands still for seconds, in the middle of whatever it does.
    PauseWorker,
    /// The database (a node of it) is killed and started again.
    KillDatabase,
    /// The database (a node of it) is stopped in order and started again.
    RestartDatabase,
    /// The database (a node of it) stands still for seconds; its connections stay.
    FreezeDatabase,
    /// Nothing passes between a worker and the database for seconds; nobody is told.
    CutLink,
    /// The database cuts some sessions.
    KillSessions,
    /// Somebody else holds locks on all leases for seconds.
    HoldLocks,
    /// Every flush to disk takes a fifth of a second.
    SlowDisk,
    /// A worker's wall clock is set by an hour, and back.
    StepClock,
    /// The primary is killed for good, and the standby takes over.
    FailOver,
    /// Not a fault but a crime: a lease that stands is removed from the table. Shows that the check
    /// finds it; never chosen by itself.
    CorruptRow,
}

impl Kind {
    /// What can be done to a set-up.
    pub(crate) fn possible(engine: Engine, setup: Setup) -> Vec<Self> {
        use Kind::{
            CutLink, FailOver, FreezeDatabase, HoldLocks, KillDatabase, KillSessions, KillWorker,
            PauseWorker, RestartDatabase, RestartWorker, SlowDisk, StepClock,
        };
        let mut kinds = vec![KillWorker, RestartWorker, PauseWorker, HoldLocks, SlowDisk];
        if engine == Engine::Sqlite {
            // A part of each worker, whose clock is that of the machine.
            return kinds;
        }
        kinds.extend([CutLink, KillSessions, FreezeDatabase]);
        if Workers::clocks_can_be_set() {
            kinds.push(StepClock);
        }
        match setup {
            Setup::Standby => kinds.push(FailOver),
            Setup::Single | Setup::Galera => kinds.extend([KillDatabase, RestartDatabase]),
        }
        kinds
    }

    pub(crate) fn may_be(self, possible: &[Self]) -> bool {
        self == Self::CorruptRow || possible.contains(&self)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.to_possible_value();
        f.write_str(name.as_ref().map_or("", |value| value.get_name()))
    }
}

/// A fault that was injected.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Its kind.
    pub kind: Kind,
    /// To whom it was done.
    pub whom: String,
    /// When it began.
    pub from: Micros,
    /// When it was undone.
    pub until: Micros,
}

/// Faults one after the other until the time is up; after each, the tables are read.
pub(crate) struct Director<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) chance: Chance,
    pub(crate) until: Micros,
}

/// What a [`Director`] did and saw.
#[derive(Debug, Default)]
pub(crate) struct Directed {
    pub(crate) faults: Vec<Fault>,
    pub(crate) snapshots: Vec<Snapshot>,
    /// Last words of database servers that ended by themselves and were started again.
    pub(crate) crashes: Vec<String>,
}

impl Director<'_> {
    /// # Panics
    /// When somebody does not come back.
    pub(crate) fn run(mut self, told: &mut Directed) {
        // Each kind once before any comes again, in an order of chance.
        let mut left: Vec<Kind> = Vec::new();
        loop {
            self.pause(1.0, 3.5);
            if now() >= self.until {
                return;
            }
            if left.is_empty() {
                left.clone_from(&self.kinds);
            }
            let kind = left.swap_remove(self.chance.below(left.len()));
            let from = now();
            told.faults.push(Fault {
                kind,
                whom: String::new(),
                from,
                until: Micros::MAX,
            });
            let whom = self.inject(kind);
            if let Some(fault) = told.faults.last_mut() {
                (fault.whom, fault.until) = (whom, now());
            }
            told.crashes.extend(self.stage.database.revive());
            told.snapshots.extend(self.stage.database.snapshots());
        }
    }

    /// Time passes: faults come at random moments, which is what the wait is for.
    fn pause(&mut self, low: f64, high: f64) {
        let seconds = self.chance.between(low, high);
        std::thread::sleep(std::time::Duration::from_secs_f64(seconds));
    }
}
