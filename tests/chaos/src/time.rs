//! One clock for all that is recorded: microseconds since 1970 that never jump.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use murre_tests::history::timeline::Micros;

/// Now.
pub(crate) fn now() -> Micros {
    static START: OnceLock<(Instant, Duration)> = OnceLock::new();
    let (begun, since_1970) = START.get_or_init(|| {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
        (Instant::now(), since_1970.expect("after 1970"))
    });
    (*since_1970 + begun.elapsed()).as_micros() as Micros
}

/// Seconds as [`Micros`].
pub(crate) fn seconds(seconds: f64) -> Micros {
    (seconds * 1e6) as Micros
}
