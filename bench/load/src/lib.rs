//! A DHCP load generator that costs little: some microseconds of processor time per exchange of four
//! messages, so that a server and its database are what is measured, even on one machine with them.
//!
//! Packets are templates that are patched in place (`speech`), many go and come per system call
//! (`socket`), the timeout is the same for all exchanges so that the table of exchanges is its own
//! timer (`exchange`), and nothing is allocated per packet. Delays end where the kernel took the
//! answer in, not where this program found time to look at it.
//!
//! [`Generator`] is one program's worth of clients behind a set of sockets, [`search`] finds the
//! highest rate that a server carries, [`Outcome`] is what came of a run.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod cli;
mod clients;
mod clock;
mod conversation;
mod counts;
mod error;
mod exchange;
mod generator;
mod histogram;
mod outcome;
mod pace;
pub mod search;
mod settings;
mod socket;
mod speech;
pub mod table;

pub use error::LoadError;
pub use generator::Generator;
pub use outcome::{Delays, Outcome, Quantiles, TOLERATED_LOSS};
pub use pace::{Load, Pace};
pub use settings::{Ia, Place, Protocol, Scenario, Settings};
