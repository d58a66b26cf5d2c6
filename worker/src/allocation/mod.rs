//! Which address or prefix a client is given, written once for both families and both kinds.
//!
//! The order: the lease it has, the one it asks for, then candidates from a permutation of the
//! pools that differs per client. Nothing is enumerated and nothing is remembered: candidates are
//! checked against the database in batches, and what is chosen here is only a proposal that the
//! claim statement decides about.
//!
//! A prefix is looked for together with everything that overlaps it: rows of another length may
//! stand from before the pool's delegated length was changed, or come from workers that are
//! configured otherwise.

mod permutation;

use std::hash::{BuildHasher, RandomState};

use murre_config::{Pool, PoolKind, Subnet};
use murre_schema::{Error, Found, FoundLease, LeaseFamily, Lookup, Store};
use smallvec::SmallVec;

pub(crate) use permutation::Permutation;

/// Candidates that ride along with the first lookup of a client.
const FIRST_LOOK: usize = 2;
/// The next looks take so many more, each a batch of its own.
const NEXT_LOOKS: [usize; 5] = [16, 128, 512, 1024, 2048];

/// Who may be given what: one client (and IA) in one subnet.
#[derive(Debug)]
pub(crate) struct Wish<'a, F: LeaseFamily> {
    /// The subnet whose pools are used.
    pub(crate) subnet: &'a Subnet<F>,
    /// Its pools of the kind wanted.
    pub(crate) pools: &'a [Pool<F>],
    /// The client.
    pub(crate) client: F::Client,
    /// What it asks for.
    pub(crate) hint: Option<F::Address>,
}

/// What was chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chosen<'a, F: LeaseFamily> {
    /// The address, or base of the prefix.
    pub(crate) address: F::Address,
    /// The pool it lies in.
    pub(crate) pool: &'a Pool<F>,
}

impl<F: LeaseFamily> Chosen<'_, F> {
    /// Bits that are given.
    fn len(&self) -> u8 {
        self.pool.lease_len()
    }

    fn is_prefix(&self) -> bool {
        matches!(self.pool.kind, PoolKind::Prefix { .. })
    }
}

/// Candidates of one client in the order of its own permutation.
#[derive(Debug)]
pub(crate) struct Candidates<'a, F: LeaseFamily> {
    pools: &'a [Pool<F>],
    permutation: Permutation,
    next: u128,
}

impl<'a, F: LeaseFamily> Candidates<'a, F> {
    /// All candidates of `pools` for the client that `key` stands for.
    pub(crate) fn new(pools: &'a [Pool<F>], key: u64) -> Self {
        let total = pools
            .iter()
            .fold(0u128, |sum, pool| sum.saturating_add(pool.size()));
        Self {
            pools,
            permutation: Permutation::new(total, key),
            next: 0,
        }
    }
}

impl<'a, F: LeaseFamily> Iterator for Candidates<'a, F> {
    type Item = Chosen<'a, F>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut index = self.permutation.at(self.next)?;
        self.next += 1;
        for pool in self.pools {
            if index < pool.size() {
                let address = pool.nth(index);
                return Some(Chosen { address, pool });
            }
            index -= pool.size();
        }
        None
    }
}

/// Makes choices; holds the key of this worker's permutations and nothing else.
#[derive(Debug, Default)]
pub(crate) struct Allocator {
    key: RandomState,
}

impl Allocator {
    /// The candidates of a wish; ask them once per exchange, as they go on where they stopped.
    pub(crate) fn candidates<'a, F: LeaseFamily>(&self, wish: &Wish<'a, F>) -> Candidates<'a, F> {
        Candidates::new(wish.pools, self.key.hash_one(&wish.client))
    }

    /// Add to a lookup what [`Allocator::choose`] wants to know: the hint and the first few
    /// candidates, which are given back for it.
    pub(crate) fn ask<'a, F: LeaseFamily>(
        &self,
        wish: &Wish<'a, F>,
        candidates: &mut Candidates<'a, F>,
        lookup: &mut Lookup<F>,
    ) -> SmallVec<[Chosen<'a, F>; 4]> {
        let first: SmallVec<[_; 4]> = candidates.take(FIRST_LOOK).collect();
        ask_for(lookup, wish.hint_in_pool().iter().chain(&first));
        first
    }

    /// Choose for a wish, given the answer to the lookup that [`Allocator::ask`] extended.
    /// `None` when the pools are exhausted as far as the looks reach.
    ///
    /// # Errors
    /// The database could not be asked for more candidates.
    pub(crate) async fn choose<'a, F: LeaseFamily>(
        &self,
        store: &Store<F>,
        wish: &Wish<'a, F>,
        (found, first): (&Found<F>, &[Chosen<'a, F>]),
        mut candidates: Candidates<'a, F>,
        avoid: &[F::Address],
    ) -> Result<Option<Chosen<'a, F>>, Error> {
        let usable = |chosen: &&Chosen<'a, F>, rows: &[FoundLease<F>]| {
            !avoid.contains(&chosen.address) && is_free_for(wish, chosen, rows)
        };
        if let Some(chosen) = current(wish, found) {
            // What overlaps a prefix may have been given away since the client's lease ended.
            if !chosen.is_prefix() || holds(wish, found, &chosen) {
                return Ok(Some(chosen));
            }
            let rows = look(store, &[chosen]).await?;
            if usable(&&chosen, &rows) {
                return Ok(Some(chosen));
            }
        }
        let hint = wish.hint_in_pool();
        if let Some(chosen) = hint
            .iter()
            .chain(first)
            .find(|c| usable(c, &found.by_address))
        {
            return Ok(Some(*chosen));
        }
        for size in NEXT_LOOKS {
            let candidates: Vec<Chosen<'a, F>> = candidates.by_ref().take(size).collect();
            if candidates.is_empty() {
                return Ok(None);
            }
            let rows = look(store, &candidates).await?;
            if let Some(chosen) = candidates.iter().find(|c| usable(c, &rows)) {
                return Ok(Some(*chosen));
            }
        }
        Ok(None)
    }
}

/// Everything that may be in the way of some candidates.
async fn look<F: LeaseFamily>(
    store: &Store<F>,
    candidates: &[Chosen<'_, F>],
) -> Result<Vec<FoundLease<F>>, Error> {
    let mut lookup = Lookup::default();
    ask_for(&mut lookup, candidates);
    Ok(store.lookup(lookup).await?.by_address)
}

fn ask_for<'c, 'a: 'c, F: LeaseFamily>(
    lookup: &mut Lookup<F>,
    candidates: impl IntoIterator<Item = &'c Chosen<'a, F>>,
) {
    let (prefixes, addresses): (Vec<&Chosen<'_, F>>, Vec<_>) = candidates
        .into_iter()
        .partition(|chosen| chosen.is_prefix());
    lookup.ask_prefixes(prefixes.iter().map(|c| (c.address, c.len())));
    lookup.addresses.extend(addresses.iter().map(|c| c.address));
}

/// The lease the client has in this subnet, if it may keep it: one that it holds, one that
/// expired, or one that it gave back, as long as it lies in a pool. A live one must have the length
/// that the pool gives, as it cannot change.
pub(crate) fn current<'a, F: LeaseFamily>(
    wish: &Wish<'a, F>,
    found: &Found<F>,
) -> Option<Chosen<'a, F>> {
    own_rows(wish, found)
        .filter_map(|row| {
            let pool = pool_of(wish.pools, row.lease.address)?;
            let fits = !row.is_held() || row.is_of(row.lease.address, pool.lease_len());
            fits.then_some((row, pool))
        })
        .max_by_key(|(row, _)| (row.is_held(), is_exact(wish, row), row.lease.expire))
        .map(|(row, pool)| Chosen {
            address: row.lease.address,
            pool,
        })
}

/// A lease of the client in this subnet that must end when it gets what was chosen instead. It may
/// have the same address and another length.
pub(crate) fn replaced<'f, F: LeaseFamily>(
    wish: &Wish<'_, F>,
    found: &'f Found<F>,
    chosen: &Chosen<'_, F>,
) -> Option<&'f FoundLease<F>> {
    own_rows(wish, found)
        .filter(|row| row.lease.state == murre_schema::State::Default)
        .filter(|row| !row.is_of(chosen.address, chosen.len()))
        .max_by_key(|row| is_exact(wish, row))
}

/// Whether the client has what was chosen as it is, if only because nobody has ended it yet.
pub(crate) fn holds<F: LeaseFamily>(
    wish: &Wish<'_, F>,
    found: &Found<F>,
    chosen: &Chosen<'_, F>,
) -> bool {
    own_rows(wish, found)
        .filter(|row| row.lease.state == murre_schema::State::Default)
        .any(|row| row.is_of(chosen.address, chosen.len()))
}

/// Found by what identifies the client, and not by its card alone, under which its boot loader may
/// have come.
fn is_exact<F: LeaseFamily>(wish: &Wish<'_, F>, row: &FoundLease<F>) -> bool {
    F::lookup_key(&row.lease.client) == F::lookup_key(&wish.client)
}

fn own_rows<'f, F: LeaseFamily>(
    wish: &Wish<'_, F>,
    found: &'f Found<F>,
) -> impl Iterator<Item = &'f FoundLease<F>> {
    let (client, subnet) = (wish.client.clone(), wish.subnet.id);
    found
        .by_client
        .iter()
        .chain(&found.by_hwaddr)
        .filter(move |row| F::same_client(&row.lease.client, &client))
        .filter(move |row| row.lease.subnet_id == subnet)
        .filter(|row| row.lease.state != murre_schema::State::Declined)
}

impl<'a, F: LeaseFamily> Wish<'a, F> {
    /// What the client asks for, if a pool has it.
    fn hint_in_pool(&self) -> Option<Chosen<'a, F>> {
        let address = self.hint?;
        let pool = pool_of(self.pools, address)?;
        Some(Chosen { address, pool })
    }
}

/// The pool an address lies in.
pub(crate) fn pool_of<F: LeaseFamily>(pools: &[Pool<F>], address: F::Address) -> Option<&Pool<F>> {
    pools.iter().find(|pool| pool.contains(address))
}

/// Whether nothing that was found is in the way: nothing of another client, and of this one only this
/// very lease, or one that ends when it gets another in this subnet.
fn is_free_for<F: LeaseFamily>(
    wish: &Wish<'_, F>,
    chosen: &Chosen<'_, F>,
    rows: &[FoundLease<F>],
) -> bool {
    let (address, len) = (chosen.address, chosen.len());
    rows.iter()
        .filter(|row| row.is_in_the_way(address, len))
        .all(|row| {
            row.lease.state == murre_schema::State::Default
                && F::same_client(&row.lease.client, &wish.client)
                && (row.is_of(address, len) || row.lease.subnet_id == wish.subnet.id)
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_wire::V4;
    use std::collections::HashSet;
    use std::net::Ipv4Addr;

    #[test]
    fn candidates_cover_all_pools_once() {
        let at = |last| Ipv4Addr::new(192, 0, 2, last);
        let pools = [
            Pool::<V4>::addresses(at(10), at(19)),
            Pool::<V4>::addresses(at(200), at(200)),
        ];
        let all: Vec<_> = Candidates::new(&pools, 99)
            .map(|chosen| chosen.address)
            .collect();
        let distinct: HashSet<_> = all.iter().copied().collect();
        let expected: HashSet<_> = (10..20).chain([200]).map(at).collect();
        assert_eq!((all.len(), distinct), (11, expected));
    }

    #[test]
    fn no_pool_no_candidate() {
        assert!(Candidates::<V4>::new(&[], 1).next().is_none());
    }
}
