//! DHCPv4 messages (RFC 2131, RFC 2132): a view over the datagram and a builder.
//!
//! What a datagram holds is kept as it came: bytes, order and duplicates. Long options in several
//! parts (RFC 3396) and options in `file` and `sname` (overload, option 52) are put together when an
//! option is asked for. Definitions of options are in [`crate::option`].

mod builder;
pub mod code;
mod message;
mod message_type;
mod scan;
mod suboptions;
#[cfg(test)]
mod tests;

pub use crate::error::{ParseError, Parsing};
pub use builder::{Builder, LeftOut};
pub use message::Message;
pub use message_type::MessageType;
pub use suboptions::{SubOptions, VendorBlocks, write_option};

/// Bytes of the fixed header, up to the magic cookie.
pub const HEADER_LEN: usize = 236;
/// What the option area starts with (RFC 2131 section 3).
pub const MAGIC_COOKIE: [u8; 4] = [99, 130, 83, 99];
/// `op` of a message from a client.
pub const BOOTREQUEST: u8 = 1;
/// `op` of a message from a server.
pub const BOOTREPLY: u8 = 2;
/// The broadcast bit of `flags`.
pub const FLAG_BROADCAST: u16 = 0x8000;
/// Every client takes a message of this size (576 bytes, RFC 2131 section 2, less the 28 bytes of the
/// IP and UDP headers).
pub const MIN_MAX_SIZE: usize = 548;
/// A BOOTP message has at least this size (RFC 1542 section 2.1).
pub const MIN_SIZE: usize = 300;
