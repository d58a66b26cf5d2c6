//! Whom this worker offered what lately, whichever pool it is of.
//!
//! A client that asks again soon is offered the same, and one that takes what it was offered need not be looked up
//! once more. This is a cache: an offer that was forgotten costs a look.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use murre_schema::LeaseFamily;

use super::vacancies::OFFERED;

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
    order: VecDeque<(Instant, u64)>,
}

impl<F: LeaseFamily> Default for Offers<F> {
    fn default() -> Self {
        Self {
            to: HashMap::new(),
            order: VecDeque::new(),
        }
    }
}

impl<F: LeaseFamily> Offers<F> {
    /// A client is offered this.
    pub(super) fn add(&mut self, client: u64, address: F::Address, alone: bool, now: Instant) {
        self.forget(now);
        let at = now;
        self.to.insert(client, Offer { address, at, alone });
        self.order.push_back((now, client));
    }

    /// What a client was offered lately, once: if it is not proposed again, something else will be.
    pub(super) fn again(&mut self, client: u64, now: Instant) -> Option<F::Address> {
        self.forget(now);
        self.to.remove(&client).map(|offer| offer.address)
    }

    /// Whether a client was offered this lately, and held nothing else.
    pub(super) fn stands(&mut self, client: u64, address: F::Address, now: Instant) -> bool {
        self.forget(now);
        let offer = self.to.get(&client);
        offer.is_some_and(|offer| offer.address == address && offer.alone)
    }

    /// None of them counts any more.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn forget(&mut self, now: Instant) {
        while let Some((at, client)) = self.order.front().copied()
            && now.duration_since(at) >= OFFERED
        {
            self.order.pop_front();
            // It may have been offered something since.
            if self.to.get(&client).is_some_and(|offer| offer.at == at) {
                self.to.remove(&client);
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

    #[test]
    fn a_client_that_asks_again_soon_is_offered_the_same() {
        let now = Instant::now();
        let mut offers = Offers::<V4>::default();
        offers.add(11, FIRST, true, now);
        offers.add(12, SECOND, true, now);
        assert_eq!(offers.again(11, now), Some(FIRST));
        // Once: where it could not be had, there is no use in trying it again.
        assert_eq!(offers.again(11, now), None);
        assert_eq!(offers.again(12, now + OFFERED), None);
    }

    #[test]
    fn an_offer_stands_for_its_client_and_address_and_for_who_held_nothing_else() {
        let now = Instant::now();
        let mut offers = Offers::<V4>::default();
        offers.add(11, FIRST, true, now);
        offers.add(12, SECOND, false, now);
        assert!(offers.stands(11, FIRST, now));
        assert!(!offers.stands(11, SECOND, now) && !offers.stands(12, FIRST, now));
        assert!(!offers.stands(12, SECOND, now));
        assert!(!offers.stands(11, FIRST, now + OFFERED));
    }

    #[test]
    fn a_later_offer_lasts_longer() {
        let now = Instant::now();
        let mut offers = Offers::<V4>::default();
        offers.add(11, FIRST, true, now);
        offers.add(11, SECOND, true, now + OFFERED / 2);
        assert!(offers.stands(11, SECOND, now + OFFERED));
        assert!(!offers.stands(11, SECOND, now + OFFERED * 3 / 2));
        assert!(offers.to.is_empty() && offers.order.is_empty());
    }
}
