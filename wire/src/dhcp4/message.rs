//! The view of a received DHCPv4 message.

use std::borrow::Cow;
use std::fmt;
use std::net::Ipv4Addr;

use super::scan::{FILE, Fragment, Fragments, SNAME, scan};
use super::{
    BOOTREPLY, BOOTREQUEST, FLAG_BROADCAST, HEADER_LEN, MAGIC_COOKIE, MessageType, ParseError,
    Parsing, SubOptions, code,
};

/// A DHCPv4 or BOOTP message in a datagram: header fields by name, options by code.
///
/// Parsing makes one pass and copies nothing. All numbers are given in host order.
#[derive(Clone)]
pub struct Message<'a> {
    bytes: &'a [u8],
    header: &'a [u8; HEADER_LEN],
    fragments: Fragments,
    has_cookie: bool,
}

impl<'a> Message<'a> {
    /// Indexes a datagram (the UDP payload).
    ///
    /// A message may end without END, and directly behind the header: then, or with nothing but zeros
    /// there (RFC 951), it is BOOTP without options and [`Self::has_cookie`] is false.
    ///
    /// What the modes make of broken options (see [`Parsing`]):
    /// - an option longer than its area: an error, or the end of that area;
    /// - a wrong (joined) length of 50, 51, 53, 54, 57, 58, 59, 61 (2 to 255), 80, 81 (at least 3), 91,
    ///   108, 116, 118, 124 and 125 (at least 4): an error, or raw bytes without a typed value;
    /// - an option 82 with a sub-option longer than the rest: an error, or sub-options up to there;
    /// - option 52 twice, of another length than 1, with a value but 1, 2, 3, or in `file` or `sname`:
    ///   an error, or no overload.
    ///
    /// # Errors
    /// Always for an incomplete header, an `op` that is neither 1 nor 2, `hlen` above 16, and a vendor
    /// area that starts with neither the magic cookie nor zeros.
    pub fn parse(bytes: &'a [u8], parsing: Parsing) -> Result<Self, ParseError> {
        let Some(header) = bytes.first_chunk::<HEADER_LEN>() else {
            return Err(ParseError::Short {
                offset: 0,
                len: bytes.len(),
                need: HEADER_LEN,
            });
        };
        let [op, _, hlen, ..] = *header;
        if !matches!(op, BOOTREQUEST | BOOTREPLY) {
            return Err(ParseError::Operation { op });
        }
        if hlen > 16 {
            return Err(ParseError::HardwareLength { hlen });
        }
        let vendor = bytes.get(HEADER_LEN..).unwrap_or_default();
        let has_cookie = match vendor.first_chunk::<4>() {
            Some(&MAGIC_COOKIE) => true,
            Some(&cookie) if cookie != [0; 4] => return Err(ParseError::Cookie { cookie }),
            Some(_) | None => false,
        };
        let fragments = if has_cookie {
            scan(bytes, HEADER_LEN, parsing)?
        } else {
            Fragments::new()
        };
        let message = Self {
            bytes,
            header,
            fragments,
            has_cookie,
        };
        if parsing == Parsing::Strict {
            message.check_agent_options()?;
        }
        Ok(message)
    }

    /// The whole datagram.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// 1 (BOOTREQUEST) or 2 (BOOTREPLY).
    #[must_use]
    pub fn op(&self) -> u8 {
        self.header[0]
    }

    /// Hardware type.
    #[must_use]
    pub fn htype(&self) -> u8 {
        self.header[1]
    }

    /// Length of the hardware address, at most 16.
    #[must_use]
    pub fn hlen(&self) -> u8 {
        self.header[2]
    }

    /// Relays passed.
    #[must_use]
    pub fn hops(&self) -> u8 {
        self.header[3]
    }

    /// Transaction identifier.
    #[must_use]
    pub fn xid(&self) -> u32 {
        self.u32_at(4)
    }

    /// Seconds since the client began.
    #[must_use]
    pub fn secs(&self) -> u16 {
        u16::from_be_bytes([self.header[8], self.header[9]])
    }

    /// The flags; [`FLAG_BROADCAST`] is the only one defined.
    #[must_use]
    pub fn flags(&self) -> u16 {
        u16::from_be_bytes([self.header[10], self.header[11]])
    }

    /// Whether the client wants its answer broadcast.
    #[must_use]
    pub fn is_broadcast(&self) -> bool {
        self.flags() & FLAG_BROADCAST != 0
    }

    /// The address the client has.
    #[must_use]
    pub fn ciaddr(&self) -> Ipv4Addr {
        Ipv4Addr::from(self.u32_at(12))
    }

    /// The address the client is given.
    #[must_use]
    pub fn yiaddr(&self) -> Ipv4Addr {
        Ipv4Addr::from(self.u32_at(16))
    }

    /// The next server.
    #[must_use]
    pub fn siaddr(&self) -> Ipv4Addr {
        Ipv4Addr::from(self.u32_at(20))
    }

    /// The first relay.
    #[must_use]
    pub fn giaddr(&self) -> Ipv4Addr {
        Ipv4Addr::from(self.u32_at(24))
    }

    /// The hardware address: the first `hlen` bytes of the field.
    #[must_use]
    pub fn chaddr(&self) -> &'a [u8] {
        self.header
            .get(28..28 + usize::from(self.hlen()))
            .unwrap_or_default()
    }

    /// All 16 bytes of the hardware address field.
    #[must_use]
    pub fn chaddr_field(&self) -> &'a [u8] {
        &self.header[28..44]
    }

    /// The 64 bytes of the server name field, whatever they hold (see [`Self::overloads_sname`]).
    #[must_use]
    pub fn sname(&self) -> &'a [u8] {
        &self.header[SNAME]
    }

    /// The 128 bytes of the file field, whatever they hold (see [`Self::overloads_file`]).
    #[must_use]
    pub fn file(&self) -> &'a [u8] {
        &self.header[FILE]
    }

    /// Whether `file` holds options.
    #[must_use]
    pub fn overloads_file(&self) -> bool {
        matches!(self.u8_option(code::OVERLOAD), Some(1 | 3))
    }

    /// Whether `sname` holds options.
    #[must_use]
    pub fn overloads_sname(&self) -> bool {
        matches!(self.u8_option(code::OVERLOAD), Some(2 | 3))
    }

    /// Whether there is an option area at all; if not, this is plain BOOTP.
    #[must_use]
    pub fn has_cookie(&self) -> bool {
        self.has_cookie
    }

    /// Whether this is BOOTP: no message type is given (RFC 1534).
    #[must_use]
    pub fn is_bootp(&self) -> bool {
        !self.has_option(code::MESSAGE_TYPE)
    }

    /// The message type. None for BOOTP, and for an option 53 of a wrong length.
    #[must_use]
    pub fn message_type(&self) -> Option<MessageType> {
        self.u8_option(code::MESSAGE_TYPE).map(MessageType::from_u8)
    }

    /// The data of an option. Parts with the same code are joined in the order options, file, sname,
    /// wherever they stand (RFC 3396); only that copies.
    #[must_use]
    pub fn option(&self, code: u8) -> Option<Cow<'a, [u8]>> {
        let mut parts = self.parts(code);
        let first = parts.next()?;
        let Some(second) = parts.next() else {
            return Some(Cow::Borrowed(first));
        };
        let mut joined = [first, second].concat();
        parts.for_each(|part| joined.extend_from_slice(part));
        Some(Cow::Owned(joined))
    }

    /// Whether an option is there, of any length.
    #[must_use]
    pub fn has_option(&self, code: u8) -> bool {
        self.fragments.iter().any(|f| f.code == code)
    }

    /// Every option, and every part of a split one, as it stands in the packet: the option area first,
    /// then `file`, then `sname`.
    pub fn options(&self) -> impl Iterator<Item = (u8, &'a [u8])> + '_ {
        self.fragments.iter().map(|f| (f.code, self.data(f)))
    }

    /// An option of exactly one byte.
    #[must_use]
    pub fn u8_option(&self, code: u8) -> Option<u8> {
        self.fixed::<1>(code).map(|[byte]| byte)
    }

    /// An option of exactly two bytes.
    #[must_use]
    pub fn u16_option(&self, code: u8) -> Option<u16> {
        self.fixed(code).map(u16::from_be_bytes)
    }

    /// An option of exactly four bytes.
    #[must_use]
    pub fn u32_option(&self, code: u8) -> Option<u32> {
        self.fixed(code).map(u32::from_be_bytes)
    }

    /// An option of exactly one address.
    #[must_use]
    pub fn addr_option(&self, code: u8) -> Option<Ipv4Addr> {
        self.fixed::<4>(code).map(Ipv4Addr::from)
    }

    /// A sub-option of the relay agent information (option 82, RFC 3046); parts with the same code are
    /// joined. Nothing behind a sub-option that is longer than the rest is seen.
    #[must_use]
    pub fn relay_suboption(&self, sub: u8) -> Option<Cow<'a, [u8]>> {
        match self.option(code::AGENT_OPTIONS)? {
            Cow::Borrowed(data) => {
                let mut parts = SubOptions::new(data).filter(|(c, _)| *c == sub);
                let (_, first) = parts.next()?;
                let Some((_, second)) = parts.next() else {
                    return Some(Cow::Borrowed(first));
                };
                let mut joined = [first, second].concat();
                parts.for_each(|(_, part)| joined.extend_from_slice(part));
                Some(Cow::Owned(joined))
            }
            Cow::Owned(data) => {
                let mut parts = SubOptions::new(&data).filter(|(c, _)| *c == sub).peekable();
                parts.peek()?;
                Some(Cow::Owned(
                    parts.flat_map(|(_, part)| part.iter().copied()).collect(),
                ))
            }
        }
    }

    /// What the client asks for (option 55), in its order.
    #[must_use]
    pub fn requested_options(&self) -> Cow<'a, [u8]> {
        self.option(code::PARAMETER_REQUEST_LIST)
            .unwrap_or_default()
    }

    fn check_agent_options(&self) -> Result<(), ParseError> {
        let Some(data) = self.option(code::AGENT_OPTIONS) else {
            return Ok(());
        };
        let mut subs = SubOptions::new(&data);
        subs.by_ref().for_each(drop);
        if subs.rest().is_empty() {
            return Ok(());
        }
        let first = self
            .fragments
            .iter()
            .find(|f| f.code == code::AGENT_OPTIONS);
        let offset = first.map_or(0, |f| f.offset as usize);
        let reason = "a sub-option is cut off";
        Err(ParseError::Value {
            code: u16::from(code::AGENT_OPTIONS),
            offset,
            reason,
        })
    }

    fn parts(&self, code: u8) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.fragments
            .iter()
            .filter(move |f| f.code == code)
            .map(|f| self.data(f))
    }

    fn data(&self, fragment: &Fragment) -> &'a [u8] {
        let start = fragment.offset as usize + 2;
        self.bytes
            .get(start..start + usize::from(fragment.len))
            .unwrap_or_default()
    }

    fn fixed<const N: usize>(&self, code: u8) -> Option<[u8; N]> {
        let mut parts = self.parts(code);
        let (first, second) = (parts.next()?, parts.next());
        match second {
            None => first.try_into().ok(),
            Some(_) => self.option(code)?.as_ref().try_into().ok(),
        }
    }

    fn u32_at(&self, offset: usize) -> u32 {
        let bytes = self
            .header
            .get(offset..)
            .and_then(|rest| rest.first_chunk());
        bytes.map_or(0, |bytes| u32::from_be_bytes(*bytes))
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("op", &self.op())
            .field("message_type", &self.message_type())
            .field("xid", &self.xid())
            .field("chaddr", &self.chaddr())
            .field("giaddr", &self.giaddr())
            .field("options", &self.fragments.len())
            .finish_non_exhaustive()
    }
}
