//! What is wrong with a packet, and how much of it a parser may overlook.

/// How a parser treats a packet that breaks its own rules.
///
/// Neither mode ever panics, and both refuse what has no usable header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Parsing {
    /// Refuse the packet: a truncated option, and a wrong length of an option the server itself
    /// reads, are errors.
    #[default]
    Strict,
    /// Keep what can be used. A truncated option ends the option area it stands in: it and what
    /// follows it there do not exist for any accessor. An option of a wrong length stays visible as
    /// raw bytes; its typed accessor behaves as if it were absent.
    Lenient,
}

/// Why a datagram is not a usable DHCP message. Offsets count bytes from the start of the datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The fixed header is incomplete.
    #[error("the packet ends after {len} bytes, its header at offset {offset} needs {need}")]
    Short {
        /// Where the header starts.
        offset: usize,
        /// Bytes there are.
        len: usize,
        /// Bytes the header needs.
        need: usize,
    },
    /// DHCPv4 `op` is neither BOOTREQUEST (1) nor BOOTREPLY (2).
    #[error("op is {op}, expected 1 (request) or 2 (reply)")]
    Operation {
        /// The value found.
        op: u8,
    },
    /// DHCPv4 `hlen` says more than the 16 bytes of `chaddr`.
    #[error("hardware address length (hlen) is {hlen}, more than the 16 bytes of chaddr")]
    HardwareLength {
        /// The value found.
        hlen: u8,
    },
    /// The vendor area does not start with 99.130.83.99.
    #[error("the magic cookie is {cookie:02x?}, expected [63, 82, 53, 63]")]
    Cookie {
        /// The bytes found.
        cookie: [u8; 4],
    },
    /// An option claims more bytes than its area has.
    #[error(
        "option {code} at offset {offset} is cut off: it claims {claimed} bytes, {left} are left"
    )]
    Truncated {
        /// Option code.
        code: u16,
        /// Where the option starts.
        offset: usize,
        /// Length its length field claims.
        claimed: usize,
        /// Bytes left in the area.
        left: usize,
    },
    /// An option the server reads itself has a length it cannot have.
    #[error("option {code} at offset {offset} has {len} bytes, expected {expected}")]
    Length {
        /// Option code.
        code: u16,
        /// Where the option starts.
        offset: usize,
        /// Its (joined) length.
        len: usize,
        /// What is expected, in words.
        expected: &'static str,
    },
    /// An option has a value that makes the rest of the packet ambiguous.
    #[error("option {code} at offset {offset}: {reason}")]
    Value {
        /// Option code.
        code: u16,
        /// Where the option starts.
        offset: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// More DHCPv6 relay headers than the hop limit allows (see [`crate::dhcp6::MAX_RELAYS`]).
    #[error("more than {limit} relay headers")]
    RelayDepth {
        /// The limit.
        limit: usize,
    },
    /// A DHCPv6 relay message without a Relay Message option (RFC 8415 section 9).
    #[error("the relay message at offset {offset} carries no relay-msg option")]
    NoRelayMessage {
        /// Where the relay header starts.
        offset: usize,
    },
    /// A RELAY-FORW inside a RELAY-REPL or the other way round.
    #[error(
        "the message at offset {offset} has type {found}, inside relay messages of type {expected}"
    )]
    MixedRelay {
        /// Where the header starts.
        offset: usize,
        /// Its message type.
        found: u8,
        /// The type of the outer ones.
        expected: u8,
    },
}
