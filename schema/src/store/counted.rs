//! What is counted: leases in the table, and events of the fleet.

use super::Store;
use crate::connection::{RETRIES, RETRY_PAUSE, jitter};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::statistic::{Count, Counted, Increment, Place};

impl<F: LeaseFamily> Store<F> {
    /// Number of rows per subnet, pool and state.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn count(&self) -> Result<Vec<Count>, Error> {
        self.with_facts(&(), |session, ()| session.count()).await
    }

    /// The same of one subnet, as far as its rows are from `low` to `high`.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn count_within(
        &self,
        subnet_id: u32,
        low: F::Address,
        high: F::Address,
    ) -> Result<Vec<Count>, Error> {
        self.with_facts(&(), move |session, ()| {
            session.count_within(subnet_id, low, high)
        })
        .await
    }

    /// Add what the worker with this slot counted since it did so last. As with a heartbeat, a crash of the
    /// database may lose it, and where the connection breaks it may have been added.
    ///
    /// # Errors
    /// The database could not be asked. That says nothing of the lanes.
    pub async fn add_counted(&self, slot: u32, rows: &[Increment<'_>]) -> Result<(), Error> {
        let mut tries = 0;
        loop {
            let result = self
                .with_registry(rows, move |session, rows| session.add_counted(slot, rows))
                .await;
            tries += 1;
            match result {
                // Somebody resets it at this moment.
                Err(error) if error.is_retryable() && !error.is_connection() && tries < RETRIES => {
                    tokio::time::sleep(jitter(RETRY_PAUSE)).await;
                }
                result => return result,
            }
        }
    }

    /// All that workers counted of the family, with what resets took off.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn counted(&self) -> Result<Vec<Counted>, Error> {
        self.with_facts(&(), |session, ()| session.counted()).await
    }

    /// What workers counted under a name, at a place and within it.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn counted_at(&self, name: &str, place: Place) -> Result<i64, Error> {
        self.with_facts(name, move |session, name| session.counted_at(name, place))
            .await
    }

    /// A name counts from zero at a place, for all workers; what is around or within it goes on.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn reset_counted(&self, name: &str, place: Place) -> Result<(), Error> {
        self.with_facts(name, move |session, name| {
            session.reset_counted(name, place)
        })
        .await
    }

    /// All that was counted of the family counts from zero, for all workers.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn clear_counted(&self) -> Result<(), Error> {
        self.with_facts(&(), |session, ()| session.clear_counted())
            .await
    }
}
