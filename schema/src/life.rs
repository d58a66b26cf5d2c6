//! The life of a schema, for the admin tool: what is there, initialize, upgrade.
//!
//! Workers initialize empty databases by themselves when a [`crate::Store`] opens and never
//! upgrade; only this module does.

use crate::access::{Access, EngineKind};
use crate::error::Error;
use crate::mysql;
use crate::postgresql;
use crate::sqlite;
use crate::version;
pub use crate::version::Condition;

/// What the database holds.
///
/// # Errors
/// The database could not be asked.
pub async fn inspect(access: &Access) -> Result<Condition, Error> {
    match access.engine() {
        EngineKind::PostgreSql => postgresql::migrate::inspect(access).await,
        EngineKind::Sqlite => sqlite::migrate::inspect(access).await,
        EngineKind::MySql => mysql::migrate::inspect(access).await,
    }
}

/// Whether a worker could serve from the database: it answers, and is empty or of this program's
/// version. Nothing is written.
///
/// # Errors
/// Why not.
pub async fn servable(access: &Access) -> Result<(), Error> {
    let newest = match access.engine() {
        EngineKind::PostgreSql => postgresql::migrate::newest(),
        EngineKind::Sqlite => sqlite::migrate::newest(),
        EngineKind::MySql => mysql::migrate::newest(),
    };
    let found = inspect(access).await?;
    version::check(&access.label(), found, newest).map(|_| ())
}

/// Whether another program's tables of reservations are there, which serve as they are.
///
/// # Errors
/// The database could not be asked.
pub async fn has_other_hosts(access: &Access) -> Result<bool, Error> {
    let found = inspect(access).await?;
    Ok(!found.is_ours() && found.tables.iter().any(|table| table == "hosts"))
}

/// Bring an empty database to this program's schema, under the engine's lock; refuse any other than this program's
/// version.
pub(crate) async fn initialize(access: &Access) -> Result<(), Error> {
    match access.engine() {
        EngineKind::PostgreSql => postgresql::migrate::initialize(access).await,
        EngineKind::Sqlite => sqlite::migrate::initialize(access).await,
        EngineKind::MySql => mysql::migrate::initialize(access).await,
    }
}

/// What makes the server lose leases that it acknowledged when its machine stops, and the remedy;
/// settings that no session can change for itself.
///
/// # Errors
/// The database could not be asked.
pub async fn weakness(access: &Access) -> Result<Option<String>, Error> {
    let asked = async {
        match access.engine() {
            EngineKind::PostgreSql => postgresql::weakness(access).await,
            EngineKind::MySql => mysql::weakness(access).await,
            // Its sessions see to it themselves.
            EngineKind::Sqlite => Ok(None),
        }
    };
    access.within(access.patience().batch, asked).await
}

/// Take every step that is missing, from an empty database or an older version of ours, under the
/// engine's lock. Twice is harmless.
///
/// # Errors
/// The database could not be reached, or a step failed and was undone as far as the engine can.
pub async fn upgrade(access: &Access) -> Result<(), Error> {
    match access.engine() {
        EngineKind::PostgreSql => postgresql::migrate::upgrade(access).await,
        EngineKind::Sqlite => sqlite::migrate::upgrade(access).await,
        EngineKind::MySql => mysql::migrate::upgrade(access).await,
    }
}

/// The schema version this program was built for, as `major.minor`.
pub fn newest(engine: EngineKind) -> String {
    let version = match engine {
        EngineKind::PostgreSql => postgresql::migrate::newest(),
        EngineKind::Sqlite => sqlite::migrate::newest(),
        EngineKind::MySql => mysql::migrate::newest(),
    };
    format!("{version}.0")
}
