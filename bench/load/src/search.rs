//! Finding the highest rate a server carries: raise by a factor until it loses too much, halve the
//! interval, then hold the rate for longer.
//!
//! A machine has moments of its own (a checkpoint, a timer), so that a rate is only too high when it
//! fails twice. On a busy one such a moment may outlast that: a search that has found no rate, or one
//! that is then not held, begins again, unless the server has not completed anything at all.

use std::cell::Cell;

/// Below this a server is as good as dead.
const LOWEST: f64 = 10.0;
/// A rate that was carried in a step but not for longer is lowered by this factor.
const YIELD: f64 = 0.94;
/// How often it is lowered before the search begins again.
const YIELDS: u32 = 12;
/// How often a search begins before a server is given up.
const ROUNDS: u32 = 3;

/// A server kept pace if exchanges finished at this share of the rate at least.
const PACE: f64 = 0.97;

/// What a rate came to.
pub trait Attempt {
    /// Whether the server can be said to carry this rate.
    fn carried(&self) -> bool;
    /// Whether the generator could not send as fast as it was asked to.
    fn generator_bound(&self) -> bool;
    /// Exchanges per second that were asked for.
    fn asked(&self) -> f64;
    /// Exchanges per second that were completed.
    fn rate(&self) -> f64;

    /// Whether a step of a few seconds shows that the rate can last. When exchanges end so late that
    /// fewer finish per second than begin, a queue grows, whose end is only not lost yet.
    fn lasts(&self) -> bool {
        self.carried() && (self.generator_bound() || self.rate() >= self.asked() * PACE)
    }
}

/// How a rate is searched for.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The first rate, in exchanges per second.
    pub first: f64,
    /// Each step raises the rate by this factor.
    pub factor: f64,
    /// How often the interval between the last good and the first bad rate is halved.
    pub refinements: u32,
}

/// How long a rate is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// A step of the search.
    Step,
    /// A measurement.
    Measure,
}

/// The measurement at the highest rate that was carried; `None` when there is none. `attempt` runs
/// a server at a rate.
///
/// # Errors
/// What `attempt` returns.
pub fn highest<A: Attempt, E>(
    plan: &Plan,
    mut attempt: impl FnMut(u32, Length) -> Result<A, E>,
) -> Result<Option<A>, E> {
    let is_dead = Cell::new(true);
    let mut attempt = |rate, length| {
        let step: A = attempt(rate, length)?;
        is_dead.set(is_dead.get() && step.rate() <= 0.0);
        Ok(step)
    };
    let mut plan = *plan;
    for _ in 0..ROUNDS {
        let Some(mut rate) = approach(&plan, &mut |rate| twice(rate, &mut attempt))? else {
            if is_dead.get() {
                break;
            }
            continue;
        };
        for _ in 0..YIELDS {
            let step = attempt(whole(rate), Length::Measure)?;
            if step.carried() {
                return Ok(Some(step));
            }
            rate *= YIELD;
        }
        plan.first = rate.max(LOWEST);
    }
    Ok(None)
}

/// What a rate came to, of two attempts at most.
enum Verdict {
    Carried,
    /// Carried, but the generator cannot send faster than this.
    Limit(f64),
    Failed,
}

fn twice<A: Attempt, E>(
    rate: f64,
    attempt: &mut impl FnMut(u32, Length) -> Result<A, E>,
) -> Result<Verdict, E> {
    let mut step = attempt(whole(rate), Length::Step)?;
    if !step.lasts() {
        step = attempt(whole(rate), Length::Step)?;
    }
    Ok(match step.lasts() {
        true if step.generator_bound() => Verdict::Limit(step.rate()),
        true => Verdict::Carried,
        false => Verdict::Failed,
    })
}

/// The highest rate that a short step carries.
fn approach<E>(
    plan: &Plan,
    attempt: &mut dyn FnMut(f64) -> Result<Verdict, E>,
) -> Result<Option<f64>, E> {
    let (mut carried, mut failed) = (None, None);
    let mut rate = plan.first;
    while carried.is_none() || failed.is_none() {
        match attempt(rate)? {
            Verdict::Limit(reached) => return Ok(Some(reached)),
            Verdict::Carried => {
                carried = Some(rate);
                rate *= plan.factor;
            }
            Verdict::Failed => {
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
            Verdict::Limit(reached) => return Ok(Some(reached)),
            Verdict::Carried => low = middle,
            Verdict::Failed => high = middle,
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

    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Step {
        asked: f64,
        sent: f64,
        rate: f64,
        /// Exchanges that did not finish.
        lost: f64,
    }

    impl Attempt for Step {
        fn carried(&self) -> bool {
            self.lost <= self.sent * 0.01 && self.rate > 0.0
        }

        fn generator_bound(&self) -> bool {
            self.sent < self.asked * 0.97
        }

        fn asked(&self) -> f64 {
            self.asked
        }

        fn rate(&self) -> f64 {
            self.rate
        }
    }

    /// What a server that carries `capacity`, driven by a generator that sends up to `limit`, does.
    fn at(asked: u32, capacity: f64, limit: f64) -> Step {
        let asked = f64::from(asked);
        let sent = asked.min(limit);
        let rate = sent.min(capacity);
        let lost = sent - rate;
        Step {
            asked,
            sent,
            rate,
            lost,
        }
    }

    fn found(mut server: impl FnMut(u32, Length) -> Step) -> Option<Step> {
        let plan = Plan {
            first: 400.0,
            factor: 1.5,
            refinements: 3,
        };
        let Ok(step) = highest(&plan, |rate, length| {
            Ok::<_, Infallible>(server(rate, length))
        });
        step
    }

    #[test]
    fn the_capacity_is_found_from_below_and_from_above() {
        for capacity in [60.0, 433.0, 1600.0, 9000.0] {
            let step = found(|rate, _| at(rate, capacity, 1e9)).unwrap();
            assert!(
                step.carried() && step.rate > capacity * 0.93,
                "{capacity}: {step:?}"
            );
        }
    }

    #[test]
    fn one_bad_moment_does_not_end_the_search() {
        let mut calls = 0;
        let step = found(|rate, _| {
            calls += 1;
            at(rate, if calls % 4 == 2 { 1.0 } else { 3000.0 }, 1e9)
        });
        assert!(step.unwrap().rate > 2700.0);
    }

    #[test]
    fn a_rate_that_is_not_carried_for_long_is_lowered() {
        let step = found(|rate, length| match length {
            Length::Step => at(rate, 2000.0, 1e9),
            Length::Measure => at(rate, 1500.0, 1e9),
        });
        let rate = step.unwrap().rate;
        assert!((1400.0..=1515.0).contains(&rate), "{rate}");
    }

    #[test]
    fn a_queue_that_grows_without_losses_ends_the_approach() {
        let mut measured = Vec::new();
        let step = found(|rate, length| {
            if length == Length::Measure {
                measured.push(rate);
            }
            // Half as much again is only late in a short step.
            let step = at(rate, 3000.0, 1e9);
            let hidden = length == Length::Step && rate < 4500;
            let lost = if hidden { 0.0 } else { step.lost };
            Step { lost, ..step }
        });
        assert!(step.unwrap().rate > 2800.0);
        assert!(measured.len() <= 2, "{measured:?}");
    }

    #[test]
    fn the_search_ends_where_the_generator_does() {
        let step = found(|rate, _| at(rate, 1e9, 5000.0)).unwrap();
        assert!((step.rate - 5000.0).abs() < 1.0, "{step:?}");
    }

    #[test]
    fn a_long_disturbance_at_the_start_does_not_end_the_search() {
        // Until the first search has come down to the lowest rate that is tried.
        let mut calls = 0;
        let step = found(|rate, _| {
            calls += 1;
            at(rate, if calls <= 20 { 1.0 } else { 3000.0 }, 1e9)
        });
        assert!(step.unwrap().rate > 2700.0);
    }

    #[test]
    fn a_long_disturbance_of_the_measurement_is_not_the_end_either() {
        let mut measured = 0;
        let step = found(|rate, length| {
            measured += u32::from(length == Length::Measure);
            let disturbed = length == Length::Measure && measured <= YIELDS;
            at(rate, if disturbed { 1.0 } else { 3000.0 }, 1e9)
        });
        assert!(step.unwrap().rate > 2700.0);
    }

    #[test]
    fn a_dead_server_has_no_rate_and_is_not_asked_for_long() {
        let mut calls = 0;
        let step = found(|rate, _| {
            calls += 1;
            at(rate, 0.0, 1e9)
        });
        assert_eq!(step, None);
        assert!(calls <= 20, "{calls}");
    }
}
