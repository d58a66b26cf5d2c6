//! DHCPv4-over-DHCPv6: the port, and the keys of subnets.
#![allow(clippy::unwrap_used)]

mod common;

use common::{notes, v4, v4_errors, v6_errors};
use murre_config::{Dhcp4o6, Dhcp4o6Place};

#[test]
fn the_port_is_the_first_of_two() {
    assert_eq!(v4("").dhcp4o6_port, None);
    assert_eq!(v4(r#""dhcp4o6-port": 0"#).dhcp4o6_port, None);
    assert_eq!(v4(r#""dhcp4o6-port": 6767"#).dhcp4o6_port, Some(6767));
    insta::assert_snapshot!(v4_errors(r#""dhcp4o6-port": 65535"#), @r#"t.json:2:17: "dhcp4o6-port" must be an integer from 0 to 65534, not 65535"#);
    insta::assert_snapshot!(v6_errors(r#""dhcp4o6-port": 6767"#), @r#"t.json:2:1: "dhcp4o6-port" is not supported yet"#);
}

#[test]
fn a_subnet_is_found_by_its_keys_alone() {
    let server = v4(r#""dhcp4o6-port": 6767, "subnet4": [
            { "id": 1, "subnet": "192.0.2.0/24", "interface": "eth0" },
            { "id": 2, "subnet": "192.0.3.0/24", "4o6-interface": "eth0", "4o6-interface-id": "port7" },
            { "id": 3, "subnet": "192.0.4.0/24", "4o6-subnet": "2001:db8:1:1::9/64" },
            { "id": 4, "subnet": "192.0.5.0/24", "4o6-subnet": "", "4o6-interface": "", "4o6-interface-id": "" } ]"#);
    assert_eq!(server.subnets()[3].dhcp4o6, Dhcp4o6::default());
    let found = |source: &str, interface, interface_id: Option<&'static str>| {
        let place = Dhcp4o6Place {
            source: source.parse().unwrap(),
            interface,
            interface_id: interface_id.map(str::as_bytes),
        };
        let found = server.subnets_over_dhcp6(&place);
        found.map(|subnet| subnet.id).collect::<Vec<_>>()
    };
    assert_eq!(found("2001:db8::1", "eth0", None), [2]);
    assert_eq!(found("2001:db8::1", "eth1", Some("port7")), [2]);
    assert_eq!(found("2001:db8:1:1::1", "eth1", Some("port")), [3]);
    assert_eq!(found("2001:db8:1:2::1", "eth1", None), [0; 0]);
}

#[test]
fn a_prefix_that_is_none_is_refused() {
    let of = |prefix: &str| {
        v4_errors(&format!(
            r#""subnet4": [ {{ "id": 1, "subnet": "192.0.2.0/24", "4o6-subnet": "{prefix}" }} ]"#
        ))
    };
    insta::assert_snapshot!(of("2001:db8::"), @r#"t.json:2:65: a subnet is "prefix/length", not "2001:db8::""#);
    insta::assert_snapshot!(of("10.0.0.0/8"), @r#"t.json:2:65: "10.0.0.0" is not an IPv6 address"#);
    insta::assert_snapshot!(of("2001:db8::/129"), @r#"t.json:2:65: "129" is not a prefix length from 0 to 128"#);
}

#[test]
fn keys_that_do_nothing_without_each_other_are_told_of() {
    let notes = |text: &str| {
        let leases = r#""lease-database": { "type": "memfile" }"#;
        notes(&format!("{{ \"Dhcp4\": {{ {leases},\n{text} }} }}"))
    };
    let subnet = r#""subnet4": [ { "id": 1, "subnet": "192.0.2.0/24", "4o6-interface": "eth0" } ]"#;
    let port = r#""dhcp4o6-port": 6767"#;
    insta::assert_snapshot!(notes(port), @r#"t.json:2:17: no query over DHCPv6 is answered: no subnet has "4o6-subnet", "4o6-interface" or "4o6-interface-id""#);
    insta::assert_snapshot!(notes(subnet), @r#"t.json:1:12: "4o6-subnet", "4o6-interface" and "4o6-interface-id" have no effect without "dhcp4o6-port""#);
    insta::assert_snapshot!(notes(&format!("{port}, {subnet}")), @"");
}
