//! RELEASE and DECLINE: the client gives its lease back, or found the address in use. Neither has
//! an answer.

use std::sync::Arc;

use murre_config::Subnet;
use murre_schema::{Change, Changed, Decline, Release};
use murre_wire::V4;

use super::{Query, gate, lease};
use crate::exchange::{Context, Journal, Verdict};
use crate::socket::Reply;

/// The lease on `ciaddr` ends, if it is this client's.
pub(super) async fn release(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    subnet: &Arc<Subnet<V4>>,
) -> Result<Reply, Verdict> {
    let release = Release {
        address: query.message.ciaddr(),
        client: lease::client(query, subnet),
        keep: context.server.expired.affinity(),
    };
    let (address, keep) = (release.address, release.keep);
    match context.change(Change::Release(release)).await? {
        Changed::Released => {
            Journal::<V4>::released(address);
            context.allocator().freed(subnet, address, !keep);
            Err(Verdict::Released)
        }
        _ => Err(Verdict::NotHeld),
    }
}

/// The lease on the requested address ends, if it is this client's, and nobody gets the address
/// for the probation period.
pub(super) async fn decline(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    subnet: &Arc<Subnet<V4>>,
) -> Result<Reply, Verdict> {
    let address = gate::requested(&query.message).ok_or(Verdict::Insane)?;
    let decline = Decline {
        address,
        client: lease::client(query, subnet),
        probation: context.server.decline_probation_period,
    };
    match context.change(Change::Decline(decline)).await? {
        Changed::Declined => {
            Journal::<V4>::declined(address);
            Err(Verdict::Declined)
        }
        _ => Err(Verdict::NotHeld),
    }
}
