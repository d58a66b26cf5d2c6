//! Samples of statistics: what they were and when (manual stats.rst:142, 1033).
//!
//! A statistic that was never anything but zero takes no memory, so that a hundred thousand subnets cost nothing
//! until something happens in them.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use murre_schema::statistic::Place;

use super::subject::{Packets, Subject};

/// Samples of numbers that are kept in the database, at most; beyond that only the last one is told of each.
const MOST: usize = 1 << 20;

/// A value and since when.
pub(crate) type Sample = (i64, Timestamp);

/// How long samples are kept; the newest always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// So many of them.
    Count(usize),
    /// As long as they are no older.
    Age(Duration),
}

/// What a worker remembers of its statistics.
#[derive(Debug)]
pub(crate) struct Book {
    started: Timestamp,
    /// When the configuration came into force.
    configured: Timestamp,
    histories: HashMap<Subject, VecDeque<Sample>>,
    /// Samples in all histories.
    size: usize,
    /// Given by command, for all and for some.
    limit: Option<Limit>,
    limits: HashMap<Subject, Limit>,
    /// What was removed, and its value then: it is there again when that has changed.
    removed: HashMap<Subject, i64>,
    /// What resets take off.
    baselines: HashMap<Packets, i64>,
}

impl Book {
    pub(super) fn new(started: Timestamp) -> Self {
        Self {
            started,
            configured: started,
            histories: HashMap::new(),
            size: 0,
            limit: None,
            limits: HashMap::new(),
            removed: HashMap::new(),
            baselines: HashMap::new(),
        }
    }

    /// A configuration came into force: the statistics of subnets and pools begin anew.
    pub(crate) fn configured(&mut self) {
        self.configured = Timestamp::now();
        self.removed
            .retain(|subject, _| subject.place() == Place::Global);
        self.histories
            .retain(|subject, _| subject.place() == Place::Global);
        self.size = self.histories.values().map(VecDeque::len).sum();
    }

    pub(super) fn baseline(&self, packets: Packets) -> i64 {
        self.baselines.get(&packets).copied().unwrap_or_default()
    }

    pub(super) fn set_baseline(&mut self, packets: Packets, value: i64) {
        self.baselines.insert(packets, value);
    }

    /// Take a sample of a value if it changed.
    pub(super) fn note(&mut self, subject: Subject, value: i64, now: Timestamp, default: Limit) {
        // What pools have changes with the configuration only.
        let is_still = value == 0 || matches!(subject, Subject::Total(_));
        if is_still && !self.histories.contains_key(&subject) {
            return;
        }
        let limit = self.limit_of(subject, default);
        let is_full = self.size >= MOST;
        let known = self.histories.entry(subject).or_default();
        let before = known.len();
        // Its beginning, where that is known.
        if known.is_empty() && matches!(subject, Subject::Packets(_)) {
            known.push_front((0, self.started));
        }
        if known.front().is_none_or(|(newest, _)| *newest != value) {
            if is_full {
                known.clear();
            }
            known.push_front((value, now));
        }
        limit.apply(known, now);
        self.size = (self.size + known.len()).saturating_sub(before);
    }

    /// A statistic with its newest value: its samples, newest first; `None` if it was removed.
    pub(super) fn show(
        &mut self,
        subject: Subject,
        value: i64,
        now: Timestamp,
        default: Limit,
    ) -> Option<Vec<Sample>> {
        if self.is_removed(subject, value) {
            return None;
        }
        self.note(subject, value, now, default);
        match self.histories.get(&subject) {
            Some(known) => Some(known.iter().copied().collect()),
            None => Some(vec![(value, self.beginning(subject))]),
        }
    }

    /// Since when a statistic of which no sample was taken is what it is.
    fn beginning(&self, subject: Subject) -> Timestamp {
        match subject.place() {
            Place::Global => self.started,
            Place::Subnet(_) | Place::Pool(..) => self.configured,
        }
    }

    /// Whether it was removed, and was this then.
    pub(super) fn is_removed(&mut self, subject: Subject, value: i64) -> bool {
        match self.removed.get(&subject) {
            Some(then) if *then == value => true,
            Some(_) => {
                self.removed.remove(&subject);
                false
            }
            None => false,
        }
    }

    /// It is told no more until it changes.
    pub(super) fn remove(&mut self, subject: Subject, value: i64) {
        self.forget(subject);
        self.limits.remove(&subject);
        self.removed.insert(subject, value);
    }

    /// It begins anew with a value.
    pub(super) fn begin(&mut self, subject: Subject, value: i64) {
        self.forget(subject);
        self.size += 1;
        let only = VecDeque::from([(value, Timestamp::now())]);
        self.histories.insert(subject, only);
    }

    fn forget(&mut self, subject: Subject) {
        let gone = self.histories.remove(&subject);
        self.size -= gone.map_or(0, |known| known.len()).min(self.size);
    }

    /// From now on this is the limit of a statistic; it is gone by when it is told next.
    pub(crate) fn limit(&mut self, subject: Subject, limit: Limit) {
        self.limits.insert(subject, limit);
    }

    /// From now on this is the limit of all.
    pub(crate) fn limit_all(&mut self, limit: Limit) {
        self.limits.clear();
        self.limit = Some(limit);
    }

    fn limit_of(&self, subject: Subject, default: Limit) -> Limit {
        let own = self.limits.get(&subject).copied();
        own.or(self.limit).unwrap_or(default)
    }
}

impl Limit {
    /// Drops what is too much or too old, but for the newest.
    fn apply(self, known: &mut VecDeque<Sample>, now: Timestamp) {
        match self {
            Self::Count(count) => known.truncate(count.max(1)),
            Self::Age(age) => {
                let is_old =
                    |then: Timestamp| Duration::try_from(now - then).is_ok_and(|past| past > age);
                while known.len() > 1 && known.back().is_some_and(|(_, then)| is_old(*then)) {
                    known.pop_back();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::tally::Event;
    use super::*;

    const CAME: Subject = Subject::Packets(Packets::Came);
    const TWENTY: Limit = Limit::Count(20);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn values(samples: Option<Vec<Sample>>) -> Vec<i64> {
        samples
            .unwrap()
            .into_iter()
            .map(|(value, _)| value)
            .collect()
    }

    #[test]
    fn samples_are_of_changes_and_the_newest_is_first() {
        let mut book = Book::new(at(1));
        assert_eq!(book.show(CAME, 0, at(5), TWENTY), Some(vec![(0, at(1))]));
        for (second, value) in [(6, 3), (7, 3), (8, 4)] {
            book.note(CAME, value, at(second), TWENTY);
        }
        let samples = book.show(CAME, 4, at(9), TWENTY);
        assert_eq!(samples, Some(vec![(4, at(8)), (3, at(6)), (0, at(1))]));
    }

    #[test]
    fn what_never_happened_takes_no_memory() {
        let mut book = Book::new(at(1));
        for subnet in 0..1000 {
            let subject = Subject::Event(Event::Reused, Place::Subnet(subnet));
            assert_eq!(values(book.show(subject, 0, at(2), TWENTY)), [0]);
        }
        let total = Subject::Total(Place::Subnet(1));
        assert_eq!(values(book.show(total, 254, at(2), TWENTY)), [254]);
        assert!(book.histories.is_empty());
    }

    #[test]
    fn either_limit_keeps_the_newest_and_replaces_the_other() {
        let mut book = Book::new(at(0));
        for value in 1..=30 {
            book.note(CAME, value, at(value), TWENTY);
        }
        assert_eq!(book.show(CAME, 30, at(30), TWENTY).unwrap().len(), 20);
        book.limit(CAME, Limit::Count(2));
        assert_eq!(values(book.show(CAME, 30, at(30), TWENTY)), [30, 29]);
        book.limit(CAME, Limit::Age(Duration::from_secs(3600)));
        book.note(CAME, 31, at(3620), TWENTY);
        assert_eq!(values(book.show(CAME, 31, at(3620), TWENTY)), [31, 30, 29]);
        book.note(CAME, 32, at(3630), TWENTY);
        assert_eq!(values(book.show(CAME, 32, at(3630), TWENTY)), [32, 31, 30]);
        assert_eq!(values(book.show(CAME, 32, at(9999), TWENTY)), [32]);
        book.limit_all(Limit::Count(1));
        assert_eq!(values(book.show(CAME, 33, at(9999), TWENTY)), [33]);
        assert_eq!(book.size, 1);
    }

    #[test]
    fn what_was_removed_is_there_again_when_it_changed() {
        let mut book = Book::new(at(0));
        book.note(CAME, 7, at(1), TWENTY);
        book.remove(CAME, 0);
        assert_eq!(book.show(CAME, 0, at(2), TWENTY), None);
        assert_eq!(values(book.show(CAME, 1, at(3), TWENTY))[0], 1);
        assert_eq!(values(book.show(CAME, 0, at(4), TWENTY))[0], 0);
    }

    #[test]
    fn a_new_configuration_begins_anew_what_is_of_subnets() {
        let mut book = Book::new(at(0));
        let subject = Subject::Event(Event::Reused, Place::Subnet(1));
        book.remove(subject, 5);
        book.remove(CAME, 5);
        book.configured();
        assert!(book.show(subject, 5, at(1), TWENTY).is_some());
        assert!(book.show(CAME, 5, at(1), TWENTY).is_none());
    }
}
