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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::DataType;
    use super::*;

    #[test]
    fn built_in_definitions_keep_the_rules_for_custom_ones() {
        for universe in [Universe::V4, Universe::V6] {
            let standard = Definitions::standard(universe);
            for def in standard
                .iter()
                .filter(|d| d.data_type != DataType::Internal)
            {
                assert_eq!(def.check(universe), Ok(()), "{}", def.name);
                let by_name = standard.by_name(&def.space, &def.name).unwrap();
                assert_eq!((by_name, by_name.code), (def, def.code));
                assert_eq!(standard.by_code(&def.space, def.code), Some(def));
            }
        }
    }

    #[test]
    fn the_tables_of_the_manual_are_complete() {
        // 102 + 15 DHCPv4 options; 53 + 17 DHCPv6 options and reconf-accept, five more in containers.
        assert_eq!(
            Definitions::standard(Universe::V4).in_space("dhcp4").len(),
            117
        );
        assert_eq!(
            Definitions::standard(Universe::V6).in_space("dhcp6").len(),
            71
        );
    }

    #[test]
    fn built_in_spaces_and_their_second_names_are_known() {
        let (v4, v6) = (
            Definitions::standard(Universe::V4),
            Definitions::standard(Universe::V6),
        );
        for space in [
            "dhcp4",
            "vendor-4491",
            "docsis3-v4",
            "dhcp-agent-options-space",
        ] {
            assert!(v4.has_space(space), "{space}");
        }
        assert!(v4.has_space("vendor-encapsulated-options-space") && !v4.has_space("dhcp6"));
        for space in [
            "vendor-2495",
            "vendor-4491",
            "s46-rule-options",
            "s46-cont-lw-options",
        ] {
            assert!(v6.has_space(space), "{space}");
        }
        let oro = v4.by_name("docsis3-v4", "oro").unwrap();
        assert_eq!(
            (oro.space.as_ref(), oro.data_type),
            ("vendor-4491", DataType::Uint8)
        );
        assert_eq!(
            v6.by_name("docsis3-v6", "oro").unwrap().data_type,
            DataType::Uint16
        );
        assert_eq!(v4.by_name("dhcp4", "nds-servers"), v4.by_code("dhcp4", 85));
        assert_eq!(v6.by_name("dhcp6", "clientid"), v6.by_code("dhcp6", 1));
    }

    #[test]
    fn a_standard_option_cannot_be_redefined_but_an_undefined_code_can() {
        let standard = Definitions::standard(Universe::V4);
        let mut custom = Definitions::over(&standard);
        let same = OptionDef::clone(standard.by_code("dhcp4", 6).unwrap());
        assert!(matches!(
            custom.add(same),
            Err(DefinitionError::Standard { code: 6, .. })
        ));
        let named = OptionDef::new("dhcp4", 150, "routers", DataType::Ipv4Address);
        assert!(matches!(
            custom.add(named),
            Err(DefinitionError::Standard { code: 3, .. })
        ));
        custom
            .add(OptionDef::new(
                "dhcp4",
                150,
                "tftp-servers",
                DataType::Ipv4Address,
            ))
            .unwrap();
        assert_eq!(custom.by_name("dhcp4", "tftp-servers").unwrap().code, 150);
        let again = OptionDef::new("dhcp4", 150, "other", DataType::String);
        assert!(matches!(
            custom.add(again),
            Err(DefinitionError::Duplicate { code: 150, .. })
        ));
        assert_eq!(standard.by_code("dhcp4", 150), None);
    }

    #[test]
    fn a_class_hides_the_global_definition_and_that_the_last_resort() {
        let standard = Definitions::standard(Universe::V4);
        let of_space = |space: &'static str| {
            let mut def =
                OptionDef::new("dhcp4", 43, "vendor-encapsulated-options", DataType::Empty);
            def.encapsulates = Some(space.into());
            def
        };
        let global = Arc::new(Definitions::with_custom(&standard, [of_space("APC")]).unwrap());
        let class = Definitions::with_custom(&global, [of_space("PXE")]).unwrap();
        let space = |d: &Definitions| {
            d.by_code("dhcp4", 43)
                .unwrap()
                .encapsulates
                .clone()
                .unwrap()
        };
        assert_eq!(space(&standard), "vendor-encapsulated-options-space");
        assert_eq!(
            (space(&global), space(&class)),
            ("APC".into(), "PXE".into())
        );
        assert!(class.has_space("PXE") && class.by_name("dhcp4", "routers").is_some());
        assert_eq!(class.in_space("dhcp4").len(), 117);
    }
}
