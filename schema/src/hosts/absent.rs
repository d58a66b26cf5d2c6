//! What was not found a moment ago. A client asks twice within milliseconds (DISCOVER, REQUEST), and most have no
//! reservation; so the second question costs the database nothing.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A reservation that is new counts after twice this time at the latest.
const GENERATION: Duration = Duration::from_millis(500);

/// Most answers that are remembered in one generation.
const MOST: usize = 65_536;

/// Questions that were answered with nothing lately, as hashes under a key of this process's own.
#[derive(Debug, Default)]
pub(super) struct Absent {
    key: RandomState,
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    begun: Option<Instant>,
    young: HashSet<u64>,
    old: HashSet<u64>,
}

impl Absent {
    /// What a question is known by here.
    pub(super) fn hash(&self, question: &impl Hash) -> u64 {
        self.key.hash_one(question)
    }

    /// Whether nothing was found for it lately.
    pub(super) fn has(&self, hash: u64, now: Instant) -> bool {
        let generations = self.turned(now);
        generations.young.contains(&hash) || generations.old.contains(&hash)
    }

    /// Remember that nothing was found for it.
    pub(super) fn add(&self, hash: u64, now: Instant) {
        let mut generations = self.turned(now);
        if generations.young.len() < MOST {
            generations.young.insert(hash);
        }
    }

    fn turned(&self, now: Instant) -> std::sync::MutexGuard<'_, Generations> {
        let generations = self.generations.lock();
        // A panic while holding the lock leaves a cache that is still a cache.
        let mut generations = generations.unwrap_or_else(PoisonError::into_inner);
        let begun = *generations.begun.get_or_insert(now);
        let age = now.saturating_duration_since(begun);
        if age >= GENERATION {
            let young = std::mem::take(&mut generations.young);
            generations.old = match age < 2 * GENERATION {
                true => young,
                false => HashSet::new(),
            };
            generations.begun = Some(now);
        }
        generations
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_found_is_asked_again_after_a_second() {
        let absent = Absent::default();
        let start = Instant::now();
        let after = |millis| start + Duration::from_millis(millis);
        assert!(!absent.has(1, start));
        absent.add(1, start);
        assert!(absent.has(1, after(400)) && !absent.has(2, after(400)));
        assert!(absent.has(1, after(600)), "the generation before");
        assert!(!absent.has(1, after(1_100)));
        absent.add(1, after(1_200));
        assert!(!absent.has(1, after(9_000)), "nobody asked for long");
    }

    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let absent = Absent::default();
        let now = Instant::now();
        let last = MOST as u64;
        for number in 0..=last {
            absent.add(number, now);
        }
        assert!(absent.has(0, now) && !absent.has(last, now));
    }
}
