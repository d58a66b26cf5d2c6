//! Writing DHCPv6 messages.

use std::net::Ipv6Addr;

use smallvec::SmallVec;

use super::options::OPTION_HEADER;
use super::{IaKind, Message, MessageType, Relay, code};

/// A DHCPv6 message being written, front to back; lengths are filled in when a level ends.
///
/// A mistake (an option above 65535 bytes, levels that do not match) is remembered and comes out of
/// [`Self::finish`].
#[derive(Debug)]
pub struct Builder {
    out: Vec<u8>,
    /// Where the lengths of the relay-msg options stand.
    relay_lengths: SmallVec<[usize; 2]>,
    /// Code and start of each option of the innermost message.
    top: SmallVec<[(u16, usize); 16]>,
    /// Starts of the options that are open.
    open: SmallVec<[usize; 4]>,
    error: Option<BuildError>,
}

/// An open option: give it to [`Builder::end`].
#[derive(Debug)]
#[must_use = "an option that is begun must be ended"]
pub struct Mark(usize);

/// Why a message could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// More than an option's length field can say.
    #[error("option {code} has {len} bytes, at most 65535 are possible")]
    TooLong {
        /// Option code.
        code: u16,
        /// Bytes it has.
        len: usize,
    },
    /// Options were not ended, or not in the order opposite to their beginning.
    #[error("options were not ended in the order opposite to their beginning")]
    Nesting,
}

impl Builder {
    /// The answer to `query`: its transaction identifier (zero for DHCPV4-RESPONSE, where this place holds
    /// flags), inside of one RELAY-REPL for each RELAY-FORW with the same hop count, link and peer
    /// address. Each relay gets its interface-id and relay-source-port back (RFC 8415 section 19.3, RFC
    /// 8357 section 5.2).
    #[must_use]
    pub fn reply(query: &Message<'_>, message_type: MessageType) -> Self {
        Self::reply_in(Vec::with_capacity(512), query, message_type)
    }

    /// As [`Self::reply`], in the buffer of an earlier message; what it holds is dropped.
    #[must_use]
    pub fn reply_in(mut buffer: Vec<u8>, query: &Message<'_>, message_type: MessageType) -> Self {
        buffer.clear();
        let mut builder = Self::over(buffer);
        for relay in &query.relays {
            builder.relay_reply(relay);
        }
        let xid = if message_type == MessageType::Dhcpv4Response {
            [0; 3]
        } else {
            query.xid
        };
        builder.header(message_type, xid);
        builder
    }

    /// A message of its own: for tests and tools.
    #[must_use]
    pub fn new(message_type: MessageType, xid: [u8; 3]) -> Self {
        let mut builder = Self::over(Vec::with_capacity(512));
        builder.header(message_type, xid);
        builder
    }

    /// Adds an option.
    pub fn option(&mut self, code: u16, data: &[u8]) -> &mut Self {
        let mark = self.begin(code);
        self.raw(data).end(mark)
    }

    /// Begins an option: what is added until [`Self::end`] is inside of it.
    pub fn begin(&mut self, code: u16) -> Mark {
        let start = self.out.len();
        if self.open.is_empty() {
            self.top.push((code, start));
        }
        self.open.push(start);
        self.out.extend_from_slice(&code.to_be_bytes());
        self.out.extend_from_slice(&[0; 2]);
        Mark(start)
    }

    /// Adds bytes to the option that is open.
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.out.extend_from_slice(bytes);
        self
    }

    /// Ends an option and fills in its length.
    pub fn end(&mut self, mark: Mark) -> &mut Self {
        if self.open.pop() == Some(mark.0) {
            self.fill_length(mark.0);
        } else {
            self.error.get_or_insert(BuildError::Nesting);
        }
        self
    }

    /// Adds an IA_NA; `inside` adds what it holds.
    pub fn ia_na(
        &mut self,
        iaid: u32,
        t1: u32,
        t2: u32,
        inside: impl FnOnce(&mut Self),
    ) -> &mut Self {
        self.ia(IaKind::Na, iaid, t1, t2, inside)
    }

    /// Adds an IA_PD; `inside` adds what it holds.
    pub fn ia_pd(
        &mut self,
        iaid: u32,
        t1: u32,
        t2: u32,
        inside: impl FnOnce(&mut Self),
    ) -> &mut Self {
        self.ia(IaKind::Pd, iaid, t1, t2, inside)
    }

    /// Adds an identity association; IA_TA has no times.
    pub fn ia(
        &mut self,
        kind: IaKind,
        iaid: u32,
        t1: u32,
        t2: u32,
        inside: impl FnOnce(&mut Self),
    ) -> &mut Self {
        let mark = self.begin(kind.code());
        self.raw(&iaid.to_be_bytes());
        if kind != IaKind::Ta {
            self.raw(&t1.to_be_bytes()).raw(&t2.to_be_bytes());
        }
        inside(self);
        self.end(mark)
    }

    /// Adds an address to an identity association. Lifetimes in seconds.
    pub fn ia_addr(&mut self, address: Ipv6Addr, preferred: u32, valid: u32) -> &mut Self {
        self.ia_addr_with(address, preferred, valid, |_| {})
    }

    /// As [`Self::ia_addr`]; `inside` adds options.
    pub fn ia_addr_with(
        &mut self,
        address: Ipv6Addr,
        preferred: u32,
        valid: u32,
        inside: impl FnOnce(&mut Self),
    ) -> &mut Self {
        let mark = self.begin(code::IAADDR);
        self.raw(&address.octets())
            .raw(&preferred.to_be_bytes())
            .raw(&valid.to_be_bytes());
        inside(self);
        self.end(mark)
    }

    /// Adds a prefix to an identity association. Lifetimes in seconds.
    pub fn ia_prefix(
        &mut self,
        prefix: Ipv6Addr,
        len: u8,
        preferred: u32,
        valid: u32,
    ) -> &mut Self {
        self.ia_prefix_with(prefix, len, preferred, valid, |_| {})
    }

    /// As [`Self::ia_prefix`]; `inside` adds options.
    pub fn ia_prefix_with(
        &mut self,
        prefix: Ipv6Addr,
        len: u8,
        preferred: u32,
        valid: u32,
        inside: impl FnOnce(&mut Self),
    ) -> &mut Self {
        let mark = self.begin(code::IAPREFIX);
        self.raw(&preferred.to_be_bytes()).raw(&valid.to_be_bytes());
        self.raw(&[len]).raw(&prefix.octets());
        inside(self);
        self.end(mark)
    }

    /// Adds a status code (see [`code::status`]) with a message for people.
    pub fn status(&mut self, status: u16, text: &str) -> &mut Self {
        let mark = self.begin(code::STATUS_CODE);
        self.raw(&status.to_be_bytes())
            .raw(text.as_bytes())
            .end(mark)
    }

    /// Whether the message (not an option of it) has this option.
    #[must_use]
    pub fn has(&self, code: u16) -> bool {
        self.top.iter().any(|(c, _)| *c == code)
    }

    /// The data of the message's first option with this code that is ended.
    #[must_use]
    pub fn get(&self, code: u16) -> Option<&[u8]> {
        let (_, start) = self.top.iter().find(|(c, _)| *c == code)?;
        self.out.get(start + OPTION_HEADER..self.end_of(*start))
    }

    /// Takes all of the message's options with this code out again; whether there were any. Does nothing
    /// while an option is open.
    pub fn remove(&mut self, code: u16) -> bool {
        let before = self.top.len();
        while self.open.is_empty()
            && let Some(index) = self.top.iter().position(|(c, _)| *c == code)
        {
            let (_, start) = self.top.remove(index);
            let end = self.end_of(start);
            self.out.drain(start..end);
            for (_, later) in self.top.iter_mut().filter(|(_, s)| *s > start) {
                *later -= end - start;
            }
        }
        self.top.len() < before
    }

    /// Bytes written so far, relay headers included.
    #[must_use]
    pub fn size(&self) -> usize {
        self.out.len()
    }

    /// The message, lengths of the relay headers filled in.
    ///
    /// # Errors
    /// The first mistake made while it was written.
    pub fn finish(mut self) -> Result<Vec<u8>, BuildError> {
        if !self.open.is_empty() {
            self.error.get_or_insert(BuildError::Nesting);
        }
        while let Some(start) = self.relay_lengths.pop() {
            self.fill_length(start);
        }
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.out),
        }
    }

    fn over(out: Vec<u8>) -> Self {
        let (relay_lengths, top, open) = (SmallVec::new(), SmallVec::new(), SmallVec::new());
        Self {
            out,
            relay_lengths,
            top,
            open,
            error: None,
        }
    }

    fn header(&mut self, message_type: MessageType, [a, b, c]: [u8; 3]) {
        self.out.extend_from_slice(&[message_type.to_u8(), a, b, c]);
    }

    fn relay_reply(&mut self, relay: &Relay<'_>) {
        self.out
            .extend_from_slice(&[MessageType::RelayReply.to_u8(), relay.hop_count]);
        self.raw(&relay.link_address.octets())
            .raw(&relay.peer_address.octets());
        for echoed in [code::INTERFACE_ID, code::RELAY_SOURCE_PORT] {
            if let Some(data) = relay.options.get(echoed) {
                self.option(echoed, data);
            }
        }
        self.top.clear();
        self.relay_lengths.push(self.out.len());
        self.out.extend_from_slice(&code::RELAY_MSG.to_be_bytes());
        self.out.extend_from_slice(&[0; 2]);
    }

    /// Sets the length of the option at `start` so that it reaches to the end.
    fn fill_length(&mut self, start: usize) {
        let len = self.out.len().saturating_sub(start + OPTION_HEADER);
        let field = self
            .out
            .get_mut(start..)
            .and_then(|o| o.first_chunk_mut::<OPTION_HEADER>());
        match (u16::try_from(len), field) {
            (Ok(len), Some(field)) => [field[2], field[3]] = len.to_be_bytes(),
            (_, field) => {
                let code = field.map_or(0, |f| u16::from_be_bytes([f[0], f[1]]));
                self.error.get_or_insert(BuildError::TooLong { code, len });
            }
        }
    }

    fn end_of(&self, start: usize) -> usize {
        let header = self
            .out
            .get(start..)
            .and_then(|o| o.first_chunk::<OPTION_HEADER>());
        let len = header.map_or(0, |h| usize::from(u16::from_be_bytes([h[2], h[3]])));
        (start + OPTION_HEADER + len).min(self.out.len())
    }
}

/// A RELAY-FORW around a message: for tests and tools. `options` come before the relayed message.
///
/// # Errors
/// When an option or the message is longer than 65535 bytes.
pub fn relay_forward(
    hop_count: u8,
    link_address: Ipv6Addr,
    peer_address: Ipv6Addr,
    options: &[(u16, &[u8])],
    message: &[u8],
) -> Result<Vec<u8>, BuildError> {
    let mut builder = Builder::over(vec![MessageType::RelayForward.to_u8(), hop_count]);
    builder
        .raw(&link_address.octets())
        .raw(&peer_address.octets());
    for (code, data) in options {
        builder.option(*code, data);
    }
    builder.option(code::RELAY_MSG, message);
    builder.finish()
}
