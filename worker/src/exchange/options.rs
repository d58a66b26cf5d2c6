//! Which configured options a query's scopes give it, whatever the family (manual dhcp4-srv.rst:1470-1780).

use murre_config::{ConfiguredOption, OptionSet, OptionSpace};
use smallvec::SmallVec;

/// The options that count for one query, the most specific scope first.
///
/// The first scope that has a value gives it; a flag that is set in any of them holds.
#[derive(Debug, Default)]
pub(crate) struct Scopes<'a>(SmallVec<[&'a OptionSet; 4]>);

impl<'a> Scopes<'a> {
    /// Scopes in the order given; those without options are left out.
    pub(crate) fn new(scopes: impl IntoIterator<Item = &'a OptionSet>) -> Self {
        let scopes = scopes.into_iter();
        Self(scopes.filter(|scope| !scope.is_empty()).collect())
    }

    /// What is sent of a code: nothing where that is forbidden. Options of several vendors stand side by
    /// side, each from the first scope that has it.
    pub(crate) fn values(
        &self,
        space: OptionSpace,
        code: u16,
    ) -> SmallVec<[&'a ConfiguredOption; 2]> {
        let mut values: SmallVec<[&ConfiguredOption; 2]> = SmallVec::new();
        let mut forbidden: SmallVec<[Option<u32>; 2]> = SmallVec::new();
        for scope in &self.0 {
            let more_specific = values.len();
            for option in scope.all_in(space, code) {
                if option.never_send {
                    forbidden.push(option.vendor);
                }
                let before = values.iter().take(more_specific);
                let is_hidden = before
                    .into_iter()
                    .any(|value| value.vendor == option.vendor);
                if option.has_data && !is_hidden {
                    values.push(option);
                }
            }
        }
        values.retain(|value| !forbidden.contains(&value.vendor));
        values
    }

    /// The codes of a space that are sent unasked.
    pub(crate) fn always(&self, space: OptionSpace) -> impl Iterator<Item = u16> + '_ {
        let options = self.0.iter().flat_map(move |scope| scope.in_space(space));
        options
            .filter(|option| option.always_send)
            .map(|option| option.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(code: u16, data: &[u8]) -> ConfiguredOption {
        ConfiguredOption::new(code, data)
    }

    fn sent(scopes: &Scopes<'_>, code: u16) -> Vec<Vec<u8>> {
        let values = scopes.values(OptionSpace::Message, code);
        values.iter().map(|option| option.data.to_vec()).collect()
    }

    #[test]
    fn the_first_scope_with_a_value_gives_all_of_it() {
        let pool = OptionSet::new(vec![option(6, b"pool"), option(6, b"too")]);
        let global = OptionSet::new(vec![option(6, b"global"), option(3, b"router")]);
        let empty = OptionSet::default();
        let scopes = Scopes::new([&pool, &empty, &global]);
        assert_eq!(sent(&scopes, 6), [&b"pool"[..], b"too"]);
        assert_eq!(sent(&scopes, 3), [b"router"]);
        assert!(sent(&scopes, 4).is_empty());
    }

    #[test]
    fn a_flag_of_any_scope_holds() {
        let flag = ConfiguredOption {
            has_data: false,
            never_send: true,
            ..option(6, b"")
        };
        let always = ConfiguredOption {
            always_send: true,
            ..option(3, b"a")
        };
        let (pool, global) = (
            OptionSet::new(vec![option(6, b"b")]),
            OptionSet::new(vec![flag, always]),
        );
        let scopes = Scopes::new([&pool, &global]);
        assert!(sent(&scopes, 6).is_empty());
        assert_eq!(scopes.always(OptionSpace::Message).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn a_vendor_hides_no_other() {
        let of = |vendor, data: &[u8]| ConfiguredOption {
            vendor: Some(vendor),
            ..option(125, data)
        };
        let subnet = OptionSet::new(vec![of(1, b"subnet")]);
        let global = OptionSet::new(vec![of(1, b"hidden"), of(2, b"other")]);
        let scopes = Scopes::new([&subnet, &global]);
        assert_eq!(sent(&scopes, 125), [&b"subnet"[..], b"other"]);
    }
}
