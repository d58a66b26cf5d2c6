//! Encrypted DNS resolvers (RFC 9463): v4-dnr with instances separated by `|`, and v6-dnr.
//!
//! An instance is `priority, name, address address ..., key=value key=value ...`; name only is the
//! ADN-only mode of section 3.1.6. On the wire DHCPv4 has a length before each instance and lengths of
//! one byte, DHCPv6 lengths of two.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::Universe;
use super::decode::Reader;
use super::encode::{field_error, ipv4, ipv6, number};
use super::{TextError, encode_name, split};

const ALPN: u16 = 1;
const PORT: u16 = 3;
const DOHPATH: u16 = 7;

/// Fields of one instance.
const FIELDS: usize = 4;

/// Bytes of the option's text.
pub(super) fn encode(universe: Universe, text: &str) -> Result<Vec<u8>, TextError> {
    let mut out = Vec::new();
    if universe == Universe::V6 {
        encode_instance(universe, text, 0, &mut out)?;
        return Ok(out);
    }
    let instances = split::outer(text, '|');
    let count = instances.len().max(1);
    for index in 0..count {
        let instance = instances.get(index).map_or("", String::as_str);
        let mut one = Vec::new();
        encode_instance(universe, instance, index * FIELDS, &mut one)?;
        with_length::<u16>(&one, &mut out)
            .ok_or_else(|| field_error(index * FIELDS + 1, instance, "at most 65535 bytes"))?;
    }
    Ok(out)
}

/// Text of the option's bytes.
pub(super) fn decode(universe: Universe, data: &[u8]) -> Result<String, TextError> {
    if universe == Universe::V6 {
        return decode_instance(universe, data);
    }
    let mut reader = Reader::new(universe, data);
    let mut instances = Vec::new();
    while !reader.is_done() || instances.is_empty() {
        let len = reader.uint16()?;
        let instance = reader.take(usize::from(len), "an instance of the length given")?;
        let text = decode_instance(universe, instance)?;
        instances.push(text.replace('|', "\\|"));
    }
    Ok(instances.join(" | "))
}

/// `skipped` counts the fields of earlier instances, for messages.
fn encode_instance(
    universe: Universe,
    text: &str,
    skipped: usize,
    out: &mut Vec<u8>,
) -> Result<(), TextError> {
    let fields = split::fields(text, ',');
    let (priority, name) = match fields.as_slice() {
        [priority, name, ..] if fields.len() <= FIELDS => (priority, name),
        [] | [_] => {
            let (expected, found) = (skipped + 2, skipped + fields.len());
            let next = if fields.is_empty() {
                "the service priority"
            } else {
                "the resolver's name"
            };
            return Err(TextError::TooFew {
                expected,
                found,
                next: next.into(),
            });
        }
        [.., extra] => {
            let message = "possible: an instance has four fields; a comma in one is written '\\,'";
            return Err(field_error(skipped + fields.len(), extra, message));
        }
    };
    let fail = |index: usize, e: std::borrow::Cow<'static, str>| {
        field_error(
            skipped + index,
            fields.get(index - 1).map_or("", String::as_str),
            e,
        )
    };
    out.extend(
        number::<u16>(priority)
            .map_err(|e| fail(1, e))?
            .to_be_bytes(),
    );
    let mut wire = Vec::new();
    encode_name(name, &mut wire).map_err(|e| fail(2, e))?;
    put(universe, &wire, out).ok_or_else(|| fail(2, "a shorter name".into()))?;
    let addresses = fields.get(2).map_or("", String::as_str);
    let params = fields.get(3).map_or("", String::as_str);
    if addresses.is_empty() {
        let message = "possible without an address before it (RFC 9463 section 3.1.6)";
        return if params.is_empty() {
            Ok(())
        } else {
            Err(fail(4, message.into()))
        };
    }
    let wire = encode_addresses(universe, addresses).map_err(|e| fail(3, e))?;
    put(universe, &wire, out).ok_or_else(|| fail(3, "a list that fits".into()))?;
    encode_params(params, out).map_err(|e| fail(4, e))
}

fn encode_addresses(
    universe: Universe,
    text: &str,
) -> Result<Vec<u8>, std::borrow::Cow<'static, str>> {
    let mut wire = Vec::new();
    for address in text.split_ascii_whitespace() {
        match universe {
            Universe::V4 => wire.extend(ipv4(address)?.octets()),
            Universe::V6 => wire.extend(ipv6(address)?.octets()),
        }
    }
    Ok(wire)
}

/// SvcParams in rising order of key, each once (RFC 9460 section 2.2).
fn encode_params(text: &str, out: &mut Vec<u8>) -> Result<(), std::borrow::Cow<'static, str>> {
    let mut params: Vec<(u16, Vec<u8>)> = Vec::new();
    for param in text.split_ascii_whitespace() {
        let (key, value) = param.split_once('=').ok_or("key=value pairs")?;
        let (key, wire) = match key {
            "alpn" => (ALPN, encode_alpn(value)?),
            "port" => (PORT, number::<u16>(value)?.to_be_bytes().to_vec()),
            "dohpath" if !value.is_empty() => (DOHPATH, value.as_bytes().to_vec()),
            _ => return Err("possible: only alpn, port and dohpath are supported".into()),
        };
        if params.iter().any(|(known, _)| *known == key) {
            return Err("possible: a key is given twice".into());
        }
        params.push((key, wire));
    }
    params.sort_by_key(|(key, _)| *key);
    for (key, wire) in params {
        out.extend(key.to_be_bytes());
        with_length::<u16>(&wire, out).ok_or("short enough")?;
    }
    Ok(())
}

fn encode_alpn(value: &str) -> Result<Vec<u8>, std::borrow::Cow<'static, str>> {
    let mut wire = Vec::new();
    for id in value.split(',') {
        if id.is_empty() {
            return Err("a list of alpn identifiers".into());
        }
        with_length::<u8>(id.as_bytes(), &mut wire)
            .ok_or("alpn identifiers of at most 255 bytes")?;
    }
    Ok(wire)
}

fn decode_instance(universe: Universe, data: &[u8]) -> Result<String, TextError> {
    let mut reader = Reader::new(universe, data);
    let priority = reader.uint16()?;
    let wire = reader.counted()?;
    let mut inner = Reader::new(universe, wire);
    let name = inner.name()?;
    if !inner.is_done() || !name.ends_with('.') {
        return Err(reader.error("one complete name"));
    }
    let mut text = format!("{priority}, {name}");
    if reader.is_done() {
        return Ok(text);
    }
    let wire = reader.counted()?;
    let addresses: Vec<String> = match universe {
        Universe::V4 => wire
            .as_chunks::<4>()
            .0
            .iter()
            .map(|a| Ipv4Addr::from(*a).to_string())
            .collect(),
        Universe::V6 => wire
            .as_chunks::<16>()
            .0
            .iter()
            .map(|a| Ipv6Addr::from(*a).to_string())
            .collect(),
    };
    let width = if universe == Universe::V4 { 4 } else { 16 };
    if addresses.is_empty() || wire.len() % width != 0 {
        return Err(reader.error("one or more whole addresses"));
    }
    text.push_str(", ");
    text.push_str(&addresses.join(" "));
    let (mut params, mut keys) = (Vec::new(), Vec::new());
    while !reader.is_done() {
        let key = reader.uint16()?;
        if keys.last().is_some_and(|last| *last >= key) {
            return Err(reader.error("keys in rising order, each once"));
        }
        keys.push(key);
        params.push(decode_param(key, &mut reader)?);
    }
    if !params.is_empty() {
        text.push_str(", ");
        text.push_str(&params.join(" "));
    }
    Ok(text)
}

fn decode_param(key: u16, reader: &mut Reader<'_>) -> Result<String, TextError> {
    let len = reader.uint16()?;
    let value = reader.take(usize::from(len), "a value of the length given")?;
    let text = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).ok()?;
        let usable =
            !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        usable.then(|| text.to_owned())
    };
    match (key, value) {
        (ALPN, value) => {
            let mut ids = Vec::new();
            let mut rest = value;
            while let [len, tail @ ..] = rest {
                let id = tail.split_at_checked(usize::from(*len));
                let (id, tail) = id.ok_or_else(|| reader.error("an alpn identifier"))?;
                let id = text(id).filter(|id| !id.contains(','));
                ids.push(id.ok_or_else(|| reader.error("an alpn identifier that is text"))?);
                rest = tail;
            }
            let list = split::escape(&ids.join(","));
            if ids.is_empty() {
                Err(reader.error("an alpn identifier"))
            } else {
                Ok(format!("alpn={list}"))
            }
        }
        (PORT, [high, low]) => Ok(format!("port={}", u16::from_be_bytes([*high, *low]))),
        (DOHPATH, value) => {
            let path = text(value).ok_or_else(|| reader.error("a path that is text"))?;
            Ok(format!("dohpath={}", split::escape(&path)))
        }
        _ => Err(reader.error("alpn, port or dohpath")),
    }
}

fn put(universe: Universe, wire: &[u8], out: &mut Vec<u8>) -> Option<()> {
    match universe {
        Universe::V4 => with_length::<u8>(wire, out),
        Universe::V6 => with_length::<u16>(wire, out),
    }
}

/// Appends length and bytes; `None` when the length does not fit.
fn with_length<L: TryFrom<usize> + Into<u32>>(wire: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let len: u32 = L::try_from(wire.len()).ok()?.into();
    let bytes = len.to_be_bytes();
    out.extend_from_slice(&bytes[4 - size_of::<L>()..]);
    out.extend_from_slice(wire);
    Some(())
}
