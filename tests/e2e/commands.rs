//! The command channel of a live worker, and beside it Debian's Kea: what its clients rely on is
//! the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use murre_harness::netns::{self, Namespace};
use murre_harness::{kea, rundir};
use murre_tests::control::{ask, ask_text, ask_with, wait_for};
use murre_tests::worker::Launch;
use murre_tests::{Engine, Worker, World, config, hand4};
use murre_wire::dhcp4::MessageType::{Ack, Discover, Request};
use murre_wire::dhcp4::code;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);

/// A configuration of both families with a command socket each.
fn with_sockets(mut configuration: Value) -> (Value, PathBuf, PathBuf) {
    let folder = rundir::fresh_dir("control");
    let (v4, v6) = (folder.join("v4"), folder.join("v6"));
    let socket = |path: &PathBuf| json!({ "socket-type": "unix", "socket-name": path });
    if let Some(server) = configuration.get_mut("Dhcp4") {
        server["control-socket"] = socket(&v4);
    }
    if let Some(server) = configuration.get_mut("Dhcp6") {
        // The newer name, with a list.
        server["control-sockets"] = json!([socket(&v6)]);
    }
    (configuration, v4, v6)
}

#[test]
fn each_family_answers_at_its_own_socket() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::direct(Engine::Sqlite);
    let (configuration, v4, v6) = with_sockets(config::both(&world.leases));
    let worker = Worker::start(&world.server, &configuration);
    for (socket, own, other) in [(&v4, "Dhcp4", "Dhcp6"), (&v6, "Dhcp6", "Dhcp4")] {
        let mode = std::fs::metadata(socket).unwrap().permissions().mode();
        assert_eq!(mode & 0o007, 0, "others may not connect: {mode:o}");

        let version = ask(socket, "version-get");
        assert_eq!(version["result"], 0);
        let (short, extended) = (&version["text"], &version["arguments"]["extended"]);
        assert!(
            extended
                .as_str()
                .unwrap()
                .starts_with(short.as_str().unwrap())
        );
        assert!(extended.as_str().unwrap().contains("sqlite"));

        let found = ask(socket, "config-get")["arguments"].clone();
        assert_eq!(found[own]["valid-lifetime"], config::VALID);
        assert_eq!(found[own]["decline-probation-period"], 86_400);
        assert!(found.get(other).is_none());
        let hash = ask(socket, "config-hash-get")["arguments"]["hash"].clone();
        assert_eq!(found["hash"], hash);
        assert_eq!(hash.as_str().unwrap().len(), 64);

        let status = ask(socket, "status-get")["arguments"].clone();
        assert_eq!(status["pid"], worker.pid());
        assert_eq!(status["sockets"], json!({ "status": "ready" }));
        assert_eq!(
            status["lease-database"],
            json!({ "type": "sqlite", "status": "ready" })
        );
        for number in ["uptime", "reload", "thread-pool-size", "packet-queue-size"] {
            assert!(status[number].is_u64(), "{number}: {status}");
        }
        assert_eq!(status["multi-threading-enabled"], true);
        assert_eq!(
            status["packet-queue-statistics"].as_array().unwrap().len(),
            3
        );

        let report = ask(socket, "build-report");
        assert!(report["text"].as_str().unwrap().contains(";;;; version"));

        // What config-get answers is a configuration.
        let again = ask_with(socket, "config-test", json!({ own: found[own] }));
        assert_eq!(again["result"], 0, "{again}");
    }
    let lines = worker.stop();
    assert!(!v4.exists() && !v6.exists());
    assert!(
        lines
            .iter()
            .any(|line| line.contains("COMMAND_RECEIVED 'version-get'"))
    );
}

#[test]
fn a_test_of_a_configuration_names_the_place_and_changes_nothing() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::direct(Engine::Sqlite);
    let (configuration, v4, _) = with_sockets(config::only4(&world.leases));
    let _worker = Worker::start(&world.server, &configuration);
    let before = ask(&v4, "config-get");
    for (arguments, said) in [
        (
            r#"{"Dhcp4":{"foo":1}}"#,
            "command:1:48: unknown key \"foo\"",
        ),
        (r#"{"Dhcp4":3}"#, "command:1:47: "),
        (
            r#"{"Dhcp4":{"subnet4":[{"id":1,"subnet":"bad"}]}}"#,
            "command:1:76: ",
        ),
        (r#"{"Dhcp6":{}}"#, "needs the argument \"Dhcp4\""),
        (r#"{"Dhcp4":{},"Other":{}}"#, "\"Other\""),
        ("{}", "needs the argument \"Dhcp4\""),
    ] {
        let text = format!(r#"{{"command":"config-test","arguments":{arguments}}}"#);
        let answer = ask_text(&v4, &text);
        assert_eq!(answer["result"], 1, "{arguments}: {answer}");
        assert!(
            answer["text"].as_str().unwrap().contains(said),
            "{arguments}: {answer}"
        );
    }
    let mut other = configuration.clone();
    other["Dhcp4"]["valid-lifetime"] = json!(4000);
    assert_eq!(ask_with(&v4, "config-test", other)["result"], 0);
    assert_eq!(ask(&v4, "config-get"), before);
}

#[test]
fn a_reload_adopts_what_can_be_served_and_nothing_else() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::direct(Engine::Sqlite);
    let (mut configuration, v4, _) = with_sockets(config::only4(&world.leases));
    let worker = Worker::start(&world.server, &configuration);
    let first = ask(&v4, "config-hash-get");

    worker.rewrite("{ \"Dhcp4\": { \"foo\": 1 } }");
    let refused = ask(&v4, "config-reload");
    assert_eq!(refused["result"], 1);
    let text = refused["text"].as_str().unwrap();
    assert!(
        text.contains("murre.json:1:14: unknown key \"foo\""),
        "{text}"
    );
    assert_eq!(ask(&v4, "config-hash-get"), first);

    configuration["Dhcp4"]["valid-lifetime"] = json!(1234);
    // The socket moves while the command that says so is answered at the old one.
    let moved = v4.with_file_name("moved");
    configuration["Dhcp4"]["control-socket"]["socket-name"] = json!(moved);
    worker.rewrite(&configuration.to_string());
    assert_eq!(ask(&v4, "config-reload")["result"], 0);
    assert!(!v4.exists());
    let found = ask(&moved, "config-get");
    assert_eq!(found["arguments"]["Dhcp4"]["valid-lifetime"], 1234);

    // A family that is added is served too, and its socket answers.
    let (both, v4, v6) = with_sockets(config::both(&world.leases));
    let mark = worker.mark();
    worker.rewrite(&both.to_string());
    assert_eq!(ask(&moved, "config-reload")["result"], 0);
    worker.says_after(mark, "DHCP6_STARTED");
    assert_eq!(ask(&v6, "status-get")["result"], 0);
    assert_eq!(ask(&v4, "status-get")["result"], 0);

    // A socket that somebody else has: the present configuration stays.
    let other = std::os::unix::net::UnixListener::bind(&moved).unwrap();
    let mut taken = both.clone();
    taken["Dhcp4"]["control-socket"]["socket-name"] = json!(moved);
    worker.rewrite(&taken.to_string());
    let refused = ask(&v4, "config-reload");
    assert_eq!(refused["result"], 1);
    assert!(
        refused["text"].as_str().unwrap().contains("in use"),
        "{refused}"
    );
    assert_eq!(ask(&v4, "status-get")["result"], 0);
    drop(other);
}

#[test]
fn shutdown_answers_and_ends_with_the_code_asked_for() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    for (arguments, code) in [
        (json!({}), 0),
        (json!({ "exit-value": 44 }), 44),
        (json!({ "exit-value": 3, "type": "now" }), 3),
    ] {
        let world = World::direct(Engine::Sqlite);
        let (configuration, v4, v6) = with_sockets(config::both(&world.leases));
        let worker = Worker::start(&world.server, &configuration);
        let refused = ask_with(&v4, "shutdown", json!({ "exit-value": "x" }));
        assert_eq!(refused["result"], 1);
        assert_eq!(ask_with(&v6, "shutdown", arguments)["result"], 0);
        let status = worker.wait(PATIENCE).expect("it ends");
        assert_eq!(status.code(), Some(code));
        assert!(!v4.exists() && !v6.exists());
    }
}

#[test]
fn commands_are_answered_while_the_database_is_away() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let server = Namespace::new("srv");
    let nowhere = rundir::fresh_dir("nowhere");
    let database = json!({ "type": "postgresql", "name": "x", "user": "x", "host": nowhere });
    let dhcp4 = json!({ "lease-database": database, "subnet4": [] });
    let (mut configuration, v4, _) = with_sockets(json!({ "Dhcp4": dhcp4 }));
    let worker = Worker::launch(&server, &configuration, &Launch::default());
    wait_for(&v4);
    let status = ask(&v4, "status-get")["arguments"].clone();
    assert_eq!(status["lease-database"]["status"], "failed");
    assert_eq!(status["sockets"]["status"], "retrying");

    // Another database is tried as soon as the configuration names it.
    configuration["Dhcp4"]["lease-database"] = json!({ "type": "memfile", "persist": false });
    worker.rewrite(&configuration.to_string());
    assert_eq!(ask(&v4, "config-reload")["result"], 0);
    worker.says("DHCP4_STARTED");
    assert_eq!(ask(&v4, "shutdown")["result"], 0);
    assert!(worker.wait(PATIENCE).expect("it ends").success());
}

#[test]
fn a_worker_that_waits_for_its_database_ends_when_asked() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let server = Namespace::new("srv");
    let nowhere = rundir::fresh_dir("nowhere");
    let database = json!({ "type": "postgresql", "name": "x", "user": "x", "host": nowhere });
    let dhcp4 = json!({ "lease-database": database, "subnet4": [] });
    let worker = Worker::launch(&server, &json!({ "Dhcp4": dhcp4 }), &Launch::default());
    worker.says("DHCP4_DATABASE_FAIL");
    worker.stop();
}

#[test]
fn clients_find_what_they_find_with_debians_kea() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let server = Namespace::new("srv");
    let folder = rundir::fresh_dir("beside");
    let (ours, theirs) = (folder.join("murre"), folder.join("kea"));
    let of = |socket: &PathBuf| {
        json!({ "Dhcp4": {
            "interfaces-config": { "interfaces": [] },
            "lease-database": { "type": "memfile", "persist": false },
            "control-socket": { "socket-type": "unix", "socket-name": socket },
            "multi-threading": { "enable-multi-threading": true },
            "subnet4": [{ "id": 1, "subnet": "192.0.2.0/24", "pools": [{ "pool": "192.0.2.0/25" }] }],
        }})
    };
    let _kea = kea::start4(Some(&server), &of(&theirs).to_string(), None);
    let worker = Worker::start(&server, &of(&ours));
    let requests = [
        r#"{"command":"version-get"}"#,
        r#"{"command":"status-get"}"#,
        r#"{"command":"config-get"}"#,
        r#"{"command":"build-report"}"#,
        r#"{"command":"list-commands","arguments":{}}"#,
        r##"# comment
            { "command": // comment
              "version-get" /* comment */ }"##,
        r#"{"command":"version-get","service":["dhcp4"]} {"command":"nope"}"#,
        r#"{"command":"nope"}"#,
        r#"{"command":""}"#,
        r#"{"command":3}"#,
        r#"{"command":"version-get","bogus":1}"#,
        r#"{"command":"version-get","arguments":null}"#,
        r#"{"command":"version-get","arguments":{"x":1}}"#,
        r#"{"command": "x" "y"}"#,
        "{}",
        "[]",
        "3",
        "}",
        r#"{"command":"config-test"}"#,
        r#"{"command":"config-test","arguments":{"Dhcp4":{}}}"#,
        r#"{"command":"config-test","arguments":{"Dhcp4":{"foo":1}}}"#,
        r#"{"command":"config-test","arguments":{"Dhcp4":3}}"#,
        r#"{"command":"config-test","arguments":{"Dhcp6":{}}}"#,
        r#"{"command":"config-reload"}"#,
        r#"{"command":"config-set"}"#,
        r#"{"command":"config-set","arguments":{}}"#,
        r#"{"command":"config-set","arguments":{"Dhcp4":{"foo":1}}}"#,
        r#"{"command":"config-set","arguments":{"Dhcp6":{}}}"#,
        r#"{"command":"config-write","arguments":{"filename":3}}"#,
        r#"{"command":"config-write","arguments":{"filename":"/no/such/folder/file"}}"#,
        r#"{"command":"dhcp-disable"}"#,
        r#"{"command":"dhcp-disable","arguments":{}}"#,
        r#"{"command":"dhcp-disable","arguments":{"max-period":20}}"#,
        r#"{"command":"dhcp-disable","arguments":{"max-period":0}}"#,
        r#"{"command":"dhcp-disable","arguments":{"max-period":"x"}}"#,
        r#"{"command":"dhcp-disable","arguments":{"origin":"user"}}"#,
        r#"{"command":"dhcp-disable","arguments":{"origin":"ha-partner"}}"#,
        r#"{"command":"dhcp-disable","arguments":{"origin":"x"}}"#,
        r#"{"command":"dhcp-enable","arguments":{"origin":"x"}}"#,
        r#"{"command":"dhcp-enable","arguments":{"origin":"ha-partner"}}"#,
        r#"{"command":"dhcp-enable"}"#,
        r#"{"command":"leases-reclaim"}"#,
        r#"{"command":"leases-reclaim","arguments":{}}"#,
        r#"{"command":"leases-reclaim","arguments":{"remove":1}}"#,
        r#"{"command":"leases-reclaim","arguments":{"remove":true}}"#,
        r#"{"command":"leases-reclaim","arguments":{"remove":false}}"#,
        r#"{"command":"shutdown","arguments":{"exit-value":"x"}}"#,
        r#"{"command":"shutdown","arguments":{"exit-value":7}}"#,
    ];
    for request in requests {
        let (kea, murre) = (ask_text(&theirs, request), ask_text(&ours, request));
        assert_eq!(murre["result"], kea["result"], "{request}: {murre} {kea}");
        assert_eq!(names(&murre), names(&kea), "{request}: {murre} {kea}");
        if !request.contains("list-commands") {
            let (murre, kea) = (names(&murre["arguments"]), names(&kea["arguments"]));
            let missing: Vec<_> = kea.iter().filter(|name| !murre.contains(name)).collect();
            assert!(missing.is_empty(), "{request}: {missing:?}");
        }
    }
    assert_eq!(worker.wait(PATIENCE).expect("it ends").code(), Some(7));
}

fn names(value: &Value) -> Vec<String> {
    let map = value.as_object();
    let mut names: Vec<_> = map
        .into_iter()
        .flatten()
        .map(|(key, _)| key.clone())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn a_worker_that_is_disabled_drops_queries_until_it_is_enabled_or_its_time_is_over() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::by_hand(Engine::Sqlite);
    let (configuration, v4, _) = with_sockets(config::only4(&world.leases));
    let worker = Worker::start(&world.server, &configuration);
    let relay = hand4::Relay::new(&world.client);
    let client = hand4::Client::new(1);
    let address = client.lease(&relay);

    let answer = ask_with(&v4, "dhcp-disable", json!({ "max-period": 3600 }));
    assert_eq!(answer["result"], 0, "{answer}");
    relay.ask_in_vain(&mut client.having(Request, address));
    let unanswered = &ask(&v4, "status-get")["arguments"]["queries-unanswered"];
    assert!(unanswered["disabled"].as_u64() >= Some(1), "{unanswered}");

    // Another one wants it off as well, and for as long it stays so.
    ask_with(&v4, "dhcp-disable", json!({ "origin": 7 }));
    ask(&v4, "dhcp-enable");
    relay.ask_in_vain(&mut client.having(Request, address));
    ask_with(&v4, "dhcp-enable", json!({ "origin": 7 }));
    assert_eq!(relay.ask(&mut client.having(Request, address)).kind(), Ack);

    ask_with(&v4, "dhcp-disable", json!({ "max-period": 1 }));
    let back = || {
        let renewal = client.having(Request, address);
        relay.send(&mut renewal.clone());
        relay.answer_to(&renewal, Duration::from_millis(200))
    };
    let started = std::time::Instant::now();
    while back().is_none() {
        assert!(started.elapsed() < PATIENCE, "its time is over");
    }
    worker.stop();
}

#[test]
fn expired_leases_are_reclaimed_when_that_is_asked_for() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::by_hand(Engine::Sqlite);
    let (mut configuration, v4, _) = with_sockets(config::only4(&world.leases));
    configuration["Dhcp4"]["expired-leases-processing"] =
        json!({ "reclaim-timer-wait-time": 3600, "flush-reclaimed-timer-wait-time": 3600 });
    let _worker = Worker::start(&world.server, &configuration);
    let relay = hand4::Relay::new(&world.client);
    for number in 1..=3 {
        hand4::Client::new(number).lease(&relay);
    }
    let states = || world.leases.query("SELECT state FROM lease4");
    world
        .leases
        .query("UPDATE lease4 SET expire = expire - 10000");
    let answer = ask_with(&v4, "leases-reclaim", json!({ "remove": false }));
    assert!(
        answer["text"].as_str().unwrap().contains("3 expired"),
        "{answer}"
    );
    assert_eq!(states(), [["2"], ["2"], ["2"]]);

    hand4::Client::new(9).lease(&relay);
    world
        .leases
        .query("UPDATE lease4 SET expire = expire - 10000");
    let answer = ask_with(&v4, "leases-reclaim", json!({ "remove": true }));
    assert!(
        answer["text"].as_str().unwrap().contains("1 expired"),
        "{answer}"
    );
    assert_eq!(states(), [["2"], ["2"], ["2"]], "its row is gone");
}

#[test]
fn a_configuration_that_comes_as_a_command_is_served_and_written_and_gone_with_a_reload() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::by_hand(Engine::Sqlite);
    let (configuration, v4, v6) = with_sockets(config::both(&world.leases));
    let worker = Worker::start(&world.server, &configuration);
    let relay = hand4::Relay::new(&world.client);
    let lifetime = |client: u32| {
        let offer = relay.ask(&mut hand4::Client::new(client).message(Discover));
        offer.seconds(code::LEASE_TIME)
    };
    assert_eq!(lifetime(1), Some(config::VALID));

    let mut other = configuration["Dhcp4"].clone();
    other["valid-lifetime"] = json!(1234);
    let before = ask(&v6, "config-get");
    let answer = ask_with(&v4, "config-set", json!({ "Dhcp4": other }));
    assert_eq!(answer["result"], 0, "{answer}");
    let hash = ask(&v4, "config-hash-get")["arguments"]["hash"].clone();
    assert_eq!(answer["arguments"]["hash"], hash);
    assert_eq!(lifetime(2), Some(1234));
    assert_eq!(
        ask(&v6, "config-get"),
        before,
        "the other family goes on as it is"
    );

    // One that cannot be served changes nothing.
    other["subnet4"] = json!([{ "id": 1, "subnet": "bad" }]);
    let answer = ask_with(&v4, "config-set", json!({ "Dhcp4": other }));
    assert_eq!(answer["result"], 1);
    assert!(
        answer["text"].as_str().unwrap().contains("command:1:"),
        "{answer}"
    );
    assert_eq!(lifetime(3), Some(1234));

    let copy = rundir::fresh_dir("written").join("copy.json");
    let answer = ask_with(&v4, "config-write", json!({ "filename": copy }));
    assert_eq!(answer["result"], 0, "{answer}");
    let text = std::fs::read_to_string(&copy).unwrap();
    assert_eq!(answer["arguments"]["size"], text.len());
    let written: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(written["Dhcp4"]["valid-lifetime"], 1234);
    assert_eq!(written["Dhcp6"], before["arguments"]["Dhcp6"]);

    assert_eq!(ask(&v4, "config-reload")["result"], 0);
    assert_eq!(lifetime(4), Some(config::VALID));

    // Into the file it came from: then a reload finds it.
    worker.rewrite(&text);
    ask(&v4, "config-reload");
    assert_eq!(ask(&v4, "config-write")["result"], 0);
    assert_eq!(ask(&v4, "config-reload")["result"], 0);
    assert_eq!(lifetime(5), Some(1234));
    assert_eq!(ask(&v4, "config-hash-get")["arguments"]["hash"], hash);
}

#[test]
fn a_family_that_a_command_adds_is_served() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::by_hand(Engine::Sqlite);
    let (configuration, v4, v6) = with_sockets(config::both(&world.leases));
    let alone = json!({ "Dhcp4": configuration["Dhcp4"] });
    let worker = Worker::start(&world.server, &alone);
    let mark = worker.mark();
    let shown = ask(&v4, "config-get")["arguments"].clone();
    assert_eq!(
        ask_with(&v4, "config-test", shown.clone())["result"],
        0,
        "with its hash"
    );
    assert_eq!(ask_with(&v4, "config-set", configuration)["result"], 0);
    worker.says_after(mark, "DHCP6_STARTED");
    let status = ask(&v6, "status-get")["arguments"].clone();
    assert_eq!(status["sockets"], json!({ "status": "ready" }));
}
