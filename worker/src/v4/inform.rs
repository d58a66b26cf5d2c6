//! INFORM: options for a client that has its address from elsewhere; no lease is touched
//! (RFC 2131 section 4.3.5, manual dhcp4-srv.rst:3070).

use std::sync::Arc;

use murre_config::Subnet;
use murre_wire::V4;
use murre_wire::dhcp4::MessageType;

use super::{Query, reply};
use crate::exchange::{Context, Verdict};
use crate::socket::Reply;

/// Answer with options alone.
pub(super) fn inform(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    subnet: &Arc<Subnet<V4>>,
) -> Result<Reply, Verdict> {
    context.without_lease()?;
    if query.message.ciaddr().is_unspecified() && query.message.giaddr().is_unspecified() {
        let from = query.packet.source.ip();
        if from.is_unspecified() {
            return Err(Verdict::Insane);
        }
    }
    reply::without_lease(context, query, MessageType::Ack, subnet)
}
