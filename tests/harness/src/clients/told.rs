//! What the clients' script printed, read back.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

/// One event a client reported: the three programs name things differently, here they are one.
#[derive(Clone, Debug)]
pub struct Binding {
    /// Why: `BOUND`, `RENEW`, `REBIND`, `REBOOT`, `EXPIRE`, `RELEASE`, `NAK` ...
    pub reason: String,
    /// The address it was given.
    pub address: Option<IpAddr>,
    /// The delegated prefix it was given.
    pub prefix: Option<(Ipv6Addr, u8)>,
    /// Seconds: the lease time (v4) or the valid lifetime (v6).
    pub lifetime: Option<u32>,
    /// Seconds: the preferred lifetime (v6).
    pub preferred: Option<u32>,
    /// The server identifier: an address (v4) or a DUID as the client writes it (v6).
    pub server: Option<String>,
    /// Every variable the client gave its script.
    pub variables: BTreeMap<String, String>,
}

// The names of one thing: dhclient's, udhcpc's and dhcpcd's, v4 before v6.
const ADDRESS: [&str; 4] = [
    "new_ip_address",
    "ip",
    "new_ip6_address",
    "new_dhcp6_ia_na1_ia_addr1",
];
const PREFIX: [&str; 2] = ["new_ip6_prefix", "new_dhcp6_ia_pd1_prefix1"];
const PREFIX_LENGTH: [&str; 1] = ["new_dhcp6_ia_pd1_prefix1_length"];
const LIFETIME: [&str; 5] = [
    "new_dhcp_lease_time",
    "lease",
    "new_max_life",
    "new_dhcp6_ia_na1_ia_addr1_vltime",
    "new_dhcp6_ia_pd1_prefix1_vltime",
];
const PREFERRED: [&str; 3] = [
    "new_preferred_life",
    "new_dhcp6_ia_na1_ia_addr1_pltime",
    "new_dhcp6_ia_pd1_prefix1_pltime",
];
const SERVER: [&str; 4] = [
    "new_dhcp_server_identifier",
    "serverid",
    "new_dhcp6_server_id",
    "new_dhcp6_server_id",
];

impl Binding {
    /// Reads a line of the script; `None` when it is none.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let pairs = line.split_once("told:")?.1.split('\u{1f}');
        let pairs = pairs.filter_map(|pair| pair.split_once('='));
        let variables: BTreeMap<String, String> = pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let first = |names: &[&str]| {
            let mut values = names.iter().filter_map(|name| variables.get(*name));
            values.find(|value| !value.is_empty()).cloned()
        };
        let prefix = first(&PREFIX).and_then(|text| match text.split_once('/') {
            Some((prefix, length)) => Some((prefix.parse().ok()?, length.parse().ok()?)),
            None => Some((text.parse().ok()?, first(&PREFIX_LENGTH)?.parse().ok()?)),
        });
        Some(Self {
            reason: first(&["reason"])?
                .to_uppercase()
                .trim_end_matches('6')
                .to_owned(),
            address: first(&ADDRESS).and_then(|text| text.parse().ok()),
            prefix,
            lifetime: first(&LIFETIME).and_then(|text| text.parse().ok()),
            preferred: first(&PREFERRED).and_then(|text| text.parse().ok()),
            server: first(&SERVER),
            variables,
        })
    }
}
