//! How long answers took.

use serde::Serialize;

use crate::step::Step;

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
    /// Those of a step; `None` when answers of either kind were not timed.
    pub(crate) fn of(step: &Step) -> Option<Self> {
        let [first, second] = &step.delays_ms;
        Some(Self {
            all: Quantiles::of([first.as_slice(), second].concat())?,
            first: Quantiles::of(first.clone())?,
            second: Quantiles::of(second.clone())?,
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
        let step = Step {
            delays_ms: [first, vec![500.0]],
            ..Step::default()
        };
        let delays = Delays::of(&step).unwrap();
        assert_eq!((delays.first.median_ms, delays.first.p99_ms), (50.0, 99.0));
        assert_eq!(
            (delays.second.median_ms, delays.second.p99_ms),
            (500.0, 500.0)
        );
        assert_eq!((delays.all.median_ms, delays.all.p99_ms), (51.0, 100.0));
    }

    #[test]
    fn without_timed_answers_there_is_no_quantile() {
        assert_eq!(Delays::of(&Step::default()), None);
    }
}
