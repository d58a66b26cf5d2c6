//! Some workers on one database, each in a namespace of its own, and a relay that reaches all.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use murre_harness::netns::{End, Link, Namespace};
use serde_json::{Value, json};

use crate::load::{Dhcp4, Dhcp6, Load, Spread};
use crate::worker::Launch;
use crate::{Engine, Leases, Worker, config, socket, world};

/// How many workers there are.
pub const WORKERS: usize = 2;
/// Exchanges at once: enough that batches form.
const IN_FLIGHT: usize = 300;

/// Servers that each have a cable to the relay, and an empty database.
#[derive(Debug)]
pub struct Fleet {
    /// Where workers run: each has `srv0`.
    pub servers: Vec<Namespace>,
    /// Where the relay and the clients are.
    pub relay: Namespace,
    /// The database they share.
    pub leases: Leases,
}

impl Fleet {
    /// The address and port of a server.
    pub fn server4(number: usize) -> SocketAddr {
        let address = format!("{}.1:67", networks(number).0);
        address.parse().expect("an address")
    }

    /// Two servers: 192.0.2.1 and 198.51.100.1, 2001:db8:1::1 and 2001:db8:3::1. The relay is
    /// [`world::RELAY4`] and [`world::RELAY6`] for both.
    pub fn new(engine: Engine) -> Self {
        Self::of(engine, WORKERS)
    }

    /// With one server.
    pub fn of_one(engine: Engine) -> Self {
        Self::of(engine, 1)
    }

    /// With so many, three at most.
    pub fn of(engine: Engine, count: usize) -> Self {
        let relay = Namespace::new("rel");
        let servers: Vec<_> = (0..count).map(|_| Namespace::new("srv")).collect();
        for (number, server) in servers.iter().enumerate() {
            let (net4, net6) = networks(number);
            let near = format!("cli{number}");
            let end = |namespace, name: &str, last: u8| {
                End::new(namespace, name)
                    .address(&format!("{net4}.{last}/24"))
                    .address(&format!("{net6}::{last}/64"))
            };
            Link::connect(&end(server, "srv0", 1), &end(&relay, &near, 2));
            server.add_route(&["10.0.0.0/8", "via", &format!("{net4}.2")]);
            server.add_route(&["2001:db8:2::/64", "via", &format!("{net6}::2")]);
        }
        relay.add_address("cli0", "10.0.0.1/8");
        relay.add_address("cli0", "2001:db8:2::1/64");
        Self {
            servers,
            relay,
            leases: Leases::fresh(engine),
        }
    }

    /// Starts a worker on each server, all with this configuration; each also listens on its own
    /// IPv6 address.
    #[track_caller]
    pub fn start(&self, config: &Value) -> Vec<Worker> {
        self.start_each(|_| config.clone())
    }

    /// The same, with a configuration for each number of a server.
    #[track_caller]
    pub fn start_each(&self, config: impl Fn(usize) -> Value) -> Vec<Worker> {
        let quiet = Launch {
            quiet: true,
            ..Launch::default()
        };
        let launch = |(number, server)| {
            let mut own = config(number);
            if let Some(server6) = own.get_mut("Dhcp6") {
                let unicast = format!("srv0/{}::1", networks(number).1);
                server6["interfaces-config"]["interfaces"] = json!(["srv0", unicast]);
            }
            Worker::launch(server, &own, &quiet)
        };
        let launched: Vec<Worker> = self.servers.iter().enumerate().map(launch).collect();
        for worker in &launched {
            worker.wait_until_serving(0);
        }
        launched
    }

    /// The relay's socket, to be bound once.
    pub fn socket4(&self) -> UdpSocket {
        let address: Ipv4Addr = world::RELAY4.parse().expect("an address");
        socket::bind(&self.relay, (address, 67).into())
    }

    /// The same, v6.
    pub fn socket6(&self) -> UdpSocket {
        let address: Ipv6Addr = world::RELAY6.parse().expect("an address");
        socket::bind(&self.relay, (address, 547).into())
    }

    /// Load from the clients 0 to `clients`, spread over all workers.
    pub fn load4<'a>(&self, socket: &'a UdpSocket, clients: u32) -> Load<'a, Dhcp4> {
        let giaddr = world::RELAY4.parse().expect("an address");
        let servers = (0..self.servers.len()).map(Self::server4);
        Load {
            speech: Dhcp4 { giaddr },
            socket,
            servers: servers.collect(),
            spread: Spread::Mixed,
            clients: 0..clients,
            in_flight: IN_FLIGHT,
        }
    }

    /// The same, v6.
    pub fn load6<'a>(&self, socket: &'a UdpSocket, clients: u32) -> Load<'a, Dhcp6> {
        let link = world::RELAY6.parse().expect("an address");
        let servers = (0..self.servers.len()).map(|number| {
            let address = format!("[{}::1]:547", networks(number).1);
            address.parse::<SocketAddr>().expect("an address")
        });
        Load {
            speech: Dhcp6 { link },
            socket,
            servers: servers.collect(),
            spread: Spread::Mixed,
            clients: 0..clients,
            in_flight: IN_FLIGHT,
        }
    }
}

/// The networks between the relay and a server.
fn networks(number: usize) -> (&'static str, &'static str) {
    [
        ("192.0.2", "2001:db8:1"),
        ("198.51.100", "2001:db8:3"),
        ("203.0.113", "2001:db8:5"),
    ][number]
}

/// What a fleet is configured with: as [`config::only4`], one server identifier for all workers, a
/// pool that `clients` fill to three quarters, and no word about single leases in the log. What
/// several workers hear is answered by each of them.
pub fn config4(leases: &Leases, clients: u32) -> Value {
    let mut config = config::only4(leases);
    let server = &mut config["Dhcp4"];
    let last = Ipv4Addr::from_bits(Ipv4Addr::new(10, 1, 0, 0).to_bits() + clients / 3 * 4);
    let subnet = &mut server["subnet4"][1];
    subnet["pools"] = json!([{ "pool": format!("10.1.0.0-{last}") }]);
    let options = subnet["option-data"].as_array_mut().expect("a list");
    options.push(json!({ "name": "dhcp-server-identifier", "data": "192.0.2.1" }));
    server["worker-sharing"] = json!(false);
    quiet(server, "kea-dhcp4");
    config
}

/// The same, v6; the pools are larger by nature.
pub fn config6(leases: &Leases, clients: u32) -> Value {
    let mut config = config::only6(leases);
    let server = &mut config["Dhcp6"];
    let subnet = &mut server["subnet6"][1];
    let last = clients / 3 * 4;
    let pool = format!(
        "2001:db8:2::1:0:0-2001:db8:2::1:{:x}:{:x}",
        last >> 16,
        last & 0xffff
    );
    subnet["pools"] = json!([{ "pool": pool }]);
    server["worker-sharing"] = json!(false);
    quiet(server, "kea-dhcp6");
    config
}

fn quiet(server: &mut Value, name: &str) {
    let output = json!([{ "output": "stdout" }]);
    server["loggers"] = json!([
        { "name": name, "severity": "INFO", "output-options": output },
        { "name": format!("{name}.leases"), "severity": "WARN", "output-options": output },
    ]);
}
