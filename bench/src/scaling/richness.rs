//! What a configuration may have beside a subnet with a pool, each in a number: classes, reservations in the database,
//! subnets in shared networks. In DHCPv4.

use std::fmt;
use std::net::Ipv4Addr;

use serde::Serialize;
use serde_json::{Value, json};

use super::make_up;
use super::setup::Allocator;
use crate::configuration::Engine;

/// Subnets begin here, the first with the relay in it.
const FIRST_SUBNET: u32 = 0x0a00_0000;
/// Bits of a subnet's prefix, and the addresses it has.
const PREFIX: u32 = 22;
const SIZE: u32 = 1 << (32 - PREFIX);
/// The pool of a subnet: from here on, so many addresses. Reservations lie behind it.
const POOL: (u32, u32) = (10, 1000);
/// What is reserved where there is one subnet alone.
const FIRST_RESERVED: u32 = 0x0a80_0000;
/// Every so many-th client of the generator's measured run has a reservation, as long as there are reservations.
const CLIENTS: u32 = 10;
/// The seed of that run, and how its cards are scattered (`murre-load --scatter`).
const SEED: u32 = 2;
const SCATTERING: u32 = 10_368_889;

/// How many of each there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Features {
    /// Client classes with an expression each.
    pub(crate) classes: u32,
    /// Reservations in the database.
    pub(crate) hosts: u32,
    /// Subnets, in place of the one.
    pub(crate) subnets: u32,
    /// Shared networks that these are in.
    pub(crate) networks: u32,
}

impl Features {
    /// Whether there is nothing of all that.
    pub(crate) fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Puts them into the map of a server.
    pub(super) fn add_to(&self, server: &mut Value, access: &Value, allocator: Allocator) {
        if self.classes > 0 {
            server["client-classes"] = (0..self.classes).map(class).collect();
        }
        if self.hosts > 0 {
            server["hosts-database"] = access.clone();
        }
        if self.subnets > 0 {
            server["subnet4"] = json!([]);
            server["shared-networks"] = (0..self.networks)
                .map(|network| {
                    let each = self.subnets / self.networks;
                    let subnets = network * each..(network + 1) * each;
                    let subnets: Vec<_> = subnets.map(|n| subnet(n, allocator)).collect();
                    json!({ "name": format!("network {network}"), "subnet4": subnets })
                })
                .collect();
        }
    }

    /// The statement that makes the reservations.
    pub(super) fn hosts(&self, engine: Engine) -> String {
        let Self { hosts, subnets, .. } = *self;
        let number = format!("((i * {CLIENTS}) * {SCATTERING}) % 16777216");
        let (subnet, address) = match subnets {
            0 => ("1".to_owned(), format!("{FIRST_RESERVED} + i")),
            _ => {
                let behind = FIRST_SUBNET + POOL.0 + POOL.1;
                let subnet = format!("i % {subnets}");
                let row = match engine {
                    Engine::Mariadb => format!("i DIV {subnets}"),
                    Engine::Postgresql | Engine::Memfile => format!("i / {subnets}"),
                };
                (
                    format!("1 + {subnet}"),
                    format!("{behind} + ({subnet}) * {SIZE} + {row}"),
                )
            }
        };
        let (with, from) = make_up::series(engine, hosts.into());
        let number = make_up::hex(engine, &number, 6);
        let card = make_up::bytes(engine, &[format!("'02{SEED:04x}'"), number]);
        format!(
            "{with}INSERT INTO hosts (dhcp_identifier, dhcp_identifier_type, dhcp4_subnet_id, ipv4_address, hostname) \
             SELECT {card}, 0, {subnet}, {address}, 'reserved' FROM {from}"
        )
    }
}

impl fmt::Display for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            classes,
            hosts,
            subnets,
            networks,
        } = self;
        if self.is_plain() {
            return Ok(());
        }
        write!(
            f,
            ", {classes} classes, {hosts} reservations, {subnets} subnets in {networks} networks"
        )
    }
}

/// By what clients are told apart: what they say of themselves, their cards, their port, and other classes.
fn class(n: u32) -> Value {
    let test = match n % 4 {
        0 => format!("option[60].hex == 'vendor {n}'"),
        1 => format!("substring(pkt4.mac, 0, 3) == 0x02{n:04x}"),
        2 => format!("relay4[1].hex == 'port {n}' and option[93].hex == 0x0007"),
        _ => format!("member('class {}') or member('class {}')", n - 3, n - 2),
    };
    json!({
        "name": format!("class {n}"), "test": test,
        "option-data": [{ "name": "domain-name", "data": format!("class{n}.example.org") }],
    })
}

fn subnet(n: u32, allocator: Allocator) -> Value {
    let base = FIRST_SUBNET + n * SIZE;
    let (first, last) = (base + POOL.0, base + POOL.0 + POOL.1 - 1);
    let [base, first, last] = [base, first, last].map(Ipv4Addr::from);
    json!({
        "id": n + 1, "subnet": format!("{base}/{PREFIX}"), "allocator": allocator,
        "pools": [{ "pool": format!("{first}-{last}") }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subnet_is_in_a_network_and_has_its_reservations_behind_its_pool() {
        let features = Features {
            hosts: 100,
            subnets: 10,
            networks: 2,
            ..Features::default()
        };
        let mut server = json!({});
        features.add_to(&mut server, &json!({ "type": "x" }), Allocator::Flq);
        let networks = server["shared-networks"].as_array().unwrap();
        let of = |network: &Value| network["subnet4"].as_array().unwrap().len();
        assert_eq!(networks.iter().map(of).collect::<Vec<_>>(), [5, 5]);
        let last = &networks[1]["subnet4"][4];
        assert_eq!(last["subnet"], "10.0.36.0/22");
        assert_eq!(last["pools"][0]["pool"], "10.0.36.10-10.0.39.241");
        assert_eq!(server["hosts-database"]["type"], "x");
        let sql = features.hosts(Engine::Postgresql);
        assert!(
            sql.contains("167773170 + (i % 10) * 1024 + i / 10"),
            "{sql}"
        );
    }
}
