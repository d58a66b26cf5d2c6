//! How values are written in a lease file: bytes as colon-separated hex, a comma inside a text as
//! `&#x2c`.

use std::borrow::Cow;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// What opens an escape; two hex digits follow.
const ESCAPE: &str = "&#x";

/// Append bytes as `0a:1b:...`; nothing for no bytes.
pub fn put_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 {
            out.push(b':');
        }
        for digit in [byte >> 4, byte & 15] {
            out.extend(HEX.get(usize::from(digit)));
        }
    }
}

/// Bytes of `0a:1b:...`; one digit may stand alone; no bytes for an empty text.
pub fn hex(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let byte = |part: &str| match part.len() {
        1 | 2 if part.bytes().all(|b| b.is_ascii_hexdigit()) => u8::from_str_radix(part, 16).ok(),
        _ => None,
    };
    text.split(':').map(byte).collect()
}

/// Bytes of `0a1b...`, two digits each and nothing between them.
pub fn packed_hex(text: &str) -> Option<Vec<u8>> {
    let pair = |pair: &[u8]| match pair {
        [high, low] => {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()
        }
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

/// Append a text with everything escaped that would end a field or a line, and the escape itself.
pub fn put_escaped(out: &mut Vec<u8>, text: &str) {
    for (at, character) in text.char_indices() {
        let ambiguous = character == '&' && text.get(at..).is_some_and(|t| t.starts_with(ESCAPE));
        if matches!(character, ',' | '\n' | '\r') || ambiguous {
            out.extend_from_slice(ESCAPE.as_bytes());
            put_hex(out, &[character as u8]);
        } else {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// The text behind an escaped one; what only looks like an escape stays.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains(ESCAPE) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(ESCAPE) {
        plain.push_str(before);
        let code = after
            .get(..2)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .filter(u8::is_ascii);
        if let Some(code) = code {
            plain.push(char::from(code));
            rest = after.get(2..).unwrap_or_default();
        } else {
            plain.push_str(ESCAPE);
            rest = after;
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = Vec::new();
        put_escaped(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_comma_is_escaped_and_comes_back() {
        assert_eq!(escaped("a,b"), "a&#x2cb");
        for text in [
            "", "a,b", "&#x2c", "&#x26", "&#", "&&#x,", "ü\r\n,", "&#xzz", "50 & 60",
        ] {
            let written = escaped(text);
            assert!(!written.contains([',', '\n', '\r']), "{written}");
            assert_eq!(unescape(&written), text, "{written}");
        }
    }

    #[test]
    fn what_only_looks_like_an_escape_stays() {
        for text in ["&#xzz", "&#x2", "&#x", "&#xff", "&#xü"] {
            assert_eq!(unescape(text), text);
        }
    }

    #[test]
    fn hex_has_colons() {
        assert_eq!(hex("0a:1B:2"), Some(vec![10, 27, 2]));
        assert_eq!(hex(""), Some(vec![]));
        for wrong in ["0a1b", ":", "0a:", "+a", "0a:xx", "0a: 1"] {
            assert_eq!(hex(wrong), None, "{wrong}");
        }
    }
}
