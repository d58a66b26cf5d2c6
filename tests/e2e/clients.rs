//! The DHCP clients of the field, each on the worker's own link: what they hold is what the
//! database says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use murre_harness::clients::isc_leases::Lease;
use murre_harness::clients::{self, Binding, Client, Wanted};
use murre_tests::rows::{self, DECLINED, DEFAULT, RECLAIMED, Row4, Row6};
use murre_tests::{Engine, Leases, Worker, World, config, on_engines, on_every_engine};
use serde_json::json;

on_every_engine!(
    dhclient_gets_renews_and_releases_an_address,
    dhclient_gets_renews_and_releases_an_address_and_a_prefix,
    udhcpc_gets_renews_and_releases_an_address,
    dhcpcd_gets_renews_and_releases_an_address,
    dhcpcd_gets_renews_and_releases_an_address_and_a_prefix,
    dhclient_asks_for_what_it_remembers_after_a_restart_and_is_confirmed_or_refused,
    dhclient_confirms_what_it_remembers_after_a_restart,
    dhclient_rebinds_with_a_server_that_it_has_not_met,
    an_address_in_use_is_set_aside_and_another_is_given,
);

// dhclient waits ten seconds for an answer to RENEW before it tries REBIND; made by hand, REBIND is
// shown on every engine.
on_engines!([sqlite = Sqlite]
    dhclient_rebinds_an_address_and_a_prefix_with_a_server_that_it_has_not_met
);

const PATIENCE: Duration = Duration::from_secs(30);

fn dhclient_gets_renews_and_releases_an_address(engine: Engine) {
    let world = World::direct(engine);
    let worker = Worker::start(&world.server, &config::only4(&world.leases));
    let id = "01:aa:bb:cc:dd";
    let conf = format!("send dhcp-client-identifier {id}; send host-name \"guillemot\";");
    let mut dhclient = clients::dhclient4(&world.client, "cli0", &conf);

    let bound = dhclient.bound();
    let address = v4(&bound);
    assert_eq!(bound.server.as_deref(), Some("192.0.2.1"));
    assert_eq!(bound.variables["new_routers"], "192.0.2.254");
    assert_eq!(
        bound.variables["new_domain_name_servers"],
        "192.0.2.53 192.0.2.54"
    );
    assert_eq!(bound.variables["new_subnet_mask"], "255.255.255.0");
    let first = rows::of4(&world.leases, address);
    assert_eq!(first.hwaddr, world.client.mac("cli0").replace(':', ""));
    assert_eq!(first.client_id, id.replace(':', ""));
    agrees4(&first, &dhclient.remembered(|_| true));

    let renewed = dhclient.renewed();
    assert_eq!(renewed.address, bound.address);
    let second = rows::of4(&world.leases, address);
    assert!(second.expire > first.expire, "{first:?} {second:?}");
    agrees4(&second, &dhclient.remembered(|_| true));

    let mark = worker.mark();
    dhclient.release();
    worker.says_after(mark, &format!("{address} was given back"));
    ended4(&world.leases, address);
}

fn dhclient_gets_renews_and_releases_an_address_and_a_prefix(engine: Engine) {
    let world = World::direct(engine);
    let worker = Worker::start(&world.server, &config::only6(&world.leases));
    let mut dhclient = clients::dhclient6(&world.client, "cli0", Wanted::AddressAndPrefix, "");

    let (na, pd) = address_and_prefix(&mut dhclient);
    assert_eq!(na.variables["new_dhcp6_name_servers"], "2001:db8:1::53");
    let (address, (prefix, len)) = (v6(&na), pd.prefix.unwrap());
    assert_eq!(len, 56);
    let first = rows::of6(&world.leases, address);
    agrees6(
        &first,
        &dhclient.remembered(|lease| lease.address == Some(address.into())),
    );
    let delegated = rows::of6(&world.leases, prefix);
    agrees6(
        &delegated,
        &dhclient.remembered(|lease| lease.prefix == Some((prefix, 56))),
    );
    assert_eq!((first.kind, first.prefix_len), (0, 128));
    assert_eq!((delegated.kind, delegated.prefix_len), (2, 56));
    assert_eq!(first.duid, delegated.duid);
    let card = world.client.mac("cli0").replace(':', "");
    assert!(
        first.duid.ends_with(&card),
        "{} does not end with {card}",
        first.duid
    );

    dhclient.renewed();
    // Two events per renewal: the address's and the prefix's.
    dhclient.renewed();
    let second = rows::of6(&world.leases, address);
    assert!(second.expire > first.expire, "{first:?} {second:?}");

    let mark = worker.mark();
    dhclient.release();
    for given_back in [address, prefix] {
        worker.says_after(mark, &format!("{given_back} was given back"));
        ended6(&world.leases, given_back);
    }
}

fn udhcpc_gets_renews_and_releases_an_address(engine: Engine) {
    let world = World::direct(engine);
    let worker = Worker::start(&world.server, &config::only4(&world.leases));
    let mut udhcpc = clients::udhcpc(&world.client, "cli0", &["-r", "192.0.2.150"]);
    let bound = udhcpc.bound();
    assert_eq!(bound.address, Some(IpAddr::from([192, 0, 2, 150])));
    rows::told(bound.lifetime, config::VALID);
    assert_eq!(bound.variables["router"], "192.0.2.254");
    let address = v4(&bound);
    let first = rows::of4(&world.leases, address);
    live4(&first);
    // udhcpc sends the hardware type and address as its identifier.
    assert_eq!(first.client_id, format!("01{}", first.hwaddr));

    udhcpc.renew();
    assert_eq!(udhcpc.renewed().address, bound.address);
    live4(&rows::of4(&world.leases, address));

    let mark = worker.mark();
    udhcpc.release();
    udhcpc.next(&["DECONFIG"], PATIENCE).unwrap();
    worker.says_after(mark, "released");
    ended4(&world.leases, address);
}

fn dhcpcd_gets_renews_and_releases_an_address(engine: Engine) {
    let world = World::direct(engine);
    let worker = Worker::start(&world.server, &config::only4(&world.leases));
    let mut dhcpcd = clients::dhcpcd(&world.client, "cli0", "ipv4only\noption routers\nnodelay\n");
    let bound = dhcpcd.bound();
    let address = v4(&bound);
    rows::told(bound.lifetime, config::VALID);
    assert_eq!(bound.variables["new_routers"], "192.0.2.254");
    live4(&rows::of4(&world.leases, address));

    dhcpcd.renew();
    assert_eq!(dhcpcd.renewed().address, bound.address);
    live4(&rows::of4(&world.leases, address));
    let mark = worker.mark();
    dhcpcd.release();
    worker.says_after(mark, &format!("{address} was given back"));
    ended4(&world.leases, address);
}

fn dhcpcd_gets_renews_and_releases_an_address_and_a_prefix(engine: Engine) {
    let world = World::direct(engine);
    let worker = Worker::start(&world.server, &config::only6(&world.leases));
    let conf = "noipv4\nnoipv6rs\nnodelay\niaid 1\nia_na 1\nia_pd 2\n";
    let mut dhcpcd = clients::dhcpcd(&world.client, "cli0", conf);
    let bound = dhcpcd.bound();
    let (address, (prefix, len)) = (v6(&bound), bound.prefix.unwrap());
    let (na, pd) = (
        rows::of6(&world.leases, address),
        rows::of6(&world.leases, prefix),
    );
    live6(&na);
    live6(&pd);
    assert_eq!((na.iaid, pd.iaid, pd.prefix_len), (1, 2, len));

    dhcpcd.renew();
    dhcpcd.renewed();
    live6(&rows::of6(&world.leases, address));
    let mark = worker.mark();
    dhcpcd.release();
    for given_back in [address, prefix] {
        worker.says_after(mark, &format!("{given_back} was given back"));
        ended6(&world.leases, given_back);
    }
}

fn dhclient_asks_for_what_it_remembers_after_a_restart_and_is_confirmed_or_refused(engine: Engine) {
    let world = World::direct(engine);
    let mut config = config::only4(&world.leases);
    let worker = Worker::start(&world.server, &config);
    let mut dhclient = clients::dhclient4(&world.client, "cli0", "");
    let address = v4(&dhclient.bound());
    dhclient.remembered(|_| true);

    let mark = worker.mark();
    dhclient.restart();
    let confirmed = dhclient.bound();
    assert_eq!(
        (confirmed.reason.as_str(), v4(&confirmed)),
        ("REBOOT", address)
    );
    assert!(!worker.says_after(mark, "DHCP4_LEASE").contains("OFFER"));

    // Its network was numbered anew meanwhile.
    config["Dhcp4"]["authoritative"] = json!(true);
    config["Dhcp4"]["subnet4"][0]["pools"] = json!([{ "pool": "192.0.2.10-192.0.2.19" }]);
    let mark = worker.mark();
    worker.reload(&config.to_string());
    worker.says_after(mark, "DHCP4_DYNAMIC_RECONFIGURATION_SUCCESS");
    dhclient.restart();
    dhclient
        .daemon()
        .wait_for_line("DHCPNAK", PATIENCE)
        .unwrap();
    let moved = dhclient.bound();
    assert_eq!(moved.reason, "BOUND");
    assert!((10..20).contains(&v4(&moved).octets()[3]), "{moved:?}");
    live4(&rows::of4(&world.leases, v4(&moved)));
}

fn dhclient_confirms_what_it_remembers_after_a_restart(engine: Engine) {
    let world = World::direct(engine);
    let worker = Worker::start(&world.server, &config::only6(&world.leases));
    let mut dhclient = clients::dhclient6(&world.client, "cli0", Wanted::Address, "");
    let address = v6(&dhclient.bound());
    dhclient.remembered(|lease| lease.address == Some(address.into()));
    let mark = worker.mark();
    dhclient.restart();
    dhclient
        .daemon()
        .wait_for_line("Confirm on cli0", PATIENCE)
        .unwrap();
    assert_eq!(v6(&dhclient.bound()), address);
    assert!(
        !worker.lines()[mark..]
            .iter()
            .any(|line| line.contains("ADVERT"))
    );
    live6(&rows::of6(&world.leases, address));
}

/// The server is gone; the client asks everybody in the end.
fn dhclient_rebinds_with_a_server_that_it_has_not_met(engine: Engine) {
    let world = World::direct(engine);
    let mut config = config::only4(&world.leases);
    config["Dhcp4"]["renew-timer"] = json!(1);
    config["Dhcp4"]["rebind-timer"] = json!(2);
    let worker = Worker::start(&world.server, &config);
    let mut dhclient = clients::dhclient4(&world.client, "cli0", "");
    let address = v4(&dhclient.bound());
    let first = rows::of4(&world.leases, address);
    worker.kill9();

    // Another machine takes over.
    world
        .server
        .run("ip", &["address", "delete", "192.0.2.1/24", "dev", "srv0"]);
    world.server.add_address("srv0", "192.0.2.2/24");
    let _second = Worker::start(&world.server, &config);
    // It tells its script that it renewed; the server says that it did not.
    let mut rebound = dhclient.renewed();
    while rebound.server.as_deref() != Some("192.0.2.2") {
        rebound = dhclient.renewed();
    }
    assert_eq!(v4(&rebound), address);
    assert!(rows::of4(&world.leases, address).expire > first.expire);
}

fn dhclient_rebinds_an_address_and_a_prefix_with_a_server_that_it_has_not_met(engine: Engine) {
    let world = World::direct(engine);
    let mut config = config::only6(&world.leases);
    config["Dhcp6"]["renew-timer"] = json!(1);
    config["Dhcp6"]["rebind-timer"] = json!(2);
    let worker = Worker::start(&world.server, &config);
    let mut dhclient = clients::dhclient6(&world.client, "cli0", Wanted::AddressAndPrefix, "");
    let (na, pd) = address_and_prefix(&mut dhclient);
    let (address, (prefix, _)) = (v6(&na), pd.prefix.unwrap());
    let first = rows::of6(&world.leases, address);
    worker.kill9();

    // A server with another identifier, but the same leases.
    config["Dhcp6"]["server-id"] =
        json!({ "type": "EN", "enterprise-id": 9, "identifier": "BEEF" });
    let _second = Worker::start(&world.server, &config);
    let (one, two) = (
        dhclient.next(&["REBIND"], PATIENCE).unwrap(),
        dhclient.next(&["REBIND"], PATIENCE).unwrap(),
    );
    let told = [one, two];
    assert!(told.iter().any(|told| told.address == Some(address.into())));
    assert!(
        told.iter()
            .any(|told| told.prefix.is_some_and(|(at, _)| at == prefix))
    );
    let second = rows::of6(&world.leases, address);
    assert!(second.expire > first.expire, "{first:?} {second:?}");
}

/// Somebody else on the link has the address that the client is about to be given: udhcpc asks by
/// ARP, finds it in use and declines.
fn an_address_in_use_is_set_aside_and_another_is_given(engine: Engine) {
    let world = World::direct(engine);
    let worker = Worker::start(&world.server, &config::only4(&world.leases));
    let squatter = Ipv4Addr::new(192, 0, 2, 150);
    world.server.add_address("srv0", "192.0.2.150/32");
    let begun = now();
    let arguments = ["-a", "-r", "192.0.2.150", "-A", "1"];
    let mut udhcpc = clients::udhcpc(&world.client, "cli0", &arguments);
    let bound = udhcpc.next(&["BOUND"], PATIENCE).unwrap();
    worker.says("declined");
    assert_ne!(v4(&bound), squatter);
    let declined = rows::of4(&world.leases, squatter);
    assert_eq!(
        (
            declined.state,
            declined.hwaddr.as_str(),
            declined.client_id.as_str()
        ),
        (DECLINED, "", "")
    );
    // The default probation period is a day.
    let probation = begun + 86_400..=now() + 86_401;
    assert!(probation.contains(&declined.expire), "{declined:?}");
    live4(&rows::of4(&world.leases, v4(&bound)));
}

// What is compared.

fn v4(binding: &Binding) -> Ipv4Addr {
    match binding.address {
        Some(IpAddr::V4(address)) => address,
        other => panic!("{other:?} in {binding:?}"),
    }
}

fn v6(binding: &Binding) -> Ipv6Addr {
    match binding.address {
        Some(IpAddr::V6(address)) => address,
        other => panic!("{other:?} in {binding:?}"),
    }
}

fn address_and_prefix(client: &mut Client) -> (Binding, Binding) {
    let (one, two) = (client.bound(), client.bound());
    if one.address.is_some() {
        (one, two)
    } else {
        (two, one)
    }
}

/// The row says what the client's own file says.
fn agrees4(row: &Row4, remembered: &Lease) {
    live4(row);
    assert_eq!(remembered.address, Some(row.address.into()));
    rows::told(remembered.lifetime, row.valid);
}

fn agrees6(row: &Row6, remembered: &Lease) {
    live6(row);
    rows::told(remembered.lifetime, row.valid);
    rows::told(remembered.preferred, row.preferred);
    assert_eq!(remembered.iaid, Some(row.iaid));
}

fn live4(row: &Row4) {
    assert_eq!(
        (row.state, row.subnet_id, row.valid),
        (DEFAULT, 1, config::VALID)
    );
    close(row.expire, now() + u64::from(config::VALID));
}

fn live6(row: &Row6) {
    assert_eq!((row.state, row.subnet_id), (DEFAULT, 1));
    assert_eq!(
        (row.preferred, row.valid),
        (config::PREFERRED, config::VALID)
    );
    close(row.expire, now() + u64::from(config::VALID));
}

/// A lease given back is kept for its client, as `hold-reclaimed-time` says by default, but ended.
fn ended4(leases: &Leases, address: Ipv4Addr) {
    let row = rows::of4(leases, address);
    assert_eq!(row.state, RECLAIMED, "{row:?}");
}

fn ended6(leases: &Leases, address: Ipv6Addr) {
    let row = rows::of6(leases, address);
    assert_eq!(row.state, RECLAIMED, "{row:?}");
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

#[track_caller]
fn close(one: u64, other: u64) {
    assert!(
        one.abs_diff(other) <= 2,
        "{one} and {other} are not the same time"
    );
}
