//! What the end-to-end tests and the bench stand on: private database servers, network namespaces,
//! child processes, and the real clients, relays and servers of the field.
//!
//! It knows nothing of Murre's crates: everything here is driven the way an operator would, by
//! binaries, files and sockets, so the same test can run against Murre and against Kea. It is not a
//! mock of anything.
//!
//! Functions panic with a message that names the remedy when the environment is at fault, because
//! a broken environment is a failed test; what a test may want to judge itself is a `Result`.
//!
//! Everything a process starts dies with it, and its files and namespaces go too, even after
//! `kill -9` ([`rundir`]).
#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a broken test environment is a failed test"
)]

pub mod clients;
pub mod database;
pub mod dns;
pub mod kea;
pub mod netns;
mod packages;
pub mod perfdhcp;
pub mod process;
mod procfs;
pub mod relay;
pub mod rundir;
mod spawner;

/// What can go wrong and a test may want to judge.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A line that was waited for did not come in time; the last output is attached.
    #[error("{daemon}: no line with {wanted:?} within {seconds} s; the last output was:\n{tail}")]
    NoSuchLine {
        /// Which process.
        daemon: String,
        /// What was looked for.
        wanted: String,
        /// How long it was waited for.
        seconds: f64,
        /// The last lines of the process.
        tail: String,
    },
    /// The process ended before the line came; the last output is attached.
    #[error(
        "{daemon}: ended ({status}) before a line with {wanted:?}; the last output was:\n{tail}"
    )]
    Ended {
        /// Which process.
        daemon: String,
        /// What was looked for.
        wanted: String,
        /// How it ended.
        status: String,
        /// The last lines of the process.
        tail: String,
    },
    /// A command that ran to its end said no.
    #[error("{command}: {status}\n{output}")]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: String,
        /// What it printed on both channels.
        output: String,
    },
}
