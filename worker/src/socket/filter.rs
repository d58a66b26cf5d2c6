//! Classic BPF programs for the kernel: what a raw socket is woken for.

use std::net::Ipv4Addr;

use socket2::SockFilter;

const LD_WORD: u16 = 0x20; // ld [k]
const LD_HALF: u16 = 0x28; // ldh [k]
const LD_HALF_X: u16 = 0x48; // ldh [x + k]
const LD_BYTE: u16 = 0x30; // ldb [k]
const LDX_HEADER: u16 = 0xb1; // ldx 4 * ([k] & 0xf)
const JUMP_EQUAL: u16 = 0x15;
const JUMP_SET: u16 = 0x45;
const RETURN: u16 = 0x06;
/// Load address of the packet's kind (`SKF_AD_OFF + SKF_AD_PKTTYPE`): ours, broadcast, ...
const PACKET_KIND: u32 = 0xffff_f000 + 4;
const OTHER_HOST: u32 = 3;
const ALL: u32 = 0x0004_0000;

/// Accepts whole IPv4 UDP datagrams to `port`, sent to the limited broadcast address or to one of
/// `addresses`, that are meant for this host's hardware address or for all.
///
/// For a packet socket without link-layer header: the packet begins with the IPv4 header.
pub(super) fn server_packets(port: u16, addresses: &[Ipv4Addr]) -> Vec<SockFilter> {
    let reject_unless = |value| [SockFilter::new(JUMP_EQUAL, 1, 0, value), drop_packet()];
    let mut program = vec![SockFilter::new(LD_WORD, 0, 0, PACKET_KIND)];
    program.push(SockFilter::new(JUMP_EQUAL, 0, 1, OTHER_HOST));
    program.push(drop_packet());
    program.push(SockFilter::new(LD_BYTE, 0, 0, 9));
    program.extend(reject_unless(17));
    program.push(SockFilter::new(LD_HALF, 0, 0, 6));
    program.push(SockFilter::new(JUMP_SET, 0, 1, 0x3fff)); // more fragments, or an offset
    program.push(drop_packet());
    program.push(SockFilter::new(LDX_HEADER, 0, 0, 0));
    program.push(SockFilter::new(LD_HALF_X, 0, 0, 2));
    program.extend(reject_unless(u32::from(port)));
    program.push(SockFilter::new(LD_WORD, 0, 0, 16));
    for address in [&Ipv4Addr::BROADCAST].into_iter().chain(addresses) {
        program.push(SockFilter::new(JUMP_EQUAL, 0, 1, u32::from(*address)));
        program.push(SockFilter::new(RETURN, 0, 0, ALL));
    }
    program.push(drop_packet());
    program
}

/// Accepts nothing: for the UDP socket that only keeps the port ours (so that the kernel does not
/// tell clients it is unreachable) and sends.
pub(super) fn nothing() -> Vec<SockFilter> {
    vec![drop_packet()]
}

fn drop_packet() -> SockFilter {
    SockFilter::new(RETURN, 0, 0, 0)
}
