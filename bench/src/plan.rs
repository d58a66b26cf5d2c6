//! How long and how hard is measured.

use std::time::Duration;

use crate::configuration::Engine;

/// Exchanges that may be lost at a rate that still counts.
pub(crate) const TOLERATED_LOSS: f64 = 0.01;

/// How a contender is measured.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Seconds of one step of the search.
    pub(crate) step: Duration,
    /// Seconds of the measurements at the highest rate and at half of it.
    pub(crate) measure: Duration,
    /// Each step of the search raises the rate by this factor.
    pub(crate) factor: f64,
    /// How often the interval between the last good and the first bad rate is halved.
    pub(crate) refinements: u32,
    /// Only see whether it works, at this rate.
    pub(crate) fixed: Option<u32>,
}

impl Plan {
    /// The measurement, or the short look at whether everything works.
    pub(crate) fn new(short: bool) -> Self {
        Self {
            step: Duration::from_secs(3),
            measure: Duration::from_secs(if short { 2 } else { 10 }),
            factor: 1.5,
            refinements: 3,
            fixed: short.then_some(100),
        }
    }

    /// The first rate of the search, which every server that is any good passes.
    pub(crate) fn first_rate(engine: Engine) -> f64 {
        match engine {
            Engine::Postgresql | Engine::Mariadb => 400.0,
            Engine::Memfile => 1000.0,
        }
    }
}
