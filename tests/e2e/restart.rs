//! A worker dies at any moment, under load or not: what it acknowledged is in the database, and its
//! successor goes on where it stopped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stderr, reason = "what was done is worth a line")]

use std::sync::mpsc;
use std::thread;

use murre_tests::fleet::{config4, config6};
use murre_tests::history::{self, Held};
use murre_tests::load::{Load, Record, Speech};
use murre_tests::{
    Engine, Fleet, Leases, Worker, World, config, hand4, hand6, on_every_engine, on_every_server,
};
use murre_wire::dhcp4;
use murre_wire::dhcp6::{self, IaKind};
use serde_json::Value;

on_every_engine!(
    a_worker_killed_between_offer_and_request_is_not_missed,
    a_worker_killed_between_advertise_and_request_is_not_missed,
    no_acknowledged_lease_is_lost_when_a_worker_is_killed_under_load,
    no_acknowledged_lease_or_prefix_is_lost_when_a_worker_is_killed_under_load,
);

on_every_server!(no_acknowledged_lease_is_lost_when_the_database_is_killed_under_load);

/// How often the worker is killed under load.
const KILLS: usize = 4;
/// Clients served between two kills.
const BETWEEN: usize = 500;

fn a_worker_killed_between_offer_and_request_is_not_missed(engine: Engine) {
    let world = World::by_hand(engine);
    let relay = hand4::Relay::new(&world.client);
    let client = hand4::Client::new(1);
    let config = config::only4(&world.leases);
    let first = Worker::start(&world.server, &config);
    let offer = relay.ask(&mut client.message(dhcp4::MessageType::Discover));
    first.kill9();

    let _second = Worker::start(&world.server, &config);
    let ack = relay.ask(&mut client.take(&offer));
    assert_eq!(ack.kind(), dhcp4::MessageType::Ack);
    assert_eq!(ack.yiaddr(), offer.yiaddr());
}

fn a_worker_killed_between_advertise_and_request_is_not_missed(engine: Engine) {
    let world = World::by_hand(engine);
    let relay = hand6::Relay::new(&world.client);
    let client = hand6::Client::new(1);
    let config = config::only6(&world.leases);
    let first = Worker::start(&world.server, &config);
    let mut solicit = client.message(dhcp6::MessageType::Solicit);
    solicit.ia_na(1, 0, 0, |_| {}).ia_pd(2, 0, 0, |_| {});
    let advertise = relay.ask(solicit);
    first.kill9();

    // The server identifier is the database's: the client finds the server it chose.
    let _second = Worker::start(&world.server, &config);
    let reply = relay.ask(client.with_leases(dhcp6::MessageType::Request, &advertise));
    assert_eq!(reply.held(), advertise.held());
    assert_eq!(reply.of(IaKind::Pd).len(), 1);
}

fn no_acknowledged_lease_is_lost_when_a_worker_is_killed_under_load(engine: Engine) {
    let fleet = Fleet::of_one(engine);
    let clients = (KILLS + 1) * BETWEEN;
    let config = config4(&fleet.leases, clients as u32);
    let socket = fleet.socket4();
    let load = fleet.load4(&socket, clients as u32);
    let record = killed_under_load(&fleet, &config, &load);
    eprintln!("{engine:?}, killed {KILLS} times: {record}");
    assert_eq!(record.served, clients);
    history::must_hold(&record, &history::held4(&fleet.leases));
}

fn no_acknowledged_lease_or_prefix_is_lost_when_a_worker_is_killed_under_load(engine: Engine) {
    let fleet = Fleet::of_one(engine);
    let clients = (KILLS + 1) * BETWEEN;
    let config = config6(&fleet.leases, clients as u32);
    let socket = fleet.socket6();
    let load = fleet.load6(&socket, clients as u32);
    let record = killed_under_load(&fleet, &config, &load);
    eprintln!("{engine:?}, killed {KILLS} times: {record}");
    assert_eq!(record.served, clients);
    history::must_hold(&record, &history::held6(&fleet.leases));
}

/// Kills the only worker, and starts another, each time that so many clients more are served.
fn killed_under_load<S: Speech + Sync>(
    fleet: &Fleet,
    config: &Value,
    load: &Load<'_, S>,
) -> Record {
    let mut worker = fleet.start(config).remove(0);
    let (milestones, reached) = mpsc::channel();
    thread::scope(|scope| {
        let running = scope.spawn(move || {
            load.run(|served| {
                if served % BETWEEN == 0 {
                    milestones.send(()).expect("it is waited for");
                }
            })
        });
        for _ in 0..KILLS {
            // The channel closes when the load panics.
            if reached.recv().is_err() {
                break;
            }
            worker.kill9();
            worker = fleet.start(config).remove(0);
        }
        let record = running.join();
        let tail = worker.tail();
        record.unwrap_or_else(|_| panic!("the last worker said: {tail:#?}"))
    })
}

/// The database itself is killed under load, and what it confirmed is there when it is back.
fn no_acknowledged_lease_is_lost_when_the_database_is_killed_under_load(engine: Engine) {
    let server = engine.own_server();
    let mut fleet = Fleet::of_one(Engine::Sqlite);
    fleet.leases = Leases::Server(server.fresh());
    let clients = 2 * BETWEEN;
    let config = config4(&fleet.leases, clients as u32);
    let socket = fleet.socket4();
    let load = fleet.load4(&socket, clients as u32);
    let worker = fleet.start(&config).remove(0);
    let (milestone, reached) = mpsc::channel();
    let record = thread::scope(|scope| {
        let running = scope.spawn(move || {
            load.run(|served| {
                if served == BETWEEN {
                    milestone.send(()).expect("it is waited for");
                }
            })
        });
        reached.recv().expect("half of the clients are served");
        server.kill9();
        server.start();
        let record = running.join();
        record.unwrap_or_else(|_| panic!("the worker said: {:#?}", worker.tail()))
    });
    eprintln!("{engine:?} itself killed: {record}");
    let held: Vec<Held> = history::held4(&fleet.leases);
    assert_eq!(record.served, clients);
    history::must_hold(&record, &held);
}
