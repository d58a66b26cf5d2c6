//! Lifetimes as clients are told of them.
//!
//! A lease's end is counted from the moment at which its transaction began, and a client counts from the
//! answer. What lies in between, waiting for a lock or for a standby to have it too, is taken off.

use std::time::{Duration, Instant};

use super::Verdict;

/// What a write takes anyway: ends are rounded up to a second, and answers take as long to arrive.
const USUAL: Duration = Duration::from_millis(100);

/// What is left of a lifetime that was asked for at that moment, in seconds.
///
/// # Errors
/// [`Verdict::Overload`] where nothing is left.
pub(crate) fn left(lifetime: u32, since: Instant) -> Result<u32, Verdict> {
    remaining(lifetime, since.elapsed()).ok_or(Verdict::Overload)
}

fn remaining(lifetime: u32, waited: Duration) -> Option<u32> {
    if lifetime == u32::MAX || waited < USUAL {
        return Some(lifetime);
    }
    let waited = u32::try_from(waited.as_secs() + 1).unwrap_or(u32::MAX);
    lifetime.checked_sub(waited).filter(|left| *left > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_grant_waited_for_is_taken_off_its_lifetime() {
        let millis = Duration::from_millis;
        assert_eq!(remaining(3600, millis(20)), Some(3600));
        assert_eq!(remaining(3600, millis(300)), Some(3599));
        assert_eq!(remaining(3600, millis(4_500)), Some(3595));
        assert_eq!(remaining(5, millis(4_500)), None);
        assert_eq!(remaining(u32::MAX, millis(4_500)), Some(u32::MAX));
    }
}
