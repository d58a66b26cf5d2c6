//! Service that somebody switched off for a while (manual ctrl-channel.rst, `dhcp-disable`).
//!
//! Several may have done so, each for a time of its own or until they take it back; as long as one of
//! them wants it off, queries are dropped. In a fleet the others answer this worker's clients meanwhile.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Who wants service to be off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    /// The administrator.
    User,
    /// A service of high availability, by its number.
    HaService(u32),
}

/// Whether service is off, and for how long.
#[derive(Debug, Default)]
pub(crate) struct Suspension {
    /// Whether anybody may want it off: spares the lock for each query.
    any: AtomicBool,
    wanted: Mutex<HashMap<Origin, Option<Instant>>>,
}

impl Suspension {
    /// Switch off until a moment, or until it is taken back.
    pub(crate) fn begin(&self, origin: Origin, until: Option<Instant>) {
        self.wanted().insert(origin, until);
        self.any.store(true, Relaxed);
    }

    /// Take back what one of them wanted.
    pub(crate) fn end(&self, origin: Origin) {
        let mut wanted = self.wanted();
        wanted.remove(&origin);
        self.any.store(!wanted.is_empty(), Relaxed);
    }

    /// Whether service is off.
    pub(crate) fn is_on(&self) -> bool {
        self.is_on_at(Instant::now())
    }

    fn is_on_at(&self, now: Instant) -> bool {
        if !self.any.load(Relaxed) {
            return false;
        }
        let mut wanted = self.wanted();
        wanted.retain(|_, until| until.is_none_or(|until| now < until));
        self.any.store(!wanted.is_empty(), Relaxed);
        !wanted.is_empty()
    }

    fn wanted(&self) -> MutexGuard<'_, HashMap<Origin, Option<Instant>>> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn service_is_off_as_long_as_somebody_wants_it() {
        let now = Instant::now();
        let later = |seconds| now + Duration::from_secs(seconds);
        let suspension = Suspension::default();
        assert!(!suspension.is_on_at(now));
        suspension.begin(Origin::User, Some(later(20)));
        suspension.begin(Origin::HaService(1), None);
        suspension.end(Origin::HaService(1));
        assert!(
            suspension.is_on_at(later(19)),
            "the administrator's is left"
        );
        assert!(!suspension.is_on_at(later(20)));
        suspension.begin(Origin::HaService(2), None);
        suspension.end(Origin::User);
        assert!(suspension.is_on_at(later(9999)), "until it is taken back");
        suspension.end(Origin::HaService(2));
        assert!(!suspension.is_on_at(later(9999)));
    }
}
