//! From selectors and the interfaces there are to the sockets to open. Pure.

use std::borrow::Borrow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use super::error::{Failure, Reason, SocketError};
use super::interface::Interface;
use super::selector::Selector;

/// What `interfaces-config` says, for one family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The family and what only it has.
    pub mode: Mode,
    /// `interfaces`.
    pub selectors: Vec<Selector>,
    /// The UDP port to listen on (67, 547, or `-p`).
    pub port: u16,
    /// `dhcp4o6-port`: the other family's server is heard on ::1 at the port above this one.
    pub dhcp4o6_port: Option<u16>,
    /// `service-sockets-require-all`: anything that cannot be opened is an error.
    pub require_all: bool,
    /// `service-sockets-max-retries`: further tries for what could not be opened.
    pub max_retries: u32,
    /// `service-sockets-retry-wait-time`.
    pub retry_wait: Duration,
    /// `re-detect`: look at the interfaces again on each [`super::Listeners::apply`].
    pub re_detect: bool,
}

/// The family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// DHCPv4.
    V4 {
        /// `dhcp-socket-type`.
        socket_type: SocketType,
        /// `outbound-interface`.
        outbound: Outbound,
    },
    /// DHCPv6.
    V6,
}

/// `dhcp-socket-type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SocketType {
    /// Direct and relayed clients.
    #[default]
    Raw,
    /// Relayed clients only.
    Udp,
}

/// `outbound-interface`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outbound {
    /// Replies leave by the interface the query came in on.
    #[default]
    SameAsInbound,
    /// The routing table decides; only with [`SocketType::Udp`], else without effect.
    UseRouting,
}

impl Settings {
    /// The documented defaults, with nothing to listen on.
    pub fn new(mode: Mode, port: u16) -> Settings {
        Settings {
            mode,
            selectors: Vec::new(),
            port,
            dhcp4o6_port: None,
            require_all: false,
            max_retries: 0,
            retry_wait: Duration::from_millis(5000),
            re_detect: true,
        }
    }
}

/// What to open together: all of it or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The interface, as it was when planned: a changed one is opened anew.
    pub(super) interface: Arc<Interface>,
    pub(super) kind: Kind,
    pub(super) port: u16,
    /// Send by the interface named in the reply, whatever the routing table says (v4).
    pub(super) pinned: bool,
}

/// Kinds of listening points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A raw socket, and a UDP socket per address that keeps the port and sends.
    RawV4(Vec<Ipv4Addr>),
    /// A UDP socket on an address.
    UdpV4(Ipv4Addr),
    /// UDP sockets on ff02::1:2 and the link-local addresses.
    LinkV6(Vec<Ipv6Addr>),
    /// A UDP socket on an address given by the configuration.
    UnicastV6(Ipv6Addr),
    /// A UDP socket on ::1 connected to another port there, where the other family's server is.
    Dhcp4o6 {
        /// The other port.
        peer: u16,
    },
}

impl Wanted {
    /// The address that answers to clients come from, unless the other server speaks to them.
    pub(super) fn answers_from(&self) -> Option<IpAddr> {
        match &self.kind {
            Kind::RawV4(addresses) => addresses.first().map(|address| (*address).into()),
            Kind::UdpV4(address) => Some((*address).into()),
            Kind::LinkV6(addresses) => addresses.first().map(|address| (*address).into()),
            Kind::UnicastV6(address) => Some((*address).into()),
            Kind::Dhcp4o6 { .. } => None,
        }
    }

    /// The failure of this listening point.
    pub(super) fn failure(&self, address: Option<IpAddr>, reason: Reason) -> Failure {
        Failure {
            interface: self.interface.name.clone(),
            address,
            port: self.port,
            reason,
        }
    }
}

/// The listening points, and the interfaces that were asked for by name but cannot be served.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) wanted: Vec<Wanted>,
    pub(super) failures: Vec<Failure>,
}

/// Checks that the selectors fit the interfaces, without opening anything.
///
/// # Errors
/// An unknown interface or address, an address of the wrong family, something listed twice.
pub fn check<I: Borrow<Interface>>(
    settings: &Settings,
    interfaces: &[I],
) -> Result<(), SocketError> {
    let family = match settings.mode {
        Mode::V4 { .. } => 4,
        Mode::V6 => 6,
    };
    for (at, selector) in settings.selectors.iter().enumerate() {
        if settings.selectors[..at].contains(selector) {
            return Err(SocketError::Duplicate(selector.clone()));
        }
        let Selector::Named { name, address } = selector else {
            continue;
        };
        let mut all = interfaces.iter().map(Borrow::borrow);
        let interface = all.find(|it| it.name == *name).ok_or_else(|| {
            let known = interfaces
                .iter()
                .map(|it| it.borrow().name.to_string())
                .collect();
            SocketError::UnknownInterface {
                name: name.clone(),
                known,
            }
        })?;
        let Some(address) = *address else { continue };
        if !usable(address, family) {
            let selector = selector.clone();
            return Err(SocketError::UnusableAddress {
                selector,
                address,
                family,
            });
        }
        match address {
            IpAddr::V4(v4) => check_assigned(interface, v4)?,
            IpAddr::V6(_) => check_single(name, address, &settings.selectors[..at])?,
        }
    }
    Ok(())
}

fn usable(address: IpAddr, family: u8) -> bool {
    match address {
        IpAddr::V4(address) => {
            family == 4
                && !address.is_multicast()
                && !address.is_unspecified()
                && !address.is_broadcast()
        }
        IpAddr::V6(address) => family == 6 && !address.is_multicast() && !address.is_unspecified(),
    }
}

fn check_assigned(interface: &Interface, address: Ipv4Addr) -> Result<(), SocketError> {
    if interface.ipv4.iter().any(|(has, _)| *has == address) {
        return Ok(());
    }
    let has: Vec<String> = interface
        .ipv4
        .iter()
        .map(|(has, _)| has.to_string())
        .collect();
    Err(SocketError::UnknownAddress {
        name: interface.name.clone(),
        address: address.into(),
        has: if has.is_empty() {
            "none".to_owned()
        } else {
            has.join(", ")
        },
    })
}

fn check_single(name: &Arc<str>, second: IpAddr, before: &[Selector]) -> Result<(), SocketError> {
    for selector in before {
        if let Selector::Named {
            name: other,
            address: Some(first),
        } = selector
            && other == name
        {
            return Err(SocketError::SecondUnicast {
                name: name.clone(),
                first: *first,
                second,
            });
        }
    }
    Ok(())
}

/// Works out the listening points; the selectors must have passed [`check`].
pub(super) fn plan(settings: &Settings, interfaces: &[Arc<Interface>]) -> Plan {
    let mut plan = Plan::default();
    for interface in interfaces {
        let ask = Ask::of(interface, &settings.selectors);
        if !ask.at_all() || (interface.loopback && !ask.by_name) {
            continue;
        }
        match settings.mode {
            Mode::V4 {
                socket_type: SocketType::Raw,
                ..
            } => plan.raw(settings, interface, &ask),
            Mode::V4 {
                socket_type: SocketType::Udp,
                outbound,
            } => {
                plan.udp(settings, interface, &ask, outbound);
            }
            Mode::V6 => plan.v6(settings, interface, &ask),
        }
    }
    if let Some(port) = settings.dhcp4o6_port {
        plan.dhcp4o6(port, interfaces);
    }
    plan
}

/// What the selectors ask of one interface.
struct Ask {
    /// Named, with or without an address.
    by_name: bool,
    /// All its addresses: `*`, or its name alone.
    whole: bool,
    /// The addresses named.
    addresses: Vec<IpAddr>,
}

impl Ask {
    fn of(interface: &Interface, selectors: &[Selector]) -> Ask {
        let mut ask = Ask {
            by_name: false,
            whole: false,
            addresses: Vec::new(),
        };
        for selector in selectors {
            match selector {
                Selector::All => ask.whole |= !interface.loopback,
                Selector::Named { name, address } if *name == interface.name => {
                    ask.by_name = true;
                    ask.whole |= address.is_none();
                    ask.addresses.extend(*address);
                }
                Selector::Named { .. } => {}
            }
        }
        ask
    }

    fn at_all(&self) -> bool {
        self.by_name || self.whole
    }

    /// The IPv4 addresses to listen on.
    fn ipv4(&self, interface: &Interface) -> Vec<Ipv4Addr> {
        if self.whole {
            return interface.ipv4.iter().map(|(address, _)| *address).collect();
        }
        let v4 = |address: &IpAddr| match address {
            IpAddr::V4(address) => Some(*address),
            IpAddr::V6(_) => None,
        };
        self.addresses.iter().filter_map(v4).collect()
    }
}

impl Plan {
    fn want(&mut self, settings: &Settings, interface: &Arc<Interface>, kind: Kind, pinned: bool) {
        let interface = interface.clone();
        self.wanted.push(Wanted {
            interface,
            kind,
            port: settings.port,
            pinned,
        });
    }

    /// Notes an interface that cannot be served; one that only `*` asked for is left out silently.
    fn fail(&mut self, settings: &Settings, interface: &Interface, ask: &Ask, reason: Reason) {
        if ask.by_name {
            self.failures.push(Failure {
                interface: interface.name.clone(),
                address: None,
                port: settings.port,
                reason,
            });
        }
    }

    fn raw(&mut self, settings: &Settings, interface: &Arc<Interface>, ask: &Ask) {
        let addresses = ask.ipv4(interface);
        if interface.loopback {
            self.fail(settings, interface, ask, Reason::LoopbackRaw);
        } else if !interface.up {
            self.fail(settings, interface, ask, Reason::Down);
        } else if addresses.is_empty() {
            self.fail(settings, interface, ask, Reason::NoAddress);
        } else {
            self.want(settings, interface, Kind::RawV4(addresses), true);
        }
    }

    fn udp(
        &mut self,
        settings: &Settings,
        interface: &Arc<Interface>,
        ask: &Ask,
        outbound: Outbound,
    ) {
        let addresses = ask.ipv4(interface);
        if !interface.up {
            self.fail(settings, interface, ask, Reason::Down);
        } else if addresses.is_empty() {
            self.fail(settings, interface, ask, Reason::NoAddress);
        }
        for address in addresses.into_iter().filter(|_| interface.up) {
            let pinned = outbound == Outbound::SameAsInbound;
            self.want(settings, interface, Kind::UdpV4(address), pinned);
        }
    }

    fn v6(&mut self, settings: &Settings, interface: &Arc<Interface>, ask: &Ask) {
        if !interface.up {
            return self.fail(settings, interface, ask, Reason::Down);
        }
        let link_local: Vec<Ipv6Addr> = interface
            .ipv6
            .iter()
            .map(|(address, _)| *address)
            .filter(Ipv6Addr::is_unicast_link_local)
            .collect();
        let unicast = ask.addresses.iter().find_map(|address| match address {
            IpAddr::V6(address) if !link_local.contains(address) => Some(*address),
            _ => None,
        });
        if link_local.is_empty() && unicast.is_none() {
            return self.fail(settings, interface, ask, Reason::NoLinkLocal);
        }
        if !link_local.is_empty() {
            self.want(settings, interface, Kind::LinkV6(link_local), false);
        }
        if let Some(address) = unicast {
            self.want(settings, interface, Kind::UnicastV6(address), false);
        }
    }

    /// What the other family's server passes on (manual dhcp4-srv.rst:4273).
    fn dhcp4o6(&mut self, peer: u16, interfaces: &[Arc<Interface>]) {
        let port = peer.saturating_add(1);
        match interfaces.iter().find(|it| it.loopback && it.up) {
            Some(interface) => self.wanted.push(Wanted {
                interface: interface.clone(),
                kind: Kind::Dhcp4o6 { peer },
                port,
                pinned: false,
            }),
            None => self.failures.push(Failure {
                interface: "lo".into(),
                address: Some(Ipv6Addr::LOCALHOST.into()),
                port,
                reason: Reason::Down,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    const RAW: Mode = Mode::V4 {
        socket_type: SocketType::Raw,
        outbound: Outbound::SameAsInbound,
    };
    const UDP: Mode = Mode::V4 {
        socket_type: SocketType::Udp,
        outbound: Outbound::SameAsInbound,
    };

    fn interface(index: u32, name: &str, v4: &[&str], v6: &[&str]) -> Interface {
        Interface {
            name: name.into(),
            index,
            mac: Some([2, 0, 0, 0, 0, index as u8]),
            hardware_type: 1,
            ipv4: v4.iter().map(|it| (it.parse().unwrap(), 24)).collect(),
            ipv6: v6.iter().map(|it| (it.parse().unwrap(), 64)).collect(),
            loopback: name == "lo",
            up: name != "down0",
            multicast: true,
        }
    }

    fn host() -> Vec<Interface> {
        vec![
            interface(1, "lo", &["127.0.0.1"], &["::1"]),
            interface(
                2,
                "eth0",
                &["192.0.2.1", "192.0.2.2"],
                &["fe80::1", "2001:db8::1"],
            ),
            interface(3, "eth1", &["10.0.0.1"], &["fe80::2"]),
            interface(4, "bare0", &[], &[]),
            interface(5, "down0", &["10.9.0.1"], &["fe80::5"]),
        ]
    }

    fn settings(mode: Mode, entries: &[&str]) -> Settings {
        let mut settings = Settings::new(mode, 67);
        settings.selectors = entries.iter().map(|it| it.parse().unwrap()).collect();
        settings
    }

    #[test]
    fn the_other_servers_socket_is_on_loopback_beside_all_others() {
        let mut settings = settings(RAW, &["eth1"]);
        settings.dhcp4o6_port = Some(6767);
        let plan = plan(
            &settings,
            &host().into_iter().map(Arc::new).collect::<Vec<_>>(),
        );
        let [eth1, lo] = &plan.wanted[..] else {
            panic!("{:?}", plan.wanted);
        };
        assert_eq!(eth1.answers_from(), Some(Ipv4Addr::new(10, 0, 0, 1).into()));
        assert_eq!(
            (&*lo.interface.name, lo.port, &lo.kind),
            ("lo", 6768, &Kind::Dhcp4o6 { peer: 6767 })
        );
        assert_eq!(lo.answers_from(), None);
    }

    /// One word per listening point and per failure.
    fn outcome(mode: Mode, entries: &[&str]) -> (Vec<String>, Vec<String>) {
        let settings = settings(mode, entries);
        check(&settings, &host()).unwrap();
        let host: Vec<_> = host().into_iter().map(Arc::new).collect();
        let plan = plan(&settings, &host);
        let wanted = plan
            .wanted
            .iter()
            .map(|it| format!("{} {:?}", it.interface.name, it.kind))
            .collect();
        (
            wanted,
            plan.failures.iter().map(Failure::to_string).collect(),
        )
    }

    fn error(mode: Mode, entries: &[&str]) -> String {
        check(&settings(mode, entries), &host())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn the_wildcard_takes_every_usable_interface_but_loopback() {
        let (wanted, failures) = outcome(RAW, &["*"]);
        assert_eq!(
            wanted,
            [
                "eth0 RawV4([192.0.2.1, 192.0.2.2])",
                "eth1 RawV4([10.0.0.1])"
            ]
        );
        assert!(failures.is_empty(), "{failures:?}");
    }

    #[test]
    fn the_wildcard_beside_names_still_takes_all() {
        let (wanted, _) = outcome(RAW, &["eth0/192.0.2.2", "*"]);
        assert_eq!(
            wanted,
            [
                "eth0 RawV4([192.0.2.1, 192.0.2.2])",
                "eth1 RawV4([10.0.0.1])"
            ]
        );
    }

    #[test]
    fn an_address_selects_only_itself() {
        assert_eq!(
            outcome(RAW, &["eth0/192.0.2.2"]).0,
            ["eth0 RawV4([192.0.2.2])"]
        );
        assert_eq!(
            outcome(RAW, &["eth0/192.0.2.2", "eth0/192.0.2.1"]).0,
            ["eth0 RawV4([192.0.2.2, 192.0.2.1])"]
        );
    }

    #[test]
    fn loopback_is_served_when_named_and_udp() {
        assert_eq!(outcome(UDP, &["lo"]).0, ["lo UdpV4(127.0.0.1)"]);
        assert_eq!(outcome(UDP, &["*", "lo"]).0.len(), 4);
        assert!(
            outcome(UDP, &["*"])
                .0
                .iter()
                .all(|it| !it.starts_with("lo "))
        );
        let (wanted, failures) = outcome(RAW, &["lo"]);
        assert!(wanted.is_empty());
        assert!(failures[0].contains("dhcp-socket-type"), "{failures:?}");
    }

    #[test]
    fn named_interfaces_that_cannot_be_served_are_reported() {
        let (wanted, failures) = outcome(RAW, &["bare0", "down0"]);
        assert!(wanted.is_empty());
        assert_eq!(
            failures,
            [
                "cannot listen on bare0 port 67: the interface has no IPv4 address",
                "cannot listen on down0 port 67: the interface is down",
            ]
        );
    }

    #[test]
    fn v6_listens_on_the_link_and_one_address() {
        assert_eq!(
            outcome(Mode::V6, &["eth0/2001:db8::1"]).0,
            ["eth0 LinkV6([fe80::1])", "eth0 UnicastV6(2001:db8::1)"]
        );
        // An address is taken as it is, even where the interface does not have it.
        assert_eq!(
            outcome(Mode::V6, &["lo/2001:db8::7"]).0,
            ["lo UnicastV6(2001:db8::7)"]
        );
        assert_eq!(outcome(Mode::V6, &["*"]).0.len(), 2);
        assert!(outcome(Mode::V6, &["bare0"]).1[0].contains("no link-local address"));
    }

    #[test]
    fn selectors_that_do_not_fit_are_refused() {
        assert_eq!(
            error(RAW, &["eth7"]),
            "there is no interface \"eth7\"; this host has: lo, eth0, eth1, bare0, down0"
        );
        assert_eq!(
            error(RAW, &["eth1/192.0.2.1"]),
            "interface eth1 has no address 192.0.2.1; it has: 10.0.0.1"
        );
        assert_eq!(
            error(RAW, &["eth0/2001:db8::1"]),
            "eth0/2001:db8::1: 2001:db8::1 is not a unicast address of DHCPv4"
        );
        assert_eq!(
            error(Mode::V6, &["eth0/ff02::1:2"]),
            "eth0/ff02::1:2: ff02::1:2 is not a unicast address of DHCPv6"
        );
        assert_eq!(
            error(RAW, &["eth0", "eth0"]),
            "eth0 is listed more than once"
        );
        assert_eq!(
            error(Mode::V6, &["eth0/2001:db8::1", "eth0/2001:db8::2"]),
            "interface eth0: more than one unicast address (2001:db8::1 and 2001:db8::2)"
        );
    }
}
