//! What subnets must not say against each other.

use murre_wire::Family;

use super::Cx;
use super::pools::PlacedPool;
use crate::error::ConfigError;

/// Refuses pools of prefixes that overlap and delegate different lengths.
///
/// Overlap between subnets is allowed (dhcp6-srv.rst:1296) and safe as long as both hand out the
/// same prefixes, since the database then sees the same key twice. With different lengths it
/// would see two keys for overlapping prefixes and could give both away.
pub(super) fn refuse_mixed_delegation<F: Family>(cx: &mut Cx, pools: &[PlacedPool<F>]) {
    let mut sorted: Vec<&PlacedPool<F>> = pools.iter().collect();
    // Prefixes nest: an outer one sorts before those inside it.
    sorted.sort_by_key(|placed| (placed.pool.first(), std::cmp::Reverse(placed.pool.end())));
    let mut open: Vec<&PlacedPool<F>> = Vec::new();
    for placed in sorted {
        while open
            .pop_if(|outer| outer.pool.end() < placed.pool.first())
            .is_some()
        {}
        match open.last() {
            // All that are open delegate one length, so that the innermost speaks for them.
            Some(outer) if outer.pool.lease_len() != placed.pool.lease_len() => {
                let pair = (*outer, placed);
                let (first, second) = if outer.place.order() < placed.place.order() {
                    pair
                } else {
                    (pair.1, pair.0)
                };
                cx.error(mixed(first, second));
            }
            Some(outer) if outer.pool.end() == placed.pool.end() => {}
            _ => open.push(placed),
        }
    }
}

/// Refuses pools of addresses that overlap pools of prefixes, whatever their subnets: a client could
/// get an address that another was given with its prefix, as addresses and prefixes are looked for
/// apart. Within one subnet Kea refuses it as well.
pub(super) fn refuse_addresses_in_prefixes<F: Family>(
    cx: &mut Cx,
    addresses: &[PlacedPool<F>],
    prefixes: &[PlacedPool<F>],
) {
    let mut sorted: Vec<&PlacedPool<F>> = prefixes.iter().collect();
    sorted.sort_by_key(|placed| (placed.pool.first(), std::cmp::Reverse(placed.pool.end())));
    // Prefixes nest: without those inside of others they are apart.
    sorted.dedup_by(|inner, outer| inner.pool.end() <= outer.pool.end());
    for placed in addresses {
        let before = sorted.partition_point(|prefix| prefix.pool.first() <= placed.pool.end());
        let Some(prefix) = before.checked_sub(1).and_then(|at| sorted.get(at)) else {
            continue;
        };
        if prefix.pool.end() >= placed.pool.first() {
            cx.error(shared(placed, prefix));
        }
    }
}

fn shared<F: Family>(addresses: &PlacedPool<F>, prefixes: &PlacedPool<F>) -> ConfigError {
    let (pool, pd_pool) = (("pool", addresses), ("pd-pool", prefixes));
    let (first, second) = if addresses.place.order() < prefixes.place.order() {
        (pool, pd_pool)
    } else {
        (pd_pool, pool)
    };
    let message = format!(
        "{} {} overlaps {} {}: a client could get an address out of another's prefix",
        second.0, second.1.text, first.0, first.1.text,
    );
    ConfigError::value(&second.1.place, message).with(&first.1.place, "which is at")
}

fn mixed<F: Family>(first: &PlacedPool<F>, second: &PlacedPool<F>) -> ConfigError {
    let message = format!(
        "pd-pool {} delegates /{} and overlaps pd-pool {}, which delegates /{}: two clients could get overlapping prefixes",
        second.text,
        second.pool.lease_len(),
        first.text,
        first.pool.lease_len(),
    );
    ConfigError::value(&second.place, message).with(&first.place, "which is at")
}
