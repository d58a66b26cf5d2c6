//! IPv4 and UDP headers, made and taken apart by us, for raw sockets.
//!
//! The link-layer header is the kernel's: packet sockets here are of the kind that leaves it out.

use std::net::{Ipv4Addr, SocketAddrV4};

/// Length of the headers before the payload of a packet built here: IPv4 without options, UDP.
pub const HEADERS: usize = 28;

const UDP: u8 = 17;
const TTL: u8 = 64;
/// Low delay, as DHCP servers mark their packets.
const TOS: u8 = 0x10;
const DONT_FRAGMENT: u16 = 0x4000;

/// A UDP datagram found in an IPv4 packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Address and port it came from.
    pub source: SocketAddrV4,
    /// Address and port it was sent to.
    pub destination: SocketAddrV4,
    /// The payload.
    pub payload: &'a [u8],
}

/// Why a packet is no usable UDP datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    /// The packet ends before its headers do, or a length field says more than is there.
    #[error("packet shorter than its headers say")]
    Truncated,
    /// Not version 4, or a header length below 20 bytes.
    #[error("not an IPv4 header")]
    NotIpv4,
    /// A piece of a larger packet.
    #[error("IPv4 fragment")]
    Fragment,
    /// Another protocol than UDP.
    #[error("not UDP")]
    NotUdp,
    /// The IPv4 header's checksum does not match.
    #[error("wrong IPv4 header checksum")]
    HeaderChecksum,
    /// The UDP checksum does not match.
    #[error("wrong UDP checksum")]
    UdpChecksum,
}

/// Takes an IPv4 packet apart (RFC 791, RFC 768) and verifies lengths and checksums.
///
/// `checksum_settled`: the UDP checksum is not filled in yet or was verified already, so it is not
/// looked at. Bytes after the packet's own length (link-layer padding) are ignored.
pub fn parse(packet: &[u8], checksum_settled: bool) -> Result<Datagram<'_>, BadFrame> {
    let first = *packet.first().ok_or(BadFrame::Truncated)?;
    let header_length = usize::from(first & 0x0f) * 4;
    if first >> 4 != 4 || header_length < 20 {
        return Err(BadFrame::NotIpv4);
    }
    let header = packet.get(..header_length).ok_or(BadFrame::Truncated)?;
    let total = usize::from(word(header, 2));
    let body = packet
        .get(header_length..total)
        .ok_or(BadFrame::Truncated)?;
    if fold(sum(header)) != 0xffff {
        return Err(BadFrame::HeaderChecksum);
    }
    if word(header, 6) & 0x3fff != 0 {
        return Err(BadFrame::Fragment);
    }
    if header[9] != UDP {
        return Err(BadFrame::NotUdp);
    }
    let (source, destination) = (address(header, 12), address(header, 16));
    let udp = body.get(..8).ok_or(BadFrame::Truncated)?;
    let udp_length = usize::from(word(udp, 4));
    let datagram = body.get(..udp_length).ok_or(BadFrame::Truncated)?;
    let payload = datagram.get(8..).ok_or(BadFrame::Truncated)?;
    let unchecked = checksum_settled || word(udp, 6) == 0;
    if !unchecked && fold(pseudo(source, destination, udp_length) + sum(datagram)) != 0xffff {
        return Err(BadFrame::UdpChecksum);
    }
    Ok(Datagram {
        source: SocketAddrV4::new(source, word(udp, 0)),
        destination: SocketAddrV4::new(destination, word(udp, 2)),
        payload,
    })
}

/// The IPv4 and UDP headers to send before `payload`; `None` when it is too long for one packet.
pub fn headers(
    source: SocketAddrV4,
    destination: SocketAddrV4,
    payload: &[u8],
) -> Option<[u8; HEADERS]> {
    let total = u16::try_from(HEADERS + payload.len()).ok()?;
    let udp_length = total - 20;
    let mut packet = [0; HEADERS];
    packet[0] = 0x45;
    packet[1] = TOS;
    packet[2..4].copy_from_slice(&total.to_be_bytes());
    packet[6..8].copy_from_slice(&DONT_FRAGMENT.to_be_bytes());
    packet[8] = TTL;
    packet[9] = UDP;
    packet[12..16].copy_from_slice(&source.ip().octets());
    packet[16..20].copy_from_slice(&destination.ip().octets());
    let checksum = !fold(sum(&packet[..20]));
    packet[10..12].copy_from_slice(&checksum.to_be_bytes());

    packet[20..22].copy_from_slice(&source.port().to_be_bytes());
    packet[22..24].copy_from_slice(&destination.port().to_be_bytes());
    packet[24..26].copy_from_slice(&udp_length.to_be_bytes());
    let pseudo = pseudo(*source.ip(), *destination.ip(), usize::from(udp_length));
    let checksum = match !fold(pseudo + sum(&packet[20..]) + sum(payload)) {
        0 => 0xffff, // zero on the wire means "no checksum" (RFC 768)
        other => other,
    };
    packet[26..28].copy_from_slice(&checksum.to_be_bytes());
    Some(packet)
}

/// The part of the UDP checksum that covers the addresses (RFC 768).
fn pseudo(source: Ipv4Addr, destination: Ipv4Addr, length: usize) -> u64 {
    sum(&source.octets()) + sum(&destination.octets()) + u64::from(UDP) + length as u64
}

/// Adds the big-endian 16-bit words; an odd last byte counts as the high half of a word.
fn sum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<2>();
    let total: u64 = words
        .iter()
        .map(|word| u64::from(u16::from_be_bytes(*word)))
        .sum();
    total + rest.first().map_or(0, |byte| u64::from(*byte) << 8)
}

/// The one's complement sum in 16 bits (RFC 1071).
fn fold(mut total: u64) -> u16 {
    while total > 0xffff {
        total = (total >> 16) + (total & 0xffff);
    }
    total as u16
}

fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn address(bytes: &[u8], at: usize) -> Ipv4Addr {
    Ipv4Addr::new(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const SERVER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 67);
    const CLIENT: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 99), 68);

    fn packet(payload: &[u8]) -> Vec<u8> {
        let mut packet = headers(SERVER, CLIENT, payload).unwrap().to_vec();
        packet.extend_from_slice(payload);
        packet
    }

    #[test]
    fn headers_match_a_packet_calculated_by_hand() {
        let built = packet(b"ab");
        assert_eq!(
            built[..20],
            [
                0x45, 0x10, 0, 30, 0, 0, 0x40, 0, 64, 17, 0xb6, 0x5a, 192, 0, 2, 1, 192, 0, 2, 99
            ]
        );
        // c000+0201+c000+0263 + 11 + 0a + 43+44+0a + 6162 = 1e672 -> e673 -> 198c
        assert_eq!(built[20..], [0, 67, 0, 68, 0, 10, 0x19, 0x8c, b'a', b'b']);
    }

    #[test]
    fn padding_after_the_packet_is_ignored() {
        let mut built = packet(b"abc");
        built.extend_from_slice(&[0; 18]);
        assert_eq!(parse(&built, false).unwrap().payload, b"abc");
    }

    #[test]
    fn a_header_with_options_is_read() {
        let plain = packet(b"abc");
        let mut built = plain[..20].to_vec();
        built.extend_from_slice(&[1, 1, 1, 0]);
        built.extend_from_slice(&plain[20..]);
        built[0] = 0x46;
        built[3] += 4;
        built[10..12].fill(0);
        let checksum = !fold(sum(&built[..24]));
        built[10..12].copy_from_slice(&checksum.to_be_bytes());
        assert_eq!(parse(&built, false).unwrap().payload, b"abc");
    }

    #[test]
    fn each_fault_is_named() {
        let fault = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut built = packet(b"abc");
            change(&mut built);
            built[10..12].fill(0);
            let checksum = !fold(sum(&built[..20]));
            built[10..12].copy_from_slice(&checksum.to_be_bytes());
            parse(&built, false).unwrap_err()
        };
        assert_eq!(fault(&|p| p[0] = 0x65), BadFrame::NotIpv4);
        assert_eq!(fault(&|p| p[0] = 0x44), BadFrame::NotIpv4);
        assert_eq!(fault(&|p| p[9] = 6), BadFrame::NotUdp);
        assert_eq!(fault(&|p| p[6] = 0x20), BadFrame::Fragment);
        assert_eq!(fault(&|p| p[7] = 1), BadFrame::Fragment);
        assert_eq!(fault(&|p| p[3] += 1), BadFrame::Truncated);
        assert_eq!(fault(&|p| p[3] = 27), BadFrame::Truncated);
        assert_eq!(fault(&|p| p[25] = 7), BadFrame::Truncated);
        assert_eq!(fault(&|p| p[25] = 12), BadFrame::Truncated);
        assert_eq!(fault(&|p| p[28] ^= 1), BadFrame::UdpChecksum);
        let mut built = packet(b"abc");
        built[8] = 63;
        assert_eq!(parse(&built, false).unwrap_err(), BadFrame::HeaderChecksum);
        assert_eq!(parse(&[], false).unwrap_err(), BadFrame::Truncated);
    }

    #[test]
    fn a_checksum_that_is_not_filled_in_is_not_looked_at() {
        let mut built = packet(b"abc");
        built[26] ^= 0x55;
        assert_eq!(parse(&built, false), Err(BadFrame::UdpChecksum));
        assert!(parse(&built, true).is_ok());
        built[26..28].fill(0);
        assert!(parse(&built, false).is_ok());
    }

    #[test]
    fn a_payload_too_long_for_ip_is_refused() {
        assert!(headers(SERVER, CLIENT, &vec![0; 65_535 - HEADERS]).is_some());
        assert!(headers(SERVER, CLIENT, &vec![0; 65_536 - HEADERS]).is_none());
    }

    proptest! {
        #[test]
        fn what_is_built_is_read_back(
            from: u32, from_port: u16, to: u32, to_port: u16,
            payload in prop::collection::vec(any::<u8>(), 0..600),
        ) {
            let source = SocketAddrV4::new(from.into(), from_port);
            let destination = SocketAddrV4::new(to.into(), to_port);
            let mut built = headers(source, destination, &payload).unwrap().to_vec();
            built.extend_from_slice(&payload);
            prop_assert_eq!(
                parse(&built, false),
                Ok(Datagram { source, destination, payload: &payload })
            );
            // A checksum of zero would mean that there is none.
            prop_assert_ne!(word(&built, 26), 0);
        }

        #[test]
        fn a_flipped_bit_is_noticed(
            payload in prop::collection::vec(any::<u8>(), 1..300), bit: prop::sample::Index,
        ) {
            let mut built = packet(&payload);
            let bit = bit.index(built.len() * 8);
            built[bit / 8] ^= 1 << (bit % 8);
            // The one exception: the UDP checksum field itself turned into "none".
            prop_assume!(word(&built, 26) != 0);
            prop_assert!(parse(&built, false).is_err());
        }

        #[test]
        fn arbitrary_bytes_never_panic(
            mut bytes in prop::collection::vec(any::<u8>(), 0..200), settled: bool, valid: bool,
        ) {
            if valid && bytes.len() >= 60 {
                // Past the first checks, into the UDP part.
                bytes[0] = 0x40 | (5 + bytes[0] % 11);
                bytes[6..8].fill(0);
                bytes[2] = 0;
                bytes[9] = 17;
                bytes[10..12].fill(0);
                let length = usize::from(bytes[0] & 15) * 4;
                let checksum = !fold(sum(&bytes[..length]));
                bytes[10..12].copy_from_slice(&checksum.to_be_bytes());
            }
            let _ = parse(&bytes, settled);
        }
    }
}
