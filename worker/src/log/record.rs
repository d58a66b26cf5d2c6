//! One message on its way to the writer.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;

use super::Level;

/// Where in the source a message comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// Source file.
    pub file: &'static str,
    /// Line in it.
    pub line: u32,
    /// Path of the module.
    pub module: &'static str,
}

/// The thread that a message comes from.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    /// As the kernel numbers it.
    pub(super) id: i32,
    pub(super) name: Arc<str>,
}

thread_local! {
    static THREAD: Thread = Thread {
        id: nix::unistd::gettid().as_raw(),
        name: std::thread::current().name().unwrap_or("").into(),
    };
}

impl Thread {
    pub(super) fn current() -> Self {
        THREAD.with(Self::clone)
    }
}

/// One message.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) time: Timestamp,
    pub(super) level: Level,
    /// Full name of its logger.
    pub(super) logger: &'static str,
    pub(super) id: Cow<'static, str>,
    pub(super) text: String,
    pub(super) thread: Thread,
    pub(super) origin: Origin,
}

impl Record {
    /// A message of this moment and thread.
    pub(super) fn now(
        level: Level,
        logger: &'static str,
        id: Cow<'static, str>,
        text: String,
        origin: Origin,
    ) -> Self {
        Self {
            time: Timestamp::now(),
            level,
            logger,
            id,
            text,
            thread: Thread::current(),
            origin,
        }
    }

    /// Appends id and text. Control characters are written out: clients choose host names and
    /// more, and none of them may begin a line of its own here.
    pub(super) fn write_message(&self, out: &mut String) {
        out.push_str(&self.id);
        if !self.text.is_empty() {
            out.push(' ');
        }
        if !self.text.contains(char::is_control) {
            out.push_str(&self.text);
            return;
        }
        for character in self.text.chars() {
            match character {
                '\n' => out.push_str("\\n"),
                '\t' => out.push('\t'),
                other if other.is_control() => {
                    let _infallible = write!(out, "\\x{:02x}", u32::from(other));
                }
                other => out.push(other),
            }
        }
    }
}
