//! What keeps load from being made.

use std::io;

use nix::errno::Errno;

/// Why a generator cannot run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Settings that contradict each other.
    #[error("{0}")]
    Settings(String),
    /// A socket that could not be made as needed.
    #[error("{address}: {what}: {source}{remedy}")]
    Socket {
        /// Which address it was for.
        address: String,
        /// What was refused.
        what: &'static str,
        /// By the kernel.
        source: io::Error,
        /// What to do about it, if known; begins with "; ".
        remedy: &'static str,
    },
    /// An interface that is not there, or without the address that is needed.
    #[error("interface {name}: {what}")]
    Interface {
        /// Its name.
        name: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The kernel failed a call that never fails in a sound process.
    #[error("{call}: {errno}")]
    System {
        /// Which.
        call: &'static str,
        /// How.
        errno: Errno,
    },
    /// No client has a lease, so that none can renew one.
    #[error(
        "no client was given a lease to renew: {finished} of {started} exchanges came to an end; does the server answer at all?"
    )]
    NoLeases {
        /// Exchanges tried.
        started: u64,
        /// Exchanges that gave a lease.
        finished: u64,
    },
}
