//! Writing DHCPv4 messages.

use std::borrow::Cow;
use std::net::Ipv4Addr;

use smallvec::SmallVec;

use super::scan::{FILE, SNAME};
use super::{
    BOOTREPLY, BOOTREQUEST, HEADER_LEN, MAGIC_COOKIE, MIN_MAX_SIZE, MIN_SIZE, Message, MessageType,
    code, write_option,
};

/// Options that found no room, in the order they were added.
pub type LeftOut = SmallVec<[u8; 4]>;

/// A DHCPv4 message being written. Setters may come in any order.
///
/// Options are sent in the order they are added, the message type before and the relay agent
/// information (82) behind all others (RFC 3046 section 2.1).
#[derive(Clone, Debug)]
pub struct Builder {
    header: [u8; HEADER_LEN],
    message_type: Option<MessageType>,
    entries: SmallVec<[Entry; 24]>,
    data: SmallVec<[u8; 512]>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    code: u8,
    start: usize,
    len: usize,
}

/// Where an option goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Options,
    File,
    Sname,
    Nowhere,
}

/// Places by code: parts of one option stay in one place, so that they join in order.
type Plan = SmallVec<[(u8, Place); 24]>;

/// Bytes of option 53, and of option 52.
const ONE_BYTE_OPTION: usize = 3;

impl Builder {
    /// A BOOTREPLY that answers `query`: hardware type, length and address, hops, xid, flags and giaddr
    /// are the query's; everything else is zero (RFC 2131 table 3, but for hops, which is zero there; the
    /// original leaves it as it came).
    #[must_use]
    pub fn reply(query: &Message<'_>, message_type: MessageType) -> Self {
        let mut builder = Self::bootp_reply(query);
        builder.message_type = Some(message_type);
        builder
    }

    /// As [`Self::reply`], without a message type: the answer to BOOTP (RFC 1534).
    #[must_use]
    pub fn bootp_reply(query: &Message<'_>) -> Self {
        let mut builder = Self::empty(BOOTREPLY, query.htype(), query.hlen());
        builder.put(3, &[query.hops()]);
        builder.put(4, &query.xid().to_be_bytes());
        builder.put(10, &query.flags().to_be_bytes());
        builder.put(24, &query.giaddr().octets());
        builder.put(28, query.chaddr_field());
        builder
    }

    /// A BOOTREQUEST of an Ethernet client: for tests and tools. At most 16 bytes of `chaddr` count.
    #[must_use]
    pub fn request(message_type: MessageType, xid: u32, chaddr: &[u8]) -> Self {
        let mut builder = Self::bootp_request(xid, chaddr);
        builder.message_type = Some(message_type);
        builder
    }

    /// As [`Self::request`], without a message type.
    #[must_use]
    pub fn bootp_request(xid: u32, chaddr: &[u8]) -> Self {
        let chaddr = chaddr.get(..16).unwrap_or(chaddr);
        let mut builder = Self::empty(BOOTREQUEST, 1, chaddr.len() as u8);
        builder.put(4, &xid.to_be_bytes());
        builder.put(28, chaddr);
        builder
    }

    /// Changes the message type: an answer may turn into a NAK late.
    pub fn message_type(&mut self, message_type: MessageType) -> &mut Self {
        self.message_type = Some(message_type);
        self
    }

    /// Relays passed; clients and relays set it.
    pub fn hops(&mut self, hops: u8) -> &mut Self {
        self.put(3, &[hops])
    }

    /// Hardware type; 1 is Ethernet.
    pub fn htype(&mut self, htype: u8) -> &mut Self {
        self.put(1, &[htype])
    }

    /// Seconds since the client began.
    pub fn secs(&mut self, secs: u16) -> &mut Self {
        self.put(8, &secs.to_be_bytes())
    }

    /// The flags, see [`super::FLAG_BROADCAST`].
    pub fn flags(&mut self, flags: u16) -> &mut Self {
        self.put(10, &flags.to_be_bytes())
    }

    /// The address the client has.
    pub fn ciaddr(&mut self, address: Ipv4Addr) -> &mut Self {
        self.put(12, &address.octets())
    }

    /// The address the client is given.
    pub fn yiaddr(&mut self, address: Ipv4Addr) -> &mut Self {
        self.put(16, &address.octets())
    }

    /// The next server.
    pub fn siaddr(&mut self, address: Ipv4Addr) -> &mut Self {
        self.put(20, &address.octets())
    }

    /// The first relay.
    pub fn giaddr(&mut self, address: Ipv4Addr) -> &mut Self {
        self.put(24, &address.octets())
    }

    /// The server name, at most 64 bytes.
    pub fn sname(&mut self, sname: &[u8]) -> &mut Self {
        self.header[SNAME].fill(0);
        self.put(SNAME.start, sname.get(..SNAME.len()).unwrap_or(sname))
    }

    /// The boot file, at most 128 bytes.
    pub fn file(&mut self, file: &[u8]) -> &mut Self {
        self.header[FILE].fill(0);
        self.put(FILE.start, file.get(..FILE.len()).unwrap_or(file))
    }

    /// Adds an option. More than 255 bytes become several options with this code (RFC 3396).
    ///
    /// A code added before gets another instance. Codes 0 and 255 are no options and are not added.
    pub fn option(&mut self, code: u8, data: &[u8]) -> &mut Self {
        match (code, data.first()) {
            (code::PAD | code::END, _) => {}
            (code::MESSAGE_TYPE, value) => {
                self.message_type = value.map(|v| MessageType::from_u8(*v));
            }
            _ => {
                let (start, len) = (self.data.len(), data.len());
                self.data.extend_from_slice(data);
                self.entries.push(Entry { code, start, len });
            }
        }
        self
    }

    /// Whether an option was added.
    #[must_use]
    pub fn has(&self, code: u8) -> bool {
        match code {
            code::MESSAGE_TYPE => self.message_type.is_some(),
            _ => self.entries.iter().any(|e| e.code == code),
        }
    }

    /// The data of an option that was added, all instances joined.
    #[must_use]
    pub fn get(&self, code: u8) -> Option<Cow<'_, [u8]>> {
        if code == code::MESSAGE_TYPE {
            return self.message_type.map(|t| Cow::Owned(vec![t.to_u8()]));
        }
        let mut parts = self
            .entries
            .iter()
            .filter(|e| e.code == code)
            .map(|e| self.data_of(e));
        let first = parts.next()?;
        let rest: Vec<u8> = parts.flatten().copied().collect();
        Some(if rest.is_empty() {
            Cow::Borrowed(first)
        } else {
            Cow::Owned([first, &rest].concat())
        })
    }

    /// Takes all instances of an option out again; whether there were any.
    pub fn remove(&mut self, code: u8) -> bool {
        let before = self.entries.len();
        self.entries.retain(|e| e.code != code);
        let typed = code == code::MESSAGE_TYPE && self.message_type.take().is_some();
        typed || self.entries.len() < before
    }

    /// The message in a buffer of its own; see [`Self::finish_into`].
    #[must_use]
    pub fn finish(&self, max_size: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(MIN_MAX_SIZE);
        self.finish_into(max_size, &mut out);
        out
    }

    /// Writes the message over what `out` holds: cookie, options and END, filled with zeros to
    /// [`MIN_SIZE`].
    ///
    /// `max_size` is the most bytes of the message (UDP payload: option 57 less 28); less than
    /// [`MIN_MAX_SIZE`] counts as that. Options that do not fit go, whole, into `file` and then `sname`
    /// where these are unused (overload, option 52), but never option 82 (RFC 3046 section 2.1). What
    /// fits nowhere is left out and returned: room is given to option 82 first, then to the others in
    /// the order they were added, so add the indispensable first.
    pub fn finish_into(&self, max_size: usize, out: &mut Vec<u8>) -> LeftOut {
        let plan = self.plan(max_size.max(MIN_MAX_SIZE));
        let (file, sname) = (
            plan.iter().any(|p| p.1 == Place::File),
            plan.iter().any(|p| p.1 == Place::Sname),
        );
        out.clear();
        out.extend_from_slice(&self.header);
        if file {
            self.fill_field(FILE, Place::File, &plan, out);
        }
        if sname {
            self.fill_field(SNAME, Place::Sname, &plan, out);
        }
        out.extend_from_slice(&MAGIC_COOKIE);
        if let Some(message_type) = self.message_type {
            out.extend_from_slice(&[code::MESSAGE_TYPE, 1, message_type.to_u8()]);
        }
        if file || sname {
            out.extend_from_slice(&[code::OVERLOAD, 1, u8::from(file) | u8::from(sname) << 1]);
        }
        self.write_place(Place::Options, &plan, out);
        out.push(code::END);
        out.resize(out.len().max(MIN_SIZE), 0);
        let left = plan.iter().filter(|(_, place)| *place == Place::Nowhere);
        left.map(|(code, _)| *code).collect()
    }

    fn empty(op: u8, htype: u8, hlen: u8) -> Self {
        let mut header = [0; HEADER_LEN];
        [header[0], header[1], header[2]] = [op, htype, hlen];
        Self {
            header,
            message_type: None,
            entries: SmallVec::new(),
            data: SmallVec::new(),
        }
    }

    fn put(&mut self, offset: usize, bytes: &[u8]) -> &mut Self {
        let field = self.header.get_mut(offset..).unwrap_or_default();
        for (to, from) in field.iter_mut().zip(bytes) {
            *to = *from;
        }
        self
    }

    fn data_of(&self, entry: &Entry) -> &[u8] {
        self.data
            .get(entry.start..entry.start + entry.len)
            .unwrap_or_default()
    }

    /// Bytes all instances of a code take.
    fn wire_len(&self, code: u8) -> usize {
        let entries = self.entries.iter().filter(|e| e.code == code);
        entries
            .map(|e| e.len + 2 * e.len.div_ceil(255).max(1))
            .sum()
    }

    /// Codes in the order they are written: as added, option 82 behind all others.
    fn codes(&self) -> SmallVec<[u8; 24]> {
        let mut codes = SmallVec::new();
        for entry in &self.entries {
            if entry.code != code::AGENT_OPTIONS && !codes.contains(&entry.code) {
                codes.push(entry.code);
            }
        }
        if self.has(code::AGENT_OPTIONS) {
            codes.push(code::AGENT_OPTIONS);
        }
        codes
    }

    fn plan(&self, max_size: usize) -> Plan {
        let mut codes = self.codes();
        let typed = if self.message_type.is_some() {
            ONE_BYTE_OPTION
        } else {
            0
        };
        let room = max_size - HEADER_LEN - MAGIC_COOKIE.len() - typed - 1;
        if codes.iter().map(|code| self.wire_len(*code)).sum::<usize>() <= room {
            return codes
                .into_iter()
                .map(|code| (code, Place::Options))
                .collect();
        }
        // An option 52 from outside would contradict our own.
        codes.retain(|code| *code != code::OVERLOAD);
        let mut plan = self.overload(&codes, room - ONE_BYTE_OPTION);
        if plan.iter().any(|p| p.1 == Place::Nowhere) {
            // What can go nowhere else first: that may be enough for all to fit.
            let mut large_first = codes.clone();
            large_first.sort_by_key(|code| self.wire_len(*code) < FILE.len());
            let mut other = self.overload(&large_first, room - ONE_BYTE_OPTION);
            if other.iter().all(|p| p.1 != Place::Nowhere) {
                other.sort_by_key(|p| codes.iter().position(|code| *code == p.0));
                plan = other;
            }
        }
        plan
    }

    /// Gives each option, in this order, the first place with room; option 82 comes before all others.
    fn overload(&self, codes: &[u8], mut room: usize) -> Plan {
        let unused = |range: std::ops::Range<usize>| {
            let unused = self.header[range.clone()].iter().all(|b| *b == 0);
            if unused { range.len() - 1 } else { 0 }
        };
        let (mut file, mut sname) = (unused(FILE), unused(SNAME));
        let agent_len = self.wire_len(code::AGENT_OPTIONS);
        let agent = if agent_len <= room {
            Place::Options
        } else {
            Place::Nowhere
        };
        if agent == Place::Options {
            room -= agent_len;
        }
        let place = |code: &u8| {
            if *code == code::AGENT_OPTIONS {
                return (*code, agent);
            }
            let len = self.wire_len(*code);
            let rooms = [
                (Place::Options, &mut room),
                (Place::File, &mut file),
                (Place::Sname, &mut sname),
            ];
            let fitting = rooms.into_iter().find(|(_, room)| len <= **room);
            let place = fitting.map_or(Place::Nowhere, |(place, room)| {
                *room -= len;
                place
            });
            (*code, place)
        };
        codes.iter().map(place).collect()
    }

    fn write_place(&self, place: Place, plan: &Plan, out: &mut Vec<u8>) {
        for (code, _) in plan.iter().filter(|(_, p)| *p == place) {
            for entry in self.entries.iter().filter(|e| e.code == *code) {
                write_option(*code, self.data_of(entry), out);
            }
        }
    }

    fn fill_field(&self, range: std::ops::Range<usize>, place: Place, plan: &Plan, out: &mut [u8]) {
        let mut options = Vec::with_capacity(range.len());
        self.write_place(place, plan, &mut options);
        options.push(code::END);
        for (to, from) in out
            .get_mut(range)
            .unwrap_or_default()
            .iter_mut()
            .zip(options)
        {
            *to = from;
        }
    }
}
