//! The one pass over the option areas of a datagram.
//!
//! An area is the vendor area behind the cookie and, if option 52 there says so, `file` and then
//! `sname` (RFC 2131 section 4.1, RFC 3396 section 5).

use smallvec::SmallVec;

use super::{MAGIC_COOKIE, ParseError, Parsing, code};

/// Where one option (or one part of a split option) stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment {
    pub(super) code: u8,
    pub(super) len: u8,
    /// Offset of the option's code in the datagram.
    pub(super) offset: u32,
}

/// Most queries have fewer options than this.
pub(super) type Fragments = SmallVec<[Fragment; 24]>;

/// Where `sname` and `file` stand.
pub(super) const SNAME: std::ops::Range<usize> = 44..108;
pub(super) const FILE: std::ops::Range<usize> = 108..236;

/// Indexes all options behind the cookie at `start`.
pub(super) fn scan(bytes: &[u8], start: usize, parsing: Parsing) -> Result<Fragments, ParseError> {
    let mut fragments = Fragments::new();
    let area = start + MAGIC_COOKIE.len()..bytes.len();
    scan_area(bytes, area, parsing, &mut fragments)?;
    match overload(bytes, &fragments, parsing)? {
        1 => scan_field(bytes, FILE, parsing, &mut fragments)?,
        2 => scan_field(bytes, SNAME, parsing, &mut fragments)?,
        3 => {
            scan_field(bytes, FILE, parsing, &mut fragments)?;
            scan_field(bytes, SNAME, parsing, &mut fragments)?;
        }
        _ => {}
    }
    if parsing == Parsing::Strict {
        check_lengths(&fragments)?;
    }
    Ok(fragments)
}

fn scan_area(
    bytes: &[u8],
    area: std::ops::Range<usize>,
    parsing: Parsing,
    fragments: &mut Fragments,
) -> Result<(), ParseError> {
    let mut offset = area.start;
    while offset < area.end {
        let option = bytes.get(offset..area.end).unwrap_or_default();
        let (code, len) = match option {
            [code::PAD, ..] => {
                offset += 1;
                continue;
            }
            [] | [code::END, ..] => break,
            [code, len, data @ ..] if data.len() >= usize::from(*len) => (*code, *len),
            [_] | [_, _, ..] if parsing == Parsing::Lenient => break,
            [code, rest @ ..] => {
                let claimed = rest.first().map_or(0, |len| usize::from(*len));
                let left = rest.len().saturating_sub(1);
                return Err(ParseError::Truncated {
                    code: u16::from(*code),
                    offset,
                    claimed,
                    left,
                });
            }
        };
        // A datagram is shorter than 64 KiB; a longer slice ends here.
        let Ok(at) = u32::try_from(offset) else { break };
        fragments.push(Fragment {
            code,
            len,
            offset: at,
        });
        offset += 2 + usize::from(len);
    }
    Ok(())
}

/// Scans `file` or `sname`. Option 52 must not stand there.
fn scan_field(
    bytes: &[u8],
    field: std::ops::Range<usize>,
    parsing: Parsing,
    fragments: &mut Fragments,
) -> Result<(), ParseError> {
    let before = fragments.len();
    scan_area(bytes, field, parsing, fragments)?;
    let inner = fragments.get(before..).unwrap_or_default();
    let Some(overload) = inner.iter().find(|f| f.code == code::OVERLOAD).copied() else {
        return Ok(());
    };
    if parsing == Parsing::Strict {
        let (code, offset) = (u16::from(overload.code), overload.offset as usize);
        let reason = "overload inside an overloaded field";
        return Err(ParseError::Value {
            code,
            offset,
            reason,
        });
    }
    let mut index = 0;
    fragments.retain(|f| {
        index += 1;
        index <= before || f.code != code::OVERLOAD
    });
    Ok(())
}

/// The value of option 52: 1 file, 2 sname, 3 both, 0 without the option.
fn overload(bytes: &[u8], fragments: &Fragments, parsing: Parsing) -> Result<u8, ParseError> {
    let mut found = fragments.iter().filter(|f| f.code == code::OVERLOAD);
    let (Some(first), another) = (found.next(), found.next()) else {
        return Ok(0);
    };
    let offset = first.offset as usize;
    let value = bytes.get(offset + 2).copied().unwrap_or_default();
    let usable = first.len == 1 && another.is_none() && (1..=3).contains(&value);
    match (usable, parsing) {
        (true, _) => Ok(value),
        (false, Parsing::Lenient) => Ok(0),
        (false, Parsing::Strict) => {
            let reason = "expected once, with one byte of value 1, 2 or 3";
            Err(ParseError::Value {
                code: u16::from(code::OVERLOAD),
                offset,
                reason,
            })
        }
    }
}

/// Lengths of the options the server itself reads: least, most, in words.
fn length_of(code: u8) -> Option<(usize, usize, &'static str)> {
    Some(match code {
        code::REQUESTED_ADDRESS | code::SERVER_IDENTIFIER | code::SUBNET_SELECTION => {
            (4, 4, "4 (an address)")
        }
        code::LEASE_TIME
        | code::RENEWAL_TIME
        | code::REBINDING_TIME
        | code::CLIENT_LAST_TRANSACTION_TIME
        | code::V6_ONLY_PREFERRED => (4, 4, "4 (seconds)"),
        code::MESSAGE_TYPE => (1, 1, "1"),
        code::AUTO_CONFIG => (1, 1, "1"),
        code::MAX_MESSAGE_SIZE => (2, 2, "2"),
        code::RAPID_COMMIT => (0, 0, "0"),
        code::CLIENT_IDENTIFIER => (2, 255, "2 to 255"),
        code::FQDN => (3, usize::MAX, "at least 3"),
        code::VIVCO_SUBOPTIONS | code::VIVSO_SUBOPTIONS => (4, usize::MAX, "at least 4"),
        _ => return None,
    })
}

/// One pass for the sums and one for the verdict: a datagram may hold tens of thousands of fragments.
fn check_lengths(fragments: &Fragments) -> Result<(), ParseError> {
    let mut sums = [0_usize; 256];
    for fragment in fragments {
        if let Some(sum) = sums.get_mut(usize::from(fragment.code)) {
            *sum += usize::from(fragment.len);
        }
    }
    for fragment in fragments {
        let Some((min, max, expected)) = length_of(fragment.code) else {
            continue;
        };
        let len = sums.get(usize::from(fragment.code)).copied();
        let len = len.unwrap_or_default();
        if !(min..=max).contains(&len) {
            let (code, offset) = (u16::from(fragment.code), fragment.offset as usize);
            return Err(ParseError::Length {
                code,
                offset,
                len,
                expected,
            });
        }
    }
    Ok(())
}
