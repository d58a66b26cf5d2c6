//! SOLICIT, REQUEST, RENEW and REBIND: each identity association gets one lease, or a status that
//! says why not (RFC 8415 sections 18.3.1 to 18.3.5, manual dhcp6-srv.rst:6327-6361, 7656).

use std::net::Ipv6Addr;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::try_join;
use murre_config::Subnet;
use murre_schema::{Changed, Claim, Found, FoundLease, Lease, Lookup, Names};
use murre_wire::V6;
use murre_wire::dhcp6::{Ia, IaKind, MessageType, code};
use smallvec::SmallVec;

use super::{Query, lease, reply};
use crate::allocation::{self, Chosen, Wish};
use crate::exchange::{Context, Journal, Verdict, left};
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
    context: &Context<'s, V6>,
    query: &Query<'q>,
    subnet: Option<&'s Arc<Subnet<V6>>>,
    mode: Mode,
) -> Result<Vec<Assigned<'q, 's>>, Verdict> {
    let ias = query.message.options.ias().take(lease::MAX_IAS);
    let (prefixes, addresses) = ias
        .enumerate()
        .partition(|(_, ia): &(usize, Ia<'q>)| ia.kind == IaKind::Pd);
    // Neither can be given what the other is, so both go to the database in one batch.
    let (mut assigned, others) = try_join(
        assign_in_turn(context, query, prefixes, subnet, mode),
        assign_in_turn(context, query, addresses, subnet, mode),
    )
    .await?;
    assigned.extend(others);
    assigned.sort_by_key(|(place, _)| *place);
    Ok(assigned.into_iter().map(|(_, assigned)| assigned).collect())
}

/// One after the other, so that no two get the same. Each comes with its place in the message.
async fn assign_in_turn<'q, 's>(
    context: &Context<'s, V6>,
    query: &Query<'q>,
    ias: Vec<(usize, Ia<'q>)>,
    subnet: Option<&'s Arc<Subnet<V6>>>,
    mode: Mode,
) -> Result<Vec<(usize, Assigned<'q, 's>)>, Verdict> {
    let mut assigned = Vec::with_capacity(ias.len());
    let mut given: SmallVec<[Ipv6Addr; 4]> = SmallVec::new();
    for (place, ia) in ias {
        let granted = match subnet {
            Some(subnet) if ia.kind != IaKind::Ta => {
                assign_one(context, query, &ia, subnet, &given, mode).await?
            }
            _ => None,
        };
        given.extend(granted.as_ref().map(|granted| granted.chosen.address));
        assigned.push((place, Assigned { ia, granted }));
    }
    Ok(assigned)
}

/// What the client may have without a look at its leases: what it names in a message that asks for it
/// by the right of an offer or a lease. Whether somebody holds it, and whether the client holds
/// another, the claim finds out; so the common case costs the database one statement.
async fn assign_named<'s>(
    context: &Context<'_, V6>,
    query: &Query<'_>,
    ia: &Ia<'_>,
    wish: &Wish<'s, V6>,
    given: &[Ipv6Addr],
) -> Result<Option<Granted<'s>>, Verdict> {
    let named = wish
        .hint_in_pool()
        .filter(|chosen| query.kind() != MessageType::Solicit && !given.contains(&chosen.address));
    let Some(chosen) = named else {
        return Ok(None);
    };
    let mut lease = lease::row(query, ia, wish, chosen);
    let asked = Instant::now();
    let claim = Claim {
        lease: lease.clone(),
        replaces: None,
        // A lease that is not there to be renewed is found so by the look that follows.
        renews: query.kind() != MessageType::Request,
        heeds_hosts: false,
        names: Names::Off,
    };
    if !matches!(context.claim(claim).await?, Changed::Claimed { .. }) {
        return Ok(None);
    }
    context.allocator().granted(wish, &chosen);
    Journal::<V6>::granted(&lease);
    tell_what_is_left(&mut lease, asked)?;
    Ok(Some(Granted {
        chosen,
        lease,
        ended: None,
    }))
}

/// Of what was asked for at that moment.
fn tell_what_is_left(lease: &mut Lease<V6>, asked: Instant) -> Result<(), Verdict> {
    lease.valid_lifetime = left(lease.valid_lifetime, asked)?;
    let preferred = &mut lease.details.preferred_lifetime;
    *preferred = (*preferred).min(lease.valid_lifetime);
    Ok(())
}

async fn assign_one<'s>(
    context: &Context<'s, V6>,
    query: &Query<'_>,
    ia: &Ia<'_>,
    subnet: &'s Arc<Subnet<V6>>,
    given: &[Ipv6Addr],
    mode: Mode,
) -> Result<Option<Granted<'s>>, Verdict> {
    let wish = lease::wish(context, query, ia, subnet);
    if let Some(granted) = assign_named(context, query, ia, &wish, given).await? {
        return Ok(Some(granted));
    }
    let mut lost: SmallVec<[Ipv6Addr; 4]> = given.into();
    for _ in 0..ATTEMPTS {
        let mut lookup = Lookup::default();
        lookup.clients.push(wish.client.duid.clone());
        let asked = context.ask(&wish, &mut lookup);
        let found: Found<V6> = context.lookup(lookup).await?;
        let chosen = context.choose(&wish, (&found, asked), &lost).await?;
        let Some(chosen) = chosen else {
            return Ok(None);
        };
        let mut row = lease::row(query, ia, &wish, chosen);
        if mode == Mode::Propose {
            Journal::<V6>::offered(&row);
            return Ok(Some(Granted {
                chosen,
                lease: row,
                ended: None,
            }));
        }
        let replaced = allocation::replaced(&wish, &found, &chosen);
        if let Some(row) = replaced {
            context.may_end(row)?;
        }
        let renews = allocation::holds(&wish, &found, &chosen);
        let claim = Claim {
            replaces: replaced.map(FoundLease::seen),
            lease: row.clone(),
            renews,
            heeds_hosts: false,
            names: Names::Off,
        };
        let asked = Instant::now();
        match context.claim(claim).await? {
            Changed::Claimed { .. } => {
                Journal::<V6>::granted(&row);
                if let Some(ended) = replaced {
                    context.allocator().ended(&wish, ended);
                }
                let ended = replaced.map(|row| &row.lease);
                tell_what_is_left(&mut row, asked)?;
                return Ok(Some(Granted {
                    chosen,
                    lease: row,
                    ended: ended.map(|lease| (lease.address, lease.details.prefix_len)),
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
