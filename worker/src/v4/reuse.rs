//! Lease caching: a lease that its client asks for again soon is told as it is, and nothing is written
//! (manual dhcp4-srv.rst:4600-4665).

use murre_schema::{Found, INFINITE_LIFETIME, Lease, State};
use murre_wire::V4;

use crate::allocation::{Chosen, Wish};

/// How many seconds of the client's lease are left, if they may be told instead of granting it anew as `row`.
pub(super) fn remaining(
    wish: &Wish<'_, V4>,
    found: &Found<V4>,
    chosen: &Chosen<'_, V4>,
    row: &Lease<V4>,
) -> Option<u32> {
    let cache = chosen.subnet.cache;
    if !cache.is_on() {
        return None;
    }
    let all = found.by_client.iter().chain(&found.by_hwaddr);
    let held = all.filter(|held| held.lease.address == chosen.address);
    let mut held = held.filter(|held| held.lease.state == State::Default);
    let held = held.find(|held| held.lease.client == wish.client)?;
    let lease = &held.lease;
    let is_same = lease.subnet_id == row.subnet_id
        && lease.hostname == row.hostname
        && (lease.fqdn_fwd, lease.fqdn_rev) == (row.fqdn_fwd, row.fqdn_rev);
    // Who shall have it for less or longer is granted it anew: it may be an offer that is a row. Who has it for
    // ever never asks.
    let is_as_long =
        row.valid_lifetime == lease.valid_lifetime && lease.valid_lifetime != INFINITE_LIFETIME;
    let left = u32::try_from(held.remaining)
        .ok()
        .filter(|left| *left > 0)?;
    let age = lease.valid_lifetime.saturating_sub(left);
    (is_same && is_as_long && cache.keeps(age, lease.valid_lifetime)).then_some(left)
}
