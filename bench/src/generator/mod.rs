//! The generators, and what a run of one costs everybody.

mod ours;
mod perfdhcp;

use std::fmt;
use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;

use crate::configuration::Workload;
use crate::contender::Running;
use crate::ground::Ground;
use crate::step::Step;

/// Which program makes the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Kea's own
    Perfdhcp,
    /// murre-load
    Ours,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Perfdhcp => "perfdhcp",
            Self::Ours => "murre-load",
        })
    }
}

/// What perfdhcp looks at beyond counts; each costs it processor time. Ours times every answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attention {
    /// Nothing: for rates.
    Counts,
    /// The delay of every answer.
    Delays,
    /// The delay of every answer, and whether two clients were given the same address.
    Everything,
}

/// Runs steps against one contender; no client comes twice.
pub(crate) struct Generator<'a> {
    kind: Kind,
    ground: &'a Ground,
    running: &'a Running,
    workload: Workload,
    steps: u16,
    /// Leases granted in all steps.
    pub(crate) leases: u64,
}

/// One run.
#[derive(Clone, Copy, Debug)]
struct Order {
    workload: Workload,
    /// Exchanges begun per second.
    rate: u32,
    period: Duration,
    attention: Attention,
    /// Clients of another number are other clients.
    number: u16,
}

impl<'a> Generator<'a> {
    /// A generator that has not sent anything yet.
    pub(crate) fn new(
        kind: Kind,
        ground: &'a Ground,
        running: &'a Running,
        workload: Workload,
    ) -> Self {
        Self {
            kind,
            ground,
            running,
            workload,
            steps: 0,
            leases: 0,
        }
    }

    /// Begins `rate` exchanges per second for a while.
    pub(crate) fn run(
        &mut self,
        rate: u32,
        period: Duration,
        attention: Attention,
    ) -> anyhow::Result<Step> {
        self.steps += 1;
        let order = Order {
            workload: self.workload,
            rate,
            period,
            attention,
            number: self.steps,
        };
        let before = (self.running.cpu_seconds(), self.ground.database_cpu());
        let step = match self.kind {
            Kind::Perfdhcp => perfdhcp::run(self.ground, order),
            Kind::Ours => ours::run(self.ground, order)?,
        };
        let after = (self.running.cpu_seconds(), self.ground.database_cpu());
        self.running.check_alive()?;
        self.leases += step.completed * self.workload.leases();
        Ok(Step {
            server_cpu: after.0 - before.0,
            database_cpu: after.1 - before.1,
            ..step
        })
    }
}
