//! RELEASE and DECLINE: the client gives its lease back, or found the address in use. Neither has
//! an answer.

use std::net::Ipv4Addr;
use std::sync::Arc;

use murre_config::Subnet;
use murre_schema::{Change, Changed, Client4, Decline, Release, Seen};
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
    let (address, client) = (query.message.ciaddr(), lease::client(query, subnet));
    let keep = context.server.expired.affinity();
    let names = context.removes_names();
    let release = |seen, client| {
        Change::Release(Release {
            seen,
            client,
            keep,
            names,
        })
    };
    match context.end((address, client), release).await? {
        Changed::Released => {
            Journal::<V4>::released(address);
            let mut all = context.server.candidates(subnet);
            if let Some(subnet) = all.find(|subnet| subnet.pool_of(address).is_some()) {
                context.allocator().freed(subnet, address, !keep);
            }
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
    let probation = context.server.decline_probation_period;
    let names = context.removes_names();
    let decline = |seen: Seen<Ipv4Addr>, client: Client4| {
        Change::Decline(Decline {
            seen,
            client,
            probation,
            names,
        })
    };
    let client = lease::client(query, subnet);
    match context.end((address, client), decline).await? {
        Changed::Declined => {
            Journal::<V4>::declined(address);
            Err(Verdict::Declined)
        }
        _ => Err(Verdict::NotHeld),
    }
}
