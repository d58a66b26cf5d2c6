//! Tests compiled together, so that what several of them look at is looked at once per query.
//!
//! A test becomes questions with two ways out each: the next question or the verdict. `and`, `or` and
//! `not` are in the ways alone. A value that questions are about (an option, a part of it) has a slot,
//! filled when the first of them is asked. The literals that a slot is compared with are numbered, and
//! filling it finds which of them it is: from then on a comparison is one of two numbers.

use std::collections::HashMap;

use crate::bytes::Bytes;
use crate::error::EvalError;
use crate::expression::{Existence, Part, Test, Value};
use crate::functions;
use crate::names::{ClassId, Membership};
use crate::subject::Subject;

/// Where a test begins: a question, or a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start(u32);

/// The two verdicts, as places behind every question.
const TRUE: Start = Start(u32::MAX);
const FALSE: Start = Start(u32::MAX - 1);

/// What stands for the literal of a slot that is not filled, is none of its literals, or has no value.
const NOT_FILLED: u32 = u32::MAX;
const NO_LITERAL: u32 = u32::MAX - 1;
const FAILED: u32 = u32::MAX - 2;

/// Up to so many literals are compared one after the other, which is faster than hashing.
const FEW: usize = 8;

/// A question and where its answers lead.
#[derive(Clone, Copy, Debug)]
struct Question {
    what: What,
    if_true: Start,
    if_false: Start,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// Is the slot's value this literal?
    Is { slot: u32, literal: u32 },
    /// Have the two slots the same value?
    Same(u32, u32),
    /// Is the option there?
    Has(u32),
    /// Has the query the class?
    Member(ClassId),
    /// What depends on classes in its values, and thus on the moment.
    Plain(u32),
}

/// What makes it worth while to evaluate a test: one of these holds whenever it is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// The slot's value is this literal.
    Is { slot: u32, literal: u32 },
    /// The option is there.
    Has(u32),
    /// The query has the class.
    Member(ClassId),
}

/// Most triggers of one test; with more it is evaluated for every query.
const MOST_TRIGGERS: usize = 16;

/// What a slot turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    /// This one of its literals.
    Literal(u32),
    /// None of them.
    Other,
    /// It has no value.
    Failed,
}

/// Compiled tests and what they look at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    questions: Vec<Question>,
    slots: Vec<Slot>,
    by_value: HashMap<Value, u32>,
    existences: Vec<Existence>,
    by_existence: HashMap<Existence, u32>,
    plain: Vec<Test>,
}

#[derive(Clone, Debug)]
struct Slot {
    source: Source,
    literals: Vec<Box<[u8]>>,
    by_literal: HashMap<Box<[u8]>, u32>,
}

#[derive(Clone, Debug)]
enum Source {
    Value(Value),
    /// A part of another slot: most expressions cut something out of an option.
    Part {
        of: u32,
        start: i64,
        length: Option<i64>,
    },
}

/// What was looked at for one query.
#[derive(Debug)]
pub(crate) struct Seen<'s> {
    /// Literal and place among the values (or errors) of each slot.
    slots: Vec<(u32, u32)>,
    values: Vec<Bytes<'s>>,
    errors: Vec<EvalError>,
    existences: Vec<Option<bool>>,
    /// Why the last test that had no value had none.
    failure: Option<EvalError>,
}

impl Program {
    /// Adds a test; where it begins.
    pub(crate) fn compile(&mut self, test: &Test) -> Start {
        self.add(test, TRUE, FALSE)
    }

    /// What a test cannot be true without; none where there is no such thing.
    pub(crate) fn triggers(&mut self, test: &Test) -> Option<Vec<Trigger>> {
        let triggers = match test {
            Test::Not(_) => return None,
            // One part is enough, if what is left of it cannot fail: that would have to be told.
            Test::All(parts) => {
                let sure = parts.iter().position(can_fail).unwrap_or(parts.len());
                let mut parts = parts.iter().take(sure + 1);
                return parts.find_map(|part| self.triggers(part));
            }
            Test::Any(parts) => {
                let parts = parts.iter().map(|part| self.triggers(part));
                parts.collect::<Option<Vec<_>>>()?.concat()
            }
            Test::Equal(a, b) if !is_timeless(a) || !is_timeless(b) => return None,
            Test::Equal(Value::Literal(_), Value::Literal(_)) => return None,
            Test::Equal(value, Value::Literal(literal))
            | Test::Equal(Value::Literal(literal), value) => {
                let slot = self.slot(value);
                let literal = self.literal(slot, literal);
                vec![Trigger::Is { slot, literal }]
            }
            Test::Equal(..) => return None,
            Test::Exists(what) => vec![Trigger::Has(self.existence(what))],
            Test::Member(id) => vec![Trigger::Member(*id)],
        };
        (triggers.len() <= MOST_TRIGGERS).then_some(triggers)
    }

    /// Whose part a slot is, and which.
    pub(crate) fn part(&self, slot: u32) -> Option<(u32, i64, Option<i64>)> {
        match self.slots.get(slot as usize)?.source {
            Source::Part { of, start, length } => Some((of, start, length)),
            Source::Value(_) => None,
        }
    }

    /// The bytes of one of a slot's literals.
    pub(crate) fn literal_text(&self, slot: u32, literal: u32) -> Option<&[u8]> {
        let slot = self.slots.get(slot as usize)?;
        slot.literals.get(literal as usize).map(|text| &**text)
    }

    /// Which of a slot's literals its value is.
    pub(crate) fn look<'s>(
        &'s self,
        slot: u32,
        subject: &'s impl Subject,
        seen: &mut Seen<'s>,
    ) -> Looked {
        let mut found = seen.literal(slot);
        if found == NOT_FILLED {
            found = self.fill(slot, subject, seen);
        }
        match found {
            FAILED => Looked::Failed,
            NO_LITERAL => Looked::Other,
            literal => Looked::Literal(literal),
        }
    }

    /// Nothing looked at yet.
    pub(crate) fn seen<'s>(&self) -> Seen<'s> {
        Seen {
            slots: vec![(NOT_FILLED, 0); self.slots.len()],
            values: Vec::new(),
            errors: Vec::new(),
            existences: vec![None; self.existences.len()],
            failure: None,
        }
    }

    /// Whether a test is true now; nothing where it has no value ([`Seen::failure`]).
    pub(crate) fn is_true<'s>(
        &'s self,
        start: Start,
        subject: &'s impl Subject,
        classes: &Membership,
        seen: &mut Seen<'s>,
    ) -> Option<bool> {
        let mut next = start;
        while let Some(question) = self.questions.get(next.0 as usize) {
            let answer = match question.what {
                What::Is { slot, literal } => {
                    let mut found = seen.literal(slot);
                    if found == NOT_FILLED {
                        found = self.fill(slot, subject, seen);
                    }
                    if found == FAILED {
                        return seen.fail(seen.error(slot));
                    }
                    found == literal
                }
                What::Same(a, b) => match self.are_same(a, b, subject, seen) {
                    Ok(answer) => answer,
                    Err(error) => return seen.fail(error),
                },
                What::Has(index) => self.has(index, subject, seen),
                What::Member(id) => classes.contains(id),
                What::Plain(index) => {
                    let test = self.plain.get(index as usize);
                    match test.map_or(Ok(false), |test| test.is_true_of(subject, classes)) {
                        Ok(answer) => answer,
                        Err(error) => return seen.fail(error),
                    }
                }
            };
            // Ways that end here are taken at once: a processor guesses them well, where it would wait for the
            // answer to find the next question.
            match answer {
                true if question.if_true == TRUE => return Some(true),
                true => next = question.if_true,
                false if question.if_false == FALSE => return Some(false),
                false => next = question.if_false,
            }
        }
        Some(next == TRUE)
    }

    /// From the last part to the first, so that each knows where its answers lead.
    fn add(&mut self, test: &Test, if_true: Start, if_false: Start) -> Start {
        let what = match test {
            Test::Not(a) => return self.add(a, if_false, if_true),
            Test::All(parts) => {
                let parts = parts.iter().rev();
                return parts.fold(if_true, |next, part| self.add(part, next, if_false));
            }
            Test::Any(parts) => {
                let parts = parts.iter().rev();
                return parts.fold(if_false, |next, part| self.add(part, if_true, next));
            }
            Test::Equal(Value::Literal(a), Value::Literal(b)) => {
                return if a == b { if_true } else { if_false };
            }
            Test::Equal(a, b) if !is_timeless(a) || !is_timeless(b) => {
                self.plain.push(test.clone());
                What::Plain(number(self.plain.len() - 1))
            }
            Test::Equal(value, Value::Literal(literal))
            | Test::Equal(Value::Literal(literal), value) => {
                let slot = self.slot(value);
                let literal = self.literal(slot, literal);
                What::Is { slot, literal }
            }
            Test::Equal(a, b) => What::Same(self.slot(a), self.slot(b)),
            Test::Exists(what) => What::Has(self.existence(what)),
            Test::Member(id) => What::Member(*id),
        };
        self.questions.push(Question {
            what,
            if_true,
            if_false,
        });
        Start(number(self.questions.len() - 1))
    }

    fn slot(&mut self, value: &Value) -> u32 {
        if let Some(slot) = self.by_value.get(value) {
            return *slot;
        }
        let source = match value {
            Value::Substring {
                value,
                start,
                length,
            } => Source::Part {
                of: self.slot(value),
                start: *start,
                length: *length,
            },
            value => Source::Value(value.clone()),
        };
        let slot = number(self.slots.len());
        self.slots.push(Slot {
            source,
            literals: Vec::new(),
            by_literal: HashMap::new(),
        });
        self.by_value.insert(value.clone(), slot);
        slot
    }

    fn literal(&mut self, slot: u32, literal: &[u8]) -> u32 {
        let Some(slot) = self.slots.get_mut(slot as usize) else {
            return NO_LITERAL;
        };
        let next = number(slot.literals.len());
        let literal: Box<[u8]> = literal.into();
        let entry = slot.by_literal.entry(literal.clone());
        *entry.or_insert_with(|| {
            slot.literals.push(literal);
            next
        })
    }

    fn existence(&mut self, what: &Existence) -> u32 {
        if let Some(index) = self.by_existence.get(what) {
            return *index;
        }
        let index = number(self.existences.len());
        self.existences.push(what.clone());
        self.by_existence.insert(what.clone(), index);
        index
    }

    /// Finds a slot's value; which literal it is.
    #[inline(never)]
    fn fill<'s>(&'s self, index: u32, subject: &'s impl Subject, seen: &mut Seen<'s>) -> u32 {
        let Some(slot) = self.slots.get(index as usize) else {
            return NO_LITERAL;
        };
        let value = match &slot.source {
            // No value in a slot depends on classes.
            Source::Value(value) => value.of(subject, &Membership::default()),
            Source::Part { of, start, length } => {
                let whole = self.value(*of, subject, seen);
                whole.map(|whole| {
                    let range = functions::substring(whole.len(), *start, *length);
                    functions::part(whole.clone(), range)
                })
            }
        };
        match value {
            Ok(value) => {
                let literal = slot.literal_of(&value);
                seen.keep(index, literal, value);
                literal
            }
            Err(error) => {
                seen.keep_error(index, error);
                FAILED
            }
        }
    }

    /// A slot's value.
    pub(crate) fn value<'s, 'f>(
        &'s self,
        slot: u32,
        subject: &'s impl Subject,
        seen: &'f mut Seen<'s>,
    ) -> Result<&'f Bytes<'s>, EvalError> {
        if seen.literal(slot) == NOT_FILLED {
            self.fill(slot, subject, seen);
        }
        match seen.value(slot) {
            Some(value) => Ok(value),
            None => Err(seen.error(slot)),
        }
    }

    fn are_same<'s>(
        &'s self,
        a: u32,
        b: u32,
        subject: &'s impl Subject,
        seen: &mut Seen<'s>,
    ) -> Result<bool, EvalError> {
        self.value(a, subject, seen)?;
        self.value(b, subject, seen)?;
        Ok(match (seen.value(a), seen.value(b)) {
            (Some(a), Some(b)) => **a == **b,
            _ => false,
        })
    }

    /// Whether the query has an option.
    pub(crate) fn has(&self, index: u32, subject: &impl Subject, seen: &mut Seen<'_>) -> bool {
        let (Some(known), Some(what)) = (
            seen.existences.get_mut(index as usize),
            self.existences.get(index as usize),
        ) else {
            return false;
        };
        *known.get_or_insert_with(|| subject.has(what))
    }
}

impl Slot {
    fn literal_of(&self, value: &[u8]) -> u32 {
        let found = match self.literals.len() {
            ..=FEW => self
                .literals
                .iter()
                .position(|literal| **literal == *value)
                .map(number),
            _ => self.by_literal.get(value).copied(),
        };
        found.unwrap_or(NO_LITERAL)
    }
}

impl<'s> Seen<'s> {
    /// Why the last test that had no value had none.
    pub(crate) fn failure(&mut self) -> EvalError {
        self.failure.take().unwrap_or(EvalError::NoValue)
    }

    #[cold]
    fn fail(&mut self, error: EvalError) -> Option<bool> {
        self.failure = Some(error);
        None
    }

    fn literal(&self, slot: u32) -> u32 {
        self.slots
            .get(slot as usize)
            .map_or(NO_LITERAL, |(literal, _)| *literal)
    }

    fn value(&self, slot: u32) -> Option<&Bytes<'s>> {
        match self.slots.get(slot as usize)? {
            (NOT_FILLED | FAILED, _) => None,
            (_, place) => self.values.get(*place as usize),
        }
    }

    /// The error of a slot that has no value.
    fn error(&self, slot: u32) -> EvalError {
        let place = self.slots.get(slot as usize).map_or(0, |(_, place)| *place);
        let error = self.errors.get(place as usize).cloned();
        error.unwrap_or(EvalError::NoValue)
    }

    fn keep(&mut self, slot: u32, literal: u32, value: Bytes<'s>) {
        let place = number(self.values.len());
        self.values.push(value);
        if let Some(slot) = self.slots.get_mut(slot as usize) {
            *slot = (literal, place);
        }
    }

    fn keep_error(&mut self, slot: u32, error: EvalError) {
        let place = number(self.errors.len());
        self.errors.push(error);
        if let Some(slot) = self.slots.get_mut(slot as usize) {
            *slot = (FAILED, place);
        }
    }
}

/// Whether a value is the same at any time while a query is worked on.
fn is_timeless(value: &Value) -> bool {
    let mut is = true;
    value.for_each_member(&mut |_| is = false);
    is
}

/// Whether some query may leave a test without a value: conversions to text want certain lengths.
fn can_fail(test: &Test) -> bool {
    let mut fails = false;
    test.walk(&mut |part| fails |= matches!(part, Part::Value(Value::Text(..))));
    fails
}

/// Positions are far below the numbers that mean something else.
fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(FAILED - 1)
}
