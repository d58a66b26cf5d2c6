//! How grave a message is, and from where on a logger speaks: one small number for both.

use murre_config::Severity;

/// Gravity of a message or, of a logger, the least grave that it lets through.
///
/// Ordered by talkativeness: nothing, fatal, error, warn, info, then debug levels 0..=99.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(pub(super) u8);

impl Level {
    /// Of a logger: lets nothing through.
    pub const NONE: Self = Self(0);
    /// The server cannot go on.
    pub const FATAL: Self = Self(1);
    /// Something failed; service goes on.
    pub const ERROR: Self = Self(2);
    /// Out of the ordinary.
    pub const WARN: Self = Self(3);
    /// Something happened.
    pub const INFO: Self = Self(4);
    /// All there is.
    pub const ALL: Self = Self::debug(99);

    /// Diagnostics of a level: 0 start and stop, 10 commands, 15 why a packet was dropped, 40
    /// decisions, 45 more of them, 50 lease and packet processing, 55 whole packets
    /// (logging.rst:1047). Levels above 99 count as 99.
    pub const fn debug(level: u8) -> Self {
        Self(5 + if level > 99 { 99 } else { level })
    }

    /// What a logger lets through with this severity and debug level.
    pub fn of(severity: Severity, debug_level: u8) -> Self {
        match severity {
            Severity::None => Self::NONE,
            Severity::Fatal => Self::FATAL,
            Severity::Error => Self::ERROR,
            Severity::Warn => Self::WARN,
            Severity::Info => Self::INFO,
            Severity::Debug => Self::debug(debug_level),
        }
    }

    /// The word in a line.
    pub fn name(self) -> &'static str {
        match self {
            Self::NONE => "NONE",
            Self::FATAL => "FATAL",
            Self::ERROR => "ERROR",
            Self::WARN => "WARN",
            Self::INFO => "INFO",
            _ => "DEBUG",
        }
    }

    /// Severity number of RFC 5424, section 6.2.1.
    pub(super) fn syslog(self) -> u8 {
        match self {
            Self::NONE | Self::FATAL => 2,
            Self::ERROR => 3,
            Self::WARN => 4,
            Self::INFO => 6,
            _ => 7,
        }
    }
}
