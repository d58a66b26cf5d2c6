//! Two workers on one database, hearing the same clients: every promise holds that one worker
//! gives.
//!
//! `MURRE_FLEET_CLIENTS` sets the number of DHCPv4 clients; a fifth as many speak DHCPv6.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stderr, reason = "what was done is worth a line")]

use murre_tests::fleet::{config4, config6};
use murre_tests::worker::Counted;
use murre_tests::{Engine, Fleet, Worker, history, on_every_engine};

on_every_engine!(
    two_workers_serve_the_same_clients_without_a_double_lease,
    two_workers_serve_the_same_clients_without_a_double_address_or_prefix,
);

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

/// Each worker took its part, else nothing was shown.
fn both_answered(version: u8, workers: Vec<Worker>, clients: u32) {
    for worker in workers {
        let counted = Counted::of(version, &worker.stop());
        eprintln!("    {counted:?}");
        assert!(counted.answers > u64::from(clients) / 4, "{counted:?}");
    }
}
