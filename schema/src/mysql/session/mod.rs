//! One connection with its prepared statements.

mod changes;
mod lookups;

use std::marker::PhantomData;
use std::sync::Arc;

use futures_util::FutureExt;
use mysql_async::{Conn, Row};

use super::bound::Bound;
use super::claims::{self};
use super::registry::{beat_values, enroll_values, workers};
use super::script::{Answers, Script, Sending};
use super::statements::{self, prepared};
use super::value::{MySqlRow, json};
use super::{connect, error};
use crate::engine::{Answer, Session};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::fleet::{Beat, Worker, leave_values};
use crate::lease::Lease;
use crate::names::{Names, Taken, read_change};
use crate::ops::{Change, Changed, Ended, Found, Lookup, Page};
use crate::row::{
    Cells, Value, Values, read_address, read_count, read_lease, read_number, upload_values,
};
use crate::search::{Search, Searched};
use crate::statistic::{Count, Counted, Increment, Place, range_values, read_counted, read_total};

/// A connection of one family.
pub(super) struct MySqlSession<F> {
    conn: Conn,
    sending: Sending,
    /// Whether claims tell by themselves what became of them. Those of a cluster's node do not: it tells before
    /// the others agreed, and if they do not, runs the statement again by itself.
    returns: bool,
    place: Arc<str>,
    bound: Bound,
    /// Whether a transaction may be open: one was begun, and nothing said that it ended. So it is
    /// after a use that was given up halfway.
    may_be_open: bool,
    family: PhantomData<F>,
}

impl<F: LeaseFamily> MySqlSession<F> {
    /// Prepare every statement, in one round trip where that is possible.
    pub(super) async fn prepare(mut conn: Conn, place: Arc<str>) -> Result<Self, Error> {
        let is_node = connect::is_cluster_node(&mut conn).await;
        let is_node = is_node.map_err(|e| error(&place, "cluster", &e))?;
        let knows_returning = connect::knows_returning(&mut conn).await;
        let knows_returning = knows_returning.map_err(|e| error(&place, "version", &e))?;
        let mut session = Self {
            conn,
            sending: if is_node {
                Sending::OneByOne
            } else {
                Sending::AtOnce
            },
            returns: knows_returning && !is_node,
            place,
            bound: Bound::default(),
            may_be_open: false,
            family: PhantomData,
        };
        let script = Script::default();
        let script = match is_node {
            true => script.plain(statements::CAUSAL),
            false => script,
        };
        session.run(script.prepare(&prepared::<F>())).await?;
        Ok(session)
    }

    async fn run(&mut self, script: Script) -> Result<Answers, Error> {
        let leaves_open = script.leaves_open();
        self.may_be_open |= leaves_open.is_some();
        let result = script.run(&mut self.conn, self.sending).await;
        if let (Ok(_), Some(open)) = (&result, leaves_open) {
            self.may_be_open = open;
        }
        result.map_err(|failed| error(&self.place, failed.statement, &failed.error))
    }

    /// What an earlier use left open is undone, as opening another transaction would commit it.
    fn fresh(&self) -> Script {
        let script = Script::default();
        match self.may_be_open {
            true => script
                .plain(statements::ROLLBACK)
                .plain(statements::PATIENT),
            false => script,
        }
    }

    /// Open a transaction.
    fn begin(&self) -> Script {
        self.fresh().plain(statements::BEGIN)
    }

    /// Open one that stays open until this side has looked at the answers, while others wait for its rows.
    fn begin_waiting(&self) -> Script {
        self.begin().plain(statements::IMPATIENT)
    }

    async fn plain(&mut self, text: &'static str) -> Result<(), Error> {
        self.run(Script::default().plain(text)).await.map(drop)
    }

    /// Run the script of a transaction; when it fails, nothing of it stays.
    async fn run_or_undo(&mut self, script: Script) -> Result<Answers, Error> {
        let result = self.run(script).await;
        self.or_undo(result).await
    }

    /// Undo the open transaction after an error, as the session will be used again.
    async fn or_undo<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        if result.as_ref().is_err_and(|error| !error.is_connection()) {
            self.end(statements::ROLLBACK).await?;
        }
        result
    }

    /// End a transaction, and what was set for it.
    async fn end(&mut self, text: &'static str) -> Result<(), Error> {
        let script = Script::default().plain(text).plain(statements::PATIENT);
        self.run(script).await.map(drop)
    }
}

pub(super) fn addresses<F: LeaseFamily>(rows: &[Row]) -> Result<Vec<F::Address>, Error> {
    rows.iter()
        .map(|row| read_address::<F>(&MySqlRow(row)))
        .collect()
}

fn counts<F: LeaseFamily>(rows: &[Row]) -> Result<Vec<Count>, Error> {
    rows.iter()
        .map(|row| read_count::<F>(&MySqlRow(row)))
        .collect()
}

fn leases<F: LeaseFamily>(rows: &[Row]) -> Result<Vec<Lease<F>>, Error> {
    rows.iter()
        .map(|row| read_lease(&MySqlRow(row), 0))
        .collect()
}

impl<F: LeaseFamily> Session<F> for MySqlSession<F> {
    fn lookup<'a>(&'a mut self, batch: &'a [Lookup<F>]) -> Answer<'a, Vec<Found<F>>> {
        self.lookup_batch(batch).boxed()
    }

    fn change<'a>(&'a mut self, batch: &'a [Change<F>]) -> Answer<'a, Vec<Changed>> {
        self.change_batch(batch).boxed()
    }

    fn search<'a>(&'a mut self, batch: &'a [Search<F>]) -> Answer<'a, Vec<Searched<F>>> {
        self.search_batch(batch).boxed()
    }

    fn reclaim(&mut self, limit: u32, remove: bool, names: Names) -> Answer<'_, Vec<Ended<F>>> {
        self.reclaim_due(limit, remove, names).boxed()
    }

    fn take_names(&mut self, limit: u32) -> Answer<'_, Vec<Taken>> {
        async move {
            let family = Value::Number(F::VERSION.into());
            let script = self.begin_waiting();
            let script = script
                .values("name_turn", &[family])
                .values("name_take", &[family, Value::Number(limit.into())]);
            let mut answers = self.run_or_undo(script).await?;
            let (turn, rows) = (answers.next(), answers.next());
            if turn.is_empty() || rows.is_empty() {
                self.end(statements::ROLLBACK).await?;
                return Ok(Vec::new());
            }
            rows.iter().map(|row| read_change(&MySqlRow(row))).collect()
        }
        .boxed()
    }

    fn names_sent<'a>(&'a mut self, ids: &'a [i64]) -> Answer<'a, ()> {
        async move {
            if ids.is_empty() {
                return self.end(statements::ROLLBACK).await;
            }
            let ids = claims::literals(ids.iter().copied().map(Value::Number));
            let script = Script::default().rows("name_sent", statements::NAME_SENT, &ids);
            let script = script.plain(statements::COMMIT).plain(statements::PATIENT);
            self.run_or_undo(script).await.map(drop)
        }
        .boxed()
    }

    fn names_waiting(&mut self, limit: u32) -> Answer<'_, u64> {
        async move {
            let values = [F::VERSION.into(), i64::from(limit)].map(Value::Number);
            let script = self.fresh().values("name_waiting", &values);
            match self.run(script).await?.next().first() {
                Some(row) => read_number::<F>(&MySqlRow(row), 0, "waiting").map(i64::unsigned_abs),
                None => Ok(0),
            }
        }
        .boxed()
    }

    fn flush(&mut self, hold: u32, limit: u32) -> Answer<'_, u64> {
        self.flush_due(hold, limit).boxed()
    }

    fn page<'a>(&'a mut self, page: &'a Page<F>) -> Answer<'a, Vec<Lease<F>>> {
        async move {
            let values = [
                F::address_value(page.from),
                Value::Number(page.limit.into()),
            ];
            let script = Script::default().values("page", &values);
            leases(&self.run(script).await?.next())
        }
        .boxed()
    }

    fn begin_snapshot(&mut self) -> Answer<'_, ()> {
        async move {
            let script = Script::default()
                .plain(statements::ROLLBACK)
                .plain(statements::REPEATABLE)
                .plain(statements::BEGIN_SNAPSHOT);
            self.run(script).await.map(drop)
        }
        .boxed()
    }

    fn count(&mut self) -> Answer<'_, Vec<Count>> {
        async move {
            let script = Script::default().values("count", &[]);
            counts::<F>(&self.run(script).await?.next())
        }
        .boxed()
    }

    fn count_within(
        &mut self,
        subnet_id: u32,
        low: F::Address,
        high: F::Address,
    ) -> Answer<'_, Vec<Count>> {
        async move {
            let [low, high] = [low, high].map(F::address_value);
            let values = [low, high, Value::Number(subnet_id.into())];
            let script = Script::default().values("count_within", &values);
            counts::<F>(&self.run(script).await?.next())
        }
        .boxed()
    }

    fn begin_upload(&mut self) -> Answer<'_, ()> {
        async move { self.run(self.begin()).await.map(drop) }.boxed()
    }

    fn upload<'a>(&'a mut self, rows: &'a [Lease<F>]) -> Answer<'a, ()> {
        async move {
            let rows: Vec<Values<'_>> = rows.iter().map(upload_values).collect();
            let script = Script::default().batch("upload", &json(rows));
            self.run_or_undo(script).await.map(drop)
        }
        .boxed()
    }

    fn commit_upload(&mut self) -> Answer<'_, ()> {
        self.plain(statements::COMMIT).boxed()
    }

    fn server_duid<'a>(&'a mut self, candidate: &'a [u8], replace: bool) -> Answer<'a, Vec<u8>> {
        async move {
            let name = if replace {
                "server_duid_replace"
            } else {
                "server_duid_keep"
            };
            let script = self
                .begin()
                .values(name, &[Value::Bytes(candidate)])
                .values("server_duid", &[])
                .plain(statements::COMMIT);
            let rows = self.run_or_undo(script).await?.next();
            let duid = rows.first().map(|row| MySqlRow(row).bytes(0));
            match duid {
                Some(Ok(Some(duid))) => Ok(duid),
                _ => Err(Error::unavailable(&self.place, "no DUID came back")),
            }
        }
        .boxed()
    }

    fn for_registry(&mut self) -> Answer<'_, ()> {
        async move {
            let script = Script::default().prepare(&statements::REGISTRY);
            self.run(script).await.map(drop)
        }
        .boxed()
    }

    fn beat<'a>(&'a mut self, beat: &'a Beat, enroll: bool) -> Answer<'a, Vec<Worker>> {
        async move {
            // Each commits by itself, so that the list is of the moment after.
            let script = Script::default().plain(statements::ROLLBACK);
            let script = if enroll {
                script.values("worker_enroll", &enroll_values(beat, F::VERSION))
            } else {
                script.values("worker_beat", &beat_values(beat, F::VERSION))
            };
            let script = script.values("worker_list", &[Value::Number(F::VERSION.into())]);
            workers(&self.run(script).await?.next())
        }
        .boxed()
    }

    fn leave<'a>(&'a mut self, name: &'a str, incarnation: i64) -> Answer<'a, ()> {
        async move {
            let values = leave_values(F::VERSION, name, incarnation);
            let script = Script::default().values("worker_leave", &values);
            self.run(script).await.map(drop)
        }
        .boxed()
    }

    fn workers(&mut self) -> Answer<'_, Vec<Worker>> {
        async move {
            let family = [Value::Number(F::VERSION.into())];
            let script = Script::default().values("worker_list", &family);
            workers(&self.run(script).await?.next())
        }
        .boxed()
    }

    fn forget_workers(&mut self) -> Answer<'_, ()> {
        async move {
            let family = [Value::Number(F::VERSION.into())];
            let script = Script::default().values("worker_forget", &family);
            self.run(script).await.map(drop)
        }
        .boxed()
    }

    fn add_counted<'a>(&'a mut self, slot: u32, rows: &'a [Increment<'a>]) -> Answer<'a, ()> {
        async move {
            let rows = rows.iter().map(|row| row.values(F::VERSION, slot));
            let script = Script::default().plain(statements::ROLLBACK);
            let script = script.batch("statistic_add", &json(rows));
            self.run(script).await.map(drop)
        }
        .boxed()
    }

    fn counted(&mut self) -> Answer<'_, Vec<Counted>> {
        async move {
            let family = [Value::Number(F::VERSION.into())];
            let script = Script::default().values("statistic_list", &family);
            let rows = self.run(script).await?.next();
            rows.iter()
                .map(|row| read_counted(&MySqlRow(row)))
                .collect()
        }
        .boxed()
    }

    fn counted_at<'a>(&'a mut self, name: &'a str, place: Place) -> Answer<'a, i64> {
        async move {
            let [family, name, from, to, first, last] = range_values(F::VERSION, name, place);
            let within = [family, name, from, to, first, last];
            let own = [family, name, from, first];
            let values = [&within[..], &own].concat();
            let script = Script::default().values("statistic_total", &values);
            let rows = self.run(script).await?.next();
            rows.first().map_or(Ok(0), |row| read_total(&MySqlRow(row)))
        }
        .boxed()
    }

    fn reset_counted<'a>(&'a mut self, name: &'a str, place: Place) -> Answer<'a, ()> {
        async move {
            let [family, name, from, to, first, last] = range_values(F::VERSION, name, place);
            let own = [family, name, from, first];
            let within = [family, name, from, to, first, last];
            let values = [&own[..], &within].concat();
            let script = Script::default().values("statistic_reset", &values);
            self.run(script).await.map(drop)
        }
        .boxed()
    }

    fn clear_counted(&mut self) -> Answer<'_, ()> {
        async move {
            let family = [Value::Number(F::VERSION.into())];
            let script = Script::default().values("statistic_clear", &family);
            self.run(script).await.map(drop)
        }
        .boxed()
    }
}
