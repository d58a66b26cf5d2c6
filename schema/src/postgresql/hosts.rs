//! Reservations in PostgreSQL.

use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::try_join_all;
use tokio_postgres::{Client, Row, Statement};

use super::replan::{self, Plans};
use super::statements;
use super::value::{Parameter, PgRow};
use super::{PostgreSql, connect, error, session};
use crate::engine::Answer;
use crate::error::Error;
use crate::hosts::{
    Asked, HostEngine, HostFound, HostLookup, HostSession, lookup_text, read_host, read_reserved,
};
use crate::row::Value;

/// A connection that only asks.
struct PgHosts {
    client: Client,
    place: Arc<str>,
    lookup: Statement,
    reserved: Statement,
    plans: Plans,
}

impl HostEngine for PostgreSql {
    fn connect_hosts(&self) -> Answer<'_, Box<dyn HostSession>> {
        async {
            let client = connect::open(&self.access).await?;
            let prepared = PgHosts::prepare(client, self.access.label());
            let limit = self.access.patience().batch;
            let session = self.access.within(limit, prepared).await?;
            Ok(Box::new(session) as Box<dyn HostSession>)
        }
        .boxed()
    }
}

impl PgHosts {
    async fn prepare(client: Client, place: Arc<str>) -> Result<Self, Error> {
        let failed = |e| error(&place, "hosts", &e);
        let cancels = client.query_one(statements::HOSTS_CANCELLED, &[]).await;
        let cancels = cancels.map_err(failed)?.get(0);
        let lookup = lookup_text(statements::HOSTS4_LOOKUP, cancels);
        let texts = [&*lookup, statements::HOSTS4_RESERVED];
        let prepared = try_join_all(texts.map(|text| client.prepare(text))).await;
        let prepared = prepared.map_err(failed)?;
        let Ok([lookup, reserved]) = <[Statement; 2]>::try_from(prepared) else {
            let problem = "fewer statements than asked for";
            return Err(Error::unavailable(&place, problem));
        };
        Ok(Self {
            client,
            place,
            lookup,
            reserved,
            plans: Plans::new(),
        })
    }

    async fn run(&self, text: &'static str) -> Result<(), Error> {
        let run = self.client.batch_execute(text).await;
        run.map_err(|e| error(&self.place, "hosts", &e))
    }

    /// The rows for some questions; nothing is asked where there are none.
    async fn ask(
        &self,
        name: &'static str,
        statement: &Statement,
        questions: &[[Value<'_>; 3]],
    ) -> Result<Vec<Row>, Error> {
        if questions.is_empty() {
            return Ok(Vec::new());
        }
        let columns = (0..3).map(|at| {
            let column: Vec<_> = questions.iter().map(|question| question[at]).collect();
            Box::new(column) as Parameter<'_>
        });
        let columns: Vec<_> = columns.collect();
        session::query(&self.client, &self.place, (name, statement), &columns).await
    }

    async fn find_batch(&mut self, batch: &[HostLookup]) -> Result<Vec<HostFound>, Error> {
        if self.plans.are_old(Instant::now()) {
            self.run(replan::DISCARD).await?;
        }
        let asked = Asked::of(batch);
        // Both are sent at once.
        let (hosts, reserved) = tokio::join!(
            self.ask("hosts4_lookup", &self.lookup, &asked.who),
            self.ask("hosts4_reserved", &self.reserved, &asked.addresses),
        );
        let mut found = vec![HostFound::default(); batch.len()];
        for row in &hosts? {
            read_host(&PgRow(row), &mut found)?;
        }
        for row in &reserved? {
            read_reserved(&PgRow(row), &mut found)?;
        }
        Ok(found)
    }
}

impl HostSession for PgHosts {
    fn find<'a>(&'a mut self, batch: &'a [HostLookup]) -> Answer<'a, Vec<HostFound>> {
        self.find_batch(batch).boxed()
    }

    fn try_writing(&mut self) -> Answer<'_, ()> {
        self.run(statements::HOSTS_WRITE).boxed()
    }
}
