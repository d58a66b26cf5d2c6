//! CONFIRM: is the client still on the link its addresses belong to? (RFC 8415 section 18.3.3)

use std::sync::Arc;

use murre_config::Subnet;
use murre_wire::V6;
use murre_wire::dhcp6::{IaKind, MessageType, code};

use super::{Query, lease, options, reply};
use crate::exchange::{Context, Scopes, Verdict};
use crate::socket::Reply;

/// Success when all addresses fit the link, NotOnLink when one does not; silence when the client
/// names none.
pub(super) fn confirm(
    context: &Context<'_, V6>,
    query: &Query<'_>,
    subnet: &Arc<Subnet<V6>>,
) -> Result<Reply, Verdict> {
    context.without_lease()?;
    let mut addresses = query
        .message
        .options
        .ias()
        .filter(|ia| ia.kind != IaKind::Pd)
        .flat_map(|ia| lease::named(&ia))
        .peekable();
    if addresses.peek().is_none() {
        return Err(Verdict::Insane);
    }
    let on_link = addresses.all(|named| subnet.contains(named.address));
    let mut builder = reply::start(query, MessageType::Reply);
    let scopes = Scopes::new(reply::options_of(context, Some(subnet)));
    options::add(&mut builder, &query.message, &scopes);
    if on_link {
        builder.status(code::status::SUCCESS, "All addresses fit this link.");
    } else {
        builder.status(
            code::status::NOT_ON_LINK,
            "Not all addresses fit this link.",
        );
    }
    reply::finish(context, query, builder, MessageType::Reply)
}
