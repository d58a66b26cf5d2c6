//! `db-upgrade`: from an older schema of ours to the newest.

use murre_schema::life;

use super::db_version::of;
use crate::cli::{BackendWord, Target};
use crate::error::Error;
use crate::output;

/// Take the missing steps and say where it started and ended.
pub(super) async fn run(target: &Target) -> Result<(), Error> {
    let found = super::condition(target).await?;
    let before = of(target, &found)?;
    let newest = life::newest(target.access.engine());
    if !found.is_ours() {
        let (label, backend) = (target.access.label(), target.backend);
        let other = match backend {
            BackendWord::Sqlite => "the program that made it",
            _ => "kea-admin lease-dump",
        };
        return Err(Error::refused(format!(
            "database {label} has schema version {before} of another program; \
             save its leases with {other}, and lease-upload them into an empty database"
        )));
    }
    if number(&before) > number(&newest) {
        return Err(Error::refused(format!(
            "database {} has schema version {before}, newer than {newest} of this murre-admin; \
             there is no way back, use a newer murre-admin",
            target.access.label()
        )));
    }
    output::line(&format!("schema version before upgrade: {before}"))?;
    life::upgrade(&target.access).await?;
    let after = of(target, &life::inspect(&target.access).await?)?;
    output::line(&format!("schema version after upgrade: {after}"))?;
    if before == after {
        output::info("there was nothing to upgrade");
    }
    Ok(())
}

/// `major.minor` as numbers.
fn number(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
