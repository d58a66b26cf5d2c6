//! PostgreSQL's plans, as carried out: in the engine's sessions, before and after there are statistics,
//! with plans made without knowing the values (as prepared statements come to be used) and for them;
//! and of the planner's own choice.

use murre_harness::database::{Engine, Server, ServerOptions};
use murre_schema::{Access, Store, StoreOptions};
use murre_wire::V4;
use serde_json::Value as Json;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::shapes::{self, Asked, Rows, Value};
use crate::{BATCHES, MILLION, catalogue, most_rows};

/// A session on a database with this schema and nothing in it.
pub(crate) async fn empty() -> Client {
    connect(&murre_harness::database::postgres().fresh().url()).await
}

async fn connect(url: &str) -> Client {
    let options = StoreOptions::default();
    let store = Store::<V4>::open(&Access::from_url(url).unwrap(), options).await;
    drop(store.unwrap());
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Arrays as literals, one per column; of no rows, so many empty ones.
fn arrays(rows: &Rows, columns: usize) -> Vec<String> {
    let column = |at: usize| {
        let elements: Vec<_> = rows.iter().map(|row| element(&row[at])).collect();
        format!("'{{{}}}'", elements.join(","))
    };
    (0..columns).map(column).collect()
}

fn element(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Text(text) => format!("\"{text}\""),
        Value::Address(address) => shapes::text(*address),
        Value::Bytes(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("\"\\\\x{digits}\"")
        }
    }
}

fn literals(asked: &Asked) -> Vec<String> {
    let columns = |rows: &Rows| rows.first().map_or(0, Vec::len);
    match asked {
        Asked::Batch(rows) => arrays(rows, columns(rows)),
        Asked::Values(values) => values.iter().map(|v| format!("'{}'", element(v))).collect(),
        Asked::Parts(parts) => parts
            .iter()
            .flat_map(|(name, rows)| match *name {
                "s" => arrays(rows, 3),
                "p" => arrays(rows, 2),
                _ => arrays(rows, columns(rows)),
            })
            .collect(),
        Asked::Literal(_) => unreachable!("rows are bound as arrays"),
        Asked::Whole | Asked::NoLeases => Vec::new(),
    }
}

/// The plan of a prepared statement as it was carried out, and undone.
async fn explain(client: &Client, execute: &str) -> Json {
    let text = format!("BEGIN; EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {execute}; ROLLBACK");
    let answers = client.simple_query(&text).await;
    let answers = answers.unwrap_or_else(|e| panic!("{execute:.100}: {e:?}"));
    let rows = answers.iter().filter_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    let text: String = rows.collect();
    serde_json::from_str::<Json>(&text).unwrap()[0]["Plan"].take()
}

/// What is wrong with a plan, and how many rows of lease tables it read.
#[derive(Default)]
struct Verdict {
    wrong: Vec<String>,
    rows: f64,
}

impl Verdict {
    fn of(plan: &Json, most: f64) -> Self {
        let mut verdict = Self::default();
        verdict.look(plan, most);
        if verdict.rows > most {
            verdict.wrong.push(format!("reads {} rows", verdict.rows));
        }
        verdict
    }

    fn look(&mut self, node: &Json, most: f64) {
        let kind = node["Node Type"].as_str().unwrap_or_default();
        let number = |name: &str| node[name].as_f64().unwrap_or(0.0);
        let loops = number("Actual Loops");
        let removed = number("Rows Removed by Filter") + number("Rows Removed by Index Recheck");
        let rows = loops * (number("Actual Rows") + removed);
        let table = node["Relation Name"].as_str().unwrap_or_default();
        let of_leases = ["lease4", "lease6", "hosts", "dhcp4_options"].contains(&table);
        let is_scan = kind.ends_with("Scan");
        if of_leases && is_scan {
            self.rows += rows;
            if kind == "Seq Scan" {
                self.wrong.push(format!("reads all of {table}"));
            }
        }
        let by_index = ["Index Scan", "Index Only Scan", "Bitmap Index Scan"].contains(&kind);
        if by_index && node["Index Cond"].is_null() {
            self.wrong
                .push(format!("reads all of {}", node["Index Name"]));
        }
        if kind.contains("Sort") && rows > most {
            self.wrong.push(format!("sorts {rows} rows"));
        }
        if kind.starts_with("Gather") {
            self.wrong.push("starts processes".to_owned());
        }
        for child in node["Plans"].as_array().into_iter().flatten() {
            self.look(child, most);
        }
    }
}

/// Statements that take away all indexes but the primary keys, run `fill`, and make the same ones again,
/// which is faster than to keep them.
async fn without_indexes(client: &Client, fill: &str) -> String {
    let indexes = "SELECT indexname, indexdef FROM pg_indexes \
                   WHERE tablename IN ('lease4', 'lease6') AND indexname NOT LIKE '%_pkey'";
    let indexes = client.query(indexes, &[]).await.unwrap();
    assert!(indexes.len() >= 8, "{indexes:?}");
    let column = |at: usize| -> Vec<String> { indexes.iter().map(|row| row.get(at)).collect() };
    let (names, definitions) = (column(0).join(", "), column(1).join("; "));
    // A table that is made or emptied in the same transaction needs no log.
    format!("BEGIN; TRUNCATE lease4, lease6; DROP INDEX {names}; {fill}; {definitions}; COMMIT")
}

/// Look at the plans of all statements in a session with these settings.
async fn check_all(url: &str, when: &str, settings: &str) {
    for statement in catalogue::statements("postgresql") {
        // Anew for each: what a session has planned before stays with it.
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(settings).await.unwrap();
        let prepare = format!("PREPARE it AS {}", statement.text);
        client.batch_execute(&prepare).await.unwrap();
        for batch in BATCHES {
            let asked = shapes::asked("postgresql", &statement.name, batch);
            if let Asked::Whole | Asked::NoLeases = asked {
                continue;
            }
            let values = literals(&asked).join(",");
            let plan = explain(&client, &format!("EXECUTE it({values})")).await;
            let most = most_rows(batch);
            let (name, wrong) = (&statement.name, Verdict::of(&plan, most).wrong);
            assert!(
                wrong.is_empty(),
                "{name}, {when}, {batch} at once: {wrong:?}\n{plan:#}"
            );
        }
    }
}

#[tokio::test]
async fn statements_of_postgresql_use_indexes_on_a_million_leases() {
    // Leases that are made up need no disk to wait for.
    let options = ServerOptions {
        durable: false,
        ..ServerOptions::new(Engine::Postgresql)
            .setting("autovacuum", "off")
            .setting("wal_level", "minimal")
            .setting("max_wal_senders", "0")
            .setting("maintenance_work_mem", "256MB")
    };
    let server = Server::launch(options);
    let url = server.fresh().url();
    let client = connect(&url).await;
    let session = murre_schema::inspect::POSTGRESQL_SESSION;
    let fill = include_str!("fill/postgresql.sql").replace(":rows", &MILLION.to_string());
    client
        .batch_execute(&without_indexes(&client, &fill).await)
        .await
        .unwrap();
    check_all(&url, "a session's settings, no statistics", session).await;

    client
        .batch_execute("VACUUM ANALYZE lease4, lease6, hosts, dhcp4_options")
        .await
        .unwrap();
    check_all(&url, "a session's settings", session).await;
    let custom = format!("{session}; SET plan_cache_mode = force_custom_plan");
    check_all(&url, "a session's settings, plans for the values", &custom).await;
    // Of its own choice the planner takes the same ways as long as it knows how many rows are asked for. What
    // it plans without knowing that reckons with a tenth of the table, and is why sessions have settings.
    let own = "SET plan_cache_mode = force_custom_plan; SET jit = off; SET max_parallel_workers_per_gather = 0";
    check_all(&url, "the planner's own choice", own).await;

    // What this would find.
    for (bad, problem) in [
        (
            "SELECT hwaddr FROM lease4 WHERE hostname = 'x'",
            "reads all of lease4",
        ),
        (
            "SELECT hwaddr FROM lease4 ORDER BY address LIMIT 9",
            "lease4_pkey",
        ),
        (
            "SELECT hwaddr FROM lease4 WHERE address < 180000000 ORDER BY hostname LIMIT 9",
            "reads",
        ),
    ] {
        let verdict = Verdict::of(&explain(&client, bad).await, 16.0);
        let found = verdict.wrong.iter().any(|wrong| wrong.contains(problem));
        assert!(found, "{bad}: {:?}", verdict.wrong);
    }
}
