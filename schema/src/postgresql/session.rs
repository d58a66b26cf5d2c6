//! One connection with its prepared statements.

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
use crate::batch::{Holder, Outcome, Parts, Questions, nothing_found};
use crate::engine::{Answer, Session};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::fleet::{Beat, Worker, leave_values, read_worker};
use crate::lease::Lease;
use crate::names::{self, Names, Taken, Written, read_change};
use crate::ops::{Before, Change, Changed, Decline, Ended, Found, Lookup, Page};
use crate::row::{
    Value, Values, by_address, claim_values, decline_values, read_address, read_count, read_found,
    read_lease, read_number, read_occupied, read_window, seen_values, span_values, upload_values,
};
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

    async fn lookup_batch(&self, batch: &[Lookup<F>]) -> Result<Vec<Found<F>>, Error> {
        let questions = Questions::of(batch);
        let rows = self
            .query("lookup", &self.prepared.lookup, &lookup_columns(&questions))
            .await?;
        let mut found = nothing_found(batch);
        for row in &rows {
            read_found(&PgRow(row), &questions, &mut found)?;
        }
        Ok(found)
    }

    async fn search_one(&self, search: &Search<F>) -> Result<Searched<F>, Error> {
        let prepared = &self.prepared;
        match search {
            Search::Occupied { low, high } => {
                let range = [*low, *high].map(|a| Box::new(F::address_value(a)) as Parameter<'_>);
                let rows = self.query("occupied", &prepared.occupied, &range).await?;
                let rows: Result<_, _> = rows.iter().map(|r| read_occupied(&PgRow(r))).collect();
                rows.map(Searched::Occupied)
            }
            Search::Highest { low, high } => {
                let range = [*low, *high].map(|a| Box::new(F::address_value(a)) as Parameter<'_>);
                let rows = self.query("highest", &prepared.highest, &range).await?;
                let addresses = addresses::<F>(&rows)?;
                Ok(Searched::Highest(addresses.first().copied()))
            }
            Search::GivenBack(wanted) => {
                let wanted: [Parameter<'_>; 4] = [
                    Box::new(i64::from(wanted.subnet_id)),
                    Box::new(F::address_value(wanted.low)),
                    Box::new(F::address_value(wanted.high)),
                    Box::new(i64::from(wanted.limit)),
                ];
                let statement = &prepared.given_back;
                let rows = self.query("given back", statement, &wanted).await?;
                addresses::<F>(&rows).map(Searched::GivenBack)
            }
            Search::Window { pool, seed } => {
                let pool: [Parameter<'_>; 2] = [Box::new(&**pool), Box::new(*seed)];
                let statement = &prepared.pool_window;
                let rows = self.query("pool window", statement, &pool).await?;
                match rows.first() {
                    Some(row) => read_window::<F>(&PgRow(row)).map(Searched::Window),
                    None => Err(Error::unavailable(&self.place, "no window came back")),
                }
            }
        }
    }

    /// A batch of claims alone is one statement and needs no transaction around it, unless it needs
    /// the prefix lock; anything else is pipelined between BEGIN and COMMIT, so that it costs one round
    /// trip as well.
    async fn change_batch(&mut self, batch: &[Change<F>]) -> Result<Vec<Changed>, Error> {
        let parts = Parts::of(batch);
        if names::matter(batch) {
            return self.change_named(batch).await;
        }
        if parts.only_claims() && !parts.need_prefix_lock() {
            let won = self.claim(&parts).await?;
            return Ok(Outcome::new(won).answers(batch));
        }
        if parts.replaced.is_empty() {
            // After a failed statement the engine turns COMMIT into a rollback.
            let (outcome, commit) = tokio::join!(self.run(&parts), self.simple("commit", "COMMIT"));
            let outcome = outcome?;
            commit?;
            return Ok(outcome.answers(batch));
        }
        let outcome = match self.run(&parts).await {
            Ok(outcome) if !outcome.must_be_undone(batch) => outcome,
            other => {
                self.simple("rollback", "ROLLBACK").await?;
                return other?.undone(batch);
            }
        };
        self.simple("commit", "COMMIT").await?;
        Ok(outcome.answers(batch))
    }

    /// The same where the DNS is told: with a look at the rows before, and what it has to learn after.
    async fn change_named(&mut self, batch: &[Change<F>]) -> Result<Vec<Changed>, Error> {
        let look = self.keep("named", texts::<F>().named).await?;
        let write = self.keep("name write", statements::NAME_WRITE).await?;
        match self.run_named(batch, &look, &write).await {
            Ok(outcome) if !outcome.must_be_undone(batch) => {
                self.simple("commit", "COMMIT").await?;
                Ok(outcome.answers(batch))
            }
            other => {
                self.simple("rollback", "ROLLBACK").await?;
                other?.undone(batch)
            }
        }
    }

    async fn run_named(
        &self,
        batch: &[Change<F>],
        look: &Statement,
        write: &Statement,
    ) -> Result<Outcome<F>, Error> {
        let addresses = names::addresses(batch).into_iter();
        let addresses: Vec<_> = addresses
            .map(|address| Values::from_slice(&[F::address_value(address)]))
            .collect();
        let addresses = columns(&addresses);
        let (begin, rows) = tokio::join!(
            self.simple("begin", "BEGIN"),
            self.query("named", look, &addresses),
        );
        begin?;
        let rows = rows?;
        let before = by_address::<F>(rows.iter().map(|row| read_lease(&PgRow(row), 0)));
        let batch = names::kept(batch, &before);
        let outcome = self.apply(&Parts::of(&batch)).await?;
        self.write_names(write, &names::changes(&batch, &before, &outcome))
            .await?;
        Ok(outcome)
    }

    async fn write_names(&self, write: &Statement, all: &[Written<'_, F>]) -> Result<(), Error> {
        let rows: Vec<_> = all.iter().map(Written::values).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let written = self.query("name write", write, &columns(&rows)).await;
        written.map(drop)
    }

    /// Open a transaction and send every statement of the batch without waiting in between.
    async fn run(&self, parts: &Parts<'_, F>) -> Result<Outcome<F>, Error> {
        let (begin, outcome) = tokio::join!(self.simple("begin", "BEGIN"), self.apply(parts));
        begin?;
        outcome
    }

    async fn apply(&self, parts: &Parts<'_, F>) -> Result<Outcome<F>, Error> {
        let (locked, replaced, kept, deleted, declined, won) = tokio::join!(
            self.lock_prefixes(parts),
            self.release(&parts.replaced, false),
            self.release(&parts.kept, true),
            self.release(&parts.deleted, false),
            self.decline(&parts.declined),
            self.claim(parts),
        );
        locked?;
        replaced?;
        let (kept, deleted, declined) = (kept?, deleted?, declined?);
        let released = kept.into_iter().chain(deleted);
        let ended = released
            .map(|address| (address, Changed::Released))
            .chain(declined.into_iter().map(|a| (a, Changed::Declined)));
        Ok(Outcome::new(won?.into_iter().chain(ended)))
    }

    async fn lock_prefixes(&self, parts: &Parts<'_, F>) -> Result<(), Error> {
        if !parts.need_prefix_lock() {
            return Ok(());
        }
        let statement = &self.prepared.prefix_lock;
        self.query("prefix lock", statement, &[]).await.map(drop)
    }

    async fn claim(&self, parts: &Parts<'_, F>) -> Result<Vec<(F::Address, Changed)>, Error> {
        if parts.claims.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<_> = parts.claims.iter().map(|c| claim_values(c)).collect();
        let mut columns = columns(&rows);
        if F::PREFIXES {
            columns.extend(span_columns(parts));
        }
        let rows = self.query("claim", &self.prepared.claim, &columns).await?;
        rows.iter()
            .map(|row| {
                let row = PgRow(row);
                let expire = read_number::<F>(&row, 1, "expire")?;
                let before = Before::from_number(read_number::<F>(&row, 2, "before")?);
                let claimed = Changed::Claimed { expire, before };
                Ok((read_address::<F>(&row)?, claimed))
            })
            .collect()
    }

    async fn reclaim_due(&self, limit: u32, remove: bool) -> Result<Vec<Ended<F>>, Error> {
        let texts = texts::<F>();
        let text = if remove {
            texts.reclaim_delete
        } else {
            texts.reclaim_keep
        };
        let limit: Vec<Parameter<'_>> = vec![Box::new(i64::from(limit))];
        let rows = self.query_text("reclaim", text, limit).await?;
        // They have ended already, so that none of them may be passed over in silence.
        Ok(rows.iter().map(|row| read_lease(&PgRow(row), 0)).collect())
    }

    async fn reclaim_named(
        &self,
        limit: u32,
        remove: bool,
        write: &Statement,
    ) -> Result<Vec<Ended<F>>, Error> {
        let ended = self.reclaim_due(limit, remove).await?;
        let gone: Vec<_> = ended.iter().flatten().filter_map(names::removal).collect();
        self.write_names(write, &gone).await?;
        Ok(ended)
    }

    async fn release(
        &self,
        holders: &[Holder<'_, F>],
        keep: bool,
    ) -> Result<Vec<F::Address>, Error> {
        if holders.is_empty() {
            return Ok(Vec::new());
        }
        let statement = if keep {
            &self.prepared.release_keep
        } else {
            &self.prepared.release_delete
        };
        let rows: Vec<_> = holders
            .iter()
            .map(|(seen, client)| seen_values::<F>(*seen, client))
            .collect();
        let rows = self.query("release", statement, &columns(&rows)).await?;
        addresses::<F>(&rows)
    }

    async fn decline(&self, declines: &[&Decline<F>]) -> Result<Vec<F::Address>, Error> {
        if declines.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<_> = declines.iter().map(|d| decline_values(d)).collect();
        let rows = self
            .query("decline", &self.prepared.decline, &columns(&rows))
            .await?;
        addresses::<F>(&rows)
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

/// The spans of the claims, and which of them are whose: an array per column; empty ones as well.
fn span_columns<F: LeaseFamily>(parts: &Parts<'_, F>) -> Vec<Parameter<'static>> {
    let spans = parts.spans();
    let distinct: Vec<_> = spans.distinct.into_iter().map(span_values::<F>).collect();
    let pairs = spans.of_claims.iter();
    let pairs: Vec<_> = pairs.map(|(claim, span)| [*claim, *span]).collect();
    let spans = (0..3).map(|at| {
        let column: Vec<Value<'_>> = distinct.iter().map(|span| span[at]).collect();
        Box::new(column) as Parameter<'_>
    });
    let pairs = (0..2).map(|at| {
        let column: Vec<i64> = pairs.iter().map(|pair| pair[at]).collect();
        Box::new(column) as Parameter<'_>
    });
    spans.chain(pairs).collect()
}

/// The arms of the lookup: an array of numbers each, and one for each column of the questions.
fn lookup_columns<'a, F: LeaseFamily>(questions: &Questions<'a, F>) -> Vec<Parameter<'a>> {
    let mut columns = Vec::with_capacity(10);
    for keys in [&questions.clients, &questions.hwaddrs] {
        let keys = keys.iter();
        columns.extend(arm(
            keys.map(|(n, key)| [Value::Number(*n), Value::Bytes(key)])
        ));
    }
    let addresses = questions.addresses.iter();
    let addresses = addresses.map(|(n, address)| [Value::Number(*n), F::address_value(*address)]);
    if !F::PREFIXES {
        columns.extend(arm(addresses));
        return columns;
    }
    let spans = questions.spans.iter().map(|(number, span)| {
        let [low, high, longest] = span_values::<F>(*span);
        (span.is_range(), Value::Number(*number), low, high, longest)
    });
    let (ranges, bases): (Vec<_>, Vec<_>) = spans.partition(|(is_range, ..)| *is_range);
    let bases = bases
        .into_iter()
        .map(|(_, n, low, _, longest)| [n, low, longest]);
    let own = addresses.map(|[number, address]| [number, address, Value::Null]);
    columns.extend(arm(own.chain(bases)));
    let ranges = ranges.into_iter();
    columns.extend(arm(ranges.map(|(_, n, low, high, _)| [n, low, high])));
    columns
}

/// The columns of rows, of which there may be none.
fn arm<'a, const N: usize>(
    rows: impl Iterator<Item = [Value<'a>; N]>,
) -> impl Iterator<Item = Parameter<'a>> {
    let mut columns: [Vec<Value<'a>>; N] = std::array::from_fn(|_| Vec::new());
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    let boxed = |column| Box::new(column) as Parameter<'a>;
    columns.into_iter().map(boxed)
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
