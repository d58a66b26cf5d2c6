//! Who a client is: by its identifier, by its card.

use murre_tests::hand4::Client;
use murre_tests::rows;
use murre_tests::{Engine, Scene4, config, on_every_engine};
use murre_wire::dhcp4::MessageType::{Ack, Discover, Request};
use murre_wire::dhcp4::{Builder, code};
use serde_json::json;

on_every_engine!(
    an_identifier_tells_clients_of_one_card_apart_and_follows_its_client_to_another,
    without_match_client_id_the_card_alone_counts,
    clients_without_a_card_are_told_apart_by_their_identifiers,
    a_boot_loader_without_identifier_does_not_cost_its_system_the_lease,
    a_lease_stays_its_cards_when_match_client_id_is_switched_off,
    the_identifier_is_echoed_unless_switched_off,
);

fn an_identifier_tells_clients_of_one_card_apart_and_follows_its_client_to_another(engine: Engine) {
    let scene = Scene4::new(engine);
    let (one, two) = (
        Client::new(1).with_id(b"\0a"),
        Client::new(1).with_id(b"\0b"),
    );
    let (first, second) = (one.lease(&scene.relay), two.lease(&scene.relay));
    assert_ne!(first, second);

    let elsewhere = Client::new(9).with_id(b"\0a");
    assert_eq!(elsewhere.lease(&scene.relay), first);
    let row = rows::of4(&scene.world.leases, first);
    assert_eq!(
        (row.hwaddr.as_str(), row.client_id.as_str()),
        ("020000000009", "0061")
    );
    assert_eq!(rows::lease4(&scene.world.leases).len(), 2);

    // Without an identifier at first (a boot loader), with one later (the system).
    let loader = Client::new(3).lease(&scene.relay);
    assert_eq!(Client::new(3).with_id(b"\0c").lease(&scene.relay), loader);
}

fn without_match_client_id_the_card_alone_counts(engine: Engine) {
    let scene = Scene4::with(engine, |server| server["match-client-id"] = json!(false));
    let first = Client::new(1).with_id(b"\0a").lease(&scene.relay);
    assert_eq!(Client::new(1).with_id(b"\0b").lease(&scene.relay), first);
    assert_eq!(Client::new(1).lease(&scene.relay), first);
    assert_ne!(Client::new(2).with_id(b"\0a").lease(&scene.relay), first);
    let row = rows::of4(&scene.world.leases, first);
    assert_eq!(
        (row.hwaddr.as_str(), row.client_id.as_str()),
        ("020000000001", "")
    );
    assert_eq!(rows::lease4(&scene.world.leases).len(), 2);
}

fn clients_without_a_card_are_told_apart_by_their_identifiers(engine: Engine) {
    let scene = Scene4::with(engine, |server| server["match-client-id"] = json!(false));
    let lease = |id: &[u8]| {
        let message = |kind| {
            let mut message = Builder::request(kind, 0x6000_0000 + u32::from(id[1]), &[]);
            message.htype(32).option(code::CLIENT_IDENTIFIER, id);
            message
        };
        let offer = scene.relay.ask(&mut message(Discover));
        let mut request = message(Request);
        request.option(code::REQUESTED_ADDRESS, &offer.yiaddr().octets());
        request.option(
            code::SERVER_IDENTIFIER,
            &offer.option(code::SERVER_IDENTIFIER),
        );
        let ack = scene.relay.ask(&mut request);
        assert_eq!(ack.kind(), Ack);
        ack.yiaddr()
    };
    let first = lease(b"\0a");
    assert_ne!(lease(b"\0b"), first);
    assert_eq!(lease(b"\0a"), first);
}

fn a_boot_loader_without_identifier_does_not_cost_its_system_the_lease(engine: Engine) {
    let scene = Scene4::new(engine);
    let (system, loader) = (Client::new(1).with_id(b"\0a"), Client::new(1));
    let first = system.lease(&scene.relay);
    let booted = loader.lease(&scene.relay);
    assert_ne!(booted, first);
    let ack = scene.relay.ask(&mut system.reboot(first));
    assert_eq!((ack.kind(), ack.yiaddr()), (Ack, first));
    assert_eq!(system.lease(&scene.relay), first);
    // It may take over what its loader had; its own lease ends then.
    let offer = scene.relay.ask(&mut loader.message(Discover));
    assert_eq!(offer.yiaddr(), booted);
    let ack = scene.relay.ask(&mut system.take(&offer));
    assert_eq!((ack.kind(), ack.yiaddr()), (Ack, booted));
    assert_eq!(rows::lease4(&scene.world.leases).len(), 1);
}

fn a_lease_stays_its_cards_when_match_client_id_is_switched_off(engine: Engine) {
    let scene = Scene4::new(engine);
    let address = Client::new(1).with_id(b"\0a").lease(&scene.relay);
    let mut config = config::only4(&scene.world.leases);
    config["Dhcp4"]["match-client-id"] = json!(false);
    let mark = scene.worker.mark();
    scene.worker.reload(&config.to_string());
    scene
        .worker
        .says_after(mark, "DHCP4_DYNAMIC_RECONFIGURATION_SUCCESS");
    assert_eq!(Client::new(1).with_id(b"\0b").lease(&scene.relay), address);
    let row = rows::of4(&scene.world.leases, address);
    assert_eq!(
        (row.hwaddr.as_str(), row.client_id.as_str()),
        ("020000000001", "")
    );
    assert_eq!(rows::lease4(&scene.world.leases).len(), 1);
}

fn the_identifier_is_echoed_unless_switched_off(engine: Engine) {
    let client = Client::new(1).with_id(b"\0a");
    let echoed = |scene: &Scene4| {
        let offer = scene.relay.ask(&mut client.message(Discover));
        let ack = scene.relay.ask(&mut client.take(&offer));
        [offer, ack].map(|answer| answer.get(code::CLIENT_IDENTIFIER))
    };
    let with = Some(b"\0a".to_vec());
    assert_eq!(echoed(&Scene4::new(engine)), [with.clone(), with]);
    let silent = Scene4::with(engine, |server| server["echo-client-id"] = json!(false));
    assert_eq!(echoed(&silent), [None, None]);
}
