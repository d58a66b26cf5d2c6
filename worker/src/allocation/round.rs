//! How much of a pool was looked at without finding much: whether it is worth while to look at the rest.
//!
//! The leases of an iterative pool lie side by side, and who has to get past them must not take them for a
//! full pool; but a pool that is full must not be looked through again and again.

use std::time::{Duration, Instant};

use super::vacancies::rest_after;

/// Windows since much was found.
#[derive(Debug, Default)]
pub(super) struct Round {
    /// How many make a round.
    of: u128,
    count: u128,
    /// How long it took to look at them.
    took: Duration,
    /// The last round was whole; until then there is no other.
    rests_until: Option<Instant>,
}

impl Round {
    /// A walk begins in a pool in which so many windows make a round.
    pub(super) fn begin(&mut self, of: u128, now: Instant) {
        self.of = of;
        if self.count >= of && self.rests_until.is_none_or(|until| now >= until) {
            self.found_much();
        }
    }

    /// So many windows had little or nothing.
    pub(super) fn found_little(&mut self, windows: usize, took: Duration, now: Instant) {
        let was_whole = self.count >= self.of;
        self.count += windows as u128;
        self.took += took;
        if !was_whole && self.count >= self.of {
            self.rests_until = Some(now + rest_after(self.took));
        }
    }

    /// There may be more where that came from.
    pub(super) fn found_much(&mut self) {
        self.count = 0;
        self.took = Duration::ZERO;
    }

    /// Whether there are windows that may well have something.
    pub(super) fn has_more(&self, now: Instant) -> bool {
        self.count < self.of && self.rests_until.is_none_or(|until| now >= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOK: Duration = Duration::from_millis(100);

    #[test]
    fn a_round_that_was_in_vain_is_not_made_again_at_once() {
        let now = Instant::now();
        let mut round = Round::default();
        round.begin(100, now);
        round.found_little(99, TOOK, now);
        assert!(round.has_more(now));
        round.found_little(1, TOOK, now);
        round.begin(100, now + TOOK * 19);
        assert!(!round.has_more(now + TOOK * 19));
        round.begin(100, now + TOOK * 20);
        assert!(round.has_more(now + TOOK * 20));
    }

    #[test]
    fn what_was_found_after_a_round_in_vain_is_no_reason_for_another() {
        let now = Instant::now();
        let mut round = Round::default();
        round.begin(10, now);
        round.found_little(10, TOOK, now);
        round.found_much();
        round.begin(10, now + TOOK);
        assert!(!round.has_more(now + TOOK));
        assert!(round.has_more(now + TOOK * 10));
    }
}
