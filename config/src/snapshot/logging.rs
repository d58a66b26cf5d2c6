//! Where log messages go and which (logging.rst). Writing them is the worker's business.

use std::path::PathBuf;

/// Severity of a log message, least severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Diagnostics, further divided by a debug level.
    Debug,
    /// Informational.
    Info,
    /// Out of the ordinary; service goes on.
    Warn,
    /// An error; service goes on.
    Error,
    /// The server cannot go on.
    Fatal,
    /// Nothing is logged.
    None,
}

/// Where one output writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogDestination {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The system log, under a name if one was given.
    Syslog(Option<String>),
    /// A file.
    File(PathBuf),
}

/// One output of a logger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogOutput {
    /// Where to.
    pub destination: LogDestination,
    /// Flush after every message. Default `true`.
    pub flush: bool,
    /// Bytes after which a file is rotated; `None` never. Default 10,240,000.
    pub max_size: Option<u64>,
    /// Rotated files kept. Default 1.
    pub max_versions: u32,
    /// Layout of a line; `None` is the destination's default.
    pub pattern: Option<String>,
}

/// One entry of `loggers`. What is `None` comes from the logger above it in the hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logger {
    /// Name in the dotted hierarchy, e.g. `kea-dhcp4.leases`; `*` is every program's root.
    pub name: String,
    /// Least severity logged.
    pub severity: Option<Severity>,
    /// Level of debug messages, 0..=99, used with severity `DEBUG` only.
    pub debug_level: Option<u8>,
    /// Outputs; empty means those of the logger above.
    pub outputs: Vec<LogOutput>,
}
