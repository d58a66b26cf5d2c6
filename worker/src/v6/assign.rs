//! SOLICIT, REQUEST, RENEW and REBIND: each identity association gets one lease, or a status that
//! says why not (RFC 8415 sections 18.3.1 to 18.3.5, manual dhcp6-srv.rst:6327-6361, 7656).

use std::net::Ipv6Addr;
use std::sync::Arc;

use murre_config::Subnet;
use murre_schema::{Changed, Claim, Found, Lease, Lookup};
use murre_wire::V6;
use murre_wire::dhcp6::{Ia, IaKind, MessageType, code};
use smallvec::SmallVec;

use super::{Query, lease, reply};
use crate::allocation::{self, Chosen};
use crate::exchange::{Context, Journal, Verdict};
use crate::socket::Reply;

/// How often an association that lost its choice to another client or worker chooses again.
const ATTEMPTS: usize = 4;

/// An identity association and what it gets.
pub(super) struct Assigned<'q, 's> {
    pub(super) ia: Ia<'q>,
    pub(super) granted: Option<Granted<'s>>,
}

/// A lease to tell the client of.
pub(super) struct Granted<'s> {
    pub(super) chosen: Chosen<'s, V6>,
    pub(super) lease: Lease<V6>,
    /// A lease of the association that ended for it: base and length.
    pub(super) ended: Option<(Ipv6Addr, u8)>,
}

/// Whether leases are only proposed or written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Propose,
    Commit,
}

/// A proposal without a write; or, where both sides want it, leases at once.
pub(super) async fn solicit(
    context: &Context<'_, V6>,
    query: &Query<'_>,
    subnet: Option<&Arc<Subnet<V6>>>,
) -> Result<Reply, Verdict> {
    context.admit_newcomer()?;
    let rapid = query.message.options.has(code::RAPID_COMMIT)
        && subnet.is_some_and(|subnet| subnet.rapid_commit);
    let (mode, kind) = if rapid {
        (Mode::Commit, MessageType::Reply)
    } else {
        (Mode::Propose, MessageType::Advertise)
    };
    let assigned = assign(context, query, subnet, mode).await?;
    reply::with_leases(context, query, kind, subnet, &assigned, rapid)
}

/// Leases, written before they are told.
pub(super) async fn commit(
    context: &Context<'_, V6>,
    query: &Query<'_>,
    subnet: Option<&Arc<Subnet<V6>>>,
) -> Result<Reply, Verdict> {
    let assigned = assign(context, query, subnet, Mode::Commit).await?;
    reply::with_leases(context, query, MessageType::Reply, subnet, &assigned, false)
}

async fn assign<'q, 's>(
    context: &Context<'_, V6>,
    query: &Query<'q>,
    subnet: Option<&'s Arc<Subnet<V6>>>,
    mode: Mode,
) -> Result<Vec<Assigned<'q, 's>>, Verdict> {
    let mut assigned = Vec::new();
    let mut given: SmallVec<[Ipv6Addr; 4]> = SmallVec::new();
    for ia in query.message.options.ias().take(lease::MAX_IAS) {
        let granted = match subnet {
            Some(subnet) if ia.kind != IaKind::Ta => {
                assign_one(context, query, &ia, subnet, &given, mode).await?
            }
            _ => None,
        };
        given.extend(granted.as_ref().map(|granted| granted.chosen.address));
        assigned.push(Assigned { ia, granted });
    }
    Ok(assigned)
}

async fn assign_one<'s>(
    context: &Context<'_, V6>,
    query: &Query<'_>,
    ia: &Ia<'_>,
    subnet: &'s Arc<Subnet<V6>>,
    given: &[Ipv6Addr],
    mode: Mode,
) -> Result<Option<Granted<'s>>, Verdict> {
    let wish = lease::wish(query, ia, subnet);
    let mut lost: SmallVec<[Ipv6Addr; 4]> = given.into();
    for _ in 0..ATTEMPTS {
        let mut lookup = Lookup::default();
        lookup.clients.push(wish.client.duid.clone());
        let asked = context.allocator().ask(&wish, &mut lookup);
        let found: Found<V6> = context.lookup(lookup).await?;
        let chosen = context.choose(&wish, (&found, asked), &lost).await?;
        let Some(chosen) = chosen else {
            return Ok(None);
        };
        let row = lease::row(query, ia, &wish, chosen);
        if mode == Mode::Propose {
            Journal::<V6>::offered(&row);
            return Ok(Some(Granted {
                chosen,
                lease: row,
                ended: None,
            }));
        }
        let replaced = allocation::replaced(&wish, &found, &chosen).map(|row| &row.lease);
        let renews = allocation::holds(&wish, &found, &chosen);
        let claim = Claim {
            replaces: replaced.map(|lease| lease.address),
            lease: row.clone(),
            renews,
        };
        match context.claim(claim).await? {
            Changed::Claimed { .. } => {
                Journal::<V6>::granted(&row);
                if let Some(ended) = replaced {
                    context.allocator().freed(subnet, ended.address, true);
                }
                return Ok(Some(Granted {
                    chosen,
                    lease: row,
                    ended: replaced.map(|lease| (lease.address, lease.details.prefix_len)),
                }));
            }
            Changed::ClientHasOther => {}
            // It ended in between, and may be the best choice all the same.
            _ if renews => {}
            _ => lost.push(chosen.address),
        }
    }
    Err(Verdict::Contended)
}
