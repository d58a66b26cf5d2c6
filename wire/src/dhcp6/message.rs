//! The view of a received DHCPv6 message.

use std::net::Ipv6Addr;

use smallvec::SmallVec;

use super::strict::check;
use super::{MAX_RELAYS, MessageType, Options, ParseError, Parsing, code};

/// Bytes of a relay header: type, hop count, link and peer address.
const RELAY_HEADER: usize = 34;
/// Bytes of a client or server header: type and transaction identifier.
const HEADER: usize = 4;

/// A DHCPv6 message in a datagram, with the relay headers around it.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    bytes: &'a [u8],
    /// The relays, outermost (nearest to the server) first.
    pub relays: SmallVec<[Relay<'a>; 2]>,
    /// The type of the innermost message.
    pub msg_type: MessageType,
    /// Its transaction identifier; for DHCPV4-QUERY and -RESPONSE the flags (RFC 7341 section 6).
    pub xid: [u8; 3],
    /// Its options.
    pub options: Options<'a>,
}

/// One relay header (RFC 8415 section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relay<'a> {
    /// Relays between this one and the client.
    pub hop_count: u8,
    /// An address of the client's link, if the relay is the first; else mostly zero.
    pub link_address: Ipv6Addr,
    /// Who the relay got the message from.
    pub peer_address: Ipv6Addr,
    /// The relay's options, the relayed message (9) among them.
    pub options: Options<'a>,
}

impl<'a> Message<'a> {
    /// Reads a datagram (the UDP payload).
    ///
    /// What the modes make of broken options (see [`Parsing`]), at every level:
    /// - an option longer than what it stands in: an error, or the end of that level;
    /// - a DUID (1, 2) not of 3 to 130 bytes, an IA or what it holds too short, a prefix longer than /128,
    ///   an odd ORO, a wrong length of 7, 8, 12, 13, 14, 17, 19, 20, 32, 82, 83, 135, a user or vendor
    ///   class longer than its option: an error, or no typed value (a class: what is left of it);
    /// - more than one relayed message in a relay header: an error, or the first.
    ///
    /// # Errors
    /// Always for an incomplete header, more than [`MAX_RELAYS`] relays, a relay header without a relayed
    /// message, and relay headers of both directions.
    pub fn parse(bytes: &'a [u8], parsing: Parsing) -> Result<Self, ParseError> {
        let mut relays = SmallVec::new();
        let mut outer = None;
        let (mut rest, mut base) = (bytes, 0);
        loop {
            let msg_type = MessageType::from_u8(rest.first().copied().unwrap_or_default());
            if !matches!(
                msg_type,
                MessageType::RelayForward | MessageType::RelayReply
            ) {
                break;
            }
            if let Some(outer) = outer.filter(|outer| *outer != msg_type) {
                let (found, expected) = (msg_type.to_u8(), MessageType::to_u8(outer));
                return Err(ParseError::MixedRelay {
                    offset: base,
                    found,
                    expected,
                });
            }
            if relays.len() == MAX_RELAYS {
                return Err(ParseError::RelayDepth { limit: MAX_RELAYS });
            }
            outer = Some(msg_type);
            let relay = Relay::parse(rest, base, parsing)?;
            let inner = relay.options.get(code::RELAY_MSG);
            let inner = inner.ok_or(ParseError::NoRelayMessage { offset: base })?;
            relays.push(relay);
            base += offset_in(rest, inner);
            rest = inner;
        }
        let Some((&[msg_type, x1, x2, x3], options)) = rest.split_first_chunk::<HEADER>() else {
            return Err(ParseError::Short {
                offset: base,
                len: bytes.len(),
                need: HEADER,
            });
        };
        let options = Options::parse_at(options, base + HEADER, parsing)?;
        if parsing == Parsing::Strict {
            check(options, base + HEADER)?;
        }
        let (msg_type, xid) = (MessageType::from_u8(msg_type), [x1, x2, x3]);
        Ok(Self {
            bytes,
            relays,
            msg_type,
            xid,
            options,
        })
    }

    /// The whole datagram.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The transaction identifier as a number.
    #[must_use]
    pub fn xid_number(&self) -> u32 {
        let [a, b, c] = self.xid;
        u32::from_be_bytes([0, a, b, c])
    }

    /// The client's DUID.
    #[must_use]
    pub fn client_id(&self) -> Option<&'a [u8]> {
        self.options.client_id()
    }

    /// The server's DUID.
    #[must_use]
    pub fn server_id(&self) -> Option<&'a [u8]> {
        self.options.server_id()
    }

    /// Whether the client asks for an option (ORO).
    #[must_use]
    pub fn requested(&self, code: u16) -> bool {
        self.options.requested(code)
    }

    /// The relay nearest to the client.
    #[must_use]
    pub fn first_relay(&self) -> Option<&Relay<'a>> {
        self.relays.last()
    }
}

impl<'a> Relay<'a> {
    fn parse(bytes: &'a [u8], base: usize, parsing: Parsing) -> Result<Self, ParseError> {
        let short = ParseError::Short {
            offset: base,
            len: base + bytes.len(),
            need: RELAY_HEADER,
        };
        let (header, options) = bytes.split_first_chunk::<RELAY_HEADER>().ok_or(short)?;
        let address = |at: usize| {
            let octets = header.get(at..).and_then(|rest| rest.first_chunk::<16>());
            octets.map_or(Ipv6Addr::UNSPECIFIED, |octets| Ipv6Addr::from(*octets))
        };
        let options = Options::parse_at(options, base + RELAY_HEADER, parsing)?;
        if parsing == Parsing::Strict {
            check(options, base + RELAY_HEADER)?;
        }
        let (link_address, peer_address) = (address(2), address(18));
        Ok(Self {
            hop_count: header[1],
            link_address,
            peer_address,
            options,
        })
    }

    /// The relay's name for the interface it heard the client on.
    #[must_use]
    pub fn interface_id(&self) -> Option<&'a [u8]> {
        self.options.get(code::INTERFACE_ID)
    }

    /// The port the relay wants its answer on (RFC 8357): 0 means the source port.
    #[must_use]
    pub fn source_port(&self) -> Option<u16> {
        self.options
            .fixed(code::RELAY_SOURCE_PORT)
            .map(u16::from_be_bytes)
    }
}

/// Where `inner`, a part of `outer`, starts in it.
fn offset_in(outer: &[u8], inner: &[u8]) -> usize {
    inner.as_ptr().addr().saturating_sub(outer.as_ptr().addr())
}
