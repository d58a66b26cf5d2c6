//! DHCPv6 packets made by hand, sent the way a relay sends them, and the answers to them.

use std::net::{Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use murre_harness::netns::Namespace;
use murre_wire::dhcp6::{Builder, IaKind, Message, MessageType, Parsing, code, relay_forward};

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
    /// Its DUID.
    pub duid: Vec<u8>,
}

impl Client {
    /// The client with this number; its DUID holds a hardware address (DUID-LL).
    pub fn new(number: u32) -> Self {
        let [a, b, c, d] = number.to_be_bytes();
        Self {
            duid: vec![0, 3, 0, 1, 2, 6, a, b, c, d],
        }
    }

    /// The beginning of a message, with a transaction of its own.
    pub fn message(&self, kind: MessageType) -> Builder {
        static XID: AtomicU32 = AtomicU32::new(0x50_0000);
        let [_, a, b, c] = XID.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let mut builder = Builder::new(kind, [a, b, c]);
        builder.option(code::CLIENT_ID, &self.duid);
        builder
    }

    /// A message to the server that sent `answer`.
    pub fn to_server(&self, kind: MessageType, answer: &Answer) -> Builder {
        let mut message = self.message(kind);
        message.option(code::SERVER_ID, &answer.option(code::SERVER_ID));
        message
    }

    /// A message to the server that sent `answer`, with all leases in it.
    pub fn with_leases(&self, kind: MessageType, answer: &Answer) -> Builder {
        let mut message = self.to_server(kind, answer);
        add_leases(&mut message, answer);
        message
    }

    /// SOLICIT, ADVERTISE, REQUEST, REPLY, for an address in IA 1 and, if asked, a prefix in IA 1.
    ///
    /// # Panics
    /// When any of it fails.
    #[track_caller]
    pub fn lease(&self, relay: &Relay, prefix: bool) -> Answer {
        let mut solicit = self.message(MessageType::Solicit);
        solicit.ia_na(1, 0, 0, |_| {});
        if prefix {
            solicit.ia_pd(1, 0, 0, |_| {});
        }
        let advertise = relay.ask(solicit);
        assert_eq!(advertise.kind(), MessageType::Advertise);
        let reply = relay.ask(self.with_leases(MessageType::Request, &advertise));
        assert_eq!(reply.kind(), MessageType::Reply);
        let same = |answer: &Answer| {
            let held = answer.held();
            held.iter().map(|held| held.address).collect::<Vec<_>>()
        };
        assert_eq!(same(&reply), same(&advertise));
        assert_eq!(reply.held().len(), 1 + usize::from(prefix));
        reply
    }
}

/// Adds every lease of an answer to a message that it does not end, each in its association.
pub fn add_leases(message: &mut Builder, answer: &Answer) {
    for held in answer.held().iter().filter(|held| held.valid > 0) {
        message.ia(held.kind, held.iaid, 0, 0, |inside| {
            match held.kind {
                IaKind::Pd => inside.ia_prefix(held.address, held.len, 0, 0),
                IaKind::Na | IaKind::Ta => inside.ia_addr(held.address, 0, 0),
            };
        });
    }
}

/// A relay made by hand: port 547 on an address of the client's namespace.
#[derive(Debug)]
pub struct Relay {
    socket: UdpSocket,
    server: SocketAddr,
    /// Where the client is.
    pub link: Ipv6Addr,
    /// Options of the relay.
    pub options: Vec<(u16, Vec<u8>)>,
    #[allow(clippy::type_complexity, reason = "named where it is used")]
    /// More relays between this one and the server, each around the one before.
    pub outer: Vec<(Ipv6Addr, Vec<(u16, Vec<u8>)>)>,
}

impl Relay {
    /// The relay of [`World::by_hand`](crate::World::by_hand), on subnet 2.
    pub fn new(namespace: &Namespace) -> Self {
        Self::at(namespace, world::RELAY6, world::SERVER6)
    }

    /// A relay with another address, or to another server.
    ///
    /// # Panics
    /// When these are no addresses, or the first is not the namespace's.
    pub fn at(namespace: &Namespace, own: &str, server: &str) -> Self {
        Self::at_port(namespace, own, 547, server)
    }

    /// A relay that sends from another port.
    ///
    /// # Panics
    /// As [`Relay::at`].
    pub fn at_port(namespace: &Namespace, own: &str, port: u16, server: &str) -> Self {
        let own: Ipv6Addr = own.parse().expect("an address");
        let server: Ipv6Addr = server.parse().expect("an address");
        Self {
            socket: socket::bind(namespace, (own, port).into()),
            server: (server, 547).into(),
            link: own,
            options: Vec::new(),
            outer: Vec::new(),
        }
    }

    /// No relay: the client itself, by unicast from an address of the namespace's that it has.
    ///
    /// # Panics
    /// When these are no addresses, or the first is not the namespace's.
    pub fn none(namespace: &Namespace, own: &str, server: &str) -> Self {
        let own: Ipv6Addr = own.parse().expect("an address");
        let server: Ipv6Addr = server.parse().expect("an address");
        Self {
            socket: socket::bind(namespace, (own, 546).into()),
            server: (server, 547).into(),
            link: Ipv6Addr::UNSPECIFIED,
            options: Vec::new(),
            outer: Vec::new(),
        }
    }

    /// Relays a message, or sends it as it is where there is no relay.
    ///
    /// # Panics
    /// When the kernel refuses.
    pub fn send(&self, message: &[u8]) {
        if self.socket.local_addr().expect("it is bound").port() == 546 {
            self.send_raw(message);
        } else {
            self.send_raw(&self.wrap(message));
        }
    }

    /// Sends bytes as they are.
    ///
    /// # Panics
    /// When the kernel refuses.
    pub fn send_raw(&self, bytes: &[u8]) {
        self.socket.send_to(bytes, self.server).expect("it is sent");
    }

    /// Puts a message into the relay headers.
    ///
    /// # Panics
    /// When it is too long.
    pub fn wrap(&self, message: &[u8]) -> Vec<u8> {
        let peer = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0xc);
        let mut hop = 0;
        let mut add = |link, peer, options: &[(u16, Vec<u8>)], inner: &[u8]| {
            let options: Vec<_> = options
                .iter()
                .map(|(code, data)| (*code, data.as_slice()))
                .collect();
            let outer = relay_forward(hop, link, peer, &options, inner).expect("it is short");
            hop += 1;
            outer
        };
        let first = add(self.link, peer, &self.options, message);
        let outer = self.outer.iter();
        outer.fold(first, |inner, (link, options)| {
            add(*link, peer, options, &inner)
        })
    }

    /// Relays a message until there is an answer to it.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn ask(&self, message: Builder) -> Answer {
        let message = message.finish().expect("it is short");
        for _ in 0..TRIES {
            self.send(&message);
            if let Some(answer) = self.answer_to(&message, REPEAT) {
                return answer;
            }
        }
        panic!("no answer to {message:02x?}");
    }

    /// Relays a message that nobody may answer.
    ///
    /// # Panics
    /// When there is an answer.
    #[track_caller]
    pub fn ask_in_vain(&self, message: Builder) {
        let message = message.finish().expect("it is short");
        self.send(&message);
        if let Some(answer) = self.answer_to(&message, SILENCE) {
            panic!("{} in answer to {message:02x?}", answer.kind());
        }
    }

    /// The next answer to a message (without its relay headers), if one comes in time.
    ///
    /// # Panics
    /// When something comes that is no DHCPv6 message.
    pub fn answer_to(&self, message: &[u8], limit: Duration) -> Option<Answer> {
        socket::receive(&self.socket, limit, |bytes| {
            let answer = Answer(bytes.to_vec());
            let is_to_it = answer.message().xid == message[1..4];
            is_to_it.then_some(answer)
        })
    }
}

/// What the server answered, relay headers included.
#[derive(Clone, Debug)]
pub struct Answer(Vec<u8>);

/// A lease in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// What kind of association it is in.
    pub kind: IaKind,
    /// Which one.
    pub iaid: u32,
    /// The address, or the base of the prefix.
    pub address: Ipv6Addr,
    /// 128 for an address.
    pub len: u8,
    /// Seconds; 0 tells the client to stop using it.
    pub preferred: u32,
    /// Seconds; 0 tells the client to stop using it.
    pub valid: u32,
}

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

    /// Its type, inside of the relay headers.
    pub fn kind(&self) -> MessageType {
        self.message().msg_type
    }

    /// An option's data.
    ///
    /// # Panics
    /// When it is not there.
    #[track_caller]
    pub fn option(&self, code: u16) -> Vec<u8> {
        let data = self.get(code);
        data.unwrap_or_else(|| panic!("no option {code} in the {}", self.kind()))
    }

    /// An option's data, if it is there.
    pub fn get(&self, code: u16) -> Option<Vec<u8>> {
        self.message().options.get(code).map(<[u8]>::to_vec)
    }

    /// T1 and T2 of each association, in its order.
    pub fn times(&self) -> Vec<(u32, u32)> {
        let message = self.message();
        let ias = message.options.ias();
        ias.map(|ia| (ia.t1, ia.t2)).collect()
    }

    /// All leases in it, in its order; those with lifetimes of zero as well.
    pub fn held(&self) -> Vec<Held> {
        let message = self.message();
        let mut all = Vec::new();
        for ia in message.options.ias() {
            let (kind, iaid) = (ia.kind, ia.iaid);
            all.extend(ia.addresses().map(|found| Held {
                kind,
                iaid,
                address: found.address,
                len: 128,
                preferred: found.preferred,
                valid: found.valid,
            }));
            all.extend(ia.prefixes().map(|found| Held {
                kind,
                iaid,
                address: found.prefix,
                len: found.len,
                preferred: found.preferred,
                valid: found.valid,
            }));
        }
        all
    }

    /// The leases of one kind.
    pub fn of(&self, kind: IaKind) -> Vec<Held> {
        let mut held = self.held();
        held.retain(|held| held.kind == kind);
        held
    }

    /// The status code of the message.
    pub fn status(&self) -> Option<u16> {
        self.message().options.status().map(|status| status.code)
    }

    /// The status code inside an association.
    pub fn status_of(&self, kind: IaKind, iaid: u32) -> Option<u16> {
        let message = self.message();
        let mut ias = message.options.ias();
        let ia = ias.find(|ia| ia.kind == kind && ia.iaid == iaid)?;
        ia.options.status().map(|status| status.code)
    }
}
