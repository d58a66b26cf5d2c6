//! DHCPv4.

use std::net::{IpAddr, Ipv4Addr};

use murre_wire::dhcp4::{FLAG_BROADCAST, Message, MessageType, Parsing, code};

use super::{Cards, Grant, Half, Heard, Packet, Refusal, Says, Speech, Who};
use crate::settings::{Place, Settings};

/// Where fields of the header are (RFC 2131 section 2).
const OP: usize = 0;
const HTYPE: usize = 1;
const HLEN: usize = 2;
const HOPS: usize = 3;
const XID: usize = 4;
const FLAGS: usize = 10;
const CIADDR: usize = 12;
const GIADDR: usize = 24;
const CHADDR: usize = 28;
const COOKIE: usize = 236;
const OPTIONS: usize = 240;
/// The least that a BOOTP message has (RFC 1542 section 2.1).
const LEAST: usize = 300;
const MAGIC: [u8; 4] = [99, 130, 83, 99];

/// What every client asks for.
const WANTED: [u8; 5] = [
    code::SUBNET_MASK,
    code::ROUTERS,
    code::DOMAIN_NAME_SERVERS,
    code::DOMAIN_NAME,
    28, // broadcast address
];

/// Messages of clients at one place.
#[derive(Debug)]
pub(crate) struct Dhcp4 {
    cards: Cards,
    discover: Template,
    request: Template,
    renewal: Template,
    release: Template,
}

/// A message, and where what differs between clients is in it, beyond the header.
#[derive(Debug)]
struct Template {
    bytes: Vec<u8>,
    ciaddr: Option<usize>,
    requested: Option<usize>,
    server: Option<usize>,
}

impl Dhcp4 {
    /// All templates.
    pub(crate) fn new(settings: &Settings) -> Self {
        let discover = Template::new(settings, MessageType::Discover);
        let mut request = Template::new(settings, MessageType::Request);
        request.requested = Some(request.option(code::REQUESTED_ADDRESS, &[0; 4]));
        request.server = Some(request.option(code::SERVER_IDENTIFIER, &[0; 4]));
        let mut renewal = Template::new(settings, MessageType::Request);
        match settings.place {
            Place::Relayed { .. } => renewal.ciaddr = Some(CIADDR),
            // The answer to who has an address goes to that address, which is nobody's here. One
            // who remembers it after a restart asks for the same lease and is answered by broadcast.
            Place::Direct { .. } => {
                renewal.requested = Some(renewal.option(code::REQUESTED_ADDRESS, &[0; 4]));
            }
        }
        let mut release = Template::bare(settings, MessageType::Release);
        release.ciaddr = Some(CIADDR);
        release.server = Some(release.option(code::SERVER_IDENTIFIER, &[0; 4]));
        // A client gives back by unicast, past the relay (RFC 2131 section 4.4.6).
        release.bytes[HOPS] = 0;
        release.bytes[GIADDR..GIADDR + 4].fill(0);
        Self {
            release: release.finished(settings),
            cards: Cards::new(settings),
            discover: discover.finished(settings),
            request: request.finished(settings),
            renewal: renewal.finished(settings),
        }
    }

    fn say(&self, template: &Template, who: Who, grant: &Grant, packet: &mut Packet) {
        packet.fill(&template.bytes);
        packet.put(XID, &who.xid.to_be_bytes());
        packet.put(CHADDR, &self.cards.of(who.client));
        let [a, b, c, d, ..] = grant.address;
        packet.put_if(template.ciaddr, &[a, b, c, d]);
        packet.put_if(template.requested, &[a, b, c, d]);
        packet.put_if(template.server, &grant.server.to_be_bytes());
    }
}

impl Speech for Dhcp4 {
    const ONE_XID: bool = true;

    fn first(&self, who: Who, packet: &mut Packet) {
        self.say(&self.discover, who, &Grant::default(), packet);
    }

    fn second(&self, who: Who, offer: &Grant, packet: &mut Packet) {
        self.say(&self.request, who, offer, packet);
    }

    fn renewal(&self, who: Who, grant: &Grant, packet: &mut Packet) {
        self.say(&self.renewal, who, grant, packet);
    }

    fn release(&self, who: Who, grant: &Grant, packet: &mut Packet) {
        self.say(&self.release, who, grant, packet);
    }

    fn hear(&mut self, datagram: &[u8]) -> Option<Heard> {
        let message = Message::parse(datagram, Parsing::Lenient).ok()?;
        if message.op() != 2 {
            return None;
        }
        let given = || {
            let server = message.addr_option(code::SERVER_IDENTIFIER)?;
            let mut address = [0; 16];
            address[..4].copy_from_slice(&message.yiaddr().octets());
            (!message.yiaddr().is_unspecified()).then_some(Says::Given(Grant {
                server: server.to_bits(),
                address,
                ..Grant::default()
            }))
        };
        let (half, says) = match message.message_type()? {
            MessageType::Offer => (Half::First, given()?),
            MessageType::Ack => (Half::Second, given()?),
            MessageType::Nak => (Half::Second, Says::Refused(Refusal::Nak)),
            _ => return None,
        };
        let xid = message.xid();
        Some(Heard { xid, half, says })
    }
}

impl Template {
    /// The header, the message type and what is wanted.
    fn new(settings: &Settings, message_type: MessageType) -> Self {
        let mut template = Self::bare(settings, message_type);
        template.option(code::PARAMETER_REQUEST_LIST, &WANTED);
        template
    }

    /// The header and the message type.
    fn bare(settings: &Settings, message_type: MessageType) -> Self {
        let mut bytes = vec![0; OPTIONS];
        bytes[OP] = 1;
        bytes[HTYPE] = 1;
        bytes[HLEN] = 6;
        match settings.place {
            Place::Relayed { relay, .. } => {
                bytes[HOPS] = 1;
                bytes[GIADDR..GIADDR + 4].copy_from_slice(&of_v4(relay).octets());
            }
            // The answer could not find its way to a card that does not exist.
            Place::Direct { .. } => {
                bytes[FLAGS..FLAGS + 2].copy_from_slice(&FLAG_BROADCAST.to_be_bytes());
            }
        }
        bytes[COOKIE..].copy_from_slice(&MAGIC);
        let mut template = Self {
            bytes,
            ciaddr: None,
            requested: None,
            server: None,
        };
        template.option(code::MESSAGE_TYPE, &[message_type.to_u8()]);
        template
    }

    /// Adds an option of less than 256 bytes; where its data is.
    fn option(&mut self, code: u8, data: &[u8]) -> usize {
        self.bytes.extend_from_slice(&[code, data.len() as u8]);
        let at = self.bytes.len();
        self.bytes.extend_from_slice(data);
        at
    }

    /// With what a relay adds, the end, and padding.
    fn finished(mut self, settings: &Settings) -> Self {
        if settings.names_its_port() {
            self.option(code::AGENT_OPTIONS, &[code::relay::RELAY_PORT, 0]);
        }
        self.bytes.push(code::END);
        let len = self.bytes.len().max(LEAST);
        self.bytes.resize(len, code::PAD);
        self
    }
}

/// [`Settings::check`] has refused other relays.
fn of_v4(address: IpAddr) -> Ipv4Addr {
    match address {
        IpAddr::V4(address) => address,
        IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
    }
}

#[cfg(test)]
mod tests {
    use murre_wire::dhcp4::{Builder, MIN_MAX_SIZE};

    use super::*;
    use crate::settings::Protocol;
    use crate::settings::examples::{direct, relayed};

    const WHO: Who = Who {
        client: 0x01_02_03,
        xid: 0xdead_beef,
    };

    fn offer() -> Grant {
        let mut address = [0; 16];
        address[..4].copy_from_slice(&[10, 1, 2, 3]);
        Grant {
            server: 0xc000_0201,
            address,
            ..Grant::default()
        }
    }

    fn parse(packet: &Packet) -> Message<'_> {
        let message = Message::parse(packet.bytes(), Parsing::Strict).unwrap();
        assert_eq!((message.op(), message.htype()), (1, 1));
        assert_eq!(message.xid(), WHO.xid);
        assert_eq!(message.chaddr(), [2, 0, 7, 1, 2, 3]);
        assert!(packet.bytes().len() >= LEAST);
        message
    }

    #[test]
    fn a_release_names_its_lease_and_server_and_passes_the_relay() {
        for settings in [relayed(Protocol::V4), direct(Protocol::V4)] {
            let mut packet = Packet::empty();
            Dhcp4::new(&settings).release(WHO, &offer(), &mut packet);
            let message = parse(&packet);
            assert_eq!(message.message_type(), Some(MessageType::Release));
            assert_eq!(message.ciaddr(), Ipv4Addr::new(10, 1, 2, 3));
            assert_eq!(message.giaddr(), Ipv4Addr::UNSPECIFIED);
            let server = message.addr_option(code::SERVER_IDENTIFIER);
            assert_eq!(server, Some(Ipv4Addr::new(192, 0, 2, 1)));
            assert!(!message.has_option(code::REQUESTED_ADDRESS));
        }
    }

    #[test]
    fn a_relayed_discover_has_the_relays_address() {
        let mut packet = Packet::empty();
        Dhcp4::new(&relayed(Protocol::V4)).first(WHO, &mut packet);
        let message = parse(&packet);
        assert_eq!(message.message_type(), Some(MessageType::Discover));
        assert_eq!(message.giaddr(), Ipv4Addr::new(10, 0, 0, 1));
        assert_eq!((message.hops(), message.is_broadcast()), (1, false));
        assert!(!message.has_option(code::AGENT_OPTIONS));
        assert_eq!(*message.requested_options(), WANTED);
    }

    #[test]
    fn a_direct_client_asks_for_a_broadcast_answer() {
        let mut packet = Packet::empty();
        Dhcp4::new(&direct(Protocol::V4)).first(WHO, &mut packet);
        let message = parse(&packet);
        assert!(message.is_broadcast() && message.giaddr().is_unspecified());
        assert_eq!(message.hops(), 0);
    }

    #[test]
    fn a_request_names_the_address_and_the_server() {
        let mut packet = Packet::empty();
        Dhcp4::new(&relayed(Protocol::V4)).second(WHO, &offer(), &mut packet);
        let message = parse(&packet);
        assert_eq!(message.message_type(), Some(MessageType::Request));
        let named = message.addr_option(code::REQUESTED_ADDRESS);
        assert_eq!(named, Some(Ipv4Addr::new(10, 1, 2, 3)));
        let server = message.addr_option(code::SERVER_IDENTIFIER);
        assert_eq!(server, Some(Ipv4Addr::new(192, 0, 2, 1)));
        assert!(message.ciaddr().is_unspecified());
    }

    #[test]
    fn a_renewal_has_the_address_where_its_answer_allows_it() {
        let mut packet = Packet::empty();
        Dhcp4::new(&relayed(Protocol::V4)).renewal(WHO, &offer(), &mut packet);
        let message = parse(&packet);
        assert_eq!(message.ciaddr(), Ipv4Addr::new(10, 1, 2, 3));
        assert!(!message.has_option(code::REQUESTED_ADDRESS));
        assert!(!message.has_option(code::SERVER_IDENTIFIER));

        Dhcp4::new(&direct(Protocol::V4)).renewal(WHO, &offer(), &mut packet);
        let message = parse(&packet);
        assert!(message.ciaddr().is_unspecified());
        let named = message.addr_option(code::REQUESTED_ADDRESS);
        assert_eq!(named, Some(Ipv4Addr::new(10, 1, 2, 3)));
        assert!(!message.has_option(code::SERVER_IDENTIFIER));
    }

    #[test]
    fn a_relay_at_another_port_says_so() {
        let mut settings = relayed(Protocol::V4);
        settings.own_port = 6700;
        let mut packet = Packet::empty();
        Dhcp4::new(&settings).first(WHO, &mut packet);
        let port = parse(&packet)
            .relay_suboption(code::relay::RELAY_PORT)
            .map(|data| data.len());
        assert_eq!(port, Some(0));
    }

    fn answer(kind: MessageType, change: impl FnOnce(&mut Builder)) -> Vec<u8> {
        let mut packet = Packet::empty();
        Dhcp4::new(&relayed(Protocol::V4)).first(WHO, &mut packet);
        let mut reply = Builder::reply(&parse(&packet), kind);
        reply.option(code::SERVER_IDENTIFIER, &[192, 0, 2, 1]);
        change(&mut reply);
        reply.finish(MIN_MAX_SIZE)
    }

    fn heard(bytes: &[u8]) -> Option<Heard> {
        Dhcp4::new(&relayed(Protocol::V4)).hear(bytes)
    }

    #[test]
    fn answers_are_told_apart() {
        let with_address = |reply: &mut Builder| {
            reply.yiaddr(Ipv4Addr::new(10, 1, 2, 3));
        };
        for (kind, half) in [
            (MessageType::Offer, Half::First),
            (MessageType::Ack, Half::Second),
        ] {
            let heard = heard(&answer(kind, with_address)).unwrap();
            assert_eq!((heard.xid, heard.half), (WHO.xid, half));
            assert_eq!(heard.says, Says::Given(offer()));
        }
        let nak = heard(&answer(MessageType::Nak, |_| {})).unwrap();
        assert_eq!(nak.says, Says::Refused(Refusal::Nak));
    }

    #[test]
    fn what_is_no_answer_is_none() {
        let mut query = Packet::empty();
        Dhcp4::new(&relayed(Protocol::V4)).first(WHO, &mut query);
        assert_eq!(heard(query.bytes()), None);
        assert_eq!(heard(b"noise"), None);
        assert_eq!(heard(&answer(MessageType::Ack, |_| {})), None, "no address");
    }
}
