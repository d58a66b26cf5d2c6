//! What is wrong with an expression: when it is read, and when it meets a query.

/// An expression that cannot be accepted, and where in its text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at character {}", .at + 1)]
pub struct ExpressionError {
    /// Characters before the place, counted from 0.
    pub at: usize,
    /// What is wrong, or what is expected there.
    pub reason: String,
}

/// An expression that has no value for one query. Its class is not assigned then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// A conversion to text needs a certain number of bytes.
    #[error("{function} needs {expected} bytes and got {len}")]
    Length {
        /// The function's name in the language.
        function: &'static str,
        /// The numbers it takes, in words.
        expected: &'static str,
        /// What it got.
        len: usize,
    },
    /// Something that is compared has no value; why was told before.
    #[error("a part of the expression has no value")]
    NoValue,
}
