//! From text to a tree: operators and their precedence (manual classify.rst:566-573).
//!
//! `or` binds weakest, then `and`, `not`, `==`, `+`. What they join is in [`values`] and [`fields`].

mod fields;
mod values;

use murre_wire::option::{Definitions, Universe};

use crate::error::ExpressionError;
use crate::expression::{Test, Value};
use crate::lexer::{Placed, Token, tokens};
use crate::names::{ClassId, Names};

/// Deepest nesting; what a person writes has less than ten.
const MAX_DEPTH: usize = 100;

/// What an expression may refer to.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'s> {
    /// Option names, and the layout of options that hold others.
    pub definitions: &'s Definitions,
}

/// Reads a `test`: an expression that is true or false.
///
/// Names of classes are given numbers in `names`, whether they are defined or not.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn parse_test(
    text: &str,
    scope: Scope<'_>,
    names: &mut Names,
) -> Result<Test, ExpressionError> {
    let parsed = parse(text, scope, names);
    let test = parsed.and_then(|(typed, at)| test_of(typed, at));
    test.map_err(|error| in_characters(text, error))
}

/// Reads a `template-test`: an expression that yields bytes.
///
/// # Errors
/// As [`parse_test`].
pub fn parse_value(
    text: &str,
    scope: Scope<'_>,
    names: &mut Names,
) -> Result<Value, ExpressionError> {
    let parsed = parse(text, scope, names);
    let value = parsed.and_then(|(typed, at)| value_of(typed, at));
    value.map_err(|error| in_characters(text, error))
}

/// Places are in bytes until somebody is told of one.
fn in_characters(text: &str, error: ExpressionError) -> ExpressionError {
    let before = text.get(..error.at).unwrap_or(text);
    ExpressionError {
        at: before.chars().count(),
        ..error
    }
}

fn parse(
    text: &str,
    scope: Scope<'_>,
    names: &mut Names,
) -> Result<(Typed, usize), ExpressionError> {
    let tokens = tokens(text)?;
    let mut parser = Parser {
        tokens: &tokens,
        next: 0,
        end: text.len(),
        depth: 0,
        scope,
        names,
    };
    let at = parser.place();
    let typed = parser.any()?;
    match parser.peek() {
        None => Ok((typed, at)),
        Some(token) => Err(parser.error(format!("nothing more is expected, but {}", shown(token)))),
    }
}

/// A part of an expression and its type.
enum Typed {
    Test(Test),
    Value(Value),
}

struct Parser<'t, 's> {
    tokens: &'t [Placed<'t>],
    next: usize,
    /// Bytes of the whole text.
    end: usize,
    depth: usize,
    scope: Scope<'s>,
    names: &'s mut Names,
}

impl<'t> Parser<'t, '_> {
    fn any(&mut self) -> Result<Typed, ExpressionError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(format!("more than {MAX_DEPTH} levels of nesting")));
        }
        let typed = self.or();
        self.depth -= 1;
        typed
    }

    /// A part in parentheses or an argument, which must be true or false.
    fn test(&mut self) -> Result<Test, ExpressionError> {
        let at = self.place();
        let typed = self.any()?;
        test_of(typed, at)
    }

    /// A part in parentheses or an argument, which must yield bytes.
    fn value(&mut self) -> Result<Value, ExpressionError> {
        let at = self.place();
        let typed = self.any()?;
        value_of(typed, at)
    }

    fn or(&mut self) -> Result<Typed, ExpressionError> {
        self.joined("or", Self::and, Test::Any)
    }

    fn and(&mut self) -> Result<Typed, ExpressionError> {
        self.joined("and", Self::not, Test::All)
    }

    /// Operands of one operator become one node, so that long chains make no deep tree.
    fn joined(
        &mut self,
        word: &str,
        operand: fn(&mut Self) -> Result<Typed, ExpressionError>,
        join: fn(Vec<Test>) -> Test,
    ) -> Result<Typed, ExpressionError> {
        let at = self.place();
        let first = operand(self)?;
        if !matches!(self.peek(), Some(Token::Name(name)) if *name == word) {
            return Ok(first);
        }
        let mut parts = vec![test_of(first, at)?];
        while self.takes_name(word) {
            let at = self.place();
            parts.push(test_of(operand(self)?, at)?);
        }
        Ok(Typed::Test(join(parts)))
    }

    fn not(&mut self) -> Result<Typed, ExpressionError> {
        let mut count = 0_usize;
        while self.takes_name("not") {
            count += 1;
        }
        let at = self.place();
        let typed = self.comparison()?;
        if count == 0 {
            return Ok(typed);
        }
        let test = test_of(typed, at)?;
        // Two cancel each other; a tree of thousands would be too deep.
        Ok(Typed::Test(if count % 2 == 1 {
            Test::Not(test.into())
        } else {
            test
        }))
    }

    fn comparison(&mut self) -> Result<Typed, ExpressionError> {
        let at = self.place();
        let left = self.sum()?;
        if !self.takes('=') {
            return Ok(left);
        }
        let left = value_of(left, at)?;
        let at = self.place();
        let right = value_of(self.sum()?, at)?;
        Ok(Typed::Test(Test::Equal(left, right)))
    }

    fn sum(&mut self) -> Result<Typed, ExpressionError> {
        let at = self.place();
        let first = self.primary()?;
        if self.peek() != Some(&Token::Sign('+')) {
            return Ok(first);
        }
        let mut parts = vec![value_of(first, at)?];
        while self.takes('+') {
            let at = self.place();
            parts.push(value_of(self.primary()?, at)?);
        }
        Ok(Typed::Value(Value::Concat(parts)))
    }

    fn universe(&self) -> Universe {
        self.scope.definitions.universe()
    }

    fn member(&mut self) -> Result<ClassId, ExpressionError> {
        self.expect('(')?;
        let name = match self.take() {
            Some(Token::Text(name)) if !name.is_empty() => *name,
            _ => return Err(self.before("the name of a class in single quotes is expected")),
        };
        self.expect(')')?;
        Ok(self.names.intern(name))
    }

    fn peek(&self) -> Option<&'t Token<'t>> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn take(&mut self) -> Option<&'t Token<'t>> {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn takes(&mut self, sign: char) -> bool {
        let is = self.peek() == Some(&Token::Sign(sign));
        self.next += usize::from(is);
        is
    }

    fn takes_name(&mut self, name: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Name(found)) if *found == name);
        self.next += usize::from(is);
        is
    }

    fn expect(&mut self, sign: char) -> Result<(), ExpressionError> {
        if self.takes(sign) {
            return Ok(());
        }
        let found = self.peek().map_or("the end".to_owned(), shown);
        Err(self.error(format!("'{sign}' is expected, not {found}")))
    }

    /// Bytes before the next token.
    fn place(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn error(&self, reason: impl Into<String>) -> ExpressionError {
        ExpressionError {
            at: self.place(),
            reason: reason.into(),
        }
    }

    /// An error at the token that was taken last.
    fn before(&self, reason: impl Into<String>) -> ExpressionError {
        let taken = self
            .next
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last));
        ExpressionError {
            at: taken.map_or(self.end, |(at, _)| *at),
            reason: reason.into(),
        }
    }
}

fn test_of(typed: Typed, at: usize) -> Result<Test, ExpressionError> {
    let reason = "this yields a text, where something true or false is expected";
    match typed {
        Typed::Test(test) => Ok(test),
        Typed::Value(_) => Err(ExpressionError {
            at,
            reason: reason.into(),
        }),
    }
}

fn value_of(typed: Typed, at: usize) -> Result<Value, ExpressionError> {
    let reason = "this is true or false, where a text is expected";
    match typed {
        Typed::Value(value) => Ok(value),
        Typed::Test(_) => Err(ExpressionError {
            at,
            reason: reason.into(),
        }),
    }
}

fn shown(token: &Token<'_>) -> String {
    match token {
        Token::Text(text) => format!("'{text}'"),
        Token::Hex(_) => "a hexadecimal literal".to_owned(),
        Token::Address(address) => address.to_string(),
        Token::Integer(number) => number.to_string(),
        Token::Name(name) => format!("'{name}'"),
        Token::Sign('=') => "'=='".to_owned(),
        Token::Sign(sign) => format!("'{sign}'"),
    }
}
