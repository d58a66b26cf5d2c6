//! The schema's life on MySQL: an empty database is initialized under a named lock, any other
//! version than ours is refused.
//!
//! Statements that define tables commit by themselves here, so a step that breaks off leaves half
//! of it behind. A table stands in the database while steps are taken; where it is found, nothing
//! is served and nothing is repaired by guess.

use std::time::{Duration, Instant};

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, Pool, PoolConstraints, PoolOpts, Row};

use super::value::MySqlRow;
use super::{connect, error};
use crate::access::Access;
use crate::error::Error;
use crate::row::Cells;
use crate::version::{self, Condition};

mod embedded {
    refinery::embed_migrations!("../migrations/mysql");
}

/// The lock that serializes migrations is the server's, and its name has 64 characters at most.
const LOCK: &str = "SELECT GET_LOCK(CONCAT('murre:', MD5(DATABASE())), 60)";
const UNLOCK: &str = "SELECT RELEASE_LOCK(CONCAT('murre:', MD5(DATABASE())))";

const TABLES: &str = "SELECT table_name FROM information_schema.tables \
     WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY 1";
const VERSION: &str = "SELECT version, minor FROM schema_version ORDER BY 1 DESC, 2 DESC LIMIT 1";

/// Stands while steps are taken; see [`version::UNFINISHED_TABLE`].
const BEGIN_STEPS: &str = "CREATE TABLE schema_unfinished (id INT PRIMARY KEY) ENGINE = InnoDB";
const END_STEPS: &str = "DROP TABLE schema_unfinished";

/// In a Galera cluster named locks are each node's own: there, somebody may be taking steps by
/// another node although we have the lock. How long it is waited for, and how often it is looked at.
const STEPS_LIMIT: Duration = Duration::from_secs(60);
const STEPS_PAUSE: Duration = Duration::from_millis(250);

/// See [`crate::engine::Engine::initialize`].
pub(crate) async fn initialize(access: &Access) -> Result<(), Error> {
    let started = Instant::now();
    loop {
        let Err(refused) = initialize_once(access).await else {
            return Ok(());
        };
        if !matches!(refused, Error::Schema { .. }) || started.elapsed() >= STEPS_LIMIT {
            return Err(refused);
        }
        match under_way(access).await? {
            UnderWay::Yes => tokio::time::sleep(STEPS_PAUSE).await,
            UnderWay::Done => return Ok(()),
            UnderWay::No => return Err(refused),
        }
    }
}

/// Whether somebody takes steps by another node of a cluster.
enum UnderWay {
    Yes,
    /// They were taken meanwhile.
    Done,
    No,
}

async fn under_way(access: &Access) -> Result<UnderWay, Error> {
    let looked = async {
        let mut conn = connect::open(access).await?;
        let failed = |e: mysql_async::Error| error(&access.label(), "cluster", &e);
        let is_node = connect::is_cluster_node(&mut conn).await.map_err(failed)?;
        let found = condition(access, &mut conn).await?;
        if is_node && found.is_unfinished() {
            return Ok(UnderWay::Yes);
        }
        Ok(match version::check(&access.label(), found, newest()) {
            Ok(version::Todo::Nothing) => UnderWay::Done,
            _ => UnderWay::No,
        })
    };
    access.within(access.patience().batch, looked).await
}

async fn initialize_once(access: &Access) -> Result<(), Error> {
    // A database that is ready needs no lock, and a server that is silent is no reason to wait.
    let found = access
        .within(access.patience().batch, inspect(access))
        .await?;
    if let Ok(version::Todo::Nothing) = version::check(&access.label(), found, newest()) {
        return Ok(());
    }
    with_lock(access, async |conn| {
        let found = condition(access, conn).await?;
        match version::check(&access.label(), found, newest())? {
            version::Todo::Nothing => Ok(()),
            version::Todo::Initialize => migrate(access, conn).await,
        }
    })
    .await
}

/// Take every missing step; see [`crate::life::upgrade`].
pub(crate) async fn upgrade(access: &Access) -> Result<(), Error> {
    with_lock(access, async |conn| {
        let found = condition(access, conn).await?;
        version::check_finished(&access.label(), &found, newest())?;
        migrate(access, conn).await
    })
    .await
}

/// What is in the database, with the tables that stand there.
pub(crate) async fn inspect(access: &Access) -> Result<Condition, Error> {
    let mut conn = connect::open(access).await?;
    condition(access, &mut conn).await
}

/// Version of the newest migration of this program.
pub(crate) fn newest() -> u32 {
    version::newest(&embedded::migrations::runner())
}

/// The runner wants a pool; it gets one of a single connection, to the host that holds the lock.
async fn migrate(access: &Access, conn: &mut Conn) -> Result<(), Error> {
    let place = access.label();
    let failed = |e: mysql_async::Error| error(&place, "migrations", &e);
    let one = PoolConstraints::new(1, 1).unwrap_or_default();
    let opts = OptsBuilder::from_opts(conn.opts().clone())
        .pool_opts(PoolOpts::default().with_constraints(one));
    if let Err(problem) = conn.query_drop(BEGIN_STEPS).await {
        // Whoever was faster, by another node of a cluster.
        let found = condition(access, conn).await?;
        version::check_finished(&place, &found, newest())?;
        return Err(failed(problem));
    }
    let mut pool = Pool::new(opts);
    let result = embedded::migrations::runner().run_async(&mut pool).await;
    let _ = pool.disconnect().await;
    result.map_err(|error| Error::Statement {
        statement: "migrations",
        problem: format!("{place}: {}", crate::error::chain(&error)).into(),
    })?;
    conn.query_drop(END_STEPS).await.map_err(failed)
}

/// Run with the lock held; it is the session's and goes with it.
async fn with_lock<T>(
    access: &Access,
    work: impl AsyncFnOnce(&mut Conn) -> Result<T, Error>,
) -> Result<T, Error> {
    let place = access.label();
    let mut conn = connect::open(access).await?;
    let got: Option<Row> = conn
        .query_first(LOCK)
        .await
        .map_err(|e| error(&place, "migration lock", &e))?;
    if got.and_then(|row| MySqlRow(&row).number(0).ok()?) != Some(1) {
        return Err(Error::unavailable(
            &place,
            "another program has been changing the schema for a minute; try again when it is done",
        ));
    }
    let result = work(&mut conn).await;
    let _ = conn.query_drop(UNLOCK).await;
    result
}

async fn condition(access: &Access, conn: &mut Conn) -> Result<Condition, Error> {
    let place = access.label();
    let failed = |e: mysql_async::Error| error(&place, "schema version", &e);
    let unreadable = |problem: String| Error::unavailable(&place, problem);
    let mut tables = Vec::new();
    let rows: Vec<Row> = conn.query(TABLES).await.map_err(failed)?;
    for row in &rows {
        tables.extend(MySqlRow(row).text(0).map_err(unreadable)?);
    }
    let mut version = None;
    if tables.iter().any(|table| table == "schema_version") {
        let row: Option<Row> = conn.query_first(VERSION).await.map_err(failed)?;
        if let Some(row) = &row {
            let number = |at| {
                let number = MySqlRow(row).number(at).map_err(unreadable)?;
                Ok(number
                    .and_then(|n| i32::try_from(n).ok())
                    .unwrap_or_default())
            };
            version = Some((number(0)?, number(1)?));
        }
    }
    Ok(Condition { tables, version })
}
