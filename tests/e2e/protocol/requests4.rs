//! DISCOVER and REQUEST in all states of a client.

use std::net::Ipv4Addr;

use murre_tests::hand4::{Client, Relay};
use murre_tests::rows::{self, DEFAULT};
use murre_tests::{Engine, Scene4, on_every_engine, world};
use murre_wire::dhcp4::MessageType::{Ack, Discover, Inform, Nak, Offer, Request};
use murre_wire::dhcp4::{FLAG_BROADCAST, code};
use serde_json::json;

on_every_engine!(
    an_offer_is_kept_by_asking_again_and_written_only_when_taken,
    a_free_address_asked_for_is_given_and_no_other,
    a_request_to_another_server_is_left_to_it,
    a_client_that_reboots_is_confirmed_refused_or_left_to_others,
    an_authoritative_server_refuses_whom_it_does_not_know,
    a_client_renews_by_unicast_and_rebinds_by_broadcast,
    a_client_behind_a_router_renews_although_no_relay_sees_it,
    an_unknown_lease_is_renewed_where_the_address_is_free_and_refused_elsewhere,
    an_exhausted_pool_answers_nobody_new_until_an_address_is_given_back,
    a_client_of_no_subnet_is_not_answered,
    an_offer_with_a_lifetime_is_a_row_and_becomes_a_lease,
    an_offer_does_not_shorten_or_end_a_lease,
);

/// In the pool of subnet 2.
fn pool(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 1, 2, last)
}

fn an_offer_is_kept_by_asking_again_and_written_only_when_taken(engine: Engine) {
    let scene = Scene4::new(engine);
    let client = Client::new(1);
    let first = scene.relay.ask(&mut client.message(Discover));
    let second = scene.relay.ask(&mut client.message(Discover));
    assert_eq!((first.kind(), second.kind()), (Offer, Offer));
    assert_eq!(first.yiaddr(), second.yiaddr());
    assert_eq!(rows::lease4(&scene.world.leases), []);

    let ack = scene.relay.ask(&mut client.take(&second));
    assert_eq!((ack.kind(), ack.yiaddr()), (Ack, second.yiaddr()));
    let row = rows::of4(&scene.world.leases, ack.yiaddr());
    assert_eq!((row.state, row.subnet_id), (DEFAULT, 2));
    assert_eq!(row.hwaddr, "020000000001");

    // What a client has it is offered, and nothing changes by it.
    let again = scene.relay.ask(&mut client.message(Discover));
    assert_eq!(again.yiaddr(), ack.yiaddr());
    assert_eq!(rows::lease4(&scene.world.leases), [row]);
}

fn a_free_address_asked_for_is_given_and_no_other(engine: Engine) {
    let scene = Scene4::new(engine);
    let wishing = |number, address: Ipv4Addr| {
        let client = Client::new(number);
        let mut discover = client.message(Discover);
        discover.option(code::REQUESTED_ADDRESS, &address.octets());
        let offer = scene.relay.ask(&mut discover);
        scene.relay.ask(&mut client.take(&offer)).yiaddr()
    };
    assert_eq!(wishing(1, pool(1)), pool(1));
    // Held by the first; outside of the pool; of another subnet.
    let others = [
        pool(1),
        Ipv4Addr::new(10, 200, 0, 1),
        Ipv4Addr::new(192, 0, 2, 150),
    ];
    for (number, address) in (2..).zip(others) {
        let given = wishing(number, address);
        assert_ne!(given, address);
        assert_eq!(given.octets()[0], 10);
    }
}

fn a_request_to_another_server_is_left_to_it(engine: Engine) {
    let scene = Scene4::new(engine);
    let client = Client::new(1);
    let offer = scene.relay.ask(&mut client.message(Discover));
    let mut elsewhere = client.message(Request);
    elsewhere.option(code::REQUESTED_ADDRESS, &offer.yiaddr().octets());
    elsewhere.option(code::SERVER_IDENTIFIER, &[203, 0, 113, 9]);
    scene.ignored("other-server", &mut elsewhere);
    assert_eq!(rows::lease4(&scene.world.leases), []);
    assert_eq!(scene.counted().without_answer("other-server"), 1);
}

fn a_client_that_reboots_is_confirmed_refused_or_left_to_others(engine: Engine) {
    let scene = Scene4::new(engine);
    let client = Client::new(1);
    let address = client.lease(&scene.relay);
    let before = rows::of4(&scene.world.leases, address);

    let ack = scene.relay.ask(&mut client.reboot(address));
    assert_eq!((ack.kind(), ack.yiaddr()), (Ack, address));
    let wrong = [
        pool(77),
        Ipv4Addr::new(192, 0, 2, 150),
        Ipv4Addr::new(203, 0, 113, 5),
    ];
    for wrong in wrong.into_iter().filter(|wrong| *wrong != address) {
        let nak = scene.relay.ask(&mut client.reboot(wrong));
        assert_eq!((nak.kind(), nak.yiaddr()), (Nak, Ipv4Addr::UNSPECIFIED));
        // The relay is to broadcast it: the client's address is not one of this link.
        assert_eq!(nak.message().flags() & FLAG_BROADCAST, FLAG_BROADCAST);
        assert_eq!(nak.get(code::LEASE_TIME), None);
    }
    let after = rows::of4(&scene.world.leases, address);
    assert_eq!((after.hwaddr, after.state), (before.hwaddr, DEFAULT));

    // Another server may know a client that this one does not.
    for asked in [pool(5), address, Ipv4Addr::new(192, 0, 2, 150)] {
        scene.ignored("unknown-client", &mut Client::new(2).reboot(asked));
    }
    assert_eq!(rows::lease4(&scene.world.leases).len(), 1);
}

fn an_authoritative_server_refuses_whom_it_does_not_know(engine: Engine) {
    let scene = Scene4::with(engine, |server| server["authoritative"] = json!(true));
    for asked in [pool(5), Ipv4Addr::new(203, 0, 113, 5)] {
        let nak = scene.relay.ask(&mut Client::new(1).reboot(asked));
        assert_eq!(nak.kind(), Nak);
    }
    assert_eq!(rows::lease4(&scene.world.leases), []);
}

fn a_client_renews_by_unicast_and_rebinds_by_broadcast(engine: Engine) {
    let scene = Scene4::new(engine);
    let (leases, namespace) = (&scene.world.leases, &scene.world.client);
    // On the server's own link this time: its subnet is known by the client's address.
    let own = Ipv4Addr::new(192, 0, 2, 150);
    let client = Client::of(namespace);
    namespace.add_address("cli0", "192.0.2.150/24");
    let unicast = Relay::none(namespace, own, world::SERVER4);
    let mut request = client.having(Request, own);
    let first = unicast.ask(&mut request);
    assert_eq!((first.kind(), first.yiaddr()), (Ack, own));
    assert_eq!(first.message().ciaddr(), own);
    let row = rows::of4(leases, own);

    drop(unicast);
    let broadcast = Relay::none(namespace, own, "255.255.255.255");
    let mut rebinding = client.having(Request, own);
    let second = broadcast.ask(&mut rebinding);
    assert_eq!((second.kind(), second.yiaddr()), (Ack, own));
    let extended = rows::of4(leases, own);
    assert!(extended.expire >= row.expire);
    assert_eq!(rows::lease4(leases).len(), 1);
}

/// The frame of the answer is for the router, and not for a card on another link.
fn a_client_behind_a_router_renews_although_no_relay_sees_it(engine: Engine) {
    let scene = Scene4::new(engine);
    let client = Client::new(1);
    let address = client.lease(&scene.relay);
    let router = &scene.world.client;
    router.add_address("cli0", &format!("{address}/32"));
    let routed = Relay::none(router, address, world::SERVER4);
    for kind in [Request, Inform] {
        let answer = routed.ask(&mut client.having(kind, address));
        assert_eq!(answer.kind(), Ack);
    }
}

fn an_unknown_lease_is_renewed_where_the_address_is_free_and_refused_elsewhere(engine: Engine) {
    let scene = Scene4::new(engine);
    let leases = &scene.world.leases;
    let ack = scene
        .relay
        .ask(&mut Client::new(1).having(Request, pool(9)));
    assert_eq!((ack.kind(), ack.yiaddr()), (Ack, pool(9)));
    let row = rows::of4(leases, pool(9));

    let stranger = scene
        .relay
        .ask(&mut Client::new(2).having(Request, pool(9)));
    assert_eq!(stranger.kind(), Nak);
    // Outside of the pools it may be another server's, but not where the client has a lease of ours.
    let outside = Ipv4Addr::new(10, 200, 0, 1);
    let message = &mut Client::new(3).having(Request, outside);
    scene.ignored("unknown-address", message);
    let known = scene
        .relay
        .ask(&mut Client::new(1).having(Request, outside));
    assert_eq!(known.kind(), Nak);
    assert_eq!(rows::lease4(leases), [row]);
}

fn an_exhausted_pool_answers_nobody_new_until_an_address_is_given_back(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["subnet4"][1]["pools"] = json!([{ "pool": "10.1.2.1-10.1.2.2" }]);
    });
    let held = [1, 2].map(|number| Client::new(number).lease(&scene.relay));
    let late = Client::new(3);
    scene.ignored("no-address", &mut late.message(Discover));
    scene.worker.says("ALLOC_ENGINE_V4_ALLOC_FAIL");
    // Who has a lease keeps it.
    assert_eq!(Client::new(1).lease(&scene.relay), held[0]);

    let mark = scene.worker.mark();
    let mut release = Client::new(2).having(murre_wire::dhcp4::MessageType::Release, held[1]);
    release.option(code::SERVER_IDENTIFIER, &[192, 0, 2, 1]);
    scene.relay.send(&mut release);
    scene.worker.says_after(mark, "was given back");
    assert_eq!(late.lease(&scene.relay), held[1]);
    assert_eq!(scene.counted().without_answer("no-address"), 1);
}

fn a_client_of_no_subnet_is_not_answered(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["subnet4"].as_array_mut().unwrap().truncate(1);
    });
    scene.ignored("no-subnet", &mut Client::new(1).message(Discover));
    scene.worker.says("DHCP4_PACKET_DROP_0002");
    assert_eq!(scene.counted().without_answer("no-subnet"), 1);
}

fn an_offer_with_a_lifetime_is_a_row_and_becomes_a_lease(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["offer-lifetime"] = json!(300);
        server["subnet4"][1]["offer-lifetime"] = json!(40);
    });
    let client = Client::new(1);
    let offer = scene.relay.ask(&mut client.message(Discover));
    assert_eq!(
        offer.option(code::LEASE_TIME),
        murre_tests::config::VALID.to_be_bytes()
    );
    let row = rows::of4(&scene.world.leases, offer.yiaddr());
    assert_eq!(
        (row.state, row.valid, row.hwaddr.as_str()),
        (DEFAULT, 40, "020000000001")
    );
    // It is nobody else's, and the client is offered it again.
    let mut other = Client::new(2).message(Discover);
    other.option(code::REQUESTED_ADDRESS, &offer.yiaddr().octets());
    assert_ne!(scene.relay.ask(&mut other).yiaddr(), offer.yiaddr());
    let again = scene.relay.ask(&mut client.message(Discover));
    assert_eq!(again.yiaddr(), offer.yiaddr());
    assert_eq!(rows::lease4(&scene.world.leases).len(), 2);

    let ack = scene.relay.ask(&mut client.take(&again));
    assert_eq!((ack.kind(), ack.yiaddr()), (Ack, offer.yiaddr()));
    let row = rows::of4(&scene.world.leases, offer.yiaddr());
    assert_eq!(
        (row.state, row.valid),
        (DEFAULT, murre_tests::config::VALID)
    );
}

fn an_offer_does_not_shorten_or_end_a_lease(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["subnet4"][1]["offer-lifetime"] = json!(40);
    });
    let client = Client::new(1);
    let address = client.lease(&scene.relay);
    let before = rows::lease4(&scene.world.leases);
    assert_eq!(before[0].valid, murre_tests::config::VALID);
    let mut other = client.message(Discover);
    other.option(code::REQUESTED_ADDRESS, &pool(77).octets());
    assert_eq!(scene.relay.ask(&mut other).yiaddr(), address);
    assert_eq!(rows::lease4(&scene.world.leases), before);
}
