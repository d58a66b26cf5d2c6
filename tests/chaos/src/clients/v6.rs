//! DHCPv6 clients: addresses, prefixes, or both.

use std::net::{IpAddr, Ipv6Addr};

use murre_tests::hand6;
use murre_wire::dhcp6::{Builder, IaKind, MessageType, code, relay_forward};

use super::speech::{Answer, Given, Kind, Place, Say, Speech, hex};

/// DHCPv6: on the link itself, or behind one of three relays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dhcp6;

const ADDRESS_IA: u32 = 1;
const PREFIX_IA: u32 = 7;

const fn relayed(subnet_id: u16, own_worker: bool) -> Place {
    Place {
        subnet_id: subnet_id as u32,
        relay: Some(IpAddr::V6(Ipv6Addr::new(
            0x2001, 0xdb8, subnet_id, 0, 0, 0, 0, 1,
        ))),
        own_worker,
    }
}

const PLACES: [Place; 4] = [
    Place {
        subnet_id: 1,
        relay: None,
        own_worker: false,
    },
    relayed(2, false),
    relayed(3, false),
    relayed(4, true),
];

fn duid(who: u32) -> Vec<u8> {
    let [a, b, c, d] = who.to_be_bytes();
    vec![0, 3, 0, 1, 2, 0xca, a, b, c, d]
}

/// Both, an address, or a prefix.
fn wants(who: u32, place: &Place) -> (bool, bool) {
    match who % 3 {
        _ if place.own_worker => (false, true),
        0 => (true, true),
        1 => (true, false),
        _ => (false, true),
    }
}

fn add(message: &mut Builder, leases: &[Given]) {
    for given in leases {
        let IpAddr::V6(address) = given.address else {
            continue;
        };
        let kind = if given.is_address() {
            IaKind::Na
        } else {
            IaKind::Pd
        };
        message.ia(kind, given.iaid, 0, 0, |inside| {
            if given.is_address() {
                inside.ia_addr(address, 0, 0);
            } else {
                inside.ia_prefix(address, given.len, 0, 0);
            }
        });
    }
}

impl Speech for Dhcp6 {
    const VERSION: u8 = 6;

    fn places() -> &'static [Place] {
        &PLACES
    }

    fn holder(who: u32, kind: Kind) -> String {
        let word = if kind == Kind::Address { "na" } else { "pd" };
        format!("{}/{word}", hex(&duid(who)))
    }

    fn server(answer: &[u8]) -> Vec<u8> {
        hand6::Answer::read(answer)
            .get(code::SERVER_ID)
            .unwrap_or_default()
    }

    fn message(&self, who: u32, place: &Place, xid: u32, say: Say<'_>) -> Vec<u8> {
        let kind = match say {
            Say::Discover => MessageType::Solicit,
            Say::Take(_) => MessageType::Request,
            Say::Renew(..) => MessageType::Renew,
            Say::Rebind(_) => MessageType::Rebind,
            Say::Release(..) => MessageType::Release,
            Say::Decline(..) => MessageType::Decline,
        };
        let [_, a, b, c] = xid.to_be_bytes();
        let mut message = Builder::new(kind, [a, b, c]);
        message.option(code::CLIENT_ID, &duid(who));
        match say {
            Say::Discover => {
                let (address, prefix) = wants(who, place);
                if address {
                    message.ia_na(ADDRESS_IA, 0, 0, |_| {});
                }
                if prefix {
                    message.ia_pd(PREFIX_IA, 0, 0, |_| {});
                }
            }
            Say::Take(offer) => {
                let offer = hand6::Answer::read(offer);
                message.option(code::SERVER_ID, &offer.option(code::SERVER_ID));
                hand6::add_leases(&mut message, &offer);
            }
            Say::Rebind(leases) => add(&mut message, leases),
            Say::Renew(leases, server)
            | Say::Release(leases, server)
            | Say::Decline(leases, server) => {
                message.option(code::SERVER_ID, server);
                add(&mut message, leases);
            }
        }
        let message = message.finish().expect("it is short");
        let Some(IpAddr::V6(link)) = place.relay else {
            return message;
        };
        let peer = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0xc);
        relay_forward(0, link, peer, &[], &message).expect("it is short")
    }

    fn hear(&self, packet: &[u8]) -> Option<(u32, Answer)> {
        let answer = hand6::Answer::read(packet);
        let message = answer.message();
        let kind_of = |kind| {
            if kind == IaKind::Pd {
                Kind::Prefix
            } else {
                Kind::Address
            }
        };
        let (live, ended): (Vec<_>, Vec<_>) =
            answer.held().into_iter().partition(|held| held.valid > 0);
        let given = live.iter().map(|held| Given {
            kind: kind_of(held.kind),
            iaid: held.iaid,
            address: held.address.into(),
            len: held.len,
            lifetime: held.valid,
        });
        let given: Vec<Given> = given.collect();
        let heard = match message.msg_type {
            MessageType::Advertise if given.is_empty() => Answer::Nothing,
            MessageType::Advertise => Answer::Offer(given),
            MessageType::Reply => {
                let ended = ended.iter().map(|held| {
                    let address = Some(held.address.into());
                    (kind_of(held.kind), held.iaid, address)
                });
                let unknown = message.options.ias().filter_map(|ia| {
                    let status = ia.options.status().map_or(0, |status| status.code);
                    (status != 0).then_some((kind_of(ia.kind), ia.iaid, None))
                });
                Answer::Leases {
                    denied: ended.chain(unknown).collect(),
                    given,
                }
            }
            _ => return None,
        };
        Some((message.xid_number(), heard))
    }
}
