//! One option definition and the rules it must keep.

use std::borrow::Cow;

use super::{DataType, Universe};

/// What is known of an option: its place (space and code), its name and the layout of its data.
///
/// Made either by the built-in tables or from an `option-def` of the configuration; then call
/// [`OptionDef::check`] (which [`super::Definitions::add`] does).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OptionDef {
    /// The code within the space.
    pub code: u16,
    /// The name, unique within the space.
    pub name: Cow<'static, str>,
    /// The option space (`dhcp4`, `dhcp6`, `vendor-4491`, ...).
    pub space: Cow<'static, str>,
    /// The type of the data.
    pub data_type: DataType,
    /// Whether values repeat; in a record, the last field does.
    pub array: bool,
    /// The fields of a record; empty for every other type.
    pub record: Cow<'static, [DataType]>,
    /// The space of the sub-options that follow the data, if any.
    pub encapsulates: Option<Cow<'static, str>>,
}

/// Why a definition cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DefinitionError {
    /// A record without fields.
    #[error("option '{space}.{name}' is a record: 'record-types' must list its fields")]
    NoFields {
        /// Option space.
        space: String,
        /// Option name.
        name: String,
    },
    /// Fields given for a type that has none.
    #[error("option '{space}.{name}' has type {data_type}: 'record-types' must be empty")]
    UnexpectedFields {
        /// Option space.
        space: String,
        /// Option name.
        name: String,
        /// Its type.
        data_type: DataType,
    },
    /// A type that cannot stand where it does.
    #[error("option '{space}.{name}': {reason}")]
    Layout {
        /// Option space.
        space: String,
        /// Option name.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// A code outside of the universe's range.
    #[error("option '{space}.{name}' has code {code}, expected {min} to {max}")]
    Code {
        /// Option space.
        space: String,
        /// Option name.
        name: String,
        /// The code.
        code: u16,
        /// Lowest code of the space.
        min: u16,
        /// Highest code of the space.
        max: u16,
    },
    /// Name or space are not usable as identifiers.
    #[error("'{value}' is not a usable option {what}: letters, digits, '-' and '_' only")]
    Identifier {
        /// `name` or `space`.
        what: &'static str,
        /// The text.
        value: String,
    },
    /// An option that encapsulates the space it is in.
    #[error("option '{space}.{name}' encapsulates its own space")]
    SelfEncapsulation {
        /// Option space.
        space: String,
        /// Option name.
        name: String,
    },
    /// A built-in definition cannot be replaced (manual dhcp4-srv.rst:1817).
    #[error(
        "option '{space}.{name}' (code {code}) has a built-in definition, which cannot be replaced"
    )]
    Standard {
        /// Option space.
        space: String,
        /// Name of the built-in definition.
        name: String,
        /// Its code.
        code: u16,
    },
    /// The same code or name twice in one space.
    #[error("option '{space}.{name}' (code {code}) is already defined")]
    Duplicate {
        /// Option space.
        space: String,
        /// Name of the definition there is.
        name: String,
        /// Its code.
        code: u16,
    },
}

impl OptionDef {
    /// A definition of one value of a type. The other properties are public fields.
    pub fn new(
        space: impl Into<Cow<'static, str>>,
        code: u16,
        name: impl Into<Cow<'static, str>>,
        data_type: DataType,
    ) -> Self {
        Self {
            code,
            name: name.into(),
            space: space.into(),
            data_type,
            array: false,
            record: Cow::Borrowed(&[]),
            encapsulates: None,
        }
    }

    /// The fields in order: those of the record, or the one type there is.
    #[must_use]
    pub fn fields(&self) -> &[DataType] {
        match self.data_type {
            DataType::Record => &self.record,
            _ => std::slice::from_ref(&self.data_type),
        }
    }

    /// Checks a definition that came from outside.
    ///
    /// # Errors
    /// The first rule it breaks; see [`DefinitionError`].
    pub fn check(&self, universe: Universe) -> Result<(), DefinitionError> {
        self.check_identifiers()?;
        self.check_code(universe)?;
        self.check_layout()?;
        if self.encapsulates.as_ref() == Some(&self.space) {
            let (space, name) = self.place();
            return Err(DefinitionError::SelfEncapsulation { space, name });
        }
        Ok(())
    }

    fn place(&self) -> (String, String) {
        (self.space.to_string(), self.name.to_string())
    }

    fn check_identifiers(&self) -> Result<(), DefinitionError> {
        let spaces = std::iter::once(&self.space).chain(&self.encapsulates);
        let named = spaces.map(|s| ("space", s)).chain([("name", &self.name)]);
        for (what, value) in named {
            let usable = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if value.is_empty() || !value.chars().all(usable) {
                let value = value.to_string();
                return Err(DefinitionError::Identifier { what, value });
            }
        }
        Ok(())
    }

    /// 0 and 255 are PAD and END of the packet itself; in other DHCPv4 spaces they may be defined
    /// (manual dhcp4-srv.rst:2537).
    fn check_code(&self, universe: Universe) -> Result<(), DefinitionError> {
        let (min, max) = match (universe, self.space == universe.space()) {
            (_, true) => (1, universe.max_code()),
            (Universe::V4, false) => (0, 255),
            (Universe::V6, false) => (0, u16::MAX),
        };
        if (min..=max).contains(&self.code) {
            return Ok(());
        }
        let ((space, name), code) = (self.place(), self.code);
        Err(DefinitionError::Code {
            space,
            name,
            code,
            min,
            max,
        })
    }

    fn check_layout(&self) -> Result<(), DefinitionError> {
        let (space, name) = self.place();
        let layout = |reason: String| DefinitionError::Layout {
            space: space.clone(),
            name: name.clone(),
            reason,
        };
        if self.data_type == DataType::Record {
            if self.record.is_empty() {
                return Err(DefinitionError::NoFields { space, name });
            }
            for (index, field) in self.record.iter().enumerate() {
                if matches!(
                    field,
                    DataType::Record | DataType::Empty | DataType::Internal
                ) {
                    return Err(layout(format!(
                        "a record cannot have a field of type {field}"
                    )));
                }
                if field.is_greedy() && index + 1 < self.record.len() {
                    return Err(layout(format!(
                        "a field of type {field} takes the rest of the option, so it must be the last"
                    )));
                }
            }
        } else if !self.record.is_empty() {
            let data_type = self.data_type;
            return Err(DefinitionError::UnexpectedFields {
                space,
                name,
                data_type,
            });
        }
        let last = self.fields().last().copied().unwrap_or(DataType::Empty);
        if self.array && (last.is_greedy() || last == DataType::Empty) {
            return Err(layout(format!(
                "values of type {last} cannot repeat in an array"
            )));
        }
        Ok(())
    }
}

/// The space of a vendor's options, inside option 125 (DHCPv4) or 17 (DHCPv6).
#[must_use]
pub fn vendor_space(enterprise: u32) -> String {
    format!("vendor-{enterprise}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        universe: Universe,
        change: impl FnOnce(&mut OptionDef),
    ) -> Result<(), DefinitionError> {
        let mut def = OptionDef::new("isc", 1, "one", DataType::Uint8);
        change(&mut def);
        def.check(universe)
    }

    #[test]
    fn record_types_are_given_for_records_and_only_these() {
        let fields = Cow::Borrowed(&[DataType::Uint8, DataType::String][..]);
        let record = |def: &mut OptionDef| {
            def.data_type = DataType::Record;
            def.record = fields.clone();
        };
        assert_eq!(check(Universe::V4, record), Ok(()));
        let without = check(Universe::V4, |def| def.data_type = DataType::Record);
        assert!(matches!(without, Err(DefinitionError::NoFields { .. })));
        let surplus = check(Universe::V4, |def| def.record = fields.clone());
        assert!(matches!(
            surplus,
            Err(DefinitionError::UnexpectedFields { .. })
        ));
    }

    #[test]
    fn nothing_follows_or_repeats_a_value_that_takes_the_rest() {
        for record in [
            &[DataType::String, DataType::Uint8][..],
            &[DataType::Binary, DataType::Uint8],
            &[DataType::Record],
            &[DataType::Empty],
        ] {
            let result = check(Universe::V6, |def| {
                def.data_type = DataType::Record;
                def.record = record.to_vec().into();
            });
            assert!(
                matches!(result, Err(DefinitionError::Layout { .. })),
                "{record:?}"
            );
        }
        for data_type in [DataType::String, DataType::Binary, DataType::Empty] {
            let result = check(Universe::V6, |def| {
                (def.data_type, def.array) = (data_type, true)
            });
            assert!(
                matches!(result, Err(DefinitionError::Layout { .. })),
                "{data_type}"
            );
        }
    }

    #[test]
    fn codes_fit_the_universe_and_pad_and_end_are_for_sub_options() {
        let code = |universe, space: &'static str, code| {
            check(universe, |def| (def.space, def.code) = (space.into(), code)).is_ok()
        };
        assert!(code(Universe::V4, "dhcp4", 254) && !code(Universe::V4, "dhcp4", 255));
        assert!(!code(Universe::V4, "dhcp4", 0) && code(Universe::V4, "isc", 0));
        assert!(code(Universe::V4, "isc", 255) && !code(Universe::V4, "isc", 256));
        assert!(code(Universe::V6, "dhcp6", 65535) && !code(Universe::V6, "dhcp6", 0));
    }

    #[test]
    fn names_and_spaces_are_identifiers_and_no_option_holds_its_own_space() {
        let named = |name: &'static str| check(Universe::V4, |def| def.name = name.into()).is_ok();
        assert!(named("my-option_2") && !named("") && !named("my option") && !named("a.b"));
        let own = check(Universe::V4, |def| def.encapsulates = Some("isc".into()));
        assert!(matches!(
            own,
            Err(DefinitionError::SelfEncapsulation { .. })
        ));
    }
}
