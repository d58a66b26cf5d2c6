//! What an engine must be able to do. Batches in, answers out, in the same order.
//!
//! A [`Session`] is one connection and does one thing at a time; the fronts run several.

use futures_util::future::BoxFuture;

use crate::error::Error;
use crate::family::LeaseFamily;
use crate::fleet::{Beat, Worker};
use crate::lease::Lease;
use crate::names::{Names, Taken};
use crate::ops::{Change, Changed, Ended, FileMark, Found, Imported, Lookup, Page};
use crate::search::{Search, Searched};
use crate::statistic::{Count, Counted, Increment, Place};

pub(crate) type Answer<'a, T> = BoxFuture<'a, Result<T, Error>>;

/// Makes sessions. `connect` gives up after the access's connect timeout.
pub(crate) trait Engine<F: LeaseFamily>: Send + Sync + 'static {
    /// Open a connection that may write, and prepare its statements.
    fn connect(&self) -> Answer<'_, Box<dyn Session<F>>>;
    /// Bring an empty database to this program's schema, under the engine's lock; refuse any
    /// other than this program's version.
    fn initialize(&self) -> Answer<'_, ()>;
    /// How many connections for changes are of use when so many are wanted.
    fn write_lanes(&self, wanted: usize) -> usize {
        wanted
    }
}

/// One connection to a database.
pub(crate) trait Session<F: LeaseFamily>: Send {
    /// Answer all lookups from one consistent reading.
    fn lookup<'a>(&'a mut self, batch: &'a [Lookup<F>]) -> Answer<'a, Vec<Found<F>>>;

    /// Carry out all changes in one durable transaction; the batch is sorted by address.
    ///
    /// # Errors
    /// On any error nothing of the batch has changed, unless the connection broke
    /// ([`Error::is_connection`]): then the outcome is unknown and nobody may be answered.
    /// [`Error::ClientHasOther`] is about some row of the batch; batches of one tell which.
    fn change<'a>(&'a mut self, batch: &'a [Change<F>]) -> Answer<'a, Vec<Changed>>;

    /// Look for what is free; each question stands for itself.
    fn search<'a>(&'a mut self, batch: &'a [Search<F>]) -> Answer<'a, Vec<Searched<F>>>;

    /// End up to `limit` leases that expired, oldest first, skipping rows that others work on;
    /// give the rows as they were, as far as they can be read; those that cannot end as well.
    /// `remove` deletes them, otherwise they become reclaimed. What the DNS has to learn is written with it.
    fn reclaim(&mut self, limit: u32, remove: bool, names: Names) -> Answer<'_, Vec<Ended<F>>>;

    /// The oldest changes of names of the family, in a transaction that stays open where there are any. None while
    /// another session has the turn.
    fn take_names(&mut self, limit: u32) -> Answer<'_, Vec<Taken>>;

    /// Delete what was taken and sent, and make that durable; the turn is over.
    fn names_sent<'a>(&'a mut self, ids: &'a [i64]) -> Answer<'a, ()>;

    /// How many changes of names wait, but for those beyond `limit`.
    fn names_waiting(&mut self, limit: u32) -> Answer<'_, u64>;

    /// Delete up to `limit` reclaimed rows that expired more than `hold` seconds ago.
    fn flush(&mut self, hold: u32, limit: u32) -> Answer<'_, u64>;

    /// Rows in address order.
    fn page<'a>(&'a mut self, page: &'a Page<F>) -> Answer<'a, Vec<Lease<F>>>;

    /// From here on every page is of one moment, until the session is dropped.
    fn begin_snapshot(&mut self) -> Answer<'_, ()>;

    /// Number of rows per subnet, pool and state.
    fn count(&mut self) -> Answer<'_, Vec<Count>>;

    /// The same of one subnet, whose rows are from `low` to `high`.
    fn count_within(
        &mut self,
        subnet_id: u32,
        low: F::Address,
        high: F::Address,
    ) -> Answer<'_, Vec<Count>>;

    /// Add the rows as they are (`expire` and `state` included) within the transaction that
    /// [`Session::begin_upload`] opened; any row that is there already is an error.
    fn upload<'a>(&'a mut self, rows: &'a [Lease<F>]) -> Answer<'a, ()>;

    /// Open the transaction of an upload.
    fn begin_upload(&mut self) -> Answer<'_, ()>;

    /// Make the upload durable.
    fn commit_upload(&mut self) -> Answer<'_, ()>;

    /// What is remembered of a lease file that was taken over.
    fn imported<'a>(&'a mut self, _file: &'a str) -> Answer<'a, Option<FileMark>> {
        Box::pin(std::future::ready(Err(Error::no_import())))
    }

    /// Open the transaction that takes over a lease file, and remember it there. `false` and no
    /// transaction when that was done before.
    fn begin_import<'a>(&'a mut self, _file: &'a FileMark) -> Answer<'a, bool> {
        Box::pin(std::future::ready(Err(Error::no_import())))
    }

    /// Add rows within that transaction, as far as the database leaves room for them.
    fn import<'a>(&'a mut self, _rows: &'a [Lease<F>]) -> Answer<'a, Vec<Imported>> {
        Box::pin(std::future::ready(Err(Error::no_import())))
    }

    /// The server DUID of this database; `candidate` becomes it when there is none, or when
    /// `replace` says so.
    fn server_duid<'a>(&'a mut self, candidate: &'a [u8], replace: bool) -> Answer<'a, Vec<u8>>;

    /// Make this session one for [`Session::beat`] and what belongs to it: nothing of that needs to
    /// be durable, as the next beat says it again.
    fn for_registry(&mut self) -> Answer<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Renew the worker's row, if it is its own or nobody's any more; or, with `enroll`, add it if
    /// there is none of that name. Then all workers of the family.
    ///
    /// # Errors
    /// [`Error::Value`] when another worker took the same slot at the same moment.
    fn beat<'a>(&'a mut self, beat: &'a Beat, enroll: bool) -> Answer<'a, Vec<Worker>>;

    /// The worker signs off.
    fn leave<'a>(&'a mut self, name: &'a str, incarnation: i64) -> Answer<'a, ()>;

    /// All workers of the family by slot.
    fn workers(&mut self) -> Answer<'_, Vec<Worker>>;

    /// Delete the rows of workers that nobody heard of for a day.
    fn forget_workers(&mut self) -> Answer<'_, ()>;

    /// Add what a worker counted, in one transaction.
    fn add_counted<'a>(&'a mut self, slot: u32, rows: &'a [Increment<'a>]) -> Answer<'a, ()>;

    /// All that was counted of the family.
    fn counted(&mut self) -> Answer<'_, Vec<Counted>>;

    /// What was counted under a name, at a place and within it.
    fn counted_at<'a>(&'a mut self, name: &'a str, place: Place) -> Answer<'a, i64>;

    /// From now on a name counts from zero at a place.
    fn reset_counted<'a>(&'a mut self, name: &'a str, place: Place) -> Answer<'a, ()>;

    /// From now on all of the family counts from zero.
    fn clear_counted(&mut self) -> Answer<'_, ()>;

    /// Give back space that is no longer used; an engine that does so by itself does nothing.
    fn compact(&mut self) -> Answer<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }
}
