//! Custom definitions, and options that hold options (manual dhcp4-srv.rst:2255-2950).
#![allow(clippy::unwrap_used)]

mod common;

use common::{notes, v4, v4_errors, v6};
use murre_config::{OptionSet, OptionSpace};

const ISC: &str = r#""option-def": [
    { "name": "subopt1", "code": 1, "space": "isc", "type": "ipv4-address", "record-types": "",
      "array": false, "encapsulate": "" },
    { "name": "subopt2", "code": 2, "space": "isc", "type": "string" },
    { "name": "container", "code": 222, "type": "empty", "encapsulate": "isc" },
    { "name": "counted", "code": 223, "type": "uint16", "encapsulate": "isc" } ],"#;

fn data(options: &OptionSet, code: u16) -> Vec<u8> {
    options.get(code).unwrap().data.to_vec()
}

#[test]
fn a_custom_option_is_known_by_its_name_in_every_scope() {
    let server = v4(r#""option-def": [
            { "name": "foo", "code": 222, "type": "uint32" },
            { "name": "bar", "code": 223, "type": "record", "array": true,
              "record-types": "ipv4-address, uint16" } ],
        "option-data": [ { "name": "foo", "data": "12345" } ],
        "subnet4": [ { "id": 1, "subnet": "10.0.0.0/24",
          "option-data": [ { "name": "bar", "data": "192.0.2.1, 7, 8" } ],
          "pools": [ { "pool": "10.0.0.0/25", "option-data": [ { "code": 222, "data": "1" } ] } ] } ]"#);
    assert_eq!(data(&server.options, 222), [0, 0, 0x30, 0x39]);
    let subnet = &server.subnets()[0];
    assert_eq!(data(&subnet.options, 223), [192, 0, 2, 1, 0, 7, 0, 8]);
    assert_eq!(data(&subnet.pools[0].options, 222), [0, 0, 0, 1]);
}

#[test]
fn sub_options_of_a_scope_are_in_its_option_that_holds_their_space() {
    let server = v4(&format!(
        r#"{ISC} "option-data": [
            {{ "name": "subopt2", "space": "isc", "data": "Hello" }},
            {{ "name": "subopt1", "space": "isc", "data": "192.0.2.3" }},
            {{ "name": "container" }},
            {{ "name": "counted", "data": "513" }} ]"#
    ));
    let inside = [1, 4, 192, 0, 2, 3, 2, 5, b'H', b'e', b'l', b'l', b'o'];
    assert_eq!(
        data(&server.options, 222),
        inside,
        "in the order of their codes"
    );
    assert_eq!(data(&server.options, 223), [&[2, 1][..], &inside].concat());
}

#[test]
fn spaces_nest_to_any_depth_and_long_sub_options_are_in_parts() {
    let long = "x".repeat(300);
    let server = v4(&format!(
        r#""option-def": [
            {{ "name": "outer", "code": 222, "type": "empty", "encapsulate": "a" }},
            {{ "name": "middle", "code": 5, "space": "a", "type": "uint8", "encapsulate": "b" }},
            {{ "name": "inner", "code": 0, "space": "b", "type": "string" }} ],
        "option-data": [ {{ "name": "inner", "space": "b", "data": "in" }},
            {{ "name": "middle", "space": "a", "data": "9" }},
            {{ "code": 6, "space": "a", "csv-format": false, "data": "'{long}'" }},
            {{ "name": "outer" }} ]"#
    ));
    let outer = data(&server.options, 222);
    assert_eq!(outer[..7], [5, 5, 9, 0, 2, b'i', b'n']);
    assert_eq!(outer[7..9], [6, 255]);
    assert_eq!(outer[9 + 255..9 + 257], [6, 45]);
}

#[test]
fn option_43_holds_its_space_and_may_be_defined_anew() {
    let built_in = v4(
        r#""option-def": [ { "name": "foo", "code": 1, "type": "record",
            "space": "vendor-encapsulated-options-space", "record-types": "ipv4-address, uint16, string" } ],
        "option-data": [ { "name": "foo", "space": "vendor-encapsulated-options-space",
            "data": "192.0.2.3, 123, Hello" }, { "name": "vendor-encapsulated-options" } ]"#,
    );
    assert_eq!(
        data(&built_in.options, 43),
        [&[1, 11, 192, 0, 2, 3, 0, 123][..], b"Hello"].concat()
    );
    let anew = v4(
        r#""option-def": [ { "name": "vendor-encapsulated-options", "code": 43, "type": "binary" } ],
        "option-data": [ { "code": 43, "data": "0102" } ]"#,
    );
    assert_eq!(data(&anew.options, 43), [1, 2]);
}

#[test]
fn options_of_a_vendor_stay_apart_from_those_of_the_message() {
    let server = v4(
        r#""option-def": [ { "code": 22, "name": "tag", "space": "vendor-2234", "type": "string" } ],
        "option-data": [ { "name": "vivso-suboptions", "data": "2234" },
            { "always-send": true, "data": "tagged", "name": "tag", "space": "vendor-2234" },
            { "name": "tftp-servers", "space": "vendor-4491", "data": "10.0.0.1" } ]"#,
    );
    assert_eq!(data(&server.options, 125), [0, 0, 0x08, 0xba]);
    let tag = &server.options.in_space(OptionSpace::Vendor(2234))[0];
    assert_eq!(
        (tag.code, &tag.data[..], tag.always_send),
        (22, &b"tagged"[..], true)
    );
    assert_eq!(server.options.all_in(OptionSpace::Vendor(4491), 2).len(), 1);
    assert!(server.options.get(22).is_none());
}

#[test]
fn dhcpv6_sub_options_have_codes_and_lengths_of_two_bytes() {
    let server = v6(r#""option-def": [
            { "name": "container", "code": 1000, "type": "empty", "encapsulate": "isc" },
            { "name": "one", "code": 1, "space": "isc", "type": "uint8" } ],
        "option-data": [ { "name": "one", "space": "isc", "data": "7" }, { "name": "container" } ]"#);
    assert_eq!(data(&server.options, 1000), [0, 1, 0, 1, 7]);
}

#[test]
fn a_definition_that_cannot_be_is_refused_with_its_place() {
    let definition = |entry: &str| v4_errors(&format!("\"option-def\": [ {{ {entry} }} ]"));
    insta::assert_snapshot!(definition(r#""name": "x""#), @r#"
    t.json:2:17: "code" is missing in option-def
    t.json:2:17: "type" is missing in option-def
    "#);
    insta::assert_snapshot!(definition(r#""name": "routers", "code": 3, "type": "ipv4-address", "array": true"#), @r#"t.json:2:17: option 'dhcp4.routers' (code 3) has a built-in definition, which cannot be replaced"#);
    insta::assert_snapshot!(definition(r#""name": "x", "code": 230, "type": "record""#), @r#"t.json:2:17: option 'dhcp4.x' is a record: 'record-types' must list its fields"#);
    insta::assert_snapshot!(definition(r#""name": "x", "code": 230, "type": "uint8", "record-types": "uint8""#), @r#"t.json:2:17: option 'dhcp4.x' has type uint8: 'record-types' must be empty"#);
    insta::assert_snapshot!(definition(r#""name": "x", "code": 230, "type": "number""#), @r#"t.json:2:53: "type" must be one of binary, boolean, empty, fqdn, ipv4-address, ipv6-address, ipv6-prefix, psid, record, string, tuple, uint8, uint16, uint32, int8, int16, int32, not "number""#);
    insta::assert_snapshot!(definition(r#""name": "x", "code": 230, "type": "record", "record-types": "uint8, number""#), @r#"t.json:2:79: "record-types": unknown option data type 'number'; there is one of binary, boolean, empty, fqdn, ipv4-address, ipv6-address, ipv6-prefix, psid, record, string, tuple, uint8, uint16, uint32, int8, int16, int32"#);
    insta::assert_snapshot!(definition(r#""name": "x", "code": 256, "type": "uint8""#), @r#"t.json:2:17: option 'dhcp4.x' has code 256, expected 1 to 254"#);
    insta::assert_snapshot!(definition(r#""name": "x", "code": 1, "space": "a", "type": "empty", "encapsulate": "a""#), @r#"t.json:2:17: option 'a.x' encapsulates its own space"#);
    insta::assert_snapshot!(v4_errors(r#""option-def": [ { "name": "x", "code": 230, "type": "uint8" },
        { "name": "y", "code": 230, "type": "uint8" } ]"#), @r#"t.json:3:9: option 'dhcp4.x' (code 230) is already defined"#);
}

#[test]
fn a_space_that_holds_itself_through_another_is_refused() {
    insta::assert_snapshot!(v4_errors(r#""option-def": [
        { "name": "outer", "code": 222, "type": "empty", "encapsulate": "a" },
        { "name": "to-b", "code": 1, "space": "a", "type": "empty", "encapsulate": "b" },
        { "name": "to-a", "code": 1, "space": "b", "type": "empty", "encapsulate": "a" } ],
        "option-data": [ { "name": "outer" }, { "name": "to-b", "space": "a" },
        { "name": "to-a", "space": "b" } ]"#), @r#"t.json:7:9: the option space "a" would hold itself"#);
}

#[test]
fn an_option_in_a_space_that_nothing_holds_is_warned_of() {
    let text = format!(
        r#"{{ "Dhcp4": {{ {ISC} "option-data": [ {{ "name": "subopt2", "space": "isc", "data": "x" }} ] }} }}"#
    );
    let notes = notes(&text);
    assert!(
        notes.contains("no option of this scope holds the space \"isc\""),
        "{notes}"
    );
}
