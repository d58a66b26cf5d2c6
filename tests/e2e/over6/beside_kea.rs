//! Debian's DHCPv6 server in front of Murre's DHCPv4, and in front of Debian's: the same conversation.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use murre_harness::kea;
use murre_harness::process::Daemon;
use murre_tests::hand4::{Answer, Client};
use murre_tests::hand4o6::Over6;
use murre_tests::worker::Counted;
use murre_tests::{Engine, Worker, World, on_engines};
use murre_wire::dhcp4::MessageType::{
    Ack, Decline, Discover, Inform, Nak, Offer, Release, Request,
};
use murre_wire::dhcp4::{Builder, MIN_MAX_SIZE, code};
use murre_wire::dhcp6;
use serde_json::{Value, json};

use crate::PORT;

on_engines! { [postgresql = Postgresql, sqlite = Sqlite]
    behind_keas_dhcpv6_a_client_is_answered_as_by_keas_dhcpv4
}

/// What both DHCPv4 servers have.
fn dhcp4() -> Value {
    let subnet = |id: u32, key: &str, value: &str| {
        json!({
            "id": id, "subnet": format!("10.{id}.0.0/16"), key: value,
            "pools": [{ "pool": format!("10.{id}.0.5-10.{id}.0.5") }],
            "option-data": [{ "name": "routers", "data": format!("10.{id}.0.1") }],
        })
    };
    let class = |name: &str, test: &str, option: &str| json!({ "name": name, "test": test, "option-data": [{ "name": option, "data": "10.0.0.9" }] });
    json!({
        "interfaces-config": { "interfaces": ["srv0"] },
        "dhcp4o6-port": PORT,
        "valid-lifetime": 600, "renew-timer": 100, "rebind-timer": 400,
        "client-classes": [
            class("by interface", "pkt.iface == 'srv0'", "log-servers"),
            class("by source", "pkt.src == 2001:db8:1::2", "cookie-servers"),
            class("by destination", "pkt.dst == 0.0.0.0", "lpr-servers"),
            class("by all but", "not(pkt.dst == 192.0.2.1)", "impress-servers"),
        ],
        "subnet4": [
            { "id": 1, "subnet": "192.0.2.0/24", "interface": "srv0", "pools": [{ "pool": "192.0.2.5-192.0.2.9" }] },
            subnet(2, "4o6-subnet", "2001:db8:1::/64"),
            subnet(3, "4o6-interface-id", "port7"),
            subnet(4, "4o6-interface-id", "port8"),
        ],
    })
}

fn start_dhcp6(world: &World) -> Daemon {
    let config = json!({ "Dhcp6": {
        "interfaces-config": { "interfaces": ["srv0", "srv0/2001:db8:1::1"] },
        "dhcp4o6-port": PORT,
        "subnet6": [{ "id": 1, "subnet": "2001:db8:1::/64", "interface": "srv0" }],
    } });
    kea::start6(Some(&world.server), &config.to_string(), None)
}

/// A client's question, and what became of it: the fixed fields and all options.
type Step = (&'static str, Option<(String, BTreeMap<u8, Vec<u8>>)>);

fn told(answer: &Answer) -> (String, BTreeMap<u8, Vec<u8>>) {
    let message = answer.message();
    let (ciaddr, yiaddr, siaddr) = (message.ciaddr(), message.yiaddr(), message.siaddr());
    let (giaddr, flags, hops) = (message.giaddr(), message.flags(), message.hops());
    let fields = format!(
        "{} ciaddr {ciaddr} yiaddr {yiaddr} siaddr {siaddr} giaddr {giaddr} flags {flags:x} hops {hops}",
        answer.kind()
    );
    let options = message.options().map(|(code, data)| (code, data.to_vec()));
    (fields, options.collect())
}

/// The same conversation with either server.
fn converse(world: &World) -> Vec<Step> {
    let mut steps = Vec::new();
    let direct = Over6::client(&world.client, "2001:db8:1::2");
    let mut asked = |step, way: &Over6, message: &mut Builder| {
        message.option(code::PARAMETER_REQUEST_LIST, &[3, 7, 8, 9, 10]);
        let answer = way.ask(message);
        steps.push((step, Some(told(&answer))));
        answer
    };
    let one = Client::new(1).with_id(b"\x01one");
    let offer = asked("DISCOVER", &direct, &mut one.message(Discover));
    assert_eq!(offer.kind(), Offer);
    let ack = asked("REQUEST", &direct, &mut one.take(&offer));
    assert_eq!(
        (ack.kind(), ack.yiaddr()),
        (Ack, Ipv4Addr::new(10, 2, 0, 5))
    );
    let address = ack.yiaddr();
    asked("renewal", &direct, &mut one.having(Request, address));
    asked("reboot", &direct, &mut one.reboot(address));
    asked("INFORM", &direct, &mut one.having(Inform, address));
    asked(
        "INFORM without an address",
        &direct,
        &mut one.message(Inform),
    );
    let nak = asked(
        "another's address",
        &direct,
        &mut one.reboot([10, 2, 0, 77].into()),
    );
    assert_eq!(nak.kind(), Nak);
    // What selects a subnet otherwise does not here.
    let mut relayed = one.message(Discover);
    asked(
        "giaddr",
        &direct,
        relayed.giaddr([192, 0, 2, 2].into()).hops(1),
    );
    let mut selecting = one.message(Discover);
    asked(
        "subnet selection",
        &direct,
        selecting.option(code::SUBNET_SELECTION, &[192, 0, 2, 0]),
    );
    let mut flagged = one.message(Discover);
    asked("broadcast flag", &direct, flagged.flags(0x8000));
    let two = Client::new(2);
    let seven = Over6::relay(&world.client, "port7");
    let offer = asked("DISCOVER by a relay", &seven, &mut two.message(Discover));
    let ack = asked("REQUEST by a relay", &seven, &mut two.take(&offer));
    assert_eq!(ack.yiaddr(), Ipv4Addr::new(10, 3, 0, 5));

    let mut silent = |step, way: &Over6, message: &Builder, beside: &[(u16, &[u8])]| {
        let answer = way.try_with(message, beside);
        steps.push((step, answer.map(|answer| told(&answer))));
    };
    let three = Client::new(3);
    let mut decline = two.message(Decline);
    decline.option(code::REQUESTED_ADDRESS, &[10, 3, 0, 5]);
    silent("DECLINE", &seven, &decline, &[]);
    silent("none is left", &seven, &two.message(Discover), &[]);
    drop(seven);
    let nowhere = Over6::relay(&world.client, "port9");
    silent("no subnet", &nowhere, &three.message(Discover), &[]);
    let mut elsewhere = three.reboot(address);
    elsewhere.option(code::SERVER_IDENTIFIER, &[192, 0, 2, 99]);
    silent("another server's", &direct, &elsewhere, &[]);
    let second = three.message(Discover).finish(MIN_MAX_SIZE);
    let second = (dhcp6::code::DHCPV4_MSG, second.as_slice());
    silent(
        "two messages in one",
        &direct,
        &three.message(Discover),
        &[second],
    );
    let forged = b"\x00\x00\x09\xbf\xea\x60\x00\x04evil".as_slice();
    let forged = (dhcp6::code::VENDOR_OPTS, forged);
    silent(
        "a forged interface",
        &direct,
        &one.message(Discover),
        &[forged],
    );
    silent("an OFFER", &direct, &three.message(Offer), &[]);
    silent("RELEASE", &direct, &one.having(Release, address), &[]);
    steps
}

fn behind_keas_dhcpv6_a_client_is_answered_as_by_keas_dhcpv4(engine: Engine) {
    let kea = {
        let world = World::by_hand(Engine::Sqlite);
        let config = json!({ "Dhcp4": dhcp4() }).to_string();
        let _dhcp4 = kea::start4(Some(&world.server), &config, None);
        let _dhcp6 = start_dhcp6(&world);
        converse(&world)
    };
    let world = World::by_hand(engine);
    let mut config = dhcp4();
    config["lease-database"] = world.leases.access();
    let worker = Worker::start(&world.server, &json!({ "Dhcp4": config }));
    let dhcp6 = start_dhcp6(&world);
    let murre = converse(&world);
    for (ours, theirs) in murre.iter().zip(&kea) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(murre.len(), kea.len());
    worker.says("DHCP4_DHCP4O6_PACKET_RECEIVED from [2001:db8:1::2]:546 on srv0");
    drop(dhcp6);
    let counted = Counted::of(4, &worker.stop());
    assert_eq!(counted.without_answer("no-subnet"), 1);
    assert_eq!(counted.without_answer("bad-dhcp4o6"), 2);
    assert_eq!(counted.without_answer("other-server"), 1);
}
