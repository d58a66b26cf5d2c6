//! What happens on a command channel, as log messages.

use murre_control::{Event, Outcome};

use crate::exchange::Exchange;
use crate::log::{Level, ids, message};

/// Write a line about an event.
pub(super) fn log<F: Exchange>(event: &Event<'_>) {
    match event {
        Event::Opened { path } => {
            let path = path.display();
            message!(
                F,
                Level::INFO,
                ids::COMMAND_SOCKET_OPENED,
                "commands are taken at {path}"
            );
        }
        Event::AcceptFailed { path, error } => {
            let path = path.display();
            message!(
                F,
                Level::ERROR,
                ids::COMMAND_SOCKET_FAIL,
                "nobody can be let in at {path}: {error}"
            );
        }
        Event::Received { command } => {
            message!(F, Level::INFO, ids::COMMAND_RECEIVED, "'{command}'");
        }
        Event::ArgumentsIgnored { command } => {
            message!(
                F,
                Level::WARN,
                ids::COMMAND_ARGUMENTS_IGNORED,
                "'{command}' takes no arguments; it is carried out without those given"
            );
        }
        Event::Answered { command, answer } => {
            let level = match answer.outcome {
                Outcome::Success | Outcome::Empty => Level::debug(40),
                _ => Level::WARN,
            };
            let result = answer.outcome as u8;
            let text = answer.text.as_deref().unwrap_or_default();
            message!(
                F,
                level,
                ids::COMMAND_ANSWERED,
                "'{command}': result {result} {text}"
            );
        }
        Event::Rejected { problem } => {
            message!(F, Level::ERROR, ids::COMMAND_REJECTED, "{problem}");
        }
        Event::TimedOut { bytes } => {
            message!(
                F,
                Level::INFO,
                ids::COMMAND_TIMEOUT,
                "a client fell silent after {bytes} bytes of a command"
            );
        }
        Event::MadeRoom => {
            message!(
                F,
                Level::INFO,
                ids::COMMAND_TIMEOUT,
                "a slow client made room for others"
            );
        }
        Event::ReadFailed { error } => {
            message!(F, Level::ERROR, ids::COMMAND_READ_FAIL, "{error}");
        }
        Event::WriteFailed { error } => {
            message!(F, Level::ERROR, ids::COMMAND_WRITE_FAIL, "{error}");
        }
    }
}
