//! Whose a query is: one of several workers that hear it answers (RFC 3074).
//!
//! What only one worker can have heard is always its own. Where the owner does not seem to hear a
//! client, because only some workers are sent its queries, its patience is the safety net: after
//! five seconds whoever hears it answers, as the RFC's delayed service has it.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::Fleet;
use crate::exchange::Verdict;

/// A client that has waited for so long is answered by whoever hears it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a query is answered here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// It is this worker's.
    Own,
    /// It is another's, who does not seem to hear it; with the client's hash.
    Overdue(u8),
}

/// What is to be known of a query; each is asked only when it matters.
pub(crate) trait Heard {
    /// Nobody else can have heard it: it was sent to this worker's own address, and not by a relay.
    fn only_here(&self) -> bool;
    /// The hash of who asks.
    fn hash(&self) -> u8;
    /// How long the client says that it has waited.
    fn waited(&self) -> Duration;
}

impl Fleet {
    /// Why a query is answered here, if it is.
    ///
    /// # Errors
    /// [`Verdict::OthersShare`]: another worker answers it.
    pub(crate) fn part(&self, query: &impl Heard) -> Result<Part, Verdict> {
        let view = self.view.load();
        if !view.leaves_something() || query.only_here() {
            return Ok(Part::Own);
        }
        let hash = query.hash();
        if view.owns(hash) {
            Ok(Part::Own)
        } else if query.waited() >= PATIENCE {
            Ok(Part::Overdue(hash))
        } else {
            Err(Verdict::OthersShare)
        }
    }

    /// A query got an answer. Where it was another's, that is worth telling: a client that gets
    /// none from anybody repeats itself too.
    pub(crate) fn answered(&self, part: Part) {
        if let Part::Overdue(hash) = part {
            self.overdue_hash.store(hash, Relaxed);
            self.overdue.fetch_add(1, Relaxed);
        }
    }
}
