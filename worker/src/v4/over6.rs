//! Queries over DHCPv6 (RFC 7341, manual dhcp4-srv.rst:4255): the DHCPv6 server of this host hears them and passes them on.
//!
//! They are taken out of what they come in, go through the same stages as all others, and the answer goes back to the
//! DHCPv6 server. What the two servers tell each other is in `murre_wire::dhcp4o6`; the DHCPv6 side is not here.

use std::net::SocketAddr;

use murre_config::Dhcp4o6Place;
use murre_wire::V4;
use murre_wire::dhcp4o6::Passed;
use murre_wire::dhcp6::MessageType;

use crate::exchange::{Context, Journal, Verdict};
use crate::log::Level;
use crate::socket::{Packet, Reply};

/// Whether a packet holds such a query: nothing else comes to DHCPv4 by IPv6.
pub(super) fn is_passed(packet: &Packet) -> bool {
    packet.local.is_ipv6()
}

/// Answer what the DHCPv6 server passed on.
pub(super) async fn answer(context: &Context<'_, V4>, outer: &Packet) -> Result<Reply, Verdict> {
    let passed = Passed::parse(&outer.data, MessageType::Dhcpv4Query);
    // Clients can bring that about, so it is no warning.
    let passed = passed.map_err(|error| bad(Level::debug(15), &error))?;
    let packet = query(context, outer, &passed)?;
    Journal::<V4>::passed(&packet);
    let place = Dhcp4o6Place {
        source: passed.origin.source,
        interface: passed.origin.interface,
        interface_id: passed.interface_id(),
    };
    let reply = super::answer(context, &packet, Some(place)).await?;
    let data = passed.answer(&reply.data);
    Ok(Reply {
        data: data.map_err(|_| Verdict::Unbuildable)?,
        interface: outer.interface.clone(),
        source: SocketAddr::new(outer.local, outer.source.port().saturating_add(1)),
        destination: outer.source,
        link_destination: None,
    })
}

/// The query as if it had come in where the DHCPv6 server heard it. The answer carries the IPv4 address that is listened
/// on there as server identifier, so there must be one.
fn query(
    context: &Context<'_, V4>,
    outer: &Packet,
    passed: &Passed<'_>,
) -> Result<Packet, Verdict> {
    let origin = passed.origin;
    let served = context.service.served.load();
    let mut served = served.iter();
    let Some((interface, local)) = served.find(|(it, _)| *it.name == *origin.interface) else {
        let name = origin.interface;
        let problem = format!(
            "a query over DHCPv6 came in by {name:?}, where no IPv4 address is served; see interfaces-config"
        );
        return Err(bad(Level::WARN, &problem));
    };
    Ok(Packet {
        data: passed.dhcp4.to_vec(),
        interface: interface.clone(),
        local: *local,
        source: SocketAddr::new(origin.source.into(), origin.port),
        source_mac: None,
        received: outer.received,
        unicast: outer.unicast,
    })
}

fn bad(level: Level, problem: &dyn std::fmt::Display) -> Verdict {
    Journal::<V4>::not_passed(level, problem);
    Verdict::BadPassed
}
