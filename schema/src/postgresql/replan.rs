//! When a session's plans are made anew. They are kept as long as a table's statistics stay, and a session that began on an
//! empty table may hold one that reads all of it: right for no rows, and for a million not. Whoever fills a database at
//! once would wait for the server's next look at its statistics, a minute or more.

use std::time::{Duration, Instant};

/// The first plans last so long, those after them twice as long each.
const FIRST: Duration = Duration::from_millis(100);
/// And none longer than this.
const LONGEST: Duration = Duration::from_secs(60);

/// Lets the server plan its prepared statements anew.
pub(super) const DISCARD: &str = "DISCARD PLANS";

/// How old the plans of a session are.
#[derive(Debug)]
pub(super) struct Plans {
    made: Instant,
    last: Duration,
}

impl Plans {
    /// Made at this moment.
    pub(super) fn new() -> Self {
        Self {
            made: Instant::now(),
            last: FIRST,
        }
    }

    /// Whether they are to be made anew now; if so, they count as that.
    pub(super) fn are_old(&mut self, now: Instant) -> bool {
        let are = now.duration_since(self.made) >= self.last;
        if are {
            self.made = now;
            self.last = (2 * self.last).min(LONGEST);
        }
        are
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_last_longer_and_longer_and_never_more_than_a_minute() {
        let mut plans = Plans::new();
        let mut now = plans.made;
        assert!(!plans.are_old(now + Duration::from_millis(99)));
        let mut ages = Vec::new();
        for _ in 0..12 {
            let made = now;
            while !plans.are_old(now) {
                now += Duration::from_millis(100);
            }
            ages.push(now.duration_since(made).as_millis());
        }
        assert_eq!(ages[..4], [100, 200, 400, 800]);
        assert_eq!(ages[10..], [60_000, 60_000]);
    }
}
