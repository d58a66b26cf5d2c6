//! The schema's life on SQLite: an empty file is initialized under a lock of its folder, any
//! other version than ours is refused.

use std::fs::File;
use std::path::Path;

use rusqlite::Connection;

use super::Location;
use super::connect::{self, Missing};
use super::thread::Worker;
use crate::access::{Access, Place};
use crate::error::Error;
use crate::version::{self, Condition};

mod embedded {
    refinery::embed_migrations!("../migrations/sqlite");
}

/// See [`crate::engine::Engine::initialize`].
pub(crate) async fn initialize(access: &Access) -> Result<(), Error> {
    with_lock(access, |connection, location| {
        let found = condition(connection, location)?;
        match version::check(&location.label, found, newest())? {
            version::Todo::Nothing => Ok(()),
            version::Todo::Initialize => migrate(connection, location),
        }
    })
    .await
}

/// Take every missing step; see [`crate::life::upgrade`].
pub(crate) async fn upgrade(access: &Access) -> Result<(), Error> {
    with_lock(access, migrate).await
}

/// What is in the database, with the tables that stand there. A file that is not there is empty,
/// if its folder is there.
pub(crate) async fn inspect(access: &Access) -> Result<Condition, Error> {
    if let Place::File(path) = &access.place
        && !path.exists()
    {
        folder(&connect::location(access))?;
        return Ok(Condition {
            tables: Vec::new(),
            version: None,
        });
    }
    let worker = Worker::start(access.clone(), Missing::Make).await?;
    worker
        .call(|connection, location| condition(connection, location))
        .await
}

/// Version of the newest migration of this program.
pub(crate) fn newest() -> u32 {
    version::newest(&embedded::migrations::runner())
}

fn migrate(connection: &mut Connection, location: &Location) -> Result<(), Error> {
    embedded::migrations::runner()
        .set_grouped(true)
        .run(connection)
        .map(|_| ())
        .map_err(|error| Error::Statement {
            statement: "migrations",
            problem: format!("{}: {}", location.label, crate::error::chain(&error)).into(),
        })
}

/// Run with the lock held, on a connection of its own.
async fn with_lock(
    access: &Access,
    work: impl FnOnce(&mut Connection, &Location) -> Result<(), Error> + Send + 'static,
) -> Result<(), Error> {
    // The first connection makes the file a database with a log, which needs the lock already.
    let location = connect::location(access);
    let lock = tokio::task::spawn_blocking(move || lock(&location))
        .await
        .unwrap_or_else(|error| Err(Error::Access(error.to_string().into())))?;
    let worker = Worker::start(access.clone(), Missing::Make).await?;
    let result = worker.call(work).await;
    drop(lock);
    result
}

/// The lock of the file's folder: it leaves nothing behind. (A lock of the file itself would be
/// in the library's way, which drops its own whenever any handle of the file is closed.) A
/// database in memory needs none, its connection serves one at a time.
fn lock(location: &Location) -> Result<Option<File>, Error> {
    let Some(folder) = folder(location)? else {
        return Ok(None);
    };
    let locked = folder.lock();
    locked.map_err(|error| Error::unavailable(&location.label, error))?;
    Ok(Some(folder))
}

/// The folder of the file, opened.
fn folder(location: &Location) -> Result<Option<File>, Error> {
    let Some(path) = &location.path else {
        return Ok(None);
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let failed = |error: std::io::Error| {
        let problem = format!("folder '{}': {error}", folder.display());
        let remedy = match error.kind() {
            std::io::ErrorKind::NotFound => "; create it",
            std::io::ErrorKind::PermissionDenied => "; let this process read and write it",
            _ => "",
        };
        Error::unavailable(&location.label, problem + remedy)
    };
    File::open(folder).map(Some).map_err(failed)
}

fn condition(connection: &Connection, location: &Location) -> Result<Condition, Error> {
    let failed = |e: rusqlite::Error| location.error("schema version", &e);
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1")
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .map_err(failed)?;
    let mut version = None;
    if tables.iter().any(|table| table == "schema_version") {
        version = connection
            .prepare("SELECT version, minor FROM schema_version ORDER BY 1 DESC, 2 DESC LIMIT 1")
            .and_then(|mut statement| {
                let mut rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
                rows.next().transpose()
            })
            .map_err(failed)?;
    }
    Ok(Condition { tables, version })
}
