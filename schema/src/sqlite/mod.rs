//! SQLite, the embedded engine of a single host: several workers may share one file.
//!
//! Every session has a thread of its own, as calls into the library block. A change takes the
//! file's write lock, does its rows one by one with prepared statements, and is on the disk when
//! it returns; readers never wait for it (write-ahead log).

mod connect;
mod hosts;
pub(crate) mod migrate;
mod session;
mod statements;
mod thread;
mod value;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::FutureExt;
use rusqlite::ErrorCode;

use crate::access::Access;
use crate::engine::{Answer, Engine, Session};
use crate::error::Error;
use crate::family::LeaseFamily;

/// The engine; keeps the parameters only.
pub(crate) struct Sqlite {
    access: Access,
}

impl Sqlite {
    /// For an access whose place is a file or memory.
    pub(crate) fn new(access: Access) -> Self {
        Self { access }
    }
}

impl<F: LeaseFamily> Engine<F> for Sqlite {
    fn connect(&self) -> Answer<'_, Box<dyn Session<F>>> {
        async {
            let session = session::SqliteSession::open(self.access.clone()).await?;
            Ok(Box::new(session) as Box<dyn Session<F>>)
        }
        .boxed()
    }

    fn initialize(&self) -> Answer<'_, ()> {
        migrate::initialize(&self.access).boxed()
    }

    /// The file has one writer at a time; more lanes would only wait for each other.
    fn write_lanes(&self, _: usize) -> usize {
        1
    }
}

/// Where a database is: its label for messages, and its path when it has one.
#[derive(Clone)]
struct Location {
    label: Arc<str>,
    path: Option<PathBuf>,
    /// The file that was opened there: device and number.
    file: Option<(u64, u64)>,
}

impl Location {
    /// Take note of the file that is at the path.
    fn opened(&mut self) {
        self.file = self.path.as_deref().and_then(identity);
    }

    /// The file at the path is still the one that was opened. The library would go on writing to one
    /// that was removed or replaced, where nobody finds the leases again.
    fn must_be_there(&self) -> Result<(), Error> {
        match self.path.as_deref() {
            Some(path) if identity(path) != self.file => Err(Error::unavailable(
                &self.label,
                "the file was removed or replaced while it was in use",
            )),
            _ => Ok(()),
        }
    }

    /// A library's error, as ours; says what to do where that is known.
    fn error(&self, statement: &'static str, error: &rusqlite::Error) -> Error {
        let Some(code) = error.sqlite_error_code() else {
            return Error::Statement {
                statement,
                problem: error.to_string().into(),
            };
        };
        let text = error.to_string();
        match code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::SchemaChanged => {
                let problem = text.into();
                Error::Conflict { statement, problem }
            }
            ErrorCode::ConstraintViolation if text.contains("_one_per_") => {
                Error::ClientHasOther { statement }
            }
            ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch => {
                let problem = text.into();
                Error::Value { statement, problem }
            }
            ErrorCode::DiskFull
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::CannotOpen
            | ErrorCode::SystemIoFailure
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase => {
                let remedy = self.path.as_deref().and_then(|path| remedy(code, path));
                let remedy = remedy.map(|remedy| format!("; {remedy}"));
                Error::unavailable(&self.label, text + &remedy.unwrap_or_default())
            }
            _ => Error::Statement {
                statement,
                problem: text.into(),
            },
        }
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

/// What the operator should do.
fn remedy(code: ErrorCode, path: &Path) -> Option<String> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    Some(match code {
        ErrorCode::DiskFull => format!("free space for '{}'", folder.display()),
        ErrorCode::CannotOpen if !folder.is_dir() => {
            format!(
                "the folder '{}' does not exist: create it",
                folder.display()
            )
        }
        ErrorCode::CannotOpen if !path.exists() => {
            "the file is gone: put it back, or start the worker again to begin with an empty one"
                .to_owned()
        }
        ErrorCode::CannotOpen if path.is_dir() => "this is a folder: name a file in it".to_owned(),
        ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied => format!(
            "let this process write the file and the folder '{}'",
            folder.display()
        ),
        ErrorCode::DatabaseCorrupt => {
            "stop all workers, then repair it (sqlite3 FILE .recover) or restore a backup"
                .to_owned()
        }
        ErrorCode::NotADatabase => "move it away or name another file".to_owned(),
        _ => return None,
    })
}
