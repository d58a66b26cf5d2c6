//! The option definitions of one universe: the built-in tables, and overlays of custom ones.
//!
//! An overlay holds what the configuration (or one client class) adds and looks into its parent for
//! the rest, so the precedence of class over global over built-in (manual dhcp4-srv.rst:2551-2565)
//! is a chain of overlays.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use super::table::Tables;
use super::{DefinitionError, OptionDef, Universe, standard4, standard6};

/// Option definitions by space and code, and by space and name.
#[derive(Clone, Debug)]
pub struct Definitions {
    universe: Universe,
    parent: Option<Arc<Self>>,
    spaces: HashMap<String, Space>,
}

#[derive(Clone, Debug, Default)]
struct Space {
    by_code: HashMap<u16, Arc<OptionDef>>,
    by_name: HashMap<String, Arc<OptionDef>>,
}

/// Other names of one space: Debian's and other shipped samples write the DOCSIS 3 options into
/// spaces of these names.
const SPACE_ALIASES: [(Universe, &str, &str); 2] = [
    (Universe::V4, "docsis3-v4", "vendor-4491"),
    (Universe::V6, "docsis3-v6", "vendor-4491"),
];

/// Option 43 alone may be defined anew: its built-in definition is a last resort.
const VENDOR_ENCAPSULATED: u16 = 43;

impl Definitions {
    /// The built-in definitions, made once per process.
    #[must_use]
    pub fn standard(universe: Universe) -> Arc<Self> {
        static V4: LazyLock<Arc<Definitions>> =
            LazyLock::new(|| Arc::new(Definitions::built_in(Universe::V4, standard4::all())));
        static V6: LazyLock<Arc<Definitions>> =
            LazyLock::new(|| Arc::new(Definitions::built_in(Universe::V6, standard6::all())));
        match universe {
            Universe::V4 => V4.clone(),
            Universe::V6 => V6.clone(),
        }
    }

    /// An empty overlay over `parent`.
    #[must_use]
    pub fn over(parent: &Arc<Self>) -> Self {
        Self {
            universe: parent.universe,
            parent: Some(parent.clone()),
            spaces: HashMap::new(),
        }
    }

    /// An overlay over `parent` with all of `definitions` in it.
    ///
    /// # Errors
    /// As [`Self::add`], for the first definition that is refused.
    pub fn with_custom(
        parent: &Arc<Self>,
        definitions: impl IntoIterator<Item = OptionDef>,
    ) -> Result<Self, DefinitionError> {
        let mut overlay = Self::over(parent);
        for definition in definitions {
            overlay.add(definition)?;
        }
        Ok(overlay)
    }

    /// Adds a custom definition to this level.
    ///
    /// It may hide a custom definition of a parent level, and the built-in one of option 43.
    ///
    /// # Errors
    /// When the definition breaks a rule of [`OptionDef::check`], repeats a code or name of this
    /// level, or would replace a built-in definition.
    pub fn add(&mut self, definition: OptionDef) -> Result<(), DefinitionError> {
        definition.check(self.universe)?;
        let place =
            |found: &OptionDef| (found.space.to_string(), found.name.to_string(), found.code);
        let standard = Self::standard(self.universe);
        let redefinable = definition.space == self.universe.space()
            && self.universe == Universe::V4
            && definition.code == VENDOR_ENCAPSULATED;
        if !redefinable
            && let Some(found) =
                standard.local(&definition.space, definition.code, &definition.name)
        {
            let (space, name, code) = place(found);
            return Err(DefinitionError::Standard { space, name, code });
        }
        if let Some(found) = self.local(&definition.space, definition.code, &definition.name) {
            let (space, name, code) = place(found);
            return Err(DefinitionError::Duplicate { space, name, code });
        }
        self.insert(definition);
        Ok(())
    }

    /// The universe these definitions belong to.
    #[must_use]
    pub const fn universe(&self) -> Universe {
        self.universe
    }

    /// The definition of a code in a space.
    #[must_use]
    pub fn by_code(&self, space: &str, code: u16) -> Option<&Arc<OptionDef>> {
        self.find(space, |s| s.by_code.get(&code))
    }

    /// The definition of a name in a space.
    #[must_use]
    pub fn by_name(&self, space: &str, name: &str) -> Option<&Arc<OptionDef>> {
        self.find(space, |s| s.by_name.get(name))
    }

    /// Whether any definition is in this space, or encapsulates it.
    #[must_use]
    pub fn has_space(&self, space: &str) -> bool {
        let space = self.space_name(space);
        self.levels().any(|level| {
            let mut all = level.spaces.values().flat_map(|s| s.by_code.values());
            level.spaces.contains_key(space)
                || all.any(|d| d.encapsulates.as_deref() == Some(space))
        })
    }

    /// The definitions of a space in rising order of code.
    #[must_use]
    pub fn in_space(&self, space: &str) -> Vec<&Arc<OptionDef>> {
        let space = self.space_name(space);
        let mut found: HashMap<u16, &Arc<OptionDef>> = HashMap::new();
        for level in self.levels() {
            for (code, definition) in level.spaces.get(space).into_iter().flat_map(|s| &s.by_code) {
                found.entry(*code).or_insert(definition);
            }
        }
        let mut found: Vec<_> = found.into_values().collect();
        found.sort_by_key(|d| d.code);
        found
    }

    /// All definitions of this level and its parents, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<OptionDef>> {
        let spaces = self.levels().flat_map(|level| level.spaces.values());
        spaces.flat_map(|space| space.by_code.values())
    }

    /// The name a space is kept under: `docsis3-v4` and `docsis3-v6` mean `vendor-4491`.
    #[must_use]
    pub fn space_name<'n>(&self, space: &'n str) -> &'n str {
        let aliases = SPACE_ALIASES.iter();
        let mut alias = aliases.filter(|(u, name, _)| *u == self.universe && *name == space);
        alias.next().map_or(space, |(_, _, real)| real)
    }

    fn built_in(universe: Universe, tables: Tables) -> Self {
        let (definitions, aliases) = tables;
        let mut built = Self {
            universe,
            parent: None,
            spaces: HashMap::new(),
        };
        for definition in definitions {
            built.insert(definition);
        }
        for (code, name) in aliases {
            if let Some(space) = built.spaces.get_mut(universe.space())
                && let Some(definition) = space.by_code.get(code).cloned()
            {
                space.by_name.insert((*name).to_owned(), definition);
            }
        }
        built
    }

    fn insert(&mut self, definition: OptionDef) {
        let key = self.space_name(&definition.space).to_owned();
        let space = self.spaces.entry(key).or_default();
        let definition = Arc::new(definition);
        space
            .by_name
            .insert(definition.name.to_string(), definition.clone());
        space.by_code.insert(definition.code, definition);
    }

    fn local(&self, space: &str, code: u16, name: &str) -> Option<&OptionDef> {
        let space = self.spaces.get(self.space_name(space))?;
        let found = space
            .by_code
            .get(&code)
            .or_else(|| space.by_name.get(name))?;
        Some(found)
    }

    fn levels(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |level| level.parent.as_deref())
    }

    fn find<'d>(
        &'d self,
        space: &str,
        pick: impl Fn(&'d Space) -> Option<&'d Arc<OptionDef>>,
    ) -> Option<&'d Arc<OptionDef>> {
        let space = self.space_name(space);
        self.levels()
            .find_map(|level| level.spaces.get(space).and_then(&pick))
    }
}
