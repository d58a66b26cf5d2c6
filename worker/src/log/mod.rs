//! The log: messages with stable words, in the format and under the logger names that operators'
//! rules know (manual logging.rst).
//!
//! A message costs nothing when its logger does not speak at its level, and never blocks the one
//! who logs it: a bounded queue leads to a thread that writes; what finds no room is counted and
//! reported. Libraries' messages come in through `tracing`.

mod bridge;
mod clock;
mod error;
pub mod ids;
mod level;
mod machine;
mod output;
mod part;
mod pattern;
mod record;
mod writer;

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{SyncSender, channel, sync_channel};

use murre_config::Logger;
use murre_wire::Family;

pub use error::LogError;
pub use level::Level;
pub(crate) use machine::host_name;
pub use part::{Id, Part};
pub use record::Origin;
use record::Record;
use writer::Job;

/// Messages that may wait to be written.
const QUEUE: usize = 16_384;

/// The level of each part, DHCPv4's first.
static LEVELS: [[AtomicU8; Part::COUNT]; 2] =
    [const { [const { AtomicU8::new(Level::INFO.0) }; Part::COUNT] }; 2];
static WRITER: OnceLock<SyncSender<Job>> = OnceLock::new();
static LOST: AtomicU64 = AtomicU64::new(0);

/// Start the writer; until [`configure`] everything at INFO and above goes to standard output.
///
/// # Errors
/// It runs already, or no thread can be had.
pub fn start() -> Result<(), LogError> {
    let (sender, jobs) = sync_channel(QUEUE);
    writer::start(jobs)?;
    WRITER.set(sender).map_err(|_| LogError::Started)?;
    bridge::install();
    Ok(())
}

/// Adopt a family's loggers; `everything` is `-d`: all messages, whatever the loggers say.
///
/// # Errors
/// A file that cannot be opened or a pattern that cannot be read; the former loggers stay.
pub fn configure<F: Family>(loggers: &[Logger], everything: bool) -> Result<(), LogError> {
    let writer = WRITER.get().ok_or(LogError::NotRunning)?;
    let (answer, outcome) = channel();
    let job = Job::Configure {
        version: F::VERSION,
        loggers: loggers.to_vec(),
        answer,
    };
    writer.send(job).map_err(|_| LogError::NotRunning)?;
    outcome.recv().map_err(|_| LogError::NotRunning)??;
    for part in Part::ALL {
        let level = if everything {
            Level::ALL
        } else {
            level_of(loggers, part.logger(F::VERSION))
        };
        slot(F::VERSION, *part).store(level.0, Relaxed);
    }
    Ok(())
}

/// Write what waits; nothing is written after.
pub fn finish() {
    let Some(writer) = WRITER.get() else { return };
    let (done, finished) = channel();
    if writer.send(Job::Finish(done)).is_ok() {
        // An error means that the writer ended already.
        let _ = finished.recv();
    }
}

/// Whether a message would be written.
pub fn enabled<F: Family>(id: Id, level: Level) -> bool {
    level.0 <= slot(F::VERSION, id.part).load(Relaxed)
}

/// Queue a message; callers use the macros.
pub fn submit<F: Family>(id: Id, level: Level, text: fmt::Arguments<'_>, origin: Origin) {
    queue(Record::now(
        level,
        id.part.logger(F::VERSION),
        id.word::<F>().into(),
        text.to_string(),
        origin,
    ));
}

fn queue(record: Record) {
    let taken = WRITER
        .get()
        .is_some_and(|writer| writer.try_send(Job::Write(Box::new(record))).is_ok());
    if !taken {
        LOST.fetch_add(1, Relaxed);
    }
}

fn slot(version: u8, part: Part) -> &'static AtomicU8 {
    &LEVELS[usize::from(version == 6)][part as usize]
}

/// The level that the most specific logger with a severity gives.
fn level_of(loggers: &[Logger], name: &str) -> Level {
    most_specific(loggers, name, |logger| logger.severity.is_some())
        .and_then(|logger| {
            let severity = logger.severity?;
            Some(Level::of(severity, logger.debug_level.unwrap_or(0)))
        })
        .unwrap_or(Level::INFO)
}

/// The logger that is `name` or its nearest ancestor, among those that are `fit`.
fn most_specific<'a>(
    loggers: &'a [Logger],
    name: &str,
    fit: impl Fn(&Logger) -> bool,
) -> Option<&'a Logger> {
    loggers
        .iter()
        .filter(|logger| covers(&logger.name, name) && fit(logger))
        .max_by_key(|logger| logger.name.len())
}

/// `kea-dhcp4` covers itself and `kea-dhcp4.leases`; `*` covers everything.
fn covers(logger: &str, name: &str) -> bool {
    logger == "*"
        || name
            .strip_prefix(logger)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Log at a level: family, level, id, then a format string with its arguments.
macro_rules! message {
    ($family:ty, $level:expr, $id:expr, $($text:tt)+) => {
        if $crate::log::enabled::<$family>($id, $level) {
            $crate::log::submit::<$family>(
                $id,
                $level,
                format_args!($($text)+),
                $crate::log::Origin { file: file!(), line: line!(), module: module_path!() },
            );
        }
    };
}
pub(crate) use message;

#[cfg(test)]
mod tests {
    use super::*;
    use murre_config::Severity;

    fn logger(name: &str, severity: Option<Severity>) -> Logger {
        Logger {
            name: name.into(),
            severity,
            debug_level: Some(40),
            outputs: Vec::new(),
        }
    }

    #[test]
    fn the_nearest_logger_with_a_severity_decides() {
        let loggers = [
            logger("kea-dhcp4", Some(Severity::Warn)),
            logger("kea-dhcp4.leases", Some(Severity::Debug)),
            logger("kea-dhcp4.packets", None),
        ];
        assert_eq!(level_of(&loggers, "kea-dhcp4.leases"), Level::debug(40));
        assert_eq!(level_of(&loggers, "kea-dhcp4.packets"), Level::WARN);
        assert_eq!(level_of(&loggers, "kea-dhcp6.leases"), Level::INFO);
        assert!(!covers("kea-dhcp4.lease", "kea-dhcp4.leases"));

        // The level of detail goes with the severity: it is not taken from above alone.
        let mut plain = logger("kea-dhcp4.leases", Some(Severity::Debug));
        plain.debug_level = None;
        let loggers = [logger("kea-dhcp4", Some(Severity::Debug)), plain];
        assert_eq!(level_of(&loggers, "kea-dhcp4.leases"), Level::debug(0));
        assert_eq!(level_of(&loggers, "kea-dhcp4.packets"), Level::debug(40));
        assert_eq!(level_of(&[], "kea-dhcp4.leases"), Level::INFO);
    }
}
