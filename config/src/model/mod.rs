//! From the tree to the snapshot: what was said, its meaning and whether it can be meant.
//!
//! Each file reads one part of the configuration, fills in defaults and hands values down the
//! scopes. Faults are collected with their places, so that one run names them all. Which keys
//! exist is `keys`' business; a key that `keys` refuses is not looked at here.

mod checks;
mod classes;
mod conflicts;
mod cx;
mod database;
mod definitions;
mod dhcp4o6;
mod global;
mod hooks;
mod hosts;
mod inherited;
mod interfaces;
mod logging;
mod naming;
mod networks;
mod options;
mod pools;
mod posix;
mod server_id;
mod spaces;
mod stored;
mod subnets;

pub(crate) use cx::{Cx, Fields};
pub(crate) use global::server;
pub(crate) use inherited::{LIFETIME_KEYS, Triple};
pub use stored::{StoredOption, stored_options};
