//! Domain names: text to DNS wire format and back.

use std::borrow::Cow;

/// Longest name on the wire, root label included (RFC 1035 section 2.3.4).
const MAX_NAME: usize = 255;
const MAX_LABEL: usize = 63;

/// Appends a name in wire format. The root label ends it, whether or not the text ends in a dot.
///
/// # Errors
/// In words, what a domain name is.
pub fn encode_name(text: &str, out: &mut Vec<u8>) -> Result<(), Cow<'static, str>> {
    let start = out.len();
    let labels = text.strip_suffix('.').unwrap_or(text);
    if text.is_empty() {
        return Err("a domain name".into());
    }
    // The root alone is '.', which leaves nothing.
    for label in labels.split('.').filter(|_| !labels.is_empty()) {
        if label.is_empty() || !label.bytes().all(is_plain) {
            return Err(
                "a domain name (labels of printable ASCII, separated by single dots)".into(),
            );
        }
        match u8::try_from(label.len()) {
            Ok(len) if label.len() <= MAX_LABEL => out.push(len),
            _ => return Err("a domain name (a label has at most 63 characters)".into()),
        }
        out.extend_from_slice(label.as_bytes());
    }
    out.push(0);
    if out.len() - start > MAX_NAME {
        return Err("a domain name (at most 255 bytes in wire format)".into());
    }
    Ok(())
}

/// Reads a name at `at`: its text and the offset behind it. A name that ends with the data instead
/// of the root label is partial (RFC 4704 section 4.2) and written without the final dot.
///
/// With `compressed`, pointers to earlier places of `data` are followed (RFC 3397 section 2).
pub(super) fn read_name(
    data: &[u8],
    at: usize,
    compressed: bool,
) -> Result<(String, usize), &'static str> {
    let mut text = String::new();
    let (mut cursor, mut end, mut wire) = (at, None, 1);
    loop {
        let Some(&len) = data.get(cursor) else {
            let usable = !text.is_empty() && end.is_none();
            text.truncate(text.len().saturating_sub(1));
            return if usable {
                Ok((text, cursor))
            } else {
                Err("a domain name")
            };
        };
        match usize::from(len) {
            0 => {
                let text = if text.is_empty() {
                    ".".to_owned()
                } else {
                    text
                };
                return Ok((text, end.unwrap_or(cursor + 1)));
            }
            len @ 1..=MAX_LABEL => {
                let label = data
                    .get(cursor + 1..cursor + 1 + len)
                    .ok_or("a complete label")?;
                wire += 1 + len;
                if wire > MAX_NAME || !label.iter().all(|b| is_plain(*b)) {
                    return Err("a domain name of printable labels, at most 255 bytes");
                }
                text.extend(label.iter().map(|b| char::from(*b)));
                text.push('.');
                cursor += 1 + len;
            }
            high if compressed && high >= 0xc0 => {
                let low = *data
                    .get(cursor + 1)
                    .ok_or("a complete compression pointer")?;
                let target = (high & 0x3f) << 8 | usize::from(low);
                end.get_or_insert(cursor + 2);
                // Only backwards, so that it ends.
                if target >= cursor {
                    return Err("a compression pointer to an earlier place");
                }
                cursor = target;
            }
            _ => return Err("a label length of at most 63"),
        }
    }
}

/// Characters of a label that text can show as they are.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'.' | b'\\' | b',' | b'|')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn wire(text: &str) -> Result<Vec<u8>, Cow<'static, str>> {
        let mut out = Vec::new();
        encode_name(text, &mut out).map(|()| out)
    }

    #[test]
    fn names_end_in_the_root_label_with_or_without_a_dot() {
        assert_eq!(wire("a.example.").unwrap(), b"\x01a\x07example\0");
        assert_eq!(wire("a.example"), wire("a.example."));
        assert_eq!(wire(".").unwrap(), b"\0");
        for bad in ["", "..", "a..b", ".a", "a b", "ä", "a\\.b"] {
            assert!(wire(bad).is_err(), "{bad}");
        }
        assert!(wire(&"a".repeat(64)).is_err());
        assert!(wire(&"a.".repeat(127)).is_ok());
        assert!(wire(&"a.".repeat(128)).is_err());
    }

    #[test]
    fn a_compression_loop_ends_with_an_error() {
        assert!(read_name(b"\x01a\xc0\x00", 0, true).is_err());
        assert!(read_name(b"\xc0\x00", 0, true).is_err());
        let data = b"\x03eng\x07example\0\x03mkt\xc0\x04";
        assert_eq!(
            read_name(data, 13, true).unwrap(),
            ("mkt.example.".to_owned(), 19)
        );
        assert!(read_name(data, 13, false).is_err());
    }

    #[test]
    fn a_partial_name_has_no_final_dot() {
        assert_eq!(
            read_name(b"\x04host", 0, false).unwrap(),
            ("host".to_owned(), 5)
        );
        assert!(read_name(b"", 0, false).is_err());
    }
}
