//! Events of leases on their way to the database: counted here for a second, then added there.

use std::collections::HashMap;
use std::time::Duration;

use murre_schema::Error;
use murre_schema::statistic::{Increment, Place};

use super::Statistics;
use crate::exchange::{Exchange, Service};

/// Rows in one statement.
const PORTION: usize = 1000;

/// Longest wait for the database.
const LIMIT: Duration = Duration::from_secs(2);

/// What may happen with a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Event {
    /// A client got what it did not have.
    Assigned,
    /// One that expired was ended.
    Reclaimed,
    /// An address that had been declined is free again.
    ReclaimedDeclined,
    /// No pool had anything.
    Fail,
    /// Nothing was found, in a shared network.
    FailNetwork,
    /// Nothing was found, in a subnet of its own.
    FailSubnet,
    /// There was no pool to look in.
    FailNoPools,
    /// Nothing was found for a client of any class.
    FailClasses,
    /// It was told as it is.
    Reused,
    /// Somebody else has what is reserved.
    Conflict,
}

impl Event {
    /// Whether it is told of pools as well.
    pub(super) fn is_of_pools(self) -> bool {
        matches!(
            self,
            Self::Assigned | Self::Reclaimed | Self::ReclaimedDeclined
        )
    }

    /// Whether it is told of subnets before it happened there.
    pub(super) fn is_told_of_subnets(self) -> bool {
        self.is_of_pools() || matches!(self, Self::Reused | Self::Conflict)
    }
}

/// What a number is kept under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) place: Place,
}

/// What was counted and not added yet: as many numbers as places and events met since, however often.
#[derive(Debug, Default)]
pub(super) struct Tally(HashMap<Key, i64>);

impl Tally {
    pub(super) fn add(&mut self, key: Key, count: i64) {
        *self.0.entry(key).or_default() += count;
    }

    fn take(&mut self) -> Vec<(Key, i64)> {
        self.0.drain().collect()
    }
}

/// Add to the database what was counted since it was done last; nothing happens where there is none yet.
///
/// # Errors
/// The database could not be asked; it is tried again with what is counted by then.
pub(crate) async fn flush<F: Exchange>(service: &Service<F>) -> Result<(), Error> {
    let (Some(store), Some(slot)) = (service.store.load_full(), service.fleet.slot()) else {
        return Ok(());
    };
    let statistics = &service.statistics;
    let counted = statistics.tally().take();
    let mut unsaved = Unsaved {
        statistics,
        counted,
    };
    while !unsaved.counted.is_empty() {
        let from = unsaved.counted.len().saturating_sub(PORTION);
        let portion = unsaved.counted.get(from..).unwrap_or_default();
        let rows = portion.iter().map(|(key, count)| Increment {
            name: key.name,
            place: key.place,
            count: *count,
        });
        let rows: Vec<_> = rows.collect();
        match tokio::time::timeout(LIMIT, store.add_counted(slot, &rows)).await {
            Ok(added) => added?,
            Err(_) => return Ok(()),
        }
        unsaved.counted.truncate(from);
    }
    Ok(())
}

/// Goes back into the tally when it is dropped, however that comes.
struct Unsaved<'s> {
    statistics: &'s Statistics,
    counted: Vec<(Key, i64)>,
}

impl Drop for Unsaved<'_> {
    fn drop(&mut self) {
        if !self.counted.is_empty() {
            let mut tally = self.statistics.tally();
            for (key, count) in self.counted.drain(..) {
                tally.add(key, count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_saved_is_counted_on() {
        let statistics = Statistics::new(&super::super::V4);
        statistics.reused(1);
        statistics.reused(1);
        let counted = statistics.tally().take();
        assert_eq!(counted.len(), 1);
        statistics.reused(1);
        drop(Unsaved {
            statistics: &statistics,
            counted,
        });
        let counted: Vec<i64> = statistics.tally().take().into_iter().map(|c| c.1).collect();
        assert_eq!(counted, [3]);
    }

    #[test]
    fn a_family_counts_only_what_it_has_a_name_for() {
        let statistics = Statistics::new(&super::super::V6);
        statistics.reused(1);
        assert!(statistics.tally().take().is_empty());
    }
}
