//! Two networks: workers and clients on one, workers and the database on the other.

use std::net::{Ipv4Addr, Ipv6Addr};

use murre_harness::netns::{End, Link, Namespace};

/// Addresses of the database's servers, with as many as a set-up can need.
pub(crate) const SERVERS: [&str; 3] = ["172.31.0.1", "172.31.0.2", "172.31.0.3"];

/// The namespaces and what connects them.
#[derive(Debug)]
pub(crate) struct Network {
    /// Clients and their relays: `cli0`.
    pub(crate) clients: Namespace,
    /// Where the database runs.
    pub(crate) servers: Namespace,
    /// A worker each: `srv0` to the clients, `db0` to the database.
    pub(crate) workers: Vec<Namespace>,
    /// The workers' addresses, as relays know them.
    pub(crate) workers4: Vec<Ipv4Addr>,
    /// The same, v6.
    pub(crate) workers6: Vec<Ipv6Addr>,
    /// The relay's own address on the workers' link.
    pub(crate) relay6: Ipv6Addr,
    /// From each worker to the database.
    to_database: Vec<Link>,
    /// The link that all share.
    _switch: Namespace,
}

impl Network {
    pub(crate) fn new(workers: usize) -> Self {
        let (switch, clients) = (Namespace::new("lan"), Namespace::new("cli"));
        let servers = Namespace::new("db");
        let own: Vec<Namespace> = (0..workers).map(|_| Namespace::new("srv")).collect();
        let end = End::new(&clients, "cli0").address("10.1.255.254/16");
        let end = end.address("2001:db8:1::fe/64");
        // The relays' addresses towards their clients, which are not seen here.
        let end = end.address("10.2.0.1/32").address("10.3.0.1/32");
        Link::connect(&end, &End::new(&switch, "port"));
        let mut ports = vec!["port".to_owned()];
        let mut lines = vec![];
        let mut to_database = Vec::new();
        for (number, worker) in own.iter().enumerate() {
            let last = number + 1;
            let port = format!("port{number}");
            let end = End::new(worker, "srv0")
                .address(&format!("10.1.0.{last}/16"))
                .address(&format!("2001:db8:1::{last:x}/64"));
            Link::connect(&end, &End::new(&switch, &port));
            worker.add_route(&["10.0.0.0/8", "via", "10.1.255.254"]);
            ports.push(port);
            let line = format!("line{number}");
            let near = End::new(worker, "db0").address(&format!("172.31.0.{}/24", 100 + number));
            to_database.push(Link::connect(&near, &End::new(&servers, &line)));
            lines.push(line);
        }
        bridge(&switch, "lan0", &ports);
        bridge(&servers, "db0", &lines);
        for address in SERVERS {
            servers.add_address("db0", &format!("{address}/24"));
        }
        let last = |number: usize| number as u8 + 1;
        Self {
            workers4: (0..workers)
                .map(|n| Ipv4Addr::new(10, 1, 0, last(n)))
                .collect(),
            workers6: (0..workers)
                .map(|n| Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, last(n).into()))
                .collect(),
            relay6: Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 0xfe),
            clients,
            servers,
            workers: own,
            to_database,
            _switch: switch,
        }
    }

    /// Cuts the line between a worker and the database, and mends it: TCP is told nothing.
    pub(crate) fn cut(&self, worker: usize, cut: bool) {
        let link = &self.to_database[worker];
        if cut { link.cut() } else { link.mend() }
    }
}

fn bridge(namespace: &Namespace, name: &str, ports: &[String]) {
    let ports: Vec<&str> = ports.iter().map(String::as_str).collect();
    namespace.bridge(name, &ports);
}
