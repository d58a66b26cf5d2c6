//! Every combination of the keys that say what becomes of a worker whose database is away.

use std::net::Ipv4Addr;
use std::time::Duration;

use murre_tests::hand4::{Client, Relay};
use murre_tests::worker::Launch;
use murre_tests::{Leases, Scene4, Worker, World, config, on_every_server};
use murre_wire::dhcp4::MessageType::{Discover, Inform};
use serde_json::{Value, json};

on_every_server!(
    while_the_database_is_away_a_worker_serves_and_ends_as_on_fail_and_the_tries_say,
    a_database_that_is_away_at_start_is_tried_and_given_up_as_all_keys_say,
);

/// A worker ends within this time, or it waits.
const PATIENCE: Duration = Duration::from_secs(60);
/// Long enough for an answer that must not come.
const SILENCE: Duration = Duration::from_millis(300);
const CLIENT: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 77);

/// Values of `on-fail` and whether the two numbers are given.
fn given(access: &mut Value, on_fail: Option<&str>, numbers: bool) {
    if let Some(on_fail) = on_fail {
        access["on-fail"] = json!(on_fail);
    }
    if numbers {
        access["max-reconnect-tries"] = json!(4);
        access["reconnect-wait-time"] = json!(500);
    }
}

/// What becomes of service that needs no lease, where the worker does not end at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    Stops,
    GoesOn,
    EndsAtOnce,
}

fn while_the_database_is_away_a_worker_serves_and_ends_as_on_fail_and_the_tries_say(
    engine: murre_tests::Engine,
) {
    use Service::{EndsAtOnce, GoesOn, Stops};
    for (on_fail, numbers, service, ends) in [
        (None, false, Stops, false),
        (None, true, Stops, true),
        // No number of tries is none.
        (Some("stop-retry-exit"), false, EndsAtOnce, true),
        (Some("stop-retry-exit"), true, Stops, true),
        (Some("serve-retry-exit"), false, EndsAtOnce, true),
        (Some("serve-retry-exit"), true, GoesOn, true),
        (Some("serve-retry-continue"), false, GoesOn, false),
        (Some("serve-retry-continue"), true, GoesOn, false),
    ] {
        let case = format!("on-fail {on_fail:?}, numbers {numbers}");
        let server = engine.own_server();
        let scene = Scene4::on(Leases::Server(server.fresh()), |server| {
            given(&mut server["lease-database"], on_fail, numbers);
        });
        let clients = &scene.world.client;
        clients.add_address("cli0", &format!("{CLIENT}/24"));
        let direct = Relay::none(clients, CLIENT, "192.0.2.1");
        server.stop();
        scene.relay.send(&mut Client::new(1).message(Discover));
        scene.worker.says("DHCP4_DB_RECONNECT_LOST_CONNECTION");
        if service != EndsAtOnce {
            let mut inform = Client::of(clients).having(Inform, CLIENT);
            direct.send(&mut inform);
            let answer = direct.answer_to(&inform, SILENCE);
            assert_eq!(answer.is_some(), service == GoesOn, "{case}");
        }
        if ends {
            let status = scene.worker.wait(PATIENCE).expect(&case);
            assert_eq!(status.code(), Some(1), "{case}");
        } else {
            server.start();
            scene.worker.says("DHCP4_DB_RECONNECT_SUCCEEDED");
            Client::new(2).lease(&scene.relay);
        }
    }
}

fn a_database_that_is_away_at_start_is_tried_and_given_up_as_all_keys_say(
    engine: murre_tests::Engine,
) {
    let server = engine.own_server();
    let mut ending = Vec::new();
    let mut waiting = Vec::new();
    for retry in [None, Some(false), Some(true)] {
        for on_fail in [
            None,
            Some("stop-retry-exit"),
            Some("serve-retry-exit"),
            Some("serve-retry-continue"),
        ] {
            for numbers in [false, true] {
                let world = World::by_hand_on(Leases::Server(server.fresh()));
                let mut config = config::only4(&world.leases);
                let access = &mut config["Dhcp4"]["lease-database"];
                given(access, on_fail, numbers);
                if let Some(retry) = retry {
                    access["retry-on-startup"] = json!(retry);
                }
                let case =
                    format!("retry-on-startup {retry:?}, on-fail {on_fail:?}, numbers {numbers}");
                // Given up: at once, or after the tries that are given.
                let is_forever =
                    on_fail == Some("serve-retry-continue") || (on_fail.is_none() && !numbers);
                let ends = retry == Some(false) || (retry == Some(true) && !is_forever);
                let list = if ends { &mut ending } else { &mut waiting };
                list.push((case, world, config));
            }
        }
    }
    server.stop();
    let launch = |(case, world, config): (String, World, Value)| {
        let worker = Worker::launch(&world.server, &config, &Launch::default());
        (case, world, worker)
    };
    let ending: Vec<_> = ending.into_iter().map(launch).collect();
    let waiting: Vec<_> = waiting.into_iter().map(launch).collect();
    for (case, _world, worker) in &ending {
        let status = worker.wait(PATIENCE).expect(case);
        assert_eq!(status.code(), Some(1), "{case}");
    }
    // More than the four tries that some of them were given.
    for (_, _world, worker) in &waiting {
        worker.says("DHCP4_DATABASE_FAIL");
    }
    server.start();
    for (case, _world, worker) in &waiting {
        let started = worker.wait_for_line("DHCP4_STARTED", PATIENCE);
        started.unwrap_or_else(|e| panic!("{case}: {e}"));
    }
}
