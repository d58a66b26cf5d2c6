//! What an evaluation did, step by step, for who writes an expression and wonders (manual classify.rst:1178-1252).
//!
//! A step is told in words of the field: what was pushed, and what was popped for it. Who does not listen pays
//! nothing: [`Nobody`] compiles to nothing.

use std::fmt::Write;

use crate::expression::{
    Case, Conversion, Enterprise, Existence, Field, Header, OptionPath, Place, VendorOption,
};

/// What kind of step it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the language's")]
pub enum Step {
    Literal,
    Option,
    SubOption,
    Packet,
    Packet4,
    Relay6,
    Enterprise(VendorOption),
    VendorClassData,
    VendorExists(VendorOption),
    Substring,
    Concat,
    IfElse(bool),
    HexString,
    Case(Case),
    Split,
    Text(Conversion),
    Equal,
    Member,
    Not,
    All,
    Any,
    /// The last one: what came of a class's expression.
    Outcome,
}

/// Who hears of steps.
pub(crate) trait Witness {
    /// A step was taken; `text` makes what is told of it.
    fn step(&mut self, step: Step, text: impl FnOnce() -> String);
}

/// Who hears of nothing.
pub(crate) struct Nobody;

impl Witness for Nobody {
    #[inline(always)]
    fn step(&mut self, _: Step, _: impl FnOnce() -> String) {}
}

/// Where steps are told: kind and text.
pub type Tell = fn(Step, &str);

impl Witness for Tell {
    fn step(&mut self, step: Step, text: impl FnOnce() -> String) {
        self(step, &text());
    }
}

/// Bytes as a literal is written: text if it is some, else hexadecimal.
pub(crate) fn literal(bytes: &[u8]) -> String {
    let is_text = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    match !bytes.is_empty() && bytes.iter().all(is_text) {
        true => format!("text string '{}'", String::from_utf8_lossy(bytes)),
        false => format!("value {}", hex(bytes)),
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::from("0x");
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02X}");
    }
    text
}

impl Field {
    pub(crate) fn step(&self) -> Step {
        match self {
            Self::Option(path) | Self::OptionText(path, _) => path.step(),
            Self::PeerAddress(_) | Self::LinkAddress(_) => Step::Relay6,
            Self::Enterprise(which) => Step::Enterprise(*which),
            Self::VendorClassData(..) => Step::VendorClassData,
            Self::Header(header) => header.name().0,
        }
    }

    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Option(path) => path.describe(),
            Self::OptionText(path, _) => format!("{} as text", path.describe()),
            Self::PeerAddress(nest) => format!("relay6[{nest}].peeraddr"),
            Self::LinkAddress(nest) => format!("relay6[{nest}].linkaddr"),
            Self::Enterprise(which) => format!("{}.enterprise", which.name()),
            Self::VendorClassData(enterprise, index) => {
                format!("vendor-class[{}].data[{index}]", number(*enterprise))
            }
            Self::Header(header) => header.name().1.to_owned(),
        }
    }
}

impl Existence {
    pub(crate) fn step(&self) -> Step {
        match self {
            Self::Option(path) => path.step(),
            Self::Vendor(which, _) => Step::VendorExists(*which),
        }
    }

    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Option(path) => path.describe(),
            Self::Vendor(which, enterprise) => format!("{}[{}]", which.name(), number(*enterprise)),
        }
    }
}

impl OptionPath {
    fn step(&self) -> Step {
        match (self.place, &self.sub) {
            (Place::Relay(_), _) => Step::Relay6,
            (Place::Message, None) => Step::Option,
            _ => Step::SubOption,
        }
    }

    fn describe(&self) -> String {
        let code = self.code;
        let mut text = match self.place {
            Place::Message => format!("option {code}"),
            Place::Agent => format!("option 82 sub-option {code}"),
            Place::Relay(nest) => format!("relay6[{nest}] option {code}"),
            Place::Vendor(enterprise) => format!("vendor[{}] option {code}", number(enterprise)),
        };
        if let Some(sub) = &self.sub {
            let _ = write!(text, " sub-option {}", sub.code);
        }
        text
    }
}

impl VendorOption {
    fn name(self) -> &'static str {
        match self {
            Self::Options => "vendor",
            Self::Class => "vendor-class",
        }
    }
}

impl Header {
    /// The message type and transaction number are those of either family.
    fn name(self) -> (Step, &'static str) {
        match self {
            Self::Interface => (Step::Packet, "pkt.iface"),
            Self::Source => (Step::Packet, "pkt.src"),
            Self::Destination => (Step::Packet, "pkt.dst"),
            Self::Length => (Step::Packet, "pkt.len"),
            Self::HardwareAddress => (Step::Packet4, "pkt4.mac"),
            Self::HardwareLength => (Step::Packet4, "pkt4.hlen"),
            Self::HardwareType => (Step::Packet4, "pkt4.htype"),
            Self::ClientAddress => (Step::Packet4, "pkt4.ciaddr"),
            Self::GatewayAddress => (Step::Packet4, "pkt4.giaddr"),
            Self::YourAddress => (Step::Packet4, "pkt4.yiaddr"),
            Self::ServerAddress => (Step::Packet4, "pkt4.siaddr"),
            Self::MessageType => (Step::Packet, "msgtype"),
            Self::TransactionId => (Step::Packet, "transid"),
        }
    }
}

/// A vendor's number, or the sign for any.
fn number(enterprise: Enterprise) -> String {
    enterprise.map_or_else(|| "*".to_owned(), |number| number.to_string())
}
