//! What a worker remembers of a pool: a few addresses that were free a moment ago, and whom it offered
//! lately.
//!
//! This is a cache of answers of the database, bounded in number and time, and nothing that another
//! worker would miss. What it proposes may be taken meanwhile; the claim decides.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use murre_schema::LeaseFamily;

use super::Share;

/// So long an address that was offered is not offered to somebody else, unless there is no other.
pub(super) const OFFERED: Duration = Duration::from_secs(2);
/// So long what was seen free is proposed without another look: about the time of a look.
const FRESH: Duration = Duration::from_millis(5);
/// The same where nobody else gives leases, and this worker knows what it gave: about as long as a window lasts
/// a busy server. Short all the same, as another worker may start at any moment.
const FRESH_ALONE: Duration = Duration::from_millis(100);
/// Most addresses that are remembered of a pool.
const MOST: usize = 8192;
/// How long a pool that had nothing is left alone, as a multiple of the time it took to find out: a
/// crowd of clients that cannot be served must not cost more than a tenth of a lane.
const REST: u32 = 10;
/// And at most.
const LONGEST_REST: Duration = Duration::from_secs(1);
/// For so many vacancies a search is worth while although there is another pool.
const WORTHWHILE: usize = 64;
/// How much of what it had been a pool's fill stays at one more look at a single address.
const SLOWLY: f32 = 0.98;
/// And at a look at a window.
const QUICKLY: f32 = 0.7;
/// A pool that is filled so far is crowded: looks at single addresses fail too often.
const CROWDED: f32 = 0.2;
/// What was given back is looked for first where so much is taken.
const NEARLY_FULL: f32 = 0.9;

/// An address that was free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Vacancy<F: LeaseFamily> {
    pub(super) address: F::Address,
    /// When it was seen.
    seen: Instant,
    /// It was offered, and whether its client took it has not been looked at.
    in_doubt: bool,
}

impl<F: LeaseFamily> Vacancy<F> {
    /// Whether it may be proposed without another look, by one of so many workers.
    pub(super) fn is_fresh(&self, now: Instant, share: Share) -> bool {
        let fresh = match share {
            Share::ALL => FRESH_ALONE,
            _ => FRESH,
        };
        !self.in_doubt && now.duration_since(self.seen) < fresh
    }
}

/// A pool's vacancies as far as this worker remembers.
#[derive(Debug)]
pub(super) struct Vacancies<F: LeaseFamily> {
    free: VecDeque<Vacancy<F>>,
    /// What was free in the present search, but is promised.
    promised: Vec<F::Address>,
    /// When it was offered, and to whom.
    offered: HashMap<F::Address, (Instant, u64)>,
    order_offered: VecDeque<(Instant, F::Address, u64)>,
    rests_until: Option<Instant>,
    /// Until then all that is free counts as promised.
    spent_until: Option<Instant>,
    fill: f32,
}

impl<F: LeaseFamily> Vacancies<F> {
    pub(super) fn new() -> Self {
        Self {
            free: VecDeque::new(),
            promised: Vec::new(),
            offered: HashMap::new(),
            order_offered: VecDeque::new(),
            rests_until: None,
            spent_until: None,
            fill: 0.0,
        }
    }

    /// One that may be proposed to a client, and is nobody else's from now on: a search that is under way
    /// must not find it for another.
    pub(super) fn take(&mut self, client: u64, now: Instant) -> Option<Vacancy<F>> {
        while let Some(vacancy) = self.free.pop_front() {
            // Somebody may have been offered it in another way since it was seen, as what it had before.
            let promised = self.offered.get(&vacancy.address);
            if promised.is_none_or(|(at, to)| *at <= vacancy.seen || *to == client) {
                self.promise(vacancy.address, client, now);
                return Some(vacancy);
            }
        }
        None
    }

    /// Whether somebody else was offered it lately, and may be about to take it.
    pub(super) fn is_promised(&mut self, address: F::Address, client: u64, now: Instant) -> bool {
        self.forget_offers(now);
        let to = self.offered.get(&address).map(|(_, to)| *to);
        to.is_some_and(|to| to != client)
    }

    /// It was not proposed after all.
    pub(super) fn put_back(&mut self, vacancy: Vacancy<F>) {
        self.offered.remove(&vacancy.address);
        self.free.push_front(vacancy);
    }

    /// A client was granted it, whether or not it was proposed.
    pub(super) fn granted(&mut self, address: F::Address, client: u64, now: Instant) {
        let to = self.offered.get(&address).map(|(_, to)| *to);
        if to != Some(client) {
            self.promise(address, client, now);
        }
    }

    /// It is proposed to a client.
    pub(super) fn promise(&mut self, address: F::Address, client: u64, now: Instant) {
        self.forget_offers(now);
        self.offered.insert(address, (now, client));
        self.order_offered.push_back((now, address, client));
    }

    /// Add what was seen free, in the order in which it shall be proposed; returns how many that were.
    /// Who was offered something lately keeps it for now.
    pub(super) fn add(&mut self, found: Vec<F::Address>, now: Instant) -> usize {
        self.forget_offers(now);
        let known: HashSet<_> = self.free.iter().map(|vacancy| vacancy.address).collect();
        let (promised, new): (Vec<_>, Vec<_>) = found
            .into_iter()
            .filter(|address| !known.contains(address))
            .partition(|address| self.offered.contains_key(address));
        self.promised.extend(promised);
        self.extend(new, false, now)
    }

    /// Add what is promised, as a search found nothing else: those first that were offered the longest
    /// ago; returns how many that were.
    pub(super) fn add_promised(&mut self, now: Instant) -> usize {
        let mut all = std::mem::take(&mut self.promised);
        all.sort_by_key(|address| self.offered.get(address).map(|(at, _)| *at));
        all.dedup();
        self.extend(all, false, now)
    }

    /// Add what was offered lately, the longest ago first, to be looked at: most who were offered something may
    /// never take it. Returns how many that were.
    pub(super) fn add_offered(&mut self, now: Instant) -> usize {
        self.forget_offers(now);
        let offered = self.offered.iter();
        let mut all: Vec<_> = offered.map(|(address, (at, _))| (*at, *address)).collect();
        all.sort_unstable();
        self.extend(all.into_iter().map(|(_, address)| address), true, now)
    }

    /// Something that is remembered is not for everybody: look for what is free anew.
    pub(super) fn forget(&mut self) {
        self.free.clear();
    }

    /// A search begins.
    pub(super) fn forget_promised(&mut self) {
        self.promised.clear();
    }

    fn extend(
        &mut self,
        all: impl IntoIterator<Item = F::Address>,
        in_doubt: bool,
        seen: Instant,
    ) -> usize {
        let room = MOST.saturating_sub(self.free.len());
        let all = all.into_iter().take(room);
        let vacancy = |address| Vacancy {
            address,
            seen,
            in_doubt,
        };
        self.free.extend(all.map(vacancy));
        self.free.len()
    }

    /// A lease ended, so there is room again. Who was offered its address has had it; if nobody has a row for
    /// it any more (`gone`), the next client gets it without a look, unless it may be reserved (`in_doubt`).
    pub(super) fn freed(&mut self, address: F::Address, gone: bool, in_doubt: bool) {
        self.rests_until = None;
        self.offered.remove(&address);
        if gone && self.is_crowded() && self.free.len() < MOST {
            // While it was held, nothing else could overlap it.
            self.free.push_back(Vacancy {
                address,
                seen: Instant::now(),
                in_doubt,
            });
        }
    }

    /// Nothing was found; do not look again at once.
    pub(super) fn rest(&mut self, now: Instant, took: Duration) {
        self.rests_until = Some(now + pause(took));
    }

    /// Whether a search that found nothing else found something that is promised, or would have.
    pub(super) fn are_all_promised(&mut self, now: Instant) -> bool {
        self.forget_offers(now);
        !(self.promised.is_empty() && self.offered.is_empty())
    }

    /// All that was found is promised: where there is another pool, leave this one alone until a search finds more
    /// than it costs, even if something is given back.
    pub(super) fn spend(&mut self, now: Instant, took: Duration) {
        let last = self.order_offered.len().saturating_sub(1);
        let enough = self.order_offered.get(last.min(WORTHWHILE));
        let kept = enough.map(|(at, ..)| OFFERED.saturating_sub(now.duration_since(*at)));
        let longest = kept.unwrap_or_default().min(LONGEST_REST);
        self.spent_until = Some(now + pause(took).max(longest));
    }

    /// Whether others than those to whom all of it is promised had better look elsewhere.
    fn is_spent(&self, now: Instant) -> bool {
        self.spent_until.is_some_and(|until| now < until)
    }

    fn is_resting(&self, now: Instant) -> bool {
        self.rests_until.is_some_and(|until| now < until)
    }

    /// Whether a search would be in vain, as one was lately.
    pub(super) fn is_left_alone(&self, now: Instant, is_last: bool) -> bool {
        self.is_resting(now) || !is_last && self.is_spent(now)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.free.is_empty()
    }

    /// A single address was looked at.
    pub(super) fn probed(&mut self, was_free: bool) {
        let taken = if was_free { 0.0 } else { 1.0 };
        self.fill = self.fill * SLOWLY + taken * (1.0 - SLOWLY);
    }

    /// A window was looked at.
    pub(super) fn walked(&mut self, free: usize, size: usize) {
        let taken = 1.0 - free as f32 / size.max(1) as f32;
        self.fill = self.fill * QUICKLY + taken * (1.0 - QUICKLY);
    }

    /// Most single addresses that are looked at are free.
    pub(super) fn is_crowded(&self) -> bool {
        self.fill > CROWDED
    }

    pub(super) fn is_nearly_full(&self) -> bool {
        self.fill > NEARLY_FULL
    }

    fn forget_offers(&mut self, now: Instant) {
        while let Some((at, address, client)) = self.order_offered.front().copied()
            && now.duration_since(at) >= OFFERED
        {
            self.order_offered.pop_front();
            // It may have been offered again since.
            if self.offered.get(&address) == Some(&(at, client)) {
                self.offered.remove(&address);
            }
        }
    }
}

/// How long a search that was in vain and took so long is not made again.
pub(super) fn pause(took: Duration) -> Duration {
    rest_after(took).min(LONGEST_REST)
}

/// The same without an upper end.
pub(super) fn rest_after(took: Duration) -> Duration {
    took * REST
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_wire::V4;
    use std::net::Ipv4Addr;

    fn at(last: u8) -> Ipv4Addr {
        Ipv4Addr::new(192, 0, 2, last)
    }

    fn taken(pool: &mut Vacancies<V4>) -> Option<Ipv4Addr> {
        pool.take(99, Instant::now()).map(|vacancy| vacancy.address)
    }

    #[test]
    fn what_was_offered_lately_is_not_offered_again_while_there_is_another() {
        let now = Instant::now();
        let mut pool = Vacancies::<V4>::new();
        pool.add(vec![at(1)], now);
        assert_eq!(taken(&mut pool), Some(at(1)));
        pool.promise(at(1), 11, now);
        assert_eq!(pool.add(vec![at(1), at(2)], now), 1);
        let now = now + Duration::from_millis(1);
        assert_eq!(taken(&mut pool), Some(at(2)));
        pool.promise(at(2), 12, now);
        // There is no other: the one that waited longest.
        pool.forget_promised();
        assert_eq!(pool.add(vec![at(2), at(1)], now), 0);
        assert_eq!(pool.add_promised(now), 2);
        assert_eq!(taken(&mut pool), Some(at(1)));
        let later = now + OFFERED;
        pool.free.clear();
        assert_eq!(pool.add(vec![at(2)], later), 1);
    }

    #[test]
    fn what_was_offered_is_there_for_others_as_the_last_resort() {
        let now = Instant::now();
        let later = |millis| now + Duration::from_millis(millis);
        let mut pool = Vacancies::<V4>::new();
        pool.promise(at(2), 12, later(1));
        pool.promise(at(1), 11, now);
        assert_eq!(pool.add_offered(later(2)), 2);
        let first = pool.take(99, later(3)).unwrap();
        assert_eq!(first.address, at(1));
        // Its client may have taken it.
        assert!(!first.is_fresh(later(3), Share::ALL));
    }

    #[test]
    fn what_was_offered_to_one_is_promised_to_all_others() {
        let now = Instant::now();
        let mut pool = Vacancies::<V4>::new();
        pool.promise(at(1), 11, now);
        assert!(pool.is_promised(at(1), 12, now));
        assert!(!pool.is_promised(at(1), 11, now) && !pool.is_promised(at(2), 12, now));
        assert!(!pool.is_promised(at(1), 12, now + OFFERED));
    }

    #[test]
    fn what_was_seen_a_while_ago_is_looked_at_again() {
        let now = Instant::now();
        let mut pool = Vacancies::<V4>::new();
        pool.add(vec![at(1)], now);
        let vacancy = pool.take(11, now).unwrap();
        let one_of_two = Share { rank: 0, size: 2 };
        assert!(vacancy.is_fresh(now, one_of_two));
        assert!(!vacancy.is_fresh(now + FRESH, one_of_two));
        assert!(vacancy.is_fresh(now + FRESH, Share::ALL));
        assert!(!vacancy.is_fresh(now + FRESH_ALONE, Share::ALL));
        // That does not change by looking for others.
        pool.add(vec![at(2)], now + FRESH);
        pool.put_back(vacancy);
        assert_eq!(pool.take(12, now), Some(vacancy));
    }

    #[test]
    fn what_a_client_was_granted_since_it_was_seen_is_proposed_to_nobody_else() {
        let now = Instant::now();
        let mut pool = Vacancies::<V4>::new();
        pool.add(vec![at(1), at(2)], now);
        pool.granted(at(1), 11, now + Duration::from_millis(1));
        assert_eq!(taken(&mut pool), Some(at(2)));
    }

    #[test]
    fn what_one_client_is_looking_at_is_found_for_no_other() {
        let now = Instant::now();
        let mut pool = Vacancies::<V4>::new();
        pool.add(vec![at(1)], now);
        let vacancy = pool.take(11, now).unwrap();
        assert_eq!(pool.add(vec![at(1), at(2)], now), 1);
        // What is put back is anybody's, and there once.
        pool.put_back(vacancy);
        assert_eq!(pool.add(vec![at(1), at(2), at(3)], now), 3);
        let all: Vec<_> = std::iter::from_fn(|| taken(&mut pool)).collect();
        assert_eq!(all, [at(1), at(2), at(3)]);
    }

    #[test]
    fn a_pool_without_anything_rests_until_something_is_given_back() {
        let now = Instant::now();
        let mut pool = Vacancies::<V4>::new();
        pool.rest(now, Duration::from_millis(3));
        assert!(pool.is_resting(now + Duration::from_millis(29)));
        assert!(!pool.is_resting(now + Duration::from_millis(30)));
        pool.rest(now, Duration::from_secs(60));
        assert!(!pool.is_resting(now + LONGEST_REST));
        pool.freed(at(1), false, false);
        assert!(!pool.is_resting(now));
        assert!(pool.is_empty());
    }

    #[test]
    fn a_pool_that_is_all_promised_is_left_alone_until_promises_end_if_there_is_another() {
        let now = Instant::now();
        let later = |millis| now + Duration::from_millis(millis);
        let mut pool = Vacancies::<V4>::new();
        pool.promise(at(1), 11, now);
        pool.promise(at(2), 12, later(100));
        pool.spend(later(1500), Duration::from_millis(1));
        assert!(pool.is_left_alone(later(2099), false) && !pool.is_left_alone(later(2099), true));
        assert!(!pool.is_left_alone(later(2100), false));
        // One that is given back is not worth a search, and no pause is longer than a second.
        pool.promise(at(1), 11, later(2100));
        pool.spend(later(2100), Duration::from_millis(1));
        pool.freed(at(2), false, false);
        assert!(pool.is_left_alone(later(3099), false));
        assert!(!pool.is_left_alone(later(3100), false));
    }

    #[test]
    fn what_was_given_back_is_no_longer_promised() {
        let now = Instant::now();
        let mut pool = Vacancies::<V4>::new();
        pool.promise(at(1), 11, now);
        pool.freed(at(1), false, false);
        assert!(!pool.is_promised(at(1), 12, now));
        assert_eq!(pool.add(vec![at(1)], now), 1);
    }

    #[test]
    fn a_pool_is_crowded_when_looks_fail_and_no_longer_when_they_do_not() {
        let mut pool = Vacancies::<V4>::new();
        (0..200).for_each(|n| pool.probed(n % 2 == 0));
        assert!(pool.is_crowded() && !pool.is_nearly_full());
        (0..20).for_each(|_| pool.walked(1, 512));
        assert!(pool.is_nearly_full());
        (0..20).for_each(|_| pool.walked(500, 512));
        assert!(!pool.is_crowded());
    }
}
