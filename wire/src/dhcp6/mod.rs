//! DHCPv6 messages (RFC 8415): a view over the datagram, relay headers included, and a builder.
//!
//! Options are slices of the datagram, found by walking it; nothing is copied. Definitions of options
//! are in [`crate::option`].

mod builder;
pub mod code;
mod duid;
mod ia;
mod message;
mod message_type;
mod options;
mod strict;
#[cfg(test)]
mod tests;

pub use crate::error::{ParseError, Parsing};
pub use builder::{BuildError, Builder, Mark, relay_forward};
pub use duid::{Duid, DuidError};
pub use ia::{Ia, IaAddr, IaKind, IaPrefix, StatusCode};
pub use message::{Message, Relay};
pub use message_type::MessageType;
pub use options::{Options, OptionsIter, Tuples};

/// Most relay headers of a message: the hop limit of RFC 3315 section 5.5 (RFC 8415 has 8).
pub const MAX_RELAYS: usize = 32;
/// A DUID has 128 bytes at most and one at least, behind its type of two (RFC 8415 section 11.1).
pub const DUID_LEN: std::ops::RangeInclusive<usize> = 3..=130;
