//! DHCPv4 and DHCPv6 packets and options: views, builders, option definitions and text forms.
//!
//! No I/O, no clock, no configuration. A view borrows the datagram and indexes it once; nothing
//! here panics on input. What an option *means* to the server is not decided here.

mod code_enum;
pub mod dhcp4;
pub mod dhcp4o6;
pub mod dhcp6;
pub mod error;
pub mod family;
pub mod option;

pub use error::{ParseError, Parsing};
pub use family::{Address, Family, V4, V6};
