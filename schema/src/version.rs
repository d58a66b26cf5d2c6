//! What schema a database holds, and what to do about it; the same rules on every engine.

use std::sync::Arc;

use crate::error::Error;

/// The table refinery keeps its history in: what tells our schema from another program's.
pub(crate) const HISTORY_TABLE: &str = "refinery_schema_history";

/// A table that stands while steps are taken on an engine that cannot undo them.
pub(crate) const UNFINISHED_TABLE: &str = "schema_unfinished";

/// What was found in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// All tables, sorted.
    pub tables: Vec<String>,
    /// Content of `schema_version`, when it is there and has a row.
    pub version: Option<(i32, i32)>,
}

impl Condition {
    /// Nothing is there at all.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The schema is Murre's, whatever its version.
    pub fn is_ours(&self) -> bool {
        self.tables.iter().any(|table| table == HISTORY_TABLE)
    }

    /// A change of the schema is under way, or broke off where the engine cannot undo it.
    pub fn is_unfinished(&self) -> bool {
        self.tables.iter().any(|table| table == UNFINISHED_TABLE)
    }
}

/// What a starting worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Todo {
    /// The schema is ours and current.
    Nothing,
    /// The database is empty.
    Initialize,
}

/// Decide; an older, newer or foreign schema is refused and stays untouched.
pub(crate) fn check(place: &Arc<str>, found: Condition, newest: u32) -> Result<Todo, Error> {
    if found.is_empty() {
        return Ok(Todo::Initialize);
    }
    check_finished(place, &found, newest)?;
    let refuse = |text: String, remedy| {
        Err(Error::Schema {
            place: Arc::clone(place),
            found: text.into(),
            needed: format!("{newest}.0").into(),
            remedy,
        })
    };
    let text = found
        .version
        .map_or("unknown".to_owned(), |(version, minor)| {
            format!("{version}.{minor}")
        });
    if !found.is_ours() {
        return refuse(
            format!("{text} of another program"),
            "dump its leases and upload them into an empty database",
        );
    }
    match found.version {
        Some((version, _)) if i64::from(version) == i64::from(newest) => Ok(Todo::Nothing),
        Some((version, _)) if i64::from(version) > i64::from(newest) => {
            refuse(text, "run a newer Murre")
        }
        _ => refuse(text, "run murre-admin db-upgrade"),
    }
}

/// Refuse what is half made: whoever asks holds the lock, so nobody is at it any more.
pub(crate) fn check_finished(
    place: &Arc<str>,
    found: &Condition,
    newest: u32,
) -> Result<(), Error> {
    if !found.is_unfinished() {
        return Ok(());
    }
    Err(Error::Schema {
        place: Arc::clone(place),
        found: "half made, as its last change broke off".into(),
        needed: format!("{newest}.0").into(),
        remedy: "restore the backup from before that change; if it was the first start, drop the \
                 database and create it again",
    })
}

/// Version of the newest migration in a runner.
pub(crate) fn newest(runner: &refinery::Runner) -> u32 {
    runner
        .get_migrations()
        .iter()
        .map(|migration| migration.version() as u32)
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn found(tables: &[&str], version: Option<(i32, i32)>) -> Result<Todo, Error> {
        let condition = Condition {
            tables: tables.iter().map(|name| (*name).to_owned()).collect(),
            version,
        };
        check(&"test".into(), condition, 2)
    }

    #[test]
    fn only_an_empty_database_is_initialized() {
        assert_eq!(found(&[], None).unwrap(), Todo::Initialize);
        assert!(found(&["customers"], None).is_err());
    }

    #[test]
    fn only_our_own_version_is_served() {
        let ours = [HISTORY_TABLE, "schema_version"];
        assert_eq!(found(&ours, Some((2, 0))).unwrap(), Todo::Nothing);
        for (version, remedy) in [(1, "db-upgrade"), (3, "newer Murre")] {
            let error = found(&ours, Some((version, 0))).unwrap_err().to_string();
            assert!(error.contains(&format!("{version}.0")), "{error}");
            assert!(error.contains("2.0") && error.contains(remedy), "{error}");
        }
    }

    #[test]
    fn a_half_made_schema_is_refused_with_its_remedy() {
        for tables in [
            &[UNFINISHED_TABLE][..],
            &[HISTORY_TABLE, "schema_version", UNFINISHED_TABLE],
        ] {
            let error = found(tables, Some((2, 0))).unwrap_err().to_string();
            assert!(
                error.contains("half made") && error.contains("backup"),
                "{error}"
            );
        }
    }

    #[test]
    fn another_programs_schema_is_refused_by_name() {
        let error = found(&["schema_version", "lease4"], Some((20, 0))).unwrap_err();
        assert!(error.to_string().contains("20.0 of another program"));
    }
}
