//! What subnets, pools and options mean once they load: values, defaults, inheritance.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::net::{Ipv4Addr, Ipv6Addr};

use common::{config, notes, v4, v6};
use murre_config::{Allocator, OptionSet, PoolKind, Triplet};

#[test]
fn lifetimes_are_inherited_as_triplets_and_timers_one_by_one() {
    let server = v4(r#""valid-lifetime": 4000, "min-valid-lifetime": 1000,
        "max-valid-lifetime": 9000, "renew-timer": 100, "subnet4": [
        { "id": 1, "subnet": "10.0.0.0/24" },
        { "id": 2, "subnet": "10.0.1.0/24", "valid-lifetime": 600, "rebind-timer": 200 },
        { "id": 3, "subnet": "10.0.2.0/24", "min-valid-lifetime": 60, "max-valid-lifetime": 80 } ]"#);
    let lifetimes: Vec<_> = server
        .subnets()
        .iter()
        .map(|subnet| &subnet.lifetimes)
        .collect();
    assert_eq!(
        lifetimes[0].valid,
        Triplet {
            min: 1000,
            default: 4000,
            max: 9000
        }
    );
    assert_eq!(
        lifetimes[1].valid,
        Triplet::fixed(600),
        "the triplet below replaces the one above"
    );
    assert_eq!(
        lifetimes[2].valid,
        Triplet {
            min: 60,
            default: 60,
            max: 80
        }
    );
    assert_eq!(
        (lifetimes[1].renew, lifetimes[1].rebind),
        (Some(100), Some(200))
    );
    assert_eq!(lifetimes[0].choose_valid(Some(20)), 1000);
}

#[test]
fn timers_given_above_switch_calculation_off_beneath() {
    let server = v6(
        r#""renew-timer": 100, "rebind-timer": 200, "subnet6": [ { "id": 1,
        "subnet": "2001:db8::/64", "calculate-tee-times": true, "t1-percent": 0.1 } ]"#,
    );
    assert_eq!(
        server.subnets()[0].lifetimes.tee_times(3000),
        (Some(100), Some(200))
    );
    let server = v4(
        r#""calculate-tee-times": true, "t1-percent": 0.25, "t2-percent": 0.75,
        "subnet4": [ { "id": 1, "subnet": "10.0.0.0/24", "t2-percent": 0.5 } ]"#,
    );
    assert_eq!(server.lifetimes.tee_times(4000), (Some(1000), Some(3000)));
    assert_eq!(
        server.subnets()[0].lifetimes.tee_times(4000),
        (Some(1000), Some(2000))
    );
}

#[test]
fn preferred_lifetimes_are_read_in_v6() {
    let server = v6(
        r#""preferred-lifetime": 3000, "min-preferred-lifetime": 2000,
        "valid-lifetime": 4000, "subnet6": [ { "id": 1, "subnet": "2001:db8::/64" } ]"#,
    );
    let lifetimes = &server.subnets()[0].lifetimes;
    assert_eq!(
        lifetimes.preferred,
        Some(Triplet {
            min: 2000,
            default: 3000,
            max: 3000
        })
    );
    assert_eq!(lifetimes.preferred_for(4000), 3000);
}

#[test]
fn a_subnet_takes_all_that_it_does_not_say_from_above() {
    let server = v4(
        r#""authoritative": true, "match-client-id": false, "allocator": "random", "store-extended-info": true,
        "next-server": "192.0.2.1", "server-hostname": "up", "boot-file-name": "boot",
        "subnet4": [
        { "id": 1, "subnet": "10.0.0.0/24", "next-server": "", "server-hostname": "" },
        { "id": 2, "subnet": "10.0.1.0/24", "next-server": "0.0.0.0", "server-hostname": "own",
          "authoritative": false, "match-client-id": true, "allocator": "flq", "store-extended-info": false,
          "relay": { "ip-addresses": [ "10.9.9.1", "10.9.9.2" ] }, "interface": "eth0" } ]"#,
    );
    assert!(!server.stash_agent_options);
    let [one, two] = server.subnets() else {
        panic!("two subnets")
    };
    assert_eq!(
        one.next_server,
        Some(Ipv4Addr::new(192, 0, 2, 1)),
        "empty is as if not given"
    );
    assert_eq!(
        (
            one.server_hostname.as_deref(),
            one.boot_file_name.as_deref()
        ),
        (Some("up"), Some("boot"))
    );
    assert!(one.authoritative && !one.match_client_id && one.store_extended_info);
    assert_eq!(
        (one.allocator, two.allocator),
        (Allocator::Random, Allocator::Flq)
    );
    assert_eq!(
        two.next_server,
        Some(Ipv4Addr::UNSPECIFIED),
        "zero is: do not send"
    );
    assert_eq!(two.server_hostname.as_deref(), Some("own"));
    assert!(!two.authoritative && two.match_client_id && !two.store_extended_info);
    assert_eq!(
        server.subnets_for_relay(Ipv4Addr::new(10, 9, 9, 2)).count(),
        1
    );
    assert_eq!(server.subnets_on_interface("eth0").next().unwrap().id, 2);
}

#[test]
fn pools_are_ranges_or_prefixes_with_any_blanks() {
    let server = v4(
        r#""subnet4": [ { "id": 1, "subnet": "192.0.2.1/24", "pools": [
        { "pool": "192.0.2.10-192.0.2.20", "pool-id": 7 }, { "pool": " 192.0.2.64 / 26 " },
        { "pool": "192.0.2.200  -  192.0.2.200" } ] } ]"#,
    );
    let subnet = &server.subnets()[0];
    assert_eq!(
        (subnet.prefix, &*subnet.text),
        (Ipv4Addr::new(192, 0, 2, 0), "192.0.2.1/24")
    );
    let sizes: Vec<_> = subnet.pools.iter().map(|pool| pool.size()).collect();
    assert_eq!(sizes, [11, 64, 1]);
    assert_eq!((subnet.pools[0].pool_id, subnet.pools[1].pool_id), (7, 0));
    assert_eq!(
        subnet.pools[1].first(),
        Ipv4Addr::new(192, 0, 2, 64),
        "its edges are in the pool"
    );
    assert_eq!(subnet.pools[1].last(), Ipv4Addr::new(192, 0, 2, 127));
}

#[test]
fn prefix_pools_may_lie_outside_the_subnet_and_exclude_a_prefix() {
    let server = v6(
        r#""subnet6": [ { "id": 1, "subnet": "2001:db8:1::/48", "pd-allocator": "random",
        "pools": [ { "pool": "2001:db8:1::/64" } ], "rapid-commit": true, "interface-id": "vlan100",
        "pd-pools": [ { "prefix": "3000:1::", "prefix-len": 48, "delegated-len": 64, "pool-id": 3,
          "excluded-prefix": "3000:1::cafe:80:0:0", "excluded-prefix-len": 72 },
          { "prefix": "3000:2::", "prefix-len": 64, "delegated-len": 64 } ] } ]"#,
    );
    let subnet = &server.subnets()[0];
    assert_eq!(subnet.pools[0].size(), 1 << 64);
    let sizes: Vec<_> = subnet.pd_pools.iter().map(|pool| pool.size()).collect();
    assert_eq!(sizes, [65536, 1]);
    let excluded: Ipv6Addr = "3000:1::cafe:80:0:0".parse().unwrap();
    assert_eq!(
        subnet.pd_pools[0].kind,
        PoolKind::Prefix {
            delegated_len: 64,
            excluded: Some((excluded, 72))
        }
    );
    assert_eq!(
        subnet
            .pd_pool_of("3000:1:0:1::".parse().unwrap(), 64)
            .unwrap()
            .pool_id,
        3
    );
    assert!(
        subnet
            .pd_pool_of("3000:1:0:1::".parse().unwrap(), 63)
            .is_none()
    );
    assert!(subnet.rapid_commit);
    assert_eq!(subnet.pd_allocator, Allocator::Random);
    assert_eq!(server.subnet_by_interface_id(b"vlan100").unwrap().id, 1);
}

#[test]
fn the_same_pool_may_serve_several_subnets() {
    let server = v6(r#""subnet6": [
        { "id": 1, "subnet": "2001:db8::/32", "pools": [ { "pool": "2001:db8:1::/64" } ],
          "pd-pools": [ { "prefix": "3000::", "prefix-len": 40, "delegated-len": 56 } ] },
        { "id": 2, "subnet": "2001:db8:1::/48", "pools": [ { "pool": "2001:db8:1::/64" } ],
          "pd-pools": [ { "prefix": "3000::", "prefix-len": 48, "delegated-len": 56 } ] } ]"#);
    assert_eq!(server.subnets().len(), 2);
}

#[test]
fn options_come_from_the_most_specific_scope_and_flags_stick() {
    let server = v4(r#""option-data": [
          { "name": "domain-name-servers", "data": "192.0.2.1, 192.0.2.2", "always-send": true },
          { "name": "ntp-servers", "data": "192.0.2.9" } ],
        "subnet4": [ { "id": 1, "subnet": "10.0.0.0/24",
          "option-data": [ { "code": 6, "space": "dhcp4", "data": "192.0.2.3" },
            { "name": "routers", "code": 3, "csv-format": false, "data": "0a 00 00 01" } ],
          "pools": [ { "pool": "10.0.0.0/25", "option-data": [
            { "name": "ntp-servers", "never-send": true } ] } ] } ]"#);
    let subnet = &server.subnets()[0];
    let below_global = |options: &OptionSet| options.over(&server.options);
    let (in_subnet, in_pool) = (
        below_global(&subnet.options),
        below_global(&subnet.pools[0].options),
    );
    let data = |code| in_subnet.get(code).map(|option| option.data.to_vec());
    assert_eq!(data(6), Some(vec![192, 0, 2, 3]));
    assert!(
        in_subnet.get(6).unwrap().always_send,
        "a flag given above sticks"
    );
    assert_eq!(data(3), Some(vec![10, 0, 0, 1]));
    let pool = in_pool.get(42).unwrap();
    assert!(pool.never_send && pool.has_data);
    assert!(
        !in_subnet.get(42).unwrap().never_send,
        "a pool's flag is the pool's"
    );
    assert_eq!(server.options.get(6).unwrap().data.len(), 8);
    assert!(
        subnet.options.get(42).is_none(),
        "global options stay apart"
    );
}

#[test]
fn an_option_without_definition_is_given_by_code_in_hexadecimal() {
    let server = v4(r#""option-data": [ { "code": 230, "data": "0xABcd" },
        { "code": 231, "csv-format": false, "data": "'text'" } ]"#);
    assert_eq!(&server.options.get(230).unwrap().data[..], [0xab, 0xcd]);
    assert_eq!(&server.options.get(231).unwrap().data[..], b"text");
}

#[test]
fn options_of_several_vendors_stand_side_by_side() {
    let server = v4(
        r#""option-data": [ { "name": "vivso-suboptions", "data": "4491" } ],
        "subnet4": [ { "id": 1, "subnet": "10.0.0.0/24", "option-data": [
            { "name": "vivso-suboptions", "data": "3561" } ] } ]"#,
    );
    let vendors: Vec<_> = server.subnets()[0]
        .options
        .over(&server.options)
        .all(125)
        .iter()
        .map(|option| option.vendor)
        .collect();
    assert_eq!(vendors, [Some(3561), Some(4491)]);
}

#[test]
fn v6_options_are_read_in_their_own_space() {
    let server = v6(
        r#""option-data": [ { "name": "dns-servers", "data": "2001:db8::1" } ],
        "subnet6": [ { "id": 1, "subnet": "2001:db8::/32", "pd-pools": [ { "prefix": "3000::",
          "prefix-len": 40, "delegated-len": 56, "option-data": [ { "name": "preference",
          "data": "7" } ] } ] } ]"#,
    );
    let pool = &server.subnets()[0].pd_pools[0];
    assert_eq!(&pool.options.get(7).unwrap().data[..], [7]);
    let with_global = pool.options.over(&server.options);
    assert_eq!(with_global.get(23).unwrap().data.len(), 16);
}

#[test]
fn identifiers_not_given_are_made_up_around_those_that_are() {
    let text = r#"{ "Dhcp4": { "lease-database": { "type": "memfile" }, "subnet4": [
        { "subnet": "10.0.0.0/24" },
        { "id": 2, "subnet": "10.0.1.0/24" },
        { "id": 0, "subnet": "10.0.2.0/24" } ] } }"#;
    let ids: Vec<_> = config(text)
        .dhcp4
        .unwrap()
        .subnets()
        .iter()
        .map(|subnet| subnet.id)
        .collect();
    assert_eq!(ids, [1, 2, 3]);
    insta::assert_snapshot!(notes(text), @r#"
    t.json:2:9: no subnet id is given: 1 is used. It changes when subnets are added or removed, and leases with it; set "id"
    t.json:4:17: no subnet id is given: 3 is used. It changes when subnets are added or removed, and leases with it; set "id"
    "#);
}

#[test]
fn a_hundred_thousand_subnets_load() {
    let subnet = |i: u32| {
        let base = Ipv4Addr::from_bits(0x0a00_0000 + i * 16);
        let (first, last) = (
            Ipv4Addr::from_bits(base.to_bits() + 2),
            Ipv4Addr::from_bits(base.to_bits() + 14),
        );
        format!(
            r#"{{ "id": {}, "subnet": "{base}/28", "pools": [ {{ "pool": "{first} - {last}" }} ] }},"#,
            i + 1
        )
    };
    let list: String = (0..100_000).map(subnet).collect();
    let server = v4(&format!("\"subnet4\": [ {list} ]"));
    let found = server
        .subnet_containing(Ipv4Addr::new(10, 1, 0, 7))
        .unwrap();
    assert_eq!((found.id, found.pools[0].size()), (4097, 13));
}

#[test]
fn surplus_values_of_an_option_are_left_out_and_the_rest_counts() {
    let server = v4(
        r#""option-data": [ { "name": "time-offset", "data": "1, 2" },
        { "name": "default-ip-ttl", "data": "64, 32, 16" } ]"#,
    );
    let data = |code| server.options.get(code).unwrap().data.to_vec();
    assert_eq!((data(2), data(23)), (vec![0, 0, 0, 1], vec![64]));
    let server = v6(r#""option-data": [ { "name": "preference", "data": "5, 6" } ]"#);
    assert_eq!(&*server.options.get(7).unwrap().data, [5]);
}
