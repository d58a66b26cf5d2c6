//! What can be wrong with a logging configuration.

use std::io;
use std::path::PathBuf;

/// Why logging cannot be as asked. The former outputs stay in force.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// A log file cannot be opened.
    #[error("cannot open log file {}: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A layout cannot be understood.
    #[error("log pattern \"{pattern}\": {fault}")]
    Pattern {
        /// The pattern as configured.
        pattern: String,
        /// What is wrong with it and where.
        fault: String,
    },
    /// The thread that writes cannot be started.
    #[error("cannot start the thread that writes the log: {0}")]
    Thread(io::Error),
    /// The process logs already.
    #[error("logging was started twice")]
    Started,
    /// Logging was ended or never started.
    #[error("logging is not running")]
    NotRunning,
}
