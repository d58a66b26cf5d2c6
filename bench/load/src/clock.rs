//! Time, in nanoseconds since the program began to measure. Pacing and timeouts need a clock that
//! never jumps, and the kernel stamps packets with one that may: this holds how far they are apart.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Both clocks.
#[derive(Debug)]
pub(crate) struct Clock {
    origin: Instant,
    /// What the wall clock shows at the origin, as of the last look; it is slewed all the time.
    wall_at_origin: u64,
}

impl Clock {
    /// Begins now.
    pub(crate) fn start() -> Self {
        let mut clock = Self {
            origin: Instant::now(),
            wall_at_origin: 0,
        };
        clock.look();
        clock
    }

    /// Nanoseconds since the start.
    pub(crate) fn now(&self) -> u64 {
        nanos(self.origin.elapsed())
    }

    /// The same, after a look at how far the clocks are apart. To be called before stamps are read.
    pub(crate) fn look(&mut self) -> u64 {
        let now = self.now();
        let wall = SystemTime::now().duration_since(UNIX_EPOCH);
        self.wall_at_origin = wall.map_or(0, nanos).saturating_sub(now);
        now
    }

    /// When a packet came that the kernel stamped with the wall clock.
    pub(crate) fn of_stamp(&self, wall: u64) -> u64 {
        wall.saturating_sub(self.wall_at_origin)
    }
}

/// Nanoseconds; enough for 584 years.
pub(crate) fn nanos(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_of_now_is_now() {
        let mut clock = Clock::start();
        let before = clock.look();
        let wall = nanos(SystemTime::now().duration_since(UNIX_EPOCH).unwrap());
        let stamp = clock.of_stamp(wall);
        let after = clock.now();
        // The two clocks of a look are not read at the same moment.
        let slack = 1_000_000;
        assert!(stamp + slack >= before && stamp <= after + slack);
    }
}
