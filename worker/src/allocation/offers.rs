//! Whom this worker offered what lately, whichever pool it is of.
//!
//! A client that asks again soon is offered the same, and one that takes what it was offered need not be looked up
//! once more. This is a cache: an offer that was forgotten costs a look.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use murre_schema::LeaseFamily;

use super::vacancies::OFFERED;

/// A client, by hashes of all that tells it from others, and of what it has in common with those it may be taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Who {
    pub(super) client: u64,
    pub(super) kin: u64,
}

/// What a client was offered.
#[derive(Clone, Copy, Debug)]
struct Offer<F: LeaseFamily> {
    address: F::Address,
    at: Instant,
    /// The client held nothing else then that would have to end for it.
    alone: bool,
}

/// The offers of the last two seconds, one per client.
#[derive(Debug)]
pub(super) struct Offers<F: LeaseFamily> {
    to: HashMap<u64, Offer<F>>,
    /// Which of those that may be taken for one another was offered something last.
    last: HashMap<u64, u64>,
    order: VecDeque<(Instant, Who)>,
}

impl<F: LeaseFamily> Default for Offers<F> {
    fn default() -> Self {
        Self {
            to: HashMap::new(),
            last: HashMap::new(),
            order: VecDeque::new(),
        }
    }
}

impl<F: LeaseFamily> Offers<F> {
    /// A client is offered this.
    pub(super) fn add(&mut self, who: Who, address: F::Address, alone: bool, now: Instant) {
        self.forget(now);
        let at = now;
        self.to.insert(who.client, Offer { address, at, alone });
        self.last.insert(who.kin, who.client);
        self.order.push_back((now, who));
    }

    /// What a client was offered lately, once: if it is not proposed again, something else will be.
    pub(super) fn again(&mut self, who: Who, now: Instant) -> Option<F::Address> {
        self.forget(now);
        self.to.remove(&who.client).map(|offer| offer.address)
    }

    /// Whether a client was offered this lately, held nothing else, and neither it nor one that it may be taken for
    /// was granted or offered anything since.
    pub(super) fn stands(&mut self, who: Who, address: F::Address, now: Instant) -> bool {
        self.forget(now);
        let offer = self.to.get(&who.client);
        self.last.get(&who.kin) == Some(&who.client)
            && offer.is_some_and(|offer| offer.address == address && offer.alone)
    }

    /// A client was granted something: it may be offered the same again, but now holds a lease.
    pub(super) fn granted(&mut self, who: Who) {
        self.last.remove(&who.kin);
        if let Some(offer) = self.to.get_mut(&who.client) {
            offer.alone = false;
        }
    }

    /// None of them counts any more.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn forget(&mut self, now: Instant) {
        while let Some((at, who)) = self.order.front().copied()
            && now.duration_since(at) >= OFFERED
        {
            self.order.pop_front();
            // It may have been offered something since.
            if self.to.get(&who.client).is_some_and(|offer| offer.at > at) {
                continue;
            }
            self.to.remove(&who.client);
            if self.last.get(&who.kin) == Some(&who.client) {
                self.last.remove(&who.kin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use murre_wire::V4;
    use std::net::Ipv4Addr;

    const FIRST: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
    const SECOND: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);

    /// Two cards, and a second identifier on the first.
    const ONE: Who = Who { client: 11, kin: 1 };
    const ALIAS: Who = Who { client: 21, kin: 1 };
    const OTHER: Who = Who { client: 12, kin: 2 };

    #[test]
    fn a_client_that_asks_again_soon_is_offered_the_same() {
        let now = Instant::now();
        let mut offers = Offers::<V4>::default();
        offers.add(ONE, FIRST, true, now);
        offers.add(OTHER, SECOND, true, now);
        assert_eq!(offers.again(ONE, now), Some(FIRST));
        // Once: where it could not be had, there is no use in trying it again.
        assert_eq!(offers.again(ONE, now), None);
        assert_eq!(offers.again(OTHER, now + OFFERED), None);
    }

    #[test]
    fn an_offer_stands_for_its_client_and_address_and_for_who_held_nothing_else() {
        let now = Instant::now();
        let mut offers = Offers::<V4>::default();
        offers.add(ONE, FIRST, true, now);
        offers.add(OTHER, SECOND, false, now);
        assert!(offers.stands(ONE, FIRST, now));
        assert!(!offers.stands(ONE, SECOND, now) && !offers.stands(OTHER, FIRST, now));
        assert!(!offers.stands(OTHER, SECOND, now) && !offers.stands(ALIAS, FIRST, now));
        assert!(!offers.stands(ONE, FIRST, now + OFFERED));
    }

    #[test]
    fn an_offer_stands_no_more_once_its_client_was_granted_anything_under_any_name() {
        let now = Instant::now();
        for granted in [ONE, ALIAS] {
            let mut offers = Offers::<V4>::default();
            offers.add(ONE, FIRST, true, now);
            offers.granted(granted);
            assert!(!offers.stands(ONE, FIRST, now), "{granted:?}");
            assert_eq!(offers.again(ONE, now), Some(FIRST));
        }
        let mut offers = Offers::<V4>::default();
        offers.add(ONE, FIRST, true, now);
        offers.add(ALIAS, SECOND, true, now);
        assert!(!offers.stands(ONE, FIRST, now) && offers.stands(ALIAS, SECOND, now));
    }

    #[test]
    fn a_later_offer_lasts_longer() {
        let now = Instant::now();
        let mut offers = Offers::<V4>::default();
        offers.add(ONE, FIRST, true, now);
        offers.add(ONE, SECOND, true, now + OFFERED / 2);
        assert!(offers.stands(ONE, SECOND, now + OFFERED));
        assert!(!offers.stands(ONE, SECOND, now + OFFERED * 3 / 2));
        assert!(offers.to.is_empty() && offers.last.is_empty() && offers.order.is_empty());
    }
}
