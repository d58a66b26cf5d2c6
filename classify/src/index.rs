//! Which classes of a pass can be true of a query at all, so that the others cost it nothing.
//!
//! Most tests are true only if a certain value is there, a certain option, or a class that went before. From
//! these a query finds the few classes to evaluate; those whose test says nothing of the kind are always
//! evaluated. Order stays: a class refers to earlier ones alone, so what a class wakes lies behind it.

use std::collections::HashMap;

use smallvec::SmallVec;

use crate::expression::Test;
use crate::functions;
use crate::names::Membership;
use crate::program::{Looked, Program, Seen, Trigger};
use crate::subject::Subject;

/// Places in a pass.
type Places = SmallVec<[u32; 2]>;

/// The triggers of a pass.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    count: usize,
    always: Set,
    slots: Vec<BySlot>,
    parts: Vec<ByPart>,
    existences: Vec<(u32, Places)>,
    members: Vec<Places>,
}

/// Classes that want one of the literals of a slot.
#[derive(Clone, Debug)]
struct BySlot {
    slot: u32,
    by_literal: HashMap<u32, Places>,
}

/// Classes that want a certain part of a slot's value to be something: compared without a slot of its own.
#[derive(Clone, Debug)]
struct ByPart {
    of: u32,
    wanted: Vec<PartTest>,
}

#[derive(Clone, Debug)]
struct PartTest {
    start: i64,
    length: Option<i64>,
    is: Box<[u8]>,
    place: u32,
}

/// Places that are still to be looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Set(SmallVec<[u64; 16]>);

impl Set {
    #[inline]
    fn insert(&mut self, place: u32) {
        let (word, bit) = (place as usize / 64, 1 << (place % 64));
        match self.0.get_mut(word) {
            Some(word) => *word |= bit,
            None => self.grow(word, bit),
        }
    }

    #[cold]
    fn grow(&mut self, word: usize, bit: u64) {
        self.0.resize(word, 0);
        self.0.push(bit);
    }

    fn insert_all(&mut self, places: &Places) {
        places.iter().for_each(|place| self.insert(*place));
    }

    /// Takes the first place from a word on; where it is.
    #[inline]
    pub(crate) fn take(&mut self, from: &mut usize) -> Option<usize> {
        while let Some(word) = self.0.get_mut(*from) {
            if *word != 0 {
                let bit = word.trailing_zeros() as usize;
                *word &= *word - 1;
                return Some(*from * 64 + bit);
            }
            *from += 1;
        }
        None
    }
}

impl Index {
    /// Adds the next class of the pass, with its test if it has one.
    pub(crate) fn add(&mut self, program: &mut Program, test: Option<&Test>) {
        let place = u32::try_from(self.count).unwrap_or(u32::MAX);
        self.count += 1;
        match test.and_then(|test| program.triggers(test)) {
            Some(triggers) => triggers
                .into_iter()
                .for_each(|trigger| self.wake_by(trigger, place)),
            None => self.always.insert(place),
        }
    }

    fn wake_by(&mut self, trigger: Trigger, place: u32) {
        match trigger {
            Trigger::Is { slot, literal } => self.wake_by_value(slot, literal, place),
            Trigger::Has(existence) => {
                let known = self.existences.iter_mut();
                let mut known = known.filter(|(other, _)| *other == existence);
                match known.next() {
                    Some((_, places)) => places.push(place),
                    None => self
                        .existences
                        .push((existence, [place].into_iter().collect())),
                }
            }
            Trigger::Member(id) => {
                if self.members.len() <= id.index() {
                    self.members.resize(id.index() + 1, Places::new());
                }
                if let Some(places) = self.members.get_mut(id.index()) {
                    places.push(place);
                }
            }
        }
    }

    fn wake_by_value(&mut self, slot: u32, literal: u32, place: u32) {
        let mut known = self.slots.iter_mut().filter(|known| known.slot == slot);
        if let Some(known) = known.next() {
            known.by_literal.entry(literal).or_default().push(place);
            return;
        }
        let by_literal = HashMap::from([(literal, [place].into_iter().collect())]);
        self.slots.push(BySlot { slot, by_literal });
    }

    /// Once all classes are there: slots with a single literal that are parts of others are compared in place.
    pub(crate) fn finish(&mut self, program: &Program) {
        let slots = std::mem::take(&mut self.slots);
        for by_slot in slots {
            let single = match by_slot.by_literal.len() {
                1 => by_slot.by_literal.iter().next(),
                _ => None,
            };
            let part = single.and_then(|(literal, places)| {
                let (of, start, length) = program.part(by_slot.slot)?;
                Some((
                    of,
                    start,
                    length,
                    program.literal_text(by_slot.slot, *literal)?,
                    places,
                ))
            });
            let Some((of, start, length, is, places)) = part else {
                self.slots.push(by_slot);
                continue;
            };
            let tests = places.iter().map(|place| PartTest {
                start,
                length,
                is: is.into(),
                place: *place,
            });
            let mut known = self.parts.iter_mut().filter(|known| known.of == of);
            match known.next() {
                Some(known) => known.wanted.extend(tests),
                None => self.parts.push(ByPart {
                    of,
                    wanted: tests.collect(),
                }),
            }
        }
    }

    /// What is to be evaluated for a query with these classes.
    pub(crate) fn candidates<'s>(
        &self,
        program: &'s Program,
        subject: &'s impl Subject,
        classes: &Membership,
        seen: &mut Seen<'s>,
    ) -> Set {
        let mut candidates = self.always.clone();
        for by_slot in &self.slots {
            match program.look(by_slot.slot, subject, seen) {
                Looked::Literal(literal) => {
                    if let Some(places) = by_slot.by_literal.get(&literal) {
                        candidates.insert_all(places);
                    }
                }
                Looked::Other => {}
                // Each of them has to tell why it has no value.
                Looked::Failed => {
                    let all = by_slot.by_literal.values();
                    all.for_each(|places| candidates.insert_all(places));
                }
            }
        }
        for by_part in &self.parts {
            by_part.candidates(program, subject, seen, &mut candidates);
        }
        for (existence, places) in &self.existences {
            if program.has(*existence, subject, seen) {
                candidates.insert_all(places);
            }
        }
        if !self.members.is_empty() {
            let held = classes.held();
            held.for_each(|class| self.woken_by(class, None, &mut candidates));
        }
        candidates
    }

    /// Adds what a class (its [`crate::ClassId::index`]) that the query got may make true. What has had its turn
    /// (up to the place `after`) has none any more: the class that a template makes may be defined before it.
    #[inline]
    pub(crate) fn woken_by(&self, class: usize, after: Option<usize>, candidates: &mut Set) {
        if let Some(places) = self.members.get(class) {
            let later = |place: &&u32| after.is_none_or(|after| **place as usize > after);
            let later = places.iter().filter(later);
            later.for_each(|place| candidates.insert(*place));
        }
    }
}

impl ByPart {
    fn candidates<'s>(
        &self,
        program: &'s Program,
        subject: &'s impl Subject,
        seen: &mut Seen<'s>,
        candidates: &mut Set,
    ) {
        match program.value(self.of, subject, seen) {
            Ok(whole) => {
                let whole: &[u8] = whole;
                let hit = |test: &&PartTest| {
                    let range = functions::substring(whole.len(), test.start, test.length);
                    whole.get(range) == Some(&*test.is)
                };
                let hits = self.wanted.iter().filter(hit);
                hits.for_each(|test| candidates.insert(test.place));
            }
            Err(_) => {
                let all = self.wanted.iter();
                all.for_each(|test| candidates.insert(test.place));
            }
        }
    }
}
