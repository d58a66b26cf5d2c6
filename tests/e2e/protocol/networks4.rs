//! Shared networks on every engine: leases of several subnets are one client's, one at a time.

use std::net::Ipv4Addr;

use murre_tests::hand4::{Client, Relay};
use murre_tests::world::{RELAY4, SERVER4};
use murre_tests::{Engine, Scene4, on_every_engine, rows};
use murre_wire::dhcp4::MessageType::{Ack, Discover, Nak, Release, Request};
use murre_wire::dhcp4::code;
use serde_json::json;

on_every_engine!(
    a_pool_of_several_subnets_is_one_pool,
    a_full_subnet_spills_over_into_the_next_and_nobody_has_two_leases,
    a_client_of_another_class_leaves_its_lease_in_the_subnet_it_may_use_no_more,
    what_was_given_back_in_any_subnet_is_given_again,
    an_offer_that_another_grant_has_overtaken_does_not_make_a_second_lease,
    clients_for_all_addresses_get_one_each_in_all_subnets,
);

/// A relay in a network of a subnet with two addresses and one with more.
fn scene(engine: Engine) -> (Scene4, Relay) {
    let scene = Scene4::with(engine, |server| {
        server["client-classes"] = json!([
            { "name": "modem", "test": "option[60].hex == 'modem'" },
            { "name": "other", "test": "not member('modem')" }
        ]);
        server["shared-networks"] = json!([
            { "name": "spill", "subnet4": [
                { "id": 11, "subnet": "10.11.0.0/16", "pools": [ { "pool": "10.11.0.1-10.11.0.2" } ], "valid-lifetime": 500 },
                { "id": 12, "subnet": "10.12.0.0/16", "pools": [ { "pool": "10.12.0.1-10.12.0.30" } ], "valid-lifetime": 600 } ] },
            { "name": "cable", "relay": { "ip-addresses": [ RELAY4 ] }, "subnet4": [
                { "id": 13, "subnet": "10.13.0.0/16", "client-class": "modem", "pools": [ { "pool": "10.13.0.1-10.13.0.9" } ] },
                { "id": 14, "subnet": "10.14.0.0/16", "client-class": "other", "pools": [ { "pool": "10.14.0.1-10.14.0.9" } ] } ] }
        ]);
    });
    let world = &scene.world;
    world.client.add_address("cli0", "10.11.0.99/32");
    world
        .server
        .ip(&["route", "replace", "10.11.0.99", "via", "192.0.2.2"]);
    let relay = Relay::at(&world.client, "10.11.0.99", SERVER4);
    (scene, relay)
}

fn subnets(scene: &Scene4) -> Vec<(Ipv4Addr, u32)> {
    let rows = rows::lease4(&scene.world.leases).into_iter();
    rows.map(|row| (row.address, row.subnet_id)).collect()
}

fn a_full_subnet_spills_over_into_the_next_and_nobody_has_two_leases(engine: Engine) {
    let (scene, relay) = scene(engine);
    let leases: Vec<_> = (1..=4).map(|n| Client::new(n).lease(&relay)).collect();
    let second = leases.iter().filter(|a| a.octets()[1] == 12).count();
    assert_eq!(second, 2, "{leases:?}");
    let ack = relay.ask(&mut Client::new(4).having(Request, leases[3]));
    assert_eq!((ack.kind(), ack.yiaddr()), (Ack, leases[3]));
    assert_eq!(ack.seconds(code::LEASE_TIME), Some(600));
    // One that takes an address of the other subnet gives up its own.
    let ack = relay.ask(&mut Client::new(1).having(Request, Ipv4Addr::new(10, 12, 0, 30)));
    assert_eq!(ack.kind(), Ack);
    let of_first = rows::lease4(&scene.world.leases);
    let live = of_first
        .iter()
        .filter(|row| row.hwaddr == "020000000001" && row.state == 0);
    assert_eq!(live.count(), 1);
    assert_eq!(Client::new(5).lease(&relay), leases[0], "it is free again");
}

fn a_client_of_another_class_leaves_its_lease_in_the_subnet_it_may_use_no_more(engine: Engine) {
    let (scene, _) = scene(engine);
    let client = Client::new(1);
    let as_modem = |message: &mut murre_wire::dhcp4::Builder| {
        message.option(code::VENDOR_CLASS_IDENTIFIER, b"modem");
    };
    let mut discover = client.message(Discover);
    as_modem(&mut discover);
    let offer = scene.relay.ask(&mut discover);
    let mut request = client.take(&offer);
    as_modem(&mut request);
    let modem = scene.relay.ask(&mut request).yiaddr();
    assert_eq!(modem.octets()[1], 13);
    let refused = scene.relay.ask(&mut client.having(Request, modem));
    assert_eq!(refused.kind(), Nak);
    let other = client.lease(&scene.relay);
    assert_eq!(other.octets()[1], 14);
    assert_eq!(subnets(&scene), [(other, 14)], "the lease as a modem ended");
}

fn an_offer_that_another_grant_has_overtaken_does_not_make_a_second_lease(engine: Engine) {
    let (scene, relay) = scene(engine);
    let live = || {
        let rows = rows::lease4(&scene.world.leases).into_iter();
        let live = rows.filter(|row| row.state == 0);
        live.map(|row| row.address).collect::<Vec<_>>()
    };
    let client = Client::new(1);
    let offered = relay.ask(&mut client.message(Discover));
    let mut taken = client.take(&offered);
    let offered = offered.yiaddr();
    // Another one of the network first, then what was offered, then that first one once more.
    let other = Ipv4Addr::new(10, 12, 0, 30);
    for (mut request, address) in [
        (client.having(Request, other), other),
        (taken.clone(), offered),
        (client.having(Request, other), other),
        (taken.clone(), offered),
    ] {
        assert_eq!(relay.ask(&mut request).kind(), Ack);
        assert_eq!(live(), [address]);
    }
    let again = relay.ask(&mut taken);
    assert_eq!((again.kind(), live()), (Ack, vec![offered]));
    // A boot loader and its system are one client by their card.
    let as_system = |message: &mut murre_wire::dhcp4::Builder| {
        message.option(code::CLIENT_IDENTIFIER, b"\x00system");
    };
    let card = Client::new(2);
    let mut discover = card.message(Discover);
    as_system(&mut discover);
    let mut system = card.take(&relay.ask(&mut discover));
    as_system(&mut system);
    let loader = relay.ask(&mut card.having(Request, Ipv4Addr::new(10, 12, 0, 29)));
    assert_eq!(loader.kind(), Ack);
    let system = relay.ask(&mut system).yiaddr();
    let mut expected = [offered, system];
    expected.sort_unstable();
    assert_eq!(live(), expected);
}

fn what_was_given_back_in_any_subnet_is_given_again(engine: Engine) {
    let (scene, relay) = scene(engine);
    let leases: Vec<_> = (1..=32).map(|n| Client::new(n).lease(&relay)).collect();
    relay.ask_in_vain(&mut Client::new(33).message(Discover));
    for given_back in [leases[0], leases[31]] {
        let holder = leases
            .iter()
            .position(|lease| *lease == given_back)
            .unwrap();
        let mark = scene.worker.mark();
        relay.send(&mut Client::new(holder as u32 + 1).having(Release, given_back));
        scene.worker.says_after(mark, "was given back");
        let next = Client::new(100 + holder as u32);
        assert_eq!(next.lease(&relay), given_back);
    }
}

fn clients_for_all_addresses_get_one_each_in_all_subnets(engine: Engine) {
    let (scene, relay) = scene(engine);
    let leases: std::collections::BTreeSet<_> =
        (1..=32).map(|n| Client::new(n).lease(&relay)).collect();
    assert_eq!(leases.len(), 32);
    assert_eq!(subnets(&scene).len(), 32);
}

fn a_pool_of_several_subnets_is_one_pool(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        let pools = json!([{ "pool": "10.1.0.1-10.1.0.2" }]);
        server["subnet4"][1]["pools"] = pools.clone();
        let other = json!({
            "id": 3, "subnet": "10.0.0.0/7", "relay": { "ip-addresses": ["10.0.0.9"] }, "pools": pools
        });
        server["subnet4"].as_array_mut().unwrap().push(other);
    });
    scene.world.client.add_address("cli0", "10.0.0.9/8");
    let beyond = Relay::at(&scene.world.client, "10.0.0.9", "192.0.2.1");
    let moving = Client::new(1);
    let address = moving.lease(&scene.relay);
    assert_eq!(subnets(&scene), [(address, 2)]);
    // Whoever is in the other subnet gets what is left.
    let left = Client::new(2).lease(&beyond);
    assert_ne!(left, address);
    beyond.ask_in_vain(&mut Client::new(3).message(Discover));
    // The address goes with its client.
    let ack = beyond.ask(&mut moving.having(Request, address));
    assert_eq!((ack.kind(), ack.yiaddr()), (Ack, address));
    let mut expected = [(address, 3), (left, 3)];
    expected.sort_unstable();
    assert_eq!(subnets(&scene), expected);
}
