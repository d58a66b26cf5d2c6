//! One session: batches become single-row statements within one transaction.

mod changes;
mod db;
mod lookups;

pub(super) use db::Db;
use std::marker::PhantomData;

use futures_util::FutureExt;

use super::connect::Missing;
use super::statements::{self, texts};
use super::thread::Worker;
use super::value::SqliteRow;
use crate::access::Access;
use crate::engine::{Answer, Session};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::fleet::{Beat, Worker as Peer, leave_values};
use crate::lease::Lease;
use crate::names::{Names, Taken, read_change};
use crate::ops::{Change, Changed, Ended, FileMark, Found, Imported, Lookup, Page};
use crate::row::{Value, read_number, upload_values};
use crate::search::{Search, Searched};
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
