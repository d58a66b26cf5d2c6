//! Connections that wait for their clients. When there are as many as there may be, those that have
//! waited long make room: a client that says nothing must not keep out one that has something to say.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a newcomer waits for a slot before somebody has to make room.
const PATIENCE: Duration = Duration::from_millis(200);

/// Whoever has waited so long for its client makes room, if room is needed.
const LONG: Duration = Duration::from_secs(1);

/// The connections of a channel.
#[derive(Debug)]
pub(crate) struct Crowd {
    slots: Arc<Semaphore>,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    /// In the order in which they began to wait.
    connections: BTreeMap<u64, (Instant, Arc<Notify>)>,
    begun: u64,
}

impl Crowd {
    /// Room for so many connections.
    pub(crate) fn new(slots: Arc<Semaphore>) -> Self {
        Self {
            slots,
            waiting: Mutex::default(),
        }
    }

    /// A slot for a newcomer. `None` when the channel has none to give any more.
    pub(crate) async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            let slot = Arc::clone(&self.slots).acquire_owned();
            match timeout(PATIENCE, slot).await {
                Ok(slot) => return slot.ok(),
                Err(_) => self.make_room(),
            }
        }
    }

    /// What comes of something that takes as long as the client likes; `None` when room was needed.
    pub(crate) async fn wait<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let give_up = Arc::new(Notify::new());
        let _place = self.take_place(Arc::clone(&give_up));
        tokio::select! {
            biased;
            outcome = work => Some(outcome),
            () = give_up.notified() => None,
        }
    }

    fn take_place(&self, give_up: Arc<Notify>) -> Place<'_> {
        let mut waiting = self.lock();
        let number = waiting.begun;
        waiting.begun += 1;
        let since = Instant::now();
        waiting.connections.insert(number, (since, give_up));
        Place {
            crowd: self,
            number,
        }
    }

    /// All that have waited long; where nobody has, the one that has waited longest.
    fn make_room(&self) {
        let waiting = self.lock();
        let long = |since: &Instant| since.elapsed() >= LONG;
        let connections = waiting.connections.values().enumerate();
        for (at, (since, give_up)) in connections {
            if at == 0 || long(since) {
                give_up.notify_one();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // A panic while holding the lock leaves a map that is still a map.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Among those that wait, until dropped.
struct Place<'a> {
    crowd: &'a Crowd,
    number: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.crowd.lock().connections.remove(&self.number);
    }
}
