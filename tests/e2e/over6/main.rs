//! DHCPv4 over DHCPv6 (RFC 7341): Murre's DHCPv4 behind a DHCPv6 server, Debian's or one made by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod beside_kea;

use std::net::Ipv4Addr;

use murre_harness::rundir;
use murre_tests::control::ask;
use murre_tests::hand4::Client;
use murre_tests::hand4o6::Peer;
use murre_tests::worker::Counted;
use murre_tests::{Engine, Fleet, Scene4, fleet, on_engines};
use murre_wire::dhcp4::MessageType::{Discover, Offer};
use serde_json::{Value, json};

on_engines! { [sqlite = Sqlite]
    only_the_dhcpv6_server_is_heard_and_only_what_is_whole,
    a_subnets_keys_select_it_for_no_other_query_and_its_class_counts,
    a_reload_opens_moves_and_closes_the_socket,
    every_worker_answers_what_its_own_dhcpv6_server_passes_on
}

/// Where the two servers talk.
const PORT: u16 = 6767;

/// Subnet 2 alone, for who comes in by `srv0`.
fn over_dhcp6(server: &mut Value) {
    server["dhcp4o6-port"] = json!(PORT);
    let subnets = server["subnet4"].as_array_mut().unwrap();
    subnets.remove(0);
    subnets[0]["4o6-interface"] = json!("srv0");
}

fn only_the_dhcpv6_server_is_heard_and_only_what_is_whole(engine: Engine) {
    let socket = rundir::fresh_dir("control").join("socket");
    let scene = Scene4::with(engine, |server| {
        over_dhcp6(server);
        server["control-socket"] = json!({ "socket-type": "unix", "socket-name": socket });
    });
    let discover = || Client::new(1).message(Discover);
    let stranger = Peer::new(&scene.world.server, 7000, PORT + 1);
    stranger.send_raw(&Peer::passed(&discover(), "srv0"));
    let peer = Peer::new(&scene.world.server, PORT, PORT + 1);
    let ignored = |reason: &str, bytes: &[u8]| {
        let mark = scene.worker.mark();
        peer.send_raw(bytes);
        scene.worker.says_after(mark, &format!(": {reason}"));
    };
    let whole = Peer::passed(&discover(), "srv0");
    for len in [0, 1, 4, 20, whole.len() - 1] {
        ignored("bad-dhcp4o6", &whole[..len]);
    }
    ignored("bad-dhcp4o6", &Peer::passed(&discover(), "lo"));
    scene
        .worker
        .says("came in by \"lo\", where no IPv4 address is served");
    ask(&socket, "dhcp-disable");
    ignored("disabled", &whole);
    ask(&socket, "dhcp-enable");
    // One that starts anew is heard, though an answer found nobody.
    let mark = scene.worker.mark();
    peer.send_raw(&whole);
    drop(peer);
    scene.worker.says_after(mark, "DHCP4_PACKET_SEND");
    let peer = Peer::new(&scene.world.server, PORT, PORT + 1);
    let answer = peer.ask(&discover()).unwrap();
    assert_eq!(
        (answer.kind(), answer.yiaddr()),
        (Offer, Ipv4Addr::new(10, 1, 0, 0))
    );
    let counted = scene.counted();
    assert_eq!((counted.queries, counted.answers), (2, 2));
    assert_eq!(counted.without_answer("bad-dhcp4o6"), 6);
}

fn a_subnets_keys_select_it_for_no_other_query_and_its_class_counts(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        over_dhcp6(server);
        server["client-classes"] = json!([{ "name": "never", "test": "pkt.iface == 'other'" }]);
        let keys = |id: u32| {
            json!({
                "id": id, "subnet": format!("172.16.{id}.0/24"), "4o6-interface": "srv0",
                "pools": [{ "pool": format!("172.16.{id}.5-172.16.{id}.9") }],
            })
        };
        let mut closed = keys(1);
        closed["client-class"] = json!("never");
        // Of the others the one with the lowest identifier, wherever it stands.
        server["subnet4"][0]["id"] = json!(9);
        server["subnet4"]
            .as_array_mut()
            .unwrap()
            .extend([keys(7), closed]);
    });
    let peer = Peer::new(&scene.world.server, PORT, PORT + 1);
    let answer = peer.ask(&Client::new(1).message(Discover)).unwrap();
    assert_eq!(answer.yiaddr(), Ipv4Addr::new(172, 16, 7, 5));
    // By giaddr it is the one that holds it; by the interface, none.
    let relayed = scene.relay.ask(&mut Client::new(2).message(Discover));
    assert_eq!(relayed.yiaddr(), Ipv4Addr::new(10, 1, 0, 0));
    let direct = murre_tests::hand4::Relay::at(&scene.world.client, "192.0.2.2", "192.0.2.1");
    let mark = scene.worker.mark();
    direct.send(&mut Client::new(3).message(Discover));
    scene.worker.says_after(mark, ": no-subnet");
}

fn a_reload_opens_moves_and_closes_the_socket(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        over_dhcp6(server);
        server.as_object_mut().unwrap().remove("dhcp4o6-port");
    });
    let text = std::fs::read_to_string(scene.worker.file()).unwrap();
    let mut config: Value = serde_json::from_str(&text).unwrap();
    let mut reload = |port: u16| {
        config["Dhcp4"]["dhcp4o6-port"] = json!(port);
        let mark = scene.worker.mark();
        scene.worker.reload(&config.to_string());
        scene
            .worker
            .says_after(mark, "DHCP4_DYNAMIC_RECONFIGURATION_SUCCESS");
    };
    let is_heard = |peer: &Peer| peer.ask(&Client::new(1).message(Discover)).is_some();
    let peer = Peer::new(&scene.world.server, PORT, PORT + 1);
    assert!(!is_heard(&peer));
    reload(PORT);
    assert!(is_heard(&peer));
    reload(PORT + 10);
    assert!(!is_heard(&peer));
    let moved = Peer::new(&scene.world.server, PORT + 10, PORT + 11);
    assert!(is_heard(&moved));
    // A port that is taken keeps nothing else from being served.
    let _taken = Peer::new(&scene.world.server, PORT + 21, PORT + 20);
    reload(PORT + 20);
    scene
        .worker
        .says("cannot listen on lo/::1 port 6788: binding the UDP socket: the port is in use");
    scene.relay.ask(&mut Client::new(2).message(Discover));
    reload(0);
    assert!(!is_heard(&moved));
}

fn every_worker_answers_what_its_own_dhcpv6_server_passes_on(engine: Engine) {
    let fleet = Fleet::of(engine, 2);
    let mut config = fleet::config4(&fleet.leases, 100);
    over_dhcp6(&mut config["Dhcp4"]);
    config["Dhcp4"]["worker-sharing"] = json!(true);
    let workers = fleet.start(&config);
    for worker in &workers {
        worker.says("of 2 is answered here");
    }
    for server in &fleet.servers {
        let peer = Peer::new(server, PORT, PORT + 1);
        for client in 0..8 {
            // A relayed query that came by IPv4 could have been heard by both.
            let mut relayed = Client::new(client).message(Discover);
            let answer = peer.ask(relayed.giaddr([10, 0, 0, 1].into()));
            assert!(answer.is_some(), "client {client}");
        }
    }
    for worker in workers {
        let counted = Counted::of(4, &worker.stop());
        assert_eq!(counted.without_answer("others-share"), 0);
    }
}
