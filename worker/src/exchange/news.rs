//! What was told lately and need not be told again: a row that cannot be read is read for every query of its client.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So long what was told is no news.
const QUIET: Duration = Duration::from_secs(60);
/// Most that is remembered.
const MOST: usize = 1024;

/// The problems of the last minute.
#[derive(Debug, Default)]
pub(crate) struct News(Mutex<HashMap<String, Instant>>);

impl News {
    /// Whether a problem was not told within the last minute; it counts as told then.
    pub(crate) fn is(&self, problem: &str) -> bool {
        self.is_at(problem, Instant::now())
    }

    fn is_at(&self, problem: &str, now: Instant) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_quiet = |at: &Instant| now.duration_since(*at) < QUIET;
        if told.get(problem).is_some_and(is_quiet) {
            return false;
        }
        if told.len() >= MOST {
            told.retain(|_, at| is_quiet(at));
        }
        // More than these at once are told each time.
        if told.len() < MOST {
            told.insert(problem.to_owned(), now);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_once_a_minute() {
        let news = News::default();
        let now = Instant::now();
        assert!(news.is_at("a", now) && news.is_at("b", now));
        assert!(!news.is_at("a", now + QUIET / 2));
        assert!(news.is_at("a", now + QUIET));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let news = News::default();
        let now = Instant::now();
        for n in 0..=MOST {
            assert!(news.is_at(&n.to_string(), now));
        }
        assert_eq!(
            news.0.lock().unwrap_or_else(PoisonError::into_inner).len(),
            MOST
        );
        assert!(news.is_at("later", now + QUIET));
        assert_eq!(
            news.0.lock().unwrap_or_else(PoisonError::into_inner).len(),
            1
        );
    }
}
