//! Several statements sent as one text: one round trip for a whole transaction.
//!
//! Lookups are prepared, and a script only binds their parameters and says which to run; of changes the text
//! itself has the rows. The server runs them in order and stops at the first that fails, so a COMMIT at the end is
//! reached only when everything before it was done.
//!
//! A node of a Galera cluster is sent one statement after the other ([`Sending`]).

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row};

use super::statements;
use super::value::literal;
use crate::row::Value;

/// A script being written.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// Each with its name, for messages.
    statements: Vec<(&'static str, String)>,
}

/// How a script is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sending {
    /// As one text, in one round trip.
    AtOnce,
    /// Each statement after the answer to the one before. A node of a cluster may undo a transaction
    /// at any moment, as it lost against one of another node. It tells so in answer to the next *query*:
    /// between two statements of one text it goes on without a transaction, commits what follows by
    /// itself, and says that all is well.
    OneByOne,
}

/// A script that failed: where, and why.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) statement: &'static str,
    pub(super) error: mysql_async::Error,
}

impl Script {
    /// Add a statement without parameters.
    pub(super) fn plain(mut self, text: &'static str) -> Self {
        self.push(text, text);
        self
    }

    /// Whether a transaction is open after it; none where it leaves that as it was.
    pub(super) fn leaves_open(&self) -> Option<bool> {
        let mut names = self.statements.iter().rev().map(|(name, _)| *name);
        names.find_map(|name| match name {
            statements::BEGIN | statements::BEGIN_SNAPSHOT => Some(true),
            statements::COMMIT | statements::ROLLBACK => Some(false),
            _ => None,
        })
    }

    /// Run a prepared statement with a batch.
    pub(super) fn batch(mut self, name: &'static str, json: &str) -> Self {
        self.push(name, &format!("SET @asked = '{json}'"));
        self.execute(name, &["@asked"])
    }

    /// Add a statement with its rows in the place of its parameter.
    pub(super) fn rows(mut self, name: &'static str, text: &str, rows: &str) -> Self {
        self.push(name, &text.replacen('?', rows, 1));
        self
    }

    /// Add a statement that is made for this script.
    pub(super) fn made(mut self, name: &'static str, text: &str) -> Self {
        self.push(name, text);
        self
    }

    /// Run a prepared statement with single values.
    pub(super) fn values(mut self, name: &'static str, values: &[Value<'_>]) -> Self {
        const VARIABLES: [&str; 14] = [
            "@v1", "@v2", "@v3", "@v4", "@v5", "@v6", "@v7", "@v8", "@v9", "@v10", "@v11", "@v12",
            "@v13", "@v14",
        ];
        let variables = VARIABLES.get(..values.len()).unwrap_or(&VARIABLES);
        for (variable, value) in variables.iter().zip(values) {
            self.push(name, &format!("SET {variable} = {}", literal(*value)));
        }
        self.execute(name, variables)
    }

    /// Prepare statements under their names.
    pub(super) fn prepare(mut self, statements: &[(&'static str, &str)]) -> Self {
        for (name, text) in statements {
            let text = text.replace('\'', "''");
            self.push(name, &format!("PREPARE `{name}` FROM '{text}'"));
        }
        self
    }

    fn execute(mut self, name: &'static str, variables: &[&str]) -> Self {
        let using = if variables.is_empty() { "" } else { " USING " };
        let variables = variables.join(",");
        self.push(name, &format!("EXECUTE `{name}`{using}{variables}"));
        self
    }

    fn push(&mut self, name: &'static str, statement: &str) {
        self.statements.push((name, statement.to_owned()));
    }

    /// Send it; gives the rows of each statement that has any to give, in order.
    pub(super) async fn run(self, conn: &mut Conn, sending: Sending) -> Result<Answers, Failed> {
        if self.statements.is_empty() {
            return Ok(Answers(Vec::new().into_iter()));
        }
        match sending {
            Sending::AtOnce => self.run_at_once(conn).await,
            Sending::OneByOne => self.run_one_by_one(conn).await,
        }
    }

    async fn run_one_by_one(self, conn: &mut Conn) -> Result<Answers, Failed> {
        let mut answers = Vec::new();
        for (statement, text) in self.statements {
            let failed = |error| Failed { statement, error };
            let mut result = conn.query_iter(text).await.map_err(failed)?;
            let gives_rows = !result.columns_ref().is_empty();
            let rows = result.collect().await.map_err(failed)?;
            if gives_rows {
                answers.push(rows);
            }
            result.drop_result().await.map_err(failed)?;
        }
        Ok(Answers(answers.into_iter()))
    }

    async fn run_at_once(self, conn: &mut Conn) -> Result<Answers, Failed> {
        let (names, texts): (Vec<&'static str>, Vec<String>) = self.statements.into_iter().unzip();
        let text = texts.join(";");
        let at = |number: usize, error| Failed {
            statement: names.get(number).or(names.last()).copied().unwrap_or(""),
            error,
        };
        let mut result = conn.query_iter(text).await.map_err(|e| at(0, e))?;
        let mut answers = Vec::new();
        let mut number = 0;
        while !result.is_empty() {
            let gives_rows = !result.columns_ref().is_empty();
            number += 1;
            // The error, if any, is that of the next statement.
            let rows = result.collect().await.map_err(|e| at(number, e))?;
            if gives_rows {
                answers.push(rows);
            }
        }
        result.drop_result().await.map_err(|e| at(number, e))?;
        Ok(Answers(answers.into_iter()))
    }
}

/// The answers of a script's queries, to be taken in their order.
pub(super) struct Answers(std::vec::IntoIter<Vec<Row>>);

impl Answers {
    /// The rows of all queries.
    pub(super) fn all(&mut self) -> impl Iterator<Item = Row> {
        self.0.by_ref().flatten()
    }

    /// The rows of the next query.
    pub(super) fn next(&mut self) -> Vec<Row> {
        self.0.next().unwrap_or_default()
    }
}
