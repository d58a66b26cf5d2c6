//! One connection with its prepared statements.

mod changes;
mod lookups;

use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::try_join_all;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Statement};

use super::error;
use super::replan::{self, Plans};
use super::statements::{self, texts};
use super::value::{Parameter, PgRow, columns};
use crate::engine::{Answer, Session};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::fleet::{Beat, Worker, leave_values, read_worker};
use crate::lease::Lease;
use crate::names::{Names, Taken, read_change};
use crate::ops::{Change, Changed, Ended, Found, Lookup, Page};
use crate::row::{Value, Values, read_address, read_count, read_lease, read_number, upload_values};
use crate::search::{Search, Searched};
use crate::statistic::{Count, Counted, Increment, Place, range_values, read_counted, read_total};

/// A connection of one family.
pub(super) struct PgSession<F> {
    client: Client,
    place: Arc<str>,
    prepared: Prepared,
    plans: Plans,
    /// Statements that only some sessions use, by name.
    kept: Vec<(&'static str, Statement)>,
    family: std::marker::PhantomData<F>,
}

struct Prepared {
    lookup: Statement,
    claim: Statement,
    release_delete: Statement,
    release_keep: Statement,
    decline: Statement,
    prefix_lock: Statement,
    occupied: Statement,
    highest: Statement,
    given_back: Statement,
    pool_window: Statement,
}

impl<F: LeaseFamily> PgSession<F> {
    /// Prepare the statements of the fast path; the rest is prepared where it is used.
    pub(super) async fn prepare(client: Client, place: Arc<str>) -> Result<Self, Error> {
        let settings = client.batch_execute(statements::LANE_SETTINGS).await;
        settings.map_err(|e| error(&place, "session settings", &e))?;
        let texts = texts::<F>();
        let all = [
            texts.lookup,
            texts.claim,
            texts.release_delete,
            texts.release_keep,
            texts.decline,
            statements::PREFIX_LOCK,
            texts.occupied,
            texts.highest,
            texts.given_back,
            statements::POOL_WINDOW,
        ];
        let prepared = try_join_all(all.map(|text| client.prepare(text)))
            .await
            .map_err(|e| error(&place, "prepare", &e))?;
        let Ok(
            [
                lookup,
                claim,
                release_delete,
                release_keep,
                decline,
                prefix_lock,
                occupied,
                highest,
                given_back,
                pool_window,
            ],
        ) = <[Statement; 10]>::try_from(prepared)
        else {
            return Err(Error::unavailable(
                &place,
                "fewer statements than asked for",
            ));
        };
        Ok(Self {
            client,
            place,
            prepared: Prepared {
                lookup,
                claim,
                release_delete,
                release_keep,
                decline,
                prefix_lock,
                occupied,
                highest,
                given_back,
                pool_window,
            },
            plans: Plans::new(),
            kept: Vec::new(),
            family: std::marker::PhantomData,
        })
    }

    async fn query(
        &self,
        name: &'static str,
        statement: &Statement,
        columns: &[Parameter<'_>],
    ) -> Result<Vec<Row>, Error> {
        query(&self.client, &self.place, (name, statement), columns).await
    }

    async fn query_text(
        &self,
        name: &'static str,
        text: &str,
        columns: Vec<Parameter<'_>>,
    ) -> Result<Vec<Row>, Error> {
        let statement = self
            .client
            .prepare(text)
            .await
            .map_err(|e| error(&self.place, name, &e))?;
        self.query(name, &statement, &columns).await
    }

    /// Run a text whose statement is prepared at its first use and kept.
    async fn query_kept(
        &mut self,
        name: &'static str,
        text: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, Error> {
        let statement = self.keep(name, text).await?;
        self.query(name, &statement, &singles(values)).await
    }

    async fn keep(&mut self, name: &'static str, text: &'static str) -> Result<Statement, Error> {
        if let Some((_, kept)) = self.kept.iter().find(|(known, _)| *known == name) {
            return Ok(kept.clone());
        }
        let prepared = self.client.prepare(text).await;
        let statement = prepared.map_err(|e| error(&self.place, name, &e))?;
        self.kept.push((name, statement.clone()));
        Ok(statement)
    }

    /// Both statements are sent at once, and the second sees what the first did.
    async fn beat_and_list(&mut self, beat: &Beat, enroll: bool) -> Result<Vec<Worker>, Error> {
        let values = beat.values(F::VERSION);
        let (name, text, values) = if enroll {
            ("worker enroll", statements::WORKER_ENROLL, &values[..10])
        } else {
            ("worker beat", statements::WORKER_BEAT, &values[..])
        };
        let change = self.keep(name, text).await?;
        let list = self.keep("worker list", statements::WORKER_LIST).await?;
        let (values, family) = (
            singles(values),
            singles(&[Value::Number(F::VERSION.into())]),
        );
        let (changed, rows) = tokio::join!(
            self.query(name, &change, &values),
            self.query("worker list", &list, &family),
        );
        changed?;
        read_workers(&rows?)
    }

    /// Before a batch, outside of a transaction.
    async fn plan_anew(&mut self) -> Result<(), Error> {
        match self.plans.are_old(Instant::now()) {
            true => self.simple("discard plans", replan::DISCARD).await,
            false => Ok(()),
        }
    }

    async fn simple(&self, name: &'static str, text: &str) -> Result<(), Error> {
        self.client
            .batch_execute(text)
            .await
            .map_err(|e| error(&self.place, name, &e))
    }
}

/// The rows that a prepared statement gives.
pub(super) async fn query(
    client: &Client,
    place: &Arc<str>,
    (name, statement): (&'static str, &Statement),
    columns: &[Parameter<'_>],
) -> Result<Vec<Row>, Error> {
    let parameters: Vec<&(dyn ToSql + Sync)> = columns
        .iter()
        .map(|column| &**column as &(dyn ToSql + Sync))
        .collect();
    let rows = client.query(statement, &parameters).await;
    rows.map_err(|e| error(place, name, &e))
}

fn addresses<F: LeaseFamily>(rows: &[Row]) -> Result<Vec<F::Address>, Error> {
    rows.iter()
        .map(|row| read_address::<F>(&PgRow(row)))
        .collect()
}

fn leases<F: LeaseFamily>(rows: &[Row]) -> Result<Vec<Lease<F>>, Error> {
    rows.iter().map(|row| read_lease(&PgRow(row), 0)).collect()
}

fn counts<F: LeaseFamily>(rows: &[Row]) -> Result<Vec<Count>, Error> {
    rows.iter()
        .map(|row| read_count::<F>(&PgRow(row)))
        .collect()
}

fn read_workers(rows: &[Row]) -> Result<Vec<Worker>, Error> {
    rows.iter().map(|row| read_worker(&PgRow(row))).collect()
}

/// Single values, a parameter each.
fn singles<'a>(values: &[Value<'a>]) -> Vec<Parameter<'a>> {
    let boxed = |value: &Value<'a>| Box::new(*value) as Parameter<'a>;
    values.iter().map(boxed).collect()
}

impl<F: LeaseFamily> Session<F> for PgSession<F> {
    fn lookup<'a>(&'a mut self, batch: &'a [Lookup<F>]) -> Answer<'a, Vec<Found<F>>> {
        async move {
            self.plan_anew().await?;
            self.lookup_batch(batch).await
        }
        .boxed()
    }

    fn change<'a>(&'a mut self, batch: &'a [Change<F>]) -> Answer<'a, Vec<Changed>> {
        async move {
            self.plan_anew().await?;
            self.change_batch(batch).await
        }
        .boxed()
    }

    fn search<'a>(&'a mut self, batch: &'a [Search<F>]) -> Answer<'a, Vec<Searched<F>>> {
        async move {
            self.plan_anew().await?;
            try_join_all(batch.iter().map(|search| self.search_one(search))).await
        }
        .boxed()
    }

    fn reclaim(&mut self, limit: u32, remove: bool, names: Names) -> Answer<'_, Vec<Ended<F>>> {
        async move {
            if !names.matter() {
                return self.reclaim_due(limit, remove).await;
            }
            let write = self.keep("name write", statements::NAME_WRITE).await?;
            self.simple("begin", "BEGIN").await?;
            let ended = self.reclaim_named(limit, remove, &write).await;
            let end = if ended.is_ok() { "COMMIT" } else { "ROLLBACK" };
            self.simple("reclaim", end).await?;
            ended
        }
        .boxed()
    }

    fn take_names(&mut self, limit: u32) -> Answer<'_, Vec<Taken>> {
        async move {
            self.simple("begin", "BEGIN").await?;
            let family = Value::Number(F::VERSION.into());
            let turn = [family];
            let turn = self.query_kept("name turn", statements::NAME_TURN, &turn);
            if turn.await?.is_empty() {
                self.simple("rollback", "ROLLBACK").await?;
                return Ok(Vec::new());
            }
            let values = [family, Value::Number(limit.into())];
            let rows = self.query_kept("name take", statements::NAME_TAKE, &values);
            let rows = rows.await?;
            if rows.is_empty() {
                self.simple("rollback", "ROLLBACK").await?;
            }
            rows.iter().map(|row| read_change(&PgRow(row))).collect()
        }
        .boxed()
    }

    fn names_sent<'a>(&'a mut self, ids: &'a [i64]) -> Answer<'a, ()> {
        async move {
            let sent = self.keep("name sent", statements::NAME_SENT).await?;
            let ids: Vec<Parameter<'_>> = vec![Box::new(ids.to_vec())];
            self.query("name sent", &sent, &ids).await?;
            self.simple("commit", "COMMIT").await
        }
        .boxed()
    }

    fn names_waiting(&mut self, limit: u32) -> Answer<'_, u64> {
        async move {
            let values = [F::VERSION.into(), i64::from(limit)].map(Value::Number);
            let rows = self.query_kept("name waiting", statements::NAME_WAITING, &values);
            match rows.await?.first() {
                Some(row) => read_number::<F>(&PgRow(row), 0, "waiting").map(i64::unsigned_abs),
                None => Ok(0),
            }
        }
        .boxed()
    }

    fn flush(&mut self, hold: u32, limit: u32) -> Answer<'_, u64> {
        async move {
            let (hold, limit) = (i64::from(hold), i64::from(limit));
            self.client
                .execute(texts::<F>().flush, &[&hold, &limit])
                .await
                .map_err(|e| error(&self.place, "flush", &e))
        }
        .boxed()
    }

    fn page<'a>(&'a mut self, page: &'a Page<F>) -> Answer<'a, Vec<Lease<F>>> {
        async move {
            let columns: Vec<Parameter<'_>> = vec![
                Box::new(F::address_value(page.from)),
                Box::new(i64::from(page.limit)),
            ];
            let rows = self.query_text("page", texts::<F>().page, columns).await?;
            leases(&rows)
        }
        .boxed()
    }

    fn begin_snapshot(&mut self) -> Answer<'_, ()> {
        self.simple("snapshot", statements::BEGIN_SNAPSHOT).boxed()
    }

    fn count(&mut self) -> Answer<'_, Vec<Count>> {
        async move {
            let rows = self
                .query_text("count", texts::<F>().count, Vec::new())
                .await?;
            counts::<F>(&rows)
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
            let text = texts::<F>().count_within;
            let rows = self.query_text("count within", text, singles(&values));
            counts::<F>(&rows.await?)
        }
        .boxed()
    }

    fn begin_upload(&mut self) -> Answer<'_, ()> {
        self.simple("begin", statements::BEGIN_UPLOAD).boxed()
    }

    fn upload<'a>(&'a mut self, rows: &'a [Lease<F>]) -> Answer<'a, ()> {
        async move {
            let rows: Vec<_> = rows.iter().map(upload_values).collect();
            self.query_text("upload", texts::<F>().upload, columns(&rows))
                .await
                .map(|_| ())
        }
        .boxed()
    }

    fn commit_upload(&mut self) -> Answer<'_, ()> {
        self.simple("commit", "COMMIT").boxed()
    }

    fn server_duid<'a>(&'a mut self, candidate: &'a [u8], replace: bool) -> Answer<'a, Vec<u8>> {
        async move {
            let text = if replace {
                statements::SERVER_DUID_REPLACE
            } else {
                statements::SERVER_DUID_KEEP
            };
            let rows = self
                .query_text("server DUID", text, vec![Box::new(candidate)])
                .await?;
            match rows.first() {
                Some(row) => row.try_get(0).map_err(|e| error(&self.place, "read", &e)),
                None => Err(Error::unavailable(&self.place, "no DUID came back")),
            }
        }
        .boxed()
    }

    fn for_registry(&mut self) -> Answer<'_, ()> {
        self.simple("session settings", statements::REGISTRY_SETTINGS)
            .boxed()
    }

    fn beat<'a>(&'a mut self, beat: &'a Beat, enroll: bool) -> Answer<'a, Vec<Worker>> {
        self.beat_and_list(beat, enroll).boxed()
    }

    fn leave<'a>(&'a mut self, name: &'a str, incarnation: i64) -> Answer<'a, ()> {
        async move {
            let values = leave_values(F::VERSION, name, incarnation);
            let text = statements::WORKER_LEAVE;
            self.query_kept("worker leave", text, &values)
                .await
                .map(drop)
        }
        .boxed()
    }

    fn workers(&mut self) -> Answer<'_, Vec<Worker>> {
        async move {
            let family = [Value::Number(F::VERSION.into())];
            let text = statements::WORKER_LIST;
            read_workers(&self.query_kept("worker list", text, &family).await?)
        }
        .boxed()
    }

    fn forget_workers(&mut self) -> Answer<'_, ()> {
        async move {
            let family = [Value::Number(F::VERSION.into())];
            let text = statements::WORKER_FORGET;
            self.query_kept("worker forget", text, &family)
                .await
                .map(drop)
        }
        .boxed()
    }

    fn add_counted<'a>(&'a mut self, slot: u32, rows: &'a [Increment<'a>]) -> Answer<'a, ()> {
        async move {
            let name = "statistic add";
            let statement = self.keep(name, statements::STATISTIC_ADD).await?;
            let rows: Vec<Values<'_>> = rows
                .iter()
                .map(|row| row.values(F::VERSION, slot).into_iter().collect())
                .collect();
            self.query(name, &statement, &columns(&rows))
                .await
                .map(drop)
        }
        .boxed()
    }

    fn counted(&mut self) -> Answer<'_, Vec<Counted>> {
        async move {
            let family = singles(&[Value::Number(F::VERSION.into())]);
            let text = statements::STATISTIC_LIST;
            let rows = self.query_text("statistic list", text, family).await?;
            rows.iter().map(|row| read_counted(&PgRow(row))).collect()
        }
        .boxed()
    }

    fn counted_at<'a>(&'a mut self, name: &'a str, place: Place) -> Answer<'a, i64> {
        async move {
            let values = singles(&range_values(F::VERSION, name, place));
            let text = statements::STATISTIC_TOTAL;
            let rows = self.query_text("statistic total", text, values).await?;
            rows.first().map_or(Ok(0), |row| read_total(&PgRow(row)))
        }
        .boxed()
    }

    fn reset_counted<'a>(&'a mut self, name: &'a str, place: Place) -> Answer<'a, ()> {
        async move {
            let values = singles(&range_values(F::VERSION, name, place));
            let text = statements::STATISTIC_RESET;
            self.query_text("statistic reset", text, values)
                .await
                .map(drop)
        }
        .boxed()
    }

    fn clear_counted(&mut self) -> Answer<'_, ()> {
        async move {
            let family = singles(&[Value::Number(F::VERSION.into())]);
            let text = statements::STATISTIC_CLEAR;
            self.query_text("statistic clear", text, family)
                .await
                .map(drop)
        }
        .boxed()
    }
}
