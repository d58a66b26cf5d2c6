//! The fleet: workers on one database that know each other by its registry.
//!
//! Each renews its row every second and reads the others'. From that follow two things: which
//! queries are this worker's where several hear the same (RFC 3074), and which addresses clients
//! may name as their server's. Nothing here decides who holds an address; that is the database's.

mod hash;
mod heartbeat;
mod journal;
#[cfg(test)]
mod sample;
mod share;
mod view;

use std::net::IpAddr;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::Notify;

use crate::allocation::Share;
pub(crate) use hash::hash;
pub(crate) use heartbeat::{beat, drain, leave, run};
pub(crate) use share::Heard;
use view::View;

/// Longest text of an error in the registry.
const LONGEST_ERROR: usize = 1000;

/// No worker has so many beside it.
const NO_SLOT: u32 = u32::MAX;

/// A worker's place in its fleet, for one family.
pub(crate) struct Fleet {
    view: ArcSwap<View>,
    /// Tells this process from others of its name.
    incarnation: i64,
    /// The number that the registry gave it; [`NO_SLOT`] until then.
    slot: AtomicU32,
    said: Mutex<Said>,
    heart: tokio::sync::Mutex<heartbeat::Heart>,
    /// There is news that the registry should not wait a second for.
    news: Notify,
    /// Queries of others that were answered here as their clients had waited long, and the hash of
    /// the last of them.
    overdue: AtomicU64,
    overdue_hash: AtomicU8,
}

/// What the worker says of itself in the registry.
#[derive(Clone, Debug, Default)]
struct Said {
    addresses: String,
    revision: String,
    last_error: String,
    draining: bool,
    /// It has no socket to hear anybody with.
    deaf: bool,
}

impl Default for Fleet {
    fn default() -> Self {
        use std::hash::{BuildHasher, RandomState};
        Self {
            view: ArcSwap::from_pointee(View::alone()),
            incarnation: RandomState::new()
                .hash_one(std::process::id())
                .cast_signed(),
            slot: AtomicU32::new(NO_SLOT),
            said: Mutex::default(),
            heart: tokio::sync::Mutex::default(),
            news: Notify::new(),
            overdue: AtomicU64::new(0),
            overdue_hash: AtomicU8::new(0),
        }
    }
}

impl Fleet {
    /// How many workers serve this family, this one included, and its place among them: the same as all
    /// of them see it once a change is a second old.
    pub(crate) fn share(&self) -> Share {
        let view = self.view.load();
        Share {
            rank: view.rank,
            size: view.size,
        }
    }

    /// This worker's number in the registry, which no other one has as long as it lives.
    pub(crate) fn slot(&self) -> Option<u32> {
        let slot = self.slot.load(Relaxed);
        (slot != NO_SLOT).then_some(slot)
    }

    /// Whether a worker of the fleet answers from this address, or did less than a day ago.
    pub(crate) fn knows_server_id(&self, address: IpAddr) -> bool {
        self.view.load().knows_server_id(address)
    }

    /// How many interfaces this worker hears. One that hears nobody takes no share of the clients.
    pub(crate) fn hears(&self, interfaces: usize) {
        self.say(|said| said.deaf = interfaces == 0);
    }

    /// What this worker answers from.
    pub(crate) fn answers_from(&self, mut addresses: Vec<IpAddr>) {
        addresses.sort_unstable();
        addresses.dedup();
        let words: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        self.say(|said| said.addresses = words.join(" "));
    }

    /// The hash of the configuration in force.
    pub(crate) fn runs(&self, hash: &str) {
        let revision = hash.get(..8).unwrap_or(hash).to_owned();
        self.say(|said| said.revision = revision);
    }

    /// Why the last configuration was refused; `None` when it was adopted.
    pub(crate) fn refused(&self, problem: Option<&str>) {
        let text: String = problem
            .unwrap_or_default()
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(LONGEST_ERROR)
            .collect();
        self.say(|said| said.last_error = text);
    }

    fn say(&self, change: impl FnOnce(&mut Said)) {
        change(&mut self.said());
        self.news.notify_one();
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
