//! What the worker looks things up in: the configuration with everything resolved.
//!
//! Defaults are filled in, inheritance is done, options are bytes. Nothing here knows JSON or
//! where a value was written; that is `model`'s business. A [`Server`] never changes once built:
//! a new configuration is a new `Server`, swapped whole.

mod classes;
mod database;
mod dhcp4o6;
mod hosts;
mod index;
mod lifetimes;
mod logging;
mod naming;
mod network;
mod options;
mod pool;
mod server;
mod server_id;
mod sockets;
mod subnet;

pub use classes::{ClassUse, ClassValues, Classes, Guard};
pub use database::{
    DatabaseAccess, DatabaseHost, DatabaseTls, Engine, HostsDatabase, OnFail, Secret,
};
pub use dhcp4o6::{Dhcp4o6, Dhcp4o6Place};
pub use hosts::{GLOBAL, Host, HostIdentifier, Hosts, IdentifierKind, ReservationModes};
pub use lifetimes::{INFINITE, Lifetimes, Triplet};
pub use logging::{LogDestination, LogOutput, Logger, Severity};
pub use naming::{CharSet, ConflictMode, NameUpdates, Naming, ReplaceName, Sanitizer};
pub use network::SharedNetwork;
pub use options::{ConfiguredOption, OptionSet, OptionSpace};
pub(crate) use pool::low_mask;
pub use pool::{Pool, PoolKind};
pub use server::{
    Compatibility, ControlSocket, ExpiredLeases, MultiThreading, Server, StatisticSamples,
};
pub use server_id::{DuidType, ServerIdSpec};
pub use sockets::{Interfaces, Listen, Outbound, SocketType};
pub use subnet::{Allocator, LeaseCache, Subnet};
