//! The small networks that tests take place in.

use murre_harness::netns::{End, Link, Namespace};

use crate::{Engine, Leases};

/// The server's address on its link.
pub const SERVER4: &str = "192.0.2.1";
/// The same, v6.
pub const SERVER6: &str = "2001:db8:1::1";
/// The relay's address on the link of subnet 2.
pub const RELAY4: &str = "10.0.0.1";
/// The same, v6.
pub const RELAY6: &str = "2001:db8:2::1";

/// A server, a client, an empty database; a cable between them, or a relay.
#[derive(Debug)]
pub struct World {
    /// Where the worker runs: `srv0`.
    pub server: Namespace,
    /// Where clients run: `cli0`.
    pub client: Namespace,
    /// Where the relay runs, if there is one: `down0` and `up0`.
    pub relay: Option<Namespace>,
    /// The database.
    pub leases: Leases,
    /// The cable that ends at the server.
    pub link: Link,
}

impl World {
    /// Client and server on one link.
    pub fn direct(engine: Engine) -> Self {
        Self::direct_on(Leases::fresh(engine))
    }

    fn direct_on(leases: Leases) -> Self {
        let (server, client) = (Namespace::new("srv"), Namespace::new("cli"));
        let link = Link::connect(&server_end(&server), &client_end(&client));
        Self {
            server,
            client,
            relay: None,
            leases,
            link,
        }
    }

    /// A relay between the client's link (subnet 2) and the server's (subnet 1). The relay's
    /// programs are the test's to start.
    pub fn relayed(engine: Engine) -> Self {
        let (server, client) = (Namespace::new("srv"), Namespace::new("cli"));
        let middle = Namespace::new("rel");
        let link = Link::connect(&server_end(&server), &relay_end(&middle, "up0"));
        let down = End::new(&middle, "down0").address("10.0.0.1/8");
        let down = down.address("2001:db8:2::1/64");
        Link::connect(&down, &client_end(&client));
        route_to_relay(&server, "192.0.2.2", "2001:db8:1::2");
        middle.forward();
        Self {
            server,
            client,
            relay: Some(middle),
            leases: Leases::fresh(engine),
            link,
        }
    }

    /// The client's namespace is a relay itself: packets made by hand are sent from its addresses
    /// in subnet 2 ([`RELAY4`], [`RELAY6`]).
    pub fn by_hand(engine: Engine) -> Self {
        Self::by_hand_on(Leases::fresh(engine))
    }

    /// The same with a database of the test's choice.
    pub fn by_hand_on(leases: Leases) -> Self {
        let world = Self::direct_on(leases);
        for address in [
            "192.0.2.2/24",
            "2001:db8:1::2/64",
            "10.0.0.1/8",
            "2001:db8:2::1/64",
        ] {
            world.client.add_address("cli0", address);
        }
        route_to_relay(&world.server, "192.0.2.2", "2001:db8:1::2");
        world
    }
}

fn server_end(server: &Namespace) -> End<'_> {
    End::new(server, "srv0")
        .address("192.0.2.1/24")
        .address("2001:db8:1::1/64")
}

/// With a card that is the same in every run: dhclient makes its IAID of it, and writes some of
/// them as text.
fn client_end(client: &Namespace) -> End<'_> {
    End::new(client, "cli0").mac("02:00:5e:10:00:0c")
}

fn relay_end<'a>(relay: &'a Namespace, interface: &str) -> End<'a> {
    End::new(relay, interface)
        .address("192.0.2.2/24")
        .address("2001:db8:1::2/64")
}

fn route_to_relay(server: &Namespace, via4: &str, via6: &str) {
    server.add_route(&["10.0.0.0/8", "via", via4]);
    server.add_route(&["2001:db8:2::/64", "via", via6]);
}
