//! What DHCPv4 gives to clients of the field by who they are and what they say: reservations, classes, networks, boot
//! fields, options of vendors, cached leases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::{IpAddr, Ipv4Addr};

use murre_harness::clients::{self, Binding, Client};
use murre_harness::relay::dhcrelay4_with;
use murre_tests::reservations::{Reservation, kind};
use murre_tests::{Engine, Worker, World, config, on_every_engine, rows, world};
use serde_json::{Value, json};

on_every_engine!(
    a_client_gets_what_the_file_reserves_for_its_card_identifier_or_duid,
    a_client_gets_what_the_database_reserves_for_its_card_identifier_or_duid,
    a_client_gets_what_is_reserved_for_its_port,
    a_class_of_clients_has_a_pool_of_its_own,
    a_full_subnet_spills_over_into_the_next_one_of_its_network,
    a_client_that_boots_is_told_what_by_its_architecture,
    a_vendors_clients_are_told_the_vendors_options,
    a_lease_that_is_renewed_early_is_told_again_as_it_is,
);

/// The client's card in every world.
const CARD: [u8; 6] = [2, 0, 0x5e, 0x10, 0, 0x0c];

fn v4(binding: &Binding) -> Ipv4Addr {
    match binding.address {
        Some(IpAddr::V4(address)) => address,
        other => panic!("{other:?} in {binding:?}"),
    }
}

/// A worker on the world's link with what `change` makes of its configuration.
fn serve(world: &World, change: impl FnOnce(&mut Value)) -> Worker {
    let mut config = config::only4(&world.leases);
    change(&mut config["Dhcp4"]);
    Worker::start(&world.server, &config)
}

/// Three clients that are known by their card, their identifier and the DUID in it, each with the address reserved
/// for it.
fn known_clients(world: &World) -> [(Client, Ipv4Addr); 3] {
    let dhclient = |id: &str| {
        let conf = format!("send dhcp-client-identifier {id};");
        clients::dhclient4(&world.client, "cli0", &conf)
    };
    // Without an identifier, there is the card alone.
    let by_card = clients::udhcpc(&world.client, "cli0", &["-C"]);
    [
        (by_card, reserved(1)),
        (dhclient("00:6d:75:72:72:65"), reserved(2)),
        (
            dhclient("ff:00:00:00:07:00:01:00:01:09:09:09:09"),
            reserved(3),
        ),
    ]
}

fn reserved(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(192, 0, 2, 20 + last)
}

fn all_get_theirs(world: &World) {
    for (mut client, address) in known_clients(world) {
        assert_eq!(
            v4(&client.bound()),
            address,
            "{:#?}",
            client.daemon().lines()
        );
    }
}

fn a_client_gets_what_the_file_reserves_for_its_card_identifier_or_duid(engine: Engine) {
    let world = World::direct(engine);
    let _worker = serve(&world, |server| {
        server["subnet4"][0]["reservations"] = json!([
            { "hw-address": "02:00:5e:10:00:0c", "ip-address": reserved(1).to_string() },
            { "client-id": "00:6d:75:72:72:65", "ip-address": reserved(2).to_string() },
            { "duid": "00:01:00:01:09:09:09:09", "ip-address": reserved(3).to_string() },
        ]);
        server["host-reservation-identifiers"] = json!(["client-id", "duid", "hw-address"]);
    });
    all_get_theirs(&world);
}

fn a_client_gets_what_the_database_reserves_for_its_card_identifier_or_duid(engine: Engine) {
    let world = World::direct(engine);
    let access = world.leases.access();
    let _worker = serve(&world, |server| {
        server["hosts-database"] = access;
        server["host-reservation-identifiers"] = json!(["client-id", "duid", "hw-address"]);
    });
    for (kind, value, last) in [
        (kind::HW_ADDRESS, &CARD[..], 1),
        (kind::CLIENT_ID, b"\0murre", 2),
        (kind::DUID, &[0, 1, 0, 1, 9, 9, 9, 9], 3),
    ] {
        let reservation = Reservation::new(kind, value, 1).address(reserved(last));
        reservation.add_to(&world.leases);
    }
    all_get_theirs(&world);
}

fn a_client_gets_what_is_reserved_for_its_port(engine: Engine) {
    let world = World::relayed(engine);
    let access = world.leases.access();
    let _worker = serve(&world, |server| server["hosts-database"] = access);
    let own = Ipv4Addr::new(10, 20, 0, 1);
    // dhcrelay names the interface that it hears a client on.
    let port = Reservation::new(kind::CIRCUIT_ID, b"down0", 2).address(own);
    port.add_to(&world.leases);
    let relay = world.relay.as_ref().unwrap();
    let servers = [world::SERVER4];
    let _relay = dhcrelay4_with(relay, &["down0"], &["up0"], &servers, &["-a"]);
    let mut udhcpc = clients::udhcpc(&world.client, "cli0", &[]);
    assert_eq!(v4(&udhcpc.bound()), own);
}

fn a_class_of_clients_has_a_pool_of_its_own(engine: Engine) {
    let world = World::direct(engine);
    let _worker = serve(&world, |server| {
        server["client-classes"] = json!([
            { "name": "phones", "test": "substring(option[60].hex, 0, 5) == 'phone'" },
        ]);
        server["subnet4"][0]["pools"] = json!([
            { "pool": "192.0.2.100-192.0.2.199", "client-class": "phones" },
            { "pool": "192.0.2.200-192.0.2.250" },
        ]);
    });
    let place = |arguments: &[&str]| {
        let mut client = clients::udhcpc(&world.client, "cli0", arguments);
        let address = v4(&client.bound());
        client.release();
        address.octets()[3]
    };
    assert!((100..200).contains(&place(&["-V", "phone 7"])));
    let other = place(&["-V", "fax", "-x", "61:0042"]);
    assert!((200..=250).contains(&other), "{other}");
}

fn a_full_subnet_spills_over_into_the_next_one_of_its_network(engine: Engine) {
    let world = World::direct(engine);
    let _worker = serve(&world, |server| {
        server["subnet4"] = json!([]);
        server["shared-networks"] = json!([{
            "name": "floor", "interface": "srv0",
            "subnet4": [
                { "id": 1, "subnet": "192.0.2.0/24", "pools": [{ "pool": "192.0.2.100-192.0.2.100" }] },
                { "id": 2, "subnet": "198.51.100.0/24", "pools": [{ "pool": "198.51.100.10-198.51.100.20" }],
                  "option-data": [{ "name": "routers", "data": "198.51.100.1" }] },
            ],
        }]);
    });
    let mut addresses = Vec::new();
    for id in ["61:0041", "61:0042"] {
        // Killed without a release, it keeps its lease; the next one is another client on the same card.
        let mut client = clients::udhcpc(&world.client, "cli0", &["-x", id]);
        let bound = client.bound();
        addresses.push((v4(&bound), bound.variables.get("router").cloned()));
    }
    let router = Some("198.51.100.1".to_owned());
    assert_eq!(addresses[0].0, Ipv4Addr::new(192, 0, 2, 100));
    assert_eq!(addresses[1].0.octets()[..3], [198, 51, 100]);
    assert_eq!((&addresses[0].1, &addresses[1].1), (&None, &router));
    assert_eq!(rows::of4(&world.leases, addresses[1].0).subnet_id, 2);
}

fn a_client_that_boots_is_told_what_by_its_architecture(engine: Engine) {
    let world = World::direct(engine);
    let _worker = serve(&world, |server| {
        server["next-server"] = json!("192.0.2.5");
        server["client-classes"] = json!([
            { "name": "efi", "test": "option[93].hex == 0x0007", "boot-file-name": "grub.efi", "next-server": "192.0.2.6" },
            { "name": "bios", "test": "option[93].hex == 0x0000", "boot-file-name": "pxelinux.0", "server-hostname": "boot" },
        ]);
    });
    let boots = |architecture: &str| {
        let option = format!("93:{architecture}");
        let arguments = ["-x", &option, "-V", "PXEClient", "-O", "bootfile"];
        let mut client = clients::udhcpc(&world.client, "cli0", &arguments);
        let variables = client.bound().variables;
        let of = |name: &str| variables.get(name).cloned().unwrap_or_default();
        client.release();
        [of("siaddr"), of("boot_file"), of("sname")]
    };
    assert_eq!(boots("0007"), ["192.0.2.6", "grub.efi", ""]);
    assert_eq!(boots("0000"), ["192.0.2.5", "pxelinux.0", "boot"]);
    assert_eq!(boots("0009"), ["192.0.2.5", "", ""]);
}

fn a_vendors_clients_are_told_the_vendors_options(engine: Engine) {
    let world = World::direct(engine);
    let _worker = serve(&world, |server| {
        server["option-def"] = json!([
            { "name": "controller", "code": 77, "space": "vendor-25258", "type": "ipv4-address" },
        ]);
        server["client-classes"] = json!([{
            "name": "access points", "test": "option[60].hex == 'ap'",
            "option-def": [{ "name": "vendor-encapsulated-options", "code": 43, "type": "ipv4-address" }],
            "option-data": [
                { "name": "vendor-encapsulated-options", "data": "192.0.2.9" },
                { "name": "vivso-suboptions", "data": "25258" },
                { "name": "controller", "space": "vendor-25258", "data": "192.0.2.10", "always-send": true },
            ],
        }]);
    });
    let told = |vendor: &str| {
        let arguments = ["-V", vendor, "-O", "43", "-O", "125"];
        let mut client = clients::udhcpc(&world.client, "cli0", &arguments);
        let variables = client.bound().variables;
        client.release();
        ["opt43", "opt125"].map(|name| variables.get(name).cloned())
    };
    let own = ["c0000209", "000062aa064d04c000020a"].map(|hex| Some(hex.to_owned()));
    assert_eq!(told("ap"), own);
    assert_eq!(told("printer"), [None, None]);
}

fn a_lease_that_is_renewed_early_is_told_again_as_it_is(engine: Engine) {
    let world = World::direct(engine);
    let worker = serve(&world, |server| server["cache-threshold"] = json!(0.5));
    let mut udhcpc = clients::udhcpc(&world.client, "cli0", &[]);
    let address = v4(&udhcpc.bound());
    let row = rows::of4(&world.leases, address);
    let mark = worker.mark();
    udhcpc.renew();
    let renewed = udhcpc.renewed();
    assert_eq!(v4(&renewed), address);
    assert!(renewed.lifetime.is_some_and(|left| left <= config::VALID));
    worker.says_after(mark, "DHCP4_LEASE_REUSE");
    assert_eq!(
        rows::of4(&world.leases, address),
        row,
        "nothing was written"
    );
}
