//! Candidates that a client's own permutation of the pools gives: nothing is remembered, and nobody can
//! guess them. Good as long as most of a pool is free.

use murre_schema::LeaseFamily;
use smallvec::SmallVec;

use super::{Chosen, Permutation, Source};

/// Candidates of one client in the order of its own permutation.
#[derive(Debug)]
pub(super) struct Candidates<'a, F: LeaseFamily> {
    pools: SmallVec<[Source<'a, F>; 2]>,
    permutation: Permutation,
    next: u128,
}

/// Number of leases in some pools.
pub(super) fn total<'a, F: LeaseFamily>(pools: impl Iterator<Item = Source<'a, F>>) -> u128 {
    let sizes = pools.map(|source| source.pool.size());
    sizes.fold(0, u128::saturating_add)
}

impl<'a, F: LeaseFamily> Candidates<'a, F> {
    /// All candidates of `pools` for the client that `key` stands for.
    pub(super) fn new(pools: impl Iterator<Item = Source<'a, F>>, key: u64) -> Self {
        let pools: SmallVec<[Source<'a, F>; 2]> = pools.collect();
        Self {
            permutation: Permutation::new(total(pools.iter().copied()), key),
            pools,
            next: 0,
        }
    }
}

impl<'a, F: LeaseFamily> Iterator for Candidates<'a, F> {
    type Item = Chosen<'a, F>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut index = self.permutation.at(self.next)?;
        self.next += 1;
        for source in &self.pools {
            let size = source.pool.size();
            if index < size {
                return Some(source.choose(source.pool.nth(index)));
            }
            index -= size;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_config::{Pool, Subnet};
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
        let subnet = Subnet::<V4>::new(1, at(0), 24);
        let pools = pools.each_ref().map(|pool| Source {
            subnet: &subnet,
            pool,
        });
        let all: Vec<_> = Candidates::new(pools.into_iter(), 99)
            .map(|chosen| chosen.address)
            .collect();
        let distinct: HashSet<_> = all.iter().copied().collect();
        let expected: HashSet<_> = (10..20).chain([200]).map(at).collect();
        assert_eq!((all.len(), distinct), (11, expected));
    }

    #[test]
    fn no_pool_no_candidate() {
        assert!(
            Candidates::<V4>::new(std::iter::empty(), 1)
                .next()
                .is_none()
        );
    }
}
