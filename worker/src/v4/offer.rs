//! DISCOVER: a proposal, without a write.

use std::sync::Arc;

use murre_config::Subnet;
use murre_wire::V4;
use murre_wire::dhcp4::MessageType;

use super::{Query, gate, lease, reply};
use crate::exchange::{Context, Exchange, Journal, Verdict};
use crate::socket::Reply;

/// Offer what the client has, what it asks for, or what is free.
pub(super) async fn offer(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    subnet: &Arc<Subnet<V4>>,
) -> Result<Reply, Verdict>
where
    V4: Exchange,
{
    let wish = lease::wish(query, subnet, gate::requested(&query.message));
    let allocator = context.allocator();
    let mut lookup = lease::lookup(&wish);
    let asked = allocator.ask(&wish, &mut lookup);
    let found = context.lookup(lookup).await?;
    let chosen = allocator
        .choose(context.store, &wish, (&found, asked), &[])
        .await
        .map_err(|error| context.failed(&error))?
        .ok_or(Verdict::NoAddress)?;
    let lease = lease::row(query, &wish, chosen);
    Journal::<V4>::offered(&lease);
    reply::with_lease(
        context,
        query,
        MessageType::Offer,
        &wish,
        chosen,
        lease.valid_lifetime,
    )
}
