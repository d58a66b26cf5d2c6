//! The database: lease operations as transactions, the same on three engines.
//!
//! [`Store`] is what a worker sees: it looks up, claims, releases and declines leases, and every
//! answer it gives is about rows that are committed. Behind it a group-commit front per kind of
//! work gathers what waits at a moment and hands the whole batch to an engine as a few set-based
//! statements. This crate knows SQL and rows; it knows nothing of packets or configuration files.

mod access;
mod batch;
mod connection;
mod engine;
mod error;
mod front;
mod hosts;
mod lease;
mod mysql;
mod names;
mod ops;
mod pause;
mod postgresql;
mod prefix;
mod row;
mod search;
mod sqlite;
mod store;
mod texts;
mod tls;
mod version;

pub mod family;
pub mod fleet;
pub mod life;
pub mod statistic;

pub use access::{Access, EngineKind, Host, Place, Tls};
pub use error::Error;
pub use family::{Client4, Client6, Details4, Details6, LeaseFamily, LeaseKind};
pub use front::FrontStats;
pub use hosts::{HostStore, StoredHost, StoredOption, Who};
pub use lease::{INFINITE_LIFETIME, Lease, State};
pub use names::{NameChange, Names, Portion};
pub use ops::{
    Before, Change, Changed, Claim, Decline, Ended, FileMark, Found, FoundLease, Imported, Lookup,
    Page, Reclaimed, Release, Seen,
};
pub use prefix::Span;
pub use search::{GivenBack, Occupied, Window};
pub use store::{Snapshot, Store, StoreOptions};

/// What tests that look at the plans of statements need to know of the engines.
#[doc(hidden)]
pub mod inspect {
    pub use crate::postgresql::SESSION_SETTINGS as POSTGRESQL_SESSION;
}
