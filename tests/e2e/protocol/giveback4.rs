//! RELEASE, DECLINE, the end of leases, and what is no query at all.

use std::net::Ipv4Addr;

use murre_tests::hand4::Client;
use murre_tests::rows::{self, DECLINED, DEFAULT, RECLAIMED};
use murre_tests::{Engine, Scene4, on_every_engine};
use murre_wire::dhcp4::MessageType::{self, Ack, Decline, Discover, Offer, Release, Request};
use murre_wire::dhcp4::{Builder, code};
use serde_json::json;

on_every_engine!(
    release_by_a_stranger_changes_nothing,
    a_released_lease_is_kept_for_its_client,
    a_declined_address_is_nobodys_until_its_probation_ends,
    broken_clients_give_back_without_naming_the_server,
    an_expired_lease_is_reclaimed_and_its_address_given_again,
    without_affinity_leases_that_ended_are_deleted,
    reclamation_that_falls_behind_is_told_of,
    what_is_no_query_is_counted_and_left_alone,
);

fn release(client: &Client, address: Ipv4Addr) -> Builder {
    let mut message = client.having(Release, address);
    message.option(code::SERVER_IDENTIFIER, &[192, 0, 2, 1]);
    message
}

fn decline(client: &Client, address: Ipv4Addr) -> Builder {
    let mut message = client.reboot(address);
    message.message_type(Decline);
    message.option(code::SERVER_IDENTIFIER, &[192, 0, 2, 1]);
    message
}

fn release_by_a_stranger_changes_nothing(engine: Engine) {
    let scene = Scene4::new(engine);
    let (owner, stranger) = (Client::new(1).with_id(b"\0one"), Client::new(2));
    let address = owner.lease(&scene.relay);
    let before = rows::lease4(&scene.world.leases);

    scene.ignored("not-held", &mut release(&stranger, address));
    scene.ignored(
        "not-held",
        &mut release(&stranger.clone().with_id(b"\0two"), address),
    );
    // The same card with another identifier is somebody else.
    scene.ignored(
        "not-held",
        &mut release(&owner.clone().with_id(b"\0two"), address),
    );
    scene.ignored("not-held", &mut decline(&stranger, address));
    // An address nobody has.
    scene.ignored(
        "not-held",
        &mut release(&owner, Ipv4Addr::new(10, 1, 99, 99)),
    );
    assert_eq!(rows::lease4(&scene.world.leases), before);
    assert_eq!(scene.counted().without_answer("not-held"), 5);
}

fn a_released_lease_is_kept_for_its_client(engine: Engine) {
    let scene = Scene4::new(engine);
    let client = Client::new(1);
    let address = client.lease(&scene.relay);
    scene.ignored("released", &mut release(&client, address));
    assert_eq!(rows::of4(&scene.world.leases, address).state, RECLAIMED);

    assert_eq!(client.lease(&scene.relay), address);
    assert_eq!(rows::of4(&scene.world.leases, address).state, DEFAULT);
}

fn a_declined_address_is_nobodys_until_its_probation_ends(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["decline-probation-period"] = json!(3);
        server["expired-leases-processing"] = json!({ "reclaim-timer-wait-time": 1 });
    });
    let client = Client::new(1);
    let address = client.lease(&scene.relay);
    scene.ignored("declined", &mut decline(&client, address));
    let row = rows::of4(&scene.world.leases, address);
    assert_eq!((row.state, row.hwaddr.as_str()), (DECLINED, ""));
    let mark = scene.worker.mark();

    // Neither its finder nor anybody who asks for it gets it.
    assert_ne!(client.lease(&scene.relay), address);
    let mut wish = Client::new(2).message(Discover);
    wish.option(code::REQUESTED_ADDRESS, &address.octets());
    assert_ne!(scene.relay.ask(&mut wish).yiaddr(), address);
    let taken = scene
        .relay
        .ask(&mut Client::new(2).having(Request, address));
    assert_eq!(taken.kind(), MessageType::Nak);

    scene.worker.says_after(mark, &format!("{address} expired"));
    let mut wish = Client::new(3).message(Discover);
    wish.option(code::REQUESTED_ADDRESS, &address.octets());
    let offer = scene.relay.ask(&mut wish);
    assert_eq!((offer.kind(), offer.yiaddr()), (Offer, address));
    let ack = scene.relay.ask(&mut Client::new(3).take(&offer));
    assert_eq!((ack.kind(), ack.yiaddr()), (Ack, address));
}

fn an_expired_lease_is_reclaimed_and_its_address_given_again(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["valid-lifetime"] = json!(1);
        server["subnet4"][1]["pools"] = json!([{ "pool": "10.1.2.1/32" }]);
        server["expired-leases-processing"] = json!({ "reclaim-timer-wait-time": 1 });
    });
    let address = Client::new(1).lease(&scene.relay);
    scene.worker.says(&format!("{address} expired"));
    let row = rows::of4(&scene.world.leases, address);
    assert_eq!(row.state, RECLAIMED);
    assert_eq!(Client::new(2).lease(&scene.relay), address);
}

fn broken_clients_give_back_without_naming_the_server(engine: Engine) {
    let scene = Scene4::new(engine);
    let client = Client::new(1);
    let address = client.lease(&scene.relay);
    scene.ignored("released", &mut client.having(Release, address));
    assert_eq!(rows::of4(&scene.world.leases, address).state, RECLAIMED);
    assert_eq!(client.lease(&scene.relay), address);
    let mut found_in_use = client.reboot(address);
    found_in_use.message_type(Decline);
    scene.ignored("declined", &mut found_in_use);
    assert_eq!(rows::of4(&scene.world.leases, address).state, DECLINED);
}

fn without_affinity_leases_that_ended_are_deleted(engine: Engine) {
    for off in ["hold-reclaimed-time", "flush-reclaimed-timer-wait-time"] {
        let scene = Scene4::with(engine, |server| {
            server["expired-leases-processing"] = json!({ "reclaim-timer-wait-time": 1, off: 0 });
            server["subnet4"][1]["valid-lifetime"] = json!(1);
        });
        let client = Client::new(1);
        let address = client.lease(&scene.relay);
        scene.ignored("released", &mut release(&client, address));
        assert_eq!(rows::lease4(&scene.world.leases), []);
        let address = client.lease(&scene.relay);
        scene.worker.says(&format!("{address} expired"));
        assert_eq!(rows::lease4(&scene.world.leases), []);
    }
}

fn reclamation_that_falls_behind_is_told_of(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["valid-lifetime"] = json!(1);
        server["expired-leases-processing"] = json!({
            "reclaim-timer-wait-time": 1, "max-reclaim-leases": 1, "unwarned-reclaim-cycles": 2,
        });
    });
    for number in 1..=4 {
        Client::new(number).lease(&scene.relay);
    }
    let line = scene.worker.says("ALLOC_ENGINE_V4_LEASES_RECLAMATION_SLOW");
    assert!(
        line.contains(" 2 cycles") && line.contains("max-reclaim-leases"),
        "{line}"
    );
}

fn what_is_no_query_is_counted_and_left_alone(engine: Engine) {
    let scene = Scene4::new(engine);
    let client = Client::new(1);
    let bootp = || Builder::bootp_request(7, &client.mac);
    scene.ignored("bootp", &mut bootp());
    scene.worker.says("DHCP4_PACKET_DROP_0009");
    for kind in [Offer, Ack, MessageType::Nak, MessageType::from_u8(99)] {
        scene.ignored("unsupported-type", &mut client.message(kind));
    }
    // A DISCOVER that names a server, a RELEASE of nothing, a DECLINE of nothing.
    let mut discover = client.message(Discover);
    discover.option(code::SERVER_IDENTIFIER, &[192, 0, 2, 1]);
    scene.ignored("insane", &mut discover);
    scene.ignored("insane", &mut client.message(Release));
    scene.ignored("insane", &mut client.message(Decline));
    // Nobody can be told from others without a hardware address and an identifier.
    let mut nobody = Builder::request(Discover, 8, &[]);
    scene.ignored("insane", &mut nobody);
    // An answer instead of a question.
    let mut reply = client
        .message(Discover)
        .finish(murre_wire::dhcp4::MIN_MAX_SIZE);
    reply[0] = 2;
    let mark = scene.worker.mark();
    scene.relay.send_raw(&reply);
    scene.worker.says_after(mark, ": not-a-query");

    assert_eq!(rows::lease4(&scene.world.leases), []);
    let counted = scene.counted();
    let of = |reason| counted.without_answer(reason);
    assert_eq!((of("bootp"), of("unsupported-type")), (1, 4));
    assert_eq!((of("insane"), of("not-a-query")), (4, 1));
    assert_eq!(counted.answers, 0);
}
