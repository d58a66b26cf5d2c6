//! Names that the server makes, in whole or in part (manual dhcp4-srv.rst:3820-3920).

use std::fmt::Display;

use murre_config::Naming;

use super::DomainName;

/// A partial name with the suffix behind it.
pub(crate) fn qualified<L: Into<Vec<u8>>>(
    labels: impl IntoIterator<Item = L>,
    naming: &Naming,
) -> Option<DomainName> {
    let suffix = naming.suffix.split('.').filter(|label| !label.is_empty());
    let suffix = suffix.map(|label| label.as_bytes().to_vec());
    DomainName::new(labels.into_iter().map(Into::into).chain(suffix))
}

/// A name made of an address.
pub(crate) fn generated(address: impl Display, naming: &Naming) -> Option<DomainName> {
    let address = address.to_string().replace(['.', ':'], "-");
    let name = format!("{}-{address}", naming.prefix);
    qualified(name.split('.'), naming)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    fn naming(prefix: &str, suffix: &str) -> Naming {
        let mut naming = (*Naming::built_in()).clone();
        (naming.prefix, naming.suffix) = (prefix.into(), suffix.into());
        naming
    }

    /// Manual dhcp4-srv.rst:3898 and 3909.
    #[test]
    fn the_examples_of_the_manual_come_out() {
        let naming = naming("myhost", "example.com");
        let name = qualified(["some-computer"], &naming).unwrap();
        assert_eq!(name.master(), "some-computer.example.com.");
        let name = generated(Ipv4Addr::new(172, 16, 1, 10), &naming).unwrap();
        assert_eq!(name.master(), "myhost-172-16-1-10.example.com.");
        let name = generated(Ipv6Addr::LOCALHOST, &naming).unwrap();
        assert_eq!(name.master(), "myhost---1.example.com.");
    }

    #[test]
    fn without_a_suffix_nothing_is_added_and_a_prefix_may_have_dots() {
        let name = generated(Ipv4Addr::LOCALHOST, &naming("another.host", "")).unwrap();
        assert_eq!(name.text(), "another.host-127-0-0-1");
        assert_eq!(qualified([""], &naming("", "a")), None);
    }
}
