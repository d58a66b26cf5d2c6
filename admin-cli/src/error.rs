//! What can go wrong in the tool, each with the place and what to do about it.

use std::path::{Path, PathBuf};

/// An error that ends the tool.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The command line cannot be understood; the usage is shown with it.
    #[error("{0}")]
    Usage(String),
    /// The command was understood and is not carried out.
    #[error("{message}")]
    Refused {
        /// Why, and what to do instead.
        message: String,
        /// Exit code.
        code: u8,
    },
    /// The database.
    #[error("{0}")]
    Database(#[from] murre_schema::Error),
    /// A lease file.
    #[error("{0}")]
    LeaseFile(#[from] murre_leasefile::Error),
    /// A file that cannot be read or written.
    #[error("cannot {doing} '{}': {source}", file.display())]
    File {
        /// `read`, `write`, ...
        doing: &'static str,
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Standard output or the terminal.
    #[error("cannot write the output: {0}")]
    Output(#[from] std::io::Error),
    /// Ctrl-C.
    #[error("interrupted; nothing was changed")]
    Interrupted,
}

impl Error {
    /// Refused with the usual exit code.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::Refused {
            message: message.into(),
            code: 1,
        }
    }

    /// For `map_err` on what a file's function returns.
    pub(crate) fn file(doing: &'static str, file: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let file = file.to_owned();
        move |source| Self::File {
            doing,
            file,
            source,
        }
    }

    /// The process's exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Refused { code, .. } => *code,
            Self::Interrupted => 130,
            _ => 1,
        }
    }

    /// Nobody reads our output any more: no reason to complain.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
    }

    /// What to do, where the message alone does not say it.
    pub(crate) fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Database(error) if error.is_connection() => {
                Some("check that the database server runs, and -h, -P, -u, -p and -n (or the URL)")
            }
            _ => None,
        }
    }
}
