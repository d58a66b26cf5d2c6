//! What can go wrong between a worker and its database.

use std::sync::Arc;

/// An error of this crate. Cheap to clone, as one failed batch answers many waiters.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No connection could be made, or it broke.
    #[error("database {place}: {problem}")]
    Unavailable {
        /// Engine, host and database name.
        place: Arc<str>,
        /// What the driver said, and what to do where that is known.
        problem: Arc<str>,
    },
    /// It had waited too long, or too many waited; it was not tried.
    #[error(
        "database: given up after {millis} ms in the queue, as more is asked than can be answered"
    )]
    Overloaded {
        /// How long it waited.
        millis: u64,
    },
    /// Another transaction was in the way; the batch may be tried again.
    #[error("database {statement}: conflict with another transaction ({problem})")]
    Conflict {
        /// Name of the statement.
        statement: &'static str,
        /// What the engine said.
        problem: Arc<str>,
    },
    /// A client's second live lease in one subnet was refused by its unique key.
    #[error("database {statement}: the client holds another lease in that subnet")]
    ClientHasOther {
        /// Name of the statement.
        statement: &'static str,
    },
    /// A value of some row does not fit its column or an index.
    #[error("database {statement}: {problem}")]
    Value {
        /// Name of the statement.
        statement: &'static str,
        /// What the engine said.
        problem: Arc<str>,
    },
    /// The engine refused a statement.
    #[error("database {statement}: {problem}")]
    Statement {
        /// Name of the statement.
        statement: &'static str,
        /// What the engine said.
        problem: Arc<str>,
    },
    /// A row does not hold what its column promises.
    #[error("table {table}, column {column}, row {row}: {problem}")]
    Row {
        /// Table name.
        table: &'static str,
        /// Column name.
        column: &'static str,
        /// The row's address as text.
        row: Arc<str>,
        /// What is wrong with it.
        problem: Arc<str>,
    },
    /// The schema is not the one this program was built for.
    #[error("database {place}: schema version {found}, but this program needs {needed}; {remedy}")]
    Schema {
        /// Engine, host and database name.
        place: Arc<str>,
        /// Version in the database.
        found: Arc<str>,
        /// Version of this program.
        needed: Arc<str>,
        /// What the operator should do.
        remedy: &'static str,
    },
    /// The connection parameters cannot work.
    #[error("database access: {0}")]
    Access(Arc<str>),
}

impl Error {
    /// The connection is gone or never was; a new one is needed.
    pub fn is_connection(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// The same batch may succeed when tried again.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }

    /// It is about some operation of a batch, and the others may succeed without it.
    pub(crate) fn is_ones_own(&self) -> bool {
        matches!(
            self,
            Self::ClientHasOther { .. } | Self::Value { .. } | Self::Row { .. }
        )
    }

    /// An engine that never stands for a lease file.
    pub(crate) fn no_import() -> Self {
        Self::Access("lease files are taken over by the embedded engine alone".into())
    }

    /// A lane answered another question than it was asked.
    pub(crate) fn mixed_up() -> Self {
        Self::Access("an answer to another question came back".into())
    }

    /// An [`Error::Unavailable`].
    pub(crate) fn unavailable(place: &Arc<str>, problem: impl std::fmt::Display) -> Self {
        Self::Unavailable {
            place: Arc::clone(place),
            problem: problem.to_string().into(),
        }
    }
}

/// The error and what caused it, as the driver's own text leaves out the cause.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
