//! What is counted, and how it is told (manual stats.rst).
//!
//! Three kinds, by where the truth is. Packets are counted by each worker in memory ([`crate::exchange::Counters`]).
//! Events of leases are counted where they happen and added to the database once a second ([`Tally`]), so that any
//! worker tells the fleet's sum. How many leases there are is no counter: the rows are counted when somebody asks.
//!
//! Samples are taken once a second of what changed, and when somebody asks; never on the way of a packet.
//! Which commands there are is the command module's business.

mod book;
mod names;
mod reading;
mod subject;
mod tally;

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use murre_schema::statistic::Place;
use murre_schema::{Before, State};

use crate::allocation::Wish;
use crate::exchange::{Counters, Exchange};
use book::Book;
pub(crate) use book::{Limit, Sample};
use names::Gauges;
pub(crate) use names::{Names, V4, V6};
pub(crate) use reading::{Problem, all, limit, one, reset, reset_all};
pub(crate) use subject::{Subject, name, parse};
pub(crate) use tally::flush;
use tally::{Event, Key, Tally};

/// What a worker keeps of one family's statistics.
#[derive(Debug)]
pub(crate) struct Statistics {
    names: &'static Names,
    tally: Mutex<Tally>,
    book: Mutex<Book>,
}

impl Statistics {
    /// Nothing counted yet.
    pub(crate) fn new(names: &'static Names) -> Self {
        Self {
            names,
            tally: Mutex::default(),
            book: Mutex::new(Book::new(Timestamp::now())),
        }
    }

    /// Samples, limits, and what was removed.
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something happened, if the family counts it: at a place, and so in what is around.
    fn count(&self, event: Event, place: Place) {
        if let Some(name) = self.names.event(event) {
            self.tally().add(Key { name, place }, 1);
        }
    }

    /// A claim holds. Whose lease it ends that had expired is reclaimed by it.
    pub(crate) fn claimed(&self, before: Before, subnet_id: u32, pool_id: u32) {
        match before {
            Before::Own => return,
            Before::Free => {}
            Before::Expired => self.reclaimed(State::Default, subnet_id, pool_id),
            Before::ExpiredDeclined => self.reclaimed(State::Declined, subnet_id, pool_id),
        }
        self.count(Event::Assigned, Place::Pool(subnet_id, pool_id));
    }

    /// A lease that had expired was reclaimed; it was in this state.
    pub(crate) fn reclaimed(&self, state: State, subnet_id: u32, pool_id: u32) {
        let place = Place::Pool(subnet_id, pool_id);
        self.count(Event::Reclaimed, place);
        if state == State::Declined {
            self.count(Event::ReclaimedDeclined, place);
        }
    }

    /// A lease was told again as it is.
    pub(crate) fn reused(&self, subnet_id: u32) {
        self.count(Event::Reused, Place::Subnet(subnet_id));
    }

    /// Somebody else has what is reserved for a client.
    pub(crate) fn conflict(&self, subnet_id: u32) {
        self.count(Event::Conflict, Place::Subnet(subnet_id));
    }

    /// Nothing was found for a client: once by whether there was any pool to look in, once by what the
    /// subnet belongs to, once for the classes, as every query is in `ALL` at least.
    pub(crate) fn failed<F: Exchange>(&self, wish: &Wish<'_, F>) {
        let place = Place::Subnet(wish.subnet.id);
        self.count(
            match wish.pools.is_empty() {
                true => Event::FailNoPools,
                false => Event::Fail,
            },
            place,
        );
        self.count(
            match wish.subnet.network {
                Some(_) => Event::FailNetwork,
                None => Event::FailSubnet,
            },
            place,
        );
        self.count(Event::FailClasses, place);
    }

    /// Take samples of the packet counters that changed.
    pub(crate) fn sample(&self, counters: &Counters, default: Limit) {
        let now = Timestamp::now();
        // Who tells of a hundred thousand subnets at this moment is done soon enough.
        let Ok(mut book) = self.book.try_lock() else {
            return;
        };
        for (packets, _) in self.names.packets() {
            let subject = Subject::Packets(packets);
            let value = packets.count(self.names, counters) - book.baseline(packets);
            book.note(subject, value, now, default);
        }
    }
}
