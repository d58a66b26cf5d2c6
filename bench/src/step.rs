//! What happened at one rate, and what it cost everybody.

use murre_load::TOLERATED_LOSS;
use murre_load::search::Attempt;
use serde::Serialize;

use crate::delays::Delays;

/// The generator kept up if it sent at least this share of what it was asked for.
const KEPT_UP: f64 = 0.97;

/// What happened at one rate.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Step {
    /// Exchanges per second that the generator was asked for.
    pub(crate) asked: u32,
    /// Seconds it sent.
    pub(crate) seconds: f64,
    /// Exchanges it began.
    pub(crate) begun: u64,
    /// Exchanges that were completed, each in time.
    pub(crate) completed: u64,
    /// Completed exchanges per second.
    pub(crate) rate: f64,
    /// Exchanges not completed, as a fraction of those begun.
    pub(crate) lost: f64,
    /// Addresses that two clients were given; looked at by perfdhcp in short runs only.
    pub(crate) doubled: u64,
    /// Processor seconds of the server.
    pub(crate) server_cpu: f64,
    /// Processor seconds of the database server, all its processes.
    pub(crate) database_cpu: f64,
    /// Processor seconds of the generator.
    pub(crate) generator_cpu: f64,
    /// How long answers took, if that was looked at.
    pub(crate) delays: Option<Delays>,
}

impl Step {
    /// Processor microseconds per exchange of something that took `cpu` seconds.
    pub(crate) fn per_exchange_us(&self, cpu: f64) -> f64 {
        cpu * 1e6 / self.completed.max(1) as f64
    }
}

impl Attempt for Step {
    fn carried(&self) -> bool {
        self.completed > 0 && self.lost <= TOLERATED_LOSS
    }

    fn generator_bound(&self) -> bool {
        (self.begun as f64) < f64::from(self.asked) * self.seconds * KEPT_UP
    }

    fn asked(&self) -> f64 {
        f64::from(self.asked)
    }

    fn rate(&self) -> f64 {
        self.rate
    }
}
