//! The harness at work on Debian's Kea: every client, relay and generator does what its module
//! says, so that a failure elsewhere is not the harness's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::IpAddr;
use std::time::Duration;

use murre_harness::clients::{self, Client, Wanted};
use murre_harness::database::{self, Database};
use murre_harness::netns::{End, Link, Namespace, require_root_and_namespaces};
use murre_harness::process::Daemon;
use murre_harness::{kea, perfdhcp, relay};

/// Short enough to see a renewal.
const CONF4: &str = r#"{ "Dhcp4": {
    "interfaces-config": { "interfaces": [ "srv0" ] },
    "valid-lifetime": 600, "renew-timer": 2, "rebind-timer": 300,
    "subnet4": [
        { "id": 1, "subnet": "192.0.2.0/24", "pools": [ { "pool": "192.0.2.100-192.0.2.199" } ],
          "interface": "srv0" },
        { "id": 2, "subnet": "10.0.0.0/8", "pools": [ { "pool": "10.1.0.0-10.9.255.255" } ] }
    ] } }"#;

const CONF6: &str = r#"{ "Dhcp6": {
    "interfaces-config": { "interfaces": [ "srv0", "srv0/2001:db8:1::1" ] },
    "preferred-lifetime": 500, "valid-lifetime": 600, "renew-timer": 2, "rebind-timer": 300,
    "subnet6": [
        { "id": 1, "subnet": "2001:db8:1::/64", "interface": "srv0",
          "pools": [ { "pool": "2001:db8:1::100-2001:db8:1::1ff" } ],
          "pd-pools": [ { "prefix": "2001:db8:8000::", "prefix-len": 40, "delegated-len": 56 } ] },
        { "id": 2, "subnet": "2001:db8:2::/64",
          "pools": [ { "pool": "2001:db8:2::100-2001:db8:2::1ff" } ] }
    ] } }"#;

/// A server and a client on one link.
struct Pair {
    client: Namespace,
    server: Namespace,
}

fn pair() -> Pair {
    let (server, client) = (Namespace::new("srv"), Namespace::new("cli"));
    let end = End::new(&server, "srv0")
        .address("192.0.2.1/24")
        .address("2001:db8:1::1/64");
    Link::connect(&end, &End::new(&client, "cli0"));
    Pair { client, server }
}

/// A client's link and a server's link with a relay between them.
fn relayed() -> (Pair, Namespace) {
    let (server, client, middle) = (
        Namespace::new("srv"),
        Namespace::new("cli"),
        Namespace::new("rel"),
    );
    let up = End::new(&middle, "up0")
        .address("192.0.2.2/24")
        .address("2001:db8:1::2/64");
    let end = End::new(&server, "srv0")
        .address("192.0.2.1/24")
        .address("2001:db8:1::1/64");
    Link::connect(&end, &up);
    let down = End::new(&middle, "down0")
        .address("10.0.0.1/8")
        .address("2001:db8:2::1/64");
    Link::connect(&down, &End::new(&client, "cli0"));
    server.add_route(&["10.0.0.0/8", "via", "192.0.2.2"]);
    server.add_route(&["2001:db8:2::/64", "via", "2001:db8:1::2"]);
    middle.forward();
    (Pair { client, server }, middle)
}

fn addresses(namespace: &Namespace) -> String {
    namespace.run("ip", &["address", "show", "dev", "cli0"])
}

#[test]
fn dhclient_gets_renews_and_releases_an_address_and_its_file_says_the_same() {
    if !require_root_and_namespaces() {
        return;
    }
    let Pair { client, server } = pair();
    let database = database::postgres().fresh();
    let _kea = kea::start4(Some(&server), CONF4, Some(&database));
    let mut dhclient = clients::dhclient4(&client, "cli0", "");
    let bound = dhclient.bound();
    let address = bound.address.unwrap().to_string();
    assert!(address.starts_with("192.0.2.1"), "{address}");
    assert_eq!(
        (bound.lifetime, bound.server.as_deref()),
        (Some(600), Some("192.0.2.1"))
    );
    assert!(addresses(&client).contains(&address));
    let remembered = dhclient.lease_file().pop().unwrap();
    assert_eq!(
        (remembered.address, remembered.lifetime),
        (bound.address, bound.lifetime)
    );
    assert_eq!(
        database.value("SELECT '0.0.0.0'::inet + address FROM lease4"),
        address
    );

    assert_eq!(dhclient.renewed().address, bound.address);
    dhclient.restart();
    let confirmed = dhclient.bound();
    assert_eq!(
        (confirmed.reason.as_str(), confirmed.address),
        ("REBOOT", bound.address)
    );
    dhclient.release();
    assert!(!addresses(&client).contains(&address));
}

#[test]
fn udhcpc_gets_renews_and_releases_an_address() {
    if !require_root_and_namespaces() {
        return;
    }
    let Pair { client, server } = pair();
    let _kea = kea::start4(Some(&server), CONF4, None);
    let mut udhcpc = clients::udhcpc(&client, "cli0", &["-r", "192.0.2.150"]);
    let bound = udhcpc.bound();
    assert_eq!(bound.address, Some(IpAddr::from([192, 0, 2, 150])));
    assert_eq!(
        (bound.lifetime, bound.server.as_deref()),
        (Some(600), Some("192.0.2.1"))
    );
    udhcpc.renew();
    assert_eq!(udhcpc.renewed().address, bound.address);
    udhcpc.release();
    udhcpc.next(&["DECONFIG"], Duration::from_secs(10)).unwrap();
}

#[test]
fn dhcpcd_gets_renews_and_releases_an_address() {
    if !require_root_and_namespaces() {
        return;
    }
    let Pair { client, server } = pair();
    let _kea = kea::start4(Some(&server), CONF4, None);
    let mut dhcpcd = clients::dhcpcd(&client, "cli0", "ipv4only\nclientid\nnoarp\n");
    let bound = dhcpcd.bound();
    assert!(bound.address.unwrap().to_string().starts_with("192.0.2.1"));
    assert_eq!(
        (bound.lifetime, bound.server.as_deref()),
        (Some(600), Some("192.0.2.1"))
    );
    dhcpcd.renew();
    assert_eq!(dhcpcd.renewed().address, bound.address);
    dhcpcd.release();
    dhcpcd.next(&["STOP"], Duration::from_secs(10)).unwrap();
}

/// The bindings of an address and of a prefix, in whichever order they come.
fn address_and_prefix(client: &mut Client) -> (clients::Binding, clients::Binding) {
    let (one, two) = (client.bound(), client.bound());
    if one.address.is_some() {
        (one, two)
    } else {
        (two, one)
    }
}

#[test]
fn dhclient_gets_renews_and_releases_an_address_and_a_prefix() {
    if !require_root_and_namespaces() {
        return;
    }
    let Pair { client, server } = pair();
    let database = database::postgres().fresh();
    let _kea = kea::start6(Some(&server), CONF6, Some(&database));
    let mut dhclient = clients::dhclient6(&client, "cli0", Wanted::AddressAndPrefix, "");
    let (address, prefix) = address_and_prefix(&mut dhclient);
    assert_eq!(
        (address.preferred, address.lifetime),
        (Some(500), Some(600))
    );
    assert!(addresses(&client).contains(&address.address.unwrap().to_string()));
    assert_eq!(prefix.prefix.unwrap().1, 56);
    assert!(address.server.is_some());
    let remembered = dhclient.lease_file();
    assert!(
        remembered
            .iter()
            .any(|lease| lease.address == address.address)
    );
    assert!(remembered.iter().any(|lease| lease.prefix == prefix.prefix));
    assert_eq!(
        database.value("SELECT COUNT(*) FROM lease6 WHERE state = 0"),
        "2"
    );
    dhclient.renewed();
    dhclient.release();
    assert!(!addresses(&client).contains(&address.address.unwrap().to_string()));
}

#[test]
fn dhcpcd_gets_an_address_and_a_prefix() {
    if !require_root_and_namespaces() {
        return;
    }
    let Pair { client, server } = pair();
    let _kea = kea::start6(Some(&server), CONF6, None);
    let conf = "noipv4\nnoipv6rs\nduid\nia_na 1\nia_pd 2\n";
    let bound = clients::dhcpcd(&client, "cli0", conf).bound();
    assert!(
        bound
            .address
            .unwrap()
            .to_string()
            .starts_with("2001:db8:1::1")
    );
    assert_eq!(bound.prefix.unwrap().1, 56);
    assert_eq!((bound.preferred, bound.lifetime), (Some(500), Some(600)));
}

#[test]
fn clients_behind_a_relay_are_served_from_the_subnet_of_their_link() {
    if !require_root_and_namespaces() {
        return;
    }
    let (Pair { client, server }, middle) = relayed();
    let _kea4 = kea::start4(Some(&server), CONF4, None);
    let _kea6 = kea::start6(Some(&server), CONF6, None);
    let _relays: [Daemon; 2] = [
        relay::dhcrelay4(&middle, &["down0"], &["up0"], "192.0.2.1"),
        relay::dhcrelay6(&middle, &["down0"], "up0", "2001:db8:1::1"),
    ];
    let bound = clients::udhcpc(&client, "cli0", &[]).bound();
    assert!(
        bound.address.unwrap().to_string().starts_with("10."),
        "{bound:?}"
    );
    let bound = clients::dhclient6(&client, "cli0", Wanted::Address, "").bound();
    assert!(
        bound
            .address
            .unwrap()
            .to_string()
            .starts_with("2001:db8:2::"),
        "{bound:?}"
    );
}

#[test]
fn perfdhcp_reports_what_it_was_granted() {
    if !require_root_and_namespaces() {
        return;
    }
    let Pair { client, server } = pair();
    client.add_address("cli0", "10.0.0.2/8");
    server.add_route(&["10.0.0.0/8", "dev", "srv0"]);
    let check = |database: Database, sql: &str| {
        let _kea = kea::start4(Some(&server), CONF4, Some(&database));
        let arguments = [
            "-4", "-r", "200", "-R", "100000", "-p", "2", "-W", "500000", "-u", "-x", "t",
        ];
        let report = perfdhcp::run(
            &client,
            &[&arguments[..], &["-l", "10.0.0.2", "192.0.2.1"]].concat(),
        );
        assert!(report.first.sent > 380, "{}", report.text);
        assert!(report.lost() < 0.1, "{}", report.text);
        assert_eq!(report.second.delays_ms.len() as u64, report.completed());
        let median = report.second.quantile_ms(0.5).unwrap();
        assert!(
            median > report.second.min_ms - 0.01 && median < report.second.max_ms,
            "{median}"
        );
        assert_eq!(report.second.doubled, 0);
        let rows: u64 = database.value(sql).parse().unwrap();
        assert!(
            rows >= report.completed() * 99 / 100,
            "{rows} rows: {}",
            report.text
        );
    };
    check(database::postgres().fresh(), "SELECT COUNT(*) FROM lease4");
    check(database::mariadb().fresh(), "SELECT COUNT(*) FROM lease4");
}

#[test]
fn a_cut_link_carries_nothing_until_it_is_mended() {
    if !require_root_and_namespaces() {
        return;
    }
    let (one, other) = (Namespace::new("one"), Namespace::new("other"));
    let link = Link::connect(
        &End::new(&one, "one0").address("192.0.2.1/24"),
        &End::new(&other, "other0").address("192.0.2.2/24"),
    );
    let ping = || {
        murre_harness::process::output(one.command("busybox").args([
            "ping",
            "-c1",
            "-W1",
            "192.0.2.2",
        ]))
        .status
        .success()
    };
    assert!(ping());
    link.cut();
    assert!(!ping());
    link.mend();
    assert!(ping());
}
