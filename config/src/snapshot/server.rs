//! One family's whole configuration.

use std::path::PathBuf;
use std::sync::Arc;

use murre_wire::Family;
use murre_wire::option::{Definitions, Universe};

use super::index::Index;
use super::{
    Classes, DatabaseAccess, Dhcp4o6Place, Hosts, HostsDatabase, IdentifierKind, Interfaces,
    Lifetimes, Logger, NameUpdates, Naming, OptionSet, ServerIdSpec, Subnet,
};

/// How expired leases are reclaimed (lease-expiration.rst:70-116).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpiredLeases {
    /// Seconds from the end of one cycle to the start of the next; 0 is off.
    pub reclaim_timer_wait_time: u32,
    /// Seconds between removals of leases held long enough; 0 is off: leases are removed at once.
    pub flush_reclaimed_timer_wait_time: u32,
    /// Seconds that a reclaimed lease is kept for its client.
    pub hold_reclaimed_time: u32,
    /// Most leases in one cycle; 0 is no limit.
    pub max_reclaim_leases: u32,
    /// Most milliseconds in one cycle; 0 is no limit.
    pub max_reclaim_time: u32,
    /// Cycles in a row that may leave leases behind before that is warned of.
    pub unwarned_reclaim_cycles: u32,
}

impl Default for ExpiredLeases {
    fn default() -> Self {
        Self {
            reclaim_timer_wait_time: 10,
            flush_reclaimed_timer_wait_time: 25,
            hold_reclaimed_time: 3600,
            max_reclaim_leases: 100,
            max_reclaim_time: 250,
            unwarned_reclaim_cycles: 5,
        }
    }
}

impl ExpiredLeases {
    /// Whether a lease stays with its client after it expired or was released.
    pub fn affinity(&self) -> bool {
        self.flush_reclaimed_timer_wait_time > 0 && self.hold_reclaimed_time > 0
    }
}

/// One unix socket of the command channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlSocket {
    /// Path of the socket.
    pub path: PathBuf,
}

/// `multi-threading`: here a bound of queries in flight; one thread serves all packets anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MultiThreading {
    /// As given; told by `status-get`.
    pub enable: bool,
    /// Threads that the bound is given for; 0 leaves the bound to the server.
    pub thread_pool_size: u32,
    /// Queries in flight for each of these threads; 0 leaves the bound to the server.
    pub packet_queue_size: u32,
}

impl Default for MultiThreading {
    fn default() -> Self {
        Self {
            enable: true,
            thread_pool_size: 0,
            packet_queue_size: 64,
        }
    }
}

/// How long samples of statistics are kept (dhcp4-srv.rst:7534-7558).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatisticSamples {
    /// Most samples of each statistic; 0 keeps them by age.
    pub sample_count: u32,
    /// Seconds that samples are kept for where no number of them is given.
    pub sample_age: u32,
}

impl Default for StatisticSamples {
    fn default() -> Self {
        Self {
            sample_count: 20,
            sample_age: 0,
        }
    }
}

/// What is done otherwise than standards have it, where that was asked for (dhcp4-srv.rst:8190-8276).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compatibility {
    /// A query that names another server is answered all the same (v4).
    pub ignore_server_identifier: bool,
    /// The relay's link selection selects no subnet (v4).
    pub ignore_link_selection: bool,
}

/// One family's configuration, ready to serve from.
#[derive(Debug)]
pub struct Server<F: Family> {
    /// Interfaces and sockets.
    pub interfaces: Interfaces<F>,
    /// The lease database.
    pub lease_database: DatabaseAccess,
    /// Databases with reservations, in the order in which they are asked.
    pub hosts_databases: Vec<HostsDatabase>,
    /// What options are called and how they are written.
    pub definitions: Arc<Definitions>,
    /// Global options.
    pub options: OptionSet,
    /// Client classes.
    pub classes: Classes,
    /// Reservations of the file.
    pub hosts: Hosts<F>,
    /// By what clients are looked up among reservations, in this order.
    pub host_identifiers: Vec<IdentifierKind>,
    /// Reservations without a subnet are looked up before a subnet is selected.
    pub early_global_reservations: bool,
    /// A renewal past the relay is looked at with what the relay said last (v4).
    pub stash_agent_options: bool,
    /// Global lifetimes and timers.
    pub lifetimes: Lifetimes<F>,
    /// Reclaiming.
    pub expired: ExpiredLeases,
    /// Seconds that a declined address stays out of use. Default 86400.
    pub decline_probation_period: u32,
    /// Loggers.
    pub loggers: Vec<Logger>,
    /// Unix sockets of the command channel.
    pub control_sockets: Vec<ControlSocket>,
    /// What is done otherwise than standards have it.
    pub compatibility: Compatibility,
    /// Threads and queue.
    pub multi_threading: MultiThreading,
    /// Samples of statistics.
    pub statistics: StatisticSamples,
    /// The worker's name in its fleet; the host's name if none is given.
    pub worker_name: Option<String>,
    /// Whether queries that several workers hear are shared among them. Default true.
    pub worker_sharing: bool,
    /// Who enters names in the DNS.
    pub name_updates: NameUpdates,
    /// Global value of how names are made.
    pub naming: Arc<Naming>,
    /// First of the two ports at which the servers of both families talk for DHCPv4-over-DHCPv6; `None` is off (v4).
    pub dhcp4o6_port: Option<u16>,
    /// Global value of `authoritative` (v4).
    pub authoritative: bool,
    /// The client identifier is echoed in answers (v4, RFC 6842).
    pub echo_client_id: bool,
    /// The server's DUID (v6).
    pub server_id: ServerIdSpec,
    /// Directory for what has no absolute path (v6 `data-directory`).
    pub data_directory: Option<PathBuf>,
    subnets: Vec<Arc<Subnet<F>>>,
    index: Index<F>,
}

impl<F: Family> Default for Server<F> {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl<F: Family> Server<F> {
    /// A server with `subnets` and built-in defaults for all else.
    pub fn new(subnets: Vec<Subnet<F>>) -> Self {
        let subnets: Vec<_> = subnets.into_iter().map(Arc::new).collect();
        Self {
            interfaces: Interfaces::default(),
            lease_database: DatabaseAccess::default(),
            hosts_databases: Vec::new(),
            definitions: Definitions::standard(Universe::of::<F>()),
            options: OptionSet::default(),
            classes: Classes::default(),
            hosts: Hosts::default(),
            host_identifiers: Vec::new(),
            early_global_reservations: false,
            stash_agent_options: false,
            lifetimes: Lifetimes::default(),
            expired: ExpiredLeases::default(),
            decline_probation_period: 86400,
            loggers: Vec::new(),
            control_sockets: Vec::new(),
            compatibility: Compatibility::default(),
            multi_threading: MultiThreading::default(),
            statistics: StatisticSamples::default(),
            worker_name: None,
            worker_sharing: true,
            name_updates: NameUpdates::default(),
            naming: Naming::built_in(),
            dhcp4o6_port: None,
            authoritative: false,
            echo_client_id: true,
            server_id: ServerIdSpec::default(),
            data_directory: None,
            index: Index::build(&subnets),
            subnets,
        }
    }

    /// Subnets in the order of the file.
    pub fn subnets(&self) -> &[Arc<Subnet<F>>] {
        &self.subnets
    }

    /// The subnet with an identifier.
    pub fn subnet_by_id(&self, id: u32) -> Option<&Arc<Subnet<F>>> {
        self.index.id(id).and_then(|position| self.at(position))
    }

    /// The subnet with the longest prefix that contains `address`.
    pub fn subnet_containing(&self, address: F::Address) -> Option<&Arc<Subnet<F>>> {
        self.index
            .containing(address)
            .and_then(|position| self.at(position))
    }

    /// The subnets that contain `address`, the longest prefix first.
    pub fn subnets_containing(&self, address: F::Address) -> impl Iterator<Item = &Arc<Subnet<F>>> {
        let positions = self.index.all_containing(address);
        positions.filter_map(|position| self.at(position))
    }

    /// Subnets that name `address` as their relay, in the order of the file.
    pub fn subnets_for_relay(&self, address: F::Address) -> impl Iterator<Item = &Arc<Subnet<F>>> {
        self.index
            .relay(address)
            .iter()
            .filter_map(|position| self.at(*position))
    }

    /// Subnets tied to an interface, in the order of the file.
    pub fn subnets_on_interface(&self, name: &str) -> impl Iterator<Item = &Arc<Subnet<F>>> {
        self.index
            .interface(name)
            .iter()
            .filter_map(|position| self.at(*position))
    }

    /// Subnets for a query that came over DHCPv6: those of which any key fits, the lowest identifier first (v4).
    pub fn subnets_over_dhcp6(
        &self,
        place: &Dhcp4o6Place<'_>,
    ) -> impl Iterator<Item = &Arc<Subnet<F>>> {
        let positions = self.index.over_dhcp6(place);
        positions.filter_map(|position| self.at(position))
    }

    /// The subnet with a relay's interface identifier (v6).
    pub fn subnet_by_interface_id(&self, id: &[u8]) -> Option<&Arc<Subnet<F>>> {
        self.index
            .interface_id(id)
            .and_then(|position| self.at(position))
    }

    /// The subnets that may serve a client for which `subnet` was selected: that one, and behind it the others
    /// of its shared network in their order, beginning after it.
    pub fn candidates<'s>(
        &'s self,
        subnet: &'s Arc<Subnet<F>>,
    ) -> impl Iterator<Item = &'s Arc<Subnet<F>>> + Clone {
        let network = subnet.network.as_ref();
        let members = network.map_or(&[][..], |network| self.index.network(&network.name));
        let members = members.iter().filter_map(|position| self.at(*position));
        let is_it = |other: &&Arc<Subnet<F>>| Arc::ptr_eq(other, subnet);
        let behind = members
            .clone()
            .skip_while(move |other| !is_it(other))
            .skip(1);
        let before = members.take_while(move |other| !is_it(other));
        std::iter::once(subnet).chain(behind).chain(before)
    }

    fn at(&self, position: u32) -> Option<&Arc<Subnet<F>>> {
        self.subnets.get(position as usize)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_wire::{V4, V6};
    use std::net::{Ipv4Addr, Ipv6Addr};

    fn subnet(id: u32, prefix: &str, len: u8) -> Subnet<V4> {
        Subnet::new(id, prefix.parse().unwrap(), len)
    }

    #[test]
    fn the_longest_prefix_wins_whatever_the_order() {
        let subnets = vec![
            subnet(1, "10.0.0.0", 8),
            subnet(2, "10.1.0.0", 16),
            subnet(3, "10.1.2.0", 24),
            subnet(4, "10.1.2.9", 24),
        ];
        let server = Server::new(subnets);
        let found = |text: &str| {
            server
                .subnet_containing(text.parse().unwrap())
                .map(|subnet| subnet.id)
        };
        assert_eq!(
            found("10.1.2.3"),
            Some(3),
            "the first of two with one prefix"
        );
        assert_eq!(found("10.1.3.3"), Some(2));
        assert_eq!(found("10.2.3.3"), Some(1));
        assert_eq!(found("11.0.0.1"), None);
        assert_eq!(server.subnet_by_id(4).unwrap().id, 4);
        assert!(server.subnet_by_id(5).is_none());
    }

    #[test]
    fn subnets_are_found_by_relay_interface_and_interface_id() {
        let relay: Ipv6Addr = "2001:db8:ff::1".parse().unwrap();
        let mut a = Subnet::<V6>::new(1, "2001:db8:1::".parse().unwrap(), 64);
        let mut b = Subnet::<V6>::new(2, "2001:db8:2::".parse().unwrap(), 64);
        a.relay.push(relay);
        b.relay.push(relay);
        a.interface = Some("eth0".into());
        b.interface_id = Some(b"vlan100".to_vec());
        let server = Server::new(vec![a, b]);
        let ids: Vec<_> = server
            .subnets_for_relay(relay)
            .map(|subnet| subnet.id)
            .collect();
        assert_eq!(ids, [1, 2]);
        assert_eq!(server.subnets_on_interface("eth0").count(), 1);
        assert_eq!(server.subnets_on_interface("eth1").count(), 0);
        assert_eq!(server.subnet_by_interface_id(b"vlan100").unwrap().id, 2);
        let inside = "2001:db8:2::5".parse().unwrap();
        assert_eq!(server.subnet_containing(inside).unwrap().id, 2);
    }

    #[test]
    fn a_hundred_thousand_subnets_are_found_by_address_and_by_id() {
        let base = u32::from(Ipv4Addr::new(10, 0, 0, 0));
        let subnets =
            (0..100_000).map(|i| Subnet::<V4>::new(i + 1, Ipv4Addr::from(base + i * 16), 28));
        let server = Server::new(subnets.collect());
        for i in (0..100_000).step_by(997) {
            let address = Ipv4Addr::from(base + i * 16 + 7);
            assert_eq!(server.subnet_containing(address).unwrap().id, i + 1);
            assert_eq!(server.subnet_by_id(i + 1).unwrap().id, i + 1);
        }
    }
}
