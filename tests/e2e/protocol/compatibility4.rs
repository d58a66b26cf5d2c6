//! Flags by which standards are not kept (manual dhcp4-srv.rst:8190-8276).

use std::net::Ipv4Addr;

use murre_tests::hand4::Client;
use murre_tests::{Engine, Scene4, on_every_engine};
use murre_wire::dhcp4::MessageType::{Ack, Discover, Offer, Request};
use murre_wire::dhcp4::code;
use serde_json::json;

on_every_engine!(
    addresses_at_the_ends_of_a_24_are_for_who_asks_for_them_alone,
    a_query_for_another_server_is_answered_where_that_is_wanted,
    the_relays_link_selection_is_not_looked_at_where_that_is_wanted,
);

fn addresses_at_the_ends_of_a_24_are_for_who_asks_for_them_alone(engine: Engine) {
    for allocator in ["iterative", "random", "flq"] {
        let scene = Scene4::with(engine, |server| {
            server["compatibility"] = json!({ "exclude-first-last-24": true });
            server["subnet4"][1]["pools"] = json!([{ "pool": "10.1.1.254-10.1.2.2" }]);
            server["subnet4"][1]["allocator"] = json!(allocator);
        });
        let mut given = [1, 2, 3].map(|n| Client::new(n).lease(&scene.relay).octets());
        given.sort_unstable();
        assert_eq!(
            given,
            [[10, 1, 1, 254], [10, 1, 2, 1], [10, 1, 2, 2]],
            "{allocator}"
        );
        let fourth = Client::new(4);
        scene.relay.ask_in_vain(&mut fourth.message(Discover));
        let end = Ipv4Addr::new(10, 1, 1, 255);
        let mut asking = fourth.message(Discover);
        asking.option(code::REQUESTED_ADDRESS, &end.octets());
        let offer = scene.relay.ask(&mut asking);
        assert_eq!((offer.kind(), offer.yiaddr()), (Offer, end));
        assert_eq!(scene.relay.ask(&mut fourth.take(&offer)).kind(), Ack);
    }
}

fn a_query_for_another_server_is_answered_where_that_is_wanted(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["compatibility"] = json!({ "ignore-dhcp-server-identifier": true });
    });
    let address = Ipv4Addr::new(10, 1, 2, 3);
    let mut request = Client::new(1).message(Request);
    request
        .option(code::REQUESTED_ADDRESS, &address.octets())
        .option(code::SERVER_IDENTIFIER, &[192, 0, 2, 99]);
    let ack = scene.relay.ask(&mut request);
    assert_eq!((ack.kind(), ack.yiaddr()), (Ack, address));
}

fn the_relays_link_selection_is_not_looked_at_where_that_is_wanted(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["compatibility"] = json!({ "ignore-rai-link-selection": true });
    });
    let mut discover = Client::new(1).message(Discover);
    discover.option(code::AGENT_OPTIONS, &[5, 4, 192, 0, 2, 0]);
    let offer = scene.relay.ask(&mut discover);
    assert_eq!(offer.yiaddr().octets()[0], 10);
}
