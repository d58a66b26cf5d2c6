//! The registry of the fleet's workers.

use super::Store;
use crate::connection::{RETRIES, RETRY_PAUSE, jitter};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::fleet::{Beat, Worker};

impl<F: LeaseFamily> Store<F> {
    /// Renew a worker's row and read everybody's, of this family and by slot. Where another process
    /// has the name, its row stays as it is, and the caller finds no row of its incarnation.
    ///
    /// # Errors
    /// The database could not be asked. That says nothing of the lanes.
    pub async fn beat(&self, beat: &Beat) -> Result<Vec<Worker>, Error> {
        let mut tries = 0;
        loop {
            let result = self.try_beat(beat).await;
            tries += 1;
            match result {
                // A slot that another worker took, or a lock that it holds.
                Err(Error::Value { .. } | Error::Conflict { .. }) if tries < RETRIES => {
                    tokio::time::sleep(jitter(RETRY_PAUSE)).await;
                }
                result => return result,
            }
        }
    }

    async fn try_beat(&self, beat: &Beat) -> Result<Vec<Worker>, Error> {
        let workers = self
            .with_registry(beat, |session, beat| session.beat(beat, false))
            .await?;
        if workers.iter().any(|worker| worker.name == beat.name) {
            if workers.iter().any(Worker::is_forgotten) {
                self.with_registry(&(), |session, ()| session.forget_workers())
                    .await?;
            }
            return Ok(workers);
        }
        self.with_registry(beat, |session, beat| session.beat(beat, true))
            .await
    }

    /// A worker signs off: from now on nobody leaves anything to it.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn leave(&self, name: &str, incarnation: i64) -> Result<(), Error> {
        self.with_registry(name, move |session, name| session.leave(name, incarnation))
            .await
    }

    /// All workers of the family by slot, those that are gone since less than a day included.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn workers(&self) -> Result<Vec<Worker>, Error> {
        self.with_registry(&(), |session, ()| session.workers())
            .await
    }
}
