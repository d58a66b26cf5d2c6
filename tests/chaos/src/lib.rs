//! The chaos suite: real workers on a real database, hundreds of clients, and faults of every kind at
//! random moments. Afterwards the history of what clients were told is held against what the lease
//! tables showed ([`murre_tests::history::timeline`]).
//!
//! It is a program (`./run chaos`) and, in a short form, a part of the tests. Nothing here knows the
//! insides of the worker: it is a process, its database is a server.
#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a broken test environment is a failed test"
)]

mod chance;
mod clients;
mod faults;
mod options;
mod report;
mod run;
mod stage;
mod tally;
mod time;

pub use faults::Kind;
pub use options::{Engine, Options, Setup};
pub use report::Report;
pub use run::run;
