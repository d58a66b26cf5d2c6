//! Two workers on one database, hearing the same clients: every promise holds that one worker
//! gives.
//!
//! `MURRE_FLEET_CLIENTS` sets the number of DHCPv4 clients; a fifth as many speak DHCPv6.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stderr, reason = "what was done is worth a line")]

use std::net::Ipv4Addr;
use std::time::Duration;

use murre_tests::fleet::{config4, config6};
use murre_tests::worker::Counted;
use murre_tests::{
    Engine, Fleet, Leases, Worker, hand4, hand6, history, on_engines, on_every_engine, rows, world,
};
use murre_wire::dhcp4::MessageType::{Ack, Decline, Discover, Offer, Release, Request};
use murre_wire::dhcp6::{IaKind, MessageType as MessageType6};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

on_every_engine!(
    two_workers_serve_the_same_clients_without_a_double_lease,
    two_workers_serve_the_same_clients_without_a_double_address_or_prefix,
    what_waited_for_a_worker_that_stood_still_ends_no_lease_that_is_newer,
    what_waited_for_a_worker_that_stood_still_ends_no_newer_dhcpv6_lease,
);

on_engines!([postgresql = Postgresql]
    who_loses_a_race_for_an_address_to_offer_stays_silent
);

/// Far longer than a query waits in a worker that is well.
const HELD_UP: Duration = Duration::from_millis(200);

/// As many as the environment says; else all on one engine and fewer on the others.
fn clients(engine: Engine) -> u32 {
    let asked = std::env::var("MURRE_FLEET_CLIENTS");
    match asked {
        Ok(number) => number.parse().expect("MURRE_FLEET_CLIENTS is a number"),
        Err(_) if engine == Engine::Postgresql => 20_000,
        Err(_) => 4_000,
    }
}

fn two_workers_serve_the_same_clients_without_a_double_lease(engine: Engine) {
    let fleet = Fleet::new(engine);
    let clients = clients(engine);
    let workers = fleet.start(&config4(&fleet.leases, clients));
    let socket = fleet.socket4();
    let record = fleet.load4(&socket, clients).run(|_| {});
    eprintln!("{engine:?}, two workers, DHCPv4: {record}");
    assert_eq!(record.served as u32, clients);
    let held = history::held4(&fleet.leases);
    history::must_hold(&record, &held);
    assert_eq!(held.len() as u32, clients, "a lease for each and no more");
    both_answered(4, workers, clients);
}

fn two_workers_serve_the_same_clients_without_a_double_address_or_prefix(engine: Engine) {
    let fleet = Fleet::new(engine);
    let clients = clients(engine) / 5;
    let workers = fleet.start(&config6(&fleet.leases, clients));
    let socket = fleet.socket6();
    let record = fleet.load6(&socket, clients).run(|_| {});
    eprintln!("{engine:?}, two workers, DHCPv6: {record}");
    assert_eq!(record.served as u32, clients);
    let held = history::held6(&fleet.leases);
    history::must_hold(&record, &held);
    let prefixes = clients / 2;
    assert_eq!(
        held.len() as u32,
        clients + prefixes,
        "one each and no more"
    );
    both_answered(6, workers, clients);
}

/// A client's messages that both workers hear; the second stands still, and goes on when the client has
/// long been served by the first.
fn what_waited_for_a_worker_that_stood_still_ends_no_lease_that_is_newer(engine: Engine) {
    let fleet = Fleet::new(engine);
    let workers = fleet.start(&talkative(config4(&fleet.leases, 100), "Dhcp4"));
    let relay = |number: usize, port| {
        let server = Fleet::server4(number).ip().to_string();
        hand4::Relay::at_port(&fleet.relay, world::RELAY4, port, &server)
    };
    let (relay, other) = (relay(0, 67), relay(1, 6767));
    let clients = [1, 2, 3].map(hand4::Client::new);
    let [one, two, three] = clients.each_ref().map(|client| client.lease(&relay));

    workers[1].signal(Signal::SIGSTOP);
    let mark = workers[1].mark();
    let release = || clients[0].having(Release, one);
    let mut decline = clients[1].reboot(two);
    decline.message_type(Decline);
    let elsewhere = Ipv4Addr::new(10, 1, 0, 77);
    other.send(&mut release());
    other.send(&mut decline);
    other.send(&mut clients[2].having(Request, elsewhere));
    std::thread::sleep(HELD_UP);
    relay.send(&mut release());
    workers[0].says(&format!("{one} was given back"));
    assert_eq!(clients[0].lease(&relay), one);
    for (client, address) in clients.iter().zip([one, two, three]) {
        let renewed = relay.ask(&mut client.having(Request, address));
        assert_eq!((renewed.kind(), renewed.yiaddr()), (Ack, address));
    }
    let before = rows::lease4(&fleet.leases);
    workers[1].signal(Signal::SIGCONT);

    other.send(&mut hand4::Client::new(4).having(Release, one));
    workers[1].says_after(mark, ": not-held");
    workers[1].says_after(mark, ": overtaken");
    // What comes in time is done, however young the lease.
    other.send(&mut release());
    workers[1].says_after(mark, &format!("{one} was given back"));
    let counted = Counted::of(4, &workers.into_iter().nth(1).unwrap().stop());
    assert_eq!(counted.without_answer("overtaken"), 3, "{counted:?}");
    let after = rows::lease4(&fleet.leases);
    assert_eq!(after[1..], before[1..]);
}

fn what_waited_for_a_worker_that_stood_still_ends_no_newer_dhcpv6_lease(engine: Engine) {
    let fleet = Fleet::new(engine);
    let workers = fleet.start(&talkative(config6(&fleet.leases, 100), "Dhcp6"));
    let relay = |server, port| hand6::Relay::at_port(&fleet.relay, world::RELAY6, port, server);
    let (relay, other) = (relay("2001:db8:1::1", 547), relay("2001:db8:3::1", 6767));
    let client = hand6::Client::new(1);
    let reply = client.lease(&relay, true);
    let release = || client.with_leases(MessageType6::Release, &reply);

    workers[1].signal(Signal::SIGSTOP);
    let mark = workers[1].mark();
    other.send(&release().finish().unwrap());
    std::thread::sleep(HELD_UP);
    let released = relay.ask(release());
    assert_eq!(released.status_of(IaKind::Na, 1), None);
    let again = client.lease(&relay, true);
    assert_eq!(again.held(), reply.held());
    let before = rows::lease6(&fleet.leases);
    workers[1].signal(Signal::SIGCONT);

    workers[1].says_after(mark, ": overtaken");
    assert_eq!(rows::lease6(&fleet.leases), before);
    other.send(&release().finish().unwrap());
    workers[1].says_after(mark, "was given back");
}

/// Workers that tell of each query.
fn talkative(mut config: Value, server: &str) -> Value {
    config[server]["loggers"] = json!([{
        "name": format!("kea-{}", server.to_lowercase()), "severity": "DEBUG", "debuglevel": 99,
        "output-options": [{ "output": "stdout" }],
    }]);
    config
}

/// Each worker took its part, else nothing was shown.
fn both_answered(version: u8, workers: Vec<Worker>, clients: u32) {
    for worker in workers {
        let counted = Counted::of(version, &worker.stop());
        eprintln!("    {counted:?}");
        assert!(counted.answers > u64::from(clients) / 4, "{counted:?}");
    }
}

/// The one address looks free to both workers, as neither may write until both want to.
fn who_loses_a_race_for_an_address_to_offer_stays_silent(engine: Engine) {
    let fleet = Fleet::new(engine);
    let mut config = config4(&fleet.leases, 3);
    config["Dhcp4"]["offer-lifetime"] = json!(60);
    config["Dhcp4"]["subnet4"][1]["pools"] = json!([{ "pool": "10.1.0.1-10.1.0.1" }]);
    let workers = fleet.start(&config);
    fleet.relay.add_address("cli0", "10.0.0.2/8");
    let relays = [(world::RELAY4, "192.0.2.1"), ("10.0.0.2", "198.51.100.1")]
        .map(|(own, server)| hand4::Relay::at(&fleet.relay, own, server));

    let Leases::Server(database) = fleet.leases.clone() else {
        panic!("a server")
    };
    let locks = "FROM pg_locks WHERE relation = 'lease4'::regclass";
    let holder = std::thread::spawn({
        let database = database.clone();
        // It ends with an error, as it is cut off.
        let lock = "BEGIN; LOCK TABLE lease4 IN SHARE MODE; SELECT pg_sleep(60)";
        move || drop(database.try_query(lock))
    });
    let until = |count: u64, state: &str| {
        let query = format!("SELECT count(*) {locks} AND {state}");
        while fleet.leases.number(&query) < count {}
    };
    until(1, "mode = 'ShareLock' AND granted");
    let mut queries = [1, 2].map(|number| hand4::Client::new(number).message(Discover));
    for (relay, query) in relays.iter().zip(&mut queries) {
        relay.send(query);
    }
    until(2, "NOT granted");
    database.query(&format!(
        "SELECT pg_terminate_backend(pid) {locks} AND mode = 'ShareLock' AND granted"
    ));
    holder.join().unwrap();

    let wait = Duration::from_secs(2);
    let answers: Vec<_> = relays.iter().zip(&queries).collect();
    let answers = answers
        .into_iter()
        .map(|(relay, query)| relay.answer_to(query, wait));
    let answers: Vec<_> = answers.collect();
    let winner = answers
        .iter()
        .position(Option::is_some)
        .expect("one of them");
    let offer = answers[winner].as_ref().unwrap();
    assert_eq!(offer.kind(), Offer);
    assert!(answers[1 - winner].is_none(), "nobody else: {answers:?}");
    workers[1 - winner].says(": contended");
    let expected = format!("{:012x}", 0x0200_0000_0001_u64 + winner as u64);
    assert_eq!(rows::of4(&fleet.leases, offer.yiaddr()).hwaddr, expected);
}
