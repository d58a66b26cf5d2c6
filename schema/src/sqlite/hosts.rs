//! Reservations in SQLite.

use futures_util::FutureExt;

use super::Sqlite;
use super::connect::Missing;
use super::session::Db;
use super::statements;
use super::thread::Worker;
use super::value::SqliteRow;
use crate::engine::Answer;
use crate::error::Error;
use crate::hosts::{
    Asked, HostEngine, HostFound, HostLookup, HostSession, read_host, read_reserved,
};

/// A connection that only asks.
struct SqliteHosts(Worker);

impl HostEngine for Sqlite {
    fn connect_hosts(&self) -> Answer<'_, Box<dyn HostSession>> {
        async {
            let worker = Worker::start(self.access.clone(), Missing::Refuse).await?;
            Ok(Box::new(SqliteHosts(worker)) as Box<dyn HostSession>)
        }
        .boxed()
    }
}

impl HostSession for SqliteHosts {
    fn find<'a>(&'a mut self, batch: &'a [HostLookup]) -> Answer<'a, Vec<HostFound>> {
        let batch = batch.to_vec();
        async move {
            self.0
                .call(move |db, at| find(&Db::new(db, at), &batch))
                .await
        }
        .boxed()
    }

    fn try_writing(&mut self) -> Answer<'_, ()> {
        async move {
            let write = |db: &Db<'_>| db.run("hosts_write", statements::HOSTS_WRITE, &[]);
            self.0.call(move |db, at| write(&Db::new(db, at))).await?;
            Ok(())
        }
        .boxed()
    }
}

fn find(db: &Db<'_>, batch: &[HostLookup]) -> Result<Vec<HostFound>, Error> {
    let asked = Asked::of(batch);
    let mut found = vec![HostFound::default(); batch.len()];
    for who in &asked.who {
        db.query("hosts4_lookup", statements::HOSTS4_LOOKUP, who, |row| {
            read_host(&SqliteRow(row), &mut found)
        })?;
    }
    for address in &asked.addresses {
        let text = statements::HOSTS4_RESERVED;
        db.query("hosts4_reserved", text, address, |row| {
            read_reserved(&SqliteRow(row), &mut found)
        })?;
    }
    Ok(found)
}
