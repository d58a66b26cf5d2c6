//! `db-version`: the number of the schema, and nothing else.

use murre_schema::life::Condition;

use crate::cli::Target;
use crate::error::Error;
use crate::output;

/// Print `major.minor`.
pub(super) async fn run(target: &Target) -> Result<(), Error> {
    let found = super::condition(target).await?;
    output::line(&of(target, &found)?)
}

/// The version of what was found, also of a schema that is not ours.
pub(super) fn of(target: &Target, found: &Condition) -> Result<String, Error> {
    match found.version {
        Some((major, minor)) => Ok(format!("{major}.{minor}")),
        None => Err(Error::refused(format!(
            "database {} holds tables, but no schema version: it is not a lease database",
            target.access.label()
        ))),
    }
}
