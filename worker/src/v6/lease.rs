//! What the client's identity associations ask for, and what the leases shall look like.

use std::net::Ipv6Addr;
use std::sync::Arc;

use murre_config::{Pool, PoolKind, Subnet};
use murre_schema::{Client6, Details6, Lease, LeaseKind, State};
use murre_wire::V6;
use murre_wire::dhcp6::{Ia, IaKind, code};
use smallvec::SmallVec;

use super::Query;
use crate::allocation::{Chosen, Pools, Wish};
use crate::exchange::Context;

/// Longest hardware address that is kept with a lease, as lease files allow.
const MAX_HWADDR: usize = 20;

/// Most identity associations that are looked at in one message.
pub(super) const MAX_IAS: usize = 64;
/// Most addresses or prefixes that are looked at in one of them: each may cost the database a
/// transaction, and a packet has room for thousands.
const MAX_NAMED: usize = 16;

/// One address or prefix that a client names within an IA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// The address, or base of the prefix.
    pub(super) address: Ipv6Addr,
    /// 128 for an address.
    pub(super) len: u8,
    /// Lifetimes the client would like; zero is no wish.
    pub(super) preferred: u32,
    pub(super) valid: u32,
}

/// What the client names within an IA, in its order.
pub(super) fn named(ia: &Ia<'_>) -> SmallVec<[Named; 2]> {
    match ia.kind {
        IaKind::Pd => ia
            .prefixes()
            .map(|prefix| Named {
                address: prefix.prefix,
                len: prefix.len,
                preferred: prefix.preferred,
                valid: prefix.valid,
            })
            .take(MAX_NAMED)
            .collect(),
        IaKind::Na | IaKind::Ta => ia
            .addresses()
            .map(|address| Named {
                address: address.address,
                len: 128,
                preferred: address.preferred,
                valid: address.valid,
            })
            .take(MAX_NAMED)
            .collect(),
    }
}

/// The holder of an IA's leases.
pub(super) fn client(query: &Query<'_>, ia: &Ia<'_>) -> Client6 {
    Client6 {
        duid: query.message.client_id().unwrap_or_default().to_vec(),
        iaid: ia.iaid,
        kind: match ia.kind {
            IaKind::Na => LeaseKind::Na,
            IaKind::Ta => LeaseKind::Ta,
            IaKind::Pd => LeaseKind::Pd,
        },
    }
}

/// A wish of an IA; the hint is the first thing it names that a pool of ours could give.
pub(super) fn wish<'a>(
    context: &Context<'a, V6>,
    query: &Query<'_>,
    ia: &Ia<'_>,
    subnet: &'a Arc<Subnet<V6>>,
) -> Wish<'a, V6> {
    let of: fn(&Subnet<V6>) -> &[Pool<V6>] = match ia.kind {
        IaKind::Na => |subnet| &subnet.pools,
        IaKind::Pd => |subnet| &subnet.pd_pools,
        IaKind::Ta => |_| &[],
    };
    let fits = |named: &&Named| {
        of(subnet)
            .iter()
            .any(|pool| pool.lease_len() == named.len && pool.contains(named.address))
    };
    Wish {
        subnet,
        pools: Pools::of_subnet(subnet, of),
        client: client(query, ia),
        hint: named(ia).iter().find(fits).map(|named| named.address),
        reserved: None,
        hosts: &context.server.hosts,
        stores: context.hosts,
    }
}

/// The row to claim for what was chosen.
pub(super) fn row(
    query: &Query<'_>,
    ia: &Ia<'_>,
    wish: &Wish<'_, V6>,
    chosen: Chosen<'_, V6>,
) -> Lease<V6> {
    // The client may name lifetimes together with any address or prefix.
    let asked = named(ia);
    let asked = asked
        .iter()
        .find(|named| named.address == chosen.address)
        .or(asked.first());
    let lifetimes = &chosen.subnet.lifetimes;
    let valid = lifetimes.choose_valid(asked.map(|named| named.valid));
    let preferred = lifetimes.choose_preferred(asked.map(|named| named.preferred), valid);
    let mut lease = Lease::new(chosen.address, wish.client.clone(), chosen.subnet.id, valid);
    lease.state = State::Default;
    lease.pool_id = chosen.pool_id();
    let (hwaddr, hwtype, hwaddr_source) = hardware(query);
    lease.details = Details6 {
        preferred_lifetime: preferred,
        prefix_len: chosen.len(),
        hwaddr,
        hwtype,
        hwaddr_source,
    };
    lease
}

/// The client's hardware address, as a relay tells it (RFC 6939) or as its DUID holds it, and the
/// number of that source.
fn hardware(query: &Query<'_>) -> (Option<Vec<u8>>, Option<u16>, Option<u16>) {
    const FROM_DUID: u16 = 4;
    const FROM_RELAY: u16 = 8;
    let by_relay = query
        .message
        .first_relay()
        .and_then(|relay| relay.options.get(code::CLIENT_LINKLAYER_ADDR))
        .and_then(|data| data.split_first_chunk::<2>());
    let fits = |address: &[u8]| (1..=MAX_HWADDR).contains(&address.len());
    if let Some((hwtype, address)) = by_relay.filter(|(_, address)| fits(address)) {
        let hwtype = u16::from_be_bytes(*hwtype);
        return (Some(address.to_vec()), Some(hwtype), Some(FROM_RELAY));
    }
    let duid = query.message.client_id().unwrap_or_default();
    let (kind, rest) = (duid.get(..2), duid.get(2..).unwrap_or_default());
    let address = match kind {
        Some([0, 1]) => rest.get(6..),
        Some([0, 3]) => rest.get(2..),
        _ => None,
    };
    match (rest.first_chunk::<2>(), address) {
        (Some(hwtype), Some(address)) if fits(address) => {
            let hwtype = u16::from_be_bytes(*hwtype);
            (Some(address.to_vec()), Some(hwtype), Some(FROM_DUID))
        }
        _ => (None, None, None),
    }
}

/// The excluded prefix of a pool as option 67 holds it (RFC 6603 section 4.2): its length, and the
/// bits behind the delegated prefix, left-aligned.
pub(super) fn prefix_exclude(chosen: Chosen<'_, V6>) -> Option<Vec<u8>> {
    let PoolKind::Prefix {
        delegated_len,
        excluded: Some((excluded, len)),
    } = chosen.pool?.kind
    else {
        return None;
    };
    let width = len.checked_sub(delegated_len).filter(|width| *width > 0)?;
    let bits = u128::from(excluded) << delegated_len;
    let octets = usize::from(width).div_ceil(8);
    let mut data = vec![len];
    let kept = bits & (u128::MAX << (128 - u32::from(width)));
    data.extend(kept.to_be_bytes().iter().take(octets));
    Some(data)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_config::Pool;

    #[test]
    fn the_manuals_excluded_prefix_takes_one_octet() {
        let excluded = ("2001:db8:1:8000:cafe:80::".parse().unwrap(), 72);
        let prefix = "2001:db8:1:8000::".parse().unwrap();
        let pool = Pool::<V6>::prefixes(prefix, 56, 64, Some(excluded));
        let chosen = Chosen {
            address: prefix,
            subnet: &Subnet::new(1, prefix, 56),
            pool: Some(&pool),
        };
        assert_eq!(prefix_exclude(chosen), Some(vec![72, 0xca]));
    }
}
