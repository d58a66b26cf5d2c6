//! What is refused, in which words and at which place.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{errors, v4, v4_errors, v6_errors};
use murre_config::load_str;
use proptest::prelude::*;

#[test]
fn an_unknown_key_is_named_with_the_nearest_of_its_scope() {
    insta::assert_snapshot!(v4_errors(r#""valid-lifetme": 1"#), @r#"t.json:2:1: unknown key "valid-lifetme" in Dhcp4; did you mean "valid-lifetime"?"#);
    insta::assert_snapshot!(v4_errors(r#""subnet6": []"#), @r#"t.json:2:1: unknown key "subnet6" in Dhcp4; did you mean "subnet4"?"#);
    insta::assert_snapshot!(v6_errors(r#""authoritative": true"#), @r#"t.json:2:1: unknown key "authoritative" in Dhcp6"#);
    insta::assert_snapshot!(v6_errors(r#""interfaces-config": { "dhcp-socket-type": "udp" }"#), @r#"t.json:2:24: unknown key "dhcp-socket-type" in interfaces-config"#);
    insta::assert_snapshot!(v4_errors(r#""subnet4": [ { "id": 1, "subnet": "10.0.0.0/8", "colour": 1 } ]"#), @r#"t.json:2:49: unknown key "colour" in subnet4"#);
    insta::assert_snapshot!(errors(r#"{ "Dhcp4": {}, "dhcp6": {} }"#), @r#"t.json:1:16: unknown key "dhcp6" in the configuration; did you mean "Dhcp6"?"#);
}

#[test]
fn a_key_of_the_manual_that_is_not_built_is_named() {
    insta::assert_snapshot!(v4_errors("\"config-control\": {},\n  \"dhcp-ddns\": { \"enable-update\": true }"), @r#"
    t.json:2:1: "config-control" is not supported yet
    t.json:3:18: unknown key "enable-update" in dhcp-ddns; did you mean "enable-updates"?
    "#);
    insta::assert_snapshot!(v6_errors(r#""store-extended-info": false"#), @r#"t.json:2:1: "store-extended-info" is not supported yet"#);
    insta::assert_snapshot!(v4_errors(r#""control-socket": { "socket-type": "http", "socket-name": "a" }"#), @r#"t.json:2:36: a control socket of type "http" is not supported yet"#);
    insta::assert_snapshot!(v6_errors(r#""option-data": [ { "name": "tftp-servers", "space": "vendor-4491", "data": "2001:db8::1" } ]"#), @r#"t.json:2:53: the option space "vendor-4491" is not supported yet"#);
    insta::assert_snapshot!(errors(r#"{ "Control-agent": {} }"#), @r#"t.json:1:3: "Control-agent" is not supported yet"#);
}

#[test]
fn a_library_is_named_by_its_base_name_wherever_it_lies() {
    let hooks = |entry: &str| v4_errors(&format!("\"hooks-libraries\": [\n{entry} ]"));
    insta::assert_snapshot!(hooks(r#"{ "library": "/usr/lib/kea/hooks/libdhcp_ha.so", "parameters": { "high-availability": [ { "role": 1 } ] } }"#), @r#"t.json:3:14: "libdhcp_ha.so" is not supported yet"#);
    insta::assert_snapshot!(hooks(r#"{ "library": "libdhcp_lease_cmd.so" }"#), @r#"t.json:3:14: no library is known under the name "libdhcp_lease_cmd.so"; did you mean "libdhcp_lease_cmds.so"?"#);
    insta::assert_snapshot!(hooks(r#"{ "library": "/opt/lib/charging.so" }"#), @r#"t.json:3:14: no library is known under the name "charging.so""#);
    insta::assert_snapshot!(hooks(r#"{ "library": "/opt/lib/libddns_gss_tsig.so" }"#), @r#"t.json:3:14: "libddns_gss_tsig.so" is a library of the DDNS server"#);
    insta::assert_snapshot!(hooks(r#"{ "parameters": 5 }"#), @r#"
    t.json:3:1: "library" is missing in hooks-libraries
    t.json:3:17: expected a map here, in "parameters", not an integer
    "#);
    insta::assert_snapshot!(v6_errors("\"hooks-libraries\": [ { \"library\": \"libdhcp_limits.so\" } ]"), @r#"t.json:2:35: "libdhcp_limits.so" is not supported yet"#);
    v4("\"hooks-libraries\": []");
}

#[test]
fn errors_come_in_the_order_of_the_file() {
    let text = "\"renew-timer\": -1,\n\"subnet4\": [ { \"id\": 1, \"id2\": 2, \"subnet\": \"x\" } ],\n\"config-control\": {},\n\"t1-percent\": 2";
    insta::assert_snapshot!(v4_errors(text), @r#"
    t.json:2:16: "renew-timer" must be an integer from 0 to 4294967295, not -1
    t.json:3:25: unknown key "id2" in subnet4; did you mean "id"?
    t.json:3:45: a subnet is "prefix/length", not "x"
    t.json:4:1: "config-control" is not supported yet
    t.json:5:15: "t1-percent" must be a number from 0.0 to 1.0, not 2
    "#);
}

#[test]
fn a_report_shows_the_line_and_the_caret() {
    let text = "{ \"Dhcp4\": {\n\t\"subnet4\": [\n\t  { \"id\": 1, \"subnet\": \"10.0.0.0/8\" },\n\t  { \"id\": 1, \"subnet\": \"11.0.0.0/8\" } ],\n\t\"renew-tmer\": 1 } }";
    insta::assert_snapshot!(load_str(text, "etc/dhcp.json").unwrap_err().report(), @r#"
    error: subnet id 1 is given twice
     --> etc/dhcp.json:4:12
      |
    4 |    { "id": 1, "subnet": "11.0.0.0/8" } ],
      |            ^
    note: first given at
     --> etc/dhcp.json:3:12
      |
    3 |    { "id": 1, "subnet": "10.0.0.0/8" },
      |            ^

    error: unknown key "renew-tmer" in Dhcp4; did you mean "renew-timer"?
     --> etc/dhcp.json:5:2
      |
    5 |  "renew-tmer": 1 } }
      |  ^^^^^^^^^^^^
    "#);
}

#[test]
fn many_errors_are_bounded_and_counted() {
    let keys: String = (0..120).map(|i| format!("\"x{i}\": 1,")).collect();
    let errors = load_str(&format!("{{ \"Dhcp4\": {{ {keys} }} }}"), "t").unwrap_err();
    assert_eq!((errors.errors().len(), errors.more()), (100, 20));
    assert!(errors.to_string().ends_with("and 20 more"));
}

#[test]
fn values_of_a_wrong_kind_or_range_are_refused() {
    insta::assert_snapshot!(v4_errors("\"valid-lifetime\": \"4000\",\n\"renew-timer\": 4294967296,\n\"rebind-timer\": 1.5,\n\"calculate-tee-times\": \"true\",\n\"t1-percent\": 1.1,\n\"allocator\": \"fast\",\n\"next-server\": \"2001:db8::1\",\n\"subnet4\": {},\n\"lease-database\": [],\n\"option-data\": [ 1 ],\n\"user-context\": [],\n\"comment\": 1"), @r#"
    t.json:2:19: "valid-lifetime" must be an integer from 0 to 4294967295, not "4000"
    t.json:3:16: "renew-timer" must be an integer from 0 to 4294967295, not 4294967296
    t.json:4:17: "rebind-timer" must be an integer from 0 to 4294967295, not 1.5
    t.json:5:24: "calculate-tee-times" must be true or false without quotes, not "true"
    t.json:6:15: "t1-percent" must be a number from 0.0 to 1.0, not 1.1
    t.json:7:14: "allocator" must be one of "iterative", "random", "flq", not "fast"
    t.json:8:16: "next-server" must be an IPv4 address, not "2001:db8::1"
    t.json:9:12: "subnet4" must be a list, not a map
    t.json:10:19: expected a map here, in "lease-database", not a list
    t.json:11:18: expected a map here, in "option-data", not an integer
    t.json:12:17: "user-context" must be a map, not a list
    t.json:13:12: "comment" must be a string, not an integer
    "#);
}

#[test]
fn texts_for_the_fixed_header_have_its_length() {
    assert!(
        v4(&format!(r#""server-hostname": "{}""#, "a".repeat(64)))
            .subnets()
            .is_empty()
    );
    insta::assert_snapshot!(v4_errors(&format!("\"server-hostname\": \"{}\",\n\"boot-file-name\": \"{}\"", "a".repeat(65), "b".repeat(129))), @r#"
    t.json:2:20: "server-hostname" has 65 bytes, at most 64 fit
    t.json:3:19: "boot-file-name" has 129 bytes, at most 128 fit
    "#);
}

#[test]
fn lifetimes_and_timers_must_be_in_order() {
    insta::assert_snapshot!(v4_errors("\"min-valid-lifetime\": 20,\n\"valid-lifetime\": 10"), @r#"t.json:2:23: "min-valid-lifetime" (20) must not be above "valid-lifetime" (10) (given at t.json:3:19)"#);
    insta::assert_snapshot!(v4_errors("\"valid-lifetime\": 10,\n\"max-valid-lifetime\": 5"), @r#"t.json:2:19: "valid-lifetime" (10) must not be above "max-valid-lifetime" (5) (given at t.json:3:23)"#);
    insta::assert_snapshot!(v6_errors("\"min-preferred-lifetime\": 20,\n\"max-preferred-lifetime\": 10"), @r#"t.json:2:27: "min-preferred-lifetime" (20) must not be above "max-preferred-lifetime" (10) (given at t.json:3:27)"#);
    insta::assert_snapshot!(v4_errors("\"t1-percent\": 0.9"), @r#"t.json:2:15: "t1-percent" (0.9) must be below "t2-percent" (0.875)"#);
    insta::assert_snapshot!(v4_errors("\"t2-percent\": 0.6,\n\"subnet4\": [ { \"id\": 1, \"subnet\": \"10.0.0.0/8\", \"t1-percent\": 0.6 } ]"), @r#"t.json:3:63: "t1-percent" (0.6) must be below "t2-percent" (0.6)"#);
}

#[test]
fn interfaces_must_make_sense() {
    insta::assert_snapshot!(v4_errors("\"interfaces-config\": { \"interfaces\": [ \"eth0\",\n\"eth0\",\n\"eth1/2001:db8::1\",\n\"\",\n\"*/10.0.0.1\",\n7 ] }"), @r#"
    t.json:3:1: "eth0" is listed twice (first listed at t.json:2:40)
    t.json:4:1: "2001:db8::1" is not an IPv4 address
    t.json:5:1: an interface is given as "name", "name/address" or "*"
    t.json:6:1: "*" takes no address
    t.json:7:1: an interface is given as "name", "name/address" or "*"
    "#);
    insta::assert_snapshot!(v6_errors("\"interfaces-config\": { \"interfaces\": [ \"eth1/2001:db8::1\",\n\"eth1/2001:db8::2\" ] }"), @r#"t.json:3:1: "eth1/2001:db8::2" is a second address of eth1; DHCPv6 listens on one (first listed at t.json:2:40)"#);
}

#[test]
fn database_keys_are_checked_against_the_type() {
    insta::assert_snapshot!(v4_errors("\"lease-database\": { \"name\": \"a\" }"), @r#"t.json:2:19: "type" is missing in lease-database"#);
    insta::assert_snapshot!(v4_errors("\"lease-database\": { \"type\": \"cql\" }"), @r#"t.json:2:29: "type" must be one of "memfile", "sqlite", "mysql", "postgresql", not "cql""#);
    insta::assert_snapshot!(v4_errors("\"lease-database\": { \"type\": \"mysql\",\n\"tcp-user-timeout\": 1,\n\"persist\": true,\n\"connect-timeout\": 0,\n\"on-fail\": \"panic\",\n\"host\": \"a,,b\",\n\"port\": 65536 }"), @r#"
    t.json:2:19: "name" is missing in lease-database
    t.json:3:1: "tcp-user-timeout" is for type postgresql only
    t.json:4:1: "persist" is for type memfile only
    t.json:5:20: "connect-timeout" must be an integer from 1 to 4294967295, not 0
    t.json:6:12: "on-fail" must be one of "stop-retry-exit", "serve-retry-exit", "serve-retry-continue", not "panic"
    t.json:7:9: "" is not a host name, an address or a path
    t.json:8:9: "port" must be an integer from 0 to 65535, not 65536
    "#);
    insta::assert_snapshot!(v4_errors("\"lease-database\": { \"type\": \"postgresql\", \"name\": \"a\",\n\"read-timeout\": 1,\n\"write-timeout\": 1,\n\"lfc-interval\": 1 }"), @r#"
    t.json:3:1: "read-timeout" is for type mysql only
    t.json:4:1: "write-timeout" is for type mysql only
    t.json:5:1: "lfc-interval" is for type memfile only
    "#);
    insta::assert_snapshot!(v4_errors("\"lease-database\": { \"type\": \"memfile\",\n\"host\": \"a\",\n\"tcp-user-timeout\": 1, \n\"readonly\": true }"), @r#"
    t.json:3:1: "host" is for type mysql and postgresql only
    t.json:4:1: "tcp-user-timeout" is for type postgresql only
    t.json:5:1: "readonly" is not supported yet
    "#);
}

#[test]
fn subnets_must_not_contradict_each_other() {
    insta::assert_snapshot!(v4_errors("\"subnet4\": [\n{ \"id\": 1, \"subnet\": \"10.0.0.0/24\" },\n{ \"id\": 1, \"subnet\": \"10.0.1.0/24\" },\n{ \"id\": 2, \"subnet\": \"10.0.0.0/24\" },\n{ \"id\": 4294967295, \"subnet\": \"10.0.2.0/24\" },\n{ \"id\": 5 },\n{ \"id\": 6, \"subnet\": \"10.0.3.0\" },\n{ \"id\": 7, \"subnet\": \"10.0.4.0/33\" },\n{ \"id\": 8, \"subnet\": \"2001:db8::/32\" } ]"), @r#"
    t.json:4:9: subnet id 1 is given twice (first given at t.json:3:9)
    t.json:5:22: subnet 10.0.0.0/24 is given twice (first given at t.json:3:22)
    t.json:6:9: "id" must be an integer from 0 to 4294967294, not 4294967295
    t.json:7:1: "subnet" is missing in subnet4
    t.json:8:22: a subnet is "prefix/length", not "10.0.3.0"
    t.json:9:22: "33" is not a prefix length from 0 to 32
    t.json:10:22: "2001:db8::" is not an IPv4 address
    "#);
    insta::assert_snapshot!(v6_errors("\"subnet6\": [ { \"id\": 1, \"subnet\": \"2001:db8::/64\",\n\"interface\": \"eth0\",\n\"interface-id\": \"x\", \"relay\": {},\n\"pools\": [ {} ] } ]"), @r#"
    t.json:4:17: subnet6 has an "interface" or an "interface-id", not both (the interface is given at t.json:3:14)
    t.json:4:31: "ip-addresses" is missing in relay
    t.json:5:12: "pool" is missing in pools
    "#);
}

#[test]
fn the_same_prefix_written_differently_is_two_subnets() {
    let server = v4(
        r#""subnet4": [ { "id": 1, "subnet": "192.0.2.1/24" }, { "id": 2, "subnet": "192.0.2.0/24" } ]"#,
    );
    assert_eq!(server.subnets().len(), 2);
}

#[test]
fn pools_must_lie_in_their_subnet_and_apart() {
    let pools = |list: &str| {
        v4_errors(&format!(
            "\"subnet4\": [ {{ \"id\": 1, \"subnet\": \"10.0.0.0/24\", \"pools\": [\n{list} ] }} ]"
        ))
    };
    insta::assert_snapshot!(pools("{ \"pool\": \"10.0.1.0/24\" },\n{ \"pool\": \"10.0.0.9-10.0.0.1\" },\n{ \"pool\": \"10.0.0.9\" },\n{ \"pool\": \"10.0.0.1-10.0.0.x\" },\n{ \"pool\": \"10.0.0.250 - 10.0.1.1\" }"), @r#"
    t.json:3:11: pool 10.0.1.0/24 does not lie in subnet 10.0.0.0/24
    t.json:4:11: the pool ends at 10.0.0.1, before its first address 10.0.0.9
    t.json:5:11: a pool is "first - last" or "prefix/length", not "10.0.0.9"
    t.json:6:11: "10.0.0.x" is not an IPv4 address
    t.json:7:11: pool 10.0.0.250 - 10.0.1.1 does not lie in subnet 10.0.0.0/24
    "#);
    insta::assert_snapshot!(pools("{ \"pool\": \"10.0.0.128/25\" },\n{ \"pool\": \"10.0.0.1-10.0.0.9\" },\n{ \"pool\": \"10.0.0.200 - 10.0.0.210\" },\n{ \"pool\": \"10.0.0.220 - 10.0.0.221\" }"), @r"
    t.json:5:11: pool 10.0.0.200 - 10.0.0.210 overlaps pool 10.0.0.128/25 of the same subnet (which is at t.json:3:11)
    t.json:6:11: pool 10.0.0.220 - 10.0.0.221 overlaps pool 10.0.0.128/25 of the same subnet (which is at t.json:3:11)
    ");
}

#[test]
fn prefix_pools_must_be_possible() {
    let pools = |list: &str| {
        v6_errors(&format!(
            "\"subnet6\": [ {{ \"id\": 1, \"subnet\": \"2001:db8::/32\", \"pd-pools\": [\n{list} ] }} ]"
        ))
    };
    insta::assert_snapshot!(pools("{ \"prefix\": \"3000::\", \"prefix-len\": 64, \"delegated-len\": 56 },\n{ \"prefix\": \"3000::1\", \"prefix-len\": 64, \"delegated-len\": 64 },\n{ \"prefix\": \"3000::/40\", \"prefix-len\": 129 }"), @r#"
    t.json:3:58: "delegated-len" (56) must not be below "prefix-len" (64)
    t.json:4:13: 3000::1 has bits set behind its length of 64
    t.json:5:1: "delegated-len" is missing in pd-pools
    t.json:5:13: "prefix" must be an IPv6 prefix without length, not "3000::/40"
    t.json:5:40: "prefix-len" must be an integer from 1 to 128, not 129
    "#);
    insta::assert_snapshot!(pools("{ \"prefix\": \"3000::\", \"prefix-len\": 48, \"delegated-len\": 64,\n\"excluded-prefix\": \"3000::\", \"excluded-prefix-len\": 64 },\n{ \"prefix\": \"3001::\", \"prefix-len\": 48, \"delegated-len\": 64,\n\"excluded-prefix\": \"3002::\", \"excluded-prefix-len\": 72 },\n{ \"prefix\": \"3003::\", \"prefix-len\": 48, \"delegated-len\": 64,\n\"excluded-prefix\": \"3003::\" }"), @r#"
    t.json:4:53: "excluded-prefix-len" (64) must be above "delegated-len" (64)
    t.json:6:20: the excluded prefix 3002:: does not lie in 3001::/48
    t.json:7:1: "excluded-prefix-len" is missing in pd-pools
    "#);
    insta::assert_snapshot!(pools("{ \"prefix\": \"3000::\", \"prefix-len\": 48, \"delegated-len\": 64 },\n{ \"prefix\": \"3000:0:0:1::\", \"prefix-len\": 64, \"delegated-len\": 64 }"), @"t.json:4:13: pool 3000:0:0:1::/64 overlaps pool 3000::/48 of the same subnet (which is at t.json:3:13)");
}

#[test]
fn overlapping_prefix_pools_must_delegate_one_length() {
    insta::assert_snapshot!(v6_errors("\"subnet6\": [ { \"id\": 1, \"subnet\": \"2001:db8::/32\", \"pd-pools\": [\n{ \"prefix\": \"3000::\", \"prefix-len\": 40, \"delegated-len\": 56 } ] },\n{ \"id\": 2, \"subnet\": \"2001:db9::/32\", \"pd-pools\": [\n{ \"prefix\": \"3000::\", \"prefix-len\": 48, \"delegated-len\": 64 } ] } ]"), @"t.json:5:13: pd-pool 3000::/48 delegates /64 and overlaps pd-pool 3000::/40, which delegates /56: two clients could get overlapping prefixes (which is at t.json:3:13)");
}

#[test]
fn address_pools_and_prefix_pools_must_be_apart_in_all_subnets() {
    let pools = |first: &str, second: &str| {
        v6_errors(&format!(
            "\"subnet6\": [ {{ \"id\": 1, \"subnet\": \"2001:db8::/32\",\n{first} }},\n{{ \"id\": 2, \"subnet\": \"2001:db9::/32\",\n{second} }} ]"
        ))
    };
    let (prefixes, nested, addresses) = (
        "\"pd-pools\": [ { \"prefix\": \"2001:db8:8000::\", \"prefix-len\": 40, \"delegated-len\": 56 } ]",
        "\"pd-pools\": [ { \"prefix\": \"2001:db8:8000::\", \"prefix-len\": 48, \"delegated-len\": 56 } ]",
        "\"pools\": [ { \"pool\": \"2001:db8:80ff:ffff::/64\" }, { \"pool\": \"2001:db8:8100::/64\" }, { \"pool\": \"2001:db8:7fff::-2001:db8:7fff::9\" } ]",
    );
    insta::assert_snapshot!(pools(&format!("{prefixes}, {addresses}"), nested), @"t.json:3:110: pool 2001:db8:80ff:ffff::/64 overlaps pd-pool 2001:db8:8000::/40: a client could get an address out of another's prefix (which is at t.json:3:27)");
    let across = "\"pd-pools\": [ { \"prefix\": \"2001:db9:1:8000::\", \"prefix-len\": 50, \"delegated-len\": 56 } ]";
    let around =
        "\"pools\": [ { \"pool\": \"2001:db9::/40\" }, { \"pool\": \"2001:db9:1000::/64\" } ]";
    insta::assert_snapshot!(pools(across, around), @"t.json:5:22: pool 2001:db9::/40 overlaps pd-pool 2001:db9:1:8000::/50: a client could get an address out of another's prefix (which is at t.json:3:27)");
}

#[test]
fn options_must_be_what_their_definition_says() {
    insta::assert_snapshot!(v4_errors("\"option-data\": [ { \"data\": \"x\" },\n{ \"name\": \"no-such-option\", \"data\": \"x\" },\n{ \"name\": \"routers\", \"code\": 4, \"data\": \"10.0.0.1\" },\n{ \"name\": \"gateways\", \"code\": 3, \"data\": \"10.0.0.1\" },\n{ \"name\": \"routers\", \"data\": \"x\" },\n{ \"name\": \"routers\" },\n{ \"code\": 255, \"data\": \"00\" },\n{ \"code\": 230, \"data\": \"hello\" },\n{ \"code\": 230, \"data\": \"1\", \"csv-format\": true },\n{ \"code\": 6, \"data\": \"0x0\", \"csv-format\": false, \"always-send\": 1 } ]"), @r#"
    t.json:2:18: an option needs a "name" or a "code"
    t.json:3:11: no option of space "dhcp4" is named "no-such-option"; one without a definition is given by "code"
    t.json:4:30: option "routers" has code 3, not 4
    t.json:5:11: option 3 is named "routers", not "gateways"
    t.json:6:30: option "routers": field 1: 'x' is not an IPv4 address
    t.json:8:11: "code" must be an integer from 1 to 254, not 255
    t.json:9:24: an option without definition takes hexadecimal data: 'hello' is not hexadecimal data: only digits 0-9 and a-f are allowed
    t.json:10:43: nothing defines this option, so that its data must be hexadecimal: "csv-format": false
    t.json:11:65: "always-send" must be true or false without quotes, not 1
    "#);
}

#[test]
fn loggers_sockets_and_identifiers_are_checked() {
    insta::assert_snapshot!(v6_errors("\"loggers\": [ { \"severity\": \"LOUD\",\n\"debuglevel\": 100,\n\"output-options\": [ { \"flush\": true } ],\n\"output_options\": [] } ],\n\"control-socket\": { \"socket-type\": \"unix\" },\n\"control-sockets\": [ { \"socket-name\": \"a\" }, { \"socket-type\": \"tcp\" } ],\n\"server-id\": { \"type\": \"UUID\", \"htype\": 65536,\n\"identifier\": \"xyz\" }"), @r#"
    t.json:2:14: "name" is missing in loggers
    t.json:2:28: "severity" must be DEBUG, INFO, WARN, ERROR, FATAL or NONE, not "LOUD"
    t.json:3:15: "debuglevel" must be an integer from 0 to 99, not 100
    t.json:4:21: "output" is missing in output-options
    t.json:5:1: "output_options" is the older name of "output-options"; give one (given at t.json:4:1)
    t.json:6:19: "socket-name" is missing in control-socket
    t.json:7:1: "control-socket" and "control-sockets" say the same; give one (first given at t.json:6:1)
    t.json:7:22: "socket-type" is missing in control-sockets
    t.json:7:63: "socket-type" must be "unix", not "tcp"
    t.json:8:24: "type" must be one of "LLT", "EN", "LL", not "UUID"
    t.json:8:41: "htype" must be an integer from 0 to 65535, not 65536
    t.json:9:15: "identifier": 'xyz' is not hexadecimal data: only digits 0-9 and a-f are allowed
    "#);
}

#[test]
fn a_workers_name_is_one_word_that_the_registry_can_keep() {
    let long = "x".repeat(201);
    for (name, said) in [
        ("two words", "must be one word"),
        ("line\\nend", "must be one word"),
        (
            long.as_str(),
            "has 201 characters, but may have 200 at most",
        ),
    ] {
        let text = v4_errors(&format!("\"worker-name\": \"{name}\""));
        assert!(text.contains(&format!("\"worker-name\" {said}")), "{text}");
    }
    insta::assert_snapshot!(v6_errors("\"worker-sharing\": \"no\",\n\"worker-name\": 1,\n\"worker-nam\": 1"), @r#"
    t.json:2:19: "worker-sharing" must be true or false without quotes, not "no"
    t.json:3:16: "worker-name" must be a string, not 1
    t.json:4:1: unknown key "worker-nam" in Dhcp6; did you mean "worker-name"?
    "#);
}

#[test]
fn a_configuration_that_serves_nothing_is_refused() {
    insta::assert_snapshot!(errors("{}"), @r#"t.json:1:1: there is neither "Dhcp4" nor "Dhcp6": nothing to serve"#);
    insta::assert_snapshot!(errors("[]"), @"t.json:1:1: a configuration is a map, not a list");
    insta::assert_snapshot!(errors("{ \"Dhcp4\": [] }"), @r#"t.json:1:12: expected a map here, in "Dhcp4", not a list"#);
}

/// A configuration that uses every part, to be broken in all places.
const WHOLE: &str = r#"{ "Dhcp4": { "interfaces-config": { "interfaces": [ "eth0/10.0.0.1" ] },
  "lease-database": { "type": "postgresql", "name": "a", "host": "[::1]:1,b" },
  "valid-lifetime": 4000, "min-valid-lifetime": 1, "t1-percent": .5, "allocator": "flq",
  "option-data": [ { "name": "routers", "data": "10.0.0.1" }, { "code": 121, "csv-format": false, "data": "0x00" } ],
  "loggers": [ { "name": "a", "output-options": [ { "output": "syslog:x", "maxsize": 1 } ] } ],
  "subnet4": [ { "id": 1, "subnet": "10.0.0.0/8", "pools": [ { "pool": "10.0.0.0/9" } ],
    "relay": { "ip-addresses": [ "10.0.0.1" ] }, "user-context": { "a": null } } ] },
 "Dhcp6": { "server-id": { "type": "EN", "identifier": "aa:bb" }, "subnet6": [ { "subnet": "2001:db8::/32",
    "pd-pools": [ { "prefix": "3000::", "prefix-len": 40, "delegated-len": 56, "excluded-prefix": "3000::", "excluded-prefix-len": 60 } ] } ] } }"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn a_configuration_broken_anywhere_gives_an_error_or_loads(
        at in 0..WHOLE.len(), cut in 0..12usize,
        put in prop::sample::select(vec!["", "\"", "{", "}", "[", "]", "0", "-1", "/", ",", "99999999999", "1e9", "null", "é", "::"]),
    ) {
        let end = (at + cut).min(WHOLE.len());
        let text = format!("{}{put}{}", &WHOLE[..at], &WHOLE[end..]);
        match load_str(&text, "t") {
            Ok(config) => prop_assert!(config.to_json().is_object()),
            Err(errors) => prop_assert!(!errors.report().to_string().is_empty()),
        }
    }
}

#[test]
fn the_configuration_that_the_property_test_breaks_is_sound() {
    assert_eq!(errors(WHOLE), "no error");
}
