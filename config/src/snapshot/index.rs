//! Subnet look-ups that do not slow down with the number of subnets.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use murre_wire::{Address, Family};
use prefix_trie::PrefixMap;
use smallvec::SmallVec;

use super::Subnet;
use super::dhcp4o6::{Dhcp4o6Index, Dhcp4o6Place};

/// Positions in the server's list of subnets; almost always one.
type Positions = SmallVec<[u32; 1]>;

/// Where to find subnets by each thing that selects them.
#[derive(Debug)]
pub(super) struct Index<F: Family> {
    by_id: HashMap<u32, u32>,
    // Both families as 128-bit prefixes of their own width, so that one trie type does.
    by_prefix: PrefixMap<(u128, u8), u32>,
    by_relay: HashMap<F::Address, Positions>,
    by_interface: HashMap<Arc<str>, Positions>,
    by_interface_id: HashMap<Vec<u8>, u32>,
    by_network: HashMap<Arc<str>, Vec<u32>>,
    over_dhcp6: Dhcp4o6Index,
}

impl<F: Family> Index<F> {
    pub(super) fn build(subnets: &[Arc<Subnet<F>>]) -> Self {
        let mut index = Self {
            by_id: HashMap::with_capacity(subnets.len()),
            by_prefix: PrefixMap::new(),
            by_relay: HashMap::new(),
            by_interface: HashMap::new(),
            by_interface_id: HashMap::new(),
            by_network: HashMap::new(),
            over_dhcp6: Dhcp4o6Index::default(),
        };
        for (position, subnet) in subnets.iter().enumerate() {
            index.add(position as u32, subnet);
        }
        index
    }

    /// Of several subnets with one key the first in the file counts.
    fn add(&mut self, position: u32, subnet: &Subnet<F>) {
        self.by_id.entry(subnet.id).or_insert(position);
        let prefix = widened::<F>(subnet.prefix, subnet.prefix_len);
        self.by_prefix.entry(prefix).or_insert(position);
        for relay in &subnet.relay {
            self.by_relay.entry(*relay).or_default().push(position);
        }
        if let Some(interface) = &subnet.interface {
            self.by_interface
                .entry(Arc::clone(interface))
                .or_default()
                .push(position);
        }
        if let Some(id) = &subnet.interface_id {
            self.by_interface_id.entry(id.clone()).or_insert(position);
        }
        if let Some(network) = &subnet.network {
            let members = self.by_network.entry(Arc::clone(&network.name));
            members.or_default().push(position);
        }
        self.over_dhcp6.add((subnet.id, position), &subnet.dhcp4o6);
    }

    pub(super) fn id(&self, id: u32) -> Option<u32> {
        self.by_id.get(&id).copied()
    }

    pub(super) fn containing(&self, address: F::Address) -> Option<u32> {
        let host = widened::<F>(address, F::Address::BITS);
        self.by_prefix.get_lpm(&host).map(|(_, position)| *position)
    }

    /// All that contain it, the longest prefix first.
    pub(super) fn all_containing(&self, address: F::Address) -> impl Iterator<Item = u32> {
        let host = widened::<F>(address, F::Address::BITS);
        let found: SmallVec<[u32; 2]> = self.by_prefix.cover_values(&host).copied().collect();
        found.into_iter().rev()
    }

    pub(super) fn relay(&self, address: F::Address) -> &[u32] {
        self.by_relay
            .get(&address)
            .map_or(&[], |positions| positions)
    }

    pub(super) fn interface(&self, name: &str) -> &[u32] {
        self.by_interface
            .get(name)
            .map_or(&[], |positions| positions)
    }

    pub(super) fn interface_id(&self, id: &[u8]) -> Option<u32> {
        self.by_interface_id.get(id).copied()
    }

    /// Those for a query that came over DHCPv6, the lowest identifier first.
    pub(super) fn over_dhcp6(&self, place: &Dhcp4o6Place<'_>) -> impl Iterator<Item = u32> {
        self.over_dhcp6.find(place)
    }

    /// The subnets of a shared network.
    pub(super) fn network(&self, name: &str) -> &[u32] {
        self.by_network.get(name).map_or(&[], Vec::as_slice)
    }
}

fn widened<F: Family>(address: F::Address, len: u8) -> (u128, u8) {
    let spare = 128 - F::Address::BITS;
    let mapped = match address.into() {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    };
    (mapped, len + spare)
}
