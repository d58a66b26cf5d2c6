//! What is counted while it runs, for the line that shows progress and for the report.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use murre_tests::history::timeline::Micros;

/// A counter.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// Counters of one family or of all.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Exchanges that ended with a lease that the client did not have.
    pub(crate) granted: Count,
    /// Exchanges that ended with a lease that the client had.
    pub(crate) renewed: Count,
    pub(crate) released: Count,
    pub(crate) declined: Count,
    /// Clients that went to another subnet.
    pub(crate) moved: Count,
    /// Clients that said no more, until their lease had expired.
    pub(crate) lapsed: Count,
    /// Queries for which an answer was expected, without their repetitions.
    pub(crate) asked: Count,
    /// Those that were given up without one.
    pub(crate) unanswered: Count,
    /// Messages sent again.
    pub(crate) repeated: Count,
    /// Offers that were not to be had any more when they were taken.
    pub(crate) conflicts: Count,
    /// A client was told that it must begin anew.
    pub(crate) refused: Count,
}

/// Times without any acknowledged lease while clients were asking.
#[derive(Debug, Default)]
pub(crate) struct Service(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Since when somebody has been waiting in vain.
    silent_since: Option<Micros>,
    last: Option<Micros>,
    gaps: Vec<(Micros, Micros)>,
}

/// Shorter ones are the ordinary course of things.
const WORTH_TELLING: Micros = 300_000;

impl Service {
    /// Somebody asks.
    pub(crate) fn asked(&self, at: Micros) {
        let mut inner = self.0.lock().expect("no holder panics");
        inner.silent_since.get_or_insert(at);
    }

    /// Somebody was given a lease; others may be waiting still.
    pub(crate) fn answered(&self, at: Micros, waiting: bool) {
        let mut inner = self.0.lock().expect("no holder panics");
        inner.last = Some(at);
        let since = inner.silent_since.take();
        if let Some(since) = since.filter(|since| at.saturating_sub(*since) > WORTH_TELLING) {
            inner.gaps.push((since, at));
        }
        if waiting {
            inner.silent_since = Some(at);
        }
    }

    /// When the last lease was acknowledged.
    pub(crate) fn last(&self) -> Option<Micros> {
        self.0.lock().expect("no holder panics").last
    }

    /// All gaps so far, with the one that is open.
    pub(crate) fn gaps(&self, now: Micros) -> Vec<(Micros, Micros)> {
        let inner = self.0.lock().expect("no holder panics");
        let open = inner.silent_since.map(|since| (since, now));
        let open = open.filter(|(since, now)| now.saturating_sub(*since) > WORTH_TELLING);
        inner.gaps.iter().copied().chain(open).collect()
    }
}
