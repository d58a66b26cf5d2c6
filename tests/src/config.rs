//! Configurations of the worlds, as values that a test changes where it needs something else.

use serde_json::{Value, json};

use crate::Leases;

/// Seconds; what clients are told unless a test says otherwise.
pub const VALID: u32 = 600;
/// Seconds.
pub const PREFERRED: u32 = 500;

/// Both families, as a [`World`](crate::World) needs it:
/// - subnet 1 is the server's own link: 192.0.2.0/24 (pool .100 to .199) and 2001:db8:1::/64 (pool
///   ::100 to ::1ff, and /56 prefixes of 2001:db8:8000::/40);
/// - subnet 2 is behind a relay: 10.0.0.0/8 (pool 10.1.0.0 to 10.9.255.255) and 2001:db8:2::/64
///   (pool ::1:0:0 to ::1:ffff:ffff, and /56 prefixes of 2001:db8:9000::/36).
pub fn both(leases: &Leases) -> Value {
    json!({ "Dhcp4": dhcp4(leases), "Dhcp6": dhcp6(leases) })
}

/// DHCPv4 alone.
pub fn only4(leases: &Leases) -> Value {
    json!({ "Dhcp4": dhcp4(leases) })
}

/// DHCPv6 alone.
pub fn only6(leases: &Leases) -> Value {
    json!({ "Dhcp6": dhcp6(leases) })
}

fn dhcp4(leases: &Leases) -> Value {
    json!({
        "interfaces-config": { "interfaces": ["srv0"] },
        "lease-database": leases.access(),
        "valid-lifetime": VALID, "renew-timer": 2, "rebind-timer": 400,
        "subnet4": [
            {
                "id": 1, "subnet": "192.0.2.0/24", "interface": "srv0",
                "pools": [{ "pool": "192.0.2.100-192.0.2.199" }],
                "option-data": [
                    { "name": "routers", "data": "192.0.2.254" },
                    { "name": "domain-name-servers", "data": "192.0.2.53, 192.0.2.54" },
                ],
            },
            {
                "id": 2, "subnet": "10.0.0.0/8",
                "pools": [{ "pool": "10.1.0.0-10.9.255.255" }],
                "option-data": [{ "name": "routers", "data": "10.0.0.254" }],
            },
        ],
    })
}

fn dhcp6(leases: &Leases) -> Value {
    json!({
        "interfaces-config": { "interfaces": ["srv0", "srv0/2001:db8:1::1"] },
        "lease-database": leases.access(),
        "valid-lifetime": VALID, "preferred-lifetime": PREFERRED, "renew-timer": 2, "rebind-timer": 400,
        "subnet6": [
            {
                "id": 1, "subnet": "2001:db8:1::/64", "interface": "srv0",
                "pools": [{ "pool": "2001:db8:1::100-2001:db8:1::1ff" }],
                "pd-pools": [{ "prefix": "2001:db8:8000::", "prefix-len": 40, "delegated-len": 56 }],
                "option-data": [{ "name": "dns-servers", "data": "2001:db8:1::53" }],
            },
            {
                "id": 2, "subnet": "2001:db8:2::/64",
                "pools": [{ "pool": "2001:db8:2::1:0:0-2001:db8:2::1:ffff:ffff" }],
                "pd-pools": [{ "prefix": "2001:db8:9000::", "prefix-len": 36, "delegated-len": 56 }],
                "option-data": [{ "name": "dns-servers", "data": "2001:db8:2::53" }],
            },
        ],
    })
}
