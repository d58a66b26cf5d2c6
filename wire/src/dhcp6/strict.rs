//! What strict parsing checks of the options the server itself reads.

use super::options::OPTION_HEADER;
use super::{DUID_LEN, Options, ParseError, Parsing, code};

/// Least and most bytes, in words.
type Length = (usize, usize, &'static str);

/// Levels below the message that are checked: an IA, and an address or prefix in it. Without a bound a
/// packet of nested IAs would exhaust the stack.
const MAX_DEPTH: u8 = 2;

/// Checks lengths in a message or relay header, and inside of its identity associations. `base` is the
/// offset of the first option in the datagram.
pub(super) fn check(options: Options<'_>, base: usize) -> Result<(), ParseError> {
    check_level(options, base, 0)
}

fn check_level(options: Options<'_>, base: usize, depth: u8) -> Result<(), ParseError> {
    let (mut offset, mut relayed) = (base, false);
    for (code, data) in options {
        if let Some((min, max, expected)) = length_of(code)
            && !(min..=max).contains(&data.len())
        {
            return Err(ParseError::Length {
                code,
                offset,
                len: data.len(),
                expected,
            });
        }
        let value = |reason| ParseError::Value {
            code,
            offset,
            reason,
        };
        match code {
            code::ORO if !data.len().is_multiple_of(2) => {
                return Err(value("an odd number of bytes"));
            }
            code::IAPREFIX if data.get(8).is_some_and(|len| *len > 128) => {
                return Err(value("a prefix length above 128"));
            }
            code::RELAY_MSG if relayed => return Err(value("a second relayed message")),
            code::RELAY_MSG => relayed = true,
            code::USER_CLASS => check_tuples(data).map_err(value)?,
            code::VENDOR_CLASS => check_tuples(data.get(4..).unwrap_or_default()).map_err(value)?,
            _ => {}
        }
        if let Some(fixed) = fields_before_options(code).filter(|_| depth < MAX_DEPTH) {
            let start = offset + OPTION_HEADER + fixed;
            let inner = data.get(fixed..).unwrap_or_default();
            let inner = Options::parse_at(inner, start, Parsing::Strict)?;
            if code != code::VENDOR_OPTS {
                check_level(inner, start, depth + 1)?;
            }
        }
        offset += OPTION_HEADER + data.len();
    }
    Ok(())
}

fn length_of(code: u16) -> Option<Length> {
    Some(match code {
        code::CLIENT_ID | code::SERVER_ID => {
            (*DUID_LEN.start(), *DUID_LEN.end(), "3 to 130 (a DUID)")
        }
        code::IA_NA | code::IA_PD => (12, usize::MAX, "at least 12"),
        code::IA_TA | code::VENDOR_OPTS | code::VENDOR_CLASS => (4, usize::MAX, "at least 4"),
        code::IAADDR => (24, usize::MAX, "at least 24"),
        code::IAPREFIX => (25, usize::MAX, "at least 25"),
        code::STATUS_CODE => (2, usize::MAX, "at least 2"),
        code::PREFERENCE | code::RECONF_MSG => (1, 1, "1"),
        code::ELAPSED_TIME | code::RELAY_SOURCE_PORT => (2, 2, "2"),
        code::RAPID_COMMIT | code::RECONF_ACCEPT => (0, 0, "0"),
        code::UNICAST => (16, 16, "16 (an address)"),
        code::INFORMATION_REFRESH_TIME | code::SOL_MAX_RT | code::INF_MAX_RT => {
            (4, 4, "4 (seconds)")
        }
        code::CLIENT_FQDN => (1, usize::MAX, "at least 1"),
        _ => return None,
    })
}

/// Bytes before the options inside of an option that holds some.
fn fields_before_options(code: u16) -> Option<usize> {
    match code {
        code::IA_NA | code::IA_PD => Some(12),
        code::IA_TA | code::VENDOR_OPTS => Some(4),
        code::IAADDR => Some(24),
        code::IAPREFIX => Some(25),
        _ => None,
    }
}

fn check_tuples(mut rest: &[u8]) -> Result<(), &'static str> {
    while let Some((len, after)) = rest.split_first_chunk::<2>() {
        let len = usize::from(u16::from_be_bytes(*len));
        rest = after
            .get(len..)
            .ok_or("a class is longer than the rest of the option")?;
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err("a single byte behind the last class")
    }
}
