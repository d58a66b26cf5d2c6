//! Hostile packets, typed views, relay chains and what the builder promises.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::net::Ipv6Addr;

use super::*;

const CLIENT: [u8; 10] = [0, 3, 0, 1, 2, 0, 0, 0, 0, 1];
const LINK: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
const PEER: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 2);

/// A SOLICIT with these bytes as options.
fn packet(options: &[u8]) -> Vec<u8> {
    [&[1, 0xab, 0xcd, 0xef][..], options].concat()
}

fn option(code: u16, data: &[u8]) -> Vec<u8> {
    [
        &code.to_be_bytes(),
        &(data.len() as u16).to_be_bytes(),
        data,
    ]
    .concat()
}

fn strict(bytes: &[u8]) -> Result<Message<'_>, ParseError> {
    Message::parse(bytes, Parsing::Strict)
}

fn lenient(bytes: &[u8]) -> Message<'_> {
    Message::parse(bytes, Parsing::Lenient).unwrap()
}

fn solicit() -> Vec<u8> {
    let mut solicit = Builder::new(MessageType::Solicit, [1, 2, 3]);
    solicit
        .option(code::CLIENT_ID, &CLIENT)
        .option(code::ORO, &[0, 23, 0, 24]);
    solicit.ia_na(7, 0, 0, |_| {});
    solicit.finish().unwrap()
}

#[test]
fn a_direct_message_is_read_in_order() {
    let bytes = solicit();
    let message = strict(&bytes).unwrap();
    assert_eq!(
        (message.msg_type, message.xid),
        (MessageType::Solicit, [1, 2, 3])
    );
    assert_eq!((message.xid_number(), message.relays.len()), (0x010203, 0));
    assert_eq!(
        (message.client_id(), message.server_id()),
        (Some(&CLIENT[..]), None)
    );
    assert!(message.requested(24) && !message.requested(25));
    assert_eq!(
        message.options.requested_codes().collect::<Vec<_>>(),
        [23, 24]
    );
    let codes: Vec<u16> = message.options.iter().map(|(code, _)| code).collect();
    assert_eq!(codes, [1, 6, 3]);
    let ia = message.options.ias().next().unwrap();
    assert_eq!(
        (ia.kind, ia.iaid, ia.addresses().count()),
        (IaKind::Na, 7, 0)
    );
}

#[test]
fn every_prefix_of_a_packet_is_an_error_or_a_message() {
    let inner = solicit();
    let bytes = relay_forward(0, LINK, PEER, &[(18, b"eth0")], &inner).unwrap();
    for len in 0..bytes.len() {
        assert!(strict(&bytes[..len]).is_err(), "{len}");
        let _ = Message::parse(&bytes[..len], Parsing::Lenient);
    }
    for len in 0..inner.len() {
        assert_eq!(
            Message::parse(&inner[..len], Parsing::Lenient).is_ok(),
            len >= 4,
            "{len}"
        );
    }
}

#[test]
fn a_truncated_option_is_an_error_or_the_end() {
    let bytes = packet(&[option(8, &[0, 1]), vec![0, 6, 0, 9, 0, 23]].concat());
    let error = ParseError::Truncated {
        code: 6,
        offset: 10,
        claimed: 9,
        left: 2,
    };
    assert_eq!(strict(&bytes).unwrap_err(), error);
    let message = lenient(&bytes);
    assert!(message.options.has(8) && !message.options.has(6));
    assert_eq!(message.options.bytes().len(), 6);
}

#[test]
fn a_wrong_fixed_length_is_an_error_or_no_typed_value() {
    let cases: [(u16, &[u8]); 14] = [
        (1, &[0, 3]),
        (2, &[0; 131]),
        (3, &[0; 11]),
        (25, &[0; 11]),
        (4, &[0; 3]),
        (13, &[0]),
        (7, &[1, 2]),
        (7, &[]),
        (14, &[1]),
        (8, &[0]),
        (16, &[0, 0]),
        (17, &[0]),
        (32, &[0; 3]),
        (135, &[0]),
    ];
    for (code, data) in cases {
        let bytes = packet(&[option(code, data), option(39, b"\0\x04host")].concat());
        let error = strict(&bytes).unwrap_err();
        assert!(
            matches!(error, ParseError::Length { code: c, offset: 4, len, .. }
                if c == code && len == data.len()),
            "{error}"
        );
        let message = lenient(&bytes);
        assert_eq!(message.options.get(code), Some(data));
        assert_eq!((message.client_id(), message.server_id()), (None, None));
        assert_eq!(
            (message.options.ias().count(), message.options.status()),
            (0, None)
        );
        assert_eq!(message.options.vendor_classes().count(), 0);
        assert!(
            message.options.has(39),
            "what follows option {code} is kept"
        );
    }
}

#[test]
fn duids_of_every_legal_length_are_accepted() {
    for len in [3, 130] {
        let duid = vec![0; len];
        let bytes = packet(&option(1, &duid));
        assert_eq!(strict(&bytes).unwrap().client_id(), Some(&duid[..]));
    }
}

#[test]
fn broken_contents_of_an_ia_are_found() {
    let good = [&[0, 0, 0, 9][..], &[0; 8]].concat();
    let short_address = [good.clone(), option(5, &[0; 23])].concat();
    let bytes = packet(&option(3, &short_address));
    let error = strict(&bytes).unwrap_err();
    assert!(
        matches!(
            error,
            ParseError::Length {
                code: 5,
                offset: 20,
                len: 23,
                ..
            }
        ),
        "{error}"
    );
    let message = lenient(&bytes);
    let ia = message.options.ias().next().unwrap();
    assert_eq!((ia.iaid, ia.addresses().count()), (9, 0));

    let cut_off = [good.clone(), vec![0, 5, 0, 24, 1]].concat();
    let bytes = packet(&option(3, &cut_off));
    assert!(matches!(
        strict(&bytes),
        Err(ParseError::Truncated {
            code: 5,
            offset: 20,
            ..
        })
    ));
    assert!(
        lenient(&bytes)
            .options
            .ias()
            .next()
            .unwrap()
            .options
            .bytes()
            .is_empty()
    );

    let mut prefix = [0; 25];
    prefix[8] = 129;
    let long_prefix = [good, option(26, &prefix)].concat();
    let bytes = packet(&option(25, &long_prefix));
    assert!(matches!(
        strict(&bytes),
        Err(ParseError::Value {
            code: 26,
            offset: 20,
            ..
        })
    ));
    assert_eq!(
        lenient(&bytes)
            .options
            .ias()
            .next()
            .unwrap()
            .prefixes()
            .count(),
        0
    );
}

#[test]
fn nested_ias_do_not_exhaust_the_stack() {
    let mut inner = Vec::new();
    while inner.len() < 65_000 {
        inner = option(3, &[&[0; 12][..], &inner].concat());
    }
    let bytes = packet(&inner);
    assert_eq!(strict(&bytes).unwrap().options.ias().count(), 1);
}

#[test]
fn an_odd_option_request_is_refused_or_cut() {
    let bytes = packet(&option(6, &[0, 23, 0]));
    assert!(matches!(
        strict(&bytes),
        Err(ParseError::Value {
            code: 6,
            offset: 4,
            ..
        })
    ));
    assert_eq!(
        lenient(&bytes)
            .options
            .requested_codes()
            .collect::<Vec<_>>(),
        [23]
    );
}

#[test]
fn classes_are_split_and_an_overlong_one_is_refused_or_cut() {
    let user = option(15, b"\0\x02ab\0\0\0\x01c");
    let vendor = option(16, b"\0\0\x11\x8b\0\x09docsis3.0");
    let bytes = packet(&[user, vendor].concat());
    let message = strict(&bytes).unwrap();
    let classes: Vec<_> = message.options.user_classes().collect();
    assert_eq!(classes, [&b"ab"[..], b"", b"c"]);
    let (enterprise, mut classes) = message.options.vendor_classes().next().unwrap();
    assert_eq!(
        (enterprise, classes.next()),
        (4491, Some(&b"docsis3.0"[..]))
    );

    for data in [&b"\0\x05ab"[..], b"\0\x01a\0"] {
        let bytes = packet(&option(15, data));
        assert!(matches!(
            strict(&bytes),
            Err(ParseError::Value { code: 15, .. })
        ));
        let _ = lenient(&bytes).options.user_classes().count();
    }
    let bytes = packet(&option(15, b"\0\x05ab"));
    let message = lenient(&bytes);
    assert_eq!(message.options.user_classes().collect::<Vec<_>>(), [b"ab"]);
}

#[test]
fn vendor_options_are_found_by_enterprise() {
    let one = option(
        17,
        &[&[0, 0, 0x11, 0x8b][..], &option(1, &[0, 32])].concat(),
    );
    let two = option(
        17,
        &[&[0, 0, 0x09, 0xbf][..], &option(60000, b"eth0")].concat(),
    );
    let bytes = packet(&[one, two].concat());
    let message = strict(&bytes).unwrap();
    let vendors: Vec<_> = message.options.vendor_opts().collect();
    assert_eq!(
        (vendors[0].0, vendors[0].1.get(1)),
        (4491, Some(&[0, 32][..]))
    );
    assert_eq!(
        (vendors[1].0, vendors[1].1.get(60000)),
        (2495, Some(&b"eth0"[..]))
    );
    let broken = packet(&option(17, &[0, 0, 0, 1, 0, 1, 0, 9, 1]));
    assert!(matches!(
        strict(&broken),
        Err(ParseError::Truncated {
            code: 1,
            offset: 12,
            ..
        })
    ));
    assert!(
        lenient(&broken)
            .options
            .vendor_opts()
            .next()
            .unwrap()
            .1
            .bytes()
            .is_empty()
    );
}

#[test]
fn a_relay_chain_is_read_outermost_first() {
    let inner = relay_forward(0, LINK, PEER, &[(18, b"eth0")], &solicit()).unwrap();
    let bytes = relay_forward(1, Ipv6Addr::UNSPECIFIED, LINK, &[(135, &[0, 9])], &inner).unwrap();
    let message = strict(&bytes).unwrap();
    assert_eq!(message.relays.len(), 2);
    assert_eq!(
        (message.relays[0].hop_count, message.relays[0].peer_address),
        (1, LINK)
    );
    assert_eq!(
        (
            message.relays[0].source_port(),
            message.relays[0].interface_id()
        ),
        (Some(9), None)
    );
    let first = message.first_relay().unwrap();
    assert_eq!(
        (first.hop_count, first.link_address, first.peer_address),
        (0, LINK, PEER)
    );
    assert_eq!(
        (first.interface_id(), first.source_port()),
        (Some(&b"eth0"[..]), None)
    );
    assert_eq!(
        (message.msg_type, message.client_id()),
        (MessageType::Solicit, Some(&CLIENT[..]))
    );
}

#[test]
fn errors_inside_of_relays_tell_the_offset_in_the_datagram() {
    let inner = packet(&option(8, &[1]));
    let bytes = relay_forward(0, LINK, PEER, &[(18, b"eth0")], &inner).unwrap();
    let error = strict(&bytes).unwrap_err();
    // Relay header, interface-id, header of relay-msg, header of the message.
    assert!(
        matches!(error, ParseError::Length { code: 8, offset, .. } if offset == 34 + 8 + 4 + 4),
        "{error}"
    );
}

#[test]
fn relays_without_a_message_or_too_many_are_refused() {
    let header = [&[12, 0][..], &[0; 32]].concat();
    for parsing in [Parsing::Strict, Parsing::Lenient] {
        let parse = |bytes: &[u8]| Message::parse(bytes, parsing).map(|m| m.relays.len());
        assert_eq!(
            parse(&header),
            Err(ParseError::NoRelayMessage { offset: 0 })
        );
        assert!(matches!(
            parse(&header[..33]),
            Err(ParseError::Short { need: 34, .. })
        ));
        let empty = [&header[..], &option(9, &[])].concat();
        assert!(matches!(
            parse(&empty),
            Err(ParseError::Short {
                offset: 38,
                need: 4,
                ..
            })
        ));
        let reply = [&[13][..], &header[1..], &option(9, &solicit())].concat();
        let mixed = [&header[..], &option(9, &reply)].concat();
        let error = ParseError::MixedRelay {
            offset: 38,
            found: 13,
            expected: 12,
        };
        assert_eq!(parse(&mixed), Err(error));
        let mut chain = solicit();
        for hop in 0..32 {
            chain = relay_forward(hop, LINK, PEER, &[], &chain).unwrap();
        }
        assert_eq!(parse(&chain), Ok(32));
        chain = relay_forward(32, LINK, PEER, &[], &chain).unwrap();
        assert_eq!(parse(&chain), Err(ParseError::RelayDepth { limit: 32 }));
    }
    let twice = [
        &header[..],
        &option(9, &solicit()),
        &option(9, &[7, 0, 0, 0]),
    ]
    .concat();
    assert!(matches!(
        strict(&twice),
        Err(ParseError::Value { code: 9, .. })
    ));
    assert_eq!(lenient(&twice).msg_type, MessageType::Solicit);
}

#[test]
fn a_reply_mirrors_the_relay_chain() {
    let inner = relay_forward(
        0,
        LINK,
        PEER,
        &[(18, b"eth0"), (37, b"\0\0\0\x01x")],
        &solicit(),
    );
    let bytes = relay_forward(1, PEER, LINK, &[(135, &[0, 0])], &inner.unwrap()).unwrap();
    let query = strict(&bytes).unwrap();
    let mut reply = Builder::reply(&query, MessageType::Advertise);
    assert!(!reply.has(18) && !reply.has(9));
    reply.option(code::SERVER_ID, &CLIENT);
    let bytes = reply.finish().unwrap();
    assert_eq!(bytes[0], 13);
    let reply = strict(&bytes).unwrap();
    assert_eq!(
        (reply.msg_type, reply.xid),
        (MessageType::Advertise, query.xid)
    );
    for (ours, theirs) in reply.relays.iter().zip(&query.relays) {
        assert_eq!(ours.hop_count, theirs.hop_count);
        assert_eq!(
            (ours.link_address, ours.peer_address),
            (theirs.link_address, theirs.peer_address)
        );
        assert_eq!(ours.interface_id(), theirs.interface_id());
        assert_eq!(ours.source_port(), theirs.source_port());
        assert!(!ours.options.has(37));
    }
    assert_eq!(
        (reply.relays.len(), reply.server_id()),
        (2, Some(&CLIENT[..]))
    );
}

#[test]
fn leases_and_statuses_come_back_as_they_were_written() {
    let query = solicit();
    let mut reply = Builder::reply(&strict(&query).unwrap(), MessageType::Reply);
    reply.ia_na(7, 10, 20, |ia| {
        ia.ia_addr(LINK, 30, 40).ia_addr_with(PEER, 0, 0, |a| {
            a.status(code::status::NO_BINDING, "gone");
        });
        ia.status(code::status::SUCCESS, "fine");
    });
    reply.ia_pd(8, 1, 2, |ia| {
        ia.ia_prefix_with(LINK, 56, 3, 4, |p| {
            p.option(code::PD_EXCLUDE, &[64, 1]);
        });
        ia.ia_prefix(PEER, 64, 5, 6);
    });
    reply.ia(IaKind::Ta, 9, 1, 1, |ia| {
        ia.status(code::status::NO_ADDRS_AVAIL, "");
    });
    reply.status(code::status::USE_MULTICAST, "multicast");
    let bytes = reply.finish().unwrap();
    let reply = strict(&bytes).unwrap();
    let ias: Vec<_> = reply.options.ias().collect();
    assert_eq!(
        ias.iter()
            .map(|ia| (ia.iaid, ia.t1, ia.t2))
            .collect::<Vec<_>>(),
        [(7, 10, 20), (8, 1, 2), (9, 0, 0)]
    );
    let addresses: Vec<_> = ias[0].addresses().collect();
    assert_eq!(
        (
            addresses[0].address,
            addresses[0].preferred,
            addresses[0].valid
        ),
        (LINK, 30, 40)
    );
    let status = addresses[1].options.status().unwrap();
    assert_eq!(
        (status.code, status.message),
        (code::status::NO_BINDING, &b"gone"[..])
    );
    assert_eq!(ias[0].options.status().unwrap().message, b"fine");
    let prefixes: Vec<_> = ias[1].prefixes().collect();
    assert_eq!(
        (prefixes[0].prefix, prefixes[0].len, prefixes[0].valid),
        (LINK, 56, 4)
    );
    assert_eq!(
        prefixes[0].options.get(code::PD_EXCLUDE),
        Some(&[64, 1][..])
    );
    assert_eq!((prefixes[1].len, prefixes[1].preferred), (64, 5));
    assert_eq!(
        ias[2].options.status().unwrap().code,
        code::status::NO_ADDRS_AVAIL
    );
    assert_eq!(
        reply.options.status().unwrap().code,
        code::status::USE_MULTICAST
    );
}

#[test]
fn top_level_options_can_be_read_back_and_taken_out() {
    let query = solicit();
    let mut reply = Builder::reply(&strict(&query).unwrap(), MessageType::Reply);
    reply
        .option(23, &[1; 16])
        .option(17, b"abcd")
        .option(24, b"\x01a\0")
        .option(17, b"efgh");
    reply.ia_na(1, 2, 3, |ia| {
        ia.option(7, &[1]);
    });
    assert_eq!(
        (reply.get(24), reply.get(17), reply.get(7)),
        (Some(&b"\x01a\0"[..]), Some(&b"abcd"[..]), None)
    );
    assert!(reply.remove(17) && !reply.remove(17) && !reply.has(17));
    assert_eq!(reply.get(24), Some(&b"\x01a\0"[..]));
    let size = reply.size();
    let bytes = reply.finish().unwrap();
    assert_eq!(bytes.len(), size);
    let codes: Vec<u16> = strict(&bytes)
        .unwrap()
        .options
        .iter()
        .map(|(code, _)| code)
        .collect();
    assert_eq!(codes, [23, 24, 3]);
}

#[test]
fn mistakes_come_out_at_the_end() {
    let mut message = Builder::new(MessageType::Reply, [0; 3]);
    message.option(59, &vec![0; 65_536]);
    assert_eq!(
        message.finish(),
        Err(BuildError::TooLong {
            code: 59,
            len: 65_536
        })
    );
    let mut message = Builder::new(MessageType::Reply, [0; 3]);
    let _open = message.begin(3);
    assert_eq!(message.finish(), Err(BuildError::Nesting));
    let mut message = Builder::new(MessageType::Reply, [0; 3]);
    let (outer, inner) = (message.begin(3), message.begin(5));
    message.end(outer).end(inner);
    assert_eq!(message.finish(), Err(BuildError::Nesting));
    let relayed = vec![0; 65_536];
    assert!(relay_forward(0, LINK, PEER, &[], &relayed).is_err());
}

#[test]
fn a_dhcpv4_response_has_no_flags_of_the_query() {
    let mut query = Builder::new(MessageType::Dhcpv4Query, [0x80, 0, 0]);
    query.option(code::DHCPV4_MSG, &[1; 240]);
    let bytes = query.finish().unwrap();
    let query = strict(&bytes).unwrap();
    let reply = Builder::reply_in(vec![1; 9], &query, MessageType::Dhcpv4Response)
        .finish()
        .unwrap();
    assert_eq!(reply, [21, 0, 0, 0]);
}
