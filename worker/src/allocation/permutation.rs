//! A keyed permutation of `0..size`: every index once, in an order nobody without the key can
//! guess, with no memory of what was given already.
//!
//! A balanced Feistel network over the smallest even number of bits that holds `size`, walked
//! until it lands inside (on average at most four steps).

/// Rounds of the network; four make it a permutation that looks random to its users.
const ROUNDS: usize = 4;

/// A permutation of `0..size`.
#[derive(Clone, Debug)]
pub(crate) struct Permutation {
    size: u128,
    half_bits: u32,
    keys: [u64; ROUNDS],
}

impl Permutation {
    /// The permutation of `0..size` that `key` names.
    pub(crate) fn new(size: u128, key: u64) -> Self {
        let bits = 128 - size.saturating_sub(1).leading_zeros();
        let mut state = key;
        let keys = std::array::from_fn(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            mix(state)
        });
        Self {
            size,
            half_bits: bits.div_ceil(2),
            keys,
        }
    }

    /// The `position`-th index; `None` behind the last.
    pub(crate) fn at(&self, position: u128) -> Option<u128> {
        if position >= self.size {
            return None;
        }
        let mut index = self.pass(position);
        while index >= self.size {
            index = self.pass(index);
        }
        Some(index)
    }

    fn pass(&self, value: u128) -> u128 {
        if self.half_bits == 0 {
            return value;
        }
        let mask = u64::MAX >> (64 - self.half_bits);
        let mut left = (value >> self.half_bits) as u64 & mask;
        let mut right = value as u64 & mask;
        for key in self.keys {
            (left, right) = (right, left ^ (mix(right ^ key) & mask));
        }
        u128::from(left) << self.half_bits | u128::from(right)
    }
}

/// A bijection of 64 bits that spreads every input bit (the finalizer of SplitMix64).
pub(crate) fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_index_comes_exactly_once(size in 1u128..3000, key: u64) {
            let permutation = Permutation::new(size, key);
            let mut seen: Vec<u128> = (0..size).map(|at| permutation.at(at).unwrap()).collect();
            seen.sort_unstable();
            prop_assert!(seen.into_iter().eq(0..size));
            prop_assert_eq!(permutation.at(size), None);
        }

        #[test]
        fn huge_pools_cost_nothing_and_stay_inside(size in 1u128.., at: u128, key: u64) {
            let permutation = Permutation::new(size, key);
            let index = permutation.at(at % size).unwrap();
            prop_assert!(index < size);
        }
    }

    #[test]
    fn keys_give_different_orders() {
        let order = |key| -> Vec<_> {
            let permutation = Permutation::new(1000, key);
            (0..10).map(|at| permutation.at(at)).collect()
        };
        assert_ne!(order(1), order(2));
        assert_eq!(order(7), order(7));
    }

    #[test]
    fn first_choices_of_many_clients_spread_over_the_pool() {
        let mut hits = [0u32; 64];
        for key in 0..6400 {
            let index = Permutation::new(64, mix(key)).at(0).unwrap();
            hits[usize::try_from(index).unwrap()] += 1;
        }
        assert!(
            hits.iter().all(|count| (50..=150).contains(count)),
            "{hits:?}"
        );
    }
}
