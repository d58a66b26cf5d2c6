//! MariaDB's plans, as carried out, with statistics and without. Plans are made for the values at
//! each execution, so there is one kind only.

use std::fmt::Write as _;

use murre_harness::database::{self, Engine, Server, ServerOptions};
use murre_schema::{Access, Store, StoreOptions};
use murre_wire::V4;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts};
use serde_json::Value as Json;

use crate::catalogue::Statement;
use crate::shapes::{self, Asked, Rows, Value};
use crate::{BATCHES, MILLION, catalogue, most_rows};

/// A session on a database with this schema and nothing in it.
pub(crate) async fn empty() -> Conn {
    connect(&database::mariadb().fresh().url()).await
}

async fn connect(url: &str) -> Conn {
    let options = StoreOptions::default();
    let store = Store::<V4>::open(&Access::from_url(url).unwrap(), options).await;
    drop(store.unwrap());
    Conn::new(Opts::from_url(url).unwrap()).await.unwrap()
}

/// A batch as the engine writes it.
fn json(rows: &Rows) -> String {
    let rows = rows.iter().map(|row| {
        let values: Vec<_> = row.iter().map(json_value).collect();
        format!("[{}]", values.join(","))
    });
    format!("[{}]", rows.collect::<Vec<_>>().join(","))
}

/// What stands in the place of a statement's parameter.
fn literals(name: &str, rows: &Rows) -> String {
    let row = |row: &Vec<Value>| row.iter().map(literal).collect::<Vec<_>>();
    let rows = rows.iter().map(row);
    match name {
        "lease4_claim" | "lease6_claim" => claims(rows),
        "lease6_inside" => {
            let ranges = rows.map(|ends| format!("l.address BETWEEN {}", ends.join(" AND ")));
            ranges.collect::<Vec<_>>().join(" OR ")
        }
        _ => rows.flatten().collect::<Vec<_>>().join(","),
    }
}

/// Claims as rows of their statement; the number of each comes last.
fn claims(rows: impl Iterator<Item = Vec<String>>) -> String {
    let rows = rows.map(|mut values| {
        let number = values.pop().unwrap();
        format!("({},UTC_TIMESTAMP(),0,{number})", values.join(","))
    });
    rows.collect::<Vec<_>>().join(",")
}

fn literal(value: &Value) -> String {
    match value {
        Value::Bytes(bytes) => format!("x'{}'", hex(bytes)),
        Value::Text(text) => format!("x'{}'", hex(text.as_bytes())),
        Value::Address(address) => format!("x'{address:032x}'"),
        other => json_value(other),
    }
}

fn json_value(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => u8::from(*flag).to_string(),
        Value::Bytes(bytes) => format!("\"{}\"", hex(bytes)),
        Value::Text(text) => format!("\"{}\"", hex(text.as_bytes())),
        Value::Address(address) => format!("\"{address:032x}\""),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The statement with its values in their places, as a prepared one is planned with them.
fn with_values(statement: &Statement, asked: &Asked) -> String {
    let mut values = match asked {
        Asked::Batch(_) => vec!["@asked".to_owned()],
        Asked::Literal(rows) => {
            let first = match statement.name.as_str() {
                "lease4_decline" | "lease6_decline" => Some("86400"),
                "lease6_around" => Some("127"),
                _ => None,
            };
            let first = first.map(ToOwned::to_owned);
            let rows = literals(&statement.name, rows);
            first.into_iter().chain([rows]).collect()
        }
        Asked::Values(values) => values
            .iter()
            .map(|value| match value {
                Value::Address(address) => format!("x'{address:032x}'"),
                other => json_value(other),
            })
            .collect(),
        // No statement here takes parts, as each arm of a lookup is one of its own.
        Asked::Parts(_) | Asked::Whole | Asked::NoLeases => Vec::new(),
    }
    .into_iter();
    let mut text = String::new();
    for (number, part) in statement.bare().split('?').enumerate() {
        if number > 0 {
            text += &values.next().unwrap();
        }
        text += part;
    }
    text
}

async fn explain(conn: &mut Conn, text: &str, asked: &Asked) -> Json {
    let batch = match asked {
        Asked::Batch(rows) => json(rows),
        _ => String::new(),
    };
    conn.query_drop(format!("SET @asked = '{batch}'"))
        .await
        .unwrap();
    conn.query_drop("START TRANSACTION").await.unwrap();
    let plan = conn
        .query_first::<String, _>(format!("ANALYZE FORMAT=JSON {text}"))
        .await;
    let plan = plan.unwrap_or_else(|e| panic!("{text:.200}: {e}")).unwrap();
    conn.query_drop("ROLLBACK").await.unwrap();
    serde_json::from_str(&plan).unwrap()
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
        match node {
            Json::Array(nodes) => nodes.iter().for_each(|node| self.look(node, most)),
            Json::Object(members) => {
                for (name, node) in members {
                    match name.as_str() {
                        "table" => self.table(node),
                        "filesort" => self.sort(node, most),
                        // Here the access of its table is what is done where no range is found.
                        "range-checked-for-each-record" => {
                            self.ranges(node);
                            continue;
                        }
                        _ => {}
                    }
                    self.look(node, most);
                }
            }
            _ => {}
        }
    }

    fn table(&mut self, node: &Json) {
        let name = node["table_name"].as_str().unwrap_or_default();
        // What was made from the batch, and what was made from that.
        if node["table_function"].is_string() || name.starts_with('<') {
            return;
        }
        let access = node["access_type"].as_str();
        if let Some(access @ ("ALL" | "index")) = access {
            self.wrong.push(format!("{access} of {name}"));
        }
        self.read(node);
    }

    /// Ends of a range that come from the batch: the range is looked for at each row of that.
    fn ranges(&mut self, node: &Json) {
        let table = &node["table"];
        if node["r_keys"]["full_scan"] != 0 {
            self.wrong.push(format!("all of {}", table["table_name"]));
        }
        self.read(table);
    }

    /// Counts the rows that were read.
    fn read(&mut self, table: &Json) {
        let number = |name: &str| table[name].as_f64().unwrap_or(0.0);
        self.rows += number("r_loops") * number("r_rows");
    }

    fn sort(&mut self, node: &Json, most: f64) {
        let rows = node["r_output_rows"].as_f64().unwrap_or(0.0);
        if rows > most {
            self.wrong.push(format!("sorts {rows} rows"));
        }
    }
}

async fn check_all(conn: &mut Conn, when: &str) {
    for statement in catalogue::statements("mysql") {
        for batch in BATCHES {
            let asked = shapes::asked("mysql", &statement.name, batch);
            if let Asked::Whole | Asked::NoLeases = asked {
                continue;
            }
            let plan = explain(conn, &with_values(&statement, &asked), &asked).await;
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
async fn statements_of_mysql_use_indexes_on_a_million_leases() {
    // Leases that are made up need no disk to wait for.
    let options = ServerOptions {
        durable: false,
        ..ServerOptions::new(Engine::Mariadb)
            .setting("innodb-buffer-pool-size", "512M")
            .setting("innodb-doublewrite", "0")
    };
    let server = Server::launch(options);
    let mut conn = connect(&server.fresh().url()).await;
    for setting in [
        "SET time_zone = '+00:00'",
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    ] {
        conn.query_drop(setting).await.unwrap();
    }
    let fill = include_str!("fill/mariadb.sql").replace(":last", &(MILLION - 1).to_string());
    conn.query_drop(fill).await.unwrap();
    check_all(&mut conn, "as counted by the engine itself").await;
    conn.query_drop("ANALYZE TABLE lease4, lease6, hosts, dhcp4_options")
        .await
        .unwrap();
    check_all(&mut conn, "with statistics").await;

    // What this would find.
    for (bad, problem) in [
        (
            "SELECT hwaddr FROM lease4 l WHERE hostname = 'x'",
            "ALL of l",
        ),
        (
            "SELECT MAX(subnet_id) FROM lease4 l WHERE hwaddr LIKE '%x'",
            "of l",
        ),
        (
            "SELECT hwaddr FROM lease4 l WHERE address < 180000000 ORDER BY hostname LIMIT 9",
            "reads",
        ),
    ] {
        let verdict = Verdict::of(&explain(&mut conn, bad, &Asked::NoLeases).await, 16.0);
        let found = verdict.wrong.iter().any(|wrong| wrong.contains(problem));
        assert!(found, "{bad}: {:?}", verdict.wrong);
    }
}
