//! Pools of prefixes whose delegated length is changed, or is another on each worker: nobody is given
//! a part of what somebody else has.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stderr, reason = "what was done is worth a line")]

use murre_tests::hand6::{Answer, Client, Held};
use murre_tests::load::Spread;
use murre_tests::worker::Counted;
use murre_tests::{Engine, Fleet, Scene6, config, fleet, history, on_every_engine, rows};
use murre_wire::dhcp6::IaKind;
use murre_wire::dhcp6::MessageType::{Release, Renew, Request, Solicit};
use serde_json::{Value, json};

on_every_engine!(
    prefixes_of_a_new_length_are_given_beside_those_of_the_old_one_and_renewing_moves_them,
    a_client_alone_in_its_pool_gets_the_new_length_where_it_had_the_old_one,
    what_lies_in_somebodys_larger_prefix_is_not_even_proposed,
    what_was_given_back_and_lies_in_somebodys_larger_prefix_is_not_proposed,
    two_workers_that_delegate_different_lengths_give_nobody_a_part_of_anothers_prefix,
);

/// Clients with a prefix before the change, and as many after it.
const CLIENTS: u32 = 60;

fn delegate(server: &mut Value, len: u8, delegated: u8) {
    delegate_from(server, "2001:db8:9000::", (len, delegated));
}

fn delegate_from(server: &mut Value, prefix: &str, (len, delegated): (u8, u8)) {
    server["subnet6"][1]["pd-pools"] =
        json!([{ "prefix": prefix, "prefix-len": len, "delegated-len": delegated }]);
}

fn reload(scene: &Scene6, len: u8, delegated: u8) {
    reload_with(scene, |server| delegate(server, len, delegated));
}

fn reload_with(scene: &Scene6, change: impl FnOnce(&mut Value)) {
    let mut config = config::only6(&scene.world.leases);
    change(&mut config["Dhcp6"]);
    let mark = scene.worker.mark();
    scene.worker.reload(&config.to_string());
    let done = "DHCP6_DYNAMIC_RECONFIGURATION_SUCCESS";
    scene.worker.says_after(mark, done);
}

/// SOLICIT to REPLY for a prefix alone.
fn lease(scene: &Scene6, number: u32) -> Answer {
    let request = Client::new(number).with_leases(Request, &propose(scene, number));
    scene.relay.ask(request)
}

/// SOLICIT to ADVERTISE.
fn propose(scene: &Scene6, number: u32) -> Answer {
    let mut solicit = Client::new(number).message(Solicit);
    solicit.ia_pd(1, 0, 0, |_| {});
    scene.relay.ask(solicit)
}

/// The prefix that an answer gives, and the one that it ends.
fn given_and_ended(answer: &Answer) -> (Option<Held>, Option<Held>) {
    let (ended, given): (Vec<Held>, Vec<Held>) =
        answer.held().into_iter().partition(|held| held.valid == 0);
    assert!(ended.len() <= 1 && given.len() <= 1, "{:?}", answer.held());
    (given.first().copied(), ended.first().copied())
}

fn prefixes_of_a_new_length_are_given_beside_those_of_the_old_one_and_renewing_moves_them(
    engine: Engine,
) {
    // 256 prefixes of 56 bits: a new one that is not looked for beside them soon lies in one.
    let scene = Scene6::with(engine, |server| delegate(server, 48, 56));
    for (round, (before, after)) in (0..).zip([(56, 60), (60, 56)]) {
        reload(&scene, 48, before);
        let clients = round * 1000..round * 1000 + CLIENTS;
        let old: Vec<Answer> = clients.map(|number| lease(&scene, number)).collect();
        reload(&scene, 48, after);
        for number in 0..CLIENTS {
            let answer = lease(&scene, round * 1000 + 500 + number);
            let (given, ended) = given_and_ended(&answer);
            assert_eq!((given.unwrap().len, ended), (after, None));
        }
        history::must_be_apart(&history::held6(&scene.world.leases));
        for (number, answer) in (round * 1000..).zip(&old) {
            let had = answer.of(IaKind::Pd)[0];
            assert_eq!(had.len, before);
            let client = Client::new(number);
            let renewed = scene.relay.ask(client.with_leases(Renew, answer));
            let (given, ended) = given_and_ended(&renewed);
            let place = |held: Held| (held.address, held.len);
            assert_eq!(ended.map(place), Some(place(had)));
            assert_eq!(given.unwrap().len, after);
            // The next one finds nothing to change.
            let again = scene.relay.ask(client.with_leases(Renew, &renewed));
            let (kept, _) = given_and_ended(&again);
            assert_eq!(kept.map(place), given.map(place));
        }
        let held = history::held6(&scene.world.leases);
        history::must_be_apart(&held);
        assert!(held.iter().all(|row| row.len == after));
        assert_eq!(held.len() as u32, 2 * CLIENTS);
        give_all_back(&scene, round);
    }
}

/// The next round begins with an empty pool, and what ended is in nobody's way.
fn give_all_back(scene: &Scene6, round: u32) {
    let all = (0..CLIENTS).chain(500..500 + CLIENTS);
    for number in all.map(|number| round * 1000 + number) {
        let answer = lease(scene, number);
        let client = Client::new(number);
        scene.relay.ask(client.with_leases(Release, &answer));
    }
    assert_eq!(history::held6(&scene.world.leases), []);
}

fn a_client_alone_in_its_pool_gets_the_new_length_where_it_had_the_old_one(engine: Engine) {
    let scene = Scene6::with(engine, |server| delegate(server, 56, 56));
    let first = lease(&scene, 1);
    assert_eq!(first.of(IaKind::Pd)[0].len, 56);
    reload(&scene, 56, 60);
    // All of the pool is the first one's.
    assert_eq!(lease(&scene, 2).of(IaKind::Pd), []);
    // Without naming what it had: it is told all the same.
    let (given, ended) = given_and_ended(&lease(&scene, 1));
    assert_eq!(given.map(|held| held.len), Some(60));
    assert_eq!(ended.map(|held| held.len), Some(56));
    let (beside, _) = given_and_ended(&lease(&scene, 2));
    assert_eq!(beside.map(|held| held.len), Some(60));

    reload(&scene, 56, 56);
    // Neither can have all of it while the other is there.
    assert_eq!(lease(&scene, 1).of(IaKind::Pd), []);
    let held = history::held6(&scene.world.leases);
    history::must_be_apart(&held);
    assert_eq!(held.iter().map(|row| row.len).collect::<Vec<_>>(), [60, 60]);
    let mut release = Client::new(2).to_server(Release, &first);
    let beside = beside.unwrap();
    release.ia_pd(1, 0, 0, |ia| {
        ia.ia_prefix(beside.address, 60, 0, 0);
    });
    scene.relay.ask(release);
    let (given, ended) = given_and_ended(&lease(&scene, 1));
    assert_eq!(given.map(|held| held.len), Some(56));
    assert_eq!(ended.map(|held| held.len), Some(60));
    let row = rows::of6(&scene.world.leases, given.unwrap().address);
    assert_eq!(row.prefix_len, 56);
}

/// Its row lies before all of the pool, where no look at the pool's own range finds it.
fn what_lies_in_somebodys_larger_prefix_is_not_even_proposed(engine: Engine) {
    let scene = Scene6::with(engine, |server| delegate(server, 36, 36));
    assert_eq!(lease(&scene, 1).of(IaKind::Pd)[0].len, 36);
    reload_with(&scene, |server| {
        delegate_from(server, "2001:db8:9100::", (48, 60));
    });
    assert_eq!(propose(&scene, 2).of(IaKind::Pd), []);
    reload_with(&scene, |server| {
        delegate_from(server, "2001:db8:7000::", (48, 60));
    });
    assert_eq!(propose(&scene, 2).of(IaKind::Pd)[0].len, 60);
}

fn what_was_given_back_and_lies_in_somebodys_larger_prefix_is_not_proposed(engine: Engine) {
    let flq = |server: &mut Value, delegated| {
        server["pd-allocator"] = json!("flq");
        delegate(server, 56, delegated);
    };
    let scene = Scene6::with(engine, |server| flq(server, 60));
    for number in 0..16 {
        let answer = lease(&scene, number);
        let release = Client::new(number).with_leases(Release, &answer);
        assert_eq!(given_and_ended(&answer).0.unwrap().len, 60);
        scene.relay.ask(release);
    }
    reload_with(&scene, |server| flq(server, 57));
    assert_eq!(given_and_ended(&lease(&scene, 100)).0.unwrap().len, 57);
    reload_with(&scene, |server| flq(server, 60));
    for number in 200..208 {
        let proposed = propose(&scene, number).of(IaKind::Pd)[0];
        let given = given_and_ended(&lease(&scene, number)).0.unwrap();
        assert_eq!((given.address, given.len), (proposed.address, 60));
    }
    assert_eq!(propose(&scene, 208).of(IaKind::Pd), []);
    history::must_be_apart(&history::held6(&scene.world.leases));
}

fn two_workers_that_delegate_different_lengths_give_nobody_a_part_of_anothers_prefix(
    engine: Engine,
) {
    const CLIENTS: u32 = 1_200;
    let fleet = Fleet::new(engine);
    let workers = fleet.start_each(|number| {
        let mut config = fleet::config6(&fleet.leases, CLIENTS);
        // 2,048 prefixes of 56 bits for 300 of them, and as many of 60 bits.
        delegate(&mut config["Dhcp6"], 45, [56, 60][number]);
        config
    });
    let socket = fleet.socket6();
    let mut load = fleet.load6(&socket, CLIENTS);
    load.spread = Spread::Own;
    let record = load.run(|_| {});
    eprintln!("{engine:?}, two workers, /56 and /60: {record}");
    assert_eq!(record.served as u32, CLIENTS);
    let held = history::held6(&fleet.leases);
    history::must_hold(&record, &held);
    for len in [56, 60] {
        let given = held.iter().filter(|row| row.len == len).count();
        assert_eq!(given as u32, CLIENTS / 4, "/{len}");
    }
    for worker in workers {
        eprintln!("    {:?}", Counted::of(6, &worker.stop()));
    }
}
