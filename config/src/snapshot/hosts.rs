//! Host reservations of the configuration file, found by who a client is and by what is reserved.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use murre_classify::ClassId;
use murre_wire::Family;

use super::{OptionSet, Subnet};

/// By what a host is recognized. The numbers are those of the public tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum IdentifierKind {
    /// Hardware address.
    HwAddress = 0,
    /// DUID; in DHCPv4 it is in the client identifier (RFC 4361).
    Duid = 1,
    /// Circuit identifier of the relay (v4).
    CircuitId = 2,
    /// Client identifier (v4).
    ClientId = 3,
    /// What a hook made up.
    FlexId = 4,
}

impl IdentifierKind {
    /// All there are, with the keys that name them.
    pub const NAMED: [(&'static str, IdentifierKind); 5] = [
        ("hw-address", Self::HwAddress),
        ("duid", Self::Duid),
        ("circuit-id", Self::CircuitId),
        ("client-id", Self::ClientId),
        ("flex-id", Self::FlexId),
    ];

    /// The key that names it.
    pub fn key(self) -> &'static str {
        let mut all = Self::NAMED.iter();
        let named = all.find_map(|(key, kind)| (*kind == self).then_some(*key));
        named.unwrap_or_default()
    }
}

/// Who a host is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostIdentifier {
    /// By what it is recognized.
    pub kind: IdentifierKind,
    /// Its value.
    pub value: Box<[u8]>,
}

/// What is reserved for one host.
#[derive(Clone, Debug, PartialEq)]
pub struct Host<F: Family> {
    /// Who it is.
    pub identifier: HostIdentifier,
    /// Its addresses; in DHCPv4 one at most.
    pub addresses: Vec<F::Address>,
    /// Its name; as it was written.
    pub hostname: Option<Arc<str>>,
    /// Classes it is in.
    pub classes: Vec<ClassId>,
    /// Options over those of all other scopes.
    pub options: OptionSet,
    /// `siaddr` (v4).
    pub next_server: Option<Ipv4Addr>,
    /// `sname` (v4), at most 64 bytes.
    pub server_hostname: Option<Arc<str>>,
    /// `file` (v4), at most 128 bytes.
    pub boot_file_name: Option<Arc<str>>,
}

/// The subnet that stands for none: reservations of a host wherever it is.
pub const GLOBAL: u32 = 0;

/// Which reservations count in a subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReservationModes {
    /// Those of no subnet.
    pub global: bool,
    /// Those of the subnet.
    pub in_subnet: bool,
    /// Reserved addresses lie outside of the pools, so that no address of a pool needs a look.
    pub out_of_pool: bool,
}

impl Default for ReservationModes {
    fn default() -> Self {
        Self {
            global: false,
            in_subnet: true,
            out_of_pool: false,
        }
    }
}

impl ReservationModes {
    /// Whether an address of a pool may not be for everybody. Where reservations lie outside of the pools nothing in
    /// a pool can be one.
    pub fn reserves_in_pools(self) -> bool {
        self.in_subnet && !self.out_of_pool
    }
}

/// What is reserved for one client, each with the subnet that it is for.
type Reservations<F> = Vec<(u32, Arc<Host<F>>)>;

/// For whom an address is reserved.
type Holders<F> = Vec<Arc<Host<F>>>;

/// The reservations of a server's file.
#[derive(Debug)]
pub struct Hosts<F: Family> {
    /// By the value of the identifier, a map for each kind: queries come with bytes that they lend.
    by_identifier: [HashMap<Box<[u8]>, Reservations<F>>; IdentifierKind::NAMED.len()],
    by_address: HashMap<(u32, F::Address), Holders<F>>,
}

impl<F: Family> Default for Hosts<F> {
    fn default() -> Self {
        Self {
            by_identifier: Default::default(),
            by_address: HashMap::new(),
        }
    }
}

impl<F: Family> Hosts<F> {
    /// The reservations of subnets; of several for one client in one subnet the first counts.
    pub fn new(hosts: impl IntoIterator<Item = (u32, Host<F>)>) -> Self {
        let mut all = Self::default();
        for (subnet_id, host) in hosts {
            let host = Arc::new(host);
            for address in &host.addresses {
                let holders = all.by_address.entry((subnet_id, *address));
                holders.or_default().push(Arc::clone(&host));
            }
            let HostIdentifier { kind, value } = host.identifier.clone();
            let known = all.by_identifier[kind as usize].entry(value);
            known.or_default().push((subnet_id, host));
        }
        all
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_identifier.iter().all(HashMap::is_empty)
    }

    /// All that is reserved for a host, each with the subnet that it is for ([`GLOBAL`] for none).
    pub fn of(&self, kind: IdentifierKind, value: &[u8]) -> &[(u32, Arc<Host<F>>)] {
        let all = self.by_identifier[kind as usize].get(value);
        all.map_or(&[], Vec::as_slice)
    }

    /// Whether an address of a pool is not for everybody.
    pub fn close(&self, subnet: &Subnet<F>, address: F::Address) -> bool {
        subnet.reservations.reserves_in_pools() && !self.holders(subnet.id, address).is_empty()
    }

    /// For whom an address is reserved in a subnet.
    pub fn holders(&self, subnet_id: u32, address: F::Address) -> &[Arc<Host<F>>] {
        let holders = self.by_address.get(&(subnet_id, address));
        holders.map_or(&[], Vec::as_slice)
    }
}
