//! One subnet with everything it inherits.

use std::net::Ipv4Addr;
use std::sync::Arc;

use murre_classify::Membership;
use murre_wire::{Address, Family, V4};

use super::pool::low_mask;
use super::{
    ClassUse, Dhcp4o6, Lifetimes, Naming, OptionSet, Pool, ReservationModes, SharedNetwork,
};

/// How free leases are picked (`allocator`, `pd-allocator`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Allocator {
    /// In rising order.
    #[default]
    Iterative,
    /// In the order of a keyed permutation.
    Random,
    /// From a queue of free leases.
    Flq,
}

/// When a lease that its client asks for again is told as it is, without a write (dhcp4-srv.rst:4600-4665).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LeaseCache {
    /// The share of its lifetime within which it is.
    pub threshold: Option<f64>,
    /// The seconds within which it is.
    pub max_age: Option<u32>,
}

impl LeaseCache {
    /// Whether any lease is.
    pub fn is_on(&self) -> bool {
        let is_given = self.threshold.is_some() || self.max_age.is_some();
        let is_off = |threshold| threshold <= 0.0 || threshold > 1.0;
        is_given && self.max_age != Some(0) && !self.threshold.is_some_and(is_off)
    }

    /// Whether a lease of `valid` seconds is, `age` seconds after it was granted or renewed.
    pub fn keeps(&self, age: u32, valid: u32) -> bool {
        let share = |threshold| f64::from(age) < threshold * f64::from(valid);
        self.is_on()
            && self.max_age.is_none_or(|max_age| age <= max_age)
            && self.threshold.is_none_or(share)
    }
}

/// A subnet: inherited values filled in, options merged.
#[derive(Clone, Debug, PartialEq)]
pub struct Subnet<F: Family> {
    /// Identifier that ties leases to the subnet; 1..=4294967294.
    pub id: u32,
    /// Address of the subnet with the bits behind [`Self::prefix_len`] cut off.
    pub prefix: F::Address,
    /// Length of the prefix in bits.
    pub prefix_len: u8,
    /// The subnet as it was written, host bits included.
    pub text: Arc<str>,
    /// Address pools in the order of the file.
    pub pools: Vec<Pool<F>>,
    /// Pools of prefixes to delegate (v6).
    pub pd_pools: Vec<Pool<F>>,
    /// The shared network that it belongs to.
    pub network: Option<Arc<SharedNetwork>>,
    /// Who may use it, and what is evaluated for who does.
    pub classes: ClassUse,
    /// Which reservations count.
    pub reservations: ReservationModes,
    /// When a lease is told again without a write.
    pub cache: LeaseCache,
    /// No address that ends in .0 or .255 is given but to who asks for it (v4).
    pub spares_ends: bool,
    /// Relay addresses that select this subnet beside those inside it.
    pub relay: Vec<F::Address>,
    /// Interface whose queries select this subnet.
    pub interface: Option<Arc<str>>,
    /// Relay's interface identifier that selects this subnet (v6).
    pub interface_id: Option<Vec<u8>>,
    /// What selects this subnet for queries that come over DHCPv6 (v4).
    pub dhcp4o6: Dhcp4o6,
    /// Options over the global ones; flags that are true anywhere are true.
    pub options: OptionSet,
    /// Lifetimes and timers.
    pub lifetimes: Lifetimes<F>,
    /// Allocator of addresses.
    pub allocator: Allocator,
    /// Allocator of prefixes (v6).
    pub pd_allocator: Allocator,
    /// A SOLICIT with rapid commit is answered by a REPLY (v6).
    pub rapid_commit: bool,
    /// A client in INIT-REBOOT that is not known gets a DHCPNAK (v4).
    pub authoritative: bool,
    /// Clients are known by their identifier first (v4); else by hardware address only.
    pub match_client_id: bool,
    /// `siaddr` (v4); 0.0.0.0 and `None` leave it zero.
    pub next_server: Option<Ipv4Addr>,
    /// `sname` (v4), at most 64 bytes.
    pub server_hostname: Option<Arc<str>>,
    /// `file` (v4), at most 128 bytes.
    pub boot_file_name: Option<Arc<str>>,
    /// Seconds for which an offer is written as a lease (v4); 0 is not at all.
    pub offer_lifetime: u32,
    /// How names are made, and what the DNS is told of them.
    pub naming: Arc<Naming>,
    /// What the relay says of a client is kept with its lease (v4).
    pub store_extended_info: bool,
}

impl<F: Family> Subnet<F> {
    /// A subnet with built-in defaults and nothing in it.
    pub fn new(id: u32, prefix: F::Address, prefix_len: u8) -> Self {
        let prefix_len = prefix_len.min(F::Address::BITS);
        let text = format!("{prefix}/{prefix_len}").into();
        Self {
            id,
            prefix: F::Address::from_bits(prefix.to_bits() & !low_mask::<F>(prefix_len)),
            prefix_len,
            text,
            pools: Vec::new(),
            pd_pools: Vec::new(),
            network: None,
            classes: ClassUse::default(),
            reservations: ReservationModes::default(),
            cache: LeaseCache::default(),
            spares_ends: false,
            relay: Vec::new(),
            interface: None,
            interface_id: None,
            dhcp4o6: Dhcp4o6::default(),
            options: OptionSet::default(),
            lifetimes: Lifetimes::default(),
            allocator: Allocator::Iterative,
            pd_allocator: Allocator::Iterative,
            rapid_commit: false,
            authoritative: false,
            match_client_id: true,
            next_server: None,
            server_hostname: None,
            boot_file_name: None,
            offer_lifetime: 0,
            naming: Naming::built_in(),
            store_extended_info: false,
        }
    }

    /// Whether a query with these classes may use the subnet, as far as it and its network say.
    pub fn admits(&self, classes: &Membership) -> bool {
        let network = self.network.as_ref();
        self.classes.guard.admits(classes)
            && network.is_none_or(|network| network.classes.guard.admits(classes))
    }

    /// Whether `address` lies in the subnet.
    pub fn contains(&self, address: F::Address) -> bool {
        address.to_bits() & !low_mask::<F>(self.prefix_len) == self.prefix.to_bits()
    }

    /// Whether an address is given to nobody who does not ask for it.
    pub fn spares(&self, address: F::Address) -> bool {
        let end = address.to_bits() & 0xff;
        self.spares_ends && F::VERSION == 4 && self.prefix_len <= 24 && (end == 0 || end == 0xff)
    }

    /// Last address of the subnet (v4: its broadcast address).
    pub fn last(&self) -> F::Address {
        F::Address::from_bits(self.prefix.to_bits() | low_mask::<F>(self.prefix_len))
    }

    /// The pool that `address` belongs to.
    pub fn pool_of(&self, address: F::Address) -> Option<&Pool<F>> {
        self.pools.iter().find(|pool| pool.contains(address))
    }

    /// The pool that the prefix `address`/`len` belongs to.
    pub fn pd_pool_of(&self, address: F::Address, len: u8) -> Option<&Pool<F>> {
        self.pd_pools
            .iter()
            .find(|pool| pool.lease_len() == len && pool.contains(address))
    }
}

impl Subnet<V4> {
    /// The network mask (option 1).
    pub fn netmask(&self) -> Ipv4Addr {
        Ipv4Addr::from_bits(!(low_mask::<V4>(self.prefix_len) as u32))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_lease_is_kept_within_its_age_and_its_share_as_in_the_manuals_example() {
        let cache = |threshold, max_age| LeaseCache { threshold, max_age };
        let both = cache(Some(0.25), Some(600));
        assert!(both.keeps(499, 2000) && !both.keeps(500, 2000));
        assert!(both.keeps(600, 3000) && !both.keeps(601, 3000));
        assert!(cache(None, Some(10)).keeps(10, 20) && cache(Some(1.0), None).keeps(19, 20));
        for off in [
            cache(None, None),
            cache(Some(0.0), Some(9)),
            cache(Some(1.1), None),
            cache(Some(0.5), Some(0)),
        ] {
            assert!(!off.is_on() && !off.keeps(0, 100), "{off:?}");
        }
    }

    #[test]
    fn ends_are_spared_in_subnets_of_twenty_four_bits_and_shorter() {
        let spares = |len, last| {
            let mut subnet = Subnet::<V4>::new(1, Ipv4Addr::new(192, 0, 2, 0), len);
            subnet.spares_ends = true;
            subnet.spares(Ipv4Addr::new(192, 0, 2, last))
        };
        assert!(spares(24, 0) && spares(23, 255) && !spares(24, 1) && !spares(25, 0));
    }

    #[test]
    fn host_bits_do_not_change_what_a_subnet_contains() {
        let subnet = Subnet::<V4>::new(1, Ipv4Addr::new(192, 0, 2, 1), 24);
        assert_eq!(subnet.prefix, Ipv4Addr::new(192, 0, 2, 0));
        assert_eq!(subnet.last(), Ipv4Addr::new(192, 0, 2, 255));
        assert_eq!(subnet.netmask(), Ipv4Addr::new(255, 255, 255, 0));
        assert!(subnet.contains(Ipv4Addr::new(192, 0, 2, 200)));
        assert!(!subnet.contains(Ipv4Addr::new(192, 0, 3, 0)));
        assert_eq!(
            Subnet::<V4>::new(1, Ipv4Addr::UNSPECIFIED, 0).netmask(),
            Ipv4Addr::UNSPECIFIED
        );
    }
}
