//! What the two servers of a host tell each other for DHCPv4-over-DHCPv6 (RFC 7341, manual
//! dhcp4-srv.rst:4255 and dhcp6-srv.rst:3754).
//!
//! The DHCPv6 server hears DHCPV4-QUERY messages and passes each to the DHCPv4 server, which hands its answer back to
//! be sent to the client. How these look between the two is written down nowhere; this is what Kea 2.2 sends and takes:
//!
//! - Passed on is the client's message with the relay headers around it and all its options. Added to the
//!   innermost message is a vendor option (17) of enterprise 2495 with 60000, the name of the interface it came in by,
//!   60001, the address of 16 bytes, and 60002, the port of two bytes, both of who sent the datagram: the client, or the relay next
//!   to the server. All three must be there. A client's own options of that name are not taken out: they stand
//!   before the server's in one vendor option with them. The DHCPv4 message is option 87, of which there must be one.
//! - The answer is a DHCPV4-RESPONSE inside of one RELAY-REPL for each RELAY-FORW, with the same vendor option and the
//!   DHCPv4 answer as option 87, and nothing else of the query. The DHCPv6 server takes the vendor option out, and
//!   finds by it where to send the rest.
//!
//! Kea's DHCPv4 server repeats the flags of the query (the place of the transaction identifier); they are zero here, as RFC
//! 7341 section 6.3 has them in a response, and Kea's DHCPv6 server passes on either. Where these datagrams
//! come from and go to is not decided here.

use std::net::Ipv6Addr;

use crate::dhcp6::{BuildError, Builder, Message, MessageType, code, relay_forward};
use crate::error::{ParseError, Parsing};

/// Internet Systems Consortium, whose vendor options these are.
const ENTERPRISE: u32 = 2495;
const INTERFACE: u16 = 60000;
const SOURCE_ADDRESS: u16 = 60001;
const SOURCE_PORT: u16 = 60002;

/// How a query reached the DHCPv6 server, and so which way its answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The interface it came in by.
    pub interface: &'a str,
    /// Who sent the datagram: the client, or the relay next to the server.
    pub source: Ipv6Addr,
    /// The port it was sent from.
    pub port: u16,
}

/// A DHCPv4 message on its way between the two servers.
#[derive(Clone, Debug)]
pub struct Passed<'a> {
    /// The DHCPv6 message around it.
    pub message: Message<'a>,
    /// Where the query came from.
    pub origin: Origin<'a>,
    /// The DHCPv4 message.
    pub dhcp4: &'a [u8],
}

/// Why a datagram is none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassedError {
    /// It is no DHCPv6 message.
    #[error(transparent)]
    Message(#[from] ParseError),
    /// It goes the other way, or is something else.
    #[error("message type {found}, expected {expected}")]
    Type {
        /// The type found.
        found: u8,
        /// The type that goes this way.
        expected: u8,
    },
    /// The vendor option lacks something, or the client put in something of its own.
    #[error("{count} sub-options {code} in vendor options of enterprise 2495, expected one")]
    Count {
        /// The sub-option.
        code: u16,
        /// How many there are.
        count: usize,
    },
    /// A sub-option of another length than its type has, or a name that is no text.
    #[error("sub-option {code} of enterprise 2495 has a value that it cannot have")]
    Value {
        /// The sub-option.
        code: u16,
    },
    /// There must be one.
    #[error("{count} DHCPv4 messages (option 87) in it, expected one")]
    Dhcp4 {
        /// How many there are.
        count: usize,
    },
}

impl<'a> Passed<'a> {
    /// Reads a datagram from the other server: `expected` is [`MessageType::Dhcpv4Query`] on the DHCPv4 side and
    /// [`MessageType::Dhcpv4Response`] on the DHCPv6 side.
    ///
    /// A sub-option given twice is refused: one of them is the client's, who could name another link by it, or somebody
    /// else as receiver of the answer.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(bytes: &'a [u8], expected: MessageType) -> Result<Self, PassedError> {
        let message = Message::parse(bytes, Parsing::Strict)?;
        if message.msg_type != expected {
            return Err(PassedError::Type {
                found: message.msg_type.to_u8(),
                expected: expected.to_u8(),
            });
        }
        let origin = Origin::of(&message)?;
        let mut all = message.options.all(code::DHCPV4_MSG);
        match (all.next(), all.count()) {
            (Some(dhcp4), 0) => Ok(Self {
                message,
                origin,
                dhcp4,
            }),
            (first, more) => Err(PassedError::Dhcp4 {
                count: usize::from(first.is_some()) + more,
            }),
        }
    }

    /// What the relay next to the client calls the client's link.
    #[must_use]
    pub fn interface_id(&self) -> Option<&'a [u8]> {
        self.message.first_relay()?.interface_id()
    }

    /// The DHCPv4 side's answer to it.
    ///
    /// # Errors
    /// When it is longer than an option can be.
    pub fn answer(&self, dhcp4: &[u8]) -> Result<Vec<u8>, BuildError> {
        let mut builder = Builder::reply(&self.message, MessageType::Dhcpv4Response);
        self.origin.add(&mut builder);
        builder.option(code::DHCPV4_MSG, dhcp4);
        builder.finish()
    }
}

/// The DHCPv6 side's query: a client's DHCPV4-QUERY, relayed or not, with its origin. What the client says in the name of
/// enterprise 2495 is left out.
///
/// # Errors
/// When it is longer than an option can be.
pub fn pass_on(query: &Message<'_>, origin: &Origin<'_>) -> Result<Vec<u8>, BuildError> {
    let mut builder = Builder::new(query.msg_type, query.xid);
    origin.add(&mut builder);
    for (code, data) in query.options {
        if code != code::VENDOR_OPTS || !data.starts_with(&ENTERPRISE.to_be_bytes()) {
            builder.option(code, data);
        }
    }
    let innermost = builder.finish()?;
    query
        .relays
        .iter()
        .rev()
        .try_fold(innermost, |inner, relay| {
            let options = relay.options.iter();
            let options: Vec<_> = options.filter(|(c, _)| *c != code::RELAY_MSG).collect();
            let (link, peer) = (relay.link_address, relay.peer_address);
            relay_forward(relay.hop_count, link, peer, &options, &inner)
        })
}

impl<'a> Origin<'a> {
    fn of(message: &Message<'a>) -> Result<Self, PassedError> {
        let value = |code| PassedError::Value { code };
        let interface = std::str::from_utf8(the_one(message, INTERFACE)?);
        let source: Result<[u8; 16], _> = the_one(message, SOURCE_ADDRESS)?.try_into();
        let port: Result<[u8; 2], _> = the_one(message, SOURCE_PORT)?.try_into();
        Ok(Self {
            interface: interface.map_err(|_| value(INTERFACE))?,
            source: source.map_err(|_| value(SOURCE_ADDRESS))?.into(),
            port: u16::from_be_bytes(port.map_err(|_| value(SOURCE_PORT))?),
        })
    }

    fn add(&self, builder: &mut Builder) {
        let vendor = builder.begin(code::VENDOR_OPTS);
        builder
            .raw(&ENTERPRISE.to_be_bytes())
            .option(INTERFACE, self.interface.as_bytes())
            .option(SOURCE_ADDRESS, &self.source.octets())
            .option(SOURCE_PORT, &self.port.to_be_bytes())
            .end(vendor);
    }
}

/// The only sub-option with a code.
fn the_one<'a>(message: &Message<'a>, code: u16) -> Result<&'a [u8], PassedError> {
    let blocks = message.options.vendor_opts();
    let blocks = blocks.filter(|(enterprise, _)| *enterprise == ENTERPRISE);
    let mut all = blocks.flat_map(|(_, options)| options.all(code));
    match (all.next(), all.count()) {
        (Some(data), 0) => Ok(data),
        (first, more) => Err(PassedError::Count {
            code,
            count: usize::from(first.is_some()) + more,
        }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    const ORIGIN: Origin<'_> = Origin {
        interface: "eth0",
        source: Ipv6Addr::new(0x2001, 0xdb8, 1, 1, 0, 0, 0, 2),
        port: 546,
    };

    /// As Kea's DHCPv6 server passed it on, but for the DHCPv4 message, which is cut to three bytes.
    const FROM_KEA: &[u8] = b"\x14\x80\x00\x01\x00\x11\x00\x26\x00\x00\x09\xbf\xea\x60\x00\x04eth0\
        \xea\x61\x00\x10\x20\x01\x0d\xb8\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00\x02\
        \xea\x62\x00\x02\x02\x22\x00\x57\x00\x03abc";

    fn query(more: &[(u16, &[u8])]) -> Vec<u8> {
        let mut builder = Builder::new(MessageType::Dhcpv4Query, [0x80, 0, 1]);
        builder.option(code::DHCPV4_MSG, b"abc");
        for (code, data) in more {
            builder.option(*code, data);
        }
        builder.finish().unwrap()
    }

    fn read(bytes: &[u8]) -> Result<Passed<'_>, PassedError> {
        Passed::parse(bytes, MessageType::Dhcpv4Query)
    }

    #[test]
    fn what_keas_dhcpv6_server_passes_on_is_understood_and_written_the_same() {
        let passed = read(FROM_KEA).unwrap();
        assert_eq!((passed.origin, passed.dhcp4), (ORIGIN, &b"abc"[..]));
        assert_eq!(passed.interface_id(), None);
        let client = query(&[]);
        let client = Message::parse(&client, Parsing::Strict).unwrap();
        assert_eq!(pass_on(&client, &ORIGIN).unwrap(), FROM_KEA);
    }

    #[test]
    fn an_answer_carries_the_origin_and_the_relays_and_nothing_else_of_the_query() {
        let client = query(&[(code::CLIENT_ID, b"\0\x03\0\x01abcdef")]);
        let link = "2001:db8:99::1".parse().unwrap();
        let near = relay_forward(0, link, link, &[(code::INTERFACE_ID, b"port7")], &client);
        let far = [(code::INTERFACE_ID, &b"trunk"[..])];
        let relayed = relay_forward(1, Ipv6Addr::UNSPECIFIED, link, &far, &near.unwrap()).unwrap();
        let message = Message::parse(&relayed, Parsing::Strict).unwrap();
        let passed = pass_on(&message, &ORIGIN).unwrap();
        let passed = read(&passed).unwrap();
        assert_eq!(passed.message.client_id(), message.client_id());
        assert_eq!(passed.interface_id(), Some(&b"port7"[..]));

        let answer = passed.answer(b"xyz").unwrap();
        let answer = Passed::parse(&answer, MessageType::Dhcpv4Response).unwrap();
        assert_eq!((answer.origin, answer.dhcp4), (ORIGIN, &b"xyz"[..]));
        assert_eq!(answer.message.xid, [0; 3]);
        let codes: Vec<_> = answer
            .message
            .options
            .iter()
            .map(|(code, _)| code)
            .collect();
        assert_eq!(codes, [code::VENDOR_OPTS, code::DHCPV4_MSG]);
        assert_eq!(answer.interface_id(), Some(&b"port7"[..]));
        assert_eq!(answer.message.relays[0].interface_id(), Some(&b"trunk"[..]));
    }

    #[test]
    fn what_a_client_says_in_the_servers_name_is_not_believed() {
        let forged = b"\x00\x00\x09\xbf\xea\x60\x00\x04evil";
        let client = query(&[
            (code::VENDOR_OPTS, forged),
            (code::VENDOR_OPTS, b"\0\0\0\x09"),
        ]);
        let message = Message::parse(&client, Parsing::Strict).unwrap();
        let passed = pass_on(&message, &ORIGIN).unwrap();
        assert_eq!(read(&passed).unwrap().origin, ORIGIN);
        // As Kea passes it on: the client's stands before the server's.
        let mut merged = FROM_KEA.to_vec();
        merged.splice(12..12, forged[4..].iter().copied());
        merged[7] += 8;
        let error = read(&merged).unwrap_err();
        assert_eq!(
            error,
            PassedError::Count {
                code: INTERFACE,
                count: 2
            }
        );
        let apart = [FROM_KEA, b"\0\x11\0\x0c", forged].concat();
        assert!(read(&apart).is_err());
    }

    #[test]
    fn a_datagram_that_lacks_something_is_refused_by_name() {
        let message = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
        let with = |options: &[u8], dhcp4: &[u8]| {
            let vendor = [b"\0\0\x09\xbf", options].concat();
            let mut builder = Builder::new(MessageType::Dhcpv4Query, [0; 3]);
            builder.option(code::VENDOR_OPTS, &vendor).raw(dhcp4);
            builder.finish().unwrap()
        };
        let whole = &FROM_KEA[12..46];
        let one = b"\0\x57\0\0";
        assert!(read(&with(whole, one)).is_ok());
        let no = |code: u16| {
            format!("0 sub-options {code} in vendor options of enterprise 2495, expected one")
        };
        assert_eq!(message(&with(&whole[8..], one)), no(60000));
        assert_eq!(message(&with(&whole[..8], one)), no(60001));
        assert_eq!(message(&with(&whole[..28], one)), no(60002));
        let odd = [&whole[..28], b"\xea\x62\0\x01\0"].concat();
        assert_eq!(
            message(&with(&odd, one)),
            "sub-option 60002 of enterprise 2495 has a value that it cannot have"
        );
        let two = "2 DHCPv4 messages (option 87) in it, expected one";
        assert_eq!(message(&with(whole, &[*one, *one].concat())), two);
        assert_eq!(message(&with(whole, &[])), two.replace('2', "0"));
        let error = Passed::parse(FROM_KEA, MessageType::Dhcpv4Response).unwrap_err();
        assert_eq!(error.to_string(), "message type 20, expected 21");
    }
}
