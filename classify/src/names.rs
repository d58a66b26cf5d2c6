//! Class names as numbers, so that a query's classes are a set of bits.

use std::collections::HashMap;
use std::sync::Arc;

use smallvec::SmallVec;

/// The class that every query has.
pub const ALL: &str = "ALL";
/// The class of clients with a reservation.
pub const KNOWN: &str = "KNOWN";
/// The class of clients without one.
pub const UNKNOWN: &str = "UNKNOWN";
/// The class whose queries are not answered.
pub const DROP: &str = "DROP";
/// What precedes a vendor class identifier to make it a class name.
pub const VENDOR_CLASS_PREFIX: &str = "VENDOR_CLASS_";
/// What precedes the names that a template makes.
pub const SPAWN_PREFIX: &str = "SPAWN_";

/// Names that may be used although nothing defines them (manual classify.rst:200).
const BUILT_IN: [&str; 5] = [ALL, KNOWN, UNKNOWN, "BOOTP", "SKIP_DDNS"];
const BUILT_IN_PREFIXES: [&str; 4] = [VENDOR_CLASS_PREFIX, "HA_", "AFTER_", "EXTERNAL_"];

/// Whether a class exists without a definition.
#[must_use]
pub fn is_built_in(name: &str) -> bool {
    BUILT_IN.contains(&name)
        || BUILT_IN_PREFIXES
            .iter()
            .any(|prefix| name.len() > prefix.len() && name.starts_with(prefix))
}

/// The number of a class name within one configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassId(u32);

impl ClassId {
    /// For tables by class.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// All class names that a configuration mentions, in any place. What it does not mention makes no
/// difference to anybody and has no number.
#[derive(Clone, Debug, Default)]
pub struct Names {
    by_name: HashMap<Arc<str>, ClassId>,
    names: Vec<Arc<str>>,
}

impl Names {
    /// The number of a name, a new one if it was not mentioned before.
    pub fn intern(&mut self, name: &str) -> ClassId {
        if let Some(id) = self.find(name) {
            return id;
        }
        let id = ClassId(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        let name: Arc<str> = name.into();
        self.names.push(Arc::clone(&name));
        self.by_name.insert(name, id);
        id
    }

    /// Whether nothing was mentioned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The number of a name that was mentioned.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<ClassId> {
        self.by_name.get(name).copied()
    }

    /// The name behind a number of this configuration.
    #[must_use]
    pub fn name(&self, id: ClassId) -> &str {
        self.names.get(id.0 as usize).map_or("", |name| name)
    }
}

/// The classes of one query, in the order in which it got them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    bits: SmallVec<[u64; 4]>,
    order: SmallVec<[ClassId; 8]>,
}

impl Membership {
    /// Adds a class; whether it was not there yet.
    #[inline]
    pub fn insert(&mut self, id: ClassId) -> bool {
        let is_new = self.assume(id);
        if is_new {
            self.append(id);
        }
        is_new
    }

    #[cold]
    fn grow(&mut self, word: usize, bit: u64) {
        self.bits.resize(word, 0);
        self.bits.push(bit);
    }

    /// Gives an assumed class its place in the order.
    pub(crate) fn append(&mut self, id: ClassId) {
        self.order.push(id);
    }

    /// Adds a class that gets its place in the order later; whether it was not there yet.
    #[inline]
    pub(crate) fn assume(&mut self, id: ClassId) -> bool {
        let (word, bit) = (id.0 as usize / 64, 1_u64 << (id.0 % 64));
        let Some(word) = self.bits.get_mut(word) else {
            self.grow(word, bit);
            return true;
        };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Whether the query has a class.
    #[must_use]
    pub fn contains(&self, id: ClassId) -> bool {
        let word = self.bits.get(id.0 as usize / 64);
        word.is_some_and(|word| word & (1 << (id.0 % 64)) != 0)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// The one that was assigned after so many others.
    pub(crate) fn nth(&self, place: usize) -> Option<ClassId> {
        self.order.get(place).copied()
    }

    /// All classes, those that are only assumed as well, in no order that means anything.
    pub(crate) fn held(&self) -> impl Iterator<Item = usize> + '_ {
        let words = self.bits.iter().enumerate();
        words.flat_map(|(word, bits)| {
            let bits = *bits;
            let set = (0..64).filter(move |bit| bits & (1 << bit) != 0);
            set.map(move |bit| word * 64 + bit)
        })
    }

    /// The classes, first assigned first.
    pub fn iter(&self) -> impl Iterator<Item = ClassId> + '_ {
        self.order.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number_and_keeps_its_place_in_the_order() {
        let mut names = Names::default();
        let ids: Vec<_> = (0..200).map(|i| names.intern(&format!("c{i}"))).collect();
        assert_eq!(names.intern("c150"), ids[150]);
        assert_eq!(names.name(ids[150]), "c150");
        let mut has = Membership::default();
        assert!(has.insert(ids[150]) && has.insert(ids[3]) && !has.insert(ids[150]));
        assert!(has.contains(ids[3]) && !has.contains(ids[4]) && !has.contains(ids[199]));
        assert_eq!(has.iter().collect::<Vec<_>>(), [ids[150], ids[3]]);
    }

    #[test]
    fn built_in_names_need_no_definition() {
        for name in [
            "ALL",
            "KNOWN",
            "UNKNOWN",
            "VENDOR_CLASS_x",
            "HA_s1",
            "EXTERNAL_x",
            "BOOTP",
            "SKIP_DDNS",
        ] {
            assert!(is_built_in(name), "{name}");
        }
        for name in ["DROP", "EXTERNAL_", "SPAWN_a_b", "all", "foo", ""] {
            assert!(!is_built_in(name), "{name}");
        }
    }
}
