//! Literals, functions, parentheses.

use std::net::IpAddr;
use std::sync::Arc;

use super::{Parser, Typed};
use crate::error::ExpressionError;
use crate::expression::{Case, Conversion, Test, Value};
use crate::lexer::Token;
use crate::names::KNOWN;

impl Parser<'_, '_> {
    /// What operators join.
    pub(super) fn primary(&mut self) -> Result<Typed, ExpressionError> {
        let literal = match self.take() {
            Some(Token::Text(text)) => Arc::from(text.as_bytes()),
            Some(Token::Hex(bytes)) => Arc::from(bytes.as_slice()),
            Some(Token::Address(IpAddr::V4(address))) => Arc::from(address.octets()),
            Some(Token::Address(IpAddr::V6(address))) => Arc::from(address.octets()),
            Some(Token::Integer(number)) => {
                let number = u32::try_from(*number);
                let number = number.map_err(|_| self.before("a number is from 0 to 4294967295"))?;
                return Ok(Typed::Value(Value::number(number)));
            }
            Some(Token::Sign('(')) => {
                let inner = self.any()?;
                self.expect(')')?;
                return Ok(inner);
            }
            Some(Token::Name(name)) => return self.named(name),
            Some(Token::Sign(_)) | None => {
                return Err(
                    self.before("a value, a function or something of the query is expected")
                );
            }
        };
        Ok(Typed::Value(Value::Literal(literal)))
    }

    fn named(&mut self, name: &str) -> Result<Typed, ExpressionError> {
        if let Some(conversion) = conversion(name) {
            let value = self.argument()?;
            self.expect(')')?;
            return Ok(Typed::Value(Value::Text(conversion, value.into())));
        }
        Ok(match name {
            "known" => Typed::Test(Test::Member(self.names.intern(KNOWN))),
            "unknown" => {
                let known = Test::Member(self.names.intern(KNOWN));
                Typed::Test(Test::Not(known.into()))
            }
            "member" => Typed::Test(Test::Member(self.member()?)),
            "substring" => Typed::Value(self.substring()?),
            "concat" => {
                let (a, b) = self.two_arguments()?;
                Typed::Value(Value::Concat(vec![*a, *b]))
            }
            "hexstring" => {
                let (a, b) = self.two_arguments()?;
                Typed::Value(Value::HexString(a, b))
            }
            "lcase" | "ucase" => {
                let case = if name == "lcase" {
                    Case::Lower
                } else {
                    Case::Upper
                };
                let value = self.argument()?;
                self.expect(')')?;
                Typed::Value(Value::Case(case, value.into()))
            }
            "split" => Typed::Value(self.split()?),
            "ifelse" => Typed::Value(self.if_else()?),
            _ => return self.field(name),
        })
    }

    /// The first argument of a function.
    fn argument(&mut self) -> Result<Value, ExpressionError> {
        self.expect('(')?;
        self.value()
    }

    fn next_argument(&mut self) -> Result<Value, ExpressionError> {
        self.expect(',')?;
        self.value()
    }

    fn two_arguments(&mut self) -> Result<(Box<Value>, Box<Value>), ExpressionError> {
        let first = self.argument()?;
        let second = self.next_argument()?;
        self.expect(')')?;
        Ok((first.into(), second.into()))
    }

    fn substring(&mut self) -> Result<Value, ExpressionError> {
        let value = self.argument()?.into();
        self.expect(',')?;
        let start = self.integer("the first byte of a substring is a number")?;
        self.expect(',')?;
        let length = match self.takes_name("all") {
            true => None,
            false => Some(self.integer("the length of a substring is a number or 'all'")?),
        };
        self.expect(')')?;
        Ok(Value::Substring {
            value,
            start,
            length,
        })
    }

    fn split(&mut self) -> Result<Value, ExpressionError> {
        let value = self.argument()?.into();
        let delimiters = self.next_argument()?.into();
        self.expect(',')?;
        let field = self.integer("a field of 'split' is a number")?;
        self.expect(')')?;
        Ok(Value::Split {
            value,
            delimiters,
            field,
        })
    }

    fn if_else(&mut self) -> Result<Value, ExpressionError> {
        self.expect('(')?;
        let condition = self.test()?.into();
        let yes = self.next_argument()?.into();
        let no = self.next_argument()?.into();
        self.expect(')')?;
        Ok(Value::IfElse(condition, yes, no))
    }

    pub(super) fn integer(&mut self, reason: &str) -> Result<i64, ExpressionError> {
        match self.take() {
            Some(Token::Integer(number)) => Ok(*number),
            _ => Err(self.before(reason)),
        }
    }
}

fn conversion(name: &str) -> Option<Conversion> {
    Some(match name {
        "addrtotext" => Conversion::Address,
        "int8totext" => Conversion::Int8,
        "int16totext" => Conversion::Int16,
        "int32totext" => Conversion::Int32,
        "uint8totext" => Conversion::Uint8,
        "uint16totext" => Conversion::Uint16,
        "uint32totext" => Conversion::Uint32,
        _ => return None,
    })
}
