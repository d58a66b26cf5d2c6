//! Statistics of live workers: the numbers that Debian's Kea has after the same packets, one truth
//! about leases for a fleet, and the commands.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod beside_kea;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use murre_harness::{netns, rundir};
use murre_tests::control::{ask, ask_with};
use murre_tests::hand4::{Client, Relay};
use murre_tests::world::RELAY4;
use murre_tests::{Engine, Fleet, Leases, Scene4, Worker, World, config, hand6, on_engines};
use murre_wire::dhcp4::MessageType::{Discover, Request};
use murre_wire::dhcp6::MessageType;
use serde_json::{Value, json};

on_engines! { [postgresql = Postgresql, sqlite = Sqlite]
    workers_of_one_database_tell_the_same_of_leases
}

on_engines! { [postgresql = Postgresql]
    while_the_database_is_away_a_worker_tells_what_it_has_itself
}

const PATIENCE: Duration = Duration::from_secs(60);

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

fn channel(socket: &Path) -> Value {
    json!({ "socket-type": "unix", "socket-name": socket })
}

/// A configuration of one family, with a command channel.
fn told(mut config: Value, socket: &Path) -> Value {
    for server in config.as_object_mut().unwrap().values_mut() {
        server["control-socket"] = channel(socket);
    }
    config
}

fn workers_of_one_database_tell_the_same_of_leases(engine: Engine) {
    let fleet = Fleet::new(engine);
    let folder = rundir::fresh_dir("statistics");
    let sockets = [0, 1].map(|number| folder.join(format!("socket{number}")));
    let mut workers = fleet.start_each(|number| {
        let mut config = told(config::only4(&fleet.leases), &sockets[number]);
        config["Dhcp4"]["worker-sharing"] = json!(false);
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
    Client::new(20).lease(&Relay::at(&fleet.relay, RELAY4, "192.0.2.1"));
    workers.remove(0).stop();
    let after = of_leases(&sockets[1]);
    for (name, value) in &before {
        let more = name.contains("assigned-addresses") && !name.contains("subnet[1]");
        assert_eq!(after[name], value + i64::from(more), "{name}");
    }
    let arguments = json!({ "name": "subnet[2].cumulative-assigned-addresses" });
    assert_eq!(
        ask_with(&sockets[1], "statistic-reset", arguments)["result"],
        0
    );
    let started = {
        let config = told(config::only4(&fleet.leases), &sockets[0]);
        Worker::start(&fleet.servers[0], &config)
    };
    let mut expected = after;
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
    let mut config = told(config::only4(&world.leases), &socket);
    let server = &mut config["Dhcp4"];
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
    let mut config = told(config::only4(&world.leases), &socket);
    let server = &mut config["Dhcp4"];
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
    let mut config = told(config::only6(&world.leases), &socket);
    let server = &mut config["Dhcp6"];
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

fn while_the_database_is_away_a_worker_tells_what_it_has_itself(engine: Engine) {
    let server = engine.own_server();
    let socket = rundir::fresh_dir("control").join("socket");
    let scene = Scene4::on(Leases::Server(server.fresh()), |map| {
        map["control-socket"] = channel(&socket);
    });
    Client::new(1).lease(&scene.relay);
    server.stop();
    let told = all(&socket);
    assert_eq!(told["pkt4-discover-received"], 1);
    assert_eq!(told["subnet[2].total-addresses"], 9 << 16);
    let assigned = told.get("subnet[2].assigned-addresses");
    assert_eq!(assigned, None, "what is not known is not zero");
}
