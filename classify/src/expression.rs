//! Expressions as trees: what yields bytes ([`Value`]) and what is true or false ([`Test`]).
//!
//! The manual's language knows byte strings only (classify.rst:212); a number is four bytes, an address
//! four or sixteen. A parsed tree is right in its types, so that evaluation cannot meet a wrong one.

use std::sync::Arc;

use murre_wire::option::OptionDef;

use crate::names::ClassId;

/// What yields bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// A literal of any kind.
    Literal(Arc<[u8]>),
    /// Something of the query; empty when the query does not have it.
    Field(Field),
    /// `substring(value, start, length)`.
    Substring {
        /// What is cut.
        value: Box<Self>,
        /// The first byte; from the end when negative.
        start: i64,
        /// How many bytes, backwards from the start when negative; all without it.
        length: Option<i64>,
    },
    /// `concat(a, b)` and `a + b + ...`.
    Concat(Vec<Self>),
    /// `ifelse(condition, a, b)`.
    IfElse(Box<Test>, Box<Self>, Box<Self>),
    /// `hexstring(value, separator)`.
    HexString(Box<Self>, Box<Self>),
    /// `lcase(value)` or `ucase(value)`.
    Case(Case, Box<Self>),
    /// `split(value, delimiters, field)`, fields counted from 1.
    Split {
        /// What is cut.
        value: Box<Self>,
        /// Each byte ends a field.
        delimiters: Box<Self>,
        /// The field that is wanted.
        field: i64,
    },
    /// `addrtotext(value)`, `uint8totext(value)` and the like.
    Text(Conversion, Box<Self>),
}

/// What is true or false.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// `a == b`, byte by byte.
    Equal(Value, Value),
    /// `something.exists`.
    Exists(Existence),
    /// `member('name')`.
    Member(ClassId),
    /// `not a`.
    Not(Box<Self>),
    /// `a and b and ...`.
    All(Vec<Self>),
    /// `a or b or ...`.
    Any(Vec<Self>),
}

/// Letters of ASCII alone change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Case {
    /// `lcase`.
    Lower,
    /// `ucase`.
    Upper,
}

/// From bytes to readable text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Conversion {
    /// `addrtotext`: 4 or 16 bytes.
    Address,
    /// `int8totext`: 1 byte, two's complement.
    Int8,
    /// `int16totext`: 2 bytes, two's complement, network order.
    Int16,
    /// `int32totext`: 4 bytes, two's complement, network order.
    Int32,
    /// `uint8totext`: 1 byte.
    Uint8,
    /// `uint16totext`: 2 bytes in network order.
    Uint16,
    /// `uint32totext`: 4 bytes in network order.
    Uint32,
}

/// Something of a query that has bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The data of an option or sub-option.
    Option(OptionPath),
    /// The data of an option as its definition writes it.
    OptionText(OptionPath, Readable),
    /// `pkt.*`, `pkt4.*`, `pkt6.*`.
    Header(Header),
    /// `relay6[nest].peeraddr`.
    PeerAddress(Nest),
    /// `relay6[nest].linkaddr`.
    LinkAddress(Nest),
    /// `vendor.enterprise` or `vendor-class.enterprise`: four bytes.
    Enterprise(VendorOption),
    /// `vendor-class[enterprise].data[index]`.
    VendorClassData(Enterprise, usize),
}

/// Something that a query has or does not have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Existence {
    /// An option or sub-option, with data or without.
    Option(OptionPath),
    /// `vendor[enterprise].exists` or `vendor-class[enterprise].exists`.
    Vendor(VendorOption, Enterprise),
}

/// Where an option stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OptionPath {
    /// What holds it.
    pub place: Place,
    /// Its code there.
    pub code: u16,
    /// A sub-option of it that is meant instead.
    pub sub: Option<SubOption>,
}

/// A sub-option.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SubOption {
    /// Its code.
    pub code: u16,
    /// The definition of the option that holds it: it says how many bytes precede the sub-options.
    pub outer: Option<Readable>,
}

/// A definition; two are the same when they define the same option of one configuration.
#[derive(Clone, Debug)]
pub struct Readable(pub Arc<OptionDef>);

impl PartialEq for Readable {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Readable {}

impl std::hash::Hash for Readable {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (Arc::as_ptr(&self.0) as usize).hash(state);
    }
}

/// What holds an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The client's own message.
    Message,
    /// DHCPv4's relay agent information (option 82).
    Agent,
    /// A DHCPv6 relay header.
    Relay(Nest),
    /// The vendor's options: in option 125 (DHCPv4) or 17 (DHCPv6).
    Vendor(Enterprise),
}

/// A DHCPv6 relay: 0 is the one nearest to the server, -1 the one nearest to the client.
pub type Nest = i8;

/// An enterprise number; none for any.
pub type Enterprise = Option<u32>;

/// Which of a vendor's two options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VendorOption {
    /// `vendor`: 125 in DHCPv4, 17 in DHCPv6.
    Options,
    /// `vendor-class`: 124 in DHCPv4, 16 in DHCPv6.
    Class,
}

/// What is in the headers of a message, or around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Header {
    /// `pkt.iface`: the name of the interface.
    Interface,
    /// `pkt.src`: 4 or 16 bytes.
    Source,
    /// `pkt.dst`: 4 or 16 bytes.
    Destination,
    /// `pkt.len`: four bytes.
    Length,
    /// `pkt4.mac`: as many bytes as the address has.
    HardwareAddress,
    /// `pkt4.hlen`: four bytes.
    HardwareLength,
    /// `pkt4.htype`: four bytes.
    HardwareType,
    /// `pkt4.ciaddr`.
    ClientAddress,
    /// `pkt4.giaddr`.
    GatewayAddress,
    /// `pkt4.yiaddr`.
    YourAddress,
    /// `pkt4.siaddr`.
    ServerAddress,
    /// `pkt4.msgtype` or `pkt6.msgtype`: four bytes.
    MessageType,
    /// `pkt4.transid` or `pkt6.transid`: four bytes.
    TransactionId,
}

impl Value {
    /// A number, as four bytes in network order.
    #[must_use]
    pub fn number(number: u32) -> Self {
        Self::Literal(number.to_be_bytes().into())
    }

    /// Calls `see` with every class whose membership the value depends on.
    pub fn for_each_member(&self, see: &mut dyn FnMut(ClassId)) {
        self.walk(&mut |part| part.member().into_iter().for_each(&mut *see));
    }

    /// Calls `see` with the value and everything in it.
    pub(crate) fn walk(&self, see: &mut dyn FnMut(Part<'_>)) {
        see(Part::Value(self));
        match self {
            Self::Literal(_) | Self::Field(_) => {}
            Self::Substring { value, .. } | Self::Case(_, value) | Self::Text(_, value) => {
                value.walk(see);
            }
            Self::Concat(parts) => parts.iter().for_each(|part| part.walk(see)),
            Self::HexString(a, b) => {
                a.walk(see);
                b.walk(see);
            }
            Self::Split {
                value, delimiters, ..
            } => {
                value.walk(see);
                delimiters.walk(see);
            }
            Self::IfElse(condition, a, b) => {
                condition.walk(see);
                a.walk(see);
                b.walk(see);
            }
        }
    }
}

impl Test {
    /// Calls `see` with every class whose membership decides.
    pub fn for_each_member(&self, see: &mut dyn FnMut(ClassId)) {
        self.walk(&mut |part| part.member().into_iter().for_each(&mut *see));
    }

    /// Calls `see` with everything in the test.
    pub(crate) fn walk(&self, see: &mut dyn FnMut(Part<'_>)) {
        match self {
            Self::Equal(a, b) => {
                a.walk(see);
                b.walk(see);
            }
            Self::Exists(_) => {}
            Self::Member(id) => see(Part::Member(*id)),
            Self::Not(a) => a.walk(see),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.walk(see)),
        }
    }
}

/// A part of an expression.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'e> {
    Value(&'e Value),
    Member(ClassId),
}

impl Part<'_> {
    fn member(self) -> Option<ClassId> {
        match self {
            Self::Member(id) => Some(id),
            Self::Value(_) => None,
        }
    }
}
