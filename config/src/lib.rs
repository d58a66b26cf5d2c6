//! Configuration: reader with positions, typed model, defaults and inheritance, the snapshot.
//!
//! [`load`] is the way in and [`snapshot`] what a worker serves from. Nothing here opens sockets
//! or databases, and nothing asks for the time; files are read, and that is all.

pub mod error;
pub mod read;
pub mod report;
pub mod snapshot;

mod config;
mod keys;
mod model;
mod render;

pub use config::{Config, load, load_node, load_str};
pub use error::{ConfigError, ConfigErrors, Fault, Note, NoteSeverity};
pub use model::{StoredOption, stored_options};
pub use read::{Node, Place};
pub use snapshot::*;
