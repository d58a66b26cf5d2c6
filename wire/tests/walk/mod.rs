//! Walks every accessor of a packet or option and checks what must hold for any input. Shared by the
//! property tests and the fuzz targets.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    reason = "tests; each user needs a part"
)]

use std::hint::black_box;

use murre_wire::dhcp4o6::{Origin, Passed, pass_on};
use murre_wire::dhcp6::Options;
use murre_wire::option::text::{TextError, decode, encode_csv, encode_hex, hex, own_len};
use murre_wire::option::{Definitions, OptionDef, Universe};
use murre_wire::{Parsing, dhcp4, dhcp6};

/// Parses any bytes as DHCPv4 in both modes, reads everything, answers, and reads the answer.
pub(crate) fn dhcp4(bytes: &[u8]) {
    let strict = dhcp4::Message::parse(bytes, Parsing::Strict);
    let lenient = dhcp4::Message::parse(bytes, Parsing::Lenient);
    if let Ok(strict) = &strict {
        let lenient = lenient.as_ref().unwrap();
        assert!(
            strict.options().eq(lenient.options()),
            "the modes see different options"
        );
    }
    for message in [strict, lenient].into_iter().flatten() {
        dhcp4_accessors(&message);
        let mut reply = dhcp4::Builder::reply(&message, dhcp4::MessageType::Ack);
        for (code, data) in message.options().filter(|(code, _)| *code != 53) {
            reply.option(code, data);
        }
        dhcp4_answer(&message, &reply);
    }
}

/// Reads any bytes as what the servers of both families pass each other, answers it, and reads the answer; passes a
/// DHCPv6 message on and reads that.
pub(crate) fn dhcp4o6(bytes: &[u8]) {
    use dhcp6::MessageType::{Dhcpv4Query, Dhcpv4Response};
    let origin = Origin {
        interface: "eth0",
        source: [7; 16].into(),
        port: 546,
    };
    for kind in [Dhcpv4Query, Dhcpv4Response] {
        match Passed::parse(bytes, kind) {
            Ok(passed) => {
                assert_eq!(passed.message.msg_type, kind);
                let answer = passed.answer(passed.dhcp4).unwrap();
                let read = Passed::parse(&answer, Dhcpv4Response).unwrap();
                assert_eq!((read.origin, read.dhcp4), (passed.origin, passed.dhcp4));
                assert_eq!(read.interface_id(), passed.interface_id());
            }
            Err(error) => drop(black_box(error.to_string())),
        }
    }
    if let Ok(message) = dhcp6::Message::parse(bytes, Parsing::Strict)
        && let Ok(passed) = pass_on(&message, &origin)
        && let Ok(passed) = Passed::parse(&passed, Dhcpv4Query)
    {
        assert_eq!(passed.origin, origin);
        assert_eq!(passed.message.relays.len(), message.relays.len());
        assert_eq!(
            Some(passed.dhcp4),
            message.options.get(dhcp6::code::DHCPV4_MSG)
        );
    }
}

fn dhcp4_accessors(message: &dhcp4::Message<'_>) {
    assert!(message.chaddr().len() <= 16 && message.chaddr_field().len() == 16);
    assert_eq!((message.sname().len(), message.file().len()), (64, 128));
    black_box((
        message.op(),
        message.htype(),
        message.hops(),
        message.secs(),
        message.flags(),
    ));
    black_box((
        message.ciaddr(),
        message.yiaddr(),
        message.siaddr(),
        message.is_broadcast(),
    ));
    black_box((
        message.overloads_file(),
        message.overloads_sname(),
        message.has_cookie(),
    ));
    black_box(format!("{message:?}"));
    assert_eq!(message.is_bootp(), !message.has_option(53));
    assert!(!message.is_bootp() || message.message_type().is_none());
    for code in 0..=255 {
        let joined = message
            .options()
            .filter(|(c, _)| *c == code)
            .flat_map(|(_, data)| data);
        let joined: Vec<u8> = joined.copied().collect();
        let option = message.option(code);
        assert_eq!(option.is_some(), message.has_option(code));
        assert_eq!(option.as_deref().unwrap_or_default(), joined);
        assert_eq!(
            message.u8_option(code).is_some(),
            option.is_some() && joined.len() == 1
        );
        assert_eq!(message.u16_option(code).is_some(), joined.len() == 2);
        assert_eq!(message.addr_option(code).is_some(), joined.len() == 4);
        assert_eq!(
            message.u32_option(code).map(u32::to_be_bytes),
            <[u8; 4]>::try_from(&joined[..]).ok()
        );
        black_box(message.relay_suboption(code));
        black_box(dhcp4::SubOptions::padded(&joined).count());
        black_box(dhcp4::VendorBlocks::new(&joined).count());
    }
    assert_eq!(
        message.requested_options(),
        message.option(55).unwrap_or_default()
    );
}

fn dhcp4_answer(query: &dhcp4::Message<'_>, reply: &dhcp4::Builder) {
    let mut bytes = vec![0xff; 3];
    for max_size in [0, 1472, usize::from(u16::MAX)] {
        let left_out = reply.finish_into(max_size, &mut bytes);
        assert!((dhcp4::MIN_SIZE..=max_size.max(dhcp4::MIN_MAX_SIZE)).contains(&bytes.len()));
        let answer = dhcp4::Message::parse(&bytes, Parsing::Lenient).unwrap();
        assert_eq!((answer.op(), answer.xid()), (dhcp4::BOOTREPLY, query.xid()));
        assert_eq!(
            (answer.chaddr(), answer.giaddr()),
            (query.chaddr(), query.giaddr())
        );
        assert_eq!(answer.message_type(), Some(dhcp4::MessageType::Ack));
        for code in (1..=254).filter(|code| !matches!(code, 52 | 53)) {
            let expected = reply.get(code).filter(|_| !left_out.contains(&code));
            assert_eq!(
                answer.option(code),
                expected,
                "option {code}, at most {max_size} bytes"
            );
        }
    }
}

/// Parses any bytes as DHCPv6 in both modes, reads everything, answers, and reads the answer.
pub(crate) fn dhcp6(bytes: &[u8]) {
    let strict = dhcp6::Message::parse(bytes, Parsing::Strict);
    let lenient = dhcp6::Message::parse(bytes, Parsing::Lenient);
    if let Ok(strict) = &strict {
        let lenient = lenient.as_ref().unwrap();
        assert_eq!(
            (&strict.relays, strict.options),
            (&lenient.relays, lenient.options)
        );
    }
    for message in [strict, lenient].into_iter().flatten() {
        dhcp6_options(message.options);
        for relay in &message.relays {
            dhcp6_options(relay.options);
            black_box((relay.interface_id(), relay.source_port()));
        }
        black_box((
            message.xid_number(),
            message.client_id(),
            message.server_id(),
        ));
        black_box((
            message.requested(23),
            message.first_relay(),
            format!("{message:?}"),
        ));
        dhcp6_answer(&message);
    }
}

fn dhcp6_options(options: Options<'_>) {
    let mut total = 0;
    for (code, data) in options {
        total += 4 + data.len();
        assert!(options.has(code) && options.get(code).is_some());
        assert!(options.all(code).any(|d| d == data));
    }
    assert_eq!(total, options.bytes().len());
    assert_eq!(
        Options::parse(options.bytes(), Parsing::Strict),
        Ok(options)
    );
    black_box((options.requested_codes().count(), options.status()));
    black_box((
        options.client_id(),
        options.server_id(),
        options.fixed::<2>(8),
    ));
    black_box((
        options.user_classes().count(),
        options.vendor_classes().flat_map(|v| v.1).count(),
    ));
    black_box(
        options
            .vendor_opts()
            .flat_map(|(_, options)| options.iter())
            .count(),
    );
    for ia in options.ias() {
        for address in ia.addresses() {
            black_box(address.options.status());
        }
        for prefix in ia.prefixes() {
            assert!(prefix.len <= 128);
            black_box(prefix.options.status());
        }
        black_box(ia.options.status());
    }
}

fn dhcp6_answer(query: &dhcp6::Message<'_>) {
    let mut reply = dhcp6::Builder::reply(query, dhcp6::MessageType::Reply);
    for (code, data) in query.options {
        reply.option(code, data);
    }
    reply.ia_na(1, 2, 3, |ia| {
        ia.status(0, "ok");
    });
    let Ok(bytes) = reply.finish() else {
        // Echoed relay options and our own can exceed what a length says; a datagram cannot.
        assert!(query.bytes().len() > 60_000);
        return;
    };
    let answer = dhcp6::Message::parse(&bytes, Parsing::Lenient).unwrap();
    assert_eq!(
        (answer.xid, answer.relays.len()),
        (query.xid, query.relays.len())
    );
    for (ours, theirs) in answer.relays.iter().zip(&query.relays) {
        assert_eq!(
            (ours.hop_count, ours.link_address),
            (theirs.hop_count, theirs.link_address)
        );
        assert_eq!(
            (ours.peer_address, ours.interface_id()),
            (theirs.peer_address, theirs.interface_id())
        );
    }
    let ours = answer.options.iter().take(query.options.iter().count());
    assert!(ours.eq(query.options.iter()));
}

/// Every standard definition of both universes, in no order.
pub(crate) fn definitions() -> Vec<(Universe, OptionDef)> {
    let of = |universe| {
        let standard = Definitions::standard(universe);
        let all: Vec<_> = standard
            .iter()
            .map(|d| (universe, OptionDef::clone(d)))
            .collect();
        all
    };
    [Universe::V4, Universe::V6]
        .into_iter()
        .flat_map(of)
        .collect()
}

/// The same in an order that every run has, so that an input means the same in each.
pub(crate) fn sorted_definitions() -> Vec<(Universe, OptionDef)> {
    let mut all = definitions();
    all.sort_by(|(u, a), (v, b)| (u, &a.space, a.code).cmp(&(v, &b.space, b.code)));
    all
}

/// Encodes any text by a definition. What results decodes, unless it is no printable text, and the
/// decoded form encodes to something that decodes the same.
pub(crate) fn option_text(universe: Universe, def: &OptionDef, text: &str) {
    match encode_csv(def, universe, text) {
        Ok(data) => option_data(universe, def, &data),
        Err(error) => {
            black_box(error.to_string());
            if let TextError::TooMany { encoded, .. } = error {
                option_data(universe, def, &encoded);
            }
        }
    }
    if let Ok(data) = encode_hex(text) {
        assert_eq!(encode_hex(&hex(&data)), Ok(data));
    }
}

/// Decodes any bytes by a definition; text that results is canonical.
pub(crate) fn option_data(universe: Universe, def: &OptionDef, data: &[u8]) {
    let own = own_len(def, universe, data);
    assert!(own.is_none_or(|own| own <= data.len()));
    let text = match decode(def, universe, data) {
        Ok(text) => text,
        Err(error) => return drop(black_box(error.to_string())),
    };
    let again = encode_csv(def, universe, &text);
    let again = again.unwrap_or_else(|e| panic!("{}: '{text}' of {data:?}: {e}", def.name));
    let canonical = decode(def, universe, &again);
    let canonical =
        canonical.unwrap_or_else(|e| panic!("{}: {again:?} of '{text}': {e}", def.name));
    // A partial name is completed.
    let complete = |text: &str| text.replace(['.', ' '], "");
    assert_eq!(
        complete(&canonical),
        complete(&text),
        "{} of {data:?}",
        def.name
    );
    assert_eq!(
        encode_csv(def, universe, &canonical),
        Ok(again),
        "{}",
        def.name
    );
}
