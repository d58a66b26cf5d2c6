//! The network interfaces of this host (of this network namespace), as found when asked.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::net::if_::{InterfaceFlags, if_nametoindex};
use nix::sys::socket::{AddressFamily, SockaddrLike};

/// One network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Name, as in the configuration.
    pub name: Arc<str>,
    /// The kernel's number for it.
    pub index: u32,
    /// Hardware address, when it has six bytes.
    pub mac: Option<[u8; 6]>,
    /// ARP hardware type (1: Ethernet).
    pub hardware_type: u16,
    /// IPv4 addresses with their prefix lengths, in the kernel's order.
    pub ipv4: Vec<(Ipv4Addr, u8)>,
    /// IPv6 addresses with their prefix lengths, in the kernel's order.
    pub ipv6: Vec<(Ipv6Addr, u8)>,
    /// The interface of the host to itself.
    pub loopback: bool,
    /// Switched on.
    pub up: bool,
    /// Able to send to groups.
    pub multicast: bool,
}

impl Interface {
    /// The first link-local IPv6 address.
    pub fn link_local(&self) -> Option<Ipv6Addr> {
        self.ipv6
            .iter()
            .map(|(address, _)| *address)
            .find(Ipv6Addr::is_unicast_link_local)
    }
}

/// Lists the interfaces, in order of their index.
pub fn interfaces() -> io::Result<Vec<Interface>> {
    let mut found: BTreeMap<String, Interface> = BTreeMap::new();
    for entry in getifaddrs()? {
        // An address with a label ("eth0:1") is listed under its label.
        let name = entry
            .interface_name
            .split(':')
            .next()
            .unwrap_or_default()
            .to_owned();
        let interface = found
            .entry(name.clone())
            .or_insert_with(|| empty(&name, entry.flags));
        note(interface, &entry);
    }
    let mut list: Vec<Interface> = found.into_values().collect();
    for interface in list.iter_mut().filter(|interface| interface.index == 0) {
        interface.index = if_nametoindex(&*interface.name)?;
    }
    list.sort_by_key(|interface| interface.index);
    Ok(list)
}

fn empty(name: &str, flags: InterfaceFlags) -> Interface {
    Interface {
        name: name.into(),
        index: 0,
        mac: None,
        hardware_type: 0,
        ipv4: Vec::new(),
        ipv6: Vec::new(),
        loopback: flags.contains(InterfaceFlags::IFF_LOOPBACK),
        up: flags.contains(InterfaceFlags::IFF_UP),
        multicast: flags.contains(InterfaceFlags::IFF_MULTICAST),
    }
}

/// Adds what one entry of the kernel's list says.
fn note(interface: &mut Interface, entry: &InterfaceAddress) {
    let Some(address) = &entry.address else {
        return;
    };
    match address.family() {
        Some(AddressFamily::Packet) => {
            if let Some(link) = address.as_link_addr() {
                interface.index = link.ifindex() as u32;
                interface.hardware_type = link.hatype();
                interface.mac = link
                    .addr()
                    .filter(|_| link.halen() == 6 && !interface.loopback);
            }
        }
        Some(AddressFamily::Inet) => {
            if let Some(address) = address.as_sockaddr_in() {
                let mask = entry
                    .netmask
                    .as_ref()
                    .and_then(|mask| mask.as_sockaddr_in());
                let length = mask.map_or(32, |mask| u32::from(mask.ip()).leading_ones());
                interface.ipv4.push((address.ip(), length as u8));
            }
        }
        Some(AddressFamily::Inet6) => {
            if let Some(address) = address.as_sockaddr_in6() {
                let mask = entry
                    .netmask
                    .as_ref()
                    .and_then(|mask| mask.as_sockaddr_in6());
                let length = mask.map_or(128, |mask| u128::from(mask.ip()).leading_ones());
                interface.ipv6.push((address.ip(), length as u8));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn loopback_is_found() {
        let list = interfaces().unwrap();
        let lo = list
            .iter()
            .find(|interface| &*interface.name == "lo")
            .unwrap();
        assert!(lo.loopback);
        assert_eq!(lo.index, 1);
        assert_eq!(lo.mac, None);
    }
}
