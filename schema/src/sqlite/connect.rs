//! Opening a connection: a file with its settings, or the shared memory of this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::Location;
use crate::access::{Access, Place};
use crate::error::Error;

/// One connection; sessions of one database in memory share theirs.
pub(super) type Shared = Arc<Mutex<Connection>>;

/// The log is folded into the file after this many pages, by the commit that reaches it.
const SETTINGS: &str = "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000; \
     PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -32768; PRAGMA foreign_keys = ON; \
     PRAGMA trusted_schema = OFF;";

/// As many statements as a session has.
const STATEMENTS: usize = 64;

/// The databases in memory, by name, as long as the process lives.
static MEMORY: Mutex<Option<HashMap<String, Shared>>> = Mutex::new(None);

/// Where an access points to.
pub(super) fn location(access: &Access) -> Location {
    Location {
        label: access.label(),
        path: match &access.place {
            Place::File(path) => Some(path.clone()),
            _ => None,
        },
        file: None,
    }
}

/// Whether a file that is not there is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// When the schema is looked after.
    Make,
    /// A session's: it would find no tables.
    Refuse,
}

/// A connection that may write. Blocks.
pub(super) fn open(access: &Access, missing: Missing) -> Result<Shared, Error> {
    match &access.place {
        Place::File(path) => {
            let location = location(access);
            let failed = |e: &rusqlite::Error| location.error("open", e);
            let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            flags.set(OpenFlags::SQLITE_OPEN_CREATE, missing == Missing::Make);
            let connection = Connection::open_with_flags(path, flags).map_err(|e| failed(&e))?;
            let connection = prepare(connection).map_err(|e| failed(&e))?;
            if connection.is_readonly("main").map_err(|e| failed(&e))? {
                return Err(failed(&read_only()));
            }
            Ok(Arc::new(Mutex::new(connection)))
        }
        Place::Memory(name) => {
            let mut all = MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
            let all = all.get_or_insert_default();
            if let Some(known) = all.get(name) {
                return Ok(Arc::clone(known));
            }
            let connection = Connection::open_in_memory().and_then(prepare);
            let connection = connection.map_err(|e| location(access).error("open", &e))?;
            let shared = Arc::new(Mutex::new(connection));
            all.insert(name.clone(), Arc::clone(&shared));
            Ok(shared)
        }
        Place::Server { .. } => Err(Error::Access("SQLite needs a file".into())),
    }
}

/// Settings that are a connection's own.
fn prepare(mut connection: Connection) -> rusqlite::Result<Connection> {
    connection.busy_handler(Some(wait_for_writer))?;
    // The file remembers it, so this writes once; in memory there is no log and it says so.
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch(SETTINGS)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Another process writes, for some milliseconds as a rule: ask again soon, for 10 s at most.
fn wait_for_writer(asked: i32) -> bool {
    let pause = if asked < 50 { 200 } else { 2_000 };
    std::thread::sleep(Duration::from_micros(pause));
    asked < 5_000
}

/// The library opens what it may not write as read-only; a worker has no use for that.
fn read_only() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_READONLY),
        Some("the file is read-only".to_owned()),
    )
}
