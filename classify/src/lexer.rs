//! The words of an expression, with their places.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::error::ExpressionError;

/// One word or sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token<'t> {
    /// `'text'`, without the quotes. There is no escape.
    Text(&'t str),
    /// `0x1a2b`; an odd number of digits has a zero before it.
    Hex(Vec<u8>),
    /// An address of either family.
    Address(IpAddr),
    /// Digits, perhaps with a minus before them.
    Integer(i64),
    /// A keyword, a function, or the name of an option.
    Name(&'t str),
    /// One of `( ) [ ] , . + *`, or `=` for `==`.
    Sign(char),
}

/// A token and the bytes before it.
pub(crate) type Placed<'t> = (usize, Token<'t>);

/// Splits a text into tokens.
///
/// # Errors
/// At the first character that begins no token, and at a literal that is none; the place is in bytes.
pub(crate) fn tokens(text: &str) -> Result<Vec<Placed<'_>>, ExpressionError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.take_while(char::is_whitespace);
        let at = lexer.at;
        let Some(token) = lexer.token()? else {
            return Ok(tokens);
        };
        tokens.push((at, token));
    }
}

struct Lexer<'t> {
    text: &'t str,
    /// Bytes read.
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take_while(&mut self, is: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !is(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn error(&self, at: usize, reason: impl Into<String>) -> ExpressionError {
        ExpressionError {
            at,
            reason: reason.into(),
        }
    }

    fn token(&mut self) -> Result<Option<Token<'t>>, ExpressionError> {
        let start = self.at;
        let Some(first) = self.rest().chars().next() else {
            return Ok(None);
        };
        if let Some(address) = self.address() {
            return address.map(Token::Address).map(Some);
        }
        match first {
            '\'' => self.quoted().map(Some),
            '0'..='9' => self.number().map(Some),
            '-' => {
                self.at += 1;
                self.integer(start).map(Some)
            }
            'a'..='z' | 'A'..='Z' => {
                let name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                Ok(Some(Token::Name(self.take_while(name))))
            }
            '=' if self.rest().starts_with("==") => {
                self.at += 2;
                Ok(Some(Token::Sign('=')))
            }
            '(' | ')' | '[' | ']' | ',' | '.' | '+' | '*' => {
                self.at += 1;
                Ok(Some(Token::Sign(first)))
            }
            '=' => Err(self.error(
                start,
                "'=' alone is no operator; values are compared with '=='",
            )),
            '"' => Err(self.error(start, "text stands between single quotes, not double ones")),
            other => Err(self.error(start, format!("unexpected character {other:?}"))),
        }
    }

    fn quoted(&mut self) -> Result<Token<'t>, ExpressionError> {
        let start = self.at;
        self.at += 1;
        let text = self.take_while(|c| c != '\'' && c != '\n');
        if !self.rest().starts_with('\'') {
            return Err(self.error(start, "this text has no closing quote"));
        }
        self.at += 1;
        Ok(Token::Text(text))
    }

    fn number(&mut self) -> Result<Token<'t>, ExpressionError> {
        let start = self.at;
        if self.rest().starts_with("0x") || self.rest().starts_with("0X") {
            self.at += 2;
            let digits = self.take_while(|c| c.is_ascii_hexdigit());
            if digits.is_empty() {
                return Err(self.error(start, "hexadecimal digits are missing"));
            }
            return Ok(Token::Hex(bytes_of(digits)));
        }
        self.integer(start)
    }

    fn integer(&mut self, start: usize) -> Result<Token<'t>, ExpressionError> {
        self.take_while(|c| c.is_ascii_digit());
        let text = self.text.get(start..self.at).unwrap_or_default();
        let number = text
            .parse()
            .map_err(|_| self.error(start, "a number is expected"))?;
        if self
            .rest()
            .starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        {
            return Err(self.error(start, "a number is followed by letters"));
        }
        Ok(Token::Integer(number))
    }

    /// An address of IPv6 has a colon in its run of digits, one of IPv4 three points. No other token
    /// looks like that.
    fn address(&mut self) -> Option<Result<IpAddr, ExpressionError>> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_hexdigit() || c == ':' || c == '.'));
        let run = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let start = self.at;
        if run.contains(':') {
            self.at += run.len();
            let address = run.parse::<Ipv6Addr>().map(IpAddr::V6);
            return Some(
                address.map_err(|_| self.error(start, format!("{run} is no IPv6 address"))),
            );
        }
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'));
        let run = rest.get(..digits.unwrap_or(rest.len())).unwrap_or_default();
        let run = run.trim_end_matches('.'); // what follows a number may begin with one
        if !run.contains('.') || run.starts_with('.') {
            return None;
        }
        self.at += run.len();
        let address = run.parse::<Ipv4Addr>().map(IpAddr::V4);
        Some(address.map_err(|_| self.error(start, format!("{run} is no IPv4 address"))))
    }
}

/// Digits in pairs; an odd number of them has a zero before the first.
fn bytes_of(digits: &str) -> Vec<u8> {
    let mut nibbles = digits.bytes().map(|digit| match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit.to_ascii_lowercase() - b'a' + 10,
    });
    let mut bytes = Vec::with_capacity(digits.len().div_ceil(2));
    if digits.len() % 2 == 1 {
        bytes.extend(nibbles.next());
    }
    while let (Some(high), Some(low)) = (nibbles.next(), nibbles.next()) {
        bytes.push(high << 4 | low);
    }
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn kinds(text: &str) -> Vec<Token<'_>> {
        tokens(text)
            .unwrap()
            .into_iter()
            .map(|(_, token)| token)
            .collect()
    }

    #[test]
    fn literals_of_every_kind_are_told_apart() {
        assert_eq!(
            kinds("'a b' 0xabc 0X1F 10.0.0.1 2001:db8::1 ::ffff:1.2.3.4 fe80::1 123 -5"),
            [
                Token::Text("a b"),
                Token::Hex(vec![0x0a, 0xbc]),
                Token::Hex(vec![0x1f]),
                Token::Address("10.0.0.1".parse().unwrap()),
                Token::Address("2001:db8::1".parse().unwrap()),
                Token::Address("::ffff:1.2.3.4".parse().unwrap()),
                Token::Address("fe80::1".parse().unwrap()),
                Token::Integer(123),
                Token::Integer(-5),
            ]
        );
    }

    #[test]
    fn names_may_have_dashes_and_points_part_them() {
        assert_eq!(
            kinds("vendor-class[4491].data"),
            [
                Token::Name("vendor-class"),
                Token::Sign('['),
                Token::Integer(4491),
                Token::Sign(']'),
                Token::Sign('.'),
                Token::Name("data"),
            ]
        );
        assert_eq!(
            kinds("pkt4.mac==add"),
            [
                Token::Name("pkt4"),
                Token::Sign('.'),
                Token::Name("mac"),
                Token::Sign('='),
                Token::Name("add"),
            ]
        );
    }

    #[test]
    fn what_is_no_token_is_named_with_its_place() {
        for (text, at) in [
            ("'abc", 0),
            ("a = b", 2),
            ("a == \"b\"", 5),
            ("0x", 0),
            ("1.2.3", 0),
            ("1.2.3.400", 0),
            ("a == 1::2::3", 5),
            ("12ab", 0),
            ("99999999999999999999", 0),
            ("- 1", 0),
            ("a & b", 2),
        ] {
            assert_eq!(tokens(text).unwrap_err().at, at, "{text}");
        }
    }
}
