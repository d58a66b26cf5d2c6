//! The one thing a worker sees of its database.

mod counted;
mod fleet;
mod lanes;
mod whole;

pub use whole::Snapshot;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::{Mutex, watch};

use crate::access::{Access, EngineKind};
use crate::connection::{Connection, RETRIES, RETRY_PAUSE, jitter};
use crate::engine::{Answer, Engine, Session};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::front::{Front, FrontStats, Lane};
use crate::mysql::MySql;
use crate::names::{NameChange, Names, Portion};
use crate::ops::{Change, Changed, Ended, Found, Lookup};
use crate::postgresql::PostgreSql;
use crate::search::{GivenBack, Occupied, Search, Searched, Window};
use crate::sqlite::Sqlite;
use lanes::dial;

/// Lanes and batch sizes.
#[derive(Clone, Copy, Debug)]
pub struct StoreOptions {
    /// Connections for lookups. The first one takes whatever waits, and while it waits for the server, the
    /// next batch grows; the others help where it hangs.
    pub read_lanes: usize,
    /// The same for changes.
    pub write_lanes: usize,
    /// Most operations in one batch.
    pub max_batch: usize,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            read_lanes: 2,
            write_lanes: 2,
            max_batch: 512,
        }
    }
}

/// Leases of one family in one database.
pub struct Store<F: LeaseFamily> {
    reads: Front<Lookup<F>, Found<F>>,
    writes: Front<Change<F>, Changed>,
    searches: Front<Search<F>, Searched<F>>,
    /// Batches tried again, of lookups and of changes.
    retries: [Arc<AtomicU64>; 2],
    access: Arc<Access>,
    engine: Arc<dyn Engine<F>>,
    /// For what is neither: timers, the command channel, the admin tool.
    other: Mutex<Option<Box<dyn Session<F>>>>,
    /// For statistics.
    facts: Mutex<Option<Box<dyn Session<F>>>>,
    /// For the registry of workers: a heartbeat must not wait for any of the above.
    registry: Mutex<Option<Box<dyn Session<F>>>>,
    /// For changes of names: a transaction stays open while they are sent.
    names: Mutex<Option<Box<dyn Session<F>>>>,
    health: watch::Sender<Option<Error>>,
}

impl<F: LeaseFamily> Store<F> {
    /// Connect, initialize an empty database, and start the lanes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached, [`Error::Schema`] when it
    /// holds another schema than this program's, [`Error::Access`] for parameters that cannot work.
    pub async fn open(access: &Access, options: StoreOptions) -> Result<Self, Error> {
        let engine = engine::<F>(access)?;
        let access = Arc::new(access.clone());
        engine.initialize().await?;
        let session = engine.connect().await?;
        let health = watch::Sender::new(None);
        let retries: [Arc<AtomicU64>; 2] = Default::default();
        let lane = |retries| Connection::new(Arc::clone(&access), dial(&engine), retries, &health);
        let [of_reads, of_writes] = &retries;
        let reads = (0..options.read_lanes.max(1))
            .map(|_| Box::new(lane(of_reads)) as Box<dyn Lane<Lookup<F>, Found<F>>>)
            .collect();
        let writes = (0..engine.write_lanes(options.write_lanes.max(1)))
            .map(|_| Box::new(lane(of_writes)) as Box<dyn Lane<Change<F>, Changed>>)
            .collect();
        // Connected when a pool is searched for the first time.
        let searches = vec![Box::new(lane(of_reads)) as Box<dyn Lane<Search<F>, Searched<F>>>];
        Ok(Self {
            searches: Front::start(searches, options.max_batch.max(1)),
            reads: Front::start(reads, options.max_batch.max(1)),
            writes: Front::start(writes, options.max_batch.max(1)),
            retries,
            access,
            engine,
            other: Mutex::new(Some(session)),
            facts: Mutex::new(None),
            registry: Mutex::new(None),
            names: Mutex::new(None),
            health,
        })
    }

    /// What the database knows about a client and some addresses.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn lookup(&self, lookup: Lookup<F>) -> Result<Found<F>, Error> {
        self.reads.submit(lookup).await
    }

    /// Change a lease. When this returns `Ok`, the change is durable.
    ///
    /// # Errors
    /// Nothing may be told to the client: the outcome is no change, or unknown.
    pub async fn change(&self, change: Change<F>) -> Result<Changed, Error> {
        self.writes.submit(change).await
    }

    /// Rows from one address to another that are not reclaimed, in no order. What they do not cover was
    /// free a moment ago.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn occupied(
        &self,
        low: F::Address,
        high: F::Address,
    ) -> Result<Vec<Occupied<F>>, Error> {
        match self.searches.submit(Search::Occupied { low, high }).await? {
            Searched::Occupied(rows) => Ok(rows),
            _ => Err(Error::mixed_up()),
        }
    }

    /// The highest address of a range that has a row, whatever its state.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn highest(
        &self,
        low: F::Address,
        high: F::Address,
    ) -> Result<Option<F::Address>, Error> {
        match self.searches.submit(Search::Highest { low, high }).await? {
            Searched::Highest(address) => Ok(address),
            _ => Err(Error::mixed_up()),
        }
    }

    /// Reclaimed rows of a pool, those first whose clients have been away the longest.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn given_back(&self, wanted: GivenBack<F>) -> Result<Vec<F::Address>, Error> {
        match self.searches.submit(Search::GivenBack(wanted)).await? {
            Searched::GivenBack(addresses) => Ok(addresses),
            _ => Err(Error::mixed_up()),
        }
    }

    /// A number for a pool, known by a name of up to 128 characters, that no other worker gets;
    /// `seed` becomes the pool's when it has none.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn next_window(&self, pool: Arc<str>, seed: i64) -> Result<Window, Error> {
        match self.searches.submit(Search::Window { pool, seed }).await? {
            Searched::Window(window) => Ok(window),
            _ => Err(Error::mixed_up()),
        }
    }

    /// End up to `limit` leases that expired, oldest first; the rows as they were, or why one of
    /// them cannot be read. Rows that another worker ends at this moment are left to it.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn reclaim(
        &self,
        limit: u32,
        remove: bool,
        names: Names,
    ) -> Result<Vec<Ended<F>>, Error> {
        self.with_session(&(), move |session, ()| {
            session.reclaim(limit, remove, names)
        })
        .await
    }

    /// How many changes of names wait to be sent, but for those beyond `limit`.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn names_waiting(&self, limit: u32) -> Result<u64, Error> {
        self.with_slot(
            &self.names,
            async || self.engine.connect().await,
            (&(), self.access.patience().table),
            move |session, ()| session.names_waiting(limit),
        )
        .await
    }

    /// Take up to `limit` of the oldest changes of names, send them, and delete those whose ids `send` gives back, in
    /// one transaction. Nothing while another worker does so. What was not sent waits on.
    ///
    /// # Errors
    /// The database could not be asked; what was sent may be sent again.
    pub async fn send_names<S: Future<Output = Vec<i64>>>(
        &self,
        limit: u32,
        send: impl FnOnce(Vec<NameChange>) -> S,
    ) -> Result<Portion, Error> {
        let mut slot = self.names.lock().await;
        let mut session = match slot.take() {
            Some(session) => session,
            None => self.engine.connect().await?,
        };
        // Whatever fails, the session is dropped with its transaction.
        let taking = session.take_names(limit);
        let taken = self.access.within(self.access.patience().batch, taking);
        let taken = taken.await?;
        let mut portion = Portion {
            taken: taken.len(),
            ..Portion::default()
        };
        if portion.taken > 0 {
            let (mut changes, mut lost) = (Vec::new(), Vec::new());
            for (id, change) in taken {
                match change {
                    Ok(change) => changes.push(change),
                    Err(error) => {
                        lost.push(id);
                        portion.unreadable.push(error);
                    }
                }
            }
            let mut sent = send(changes).await;
            sent.append(&mut lost);
            let ending = session.names_sent(&sent);
            self.access
                .within(self.access.patience().batch, ending)
                .await?;
        }
        *slot = Some(session);
        Ok(portion)
    }

    /// Delete up to `limit` reclaimed rows that expired more than `hold` seconds ago.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn flush(&self, hold: u32, limit: u32) -> Result<u64, Error> {
        self.with_session(&(), move |session, ()| session.flush(hold, limit))
            .await
    }

    /// The DUID of all workers on this database; `candidate` becomes it when there is none, or
    /// when `replace` says so.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn server_duid(&self, candidate: &[u8], replace: bool) -> Result<Vec<u8>, Error> {
        let mut tries = 0;
        loop {
            let result = self
                .with_session(candidate, move |session, candidate| {
                    session.server_duid(candidate, replace)
                })
                .await;
            tries += 1;
            match result {
                // All workers of a fleet that starts ask at one moment, and nodes of a cluster refuse all but one.
                Err(error) if error.is_retryable() && tries < RETRIES => {
                    tokio::time::sleep(jitter(RETRY_PAUSE)).await;
                }
                result => return result,
            }
        }
    }

    /// `None` while the database answers, else the error of the last attempt.
    pub fn health(&self) -> watch::Receiver<Option<Error>> {
        self.health.subscribe()
    }

    /// Whether the last attempt succeeded.
    pub fn is_healthy(&self) -> bool {
        self.health.borrow().is_none()
    }

    /// Make a connection anew, whatever became of the others.
    ///
    /// # Errors
    /// [`Error::Unavailable`], or what else is wrong.
    pub async fn reach(&self) -> Result<(), Error> {
        let session = self.engine.connect().await?;
        // Who has the other one at this moment finds out by himself what became of it.
        if let Ok(mut slot) = self.other.try_lock() {
            *slot = Some(session);
        }
        self.health
            .send_if_modified(|health| health.take().is_some());
        Ok(())
    }

    /// Counters of the fronts for lookups and for changes.
    pub fn stats(&self) -> (FrontStats, FrontStats) {
        let [reads, writes] = self.retries.each_ref().map(|count| count.load(Relaxed));
        let with = |stats: FrontStats, retries| FrontStats { retries, ..stats };
        (
            with(self.reads.stats(), reads),
            with(self.writes.stats(), writes),
        )
    }

    /// How long the oldest lookup or change that waits for its turn has waited.
    pub fn waited(&self) -> Duration {
        self.reads.waited().max(self.writes.waited())
    }

    /// Whether other workers ask the database too: while it is slow, longer batches then serve all of them
    /// better than more of them.
    pub fn has_company(&self, others: bool) {
        self.reads.breathe(others);
        self.writes.breathe(others);
    }

    /// Give up what waits the longest: a lookup before a change, as most lookups are for clients that
    /// have no lease to lose. Whether there was one.
    pub fn shed_oldest(&self) -> bool {
        self.reads.shed_oldest() || self.writes.shed_oldest()
    }

    async fn with_session<B: ?Sized, T>(
        &self,
        asked: &B,
        work: impl for<'s> FnOnce(&'s mut dyn Session<F>, &'s B) -> Answer<'s, T>,
    ) -> Result<T, Error> {
        let result = self
            .with_slot(
                &self.other,
                async || self.engine.connect().await,
                (asked, self.access.patience().table),
                work,
            )
            .await;
        if let Err(error) = &result
            && error.is_connection()
        {
            self.health.send_replace(Some(error.clone()));
        }
        result
    }

    /// The same with the registry's session, whose failures say nothing of the store's health.
    async fn with_registry<B: ?Sized, T>(
        &self,
        asked: &B,
        work: impl for<'s> FnOnce(&'s mut dyn Session<F>, &'s B) -> Answer<'s, T>,
    ) -> Result<T, Error> {
        let connect = async || {
            let mut session = self.engine.connect().await?;
            session.for_registry().await?;
            Ok(session)
        };
        let limit = self.access.patience().table;
        self.with_slot(&self.registry, connect, (asked, limit), work)
            .await
    }

    /// The same for what is only told: nobody waits for it but who asked, who is not kept waiting for long, and that it
    /// takes too long says nothing of the store's health.
    async fn with_facts<B: ?Sized, T>(
        &self,
        asked: &B,
        work: impl for<'s> FnOnce(&'s mut dyn Session<F>, &'s B) -> Answer<'s, T>,
    ) -> Result<T, Error> {
        let connect = async || self.engine.connect().await;
        let limit = self.access.patience().batch;
        self.with_slot(&self.facts, connect, (asked, limit), work)
            .await
    }

    async fn with_slot<B: ?Sized, T>(
        &self,
        slot: &Mutex<Option<Box<dyn Session<F>>>>,
        connect: impl AsyncFnOnce() -> Result<Box<dyn Session<F>>, Error>,
        (asked, limit): (&B, Option<Duration>),
        work: impl for<'s> FnOnce(&'s mut dyn Session<F>, &'s B) -> Answer<'s, T>,
    ) -> Result<T, Error> {
        let mut slot = slot.lock().await;
        // Out of the slot while it works: given up halfway, it is of no more use.
        let session = match slot.take() {
            Some(session) => Ok(session),
            None => connect().await,
        };
        let mut session = session?;
        let result = self.access.within(limit, work(&mut *session, asked)).await;
        if !result.as_ref().is_err_and(Error::is_connection) {
            *slot = Some(session);
        }
        result
    }
}

/// The engine of an access.
pub(crate) fn engine<F: LeaseFamily>(access: &Access) -> Result<Arc<dyn Engine<F>>, Error> {
    match access.engine() {
        EngineKind::PostgreSql => Ok(Arc::new(PostgreSql::new(access.clone()))),
        EngineKind::Sqlite => Ok(Arc::new(Sqlite::new(access.clone()))),
        EngineKind::MySql => Ok(Arc::new(MySql::new(access.clone()))),
    }
}
