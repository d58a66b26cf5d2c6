//! What is asked most often, as statements whose parameters are bound in the protocol itself: a round trip each,
//! and nothing for the server to parse.
//!
//! Claims are rows of their statement, so there is a statement for each number of them, prepared when it is
//! needed for the first time. What needs a transaction or several statements is a [`super::script`].

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Params, Row, Statement, Value as Cell};

use super::{code, statements};
use crate::row::{Value, Values};

/// Most claims of a statement: with more of them its text costs little for each, and a session keeps every
/// statement it has prepared.
pub(super) const MOST: usize = 64;

/// Statements that a session has prepared.
#[derive(Debug, Default)]
pub(super) struct Bound {
    /// By the number of their rows, less one.
    claims: Vec<Option<Statement>>,
    lookup: Option<Statement>,
    /// The server keeps no more.
    is_full: bool,
}

/// A row of a claim.
pub(super) struct ClaimRow<'a> {
    /// The lease, without what the database sets.
    pub(super) values: Values<'a>,
    /// What stands in the row if it was won.
    pub(super) number: i64,
}

impl Bound {
    /// What became of claims, [`MOST`] at most, by the statement with this text; `None` where the server keeps no
    /// more statements.
    pub(super) async fn claim(
        &mut self,
        conn: &mut Conn,
        text: &str,
        rows: &[ClaimRow<'_>],
    ) -> Result<Option<Vec<Row>>, mysql_async::Error> {
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        if self.claims.len() < rows.len() {
            self.claims.resize(rows.len(), None);
        }
        let known = self.claims.get(rows.len() - 1).cloned().flatten();
        let made = || text.replacen('?', &places(first.values.len(), rows.len()), 1);
        let Some(statement) = self.prepared(conn, known, made).await? else {
            return Ok(None);
        };
        if let Some(slot) = self.claims.get_mut(rows.len() - 1) {
            *slot = Some(statement.clone());
        }
        let cells = rows.iter().flat_map(|row| {
            let values = row.values.iter().copied().map(cell);
            values.chain([Cell::Int(row.number)])
        });
        let cells = Params::Positional(cells.collect());
        conn.exec(statement, cells).await.map(Some)
    }

    /// The rows that answer a batch of questions, given as JSON, by the statement with this text; `None` where
    /// they cannot be bound.
    pub(super) async fn lookup(
        &mut self,
        conn: &mut Conn,
        text: &str,
        json: String,
    ) -> Result<Option<Vec<Row>>, mysql_async::Error> {
        let known = self.lookup.clone();
        let Some(statement) = self.prepared(conn, known, || text.to_owned()).await? else {
            return Ok(None);
        };
        self.lookup = Some(statement.clone());
        conn.exec(statement, (json,)).await.map(Some)
    }

    async fn prepared(
        &mut self,
        conn: &mut Conn,
        known: Option<Statement>,
        text: impl FnOnce() -> String,
    ) -> Result<Option<Statement>, mysql_async::Error> {
        if known.is_some() || self.is_full {
            return Ok(known);
        }
        match conn.prep(text()).await {
            Ok(statement) => Ok(Some(statement)),
            Err(mysql_async::Error::Server(error)) if error.code == code::STATEMENTS_FULL => {
                self.is_full = true;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// The rows of a statement, of so many values each, in the place of its parameter.
fn places(values: usize, rows: usize) -> String {
    let row = format!("({}{},0,?)", "?,".repeat(values), statements::EXPIRY);
    let mut all = row.clone();
    for _ in 1..rows {
        all.push(',');
        all.push_str(&row);
    }
    all
}

fn cell(value: Value<'_>) -> Cell {
    match value {
        Value::Null => Cell::NULL,
        Value::Number(number) => Cell::Int(number),
        Value::Flag(flag) => Cell::Int(flag.into()),
        Value::Bytes(bytes) => Cell::Bytes(bytes.to_vec()),
        Value::Text(text) => Cell::Bytes(text.as_bytes().to_vec()),
        Value::Address(address) => Cell::Bytes(address.octets().to_vec()),
    }
}
