//! Which subnet a query belongs to (manual dhcp6-srv.rst:2787-2901, 6365-6422).

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use murre_config::{Server, Subnet};
use murre_wire::V6;

use super::Query;

/// By what the relay nearest to the client says, else by the link the query came in on.
pub(super) fn select<'s>(server: &'s Server<V6>, query: &Query<'_>) -> Option<&'s Arc<Subnet<V6>>> {
    let relays = &query.message.relays;
    if relays.is_empty() {
        return on_link(server, query);
    }
    // The chain is outermost first; the relay nearest to the client knows best.
    let by_id = relays
        .iter()
        .rev()
        .find_map(|relay| server.subnet_by_interface_id(relay.interface_id()?));
    by_id.or_else(|| {
        let link = relays
            .iter()
            .rev()
            .map(|relay| relay.link_address)
            .find(|link| !link.is_unspecified())?;
        server
            .subnets_for_relay(link)
            .next()
            .or_else(|| server.subnet_containing(link))
    })
}

/// A subnet tied to the interface, else the one that holds the client's own global address.
fn on_link<'s>(server: &'s Server<V6>, query: &Query<'_>) -> Option<&'s Arc<Subnet<V6>>> {
    server
        .subnets_on_interface(&query.packet.interface.name)
        .next()
        .or_else(|| match query.packet.source.ip() {
            IpAddr::V6(source) if is_global(source) => server.subnet_containing(source),
            _ => None,
        })
}

fn is_global(address: Ipv6Addr) -> bool {
    !address.is_unicast_link_local() && !address.is_unspecified() && !address.is_loopback()
}
