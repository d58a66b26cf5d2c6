//! What is given up when more is asked than can be answered in time.
//!
//! Three rules, in the order in which they come to matter. Newcomers (DISCOVER, SOLICIT) are refused as soon
//! as others wait long: they have no lease to lose, and an offer would only bring their REQUEST on
//! top. Then what has waited the longest goes, as its client has asked again or given up. And
//! when as much is in flight as memory allows, the oldest that waits makes room for the newest. Renewals,
//! releases and declines are only given up by the last two. The waiting itself is the database
//! front's, which is where time is lost when a server has too much to do.

use std::time::Duration;

use murre_schema::Store;

use super::{Context, Exchange, Journal, Service, Verdict};

/// Newcomers are refused while the oldest query has waited so long; a client asks again after one second
/// (SOLICIT, RFC 8415 section 7.6) or four (DISCOVER, RFC 2131 section 4.1).
const NEWCOMERS_WAIT: Duration = Duration::from_millis(500);

/// How often the log tells of it, at most.
const TELL_AGAIN: Duration = Duration::from_secs(10);

impl<F: Exchange> Context<'_, F> {
    /// For a query of a client that may have no lease yet: whether there is time for it.
    ///
    /// # Errors
    /// [`Verdict::Congested`].
    pub(crate) fn admit_newcomer(&self) -> Result<(), Verdict> {
        if self.store.waited().max(self.hosts.waited()) < NEWCOMERS_WAIT {
            Ok(())
        } else {
            Err(Verdict::Congested)
        }
    }
}

impl<F: Exchange> Service<F> {
    /// Whether one more query may be taken, if need be instead of another one.
    pub(super) fn has_room(&self, in_flight: usize) -> bool {
        let store = self.store.load();
        in_flight < self.limit || store.as_deref().is_some_and(Store::shed_oldest)
    }

    /// Tell of what was given up, for as long as the task runs.
    pub(crate) async fn watch_congestion(&self) {
        let given_up = || {
            let all = [Verdict::Congested, Verdict::Overload];
            all.map(|verdict| self.counters.count(verdict))
        };
        let mut before = given_up();
        loop {
            tokio::time::sleep(TELL_AGAIN).await;
            let now = given_up();
            let [newcomers, late] = [now[0] - before[0], now[1] - before[1]];
            if newcomers + late > 0 {
                Journal::<F>::congested(newcomers, late);
            }
            before = now;
        }
    }
}
