//! The sockets of a family's clients and of their relays.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use murre_tests::socket::{bind, inside};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, setsockopt, socket, sockopt,
};

use super::speech::Place;
use crate::stage::Network;

/// Ethernet, IPv4 without options, UDP.
const HEADERS: usize = 14 + 20 + 8;
/// How long an answer is waited for before timers are looked at.
const TICK_MS: u8 = 5;
/// Bytes that may wait in the socket that hears frames.
const BUFFER: usize = 16 << 20;

/// Where messages go and answers come from.
pub(super) struct Post {
    /// Of the relays; workers are sent to by it.
    relay: UdpSocket,
    workers: Vec<SocketAddr>,
    /// Whether workers share clients, so that each query has to reach all of them.
    sharing: bool,
    /// Of the clients on the link.
    direct: UdpSocket,
    everybody: SocketAddr,
    /// What comes for clients on the link (v4): whole frames, as these have no addresses.
    frames: Option<OwnedFd>,
}

impl Post {
    pub(super) fn open(network: &Network, version: u8, sharing: bool) -> Self {
        let namespace = &network.clients;
        if version == 4 {
            return Self {
                sharing,
                relay: bind(namespace, (Ipv4Addr::UNSPECIFIED, 67).into()),
                workers: network
                    .workers4
                    .iter()
                    .map(|address| (*address, 67).into())
                    .collect(),
                direct: inside(namespace, || {
                    let udp =
                        UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 68)).expect("a port of our own");
                    let card = OsString::from("cli0");
                    setsockopt(&udp, sockopt::BindToDevice, &card).expect("it is there");
                    setsockopt(&udp, sockopt::Broadcast, &true).expect("any socket may");
                    udp
                }),
                everybody: (Ipv4Addr::BROADCAST, 67).into(),
                frames: Some(inside(namespace, listen_to_frames)),
            };
        }
        let index = inside(namespace, || {
            nix::net::if_::if_nametoindex("cli0").expect("it is there")
        });
        let servers = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2);
        Self {
            sharing,
            relay: bind(namespace, (network.relay6, 547).into()),
            workers: network
                .workers6
                .iter()
                .map(|address| (*address, 547).into())
                .collect(),
            direct: bind(namespace, (Ipv6Addr::UNSPECIFIED, 546).into()),
            everybody: SocketAddrV6::new(servers, 547, 0, index).into(),
            frames: None,
        }
    }

    /// From a client at this place. What the kernel refuses is lost, as on any network.
    pub(super) fn send(&self, message: &[u8], place: &Place, who: u32) {
        if place.relay.is_none() {
            let _ = self.direct.send_to(message, self.everybody);
            return;
        }
        let own = who as usize % self.workers.len();
        for (number, worker) in self.workers.iter().enumerate() {
            if self.sharing || !place.own_worker || number == own {
                let _ = self.relay.send_to(message, worker);
            }
        }
    }

    /// What is there, or comes within a moment; with the number of the worker that sent it.
    pub(super) fn receive(&self) -> Vec<(Vec<u8>, Option<usize>)> {
        let direct = self
            .frames
            .as_ref()
            .map_or(self.direct.as_fd(), AsFd::as_fd);
        let mut ready = [
            PollFd::new(self.relay.as_fd(), PollFlags::POLLIN),
            PollFd::new(direct, PollFlags::POLLIN),
        ];
        let _ = poll(&mut ready, PollTimeout::from(TICK_MS));
        let [relay, direct] = ready.map(|fd| fd.any().unwrap_or(false));
        let mut packets = Vec::new();
        if relay {
            self.drain(&self.relay, &mut packets);
        }
        match &self.frames {
            Some(frames) if direct => self.drain_frames(frames, &mut packets),
            None if direct => self.drain(&self.direct, &mut packets),
            _ => {}
        }
        packets
    }

    fn number(&self, address: IpAddr) -> Option<usize> {
        self.workers
            .iter()
            .position(|worker| worker.ip() == address)
    }

    fn drain(&self, socket: &UdpSocket, packets: &mut Vec<(Vec<u8>, Option<usize>)>) {
        socket.set_nonblocking(true).expect("any socket can");
        let mut buffer = [0; 4096];
        while let Ok((len, from)) = socket.recv_from(&mut buffer) {
            packets.push((buffer[..len].to_vec(), self.number(from.ip())));
        }
    }

    fn drain_frames(&self, frames: &OwnedFd, packets: &mut Vec<(Vec<u8>, Option<usize>)>) {
        let mut buffer = [0; 4096];
        while let Ok(len) = recv(frames.as_raw_fd(), &mut buffer, MsgFlags::MSG_DONTWAIT) {
            if let Some((payload, source)) = payload(&buffer[..len]) {
                packets.push((payload.to_vec(), self.number(source.into())));
            }
        }
    }
}

fn listen_to_frames() -> OwnedFd {
    let frames = socket(
        AddressFamily::Packet,
        SockType::Raw,
        SockFlag::empty(),
        SockProtocol::EthAll,
    );
    let frames = frames.expect("root may listen to frames");
    setsockopt(&frames, sockopt::RcvBufForce, &BUFFER).expect("root may have large buffers");
    frames
}

/// What a frame holds for a DHCPv4 client, and who sent it.
fn payload(frame: &[u8]) -> Option<(&[u8], Ipv4Addr)> {
    let word = |at: usize| Some(u16::from_be_bytes([*frame.get(at)?, *frame.get(at + 1)?]));
    let is_udp = word(12)? == 0x0800 && *frame.get(14)? == 0x45 && *frame.get(23)? == 17;
    (is_udp && word(36)? == 68).then_some(())?;
    let source: [u8; 4] = frame.get(26..30)?.try_into().ok()?;
    let len = usize::from(word(38)?).checked_sub(8)?;
    Some((frame.get(HEADERS..HEADERS + len)?, source.into()))
}
