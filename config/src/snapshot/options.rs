//! Options that the configuration gives to clients, as bytes.

use std::sync::Arc;

/// Where a configured option is sent. Sub-options of other spaces are in the data of what holds them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum OptionSpace {
    /// In the message: space `dhcp4` or `dhcp6`.
    #[default]
    Message,
    /// Among the options of a vendor (space `vendor-N`): in option 125 (v4) or 17 (v6).
    Vendor(u32),
}

/// One configured option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfiguredOption {
    /// Where it is sent.
    pub space: OptionSpace,
    /// Option code.
    pub code: u16,
    /// Payload as it goes on the wire, without code and length, with sub-options that belong to it.
    pub data: Arc<[u8]>,
    /// Enterprise number where the option carries one: part of its identity.
    pub vendor: Option<u32>,
    /// Sent even if the client does not ask for it.
    pub always_send: bool,
    /// Not sent even if the client asks; wins over `always_send`.
    pub never_send: bool,
    /// Whether the entry had a value at all: one with nothing but a flag has none.
    pub has_data: bool,
}

impl ConfiguredOption {
    /// An option of the message with a value and no flags.
    pub fn new(code: u16, data: impl Into<Arc<[u8]>>) -> Self {
        Self {
            space: OptionSpace::Message,
            code,
            data: data.into(),
            vendor: None,
            always_send: false,
            never_send: false,
            has_data: true,
        }
    }

    fn key(&self) -> (OptionSpace, u16, Option<u32>) {
        (self.space, self.code, self.vendor)
    }
}

/// Options of a scope with those of the scopes above it, sorted by space and code. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionSet(Arc<[ConfiguredOption]>);

impl Default for OptionSet {
    fn default() -> Self {
        Self(Arc::new([]))
    }
}

impl OptionSet {
    /// A set of `options`; several with one code stay in the order given.
    pub fn new(mut options: Vec<ConfiguredOption>) -> Self {
        options.sort_by_key(ConfiguredOption::key);
        Self(options.into())
    }

    /// The first option of the message with `code`.
    pub fn get(&self, code: u16) -> Option<&ConfiguredOption> {
        self.all(code).first()
    }

    /// Every option of the message with `code`: several where vendors differ or the file repeats it.
    pub fn all(&self, code: u16) -> &[ConfiguredOption] {
        self.all_in(OptionSpace::Message, code)
    }

    /// Every option of a space with `code`.
    pub fn all_in(&self, space: OptionSpace, code: u16) -> &[ConfiguredOption] {
        let wanted = (space, code);
        let place = |option: &ConfiguredOption| (option.space, option.code);
        let from = self.0.partition_point(|option| place(option) < wanted);
        let rest = self.0.get(from..).unwrap_or_default();
        let len = rest.partition_point(|option| place(option) == wanted);
        rest.get(..len).unwrap_or_default()
    }

    /// The options of a space, in rising order of their codes.
    pub fn in_space(&self, space: OptionSpace) -> &[ConfiguredOption] {
        let from = self.0.partition_point(|option| option.space < space);
        let rest = self.0.get(from..).unwrap_or_default();
        let len = rest.partition_point(|option| option.space == space);
        rest.get(..len).unwrap_or_default()
    }

    /// All options, those of the message first, in rising order of their codes.
    pub fn iter(&self) -> std::slice::Iter<'_, ConfiguredOption> {
        self.0.iter()
    }

    /// Number of options.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// This set over a less specific one: values of `self` win, but a flag that is true anywhere
    /// stays true (dhcp4-srv.rst:1620). An entry of flags alone keeps the value beneath it.
    pub fn over(&self, less_specific: &Self) -> Self {
        if self.is_empty() {
            return less_specific.clone();
        }
        if less_specific.is_empty() {
            return self.clone();
        }
        let mut merged = Vec::with_capacity(self.len() + less_specific.len());
        for mine in self.iter() {
            let beneath: Vec<_> = less_specific
                .iter()
                .filter(|other| other.key() == mine.key())
                .collect();
            let mut option = mine.clone();
            option.always_send |= beneath.iter().any(|other| other.always_send);
            option.never_send |= beneath.iter().any(|other| other.never_send);
            if let (false, Some(value)) = (mine.has_data, beneath.iter().find(|o| o.has_data)) {
                option.data = Arc::clone(&value.data);
                option.has_data = true;
            }
            merged.push(option);
        }
        let hidden = |other: &&ConfiguredOption| self.iter().all(|mine| mine.key() != other.key());
        merged.extend(less_specific.iter().filter(hidden).cloned());
        Self::new(merged)
    }
}

impl<'a> IntoIterator for &'a OptionSet {
    type Item = &'a ConfiguredOption;
    type IntoIter = std::slice::Iter<'a, ConfiguredOption>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn option(code: u16, data: &[u8]) -> ConfiguredOption {
        ConfiguredOption::new(code, data)
    }

    #[test]
    fn the_more_specific_value_wins_and_the_rest_is_inherited() {
        let global = OptionSet::new(vec![option(6, b"global"), option(3, b"router")]);
        let merged = OptionSet::new(vec![option(6, b"subnet")]).over(&global);
        let codes: Vec<_> = merged.iter().map(|o| (o.code, &o.data[..])).collect();
        assert_eq!(codes, [(3, &b"router"[..]), (6, &b"subnet"[..])]);
    }

    #[test]
    fn a_flag_true_anywhere_on_the_chain_stays_true() {
        let global = OptionSet::new(vec![ConfiguredOption {
            always_send: true,
            ..option(6, b"a")
        }]);
        let merged = OptionSet::new(vec![option(6, b"b")]).over(&global);
        assert!(merged.get(6).unwrap().always_send);
        assert_eq!(&merged.get(6).unwrap().data[..], b"b");
    }

    #[test]
    fn vendors_do_not_hide_each_other() {
        let vendor = |id, data: &[u8]| ConfiguredOption {
            vendor: Some(id),
            ..option(125, data)
        };
        let merged = OptionSet::new(vec![vendor(5678, b"b")])
            .over(&OptionSet::new(vec![vendor(1234, b"a")]));
        assert_eq!(merged.all(125).len(), 2);
    }

    #[test]
    fn an_entry_of_flags_alone_keeps_the_value_beneath() {
        let flag = ConfiguredOption {
            never_send: true,
            has_data: false,
            ..option(6, b"")
        };
        let merged = OptionSet::new(vec![flag]).over(&OptionSet::new(vec![option(6, b"a")]));
        let merged = merged.get(6).unwrap();
        assert!(merged.never_send);
        assert_eq!(&merged.data[..], b"a");
    }
}
