//! DHCPv4 clients.

use std::net::{IpAddr, Ipv4Addr};

use murre_wire::dhcp4::{Builder, MIN_MAX_SIZE, Message, MessageType, Parsing, code};

use super::speech::{Answer, Given, Kind, Place, Say, Speech, hex};
use crate::stage::SERVER_ID;

/// DHCPv4: on the link itself, or behind one of two relays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dhcp4;

const fn relayed(subnet_id: u32, second: u8) -> Place {
    Place {
        subnet_id,
        relay: Some(IpAddr::V4(Ipv4Addr::new(10, second, 0, 1))),
        own_worker: false,
    }
}

const PLACES: [Place; 3] = [
    Place {
        subnet_id: 1,
        relay: None,
        own_worker: false,
    },
    relayed(2, 2),
    relayed(3, 3),
];

/// Every second client has a client identifier.
fn identity(who: u32) -> ([u8; 6], Option<Vec<u8>>) {
    let [a, b, c, d] = who.to_be_bytes();
    let id = (who % 2 == 1).then(|| [&b"\0chaos-"[..], &[a, b, c, d]].concat());
    ([2, 0xca, a, b, c, d], id)
}

fn begin(who: u32, place: &Place, xid: u32, kind: MessageType) -> Builder {
    let (card, id) = identity(who);
    let mut builder = Builder::request(kind, xid, &card);
    if let Some(IpAddr::V4(relay)) = place.relay {
        builder.giaddr(relay).hops(1);
    } else if who.is_multiple_of(4) {
        builder.flags(0x8000); // it wants answers by broadcast
    }
    if let Some(id) = id {
        builder.option(code::CLIENT_IDENTIFIER, &id);
    }
    builder
}

fn only(leases: &[Given]) -> Ipv4Addr {
    match leases {
        [given] => match given.address {
            IpAddr::V4(address) => address,
            IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
        },
        _ => Ipv4Addr::UNSPECIFIED,
    }
}

impl Speech for Dhcp4 {
    const VERSION: u8 = 4;

    fn places() -> &'static [Place] {
        &PLACES
    }

    fn holder(who: u32, _: Kind) -> String {
        let (card, id) = identity(who);
        format!("{}/{}", hex(&card), hex(&id.unwrap_or_default()))
    }

    fn server(_: &[u8]) -> Vec<u8> {
        Vec::new()
    }

    fn message(&self, who: u32, place: &Place, xid: u32, say: Say<'_>) -> Vec<u8> {
        let kind = match say {
            Say::Discover => MessageType::Discover,
            Say::Take(_) | Say::Renew(..) | Say::Rebind(_) => MessageType::Request,
            Say::Release(..) => MessageType::Release,
            Say::Decline(..) => MessageType::Decline,
        };
        let mut message = begin(who, place, xid, kind);
        match say {
            Say::Discover => {}
            Say::Take(offer) => {
                if let Ok(offer) = Message::parse(offer, Parsing::Strict) {
                    message.option(code::REQUESTED_ADDRESS, &offer.yiaddr().octets());
                    message.option(code::SERVER_IDENTIFIER, &SERVER_ID.octets());
                }
            }
            Say::Renew(leases, _) => {
                message.ciaddr(only(leases));
            }
            Say::Rebind(leases) => {
                message.option(code::REQUESTED_ADDRESS, &only(leases).octets());
            }
            Say::Release(leases, _) => {
                message.ciaddr(only(leases));
                message.option(code::SERVER_IDENTIFIER, &SERVER_ID.octets());
            }
            Say::Decline(leases, _) => {
                message.option(code::REQUESTED_ADDRESS, &only(leases).octets());
                message.option(code::SERVER_IDENTIFIER, &SERVER_ID.octets());
            }
        }
        message.finish(MIN_MAX_SIZE)
    }

    fn hear(&self, packet: &[u8]) -> Option<(u32, Answer)> {
        let message = Message::parse(packet, Parsing::Strict).ok()?;
        let given = || Given {
            kind: Kind::Address,
            iaid: 0,
            address: message.yiaddr().into(),
            len: 32,
            lifetime: message.u32_option(code::LEASE_TIME).unwrap_or(0),
        };
        let answer = match message.message_type()? {
            MessageType::Offer => Answer::Offer(vec![given()]),
            MessageType::Nak => Answer::No,
            MessageType::Ack => Answer::Leases {
                given: vec![given()],
                denied: Vec::new(),
            },
            _ => return None,
        };
        Some((message.xid(), answer))
    }
}
