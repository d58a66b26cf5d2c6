//! The embedded engine's plans: with statistics and without, as a new database has none.

use murre_schema::{Access, Store, StoreOptions};
use murre_wire::V4;
use rusqlite::Connection;

use crate::catalogue;

/// Rows per table; plans follow from the statistics, and these are as clear as a million's.
const ROWS: i64 = 100_000;

/// Statements that read a whole table, and why they may.
const WHOLE: [&str; 5] = [
    "lease4_count", // an operator asked for all counts
    "lease6_count",
    "lease4_count_within", // the rows of a subnet, and no others, are grouped
    "lease6_count_within",
    "statistic_list", // all that was counted of a family, and nothing else, is grouped
];

/// A database with this schema and nothing in it.
pub(crate) async fn empty() -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leases.db");
    let options = StoreOptions::default();
    let store = Store::<V4>::open(&Access::file(&path), options).await;
    drop(store.unwrap());
    (folder, Connection::open(path).unwrap())
}

/// The steps of a plan.
fn plan(connection: &Connection, text: &str) -> Vec<String> {
    let text = format!("EXPLAIN QUERY PLAN {text}");
    let mut prepared = connection.prepare(&text).unwrap();
    // Parameters without a value are NULL; the plan does not depend on values.
    let rows = prepared.raw_query().mapped(|row| row.get::<_, String>(3));
    rows.map(Result::unwrap).collect()
}

fn check_all(connection: &Connection, when: &str) {
    for statement in catalogue::statements("sqlite") {
        let name = &statement.name;
        let steps = plan(connection, &statement.bare());
        eprintln!("{when}: {name}: {steps:?}");
        let is_bad = |step: &String| {
            (step.starts_with("SCAN") && step.contains('l') && !step.contains("CONSTANT"))
                || step.contains("TEMP B-TREE")
                || step.contains("AUTOMATIC")
        };
        let bad: Vec<_> = steps.iter().filter(|step| is_bad(step)).collect();
        let expected = WHOLE.contains(&name.as_str());
        assert_eq!(!bad.is_empty(), expected, "{when}: {name}: {steps:?}");
    }
}

#[tokio::test]
async fn no_statement_of_sqlite_scans_a_lease_table() {
    let (_folder, connection) = empty().await;
    check_all(&connection, "empty");
    let fill = include_str!("fill/sqlite.sql").replace(":rows", &ROWS.to_string());
    connection.execute_batch(&fill).unwrap();
    check_all(&connection, "without statistics");
    connection.execute_batch("ANALYZE").unwrap();
    check_all(&connection, "with statistics");
}
