//! The hexadecimal form of `option-data` (`csv-format: false`; manual dhcp4-srv.rst:1670-1690).

use super::TextError;

/// Bytes of hexadecimal text: octets of one or two digits separated by colons or blanks, or a run of
/// digits with or without `0x`; or of `'text in single quotes'`. Nothing gives no bytes.
///
/// # Errors
/// [`TextError::Hex`] when it is none of these.
pub fn encode_hex(text: &str) -> Result<Vec<u8>, TextError> {
    let trimmed = text.trim_ascii();
    let fail = |reason| TextError::Hex {
        value: text.to_owned(),
        reason,
    };
    if let Some(rest) = trimmed.strip_prefix('\'') {
        let inner = rest
            .strip_suffix('\'')
            .ok_or_else(|| fail("the closing quote is missing"))?;
        return Ok(inner.as_bytes().to_vec());
    }
    if trimmed.contains(':') {
        return octets(trimmed.split(':').map(str::trim_ascii)).map_err(fail);
    }
    if trimmed.contains(|c: char| c.is_ascii_whitespace()) {
        return octets(trimmed.split_ascii_whitespace()).map_err(fail);
    }
    let digits = trimmed
        .strip_prefix("0x")
        .or_else(|| trimmed.strip_prefix("0X"));
    run(digits.unwrap_or(trimmed)).map_err(fail)
}

/// Bytes as a run of hexadecimal digits: `c0000201`. [`encode_hex`] reads it back.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
        .collect()
}

fn octets<'t>(tokens: impl Iterator<Item = &'t str>) -> Result<Vec<u8>, &'static str> {
    tokens
        .map(|token| match token.as_bytes() {
            [] => Err("there is nothing between two separators"),
            [low] => digit(*low),
            [high, low] => Ok(digit(*high)? << 4 | digit(*low)?),
            _ => Err("an octet between separators has one or two digits"),
        })
        .collect()
}

/// An odd number of digits means that a leading zero was left out.
fn run(digits: &str) -> Result<Vec<u8>, &'static str> {
    let (first, rest) = digits.as_bytes().split_at(digits.len() % 2);
    let first = first.iter().map(|low| digit(*low));
    let rest = rest.chunks_exact(2).map(|pair| match pair {
        [high, low] => Ok(digit(*high)? << 4 | digit(*low)?),
        _ => Err("digits come in pairs"),
    });
    first.chain(rest).collect()
}

fn digit(byte: u8) -> Result<u8, &'static str> {
    let value = char::from(byte).to_digit(16);
    value
        .and_then(|v| u8::try_from(v).ok())
        .ok_or("only digits 0-9 and a-f are allowed")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn all_documented_forms_give_the_same_bytes() {
        for text in [
            "ab:cd:ef",
            "AB CD EF",
            "ab  cd ef ",
            "0xabcdef",
            "abcdef",
            " ab:cd:ef",
        ] {
            assert_eq!(encode_hex(text).unwrap(), [0xab, 0xcd, 0xef], "{text}");
        }
        assert_eq!(encode_hex("1:2:f").unwrap(), [1, 2, 15]);
        assert_eq!(encode_hex("0xabc").unwrap(), [0x0a, 0xbc]);
        assert_eq!(encode_hex("").unwrap(), []);
        assert_eq!(encode_hex("'it''s, text'").unwrap(), b"it''s, text");
    }

    #[test]
    fn malformed_hex_is_refused_with_a_reason() {
        for text in [
            "abg", "a::b", "abc:d", "'open", "0x0x1", "ab:cd ef", "é", "'",
        ] {
            assert!(
                matches!(encode_hex(text), Err(TextError::Hex { .. })),
                "{text}"
            );
        }
    }
}
