//! Configurations that cannot be: refused with their place, by `-t`, at start and on reload.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use murre_harness::netns::Namespace;
use murre_harness::{process, rundir};
use murre_tests::worker::{Launch, binary};
use murre_tests::{
    Engine, Leases, Scene4, Worker, World, config, hand4, on_engines, on_every_engine,
};
use murre_wire::dhcp4::MessageType::{Discover, Offer};
use serde_json::json;

on_every_engine!(a_broken_configuration_is_not_adopted_and_service_goes_on);
on_engines!([sqlite = Sqlite]
    where_one_family_cannot_be_changed_neither_is,
    an_interface_that_is_not_there_is_named_with_those_that_are
);

/// What is wrong, and what must be said about it.
const REFUSED: [(&str, &str, &[&str]); 8] = [
    (
        "no JSON",
        "{ \"Dhcp4\": {\n  \"subnet4\": [ }\n",
        &["murre.json:2:"],
    ),
    ("ends early", "{ \"Dhcp4\": {", &["murre.json:1:"]),
    (
        "unknown key",
        "{ \"Dhcp4\": {\n  \"valid-lifetme\": 5 } }",
        &["murre.json:2:3", "valid-lifetime"],
    ),
    (
        "not supported yet",
        "{ \"Dhcp4\": {\n\n  \"hooks-libraries\": [ { \"library\": \"/usr/lib/libdhcp_ha.so\" } ] } }",
        &["murre.json:3:", "not supported yet"],
    ),
    (
        "wrong kind",
        "{ \"Dhcp4\": { \"valid-lifetime\": \"long\" } }",
        &["murre.json:1:32"],
    ),
    (
        "pool outside of its subnet",
        "{ \"Dhcp4\": { \"subnet4\": [ {\n\"id\": 1, \"subnet\": \"192.0.2.0/24\",\n \"pools\": [ { \"pool\": \"198.51.100.1-198.51.100.9\" } ] } ] } }",
        &["murre.json:3:", "192.0.2.0/24"],
    ),
    (
        "one number for two subnets",
        "{ \"Dhcp4\": { \"subnet4\": [\n{ \"id\": 7, \"subnet\": \"192.0.2.0/24\" },\n{ \"id\": 7, \"subnet\": \"198.51.100.0/24\" } ] } }",
        &["murre.json:3:", "murre.json:2:"],
    ),
    (
        "a key twice",
        "{ \"Dhcp4\": { \"valid-lifetime\": 5,\n \"valid-lifetime\": 6 } }",
        &["murre.json:2:2", "murre.json:1:14"],
    ),
];

fn file(text: &str) -> PathBuf {
    let file = rundir::fresh_dir("configuration").join("murre.json");
    std::fs::write(&file, text).unwrap();
    file
}

fn run(flag: &str, file: &Path) -> Output {
    let mut command = Command::new(binary("murre-worker"));
    process::output(command.arg(flag).arg(file))
}

#[test]
fn what_cannot_be_is_refused_with_its_place_by_the_check_and_at_start() {
    for (what, text, expected) in REFUSED {
        let file = file(text);
        for flag in ["-t", "-c"] {
            let output = run(flag, &file);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{what} {flag}: {said}");
            for expected in expected {
                assert!(
                    said.contains(expected),
                    "{what} {flag}: no {expected} in {said}"
                );
            }
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = rundir::fresh_dir("configuration");
    for file in [folder.join("nowhere.json"), folder] {
        let output = run("-t", &file);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(&file.display().to_string()), "{said}");
    }
}

fn a_broken_configuration_is_not_adopted_and_service_goes_on(engine: Engine) {
    let scene = Scene4::new(engine);
    let address = hand4::Client::new(1).lease(&scene.relay);
    for (_, text, expected) in REFUSED {
        let mark = scene.worker.mark();
        scene.worker.reload(text);
        scene
            .worker
            .says_after(mark, "DHCP4_DYNAMIC_RECONFIGURATION_FAIL");
        for expected in expected {
            scene.worker.says_after(mark, expected);
        }
    }
    assert_eq!(hand4::Client::new(1).lease(&scene.relay), address);

    // Correct, but it cannot be served here: nothing of it is adopted.
    let mut config = config::only4(&scene.world.leases);
    config["Dhcp4"]["subnet4"][1]["pools"] = json!([{ "pool": "10.7.7.7/32" }]);
    let mark = scene.worker.mark();
    let mut elsewhere = config.clone();
    elsewhere["Dhcp4"]["interfaces-config"]["interfaces"] = json!(["srv7"]);
    scene.worker.reload(&elsewhere.to_string());
    let line = scene
        .worker
        .says_after(mark, "DHCP4_DYNAMIC_RECONFIGURATION_FAIL");
    assert!(line.contains("srv7"), "{line}");
    assert_eq!(hand4::Client::new(1).lease(&scene.relay), address);

    let mark = scene.worker.mark();
    scene.worker.reload(&config.to_string());
    scene
        .worker
        .says_after(mark, "DHCP4_DYNAMIC_RECONFIGURATION_SUCCESS");
    let offer = scene
        .relay
        .ask(&mut hand4::Client::new(2).message(Discover));
    assert_eq!(
        (offer.kind(), offer.yiaddr()),
        (Offer, [10, 7, 7, 7].into())
    );
}

fn where_one_family_cannot_be_changed_neither_is(engine: Engine) {
    let world = World::by_hand(engine);
    let before = config::both(&world.leases);
    let worker = Worker::start(&world.server, &before);
    let relay = hand4::Relay::new(&world.client);
    let address = hand4::Client::new(1).lease(&relay);

    for refused in ["Dhcp4", "Dhcp6"] {
        let mut config = before.clone();
        config["Dhcp4"]["subnet4"][1]["pools"] = json!([{ "pool": "10.7.7.7/32" }]);
        config[refused]["interfaces-config"]["interfaces"] = json!(["srv7"]);
        let mark = worker.mark();
        worker.reload(&config.to_string());
        let failed = format!("{}_DYNAMIC_RECONFIGURATION_FAIL", refused.to_uppercase());
        let line = worker.says_after(mark, &failed);
        assert!(line.contains("srv7"), "{line}");
        assert_eq!(hand4::Client::new(1).lease(&relay), address, "{refused}");
        let offer = relay.ask(&mut hand4::Client::new(2).message(Discover));
        let new = std::net::Ipv4Addr::new(10, 7, 7, 7);
        assert_ne!(offer.yiaddr(), new, "{refused}");
        let lines = worker.tail();
        let changed = |line: &&String| line.contains("RECONFIGURATION_SUCCESS");
        assert_eq!(lines.iter().find(changed), None, "{refused}");
    }
}

fn an_interface_that_is_not_there_is_named_with_those_that_are(engine: Engine) {
    let namespace = Namespace::new("srv");
    let mut config = config::only4(&Leases::fresh(engine));
    config["Dhcp4"]["interfaces-config"]["interfaces"] = json!(["srv7"]);
    let worker = Worker::launch(&namespace, &config, &Launch::default());
    let status = worker.wait(Duration::from_secs(30)).expect("it ends");
    assert_eq!(status.code(), Some(1));
    let said = worker.lines_to_the_end(Duration::from_secs(5)).join("\n");
    assert!(
        said.contains("srv7") && said.contains("interfaces-config"),
        "{said}"
    );
}
