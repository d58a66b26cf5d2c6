//! What a worker knows of its fleet at a moment: how many there are, which of them it is, and which
//! clients are its own.

use std::collections::HashSet;
use std::net::IpAddr;

use murre_schema::fleet::{Presence, Worker};

/// The hashes that are answered here, a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mask([u64; 4]);

impl Mask {
    pub(super) const ALL: Self = Self([u64::MAX; 4]);

    /// Every `size`-th hash, from `rank` on.
    fn share(rank: usize, size: usize) -> Self {
        let mut mask = Self([0; 4]);
        for hash in (rank..256).step_by(size.max(1)) {
            mask.0[hash / 64] |= 1 << (hash % 64);
        }
        mask
    }

    pub(super) fn with(self, other: Self) -> Self {
        let mut both = self;
        for (word, more) in both.0.iter_mut().zip(other.0) {
            *word |= more;
        }
        both
    }

    fn has(&self, hash: u8) -> bool {
        self.0[usize::from(hash / 64)] >> (hash % 64) & 1 == 1
    }
}

/// The part of the clients that is a worker's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    /// The workers that share, in order; empty where nothing is shared.
    pub(super) names: Vec<String>,
    /// This one's place among them.
    pub(super) rank: usize,
}

impl Share {
    /// Which hashes they are.
    pub(super) fn mask(&self) -> Mask {
        match self.names.len() {
            0 | 1 => Mask::ALL,
            size => Mask::share(self.rank, size),
        }
    }

    /// Who answers clients with this hash.
    pub(super) fn owner(&self, hash: u8) -> Option<&str> {
        let at = usize::from(hash).checked_rem(self.names.len())?;
        self.names.get(at).map(String::as_str)
    }
}

/// A snapshot of the fleet, swapped whole.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// Live workers, this one included.
    pub(super) size: usize,
    /// This one's place among them by slot.
    pub(super) rank: usize,
    pub(super) share: Share,
    /// What is answered here: the share, and for a moment after a change the former one.
    pub(super) answered: Mask,
    /// Addresses that clients may name as their server's.
    server_ids: HashSet<IpAddr>,
}

impl View {
    /// Of a worker that knows of no others.
    pub(super) fn alone() -> Self {
        Self {
            size: 1,
            rank: 0,
            share: Share::default(),
            answered: Mask::ALL,
            server_ids: HashSet::new(),
        }
    }

    /// The same for a worker that cannot reach the registry any more. Addresses stay as they were:
    /// nobody else has got them meanwhile.
    pub(super) fn forgetting(&self) -> Self {
        Self {
            server_ids: self.server_ids.clone(),
            ..Self::alone()
        }
    }

    /// What the registry says to the worker of this incarnation, which shares or does not.
    pub(super) fn of(workers: &[Worker], incarnation: i64, sharing: bool) -> Self {
        let live = || {
            let live = workers.iter();
            live.filter(|worker| worker.presence() == Presence::Live)
        };
        let own = |worker: &&Worker| worker.incarnation == incarnation;
        let sharers: Vec<&Worker> = live().filter(|worker| worker.sharing).collect();
        let share = match sharers.iter().position(own) {
            Some(rank) if sharing && sharers.len() > 1 => Share {
                names: sharers.iter().map(|worker| worker.name.clone()).collect(),
                rank,
            },
            _ => Share::default(),
        };
        let words = workers
            .iter()
            .filter(|worker| !worker.is_forgotten())
            .flat_map(|worker| worker.addresses.split(' '));
        Self {
            size: live().count().max(1),
            rank: live().position(|worker| own(&worker)).unwrap_or(0),
            answered: share.mask(),
            share,
            server_ids: words.filter_map(|word| word.parse().ok()).collect(),
        }
    }

    /// Whether anything is left to others at all.
    pub(super) fn leaves_something(&self) -> bool {
        self.answered != Mask::ALL
    }

    /// Whether clients with this hash are answered here.
    pub(super) fn owns(&self, hash: u8) -> bool {
        self.answered.has(hash)
    }

    /// Whether a worker answers from this address, or did less than a day ago.
    pub(super) fn knows_server_id(&self, address: IpAddr) -> bool {
        self.server_ids.contains(&address)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::sample::worker;
    use super::*;
    use std::time::Duration;

    fn owners(workers: &[Worker], hash: u8) -> Vec<u32> {
        let owns = |w: &&Worker| View::of(workers, w.incarnation, w.sharing).owns(hash);
        workers.iter().filter(owns).map(|w| w.slot).collect()
    }

    #[test]
    fn each_hash_has_one_owner_by_rank() {
        for size in 1..=7 {
            let workers: Vec<Worker> = (0..size).map(|n| worker(n * 2 + 1)).collect();
            for hash in 0..=255 {
                let rank = u32::from(hash) % size;
                assert_eq!(owners(&workers, hash), [rank * 2 + 1], "{hash} of {size}");
            }
        }
    }

    #[test]
    fn who_is_not_live_or_does_not_share_has_no_part_of_it() {
        let mut workers: Vec<Worker> = (0..5).map(worker).collect();
        workers[1].age = Duration::from_millis(3_001);
        workers[2].draining = true;
        workers[3].sharing = false;
        let first = View::of(&workers, 0, true);
        assert_eq!((first.size, first.rank), (3, 0));
        assert_eq!(first.share.names, ["w0", "w4"]);
        assert_eq!(first.share.owner(7), Some("w4"));
        let apart = View::of(&workers, 3, false);
        assert!(!apart.leaves_something(), "it answers all it hears");
        assert_eq!((apart.size, apart.rank), (3, 1));
        workers[4].ended = true;
        assert!(!View::of(&workers, 0, true).leaves_something());
    }

    #[test]
    fn server_identifiers_are_those_of_all_workers_of_the_day() {
        let mut workers: Vec<Worker> = (0..3).map(worker).collect();
        workers[1].ended = true;
        workers[1].age = Duration::from_secs(3600);
        workers[2].age = Duration::from_secs(25 * 3600);
        let view = View::of(&workers, 0, true);
        let knows = |text: &str| view.knows_server_id(text.parse().unwrap());
        assert!(knows("192.0.2.0") && knows("192.0.2.1") && knows("2001:db8::1"));
        assert!(!knows("192.0.2.2") && !knows("192.0.2.9"));
    }
}
