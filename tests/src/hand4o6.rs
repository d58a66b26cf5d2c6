//! DHCPv4 packets made by hand and sent over DHCPv6 (RFC 7341), by a client or a relay, or as a DHCPv6 server passes
//! them on, and the answers to them.

use std::net::{Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use murre_harness::netns::Namespace;
use murre_wire::dhcp4::{Builder, MIN_MAX_SIZE};
use murre_wire::dhcp4o6::{Origin, Passed, pass_on};
use murre_wire::dhcp6::{self, Message, MessageType, Parsing, code, relay_forward};

use crate::hand4::{Answer, name};
use crate::{socket, world};

/// Ports of clients and of servers and relays.
const CLIENT: u16 = 546;
const SERVER: u16 = 547;

/// How long an answer may take before the query is repeated, as clients do.
const REPEAT: Duration = Duration::from_secs(2);
/// How often a query is sent.
const TRIES: u32 = 5;
/// How long silence is listened to.
const SILENCE: Duration = Duration::from_millis(700);

/// Who speaks DHCPv6 with the server.
#[derive(Debug)]
pub struct Over6 {
    socket: UdpSocket,
    server: SocketAddr,
    /// The relay's own address and its interface-id, if it is one.
    relay: Option<(Ipv6Addr, Vec<u8>)>,
}

impl Over6 {
    /// A client with this address of the namespace's.
    ///
    /// # Panics
    /// When it is none.
    pub fn client(namespace: &Namespace, own: &str) -> Self {
        Self::at(namespace, own, CLIENT, None)
    }

    /// The relay of [`World::by_hand`](crate::World::by_hand), on subnet 2.
    pub fn relay(namespace: &Namespace, interface_id: &str) -> Self {
        let id = Some(interface_id.as_bytes().to_vec());
        Self::at(namespace, world::RELAY6, SERVER, id)
    }

    fn at(namespace: &Namespace, own: &str, port: u16, interface_id: Option<Vec<u8>>) -> Self {
        let own: Ipv6Addr = own.parse().expect("an address");
        let server: Ipv6Addr = world::SERVER6.parse().expect("an address");
        Self {
            socket: socket::bind(namespace, (own, port).into()),
            server: (server, SERVER).into(),
            relay: interface_id.map(|id| (own, id)),
        }
    }

    /// Sends a message, with these DHCPv6 options beside it.
    ///
    /// # Panics
    /// When the kernel refuses.
    pub fn send(&self, message: &Builder, beside: &[(u16, &[u8])]) {
        let mut query = dhcp6::Builder::new(MessageType::Dhcpv4Query, [0; 3]);
        query.option(code::DHCPV4_MSG, &message.finish(MIN_MAX_SIZE));
        for (code, data) in beside {
            query.option(*code, data);
        }
        let query = query.finish().expect("it is short");
        let query = match &self.relay {
            None => query,
            Some((own, id)) => {
                let peer = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
                let options = [(code::INTERFACE_ID, id.as_slice())];
                let relayed = relay_forward(0, *own, peer, &options, &query);
                relayed.expect("it is short")
            }
        };
        self.socket
            .send_to(&query, self.server)
            .expect("it is sent");
    }

    /// Sends a message until there is an answer to it.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn ask(&self, message: &Builder) -> Answer {
        for _ in 0..TRIES {
            self.send(message, &[]);
            if let Some(answer) = self.answer_to(message, REPEAT) {
                return answer;
            }
        }
        panic!("no answer to {}", name(message));
    }

    /// Sends a message, with these DHCPv6 options beside it: the answer, if there is one.
    pub fn try_with(&self, message: &Builder, beside: &[(u16, &[u8])]) -> Option<Answer> {
        self.send(message, beside);
        self.answer_to(message, SILENCE)
    }

    /// The next answer to a message, if one comes in time.
    fn answer_to(&self, message: &Builder, limit: Duration) -> Option<Answer> {
        let sent = message.finish(MIN_MAX_SIZE);
        socket::receive(&self.socket, limit, |bytes| {
            let answer = self.unpack(bytes);
            (answer.message().xid().to_be_bytes() == sent[4..8]).then_some(answer)
        })
    }

    /// The DHCPv4 message of an answer, which holds nothing else.
    fn unpack(&self, bytes: &[u8]) -> Answer {
        let message = Message::parse(bytes, Parsing::Strict).expect("a DHCPv6 message");
        assert_eq!(message.msg_type, MessageType::Dhcpv4Response);
        let id = message.first_relay().and_then(|relay| relay.interface_id());
        let sent = self.relay.as_ref().map(|(_, id)| id.as_slice());
        assert_eq!(id, sent, "relays get their interface-id back");
        let options: Vec<_> = message.options.iter().collect();
        let [(code::DHCPV4_MSG, data)] = options[..] else {
            panic!("one DHCPv4 message and nothing else, not {options:?}");
        };
        Answer::read(data)
    }
}

/// A DHCPv6 server made by hand, as far as the DHCPv4 server on its host can see it.
#[derive(Debug)]
pub struct Peer {
    socket: UdpSocket,
    server: SocketAddr,
}

impl Peer {
    /// At this port of ::1, with the DHCPv4 server at that one.
    pub fn new(namespace: &Namespace, own: u16, server: u16) -> Self {
        Self {
            socket: socket::bind(namespace, (Ipv6Addr::LOCALHOST, own).into()),
            server: (Ipv6Addr::LOCALHOST, server).into(),
        }
    }

    /// Sends bytes as they are. Whether anybody listens shows in the answer.
    pub fn send_raw(&self, bytes: &[u8]) {
        // The one before may have been refused, which the kernel tells now.
        let sent = self.socket.send_to(bytes, self.server);
        sent.or_else(|_| self.socket.send_to(bytes, self.server))
            .expect("it is sent");
    }

    /// A client's message as it is passed on.
    ///
    /// # Panics
    /// When it is too long.
    pub fn passed(message: &Builder, interface: &str) -> Vec<u8> {
        let mut query = dhcp6::Builder::new(MessageType::Dhcpv4Query, [0; 3]);
        query.option(code::DHCPV4_MSG, &message.finish(MIN_MAX_SIZE));
        let query = query.finish().expect("it is short");
        let query = Message::parse(&query, Parsing::Strict).expect("it is a message");
        let source = world::RELAY6.parse().expect("an address");
        let origin = Origin {
            interface,
            source,
            port: CLIENT,
        };
        pass_on(&query, &origin).expect("it is short")
    }

    /// Passes on a message that came in by `srv0`: the answer, if one comes in time.
    ///
    /// # Panics
    /// When the answer is none.
    pub fn ask(&self, message: &Builder) -> Option<Answer> {
        let query = Self::passed(message, "srv0");
        self.send_raw(&query);
        let mut buffer = [0; 1500];
        self.socket
            .set_read_timeout(Some(REPEAT))
            .expect("not zero");
        let len = self.socket.recv(&mut buffer).ok()?;
        let answer = Passed::parse(&buffer[..len], MessageType::Dhcpv4Response);
        let answer = answer.expect("an answer to the DHCPv6 server");
        assert_eq!(answer.origin.interface, "srv0");
        Some(Answer::read(answer.dhcp4))
    }
}
