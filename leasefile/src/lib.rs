//! Lease files in the memfile format: a header line with column names, then a line per lease, or
//! per change of a lease, fields separated by commas and never quoted.
//!
//! What a column means is in [`row`]; [`reader`] knows lines, headers and which of several rows
//! for one lease counts; [`chain`] knows the files that stand beside one while it is cleaned up;
//! [`text`] knows how bytes and commas are written.

pub mod chain;
mod error;
mod latest;
pub mod reader;
pub mod row;
pub mod text;
mod v4;
mod v6;

pub use chain::Chain;
pub use error::Error;
pub use reader::{LeaseFile, Leases, Survey};
pub use row::{FileFamily, Line};
