//! Reservations in MySQL and MariaDB.

use std::sync::Arc;

use futures_util::FutureExt;
use mysql_async::Conn;

use super::script::{Script, Sending};
use super::value::{MySqlRow, json};
use super::{MySql, connect, error, statements};
use crate::engine::Answer;
use crate::error::Error;
use crate::hosts::{
    Asked, HostEngine, HostFound, HostLookup, HostSession, lookup_text, read_host, read_reserved,
};
use crate::row::Cells;

/// A connection that only asks.
struct MySqlHosts {
    conn: Conn,
    place: Arc<str>,
}

impl HostEngine for MySql {
    fn connect_hosts(&self) -> Answer<'_, Box<dyn HostSession>> {
        async {
            let conn = connect::open(&self.access).await?;
            let prepared = MySqlHosts::prepare(conn, self.access.label());
            let limit = self.access.patience().batch;
            let session = self.access.within(limit, prepared).await?;
            Ok(Box::new(session) as Box<dyn HostSession>)
        }
        .boxed()
    }
}

impl MySqlHosts {
    async fn prepare(conn: Conn, place: Arc<str>) -> Result<Self, Error> {
        let mut session = Self { conn, place };
        let script = Script::default().plain(statements::HOSTS_CANCELLED);
        let rows = session.run(script).await?.next();
        let cancels = rows.first().map(|row| MySqlRow(row).number(0));
        let cancels = cancels.is_some_and(|count| matches!(count, Ok(Some(1..))));
        let lookup = lookup_text(statements::HOSTS4_LOOKUP, cancels);
        let all = [
            ("hosts4_lookup", &*lookup),
            ("hosts4_reserved", statements::HOSTS4_RESERVED),
        ];
        session.run(Script::default().prepare(&all)).await?;
        Ok(session)
    }

    async fn run(&mut self, script: Script) -> Result<super::script::Answers, Error> {
        // Nothing is changed, so that no node of a cluster undoes anything.
        let answers = script.run(&mut self.conn, Sending::AtOnce).await;
        answers.map_err(|failed| error(&self.place, failed.statement, &failed.error))
    }

    async fn find_batch(&mut self, batch: &[HostLookup]) -> Result<Vec<HostFound>, Error> {
        let asked = Asked::of(batch);
        let mut script = Script::default();
        if !asked.who.is_empty() {
            script = script.batch("hosts4_lookup", &json(asked.who.iter().copied()));
        }
        if !asked.addresses.is_empty() {
            script = script.batch("hosts4_reserved", &json(asked.addresses.iter().copied()));
        }
        let mut answers = self.run(script).await?;
        let mut found = vec![HostFound::default(); batch.len()];
        if !asked.who.is_empty() {
            for row in &answers.next() {
                read_host(&MySqlRow(row), &mut found)?;
            }
        }
        for row in &answers.next() {
            read_reserved(&MySqlRow(row), &mut found)?;
        }
        Ok(found)
    }
}

impl HostSession for MySqlHosts {
    fn find<'a>(&'a mut self, batch: &'a [HostLookup]) -> Answer<'a, Vec<HostFound>> {
        self.find_batch(batch).boxed()
    }

    fn try_writing(&mut self) -> Answer<'_, ()> {
        async {
            let script = Script::default().plain(statements::HOSTS_WRITE);
            self.run(script).await.map(drop)
        }
        .boxed()
    }
}
