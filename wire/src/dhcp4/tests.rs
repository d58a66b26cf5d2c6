//! Hostile packets first, then what the builder promises.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::borrow::Cow;
use std::net::Ipv4Addr;

use super::scan::{FILE, SNAME};
use super::*;

const MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];

/// A DISCOVER header and cookie, and these bytes as option area.
fn packet(options: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; HEADER_LEN];
    bytes[..8].copy_from_slice(&[1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef]);
    bytes[28..34].copy_from_slice(&MAC);
    bytes.extend_from_slice(&MAGIC_COOKIE);
    bytes.extend_from_slice(options);
    bytes
}

fn with_fields(options: &[u8], file: &[u8], sname: &[u8]) -> Vec<u8> {
    let mut bytes = packet(options);
    bytes[FILE.start..FILE.start + file.len()].copy_from_slice(file);
    bytes[SNAME.start..SNAME.start + sname.len()].copy_from_slice(sname);
    bytes
}

fn strict(bytes: &[u8]) -> Result<Message<'_>, ParseError> {
    Message::parse(bytes, Parsing::Strict)
}

fn lenient(bytes: &[u8]) -> Message<'_> {
    Message::parse(bytes, Parsing::Lenient).unwrap()
}

#[test]
fn header_fields_are_read_where_they_stand() {
    let mut bytes = packet(&[53, 1, 1, 255]);
    for (index, byte) in bytes[8..28].iter_mut().enumerate() {
        *byte = index as u8 + 1;
    }
    bytes[10] = 0x80;
    let message = strict(&bytes).unwrap();
    assert_eq!(
        (
            message.op(),
            message.htype(),
            message.hlen(),
            message.hops()
        ),
        (1, 1, 6, 0)
    );
    assert_eq!((message.xid(), message.secs()), (0xdead_beef, 0x0102));
    assert_eq!((message.flags(), message.is_broadcast()), (0x8004, true));
    assert_eq!(message.ciaddr(), Ipv4Addr::new(5, 6, 7, 8));
    assert_eq!(message.yiaddr(), Ipv4Addr::new(9, 10, 11, 12));
    assert_eq!(message.siaddr(), Ipv4Addr::new(13, 14, 15, 16));
    assert_eq!(message.giaddr(), Ipv4Addr::new(17, 18, 19, 20));
    assert_eq!(
        (message.chaddr(), message.chaddr_field().len()),
        (&MAC[..], 16)
    );
    assert_eq!((message.sname().len(), message.file().len()), (64, 128));
    assert_eq!(message.message_type(), Some(MessageType::Discover));
}

#[test]
fn a_hardware_address_longer_than_its_field_is_refused() {
    for hlen in [17, 20, 255] {
        let mut bytes = packet(&[53, 1, 1, 255]);
        bytes[2] = hlen;
        for parsing in [Parsing::Strict, Parsing::Lenient] {
            let error = Message::parse(&bytes, parsing).unwrap_err();
            assert_eq!(error, ParseError::HardwareLength { hlen });
        }
    }
    let mut bytes = packet(&[53, 1, 1, 255]);
    bytes[2] = 16;
    assert_eq!(strict(&bytes).unwrap().chaddr().len(), 16);
    bytes[2] = 0;
    assert_eq!(strict(&bytes).unwrap().chaddr(), []);
}

#[test]
fn every_prefix_of_a_packet_is_an_error_or_a_message() {
    let bytes = packet(&[53, 1, 1, 61, 3, 1, 2, 3, 255]);
    for len in 0..bytes.len() {
        let cut = &bytes[..len];
        let expected = match len {
            0..HEADER_LEN => Err(ParseError::Short {
                offset: 0,
                len,
                need: HEADER_LEN,
            }),
            _ => Ok(()),
        };
        assert_eq!(
            Message::parse(cut, Parsing::Lenient).map(|_| ()),
            expected,
            "{len}"
        );
        assert_eq!(
            strict(cut).is_ok(),
            matches!(len, 236..=240 | 243 | 248),
            "{len}"
        );
    }
}

#[test]
fn wrong_op_and_wrong_cookie_are_refused() {
    let mut bytes = packet(&[53, 1, 1, 255]);
    bytes[0] = 3;
    assert_eq!(strict(&bytes).unwrap_err(), ParseError::Operation { op: 3 });
    let mut bytes = packet(&[53, 1, 1, 255]);
    bytes[239] = 0;
    assert_eq!(
        strict(&bytes).unwrap_err(),
        ParseError::Cookie {
            cookie: [99, 130, 83, 0]
        }
    );
}

#[test]
fn bootp_is_recognised_with_and_without_options() {
    let plain = &packet(&[])[..HEADER_LEN];
    let zeros = [plain, &[0; 64]].concat();
    let with_options = packet(&[12, 1, b'x', 255]);
    for (bytes, has_cookie) in [
        (plain, false),
        (&zeros[..], false),
        (&with_options[..], true),
    ] {
        let message = strict(bytes).unwrap();
        assert!(message.is_bootp());
        assert_eq!(
            (message.message_type(), message.has_cookie()),
            (None, has_cookie)
        );
    }
    assert!(!strict(&packet(&[53, 1, 99])).unwrap().is_bootp());
}

#[test]
fn an_unknown_message_type_is_not_bootp() {
    let bytes = packet(&[53, 1, 99, 255]);
    assert_eq!(
        strict(&bytes).unwrap().message_type(),
        Some(MessageType::Other(99))
    );
}

#[test]
fn a_truncated_option_is_an_error_or_the_end() {
    let bytes = packet(&[53, 1, 3, 12, 2, b'h', b'i', 61, 7, 1, 2, 3]);
    let error = ParseError::Truncated {
        code: 61,
        offset: 247,
        claimed: 7,
        left: 3,
    };
    assert_eq!(strict(&bytes).unwrap_err(), error);
    let message = lenient(&bytes);
    assert_eq!(message.message_type(), Some(MessageType::Request));
    assert_eq!(message.option(code::HOST_NAME).unwrap(), &b"hi"[..]);
    assert!(!message.has_option(61));
    let bytes = packet(&[53, 1, 3, 61]);
    let error = ParseError::Truncated {
        code: 61,
        offset: 243,
        claimed: 0,
        left: 0,
    };
    assert_eq!(strict(&bytes).unwrap_err(), error);
}

#[test]
fn a_wrong_fixed_length_is_an_error_or_no_typed_value() {
    let cases: [(u8, &[u8]); 13] = [
        (50, &[1, 2, 3]),
        (51, &[1, 2, 3, 4, 5]),
        (53, &[]),
        (54, &[1]),
        (57, &[1]),
        (58, &[1]),
        (59, &[1]),
        (61, &[1]),
        (80, &[1]),
        (81, &[1, 2]),
        (108, &[1]),
        (118, &[1, 2, 3, 4, 5]),
        (125, &[0, 0, 1]),
    ];
    for (code, data) in cases {
        let bytes = packet(&[&[code, data.len() as u8][..], data, &[12, 1, b'x', 255]].concat());
        let error = strict(&bytes).unwrap_err();
        assert!(
            matches!(error, ParseError::Length { code: c, offset: 240, len, .. }
                if c == u16::from(code) && len == data.len()),
            "{error}"
        );
        let message = lenient(&bytes);
        assert_eq!(message.option(code).unwrap(), data);
        assert_eq!(message.addr_option(code), None);
        assert_eq!(message.message_type(), None);
        assert!(message.has_option(12), "{code}: what follows is kept");
    }
}

#[test]
fn a_hostname_that_is_no_text_hides_nothing_behind_it() {
    let bytes = packet(&[12, 2, 0xff, 0xfe, 53, 1, 1, 61, 2, 1, 2, 255]);
    let message = strict(&bytes).unwrap();
    assert_eq!(message.message_type(), Some(MessageType::Discover));
    assert_eq!(message.option(12).unwrap(), &[0xff, 0xfe][..]);
    assert_eq!(message.option(61).unwrap(), &[1, 2][..]);
}

#[test]
fn codes_keep_their_meaning() {
    let bytes = packet(&[
        37, 1, 64, 23, 1, 32, 108, 4, 0, 0, 7, 8, 93, 4, 0, 6, 0, 7, 255,
    ]);
    let message = strict(&bytes).unwrap();
    assert_eq!(
        (message.u8_option(37), message.u8_option(23)),
        (Some(64), Some(32))
    );
    assert_eq!(
        (message.u32_option(108), message.u32_option(106)),
        (Some(0x0708), None)
    );
    assert_eq!(message.option(93).unwrap(), &[0, 6, 0, 7][..]);
    assert_eq!(message.u16_option(93), None);
}

#[test]
fn several_addresses_and_ascii_names_are_kept_whole() {
    let bytes = packet(&[
        150, 8, 1, 2, 3, 4, 5, 6, 7, 8, 81, 5, 0, 0, 0, b'a', b'b', 53, 1, 1,
    ]);
    let message = strict(&bytes).unwrap();
    assert_eq!(message.option(150).unwrap().len(), 8);
    assert_eq!(message.option(81).unwrap(), &b"\0\0\0ab"[..]);
    assert_eq!(message.message_type(), Some(MessageType::Discover));
}

#[test]
fn parts_of_an_option_join_wherever_they_stand() {
    let adjacent = packet(&[60, 2, b'a', b'b', 60, 1, b'c', 255]);
    assert_eq!(strict(&adjacent).unwrap().option(60).unwrap(), &b"abc"[..]);
    let apart = packet(&[60, 2, b'a', b'b', 53, 1, 1, 60, 0, 0, 0, 60, 1, b'c', 255]);
    let message = strict(&apart).unwrap();
    assert_eq!(message.option(60).unwrap(), &b"abc"[..]);
    let fragments: Vec<_> = message
        .options()
        .map(|(code, data)| (code, data.len()))
        .collect();
    assert_eq!(fragments, [(60, 2), (53, 1), (60, 0), (60, 1)]);
    let single = packet(&[60, 2, b'a', b'b', 255]);
    assert!(matches!(
        strict(&single).unwrap().option(60),
        Some(Cow::Borrowed(b"ab"))
    ));
}

#[test]
fn overloaded_fields_are_read_file_first() {
    let options = [60, 1, b'1', 52, 1, 3, 255];
    let bytes = with_fields(
        &options,
        &[60, 1, b'2', 53, 1, 3, 255],
        &[0, 60, 1, b'3', 255],
    );
    let message = strict(&bytes).unwrap();
    assert_eq!(message.option(60).unwrap(), &b"123"[..]);
    assert_eq!(message.message_type(), Some(MessageType::Request));
    assert!(message.overloads_file() && message.overloads_sname());
    for (value, joined) in [(1, &b"12"[..]), (2, b"13")] {
        let mut bytes = bytes.clone();
        bytes[245] = value;
        assert_eq!(strict(&bytes).unwrap().option(60).unwrap(), joined);
    }
}

#[test]
fn a_split_fixed_length_option_is_joined_before_it_is_judged() {
    let bytes = with_fields(&[51, 2, 0, 1, 52, 1, 1], &[51, 2, 2, 3, 255], &[]);
    assert_eq!(strict(&bytes).unwrap().u32_option(51), Some(0x0001_0203));
    let twice = packet(&[53, 1, 1, 53, 1, 3, 255]);
    assert!(matches!(
        strict(&twice),
        Err(ParseError::Length {
            code: 53,
            len: 2,
            ..
        })
    ));
    assert_eq!(lenient(&twice).message_type(), None);
}

#[test]
fn an_abused_overload_option_is_refused_or_without_effect() {
    let field = [61, 2, 1, 2, 255];
    let abused: [&[u8]; 5] = [
        &[52, 1, 0],
        &[52, 1, 4],
        &[52, 0],
        &[52, 2, 1, 1],
        &[52, 1, 1, 52, 1, 2],
    ];
    for options in abused {
        let bytes = with_fields(options, &field, &field);
        let error = strict(&bytes).unwrap_err();
        assert!(
            matches!(
                error,
                ParseError::Value {
                    code: 52,
                    offset: 240,
                    ..
                }
            ),
            "{error}"
        );
        assert!(!lenient(&bytes).has_option(61), "{options:?}");
    }
    // An overload in a field that is itself overloaded could make the parser run in circles.
    let bytes = with_fields(
        &[52, 1, 1, 255],
        &[52, 1, 3, 61, 2, 1, 2, 255],
        &[12, 1, b'x', 255],
    );
    assert!(matches!(
        strict(&bytes),
        Err(ParseError::Value {
            code: 52,
            offset: 108,
            ..
        })
    ));
    let message = lenient(&bytes);
    assert_eq!(message.u8_option(52), Some(1));
    assert!(message.has_option(61) && !message.has_option(12));
}

#[test]
fn an_overloaded_field_ends_at_its_own_end() {
    let mut file = [0; 128];
    file[125..].copy_from_slice(&[12, 2, b'x']);
    let bytes = with_fields(&[52, 1, 1, 255], &file, &[]);
    let error = ParseError::Truncated {
        code: 12,
        offset: 233,
        claimed: 2,
        left: 1,
    };
    assert_eq!(strict(&bytes).unwrap_err(), error);
    assert!(!lenient(&bytes).has_option(12));
}

#[test]
fn relay_suboptions_are_found_and_joined() {
    let bytes = packet(&[
        82, 9, 1, 2, b'a', b'b', 2, 1, b'r', 19, 0, 53, 1, 1, 82, 3, 1, 1, b'c',
    ]);
    let message = strict(&bytes).unwrap();
    assert_eq!(
        message.relay_suboption(code::relay::CIRCUIT_ID).unwrap(),
        &b"abc"[..]
    );
    assert_eq!(message.relay_suboption(2).unwrap(), &b"r"[..]);
    assert_eq!(
        message.relay_suboption(code::relay::RELAY_PORT).unwrap(),
        &[][..]
    );
    assert_eq!(message.relay_suboption(5), None);
    // A sub-option may even begin in one part and end in the next.
    let bytes = packet(&[82, 3, 1, 3, b'a', 82, 2, b'b', b'c', 255]);
    assert_eq!(
        strict(&bytes).unwrap().relay_suboption(1).unwrap(),
        &b"abc"[..]
    );
    let single = packet(&[82, 3, 1, 1, b'a']);
    assert!(matches!(
        strict(&single).unwrap().relay_suboption(1),
        Some(Cow::Borrowed(b"a"))
    ));
}

#[test]
fn a_cut_off_relay_suboption_is_refused_or_the_end() {
    let bytes = packet(&[53, 1, 1, 82, 6, 1, 1, b'a', 2, 9, b'x', 255]);
    assert!(matches!(
        strict(&bytes),
        Err(ParseError::Value {
            code: 82,
            offset: 243,
            ..
        })
    ));
    let message = lenient(&bytes);
    assert_eq!(message.relay_suboption(1).unwrap(), &b"a"[..]);
    assert_eq!(message.relay_suboption(2), None);
}

fn query() -> Vec<u8> {
    let mut query = Builder::request(MessageType::Discover, 7, &MAC);
    query
        .flags(FLAG_BROADCAST)
        .giaddr(Ipv4Addr::new(10, 0, 0, 1))
        .secs(9)
        .hops(2);
    query.option(61, &[1, 2, 3]).finish(0)
}

#[test]
fn a_reply_copies_what_identifies_the_query() {
    let query = query();
    let query = strict(&query).unwrap();
    let bytes = Builder::reply(&query, MessageType::Offer).finish(0);
    assert_eq!(bytes.len(), MIN_SIZE);
    let reply = strict(&bytes).unwrap();
    assert_eq!((reply.op(), reply.htype(), reply.hlen()), (BOOTREPLY, 1, 6));
    assert_eq!(
        (reply.xid(), reply.flags(), reply.giaddr()),
        (7, FLAG_BROADCAST, query.giaddr())
    );
    assert_eq!(
        (reply.hops(), reply.secs(), reply.chaddr()),
        (2, 0, &MAC[..])
    );
    assert_eq!(reply.message_type(), Some(MessageType::Offer));
    let bootp = Builder::bootp_reply(&query).finish(0);
    assert!(strict(&bootp).unwrap().is_bootp());
}

#[test]
fn options_keep_their_order_between_the_first_and_the_last() {
    let query = query();
    let mut reply = Builder::reply(&strict(&query).unwrap(), MessageType::Ack);
    reply
        .option(82, &[1, 1, 9])
        .option(3, &[1; 4])
        .option(0, &[1])
        .option(255, &[])
        .option(1, &[2; 4]);
    assert!(reply.has(82) && reply.has(53) && !reply.has(0) && !reply.has(4));
    let bytes = reply.finish(0);
    let codes: Vec<u8> = strict(&bytes)
        .unwrap()
        .options()
        .map(|(code, _)| code)
        .collect();
    assert_eq!(codes, [53, 3, 1, 82]);
}

#[test]
fn options_can_be_read_back_and_taken_out() {
    let query = query();
    let mut reply = Builder::reply(&strict(&query).unwrap(), MessageType::Ack);
    reply
        .option(3, &[1; 4])
        .option(125, b"ab")
        .option(125, b"c");
    assert_eq!(reply.get(125).unwrap(), &b"abc"[..]);
    assert_eq!(reply.get(53).unwrap(), &[5][..]);
    assert!(reply.remove(125) && !reply.remove(125) && reply.get(125).is_none());
    reply.message_type(MessageType::Nak);
    let bytes = reply.finish(0);
    let reply = strict(&bytes).unwrap();
    assert_eq!(reply.message_type(), Some(MessageType::Nak));
    assert!(reply.has_option(3) && !reply.has_option(125));
}

#[test]
fn a_long_option_is_split_and_comes_back_whole() {
    let long: Vec<u8> = (0..=255).cycle().take(600).collect();
    let query = query();
    let mut reply = Builder::reply(&strict(&query).unwrap(), MessageType::Ack);
    let bytes = reply.option(67, &long).finish(1472);
    let reply = strict(&bytes).unwrap();
    assert_eq!(reply.option(67).unwrap(), long);
    let lengths: Vec<usize> = reply
        .options()
        .filter(|o| o.0 == 67)
        .map(|o| o.1.len())
        .collect();
    assert_eq!(lengths, [255, 255, 90]);
}

#[test]
fn what_does_not_fit_overloads_file_and_then_sname() {
    let query = query();
    let mut reply = Builder::reply(&strict(&query).unwrap(), MessageType::Ack);
    reply
        .option(54, &[1; 4])
        .option(12, &[b'h'; 250])
        .option(15, &[b'd'; 100])
        .option(66, &[b't'; 60]);
    reply.option(82, &[1, 20].into_iter().chain([7; 20]).collect::<Vec<u8>>());
    let mut bytes = Vec::new();
    assert!(reply.finish_into(548, &mut bytes).is_empty());
    assert!(bytes.len() <= 548);
    let message = strict(&bytes).unwrap();
    assert_eq!(message.u8_option(52), Some(3));
    assert_eq!(message.option(15).unwrap(), &[b'd'; 100][..]);
    assert_eq!(message.option(66).unwrap(), &[b't'; 60][..]);
    assert_eq!(message.relay_suboption(1).unwrap(), &[7; 20][..]);
    assert_eq!(message.file()[..2], [15, 100]);
    let codes: Vec<u8> = message.options().map(|(code, _)| code).collect();
    assert_eq!(codes, [53, 52, 54, 12, 82, 15, 66]);
}

#[test]
fn used_fields_are_not_overloaded_and_the_last_added_is_left_out() {
    let query = query();
    let mut reply = Builder::reply(&strict(&query).unwrap(), MessageType::Ack);
    reply.file(b"boot").sname(b"server");
    reply
        .option(54, &[1; 4])
        .option(12, &[b'h'; 250])
        .option(15, &[b'd'; 100])
        .option(51, &[0; 4]);
    let mut bytes = Vec::new();
    assert_eq!(reply.finish_into(0, &mut bytes)[..], [15]);
    let message = strict(&bytes).unwrap();
    assert!(message.file().starts_with(b"boot\0") && message.sname().starts_with(b"server\0"));
    assert!(message.has_option(51) && !message.has_option(52) && !message.has_option(15));
    assert!(reply.finish_into(1472, &mut bytes).is_empty());
    assert!(strict(&bytes).unwrap().has_option(15));
}

#[test]
fn parts_of_one_option_stay_together() {
    let query = query();
    let mut reply = Builder::reply(&strict(&query).unwrap(), MessageType::Ack);
    reply
        .option(125, &[1; 60])
        .option(12, &[b'h'; 250])
        .option(125, &[2; 40]);
    let mut bytes = Vec::new();
    assert!(reply.finish_into(0, &mut bytes).is_empty());
    let expected = [vec![1; 60], vec![2; 40]].concat();
    assert_eq!(strict(&bytes).unwrap().option(125).unwrap(), expected);
}

#[test]
fn an_agent_option_that_cannot_fit_is_left_out_whole() {
    let query = query();
    let mut reply = Builder::reply(&strict(&query).unwrap(), MessageType::Ack);
    reply.option(54, &[1; 4]).option(82, &[0; 400]);
    let mut bytes = Vec::new();
    assert_eq!(reply.finish_into(0, &mut bytes)[..], [82]);
    assert_eq!(
        strict(&bytes).unwrap().addr_option(54),
        Some(Ipv4Addr::from([1; 4]))
    );
}

#[test]
fn an_overloaded_field_keeps_room_for_its_end() {
    let query = query();
    for (len, fits) in [(125, true), (126, false)] {
        let mut reply = Builder::reply(&strict(&query).unwrap(), MessageType::Ack);
        reply.option(12, &[b'h'; 250]).option(15, &vec![b'd'; len]);
        let mut bytes = Vec::new();
        assert_eq!(reply.finish_into(0, &mut bytes).is_empty(), fits);
        assert_eq!(bytes[FILE.end - 1], if fits { code::END } else { 0 });
    }
}

#[test]
fn a_datagram_full_of_empty_options_takes_no_longer_than_its_length() {
    let mut bytes = Builder::request(MessageType::Discover, 1, &[2; 6]).finish(MIN_MAX_SIZE);
    bytes.truncate(243);
    while bytes.len() < 65_000 {
        bytes.extend([code::RAPID_COMMIT, 0]);
    }
    // In the square of the number of options this would be seconds each.
    let started = std::time::Instant::now();
    for _ in 0..20 {
        assert!(strict(&bytes).is_ok());
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(5));
}
