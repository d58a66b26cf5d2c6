//! What happens on a channel, for the daemon's log.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::answer::Answer;

/// Something that happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// A channel is open.
    Opened {
        /// Its socket.
        path: &'a Path,
    },
    /// Nobody can be let in at this moment.
    AcceptFailed {
        /// The channel's socket.
        path: &'a Path,
        /// What the system said.
        error: &'a io::Error,
    },
    /// A command was understood and is carried out.
    Received {
        /// Its name.
        command: &'a str,
    },
    /// A command that takes no arguments was given some; it is carried out without them.
    ArgumentsIgnored {
        /// Its name.
        command: &'a str,
    },
    /// A command was carried out, or refused.
    Answered {
        /// Its name.
        command: &'a str,
        /// What is told to the client.
        answer: &'a Answer,
    },
    /// What came is no command.
    Rejected {
        /// What is wrong with it.
        problem: &'a str,
    },
    /// A client said nothing for too long.
    TimedOut {
        /// Bytes of an unfinished command.
        bytes: usize,
    },
    /// A connection that waited for its client was closed, as others wanted in.
    MadeRoom,
    /// A connection broke while a command was read.
    ReadFailed {
        /// What the system said.
        error: &'a io::Error,
    },
    /// A connection broke before the client had its answer.
    WriteFailed {
        /// What the system said.
        error: &'a io::Error,
    },
}

/// Hears of events. Called from the channel's tasks: it must not block.
pub type Observer = Arc<dyn Fn(&Event<'_>) + Send + Sync>;
