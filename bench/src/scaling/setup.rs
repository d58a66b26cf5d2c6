//! What workers are told, and what of it differs from point to point.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Value, json};

use crate::configuration::{Engine, Family, loggers};

pub(crate) use super::richness::Features;

/// Seconds: no lease ends while it is measured.
const LIFETIME: u32 = 7200;
/// The first address of the v4 pool.
pub(crate) const FIRST_V4: u32 = 0x0a10_0000;
/// The first address of the v6 pool.
pub(crate) const FIRST_V6: u128 = 0x2001_0db8_0002_0001_0000_0000_0001_0000;
/// The first prefix, of which there may be 2^32.
pub(crate) const FIRST_PREFIX: u128 = 0xfd00_0db8_0000_0000 << 64;

/// What clients lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
pub(crate) enum Leases {
    /// IPv4 addresses
    #[value(name = "4")]
    #[serde(rename = "v4 addresses")]
    V4,
    /// IPv6 prefixes
    #[value(name = "6-pd")]
    #[serde(rename = "v6 prefixes")]
    Prefixes,
    /// IPv6 addresses
    #[value(name = "6")]
    #[serde(rename = "v6 addresses")]
    V6,
}

impl Leases {
    /// Its protocol.
    pub(crate) fn family(self) -> Family {
        match self {
            Self::V4 => Family::V4,
            Self::Prefixes | Self::V6 => Family::V6,
        }
    }
}

/// The `allocator` or `pd-allocator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Allocator {
    /// A keyed order for each client
    Random,
    /// The queue of free leases
    Flq,
    /// Rising order
    Iterative,
}

/// What becomes of a lease that is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Released {
    /// Its row stays for its client (default `expired-leases-processing`)
    Kept,
    /// Its row is deleted (`hold-reclaimed-time` 0)
    Deleted,
}

/// A set-up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Setup {
    /// Where the leases are.
    pub(crate) engine: Engine,
    /// What clients lease.
    pub(crate) leases: Leases,
    /// How free ones are picked.
    pub(crate) allocator: Allocator,
    /// What becomes of those that are given back.
    pub(crate) released: Released,
    /// How many there are.
    pub(crate) pool: u64,
    /// Workers on the database.
    pub(crate) workers: usize,
    /// What else the configuration has.
    #[serde(skip_serializing_if = "Features::is_plain")]
    pub(crate) features: Features,
}

impl Setup {
    /// The same with a pool that its kind can have.
    pub(crate) fn with_pool(self, wanted: u64) -> Self {
        let pool = match self.leases {
            Leases::Prefixes => wanted.next_power_of_two(),
            Leases::V4 | Leases::V6 => wanted,
        };
        Self { pool, ..self }
    }

    /// The configuration of a worker, given the map of `lease-database` and its interfaces.
    pub(crate) fn document(&self, access: &Value, interfaces: &[String]) -> Value {
        let family = self.leases.family();
        let version = family.version();
        let mut server = json!({
            "interfaces-config": { "interfaces": interfaces },
            "lease-database": access,
            "valid-lifetime": LIFETIME,
            "loggers": loggers(family),
            // Each query is sent to one worker only.
            "worker-sharing": false,
            format!("subnet{version}"): [self.subnet()],
        });
        self.features.add_to(&mut server, access, self.allocator);
        if self.released == Released::Deleted {
            server["expired-leases-processing"] = json!({ "hold-reclaimed-time": 0 });
        }
        json!({ format!("Dhcp{version}"): server })
    }

    fn subnet(&self) -> Value {
        let last = u128::from(self.pool) - 1;
        match self.leases {
            Leases::V4 => {
                let first = Ipv4Addr::from(FIRST_V4);
                let last = Ipv4Addr::from(FIRST_V4 + last as u32);
                json!({
                    "id": 1, "subnet": "10.0.0.0/8", "allocator": self.allocator,
                    "pools": [{ "pool": format!("{first}-{last}") }],
                })
            }
            Leases::V6 => {
                let first = Ipv6Addr::from(FIRST_V6);
                let last = Ipv6Addr::from(FIRST_V6 + last);
                json!({
                    "id": 1, "subnet": "2001:db8:2::/48", "allocator": self.allocator,
                    "pools": [{ "pool": format!("{first}-{last}") }],
                })
            }
            Leases::Prefixes => {
                let prefix = Ipv6Addr::from(FIRST_PREFIX);
                let len = 64 - self.pool.ilog2();
                json!({
                    "id": 1, "subnet": "2001:db8:2::/48", "pd-allocator": self.allocator,
                    "pd-pools": [{ "prefix": prefix, "prefix-len": len, "delegated-len": 64 }],
                })
            }
        }
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |value: Value| value.as_str().unwrap_or_default().to_owned();
        let leases = name(json!(self.leases));
        let (allocator, released) = (name(json!(self.allocator)), name(json!(self.released)));
        write!(
            f,
            "{}, {leases}, {allocator}, released rows {released}{}",
            self.engine, self.features
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup(leases: Leases, pool: u64) -> Value {
        let setup = Setup {
            engine: Engine::Postgresql,
            leases,
            allocator: Allocator::Random,
            released: Released::Deleted,
            pool: 0,
            workers: 1,
            features: Features::default(),
        };
        let document = setup.with_pool(pool).document(&json!({}), &[]);
        document
            .as_object()
            .unwrap()
            .values()
            .next()
            .unwrap()
            .clone()
    }

    #[test]
    fn pools_have_the_size_that_was_asked_for() {
        let v4 = setup(Leases::V4, 1_000_000);
        assert_eq!(
            v4["subnet4"][0]["pools"][0]["pool"],
            "10.16.0.0-10.31.66.63"
        );
        assert_eq!(v4["expired-leases-processing"]["hold-reclaimed-time"], 0);
        let v6 = setup(Leases::V6, 65536);
        let pool = &v6["subnet6"][0]["pools"][0]["pool"];
        assert_eq!(pool, "2001:db8:2:1::1:0-2001:db8:2:1::1:ffff");
        let prefixes = setup(Leases::Prefixes, 1_000_000);
        let pool = &prefixes["subnet6"][0]["pd-pools"][0];
        assert_eq!(pool["prefix-len"], 44, "2^20 of /64");
    }
}
