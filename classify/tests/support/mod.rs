//! Queries to evaluate expressions for.
#![allow(dead_code, reason = "each test file uses its part")]

use murre_classify::{Subject4, Subject6};
use murre_wire::dhcp4;
use murre_wire::dhcp6;

/// DISCOVER of a card 02:00:00:00:00:05 with these options behind option 53.
pub(crate) fn packet4(options: &[(u8, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![1, 1, 6, 0, 0, 0, 0x30, 0x39];
    bytes.resize(12, 0);
    bytes.extend([192, 0, 2, 7]); // ciaddr
    bytes.extend([192, 0, 2, 8]); // yiaddr
    bytes.extend([192, 0, 2, 9]); // siaddr
    bytes.extend([192, 0, 2, 1]); // giaddr
    bytes.extend([2, 0, 0, 0, 0, 5]);
    bytes.resize(236, 0);
    bytes.extend([99, 130, 83, 99, 53, 1, 1]);
    for (code, data) in options {
        dhcp4::write_option(*code, data, &mut bytes);
    }
    bytes.push(255);
    bytes
}

/// What expressions see of it: it came in by `eth0` from 192.0.2.1 to 192.0.2.254.
pub(crate) fn subject4<'q, 'a>(message: &'q dhcp4::Message<'a>) -> Subject4<'q, 'a> {
    Subject4 {
        message,
        interface: "eth0",
        source: [192, 0, 2, 1].into(),
        destination: [192, 0, 2, 254].into(),
    }
}

/// An option of DHCPv6.
pub(crate) fn option6(code: u16, data: &[u8]) -> Vec<u8> {
    let len = u16::try_from(data.len()).unwrap();
    [&code.to_be_bytes()[..], &len.to_be_bytes(), data].concat()
}

/// SOLICIT with these options, behind relays: the first given is nearest to the server.
pub(crate) fn packet6(relays: &[Vec<u8>], options: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![1, 0, 0x30, 0x39];
    bytes.extend(options.concat());
    for (number, relay) in relays.iter().enumerate().rev() {
        let place = u8::try_from(number).unwrap();
        let mut outer = vec![12, 0];
        outer.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, place]); // link
        outer.extend([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, place]); // peer
        outer.extend(relay);
        outer.extend(option6(9, &bytes));
        bytes = outer;
    }
    bytes
}

/// What expressions see of it: it came in by `eth0` from fe80::1 to ff02::1:2.
pub(crate) fn subject6<'q, 'a>(message: &'q dhcp6::Message<'a>) -> Subject6<'q, 'a> {
    Subject6 {
        message,
        interface: "eth0",
        source: "fe80::1".parse().unwrap(),
        destination: "ff02::1:2".parse().unwrap(),
    }
}
