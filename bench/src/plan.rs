//! How long and how hard is measured.

use std::time::Duration;

use murre_load::search;

use crate::configuration::Engine;

/// Where a search begins when the server's highest rate for something alike is known: so far below it
/// that few steps lead there and that it is carried.
const BELOW_KNOWN: f64 = 0.6;

/// How a contender is measured.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Seconds of one step of the search.
    pub(crate) step: Duration,
    /// Seconds of the measurements at the highest rate and at half of it.
    pub(crate) measure: Duration,
    /// Only see whether it works, at this rate.
    pub(crate) fixed: Option<u32>,
}

impl Plan {
    /// The measurement, or the short look at whether everything works.
    pub(crate) fn new(short: bool) -> Self {
        Self {
            step: Duration::from_secs(3),
            measure: Duration::from_secs(if short { 2 } else { 10 }),
            fixed: short.then_some(100),
        }
    }

    /// How the highest rate is searched for. `known` is what the same server has carried before with
    /// the same database.
    pub(crate) fn search(engine: Engine, known: Option<f64>) -> search::Plan {
        // Every server that is any good passes this.
        let first = match engine {
            Engine::Postgresql | Engine::Mariadb => 400.0,
            Engine::Memfile => 1000.0,
        };
        search::Plan {
            first: known.map_or(first, |known| known * BELOW_KNOWN),
            factor: 1.5,
            refinements: 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_begins_below_what_is_known() {
        let first = |known| Plan::search(Engine::Mariadb, known).first;
        assert!((first(None) - 400.0).abs() < 1e-9);
        assert!((first(Some(5000.0)) - 3000.0).abs() < 1e-9);
    }
}
