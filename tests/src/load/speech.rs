//! What the clients of a [`Load`](super::Load) say and understand, in either protocol.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use murre_wire::dhcp4::{self, MIN_MAX_SIZE};
use murre_wire::dhcp6::{self, IaKind, relay_forward};

use crate::hand6;

/// A lease in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The client as the tables show it: hexadecimal, hardware address and client identifier (v4)
    /// or DUID (v6).
    pub holder: String,
    /// Its identity association (v6); 0 (v4).
    pub iaid: u32,
    /// The address, or the base of the prefix.
    pub address: IpAddr,
    /// Bits of it that are given: 32 or 128 for an address.
    pub len: u8,
    /// Seconds.
    pub lifetime: u32,
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// OFFER or ADVERTISE.
    Offered,
    /// ACK, or REPLY with everything that was asked for.
    Granted(Vec<Given>),
    /// NAK, or an answer without something that was asked for.
    Refused,
}

/// One protocol, spoken for many clients by a relay. Transaction identifiers have 24 bits.
pub trait Speech {
    /// DISCOVER or SOLICIT.
    fn first(&self, client: u32, xid: u32) -> Vec<u8>;
    /// REQUEST for what was offered.
    fn second(&self, client: u32, xid: u32, offer: &[u8]) -> Vec<u8>;
    /// The transaction of an answer, and what it says.
    ///
    /// # Panics
    /// When it is no answer.
    fn hear(&self, answer: &[u8]) -> (u32, Heard);
}

/// DHCPv4 by a relay; every second client has a client identifier.
#[derive(Clone, Copy, Debug)]
pub struct Dhcp4 {
    /// The relay's address.
    pub giaddr: Ipv4Addr,
}

/// The hardware address and, if it has one, the client identifier.
fn identity4(client: u32) -> ([u8; 6], Option<Vec<u8>>) {
    let [_, b, c, d] = client.to_be_bytes();
    let id = (client % 2 == 1).then(|| [&b"\0load-"[..], &[b, c, d]].concat());
    ([2, 0x10, 0x4d, b, c, d], id)
}

impl Dhcp4 {
    fn message(self, client: u32, xid: u32, kind: dhcp4::MessageType) -> dhcp4::Builder {
        let (card, id) = identity4(client);
        let mut builder = dhcp4::Builder::request(kind, xid, &card);
        builder.giaddr(self.giaddr).hops(1);
        if let Some(id) = id {
            builder.option(dhcp4::code::CLIENT_IDENTIFIER, &id);
        }
        builder
    }
}

impl Speech for Dhcp4 {
    fn first(&self, client: u32, xid: u32) -> Vec<u8> {
        let message = self.message(client, xid, dhcp4::MessageType::Discover);
        message.finish(MIN_MAX_SIZE)
    }

    fn second(&self, client: u32, xid: u32, offer: &[u8]) -> Vec<u8> {
        let offer = parse4(offer);
        let mut message = self.message(client, xid, dhcp4::MessageType::Request);
        message.option(dhcp4::code::REQUESTED_ADDRESS, &offer.yiaddr().octets());
        let server = offer.option(dhcp4::code::SERVER_IDENTIFIER);
        message.option(
            dhcp4::code::SERVER_IDENTIFIER,
            &server.expect("every answer has it"),
        );
        message.finish(MIN_MAX_SIZE)
    }

    fn hear(&self, answer: &[u8]) -> (u32, Heard) {
        let message = parse4(answer);
        let heard = match message.message_type() {
            Some(dhcp4::MessageType::Offer) => Heard::Offered,
            Some(dhcp4::MessageType::Nak) => Heard::Refused,
            Some(dhcp4::MessageType::Ack) => {
                let id = message.option(dhcp4::code::CLIENT_IDENTIFIER);
                let lifetime = message.u32_option(dhcp4::code::LEASE_TIME);
                Heard::Granted(vec![Given {
                    holder: holder4(message.chaddr(), id.as_deref().unwrap_or_default()),
                    iaid: 0,
                    address: message.yiaddr().into(),
                    len: 32,
                    lifetime: lifetime.expect("every lease has it"),
                }])
            }
            other => panic!("{other:?} from a server"),
        };
        (message.xid(), heard)
    }
}

fn parse4(bytes: &[u8]) -> dhcp4::Message<'_> {
    dhcp4::Message::parse(bytes, dhcp4::Parsing::Strict).expect("the server sends valid messages")
}

/// How [`Given::holder`] shows a DHCPv4 client.
pub(crate) fn holder4(card: &[u8], id: &[u8]) -> String {
    format!("{}/{}", hex(card), hex(id))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// DHCPv6 by a relay: every client wants an address, every second one a prefix as well.
#[derive(Clone, Copy, Debug)]
pub struct Dhcp6 {
    /// The relay's address.
    pub link: Ipv6Addr,
}

impl Dhcp6 {
    fn message(client: u32, xid: u32, kind: dhcp6::MessageType) -> dhcp6::Builder {
        let [_, a, b, c] = xid.to_be_bytes();
        let mut builder = dhcp6::Builder::new(kind, [a, b, c]);
        let duid = hand6::Client::new(client).duid;
        builder.option(dhcp6::code::CLIENT_ID, &duid);
        builder
    }

    fn relayed(self, message: dhcp6::Builder) -> Vec<u8> {
        let peer = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0xc);
        let message = message.finish().expect("it is short");
        relay_forward(0, self.link, peer, &[], &message).expect("it is short")
    }
}

impl Speech for Dhcp6 {
    fn first(&self, client: u32, xid: u32) -> Vec<u8> {
        let mut message = Self::message(client, xid, dhcp6::MessageType::Solicit);
        message.ia_na(1, 0, 0, |_| {});
        if client % 2 == 1 {
            message.ia_pd(7, 0, 0, |_| {});
        }
        self.relayed(message)
    }

    fn second(&self, client: u32, xid: u32, offer: &[u8]) -> Vec<u8> {
        let offer = hand6::Answer::read(offer);
        let mut message = Self::message(client, xid, dhcp6::MessageType::Request);
        let server = offer.option(dhcp6::code::SERVER_ID);
        message.option(dhcp6::code::SERVER_ID, &server);
        hand6::add_leases(&mut message, &offer);
        self.relayed(message)
    }

    fn hear(&self, answer: &[u8]) -> (u32, Heard) {
        let answer = hand6::Answer::read(answer);
        let message = answer.message();
        let holder = hex(message.client_id().expect("every answer has it"));
        let held = answer.held();
        let complete = message.options.ias().all(|ia| {
            held.iter()
                .any(|held| (held.kind, held.iaid) == (ia.kind, ia.iaid))
        });
        let heard = match message.msg_type {
            _ if !complete || held.is_empty() => Heard::Refused,
            dhcp6::MessageType::Advertise => Heard::Offered,
            dhcp6::MessageType::Reply => {
                let given = held.iter().map(|held| Given {
                    holder: format!("{holder}/{}", ia_word(held.kind)),
                    iaid: held.iaid,
                    address: held.address.into(),
                    len: held.len,
                    lifetime: held.valid,
                });
                Heard::Granted(given.collect())
            }
            other => panic!("{other:?} from a server"),
        };
        (message.xid_number(), heard)
    }
}

/// How [`Given::holder`] shows what kind of association it is.
pub(crate) fn ia_word(kind: IaKind) -> &'static str {
    match kind {
        IaKind::Na => "na",
        IaKind::Ta => "ta",
        IaKind::Pd => "pd",
    }
}
