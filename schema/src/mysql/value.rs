//! Binding and reading of single values: JSON and literals in, rows out.
//!
//! A batch is an array of arrays. Bytes, addresses and text are written as hex digits, so whatever
//! a client sends, the JSON holds nothing but digits, letters, `"`, `,`, `-` and brackets, and can
//! stand between the quotes of an SQL string as it is.

use std::fmt::Write as _;

use mysql_async::{Row, Value as Cell};

use crate::row::{Cells, Value};

/// The rows of a batch as JSON.
pub(super) fn json<'v, R>(rows: impl IntoIterator<Item = R>) -> String
where
    R: IntoIterator<Item = Value<'v>>,
{
    let mut text = String::from("[");
    for (number, row) in rows.into_iter().enumerate() {
        text.push_str(if number == 0 { "[" } else { ",[" });
        for (at, value) in row.into_iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            push_json(&mut text, value);
        }
        text.push(']');
    }
    text.push(']');
    text
}

fn push_json(text: &mut String, value: Value<'_>) {
    let bytes: &[u8] = match value {
        Value::Null => return text.push_str("null"),
        Value::Number(number) => return push_number(text, number),
        Value::Flag(flag) => return text.push(if flag { '1' } else { '0' }),
        Value::Bytes(bytes) => bytes,
        Value::Text(characters) => characters.as_bytes(),
        Value::Address(address) => &address.octets(),
    };
    text.push('"');
    push_hex(text, bytes);
    text.push('"');
}

/// A single value as an SQL literal.
pub(super) fn literal(value: Value<'_>) -> String {
    let mut text = String::new();
    push_literal(&mut text, value);
    text
}

/// The same at the end of a text.
pub(super) fn push_literal(text: &mut String, value: Value<'_>) {
    let bytes: &[u8] = match value {
        Value::Null => return text.push_str("NULL"),
        Value::Number(number) => return push_number(text, number),
        Value::Flag(flag) => return text.push(if flag { '1' } else { '0' }),
        Value::Bytes(bytes) => bytes,
        Value::Text(characters) => characters.as_bytes(),
        Value::Address(address) => &address.octets(),
    };
    text.push_str("x'");
    push_hex(text, bytes);
    text.push('\'');
}

fn push_number(text: &mut String, number: i64) {
    // Writing to a string cannot fail.
    let _ = write!(text, "{number}");
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    text.reserve(2 * bytes.len());
    for byte in bytes {
        text.extend([byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]));
    }
}

/// The driver's row. The text protocol gives every value as bytes, the other one numbers as such.
pub(super) struct MySqlRow<'r>(pub(super) &'r Row);

impl MySqlRow<'_> {
    fn cell(&self, at: usize) -> Result<Option<&[u8]>, String> {
        match self.0.as_ref(at) {
            Some(Cell::NULL) => Ok(None),
            Some(Cell::Bytes(bytes)) => Ok(Some(bytes)),
            Some(other) => Err(format!("unexpected value {other:?}")),
            None => Err("no such column in the answer".to_owned()),
        }
    }
}

impl Cells for MySqlRow<'_> {
    fn number(&self, at: usize) -> Result<Option<i64>, String> {
        match self.0.as_ref(at) {
            Some(Cell::Int(number)) => return Ok(Some(*number)),
            Some(Cell::UInt(number)) => {
                let number = i64::try_from(*number);
                return number.map(Some).map_err(|e| e.to_string());
            }
            _ => {}
        }
        let parse = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            text.parse()
                .map_err(|_| format!("'{text}' is not a number"))
        };
        self.cell(at)?.map(parse).transpose()
    }

    fn bytes(&self, at: usize) -> Result<Option<Vec<u8>>, String> {
        Ok(self.cell(at)?.map(<[u8]>::to_vec))
    }

    fn text(&self, at: usize) -> Result<Option<String>, String> {
        let parse = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|e| e.to_string());
        self.cell(at)?.map(parse).transpose()
    }

    fn address(&self, at: usize) -> Result<u128, String> {
        let bytes = self.cell(at)?.unwrap_or_default();
        <[u8; 16]>::try_from(bytes)
            .map(u128::from_be_bytes)
            .map_err(|_| format!("{} bytes are no IPv6 address", bytes.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_client_sends_can_leave_its_quotes() {
        let row = [
            Value::Number(-1),
            Value::Null,
            Value::Flag(true),
            Value::Bytes(b"'\"\\\0"),
            Value::Text("'; DROP TABLE lease4; -- \u{1f426}"),
        ];
        let text = json([row, row]);
        let harmless = |c: char| c.is_ascii_alphanumeric() || "[],\"-".contains(c);
        assert!(text.chars().all(harmless), "{text}");
        assert!(
            text.starts_with("[[-1,null,1,\"27225c00\",\"273b20"),
            "{text}"
        );
        assert_eq!(literal(Value::Bytes(b"'\\")), "x'275c'");
    }
}
