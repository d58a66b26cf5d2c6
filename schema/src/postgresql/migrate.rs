//! The schema's life on PostgreSQL: an empty database is initialized under an advisory lock, any
//! other version than ours is refused.

use tokio_postgres::Client;

use super::{connect, error};
use crate::access::Access;
use crate::error::Error;
use crate::version::{self, Condition};

mod embedded {
    refinery::embed_migrations!("../migrations/postgresql");
}

/// Key of the advisory lock that serializes migrations: "murre" in ASCII.
const LOCK: i64 = 0x6d_75_72_72_65;

/// See [`crate::engine::Engine::initialize`].
pub(crate) async fn initialize(access: &Access) -> Result<(), Error> {
    // A database that is ready needs no lock, and a server that is silent is no reason to wait.
    let found = access
        .within(access.patience().batch, inspect(access))
        .await?;
    if let Ok(version::Todo::Nothing) = version::check(&access.label(), found, newest()) {
        return Ok(());
    }
    with_lock(access, async |client| {
        match version::check(&access.label(), condition(access, client).await?, newest())? {
            version::Todo::Nothing => Ok(()),
            version::Todo::Initialize => migrate(access, client).await,
        }
    })
    .await
}

/// Take every missing step; see [`crate::life::upgrade`].
pub(crate) async fn upgrade(access: &Access) -> Result<(), Error> {
    with_lock(access, async |client| migrate(access, client).await).await
}

/// What is in the database, with the tables that stand there.
pub(crate) async fn inspect(access: &Access) -> Result<Condition, Error> {
    let client = connect::open(access).await?;
    condition(access, &client).await
}

/// Version of the newest migration of this program.
pub(crate) fn newest() -> u32 {
    version::newest(&embedded::migrations::runner())
}

async fn migrate(access: &Access, client: &mut Client) -> Result<(), Error> {
    embedded::migrations::runner()
        .set_grouped(true)
        .run_async(client)
        .await
        .map(|_| ())
        .map_err(|error| Error::Statement {
            statement: "migrations",
            problem: format!("{}: {}", access.label(), crate::error::chain(&error)).into(),
        })
}

/// Run with the lock held; it is the session's and goes with it.
async fn with_lock<T>(
    access: &Access,
    work: impl AsyncFnOnce(&mut Client) -> Result<T, Error>,
) -> Result<T, Error> {
    let place = access.label();
    let mut client = connect::open(access).await?;
    client
        .execute("SELECT pg_advisory_lock($1)", &[&LOCK])
        .await
        .map_err(|e| error(&place, "migration lock", &e))?;
    let result = work(&mut client).await;
    let _ = client
        .execute("SELECT pg_advisory_unlock($1)", &[&LOCK])
        .await;
    result
}

async fn condition(access: &Access, client: &Client) -> Result<Condition, Error> {
    let place = access.label();
    let failed = |e: tokio_postgres::Error| error(&place, "schema version", &e);
    let tables: Vec<String> = client
        .query(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
            &[],
        )
        .await
        .map_err(failed)?
        .iter()
        .map(|row| row.get(0))
        .collect();
    let mut version = None;
    if tables.iter().any(|table| table == "schema_version") {
        version = client
            .query_opt(
                "SELECT version, minor FROM schema_version ORDER BY 1 DESC, 2 DESC LIMIT 1",
                &[],
            )
            .await
            .map_err(failed)?
            .map(|row| (row.get::<_, i32>(0), row.get::<_, i32>(1)));
    }
    Ok(Condition { tables, version })
}
