//! Sockets: which to open, receiving packets and sending replies, many per system call.
//!
//! ```text
//!   socket ─ receive task ┐                                   ┌ raw socket (frame to a MAC)
//!   socket ─ receive task ┼─ mpsc<Vec<Packet>> → worker → Sender ─ send task ┤
//!   socket ─ receive task ┘                                   └ UDP socket (routing, ARP/ND)
//! ```
//!
//! [`Listeners`] holds all sockets of one family. [`Listeners::apply`] opens what the settings ask
//! for and keeps what is the same, so a reload loses no packet. Linux only. Nothing here looks into
//! a DHCP message or decides where a reply goes: the caller names destination, source and, for a
//! client without an address, its hardware address.

mod arrival;
mod counters;
mod error;
mod filter;
pub mod frame;
mod interface;
mod listeners;
#[cfg(test)]
mod live_tests;
mod open;
mod plan;
mod receive;
mod selector;
mod send;
mod sys;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

pub use counters::Counters;
pub use error::{Failure, Reason, SocketError};
pub use interface::{Interface, interfaces};
pub use listeners::{Applied, Listeners};
pub use plan::{Mode, Outbound, Settings, SocketType, check};
pub use selector::{BadSelector, Selector};
pub use send::{SendFailure, Sender};

/// A datagram that came in on the server port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// The UDP payload: one DHCP message.
    pub data: Vec<u8>,
    /// Interface it arrived on.
    pub interface: Arc<Interface>,
    /// The address to answer from: where the packet was sent to, or, for a broadcast or multicast
    /// packet, the listening address of the interface.
    pub local: IpAddr,
    /// Address (with scope) and port of the sender: the client or the nearest relay.
    pub source: SocketAddr,
    /// Hardware address of the sender on the link, known only with raw sockets.
    pub source_mac: Option<[u8; 6]>,
    /// When it came in; it may have been read later.
    pub received: Instant,
    /// True when it was sent to one of this server's own addresses.
    pub unicast: bool,
}

/// A datagram to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The UDP payload: one DHCP message.
    pub data: Vec<u8>,
    /// Interface to send on: normally the query's.
    pub interface: Arc<Interface>,
    /// Address to send from, normally the query's [`Packet::local`], and the port.
    pub source: SocketAddr,
    /// Address and port to send to. For a link-local address the scope is filled in here.
    pub destination: SocketAddr,
    /// Hardware address to put in the frame: for a client that cannot answer ARP yet, or
    /// [`Packet::source_mac`] of a relay to answer the way the query came. `None` leaves the way to
    /// routing and ARP. Ignored where there is no raw socket.
    pub link_destination: Option<[u8; 6]>,
}
