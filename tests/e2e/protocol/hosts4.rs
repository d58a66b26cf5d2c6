//! Reservations against leases that others have: what the manual calls a conflict (dhcp4-srv.rst:4913-4990).

use std::net::Ipv4Addr;

use murre_tests::hand4::Client;
use murre_tests::{Engine, Scene4, config, on_every_engine, rows};
use murre_wire::dhcp4::MessageType::{Ack, Discover, Nak, Request};
use murre_wire::dhcp4::code;
use serde_json::{Value, json};

on_every_engine!(
    an_address_that_another_client_has_gets_to_the_one_it_is_reserved_for_in_the_end,
    a_reserved_address_of_the_pool_is_nobody_elses_however_full_the_pool_is,
    an_address_that_two_hosts_share_is_one_ones_at_a_time,
    a_pool_that_is_mostly_reserved_serves_the_others_at_once,
    a_cached_lease_gives_way_to_a_reservation,
);

/// Client 2 by its card.
fn reserved(address: Ipv4Addr) -> Value {
    json!([{ "hw-address": "02:00:00:00:00:02", "ip-address": address.to_string() }])
}

fn reload(scene: &Scene4, change: impl FnOnce(&mut Value)) {
    let mut config = config::only4(&scene.world.leases);
    change(&mut config["Dhcp4"]);
    let mark = scene.worker.mark();
    scene.worker.reload(&config.to_string());
    scene
        .worker
        .says_after(mark, "DHCP4_DYNAMIC_RECONFIGURATION_SUCCESS");
}

fn an_address_that_another_client_has_gets_to_the_one_it_is_reserved_for_in_the_end(
    engine: Engine,
) {
    let scene = Scene4::new(engine);
    changes_hands(&scene, |address| {
        reload(&scene, |server| {
            server["subnet4"][1]["reservations"] = reserved(address);
        });
    });
}

/// An address gets from client 1, who leased it, to client 2, for whom it is reserved then.
#[track_caller]
pub(crate) fn changes_hands(scene: &Scene4, reserve: impl FnOnce(Ipv4Addr)) {
    let (holder, owner, third) = (Client::new(1), Client::new(2), Client::new(3));
    let address = holder.lease(&scene.relay);
    reserve(address);

    // The owner gets another one for now, and keeps it as long as it must.
    let temporary = owner.lease(&scene.relay);
    assert_ne!(temporary, address);
    let ack = scene.relay.ask(&mut owner.having(Request, temporary));
    assert_eq!(ack.kind(), Ack);
    assert_eq!(
        rows::of4(&scene.world.leases, address).hwaddr,
        "020000000001"
    );

    // A third one is given it neither as an offer nor as a lease.
    let mut discover = third.message(Discover);
    discover.option(code::REQUESTED_ADDRESS, &address.octets());
    let offer = scene.relay.ask(&mut discover);
    assert_ne!(offer.yiaddr(), address);
    assert_eq!(
        scene.relay.ask(&mut third.having(Request, address)).kind(),
        Nak
    );

    // The holder is refused it, and keeps its row until it has another.
    let nak = scene.relay.ask(&mut holder.having(Request, address));
    assert_eq!(nak.kind(), Nak);
    assert_eq!(rows::of4(&scene.world.leases, address).state, 0);
    assert_ne!(holder.lease(&scene.relay), address);

    // Now the owner is refused what it has for now, and gets its own.
    let nak = scene.relay.ask(&mut owner.having(Request, temporary));
    assert_eq!(nak.kind(), Nak);
    assert_eq!(owner.lease(&scene.relay), address);
    let live = rows::lease4(&scene.world.leases).into_iter();
    assert_eq!(live.filter(|row| row.state == 0).count(), 2);
}

fn a_reserved_address_of_the_pool_is_nobody_elses_however_full_the_pool_is(engine: Engine) {
    let own = Ipv4Addr::new(10, 1, 2, 3);
    for allocator in ["iterative", "random", "flq"] {
        let scene = Scene4::with(engine, |server| {
            server["subnet4"][1]["pools"] = json!([{ "pool": "10.1.2.1-10.1.2.5" }]);
            server["subnet4"][1]["allocator"] = json!(allocator);
            server["subnet4"][1]["reservations"] = reserved(own);
        });
        let others = [11, 12, 13, 14].map(|n| Client::new(n).lease(&scene.relay));
        assert!(!others.contains(&own), "{allocator}: {others:?}");
        scene
            .relay
            .ask_in_vain(&mut Client::new(15).message(Discover));
        assert_eq!(Client::new(2).lease(&scene.relay), own, "{allocator}");
    }
}

fn an_address_that_two_hosts_share_is_one_ones_at_a_time(engine: Engine) {
    let own = Ipv4Addr::new(10, 1, 9, 9);
    let scene = Scene4::with(engine, |server| {
        server["ip-reservations-unique"] = json!(false);
        server["subnet4"][1]["reservations"] = json!([
            { "hw-address": "02:00:00:00:00:01", "ip-address": own.to_string() },
            { "hw-address": "02:00:00:00:00:02", "ip-address": own.to_string() }
        ]);
    });
    assert_eq!(Client::new(1).lease(&scene.relay), own);
    assert_ne!(Client::new(2).lease(&scene.relay), own);
    assert_eq!(rows::of4(&scene.world.leases, own).hwaddr, "020000000001");
}

fn a_pool_that_is_mostly_reserved_serves_the_others_at_once(engine: Engine) {
    for allocator in ["iterative", "random", "flq"] {
        let scene = Scene4::with(engine, |server| {
            server["subnet4"][1]["pools"] = json!([{ "pool": "10.1.2.1-10.1.2.202" }]);
            server["subnet4"][1]["allocator"] = json!(allocator);
            let hosts = (1..=200).map(|n| {
                json!({ "hw-address": format!("02:ff:00:00:00:{n:02x}"), "ip-address": format!("10.1.2.{n}") })
            });
            server["subnet4"][1]["reservations"] = hosts.collect();
        });
        let mut given = [1, 2].map(|n| Client::new(n).lease(&scene.relay).octets()[3]);
        given.sort_unstable();
        assert_eq!(given, [201, 202], "{allocator}");
    }
}

fn a_cached_lease_gives_way_to_a_reservation(engine: Engine) {
    let caches = |server: &mut Value| server["cache-max-age"] = json!(5000);
    let scene = Scene4::with(engine, caches);
    let client = Client::new(2);
    let address = client.lease(&scene.relay);
    let own = Ipv4Addr::new(10, 1, 9, 77);
    reload(&scene, |server| {
        caches(server);
        server["subnet4"][1]["reservations"] = reserved(own);
    });
    let nak = scene.relay.ask(&mut client.having(Request, address));
    assert_eq!(nak.kind(), Nak);
    assert_eq!(client.lease(&scene.relay), own);
}
