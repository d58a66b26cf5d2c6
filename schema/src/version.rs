//! What schema a database holds, and what to do about it; the same rules on every engine.

use std::sync::Arc;

use crate::error::Error;

/// The table refinery keeps its history in: what tells our schema from another program's.
pub(crate) const HISTORY_TABLE: &str = "refinery_schema_history";

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
    fn another_programs_schema_is_refused_by_name() {
        let error = found(&["schema_version", "lease4"], Some((20, 0))).unwrap_err();
        assert!(error.to_string().contains("20.0 of another program"));
    }
}
