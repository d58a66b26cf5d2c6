//! One connection with its prepared statements.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;

use futures_util::FutureExt;
use mysql_async::{Conn, Row};

use super::bound::{self, Bound};
use super::claims::{self, Refused};
use super::endings::{self, Held};
use super::registry::{beat_values, enroll_values, workers};
use super::script::{Answers, Script, Sending};
use super::statements::{self, prepared, texts};
use super::value::{MySqlRow, json};
use super::{connect, error, lookups, spans};
use crate::batch::{Outcome, Parts, Questions, Spans, nothing_found};
use crate::engine::{Answer, Session};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::fleet::{Beat, Worker, leave_values};
use crate::lease::{Lease, State};
use crate::names::{self, Names, Taken, Written, read_change};
use crate::ops::{Change, Changed, Ended, Found, Lookup, Page};
use crate::row::{
    Cells, Value, Values, by_address, read_address, read_count, read_ended, read_found, read_lease,
    read_number, read_occupied, read_window, reserved_values, upload_values,
};
use crate::search::{Search, Searched, Window};
use crate::statistic::{Count, Counted, Increment, Place, range_values, read_counted, read_total};

/// A batch whose claims come next.
type Begun<F> = (
    Script,
    Vec<(<F as murre_wire::Family>::Address, Changed)>,
    Refused,
);

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

    async fn lookup_batch(&mut self, batch: &[Lookup<F>]) -> Result<Vec<Found<F>>, Error> {
        let questions = Questions::of(batch);
        let mut found = nothing_found(batch);
        if let Some(json) = lookups::clients_alone(&questions)
            && let Some(rows) = self.look_for_clients(json).await?
        {
            for row in &rows {
                read_found(&MySqlRow(row), &questions, &mut found)?;
            }
            return Ok(found);
        }
        let mut answers = self.run(lookups::ask(&questions)).await?;
        let spans = lookups::ask_spans(&questions, &mut answers)?;
        let mut rows: Vec<Row> = answers.all().collect();
        if let Some(script) = spans {
            rows.extend(self.run(script).await?.all());
        }
        for row in &rows {
            read_found(&MySqlRow(row), &questions, &mut found)?;
        }
        Ok(found)
    }

    async fn look_for_clients(&mut self, json: String) -> Result<Option<Vec<Row>>, Error> {
        let text = texts::<F>().lookup_client;
        let rows = self.bound.lookup(&mut self.conn, text, json).await;
        rows.map_err(|e| error(&self.place, "lookup_client", &e))
    }

    /// All that reads goes in one round trip; a window that is taken is a transaction of its own.
    async fn search_batch(&mut self, batch: &[Search<F>]) -> Result<Vec<Searched<F>>, Error> {
        let mut script = Script::default();
        for search in batch {
            script = match search {
                Search::Occupied { low, high } => {
                    script.values("occupied", &[*low, *high].map(F::address_value))
                }
                Search::Highest { low, high } => {
                    script.values("highest", &[*low, *high].map(F::address_value))
                }
                Search::GivenBack(wanted) => {
                    let numbers = [wanted.subnet_id, wanted.limit].map(|n| Value::Number(n.into()));
                    let [low, high] = [wanted.low, wanted.high].map(F::address_value);
                    script.values("given_back", &[numbers[0], low, high, numbers[1]])
                }
                Search::Window { .. } => script,
            };
        }
        let reads = batch.iter().any(|s| !matches!(s, Search::Window { .. }));
        let mut answers = match reads {
            true => Some(self.run(script).await?),
            false => None,
        };
        let mut rows = || answers.as_mut().map(Answers::next).unwrap_or_default();
        let mut all = Vec::with_capacity(batch.len());
        for search in batch {
            all.push(match search {
                Search::Occupied { .. } => {
                    let rows = rows();
                    let rows: Result<_, _> = rows
                        .iter()
                        .map(|row| read_occupied(&MySqlRow(row)))
                        .collect();
                    Searched::Occupied(rows?)
                }
                Search::Highest { .. } => {
                    Searched::Highest(addresses::<F>(&rows())?.first().copied())
                }
                Search::GivenBack(_) => Searched::GivenBack(addresses::<F>(&rows())?),
                Search::Window { pool, seed } => {
                    Searched::Window(self.take_window(pool, *seed).await?)
                }
            });
        }
        Ok(all)
    }

    async fn take_window(&mut self, pool: &str, seed: i64) -> Result<Window, Error> {
        let named = [Value::Text(pool), Value::Number(seed)];
        let script = self
            .begin()
            .values("pool_window_take", &named)
            .values("pool_window", &named[..1])
            .plain(statements::COMMIT);
        match self.run_or_undo(script).await?.next().first() {
            Some(row) => read_window::<F>(&MySqlRow(row)),
            None => Err(Error::unavailable(&self.place, "no window came back")),
        }
    }

    /// A batch of claims of addresses is one script; of another, rows are locked and looked at before. The last
    /// script has the COMMIT, unless a refused claim may have to undo the batch.
    async fn change_batch(&mut self, batch: &[Change<F>]) -> Result<Vec<Changed>, Error> {
        let parts = Parts::of(batch);
        let is_named = names::matter(batch);
        let reserved = self.reserved(&parts).await?;
        if self.returns && claims::are_alone(&parts) && !is_named {
            return self.claim_alone(batch, &parts, &reserved).await;
        }
        let (opening, before) = match is_named {
            true => (Script::default(), self.look_at_names(batch).await?),
            false => (self.begin(), HashMap::new()),
        };
        let batch = &*names::kept(batch, &before);
        let parts = if is_named { Parts::of(batch) } else { parts };
        let waits = parts.need_prefix_lock() || endings::must_look(&parts);
        let (script, mut known, mut refused) = match waits {
            true if is_named => self.look_and_end(opening, &parts).await?,
            true => self.look_and_end(self.begin_waiting(), &parts).await?,
            false => (opening, Vec::new(), Refused::new()),
        };
        refused.extend(reserved);
        let (mut script, pending) = claims::add(script, &parts, &refused);
        let is_settled = parts.replaced.is_empty() && !is_named;
        if is_settled {
            script = script.plain(statements::COMMIT);
            if waits {
                script = script.plain(statements::PATIENT);
            }
        }
        let mut answers = self.run_or_undo(script).await?;
        let claimed = pending.outcomes(&mut answers);
        known.extend(self.or_undo(claimed).await?);
        let outcome = Outcome::new(known);
        if is_settled {
            return Ok(outcome.answers(batch));
        }
        if outcome.must_be_undone(batch) {
            self.end(statements::ROLLBACK).await?;
            return outcome.undone(batch);
        }
        let told = names::changes(batch, &before, &outcome);
        let script = write_names(Script::default(), &told);
        let script = script.plain(statements::COMMIT).plain(statements::PATIENT);
        self.run_or_undo(script).await?;
        Ok(outcome.answers(batch))
    }

    /// The claims of addresses that are reserved for others; nothing is asked where no claim heeds that.
    async fn reserved(&mut self, parts: &Parts<'_, F>) -> Result<Refused, Error> {
        let claims = (0..).zip(&parts.claims);
        let heeding = claims.filter(|(_, claim)| claim.must_heed_hosts());
        let asked: Vec<_> = heeding
            .map(|(at, claim)| reserved_values(at, claim))
            .collect();
        if asked.is_empty() {
            return Ok(Refused::new());
        }
        let script = self.fresh().batch("hosts4_reserved", &json(asked));
        let rows = self.run(script).await?.next();
        let number = |row: &Row| read_number::<F>(&MySqlRow(row), 0, "n");
        let numbers = rows
            .iter()
            .map(|row| Ok(usize::try_from(number(row)?).unwrap_or(usize::MAX)));
        numbers.collect()
    }

    /// Open a transaction, lock the rows that a batch changes, and read them.
    async fn look_at_names(
        &mut self,
        batch: &[Change<F>],
    ) -> Result<HashMap<F::Address, Lease<F>>, Error> {
        let addresses = names::addresses(batch).into_iter();
        let addresses = claims::literals(addresses.map(F::address_value));
        let script = self.begin_waiting();
        let script = script.rows("named", texts::<F>().named, &addresses);
        let rows = self.run_or_undo(script).await?.next();
        Ok(by_address(
            rows.iter().map(|row| read_lease(&MySqlRow(row), 0)),
        ))
    }

    /// What goes before claims: what ends, and looks at what is in their way. Gives the script that goes on, what
    /// became of the leases that were to end, and the claims that cannot be granted.
    async fn look_and_end(
        &mut self,
        mut script: Script,
        parts: &Parts<'_, F>,
    ) -> Result<Begun<F>, Error> {
        let around = parts.spans();
        if parts.need_prefix_lock() {
            script = endings::lock_prefixes(script);
        }
        script = endings::look(script, parts);
        // What ends is in nobody's way, so that it is looked around afterwards.
        let ends_first = !parts.only_claims();
        if !ends_first {
            script = spans::look::<F>(script, &around.distinct);
        }
        let mut answers = self.run_or_undo(script).await?;
        let held = Held::read(parts, &mut answers);
        let mut held = self.or_undo(held).await?;
        let (mut script, known) = held.end(Script::default(), parts);
        let mut refused = held.refused(parts);
        if ends_first && parts.need_prefix_lock() {
            let look = spans::look::<F>(std::mem::take(&mut script), &around.distinct);
            answers = self.run_or_undo(look).await?;
        }
        refused.extend(self.refused(&around, answers).await?);
        Ok((script, known, refused))
    }

    /// Claims that need no transaction: their statement commits by itself, and tells what became of them.
    async fn claim_alone(
        &mut self,
        batch: &[Change<F>],
        parts: &Parts<'_, F>,
        refused: &Refused,
    ) -> Result<Vec<Changed>, Error> {
        if refused.len() == parts.claims.len() {
            return Ok(Outcome::new([]).answers(batch));
        }
        if !self.may_be_open && parts.claims.len() <= bound::MOST {
            let (rows, pending) = claims::bound_alone(parts, refused);
            let text = texts::<F>().claim;
            let rows = self.bound.claim(&mut self.conn, text, &rows).await;
            let rows = rows.map_err(|e| error(&self.place, "claim", &e))?;
            if let Some(rows) = rows {
                return Ok(Outcome::new(pending.outcomes_of(&rows)?).answers(batch));
            }
        }
        let (script, pending) = claims::add_alone(self.fresh(), parts, refused);
        let known = pending.outcomes(&mut self.run(script).await?)?;
        Ok(Outcome::new(known).answers(batch))
    }

    /// The new prefixes that something overlaps, given the answers to a look around.
    async fn refused(&mut self, around: &Spans<F>, mut answers: Answers) -> Result<Refused, Error> {
        let all = &around.distinct;
        let found = self.or_undo(spans::found::<F>(all, &mut answers)).await?;
        let mut taken = found.taken;
        if found.in_doubt {
            let script = spans::look_inside_each::<F>(all);
            let mut answers = self.run_or_undo(script).await?;
            taken.extend(spans::found_inside(all, &mut answers));
        }
        Ok(claims::refused(around, &taken))
    }

    async fn reclaim_due(
        &mut self,
        limit: u32,
        remove: bool,
        names: Names,
    ) -> Result<Vec<Ended<F>>, Error> {
        let limit = [Value::Number(limit.into())];
        let script = self.begin_waiting().values("reclaim_due", &limit);
        let rows = self.run_or_undo(script).await?.next();
        let due: Result<Vec<_>, _> = rows.iter().map(|row| read_ended(&MySqlRow(row))).collect();
        let due: Vec<(F::Address, Ended<F>)> = self.or_undo(due).await?;
        // A declined row has no client to come back to it.
        let is_declined = |ended: &Ended<F>| matches!(ended, Ok(l) if l.state == State::Declined);
        let (gone, kept): (Vec<_>, Vec<_>) = due
            .iter()
            .partition(|(_, ended)| remove || is_declined(ended));
        let mut script = Script::default();
        let texts = texts::<F>();
        for (name, text, ended) in [
            ("remove", texts.remove, gone),
            ("reclaim_keep", texts.reclaim_keep, kept),
        ] {
            let addresses: Vec<_> = ended.iter().map(|(address, _)| *address).collect();
            script = endings::change::<F>(script, name, text, &addresses);
        }
        if names.matter() {
            let ended = due.iter().filter_map(|(_, ended)| ended.as_ref().ok());
            let told: Vec<_> = ended.filter_map(names::removal).collect();
            script = write_names(script, &told);
        }
        let script = script.plain(statements::COMMIT);
        self.run_or_undo(script.plain(statements::PATIENT)).await?;
        Ok(due.into_iter().map(|(_, ended)| ended).collect())
    }

    async fn flush_due(&mut self, hold: u32, limit: u32) -> Result<u64, Error> {
        let values = [Value::Number(hold.into()), Value::Number(limit.into())];
        let script = self.begin_waiting().values("flush_due", &values);
        let rows = self.run_or_undo(script).await?.next();
        let due = self.or_undo(addresses::<F>(&rows)).await?;
        let remove = texts::<F>().remove;
        let script = endings::change::<F>(Script::default(), "remove", remove, &due);
        let script = script.plain(statements::COMMIT);
        self.run_or_undo(script.plain(statements::PATIENT)).await?;
        Ok(due.len() as u64)
    }
}

/// Add the rows that tell the DNS, if there are any.
fn write_names<F: LeaseFamily>(script: Script, all: &[Written<'_, F>]) -> Script {
    let rows = all
        .iter()
        .map(|one| format!("({})", claims::literals(one.values())));
    let rows: Vec<_> = rows.collect();
    match rows.is_empty() {
        true => script,
        false => script.rows("name_write", statements::NAME_WRITE, &rows.join(",")),
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
