//! A second opinion: what we write, another implementation reads, writes again, and has the same bytes.
//!
//! Its known faults are listed by name, so that one that is mended shows up here.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::net::{Ipv4Addr, Ipv6Addr};

use dhcproto::{Decodable, Encodable};
use murre_wire::option::text::encode_csv;
use murre_wire::option::{Definitions, Universe};
use murre_wire::{Parsing, dhcp4, dhcp6};

/// Options it changes or drops although they are well-formed, and why.
const FAULTS4: &[(&str, &str, &str)] = &[
    (
        "default-tcp-ttl",
        "64",
        "option 37 decodes as 23 and is encoded as that",
    ),
    (
        "client-system",
        "6, 7",
        "only the first of several values of option 93 is kept",
    ),
];

/// One text for each DHCPv4 option both know; long ones and lists among them.
const OPTIONS4: &[(&str, &str)] = &[
    ("subnet-mask", "255.255.255.0"),
    ("time-offset", "-25200"),
    ("routers", "192.0.2.1, 192.0.2.2"),
    ("domain-name-servers", "192.0.2.8"),
    ("host-name", "box"),
    ("boot-size", "1024"),
    ("merit-dump", "/core"),
    ("swap-server", "192.0.2.20"),
    ("root-path", "/root"),
    ("ip-forwarding", "true"),
    ("policy-filter", "10.0.0.0, 255.0.0.0"),
    ("max-dgram-reassembly", "2048"),
    ("default-ip-ttl", "64"),
    ("path-mtu-aging-timeout", "131072"),
    ("path-mtu-plateau-table", "3072, 4096"),
    ("interface-mtu", "5120"),
    ("broadcast-address", "192.0.2.255"),
    ("static-routes", "192.0.2.24, 192.0.2.25"),
    ("arp-cache-timeout", "196608"),
    ("nis-domain", "nis.example.org"),
    ("ntp-servers", "192.0.2.28, 192.0.2.29"),
    ("netbios-node-type", "8"),
    ("dhcp-requested-address", "192.0.2.40"),
    ("dhcp-lease-time", "4294967295"),
    ("dhcp-server-identifier", "192.0.2.39"),
    ("dhcp-parameter-request-list", "1, 3, 6, 250"),
    ("dhcp-message", "no"),
    ("dhcp-max-message-size", "1500"),
    ("dhcp-renewal-time", "100"),
    ("vendor-class-identifier", "PXEClient"),
    ("dhcp-client-identifier", "01:02:03"),
    ("tftp-server-name", "tftp.example.org"),
    ("boot-file-name", "pxelinux.0"),
    ("user-class", "03616263"),
    ("client-ndi", "1, 2, 3"),
    ("uuid-guid", "0, 00112233"),
    ("v4-captive-portal", "https://portal.example.org"),
    ("subnet-selection", "192.0.2.65"),
    ("domain-search", "example.com., example.org."),
    (
        "classless-static-route",
        "10.0.0.0/8 - 192.0.2.1, 0.0.0.0/0 - 192.0.2.2",
    ),
];

/// The data of `code` after decoding and encoding by the other implementation.
fn through4(code: u8, data: &[u8]) -> Option<Vec<u8>> {
    let ours = dhcp4::Builder::request(dhcp4::MessageType::Discover, 1, &[2; 6])
        .option(code, data)
        .finish(1500);
    let mut theirs = dhcproto::v4::Message::from_bytes(&ours).unwrap();
    // Names are written compressed, which is right but not what we compare.
    let bytes = theirs.opts_mut().remove(code.into())?.to_vec().unwrap();
    let area = [&ours[..236], &dhcp4::MAGIC_COOKIE, &bytes].concat();
    let message = dhcp4::Message::parse(&area, Parsing::Strict).unwrap();
    message.option(code).map(|data| data.into_owned())
}

#[test]
fn dhcp4_options_survive_the_other_implementation() {
    let definitions = Definitions::standard(Universe::V4);
    for (name, text) in OPTIONS4 {
        let def = definitions.by_name("dhcp4", name).unwrap();
        let data = encode_csv(def, Universe::V4, text).unwrap();
        let code = u8::try_from(def.code).unwrap();
        let through = through4(code, &data);
        if def.code == 119 {
            let through = through.unwrap();
            let text = murre_wire::option::text::decode(def, Universe::V4, &through).unwrap();
            assert_eq!(text, "example.com., example.org.");
            continue;
        }
        assert_eq!(through.as_deref(), Some(&data[..]), "{name}");
    }
}

#[test]
fn known_faults_of_the_other_implementation_are_still_there() {
    let definitions = Definitions::standard(Universe::V4);
    for (name, text, fault) in FAULTS4 {
        let def = definitions.by_name("dhcp4", name).unwrap();
        let data = encode_csv(def, Universe::V4, text).unwrap();
        let through = through4(u8::try_from(def.code).unwrap(), &data);
        assert_ne!(
            through,
            Some(data),
            "{name}: mended, take it off the list: {fault}"
        );
    }
    // Parts that are not adjacent: only the last is kept, where RFC 3396 wants all.
    let bytes = dhcp4::Builder::request(dhcp4::MessageType::Discover, 1, &[2; 6]).finish(0);
    let split = [&bytes[..240], &[60, 1, b'a', 53, 1, 1, 60, 1, b'b', 255]].concat();
    let theirs = dhcproto::v4::Message::from_bytes(&split).unwrap();
    let class = theirs
        .opts()
        .get(dhcproto::v4::OptionCode::ClassIdentifier)
        .unwrap();
    assert_eq!(
        *class,
        dhcproto::v4::DhcpOption::ClassIdentifier(b"b".to_vec())
    );
    let ours = dhcp4::Message::parse(&split, Parsing::Strict).unwrap();
    assert_eq!(ours.option(60).unwrap(), &b"ab"[..]);
}

#[test]
fn dhcp4_headers_mean_the_same_to_both() {
    let mut query = dhcp4::Builder::request(
        dhcp4::MessageType::Request,
        0xdead_beef,
        &[2, 3, 4, 5, 6, 7],
    );
    query
        .ciaddr(Ipv4Addr::new(1, 2, 3, 4))
        .yiaddr(Ipv4Addr::new(5, 6, 7, 8))
        .secs(9)
        .hops(2);
    query
        .siaddr(Ipv4Addr::new(9, 10, 11, 12))
        .giaddr(Ipv4Addr::new(13, 14, 15, 16));
    let bytes = query
        .flags(dhcp4::FLAG_BROADCAST)
        .sname(b"server")
        .file(b"boot")
        .finish(0);
    let theirs = dhcproto::v4::Message::from_bytes(&bytes).unwrap();
    let ours = dhcp4::Message::parse(&bytes, Parsing::Strict).unwrap();
    assert_eq!(
        (theirs.xid(), theirs.secs(), theirs.hops()),
        (ours.xid(), ours.secs(), ours.hops())
    );
    assert_eq!(
        (theirs.ciaddr(), theirs.yiaddr()),
        (ours.ciaddr(), ours.yiaddr())
    );
    assert_eq!(
        (theirs.siaddr(), theirs.giaddr()),
        (ours.siaddr(), ours.giaddr())
    );
    assert_eq!(
        (theirs.chaddr(), theirs.flags().broadcast()),
        (ours.chaddr(), ours.is_broadcast())
    );
    assert_eq!(
        theirs.opts().msg_type(),
        Some(dhcproto::v4::MessageType::Request)
    );
    assert_eq!(theirs.sname().map(|s| &s[..6]), Some(&b"server"[..]));
    assert_eq!(theirs.fname().map(|f| &f[..4]), Some(&b"boot"[..]));
}

#[test]
fn direct_dhcp6_messages_mean_the_same_to_both() {
    let address: Ipv6Addr = "2001:db8::1".parse().unwrap();
    let mut reply = dhcp6::Builder::new(dhcp6::MessageType::Reply, [1, 2, 3]);
    reply.option(dhcp6::code::CLIENT_ID, &[0, 3, 0, 1, 9]);
    reply.option(dhcp6::code::SERVER_ID, &[0, 3, 0, 1, 8]);
    reply.ia_na(7, 10, 20, |ia| {
        ia.ia_addr_with(address, 30, 40, |a| {
            a.status(0, "fine");
        });
    });
    reply.ia_pd(8, 1, 2, |ia| {
        ia.status(6, "none").ia_prefix(address, 56, 3, 4);
    });
    reply
        .option(dhcp6::code::ORO, &[0, 23, 0, 24])
        .option(dhcp6::code::DNS_SERVERS, &address.octets());
    reply
        .option(dhcp6::code::PREFERENCE, &[9])
        .option(dhcp6::code::ELAPSED_TIME, &[0, 9]);
    reply
        .option(dhcp6::code::RAPID_COMMIT, &[])
        .option(dhcp6::code::INTERFACE_ID, b"eth0");
    reply.option(
        dhcp6::code::VENDOR_OPTS,
        &[0, 0, 0x11, 0x8b, 0, 1, 0, 2, 0, 32],
    );
    let bytes = reply.finish().unwrap();
    let theirs = dhcproto::v6::Message::from_bytes(&bytes).unwrap();
    assert_eq!(theirs.xid(), [1, 2, 3]);
    let again = theirs.to_vec().unwrap();
    let (ours, again) = (
        dhcp6::Message::parse(&bytes, Parsing::Strict).unwrap(),
        dhcp6::Message::parse(&again, Parsing::Strict).unwrap(),
    );
    // It sorts options by code (inside of an IA as well, so we wrote these in order).
    let sorted = |message: &dhcp6::Message<'_>| {
        let mut options: Vec<_> = message
            .options
            .iter()
            .map(|(c, d)| (c, d.to_vec()))
            .collect();
        options.sort();
        options
    };
    assert_eq!(sorted(&ours), sorted(&again));
}

#[test]
fn dhcp6_classes_and_relays_are_beyond_the_other_implementation() {
    // It writes the number of entries where their length belongs.
    let mut query = dhcp6::Builder::new(dhcp6::MessageType::Solicit, [1, 2, 3]);
    query.option(dhcp6::code::USER_CLASS, b"\0\x02ab");
    let bytes = query.finish().unwrap();
    let again = dhcproto::v6::Message::from_bytes(&bytes)
        .unwrap()
        .to_vec()
        .unwrap();
    assert_ne!(again, bytes, "mended: compare user classes as well");
    // It reads every relayed message as a relay header.
    let relayed =
        dhcp6::relay_forward(0, Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST, &[], &bytes).unwrap();
    let theirs = dhcproto::v6::RelayMessage::from_bytes(&relayed);
    let again = theirs.ok().and_then(|message| message.to_vec().ok());
    assert_ne!(
        again,
        Some(relayed),
        "mended: compare relayed messages as well"
    );
}
