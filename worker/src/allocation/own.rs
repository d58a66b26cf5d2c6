//! What the client has already, and whether what was found leaves an address or prefix free for it.

use murre_schema::{Found, FoundLease, LeaseFamily, State};

use super::{Chosen, Source, Wish};

/// The lease the client has in this subnet or its shared network, if it may keep it: one that it holds, one that
/// expired, or one that it gave back, as long as it lies in a pool. A live one must have the length
/// that the pool gives, as it cannot change.
pub(crate) fn current<'a, F: LeaseFamily>(
    wish: &Wish<'a, F>,
    found: &Found<F>,
) -> Option<Chosen<'a, F>> {
    own_rows(wish, found)
        .filter_map(|row| {
            let chosen = wish.may_have(row.lease.address)?;
            let of_its_subnet = chosen.subnet.id == row.lease.subnet_id;
            let fits = !row.is_held() || row.is_of(chosen.address, chosen.len());
            (of_its_subnet && fits).then_some((row, chosen))
        })
        .max_by_key(|(row, _)| (row.is_held(), is_exact(wish, row), row.lease.expire))
        .map(|(_, chosen)| chosen)
}

/// What is reserved for the client, unless somebody else has it for now.
pub(crate) fn reserved<'a, F: LeaseFamily>(
    wish: &Wish<'a, F>,
    found: &Found<F>,
) -> Option<Chosen<'a, F>> {
    let reserved = wish.reserved;
    reserved.filter(|chosen| is_free_for(wish, chosen, &found.by_address))
}

/// What is reserved for the client and held by somebody else.
pub(crate) fn in_conflict<'a, F: LeaseFamily>(
    wish: &Wish<'a, F>,
    found: &Found<F>,
) -> Option<Chosen<'a, F>> {
    let is_held = |chosen: &Chosen<'_, F>| {
        let mut rows = found.by_address.iter();
        rows.any(|row| {
            row.lease.address == chosen.address
                && row.is_held()
                && !F::same_client(&row.lease.client, &wish.client)
        })
    };
    wish.reserved.filter(is_held)
}

/// A lease of the client here that must end when it gets what was chosen instead. It may
/// have the same address and another length.
pub(crate) fn replaced<'f, F: LeaseFamily>(
    wish: &'f Wish<'_, F>,
    found: &'f Found<F>,
    chosen: &Chosen<'_, F>,
) -> Option<&'f FoundLease<F>> {
    own_rows(wish, found)
        .filter(|row| row.lease.state == State::Default)
        .filter(|row| !row.is_of(chosen.address, chosen.len()))
        .max_by_key(|row| is_exact(wish, row))
}

/// What the pool has now where the client's lease lies that it cannot keep as it is: a prefix of
/// another length.
pub(super) fn successor<'a, F: LeaseFamily>(
    wish: &Wish<'a, F>,
    found: &Found<F>,
) -> Option<Chosen<'a, F>> {
    own_rows(wish, found)
        .filter(|row| row.lease.state == State::Default)
        .find_map(|row| {
            let (base, len) = (row.lease.address, F::lease_len(&row.lease));
            let of = |source: Source<'a, F>| {
                let pool = source.pool;
                source.choose(pool.nth(pool.reached_by(base, len).0))
            };
            let mut all = wish.pools.iter().map(of);
            all.find(|chosen| chosen.is_prefix() && row.overlaps(chosen.address, chosen.len()))
        })
}

/// Whether the client has what was chosen as it is, if only because nobody has ended it yet.
pub(crate) fn holds<F: LeaseFamily>(
    wish: &Wish<'_, F>,
    found: &Found<F>,
    chosen: &Chosen<'_, F>,
) -> bool {
    own_rows(wish, found)
        .filter(|row| row.lease.state == State::Default)
        .any(|row| row.is_of(chosen.address, chosen.len()))
}

/// For how many seconds the client still holds what was chosen; zero when it does not.
pub(crate) fn remaining<F: LeaseFamily>(
    wish: &Wish<'_, F>,
    found: &Found<F>,
    chosen: &Chosen<'_, F>,
) -> i64 {
    own_rows(wish, found)
        .filter(|row| row.lease.state == State::Default)
        .filter(|row| row.is_of(chosen.address, chosen.len()))
        .map(|row| row.remaining.max(0))
        .max()
        .unwrap_or(0)
}

/// Found by what identifies the client, and not by its card alone, under which its boot loader may
/// have come.
fn is_exact<F: LeaseFamily>(wish: &Wish<'_, F>, row: &FoundLease<F>) -> bool {
    F::lookup_key(&row.lease.client) == F::lookup_key(&wish.client)
}

fn own_rows<'f, F: LeaseFamily>(
    wish: &'f Wish<'_, F>,
    found: &'f Found<F>,
) -> impl Iterator<Item = &'f FoundLease<F>> {
    let client = wish.client.clone();
    found
        .by_client
        .iter()
        .chain(&found.by_hwaddr)
        .filter(move |row| F::same_client(&row.lease.client, &client))
        .filter(|row| wish.is_of(row.lease.subnet_id))
        .filter(|row| row.lease.state != State::Declined)
}

/// Whether nothing that was found is in the way: nothing of another client, and of this one only this
/// very lease, or one that ends when it gets another in this subnet.
pub(super) fn is_free_for<F: LeaseFamily>(
    wish: &Wish<'_, F>,
    chosen: &Chosen<'_, F>,
    rows: &[FoundLease<F>],
) -> bool {
    let (address, len) = (chosen.address, chosen.len());
    let rows = rows.iter();
    let mut in_the_way = rows.filter(|row| row.is_in_the_way(address, len));
    wish.is_open(chosen)
        && in_the_way.all(|row| {
            row.lease.state == State::Default
                && F::same_client(&row.lease.client, &wish.client)
                && (row.is_of(address, len) || wish.is_of(row.lease.subnet_id))
        })
}
