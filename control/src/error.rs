//! Why a channel or a PID file cannot be had, in words an operator can act on.

use std::io;
use std::path::{Path, PathBuf};

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The socket's path does not fit into an address.
    #[error(
        "control socket '{}': the path has {length} bytes, at most {} are possible; choose a shorter one",
        path.display(),
        crate::MAX_PATH
    )]
    PathTooLong {
        /// The path.
        path: PathBuf,
        /// Its length.
        length: usize,
    },
    /// A living process serves commands there.
    #[error(
        "control socket '{}' is in use by {}; stop it, or choose another socket-name",
        path.display(),
        process(*.pid)
    )]
    InUse {
        /// The socket.
        path: PathBuf,
        /// The process, where it left its number.
        pid: Option<i32>,
    },
    /// Something else has that name.
    #[error(
        "control socket '{}': a file that is no socket has this name; move it away, or choose another socket-name",
        path.display()
    )]
    NotASocket {
        /// The path.
        path: PathBuf,
    },
    /// The PID file belongs to a living process.
    #[error(
        "already running? {} is alive and has the PID file '{}'; if it is another program, delete the file",
        process(Some(*.pid)),
        path.display()
    )]
    AlreadyRunning {
        /// The PID file.
        path: PathBuf,
        /// The process.
        pid: i32,
    },
    /// A file or socket could not be made.
    #[error("cannot {doing} '{}': {source}{}", path.display(), remedy(source, path))]
    Io {
        /// `open`, `bind`, ...
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err` on what the system answers.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            doing,
            path,
            source,
        }
    }
}

fn process(pid: Option<i32>) -> String {
    match pid {
        Some(pid) if u32::try_from(pid) == Ok(std::process::id()) => "this process".to_owned(),
        Some(pid) => format!("process {pid}"),
        None => "another process".to_owned(),
    }
}

fn remedy(error: &io::Error, path: &Path) -> String {
    let folder = path.parent().unwrap_or(Path::new(".")).display();
    match error.kind() {
        io::ErrorKind::NotFound => format!("; create the folder '{folder}'"),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            format!("; let this process write in '{folder}'")
        }
        _ => String::new(),
    }
}
