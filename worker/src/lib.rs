//! The worker: sockets, the pipeline from query to answer, allocation, timers.
//!
//! The crate is a library so that its parts can be tested; the daemon itself is `main.rs`.

mod allocation;
pub mod cli;
mod command;
pub mod daemon;
mod exchange;
mod fleet;
pub mod log;
mod names;
pub mod socket;
mod statistics;
mod v4;
mod v6;
