//! Where PID files go (manual dhcp4-srv.rst:86-103): one per family, named after the configuration
//! file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use murre_control::{Error, PidFile};
use murre_wire::Family;

use crate::exchange::{Exchange, Journal};

/// Names the folder instead.
const VARIABLE: &str = "KEA_PIDFILE_DIR";
/// The folder when nothing names one.
const FOLDER: &str = "/run/murre";

/// Take the family's PID file.
///
/// In a folder that was named it must be possible to write it; without the usual folder, as when
/// an ordinary user tries something, serving goes on without the file, and that is logged.
///
/// # Errors
/// Another process has it, or it cannot be written.
pub(super) fn take<F: Exchange>(configuration: &Path) -> Result<Option<PidFile>, Error> {
    let named = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty());
    match (PidFile::create(&path::<F>(configuration, &named)), named) {
        (Ok(file), _) => Ok(Some(file)),
        (Err(error @ Error::Io { .. }), None) => {
            Journal::<F>::no_pid_file(&error);
            Ok(None)
        }
        (Err(error), _) => {
            if let Error::AlreadyRunning { .. } = error {
                Journal::<F>::already_running(&error);
            }
            Err(error)
        }
    }
}

fn path<F: Family>(configuration: &Path, named: &Option<OsString>) -> PathBuf {
    let daemon = format!("kea-dhcp{}", F::VERSION);
    match named {
        Some(folder) => PidFile::path_for(Path::new(folder), configuration, &daemon),
        None => {
            // Root's to make; whoever else cannot write there is told by the file's error.
            let _ = std::fs::create_dir_all(FOLDER);
            PidFile::path_for(Path::new(FOLDER), configuration, &daemon)
        }
    }
}
