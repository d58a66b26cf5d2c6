//! The answer: fixed fields, options, and where it is sent (RFC 2131 section 4.1).

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use murre_config::Subnet;
use murre_wire::V4;
use murre_wire::dhcp4::{Builder, FLAG_BROADCAST, MIN_MAX_SIZE, MessageType, code};

use super::classify::Given;
use super::names::Named;
use super::{Query, gate, options};
use crate::allocation::Chosen;
use crate::exchange::{Context, Exchange, Verdict};
use crate::socket::Reply;

/// Where clients listen.
const CLIENT_PORT: u16 = 68;
/// Largest answer that is ever built: what an Ethernet frame carries, less IP and UDP headers.
const MAX_SIZE: usize = 1500 - 28;

/// OFFER or ACK with a lease.
pub(super) fn with_lease(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    kind: MessageType,
    (chosen, named): (Chosen<'_, V4>, &Named),
    lifetime: u32,
) -> Result<Reply, Verdict> {
    let subnet = chosen.subnet;
    let mut builder = start(context, query, kind, subnet);
    builder.yiaddr(chosen.address);
    if kind == MessageType::Ack {
        builder.ciaddr(query.message.ciaddr());
    }
    builder.option(code::LEASE_TIME, &lifetime.to_be_bytes());
    let (t1, t2) = subnet.lifetimes.tee_times(lifetime);
    for (code, seconds) in [(code::RENEWAL_TIME, t1), (code::REBINDING_TIME, t2)] {
        if let Some(seconds) = seconds {
            builder.option(code, &seconds.to_be_bytes());
        }
    }
    builder.option(code::SUBNET_MASK, &subnet.netmask().octets());
    let given = Given::new(context, query, subnet, chosen.pool);
    named.tell(&mut builder);
    fixed_fields(&mut builder, &given, subnet);
    let scopes = given.scopes(chosen.options(), &context.server.options);
    options::add(&mut builder, &query.message, &scopes);
    finish(context, query, builder, kind, chosen.address)
}

/// ACK to an INFORM.
pub(super) fn without_lease(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    kind: MessageType,
    subnet: &Arc<Subnet<V4>>,
) -> Result<Reply, Verdict> {
    let mut builder = start(context, query, kind, subnet);
    builder.ciaddr(query.message.ciaddr());
    if !query.message.ciaddr().is_unspecified() {
        builder.giaddr(Ipv4Addr::UNSPECIFIED).hops(0); // it goes past the relay
    } else if !query.message.giaddr().is_unspecified() {
        // No address tells the relay whom to send it to.
        builder.flags(query.message.flags() | FLAG_BROADCAST);
    }
    // The client has its address, and so its mask, unless it says that it has not.
    if query
        .message
        .requested_options()
        .contains(&code::SUBNET_MASK)
    {
        builder.option(code::SUBNET_MASK, &subnet.netmask().octets());
    }
    let given = Given::new(context, query, subnet, None);
    fixed_fields(&mut builder, &given, subnet);
    let scopes = given.scopes(&subnet.options, &context.server.options);
    options::add(&mut builder, &query.message, &scopes);
    finish(context, query, builder, kind, Ipv4Addr::UNSPECIFIED)
}

/// NAK; a relay is told to broadcast it, as the client's address may be of another network.
pub(super) fn nak(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    subnet: &Arc<Subnet<V4>>,
) -> Result<Reply, Verdict> {
    let mut builder = start(context, query, MessageType::Nak, subnet);
    if !query.message.giaddr().is_unspecified() {
        builder.flags(query.message.flags() | FLAG_BROADCAST);
    }
    finish(
        context,
        query,
        builder,
        MessageType::Nak,
        Ipv4Addr::UNSPECIFIED,
    )
}

/// What every answer has: server identifier, and the echo of client identifier (RFC 6842), subnet
/// selection (RFC 3011) and relay agent information (RFC 3046).
fn start(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    kind: MessageType,
    subnet: &Subnet<V4>,
) -> Builder {
    let mut builder = Builder::reply(&query.message, kind);
    builder.option(
        code::SERVER_IDENTIFIER,
        &server_identifier(context, query, subnet),
    );
    if let Some(id) = query.message.option(code::CLIENT_IDENTIFIER)
        && context.server.echo_client_id
    {
        builder.option(code::CLIENT_IDENTIFIER, &id);
    }
    for echoed in [code::SUBNET_SELECTION, code::AGENT_OPTIONS] {
        let is_its_own = echoed != code::AGENT_OPTIONS || !query.is_recalled;
        if let Some(data) = query.message.option(echoed).filter(|_| is_its_own) {
            builder.option(echoed, &data);
        }
    }
    builder
}

fn server_identifier(context: &Context<'_, V4>, query: &Query<'_>, subnet: &Subnet<V4>) -> [u8; 4] {
    gate::overridden(query)
        .map(|address| address.octets())
        .or_else(|| gate::configured(context, query, subnet))
        .unwrap_or(match query.packet.local {
            IpAddr::V4(local) => local.octets(),
            IpAddr::V6(_) => [0; 4],
        })
}

fn fixed_fields(builder: &mut Builder, given: &Given<'_>, subnet: &Subnet<V4>) {
    if let Some(next_server) = given.next_server(subnet) {
        builder.siaddr(next_server);
    }
    if let Some(name) = given.server_hostname(subnet) {
        builder.sname(name.as_bytes());
    }
    if let Some(file) = given.boot_file_name(subnet) {
        builder.file(file.as_bytes());
    }
}

fn finish(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    builder: Builder,
    kind: MessageType,
    yiaddr: Ipv4Addr,
) -> Result<Reply, Verdict> {
    let wanted = query
        .message
        .u16_option(code::MAX_MESSAGE_SIZE)
        .map_or(MIN_MAX_SIZE, |size| usize::from(size).saturating_sub(28));
    let mut data = Vec::with_capacity(MIN_MAX_SIZE);
    builder.finish_into(wanted.clamp(MIN_MAX_SIZE, MAX_SIZE), &mut data);
    let (address, port, link_destination) = destination(query, kind, yiaddr);
    context.service.counters.sent(kind.to_u8());
    let port = context.service.client_port.unwrap_or(port);
    Ok(Reply {
        data,
        interface: Arc::clone(&query.packet.interface),
        source: SocketAddr::new(query.packet.local, context.service.server_port),
        destination: SocketAddr::new(IpAddr::V4(address), port),
        link_destination,
    })
}

/// To the relay, to the address the client has, to all, or to the client's card at the address it
/// is about to have. What a client with an address sent is answered at the card that it came from, which is a
/// router's where the client is on another link. Who asks for options alone has an address, and is
/// answered there past its relay (RFC 2131 section 4.3.5).
fn destination(
    query: &Query<'_>,
    kind: MessageType,
    yiaddr: Ipv4Addr,
) -> (Ipv4Addr, u16, Option<[u8; 6]>) {
    let message = &query.message;
    let relayed = !message.giaddr().is_unspecified();
    if relayed && query.kind == MessageType::Inform && !message.ciaddr().is_unspecified() {
        return (message.ciaddr(), CLIENT_PORT, None);
    }
    if relayed {
        let given = message.relay_suboption(code::relay::RELAY_PORT);
        let port = given.map_or(V4::SERVER_PORT, |_| query.packet.source.port());
        return (message.giaddr(), port, None);
    }
    if kind == MessageType::Ack
        && yiaddr.is_unspecified()
        && message.ciaddr().is_unspecified()
        && let IpAddr::V4(source) = query.packet.source.ip()
    {
        return (source, CLIENT_PORT, query.packet.source_mac);
    }
    let card = <[u8; 6]>::try_from(message.chaddr()).ok();
    // A refusal is for all on the link, but for a client that is known to be behind its address.
    let is_there = kind != MessageType::Nak || query.packet.unicast;
    if !message.ciaddr().is_unspecified() && is_there {
        return (
            message.ciaddr(),
            CLIENT_PORT,
            query.packet.source_mac.or(card),
        );
    }
    if message.is_broadcast()
        || kind == MessageType::Nak
        || yiaddr.is_unspecified()
        || card.is_none()
    {
        return (Ipv4Addr::BROADCAST, CLIENT_PORT, None);
    }
    (yiaddr, CLIENT_PORT, card)
}
