//! RELEASE and DECLINE: the client gives leases back, or found addresses in use
//! (RFC 8415 sections 18.3.7 and 18.3.8).

use std::net::Ipv6Addr;
use std::sync::Arc;

use murre_config::Subnet;
use murre_schema::{Change, Changed, Client6, Decline, Names, Release, Seen};
use murre_wire::V6;
use murre_wire::dhcp6::{Ia, IaKind, MessageType, code};

use super::{Query, lease, options, reply};
use crate::exchange::{Context, Journal, Scopes, Verdict};
use crate::socket::Reply;

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Release,
    Decline,
}

/// All leases named that are this client's end.
pub(super) async fn release(
    context: &Context<'_, V6>,
    query: &Query<'_>,
    subnet: Option<&Arc<Subnet<V6>>>,
) -> Result<Reply, Verdict> {
    give_back(context, query, subnet, Way::Release).await
}

/// All addresses named that are this client's are nobody's for the probation period.
pub(super) async fn decline(
    context: &Context<'_, V6>,
    query: &Query<'_>,
    subnet: Option<&Arc<Subnet<V6>>>,
) -> Result<Reply, Verdict> {
    give_back(context, query, subnet, Way::Decline).await
}

async fn give_back(
    context: &Context<'_, V6>,
    query: &Query<'_>,
    subnet: Option<&Arc<Subnet<V6>>>,
    way: Way,
) -> Result<Reply, Verdict> {
    let mut builder = reply::start(query, MessageType::Reply);
    let scopes = Scopes::new(reply::options_of(context, subnet));
    options::add(&mut builder, &query.message, &scopes);
    let mut any_unknown = false;
    for ia in query.message.options.ias().take(lease::MAX_IAS) {
        let held = give_back_ia(context, query, (&ia, subnet), way).await?;
        any_unknown |= !held;
        // Only an association without a binding is shown again (RFC 8415 section 18.3.7).
        if !held {
            builder.ia(ia.kind, ia.iaid, 0, 0, |inside| {
                inside.status(code::status::NO_BINDING, "This client holds no such lease.");
            });
        }
    }
    let text = if any_unknown {
        "Done, but not every lease named was this client's."
    } else {
        "Done."
    };
    builder.status(code::status::SUCCESS, text);
    reply::finish(context, query, builder, MessageType::Reply)
}

/// Whether the client held everything it named in an association.
async fn give_back_ia(
    context: &Context<'_, V6>,
    query: &Query<'_>,
    (ia, subnet): (&Ia<'_>, Option<&Arc<Subnet<V6>>>),
    way: Way,
) -> Result<bool, Verdict> {
    // Prefixes cannot be declined: nobody finds a prefix in use on a link.
    if way == Way::Decline && ia.kind != IaKind::Na {
        return Ok(false);
    }
    let keep = context.server.expired.affinity();
    let probation = context.server.decline_probation_period;
    let change = |seen: Seen<Ipv6Addr>, client: Client6| match way {
        Way::Release => Change::Release(Release {
            seen,
            client,
            keep,
            names: Names::Off,
        }),
        Way::Decline => Change::Decline(Decline {
            seen,
            client,
            probation,
            names: Names::Off,
        }),
    };
    let named = lease::named(ia);
    let mut held = !named.is_empty();
    for named in named {
        let client = lease::client(query, ia);
        let address = named.address;
        match context.end((address, client), change).await? {
            Changed::Released => {
                Journal::<V6>::released(address);
                let subnet = subnet.into_iter();
                subnet.for_each(|s| context.allocator().freed(s, address, !keep));
            }
            Changed::Declined => Journal::<V6>::declined(address),
            _ => held = false,
        }
    }
    Ok(held)
}
