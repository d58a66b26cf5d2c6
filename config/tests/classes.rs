//! Client classes, shared networks and reservations: what they mean once they load, and what is refused.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::net::Ipv4Addr;

use common::{notes, v4, v4_errors};
use murre_classify::Membership;
use murre_config::{GLOBAL, Host, IdentifierKind, ReservationModes, Server, Triplet};
use murre_wire::V4;

fn members(server: &Server<V4>, names: &[&str]) -> Membership {
    let mut members = Membership::default();
    for name in names {
        members.insert(server.classes.set().names().find(name).unwrap());
    }
    members
}

fn host(server: &Server<V4>, subnet: u32, kind: IdentifierKind, value: &[u8]) -> Option<Host<V4>> {
    let mut all = server.hosts.of(kind, value).iter();
    all.find_map(|(id, host)| (*id == subnet).then(|| (**host).clone()))
}

#[test]
fn a_class_gives_what_it_says_in_the_order_of_assignment() {
    let server = v4(r#""client-classes": [
        { "name": "one", "test": "option[60].exists", "valid-lifetime": 60, "next-server": "10.0.0.1" },
        { "name": "two", "valid-lifetime": 70, "boot-file-name": "two", "offer-lft": 5 } ]"#);
    let both = members(&server, &["two", "one"]);
    let values: Vec<_> = server.classes.values(&both).collect();
    assert_eq!(values[0].valid, Some(Triplet::fixed(70)));
    assert_eq!(values[0].offer_lifetime, Some(5));
    assert_eq!(values[1].next_server, Some(Ipv4Addr::new(10, 0, 0, 1)));
    assert_eq!(values.len(), 2);
    assert!(server.classes.matter());
    assert!(
        !v4("").classes.matter(),
        "where none is mentioned none matters"
    );
}

#[test]
fn a_guard_of_any_scope_closes_what_is_in_it() {
    let server = v4(
        r#""shared-networks": [ { "name": "n", "client-class": "a", "subnet4": [
        { "id": 1, "subnet": "10.0.0.0/24", "client-classes": [ "b", "c" ],
          "pools": [ { "pool": "10.0.0.0/25", "client-class": "d", "evaluate-additional-classes": [ "e" ] } ] } ] } ]"#,
    );
    let subnet = &server.subnets()[0];
    for (names, is_open) in [
        (&["a"][..], false),
        (&["b"], false),
        (&["a", "b"], true),
        (&["a", "c"], true),
    ] {
        assert_eq!(
            subnet.admits(&members(&server, names)),
            is_open,
            "{names:?}"
        );
    }
    let pool = &subnet.pools[0];
    assert!(pool.classes.guard.admits(&members(&server, &["d"])));
    assert!(!pool.classes.guard.admits(&members(&server, &["a"])));
    assert_eq!(pool.classes.required.len(), 1);
}

#[test]
fn classes_that_cannot_be_are_refused_where_they_are() {
    let refused = |classes: &str| v4_errors(&format!("\"client-classes\": [ {classes} ]"));
    for (class, reason) in [
        (r#"{ "test": "option[60].exists" }"#, "\"name\" is missing"),
        (
            r#"{ "name": "a", "test": "option[60]" }"#,
            "t.json:2:44: \"test\": ",
        ),
        (
            r#"{ "name": "a", "test": "member('b')" }, { "name": "b" }"#,
            "member('b') in class 'a': that class is not defined before it",
        ),
        (
            r#"{ "name": "a" }, { "name": "a" }"#,
            "the class 'a' is defined twice",
        ),
        (
            r#"{ "name": "a", "test": "'a' == 'a'", "template-test": "'a'" }"#,
            "not both",
        ),
        (
            r#"{ "name": "ALL", "test": "'a' == 'a'" }"#,
            "it takes no expression",
        ),
        (
            r#"{ "name": "DROP", "only-if-required": true }"#,
            "cannot be \"only-if-required\"",
        ),
        (
            r#"{ "name": "a", "only-if-required": true, "only-in-additional-list": true }"#,
            "say the same",
        ),
        (
            r#"{ "name": "a", "option-def": [ { "name": "x", "code": 222, "type": "string" } ] }"#,
            "options 43 and 224 to 254",
        ),
        (
            r#"{ "name": "a", "option-def": [ { "name": "x", "code": 230, "type": "string", "space": "y" } ] }"#,
            "options 43 and 224 to 254",
        ),
    ] {
        let errors = refused(class);
        assert!(errors.contains(reason), "{class}: {errors}");
    }
}

#[test]
fn a_class_defines_its_own_private_options() {
    let server = v4(r#""client-classes": [
        { "name": "a", "option-def": [ { "name": "x", "code": 230, "type": "uint16" } ], "option-data": [ { "name": "x", "data": "258" } ] },
        { "name": "b", "option-def": [ { "name": "x", "code": 230, "type": "string" } ], "option-data": [ { "name": "x", "data": "258" } ] } ]"#);
    let data = |class: &str| {
        let members = members(&server, &[class]);
        let mut values = server.classes.values(&members);
        values
            .next()
            .unwrap()
            .options
            .get(230)
            .unwrap()
            .data
            .to_vec()
    };
    assert_eq!(data("a"), [1, 2]);
    assert_eq!(data("b"), b"258");
}

#[test]
fn a_class_that_is_required_and_not_defined_is_told_of() {
    let told = notes(
        r#"{ "Dhcp4": { "subnet4": [ { "id": 1, "subnet": "10.0.0.0/24", "require-client-classes": [ "x" ] } ] } }"#,
    );
    assert!(
        told.contains("class \"x\" is required here, but nothing defines it"),
        "{told}"
    );
}

#[test]
fn a_network_hands_down_and_its_subnets_are_candidates_in_turn() {
    let server = v4(
        r#""valid-lifetime": 100, "subnet4": [ { "id": 9, "subnet": "10.9.0.0/24" } ],
        "shared-networks": [ { "name": "n", "valid-lifetime": 200, "allocator": "flq", "interface": "eth0", "relay": { "ip-addresses": [ "10.99.0.1" ] },
        "option-data": [ { "name": "domain-name", "data": "net" }, { "name": "log-servers", "data": "10.0.0.1" } ], "subnet4": [
        { "id": 1, "subnet": "10.1.0.0/24" },
        { "id": 2, "subnet": "10.2.0.0/24", "valid-lifetime": 300, "allocator": "random", "option-data": [ { "name": "domain-name", "data": "sub" } ] },
        { "id": 3, "subnet": "10.3.0.0/24" } ] } ]"#,
    );
    let subnet = |id| server.subnet_by_id(id).unwrap();
    let valid = |id| subnet(id).lifetimes.valid.default;
    assert_eq!([valid(9), valid(1), valid(2)], [100, 200, 300]);
    let allocators = [9, 1, 2].map(|id| subnet(id).allocator);
    use murre_config::Allocator::{Flq, Iterative, Random};
    assert_eq!(allocators, [Iterative, Flq, Random]);
    assert_eq!(&subnet(1).options.get(15).unwrap().data[..], b"net");
    assert_eq!(&subnet(2).options.get(15).unwrap().data[..], b"sub");
    assert!(subnet(2).options.get(7).is_some());
    assert_eq!(server.subnets_on_interface("eth0").count(), 3);
    assert_eq!(
        server
            .subnets_for_relay("10.99.0.1".parse().unwrap())
            .count(),
        3
    );
    let candidates = |id| -> Vec<u32> {
        let all = server.candidates(subnet(id));
        all.map(|subnet| subnet.id).collect()
    };
    assert_eq!(candidates(1), [1, 2, 3]);
    assert_eq!(candidates(2), [2, 3, 1]);
    assert_eq!(candidates(9), [9]);
}

#[test]
fn networks_whose_subnets_are_not_of_one_link_are_refused() {
    let refused = |keys: &str| {
        v4_errors(&format!(
            r#""shared-networks": [ {{ "name": "n", "subnet4": [
            {{ "id": 1, "subnet": "10.1.0.0/24", {keys} ] }} ]"#
        ))
    };
    let second = r#"}, { "id": 2, "subnet": "10.2.0.0/24""#;
    for (keys, key) in [
        (
            format!(r#""interface": "a" {second}, "interface": "b" }}"#),
            "interface",
        ),
        (
            format!(r#""authoritative": true {second} }}"#),
            "authoritative",
        ),
    ] {
        let errors = refused(&keys);
        let expected = format!("all subnets of a shared network must have the same \"{key}\"");
        assert!(errors.contains(&expected), "{errors}");
    }
    let relays = notes(
        r#"{ "Dhcp4": { "shared-networks": [ { "name": "n", "subnet4": [
        { "id": 1, "subnet": "10.1.0.0/24", "relay": { "ip-addresses": [ "10.9.0.1" ] } },
        { "id": 2, "subnet": "10.2.0.0/24", "relay": { "ip-addresses": [ "10.9.0.2" ] } } ] } ] } }"#,
    );
    assert!(relays.contains("has another \"relay\""), "{relays}");
    let twice = v4_errors(r#""shared-networks": [ { "name": "n" }, { "name": "n" }, { } ]"#);
    assert!(
        twice.contains("shared network \"n\" is given twice"),
        "{twice}"
    );
    assert!(
        twice.contains("\"name\" is missing in shared-networks"),
        "{twice}"
    );
    let ids = v4_errors(
        r#""subnet4": [ { "id": 1, "subnet": "10.1.0.0/24" } ],
        "shared-networks": [ { "name": "n", "subnet4": [ { "id": 1, "subnet": "10.2.0.0/24" } ] } ]"#,
    );
    assert!(ids.contains("subnet id 1 is given twice"), "{ids}");
}

#[test]
fn hosts_are_found_by_every_kind_of_identifier() {
    use IdentifierKind::{CircuitId, ClientId, Duid, FlexId, HwAddress};
    let server = v4(
        r#""reservations": [ { "hw-address": "01:02:03:04:05:06", "hostname": "everywhere" } ],
        "subnet4": [ { "id": 7, "subnet": "10.0.0.0/24", "reservations": [
        { "hw-address": "010203040506", "ip-address": "10.0.0.1" },
        { "duid": "00:01", "ip-address": "10.0.0.2" },
        { "circuit-id": "'port'", "ip-address": "10.0.0.3" },
        { "client-id": "01 ff", "ip-address": "10.0.0.4" },
        { "flex-id": "0xabc", "ip-address": "" } ] } ]"#,
    );
    let address = |kind, value: &[u8]| {
        let found = host(&server, 7, kind, value).unwrap();
        found.addresses.first().map(|address| address.octets()[3])
    };
    assert_eq!(address(HwAddress, &[1, 2, 3, 4, 5, 6]), Some(1));
    assert_eq!(address(Duid, &[0, 1]), Some(2));
    assert_eq!(address(CircuitId, b"port"), Some(3));
    assert_eq!(address(ClientId, &[1, 0xff]), Some(4));
    assert_eq!(address(FlexId, &[0x0a, 0xbc]), None);
    assert!(host(&server, 7, ClientId, &[0, 1]).is_none());
    let everywhere = host(&server, GLOBAL, HwAddress, &[1, 2, 3, 4, 5, 6]).unwrap();
    assert_eq!(everywhere.hostname.as_deref(), Some("everywhere"));
    assert_eq!(server.hosts.holders(7, Ipv4Addr::new(10, 0, 0, 2)).len(), 1);
    assert_eq!(
        server.host_identifiers,
        [HwAddress, Duid, CircuitId, ClientId]
    );
}

#[test]
fn reservations_that_cannot_be_are_refused_where_they_are() {
    let refused = |hosts: &str| {
        let subnet = r#""subnet4": [ { "id": 1, "subnet": "10.0.0.0/24", "reservations": ["#;
        v4_errors(&format!("{subnet} {hosts} ] }} ]"))
    };
    for (hosts, reason) in [
        (
            r#"{ "ip-address": "10.0.0.1" }"#,
            "needs one of hw-address, duid",
        ),
        (r#"{ "hw-address": "01", "duid": "02" }"#, "not both"),
        (r#"{ "hw-address": "xy" }"#, "\"hw-address\": "),
        (r#"{ "hw-address": "" }"#, "\"hw-address\" is empty"),
        (
            r#"{ "hw-address": "01", "ip-address": "10.0.1.1" }"#,
            "10.0.1.1 does not lie in subnet 10.0.0.0/24",
        ),
        (
            r#"{ "hw-address": "01", "ip-address": "x" }"#,
            "must be an address",
        ),
        (
            r#"{ "hw-address": "01" }, { "hw-address": "01" }"#,
            "this client has another reservation",
        ),
        (
            r#"{ "hw-address": "01", "ip-address": "10.0.0.1" }, { "hw-address": "02", "ip-address": "10.0.0.1" }"#,
            "10.0.0.1 is reserved twice",
        ),
        (
            r#"{ "hw-address": "01", "boot-file-name": true }"#,
            "must be a string",
        ),
    ] {
        let errors = refused(hosts);
        assert!(errors.contains(reason), "{hosts}: {errors}");
    }
    let long = format!(r#"{{ "client-id": "{}" }}"#, "ab".repeat(129));
    assert!(refused(&long).contains("129 bytes, at most 128 fit"));
}

#[test]
fn an_address_may_be_reserved_for_several_where_that_is_allowed() {
    let server = v4(
        r#""ip-reservations-unique": false, "subnet4": [ { "id": 1, "subnet": "10.0.0.0/24", "reservations": [
        { "hw-address": "01", "ip-address": "10.0.0.1" }, { "hw-address": "02", "ip-address": "10.0.0.1" } ] } ]"#,
    );
    assert_eq!(server.hosts.holders(1, Ipv4Addr::new(10, 0, 0, 1)).len(), 2);
}

#[test]
fn modes_are_three_flags_or_one_word_and_are_inherited_one_by_one() {
    let server = v4(
        r#""reservations-global": true, "shared-networks": [ { "name": "n", "reservation-mode": "out-of-pool",
        "subnet4": [ { "id": 1, "subnet": "10.1.0.0/24" }, { "id": 2, "subnet": "10.2.0.0/24", "reservation-mode": "disabled" } ] } ],
        "subnet4": [ { "id": 3, "subnet": "10.3.0.0/24", "reservations-in-subnet": false }, { "id": 4, "subnet": "10.4.0.0/24", "reservation-mode": "all" } ]"#,
    );
    let modes = |id| {
        let ReservationModes {
            global,
            in_subnet,
            out_of_pool,
        } = server.subnet_by_id(id).unwrap().reservations;
        (global, in_subnet, out_of_pool)
    };
    assert_eq!(modes(1), (false, true, true));
    assert_eq!(modes(2), (false, false, false));
    assert_eq!(modes(3), (true, false, false));
    assert_eq!(modes(4), (false, true, false));
    let both = v4_errors(r#""reservation-mode": "all", "reservations-global": true"#);
    assert!(both.contains("say the same; give one"), "{both}");
}

#[test]
fn identifiers_to_look_for_have_an_order_and_are_known() {
    use IdentifierKind::{ClientId, FlexId};
    let server = v4(r#""host-reservation-identifiers": [ "client-id", "flex-id" ]"#);
    assert_eq!(server.host_identifiers, [ClientId, FlexId]);
    let refused = |list: &str| v4_errors(&format!("\"host-reservation-identifiers\": {list}"));
    assert!(refused(r#"[ "mac" ]"#).contains("must be one of hw-address, duid"));
    assert!(refused(r#"[ "duid", "duid" ]"#).contains("listed twice"));
    assert!(refused("[]").contains("must name one at least"));
}

#[test]
fn the_keys_of_others_are_read_and_told_of() {
    let told = notes(
        r#"{ "Dhcp4": { "compatibility": { "lenient-option-parsing": true }, "sanity-checks": { "lease-checks": "fix-del" },
        "dhcp-queue-control": { "enable-queue": true, "queue-type": "kea-ring4", "capacity": 64 },
        "reservations-lookup-first": true, "parked-packet-limit": 128 } }"#,
    );
    for key in [
        "lenient-option-parsing",
        "lease-checks",
        "enable-queue",
        "reservations-lookup-first",
        "parked-packet-limit",
    ] {
        assert!(told.contains(&format!("\"{key}\" has no effect")), "{told}");
    }
    let wrong = v4_errors(
        r#""sanity-checks": { "lease-checks": "x" }, "compatibility": { "exclude-first-last-24": 1 },
        "dhcp-queue-control": { "capacity": 0 }, "parked-packet-limit": -1"#,
    );
    for reason in [
        "must be one of \"none\"",
        "must be true or false",
        "from 1 to",
        "\"parked-packet-limit\" must be",
    ] {
        assert!(wrong.contains(reason), "{wrong}");
    }
}

#[test]
fn a_server_identifier_that_comes_too_late_is_warned_of() {
    let id = |name: &str| format!(r#""option-data": [ {{ {name}, "data": "192.0.2.9" }} ]"#);
    let (named, coded) = (
        id(r#""name": "dhcp-server-identifier""#),
        id(r#""code": 54"#),
    );
    let told = notes(&format!(
        r#"{{ "Dhcp4": {{ "client-classes": [
        {{ "name": "a", "only-if-required": true, "test": "option[60].exists", {named} }},
        {{ "name": "b", "test": "option[60].exists", {named} }} ], {named},
        "subnet4": [ {{ "id": 1, "subnet": "192.0.2.0/24", {coded}, "require-client-classes": [ "a" ],
        "pools": [ {{ "pool": "192.0.2.1-192.0.2.3", {coded} }} ],
        "reservations": [ {{ "hw-address": "02:00:00:00:00:01", {coded} }} ] }} ] }} }}"#
    ));
    let lines: Vec<_> = told
        .lines()
        .filter(|line| line.contains("comes too late"))
        .collect();
    let expected = [
        ("t.json:2:", "a class"),
        ("t.json:5:", "a pool"),
        ("t.json:6:", "a reservation"),
    ];
    assert_eq!(lines.len(), expected.len(), "{told}");
    for (line, (place, whose)) in lines.iter().zip(expected) {
        assert!(
            line.starts_with(place) && line.contains(&format!("of {whose}")),
            "{line}"
        );
    }
}

#[test]
fn what_is_to_be_recalled_and_never_kept_is_warned_of() {
    let told = |store: bool| {
        notes(&format!(
            r#"{{ "Dhcp4": {{ "stash-agent-options": true, "subnet4": [
            {{ "id": 1, "subnet": "192.0.2.0/24", "store-extended-info": {store} }} ] }} }}"#
        ))
    };
    assert!(told(false).contains("\"stash-agent-options\" has no effect"));
    assert!(!told(true).contains("stash-agent-options"));
}
