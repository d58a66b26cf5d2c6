//! Pools as index spaces: a pool is `size` numbered leases and nothing is ever enumerated.

use murre_wire::{Address, Family};

use super::{ClassUse, OptionSet};

/// What a pool hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolKind<F: Family> {
    /// Addresses.
    Address,
    /// Delegated prefixes (v6).
    Prefix {
        /// Length of each prefix in bits.
        delegated_len: u8,
        /// Excluded prefix and its length (RFC 6603), as configured.
        excluded: Option<(F::Address, u8)>,
    },
}

/// One pool of addresses or of prefixes to delegate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool<F: Family> {
    first: F::Address,
    last: F::Address,
    /// What it hands out.
    pub kind: PoolKind<F>,
    /// Groups pools in statistics; need not be unique. Default 0.
    pub pool_id: u32,
    /// Options of the pool over those of its subnet.
    pub options: OptionSet,
    /// Who may use it, and what is evaluated for who does.
    pub classes: ClassUse,
}

impl<F: Family> Pool<F> {
    /// The addresses `first..=last`; the two are swapped if given the wrong way round.
    pub fn addresses(first: F::Address, last: F::Address) -> Self {
        let (first, last) = if last < first {
            (last, first)
        } else {
            (first, last)
        };
        let kind = PoolKind::Address;
        Self {
            first,
            last,
            kind,
            pool_id: 0,
            options: OptionSet::default(),
            classes: ClassUse::default(),
        }
    }

    /// The prefixes of `delegated_len` bits within `prefix`/`len`; bits of `prefix` behind `len`
    /// are cut off. A `delegated_len` below `len` counts as `len`, above the width as the width.
    pub fn prefixes(
        prefix: F::Address,
        len: u8,
        delegated_len: u8,
        excluded: Option<(F::Address, u8)>,
    ) -> Self {
        let len = len.min(F::Address::BITS);
        let delegated_len = delegated_len.clamp(len, F::Address::BITS);
        let base = prefix.to_bits() & !low_mask::<F>(len);
        let last = (base | low_mask::<F>(len)) & !low_mask::<F>(delegated_len);
        Self {
            first: F::Address::from_bits(base),
            last: F::Address::from_bits(last),
            kind: PoolKind::Prefix {
                delegated_len,
                excluded,
            },
            pool_id: 0,
            options: OptionSet::default(),
            classes: ClassUse::default(),
        }
    }

    /// The same pool with its identifier, options and classes.
    pub fn with(self, pool_id: u32, options: OptionSet, classes: ClassUse) -> Self {
        Self {
            pool_id,
            options,
            classes,
            ..self
        }
    }

    /// First address, or first prefix.
    pub fn first(&self) -> F::Address {
        self.first
    }

    /// Last address, or the address of the last prefix.
    pub fn last(&self) -> F::Address {
        self.last
    }

    /// Last address that belongs to the pool: for prefixes the end of the last one.
    pub fn end(&self) -> F::Address {
        F::Address::from_bits(self.last.to_bits() | low_mask::<F>(self.lease_len()))
    }

    /// Length of what is handed out: the delegated length, or the address width.
    pub fn lease_len(&self) -> u8 {
        match self.kind {
            PoolKind::Address => F::Address::BITS,
            PoolKind::Prefix { delegated_len, .. } => delegated_len,
        }
    }

    /// Number of leases; the one pool that has 2^128 of them says one less.
    pub fn size(&self) -> u128 {
        ((self.last.to_bits() - self.first.to_bits()) >> self.shift()).saturating_add(1)
    }

    /// The lease with number `index`, which counts from 0 and wraps around at [`Self::size`].
    pub fn nth(&self, index: u128) -> F::Address {
        let index = index % self.size();
        F::Address::from_bits(self.first.to_bits() + (index << self.shift()))
    }

    /// Number of a lease, if the pool has it; a prefix must lie on the delegated boundary.
    pub fn index_of(&self, address: F::Address) -> Option<u128> {
        if address < self.first || address > self.last {
            return None;
        }
        let offset = address.to_bits() - self.first.to_bits();
        let index = offset >> self.shift();
        (index << self.shift() == offset).then_some(index)
    }

    /// Numbers of the first and the last lease that a prefix (or an address, with its width as length)
    /// has an address in common with; of one that ends before the pool or begins after it, those next
    /// to it, so that they are to be compared with what is wanted.
    pub fn reached_by(&self, base: F::Address, len: u8) -> (u128, u128) {
        let first = self.first.to_bits();
        let last = base.to_bits() | low_mask::<F>(len);
        let number = |bits: u128| bits.saturating_sub(first) >> self.shift();
        (number(base.to_bits()), number(last))
    }

    /// Whether the pool can hand out `address` (the address of a prefix for prefixes).
    pub fn contains(&self, address: F::Address) -> bool {
        self.index_of(address).is_some()
    }

    fn shift(&self) -> u32 {
        // A /0 delegated whole would shift by the width; it has index 0 only.
        u32::from(F::Address::BITS - self.lease_len()).min(127)
    }
}

/// Ones in the bits behind the first `len`.
pub(crate) fn low_mask<F: Family>(len: u8) -> u128 {
    let width = u32::from(F::Address::BITS);
    let ones = if width == 128 {
        u128::MAX
    } else {
        (1 << width) - 1
    };
    ones.checked_shr(u32::from(len)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_wire::{V4, V6};
    use proptest::prelude::*;

    #[test]
    fn prefixes_are_counted_on_the_delegated_boundary() {
        let pool = Pool::<V6>::prefixes("2001:db8:8::ff".parse().unwrap(), 56, 64, None);
        assert_eq!(pool.size(), 256);
        assert_eq!(
            pool.nth(0),
            "2001:db8:8::".parse::<std::net::Ipv6Addr>().unwrap()
        );
        assert_eq!(
            pool.nth(255),
            "2001:db8:8:ff::".parse::<std::net::Ipv6Addr>().unwrap()
        );
        assert_eq!(pool.index_of("2001:db8:8:1::".parse().unwrap()), Some(1));
        assert_eq!(pool.index_of("2001:db8:8:1::1".parse().unwrap()), None);
        assert!(!pool.contains("2001:db8:8:100::".parse().unwrap()));
    }

    #[test]
    fn extreme_pools_neither_overflow_nor_enumerate() {
        let everything = Pool::<V6>::addresses(
            "::".parse().unwrap(),
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff".parse().unwrap(),
        );
        assert_eq!(everything.size(), u128::MAX);
        let whole = Pool::<V6>::prefixes("::".parse().unwrap(), 0, 0, None);
        assert_eq!(
            (whole.size(), whole.index_of("::".parse().unwrap())),
            (1, Some(0))
        );
        let one = Pool::<V6>::prefixes("2001:db8::".parse().unwrap(), 32, 32, None);
        assert_eq!(one.size(), 1);
    }

    proptest! {
        #[test]
        fn nth_and_index_of_are_inverse(a: u32, b: u32, index: u128) {
            let pool = Pool::<V4>::addresses(a.into(), b.into());
            let index = index % pool.size();
            prop_assert_eq!(pool.index_of(pool.nth(index)), Some(index));
        }

        #[test]
        fn nth_and_index_of_are_inverse_for_prefixes(
            base: u128, len in 0u8..=128, more in 0u8..=128, index: u128,
        ) {
            let delegated = len.saturating_add(more).min(128);
            let pool = Pool::<V6>::prefixes(base.into(), len, delegated, None);
            let index = index % pool.size();
            prop_assert_eq!(pool.index_of(pool.nth(index)), Some(index));
            // But for the one pool that cannot count all it has.
            if (len, delegated) != (0, 128) {
                prop_assert_eq!(pool.nth(pool.size() - 1), pool.last());
            }
        }
    }
}
