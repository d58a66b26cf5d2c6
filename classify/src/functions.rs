//! The functions of the language, on bytes (manual classify.rst:485-674).

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::bytes::Bytes;
use crate::error::EvalError;
use crate::expression::{Case, Conversion};

/// Which bytes of `len` a `substring` means; see [`crate::Value::Substring`].
pub(crate) fn substring(len: usize, start: i64, length: Option<i64>) -> Range<usize> {
    let end = i64::try_from(len).unwrap_or(i64::MAX);
    let start = if start < 0 {
        end.saturating_add(start)
    } else {
        start
    };
    if !(0..end).contains(&start) {
        return 0..0;
    }
    let range = match length {
        None => start..end,
        Some(length) if length >= 0 => start..start.saturating_add(length).min(end),
        Some(length) => start.saturating_add(length).max(0)..start,
    };
    let place = |at: i64| usize::try_from(at).unwrap_or(0);
    place(range.start)..place(range.end)
}

/// A part of `value`, without a copy where it was borrowed.
pub(crate) fn part(value: Bytes<'_>, range: Range<usize>) -> Bytes<'_> {
    match value {
        Bytes::Borrowed(bytes) => Bytes::Borrowed(bytes.get(range).unwrap_or_default()),
        Bytes::Owned(bytes) => bytes
            .get(range)
            .unwrap_or_default()
            .iter()
            .copied()
            .collect(),
    }
}

/// Which bytes the `field` of a `split` is, counted from 1.
pub(crate) fn split(value: &[u8], delimiters: &[u8], field: i64) -> Range<usize> {
    if value.is_empty() {
        return 0..0;
    }
    if delimiters.is_empty() {
        return 0..value.len();
    }
    let mut start = 0;
    let mut number = 1;
    let mut ends = value
        .iter()
        .enumerate()
        .filter(|(_, byte)| delimiters.contains(byte));
    while number < field {
        let Some((at, _)) = ends.next() else {
            return 0..0;
        };
        start = at + 1;
        number += 1;
    }
    if number != field {
        return 0..0;
    }
    start..ends.next().map_or(value.len(), |(at, _)| at)
}

/// Pairs of hexadecimal digits in lower case, `separator` between them.
pub(crate) fn hexstring(value: &[u8], separator: &[u8]) -> Bytes<'static> {
    let digit = |nibble: u8| match nibble {
        0..=9 => b'0' + nibble,
        _ => b'a' + nibble - 10,
    };
    let mut out = Vec::with_capacity(value.len() * (2 + separator.len()));
    for (index, byte) in value.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(separator);
        }
        out.extend([digit(byte >> 4), digit(byte & 15)]);
    }
    Bytes::Owned(out.into())
}

/// Letters in one case.
pub(crate) fn case(case: Case, value: &[u8]) -> Bytes<'static> {
    match case {
        Case::Lower => value.iter().map(u8::to_ascii_lowercase).collect(),
        Case::Upper => value.iter().map(u8::to_ascii_uppercase).collect(),
    }
}

/// Readable text; empty for nothing.
///
/// # Errors
/// [`EvalError::Length`].
pub(crate) fn to_text(conversion: Conversion, value: &[u8]) -> Result<Bytes<'static>, EvalError> {
    if value.is_empty() {
        return Ok(Bytes::default());
    }
    let text = match conversion {
        Conversion::Address => match value.len() {
            4 => fixed(value).map(|octets| Ipv4Addr::from(octets).to_string()),
            _ => fixed(value).map(|octets| Ipv6Addr::from(octets).to_string()),
        },
        Conversion::Int8 => fixed(value).map(|bytes| i8::from_be_bytes(bytes).to_string()),
        Conversion::Int16 => fixed(value).map(|bytes| i16::from_be_bytes(bytes).to_string()),
        Conversion::Int32 => fixed(value).map(|bytes| i32::from_be_bytes(bytes).to_string()),
        Conversion::Uint8 => fixed(value).map(|bytes| u8::from_be_bytes(bytes).to_string()),
        Conversion::Uint16 => fixed(value).map(|bytes| u16::from_be_bytes(bytes).to_string()),
        Conversion::Uint32 => fixed(value).map(|bytes| u32::from_be_bytes(bytes).to_string()),
    };
    let (function, expected) = named(conversion);
    let len = value.len();
    text.map(Bytes::from).ok_or(EvalError::Length {
        function,
        expected,
        len,
    })
}

fn fixed<const N: usize>(value: &[u8]) -> Option<[u8; N]> {
    value.try_into().ok()
}

/// Its name in the language, and how many bytes it takes.
fn named(conversion: Conversion) -> (&'static str, &'static str) {
    match conversion {
        Conversion::Address => ("addrtotext", "4 or 16"),
        Conversion::Int8 => ("int8totext", "1"),
        Conversion::Int16 => ("int16totext", "2"),
        Conversion::Int32 => ("int32totext", "4"),
        Conversion::Uint8 => ("uint8totext", "1"),
        Conversion::Uint16 => ("uint16totext", "2"),
        Conversion::Uint32 => ("uint32totext", "4"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn substring_as_the_manual_shows_it() {
        let of = |start, length| &b"foobar"[substring(6, start, length)];
        assert_eq!(of(0, Some(6)), b"foobar");
        assert_eq!(of(3, Some(3)), b"bar");
        assert_eq!(of(3, None), b"bar");
        assert_eq!(of(1, Some(4)), b"ooba");
        assert_eq!(of(-5, Some(4)), b"ooba");
        assert_eq!(of(-1, Some(-3)), b"oba");
        assert_eq!(of(4, Some(-2)), b"ob");
        assert_eq!(of(10, Some(2)), b"");
        assert_eq!(of(-7, Some(2)), b"");
        assert_eq!(of(2, Some(-9)), b"fo");
        assert_eq!(of(5, Some(i64::MAX)), b"r");
        assert_eq!(substring(0, 0, None), 0..0);
        assert_eq!(of(i64::MIN, Some(i64::MIN)), b"");
    }

    #[test]
    fn split_as_the_manual_shows_it() {
        let of = |field| {
            let value = b"one.two..four";
            &value[split(value, b".", field)]
        };
        assert_eq!(
            [of(1), of(2), of(3), of(4)],
            [&b"one"[..], b"two", b"", b"four"]
        );
        assert_eq!([of(5), of(0), of(-1), of(i64::MAX)], [&b""[..]; 4]);
        let both = b"a.b:c";
        assert_eq!(&both[split(both, b".:", 3)], b"c");
        assert_eq!(split(b"abc", b"", 1), 0..3);
        assert_eq!(split(b"", b".", 1), 0..0);
        assert_eq!(split(b"a.", b".", 2), 2..2);
    }

    #[test]
    fn bytes_become_digits_with_a_separator() {
        assert_eq!(&*hexstring(b"foo", b"-"), b"66-6f-6f");
        assert_eq!(&*hexstring(&[0xab, 0x0c], b""), b"ab0c");
        assert_eq!(&*hexstring(&[], b":"), b"");
    }

    #[test]
    fn numbers_and_addresses_become_text_by_their_length() {
        let text = |conversion, value: &[u8]| to_text(conversion, value).map(|text| text.to_vec());
        assert_eq!(text(Conversion::Int8, &[255]), Ok(b"-1".to_vec()));
        assert_eq!(text(Conversion::Uint16, &[255, 255]), Ok(b"65535".to_vec()));
        assert_eq!(text(Conversion::Int32, &[255; 4]), Ok(b"-1".to_vec()));
        assert_eq!(
            text(Conversion::Uint32, &[255; 4]),
            Ok(b"4294967295".to_vec())
        );
        assert_eq!(
            text(Conversion::Address, &[192, 10, 0, 1]),
            Ok(b"192.10.0.1".to_vec())
        );
        let v6 = [0x20, 3, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(text(Conversion::Address, &v6), Ok(b"2003:db8::".to_vec()));
        assert_eq!(text(Conversion::Uint8, &[]), Ok(vec![]));
        for (conversion, len) in [(Conversion::Uint8, 2), (Conversion::Address, 5)] {
            assert!(text(conversion, &[1; 8][..len]).is_err());
        }
    }
}
