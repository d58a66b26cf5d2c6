//! Which interfaces and addresses to listen on (`interfaces-config`). Opening is the worker's.

use std::sync::Arc;
use std::time::Duration;

use murre_wire::Family;

/// One entry of the list of interfaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen<F: Family> {
    /// `*`: every interface but loopback.
    All,
    /// An interface with all its addresses.
    Interface(Arc<str>),
    /// `interface/address`.
    Address {
        /// The interface.
        interface: Arc<str>,
        /// The one address of it.
        address: F::Address,
    },
}

/// Kind of socket (v4 only).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SocketType {
    /// Link-layer sockets: direct and relayed clients.
    #[default]
    Raw,
    /// UDP sockets: relayed clients only.
    Udp,
}

/// Which interface an answer leaves by (v4 only).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outbound {
    /// The one the query came in by.
    #[default]
    SameAsInbound,
    /// The one the kernel's routes say; with UDP sockets only.
    UseRouting,
}

/// `interfaces-config`, dhcp4-srv.rst:905-1201, dhcp6-srv.rst:864-1113.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interfaces<F: Family> {
    /// Entries in order; empty opens no socket.
    pub listen: Vec<Listen<F>>,
    /// Kind of socket; always UDP in v6.
    pub socket_type: SocketType,
    /// Where answers leave by.
    pub outbound: Outbound,
    /// Look for interfaces again on each reconfiguration.
    pub re_detect: bool,
    /// A socket that cannot be opened ends the start.
    pub require_all: bool,
    /// Further tries for each socket that cannot be opened.
    pub max_retries: u32,
    /// Pause between those tries. Default 5 s.
    pub retry_wait: Duration,
}

impl<F: Family> Default for Interfaces<F> {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            socket_type: if F::VERSION == 4 {
                SocketType::Raw
            } else {
                SocketType::Udp
            },
            outbound: Outbound::SameAsInbound,
            re_detect: true,
            require_all: false,
            max_retries: 0,
            retry_wait: Duration::from_millis(5000),
        }
    }
}

impl<F: Family> Interfaces<F> {
    /// Whether `*` is among the entries, which makes it all interfaces whatever else is named.
    pub fn all(&self) -> bool {
        self.listen.contains(&Listen::All)
    }
}
