//! Which messages are looked at at all (RFC 2131 table 5, manual dhcp4-srv.rst:3070 ff.).

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use murre_classify::Membership;
use murre_config::{Dhcp4o6Place, OptionSpace, Subnet};
use murre_wire::V4;
use murre_wire::dhcp4::{BOOTREQUEST, Message, MessageType, Parsing, code};

use super::Query;
use super::fqdn::Fqdn;
use super::hosts::Reserved;
use super::stored::Stored;
use crate::exchange::{Context, NO_TYPE, Scopes, Verdict};
use crate::socket::Packet;

/// Admit a packet as a query, or say why not.
pub(super) fn admit<'a>(
    context: &Context<'_, V4>,
    packet: &'a Packet,
    over6: Option<Dhcp4o6Place<'a>>,
) -> Result<Query<'a>, Verdict> {
    let message = Message::parse(&packet.data, Parsing::Strict).map_err(|_| Verdict::Malformed)?;
    let kind = message.message_type();
    let counted = kind.map_or(NO_TYPE, MessageType::to_u8);
    context.service.counters.received(counted);
    if message.op() != BOOTREQUEST {
        return Err(Verdict::NotAQuery);
    }
    let kind = kind.ok_or(Verdict::Bootp)?;
    let fqdn = message.option(code::FQDN);
    let fqdn = fqdn.map(|data| Fqdn::parse(&data)).transpose()?;
    let query = Query {
        packet,
        over6,
        message,
        kind,
        fqdn,
        is_recalled: false,
        classes: Membership::default(),
        stored: Stored::default(),
        reserved: Reserved::default(),
    };
    sane(&query)?;
    Ok(query)
}

/// A client must be recognizable, and must say what its message type requires.
fn sane(query: &Query<'_>) -> Result<(), Verdict> {
    let message = &query.message;
    let has_id = message.has_option(code::CLIENT_IDENTIFIER);
    if message.chaddr().is_empty() && !has_id {
        return Err(Verdict::Insane);
    }
    let names_server = message.has_option(code::SERVER_IDENTIFIER);
    match query.kind {
        MessageType::Discover if names_server => Err(Verdict::Insane),
        // Neither DECLINE nor RELEASE must name the server: broken clients do not
        // (manual dhcp4-srv.rst, known violations of RFC 2131).
        MessageType::Decline if requested(message).is_none() => Err(Verdict::Insane),
        MessageType::Release if message.ciaddr().is_unspecified() => Err(Verdict::Insane),
        MessageType::Discover
        | MessageType::Request
        | MessageType::Decline
        | MessageType::Release
        | MessageType::Inform => Ok(()),
        _ => Err(Verdict::UnsupportedType),
    }
}

/// The address the client asks for, if it names one.
pub(super) fn requested(message: &Message<'_>) -> Option<Ipv4Addr> {
    message
        .addr_option(code::REQUESTED_ADDRESS)
        .filter(|address| !address.is_unspecified())
}

/// A client that chose another server is left to it. All workers of the fleet are one server.
pub(super) fn for_us(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    subnet: &Arc<Subnet<V4>>,
) -> Result<(), Verdict> {
    let Some(named) = query.message.addr_option(code::SERVER_IDENTIFIER) else {
        return Ok(());
    };
    if context.server.compatibility.ignore_server_identifier {
        return Ok(());
    }
    let packet = query.packet;
    let on_interface = || packet.interface.ipv4.iter().any(|(own, _)| *own == named);
    let ours = packet.local == IpAddr::V4(named)
        || on_interface()
        || overridden(query) == Some(named)
        || is_configured(context, query, subnet, named)
        || context.service.fleet.knows_server_id(named.into());
    if ours {
        Ok(())
    } else {
        Err(Verdict::OtherServer)
    }
}

/// Whether it is what an answer in this subnet or its shared network carries: the client may have been offered
/// an address of any of them.
fn is_configured(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    subnet: &Arc<Subnet<V4>>,
    named: Ipv4Addr,
) -> bool {
    let mut all = context.server.candidates(subnet);
    all.any(|subnet| configured(context, query, subnet) == Some(named.octets()))
}

/// Option 54 as configured for the subnet, or by a class that nothing has to require first.
pub(super) fn configured(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    subnet: &Subnet<V4>,
) -> Option<[u8; 4]> {
    let server = context.server;
    let of_classes = server.classes.values(&query.classes);
    let of_classes = of_classes.map(|values| &values.options);
    let scopes = [&subnet.options].into_iter().chain(of_classes);
    let scopes = Scopes::new(scopes.chain([&server.options]));
    let values = scopes.values(OptionSpace::Message, u16::from(code::SERVER_IDENTIFIER));
    let option = values.first()?;
    <[u8; 4]>::try_from(&*option.data).ok()
}

/// The relay asked for its own address as server identifier (RFC 5107).
pub(super) fn overridden(query: &Query<'_>) -> Option<Ipv4Addr> {
    let data = query
        .message
        .relay_suboption(code::relay::SERVER_ID_OVERRIDE)?;
    <[u8; 4]>::try_from(&*data).ok().map(Ipv4Addr::from)
}
