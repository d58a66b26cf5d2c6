//! Clients without an address, on the server's own link: whom the frames are sent to.

use std::net::Ipv4Addr;

use murre_tests::card::Card;
use murre_tests::hand4::Client;
use murre_tests::{Engine, Worker, World, config, on_every_engine};
use murre_wire::dhcp4::FLAG_BROADCAST;
use murre_wire::dhcp4::MessageType::{Ack, Discover, Nak, Offer};
use serde_json::json;

on_every_engine!(
    a_client_without_an_address_is_answered_at_its_card_or_by_broadcast_if_it_says_so,
    a_refusal_is_broadcast,
    a_link_is_known_by_the_servers_own_address,
);

const EVERY_CARD: [u8; 6] = [0xff; 6];

fn a_client_without_an_address_is_answered_at_its_card_or_by_broadcast_if_it_says_so(
    engine: Engine,
) {
    let world = World::direct(engine);
    let _worker = Worker::start(&world.server, &config::only4(&world.leases));
    let mut card = Card::new(&world.client);
    let client = Client::new(1);

    let offer = card.ask(&client.message(Discover));
    assert_eq!(offer.answer.kind(), Offer);
    assert_eq!(offer.card, client.mac);
    assert_eq!(offer.destination, (offer.answer.yiaddr(), 68));
    assert_eq!(offer.source, (Ipv4Addr::new(192, 0, 2, 1), 67));
    let ack = card.ask(&client.take(&offer.answer));
    assert_eq!(ack.answer.kind(), Ack);
    assert_eq!((ack.card, ack.destination), (offer.card, offer.destination));

    let deaf = Client::new(2);
    let mut discover = deaf.message(Discover);
    discover.flags(FLAG_BROADCAST);
    let offer = card.ask(&discover);
    let mut request = deaf.take(&offer.answer);
    request.flags(FLAG_BROADCAST);
    let ack = card.ask(&request);
    for frame in [offer, ack] {
        assert_eq!(frame.card, EVERY_CARD);
        assert_eq!(frame.destination, (Ipv4Addr::BROADCAST, 68));
        assert_eq!(frame.answer.message().flags(), FLAG_BROADCAST);
    }
}

fn a_refusal_is_broadcast(engine: Engine) {
    let world = World::direct(engine);
    let mut config = config::only4(&world.leases);
    config["Dhcp4"]["authoritative"] = json!(true);
    let _worker = Worker::start(&world.server, &config);
    let mut card = Card::new(&world.client);
    let nak = card.ask(&Client::new(1).reboot(Ipv4Addr::new(203, 0, 113, 5)));
    assert_eq!(nak.answer.kind(), Nak);
    assert_eq!(nak.card, EVERY_CARD);
    assert_eq!(nak.destination, (Ipv4Addr::BROADCAST, 68));
}

fn a_link_is_known_by_the_servers_own_address(engine: Engine) {
    let world = World::direct(engine);
    let mut config = config::only4(&world.leases);
    let subnets = config["Dhcp4"]["subnet4"].as_array_mut().unwrap();
    subnets[0].as_object_mut().unwrap().remove("interface");
    let worker = Worker::start(&world.server, &config);
    let mut card = Card::new(&world.client);
    let offer = card.ask(&Client::new(1).message(Discover));
    assert_eq!(offer.answer.yiaddr().octets()[..3], [192, 0, 2]);

    // No subnet holds it now.
    config["Dhcp4"]["subnet4"].as_array_mut().unwrap().remove(0);
    let mark = worker.mark();
    worker.reload(&config.to_string());
    worker.says_after(mark, "DHCP4_DYNAMIC_RECONFIGURATION_SUCCESS");
    card.send(&Client::new(1).message(Discover));
    worker.says_after(mark, ": no-subnet");
}
