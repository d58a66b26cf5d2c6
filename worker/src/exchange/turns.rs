//! One query per client at a time in this worker.
//!
//! A client that retransmits while its query is being worked on would only wait for the same rows
//! twice; the second query is dropped, as the client repeats it anyway. Between workers the
//! database decides; this saves work, it guards nothing.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};

const SHARDS: usize = 64;

/// The clients being served.
#[derive(Debug)]
pub(crate) struct Turns {
    hasher: RandomState,
    shards: Vec<Mutex<HashSet<u64>>>,
}

/// Ends the turn when dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    client: u64,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }
}

impl Turns {
    /// The client's turn, unless it has one already.
    pub(crate) fn take(&self, client: impl Hash) -> Option<Turn<'_>> {
        let client = self.hasher.hash_one(client);
        // Not `then_some`: a turn that is made only to be dropped would end the other one.
        if !self.shard(client).insert(client) {
            return None;
        }
        Some(Turn {
            turns: self,
            client,
        })
    }

    fn shard(&self, client: u64) -> std::sync::MutexGuard<'_, HashSet<u64>> {
        let at = (client >> 32) as usize % SHARDS;
        self.shards[at]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.shard(self.client).remove(&self.client);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_client_has_one_turn_and_others_do_not_wait() {
        let turns = Turns::default();
        let first = turns.take("a").unwrap();
        assert!(turns.take("a").is_none());
        assert!(turns.take("b").is_some());
        drop(first);
        assert!(turns.take("a").is_some());
    }
}
