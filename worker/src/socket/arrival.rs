//! When packets came in, as far as it can be known once they are read.
//!
//! A worker that was held up finds packets that have waited for seconds. The kernel stamps them with the time
//! of day, and who sets the clock meanwhile makes those stamps useless: so a packet is never older than the
//! moment at which the socket was last seen empty, and where its stamp lies ahead it is taken for old.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Packets that come while others are read have stamps of after the reading.
const MEANWHILE: Duration = Duration::from_millis(50);

/// How old a packet is taken for when its stamp says nothing: old enough to end no lease that may be newer, and
/// not too old to be served.
const IN_DOUBT: Duration = Duration::from_secs(20);

/// A socket's clock.
#[derive(Debug)]
pub(super) struct Arrival {
    /// Everything that came before was read.
    emptied: Instant,
}

/// A moment at which packets are read, by both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    at: Instant,
    /// Since 1970.
    time: Duration,
    /// No packet waited longer.
    longest: Duration,
}

impl Arrival {
    /// Of a socket that was just opened.
    pub(super) fn new() -> Self {
        Self {
            emptied: Instant::now(),
        }
    }

    /// What comes in from here on is read later.
    pub(super) fn read(&self) -> Reading {
        let at = Instant::now();
        let time = SystemTime::now().duration_since(UNIX_EPOCH);
        Reading {
            at,
            time: time.unwrap_or_default(),
            longest: at.duration_since(self.emptied),
        }
    }

    /// That reading left nothing.
    pub(super) fn emptied_by(&mut self, reading: Reading) {
        self.emptied = reading.at;
    }
}

impl Reading {
    /// When a packet came in that the kernel stamped so; now, where it did not.
    pub(super) fn came(&self, stamp: Option<Duration>) -> Instant {
        let waited = stamp.map_or(Duration::ZERO, |stamp| match self.time.checked_sub(stamp) {
            Some(waited) => waited,
            None if stamp - self.time < MEANWHILE => Duration::ZERO,
            None => self.longest.min(IN_DOUBT),
        });
        let came = self.at.checked_sub(waited.min(self.longest));
        came.unwrap_or(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn reading(longest: u64) -> Reading {
        Reading {
            at: Instant::now(),
            time: DAY,
            longest: Duration::from_secs(longest),
        }
    }

    fn waited(reading: Reading, stamp: Option<Duration>) -> Duration {
        reading.at.duration_since(reading.came(stamp))
    }

    #[test]
    fn a_packet_has_waited_since_its_stamp() {
        let two = Duration::from_secs(2);
        assert_eq!(waited(reading(5), Some(DAY - two)), two);
        assert_eq!(waited(reading(5), None), Duration::ZERO);
    }

    #[test]
    fn a_clock_that_is_set_makes_no_packet_older_than_the_last_look() {
        let (hour, five) = (Duration::from_secs(3_600), Duration::from_secs(5));
        assert_eq!(waited(reading(5), Some(DAY - hour)), five);
        assert_eq!(waited(reading(5), Some(DAY + hour)), five);
        assert_eq!(waited(reading(7_200), Some(DAY + hour)), IN_DOUBT);
        // It came while it was read.
        let meanwhile = Duration::from_millis(1);
        assert_eq!(waited(reading(5), Some(DAY + meanwhile)), Duration::ZERO);
    }
}
