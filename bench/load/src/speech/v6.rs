//! DHCPv6.

use std::net::{IpAddr, Ipv6Addr};

use murre_wire::dhcp6::{DUID_LEN, IaKind, Message, MessageType, Options, Parsing, code};

use super::{Cards, Grant, Half, Heard, Packet, ROOM, Refusal, Says, Speech, Who};
use crate::settings::{Ia, Place, Settings};

/// A client's associations, one of each kind at most.
const IAID: u32 = 1;
/// Different servers that are known; answers of more are as good as noise.
const MOST_SERVERS: usize = 64;
/// DUID-LL, Ethernet (RFC 8415 section 11.4).
const DUID_LL: [u8; 4] = [0, 3, 0, 1];

/// Messages of clients at one place.
#[derive(Debug)]
pub(crate) struct Dhcp6 {
    settings: Settings,
    solicit: Template,
    /// By the number in [`Grant::server`].
    servers: Vec<Server>,
}

/// Messages to one server, made when it is first heard of.
#[derive(Debug)]
struct Server {
    duid: Vec<u8>,
    request: Template,
    renew: Template,
    release: Template,
}

/// A message, and where what differs between clients is in it.
#[derive(Debug, Default)]
struct Template {
    bytes: Vec<u8>,
    xid: usize,
    card: usize,
    /// The card within the client's address, which the relay tells.
    peer: Option<usize>,
    address: Option<usize>,
    prefix: Option<usize>,
    prefix_len: Option<usize>,
}

impl Dhcp6 {
    /// What can be made before a server is known.
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            solicit: Template::new(settings, MessageType::Solicit, None),
            settings: settings.clone(),
            servers: Vec::new(),
        }
    }

    fn say(&self, template: &Template, who: Who, grant: &Grant, packet: &mut Packet) {
        let card = Cards::new(&self.settings).of(who.client);
        let [_, a, b, c] = who.xid.to_be_bytes();
        packet.fill(&template.bytes);
        packet.put(template.xid, &[a, b, c]);
        packet.put(template.card, &card);
        packet.put_if(template.peer, &card);
        packet.put_if(template.address, &grant.address);
        packet.put_if(template.prefix, &grant.prefix);
        packet.put_if(template.prefix_len, &[grant.prefix_len]);
    }

    /// The number of a server, known from now on.
    fn server(&mut self, duid: &[u8]) -> Option<u32> {
        let known = |server: &Server| server.duid == duid;
        if let Some(index) = self.servers.iter().position(known) {
            return u32::try_from(index).ok();
        }
        if self.servers.len() == MOST_SERVERS || !DUID_LEN.contains(&duid.len()) {
            return None;
        }
        let template = |kind| Template::new(&self.settings, kind, Some(duid));
        let server = Server {
            request: template(MessageType::Request),
            renew: template(MessageType::Renew),
            release: template(MessageType::Release),
            duid: duid.to_owned(),
        };
        self.servers.push(server);
        u32::try_from(self.servers.len() - 1).ok()
    }

    /// What an answer gives of what was asked for.
    fn given(&self, options: Options<'_>, server: u32) -> Says {
        let mut grant = Grant {
            server,
            ..Grant::default()
        };
        let (mut has_address, mut has_prefix) = (false, false);
        for ia in options.ias().filter(|ia| ia.iaid == IAID) {
            if let (IaKind::Na, Some(found)) = (ia.kind, ia.addresses().find(|a| a.valid > 0)) {
                (grant.address, has_address) = (found.address.octets(), true);
            }
            if let (IaKind::Pd, Some(found)) = (ia.kind, ia.prefixes().find(|p| p.valid > 0)) {
                (grant.prefix, grant.prefix_len) = (found.prefix.octets(), found.len);
                has_prefix = true;
            }
        }
        let about_neither = |status: u16| {
            !matches!(
                status,
                code::status::SUCCESS
                    | code::status::NO_ADDRS_AVAIL
                    | code::status::NO_PREFIX_AVAIL
            )
        };
        let whole = options.status().map_or(0, |status| status.code);
        let missing = if about_neither(whole) {
            Refusal::Status
        } else if self.settings.ia.address() && !has_address {
            Refusal::NoAddress
        } else if self.settings.ia.prefix() && !has_prefix {
            Refusal::NoPrefix
        } else {
            return Says::Given(grant);
        };
        Says::Refused(missing)
    }
}

impl Speech for Dhcp6 {
    const ONE_XID: bool = false;

    fn first(&self, who: Who, packet: &mut Packet) {
        self.say(&self.solicit, who, &Grant::default(), packet);
    }

    fn second(&self, who: Who, offer: &Grant, packet: &mut Packet) {
        if let Some(server) = self.servers.get(offer.server as usize) {
            self.say(&server.request, who, offer, packet);
        }
    }

    fn renewal(&self, who: Who, grant: &Grant, packet: &mut Packet) {
        if let Some(server) = self.servers.get(grant.server as usize) {
            self.say(&server.renew, who, grant, packet);
        }
    }

    fn release(&self, who: Who, grant: &Grant, packet: &mut Packet) {
        if let Some(server) = self.servers.get(grant.server as usize) {
            self.say(&server.release, who, grant, packet);
        }
    }

    fn hear(&mut self, datagram: &[u8]) -> Option<Heard> {
        let message = Message::parse(datagram, Parsing::Lenient).ok()?;
        let half = match message.msg_type {
            MessageType::Advertise => Half::First,
            MessageType::Reply => Half::Second,
            _ => return None,
        };
        let relayed = matches!(self.settings.place, Place::Relayed { .. });
        if message.relays.len() != usize::from(relayed) {
            return None;
        }
        let server = self.server(message.server_id()?)?;
        Some(Heard {
            xid: message.xid_number(),
            half,
            says: self.given(message.options, server),
        })
    }
}

impl Template {
    /// To a server, if one is named; then with room for leases.
    fn new(settings: &Settings, kind: MessageType, server: Option<&[u8]>) -> Self {
        let mut template = Self::default();
        let outer = template.relay(settings);
        template.bytes.extend_from_slice(&[kind.to_u8(), 0, 0, 0]);
        template.xid = template.bytes.len() - 3;
        let id = template.begin(code::CLIENT_ID);
        template.bytes.extend_from_slice(&DUID_LL);
        template.card = template.skip(6);
        template.end(id);
        if let Some(server) = server {
            template.option(code::SERVER_ID, server);
        }
        template.option(code::ELAPSED_TIME, &[0; 2]);
        let [a, b] = [code::DNS_SERVERS, code::DOMAIN_SEARCH].map(u16::to_be_bytes);
        template.option(code::ORO, &[a, b].concat());
        template.associations(settings.ia, server.is_some());
        if let Some(outer) = outer {
            template.end(outer);
        }
        debug_assert!(template.bytes.len() <= ROOM);
        template
    }

    /// The relay's header with the option that holds the message open, if there is a relay.
    fn relay(&mut self, settings: &Settings) -> Option<usize> {
        let Place::Relayed { relay, link, .. } = &settings.place else {
            return None;
        };
        let own = match relay {
            IpAddr::V6(address) => *address,
            // Settings::check has refused it.
            IpAddr::V4(address) => address.to_ipv6_mapped(),
        };
        self.bytes.extend([MessageType::RelayForward.to_u8(), 0]);
        self.bytes.extend(link.unwrap_or(own).octets());
        let client = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0);
        self.bytes.extend(client.octets());
        self.peer = Some(self.bytes.len() - 6);
        if settings.names_its_port() {
            self.option(code::RELAY_SOURCE_PORT, &[0; 2]);
        }
        Some(self.begin(code::RELAY_MSG))
    }

    fn associations(&mut self, ia: Ia, with_leases: bool) {
        // IAID, T1, T2; times are the server's to choose.
        let [a, b, c, d] = IAID.to_be_bytes();
        let head = [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0];
        if ia.address() {
            let mark = self.begin(code::IA_NA);
            self.bytes.extend(head);
            if with_leases {
                let inner = self.begin(code::IAADDR);
                self.address = Some(self.skip(16));
                self.skip(8); // lifetimes
                self.end(inner);
            }
            self.end(mark);
        }
        if ia.prefix() {
            let mark = self.begin(code::IA_PD);
            self.bytes.extend(head);
            if with_leases {
                let inner = self.begin(code::IAPREFIX);
                self.skip(8); // lifetimes
                self.prefix_len = Some(self.skip(1));
                self.prefix = Some(self.skip(16));
                self.end(inner);
            }
            self.end(mark);
        }
    }

    /// Begins an option; for [`Template::end`].
    fn begin(&mut self, code: u16) -> usize {
        self.bytes.extend(code.to_be_bytes());
        self.skip(2) + 2
    }

    /// Fills in the length of the option whose data began at `start`.
    fn end(&mut self, start: usize) {
        let len = (self.bytes.len() - start) as u16;
        self.bytes[start - 2..start].copy_from_slice(&len.to_be_bytes());
    }

    fn option(&mut self, code: u16, data: &[u8]) {
        let mark = self.begin(code);
        self.bytes.extend_from_slice(data);
        self.end(mark);
    }

    /// Leaves room; where it is.
    fn skip(&mut self, bytes: usize) -> usize {
        let at = self.bytes.len();
        self.bytes.resize(at + bytes, 0);
        at
    }
}

#[cfg(test)]
mod tests {
    use murre_wire::dhcp6::{Builder, Duid};

    use super::*;
    use crate::settings::Protocol;
    use crate::settings::examples::{direct, relayed};

    const WHO: Who = Who {
        client: 0x01_02_03,
        xid: 0x00_ab_cd_ef,
    };
    const SERVER: [u8; 10] = [0, 3, 0, 1, 2, 0, 0, 0, 0, 9];
    const CARD: [u8; 6] = [2, 0, 7, 1, 2, 3];

    fn address() -> Ipv6Addr {
        "2001:db8:2::1:2".parse().unwrap()
    }

    fn prefix() -> Ipv6Addr {
        "2001:db8:9000:100::".parse().unwrap()
    }

    fn parse(packet: &Packet) -> Message<'_> {
        let message = Message::parse(packet.bytes(), Parsing::Strict).unwrap();
        assert_eq!(message.xid_number(), WHO.xid);
        assert_eq!(message.client_id().unwrap(), [&DUID_LL[..], &CARD].concat());
        message
    }

    /// A query, and an answer to it.
    fn answer(settings: &Settings, kind: MessageType, fill: impl FnOnce(&mut Builder)) -> Vec<u8> {
        let mut packet = Packet::empty();
        Dhcp6::new(settings).first(WHO, &mut packet);
        let mut reply = Builder::reply(&parse(&packet), kind);
        reply.option(code::SERVER_ID, &SERVER);
        fill(&mut reply);
        reply.finish().unwrap()
    }

    fn everything(reply: &mut Builder) {
        reply.ia_na(IAID, 1, 2, |ia| {
            ia.ia_addr(address(), 10, 20);
        });
        reply.ia_pd(IAID, 1, 2, |ia| {
            ia.ia_prefix(prefix(), 56, 10, 20);
        });
    }

    #[test]
    fn a_relayed_solicit_is_parsed_with_its_relay() {
        let mut packet = Packet::empty();
        Dhcp6::new(&relayed(Protocol::V6)).first(WHO, &mut packet);
        let message = parse(&packet);
        assert_eq!(message.msg_type, MessageType::Solicit);
        let relay = message.first_relay().unwrap();
        assert_eq!(relay.link_address.to_string(), "2001:db8:2::1");
        assert_eq!(relay.peer_address.octets()[10..], CARD);
        assert!(relay.peer_address.is_unicast_link_local());
        assert_eq!(relay.source_port(), None);
        let kinds: Vec<_> = message.options.ias().map(|ia| ia.kind).collect();
        assert_eq!(kinds, [IaKind::Na, IaKind::Pd]);
        assert!(message.requested(code::DNS_SERVERS) && message.server_id().is_none());
    }

    #[test]
    fn a_direct_solicit_has_no_relay_and_asks_for_what_is_wanted() {
        for (ia, wanted) in [(Ia::Na, IaKind::Na), (Ia::Pd, IaKind::Pd)] {
            let settings = Settings {
                ia,
                ..direct(Protocol::V6)
            };
            let mut packet = Packet::empty();
            Dhcp6::new(&settings).first(WHO, &mut packet);
            let message = parse(&packet);
            assert!(message.relays.is_empty());
            let kinds: Vec<_> = message.options.ias().map(|ia| ia.kind).collect();
            assert_eq!(kinds, [wanted]);
        }
    }

    #[test]
    fn requests_and_renewals_ask_the_server_for_what_it_gave() {
        for settings in [relayed(Protocol::V6), direct(Protocol::V6)] {
            let mut speech = Dhcp6::new(&settings);
            let bytes = answer(&settings, MessageType::Advertise, everything);
            let heard = speech.hear(&bytes).unwrap();
            assert_eq!((heard.xid, heard.half), (WHO.xid, Half::First));
            let Says::Given(grant) = heard.says else {
                panic!("{heard:?}");
            };
            let mut packet = Packet::empty();
            for kind in [
                MessageType::Request,
                MessageType::Renew,
                MessageType::Release,
            ] {
                match kind {
                    MessageType::Request => speech.second(WHO, &grant, &mut packet),
                    MessageType::Release => speech.release(WHO, &grant, &mut packet),
                    _ => speech.renewal(WHO, &grant, &mut packet),
                }
                let message = parse(&packet);
                assert_eq!(message.msg_type, kind);
                assert_eq!(message.server_id().unwrap(), SERVER);
                let [na, pd] = message.options.ias().collect::<Vec<_>>()[..] else {
                    panic!("two associations");
                };
                assert_eq!(na.addresses().next().unwrap().address, address());
                let found = pd.prefixes().next().unwrap();
                assert_eq!((found.prefix, found.len), (prefix(), 56));
            }
        }
    }

    #[test]
    fn a_relay_at_another_port_says_so() {
        let mut settings = relayed(Protocol::V6);
        settings.own_port = 6547;
        let mut packet = Packet::empty();
        Dhcp6::new(&settings).first(WHO, &mut packet);
        assert_eq!(parse(&packet).relays[0].source_port(), Some(0));
    }

    #[test]
    fn the_longest_server_identifier_fits() {
        let settings = relayed(Protocol::V6);
        let mut speech = Dhcp6::new(&settings);
        let longest = vec![9; *DUID_LEN.end()];
        assert!(Duid::new(longest.clone()).is_ok());
        let server = speech.server(&longest).unwrap();
        let mut packet = Packet::empty();
        let grant = Grant {
            server,
            ..Grant::default()
        };
        speech.second(WHO, &grant, &mut packet);
        assert_eq!(parse(&packet).server_id().unwrap(), longest);
        assert_eq!(speech.server(&longest), Some(server), "known by now");
    }

    #[test]
    fn an_answer_without_what_was_asked_for_is_a_refusal() {
        let settings = relayed(Protocol::V6);
        let says = |fill: &dyn Fn(&mut Builder)| {
            let bytes = answer(&settings, MessageType::Reply, fill);
            Dhcp6::new(&settings).hear(&bytes).unwrap().says
        };
        let no_address = says(&|reply| {
            reply.ia_na(IAID, 0, 0, |ia| {
                ia.status(code::status::NO_ADDRS_AVAIL, "");
            });
        });
        assert_eq!(no_address, Says::Refused(Refusal::NoAddress));
        let no_prefix = says(&|reply| {
            reply.ia_na(IAID, 1, 2, |ia| {
                ia.ia_addr(address(), 10, 20);
            });
        });
        assert_eq!(no_prefix, Says::Refused(Refusal::NoPrefix));
        let status = says(&|reply| {
            reply.status(code::status::UNSPEC_FAIL, "");
        });
        assert_eq!(status, Says::Refused(Refusal::Status));
    }

    #[test]
    fn answers_that_come_around_the_relay_are_noise() {
        let bytes = answer(&direct(Protocol::V6), MessageType::Reply, everything);
        assert_eq!(Dhcp6::new(&relayed(Protocol::V6)).hear(&bytes), None);
        assert_eq!(Dhcp6::new(&relayed(Protocol::V6)).hear(b"noise"), None);
    }
}
