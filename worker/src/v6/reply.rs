//! The answer: what every one has, the identity associations, and where it is sent.

use std::net::{Ipv6Addr, SocketAddr};
use std::sync::Arc;

use murre_config::{OptionSet, Subnet};
use murre_wire::V6;
use murre_wire::dhcp6::{Builder, IaKind, MessageType, code};
use smallvec::SmallVec;

use super::assign::{Assigned, Granted};
use super::{Query, lease, options};
use crate::exchange::{Context, Exchange, Scopes, Verdict};
use crate::socket::Reply;

/// Where clients listen.
const CLIENT_PORT: u16 = 546;

/// ADVERTISE or REPLY with identity associations.
pub(super) fn with_leases(
    context: &Context<'_, V6>,
    query: &Query<'_>,
    kind: MessageType,
    subnet: Option<&Arc<Subnet<V6>>>,
    assigned: &[Assigned<'_, '_>],
    rapid: bool,
) -> Result<Reply, Verdict> {
    let mut builder = start(query, kind);
    if rapid {
        builder.option(code::RAPID_COMMIT, &[]);
    }
    let pools = assigned
        .iter()
        .filter_map(|assigned| Some(assigned.granted.as_ref()?.chosen.options()));
    let scopes = Scopes::new(pools.chain(options_of(context, subnet)));
    options::add(&mut builder, &query.message, &scopes);
    let (t1, t2) = tee_times(subnet, assigned);
    for assigned in assigned {
        add_ia(&mut builder, query, assigned, t1, t2);
    }
    finish(context, query, builder, kind)
}

/// The options of the subnet and the global ones.
pub(super) fn options_of<'a>(
    context: &Context<'a, V6>,
    subnet: Option<&'a Arc<Subnet<V6>>>,
) -> impl Iterator<Item = &'a OptionSet> {
    let subnet = subnet.map(|subnet| &subnet.options);
    subnet.into_iter().chain([&context.server.options])
}

/// What every answer has.
pub(super) fn start(query: &Query<'_>, kind: MessageType) -> Builder {
    let mut builder = Builder::reply(&query.message, kind);
    if let Some(id) = query.message.client_id() {
        builder.option(code::CLIENT_ID, id);
    }
    builder.option(code::SERVER_ID, &query.server_id);
    builder
}

/// All associations of a reply show the same times, from the shortest preferred lifetime.
fn tee_times(subnet: Option<&Arc<Subnet<V6>>>, assigned: &[Assigned<'_, '_>]) -> (u32, u32) {
    let shortest = assigned
        .iter()
        .filter_map(|assigned| Some(assigned.granted.as_ref()?.lease.details.preferred_lifetime))
        .min();
    match (subnet, shortest) {
        (Some(subnet), Some(shortest)) => {
            let (t1, t2) = subnet.lifetimes.tee_times(shortest);
            (t1.unwrap_or(0), t2.unwrap_or(0))
        }
        _ => (0, 0),
    }
}

fn add_ia(builder: &mut Builder, query: &Query<'_>, assigned: &Assigned<'_, '_>, t1: u32, t2: u32) {
    let ia = &assigned.ia;
    let Some(granted) = &assigned.granted else {
        builder.ia(ia.kind, ia.iaid, 0, 0, |inside| {
            refuse(inside, query, assigned);
        });
        return;
    };
    builder.ia(ia.kind, ia.iaid, t1, t2, |inside| {
        add_lease(inside, query, ia.kind, granted);
        retire_others(inside, query, assigned, Some(granted));
    });
}

fn add_lease(inside: &mut Builder, query: &Query<'_>, kind: IaKind, granted: &Granted<'_>) {
    let row = &granted.lease;
    let (preferred, valid) = (row.details.preferred_lifetime, row.valid_lifetime);
    if kind != IaKind::Pd {
        inside.ia_addr(row.address, preferred, valid);
        return;
    }
    let len = row.details.prefix_len;
    inside.ia_prefix_with(row.address, len, preferred, valid, |prefix| {
        if query.message.requested(code::PD_EXCLUDE)
            && let Some(data) = lease::prefix_exclude(granted.chosen)
        {
            prefix.option(code::PD_EXCLUDE, &data);
        }
    });
}

/// Nothing could be given: say so, and end what the client believes to have.
fn refuse(inside: &mut Builder, query: &Query<'_>, assigned: &Assigned<'_, '_>) {
    retire_others(inside, query, assigned, None);
    match assigned.ia.kind {
        IaKind::Pd => inside.status(
            code::status::NO_PREFIX_AVAIL,
            "Sorry, no prefix is free for this client.",
        ),
        IaKind::Na | IaKind::Ta => inside.status(
            code::status::NO_ADDRS_AVAIL,
            "Sorry, no address is free for this client.",
        ),
    };
}

/// What the client named when extending but did not get is told with lifetimes of zero, so that
/// it stops using it (RFC 8415 section 18.3.4); and so is a lease that ended for the one it got,
/// whatever it named.
fn retire_others(
    inside: &mut Builder,
    query: &Query<'_>,
    assigned: &Assigned<'_, '_>,
    granted: Option<&Granted<'_>>,
) {
    let extending = matches!(query.kind(), MessageType::Renew | MessageType::Rebind);
    let named = lease::named(&assigned.ia).into_iter();
    let named = named.filter(|_| extending);
    let mut others: SmallVec<[(Ipv6Addr, u8); 3]> =
        named.map(|named| (named.address, named.len)).collect();
    if let Some(granted) = granted {
        let lease = &granted.lease;
        let ended = granted.ended.filter(|ended| !others.contains(ended));
        others.extend(ended);
        others.retain(|other| *other != (lease.address, lease.details.prefix_len));
    }
    for (address, len) in others {
        match assigned.ia.kind {
            IaKind::Pd => inside.ia_prefix(address, len, 0, 0),
            IaKind::Na | IaKind::Ta => inside.ia_addr(address, 0, 0),
        };
    }
}

/// Build it and address it: back through the relay, or to the client.
pub(super) fn finish(
    context: &Context<'_, V6>,
    query: &Query<'_>,
    builder: Builder,
    kind: MessageType,
) -> Result<Reply, Verdict> {
    let data = builder.finish().map_err(|_| Verdict::Unbuildable)?;
    let port = match query.message.relays.first() {
        None => CLIENT_PORT,
        // RFC 8357: a relay that names a port is answered where it sent from.
        Some(relay) => match relay.source_port() {
            Some(_) => query.packet.source.port(),
            None => V6::SERVER_PORT,
        },
    };
    let mut destination = query.packet.source;
    destination.set_port(context.service.client_port.unwrap_or(port));
    context.service.counters.sent(kind.to_u8());
    Ok(Reply {
        data,
        interface: Arc::clone(&query.packet.interface),
        source: SocketAddr::new(query.packet.local, context.service.server_port),
        destination,
        link_destination: None,
    })
}
