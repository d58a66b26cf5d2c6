//! What every daemon has for being controlled: the command channel and the PID file.
//!
//! A [`Registry`] knows commands by name and turns the text of a request into an [`Answer`]; it
//! knows nothing of sockets. A transport ([`UnixChannel`]) carries texts; it knows nothing of
//! commands. A daemon fills a registry, opens transports on it, and hears of what happens there
//! through an [`Observer`], as the log is its own.

mod answer;
mod connection;
mod crowd;
mod error;
mod event;
mod framing;
mod lock;
mod pid_file;
mod registry;
mod request;
mod unix;

pub use answer::{Answer, Outcome};
pub use error::Error;
pub use event::{Event, Observer};
pub use framing::{FrameError, Framing, MAX_REQUEST};
pub use pid_file::PidFile;
pub use registry::Registry;
pub use request::{DecodeError, Request};
pub use unix::{Finishing, MAX_PATH, UnixChannel};
