//! Who the client is, and what the lease shall look like.

use std::borrow::Cow;
use std::net::Ipv4Addr;
use std::sync::Arc;

use murre_config::Subnet;
use murre_schema::{Client4, Lease, LeaseFamily, Lookup};
use murre_wire::V4;
use murre_wire::dhcp4::code;

use super::names::Named;
use super::{Query, classify};
use crate::allocation::{Chosen, Pools, Wish};
use crate::exchange::Context;

/// What tells a client from others while its query is worked on.
pub(super) fn identity(query: &Query<'_>) -> (Vec<u8>, Option<Vec<u8>>) {
    let id = query.message.option(code::CLIENT_IDENTIFIER);
    (query.message.chaddr().to_vec(), id.map(Cow::into_owned))
}

/// The client as leases know it; without `match-client-id` its identifier does not count, unless
/// it has no hardware address by which to tell it from others (RFC 4390).
pub(super) fn client(query: &Query<'_>, subnet: &Subnet<V4>) -> Client4 {
    let (hwaddr, client_id) = identity(query);
    let counts = subnet.match_client_id || hwaddr.is_empty();
    Client4 {
        hwaddr,
        client_id: client_id.filter(|_| counts),
    }
}

/// A wish of this query's client.
pub(super) fn wish<'a>(
    context: &Context<'a, V4>,
    query: &Query<'_>,
    subnet: &'a Arc<Subnet<V4>>,
    hint: Option<Ipv4Addr>,
) -> Wish<'a, V4> {
    Wish {
        subnet,
        pools: Pools::of_network(context.server, subnet, query.classes.clone()),
        client: client(query, subnet),
        hint,
        reserved: query
            .reserved
            .address(context.server, subnet, &query.classes),
        hosts: &context.server.hosts,
        stores: context.hosts,
    }
}

/// Everything the database may know of the client: by its identifier, and by its hardware address,
/// under which it may have come before it had one (manual dhcp4-srv.rst:4180-4225).
pub(super) fn lookup(wish: &Wish<'_, V4>) -> Lookup<V4> {
    let mut lookup = Lookup::default();
    lookup.clients.push(V4::lookup_key(&wish.client));
    if wish.client.client_id.is_some() && !wish.client.hwaddr.is_empty() {
        let by_card = Client4 {
            client_id: None,
            ..wish.client.clone()
        };
        lookup.clients.push(V4::lookup_key(&by_card));
    } else if !wish.subnet.match_client_id {
        lookup.hwaddr = Some(wish.client.hwaddr.clone());
    }
    lookup
}

/// The row to claim for what was chosen.
pub(super) fn row(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    wish: &Wish<'_, V4>,
    chosen: Chosen<'_, V4>,
    named: &Named,
) -> Lease<V4> {
    let asked = query.message.u32_option(code::LEASE_TIME);
    let valid = classify::valid(context, query, chosen.subnet).choose(asked);
    let client = wish.client.clone();
    let mut lease = Lease::new(chosen.address, client, chosen.subnet.id, valid);
    lease.pool_id = chosen.pool_id();
    lease.hostname.clone_from(&named.hostname);
    lease.fqdn_fwd = named.directions.forward;
    lease.fqdn_rev = named.directions.reverse;
    lease
}
