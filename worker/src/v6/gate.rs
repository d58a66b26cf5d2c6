//! Which messages are looked at at all (RFC 8415 section 16, manual dhcp6-srv.rst:6074-6083).

use murre_wire::V6;
use murre_wire::dhcp6::{Message, MessageType, Parsing, code};

use super::Query;
use crate::exchange::{Context, Verdict};
use crate::socket::Packet;

/// Admit a packet as a query, or say why not.
pub(super) fn admit<'a>(
    context: &Context<'_, V6>,
    packet: &'a Packet,
) -> Result<Query<'a>, Verdict> {
    let message = Message::parse(&packet.data, Parsing::Strict).map_err(|_| Verdict::Malformed)?;
    context.service.counters.received(message.msg_type.to_u8());
    let query = Query {
        packet,
        message,
        server_id: context.service.duid.load_full(),
    };
    sane(&query)?;
    Ok(query)
}

fn sane(query: &Query<'_>) -> Result<(), Verdict> {
    let message = &query.message;
    match message.msg_type {
        MessageType::Solicit | MessageType::Confirm | MessageType::Rebind => {
            must(message.client_id().is_some() && message.server_id().is_none())?;
            multicast(query)
        }
        MessageType::Request | MessageType::Renew | MessageType::Release | MessageType::Decline => {
            must(message.client_id().is_some())?;
            ours(query, message.server_id().ok_or(Verdict::Insane)?)
        }
        MessageType::InformationRequest => {
            must(!message.options.has(code::IA_NA) && !message.options.has(code::IA_PD))?;
            multicast(query)?;
            message.server_id().map_or(Ok(()), |id| ours(query, id))
        }
        MessageType::Advertise
        | MessageType::Reply
        | MessageType::Reconfigure
        | MessageType::RelayReply => Err(Verdict::NotAQuery),
        _ => Err(Verdict::UnsupportedType),
    }
}

fn must(sane: bool) -> Result<(), Verdict> {
    if sane { Ok(()) } else { Err(Verdict::Insane) }
}

/// A client that chose another server is left to it.
fn ours(query: &Query<'_>, named: &[u8]) -> Result<(), Verdict> {
    if named == query.server_id.as_slice() {
        Ok(())
    } else {
        Err(Verdict::OtherServer)
    }
}

/// These go to all servers, or come through a relay (RFC 8415 section 16).
fn multicast(query: &Query<'_>) -> Result<(), Verdict> {
    if query.packet.unicast && query.message.relays.is_empty() {
        Err(Verdict::Unicast)
    } else {
        Ok(())
    }
}
