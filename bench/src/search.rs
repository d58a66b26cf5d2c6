//! Finding the highest rate a server carries: raise by a factor until it loses too much, halve the
//! interval, then hold the rate for longer.
//!
//! A machine has moments of its own (a checkpoint, a timer), so that a rate is only too high when it
//! fails twice.

use crate::plan::Plan;
use crate::step::Step;

/// Below this a server is as good as dead.
const LOWEST: f64 = 10.0;
/// A rate that was carried in a step but not for longer is lowered by this factor.
const YIELD: f64 = 0.94;
/// How often it is lowered before a contender is given up.
const YIELDS: u32 = 12;

/// How long a rate is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// A step of the search.
    Step,
    /// A measurement.
    Measure,
}

/// The measurement at the highest rate that was carried; `None` when there is none. `first` is
/// where to begin; `attempt` runs a server at a rate.
pub(crate) fn highest<E>(
    plan: &Plan,
    first: f64,
    mut attempt: impl FnMut(u32, Length) -> Result<Step, E>,
) -> Result<Option<Step>, E> {
    let Some(mut rate) = approach(plan, first, &mut |rate| twice(rate, &mut attempt))? else {
        return Ok(None);
    };
    for _ in 0..YIELDS {
        let step = attempt(whole(rate), Length::Measure)?;
        if step.carried() {
            return Ok(Some(step));
        }
        rate *= YIELD;
    }
    Ok(None)
}

/// What a rate came to, of two attempts at most.
enum Outcome {
    Carried,
    /// Carried, but the generator cannot send faster than this.
    Limit(f64),
    Failed,
}

fn twice<E>(
    rate: f64,
    attempt: &mut impl FnMut(u32, Length) -> Result<Step, E>,
) -> Result<Outcome, E> {
    let mut step = attempt(whole(rate), Length::Step)?;
    if !step.carried() {
        step = attempt(whole(rate), Length::Step)?;
    }
    Ok(match step.carried() {
        true if step.generator_bound() => Outcome::Limit(step.rate),
        true => Outcome::Carried,
        false => Outcome::Failed,
    })
}

/// The highest rate that a short step carries.
fn approach<E>(
    plan: &Plan,
    first: f64,
    attempt: &mut dyn FnMut(f64) -> Result<Outcome, E>,
) -> Result<Option<f64>, E> {
    let (mut carried, mut failed) = (None, None);
    let mut rate = first;
    while carried.is_none() || failed.is_none() {
        match attempt(rate)? {
            Outcome::Limit(reached) => return Ok(Some(reached)),
            Outcome::Carried => {
                carried = Some(rate);
                rate *= plan.factor;
            }
            Outcome::Failed => {
                failed = Some(rate);
                rate /= plan.factor;
            }
        }
        if rate < LOWEST {
            return Ok(None);
        }
    }
    let (Some(mut low), Some(mut high)) = (carried, failed) else {
        return Ok(carried);
    };
    for _ in 0..plan.refinements {
        let middle = (low * high).sqrt();
        match attempt(middle)? {
            Outcome::Limit(reached) => return Ok(Some(reached)),
            Outcome::Carried => low = middle,
            Outcome::Failed => high = middle,
        }
    }
    Ok(Some(low))
}

fn whole(rate: f64) -> u32 {
    rate.round().max(1.0) as u32
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// What a server that carries `capacity`, driven by a generator that sends up to `limit`, does.
    fn at(asked: u32, capacity: f64, limit: f64) -> Step {
        let sent = f64::from(asked).min(limit);
        let rate = sent.min(capacity);
        Step {
            asked,
            seconds: 10.0,
            begun: (sent * 10.0) as u64,
            completed: (rate * 10.0) as u64,
            rate,
            lost: 1.0 - rate / sent,
            ..Step::default()
        }
    }

    fn found(first: f64, mut server: impl FnMut(u32, Length) -> Step) -> Option<Step> {
        let Ok(step) = highest(&Plan::new(false), first, |rate, length| {
            Ok::<_, Infallible>(server(rate, length))
        });
        step
    }

    #[test]
    fn the_capacity_is_found_from_below_and_from_above() {
        for capacity in [60.0, 433.0, 1600.0, 9000.0] {
            let step = found(400.0, |rate, _| at(rate, capacity, 1e9)).unwrap();
            assert!(
                step.carried() && step.rate > capacity * 0.93,
                "{capacity}: {step:?}"
            );
        }
    }

    #[test]
    fn one_bad_moment_does_not_end_the_search() {
        let mut calls = 0;
        let step = found(400.0, |rate, _| {
            calls += 1;
            at(rate, if calls % 4 == 2 { 1.0 } else { 3000.0 }, 1e9)
        });
        assert!(step.unwrap().rate > 2700.0);
    }

    #[test]
    fn a_rate_that_is_not_carried_for_long_is_lowered() {
        let step = found(400.0, |rate, length| match length {
            Length::Step => at(rate, 2000.0, 1e9),
            Length::Measure => at(rate, 1500.0, 1e9),
        });
        let rate = step.unwrap().rate;
        assert!((1400.0..=1515.0).contains(&rate), "{rate}");
    }

    #[test]
    fn the_search_ends_where_the_generator_does() {
        let step = found(400.0, |rate, _| at(rate, 1e9, 5000.0)).unwrap();
        assert!((step.rate - 5000.0).abs() < 1.0, "{step:?}");
    }

    #[test]
    fn a_dead_server_has_no_rate() {
        assert_eq!(found(400.0, |rate, _| at(rate, 0.0, 1e9)), None);
    }
}
