//! The classes of a configuration: checked, compiled, and evaluated in the manual's passes
//! (classify.rst:62-147).

use std::collections::HashMap;

use smallvec::SmallVec;

use crate::bytes::Bytes;
use crate::error::EvalError;
use crate::expression::{Test, Value};
use crate::index::Index;
use crate::names::{
    ALL, ClassId, KNOWN, Membership, Names, SPAWN_PREFIX, UNKNOWN, VENDOR_CLASS_PREFIX, is_built_in,
};
use crate::program::{Program, Seen, Start};
use crate::steps::{Step, Tell};
use crate::subject::Subject;

/// A class as the configuration defines it.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its name, unique among the definitions.
    pub name: String,
    /// How a query gets it.
    pub rule: Rule,
    /// Evaluated only where a network, subnet or pool requires it.
    pub only_if_required: bool,
}

/// How a query gets a class.
#[derive(Clone, Debug)]
pub enum Rule {
    /// By somebody else: a reservation, a template, a hook, a built-in condition.
    Given,
    /// Where this is true.
    Test(Test),
    /// Where this yields anything, together with a class named after it.
    Template(Value),
}

/// Why definitions do not fit together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DependencyError {
    /// Two classes of one name.
    #[error("the class '{0}' is defined twice")]
    Twice(String),
    /// A class that is defined later, or nowhere.
    #[error("member('{other}') in class '{class}': that class is not defined before it")]
    NotDefined {
        /// Whose expression it is.
        class: String,
        /// What it refers to.
        other: String,
    },
}

/// When a class is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    /// When the query has come in.
    First,
    /// When it is clear whether the client has a reservation.
    Second,
    /// When something requires it.
    OnRequest,
}

#[derive(Clone, Debug)]
struct Class {
    id: ClassId,
    name: String,
    pass: Pass,
    rule: Compiled,
}

#[derive(Clone, Debug)]
enum Compiled {
    Given,
    /// Where it begins, and the whole for who wants to be told of it.
    Test(Start, Test),
    Template(Value),
}

/// The classes of a pass in their order, and which of them a query has to do with.
#[derive(Clone, Debug, Default)]
struct PassClasses {
    classes: Vec<Entry>,
    index: Index,
}

/// What a pass needs of a class with a test, close together; of others, where they are.
#[derive(Clone, Copy, Debug)]
enum Entry {
    Test {
        class: u32,
        id: ClassId,
        start: Start,
    },
    Template {
        class: u32,
    },
}

/// All classes of a configuration and all class names that it mentions.
#[derive(Clone, Debug)]
pub struct ClassSet {
    names: Names,
    classes: Vec<Class>,
    by_id: HashMap<ClassId, usize>,
    /// What a query meets in the first and second pass.
    passes: [PassClasses; 2],
    program: Program,
    all: ClassId,
    known: ClassId,
    unknown: ClassId,
}

impl Default for ClassSet {
    /// No class but the built-in ones.
    fn default() -> Self {
        Self::empty(Names::default())
    }
}

impl ClassSet {
    /// Checks and compiles definitions whose expressions were parsed with `names`.
    ///
    /// # Errors
    /// The first definition that does not fit those before it, by its index.
    pub fn new(
        names: Names,
        definitions: Vec<Definition>,
    ) -> Result<Self, (usize, DependencyError)> {
        let mut set = Self::empty(names);
        for (index, definition) in definitions.into_iter().enumerate() {
            set.add(definition).map_err(|error| (index, error))?;
        }
        for pass in &mut set.passes {
            pass.index.finish(&set.program);
        }
        Ok(set)
    }

    fn empty(mut names: Names) -> Self {
        let [all, known, unknown] = [ALL, KNOWN, UNKNOWN].map(|name| names.intern(name));
        Self {
            names,
            classes: Vec::new(),
            by_id: HashMap::new(),
            passes: Default::default(),
            program: Program::default(),
            all,
            known,
            unknown,
        }
    }

    /// Whether a class of this name is defined.
    #[must_use]
    pub fn is_defined(&self, id: ClassId) -> bool {
        self.by_id.contains_key(&id)
    }

    /// All names with their numbers.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    fn add(&mut self, definition: Definition) -> Result<(), DependencyError> {
        let id = self.names.intern(&definition.name);
        if self.by_id.contains_key(&id) {
            return Err(DependencyError::Twice(definition.name));
        }
        let pass = self.pass_of(&definition)?;
        let [first, second] = &mut self.passes;
        let of_pass = match (pass, &definition.rule) {
            (_, Rule::Given) | (Pass::OnRequest, _) => None,
            (Pass::First, _) => Some(first),
            (Pass::Second, _) => Some(second),
        };
        let test = match &definition.rule {
            Rule::Test(test) => Some(test),
            Rule::Given | Rule::Template(_) => None,
        };
        let start = test.map(|test| self.program.compile(test));
        if let Some(of_pass) = of_pass {
            of_pass.index.add(&mut self.program, test);
            let class = u32::try_from(self.classes.len()).unwrap_or(u32::MAX);
            of_pass.classes.push(match start {
                Some(start) => Entry::Test { class, id, start },
                None => Entry::Template { class },
            });
        }
        let rule = match (definition.rule, start) {
            (Rule::Test(test), Some(start)) => Compiled::Test(start, test),
            (Rule::Template(value), _) => Compiled::Template(value),
            (Rule::Given | Rule::Test(_), _) => Compiled::Given,
        };
        self.by_id.insert(id, self.classes.len());
        self.classes.push(Class {
            id,
            name: definition.name,
            pass,
            rule,
        });
        Ok(())
    }

    /// The pass of a class: the first in which everything it depends on is known.
    fn pass_of(&self, definition: &Definition) -> Result<Pass, DependencyError> {
        let mut pass = Pass::First;
        let mut missing = None;
        let mut depends = |id: ClassId| {
            let class = self
                .by_id
                .get(&id)
                .and_then(|index| self.classes.get(*index));
            if id == self.known
                || id == self.unknown
                || class.is_some_and(|c| c.pass == Pass::Second)
            {
                pass = Pass::Second;
            }
            if class.is_none() && !is_built_in(self.names.name(id)) {
                missing.get_or_insert(id);
            }
        };
        match &definition.rule {
            Rule::Given => {}
            Rule::Test(test) => test.for_each_member(&mut depends),
            Rule::Template(value) => value.for_each_member(&mut depends),
        }
        if let Some(other) = missing {
            return Err(DependencyError::NotDefined {
                class: definition.name.clone(),
                other: self.names.name(other).to_owned(),
            });
        }
        Ok(if definition.only_if_required {
            Pass::OnRequest
        } else {
            pass
        })
    }
}

/// The classes that one query gets, pass by pass.
#[derive(Debug)]
pub struct Classification<'s, S> {
    set: &'s ClassSet,
    subject: &'s S,
    seen: Seen<'s>,
    classes: Membership,
    unmentioned: Vec<String>,
    tell: Option<Tell>,
}

impl<'s, S: Subject> Classification<'s, S> {
    /// A query with the class `ALL`, and no other yet.
    pub fn new(set: &'s ClassSet, subject: &'s S) -> Self {
        let mut classes = Membership::default();
        classes.insert(set.all);
        Self::resume(set, subject, classes)
    }

    /// A query that has these classes already.
    pub fn resume(set: &'s ClassSet, subject: &'s S, classes: Membership) -> Self {
        Self {
            set,
            subject,
            seen: set.program.seen(),
            classes,
            unmentioned: Vec::new(),
            tell: None,
        }
    }

    /// The same, told step by step: then every class is looked at, in the order of the configuration.
    #[must_use]
    pub fn told(mut self, tell: Option<Tell>) -> Self {
        self.tell = tell;
        self
    }

    /// The classes in the end.
    pub fn into_classes(self) -> Membership {
        self.classes
    }

    /// The classes so far.
    pub fn classes(&self) -> &Membership {
        &self.classes
    }

    /// Names of classes so far, in the order of assignment but for those that the configuration does
    /// not mention: these come last.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let mentioned = self.classes.iter().map(|id| self.set.names.name(id));
        mentioned.chain(self.unmentioned.iter().map(String::as_str))
    }

    /// Gives the query a class that no expression decides about.
    pub fn give(&mut self, name: &str) {
        match self.set.names.find(name) {
            Some(id) => {
                self.classes.insert(id);
            }
            None if self.unmentioned.iter().all(|other| other != name) => {
                self.unmentioned.push(name.to_owned());
            }
            None => {}
        }
    }

    /// Gives the query the class of its vendor class identifier.
    pub fn give_vendor_class(&mut self, identifier: &[u8]) {
        let identifier = String::from_utf8_lossy(identifier);
        self.give(&format!("{VENDOR_CLASS_PREFIX}{identifier}"));
    }

    /// As [`Self::first_pass`], for a query that is given classes by its reservation: expressions see them, and
    /// in the order of assignment they come after.
    pub fn first_pass_with(&mut self, given: &[ClassId], failed: &mut dyn FnMut(&str, EvalError)) {
        let new = given.iter().copied();
        let new: SmallVec<[ClassId; 4]> = new.filter(|id| self.classes.assume(*id)).collect();
        self.first_pass(failed);
        new.into_iter().for_each(|id| self.classes.append(id));
    }

    /// Evaluates what depends on the query alone. `failed` hears of expressions without a value.
    pub fn first_pass(&mut self, failed: &mut dyn FnMut(&str, EvalError)) {
        let [first, _] = &self.set.passes;
        self.evaluate_all(first, failed);
    }

    /// Says whether the client has a reservation, and evaluates what depends on that.
    pub fn second_pass(&mut self, has_reservation: bool, failed: &mut dyn FnMut(&str, EvalError)) {
        self.classes.insert(match has_reservation {
            true => self.set.known,
            false => self.set.unknown,
        });
        let [_, second] = &self.set.passes;
        self.evaluate_all(second, failed);
    }

    /// Evaluates a class that a network, subnet or pool requires, whatever its pass.
    pub fn require(&mut self, id: ClassId, failed: &mut dyn FnMut(&str, EvalError)) {
        let set = self.set;
        let class = set.by_id.get(&id).and_then(|index| set.classes.get(*index));
        if let Some(class) = class {
            self.evaluate(class, failed);
        }
    }

    fn evaluate_all(&mut self, pass: &'s PassClasses, failed: &mut dyn FnMut(&str, EvalError)) {
        if self.tell.is_some() {
            let all = pass.classes.iter().map(|entry| match entry {
                Entry::Test { class, .. } | Entry::Template { class } => *class as usize,
            });
            let all = all.filter_map(|class| self.set.classes.get(class));
            return all.for_each(|class| self.evaluate(class, failed));
        }
        let (set, index) = (self.set, &pass.index);
        let (program, subject) = (&set.program, self.subject);
        let mut pending = index.candidates(program, subject, &self.classes, &mut self.seen);
        let mut from = 0;
        while let Some(place) = pending.take(&mut from) {
            let class = match pass.classes.get(place) {
                None => continue,
                Some(Entry::Template { class }) => class,
                Some(Entry::Test { class, id, start }) => {
                    let classes = &self.classes;
                    match program.is_true(*start, subject, classes, &mut self.seen) {
                        Some(true) => {
                            if self.classes.insert(*id) {
                                index.woken_by(id.index(), Some(place), &mut pending);
                            }
                            continue;
                        }
                        Some(false) => continue,
                        // What it was is told below.
                        None => class,
                    }
                }
            };
            let mut next = self.classes.len();
            if let Some(class) = set.classes.get(*class as usize) {
                self.evaluate(class, failed);
            }
            while let Some(assigned) = self.classes.nth(next) {
                index.woken_by(assigned.index(), Some(place), &mut pending);
                next += 1;
            }
        }
    }

    fn evaluate(&mut self, class: &'s Class, failed: &mut dyn FnMut(&str, EvalError)) {
        self.decide(class, failed);
        if let Some(tell) = self.tell {
            let has = self.classes.contains(class.id);
            let text = format!("Expression of class '{}' evaluated to '{has}'", class.name);
            tell(Step::Outcome, &text);
        }
    }

    fn decide(&mut self, class: &'s Class, failed: &mut dyn FnMut(&str, EvalError)) {
        let set = self.set;
        match &class.rule {
            Compiled::Given => {}
            Compiled::Test(start, test) => {
                let program = &set.program;
                if let Some(mut tell) = self.tell {
                    // For the words alone: what they say is what is decided below.
                    let _ = test.decide(self.subject, &self.classes, &mut tell);
                }
                match program.is_true(*start, self.subject, &self.classes, &mut self.seen) {
                    Some(true) => {
                        self.classes.insert(class.id);
                    }
                    Some(false) => {}
                    None => failed(&class.name, self.seen.failure()),
                }
            }
            Compiled::Template(value) => match self.spawned(value) {
                Ok(value) if value.is_empty() => {}
                Ok(value) => {
                    let value = String::from_utf8_lossy(&value).into_owned();
                    self.give(&format!("{SPAWN_PREFIX}{}_{value}", class.name));
                    self.classes.insert(class.id);
                }
                Err(error) => failed(&class.name, error),
            },
        }
    }

    fn spawned(&self, value: &'s Value) -> Result<Bytes<'s>, EvalError> {
        match self.tell {
            Some(mut tell) => value.yielded(self.subject, &self.classes, &mut tell),
            None => value.of(self.subject, &self.classes),
        }
    }
}
