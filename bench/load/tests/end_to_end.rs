//! The generator against a worker on SQLite: what it says was finished is in the lease table.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;
use std::time::{Duration, Instant};

use murre_harness::netns;
use murre_harness::process;
use murre_tests::worker::Launch;
use murre_tests::world::{RELAY4, RELAY6, SERVER4, SERVER6};
use murre_tests::{Engine, Fleet, Worker, World, config, fleet};
use serde_json::{Value, json};

const RELAYED4: [&str; 5] = ["-4", "--relay", RELAY4, "--server", SERVER4];
const RELAYED6: [&str; 5] = ["-6", "--relay", RELAY6, "--server", SERVER6];
/// A debug build on a busy machine is slow, and what is shown here does not depend on it.
const PATIENT: [&str; 3] = ["--timeout", "20", "--json"];

const PATIENCE: Duration = Duration::from_secs(60);

/// The result that the generator prints for this place and these words.
fn load(command: Command, place: &[&str], words: &str) -> Value {
    let mut command = command;
    command.args(place).args(words.split(' ')).args(PATIENT);
    let text = process::run(&command).unwrap_or_else(|e| panic!("{e}"));
    let report: Value = serde_json::from_str(&text).unwrap();
    report["result"].clone()
}

/// A world with a worker of both families in it.
struct Scene {
    world: World,
    _worker: Worker,
}

impl Scene {
    fn new() -> Option<Self> {
        if !netns::require_root_and_namespaces() {
            return None;
        }
        let world = World::by_hand(Engine::Sqlite);
        let quiet = Launch {
            quiet: true,
            ..Launch::default()
        };
        let mut config = config::both(&world.leases);
        make_room(&mut config);
        let worker = Worker::launch(&world.server, &config, &quiet);
        worker.wait_until_serving(0);
        Some(Self {
            world,
            _worker: worker,
        })
    }

    fn load(&self, place: &[&str], words: &str) -> Value {
        let command = self.world.client.command(env!("CARGO_BIN_EXE_murre-load"));
        load(command, place, words)
    }

    /// Rows of this table with leases in force, and `and` true.
    fn leases(&self, version: u8, and: &str) -> u64 {
        let table = format!("SELECT COUNT(*) FROM lease{version} WHERE state = 0");
        self.world.leases.number(&format!("{table} AND {and}"))
    }
}

impl Scene {
    /// Waits until so many rows of a table are in this state; nobody is told when a RELEASE is done.
    #[track_caller]
    fn wait_for(&self, version: u8, condition: &str, rows: u64) {
        let query = format!("SELECT COUNT(*) FROM lease{version} WHERE {condition}");
        let begin = Instant::now();
        while self.world.leases.number(&query) != rows {
            assert!(begin.elapsed() < PATIENCE, "{query}: not {rows}");
        }
    }
}

/// Pools behind the relay that are so large that no address is offered to one client and then taken
/// by another: an offer reserves nothing, so that the second would be refused, and rightly so.
fn make_room(config: &mut Value) {
    let pools = json!([{ "pool": "10.1.0.0-10.255.255.254" }]);
    config["Dhcp4"]["subnet4"][1]["pools"] = pools;
    config["Dhcp6"]["subnet6"][1]["pd-pools"][0]["delegated-len"] = json!(64);
}

/// Every exchange came to its end at the first attempt.
#[track_caller]
fn all_finished(result: &Value, exchanges: u64) {
    for (counter, wanted) in [
        ("started", exchanges),
        ("finished", exchanges),
        ("lost", 0),
        ("naks", 0),
        ("duplicates", 0),
        ("unexpected", 0),
        ("late", 0),
    ] {
        assert_eq!(result[counter], wanted, "{counter}: {result:#}");
    }
    let delay = &result["delays"]["second"];
    assert_eq!(delay["count"], exchanges);
    let median = delay["median_ms"].as_f64().unwrap();
    assert!(median > 0.0 && median <= delay["max_ms"].as_f64().unwrap());
    assert!(result["cpu_seconds"].as_f64().unwrap() > 0.0);
}

#[test]
fn relayed_v4_exchanges_are_leases_and_renewals_are_none_more() {
    let Some(scene) = Scene::new() else { return };
    let result = scene.load(&RELAYED4, "--window 20 --exchanges 600");
    all_finished(&result, 600);
    assert_eq!(scene.leases(4, "subnet_id = 2"), 600);

    // Other clients with another seed, at a rate.
    let result = scene.load(&RELAYED4, "--rate 100 --seconds 2 --seed 9");
    all_finished(&result, 200);
    assert_eq!(scene.leases(4, "subnet_id = 2"), 800);

    // The first 100 clients again: they are given what they have, and renew it.
    let result = scene.load(
        &RELAYED4,
        "--scenario renew --clients 100 --window 10 --exchanges 300",
    );
    all_finished(&result, 300);
    assert_eq!(result["renewals"], 300);
    assert!(result["delays"]["first"].is_null());
    assert_eq!(scene.leases(4, "subnet_id = 2"), 800);
}

#[test]
fn relayed_v6_exchanges_are_an_address_and_a_prefix_each() {
    let Some(scene) = Scene::new() else { return };
    let words = "--ia both --window 20 --exchanges 300";
    all_finished(&scene.load(&RELAYED6, words), 300);
    assert_eq!(scene.leases(6, "lease_type = 0"), 300);
    assert_eq!(scene.leases(6, "lease_type = 2"), 300);

    let words = "--ia pd --window 20 --exchanges 100 --seed 2";
    all_finished(&scene.load(&RELAYED6, words), 100);
    assert_eq!(scene.leases(6, "lease_type = 2"), 400);

    let words = "--ia both --scenario mix --clients 300 --window 20 --exchanges 200";
    let result = scene.load(&RELAYED6, words);
    all_finished(&result, 200);
    let renewals = result["renewals"].as_u64().unwrap();
    assert!((50..150).contains(&renewals), "{renewals}");
    assert_eq!(scene.leases(6, "lease_type = 0"), 300, "the same clients");
}

#[test]
fn leases_that_are_given_back_leave_nothing_in_force() {
    let Some(scene) = Scene::new() else { return };
    // Few at a time: a RELEASE that had to wait ends no lease that may be younger than it.
    let result = scene.load(&RELAYED4, "--window 2 --exchanges 300 --release --scatter");
    all_finished(&result, 300);
    assert_eq!(result["released"], 300);
    scene.wait_for(4, "state = 0", 0);
    scene.wait_for(4, "state = 2", 300);

    let words = "--ia both --window 2 --exchanges 200 --release --scatter";
    let result = scene.load(&RELAYED6, words);
    assert_eq!(
        (&result["finished"], &result["released"]),
        (&200.into(), &200.into())
    );
    assert_eq!(
        (&result["unexpected"], &result["duplicates"]),
        (&0.into(), &0.into())
    );
    scene.wait_for(6, "state = 0", 0);
}

#[test]
fn clients_on_the_servers_link_are_answered_and_renew() {
    let Some(scene) = Scene::new() else { return };
    for (version, protocol) in [(4, "-4"), (6, "-6")] {
        let place = [protocol, "--interface", "cli0"];
        let result = scene.load(&place, "--window 1 --exchanges 60");
        all_finished(&result, 60);
        assert_eq!(scene.leases(version, "subnet_id = 1"), 60);
        let words = "--scenario renew --clients 20 --window 5 --exchanges 60";
        let result = scene.load(&place, words);
        all_finished(&result, 60);
        assert_eq!(scene.leases(version, "subnet_id = 1"), 60);
    }
}

#[test]
fn a_relay_at_a_port_of_its_own_is_answered_there() {
    let Some(scene) = Scene::new() else { return };
    for place in [&RELAYED4, &RELAYED6] {
        let result = scene.load(place, "--window 10 --exchanges 50 --port 7000");
        all_finished(&result, 50);
    }
}

#[test]
fn without_a_server_everything_is_lost_and_with_an_empty_pool_refused() {
    let Some(scene) = Scene::new() else { return };
    // Nobody listens at this port: nothing comes back, and every message is sent thrice.
    let silence = "--window 5 --exchanges 5 --server-port 9 --retransmit 0.2 --timeout 0.5 --json";
    let mut command = scene.world.client.command(env!("CARGO_BIN_EXE_murre-load"));
    let output = process::output(command.args(RELAYED4).args(silence.split(' ')));
    assert_eq!(output.status.code(), Some(3), "nothing was carried");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let result = &report["result"];
    assert_eq!(
        (&result["started"], &result["lost"]),
        (&5.into(), &5.into())
    );
    assert_eq!(result["retransmitted"], 10);

    // The pool of the server's link has 256 addresses. One client at a time: of several that try for the
    // last addresses again and again, the worker lets one ask anew.
    let words = "-6 --interface cli0 --window 1 --exchanges 300 --timeout 20 --json";
    let mut command = scene.world.client.command(env!("CARGO_BIN_EXE_murre-load"));
    let output = process::output(command.args(words.split(' ')));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let result = &report["result"];
    assert_eq!(
        (&result["finished"], &result["refused"]),
        (&256.into(), &44.into())
    );
    assert_eq!(result["no_addresses"], 44);
    assert_eq!(scene.leases(6, "subnet_id = 1"), 256);
}

#[test]
fn the_answers_of_two_workers_are_duplicates() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let fleet = Fleet::new(Engine::Sqlite);
    let mut config = fleet::config4(&fleet.leases, 3_000_000);
    // In rising order two workers offer the same until they know of each other.
    config["Dhcp4"]["allocator"] = json!("random");
    let _workers = fleet.start(&config);
    let command = fleet.relay.command(env!("CARGO_BIN_EXE_murre-load"));
    let place = [&RELAYED4[..], &["--server", "198.51.100.1"]].concat();
    let result = load(command, &place, "--window 10 --exchanges 200");
    assert_eq!(result["finished"], 200);
    let duplicates = result["duplicates"].as_u64().unwrap();
    assert!(duplicates >= 100, "both offer: {result:#}");
    let rows = fleet
        .leases
        .number("SELECT COUNT(*) FROM lease4 WHERE state = 0");
    assert_eq!(rows, 200);

    // Spread, each query is one worker's.
    let command = fleet.relay.command(env!("CARGO_BIN_EXE_murre-load"));
    let words = "--window 10 --exchanges 200 --seed 2 --spread";
    let result = load(command, &place, words);
    all_finished(&result, 200);
}
