//! Why sockets could not be opened, in words an operator can act on.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use super::selector::Selector;

/// The sockets as a whole could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SocketError {
    /// The kernel did not list the interfaces.
    #[error("cannot list the network interfaces: {0}")]
    Interfaces(#[source] io::Error),
    /// A selector names an interface that is not there.
    #[error("there is no interface {name:?}; this host has: {}", known.join(", "))]
    UnknownInterface {
        /// The name in the configuration.
        name: Arc<str>,
        /// The names of the interfaces there are.
        known: Vec<String>,
    },
    /// A v4 selector names an address that the interface does not have.
    #[error("interface {name} has no address {address}; it has: {has}")]
    UnknownAddress {
        /// The interface.
        name: Arc<str>,
        /// The address in the configuration.
        address: IpAddr,
        /// The addresses it has.
        has: String,
    },
    /// A selector names an address of the other family, or one nobody can listen on.
    #[error("{selector}: {address} is not a unicast address of DHCPv{family}")]
    UnusableAddress {
        /// The selector.
        selector: Selector,
        /// Its address.
        address: IpAddr,
        /// 4 or 6.
        family: u8,
    },
    /// The same selector twice.
    #[error("{0} is listed more than once")]
    Duplicate(Selector),
    /// More than one v6 unicast address on one interface.
    #[error("interface {name}: more than one unicast address ({first} and {second})")]
    SecondUnicast {
        /// The interface.
        name: Arc<str>,
        /// The address seen first.
        first: IpAddr,
        /// The address after it.
        second: IpAddr,
    },
    /// `service-sockets-require-all` is on and something could not be opened.
    #[error("not all sockets could be opened: {}", list(.0))]
    Required(Vec<Failure>),
}

/// One interface, or one address of it, that is not served.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {}: {reason}", Place(self))]
pub struct Failure {
    /// The interface's name.
    pub interface: Arc<str>,
    /// The address, where it is about one.
    pub address: Option<IpAddr>,
    /// The UDP port.
    pub port: u16,
    /// Why.
    #[source]
    pub reason: Reason,
}

/// Why an interface is not served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Switched off.
    #[error("the interface is down")]
    Down,
    /// No IPv4 address to answer from.
    #[error("the interface has no IPv4 address")]
    NoAddress,
    /// No link-local IPv6 address to answer from.
    #[error("the interface has no link-local address and no unicast address is given for it")]
    NoLinkLocal,
    /// Loopback carries no frames a raw socket could use.
    #[error("loopback is served only with \"dhcp-socket-type\": \"udp\"")]
    LoopbackRaw,
    /// The process may not do it.
    #[error(
        "{step}: {source}; the process lacks {capability}: start it as root, give it the \
         capability (setcap cap_net_raw,cap_net_bind_service+ep murre-worker), or set \
         AmbientCapabilities=CAP_NET_RAW CAP_NET_BIND_SERVICE in its systemd unit"
    )]
    Capability {
        /// The capability's name.
        capability: &'static str,
        /// What was tried.
        step: &'static str,
        /// The kernel's answer.
        source: io::Error,
    },
    /// Another process (or another instance of this one) listens there.
    #[error("{step}: the port is in use by another process (ss -ulpn shows which)")]
    PortInUse {
        /// What was tried.
        step: &'static str,
    },
    /// Anything else.
    #[error("{step}: {source}")]
    Io {
        /// What was tried.
        step: &'static str,
        /// The kernel's answer.
        source: io::Error,
    },
}

struct Place<'a>(&'a Failure);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.interface)?;
        if let Some(address) = self.0.address {
            write!(f, "/{address}")?;
        }
        write!(f, " port {}", self.0.port)
    }
}

fn list(failures: &[Failure]) -> String {
    failures
        .iter()
        .map(Failure::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}
