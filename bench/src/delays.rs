//! How long answers took.

use murre_load::{Delays as Told, Quantiles as ToldQuantiles};
use serde::Serialize;

/// Milliseconds that a share of the answers came within.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Quantiles {
    /// Half of them.
    pub(crate) median_ms: f64,
    /// 99 % of them.
    pub(crate) p99_ms: f64,
}

/// The answers of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Delays {
    /// All answers.
    pub(crate) all: Quantiles,
    /// OFFER or ADVERTISE.
    pub(crate) first: Quantiles,
    /// ACK or REPLY, which wait for a commit.
    pub(crate) second: Quantiles,
}

impl Delays {
    /// Of milliseconds per answer; `None` when answers of either kind were not timed.
    pub(crate) fn of(first: &[f64], second: &[f64]) -> Option<Self> {
        Some(Self {
            all: Quantiles::of([first, second].concat())?,
            first: Quantiles::of(first.to_vec())?,
            second: Quantiles::of(second.to_vec())?,
        })
    }

    /// As a generator has told them; `None` as with [`Delays::of`].
    pub(crate) fn told(told: &Told) -> Option<Self> {
        let quantiles = |told: Option<ToldQuantiles>| {
            let ToldQuantiles {
                median_ms, p99_ms, ..
            } = told?;
            Some(Quantiles { median_ms, p99_ms })
        };
        Some(Self {
            all: quantiles(told.answers)?,
            first: quantiles(told.first)?,
            second: quantiles(told.second)?,
        })
    }
}

impl Quantiles {
    fn of(mut delays: Vec<f64>) -> Option<Self> {
        delays.sort_by(f64::total_cmp);
        let last = delays.len().checked_sub(1)?;
        let within = |share: f64| delays.get((last as f64 * share).round() as usize).copied();
        Some(Self {
            median_ms: within(0.5)?,
            p99_ms: within(0.99)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_answers_are_told_apart() {
        let first: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        let delays = Delays::of(&first, &[500.0]).unwrap();
        assert_eq!((delays.first.median_ms, delays.first.p99_ms), (50.0, 99.0));
        assert_eq!(
            (delays.second.median_ms, delays.second.p99_ms),
            (500.0, 500.0)
        );
        assert_eq!((delays.all.median_ms, delays.all.p99_ms), (51.0, 100.0));
    }

    #[test]
    fn without_timed_answers_there_is_no_quantile() {
        assert_eq!(Delays::of(&[1.0], &[]), None);
        assert_eq!(Delays::told(&Told::default()), None);
    }
}
