//! Which subnets serve queries that come over DHCPv6, and how they are found. What such a query looks like is
//! `wire`'s business.

use std::collections::HashMap;
use std::net::Ipv6Addr;
use std::sync::Arc;

use prefix_trie::PrefixMap;
use smallvec::SmallVec;

/// What selects a subnet for queries that come over DHCPv6; without any of it, nothing does (dhcp4-srv.rst:4278).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dhcp4o6 {
    /// `4o6-subnet`: prefix and length around the address the query was sent from.
    pub subnet: Option<(Ipv6Addr, u8)>,
    /// `4o6-interface`: the interface it came in by.
    pub interface: Option<Arc<str>>,
    /// `4o6-interface-id`: what the relay next to the client calls the client's link.
    pub interface_id: Option<Vec<u8>>,
}

impl Dhcp4o6 {
    /// Whether it selects anything.
    pub fn is_usable(&self) -> bool {
        self.subnet.is_some() || self.interface.is_some() || self.interface_id.is_some()
    }
}

/// Where a query came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dhcp4o6Place<'q> {
    /// The address that it was sent from.
    pub source: Ipv6Addr,
    /// The interface that it came in by.
    pub interface: &'q str,
    /// The interface-id of the relay next to the client.
    pub interface_id: Option<&'q [u8]>,
}

/// Identifiers of subnets, each with its position in the server's list.
type Found = SmallVec<[(u32, u32); 1]>;

/// Where to find subnets by each of the keys.
#[derive(Debug, Default)]
pub(super) struct Dhcp4o6Index {
    by_subnet: PrefixMap<(u128, u8), Found>,
    by_interface: HashMap<Arc<str>, Found>,
    by_interface_id: HashMap<Vec<u8>, Found>,
}

impl Dhcp4o6Index {
    pub(super) fn add(&mut self, subnet: (u32, u32), keys: &Dhcp4o6) {
        if let Some((prefix, len)) = keys.subnet {
            let prefix = self.by_subnet.entry((prefix.to_bits(), len));
            prefix.or_default().push(subnet);
        }
        if let Some(interface) = &keys.interface {
            let interface = self.by_interface.entry(Arc::clone(interface));
            interface.or_default().push(subnet);
        }
        if let Some(id) = &keys.interface_id {
            let id = self.by_interface_id.entry(id.clone());
            id.or_default().push(subnet);
        }
    }

    /// Positions of the subnets of which any key fits. The lowest identifier comes first, whatever the key, the length
    /// of the prefix or the order of the file: so does Kea.
    pub(super) fn find(&self, place: &Dhcp4o6Place<'_>) -> impl Iterator<Item = u32> + use<> {
        let by_subnet = self.by_subnet.cover_values(&(place.source.to_bits(), 128));
        let by_interface = self.by_interface.get(place.interface);
        let by_interface_id = place
            .interface_id
            .and_then(|id| self.by_interface_id.get(id));
        let all = by_subnet.chain(by_interface).chain(by_interface_id);
        let mut found: SmallVec<[(u32, u32); 4]> = all.flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|(_, position)| position)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn index(all: &[Dhcp4o6]) -> Dhcp4o6Index {
        let mut index = Dhcp4o6Index::default();
        for (position, keys) in all.iter().enumerate() {
            let position = position as u32;
            index.add((9 - position, position), keys);
        }
        index
    }

    fn subnet(text: &str, len: u8) -> Dhcp4o6 {
        Dhcp4o6 {
            subnet: Some((text.parse().unwrap(), len)),
            ..Dhcp4o6::default()
        }
    }

    fn found(index: &Dhcp4o6Index, place: (&str, &str, Option<&str>)) -> Vec<u32> {
        let (source, interface, interface_id) = place;
        let place = Dhcp4o6Place {
            source: source.parse().unwrap(),
            interface,
            interface_id: interface_id.map(str::as_bytes),
        };
        index.find(&place).collect()
    }

    #[test]
    fn one_key_is_enough_and_the_lowest_identifier_comes_first() {
        let both = Dhcp4o6 {
            interface: Some("eth6".into()),
            interface_id: Some(b"port7".to_vec()),
            ..subnet("2001:db8:6::", 48)
        };
        let none = Dhcp4o6::default();
        let wide = subnet("2001:db8::", 32);
        let narrow = subnet("2001:db8:6:6::", 64);
        let index = index(&[none, wide, both.clone(), narrow, both]);
        let nowhere = "2001:db9::1";
        assert_eq!(
            found(&index, ("2001:db8:6:6::1", "eth6", None)),
            [4, 3, 2, 1]
        );
        assert_eq!(found(&index, ("2001:db8:7::1", "eth0", None)), [1]);
        assert_eq!(found(&index, (nowhere, "eth6", None)), [4, 2]);
        assert_eq!(found(&index, (nowhere, "eth0", Some("port7"))), [4, 2]);
        assert!(found(&index, (nowhere, "eth0", Some("port"))).is_empty());
    }
}
