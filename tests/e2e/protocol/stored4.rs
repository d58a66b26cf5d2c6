//! Reservations in databases: beside the leases, and in a database of their own.

use std::net::Ipv4Addr;

use murre_harness::rundir;
use murre_tests::hand4::{Client, Relay};
use murre_tests::reservations::{Reservation, kind};
use murre_tests::{Engine, Leases, Scene4, control, on_every_engine, on_every_server};
use murre_wire::dhcp4::MessageType::{Ack, Discover, Nak, Release, Request};
use murre_wire::dhcp4::code;
use serde_json::{Value, json};

use crate::hosts4::changes_hands;

on_every_engine!(
    every_kind_of_identifier_finds_what_is_reserved_for_it,
    a_host_has_options_fields_and_classes_of_its_own,
    an_option_of_a_host_may_be_long,
    an_address_of_the_pool_that_is_reserved_is_nobody_elses_however_full_the_pool_is,
    an_address_that_another_client_has_gets_to_its_host_in_the_end,
    a_cached_lease_gives_way_to_a_host,
    what_was_reserved_a_moment_ago_is_offered_to_nobody_else,
    what_the_file_reserves_counts_before_the_database,
    a_host_of_no_subnet_counts_where_that_is_so,
);

on_every_server!(
    without_its_reservations_a_worker_answers_nobody_until_they_are_back,
    a_database_that_may_not_be_written_must_be_said_to_be_so,
);

/// A scene with reservations where `apart` says, and that place.
fn scene(engine: Engine, apart: bool, change: impl FnOnce(&mut Value)) -> (Scene4, Leases) {
    let leases = Leases::fresh(engine);
    let hosts = match apart {
        true => Leases::fresh(engine),
        false => leases.clone(),
    };
    let access = hosts.access();
    let scene = Scene4::on(leases, |server| {
        server["hosts-database"] = access;
        change(server);
    });
    (scene, hosts)
}

/// By its card, in subnet 2.
fn of_card(number: u8) -> Reservation {
    Reservation::new(kind::HW_ADDRESS, &[2, 0, 0, 0, 0, number], 2)
}

fn offered(relay: &Relay, message: &mut murre_wire::dhcp4::Builder) -> Ipv4Addr {
    relay.ask(message).yiaddr()
}

fn every_kind_of_identifier_finds_what_is_reserved_for_it(engine: Engine) {
    let (scene, hosts) = scene(engine, false, |_| {});
    let address = |last| Ipv4Addr::new(10, 20, 0, last);
    of_card(1).address(address(1)).add_to(&hosts);
    for (kind, value, last) in [
        (kind::CLIENT_ID, &b"\x00modem"[..], 2),
        (kind::DUID, &[0, 1, 0, 1, 9, 9, 9, 9], 3),
        (kind::CIRCUIT_ID, b"port 7", 4),
    ] {
        let reservation = Reservation::new(kind, value, 2).address(address(last));
        reservation.add_to(&hosts);
    }
    let by_card = Client::new(1);
    let by_id = Client::new(2).with_id(b"\x00modem");
    let by_duid = Client::new(3).with_id(&[255, 0, 0, 0, 1, 0, 1, 0, 1, 9, 9, 9, 9]);
    for (client, last) in [(by_card, 1), (by_id, 2), (by_duid, 3)] {
        assert_eq!(client.lease(&scene.relay), address(last));
    }
    let mut by_port = Client::new(4).message(Discover);
    by_port.option(code::AGENT_OPTIONS, b"\x01\x06port 7");
    assert_eq!(offered(&scene.relay, &mut by_port), address(4));
}

fn a_host_has_options_fields_and_classes_of_its_own(engine: Engine) {
    let (scene, hosts) = scene(engine, false, |server| {
        server["client-classes"] = json!([
            { "name": "printers", "option-data": [{ "name": "domain-name", "data": "print.example" }] },
            { "name": "strangers", "test": "member('UNKNOWN')",
              "option-data": [{ "name": "domain-name", "data": "strange.example" }] },
        ]);
    });
    of_card(1)
        .text("hostname", "laser")
        .text("dhcp4_client_classes", "printers, not mentioned")
        .number("dhcp4_next_server", u32::from(Ipv4Addr::new(192, 0, 2, 77)))
        .text("dhcp4_server_hostname", "boot")
        .text("dhcp4_boot_file_name", "laser.img")
        .option(code::ROUTERS, "10.0.0.7")
        .add_to(&hosts);
    let ask = |number| {
        let mut discover = Client::new(number).message(Discover);
        let wanted = [code::ROUTERS, code::DOMAIN_NAME, code::HOST_NAME];
        discover.option(code::PARAMETER_REQUEST_LIST, &wanted);
        scene.relay.ask(&mut discover)
    };
    let own = ask(1);
    assert_eq!(own.option(code::ROUTERS), [10, 0, 0, 7]);
    assert_eq!(own.option(code::DOMAIN_NAME), b"print.example");
    assert_eq!(own.option(code::HOST_NAME), b"laser");
    let message = own.message();
    assert_eq!(message.siaddr(), Ipv4Addr::new(192, 0, 2, 77));
    assert!(message.sname().starts_with(b"boot"));
    assert!(message.file().starts_with(b"laser.img"));
    let other = ask(2);
    assert_eq!(other.option(code::ROUTERS), [10, 0, 0, 254]);
    assert_eq!(other.option(code::DOMAIN_NAME), b"strange.example");
}

fn an_option_of_a_host_may_be_long(engine: Engine) {
    let (scene, hosts) = scene(engine, false, |_| {});
    let long = "x".repeat(300);
    of_card(1).option(code::DOMAIN_NAME, &long).add_to(&hosts);
    let mut discover = Client::new(1).message(Discover);
    discover.option(code::MAX_MESSAGE_SIZE, &1400u16.to_be_bytes());
    let offer = scene.relay.ask(&mut discover);
    let message = offer.message();
    let parts = message.options();
    let parts = parts.filter(|(code, _)| *code == code::DOMAIN_NAME);
    let parts: Vec<_> = parts.map(|(_, data)| data.len()).collect();
    assert_eq!(parts, [255, 45]);
    assert_eq!(offer.option(code::DOMAIN_NAME), long.as_bytes());
}

fn an_address_of_the_pool_that_is_reserved_is_nobody_elses_however_full_the_pool_is(
    engine: Engine,
) {
    let own = Ipv4Addr::new(10, 1, 2, 3);
    for (allocator, apart) in [("iterative", false), ("random", true), ("flq", false)] {
        let (scene, hosts) = scene(engine, apart, |server| {
            server["subnet4"][1]["pools"] = json!([{ "pool": "10.1.2.1-10.1.2.5" }]);
            server["subnet4"][1]["allocator"] = json!(allocator);
        });
        of_card(2).address(own).add_to(&hosts);
        let others = [11, 12, 13, 14].map(|n| Client::new(n).lease(&scene.relay));
        assert!(!others.contains(&own), "{allocator}: {others:?}");
        let mut fifth = Client::new(15).message(Discover);
        scene.relay.ask_in_vain(&mut fifth);
        assert_eq!(Client::new(2).lease(&scene.relay), own, "{allocator}");
    }
}

fn an_address_that_another_client_has_gets_to_its_host_in_the_end(engine: Engine) {
    for apart in [false, true] {
        let (scene, hosts) = scene(engine, apart, |_| {});
        changes_hands(&scene, |address| of_card(2).address(address).add_to(&hosts));
    }
}

fn a_cached_lease_gives_way_to_a_host(engine: Engine) {
    let (scene, hosts) = scene(engine, false, |server| {
        server["cache-max-age"] = json!(5000);
    });
    let client = Client::new(2);
    let address = client.lease(&scene.relay);
    let cached = scene.relay.ask(&mut client.having(Request, address));
    assert_eq!(cached.kind(), Ack);
    of_card(9).address(address).add_to(&hosts);
    // What was not reserved a moment ago may count as such for a second.
    let refused = || scene.relay.ask(&mut client.having(Request, address)).kind() == Nak;
    assert!((0..5000).any(|_| refused()));
}

fn what_was_reserved_a_moment_ago_is_offered_to_nobody_else(engine: Engine) {
    let (scene, hosts) = scene(engine, false, |server| {
        server["subnet4"][1]["pools"] = json!([{ "pool": "10.1.2.1-10.1.2.200" }]);
    });
    Client::new(1).lease(&scene.relay);
    // What the worker remembers as free is from before.
    for last in (1..=200).filter(|last| last % 2 == 0) {
        let owner = Reservation::new(kind::HW_ADDRESS, &[2, 0xff, 0, 0, 0, last], 2);
        owner.address(Ipv4Addr::new(10, 1, 2, last)).add_to(&hosts);
    }
    for number in 2..=8 {
        // Each is granted what it was offered.
        let address = Client::new(number).lease(&scene.relay);
        assert_eq!(address.octets()[3] % 2, 1, "{address}");
    }
}

fn what_the_file_reserves_counts_before_the_database(engine: Engine) {
    let of_file = Ipv4Addr::new(10, 30, 0, 1);
    let (scene, hosts) = scene(engine, false, |server| {
        server["subnet4"][1]["reservations"] =
            json!([{ "hw-address": "02:00:00:00:00:01", "ip-address": of_file.to_string() }]);
    });
    of_card(1)
        .address(Ipv4Addr::new(10, 30, 0, 2))
        .add_to(&hosts);
    of_card(2)
        .address(Ipv4Addr::new(10, 30, 0, 3))
        .add_to(&hosts);
    assert_eq!(Client::new(1).lease(&scene.relay), of_file);
    let of_database = Client::new(2).lease(&scene.relay);
    assert_eq!(of_database, Ipv4Addr::new(10, 30, 0, 3));
}

fn a_host_of_no_subnet_counts_where_that_is_so(engine: Engine) {
    let (scene, hosts) = scene(engine, false, |server| {
        server["reservations-global"] = json!(true);
        server["early-global-reservations-lookup"] = json!(true);
        server["client-classes"] =
            json!([{ "name": "banned" }, { "name": "DROP", "test": "member('banned')" }]);
    });
    let anywhere = |number, address| {
        let card = [2, 0, 0, 0, 0, number];
        Reservation::new(kind::HW_ADDRESS, &card, 0).address(address)
    };
    let own = Ipv4Addr::new(10, 40, 0, 1);
    anywhere(1, own).add_to(&hosts);
    let banned = anywhere(2, Ipv4Addr::new(10, 40, 0, 2)).text("dhcp4_client_classes", "banned");
    banned.add_to(&hosts);
    assert_eq!(Client::new(1).lease(&scene.relay), own);
    scene.ignored("drop-class", &mut Client::new(2).message(Discover));
}

fn without_its_reservations_a_worker_answers_nobody_until_they_are_back(engine: Engine) {
    let server = engine.own_server();
    let hosts = Leases::Server(server.fresh());
    let access = hosts.access();
    let socket = rundir::fresh_dir("control").join("socket");
    let scene = Scene4::on(Leases::fresh(engine), |map| {
        map["hosts-database"] = access;
        map["control-socket"] = json!({ "socket-type": "unix", "socket-name": socket });
    });
    let told = || {
        let status = control::ask(&socket, "status-get");
        status["arguments"]["hosts-databases"][0]["status"].clone()
    };
    assert_eq!(told(), "ready");
    let own = Ipv4Addr::new(10, 50, 0, 1);
    of_card(1).address(own).add_to(&hosts);
    let client = Client::new(1);
    assert_eq!(client.lease(&scene.relay), own);
    server.stop();
    scene.ignored("database", &mut client.having(Request, own));
    assert_eq!(told(), "failed");
    // Who gives something back needs no reservation for that.
    scene.ignored("released", &mut client.having(Release, own));
    server.start();
    scene.worker.says("DHCP4_DB_RECONNECT_SUCCEEDED");
    assert_eq!(client.lease(&scene.relay), own);
}

fn a_database_that_may_not_be_written_must_be_said_to_be_so(engine: Engine) {
    let (scene, hosts) = scene(engine, true, |_| {});
    of_card(1)
        .address(Ipv4Addr::new(10, 60, 0, 1))
        .add_to(&hosts);
    let Leases::Server(database) = &hosts else {
        unreachable!("a server")
    };
    let user = database.reader();
    let reload = |readonly: bool| {
        let mut config = murre_tests::config::only4(&scene.world.leases);
        let mut access = hosts.access();
        access["user"] = json!(user);
        access["readonly"] = json!(readonly);
        config["Dhcp4"]["hosts-databases"] = json!([access]);
        let mark = scene.worker.mark();
        scene.worker.reload(&config.to_string());
        mark
    };
    let mark = reload(false);
    scene
        .worker
        .says_after(mark, "DHCP4_DYNAMIC_RECONFIGURATION_FAIL");
    let mark = reload(true);
    scene
        .worker
        .says_after(mark, "DHCP4_DYNAMIC_RECONFIGURATION_SUCCESS");
    assert_eq!(
        Client::new(1).lease(&scene.relay),
        Ipv4Addr::new(10, 60, 0, 1)
    );
}
