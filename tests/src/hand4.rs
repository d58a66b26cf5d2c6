//! DHCPv4 packets made by hand, sent the way a relay sends them, and the answers to them.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use murre_harness::netns::Namespace;
use murre_wire::dhcp4::{Builder, MIN_MAX_SIZE, Message, MessageType, Parsing, code};

use crate::{socket, world};

/// How long an answer may take before the query is repeated, as clients do.
const REPEAT: Duration = Duration::from_secs(2);
/// How often a query is sent.
const TRIES: u32 = 5;
/// How long silence is listened to.
const SILENCE: Duration = Duration::from_millis(700);

/// A client behind the relay.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its hardware address.
    pub mac: [u8; 6],
    /// Its client identifier, if it sends one.
    pub id: Option<Vec<u8>>,
}

impl Client {
    /// The client with this number; it sends no client identifier.
    pub fn new(number: u32) -> Self {
        let [a, b, c, d] = number.to_be_bytes();
        Self {
            mac: [2, 0, a, b, c, d],
            id: None,
        }
    }

    /// The client whose card `cli0` is: answers are sent to that.
    ///
    /// # Panics
    /// When there is no such card.
    pub fn of(namespace: &Namespace) -> Self {
        let text = namespace.mac("cli0");
        let octets = text.split(':').map(|octet| u8::from_str_radix(octet, 16));
        let octets: Result<Vec<u8>, _> = octets.collect();
        Self {
            mac: octets
                .ok()
                .and_then(|mac| mac.try_into().ok())
                .expect("a card's address"),
            id: None,
        }
    }

    /// The same with a client identifier.
    #[must_use]
    pub fn with_id(mut self, id: &[u8]) -> Self {
        self.id = Some(id.to_vec());
        self
    }

    /// The beginning of a message, with a transaction of its own.
    pub fn message(&self, kind: MessageType) -> Builder {
        static XID: AtomicU32 = AtomicU32::new(0x5000_0000);
        let mut builder = Builder::request(kind, XID.fetch_add(1, Ordering::Relaxed), &self.mac);
        if let Some(id) = &self.id {
            builder.option(code::CLIENT_IDENTIFIER, id);
        }
        builder
    }

    /// A REQUEST that takes an offer.
    pub fn take(&self, offer: &Answer) -> Builder {
        let mut request = self.message(MessageType::Request);
        request.option(code::REQUESTED_ADDRESS, &offer.yiaddr().octets());
        request.option(
            code::SERVER_IDENTIFIER,
            &offer.option(code::SERVER_IDENTIFIER),
        );
        request
    }

    /// A REQUEST after a reboot, for an address it remembers.
    pub fn reboot(&self, address: Ipv4Addr) -> Builder {
        let mut request = self.message(MessageType::Request);
        request.option(code::REQUESTED_ADDRESS, &address.octets());
        request
    }

    /// A message about an address it has: renewing REQUEST, RELEASE or INFORM.
    pub fn having(&self, kind: MessageType, address: Ipv4Addr) -> Builder {
        let mut message = self.message(kind);
        message.ciaddr(address);
        message
    }

    /// DISCOVER, OFFER, REQUEST, ACK: the address.
    ///
    /// # Panics
    /// When any of it fails.
    #[track_caller]
    pub fn lease(&self, relay: &Relay) -> Ipv4Addr {
        let offer = relay.ask(&mut self.message(MessageType::Discover));
        assert_eq!(offer.kind(), MessageType::Offer);
        let ack = relay.ask(&mut self.take(&offer));
        assert_eq!(ack.kind(), MessageType::Ack);
        assert_eq!(ack.yiaddr(), offer.yiaddr());
        ack.yiaddr()
    }
}

/// A relay made by hand: port 67 on an address of the client's namespace.
#[derive(Debug)]
pub struct Relay {
    socket: UdpSocket,
    server: SocketAddr,
    giaddr: Ipv4Addr,
}

impl Relay {
    /// The relay of [`World::by_hand`](crate::World::by_hand), on subnet 2.
    pub fn new(namespace: &Namespace) -> Self {
        Self::at(namespace, world::RELAY4, world::SERVER4)
    }

    /// A relay with another address, or to another server.
    ///
    /// # Panics
    /// When these are no addresses, or the first is not the namespace's.
    pub fn at(namespace: &Namespace, giaddr: &str, server: &str) -> Self {
        Self::at_port(namespace, giaddr, 67, server)
    }

    /// A relay that sends from another port.
    ///
    /// # Panics
    /// As [`Relay::at`].
    pub fn at_port(namespace: &Namespace, giaddr: &str, port: u16, server: &str) -> Self {
        let giaddr: Ipv4Addr = giaddr.parse().expect("an address");
        let server: Ipv4Addr = server.parse().expect("an address");
        Self {
            socket: socket::bind(namespace, (giaddr, port).into()),
            server: (server, 67).into(),
            giaddr,
        }
    }

    /// No relay: the client itself, at an address of the namespace's that it has.
    ///
    /// # Panics
    /// When these are no addresses, or the first is not the namespace's.
    pub fn none(namespace: &Namespace, own: Ipv4Addr, server: &str) -> Self {
        let server: Ipv4Addr = server.parse().expect("an address");
        Self {
            socket: socket::bind(namespace, (own, 68).into()),
            server: (server, 67).into(),
            giaddr: Ipv4Addr::UNSPECIFIED,
        }
    }

    /// Sends bytes as they are.
    ///
    /// # Panics
    /// When the kernel refuses.
    pub fn send_raw(&self, bytes: &[u8]) {
        self.socket.send_to(bytes, self.server).expect("it is sent");
    }

    /// Relays a message.
    pub fn send(&self, message: &mut Builder) {
        let hops = u8::from(!self.giaddr.is_unspecified());
        message.giaddr(self.giaddr).hops(hops);
        self.send_raw(&message.finish(MIN_MAX_SIZE));
    }

    /// Relays a message until there is an answer to it.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn ask(&self, message: &mut Builder) -> Answer {
        for _ in 0..TRIES {
            self.send(message);
            if let Some(answer) = self.answer_to(message, REPEAT) {
                return answer;
            }
        }
        panic!("no answer to {}", name(message));
    }

    /// Relays a message that nobody may answer.
    ///
    /// # Panics
    /// When there is an answer.
    #[track_caller]
    pub fn ask_in_vain(&self, message: &mut Builder) {
        self.send(message);
        if let Some(answer) = self.answer_to(message, SILENCE) {
            panic!("{} in answer to {}", answer.kind(), name(message));
        }
    }

    /// The next answer to a message, if one comes in time.
    ///
    /// # Panics
    /// When something comes that is no DHCPv4 message.
    pub fn answer_to(&self, message: &Builder, limit: Duration) -> Option<Answer> {
        let sent = message.finish(MIN_MAX_SIZE);
        socket::receive(&self.socket, limit, |bytes| {
            let answer = Answer(bytes.to_vec());
            (answer.message().xid().to_be_bytes() == sent[4..8]).then_some(answer)
        })
    }
}

/// For messages of tests that fail.
pub(crate) fn name(message: &Builder) -> String {
    let answer = Answer(message.finish(MIN_MAX_SIZE));
    let message = answer.message();
    let kind = message.message_type().map(|kind| kind.to_string());
    format!(
        "{} {:08x} of {:02x?}, ciaddr {}",
        kind.unwrap_or_default(),
        message.xid(),
        message.chaddr(),
        message.ciaddr()
    )
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Answer(Vec<u8>);

impl Answer {
    /// An answer as it came.
    pub fn read(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// The whole message.
    ///
    /// # Panics
    /// When it is none.
    pub fn message(&self) -> Message<'_> {
        Message::parse(&self.0, Parsing::Strict).expect("the server sends valid messages")
    }

    /// Its type.
    ///
    /// # Panics
    /// When it has none.
    pub fn kind(&self) -> MessageType {
        self.message().message_type().expect("an answer has a type")
    }

    /// The address it gives.
    pub fn yiaddr(&self) -> Ipv4Addr {
        self.message().yiaddr()
    }

    /// An option's data.
    ///
    /// # Panics
    /// When it is not there.
    #[track_caller]
    pub fn option(&self, code: u8) -> Vec<u8> {
        let data = self.get(code);
        data.unwrap_or_else(|| panic!("no option {code} in the {}", self.kind()))
    }

    /// An option's data, if it is there.
    pub fn get(&self, code: u8) -> Option<Vec<u8>> {
        let data = self.message().option(code);
        data.map(|data| data.into_owned())
    }

    /// An option that is a number of seconds.
    pub fn seconds(&self, code: u8) -> Option<u32> {
        self.message().u32_option(code)
    }
}
