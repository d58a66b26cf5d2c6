//! When exchanges begin.

use std::time::Duration;

use crate::clock::nanos;

/// Nanoseconds that exchanges may begin late, after the period of a rate; of more the generator is told
/// to be too slow.
const CATCH_UP: u64 = 20_000_000;

/// Exchanges that gather while packets are left to, at a rate, and the limits of that time: a
/// compromise between the processor time of waking up and bursts that nobody has asked for.
const GATHER: f64 = 2.0;
const LEAST_TICK: Duration = Duration::from_micros(100);
const MOST_TICK: Duration = Duration::from_millis(1);

/// How load is dosed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// So many exchanges begin per second, whatever becomes of them.
    Rate(f64),
    /// So many are open at any time: the next begins when one ends.
    Window(u64),
}

/// How much load.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// How it is dosed.
    pub pace: Pace,
    /// How long exchanges begin.
    pub period: Duration,
    /// No more than so many begin.
    pub exchanges: Option<u64>,
}

impl Load {
    /// Exchanges that should begin now, when `started` have begun and `open` are open, `elapsed`
    /// nanoseconds after the start.
    pub(crate) fn due(&self, elapsed: u64, started: u64, open: u64) -> u64 {
        let left = self.most().unwrap_or(u64::MAX).saturating_sub(started);
        let due = match self.pace {
            _ if elapsed >= self.end() => 0,
            Pace::Rate(rate) => {
                let so_far = elapsed.min(nanos(self.period));
                ((so_far as f64 / 1e9 * rate) as u64 + 1).saturating_sub(started)
            }
            Pace::Window(window) => window.saturating_sub(open),
        };
        due.min(left)
    }

    /// Nanoseconds after the start when the next is due, when nobody ends before; `None` when that
    /// depends on somebody's end.
    pub(crate) fn next(&self, started: u64) -> Option<u64> {
        match self.pace {
            Pace::Rate(rate) => Some((started as f64 / rate * 1e9) as u64),
            Pace::Window(_) => None,
        }
    }

    /// Whether no more begin.
    pub(crate) fn over(&self, elapsed: u64, started: u64) -> bool {
        elapsed >= self.end() || self.most().is_some_and(|most| started >= most)
    }

    /// How long packets gather unless told otherwise. With a window the next waits for each.
    pub(crate) fn tick(&self) -> Duration {
        match self.pace {
            Pace::Rate(rate) => {
                let gathered = Duration::try_from_secs_f64(GATHER / rate).unwrap_or(MOST_TICK);
                gathered.clamp(LEAST_TICK, MOST_TICK)
            }
            Pace::Window(_) => Duration::ZERO,
        }
    }

    /// The most that may begin.
    pub(crate) fn most(&self) -> Option<u64> {
        let by_rate = match self.pace {
            Pace::Rate(rate) => Some((rate * self.period.as_secs_f64()).round() as u64),
            Pace::Window(_) => None,
        };
        [by_rate, self.exchanges].into_iter().flatten().min()
    }

    /// When the last may begin.
    fn end(&self) -> u64 {
        match self.pace {
            Pace::Rate(_) => nanos(self.period).saturating_add(CATCH_UP),
            Pace::Window(_) => nanos(self.period),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn load(pace: Pace, exchanges: Option<u64>) -> Load {
        Load {
            pace,
            period: Duration::from_secs(2),
            exchanges,
        }
    }

    #[test]
    fn a_rate_is_kept_whatever_is_open() {
        let load = load(Pace::Rate(100.0), None);
        assert_eq!(load.due(0, 0, 0), 1);
        assert_eq!(load.due(SECOND / 2, 20, 20), 31);
        assert_eq!(load.next(31), Some(SECOND / 100 * 31));
        assert_eq!(load.due(SECOND, 101, 101), 0);
        let end = 2 * SECOND + CATCH_UP;
        assert_eq!(load.due(end - 1, 0, 0), 200, "not more than it comes to");
        assert_eq!(load.due(end, 0, 0), 0, "too late");
        assert!(load.over(end, 0));
        assert!(!load.over(SECOND, 100) && load.over(SECOND, 200));
    }

    #[test]
    fn a_window_is_filled_until_the_time_is_over() {
        let load = load(Pace::Window(50), None);
        assert_eq!(load.due(0, 0, 0), 50);
        assert_eq!(load.due(SECOND, 1000, 48), 2);
        assert_eq!(load.due(2 * SECOND, 1000, 48), 0);
        assert!(load.over(2 * SECOND, 1000));
        assert_eq!(load.next(1000), None);
    }

    #[test]
    fn packets_gather_for_a_few_exchanges_and_not_for_long() {
        let tick = |pace| load(pace, None).tick().as_micros();
        assert_eq!(tick(Pace::Rate(5000.0)), 400);
        assert_eq!((tick(Pace::Rate(1.0)), tick(Pace::Rate(1e6))), (1000, 100));
        assert_eq!(tick(Pace::Window(9)), 0);
    }

    #[test]
    fn a_number_of_exchanges_ends_it_early() {
        for pace in [Pace::Rate(100.0), Pace::Window(50)] {
            let load = load(pace, Some(10));
            assert_eq!(load.due(SECOND, 4, 0), 6);
            assert!(load.over(SECOND, 10) && !load.over(SECOND, 9));
        }
    }
}
