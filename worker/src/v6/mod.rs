//! DHCPv6: the stages of a query, in order.

mod assign;
mod confirm;
mod gate;
mod giveback;
mod inform;
mod lease;
mod options;
mod reply;
mod share;
mod subnet;

use murre_wire::V6;
use murre_wire::dhcp6::{Message, MessageType};

use crate::exchange::{Context, Exchange, Verdict};
use crate::socket::{Packet, Reply};
use crate::statistics;

/// A query that passed the gate.
pub(crate) struct Query<'a> {
    packet: &'a Packet,
    message: Message<'a>,
    /// The DUID all workers share.
    server_id: std::sync::Arc<Vec<u8>>,
}

impl Query<'_> {
    fn kind(&self) -> MessageType {
        self.message.msg_type
    }
}

impl Exchange for V6 {
    const SERVER_PORT: u16 = 547;
    const STATISTICS: &'static statistics::Names = &statistics::V6;

    async fn answer(context: &Context<'_, V6>, packet: &Packet) -> Result<Reply, Verdict> {
        let query = gate::admit(context, packet)?;
        let part = context.service.fleet.part(&query)?;
        let reply = proceed(context, &query).await?;
        context.service.fleet.answered(part);
        Ok(reply)
    }
}

/// The stages of a query that is this worker's to answer.
async fn proceed(context: &Context<'_, V6>, query: &Query<'_>) -> Result<Reply, Verdict> {
    let subnet = subnet::select(context.server, query);
    let _turn = match query.message.client_id() {
        Some(duid) => Some(context.turn(duid)?),
        None => None,
    };
    match (query.kind(), subnet) {
        (MessageType::Solicit, subnet) => assign::solicit(context, query, subnet).await,
        (MessageType::Request | MessageType::Renew | MessageType::Rebind, subnet) => {
            assign::commit(context, query, subnet).await
        }
        (MessageType::Confirm, subnet) => {
            confirm::confirm(context, query, subnet.ok_or(Verdict::NoSubnet)?)
        }
        (MessageType::Release, subnet) => giveback::release(context, query, subnet).await,
        (MessageType::Decline, subnet) => giveback::decline(context, query, subnet).await,
        (MessageType::InformationRequest, subnet) => inform::inform(context, query, subnet),
        _ => Err(Verdict::UnsupportedType),
    }
}
