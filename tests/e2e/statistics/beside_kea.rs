//! The same packets to Debian's Kea and to Murre: what they count.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use murre_harness::process::Daemon;
use murre_harness::{kea, rundir};
use murre_tests::control::{ask_with, wait_for};
use murre_tests::hand4::{Client, Relay};
use murre_tests::world::SERVER4;
use murre_tests::{Engine, Worker, World, on_engines};
use murre_wire::dhcp4::MessageType::{
    Ack, Decline, Discover, Inform, LeaseQuery, Nak, Offer, Release, Request,
};
use murre_wire::dhcp4::{Builder, code};
use serde_json::{Value, json};

use crate::{PATIENCE, Values, all, one, wait_until};

on_engines! { [postgresql = Postgresql, sqlite = Sqlite]
    the_same_packets_count_as_they_do_with_debians_kea
}

/// Longer than the lease of subnet 7 and the probation time, with the second that tables round up to.
const EXPIRY: Duration = Duration::from_millis(2300);

/// A subnet behind a relay of its own.
fn subnet(id: u32, last: u32) -> Value {
    json!({
        "id": id, "subnet": format!("10.{id}.0.0/16"),
        "relay": { "ip-addresses": [format!("10.0.0.{id}")] },
        "pools": [{ "pool": format!("10.{id}.0.1-10.{id}.0.{last}") }],
    })
}

/// For both servers.
fn configuration(socket: &Path) -> Value {
    let mut two = subnet(2, 20);
    two["reservations"] = json!([
        { "hw-address": "02:00:00:00:00:63", "ip-address": "10.2.0.5" },
    ]);
    let mut four = subnet(4, 1);
    four["pools"] = json!([]);
    let mut seven = subnet(7, 20);
    seven["valid-lifetime"] = json!(1);
    let mut nine = subnet(9, 5);
    nine["pools"][0]["client-class"] = json!("never");
    json!({
        "interfaces-config": { "interfaces": ["srv0"] },
        "control-socket": { "socket-type": "unix", "socket-name": socket },
        "valid-lifetime": 600, "decline-probation-period": 1,
        "expired-leases-processing": {
            "reclaim-timer-wait-time": 3600, "flush-reclaimed-timer-wait-time": 3600,
            "hold-reclaimed-time": 3600,
        },
        "client-classes": [{ "name": "never", "test": "option[60].hex == 'never'" }],
        "subnet4": [two, subnet(3, 1), four, seven, nine],
        "shared-networks": [{ "name": "net", "subnet4": [subnet(5, 1)] }],
    })
}

/// A server with its clients.
struct Side {
    world: World,
    socket: PathBuf,
    _kea: Option<Daemon>,
    _worker: Option<Worker>,
}

impl Side {
    fn new(engine: Engine) -> (Self, Value) {
        let world = World::by_hand(engine);
        for number in 2..=9 {
            let address = format!("10.0.0.{number}/8");
            world.client.add_address("cli0", &address);
        }
        let socket = rundir::fresh_dir("statistics").join("socket");
        let config = configuration(&socket);
        let side = Self {
            world,
            socket,
            _kea: None,
            _worker: None,
        };
        (side, config)
    }

    fn kea() -> Self {
        let (mut side, config) = Self::new(Engine::Sqlite);
        let text = json!({ "Dhcp4": config }).to_string();
        side._kea = Some(kea::start4(Some(&side.world.server), &text, None));
        wait_for(&side.socket);
        side
    }

    fn murre(engine: Engine) -> Self {
        let (mut side, mut config) = Self::new(engine);
        config["lease-database"] = side.world.leases.access();
        let worker = Worker::start(&side.world.server, &json!({ "Dhcp4": config }));
        side._worker = Some(worker);
        side
    }

    fn relay(&self, subnet: u32) -> Relay {
        Relay::at(&self.world.client, &format!("10.0.0.{subnet}"), SERVER4)
    }

    /// Relays what gets no answer, and waits until it was counted.
    #[track_caller]
    fn tell(&self, relay: &Relay, name: &str, message: &mut Builder) {
        let before = one(&self.socket, name).unwrap_or_default();
        relay.send(message);
        wait_until(&self.socket, name, before + 1);
    }

    /// Reclaims until so many leases were.
    fn reclaim(&self, count: i64) {
        let end = Instant::now() + PATIENCE;
        while one(&self.socket, "reclaimed-leases") != Some(count) {
            ask_with(&self.socket, "leases-reclaim", json!({ "remove": false }));
            assert!(Instant::now() < end, "{:?}", all(&self.socket));
        }
    }

    /// Everything that is counted, at least once.
    fn play(&self) -> Values {
        self.leases();
        self.failures();
        self.expiry();
        self.oddities();
        all(&self.socket)
    }

    fn leases(&self) {
        let relay = self.relay(2);
        let one = Client::new(1);
        let address = one.lease(&relay);
        relay.ask(&mut one.having(Request, address));
        one.lease(&relay);
        relay.send(&mut one.having(Release, address));
        wait_until(&self.socket, "subnet[2].assigned-addresses", 0);
        // Whoever else gives it back has nothing to give.
        let mut other = Client::new(4).having(Release, address);
        self.tell(&relay, "pkt4-release-received", &mut other);
        one.lease(&relay);
        Client::new(2).lease(&relay);
        let mut inform = Client::new(5).having(Inform, "10.2.0.77".parse().unwrap());
        self.tell(&relay, "pkt4-inform-received", &mut inform);
        // What is reserved for another client is refused.
        let mut first = Client::new(3).message(Request);
        first.option(code::REQUESTED_ADDRESS, &[10, 2, 0, 5]);
        first.option(code::SERVER_IDENTIFIER, &[192, 0, 2, 1]);
        assert_eq!(relay.ask(&mut first).kind(), Nak);
    }

    fn failures(&self) {
        let full = self.relay(3);
        Client::new(11).lease(&full);
        // Each of another client, as one query of a client is worked on at a time.
        let late = |number| Client::new(number).message(Discover);
        let failed = "v4-allocation-fail-classes";
        self.tell(&full, failed, &mut late(12));
        self.tell(&self.relay(4), failed, &mut late(13));
        self.tell(&self.relay(9), failed, &mut late(14));
        let network = self.relay(5);
        Client::new(15).lease(&network);
        self.tell(&network, failed, &mut late(16));
        // No subnet at all.
        let received = "pkt4-discover-received";
        self.tell(&self.relay(8), received, &mut late(17));
    }

    fn expiry(&self) {
        let relay = self.relay(7);
        let client = Client::new(71);
        let address = client.lease(&relay);
        self.reclaim(1);
        assert_eq!(relay.ask(&mut client.having(Request, address)).kind(), Ack);
        let declined = self.relay(2);
        let one = Client::new(1).lease(&declined);
        let mut decline = Client::new(1).message(Decline);
        decline.option(code::REQUESTED_ADDRESS, &one.octets());
        self.tell(&declined, "declined-addresses", &mut decline);
        // Both end unseen, and go to others without anybody having reclaimed them.
        std::thread::sleep(EXPIRY);
        for (relay, client, address) in [(&relay, 72, address), (&declined, 22, one)] {
            let mut taken = Client::new(client).message(Request);
            taken.option(code::REQUESTED_ADDRESS, &address.octets());
            taken.option(code::SERVER_IDENTIFIER, &[192, 0, 2, 1]);
            assert_eq!(relay.ask(&mut taken).kind(), Ack);
        }
        self.reclaim(4);
    }

    fn oddities(&self) {
        let relay = self.relay(2);
        let one = Client::new(1);
        for (kind, name) in [
            (Offer, "pkt4-offer-received"),
            (Ack, "pkt4-ack-received"),
            (Nak, "pkt4-nak-received"),
            (LeaseQuery, "pkt4-unknown-received"),
        ] {
            self.tell(&relay, name, &mut one.message(kind));
        }
        let mut bootp = Builder::bootp_request(7, &[2, 0, 0, 0, 0, 9]);
        self.tell(&relay, "pkt4-unknown-received", &mut bootp);
        let mut others = one.message(Request);
        others.option(code::SERVER_IDENTIFIER, &[9, 9, 9, 9]);
        others.option(code::REQUESTED_ADDRESS, &[10, 2, 0, 9]);
        self.tell(&relay, "pkt4-receive-drop", &mut others);
        // The header is whole, the magic cookie is not.
        let mut bytes = one.message(Discover).finish(300);
        bytes[236] = 0;
        relay.send_raw(&bytes);
        wait_until(&self.socket, "pkt4-parse-failed", 1);
        relay.ask(&mut one.message(Discover));
    }
}

fn the_same_packets_count_as_they_do_with_debians_kea(engine: Engine) {
    let theirs = Side::kea().play();
    let ours = Side::murre(engine).play();
    let names = |values: &Values| values.keys().cloned().collect::<BTreeSet<_>>();
    let missing: Vec<_> = names(&theirs).difference(&names(&ours)).cloned().collect();
    assert!(missing.is_empty(), "{missing:?}");
    // Debian's is older than the manual.
    let is_newer = |name: &&String| !name.contains("].pool[") && !name.contains("v4-lease-reuses");
    let more = names(&ours);
    let more: Vec<_> = more
        .difference(&names(&theirs))
        .filter(is_newer)
        .cloned()
        .collect();
    assert!(more.is_empty(), "{more:?}");
    let differ = theirs.iter().filter(|(name, value)| ours[*name] != **value);
    let differ: Vec<_> = differ
        .map(|(name, value)| (name, value, ours[name]))
        .collect();
    assert!(differ.is_empty(), "{differ:#?}");
    for pool in ["cumulative-assigned-addresses", "reclaimed-leases"] {
        let of = |place: &str| ours[&format!("{place}.{pool}")];
        assert_eq!(of("subnet[7].pool[0]"), of("subnet[7]"));
    }
}
