//! What both contenders are told: one configuration, but for the place of their own leases and for
//! Kea's threads. Murre has its defaults.

use std::fmt;

use clap::ValueEnum;
use murre_harness::database;
use serde::Serialize;
use serde_json::{Value, json};

/// The server's interface.
pub(crate) const SERVER_INTERFACE: &str = "srv0";
/// The generator's interface.
pub(crate) const CLIENT_INTERFACE: &str = "cli0";
/// The server's v4 address.
pub(crate) const SERVER: &str = "10.0.0.1";
/// The generator's. In v4 it is a relay on its clients' link, as perfdhcp always is.
pub(crate) const RELAY: &str = "10.0.0.2";
/// The server's addresses.
pub(crate) const SERVER_ADDRESSES: [&str; 2] = ["10.0.0.1/8", "2001:db8:1::1/64"];
/// The generator's addresses.
pub(crate) const CLIENT_ADDRESSES: [&str; 2] = ["10.0.0.2/8", "2001:db8:1::2/64"];

/// Threads of Kea.
const THREADS: u32 = 8;
/// Seconds: no lease ends during a contest.
const LIFETIME: u32 = 7200;

/// Where the leases are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Engine {
    /// Both on PostgreSQL with synchronous_commit and fsync
    Postgresql,
    /// Both on MariaDB with innodb_flush_log_at_trx_commit=1
    Mariadb,
    /// Kea's lease file (in memory, written without waiting for the disk) and Murre's embedded
    /// database (each commit waits for the disk)
    Memfile,
}

impl Engine {
    /// The database server, if there is one.
    pub(crate) fn server(self) -> Option<database::Engine> {
        match self {
            Self::Postgresql => Some(database::Engine::Postgresql),
            Self::Mariadb => Some(database::Engine::Mariadb),
            Self::Memfile => None,
        }
    }

    /// What the manual of Kea recommends per thread (dhcp4-srv.rst and dhcp6-srv.rst,
    /// "Multi-Threading Settings With Different Database Backends").
    fn queue_per_thread(self, family: Family) -> u32 {
        match (self, family) {
            (Self::Postgresql, _) => 11,
            (Self::Mariadb, Family::V4) => 66,
            (Self::Mariadb, Family::V6) => 200,
            (Self::Memfile, Family::V4) => 7,
            (Self::Memfile, Family::V6) => 150,
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgresql => "PostgreSQL",
            Self::Mariadb => "MariaDB",
            Self::Memfile => "memfile",
        })
    }
}

/// Which protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
pub(crate) enum Family {
    /// DISCOVER, OFFER, REQUEST, ACK
    #[value(name = "4")]
    #[serde(rename = "DHCPv4")]
    V4,
    /// SOLICIT, ADVERTISE, REQUEST, REPLY
    #[value(name = "6")]
    #[serde(rename = "DHCPv6")]
    V6,
}

impl Family {
    /// 4 or 6.
    pub(crate) fn version(self) -> u8 {
        match self {
            Self::V4 => 4,
            Self::V6 => 6,
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DHCPv{}", self.version())
    }
}

/// What clients ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Workload {
    /// An address.
    #[serde(rename = "DHCPv4")]
    V4,
    /// An address.
    #[serde(rename = "DHCPv6")]
    V6,
    /// An address and a prefix in one exchange.
    #[serde(rename = "DHCPv6 with prefix")]
    V6WithPrefix,
}

impl Workload {
    /// Its protocol.
    pub(crate) fn family(self) -> Family {
        match self {
            Self::V4 => Family::V4,
            Self::V6 | Self::V6WithPrefix => Family::V6,
        }
    }

    /// Leases that a completed exchange ends in.
    pub(crate) fn leases(self) -> u64 {
        match self {
            Self::V4 | Self::V6 => 1,
            Self::V6WithPrefix => 2,
        }
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if *self == Self::V6WithPrefix {
            " with prefix"
        } else {
            ""
        };
        write!(f, "{}{what}", self.family())
    }
}

/// The `multi-threading` of Kea.
pub(crate) fn threads(engine: Engine, family: Family) -> Value {
    json!({
        "enable-multi-threading": true,
        "thread-pool-size": THREADS,
        "packet-queue-size": engine.queue_per_thread(family) * THREADS,
    })
}

/// The document, with the map of `lease-database` and, if given, of `multi-threading`.
pub(crate) fn document(family: Family, leases: &Value, threads: Option<Value>) -> Value {
    let mut server = json!({
        "interfaces-config": { "interfaces": [SERVER_INTERFACE] },
        "lease-database": leases,
        "valid-lifetime": LIFETIME,
        "loggers": loggers(family),
    });
    if let Some(threads) = threads {
        server["multi-threading"] = threads;
    }
    match family {
        Family::V4 => {
            server["subnet4"] = json!([{
                "id": 1, "subnet": "10.0.0.0/8",
                "pools": [{ "pool": "10.1.0.0-10.255.255.254" }],
                "option-data": [{ "name": "routers", "data": "10.0.0.254" }],
            }]);
        }
        Family::V6 => {
            server["preferred-lifetime"] = json!(LIFETIME);
            server["subnet6"] = json!([{
                "id": 1, "subnet": "2001:db8:1::/64", "interface": SERVER_INTERFACE,
                "pools": [{ "pool": "2001:db8:1::1:0:0-2001:db8:1::ffff:ffff:ffff" }],
                "pd-pools": [{ "prefix": "2001:db8:8000::", "prefix-len": 33, "delegated-len": 64 }],
                "option-data": [{ "name": "dns-servers", "data": "2001:db8:1::53" }],
            }]);
        }
    }
    json!({ format!("Dhcp{}", family.version()): server })
}

/// Warnings, and the life of the server, which is waited for; nothing per packet.
pub(crate) fn loggers(family: Family) -> Value {
    let logger = |name: String, severity: &str| json!({ "name": name, "severity": severity, "output_options": [{ "output": "stdout" }] });
    let daemon = format!("kea-dhcp{}", family.version());
    let life = format!("{daemon}.dhcp{}", family.version());
    json!([logger(daemon, "WARN"), logger(life, "INFO")])
}
