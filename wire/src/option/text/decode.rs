//! Bytes to text, by definition.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::{DataType, OptionDef, Universe};
use super::encode::prefix_mask;
use super::{Special, TextError, dnr, hex, name, routes, split};

/// Names in domain-search may be compressed (RFC 3397 section 2).
const DOMAIN_SEARCH: u16 = 119;

/// The comma-separated text of an option's data.
///
/// Encoding it gives the same data again, but for what has several forms on the wire: bits behind a
/// prefix length, zeros at the end of a string, compressed or partial names. Of an option that
/// encapsulates a space only its own fields are read; what follows are sub-options.
///
/// # Errors
/// [`TextError::Wire`] when the bytes are not what the definition says, or are no text.
pub fn decode(def: &OptionDef, universe: Universe, data: &[u8]) -> Result<String, TextError> {
    match Special::of(def, universe) {
        Some(Special::Routes) => return routes::decode(data),
        Some(Special::Dnr) => return dnr::decode(universe, data),
        Some(Special::PrefixExclude) | None => {}
    }
    let compressed = def.space == Universe::V4.space() && def.code == DOMAIN_SEARCH;
    let mut reader = Reader {
        data,
        at: 0,
        field: 0,
        universe,
        compressed,
    };
    let mut texts = Vec::new();
    // An array may have no value at all; see the encoder.
    let nothing = data.is_empty() && def.array && def.fields().len() == 1;
    if def.data_type != DataType::Empty && !nothing {
        for data_type in def.fields() {
            texts.push(reader.value(*data_type)?);
        }
        while let (true, Some(last)) = (def.array && !reader.is_done(), def.fields().last()) {
            texts.push(reader.value(*last)?);
        }
    }
    if !reader.is_done() && def.encapsulates.is_none() {
        reader.field += 1;
        return Err(reader.error("the end of the option"));
    }
    Ok(texts.join(", "))
}

/// How many bytes of `data` are the option's own fields; sub-options stand behind these. None when a
/// field is cut off.
#[must_use]
pub fn own_len(def: &OptionDef, universe: Universe, data: &[u8]) -> Option<usize> {
    let mut reader = Reader::new(universe, data);
    for data_type in def.fields() {
        reader.skip(*data_type).ok()?;
    }
    while let (true, Some(last)) = (def.array && !reader.is_done(), def.fields().last()) {
        reader.skip(*last).ok()?;
    }
    Some(reader.at)
}

/// Reads values one after the other and knows where it is.
pub(super) struct Reader<'d> {
    data: &'d [u8],
    at: usize,
    /// Field being read, from 1.
    field: usize,
    universe: Universe,
    compressed: bool,
}

impl<'d> Reader<'d> {
    pub(super) fn new(universe: Universe, data: &'d [u8]) -> Self {
        Self {
            data,
            at: 0,
            field: 0,
            universe,
            compressed: false,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.data.len()
    }

    pub(super) fn error(&self, expected: impl Into<std::borrow::Cow<'static, str>>) -> TextError {
        TextError::Wire {
            field: self.field,
            offset: self.at,
            expected: expected.into(),
        }
    }

    pub(super) fn take(&mut self, len: usize, what: &'static str) -> Result<&'d [u8], TextError> {
        let end = self.at.checked_add(len);
        let taken = end.and_then(|end| self.data.get(self.at..end));
        let taken = taken.ok_or_else(|| self.error(what))?;
        self.at += len;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(
        &mut self,
        what: &'static str,
    ) -> Result<[u8; N], TextError> {
        let taken = self.take(N, what)?.first_chunk::<N>().copied();
        taken.ok_or_else(|| self.error(what))
    }

    pub(super) fn uint16(&mut self) -> Result<u16, TextError> {
        Ok(u16::from_be_bytes(self.array("two bytes")?))
    }

    pub(super) fn name(&mut self) -> Result<String, TextError> {
        let read = name::read_name(self.data, self.at, self.compressed);
        let (text, end) = read.map_err(|expected| self.error(expected))?;
        self.at = end;
        Ok(text)
    }

    /// Starts the next field.
    pub(super) fn value(&mut self, data_type: DataType) -> Result<String, TextError> {
        self.field += 1;
        Ok(match data_type {
            DataType::Binary => hex(self.rest()),
            DataType::Boolean => match self.array("a boolean")? {
                [0] => "false".to_owned(),
                [1] => "true".to_owned(),
                _ => return Err(self.error("0 or 1")),
            },
            DataType::Fqdn => self.name()?,
            DataType::Ipv4Address => Ipv4Addr::from(self.array::<4>("four bytes")?).to_string(),
            DataType::Ipv6Address => Ipv6Addr::from(self.array::<16>("16 bytes")?).to_string(),
            DataType::Ipv6Prefix => self.prefix()?,
            DataType::Psid => self.psid()?,
            DataType::String => self.string()?,
            DataType::Tuple => self.tuple()?,
            DataType::Uint8 => u8::from_be_bytes(self.array("one byte")?).to_string(),
            DataType::Uint16 => self.uint16()?.to_string(),
            DataType::Uint32 => u32::from_be_bytes(self.array("four bytes")?).to_string(),
            DataType::Int8 => i8::from_be_bytes(self.array("one byte")?).to_string(),
            DataType::Int16 => i16::from_be_bytes(self.array("two bytes")?).to_string(),
            DataType::Int32 => i32::from_be_bytes(self.array("four bytes")?).to_string(),
            DataType::Empty | DataType::Record | DataType::Internal => {
                return Err(self.error("a type with values"));
            }
        })
    }

    fn skip(&mut self, data_type: DataType) -> Result<(), TextError> {
        match data_type {
            DataType::Fqdn => self.name().map(drop),
            DataType::Ipv6Prefix => self.prefix().map(drop),
            DataType::Tuple => self.counted().map(drop),
            _ => match data_type.fixed_len() {
                Some(len) => self.take(len, "a whole value").map(drop),
                None => {
                    self.rest();
                    Ok(())
                }
            },
        }
    }

    fn rest(&mut self) -> &'d [u8] {
        let rest = self.data.get(self.at..).unwrap_or_default();
        self.at = self.data.len();
        rest
    }

    fn prefix(&mut self) -> Result<String, TextError> {
        let [len] = self.array("a prefix length")?;
        if len > 128 {
            return Err(self.error("a prefix length of at most 128"));
        }
        let held = self.take(usize::from(len).div_ceil(8), "the bytes of the prefix")?;
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(held) {
            *to = *from;
        }
        let address = Ipv6Addr::from(u128::from_be_bytes(bytes) & prefix_mask(len));
        Ok(format!("{address}/{len}"))
    }

    fn psid(&mut self) -> Result<String, TextError> {
        let [len, high, low] = self.array("a PSID of three bytes")?;
        if len > 16 {
            return Err(self.error("a PSID length of at most 16"));
        }
        let bits = u16::from_be_bytes([high, low]);
        if bits.checked_shl(u32::from(len)).unwrap_or(0) != 0 {
            return Err(self.error("zero bits behind the PSID"));
        }
        let psid = bits.checked_shr(16 - u32::from(len)).unwrap_or(0);
        Ok(format!("{psid}/{len}"))
    }

    /// Zeros at the end do not belong to the text (RFC 2132 section 2; dhcp4-srv.rst:2166).
    fn string(&mut self) -> Result<String, TextError> {
        let mut rest = self.rest();
        while let [text @ .., 0] = rest {
            rest = text;
        }
        self.text(rest)
    }

    fn tuple(&mut self) -> Result<String, TextError> {
        let text = self.counted()?;
        // Nothing at all between two commas would be no field.
        Ok(if text.is_empty() {
            " ".to_owned()
        } else {
            self.text(text)?
        })
    }

    /// Bytes behind a length of the universe's width.
    pub(super) fn counted(&mut self) -> Result<&'d [u8], TextError> {
        let len = match self.universe {
            Universe::V4 => usize::from(u8::from_be_bytes(self.array("a length")?)),
            Universe::V6 => usize::from(self.uint16()?),
        };
        self.take(len, "as many bytes as the length says")
    }

    fn text(&self, bytes: &[u8]) -> Result<String, TextError> {
        let text = std::str::from_utf8(bytes).map_err(|_| self.error("text in UTF-8"))?;
        if text.contains(char::is_control) || text.trim_ascii() != text {
            return Err(self.error("printable text without blanks at its ends"));
        }
        match (text.is_empty(), self.field) {
            (true, 1) => Err(self.error("a text of at least one character")),
            (true, _) => Ok(" ".to_owned()),
            (false, _) => Ok(split::escape(text)),
        }
    }
}
