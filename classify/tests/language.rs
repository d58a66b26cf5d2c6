//! Every word of the language, as it is written in a configuration, against real messages.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::sync::Arc;

use murre_classify::{Membership, Names, Scope, parse_test, parse_value};
use murre_wire::Parsing;
use murre_wire::option::{DataType, Definitions, OptionDef, Universe};
use murre_wire::{dhcp4, dhcp6};
use support::{option6, packet4, packet6, subject4, subject6};

fn scope(universe: Universe) -> Arc<Definitions> {
    let mut container = OptionDef::new("dhcp4", 224, "container", DataType::Uint16);
    container.encapsulates = Some("inner".into());
    let inner = OptionDef::new("inner", 3, "three", DataType::Uint8);
    let standard = Definitions::standard(universe);
    match universe {
        Universe::V4 => Definitions::with_custom(&standard, [container, inner])
            .unwrap()
            .into(),
        Universe::V6 => standard,
    }
}

/// Whether the test is true of a query of DHCPv4 with these options.
fn is4(test: &str, options: &[(u8, &[u8])]) -> bool {
    let bytes = packet4(options);
    let message = dhcp4::Message::parse(&bytes, Parsing::Lenient).unwrap();
    let definitions = scope(Universe::V4);
    let definitions = Scope {
        definitions: &definitions,
    };
    let mut names = Names::default();
    let parsed = parse_test(test, definitions, &mut names);
    let parsed = parsed.unwrap_or_else(|e| panic!("{test}: {e}"));
    let mut classes = Membership::default();
    classes.insert(names.intern("foo"));
    parsed.is_true_of(&subject4(&message), &classes).unwrap()
}

fn is6(test: &str, relays: &[Vec<u8>], options: &[Vec<u8>]) -> bool {
    let bytes = packet6(relays, options);
    let message = dhcp6::Message::parse(&bytes, Parsing::Lenient).unwrap();
    let definitions = scope(Universe::V6);
    let definitions = Scope {
        definitions: &definitions,
    };
    let parsed = parse_test(test, definitions, &mut Names::default());
    let parsed = parsed.unwrap_or_else(|e| panic!("{test}: {e}"));
    parsed
        .is_true_of(&subject6(&message), &Membership::default())
        .unwrap()
}

#[track_caller]
fn all4(tests: &[&str], options: &[(u8, &[u8])]) {
    for test in tests {
        assert!(is4(test, options), "{test}");
    }
}

#[track_caller]
fn all6(tests: &[&str], relays: &[Vec<u8>], options: &[Vec<u8>]) {
    for test in tests {
        assert!(is6(test, relays, options), "{test}");
    }
}

#[test]
fn literals_are_bytes() {
    all4(
        &[
            "'Z}' == 0x5a7d",
            "0xabc == 0x0abc",
            "10.0.0.1 == 0x0a000001",
            "123 == 0x0000007b",
            "4294967295 == 0xffffffff",
            "2001:db8::1 == 0x20010db8000000000000000000000001",
            "::ffff:1.2.3.4 == 0x00000000000000000000ffff01020304",
            "'' == substring('a', 5, all)",
            "not 2 == 0x02",
        ],
        &[],
    );
}

#[test]
fn options_by_code_and_name_with_and_without_data() {
    let options: &[(u8, &[u8])] = &[(12, b"host"), (80, &[]), (93, &[0, 9])];
    all4(
        &[
            "option[12].hex == 'host'",
            "option[host-name].hex == 'host'",
            "option[host-name].text == 'host'",
            "option[12].exists and option[80].exists",
            "option[80].hex == ''",
            "not option[13].exists and option[13].hex == ''",
            "option[93].hex == 0x0009 and not option[93].hex == 9",
            "option[client-system].text == '9'",
            "option[53].text == '1'",
        ],
        options,
    );
}

#[test]
fn sub_options_stand_behind_the_own_fields_of_what_holds_them() {
    let agent = [1, 3, b'e', b't', b'h', 2, 2, 9, 9, 1, 1, b'0'];
    let container = [0xaa, 0xbb, 0, 3, 1, 7, 255, 3, 1, 8];
    let options: &[(u8, &[u8])] = &[(82, &agent), (224, &container), (43, &[5, 1, 1, 255])];
    all4(
        &[
            "option[82].option[2].hex == 0x0909 and relay4[2].hex == 0x0909",
            "option[dhcp-agent-options].option[circuit-id].hex == 'eth0'",
            "relay4[1].hex == 'eth0' and relay4[1].exists",
            "not relay4[3].exists and relay4[3].hex == ''",
            "option[82].option[2].exists and not option[82].option[3].exists",
            "option[224].option[3].hex == 7 + '' or option[224].option[3].hex == 0x07",
            "option[container].option[three].text == '7'",
            "option[43].option[5].hex == 0x01",
            "not option[99].option[1].exists and option[99].option[1].hex == ''",
        ],
        options,
    );
    all4(&["relay4[1].hex == '' and not relay4[1].exists"], &[]);
}

#[test]
fn headers_and_the_way_of_the_packet() {
    all4(
        &[
            "pkt4.mac == 0x020000000005",
            "pkt4.hlen == 6 and pkt4.htype == 1",
            "pkt4.ciaddr == 192.0.2.7 and pkt4.yiaddr == 192.0.2.8",
            "pkt4.siaddr == 192.0.2.9 and pkt4.giaddr == 192.0.2.1",
            "pkt4.msgtype == 1 and pkt4.transid == 12345",
            "pkt.iface == 'eth0' and pkt.src == 192.0.2.1 and pkt.dst == 192.0.2.254",
            "pkt.len == 244",
        ],
        &[],
    );
    all6(
        &[
            "pkt6.msgtype == 1 and pkt6.transid == 12345",
            "pkt.iface == 'eth0' and pkt.src == fe80::1 and pkt.dst == ff02::1:2",
            "pkt.len == 4",
        ],
        &[],
        &[],
    );
}

#[test]
fn relays_are_counted_from_both_ends() {
    let relays = [option6(18, b"a"), option6(18, b"b"), option6(18, b"c")];
    all6(
        &[
            "relay6[0].option[18].hex == 'a' and relay6[-3].option[18].hex == 'a'",
            "relay6[1].option[18].hex == 'b' and relay6[-2].option[18].hex == 'b'",
            "relay6[2].option[interface-id].hex == 'c' and relay6[-1].option[18].hex == 'c'",
            "relay6[3].option[18].hex == '' and relay6[-4].option[18].hex == ''",
            "relay6[0].option[18].exists and not relay6[3].option[18].exists",
            "relay6[0].linkaddr == 2001:db8:: and relay6[2].linkaddr == 2001:db8::2",
            "relay6[-1].peeraddr == fe80::2 and relay6[9].peeraddr == ''",
        ],
        &relays,
        &[],
    );
}

#[test]
fn vendors_by_number_or_any_and_the_first_alone() {
    let blocks = [
        0, 0, 0x11, 0x8b, 4, 1, 2, b'a', b'b', 0, 0, 0x0d, 0xe9, 3, 1, 1, b'z',
    ];
    let classes = [0, 0, 0x11, 0x8b, 3, b'o', b'n', b'e', 1, b'2'];
    let options: &[(u8, &[u8])] = &[(125, &blocks), (124, &classes)];
    all4(
        &[
            "vendor[4491].exists and vendor[*].exists and vendor[0].exists",
            "not vendor[3561].exists and not vendor[3561].option[1].exists",
            "vendor.enterprise == 4491",
            "vendor[4491].option[1].hex == 'ab' and vendor[*].option[1].exists",
            "vendor[4491].option[2].hex == ''",
            "vendor-class[4491].exists and vendor-class[*].exists",
            "vendor-class.enterprise == 4491",
            "vendor-class[4491].data == 'one' and vendor-class[*].data[0] == 'one'",
            "vendor-class[4491].data[1] == '2' and vendor-class[4491].data[2] == ''",
            "vendor-class[1].data == ''",
        ],
        options,
    );
    all4(
        &["not vendor[*].exists and vendor.enterprise == '' and vendor-class[*].data == ''"],
        &[],
    );
    let options = [
        option6(17, &[0, 0, 0x11, 0x8b, 0, 1, 0, 2, b'a', b'b']),
        option6(16, &[0, 0, 0x11, 0x8b, 0, 3, b'o', b'n', b'e', 0, 1, b'2']),
    ];
    all6(
        &[
            "vendor[4491].exists and vendor[*].exists and not vendor[1].exists",
            "vendor.enterprise == 4491 and vendor-class.enterprise == 4491",
            "vendor[4491].option[1].hex == 'ab' and vendor[1].option[1].hex == ''",
            "vendor-class[4491].data == 'one' and vendor-class[*].data[1] == '2'",
            "vendor-class[4491].exists and vendor-class[4491].data[2] == ''",
        ],
        &[],
        &options,
    );
}

#[test]
fn classes_and_the_short_words_for_known() {
    all4(
        &[
            "member('foo') and not member('bar')",
            "unknown and not known",
            "not member('KNOWN')",
        ],
        &[],
    );
}

#[test]
fn functions_and_conversions() {
    all4(
        &[
            "substring('foobar', 3, all) == 'bar'",
            "substring('foobar', -1, -3) == 'oba'",
            "concat('foo', 'bar') == 'foobar'",
            "'a' + 'b' + 'c' == concat('a', concat('b', 'c'))",
            "ifelse(option[12].exists, option[12].hex, 'none') == 'host'",
            "ifelse(option[13].exists, 'a', 'none') == 'none'",
            "hexstring('foo', '-') == '66-6f-6f'",
            "hexstring(pkt4.mac, ':') == '02:00:00:00:00:05'",
            "lcase('LoWeR') == 'lower' and ucase('uPpEr') == 'UPPER'",
            "split('foo.bar', '.', 2) == 'bar'",
            "split(option[12].text, 0x6f, 1) == 'h'",
            "addrtotext(192.10.0.1) == '192.10.0.1' and addrtotext(2003:db8::) == '2003:db8::'",
            "int8totext(0xff) == '-1' and uint8totext(0xff) == '255'",
            "int16totext(0xffff) == '-1' and uint16totext(0xffff) == '65535'",
            "int32totext(4294967295) == '-1' and uint32totext(4294967295) == '4294967295'",
            "uint8totext(option[13].hex) == ''",
        ],
        &[(12, b"host")],
    );
}

#[test]
fn not_binds_before_and_and_that_before_or() {
    all4(
        &[
            "'a' == 'a' or 'a' == 'b' and 'a' == 'b'",
            "not ('a' == 'a' and 'a' == 'b')",
            "not 'a' == 'b' and 'a' == 'a'",
            "not not 'a' == 'a'",
            "('a' == 'b' or 'a' == 'a') and ('a') == ('a')",
            "(('a' + 'b')) == 'ab'",
        ],
        &[],
    );
    assert!(!is4("('a' == 'a' or 'a' == 'b') and 'a' == 'b'", &[]));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let definitions = scope(Universe::V4);
    let definitions = Scope {
        definitions: &definitions,
    };
    for (text, at) in [
        ("", 0),
        ("'a'", 0),
        ("'ä' == ?", 7),
        ("'a' == ", 7),
        ("'a' == 'b' 'c'", 11),
        ("'a' == 'b' == 'c'", 11),
        ("option[12]", 10),
        ("option[12].bytes == 'a'", 11),
        ("option[no-such].exists", 7),
        ("option[256].exists", 7),
        ("option[12.exists", 9),
        ("relay6[0].option[1].exists", 0),
        ("pkt6.msgtype == 1", 0),
        ("pkt4.foo == 1", 5),
        ("'a' == 'a' and 'b'", 15),
        ("'b' or 'a' == 'a'", 0),
        ("not 'a'", 4),
        ("substring('a', 0) == 'a'", 16),
        ("substring('a', 'b', all) == 'a'", 15),
        ("concat('a' == 'b', 'c') == 'a'", 7),
        ("ifelse('a', 'b', 'c') == 'b'", 7),
        ("member(foo)", 7),
        ("member('')", 7),
        ("frobnicate('a') == 'a'", 0),
        ("4294967296 == 'a'", 0),
        ("-1 == 'a'", 0),
        ("('a' == 'a'", 11),
        ("vendor[-1].exists", 7),
        ("vendor-class[1].data[-1] == ''", 21),
        ("vendor[1].option[foo].exists", 17),
    ] {
        let error = parse_test(text, definitions, &mut Names::default()).unwrap_err();
        assert_eq!(error.at, at, "{text}: {error}");
    }
    let error = parse_value("'a' == 'b'", definitions, &mut Names::default()).unwrap_err();
    assert_eq!(error.at, 0);
    let v6 = scope(Universe::V6);
    let v6 = Scope { definitions: &v6 };
    for text in [
        "relay4[1].exists",
        "pkt4.mac == 0x01",
        "relay6[32].peeraddr == ''",
    ] {
        assert!(
            parse_test(text, v6, &mut Names::default()).is_err(),
            "{text}"
        );
    }
}

#[test]
fn no_text_is_nested_too_deep_for_the_stack() {
    let definitions = scope(Universe::V4);
    let definitions = Scope {
        definitions: &definitions,
    };
    for text in [
        format!("{}'a' == 'a'{}", "(".repeat(50_000), ")".repeat(50_000)),
        format!("{}'a'", "lcase(".repeat(50_000)),
    ] {
        let error = parse_test(&text, definitions, &mut Names::default()).unwrap_err();
        assert!(error.reason.contains("nesting"), "{error}");
    }
    let long = format!("'a' == 'b'{}", " or 'a' == 'b'".repeat(50_000));
    assert!(parse_test(&long, definitions, &mut Names::default()).is_ok());
    let nots = format!("{} 'a' == 'b'", "not ".repeat(50_001));
    assert!(parse_test(&nots, definitions, &mut Names::default()).is_ok());
}
