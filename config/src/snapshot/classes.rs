//! Client classes with what they give to their members, and what is open to members alone.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use murre_classify::{ClassId, ClassSet, DROP, Definition, DependencyError, Membership, Names};
use smallvec::SmallVec;

use super::{OptionSet, Triplet};

/// What a class gives to its members; what it does not mention is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassValues {
    /// Options, below those of all scopes but the global one.
    pub options: OptionSet,
    /// Valid lifetime.
    pub valid: Option<Triplet>,
    /// Seconds for which an offer is written as a lease (v4).
    pub offer_lifetime: Option<u32>,
    /// `siaddr` (v4).
    pub next_server: Option<Ipv4Addr>,
    /// `sname` (v4), at most 64 bytes.
    pub server_hostname: Option<Arc<str>>,
    /// `file` (v4), at most 128 bytes.
    pub boot_file_name: Option<Arc<str>>,
}

/// The classes that may use a network, subnet or pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard(SmallVec<[ClassId; 1]>);

impl Guard {
    /// Open to members of any of these classes; to everybody if there is none.
    pub fn new(classes: impl IntoIterator<Item = ClassId>) -> Self {
        Self(classes.into_iter().collect())
    }

    /// Whether a query with these classes may use it.
    pub fn admits(&self, classes: &Membership) -> bool {
        self.0.is_empty() || self.0.iter().any(|class| classes.contains(*class))
    }
}

/// What classes mean for a network, subnet or pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassUse {
    /// Who may use it.
    pub guard: Guard,
    /// Classes to evaluate for who uses it, in this order.
    pub required: Vec<ClassId>,
}

/// All classes of a server.
#[derive(Debug, Default)]
pub struct Classes {
    set: ClassSet,
    values: HashMap<ClassId, ClassValues>,
    drop: Option<ClassId>,
    matter: bool,
}

impl Classes {
    /// The classes that `definitions` define, each with its values, where `names` holds all names that the
    /// configuration mentions.
    ///
    /// # Errors
    /// The first definition that does not fit those before it, by its index.
    pub fn new(
        names: Names,
        definitions: Vec<(Definition, ClassValues)>,
    ) -> Result<Self, (usize, DependencyError)> {
        let (definitions, values): (Vec<_>, Vec<_>) = definitions.into_iter().unzip();
        let class_names: Vec<_> = definitions.iter().map(|class| class.name.clone()).collect();
        let matter = !names.is_empty();
        let set = ClassSet::new(names, definitions)?;
        let ids = class_names.iter().map(|name| set.names().find(name));
        let values = ids.zip(values);
        let values: HashMap<_, _> = values.filter_map(|(id, v)| Some((id?, v))).collect();
        Ok(Self {
            drop: set.names().find(DROP),
            matter,
            values,
            set,
        })
    }

    /// Names and expressions.
    pub fn set(&self) -> &ClassSet {
        &self.set
    }

    /// Whether the configuration mentions any class at all.
    pub fn matter(&self) -> bool {
        self.matter
    }

    /// Whether a query with these classes is not to be answered.
    pub fn drop(&self, classes: &Membership) -> bool {
        self.drop.is_some_and(|drop| classes.contains(drop))
    }

    /// One thing that classes may give, of the first class of a query that does.
    pub fn first<'a, T>(
        &'a self,
        classes: &'a Membership,
        of: impl FnMut(&'a ClassValues) -> Option<T>,
    ) -> Option<T> {
        self.values(classes).find_map(of)
    }

    /// What the classes of a query give it, the first one's first.
    pub fn values<'a>(&'a self, classes: &'a Membership) -> impl Iterator<Item = &'a ClassValues> {
        let ids = classes.iter().filter(|_| !self.values.is_empty());
        ids.filter_map(|id| self.values.get(&id))
    }
}
