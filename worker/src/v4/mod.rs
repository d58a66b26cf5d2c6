//! DHCPv4: the stages of a query, in order.

mod classify;
mod extended;
mod fqdn;
mod gate;
mod giveback;
mod grant;
mod hosts;
mod inform;
mod lease;
mod names;
mod offer;
mod options;
mod over6;
mod reply;
mod reuse;
mod share;
mod stash;
mod stored;
mod subnet;
mod vendor;

use murre_classify::Membership;
use murre_config::Dhcp4o6Place;
use murre_wire::V4;
use murre_wire::dhcp4::{Message, MessageType, Parsing};

use crate::exchange::{Context, Exchange, Verdict};
use crate::socket::{Packet, Reply};
use crate::statistics;
use hosts::Reserved;
use stored::Stored;

/// A query that passed the gate.
pub(crate) struct Query<'a> {
    packet: &'a Packet,
    /// Where it came from, when it came over DHCPv6.
    over6: Option<Dhcp4o6Place<'a>>,
    message: Message<'a>,
    kind: MessageType,
    /// What the client says of its name.
    fqdn: Option<fqdn::Fqdn>,
    /// Option 82 is what its relay said last, and not of this query.
    is_recalled: bool,
    /// Filled by [`classify`].
    classes: Membership,
    /// Filled by [`stored`].
    stored: Stored,
    /// Filled by [`hosts`].
    reserved: Reserved,
}

impl Exchange for V4 {
    const SERVER_PORT: u16 = 67;
    const STATISTICS: &'static statistics::Names = &statistics::V4;

    async fn answer(context: &Context<'_, V4>, packet: &Packet) -> Result<Reply, Verdict> {
        if over6::is_passed(packet) {
            // In a place of its own, or every query would carry the room for it.
            return Box::pin(over6::answer(context, packet)).await;
        }
        answer(context, packet, None).await
    }
}

/// Answer a query that came by itself or over DHCPv6.
async fn answer(
    context: &Context<'_, V4>,
    packet: &Packet,
    over6: Option<Dhcp4o6Place<'_>>,
) -> Result<Reply, Verdict> {
    let mut query = gate::admit(context, packet, over6)?;
    let part = context.service.fleet.part(&query)?;
    let recalled = match context.server.stash_agent_options {
        // In a place of its own, as above.
        true => Box::pin(stash::recalled(context, &query)).await?,
        false => None,
    };
    let recalled = recalled.as_deref();
    if let Some(Ok(message)) = recalled.map(|data| Message::parse(data, Parsing::Lenient)) {
        query.message = message;
        query.is_recalled = true;
    }
    let reply = proceed(context, &mut query).await?;
    context.service.fleet.answered(part);
    Ok(reply)
}

/// The stages of a query that is this worker's to answer.
async fn proceed(context: &Context<'_, V4>, query: &mut Query<'_>) -> Result<Reply, Verdict> {
    if context.server.early_global_reservations {
        query.stored = Stored::look_up(context, query).await?;
    }
    classify::before_subnet(context, query)?;
    let subnet = subnet::select(context.server, query).ok_or(Verdict::NoSubnet)?;
    if !context.server.early_global_reservations {
        query.stored = Stored::look_up(context, query).await?;
    }
    query.reserved = Reserved::of(context.server, query, subnet);
    classify::in_subnet(context, query, subnet)?;
    gate::for_us(context, query, subnet)?;
    let _turn = context.turn(lease::identity(query))?;
    match query.kind {
        MessageType::Discover => offer::offer(context, query, subnet).await,
        MessageType::Request => grant::grant(context, query, subnet).await,
        MessageType::Release => giveback::release(context, query, subnet).await,
        MessageType::Decline => giveback::decline(context, query, subnet).await,
        MessageType::Inform => inform::inform(context, query, subnet),
        _ => Err(Verdict::UnsupportedType),
    }
}
