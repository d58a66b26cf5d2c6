//! REQUEST: the client takes an offer, checks an address it had, or renews
//! (RFC 2131 section 4.3.2, manual dhcp4-srv.rst:4129-4260).

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Instant;

use murre_config::Subnet;
use murre_schema::{Changed, Claim, Found, FoundLease};
use murre_wire::V4;
use murre_wire::dhcp4::{MessageType, code};

use super::names::Named;
use super::{Query, extended, gate, lease, reply, reuse};
use crate::allocation::{self, Chosen, Wish};
use crate::exchange::{Context, Journal, Verdict, left};
use crate::socket::Reply;

/// How often a client that another worker serves at the same moment is looked up again.
const ATTEMPTS: usize = 3;

/// Grant, refuse with a NAK, or stay silent.
pub(super) async fn grant(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    subnet: &Arc<Subnet<V4>>,
) -> Result<Reply, Verdict> {
    let wish = lease::wish(context, query, subnet, asked(query));
    if let Some(reply) = cached(context, query, &wish).await? {
        return Ok(reply);
    }
    if let Some(chosen) = named(context, query, &wish) {
        match claim(context, query, &wish, (chosen, None)).await? {
            Claimed::Answer(reply) => return Ok(reply),
            Claimed::Taken => return reply::nak(context, query, subnet),
            Claimed::ClientHasOther => {}
        }
    }
    for _ in 0..ATTEMPTS {
        let mut lookup = lease::lookup(&wish);
        lookup.addresses.extend(wish.hint);
        lookup
            .addresses
            .extend(wish.reserved.map(|chosen| chosen.address));
        // Who names no address at all takes any (manual dhcp4-srv.rst:7794).
        let any = wish.hint.is_none();
        let any = any.then(|| context.ask(&wish, &mut lookup));
        let found = context.lookup(lookup).await?;
        let chosen = match any {
            Some(asked) => context.choose(&wish, (&found, asked), &[]).await?,
            None => decide(query, &wish, &found)?,
        };
        let Some(chosen) = chosen else {
            return reply::nak(context, query, subnet);
        };
        let replaced = allocation::replaced(&wish, &found, &chosen);
        match claim(context, query, &wish, (chosen, replaced)).await? {
            Claimed::Answer(reply) => return Ok(reply),
            Claimed::Taken => return reply::nak(context, query, subnet),
            Claimed::ClientHasOther => {}
        }
    }
    Err(Verdict::Contended)
}

/// What the client may have without a look at its leases: the address that it names, if it does so
/// by the right of an offer or a lease. Whether somebody holds it, and whether the client holds
/// another, the claim finds out; so the common case costs the database one statement. In a shared network
/// the other lease may be of another subnet, which the claim does not look at: there it is for who was looked at
/// when this was offered to it, a moment ago.
fn named<'a>(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    wish: &Wish<'a, V4>,
) -> Option<Chosen<'a, V4>> {
    wish.hint_in_pool()
        .filter(|_| !is_init_reboot(query))
        .filter(|named| !is_reserved_another(wish, named))
        .filter(|named| !wish.pools.has_others() || context.takes_offer(wish, named))
}

/// Whether the client shall have another address than this one, if it is free.
fn is_reserved_another(wish: &Wish<'_, V4>, chosen: &Chosen<'_, V4>) -> bool {
    let reserved = wish.reserved;
    reserved.is_some_and(|reserved| reserved.address != chosen.address)
}

/// An answer from the lease that the client has, where leases are cached and it is young enough.
async fn cached(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    wish: &Wish<'_, V4>,
) -> Result<Option<Reply>, Verdict> {
    let chosen = wish.hint_in_pool().filter(|c| c.subnet.cache.is_on());
    let chosen = chosen.filter(|chosen| !is_reserved_another(wish, chosen));
    let Some(chosen) = chosen.filter(|_| !is_init_reboot(query)) else {
        return Ok(None);
    };
    let asked = Instant::now();
    if context.is_stored_for_another(wish, &chosen).await? {
        return Ok(None);
    }
    let found = context.lookup(lease::lookup(wish)).await?;
    let named = Named::new(context, query, &chosen);
    let row = lease::row(context, query, wish, chosen, &named);
    let Some(left_then) = reuse::remaining(wish, &found, &chosen, &row) else {
        return Ok(None);
    };
    Journal::<V4>::reused(&row, left_then);
    context.service.statistics.reused(row.subnet_id);
    let lifetime = left(left_then, asked)?;
    let chosen = (chosen, &named);
    reply::with_lease(context, query, MessageType::Ack, chosen, lifetime).map(Some)
}

/// What became of a claim.
enum Claimed {
    Answer(Reply),
    Taken,
    ClientHasOther,
}

async fn claim(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    wish: &Wish<'_, V4>,
    (chosen, replaced): (Chosen<'_, V4>, Option<&FoundLease<V4>>),
) -> Result<Claimed, Verdict> {
    if let Some(row) = replaced {
        context.may_end(row)?;
    }
    let named = Named::new(context, query, &chosen);
    let row = lease::row(context, query, wish, chosen, &named);
    let mut lease = row.clone();
    extended::keep(query, chosen.subnet, &mut lease);
    let claim = Claim {
        lease,
        replaces: replaced.map(FoundLease::seen),
        renews: false,
        heeds_hosts: wish.heeds_hosts(&chosen),
        names: context.names(&chosen.subnet.naming),
    };
    let asked = Instant::now();
    match context.claim(claim).await? {
        Changed::Claimed { .. } => {
            context.allocator().granted(wish, &chosen);
            if let Some(ended) = replaced {
                context.allocator().ended(wish, ended);
            }
            Journal::<V4>::granted(&row);
            let kind = MessageType::Ack;
            let lifetime = left(row.valid_lifetime, asked)?;
            let chosen = (chosen, &named);
            reply::with_lease(context, query, kind, chosen, lifetime).map(Claimed::Answer)
        }
        Changed::ClientHasOther => Ok(Claimed::ClientHasOther),
        _ => Ok(Claimed::Taken),
    }
}

/// The address the client wants: option 50 when selecting or rebooting, `ciaddr` when renewing.
fn asked(query: &Query<'_>) -> Option<Ipv4Addr> {
    let ciaddr = query.message.ciaddr();
    gate::requested(&query.message).or((!ciaddr.is_unspecified()).then_some(ciaddr))
}

/// After a reboot the client names an address but no server, and has none of its own yet.
fn is_init_reboot(query: &Query<'_>) -> bool {
    let message = &query.message;
    message.ciaddr().is_unspecified()
        && !message.has_option(code::SERVER_IDENTIFIER)
        && gate::requested(message).is_some()
}

/// What to claim; `None` is a NAK.
fn decide<'a>(
    query: &Query<'_>,
    wish: &Wish<'a, V4>,
    found: &Found<V4>,
) -> Result<Option<Chosen<'a, V4>>, Verdict> {
    let reserved = allocation::reserved(wish, found);
    let current = reserved.or_else(|| allocation::current(wish, found));
    if is_init_reboot(query) {
        let known = current.filter(|_| has_lease(wish, found));
        return match known {
            None if wish.subnet.authoritative => Ok(None),
            None => Err(Verdict::UnknownClient),
            Some(current) => Ok((Some(current.address) == wish.hint).then_some(current)),
        };
    }
    let Some(hint) = wish.hint else {
        return Ok(current);
    };
    if let Some(current) = current.filter(|current| current.address == hint) {
        return Ok(Some(current));
    }
    // What is reserved for the client is what it shall have.
    if reserved.is_some() {
        return Ok(None);
    }
    // Whether somebody else holds it is the claim's to find out. An address outside of the pools that a
    // stranger wants may be another server's to know.
    let chosen = wish.hint_in_pool();
    let means_us = query.message.has_option(code::SERVER_IDENTIFIER);
    let is_ours =
        means_us || wish.subnet.authoritative || has_lease(wish, found) || is_in_pool(wish, hint);
    if chosen.is_none() && !is_ours {
        return Err(Verdict::UnknownAddress);
    }
    Ok(chosen)
}

/// Whether the address is one of ours to give, if not to this client.
fn is_in_pool(wish: &Wish<'_, V4>, address: Ipv4Addr) -> bool {
    let mut all = wish.pools.subnets();
    all.any(|subnet| subnet.pool_of(address).is_some())
}

/// The client has, or had until it expired, a lease here.
fn has_lease(wish: &Wish<'_, V4>, found: &Found<V4>) -> bool {
    found.by_client.iter().chain(&found.by_hwaddr).any(|row| {
        wish.is_of(row.lease.subnet_id) && row.lease.state == murre_schema::State::Default
    })
}
