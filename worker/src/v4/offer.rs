//! DISCOVER: a proposal, without a write; or with `offer-lifetime` one that is written, so that nobody
//! else is offered the same meanwhile (manual dhcp4-srv.rst:4667-4727).

use std::sync::Arc;

use murre_config::Subnet;
use murre_schema::{Changed, Claim, Found};
use murre_wire::V4;
use murre_wire::dhcp4::MessageType;

use super::names::Named;
use super::{Query, classify, gate, lease, reply, reuse};
use crate::allocation::{self, Chosen, Wish};
use crate::exchange::{Context, Exchange, Journal, Verdict};
use crate::socket::Reply;

/// How often a client that another worker serves at the same moment is looked up again.
const ATTEMPTS: usize = 3;

/// Offer what the client has, what it asks for, or what is free.
pub(super) async fn offer(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    subnet: &Arc<Subnet<V4>>,
) -> Result<Reply, Verdict>
where
    V4: Exchange,
{
    let wish = lease::wish(context, query, subnet, gate::requested(&query.message));
    context.admit_newcomer()?;
    for _ in 0..ATTEMPTS {
        let mut lookup = lease::lookup(&wish);
        let asked = context.ask(&wish, &mut lookup);
        let found = context.lookup(lookup).await?;
        tell_of_conflict(context, &wish, &found);
        let chosen = context.choose(&wish, (&found, asked), &[]).await?;
        let chosen = chosen.ok_or(Verdict::NoAddress)?;
        if keep_for_it(context, query, &wish, (chosen, &found)).await? {
            let named = Named::new(context, query, &chosen);
            let lease = lease::row(context, query, &wish, chosen, &named);
            Journal::<V4>::offered(&lease);
            let kind = MessageType::Offer;
            let cached = reuse::remaining(&wish, &found, &chosen, &lease);
            let lifetime = cached.unwrap_or(lease.valid_lifetime);
            return reply::with_lease(context, query, kind, (chosen, &named), lifetime);
        }
    }
    Err(Verdict::Contended)
}

/// What is reserved for the client is somebody else's for now.
fn tell_of_conflict(context: &Context<'_, V4>, wish: &Wish<'_, V4>, found: &Found<V4>) {
    if let Some(reserved) = allocation::in_conflict(wish, found) {
        let statistics = &context.service.statistics;
        statistics.conflict(reserved.subnet.id);
    }
}

/// Write the offer where it shall be; whether it holds. Who loses a race for the address stays silent,
/// as its client asks again.
async fn keep_for_it(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    wish: &Wish<'_, V4>,
    (chosen, found): (Chosen<'_, V4>, &Found<V4>),
) -> Result<bool, Verdict> {
    let lifetime = classify::offer_lifetime(context, query, chosen.subnet);
    // A lease never gets shorter than its client was told, nor does one end for an offer; and who asks
    // again at once costs no write.
    let remaining = allocation::remaining(wish, found, &chosen);
    let has_other = allocation::replaced(wish, found, &chosen).is_some();
    if lifetime == 0 || has_other || remaining > i64::from(lifetime / 2) {
        return Ok(true);
    }
    // Nothing is entered in the DNS for an offer, and its row says so.
    let mut lease = lease::row(context, query, wish, chosen, &Named::default());
    lease.valid_lifetime = lifetime;
    let claim = Claim {
        lease,
        replaces: None,
        renews: false,
        heeds_hosts: wish.heeds_hosts(&chosen),
        names: context.offers_names(),
    };
    match context.claim(claim).await? {
        Changed::Claimed { .. } => Ok(true),
        Changed::ClientHasOther => Ok(false),
        _ => Err(Verdict::Contended),
    }
}
