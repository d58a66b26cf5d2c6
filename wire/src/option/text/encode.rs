//! Text to bytes, by definition.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::{DataType, OptionDef, Universe};
use super::{Special, TextError, dnr, encode_hex, encode_name, routes, split};

/// What a value must be, in words; the caller knows which field it is.
type Expected = Cow<'static, str>;

/// The data of an option, of its comma-separated text (`csv-format: true`).
///
/// Blanks around fields do not count, `\,` is a comma within a field. Sub-options of an encapsulated
/// space are not part of it.
///
/// # Errors
/// [`TextError`] with the field and what is expected. Text with more fields than the option has gives
/// [`TextError::TooMany`], which holds the data of the fields that count.
pub fn encode_csv(def: &OptionDef, universe: Universe, text: &str) -> Result<Vec<u8>, TextError> {
    let data = match Special::of(def, universe) {
        Some(Special::Routes) => routes::encode(text)?,
        Some(Special::Dnr) => dnr::encode(universe, text)?,
        Some(Special::PrefixExclude) if text.contains('/') => {
            let mut out = Vec::new();
            encode_prefix(text.trim_ascii(), &mut out).map_err(|e| field_error(1, text, e))?;
            out
        }
        _ => encode_fields(def, universe, &split::fields(text, ','))?,
    };
    let max = usize::from(u16::MAX);
    if data.len() > max {
        return Err(TextError::TooLong {
            len: data.len(),
            max,
        });
    }
    Ok(data)
}

pub(super) fn field_error(field: usize, value: &str, expected: impl Into<Expected>) -> TextError {
    TextError::Field {
        field,
        value: value.to_owned(),
        expected: expected.into(),
    }
}

fn encode_fields(
    def: &OptionDef,
    universe: Universe,
    values: &[String],
) -> Result<Vec<u8>, TextError> {
    let fields = def.fields();
    let mut out = Vec::new();
    if def.data_type == DataType::Empty {
        return match values.iter().find(|v| !v.is_empty()) {
            None => Ok(out),
            Some(value) => Err(field_error(
                1,
                value,
                "possible: the option has no data of its own",
            )),
        };
    }
    // No text at all is data of length zero where the data can have that length.
    if values.is_empty() && (def.data_type == DataType::Binary || def.array && fields.len() == 1) {
        return Ok(out);
    }
    if let Some(next) = fields.get(values.len()) {
        let (expected, found) = (fields.len(), values.len());
        let next = Cow::Borrowed(next.name());
        return Err(TextError::TooFew {
            expected,
            found,
            next,
        });
    }
    if def.data_type == DataType::String && values.first().is_some_and(String::is_empty) {
        return Err(field_error(1, "", "a text of at least one character"));
    }
    let tail = fields
        .last()
        .into_iter()
        .cycle()
        .take(if def.array { values.len() } else { 0 });
    for (index, (data_type, value)) in fields.iter().chain(tail).zip(values).enumerate() {
        encode_value(*data_type, universe, value, &mut out)
            .map_err(|expected| field_error(index + 1, value, expected))?;
    }
    if !def.array && values.len() > fields.len() {
        let (expected, found) = (fields.len(), values.len());
        return Err(TextError::TooMany {
            expected,
            found,
            encoded: out,
        });
    }
    Ok(out)
}

/// Appends one value.
fn encode_value(
    data_type: DataType,
    universe: Universe,
    text: &str,
    out: &mut Vec<u8>,
) -> Result<(), Expected> {
    match data_type {
        DataType::Binary => out.extend(encode_hex(text).map_err(|e| match e {
            TextError::Hex { reason, .. } => Expected::from(format!("hexadecimal data: {reason}")),
            _ => "hexadecimal data".into(),
        })?),
        DataType::Boolean => out.push(boolean(text)?),
        DataType::Fqdn => encode_name(text, out)?,
        DataType::Ipv4Address => out.extend(ipv4(text)?.octets()),
        DataType::Ipv6Address => out.extend(ipv6(text)?.octets()),
        DataType::Ipv6Prefix => encode_prefix(text, out)?,
        DataType::Psid => encode_psid(text, out)?,
        DataType::String => out.extend_from_slice(text.as_bytes()),
        DataType::Tuple => encode_tuple(universe, text, out)?,
        DataType::Uint8 => out.push(number(text)?),
        DataType::Uint16 => out.extend(number::<u16>(text)?.to_be_bytes()),
        DataType::Uint32 => out.extend(number::<u32>(text)?.to_be_bytes()),
        DataType::Int8 => out.extend(number::<i8>(text)?.to_be_bytes()),
        DataType::Int16 => out.extend(number::<i16>(text)?.to_be_bytes()),
        DataType::Int32 => out.extend(number::<i32>(text)?.to_be_bytes()),
        DataType::Empty | DataType::Record | DataType::Internal => {
            return Err("a value (the type has none)".into());
        }
    }
    Ok(())
}

fn boolean(text: &str) -> Result<u8, Expected> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(1),
        "false" | "0" => Ok(0),
        _ => Err("true, false, 1 or 0".into()),
    }
}

/// Bounds of a number type, for range checks and messages.
pub(super) trait Number: TryFrom<i64> {
    const MIN: i64;
    const MAX: i64;
}

macro_rules! number {
    ($($ty:ty),*) => {$(impl Number for $ty {
        const MIN: i64 = <$ty>::MIN as i64;
        const MAX: i64 = <$ty>::MAX as i64;
    })*};
}
number!(u8, u16, u32, i8, i16, i32);

/// A decimal number; if it is none, a hexadecimal one with or without `0x` (dhcp4-srv.rst:2405).
pub(super) fn number<N: Number>(text: &str) -> Result<N, Expected> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let plain_hex = text.bytes().all(|b| b.is_ascii_hexdigit());
    let value = match digits {
        Some(digits) if digits.bytes().all(|b| b.is_ascii_hexdigit()) => {
            i64::from_str_radix(digits, 16).ok()
        }
        Some(_) => None,
        None => text.parse::<i64>().ok().or_else(|| {
            plain_hex
                .then(|| i64::from_str_radix(text, 16).ok())
                .flatten()
        }),
    };
    let value = value.and_then(|v| N::try_from(v).ok());
    value.ok_or_else(|| format!("a number from {} to {}", N::MIN, N::MAX).into())
}

pub(super) fn ipv4(text: &str) -> Result<Ipv4Addr, Expected> {
    text.parse().map_err(|_| "an IPv4 address".into())
}

pub(super) fn ipv6(text: &str) -> Result<Ipv6Addr, Expected> {
    text.parse().map_err(|_| "an IPv6 address".into())
}

/// Length byte, then the bytes that hold the prefix; bits behind the length become zero.
fn encode_prefix(text: &str, out: &mut Vec<u8>) -> Result<(), Expected> {
    let expected = || Expected::from("an IPv6 prefix (address/length, length 0 to 128)");
    let (address, len) = text.split_once('/').ok_or_else(expected)?;
    let address: Ipv6Addr = address.trim_ascii().parse().map_err(|_| expected())?;
    let len = number::<u8>(len.trim_ascii())
        .ok()
        .filter(|l| *l <= 128)
        .ok_or_else(expected)?;
    let bits = u128::from(address) & prefix_mask(len);
    out.push(len);
    out.extend_from_slice(&bits.to_be_bytes()[..usize::from(len).div_ceil(8)]);
    Ok(())
}

/// The mask of an IPv6 prefix length up to 128.
pub(super) fn prefix_mask(len: u8) -> u128 {
    u128::MAX
        .checked_shl(128 - u32::from(len.min(128)))
        .unwrap_or(0)
}

/// `PSID/len`: the length byte, then the PSID in the leftmost bits of 16 (RFC 7597 section 5.1).
fn encode_psid(text: &str, out: &mut Vec<u8>) -> Result<(), Expected> {
    let expected = || Expected::from("a PSID (value/length, length 0 to 16, value below 2^length)");
    let (psid, len) = text.split_once('/').ok_or_else(expected)?;
    let psid = number::<u16>(psid.trim_ascii()).map_err(|_| expected())?;
    let len = number::<u8>(len.trim_ascii())
        .ok()
        .filter(|l| *l <= 16)
        .ok_or_else(expected)?;
    if u32::from(psid) >> len != 0 {
        return Err(expected());
    }
    out.push(len);
    out.extend(
        psid.checked_shl(16 - u32::from(len))
            .unwrap_or(0)
            .to_be_bytes(),
    );
    Ok(())
}

fn encode_tuple(universe: Universe, text: &str, out: &mut Vec<u8>) -> Result<(), Expected> {
    match universe {
        Universe::V4 => {
            let len = u8::try_from(text.len()).map_err(|_| "a text of at most 255 bytes")?;
            out.push(len);
        }
        Universe::V6 => {
            let len = u16::try_from(text.len()).map_err(|_| "a text of at most 65535 bytes")?;
            out.extend(len.to_be_bytes());
        }
    }
    out.extend_from_slice(text.as_bytes());
    Ok(())
}
