//! Typed access to maps that collects what is wrong instead of stopping at it.

use std::ops::RangeInclusive;

use murre_classify::{ClassId, Names};

use crate::error::{ConfigError, ConfigErrors, Fault, MAX_NOTES, Note};
use crate::read::{Entry, Map, Node, Place, Value};

/// Most errors held before they are sorted; what comes after is only counted.
const HELD: usize = 10_000;

/// What has been found wrong, or worth a note, so far.
#[derive(Default)]
pub(crate) struct Cx {
    errors: Vec<ConfigError>,
    dropped: usize,
    notes: Vec<Note>,
    /// Every class name that was mentioned so far by the family that is being read.
    pub(crate) class_names: Names,
    /// Classes that something requires, and where.
    pub(crate) required_classes: Vec<(Place, ClassId)>,
}

/// A map with its place and the name of its scope.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'m> {
    pub(crate) map: &'m Map,
    pub(crate) place: &'m Place,
    pub(crate) scope: &'static str,
}

impl<'m> Fields<'m> {
    pub(crate) fn get(&self, key: &str) -> Option<&'m Node> {
        self.map.get(key)
    }

    pub(crate) fn entry(&self, key: &str) -> Option<&'m Entry> {
        self.map.entry(key)
    }

    /// The place of a key's value, or of the map if the key is not there.
    pub(crate) fn place_of(&self, key: &str) -> &'m Place {
        self.get(key).map_or(self.place, |node| &node.place)
    }
}

impl Cx {
    pub(crate) fn error(&mut self, error: ConfigError) {
        if self.errors.len() < HELD {
            self.errors.push(error);
        } else {
            self.dropped += 1;
        }
    }

    pub(crate) fn value_error(&mut self, place: &Place, message: impl Into<String>) {
        self.error(ConfigError::value(place, message));
    }

    pub(crate) fn note(&mut self, note: Note) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(note);
        }
    }

    pub(crate) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// The notes if nothing is wrong.
    pub(crate) fn finish(self) -> Result<Vec<Note>, ConfigErrors> {
        let mut notes = self.notes;
        notes.sort_by_key(|note| note.place.order());
        match self.errors.is_empty() {
            true => Ok(notes),
            false => Err(ConfigErrors::sorted(self.errors, self.dropped)),
        }
    }

    pub(crate) fn missing(&mut self, fields: &Fields<'_>, key: &'static str) {
        let fault = Fault::Missing {
            key,
            scope: fields.scope,
        };
        self.error(ConfigError::new(fields.place.clone(), fault));
    }

    fn wrong(&mut self, node: &Node, key: &str, expected: &str) {
        let found = match &node.value {
            Value::Text(text) if text.chars().count() <= 60 => format!("{text:?}"),
            Value::Int(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            other => other.kind().to_owned(),
        };
        self.value_error(
            &node.place,
            format!("\"{key}\" must be {expected}, not {found}"),
        );
    }

    /// An older and a newer name of one key must not both be given.
    pub(crate) fn one_name(&mut self, fields: &Fields<'_>, [old, new]: [&str; 2]) {
        if let (Some(first), Some(second)) = (fields.entry(old), fields.entry(new)) {
            let message = format!("\"{old}\" and \"{new}\" say the same; give one");
            let error = ConfigError::value(&second.key_place, message);
            self.error(error.with(&first.key_place, "the other is at"));
        }
    }

    pub(crate) fn text<'m>(&mut self, fields: &Fields<'m>, key: &str) -> Option<&'m str> {
        let node = fields.get(key)?;
        let text = node.as_text();
        if text.is_none() {
            self.wrong(node, key, "a string");
        }
        text
    }

    /// A string where an empty one means the same as none.
    pub(crate) fn filled<'m>(&mut self, fields: &Fields<'m>, key: &str) -> Option<&'m str> {
        self.text(fields, key).filter(|text| !text.is_empty())
    }

    pub(crate) fn boolean(&mut self, fields: &Fields<'_>, key: &str) -> Option<bool> {
        let node = fields.get(key)?;
        match node.value {
            Value::Bool(flag) => Some(flag),
            _ => {
                self.wrong(node, key, "true or false without quotes");
                None
            }
        }
    }

    /// An integer of a range that fits the type asked for.
    pub(crate) fn integer<T: TryFrom<i128>>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        range: RangeInclusive<i128>,
    ) -> Option<T> {
        let node = fields.get(key)?;
        let number = match node.value {
            Value::Int(number) if range.contains(&number) => T::try_from(number).ok(),
            _ => None,
        };
        if number.is_none() {
            let expected = format!("an integer from {} to {}", range.start(), range.end());
            self.wrong(node, key, &expected);
        }
        number
    }

    pub(crate) fn seconds(&mut self, fields: &Fields<'_>, key: &str) -> Option<u32> {
        self.integer(fields, key, 0..=i128::from(u32::MAX))
    }

    /// Any number.
    pub(crate) fn number(&mut self, fields: &Fields<'_>, key: &str) -> Option<f64> {
        let node = fields.get(key)?;
        match node.value {
            Value::Float(number) => Some(number),
            Value::Int(number) => Some(number as f64),
            _ => {
                self.wrong(node, key, "a number");
                None
            }
        }
    }

    pub(crate) fn fraction(&mut self, fields: &Fields<'_>, key: &str) -> Option<f64> {
        let node = fields.get(key)?;
        let number = match node.value {
            Value::Float(number) => Some(number),
            Value::Int(number) => Some(number as f64),
            _ => None,
        };
        let number = number.filter(|number| (0.0..=1.0).contains(number));
        if number.is_none() {
            self.wrong(node, key, "a number from 0.0 to 1.0");
        }
        number
    }

    /// One of a few words.
    pub(crate) fn one_of<T: Copy>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let node = fields.get(key)?;
        let found = node
            .as_text()
            .and_then(|text| words.iter().find(|(word, _)| *word == text));
        if found.is_none() {
            let list: Vec<_> = words
                .iter()
                .map(|(word, _)| format!("\"{word}\""))
                .collect();
            let expected = match list.as_slice() {
                [one] => one.clone(),
                list => format!("one of {}", list.join(", ")),
            };
            self.wrong(node, key, &expected);
        }
        found.map(|(_, meaning)| *meaning)
    }

    /// An address, a prefix, ...: whatever a string is read as.
    pub(crate) fn parsed<T: std::str::FromStr>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        expected: &str,
    ) -> Option<T> {
        let node = fields.get(key)?;
        let parsed = node.as_text().and_then(|text| text.trim().parse().ok());
        if parsed.is_none() {
            self.wrong(node, key, expected);
        }
        parsed
    }

    pub(crate) fn list<'m>(&mut self, fields: &Fields<'m>, key: &str) -> &'m [Node] {
        let Some(node) = fields.get(key) else {
            return &[];
        };
        node.as_list().unwrap_or_else(|| {
            self.wrong(node, key, "a list");
            &[]
        })
    }

    pub(crate) fn map<'m>(&mut self, fields: &Fields<'m>, key: &'static str) -> Option<Fields<'m>> {
        let node = fields.get(key)?;
        self.as_fields(node, key)
    }

    /// A list of maps; elements that are none are reported and left out.
    pub(crate) fn maps<'m>(&mut self, fields: &Fields<'m>, key: &'static str) -> Vec<Fields<'m>> {
        let list = self.list(fields, key);
        list.iter()
            .filter_map(|node| self.as_fields(node, key))
            .collect()
    }

    fn as_fields<'m>(&mut self, node: &'m Node, scope: &'static str) -> Option<Fields<'m>> {
        let map = node.as_map();
        if map.is_none() {
            let message = format!(
                "expected a map here, in \"{scope}\", not {}",
                node.value.kind()
            );
            self.value_error(&node.place, message);
        }
        Some(Fields {
            map: map?,
            place: &node.place,
            scope,
        })
    }
}
