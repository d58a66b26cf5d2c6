//! Statistics of live workers: the numbers that Debian's Kea has after the same packets, one truth
//! about leases for a fleet, and the commands.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use murre_harness::netns;
use murre_harness::process::Daemon;
use murre_harness::{kea, rundir};
use murre_tests::control::{ask, ask_with, wait_for};
use murre_tests::hand4::{Client, Relay};
use murre_tests::world::{RELAY4, SERVER4};
use murre_tests::{Engine, Fleet, Worker, World, config, hand6, on_engines};
use murre_wire::dhcp4::MessageType::{
    Ack, Decline, Discover, Inform, LeaseQuery, Nak, Offer, Release, Request,
};
use murre_wire::dhcp4::{Builder, code};
use murre_wire::dhcp6::MessageType;
use serde_json::{Value, json};

on_engines! { [postgresql = Postgresql, sqlite = Sqlite]
    the_same_packets_count_as_they_do_with_debians_kea,
    workers_of_one_database_tell_the_same_of_leases
}

const PATIENCE: Duration = Duration::from_secs(60);
/// Longer than the lease of subnet 7 and the probation time, with the second that tables round up to.
const EXPIRY: Duration = Duration::from_millis(2300);

type Values = BTreeMap<String, i64>;

/// Newest values of all statistics.
fn all(socket: &Path) -> Values {
    let answer = ask(socket, "statistic-get-all");
    assert_eq!(answer["result"], 0, "{answer}");
    let map = answer["arguments"].as_object().unwrap();
    map.iter()
        .map(|(name, samples)| (name.clone(), samples[0][0].as_i64().unwrap()))
        .collect()
}

/// Newest value of one; `None` if it is not there.
fn one(socket: &Path, name: &str) -> Option<i64> {
    let answer = ask_with(socket, "statistic-get", json!({ "name": name }));
    assert_eq!(answer["result"], 0, "{answer}");
    answer["arguments"]
        .get(name)
        .map(|samples| samples[0][0].as_i64().unwrap())
}

#[track_caller]
fn wait_until(socket: &Path, name: &str, wanted: i64) {
    let end = Instant::now() + PATIENCE;
    while one(socket, name) != Some(wanted) {
        assert!(Instant::now() < end, "{name}: {:?}", one(socket, name));
    }
}

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

fn workers_of_one_database_tell_the_same_of_leases(engine: Engine) {
    let fleet = Fleet::new(engine);
    let folder = rundir::fresh_dir("statistics");
    let sockets = [0, 1].map(|number| folder.join(format!("socket{number}")));
    let mut workers = fleet.start_each(|number| {
        let mut config = config::only4(&fleet.leases);
        let server = &mut config["Dhcp4"];
        server["worker-sharing"] = json!(false);
        server["control-socket"] = json!({ "socket-type": "unix", "socket-name": sockets[number] });
        config
    });
    for (number, server) in [(0, "192.0.2.1"), (1, "198.51.100.1")] {
        let relay = Relay::at(&fleet.relay, RELAY4, server);
        for client in 0..=number {
            Client::new(10 * number + client + 1).lease(&relay);
        }
    }
    for name in [
        "cumulative-assigned-addresses",
        "subnet[2].assigned-addresses",
        "subnet[2].cumulative-assigned-addresses",
        "subnet[2].pool[0].assigned-addresses",
        "subnet[2].pool[0].cumulative-assigned-addresses",
    ] {
        for socket in &sockets {
            wait_until(socket, name, 3);
        }
    }
    let of_leases = |socket: &Path| {
        let mut values = all(socket);
        values.retain(|name, _| !name.starts_with("pkt4-"));
        values
    };
    let before = of_leases(&sockets[0]);
    assert_eq!(before, of_leases(&sockets[1]));
    assert_eq!(one(&sockets[0], "pkt4-ack-sent"), Some(1), "its own");
    assert_eq!(one(&sockets[1], "pkt4-ack-sent"), Some(2), "its own");
    assert_eq!(before["subnet[2].total-addresses"], 9 << 16);

    // What a worker that is gone has counted still counts, and a reset is for all.
    workers.remove(0).stop();
    assert_eq!(of_leases(&sockets[1]), before);
    let arguments = json!({ "name": "subnet[2].cumulative-assigned-addresses" });
    assert_eq!(
        ask_with(&sockets[1], "statistic-reset", arguments)["result"],
        0
    );
    let started = {
        let mut config = config::only4(&fleet.leases);
        config["Dhcp4"]["control-socket"] =
            json!({ "socket-type": "unix", "socket-name": sockets[0] });
        Worker::start(&fleet.servers[0], &config)
    };
    let mut expected = before;
    expected.insert("subnet[2].cumulative-assigned-addresses".to_owned(), 0);
    assert_eq!(of_leases(&sockets[0]), expected);
    drop(started);
}

#[test]
fn statistics_are_reset_and_removed_and_limited_by_command() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::by_hand(Engine::Sqlite);
    let socket = rundir::fresh_dir("statistics").join("socket");
    let mut config = config::only4(&world.leases);
    let server = &mut config["Dhcp4"];
    server["control-socket"] = json!({ "socket-type": "unix", "socket-name": socket });
    server["statistic-default-sample-count"] = json!(3);
    let _worker = Worker::start(&world.server, &config);
    let relay = Relay::new(&world.client);
    let name = "pkt4-discover-received";
    let samples = |name: &str| {
        let answer = ask_with(&socket, "statistic-get", json!({ "name": name }));
        answer["arguments"][name].as_array().cloned()
    };
    let discover = |count: i64| {
        relay.ask(&mut Client::new(1).message(Discover));
        wait_until(&socket, name, count);
    };
    let command = |command: &str, arguments: Value| {
        let answer = ask_with(&socket, command, arguments);
        (
            answer["result"].as_i64().unwrap(),
            answer["text"].to_string(),
        )
    };
    let fine = |name: &str, arguments: Value| {
        let (result, text) = command(name, arguments);
        assert_eq!(result, 0, "{name}: {text}");
    };

    let first = samples(name).unwrap();
    assert_eq!((first.len(), &first[0][0]), (1, &json!(0)));
    let moment = first[0][1].as_str().unwrap();
    assert_eq!(moment.len(), "2026-11-28 12:00:00.000000".len(), "{moment}");
    for count in 1..=5 {
        discover(count);
    }
    let values: Vec<_> = samples(name)
        .unwrap()
        .iter()
        .map(|s| s[0].clone())
        .collect();
    assert_eq!(values, [5, 4, 3], "the newest, by the configuration");
    fine(
        "statistic-sample-count-set",
        json!({ "name": name, "max-samples": 2 }),
    );
    assert_eq!(samples(name).unwrap().len(), 2);
    fine("statistic-sample-age-set-all", json!({ "duration": 3600 }));
    for count in 6..=9 {
        discover(count);
    }
    assert_eq!(
        samples(name).unwrap().len(),
        6,
        "all are younger than an hour"
    );
    fine(
        "statistic-sample-age-set",
        json!({ "name": name, "duration": 0 }),
    );
    assert_eq!(samples(name).unwrap().len(), 1);
    fine(
        "statistic-sample-count-set-all",
        json!({ "max-samples": 20 }),
    );

    fine("statistic-reset", json!({ "name": name }));
    assert_eq!(samples(name).unwrap()[0][0], 0);
    discover(1);
    fine("statistic-remove", json!({ "name": name }));
    assert_eq!(samples(name), None);
    assert!(!all(&socket).contains_key(name));
    let (result, text) = command("statistic-remove", json!({ "name": name }));
    assert_eq!(result, 1);
    assert!(text.contains(name), "{text}");
    discover(1);

    Client::new(2).lease(&relay);
    fine("statistic-reset-all", json!({}));
    let values = all(&socket);
    assert_eq!(values[name], 0);
    assert_eq!(values["cumulative-assigned-addresses"], 0);
    assert_eq!(values["subnet[2].assigned-addresses"], 1, "it is there");
    fine("statistic-remove-all", json!({}));
    assert_eq!(all(&socket), Values::new());
    Client::new(3).lease(&relay);
    let values = all(&socket);
    assert_eq!(values["pkt4-ack-sent"], 1);
    assert_eq!(values["subnet[2].pool[0].cumulative-assigned-addresses"], 1);
    assert_eq!(values["subnet[2].assigned-addresses"], 2);
    assert!(!values.contains_key("pkt4-nak-sent"));

    for name in [
        "nothing",
        "subnet[9].total-addresses",
        "subnet[2].v4-allocation-fail",
    ] {
        assert_eq!(samples(name), None, "{name}");
        for command_name in ["statistic-reset", "statistic-remove"] {
            let (result, text) = command(command_name, json!({ "name": name }));
            assert_eq!(
                (result, text.contains("no statistic")),
                (1, true),
                "{name}: {text}"
            );
        }
    }
    assert_eq!(command("statistic-get", json!({})).0, 1);
    assert_eq!(command("statistic-get", json!({ "name": 3 })).0, 1);
}

#[test]
fn leases_that_are_told_again_and_reservations_in_conflict_are_counted() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::by_hand(Engine::Sqlite);
    let socket = rundir::fresh_dir("statistics").join("socket");
    let mut config = config::only4(&world.leases);
    let server = &mut config["Dhcp4"];
    server["control-socket"] = json!({ "socket-type": "unix", "socket-name": socket });
    server["cache-threshold"] = json!(0.5);
    let worker = Worker::start(&world.server, &config);
    let relay = Relay::new(&world.client);
    let holder = Client::new(1);
    let address = holder.lease(&relay);
    relay.ask(&mut holder.having(Request, address));
    for name in ["v4-lease-reuses", "subnet[2].v4-lease-reuses"] {
        wait_until(&socket, name, 1);
    }
    assert_eq!(one(&socket, "cumulative-assigned-addresses"), Some(1));

    // Reserved for another one from now on.
    config["Dhcp4"]["subnet4"][1]["reservations"] =
        json!([{ "hw-address": "02:00:00:00:00:63", "ip-address": address.to_string() }]);
    worker.rewrite(&config.to_string());
    assert_eq!(ask(&socket, "config-reload")["result"], 0);
    let offer = relay.ask(&mut Client::new(0x63).message(Discover));
    assert_ne!(offer.yiaddr(), address);
    for name in [
        "v4-reservation-conflicts",
        "subnet[2].v4-reservation-conflicts",
    ] {
        wait_until(&socket, name, 1);
    }
    assert_eq!(one(&socket, "v4-allocation-fail"), Some(0));
}

#[test]
fn packets_and_failures_of_dhcpv6_are_counted() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::by_hand(Engine::Sqlite);
    let socket = rundir::fresh_dir("statistics").join("socket");
    let mut config = config::only6(&world.leases);
    let server = &mut config["Dhcp6"];
    server["control-socket"] = json!({ "socket-type": "unix", "socket-name": socket });
    server["subnet6"][1]["pd-pools"] = json!([]);
    let _worker = Worker::start(&world.server, &config);
    let relay = hand6::Relay::new(&world.client);
    let client = hand6::Client::new(1);
    // An address, and a prefix of which there is none.
    let mut solicit = client.message(MessageType::Solicit);
    solicit.ia_na(1, 0, 0, |_| {});
    solicit.ia_pd(1, 0, 0, |_| {});
    let advertise = relay.ask(solicit);
    relay.ask(client.with_leases(MessageType::Request, &advertise));
    relay.send_raw(&[1, 2]);
    wait_until(&socket, "pkt6-parse-failed", 1);
    let values = all(&socket);
    for (name, value) in [
        ("pkt6-received", 3),
        ("pkt6-solicit-received", 1),
        ("pkt6-request-received", 1),
        ("pkt6-sent", 2),
        ("pkt6-advertise-sent", 1),
        ("pkt6-reply-sent", 1),
        ("pkt6-receive-drop", 1),
        ("pkt6-unknown-received", 0),
        ("v6-allocation-fail", 0),
        ("v6-allocation-fail-no-pools", 1),
        ("subnet[2].v6-allocation-fail-subnet", 1),
    ] {
        assert_eq!(values[name], value, "{name}");
    }
    assert!(!values.keys().any(|name| name.starts_with("pkt4")));
}
