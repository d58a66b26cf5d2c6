//! What can be wrong with a lease file, each with the place.

use std::path::{Path, PathBuf};

/// An error of a lease file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A row.
    #[error("{}:{line}: {problem}", file.display())]
    Row {
        /// The lease file.
        file: PathBuf,
        /// Line, counted from 1.
        line: u64,
        /// What is wrong, with the column.
        problem: String,
    },
    /// It cannot be read.
    #[error("cannot read '{}': {source}", file.display())]
    Io {
        /// The lease file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A pipe or the like.
    #[error(
        "'{}' is not a regular file; it is read more than once, so save the leases in one",
        .0.display()
    )]
    NotAFile(PathBuf),
}

impl Error {
    /// For `map_err` on what reading gives.
    pub(crate) fn io(file: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let file = file.to_owned();
        move |source| Self::Io { file, source }
    }
}
