//! A pool in windows: runs of neighbours of which one range of the primary key tells what is free.
//!
//! A look at a window costs about as much as a look at a few dozen single addresses, and gives all of
//! its free ones at once; so a pool is walked in windows wherever more than a few single looks would be
//! needed. What differs between the allocators is the order of the windows ([`Order`]).

use murre_config::{Allocator as Kind, Pool};
use murre_schema::{LeaseFamily, Occupied, Window};

use super::Permutation;
use super::permutation::mix;

/// Most leases in a window.
const WIDEST: u128 = 512;
/// Fewest, unless the pool has no more.
const NARROWEST: u128 = 16;
/// A pool has this many windows if it can, so that workers find windows of their own: more of them would be narrow, and
/// each is a question.
const WINDOWS: u128 = 16;

/// How a pool is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Windows {
    size: u128,
    width: u128,
}

impl Windows {
    pub(super) fn of<F: LeaseFamily>(pool: &Pool<F>) -> Self {
        let size = pool.size();
        Self {
            size,
            width: (size / WINDOWS).clamp(NARROWEST, WIDEST),
        }
    }

    /// How many there are; at least one.
    pub(super) fn count(self) -> u128 {
        self.size.div_ceil(self.width)
    }

    /// The window in which the lease of this number is.
    pub(super) fn holding(self, number: u128) -> u128 {
        number / self.width
    }

    /// Number of the first lease of a window, and of the last.
    pub(super) fn bounds(self, window: u128) -> (u128, u128) {
        let first = (window % self.count()) * self.width;
        (first, first.saturating_add(self.width).min(self.size) - 1)
    }
}

/// First and last address of a window, whatever lies inside its last prefix included.
pub(super) fn range<F: LeaseFamily>(
    pool: &Pool<F>,
    (first, last): (u128, u128),
) -> (F::Address, F::Address) {
    let end = match last + 1 {
        next if next == pool.size() => pool.end(),
        next => previous::<F>(pool.nth(next)),
    };
    (pool.nth(first), end)
}

fn previous<F: LeaseFamily>(address: F::Address) -> F::Address {
    use murre_wire::Address;
    F::Address::from_bits(address.to_bits().saturating_sub(1))
}

/// What of a window is free, in rising order, given its rows.
pub(super) fn free<F: LeaseFamily>(
    pool: &Pool<F>,
    (first, last): (u128, u128),
    rows: &[Occupied<F>],
) -> Vec<F::Address> {
    let mut taken = vec![false; usize::try_from(last - first + 1).unwrap_or(0)];
    for row in rows {
        let exact = row.len == pool.lease_len() && pool.contains(row.address);
        if exact && row.expired {
            continue;
        }
        let (from, to) = pool.reached_by(row.address, row.len);
        for index in from.max(first)..=to.min(last) {
            let at = usize::try_from(index - first).unwrap_or(usize::MAX);
            taken
                .get_mut(at)
                .into_iter()
                .for_each(|taken| *taken = true);
        }
    }
    (first..)
        .zip(taken)
        .filter(|(_, taken)| !taken)
        .map(|(index, _)| pool.nth(index))
        .collect()
}

/// The part of all windows that a worker of a fleet looks at first, so that no two propose the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// Its place among the workers, from 0.
    pub(crate) rank: usize,
    /// How many there are.
    pub(crate) size: usize,
}

impl Share {
    pub(super) const ALL: Self = Self { rank: 0, size: 1 };

    /// How many of so many things are its.
    pub(super) fn of(self, count: u128) -> u128 {
        let (rank, size) = (self.rank as u128, self.size.max(1) as u128);
        (count + size - 1).saturating_sub(rank) / size
    }

    /// The first thing that is its from a number on.
    fn at_or_after(self, number: u128) -> Option<u128> {
        let (rank, size) = (self.rank as u128, self.size.max(1) as u128);
        let ahead = (size + rank - number % size) % size;
        number.checked_add(ahead)
    }

    /// Whether a thing is its, by a hash that all workers share.
    pub(super) fn has(self, bits: u128) -> bool {
        let hash = mix(bits as u64 ^ mix((bits >> 64) as u64));
        hash % self.size.max(1) as u64 == self.rank as u64
    }
}

/// In which order windows come. Which addresses are free is the database's to know, so after a restart
/// a worker may begin anywhere; but a rising order should not begin where everything is taken.
#[derive(Debug)]
pub(super) enum Order {
    /// Rising through this worker's share, then from the start again; through all windows, once
    /// nothing was found in the share.
    Rising { next: u128 },
    /// This worker's share in an order of its own; all windows, once nothing was found in the share.
    Shuffled { key: u64, next: u128, share: Share },
    /// As the database counts for all workers together.
    Counted { rounds: u64 },
}

impl Order {
    pub(super) fn new(kind: Kind, key: u64) -> Self {
        match kind {
            Kind::Iterative => Self::Rising { next: 0 },
            Kind::Random => Self::Shuffled {
                key,
                next: u128::MAX,
                share: Share::ALL,
            },
            Kind::Flq => Self::Counted { rounds: 0 },
        }
    }

    /// Where the order rises, go on from this window.
    pub(super) fn go_on_from(&mut self, window: u128) {
        if let Self::Rising { next } = self {
            *next = window;
        }
    }

    /// The next window; `None` where the database counts.
    pub(super) fn next(&mut self, windows: Windows, share: Share, barren: bool) -> Option<u128> {
        match self {
            Self::Rising { next } => {
                let present = match barren || share.of(windows.count()) == 0 {
                    true => Share::ALL,
                    false => share,
                };
                let window = present.at_or_after(*next).unwrap_or_default();
                let window = match window < windows.count() {
                    true => window,
                    false => present.rank as u128,
                };
                *next = window + 1;
                Some(window)
            }
            Self::Shuffled {
                key,
                next,
                share: present,
            } => loop {
                let permutation = Permutation::new(present.of(windows.count()), *key);
                if let Some(at) = permutation.at(*next) {
                    *next += 1;
                    let size = present.size.max(1) as u128;
                    return Some(at * size + present.rank as u128);
                }
                *key = mix(key.wrapping_add(1));
                *next = 0;
                *present = if barren { Share::ALL } else { share };
                if present.of(windows.count()) == 0 {
                    *present = Share::ALL;
                }
            },
            Self::Counted { .. } => None,
        }
    }

    /// The window that a number of the database stands for.
    pub(super) fn counted(&mut self, windows: Windows, window: Window) -> u128 {
        let count = windows.count();
        let number = u128::from(window.number);
        if let Self::Counted { rounds } = self {
            *rounds = u64::try_from(number / count).unwrap_or(u64::MAX);
        }
        let permutation = Permutation::new(count, window.seed.cast_unsigned());
        permutation.at(number % count).unwrap_or(0)
    }

    /// Whether the pool has been used as a whole, so that what was given back goes before.
    pub(super) fn has_gone_round(&self) -> bool {
        matches!(self, Self::Counted { rounds } if *rounds > 0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_wire::{V4, V6};
    use std::net::Ipv4Addr;

    fn pool(first: u32, size: u32) -> Pool<V4> {
        let at = |bits| Ipv4Addr::from_bits(bits);
        Pool::addresses(at(first), at(first + size - 1))
    }

    #[test]
    fn windows_cover_a_pool_once_whatever_its_size() {
        for size in [1, 2, 15, 16, 17, 255, 256, 1000, 65_536, 100_003] {
            let pool = pool(0x0a00_0000, size);
            let windows = Windows::of(&pool);
            let mut next = 0;
            for window in 0..windows.count() {
                let (first, last) = windows.bounds(window);
                assert_eq!(first, next);
                assert!(last >= first);
                next = last + 1;
            }
            assert_eq!(next, u128::from(size));
        }
    }

    #[test]
    fn a_pool_of_everything_is_cut_without_being_counted() {
        let all = Pool::<V6>::addresses(
            std::net::Ipv6Addr::UNSPECIFIED,
            std::net::Ipv6Addr::from_bits(u128::MAX),
        );
        let windows = Windows::of(&all);
        let (first, last) = windows.bounds(windows.count() - 1);
        assert!(first <= last && last < all.size());
    }

    #[test]
    fn what_rows_leave_free_of_a_window() {
        let pool = pool(0x0a00_0000, 20);
        let row = |last: u32, expired| Occupied::<V4> {
            address: Ipv4Addr::from_bits(0x0a00_0000 + last),
            len: 32,
            expired,
        };
        let free = free(&pool, (0, 4), &[row(0, false), row(1, true), row(3, false)]);
        let expected: Vec<_> = [1, 2, 4].map(|n| Ipv4Addr::new(10, 0, 0, n)).to_vec();
        assert_eq!(free, expected);
    }

    #[test]
    fn prefixes_of_other_lengths_take_all_that_they_overlap() {
        let base = |text: &str| text.parse().unwrap();
        let pool = Pool::<V6>::prefixes(base("2001:db8::"), 48, 60, None);
        let row = |text, len, expired| Occupied::<V6> {
            address: base(text),
            len,
            expired,
        };
        let rows = [
            row("2001:db8:0:10::", 60, false),
            row("2001:db8:0:20::", 60, true),
            // Inside of the fifth, and over the seventh and eighth; expired rows count as well.
            row("2001:db8:0:41::", 64, true),
            row("2001:db8:0:60::", 59, false),
        ];
        let found = free(&pool, (0, 8), &rows);
        let expected: Vec<_> = ["", "20:", "30:", "50:", "80:"]
            .map(|part| base(&format!("2001:db8:0:{part}:").replace(":::", "::")))
            .to_vec();
        assert_eq!(found, expected);
        let (low, high) = range(&pool, (0, 8));
        assert_eq!(
            (low, high),
            (
                base("2001:db8::"),
                base("2001:db8:0:8f:ffff:ffff:ffff:ffff")
            )
        );
    }

    #[test]
    fn workers_of_a_fleet_walk_different_windows_and_together_all() {
        let windows = Windows::of(&pool(0x0a00_0000, 65_536));
        let count = windows.count();
        let mut seen = Vec::new();
        for rank in 0..3 {
            let share = Share { rank, size: 3 };
            let mut order = Order::new(Kind::Random, 99 + rank as u64);
            for _ in 0..share.of(count) {
                seen.push(order.next(windows, share, false).unwrap());
            }
        }
        seen.sort_unstable();
        assert!(seen.into_iter().eq(0..count));
    }

    #[test]
    fn rising_windows_of_a_fleet_are_shared_too() {
        let windows = Windows::of(&pool(0x0a00_0000, 100));
        let share = Share { rank: 1, size: 3 };
        let mut order = Order::new(Kind::Iterative, 0);
        let mut next = |barren| order.next(windows, share, barren).unwrap();
        assert_eq!(windows.count(), 7);
        assert_eq!([next(false), next(false), next(false)], [1, 4, 1]);
        let all: Vec<_> = (0..7).map(|_| next(true)).collect();
        assert_eq!(all, [2, 3, 4, 5, 6, 0, 1]);
    }

    #[test]
    fn a_worker_that_finds_nothing_in_its_share_looks_everywhere() {
        let windows = Windows::of(&pool(0x0a00_0000, 1024));
        let share = Share { rank: 1, size: 2 };
        let mut order = Order::new(Kind::Random, 7);
        let mut seen: Vec<_> = (0..share.of(windows.count()))
            .map(|_| order.next(windows, share, false).unwrap())
            .collect();
        seen.extend((0..windows.count()).map(|_| order.next(windows, share, true).unwrap()));
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len() as u128, windows.count());
    }

    #[test]
    fn counted_windows_come_once_per_round() {
        let windows = Windows::of(&pool(0x0a00_0000, 1024));
        let mut order = Order::new(Kind::Flq, 0);
        let count = u64::try_from(windows.count()).unwrap();
        let mut take = |number| order.counted(windows, Window { number, seed: -5 });
        let mut first: Vec<_> = (0..count).map(&mut take).collect();
        let second: Vec<_> = (count..2 * count).map(&mut take).collect();
        assert_eq!(first, second);
        assert!(order.has_gone_round());
        first.sort_unstable();
        assert!(first.into_iter().eq(0..windows.count()));
    }
}
