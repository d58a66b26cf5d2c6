//! Which subnet a query belongs to (manual dhcp4-srv.rst:3108-3130, RFC 3527, RFC 3011).

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use murre_config::{Server, Subnet};
use murre_wire::V4;
use murre_wire::dhcp4::code;

use super::Query;

/// The selectors in order of preference: what the relay or client names outright, the relay, the
/// client's own address, the link the query came in by.
pub(super) fn select<'s>(server: &'s Server<V4>, query: &Query<'_>) -> Option<&'s Arc<Subnet<V4>>> {
    let message = &query.message;
    if let Some(link) = named_link(query) {
        return server.subnet_containing(link);
    }
    if !message.giaddr().is_unspecified() {
        let relay = message.giaddr();
        return server
            .subnets_for_relay(relay)
            .next()
            .or_else(|| server.subnet_containing(relay));
    }
    if query.packet.unicast && !message.ciaddr().is_unspecified() {
        return server.subnet_containing(message.ciaddr());
    }
    if let (true, IpAddr::V4(source)) = (query.packet.unicast, query.packet.source.ip())
        && !source.is_unspecified()
    {
        return server.subnet_containing(source);
    }
    on_link(server, query)
}

/// Link selection by the relay (option 82, sub-option 5), else subnet selection (option 118).
fn named_link(query: &Query<'_>) -> Option<Ipv4Addr> {
    let by_relay = query
        .message
        .relay_suboption(code::relay::LINK_SELECTION)
        .and_then(|data| <[u8; 4]>::try_from(&*data).ok())
        .map(Ipv4Addr::from);
    by_relay.or_else(|| query.message.addr_option(code::SUBNET_SELECTION))
}

/// A subnet tied to the interface by name, else the one that holds the interface's address.
fn on_link<'s>(server: &'s Server<V4>, query: &Query<'_>) -> Option<&'s Arc<Subnet<V4>>> {
    let interface = &query.packet.interface;
    server
        .subnets_on_interface(&interface.name)
        .next()
        .or_else(|| match query.packet.local {
            IpAddr::V4(local) => server.subnet_containing(local),
            IpAddr::V6(_) => None,
        })
        .or_else(|| {
            interface
                .ipv4
                .iter()
                .find_map(|(address, _)| server.subnet_containing(*address))
        })
}
