//! Properties of every codec: round trips of what is well-formed, no panic on anything else.
#![allow(clippy::unwrap_used, reason = "tests")]

mod walk;

use murre_wire::option::text::{decode, encode_csv, encode_hex, hex};
use murre_wire::option::{DataType, OptionDef, Universe};
use murre_wire::{Parsing, dhcp4, dhcp6};
use proptest::collection::vec;
use proptest::prelude::*;

/// A DHCPv4 packet whose header is usable and whose options are anything.
fn dhcp4_packet() -> impl Strategy<Value = Vec<u8>> {
    let options = prop_oneof![
        vec(any::<u8>(), 0..600),
        vec((option_code4(), vec(any::<u8>(), 0..40)), 0..20).prop_map(|options| {
            let tlv = options.into_iter().map(|(code, data)| tlv4(code, &data));
            tlv.collect::<Vec<_>>().concat()
        }),
    ];
    let fields = vec((option_code4(), vec(any::<u8>(), 0..40)), 0..6);
    (1..=2u8, 0..=17u8, fields, options).prop_map(|(op, hlen, fields, options)| {
        let mut bytes = vec![0; 236];
        bytes[..3].copy_from_slice(&[op, 1, hlen]);
        let fields: Vec<u8> = fields
            .iter()
            .flat_map(|(code, data)| tlv4(*code, data))
            .collect();
        for (to, from) in bytes[44..].iter_mut().zip(fields.iter().cycle().take(192)) {
            *to = *from;
        }
        [bytes, dhcp4::MAGIC_COOKIE.to_vec(), options].concat()
    })
}

/// Codes with rules of their own are frequent.
fn option_code4() -> impl Strategy<Value = u8> {
    prop_oneof![
        Just(52),
        Just(53),
        Just(82),
        Just(50),
        Just(51),
        Just(61),
        any::<u8>()
    ]
}

fn tlv4(code: u8, data: &[u8]) -> Vec<u8> {
    // An option 52 with a valid value makes the fields count.
    let data = if code == 52 { &[3][..] } else { data };
    [&[code, data.len() as u8], data].concat()
}

/// DHCPv6 options nested a few levels deep.
fn options6() -> impl Strategy<Value = Vec<u8>> {
    let code = prop_oneof![1..30u16, any::<u16>()];
    let leaf = vec(any::<u8>(), 0..40);
    leaf.prop_recursive(4, 64, 6, move |inner| {
        let fixed = prop_oneof![Just(0usize), Just(4), Just(12), Just(24), Just(25)];
        vec((code.clone(), fixed, inner), 0..6).prop_map(|options| {
            let tlv = options.into_iter().map(|(code, fixed, inner)| {
                let data = [vec![0; fixed], inner].concat();
                tlv6(code, &data)
            });
            tlv.collect::<Vec<_>>().concat()
        })
    })
}

fn tlv6(code: u16, data: &[u8]) -> Vec<u8> {
    let len = u16::try_from(data.len()).unwrap_or(u16::MAX);
    [&code.to_be_bytes(), &len.to_be_bytes(), data].concat()
}

fn dhcp6_packet() -> impl Strategy<Value = Vec<u8>> {
    let relays = vec((0..40u8, options6()), 0..4);
    (any::<[u8; 4]>(), options6(), relays).prop_map(|(header, options, relays)| {
        let message = [header.to_vec(), options].concat();
        relays
            .into_iter()
            .fold(message, |message, (hop_count, options)| {
                [&[12, hop_count][..], &[7; 32], &options, &tlv6(9, &message)].concat()
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_dhcp4_message_or_an_error(bytes in vec(any::<u8>(), 0..700)) {
        walk::dhcp4(&bytes);
    }

    #[test]
    fn dhcp4_packets_with_any_options_keep_the_rules(bytes in dhcp4_packet()) {
        walk::dhcp4(&bytes);
    }

    #[test]
    fn any_bytes_are_a_dhcp6_message_or_an_error(bytes in vec(any::<u8>(), 0..300)) {
        walk::dhcp6(&bytes);
    }

    #[test]
    fn dhcp6_packets_with_any_options_keep_the_rules(bytes in dhcp6_packet()) {
        walk::dhcp6(&bytes);
    }

    #[test]
    fn any_bytes_are_a_passed_message_or_an_error(bytes in vec(any::<u8>(), 0..300)) {
        walk::dhcp4o6(&bytes);
    }

    #[test]
    fn passed_messages_with_any_options_keep_the_rules(
        options in options6(), dhcp4 in vec(any::<u8>(), 0..300), relays in vec(options6(), 0..4),
    ) {
        let vendor = [
            &2495u32.to_be_bytes()[..], &tlv6(60000, b"eth0"), &tlv6(60001, &[7; 16]), &tlv6(60002, &[2, 34]),
        ];
        for origin in [Vec::new(), tlv6(17, &vendor.concat())] {
            let message = [&[20, 0, 0, 0][..], &origin, &tlv6(87, &dhcp4), &options].concat();
            walk::dhcp4o6(&relays.iter().fold(message, |message, options| {
                [&[12, 0][..], &[7; 32], options, &tlv6(9, &message)].concat()
            }));
        }
    }

    #[test]
    fn dhcp4_options_come_back_in_order(
        options in vec((1..=254u8, vec(any::<u8>(), 0..600)), 0..12),
        overload in any::<bool>(),
    ) {
        let mut builder = dhcp4::Builder::request(dhcp4::MessageType::Discover, 1, &[2; 6]);
        if !overload {
            builder.file(b"f").sname(b"s");
        }
        let options = options.iter().filter(|(code, _)| !matches!(code, 52 | 53));
        for (code, data) in options.clone() {
            builder.option(*code, data);
        }
        let mut bytes = Vec::new();
        let left = builder.finish_into(1500, &mut bytes);
        prop_assert!(bytes.len() <= 1500);
        let message = dhcp4::Message::parse(&bytes, Parsing::Lenient).unwrap();
        for (code, _) in options.clone() {
            let parts = options.clone().filter(|(c, _)| c == code).map(|(_, data)| &data[..]);
            let joined = parts.collect::<Vec<_>>().concat();
            let expected = (!left.contains(code)).then_some(joined);
            prop_assert_eq!(message.option(*code).map(|o| o.into_owned()), expected);
        }
    }

    #[test]
    fn dhcp6_options_come_back_in_order(
        options in vec((any::<u16>(), vec(any::<u8>(), 0..300)), 0..12),
        removed in 0..12usize,
    ) {
        let mut builder = dhcp6::Builder::new(dhcp6::MessageType::Solicit, [1; 3]);
        for (code, data) in &options {
            builder.option(*code, data);
        }
        let removed = options.get(removed).map(|(code, _)| *code);
        prop_assert_eq!(removed.is_some_and(|code| builder.remove(code)), removed.is_some());
        let bytes = builder.finish().unwrap();
        let message = dhcp6::Message::parse(&bytes, Parsing::Lenient).unwrap();
        let kept = options.iter().filter(|(code, _)| Some(*code) != removed);
        prop_assert!(message.options.iter().eq(kept.map(|(code, data)| (*code, &data[..]))));
    }

    #[test]
    fn hexadecimal_text_round_trips(data in vec(any::<u8>(), 0..40), separator in "[: ]") {
        prop_assert_eq!(&encode_hex(&hex(&data)).unwrap(), &data);
        let octets: Vec<String> = data.iter().map(|byte| format!("{byte:x}")).collect();
        if data.len() > 1 {
            prop_assert_eq!(&encode_hex(&octets.join(&separator)).unwrap(), &data);
        }
    }

    #[test]
    fn any_text_is_data_or_an_error(text in any_text()) {
        for (universe, def) in walk::definitions() {
            walk::option_text(universe, &def, &text);
        }
    }

    #[test]
    fn any_data_is_text_or_an_error(data in vec(any::<u8>(), 0..60)) {
        for (universe, def) in walk::definitions() {
            walk::option_data(universe, &def, &data);
        }
    }

    #[test]
    fn data_of_small_numbers_is_text_or_an_error(data in vec(0..8u8, 0..40)) {
        for (universe, def) in walk::definitions() {
            walk::option_data(universe, &def, &data);
        }
    }

    #[test]
    fn well_formed_text_of_every_definition_round_trips(seed in vec(any::<u32>(), 8)) {
        for (universe, def) in walk::definitions() {
            let text = well_formed(universe, &def, &seed);
            let data = encode_csv(&def, universe, &text);
            prop_assert!(data.is_ok(), "{} '{}': {:?}", def.name, text, data);
            let data = data.unwrap();
            prop_assert_eq!(decode(&def, universe, &data), Ok(text), "{}", def.name);
        }
    }

    #[test]
    fn records_of_any_fields_round_trip(
        universe in prop_oneof![Just(Universe::V4), Just(Universe::V6)],
        fields in vec(0..DataType::NAMED.len(), 1..8),
        array in any::<bool>(),
        seed in vec(any::<u32>(), 8),
    ) {
        let mut def = OptionDef::new("mine", 1, "record", DataType::Record);
        def.record = fields.into_iter().map(|f| DataType::NAMED[f]).collect::<Vec<_>>().into();
        def.array = array;
        prop_assume!(def.check(universe).is_ok());
        let text = well_formed(universe, &def, &seed);
        let data = encode_csv(&def, universe, &text).unwrap();
        prop_assert_eq!(decode(&def, universe, &data), Ok(text));
    }
}

/// Text that looks like option data often enough.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9a-fx:.,/ |=\\\\'-]{0,40}",
        "([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-f:]{2,9}(/[0-9]{1,3})?|[a-z.]{1,9}|true)(, ?[0-9a-z.:/ =]{0,12}){0,4}",
    ]
}

/// Canonical text of a definition, different for each seed.
fn well_formed(universe: Universe, def: &OptionDef, seed: &[u32]) -> String {
    let address = match universe {
        Universe::V4 => std::net::Ipv4Addr::from(seed[0]).to_string(),
        Universe::V6 => format!("2001:db8::{:x}", 1 + (seed[0] & 0xfff)),
    };
    match (def.code, def.name.as_ref()) {
        (162 | 144, "v4-dnr" | "v6-dnr") => {
            format!(
                "{}, host{}.example., {address}, alpn=dot\\,doq port={}",
                seed[1] & 0xffff,
                seed[2],
                seed[3] & 0xffff
            )
        }
        (121, _) => {
            format!("{address}/32 - {address}, 10.0.0.0/8 - {address}, 0.0.0.0/0 - 10.0.0.1")
        }
        _ => {
            let fields = def.fields().iter();
            let more = if def.array { seed[7] as usize % 3 } else { 0 };
            let tail = std::iter::repeat_n(def.fields().last().unwrap(), more);
            let values = fields.chain(tail).zip(seed.iter().cycle());
            let values: Vec<_> = values
                .map(|(data_type, seed)| value(*data_type, *seed))
                .collect();
            values.join(", ")
        }
    }
}

fn value(data_type: DataType, seed: u32) -> String {
    let bytes = seed.to_be_bytes();
    match data_type {
        DataType::Binary => hex(&bytes[..1 + bytes[0] as usize % 4]),
        DataType::Boolean => (seed % 2 == 1).to_string(),
        DataType::Fqdn => format!("host-{seed}.example.org."),
        DataType::Ipv4Address => std::net::Ipv4Addr::from(seed).to_string(),
        DataType::Ipv6Address => format!("2001:db8::{:x}", 1 + (seed & 0xfff)),
        DataType::Ipv6Prefix => {
            ["::/0", "2001:db8::/32", "2001:db8:0:8000::/49"][seed as usize % 3].to_owned()
        }
        DataType::Psid => format!("{}/{}", seed & 7, 3 + seed % 14),
        DataType::String | DataType::Tuple => format!("text {seed}\\, with\\\\ comma"),
        DataType::Uint8 => bytes[0].to_string(),
        DataType::Uint16 => (seed as u16).to_string(),
        DataType::Uint32 => seed.to_string(),
        DataType::Int8 => (seed as i8).to_string(),
        DataType::Int16 => (seed as i16).to_string(),
        DataType::Int32 => (seed as i32).to_string(),
        DataType::Empty | DataType::Record | DataType::Internal => String::new(),
    }
}
