//! What all work on a connection needs: statements run, rows read, a transaction around them.

use super::super::Location;
use super::super::statements::{self};
use super::super::value::{SqliteRow, bind};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::fleet::{Worker as Peer, read_worker};
use crate::lease::Lease;
use crate::row::{Value, read_count, read_lease};
use crate::statistic::Count;
use rusqlite::{Connection, Row};

/// A connection, and where it goes to for messages.
pub(in crate::sqlite) struct Db<'c> {
    pub(super) connection: &'c Connection,
    pub(super) location: &'c Location,
}

impl<'c> Db<'c> {
    pub(in crate::sqlite) fn new(connection: &'c Connection, location: &'c Location) -> Self {
        Self {
            connection,
            location,
        }
    }

    /// Run a prepared statement; gives each row to `each`.
    pub(in crate::sqlite) fn query(
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
    pub(in crate::sqlite) fn run(
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
    pub(super) fn any(
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

    pub(super) fn leases<F: LeaseFamily>(
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

    pub(super) fn counts<F: LeaseFamily>(
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

    pub(super) fn workers(&self, family: u8) -> Result<Vec<Peer>, Error> {
        let family = [Value::Number(family.into())];
        let mut workers = Vec::new();
        self.query("worker list", statements::WORKER_LIST, &family, |row| {
            workers.push(read_worker(&SqliteRow(row))?);
            Ok(())
        })?;
        Ok(workers)
    }

    pub(super) fn transaction<T>(
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
}
