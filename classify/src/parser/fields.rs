//! What an expression takes from the query: options, headers, relays, vendors.

use std::sync::Arc;

use murre_wire::option::{OptionDef, Universe, vendor_space};

use super::{Parser, Typed, shown};
use crate::error::ExpressionError;
use crate::expression::{
    Enterprise, Existence, Field, Header, Nest, OptionPath, Place, Readable, SubOption, Test,
    Value, VendorOption,
};
use crate::lexer::Token;

/// Space of the sub-options of option 82.
const AGENT_SPACE: &str = "dhcp-agent-options-space";
/// Relays a message can have passed are numbered from -32 to 31.
const NESTS: std::ops::RangeInclusive<i64> = -32..=31;

impl Parser<'_, '_> {
    /// What begins with a name that is no function.
    pub(super) fn field(&mut self, name: &str) -> Result<Typed, ExpressionError> {
        match name {
            "option" => self.message_option(),
            "relay4" => {
                self.only_in(Universe::V4, "relay4")?;
                let (code, definition) = self.code(AGENT_SPACE, 255)?;
                self.form(Place::Agent, code, definition)
            }
            "relay6" => {
                self.only_in(Universe::V6, "relay6")?;
                self.relay6()
            }
            "pkt" => self.header(packet_header, "iface, src, dst or len"),
            "pkt4" => {
                self.only_in(Universe::V4, "pkt4")?;
                let expected =
                    "mac, hlen, htype, ciaddr, giaddr, yiaddr, siaddr, msgtype or transid";
                self.header(header4, expected)
            }
            "pkt6" => {
                self.only_in(Universe::V6, "pkt6")?;
                self.header(header6, "msgtype or transid")
            }
            "vendor" => self.vendor(),
            "vendor-class" => self.vendor_class(),
            _ => Err(self.before(format!(
                "'{name}' is neither a function nor anything of a query"
            ))),
        }
    }

    fn message_option(&mut self) -> Result<Typed, ExpressionError> {
        let universe = self.universe();
        let (code, definition) = self.code(universe.space(), last_code(universe))?;
        if !self.takes_point_and("option") {
            return self.form(Place::Message, code, definition);
        }
        let space = definition
            .as_deref()
            .and_then(|outer| outer.encapsulates.clone());
        let space = space.unwrap_or_default();
        let (sub, inner) = self.code(&space, last_code(universe))?;
        let outer = definition.map(Readable);
        let path = OptionPath {
            place: Place::Message,
            code,
            sub: Some(SubOption { code: sub, outer }),
        };
        self.form_of(path, inner)
    }

    fn relay6(&mut self) -> Result<Typed, ExpressionError> {
        self.expect('[')?;
        let nest = self.integer("the number of a relay is expected")?;
        let nest = Nest::try_from(nest).ok().filter(|_| NESTS.contains(&nest));
        let nest = nest.ok_or_else(|| self.before("relays are numbered from -32 to 31"))?;
        self.expect(']')?;
        self.expect('.')?;
        match self.take() {
            Some(Token::Name("option")) => {
                let universe = self.universe();
                let (code, definition) = self.code(universe.space(), last_code(universe))?;
                self.form(Place::Relay(nest), code, definition)
            }
            Some(Token::Name("peeraddr")) => Ok(of_field(Field::PeerAddress(nest))),
            Some(Token::Name("linkaddr")) => Ok(of_field(Field::LinkAddress(nest))),
            _ => Err(self.before("option, peeraddr or linkaddr is expected")),
        }
    }

    fn header(
        &mut self,
        find: fn(&str) -> Option<Header>,
        expected: &str,
    ) -> Result<Typed, ExpressionError> {
        self.expect('.')?;
        let found = match self.take() {
            Some(Token::Name(name)) => find(name),
            _ => None,
        };
        let header = found.ok_or_else(|| self.before(format!("{expected} is expected")))?;
        Ok(of_field(Field::Header(header)))
    }

    fn vendor(&mut self) -> Result<Typed, ExpressionError> {
        if self.takes_point_and("enterprise") {
            return Ok(of_field(Field::Enterprise(VendorOption::Options)));
        }
        let enterprise = self.enterprise()?;
        self.expect('.')?;
        match self.take() {
            Some(Token::Name("exists")) => {
                let exists = Existence::Vendor(VendorOption::Options, enterprise);
                Ok(Typed::Test(Test::Exists(exists)))
            }
            Some(Token::Name("option")) => {
                let space = enterprise.map(vendor_space).unwrap_or_default();
                let (code, definition) = self.code(&space, last_code(self.universe()))?;
                self.form(Place::Vendor(enterprise), code, definition)
            }
            _ => Err(self.before("exists or option is expected")),
        }
    }

    fn vendor_class(&mut self) -> Result<Typed, ExpressionError> {
        if self.takes_point_and("enterprise") {
            return Ok(of_field(Field::Enterprise(VendorOption::Class)));
        }
        let enterprise = self.enterprise()?;
        self.expect('.')?;
        match self.take() {
            Some(Token::Name("exists")) => {
                let exists = Existence::Vendor(VendorOption::Class, enterprise);
                Ok(Typed::Test(Test::Exists(exists)))
            }
            Some(Token::Name("data")) => {
                let mut index = 0;
                if self.takes('[') {
                    let number = self.integer("the number of a data chunk is expected")?;
                    let number = usize::try_from(number);
                    index = number.map_err(|_| self.before("data chunks are counted from 0"))?;
                    self.expect(']')?;
                }
                Ok(of_field(Field::VendorClassData(enterprise, index)))
            }
            _ => Err(self.before("exists or data is expected")),
        }
    }

    /// `[4491]`, or `[*]` and `[0]` for any.
    fn enterprise(&mut self) -> Result<Enterprise, ExpressionError> {
        self.expect('[')?;
        let enterprise = match self.take() {
            Some(Token::Sign('*') | Token::Integer(0)) => None,
            Some(Token::Integer(number)) => {
                let number = u32::try_from(*number);
                Some(
                    number
                        .map_err(|_| self.before("enterprise numbers are from 0 to 4294967295"))?,
                )
            }
            _ => return Err(self.before("an enterprise number or '*' is expected")),
        };
        self.expect(']')?;
        Ok(enterprise)
    }

    /// `[code]` or `[name]` of an option of `space`, and its definition if there is one.
    fn code(
        &mut self,
        space: &str,
        max: u16,
    ) -> Result<(u16, Option<Arc<OptionDef>>), ExpressionError> {
        self.expect('[')?;
        let definitions = self.scope.definitions;
        let found = match self.take() {
            Some(Token::Integer(number)) => {
                let code = u16::try_from(*number).ok().filter(|code| *code <= max);
                let code = code.ok_or_else(|| self.before(format!("codes are from 0 to {max}")))?;
                (code, definitions.by_code(space, code).cloned())
            }
            Some(Token::Name(name)) => match definitions.by_name(space, name) {
                Some(definition) => (definition.code, Some(Arc::clone(definition))),
                None => return Err(self.before(unknown_option(space, name))),
            },
            _ => return Err(self.before("the code or the name of an option is expected")),
        };
        self.expect(']')?;
        Ok(found)
    }

    fn form(
        &mut self,
        place: Place,
        code: u16,
        definition: Option<Arc<OptionDef>>,
    ) -> Result<Typed, ExpressionError> {
        let sub = None;
        self.form_of(OptionPath { place, code, sub }, definition)
    }

    /// `.hex`, `.text` or `.exists`.
    fn form_of(
        &mut self,
        path: OptionPath,
        definition: Option<Arc<OptionDef>>,
    ) -> Result<Typed, ExpressionError> {
        self.expect('.')?;
        match (self.take(), definition) {
            (Some(Token::Name("hex")), _) => Ok(of_field(Field::Option(path))),
            (Some(Token::Name("exists")), _) => {
                Ok(Typed::Test(Test::Exists(Existence::Option(path))))
            }
            (Some(Token::Name("text")), Some(definition)) => {
                Ok(of_field(Field::OptionText(path, Readable(definition))))
            }
            // Without a definition there is nothing but bytes.
            (Some(Token::Name("text")), None) => Ok(of_field(Field::Option(path))),
            (found, _) => {
                let found = found.map_or("the end".to_owned(), shown);
                Err(self.before(format!("hex, text or exists is expected, not {found}")))
            }
        }
    }

    fn takes_point_and(&mut self, name: &str) -> bool {
        let next = self.tokens.get(self.next..self.next + 2);
        let is = matches!(
            next,
            Some([(_, Token::Sign('.')), (_, Token::Name(found))]) if *found == name
        );
        self.next += if is { 2 } else { 0 };
        is
    }

    fn only_in(&self, universe: Universe, what: &str) -> Result<(), ExpressionError> {
        if self.universe() == universe {
            return Ok(());
        }
        let family = match universe {
            Universe::V4 => "DHCPv4",
            Universe::V6 => "DHCPv6",
        };
        Err(self.before(format!("'{what}' is for {family} alone")))
    }
}

fn of_field(field: Field) -> Typed {
    Typed::Value(Value::Field(field))
}

/// Every code that fits; no DHCPv4 message has an option 0 or 255, but sub-options may have these.
fn last_code(universe: Universe) -> u16 {
    match universe {
        Universe::V4 => 255,
        Universe::V6 => u16::MAX,
    }
}

fn unknown_option(space: &str, name: &str) -> String {
    match space {
        "" => format!("'{name}': sub-options here are known by their codes alone"),
        space => format!("no option of space '{space}' has the name '{name}'"),
    }
}

fn packet_header(name: &str) -> Option<Header> {
    Some(match name {
        "iface" => Header::Interface,
        "src" => Header::Source,
        "dst" => Header::Destination,
        "len" => Header::Length,
        _ => return None,
    })
}

fn header4(name: &str) -> Option<Header> {
    Some(match name {
        "mac" => Header::HardwareAddress,
        "hlen" => Header::HardwareLength,
        "htype" => Header::HardwareType,
        "ciaddr" => Header::ClientAddress,
        "giaddr" => Header::GatewayAddress,
        "yiaddr" => Header::YourAddress,
        "siaddr" => Header::ServerAddress,
        other => return header6(other),
    })
}

fn header6(name: &str) -> Option<Header> {
    Some(match name {
        "msgtype" => Header::MessageType,
        "transid" => Header::TransactionId,
        _ => return None,
    })
}
