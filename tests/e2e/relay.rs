//! Clients behind relays: Debian's dhcrelay with real clients, and relays made by hand for what it
//! does not send.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use murre_harness::clients::{self, Binding, Wanted};
use murre_harness::netns::{End, Link};
use murre_harness::relay::{dhcrelay4, dhcrelay4_with, dhcrelay6_with};
use murre_tests::rows::{self, DEFAULT, RECLAIMED};
use murre_tests::{
    Engine, Scene4, Scene6, Worker, World, config, hand4, hand6, on_every_engine, world,
};
use murre_wire::dhcp4::MessageType::{Ack, Discover, Nak, Offer};
use murre_wire::dhcp4::{self, code};
use murre_wire::dhcp6::MessageType::Solicit;
use murre_wire::dhcp6::{self, IaKind};
use serde_json::json;

on_every_engine!(
    dhclient_behind_dhcrelay_gets_renews_and_releases_an_address,
    udhcpc_behind_a_dhcrelay_that_adds_option_82_gets_renews_and_releases_an_address,
    dhclient_behind_dhcrelay_gets_renews_and_releases_an_address_and_a_prefix,
    option_82_is_echoed_as_it_came_and_last,
    the_link_a_relay_or_client_names_decides_over_the_relays_own,
    a_relay_listed_with_a_subnet_serves_it_from_outside,
    a_relay_may_stand_in_for_the_server,
    an_interface_id_decides_over_the_link_and_is_echoed,
    the_relay_nearest_to_the_client_decides_in_a_chain,
    a_relay_is_answered_at_the_port_it_names,
    answers_leave_where_queries_came_in_or_where_the_routes_say,
);

const PATIENCE: Duration = Duration::from_secs(10);

fn v4(binding: &Binding) -> Ipv4Addr {
    match binding.address {
        Some(IpAddr::V4(address)) => address,
        other => panic!("{other:?} in {binding:?}"),
    }
}

/// Clients renew by unicast through the relay's machine, which is their router.
fn route_to_server(world: &World) {
    let route = ["192.0.2.1", "via", "10.0.0.1", "dev", "cli0", "onlink"];
    world.client.add_route(&route);
}

fn dhclient_behind_dhcrelay_gets_renews_and_releases_an_address(engine: Engine) {
    let world = World::relayed(engine);
    route_to_server(&world);
    let worker = Worker::start(&world.server, &config::only4(&world.leases));
    let relay = world.relay.as_ref().unwrap();
    let _relay = dhcrelay4(relay, &["down0"], &["up0"], world::SERVER4);
    let mut dhclient = clients::dhclient4(&world.client, "cli0", "");
    let bound = dhclient.bound();
    let address = v4(&bound);
    assert_eq!(bound.variables["new_routers"], "10.0.0.254");
    let first = rows::of4(&world.leases, address);
    assert_eq!((first.subnet_id, first.state), (2, DEFAULT));
    assert_eq!(first.hwaddr, world.client.mac("cli0").replace(':', ""));
    let remembered = dhclient.remembered(|_| true);
    assert_eq!(remembered.address, Some(address.into()));

    assert_eq!(dhclient.renewed().address, bound.address);
    assert!(rows::of4(&world.leases, address).expire > first.expire);
    let mark = worker.mark();
    dhclient.release();
    worker.says_after(mark, &format!("{address} was given back"));
    assert_eq!(rows::of4(&world.leases, address).state, RECLAIMED);
}

fn udhcpc_behind_a_dhcrelay_that_adds_option_82_gets_renews_and_releases_an_address(
    engine: Engine,
) {
    let world = World::relayed(engine);
    route_to_server(&world);
    let worker = Worker::start(&world.server, &config::only4(&world.leases));
    let relay = world.relay.as_ref().unwrap();
    let servers = [world::SERVER4];
    let _relay = dhcrelay4_with(relay, &["down0"], &["up0"], &servers, &["-a"]);
    let mut udhcpc = clients::udhcpc(&world.client, "cli0", &[]);
    let bound = udhcpc.bound();
    let address = v4(&bound);
    assert_eq!(rows::of4(&world.leases, address).subnet_id, 2);

    udhcpc.renew();
    assert_eq!(udhcpc.renewed().address, bound.address);
    let mark = worker.mark();
    udhcpc.release();
    worker.says_after(mark, &format!("{address} was given back"));
    assert_eq!(rows::of4(&world.leases, address).state, RECLAIMED);
}

fn dhclient_behind_dhcrelay_gets_renews_and_releases_an_address_and_a_prefix(engine: Engine) {
    let world = World::relayed(engine);
    let worker = Worker::start(&world.server, &config::only6(&world.leases));
    let relay = world.relay.as_ref().unwrap();
    // With -I it drops answers that do not name the interface it named.
    let _relay = dhcrelay6_with(relay, &["down0"], "up0", world::SERVER6, &["-I"]);
    let mut dhclient = clients::dhclient6(&world.client, "cli0", Wanted::AddressAndPrefix, "");
    let told = [dhclient.bound(), dhclient.bound()];
    let address = told.iter().find_map(|bound| bound.address).unwrap();
    let (prefix, len) = told.iter().find_map(|bound| bound.prefix).unwrap();
    let IpAddr::V6(address) = address else {
        panic!("{address}");
    };
    let (na, pd) = (
        rows::of6(&world.leases, address),
        rows::of6(&world.leases, prefix),
    );
    assert_eq!((na.subnet_id, pd.subnet_id, pd.prefix_len), (2, 2, len));

    dhclient.renewed();
    dhclient.renewed();
    assert!(rows::of6(&world.leases, address).expire > na.expire);
    let mark = worker.mark();
    dhclient.release();
    for given_back in [address, prefix] {
        worker.says_after(mark, &format!("{given_back} was given back"));
        assert_eq!(rows::of6(&world.leases, given_back).state, RECLAIMED);
    }
}

/// A sub-option of option 82.
fn sub(code: u8, data: &[u8]) -> Vec<u8> {
    [&[code, data.len() as u8], data].concat()
}

fn option_82_is_echoed_as_it_came_and_last(engine: Engine) {
    let scene = Scene4::with(engine, |server| server["authoritative"] = json!(true));
    let client = hand4::Client::new(1);
    let agent = [sub(1, b"port 7"), sub(2, &[0, 1, 2]), sub(200, b"?")].concat();
    let offer = scene
        .relay
        .ask(client.message(Discover).option(code::AGENT_OPTIONS, &agent));
    let ack = scene
        .relay
        .ask(client.take(&offer).option(code::AGENT_OPTIONS, &agent));
    let mut lost = hand4::Client::new(2).reboot(Ipv4Addr::new(203, 0, 113, 1));
    let nak = scene.relay.ask(lost.option(code::AGENT_OPTIONS, &agent));
    for (answer, kind) in [(offer, Offer), (ack, Ack), (nak, Nak)] {
        assert_eq!(answer.kind(), kind);
        assert_eq!(answer.option(code::AGENT_OPTIONS), agent);
        let last = answer.message().options().last().map(|(code, _)| code);
        assert_eq!(last, Some(code::AGENT_OPTIONS));
        assert_eq!(answer.message().giaddr(), Ipv4Addr::new(10, 0, 0, 1));
    }
    let plain = scene
        .relay
        .ask(&mut hand4::Client::new(3).message(Discover));
    assert_eq!(plain.get(code::AGENT_OPTIONS), None);
}

fn the_link_a_relay_or_client_names_decides_over_the_relays_own(engine: Engine) {
    let scene = Scene4::new(engine);
    let (near, far) = ([10, 0, 0, 0], [192, 0, 2, 0]);
    let discover = |number, by_relay: Option<[u8; 4]>, by_client: Option<[u8; 4]>| {
        let mut message = hand4::Client::new(number).message(Discover);
        if let Some(link) = by_client {
            message.option(code::SUBNET_SELECTION, &link);
        }
        if let Some(link) = by_relay {
            let link = sub(code::relay::LINK_SELECTION, &link);
            message.option(code::AGENT_OPTIONS, &link);
        }
        message
    };
    let cases = [
        (None, None, 10),
        (Some(far), None, 192),
        (None, Some(far), 192),
        (Some(far), Some(near), 192),
        (Some(near), Some(far), 10),
    ];
    for (number, (by_relay, by_client, expected)) in (1..).zip(cases) {
        let offer = scene.relay.ask(&mut discover(number, by_relay, by_client));
        assert_eq!(
            offer.yiaddr().octets()[0],
            expected,
            "{by_relay:?} {by_client:?}"
        );
        let mut request = discover(number, by_relay, by_client);
        request.message_type(dhcp4::MessageType::Request);
        request.option(code::REQUESTED_ADDRESS, &offer.yiaddr().octets());
        request.option(code::SERVER_IDENTIFIER, &[192, 0, 2, 1]);
        let ack = scene.relay.ask(&mut request);
        assert_eq!((ack.kind(), ack.yiaddr()), (Ack, offer.yiaddr()));
    }
    scene.ignored("no-subnet", &mut discover(8, Some([203, 0, 113, 0]), None));
    scene.ignored("no-subnet", &mut discover(9, None, Some([203, 0, 113, 0])));
    let subnets = rows::lease4(&scene.world.leases);
    let subnets: Vec<u32> = subnets.iter().map(|row| row.subnet_id).collect();
    assert_eq!(subnets, [2, 2, 1, 1, 1]);
}

fn a_relay_listed_with_a_subnet_serves_it_from_outside(engine: Engine) {
    let four = Scene4::with(engine, |server| {
        server["subnet4"][0]["relay"] = json!({ "ip-addresses": ["10.0.0.1"] });
    });
    let address = hand4::Client::new(1).lease(&four.relay);
    assert_eq!(rows::of4(&four.world.leases, address).subnet_id, 1);

    let six = Scene6::with(engine, |server| {
        server["subnet6"][0]["relay"] = json!({ "ip-addresses": ["2001:db8:2::1"] });
    });
    let address = hand6::Client::new(1).lease(&six.relay, false).held()[0].address;
    assert_eq!(rows::of6(&six.world.leases, address).subnet_id, 1);
}

fn a_relay_may_stand_in_for_the_server(engine: Engine) {
    let scene = Scene4::new(engine);
    let client = hand4::Client::new(1);
    let own = sub(code::relay::SERVER_ID_OVERRIDE, &[10, 0, 0, 1]);
    let offer = scene
        .relay
        .ask(client.message(Discover).option(code::AGENT_OPTIONS, &own));
    assert_eq!(offer.option(code::SERVER_IDENTIFIER), [10, 0, 0, 1]);
    // The identifier of the relay is this server's only together with the option that says so.
    scene.ignored("other-server", &mut client.take(&offer));
    let ack = scene
        .relay
        .ask(client.take(&offer).option(code::AGENT_OPTIONS, &own));
    assert_eq!((ack.kind(), ack.yiaddr()), (Ack, offer.yiaddr()));
    assert_eq!(ack.option(code::SERVER_IDENTIFIER), [10, 0, 0, 1]);
}

fn solicit(client: &hand6::Client) -> dhcp6::Builder {
    let mut message = client.message(Solicit);
    message.ia_na(1, 0, 0, |_| {});
    message
}

fn an_interface_id_decides_over_the_link_and_is_echoed(engine: Engine) {
    let scene = Scene6::with(engine, |server| {
        let subnets = server["subnet6"].as_array_mut().unwrap();
        subnets.push(json!({
            "id": 3, "subnet": "2001:db8:3::/64", "interface-id": "port 7",
            "pools": [{ "pool": "2001:db8:3::/80" }],
        }));
    });
    let mut relay = scene.relay;
    let given = |relay: &hand6::Relay, number| {
        let advertise = relay.ask(solicit(&hand6::Client::new(number)));
        let message = advertise.message();
        let echoed = message.relays[0].interface_id().map(<[u8]>::to_vec);
        (advertise.of(IaKind::Na)[0].address.segments()[2], echoed)
    };
    relay.options = vec![(dhcp6::code::INTERFACE_ID, b"port 7".to_vec())];
    assert_eq!(given(&relay, 1), (3, Some(b"port 7".to_vec())));
    // One that no subnet has is echoed all the same, and the link decides.
    relay.options = vec![(dhcp6::code::INTERFACE_ID, b"port 8".to_vec())];
    assert_eq!(given(&relay, 2), (2, Some(b"port 8".to_vec())));
    relay.options.clear();
    assert_eq!(given(&relay, 3), (2, None));
}

fn the_relay_nearest_to_the_client_decides_in_a_chain(engine: Engine) {
    let mut scene = Scene6::new(engine);
    let far: Ipv6Addr = "2001:db8:1::9".parse().unwrap();
    let id = |text: &[u8]| (dhcp6::code::INTERFACE_ID, text.to_vec());
    scene.relay.options = vec![id(b"near")];
    scene.relay.outer = vec![(far, vec![id(b"far")])];
    let client = hand6::Client::new(1);
    let reply = client.lease(&scene.relay, true);
    let row = rows::of6(&scene.world.leases, reply.of(IaKind::Na)[0].address);
    assert_eq!(row.subnet_id, 2);

    let message = reply.message();
    let chain: Vec<_> = message
        .relays
        .iter()
        .map(|relay| (relay.hop_count, relay.link_address, relay.interface_id()))
        .collect();
    let near = scene.relay.link;
    assert_eq!(
        chain,
        [(1, far, Some(&b"far"[..])), (0, near, Some(&b"near"[..]))]
    );

    // A relay that does not know its link (a switch) leaves it to the next.
    scene.relay.link = Ipv6Addr::UNSPECIFIED;
    let advertise = scene.relay.ask(solicit(&hand6::Client::new(2)));
    assert_eq!(advertise.of(IaKind::Na)[0].address.segments()[2], 1);
}

/// RFC 8357, both protocols: a relay that says so is answered at the port it sends from.
fn a_relay_is_answered_at_the_port_it_names(engine: Engine) {
    let scene = Scene4::new(engine);
    let relay = hand4::Relay::at_port(&scene.world.client, world::RELAY4, 4067, world::SERVER4);
    let mut discover = hand4::Client::new(1).message(Discover);
    let port = sub(code::relay::RELAY_PORT, &[]);
    discover.option(code::AGENT_OPTIONS, &port);
    assert_eq!(relay.ask(&mut discover).option(code::AGENT_OPTIONS), port);
    // Without it the answer goes to the port of relays.
    let mut usual = hand4::Client::new(2).message(Discover);
    relay.send(&mut usual);
    let answer = scene.relay.answer_to(&usual, PATIENCE);
    assert_eq!(answer.map(|answer| answer.kind()), Some(Offer));
    drop(scene);

    let scene = Scene6::new(engine);
    let (own, server) = (world::RELAY6, world::SERVER6);
    let mut relay = hand6::Relay::at_port(&scene.world.client, own, 5547, server);
    relay.options = vec![(dhcp6::code::RELAY_SOURCE_PORT, vec![0, 0])];
    let advertise = relay.ask(solicit(&hand6::Client::new(1)));
    assert_eq!(advertise.message().relays[0].source_port(), Some(0));
}

/// The relay's own address is known on its second cable alone, and the server's route to it goes there.
fn answers_leave_where_queries_came_in_or_where_the_routes_say(engine: Engine) {
    let world = World::direct(engine);
    let (server, relay) = (&world.server, &world.client);
    let far = End::new(server, "srv1").address("198.51.100.1/24");
    Link::connect(&far, &End::new(relay, "cli1").address("198.51.100.2/24"));
    relay.add_address("cli0", "192.0.2.2/24");
    relay.add_address("lo", "10.0.0.1/32");
    relay.ip(&["link", "set", "lo", "up"]);
    server.add_route(&["10.0.0.0/8", "via", "198.51.100.2"]);
    // Neighbours hear of no address but those of their own cable.
    let settings = ["rp_filter=0", "arp_ignore=1", "arp_announce=2"];
    for (namespace, cables) in [(server, ["srv0", "srv1"]), (relay, ["cli0", "cli1"])] {
        for of in ["all", cables[0], cables[1]] {
            for setting in settings {
                let setting = format!("net.ipv4.conf.{of}.{setting}");
                namespace.run("sysctl", &["-qw", &setting]);
            }
        }
    }
    let mut config = config::only4(&world.leases);
    let hand = hand4::Relay::new(relay);
    for (way, arrives) in [("use-routing", true), ("same-as-inbound", false)] {
        config["Dhcp4"]["interfaces-config"] = json!({
            "interfaces": ["srv0"], "dhcp-socket-type": "udp", "outbound-interface": way
        });
        let worker = Worker::start(server, &config);
        let mut discover = hand4::Client::new(1).message(Discover);
        match arrives {
            true => assert_eq!(hand.ask(&mut discover).kind(), Offer),
            false => hand.ask_in_vain(&mut discover),
        }
        worker.stop();
    }
}
