//! One session: batches become single-row statements within one transaction.

use std::collections::HashMap;
use std::marker::PhantomData;

use futures_util::FutureExt;
use rusqlite::{Connection, Row};

use super::Location;
use super::connect::Missing;
use super::statements::{self, texts};
use super::thread::Worker;
use super::value::{SqliteRow, bind};
use crate::access::Access;
use crate::batch::{Holder, Outcome, Parts, Questions, nothing_found};
use crate::engine::{Answer, Session};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::fleet::{Beat, Worker as Peer, leave_values, read_worker};
use crate::lease::Lease;
use crate::names::{self, Names, Taken, Written, read_change};
use crate::ops::{Before, Change, Changed, Claim, Ended, FileMark, Found, Imported, Lookup, Page};
use crate::prefix;
use crate::row::{
    Value, by_address, decline_values, holder_values, lease_values, read_address, read_count,
    read_ended, read_found, read_lease, read_number, read_occupied, read_window, reserved_values,
    seen_values, span_values, upload_values,
};
use crate::search::{Search, Searched, Window};
use crate::statistic::{Count, Counted, Increment, Place, range_values, read_counted, read_total};

/// A session of one family.
pub(super) struct SqliteSession<F> {
    worker: Worker,
    family: PhantomData<F>,
}

impl<F: LeaseFamily> SqliteSession<F> {
    pub(super) async fn open(access: Access) -> Result<Self, Error> {
        Ok(Self {
            worker: Worker::start(access, Missing::Refuse).await?,
            family: PhantomData,
        })
    }

    /// Work on the session's thread; whatever transaction the work leaves open after an error is
    /// undone.
    async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Db<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.worker
            .call(move |connection, location| {
                let db = Db::new(connection, location);
                let result = work(&db);
                if result.is_err() && !db.connection.is_autocommit() {
                    db.run("rollback", statements::ROLLBACK, &[])?;
                }
                result
            })
            .await
    }
}

/// A connection, and where it goes to for messages.
pub(super) struct Db<'c> {
    connection: &'c Connection,
    location: &'c Location,
}

impl<'c> Db<'c> {
    pub(super) fn new(connection: &'c Connection, location: &'c Location) -> Self {
        Self {
            connection,
            location,
        }
    }

    /// Run a prepared statement; gives each row to `each`.
    pub(super) fn query(
        &self,
        name: &'static str,
        text: &'static str,
        values: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let failed = |e: rusqlite::Error| self.location.error(name, &e);
        let mut statement = self.connection.prepare_cached(text).map_err(failed)?;
        bind(&mut statement, values).map_err(failed)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(failed)? {
            each(row)?;
        }
        Ok(())
    }

    /// Run a prepared statement without rows; gives the number of rows it changed.
    pub(super) fn run(
        &self,
        name: &'static str,
        text: &'static str,
        values: &[Value<'_>],
    ) -> Result<usize, Error> {
        let failed = |e: rusqlite::Error| self.location.error(name, &e);
        let mut statement = self.connection.prepare_cached(text).map_err(failed)?;
        bind(&mut statement, values).map_err(failed)?;
        statement.raw_execute().map_err(failed)
    }

    /// Whether a query gives any row.
    fn any(
        &self,
        name: &'static str,
        text: &'static str,
        values: &[Value<'_>],
    ) -> Result<bool, Error> {
        let mut any = false;
        self.query(name, text, values, |_| {
            any = true;
            Ok(())
        })?;
        Ok(any)
    }

    fn leases<F: LeaseFamily>(
        &self,
        name: &'static str,
        text: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Lease<F>>, Error> {
        let mut leases = Vec::new();
        self.query(name, text, values, |row| {
            leases.push(read_lease(&SqliteRow(row), 0)?);
            Ok(())
        })?;
        Ok(leases)
    }

    fn counts<F: LeaseFamily>(
        &self,
        name: &'static str,
        text: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Count>, Error> {
        let mut counts = Vec::new();
        self.query(name, text, values, |row| {
            counts.push(read_count::<F>(&SqliteRow(row))?);
            Ok(())
        })?;
        Ok(counts)
    }

    fn workers(&self, family: u8) -> Result<Vec<Peer>, Error> {
        let family = [Value::Number(family.into())];
        let mut workers = Vec::new();
        self.query("worker list", statements::WORKER_LIST, &family, |row| {
            workers.push(read_worker(&SqliteRow(row))?);
            Ok(())
        })?;
        Ok(workers)
    }

    fn transaction<T>(
        &self,
        begin: &'static str,
        work: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.run("begin", begin, &[])?;
        let result = work()?;
        self.location.must_be_there()?;
        self.run("commit", statements::COMMIT, &[])?;
        Ok(result)
    }

    fn lookup<F: LeaseFamily>(&self, batch: &[Lookup<F>]) -> Result<Vec<Found<F>>, Error> {
        let texts = texts::<F>();
        let questions = Questions::of(batch);
        let mut found = nothing_found(batch);
        let mut ask = |text, values: &[Value<'_>]| {
            self.query("lookup", text, values, |row| {
                read_found(&SqliteRow(row), &questions, &mut found)
            })
        };
        self.transaction(statements::BEGIN_READ, || {
            for (number, client) in &questions.clients {
                let values = [Value::Number(*number), Value::Bytes(client)];
                ask(texts.by_client, &values)?;
            }
            for (number, hwaddr) in &questions.hwaddrs {
                let values = [Value::Number(*number), Value::Bytes(hwaddr)];
                ask(texts.by_hwaddr, &values)?;
            }
            for (number, address) in &questions.addresses {
                let values = [Value::Number(*number), F::address_value(*address)];
                ask(texts.by_address, &values)?;
            }
            for (number, span) in &questions.spans {
                let [low, high, longest] = span_values::<F>(*span);
                let values = [Value::Number(*number), low, high, longest];
                ask(statements::BY_SPAN, &values)?;
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn search<F: LeaseFamily>(&self, search: &Search<F>) -> Result<Searched<F>, Error> {
        let texts = texts::<F>();
        match search {
            Search::Occupied { low, high } => {
                let mut rows = Vec::new();
                let range = [*low, *high].map(F::address_value);
                self.query("occupied", texts.occupied, &range, |row| {
                    rows.push(read_occupied(&SqliteRow(row))?);
                    Ok(())
                })?;
                Ok(Searched::Occupied(rows))
            }
            Search::Highest { low, high } => {
                let mut highest = None;
                let range = [*low, *high].map(F::address_value);
                self.query("highest", texts.highest, &range, |row| {
                    highest = Some(read_address::<F>(&SqliteRow(row))?);
                    Ok(())
                })?;
                Ok(Searched::Highest(highest))
            }
            Search::GivenBack(wanted) => {
                let mut addresses = Vec::new();
                let values = [
                    Value::Number(wanted.subnet_id.into()),
                    F::address_value(wanted.low),
                    F::address_value(wanted.high),
                    Value::Number(wanted.limit.into()),
                ];
                self.query("given back", texts.given_back, &values, |row| {
                    addresses.push(read_address::<F>(&SqliteRow(row))?);
                    Ok(())
                })?;
                Ok(Searched::GivenBack(addresses))
            }
            Search::Window { pool, seed } => {
                let mut window = Window {
                    number: 0,
                    seed: *seed,
                };
                let values = [Value::Text(pool), Value::Number(*seed)];
                self.query("pool window", statements::POOL_WINDOW, &values, |row| {
                    window = read_window::<F>(&SqliteRow(row))?;
                    Ok(())
                })?;
                Ok(Searched::Window(window))
            }
        }
    }

    fn change<F: LeaseFamily>(&self, batch: &[Change<F>]) -> Result<Vec<Changed>, Error> {
        let texts = texts::<F>();
        let mut known = Vec::with_capacity(batch.len());
        self.transaction(statements::BEGIN_WRITE, || {
            let before = self.look_at_names(batch)?;
            let batch = &*names::kept(batch, &before);
            let parts = Parts::of(batch);
            let released = [
                (&parts.kept, texts.release_keep),
                (&parts.deleted, texts.release_delete),
            ];
            for (holders, text) in released {
                for holder in holders {
                    if self.release::<F>(text, *holder)? {
                        known.push((holder.0.address, Changed::Released));
                    }
                }
            }
            for decline in &parts.declined {
                if self.run("decline", texts.decline, &decline_values(decline))? > 0 {
                    known.push((decline.seen.address, Changed::Declined));
                }
            }
            for claim in &parts.claims {
                known.push((claim.lease.address, self.claim_or_undo(claim)?));
            }
            let outcome = Outcome::new(known);
            self.write_names(&names::changes(batch, &before, &outcome))?;
            Ok(outcome.answers(batch))
        })
    }

    /// The rows that a batch changes, where anybody cares for their names.
    fn look_at_names<F: LeaseFamily>(
        &self,
        batch: &[Change<F>],
    ) -> Result<HashMap<F::Address, Lease<F>>, Error> {
        let mut rows = Vec::new();
        if names::matter(batch) {
            for address in names::addresses(batch) {
                let address = [F::address_value(address)];
                self.query("named", texts::<F>().named, &address, |row| {
                    rows.push(read_lease(&SqliteRow(row), 0));
                    Ok(())
                })?;
            }
        }
        Ok(by_address(rows.into_iter()))
    }

    fn write_names<F: LeaseFamily>(&self, all: &[Written<'_, F>]) -> Result<(), Error> {
        for one in all {
            self.run("name write", statements::NAME_WRITE, &one.values())?;
        }
        Ok(())
    }

    fn release<F: LeaseFamily>(
        &self,
        text: &'static str,
        (seen, client): Holder<'_, F>,
    ) -> Result<bool, Error> {
        let changed = self.run("release", text, &seen_values::<F>(seen, client))?;
        Ok(changed > 0)
    }

    /// A claim; one that is refused leaves the lease that it would have replaced.
    fn claim_or_undo<F: LeaseFamily>(&self, claim: &Claim<F>) -> Result<Changed, Error> {
        let Some(old) = claim.replaces else {
            return self.claim(claim);
        };
        self.run("claim", statements::SAVE, &[])?;
        self.release::<F>(texts::<F>().release_delete, (old, &claim.lease.client))?;
        let changed = self.claim(claim)?;
        if !matches!(changed, Changed::Claimed { .. }) {
            self.run("claim", statements::UNDO, &[])?;
        }
        self.run("claim", statements::KEEP, &[])?;
        Ok(changed)
    }

    fn claim<F: LeaseFamily>(&self, claim: &Claim<F>) -> Result<Changed, Error> {
        let mut changed = Changed::Taken;
        if self.is_in_the_way(claim)? {
            return Ok(changed);
        }
        let mut before = Before::Free;
        let address = [F::address_value(claim.lease.address)];
        self.query("claim", texts::<F>().before, &address, |row| {
            let number = row.get(0).map_err(|e| self.location.error("claim", &e))?;
            before = Before::from_number(number);
            Ok(())
        })?;
        let values = lease_values(&claim.lease);
        let asked = self.query("claim", texts::<F>().claim, &values, |row| {
            let expire = row.get(0).map_err(|e| self.location.error("claim", &e))?;
            changed = Changed::Claimed { expire, before };
            Ok(())
        });
        match asked {
            // A refused statement changes nothing, and the transaction goes on.
            Err(Error::ClientHasOther { .. }) => Ok(Changed::ClientHasOther),
            Err(error) => Err(error),
            Ok(()) => Ok(changed),
        }
    }

    /// Whether a prefix to be renewed is not its client's, another is overlapped, or an address is reserved.
    fn is_in_the_way<F: LeaseFamily>(&self, claim: &Claim<F>) -> Result<bool, Error> {
        let (lease, len) = (&claim.lease, F::lease_len(&claim.lease));
        if claim.must_heed_hosts() {
            let values = reserved_values(0, claim);
            return self.any("hosts4_reserved", statements::HOSTS4_RESERVED, &values);
        }
        if claim.must_renew() {
            let mut values = holder_values::<F>(lease.address, &lease.client);
            values.push(Value::Number(len.into()));
            return Ok(!self.any("held", statements::HELD, &values)?);
        }
        if claim.may_overlap() {
            for span in prefix::spans(lease.address, len) {
                if self.any("overlap", statements::OVERLAP, &span_values::<F>(span))? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// A live row that its client's key refuses comes in ended, as only live rows share that key. A
    /// row of the database stays where it was written later.
    fn import<F: LeaseFamily>(&self, mut lease: Lease<F>) -> Result<Imported, Error> {
        let written = lease.expire - i64::from(lease.valid_lifetime);
        let older = [F::address_value(lease.address), Value::Number(written)];
        self.run("import", texts::<F>().import_older, &older)?;
        let text = texts::<F>().import;
        if self.run("import", text, &upload_values(&lease))? > 0 {
            return Ok(Imported::Added);
        }
        lease.state = crate::State::Reclaimed;
        match self.run("import", text, &upload_values(&lease))? {
            0 => Ok(Imported::Present),
            _ => Ok(Imported::Ended),
        }
    }

    /// Types are a matter of habit in this engine: a row that somebody spoiled ends like the others,
    /// and one that cannot even be changed is told of and left.
    fn reclaim<F: LeaseFamily>(
        &self,
        limit: u32,
        remove: bool,
        names: Names,
    ) -> Result<Vec<Ended<F>>, Error> {
        let texts = texts::<F>();
        self.transaction(statements::BEGIN_WRITE, || {
            let mut due = Vec::new();
            self.query(
                "reclaim",
                texts.due,
                &[Value::Number(limit.into())],
                |row| {
                    due.push(read_ended(&SqliteRow(row)));
                    Ok(())
                },
            )?;
            let mut all = Vec::with_capacity(due.len());
            for row in due {
                let (address, ended) = match row {
                    Ok(row) => row,
                    Err(error) => {
                        all.push(Err(error));
                        continue;
                    }
                };
                // A declined row has no client to come back to it.
                let declined = matches!(&ended, Ok(l) if l.state == crate::State::Declined);
                let text = if remove || declined {
                    texts.reclaim_delete
                } else {
                    texts.reclaim_keep
                };
                match self.run("reclaim", text, &[F::address_value(address)]) {
                    Err(error) if error.is_ones_own() => all.push(Err(error)),
                    Err(error) => return Err(error),
                    Ok(_) => all.push(ended),
                }
            }
            if names.matter() {
                let told: Vec<_> = all.iter().flatten().filter_map(names::removal).collect();
                self.write_names(&told)?;
            }
            Ok(all)
        })
    }
}

impl<F: LeaseFamily> Session<F> for SqliteSession<F> {
    fn lookup<'a>(&'a mut self, batch: &'a [Lookup<F>]) -> Answer<'a, Vec<Found<F>>> {
        let batch = batch.to_vec();
        self.call(move |db| db.lookup(&batch)).boxed()
    }

    fn change<'a>(&'a mut self, batch: &'a [Change<F>]) -> Answer<'a, Vec<Changed>> {
        let batch = batch.to_vec();
        self.call(move |db| db.change(&batch)).boxed()
    }

    fn search<'a>(&'a mut self, batch: &'a [Search<F>]) -> Answer<'a, Vec<Searched<F>>> {
        let batch = batch.to_vec();
        self.call(move |db| batch.iter().map(|search| db.search(search)).collect())
            .boxed()
    }

    fn reclaim(&mut self, limit: u32, remove: bool, names: Names) -> Answer<'_, Vec<Ended<F>>> {
        self.call(move |db| db.reclaim(limit, remove, names))
            .boxed()
    }

    fn take_names(&mut self, limit: u32) -> Answer<'_, Vec<Taken>> {
        self.call(move |db| {
            db.run("begin", statements::BEGIN_WRITE, &[])?;
            let values = [F::VERSION.into(), i64::from(limit)].map(Value::Number);
            let mut all = Vec::new();
            db.query("name take", statements::NAME_TAKE, &values, |row| {
                all.push(read_change(&SqliteRow(row))?);
                Ok(())
            })?;
            if all.is_empty() {
                db.run("rollback", statements::ROLLBACK, &[])?;
            }
            Ok(all)
        })
        .boxed()
    }

    fn names_sent<'a>(&'a mut self, ids: &'a [i64]) -> Answer<'a, ()> {
        let ids = ids.to_vec();
        self.call(move |db| {
            for id in ids {
                db.run("name sent", statements::NAME_SENT, &[Value::Number(id)])?;
            }
            db.run("commit", statements::COMMIT, &[]).map(drop)
        })
        .boxed()
    }

    fn names_waiting(&mut self, limit: u32) -> Answer<'_, u64> {
        self.call(move |db| {
            let values = [F::VERSION.into(), i64::from(limit)].map(Value::Number);
            let mut waiting = 0;
            db.query("name waiting", statements::NAME_WAITING, &values, |row| {
                waiting = read_number::<F>(&SqliteRow(row), 0, "waiting")?.unsigned_abs();
                Ok(())
            })?;
            Ok(waiting)
        })
        .boxed()
    }

    fn flush(&mut self, hold: u32, limit: u32) -> Answer<'_, u64> {
        self.call(move |db| {
            let values = [Value::Number(hold.into()), Value::Number(limit.into())];
            let gone = db.run("flush", texts::<F>().flush, &values)?;
            Ok(gone as u64)
        })
        .boxed()
    }

    fn page<'a>(&'a mut self, page: &'a Page<F>) -> Answer<'a, Vec<Lease<F>>> {
        let (from, limit) = (F::address_value(page.from), page.limit);
        self.call(move |db| {
            let values = [from, Value::Number(limit.into())];
            db.leases("page", texts::<F>().page, &values)
        })
        .boxed()
    }

    /// Of a database in memory this keeps everybody else out as long as it lasts.
    fn begin_snapshot(&mut self) -> Answer<'_, ()> {
        self.call(|db| {
            db.run("snapshot", statements::BEGIN_READ, &[])?;
            // The moment is that of the first reading.
            db.query("snapshot", statements::SNAPSHOT, &[], |_| Ok(()))
        })
        .boxed()
    }

    fn count(&mut self) -> Answer<'_, Vec<Count>> {
        self.call(|db| db.counts::<F>("count", texts::<F>().count, &[]))
            .boxed()
    }

    fn count_within(
        &mut self,
        subnet_id: u32,
        low: F::Address,
        high: F::Address,
    ) -> Answer<'_, Vec<Count>> {
        let [low, high] = [low, high].map(F::address_value);
        self.call(move |db| {
            let values = [low, high, Value::Number(subnet_id.into())];
            db.counts::<F>("count within", texts::<F>().count_within, &values)
        })
        .boxed()
    }

    fn upload<'a>(&'a mut self, rows: &'a [Lease<F>]) -> Answer<'a, ()> {
        let rows = rows.to_vec();
        self.call(move |db| {
            for lease in &rows {
                db.run("upload", texts::<F>().upload, &upload_values(lease))?;
            }
            Ok(())
        })
        .boxed()
    }

    fn begin_upload(&mut self) -> Answer<'_, ()> {
        self.call(|db| db.run("begin", statements::BEGIN_WRITE, &[]).map(drop))
            .boxed()
    }

    fn commit_upload(&mut self) -> Answer<'_, ()> {
        self.call(|db| db.run("commit", statements::COMMIT, &[]).map(drop))
            .boxed()
    }

    fn imported<'a>(&'a mut self, file: &'a str) -> Answer<'a, Option<FileMark>> {
        let file = file.to_owned();
        self.call(move |db| {
            let failed = |e: rusqlite::Error| db.location.error("imported", &e);
            let values = [Value::Number(F::VERSION.into()), Value::Text(&file)];
            let mut found = None;
            db.query("imported", statements::IMPORT_MARKED, &values, |row| {
                let size: i64 = row.get(0).map_err(failed)?;
                found = Some(FileMark {
                    file: file.clone(),
                    size: size.unsigned_abs(),
                    modified: row.get(1).map_err(failed)?,
                });
                Ok(())
            })?;
            Ok(found)
        })
        .boxed()
    }

    fn begin_import<'a>(&'a mut self, file: &'a FileMark) -> Answer<'a, bool> {
        let file = file.clone();
        self.call(move |db| {
            db.run("begin", statements::BEGIN_WRITE, &[])?;
            let values = [
                Value::Number(F::VERSION.into()),
                Value::Text(&file.file),
                Value::Number(file.size.cast_signed()),
                Value::Number(file.modified),
            ];
            let first = db.run("import", statements::IMPORT_MARK, &values)? > 0;
            if !first {
                db.run("rollback", statements::ROLLBACK, &[])?;
            }
            Ok(first)
        })
        .boxed()
    }

    fn import<'a>(&'a mut self, rows: &'a [Lease<F>]) -> Answer<'a, Vec<Imported>> {
        let rows = rows.to_vec();
        self.call(move |db| rows.into_iter().map(|lease| db.import(lease)).collect())
            .boxed()
    }

    fn server_duid<'a>(&'a mut self, candidate: &'a [u8], replace: bool) -> Answer<'a, Vec<u8>> {
        let candidate = candidate.to_vec();
        self.call(move |db| {
            let text = if replace {
                statements::SERVER_DUID_REPLACE
            } else {
                statements::SERVER_DUID_KEEP
            };
            let mut duid = Vec::new();
            db.query("server DUID", text, &[Value::Bytes(&candidate)], |row| {
                duid = row
                    .get(0)
                    .map_err(|e| db.location.error("server DUID", &e))?;
                Ok(())
            })?;
            Ok(duid)
        })
        .boxed()
    }

    fn compact(&mut self) -> Answer<'_, ()> {
        self.call(|db| {
            db.connection
                .execute_batch(statements::COMPACT)
                .map_err(|e| db.location.error("compact", &e))
        })
        .boxed()
    }

    /// In memory all sessions share one connection, and nothing is durable anyway.
    fn for_registry(&mut self) -> Answer<'_, ()> {
        self.call(|db| {
            db.connection
                .execute_batch(statements::REGISTRY_SETTINGS)
                .map_err(|e| db.location.error("session settings", &e))
        })
        .boxed()
    }

    fn beat<'a>(&'a mut self, beat: &'a Beat, enroll: bool) -> Answer<'a, Vec<Peer>> {
        let beat = beat.clone();
        self.call(move |db| {
            let values = beat.values(F::VERSION);
            db.transaction(statements::BEGIN_WRITE, || {
                if enroll {
                    db.run("worker enroll", statements::WORKER_ENROLL, &values[..10])?;
                } else {
                    db.run("worker beat", statements::WORKER_BEAT, &values)?;
                }
                db.workers(F::VERSION)
            })
        })
        .boxed()
    }

    fn leave<'a>(&'a mut self, name: &'a str, incarnation: i64) -> Answer<'a, ()> {
        let name = name.to_owned();
        self.call(move |db| {
            let values = leave_values(F::VERSION, &name, incarnation);
            db.run("worker leave", statements::WORKER_LEAVE, &values)
                .map(drop)
        })
        .boxed()
    }

    fn workers(&mut self) -> Answer<'_, Vec<Peer>> {
        self.call(|db| db.workers(F::VERSION)).boxed()
    }

    fn forget_workers(&mut self) -> Answer<'_, ()> {
        self.call(|db| {
            let family = [Value::Number(F::VERSION.into())];
            db.run("worker forget", statements::WORKER_FORGET, &family)
                .map(drop)
        })
        .boxed()
    }

    fn add_counted<'a>(&'a mut self, slot: u32, rows: &'a [Increment<'a>]) -> Answer<'a, ()> {
        let rows: Vec<(String, Place, i64)> = rows
            .iter()
            .map(|row| (row.name.to_owned(), row.place, row.count))
            .collect();
        self.call(move |db| {
            db.transaction(statements::BEGIN_WRITE, || {
                for (name, place, count) in &rows {
                    let (place, count) = (*place, *count);
                    let row = Increment { name, place, count };
                    let values = row.values(F::VERSION, slot);
                    db.run("statistic add", statements::STATISTIC_ADD, &values)?;
                }
                Ok(())
            })
        })
        .boxed()
    }

    fn counted(&mut self) -> Answer<'_, Vec<Counted>> {
        self.call(|db| {
            let family = [Value::Number(F::VERSION.into())];
            let mut all = Vec::new();
            let text = statements::STATISTIC_LIST;
            db.query("statistic list", text, &family, |row| {
                all.push(read_counted(&SqliteRow(row))?);
                Ok(())
            })?;
            Ok(all)
        })
        .boxed()
    }

    fn counted_at<'a>(&'a mut self, name: &'a str, place: Place) -> Answer<'a, i64> {
        let name = name.to_owned();
        self.call(move |db| {
            let values = range_values(F::VERSION, &name, place);
            let mut total = 0;
            let text = statements::STATISTIC_TOTAL;
            db.query("statistic total", text, &values, |row| {
                total = read_total(&SqliteRow(row))?;
                Ok(())
            })?;
            Ok(total)
        })
        .boxed()
    }

    fn reset_counted<'a>(&'a mut self, name: &'a str, place: Place) -> Answer<'a, ()> {
        let name = name.to_owned();
        self.call(move |db| {
            let values = range_values(F::VERSION, &name, place);
            db.run("statistic reset", statements::STATISTIC_RESET, &values)
                .map(drop)
        })
        .boxed()
    }

    fn clear_counted(&mut self) -> Answer<'_, ()> {
        self.call(|db| {
            let family = [Value::Number(F::VERSION.into())];
            db.run("statistic clear", statements::STATISTIC_CLEAR, &family)
                .map(drop)
        })
        .boxed()
    }
}
