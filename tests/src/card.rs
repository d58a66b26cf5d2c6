//! A DHCPv4 client without an address on the server's own link, down to the frames: whom the server
//! sends its answers to.

use std::fs::File;
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use murre_harness::netns::Namespace;
use murre_wire::dhcp4::{BOOTREPLY, Builder, MIN_MAX_SIZE};
use nix::sys::socket::{
    AddressFamily, SockFlag, SockProtocol, SockType, setsockopt, socket, sockopt,
};
use nix::sys::time::TimeVal;

use crate::hand4::{self, Answer};
use crate::socket::inside;

const PATIENCE: Duration = Duration::from_secs(5);
/// Ethernet, IPv4 without options, UDP.
const HEADERS: usize = 14 + 20 + 8;

/// The card `cli0`.
#[derive(Debug)]
pub struct Card {
    udp: UdpSocket,
    frames: File,
}

/// An answer and the addresses it was sent to.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Link-layer destination.
    pub card: [u8; 6],
    /// Where it came from.
    pub source: (Ipv4Addr, u16),
    /// Where it was sent.
    pub destination: (Ipv4Addr, u16),
    /// The message.
    pub answer: Answer,
}

impl Card {
    /// Opens it for sending from port 68 and for listening to all frames.
    ///
    /// # Panics
    /// When that is refused.
    pub fn new(namespace: &Namespace) -> Self {
        inside(namespace, || {
            let udp = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 68)).expect("a port of our own");
            let device = std::ffi::OsString::from("cli0");
            setsockopt(&udp, sockopt::BindToDevice, &device).expect("it is there");
            setsockopt(&udp, sockopt::Broadcast, &true).expect("any socket may");
            let packets: OwnedFd = socket(
                AddressFamily::Packet,
                SockType::Raw,
                SockFlag::empty(),
                SockProtocol::EthAll,
            )
            .expect("root may listen to frames");
            let step = TimeVal::new(0, 50_000);
            setsockopt(&packets, sockopt::ReceiveTimeout, &step).expect("not zero");
            Self {
                udp,
                frames: packets.into(),
            }
        })
    }

    /// Broadcasts a message; the bytes that were sent.
    ///
    /// # Panics
    /// When the kernel refuses.
    pub fn send(&self, message: &Builder) -> Vec<u8> {
        let bytes = message.finish(MIN_MAX_SIZE);
        let everybody = SocketAddr::from((Ipv4Addr::BROADCAST, 67));
        self.udp.send_to(&bytes, everybody).expect("it is sent");
        bytes
    }

    /// Broadcasts a message, and waits for the answer to it.
    ///
    /// # Panics
    /// When none comes.
    #[track_caller]
    pub fn ask(&mut self, message: &Builder) -> Frame {
        let bytes = self.send(message);
        let xid = bytes[4..8].try_into().expect("a message has one");
        let answer = self.answer(&xid, PATIENCE);
        answer.unwrap_or_else(|| panic!("no answer to {}", hand4::name(message)))
    }

    /// The server's answer in a transaction, wherever it is sent, if one comes in time.
    pub fn answer(&mut self, xid: &[u8; 4], limit: Duration) -> Option<Frame> {
        let started = Instant::now();
        while started.elapsed() < limit {
            let mut buffer = [0; 2000];
            let len = self.frames.read(&mut buffer).unwrap_or(0);
            if let Some(frame) = read(&buffer[..len])
                && frame.answer.message().op() == BOOTREPLY
                && frame.answer.message().xid().to_be_bytes() == *xid
            {
                return Some(frame);
            }
        }
        None
    }
}

fn read(frame: &[u8]) -> Option<Frame> {
    let payload = frame.get(HEADERS..)?;
    let word = |at: usize| u16::from_be_bytes([frame[at], frame[at + 1]]);
    let address = |at: usize| {
        <[u8; 4]>::try_from(&frame[at..at + 4])
            .ok()
            .map(Ipv4Addr::from)
    };
    let is_udp = word(12) == 0x0800 && frame[14] == 0x45 && frame[23] == 17;
    (is_udp && word(34) == 67).then_some(())?;
    Some(Frame {
        card: frame[..6].try_into().ok()?,
        source: (address(26)?, word(34)),
        destination: (address(30)?, word(36)),
        answer: Answer::read(payload),
    })
}
