//! Whole tables: pages of a moment, files taken over or uploaded, and what a file needs no more.

use std::sync::Arc;

use super::Store;
use crate::access::Access;
use crate::engine::Session;
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::lease::Lease;
use crate::ops::{FileMark, Imported, Page};

impl<F: LeaseFamily> Store<F> {
    /// Rows in address order.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn page(&self, page: &Page<F>) -> Result<Vec<Lease<F>>, Error> {
        self.with_session(page, |session, page| session.page(page))
            .await
    }

    /// A reading of one moment on a connection of its own: pages of it fit together however long
    /// the reading takes and whatever workers do meanwhile.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn snapshot(&self) -> Result<Snapshot<F>, Error> {
        let mut session = self.engine.connect().await?;
        session.begin_snapshot().await?;
        Ok(Snapshot {
            access: Arc::clone(&self.access),
            session,
        })
    }

    /// Give back space that is no longer used (`lfc-interval`); database servers do so by
    /// themselves.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn compact(&self) -> Result<(), Error> {
        self.with_session(&(), |session, ()| session.compact())
            .await
    }

    /// Add whole rows in one transaction: all or nothing. `next` gives a portion at a time and
    /// an empty one at the end.
    ///
    /// # Errors
    /// The first row that is there already, or whatever `next` or the database reports; nothing
    /// was added.
    pub async fn upload<E: From<Error>>(
        &self,
        mut next: impl FnMut() -> Result<Vec<Lease<F>>, E>,
    ) -> Result<u64, E> {
        // A session of its own: dropping it without the commit undoes everything.
        let mut session = self.engine.connect().await?;
        session.begin_upload().await?;
        let mut count = 0;
        loop {
            let rows = next()?;
            if rows.is_empty() {
                break;
            }
            session.upload(&rows).await?;
            count += rows.len() as u64;
        }
        session.commit_upload().await?;
        Ok(count)
    }

    /// What is remembered of a lease file that was taken over, by its name without folders.
    ///
    /// # Errors
    /// The database could not be asked; [`Error::Access`] on another engine than the embedded one.
    pub async fn imported(&self, file: &str) -> Result<Option<FileMark>, Error> {
        self.with_session(file, |session, file| session.imported(file))
            .await
    }

    /// Take over a lease file in one transaction, once: `None` when that was done before. `next`
    /// gives a portion at a time and an empty one at the end; rows of the database stay as they
    /// are. `told` hears of each row that was not added as it is.
    ///
    /// # Errors
    /// Whatever `next` or the database reports; nothing was added then.
    pub async fn import<E: From<Error>, P>(
        &self,
        file: &FileMark,
        mut next: impl FnMut() -> Result<Vec<(P, Lease<F>)>, E>,
        mut told: impl FnMut(P, &Lease<F>, Imported),
    ) -> Result<Option<u64>, E> {
        // A session of its own: dropping it without the commit undoes everything.
        let mut session = self.engine.connect().await?;
        if !session.begin_import(file).await? {
            return Ok(None);
        }
        let mut added = 0;
        loop {
            let (places, rows): (Vec<P>, Vec<_>) = next()?.into_iter().unzip();
            if rows.is_empty() {
                break;
            }
            let outcomes = session.import(&rows).await?;
            for ((place, lease), outcome) in places.into_iter().zip(&rows).zip(outcomes) {
                match outcome {
                    Imported::Added => added += 1,
                    other => told(place, lease, other),
                }
            }
        }
        session.commit_upload().await?;
        Ok(Some(added))
    }
}

/// See [`Store::snapshot`]; it ends when dropped.
pub struct Snapshot<F: LeaseFamily> {
    access: Arc<Access>,
    session: Box<dyn Session<F>>,
}

impl<F: LeaseFamily> Snapshot<F> {
    /// Rows in address order, as they were when the snapshot was taken.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn page(&mut self, page: &Page<F>) -> Result<Vec<Lease<F>>, Error> {
        let limit = self.access.patience().table;
        self.access.within(limit, self.session.page(page)).await
    }
}
