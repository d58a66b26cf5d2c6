//! PostgreSQL: batches are arrays, unnested in one statement; several statements of a batch are
//! pipelined within one transaction.

mod connect;
mod hosts;
pub(crate) mod migrate;
mod replan;
mod session;
mod statements;
mod value;

use futures_util::FutureExt;

use crate::access::Access;
use crate::engine::{Answer, Engine, Session};
use crate::error::{Error, chain};
use crate::family::LeaseFamily;

pub use connect::SESSION_SETTINGS;

/// The engine; keeps the parameters only.
pub(crate) struct PostgreSql {
    access: Access,
}

impl PostgreSql {
    /// For an access whose place is a PostgreSQL server.
    pub(crate) fn new(access: Access) -> Self {
        Self { access }
    }
}

impl<F: LeaseFamily> Engine<F> for PostgreSql {
    fn connect(&self) -> Answer<'_, Box<dyn Session<F>>> {
        async {
            let client = connect::open(&self.access).await?;
            let prepared = session::PgSession::<F>::prepare(client, self.access.label());
            let limit = self.access.patience().batch;
            let session = self.access.within(limit, prepared).await?;
            Ok(Box::new(session) as Box<dyn Session<F>>)
        }
        .boxed()
    }

    fn initialize(&self) -> Answer<'_, ()> {
        migrate::initialize(&self.access).boxed()
    }
}

/// See [`crate::life::weakness`].
pub(crate) async fn weakness(access: &Access) -> Result<Option<String>, Error> {
    let client = connect::open(access).await?;
    let failed = |e: tokio_postgres::Error| error(&access.label(), "fsync", &e);
    let row = client.query_one("SHOW fsync", &[]).await.map_err(failed)?;
    let fsync: String = row.try_get(0).map_err(failed)?;
    Ok((fsync == "off").then(|| {
        "the server's fsync is off: leases that were acknowledged, or the whole database, may be \
         lost with its machine; set fsync = on in postgresql.conf and reload it"
            .to_owned()
    }))
}

/// A driver's error, as ours.
fn error(
    place: &std::sync::Arc<str>,
    statement: &'static str,
    error: &tokio_postgres::Error,
) -> Error {
    use tokio_postgres::error::SqlState;
    let Some(db) = error.as_db_error() else {
        return Error::unavailable(place, chain(error));
    };
    let problem = || db.message().into();
    match *db.code() {
        SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::LOCK_NOT_AVAILABLE => Error::Conflict {
            statement,
            problem: problem(),
        },
        SqlState::UNIQUE_VIOLATION
            if db
                .constraint()
                .is_some_and(|name| name.contains("_one_per_")) =>
        {
            Error::ClientHasOther { statement }
        }
        ref state if is_about_a_value(state.code()) => Error::Value {
            statement,
            problem: format!("{} ({})", db.message(), state.code()).into(),
        },
        // A statement prepared before the table was changed is of no use any more, until this
        // session ends.
        SqlState::FEATURE_NOT_SUPPORTED if db.message().contains("cached plan") => {
            Error::unavailable(place, db.message())
        }
        // The server is going away or became a replica: another connection may do better.
        SqlState::ADMIN_SHUTDOWN
        | SqlState::CRASH_SHUTDOWN
        | SqlState::CANNOT_CONNECT_NOW
        | SqlState::READ_ONLY_SQL_TRANSACTION
        | SqlState::TOO_MANY_CONNECTIONS
        | SqlState::INVALID_PASSWORD
        | SqlState::INVALID_CATALOG_NAME => Error::unavailable(place, db.message()),
        _ => Error::Statement {
            statement,
            problem: format!("{} ({})", db.message(), db.code().code()).into(),
        },
    }
}

/// Classes of SQLSTATE: data that a type does not take, another constraint, a limit of the engine's.
fn is_about_a_value(state: &str) -> bool {
    ["22", "23", "54"]
        .iter()
        .any(|class| state.starts_with(class))
}
