//! The table of exchanges. They are numbered as they begin, the number is in the transaction
//! identifier, and its place in the table follows from it. As all have the same time to end in, they
//! are also in the order in which their time is up: the oldest ones are looked at and nothing else.
//!
//! An exchange stays in its place after its end, until another one needs that, so that a second
//! answer to it is known for what it is.

use crate::speech::{Grant, Half, Who};

/// How many are remembered, ended or not: more than can be open at any rate that makes sense.
pub(crate) const ROOM: u64 = 1 << 18;
/// Bits of a v6 transaction identifier.
const XID_MASK: u32 = 0x00ff_ffff;
/// Numbers that can be told apart: one bit of the identifier says which half it is.
const NUMBERS: u64 = 1 << 23;

/// How far an exchange is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// No answer to the first message yet.
    First,
    /// No answer to the second yet.
    Second,
    /// Ended, with a lease or a refusal, by an answer to this half.
    Answered(Half),
    /// Timed out without an answer to this half.
    Lost(Half),
}

/// One exchange. Times are nanoseconds of [`crate::clock::Clock`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange {
    /// Its number.
    pub(crate) number: u64,
    /// Whose it is.
    pub(crate) client: u32,
    /// How far it is.
    pub(crate) state: State,
    /// It has no first half.
    pub(crate) renewal: bool,
    /// What it ended with was given back, in the transaction of its first half.
    pub(crate) released: bool,
    /// When it began.
    pub(crate) begun: u64,
    /// When the message that waits for an answer was first sent.
    pub(crate) sent: u64,
    /// What is asked for in the second half.
    pub(crate) grant: Grant,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Exchanges {
    table: Box<[Exchange]>,
    /// The number of the next to begin.
    next: u64,
    /// All before this one have ended.
    oldest: u64,
    open: u64,
    base: u32,
}

impl Exchanges {
    /// None yet. Transaction identifiers depend on the seed.
    pub(crate) fn new(seed: u16) -> Self {
        let none = Exchange {
            number: u64::MAX,
            client: 0,
            state: State::First,
            renewal: false,
            released: false,
            begun: 0,
            sent: 0,
            grant: Grant::default(),
        };
        Self {
            table: vec![none; ROOM as usize].into_boxed_slice(),
            next: 0,
            oldest: 0,
            open: 0,
            base: u32::from(seed).wrapping_mul(0x9e37_79b1),
        }
    }

    /// How many have not ended.
    pub(crate) fn open(&self) -> u64 {
        self.open
    }

    /// Whether one more can begin.
    pub(crate) fn has_room(&self) -> bool {
        self.next - self.oldest < ROOM
    }

    /// When the oldest that may be open began; `None` when all have ended.
    pub(crate) fn oldest_began(&self) -> Option<u64> {
        (self.open > 0).then(|| {
            self.table
                .get(place(self.oldest))
                .map(|oldest| oldest.begun)
        })?
    }

    /// Begins one: with the second half if there is something to renew. `None` when there is no room.
    pub(crate) fn begin(
        &mut self,
        client: u32,
        renews: Option<Grant>,
        now: u64,
    ) -> Option<Exchange> {
        if !self.has_room() {
            return None;
        }
        let exchange = Exchange {
            number: self.next,
            client,
            state: if renews.is_some() {
                State::Second
            } else {
                State::First
            },
            renewal: renews.is_some(),
            released: false,
            begun: now,
            sent: now,
            grant: renews.unwrap_or_default(),
        };
        *self.table.get_mut(place(self.next))? = exchange;
        self.next += 1;
        self.open += 1;
        Some(exchange)
    }

    /// The exchange of a transaction, if it is remembered, and which half of it that is; with
    /// [`crate::speech::Speech::ONE_XID`] always the first.
    pub(crate) fn of(&mut self, xid: u32) -> Option<(&mut Exchange, Half)> {
        let offset = xid.wrapping_sub(self.base) & XID_MASK;
        let half = if offset & 1 == 0 {
            Half::First
        } else {
            Half::Second
        };
        let newest = self.next.checked_sub(1)?;
        let age = (newest + NUMBERS - u64::from(offset >> 1)) % NUMBERS;
        let number = newest.checked_sub(age).filter(|_| age < ROOM)?;
        let exchange = self.table.get_mut(place(number))?;
        (exchange.number == number).then_some((exchange, half))
    }

    /// Who speaks in a half of an exchange.
    pub(crate) fn who(&self, exchange: &Exchange, half: Half, one_xid: bool) -> Who {
        let bit = u32::from(half == Half::Second && !one_xid);
        let offset = ((exchange.number % NUMBERS) as u32) << 1 | bit;
        let low = self.base.wrapping_add(offset) & XID_MASK;
        Who {
            client: exchange.client,
            xid: (self.base & !XID_MASK) | low,
        }
    }

    /// Writes back what became of an exchange that [`Exchanges::of`] found.
    pub(crate) fn put(&mut self, exchange: Exchange) {
        if let Some(place) = self.table.get_mut(place(exchange.number)) {
            *place = exchange;
        }
    }

    /// The message that waits for an answer in this exchange is about to leave. One that leaves again
    /// is timed from the first time.
    pub(crate) fn leaves(&mut self, number: u64, half: Half, now: u64) {
        let waits = match half {
            Half::First => State::First,
            Half::Second => State::Second,
        };
        if let Some(exchange) = self.table.get_mut(place(number))
            && exchange.number == number
            && exchange.state == waits
        {
            exchange.sent = now;
        }
    }

    /// To be called when the state of an exchange that was open says that it is not.
    pub(crate) fn ended(&mut self) {
        self.open -= 1;
    }

    /// Ends the next exchange that began at or before `limit` and is still open, and returns it.
    pub(crate) fn expire(&mut self, limit: u64) -> Option<Exchange> {
        while self.oldest < self.next {
            let exchange = self.table.get_mut(place(self.oldest))?;
            let half = match exchange.state {
                State::First => Half::First,
                State::Second => Half::Second,
                State::Answered(_) | State::Lost(_) => {
                    self.oldest += 1;
                    continue;
                }
            };
            if exchange.begun > limit {
                return None;
            }
            exchange.state = State::Lost(half);
            self.oldest += 1;
            self.open -= 1;
            return Some(*exchange);
        }
        None
    }
}

fn place(number: u64) -> usize {
    (number % ROOM) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(exchanges: &mut Exchanges, xid: u32) {
        exchanges.of(xid).unwrap().0.state = State::Answered(Half::Second);
        exchanges.ended();
    }

    #[test]
    fn a_transaction_leads_to_its_exchange_for_as_long_as_it_is_remembered() {
        let mut exchanges = Exchanges::new(3);
        let mut xids = Vec::new();
        // Past the point where the 24 bits of v6 begin again.
        let count = NUMBERS + 10;
        for number in 0..count {
            let begun = exchanges.begin(number as u32, None, number).unwrap();
            let xid = exchanges.who(&begun, Half::Second, false).xid & XID_MASK;
            end(&mut exchanges, xid);
            exchanges.expire(0);
            if number + 2 * ROOM >= count {
                xids.push((number, xid));
            }
        }
        for (number, xid) in xids {
            let found = exchanges.of(xid).map(|(found, half)| (found.number, half));
            let remembered = number + ROOM >= count;
            let wanted = remembered.then_some((number, Half::Second));
            assert_eq!(found, wanted, "{number} of {count}");
        }
    }

    #[test]
    fn both_halves_have_one_identifier_or_two() {
        let mut exchanges = Exchanges::new(3);
        let exchange = exchanges.begin(5, None, 0).unwrap();
        let xid = |half, one| exchanges.who(&exchange, half, one).xid;
        assert_eq!(xid(Half::First, true), xid(Half::Second, true));
        assert_ne!(xid(Half::First, false), xid(Half::Second, false));
    }

    #[test]
    fn what_is_open_expires_in_order_and_what_ended_does_not() {
        let mut exchanges = Exchanges::new(0);
        for (client, now) in [(0, 10), (1, 20), (2, 30)] {
            exchanges.begin(client, None, now);
        }
        let second = exchanges.table[1];
        let xid = exchanges.who(&second, Half::First, true).xid;
        end(&mut exchanges, xid);
        assert_eq!((exchanges.open(), exchanges.oldest_began()), (2, Some(10)));
        assert_eq!(exchanges.expire(9).map(|lost| lost.client), None);
        assert_eq!(exchanges.expire(20).map(|lost| lost.client), Some(0));
        assert_eq!(exchanges.expire(20).map(|lost| lost.client), None);
        let lost = exchanges.expire(30).unwrap();
        assert_eq!((lost.client, lost.state), (2, State::Lost(Half::First)));
        assert_eq!((exchanges.open(), exchanges.oldest_began()), (0, None));
    }

    #[test]
    fn there_is_no_room_before_the_oldest_ends() {
        let mut exchanges = Exchanges::new(0);
        for number in 0..ROOM {
            assert!(exchanges.begin(number as u32, None, 0).is_some());
        }
        assert!(exchanges.begin(0, None, 0).is_none());
        exchanges.expire(0);
        assert!(exchanges.begin(0, None, 0).is_some());
    }
}
