//! The text forms of the manual, byte for byte, and round trips of every definition.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::option::{DataType, Definitions};

fn csv(universe: Universe, name: &str, text: &str) -> Result<Vec<u8>, TextError> {
    let definitions = Definitions::standard(universe);
    let def = definitions.by_name(universe.space(), name).unwrap();
    encode_csv(def, universe, text)
}

/// Encodes, checks that decoding gives `canonical` and that this encodes to the same bytes.
fn round_trip(universe: Universe, name: &str, text: &str, canonical: &str) -> Vec<u8> {
    let wire = csv(universe, name, text).unwrap();
    let definitions = Definitions::standard(universe);
    let def = definitions.by_name(universe.space(), name).unwrap();
    assert_eq!(decode(def, universe, &wire).unwrap(), canonical, "{name}");
    assert_eq!(
        encode_csv(def, universe, canonical).unwrap(),
        wire,
        "{name}"
    );
    wire
}

fn bytes(text: &str) -> Vec<u8> {
    encode_hex(text).unwrap()
}

#[test]
fn arrays_keep_their_order() {
    let wire = round_trip(
        Universe::V4,
        "routers",
        "10.0.0.2 ,10.0.0.1",
        "10.0.0.2, 10.0.0.1",
    );
    assert_eq!(wire, [10, 0, 0, 2, 10, 0, 0, 1]);
}

#[test]
fn numbers_are_decimal_or_hexadecimal_and_in_range() {
    assert_eq!(
        csv(Universe::V4, "time-offset", "-25200").unwrap(),
        (-25200i32).to_be_bytes()
    );
    assert_eq!(csv(Universe::V4, "netbios-node-type", "0x1").unwrap(), [1]);
    assert_eq!(
        csv(Universe::V4, "boot-size", "abcd").unwrap(),
        [0xab, 0xcd]
    );
    assert_eq!(csv(Universe::V4, "boot-size", "10").unwrap(), [0, 10]);
    for bad in ["256", "-1", "0x", "0x100", "x", "1 2", ""] {
        let error = csv(Universe::V4, "default-ip-ttl", bad).unwrap_err();
        assert!(
            matches!(
                error,
                TextError::Field { field: 1, .. } | TextError::TooFew { .. }
            ),
            "{bad}: {error}"
        );
    }
    let error = csv(Universe::V4, "default-ip-ttl", "256").unwrap_err();
    assert_eq!(
        error.to_string(),
        "field 1: '256' is not a number from 0 to 255"
    );
}

#[test]
fn every_spelling_of_a_boolean_is_the_same_byte() {
    for (text, byte) in [("true", 1), ("1", 1), ("false", 0), ("0", 0), ("True", 1)] {
        assert_eq!(csv(Universe::V4, "ip-forwarding", text).unwrap(), [byte]);
    }
    assert!(csv(Universe::V4, "ip-forwarding", "yes").is_err());
}

#[test]
fn an_escaped_comma_belongs_to_the_text() {
    let zone = r"EST5EDT4\,M3.2.0/02:00\,M11.1.0/02:00";
    let wire = round_trip(Universe::V6, "new-posix-timezone", zone, zone);
    assert_eq!(wire, b"EST5EDT4,M3.2.0/02:00,M11.1.0/02:00");
    let error = csv(Universe::V4, "boot-file-name", "foo,bar").unwrap_err();
    assert_eq!(
        error,
        TextError::TooMany {
            expected: 1,
            found: 2,
            encoded: b"foo".to_vec()
        }
    );
}

#[test]
fn extra_record_fields_are_an_error_that_holds_the_rest() {
    let error = csv(Universe::V6, "nii", "1, 2, 11, 13").unwrap_err();
    assert_eq!(
        error,
        TextError::TooMany {
            expected: 3,
            found: 4,
            encoded: vec![1, 2, 11]
        }
    );
    let error = csv(Universe::V4, "client-ndi", "1, 2").unwrap_err();
    assert_eq!(
        error,
        TextError::TooFew {
            expected: 3,
            found: 2,
            next: "uint8".into()
        }
    );
}

#[test]
fn the_last_field_of_a_record_repeats() {
    let text = "true, 192.0.2.59, 192.0.2.60";
    let wire = round_trip(Universe::V4, "slp-directory-agent", text, text);
    assert_eq!(wire, [1, 192, 0, 2, 59, 192, 0, 2, 60]);
    let text = "1, 192.0.2.70, 192.0.2.71, example.com., example.org.";
    round_trip(Universe::V4, "rdnss-selection", text, text);
}

#[test]
fn empty_data_is_for_options_that_can_be_empty() {
    assert_eq!(
        csv(Universe::V4, "vendor-encapsulated-options", "").unwrap(),
        []
    );
    assert_eq!(csv(Universe::V6, "rapid-commit", " ").unwrap(), []);
    assert_eq!(csv(Universe::V4, "user-class", "").unwrap(), []);
    assert_eq!(round_trip(Universe::V4, "routers", "", ""), []);
    for name in ["host-name", "boot-size", "slp-directory-agent", "uuid-guid"] {
        let error = csv(Universe::V4, name, "").unwrap_err();
        assert!(
            matches!(error, TextError::TooFew { found: 0, .. }),
            "{name}: {error}"
        );
    }
    assert!(csv(Universe::V4, "host-name", " ").is_err());
    assert!(csv(Universe::V4, "routers", " ").is_err());
    assert!(matches!(
        csv(Universe::V6, "rapid-commit", "1"),
        Err(TextError::Field { .. })
    ));
}

/// Text and the bytes Kea 2.2 sends for it, recorded from its answers.
#[test]
fn the_same_text_gives_the_bytes_kea_sends() {
    let v4 = [
        (
            "domain-name",
            "my.example.org",
            "6d792e6578616d706c652e6f7267",
        ),
        ("time-offset", "-25200", "ffff9d90"),
        ("boot-size", "abc", "0abc"),
        ("boot-size", "1e", "001e"),
        ("default-ip-ttl", "0X1f", "1f"),
        ("default-ip-ttl", "+5", "05"),
        ("default-ip-ttl", "010", "0a"),
        ("extensions-path", r"foo\", "666f6f5c"),
        ("boot-file-name", r"a\\b\,c\d", "615c622c635c64"),
        ("boot-file-name", r"a\\\b", "615c5c62"),
        ("boot-file-name", "\tx\t", "78"),
        ("ntp-servers", "192.0.2.1,,192.0.2.2,", "c0000201c0000202"),
        ("user-class", "1A BB AD", "1abbad"),
        (
            "slp-service-scope",
            "true, slp-scope",
            "01736c702d73636f7065",
        ),
        ("slp-service-scope", "true, ", "01"),
        ("slp-service-scope", ",true,x", "0178"),
        ("uuid-guid", "0, ", "00"),
        (
            "pcode",
            r"EST5EDT4\,M3.2.0/02:00",
            "45535435454454342c4d332e322e302f30323a3030",
        ),
        ("v4-lost", "LOST.Example.", "044c4f5354074578616d706c6500"),
        ("v4-lost", "a_b.c", "03615f62016300"),
        ("v4-portparams", "2, 0x3/4", "02043000"),
        ("v4-portparams", "2, 3 / 4", "02043000"),
        ("client-system", "6 , 7", "00060007"),
        (
            "domain-search",
            "example.com, example.com",
            "076578616d706c6503636f6d00076578616d706c6503636f6d00",
        ),
        (
            "option-6rd",
            "24, 96, 2001:db8::f001, 192.0.2.72, 192.0.2.73",
            "186020010db800000000000000000000f001c0000248c0000249",
        ),
    ];
    let v6 = [
        ("pd-exclude", "2001:db8:1:1::/64", "4020010db800010001"),
        ("pd-exclude", "2001:db8:1:1::1/60", "3c20010db800010000"),
        ("bootfile-param", "quiet, ", "000571756965740000"),
        ("bootfile-param", "", ""),
        ("client-fqdn", "1, host", "0104686f737400"),
        ("remote-id", "4294967295, 1A BB", "ffffffff1abb"),
        (
            "unicast",
            "::ffff:1.2.3.4",
            "00000000000000000000ffff01020304",
        ),
        ("preference", "0xf0", "f0"),
        ("vendor-class", "4491, 00 03 61 62 63", "0000118b0003616263"),
        ("user-class", "00 03 61 62 63", "0003616263"),
        ("status-code", "3, text", "000374657874"),
    ];
    let v4 = v4.map(|row| (Universe::V4, row));
    for (universe, (name, text, expected)) in
        v4.into_iter().chain(v6.map(|row| (Universe::V6, row)))
    {
        assert_eq!(
            hex(&csv(universe, name, text).unwrap()),
            expected,
            "{name} '{text}'"
        );
    }
}

#[test]
fn binary_fields_take_every_hexadecimal_form() {
    let wire = csv(Universe::V4, "uuid-guid", "0, 1A BB AD").unwrap();
    assert_eq!(wire, [0, 0x1a, 0xbb, 0xad]);
    round_trip(Universe::V4, "uuid-guid", "0, 1a:bb", "0, 1abb");
    assert!(csv(Universe::V4, "uuid-guid", "0, xyz").is_err());
}

#[test]
fn tuples_have_a_length_of_one_or_two_bytes() {
    assert_eq!(
        csv(Universe::V4, "v4-sztp-redirect", "ab, c").unwrap(),
        b"\x02ab\x01c"
    );
    assert_eq!(
        csv(Universe::V6, "bootfile-param", "ab, c").unwrap(),
        b"\0\x02ab\0\x01c"
    );
    assert!(csv(Universe::V4, "v4-sztp-redirect", &"x".repeat(256)).is_err());
    let definitions = Definitions::standard(Universe::V4);
    let def = definitions.by_name("dhcp4", "v4-sztp-redirect").unwrap();
    for wire in [&b"\0"[..], b"\0\0", b"\x01a\0", b"\0\x01a"] {
        let text = decode(def, Universe::V4, wire).unwrap();
        assert_eq!(encode_csv(def, Universe::V4, &text).unwrap(), wire);
    }
    assert!(decode(def, Universe::V4, b"\x05ab").is_err());
}

#[test]
fn a_psid_is_left_justified() {
    assert_eq!(
        round_trip(Universe::V4, "v4-portparams", "2, 3/4", "2, 3/4"),
        [2, 4, 0x30, 0]
    );
    assert_eq!(
        csv(Universe::V4, "v4-portparams", "2, 0/0").unwrap(),
        [2, 0, 0, 0]
    );
    assert_eq!(
        csv(Universe::V4, "v4-portparams", "2, 65535/16").unwrap(),
        [2, 16, 255, 255]
    );
    for bad in ["2, 16/4", "2, 1/0", "2, 1/17", "2, 3", "2, /4"] {
        assert!(csv(Universe::V4, "v4-portparams", bad).is_err(), "{bad}");
    }
}

#[test]
fn an_ipv6_prefix_has_only_the_bytes_it_needs() {
    let definitions = Definitions::standard(Universe::V6);
    let def = definitions
        .by_name("s46-cont-mapt-options", "s46-dmr")
        .unwrap();
    let encode = |text| encode_csv(def, Universe::V6, text);
    assert_eq!(
        encode("2001:db8:cafe::/64").unwrap(),
        bytes("40 20 01 0d b8 ca fe 00 00")
    );
    assert_eq!(
        encode("2001:db8:ffff::/33").unwrap(),
        bytes("21 20 01 0d b8 80")
    );
    assert_eq!(encode("::/0").unwrap(), [0]);
    assert_eq!(encode("::1/128").unwrap().len(), 17);
    assert!(encode("::/129").is_err());
    assert!(encode("2001:db8::1").is_err());
}

#[test]
fn a_softwire_rule_is_encoded_as_the_manual_says() {
    let definitions = Definitions::standard(Universe::V6);
    let def = definitions
        .by_name("s46-cont-mape-options", "s46-rule")
        .unwrap();
    let wire = encode_csv(def, Universe::V6, "128, 0, 24, 192.0.2.0, 2001:db8:1::/64").unwrap();
    assert_eq!(
        wire,
        bytes("80 00 18 c0 00 02 00 40 20 01 0d b8 00 01 00 00")
    );
}

#[test]
fn names_are_full_unless_the_wire_says_otherwise() {
    let wire = round_trip(
        Universe::V6,
        "v6-lost",
        "lost.example.org",
        "lost.example.org.",
    );
    assert_eq!(wire, b"\x04lost\x07example\x03org\0");
    let definitions = Definitions::standard(Universe::V6);
    let def = definitions.by_name("dhcp6", "client-fqdn").unwrap();
    assert_eq!(
        decode(def, Universe::V6, b"\x01\x04host").unwrap(),
        "1, host"
    );
}

#[test]
fn compressed_names_are_read_in_domain_search_only() {
    let wire = b"\x03eng\x07example\0\x03mkt\xc0\x04";
    let definitions = Definitions::standard(Universe::V4);
    let search = definitions.by_name("dhcp4", "domain-search").unwrap();
    assert_eq!(
        decode(search, Universe::V4, wire).unwrap(),
        "eng.example., mkt.example."
    );
    let sip = definitions.by_name("dhcp4", "sip-ua-cs-domains").unwrap();
    assert!(decode(sip, Universe::V4, wire).is_err());
}

#[test]
fn strings_lose_the_zeros_at_their_end() {
    let definitions = Definitions::standard(Universe::V4);
    let def = definitions.by_name("dhcp4", "host-name").unwrap();
    assert_eq!(decode(def, Universe::V4, b"box\0\0").unwrap(), "box");
    for no_text in [&b"a\xff"[..], b"a\nb", b" a"] {
        assert!(decode(def, Universe::V4, no_text).is_err());
    }
}

#[test]
fn classless_routes_are_written_as_destination_and_router() {
    let text = "10.229.0.128/25 - 10.229.0.1, 10.198.122.47/32 - 10.198.122.1";
    let wire = round_trip(Universe::V4, "classless-static-route", text, text);
    let hexadecimal = "190ae500800ae50001200ac67a2f0ac67a01";
    assert_eq!(hex(&wire), hexadecimal);
    assert_eq!(
        csv(Universe::V4, "classless-static-route", hexadecimal).unwrap(),
        wire
    );
    let default = csv(
        Universe::V4,
        "classless-static-route",
        "0.0.0.0/0 - 10.0.0.1",
    )
    .unwrap();
    assert_eq!(default, [0, 10, 0, 0, 1]);
    let masked = csv(
        Universe::V4,
        "classless-static-route",
        "10.17.255.1/9-10.0.0.1",
    )
    .unwrap();
    assert_eq!(masked, [9, 10, 0, 10, 0, 0, 1]);
    for bad in [
        "",
        "10.0.0.0/33 - 10.0.0.1",
        "10.0.0.0 - 10.0.0.1",
        "10.0.0.0/8",
        "190ae5",
        "21",
    ] {
        assert!(
            csv(Universe::V4, "classless-static-route", bad).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn dnr6_gives_the_bytes_of_the_manual() {
    let text = "100, dot1.example.org., 2001:db8::1 2001:db8::2, alpn=dot port=8530";
    let wire = round_trip(Universe::V6, "v6-dnr", text, text);
    assert_eq!(
        wire,
        bytes(
            "00 64 00 12 04 64 6f 74 31 07 65 78 61 6d 70 6c 65 03 6f 72 67 00 00 20 \
             20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 \
             20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02 \
             00 01 00 04 03 64 6f 74 00 03 00 02 21 52"
        )
    );
    let text =
        r"150, resolver.example., 2001:db8::1 2001:db8::2, alpn=dot\,doq\,h2\,h3 dohpath=/q{?dns}";
    let wire = round_trip(Universe::V6, "v6-dnr", text, text);
    let params = bytes(
        "00 01 00 0e 03 64 6f 74 03 64 6f 71 02 68 32 02 68 33 00 07 00 08 2f 71 7b 3f 64 6e 73 7d",
    );
    assert!(wire.ends_with(&params));
}

#[test]
fn dnr4_holds_several_instances() {
    let text =
        r"2, resolver.example., 10.0.5.6, alpn=dot\,doq port=8530 | 3, fooexp.resolver.example.";
    let wire = round_trip(Universe::V4, "v4-dnr", text, text);
    let first = "0002 12 087265736f6c766572076578616d706c6500 04 0a000506 \
                 0001 0008 03646f7403646f71 0003 0002 2152";
    let first = bytes(&first.replace([' ', '\n'], ""));
    let second =
        bytes(&"0003 19 06666f6f657870087265736f6c766572076578616d706c6500".replace(' ', ""));
    let expected = [
        vec![0, first.len() as u8],
        first,
        vec![0, second.len() as u8],
        second,
    ]
    .concat();
    assert_eq!(hex(&wire), hex(&expected));
    let pipe = r"1, a.example., 10.0.0.1, dohpath=/q\|x{?dns}";
    round_trip(Universe::V4, "v4-dnr", pipe, pipe);
}

#[test]
fn dnr_refuses_what_cannot_be_sent() {
    for bad in [
        "",
        "1",
        "1, ",
        "x, a.example.",
        "1, a.example., 2001:db8::1",
        "1, a.example., , alpn=dot",
        "1, a.example., 10.0.0.1, ipv4hint=10.0.0.1",
        "1, a.example., 10.0.0.1, mandatory=1",
        "1, a.example., 10.0.0.1, port",
        "1, a.example., 10.0.0.1, port=70000",
        "1, a.example., 10.0.0.1, port=1 port=2",
        "1, a.example., 10.0.0.1, alpn=dot,doq",
        "1, a.example. | 2",
    ] {
        assert!(csv(Universe::V4, "v4-dnr", bad).is_err(), "{bad}");
    }
}

#[test]
fn options_of_custom_definitions_follow_their_record() {
    let mut def = OptionDef::new("my-space", 254, "fancy", DataType::Record);
    let names = "int8 int16 int32 uint8 uint16 uint32 ipv4-address ipv6-address ipv6-prefix psid tuple fqdn";
    def.record = names
        .split(' ')
        .map(|n| n.parse().unwrap())
        .collect::<Vec<_>>()
        .into();
    def.array = true;
    def.check(Universe::V6).unwrap();
    let text = "127, 32767, 2147483647, 255, 65535, 4294967295, 192.0.2.79, 2001:db8::30, \
                2001:db8::/64, 3/4, 1, example.org., example.com.";
    let wire = encode_csv(&def, Universe::V6, text).unwrap();
    assert_eq!(decode(&def, Universe::V6, &wire).unwrap(), text);
}

#[test]
fn sub_options_stand_behind_the_fields_of_their_container() {
    let mut def = OptionDef::new("dhcp4", 222, "container", DataType::Uint16);
    def.encapsulates = Some("isc".into());
    let data = [0, 9, 1, 1, 7];
    assert_eq!(own_len(&def, Universe::V4, &data), Some(2));
    assert_eq!(decode(&def, Universe::V4, &data), Ok("9".to_owned()));
    assert_eq!(own_len(&def, Universe::V4, &[0]), None);
    def.data_type = DataType::Empty;
    assert_eq!(own_len(&def, Universe::V4, &data), Some(0));
    assert_eq!(decode(&def, Universe::V4, &data), Ok(String::new()));
    let definitions = Definitions::standard(Universe::V6);
    let rule = definitions
        .by_name("s46-cont-mape-options", "s46-rule")
        .unwrap();
    let wire = encode_csv(rule, Universe::V6, "128, 0, 24, 192.0.2.0, 2001:db8:1::/64").unwrap();
    let nested = [&wire[..], &[0, 93, 0, 4, 2, 4, 0x30, 0]].concat();
    assert_eq!(own_len(rule, Universe::V6, &nested), Some(wire.len()));
    assert_eq!(
        decode(rule, Universe::V6, &nested),
        decode(rule, Universe::V6, &wire)
    );
}

#[test]
fn dnr_parameters_out_of_order_or_given_twice_are_no_text() {
    let definitions = Definitions::standard(Universe::V6);
    let def = definitions.by_name("dhcp6", "v6-dnr").unwrap();
    let head = "0001 0003 016100 0010 20010db8000000000000000000000001";
    let port = "0003 0002 2152";
    let alpn = "0001 0004 03646f74";
    let parse = |params: &[&str]| {
        let text = [&[head], params].concat().concat().replace(' ', "");
        decode(def, Universe::V6, &bytes(&text))
    };
    assert_eq!(
        parse(&[alpn, port]).unwrap(),
        "1, a., 2001:db8::1, alpn=dot port=8530"
    );
    assert!(parse(&[port, alpn]).is_err());
    assert!(parse(&[alpn, alpn]).is_err());
}
