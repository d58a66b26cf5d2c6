//! Golden files: what is prepared, and what the server makes of it (parameters and columns, which
//! are bound and read by position). `MURRE_BLESS=1` writes them anew.

use std::collections::BTreeSet;

use mysql_async::prelude::Queryable;

use crate::catalogue::{self, Statement, files};
use crate::{mariadb, postgresql, sqlite};

/// Compare each statement, under the head that says what the server sees in it.
fn compare(engine: &str, all: Vec<(Statement, Vec<String>)>) {
    let folder = catalogue::root().join("tests/golden").join(engine);
    let bless = std::env::var_os("MURRE_BLESS").is_some();
    if bless {
        std::fs::create_dir_all(&folder).unwrap();
    }
    let mut kept = BTreeSet::new();
    let mut differ = Vec::new();
    for (statement, head) in all {
        let path = folder.join(format!("{}.sql", statement.name));
        let head: String = head.iter().map(|line| format!("-- {line}\n")).collect();
        let text = format!("{head}\n{}\n", statement.bare());
        if bless {
            std::fs::write(&path, &text).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        if golden != text {
            differ.push(format!("{}:\n{text}", path.display()));
        }
        kept.insert(path);
    }
    for path in files(&folder) {
        if !kept.contains(&path) {
            differ.push(format!("{}: no such statement", path.display()));
        }
    }
    let what = "are not as their golden files say; look at them, then run this with MURRE_BLESS=1";
    assert!(differ.is_empty(), "these {what}:\n{}", differ.join("\n"));
}

#[tokio::test]
async fn statements_of_postgresql_are_the_golden_ones() {
    let client = postgresql::empty().await;
    let mut all = Vec::new();
    for statement in catalogue::statements("postgresql") {
        let prepared = client.prepare(&statement.text).await;
        let prepared = prepared.unwrap_or_else(|e| panic!("{}: {e:?}", statement.name));
        let takes: Vec<_> = prepared.params().iter().map(|ty| ty.name()).collect();
        let gives = prepared.columns().iter();
        let gives: Vec<_> = gives
            .map(|column| format!("{} {}", column.name(), column.type_().name()))
            .collect();
        let head = vec![
            format!("takes {}", takes.join(", ")),
            format!("gives {}", gives.join(", ")),
        ];
        all.push((statement, head));
    }
    compare("postgresql", all);
}

#[tokio::test]
async fn statements_of_mysql_are_the_golden_ones() {
    let mut conn = mariadb::empty().await;
    let mut all = Vec::new();
    for statement in catalogue::statements("mysql") {
        // Rows that stand in the text: what one of them takes.
        let columns = statement.text.split_once('(').map_or("", |(_, rest)| rest);
        let columns = columns.split_once(')').map_or("", |(columns, _)| columns);
        let row = vec!["?"; columns.split(',').count()].join(",");
        let row = format!("VALUES ({row})");
        let text = statement.text.replace("VALUES ?", &row);
        let prepared = conn.prep(text).await;
        let prepared = prepared.unwrap_or_else(|e| panic!("{}: {e}", statement.name));
        let columns = prepared.columns();
        let gives: Vec<_> = columns.iter().map(|column| column.name_str()).collect();
        let head = vec![
            format!("takes {} parameters", prepared.num_params()),
            format!("gives {}", gives.join(", ")),
        ];
        all.push((statement, head));
    }
    compare("mysql", all);
}

#[tokio::test]
async fn statements_of_sqlite_are_the_golden_ones() {
    let (_folder, connection) = sqlite::empty().await;
    let mut all = Vec::new();
    for statement in catalogue::statements("sqlite") {
        let prepared = connection.prepare(&statement.text);
        let prepared = prepared.unwrap_or_else(|e| panic!("{}: {e}", statement.name));
        let names: Vec<_> = prepared.column_names().collect();
        let head = vec![
            format!("takes {} parameters", prepared.parameter_count()),
            format!("gives {}", names.join(", ")),
        ];
        all.push((statement, head));
    }
    compare("sqlite", all);
}
