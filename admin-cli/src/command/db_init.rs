//! `db-init`: tables for an empty database, and for no other.

use murre_schema::life;

use crate::cli::{BackendWord, Target};
use crate::error::Error;
use crate::output;

/// Refuse a database in which anything stands, else make the tables.
pub(super) async fn run(target: &Target) -> Result<(), Error> {
    target.must_be_database()?;
    let found = life::inspect(&target.access).await?;
    if !found.is_empty() {
        let mut message = format!(
            "Expected empty database {}. Aborting, the following tables are present:",
            target.name()
        );
        for table in &found.tables {
            message.push('\n');
            message.push_str(table);
        }
        // Scripts tell the engines apart by it.
        let code = if target.backend == BackendWord::PgSql {
            2
        } else {
            1
        };
        return Err(Error::Refused { message, code });
    }
    life::upgrade(&target.access).await?;
    let version = super::db_version::of(target, &life::inspect(&target.access).await?)?;
    output::line(&format!(
        "database {} is initialized, schema version {version}",
        target.access.label()
    ))
}
