//! Leases that end because their client says so, or gets another one instead.
//!
//! A query may wait: for a worker that stands still, for a lock in the database. Meanwhile its client
//! may have asked again, been served by another worker, and hold what this query would end. So a lease ends
//! only as it was found, and only if it was there before the query came; else the query is dropped, and a
//! client that still means it asks again.

use std::time::Duration;

use murre_schema::{Change, Changed, FoundLease, Lookup, Seen, State};

use super::{Context, Exchange, Verdict};

/// How often a lease that another worker changes at the same moment is looked up again.
const ATTEMPTS: usize = 3;

/// A query that waited no longer than this was not overtaken, as a grant takes two exchanges; so a lease may
/// end in the second of its beginning.
const FRESH: Duration = Duration::from_millis(50);

impl<F: Exchange> Context<'_, F> {
    /// Whether a lease that was found just now may end for this query.
    ///
    /// # Errors
    /// [`Verdict::Overtaken`]: it may have been granted after the query came.
    pub(crate) fn may_end(&self, row: &FoundLease<F>) -> Result<(), Verdict> {
        if is_overtaken(self.came.elapsed(), row.age_at_least()) {
            Err(Verdict::Overtaken)
        } else {
            Ok(())
        }
    }

    /// End a client's lease on an address, if it has one.
    ///
    /// # Errors
    /// As [`Context::may_end`] and [`Context::change`].
    pub(crate) async fn end(
        &self,
        (address, client): (F::Address, F::Client),
        change: impl Fn(Seen<F::Address>, F::Client) -> Change<F>,
    ) -> Result<Changed, Verdict> {
        for _ in 0..ATTEMPTS {
            let mut lookup = Lookup::default();
            lookup.addresses.push(address);
            let found = self.lookup(lookup).await?;
            let held = found.by_address.iter().find(|row| {
                row.lease.address == address
                    && row.lease.state == State::Default
                    && F::same_client(&row.lease.client, &client)
            });
            let Some(row) = held else {
                break;
            };
            self.may_end(row)?;
            match self.change(change(row.seen(), client.clone())).await? {
                Changed::NotHeld => {}
                changed => return Ok(changed),
            }
        }
        Ok(Changed::NotHeld)
    }
}

/// Whether a lease that is at least `age` seconds old may be younger than a query that has waited.
fn is_overtaken(waited: Duration, age: i64) -> bool {
    let age = u64::try_from(age).map_or(Duration::ZERO, Duration::from_secs);
    waited > FRESH && age < waited
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_ends_only_what_was_there_when_it_came() {
        let waited = Duration::from_secs(5);
        assert!(is_overtaken(waited, -1));
        assert!(is_overtaken(waited, 4));
        assert!(!is_overtaken(waited, 5));
        let waited = Duration::from_millis(200);
        assert!(is_overtaken(waited, 0));
        assert!(!is_overtaken(waited, 1));
    }

    #[test]
    fn a_query_that_did_not_wait_may_end_what_was_just_granted() {
        assert!(!is_overtaken(FRESH, -1));
    }
}
