//! Which subnet a query belongs to (manual dhcp4-srv.rst:3108-3130, RFC 3527, RFC 3011).

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use murre_classify::Membership;
use murre_config::{Server, SharedNetwork, Subnet};
use murre_wire::V4;
use murre_wire::dhcp4::code;

use super::Query;

/// The selectors in order of preference: what the relay or client names outright, the relay, the
/// client's own address, the link the query came in by. For a query over DHCPv6 none of them counts; it has
/// keys of its own (dhcp4-srv.rst:4278).
pub(super) fn select<'s>(server: &'s Server<V4>, query: &Query<'_>) -> Option<&'s Arc<Subnet<V4>>> {
    let message = &query.message;
    let open = Open {
        server,
        classes: &query.classes,
    };
    if let Some(place) = &query.over6 {
        return open.first(server.subnets_over_dhcp6(place));
    }
    if let Some(link) = named_link(server, query) {
        return open.containing(link);
    }
    if !message.giaddr().is_unspecified() {
        let relay = message.giaddr();
        let named = open.first(server.subnets_for_relay(relay));
        return named.or_else(|| open.containing(relay));
    }
    if query.packet.unicast && !message.ciaddr().is_unspecified() {
        return open.containing(message.ciaddr());
    }
    if let (true, IpAddr::V4(source)) = (query.packet.unicast, query.packet.source.ip())
        && !source.is_unspecified()
    {
        return open.containing(source);
    }
    on_link(open, query)
}

/// Subnets that a query's classes leave open to it.
#[derive(Clone, Copy)]
struct Open<'s, 'q> {
    server: &'s Server<V4>,
    classes: &'q Membership,
}

impl<'s> Open<'s, '_> {
    /// The first that is open, or whose shared network has one that is.
    fn first(
        self,
        mut feasible: impl Iterator<Item = &'s Arc<Subnet<V4>>>,
    ) -> Option<&'s Arc<Subnet<V4>>> {
        // The subnets of a network follow each other, and one of them stands for all.
        let mut tried: Option<&Arc<SharedNetwork>> = None;
        feasible.find_map(|subnet| {
            let network = subnet.network.as_ref();
            if let (Some(network), Some(tried)) = (network, tried)
                && Arc::ptr_eq(network, tried)
            {
                return None;
            }
            tried = network;
            let mut all = self.server.candidates(subnet);
            all.find(|subnet| subnet.admits(self.classes))
        })
    }

    fn containing(self, address: Ipv4Addr) -> Option<&'s Arc<Subnet<V4>>> {
        self.first(self.server.subnets_containing(address))
    }
}

/// Link selection by the relay (option 82, sub-option 5), else subnet selection (option 118).
fn named_link(server: &Server<V4>, query: &Query<'_>) -> Option<Ipv4Addr> {
    let by_relay = query
        .message
        .relay_suboption(code::relay::LINK_SELECTION)
        .filter(|_| !server.compatibility.ignore_link_selection)
        .and_then(|data| <[u8; 4]>::try_from(&*data).ok())
        .map(Ipv4Addr::from);
    by_relay.or_else(|| query.message.addr_option(code::SUBNET_SELECTION))
}

/// A subnet tied to the interface by name, else the one that holds the interface's address.
fn on_link<'s>(open: Open<'s, '_>, query: &Query<'_>) -> Option<&'s Arc<Subnet<V4>>> {
    let interface = &query.packet.interface;
    let named = open.server.subnets_on_interface(&interface.name);
    let local = match query.packet.local {
        IpAddr::V4(local) => Some(local),
        IpAddr::V6(_) => None,
    };
    open.first(named)
        .or_else(|| open.containing(local?))
        .or_else(|| {
            let mut own = interface.ipv4.iter();
            own.find_map(|(address, _)| open.containing(*address))
        })
}
