//! Sequences of DHCPv6 options and typed access to them.

use super::ia::{Ia, StatusCode};
use super::{DUID_LEN, ParseError, Parsing, code};

/// Code and length.
pub(super) const OPTION_HEADER: usize = 4;

/// A sequence of whole options, in a datagram or inside of an option. Cheap to copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options<'a> {
    bytes: &'a [u8],
}

impl<'a> Options<'a> {
    /// The options that `bytes` consists of.
    ///
    /// # Errors
    /// [`ParseError::Truncated`] for one that claims more than is left, its offset counted from the
    /// start of `bytes`; in lenient mode the sequence ends before it instead.
    pub fn parse(bytes: &'a [u8], parsing: Parsing) -> Result<Self, ParseError> {
        Self::parse_at(bytes, 0, parsing)
    }

    /// As [`Self::parse`]; offsets in errors count from `base` bytes before.
    pub(super) fn parse_at(
        bytes: &'a [u8],
        base: usize,
        parsing: Parsing,
    ) -> Result<Self, ParseError> {
        let mut iter = OptionsIter { rest: bytes };
        iter.by_ref().for_each(drop);
        let end = bytes.len() - iter.rest.len();
        if parsing == Parsing::Strict && !iter.rest.is_empty() {
            return Err(truncated(iter.rest, base + end));
        }
        Ok(Self {
            bytes: bytes.get(..end).unwrap_or_default(),
        })
    }

    /// The bytes of the whole options.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Code and data of each option, in order.
    #[must_use]
    pub fn iter(&self) -> OptionsIter<'a> {
        OptionsIter { rest: self.bytes }
    }

    /// The data of the first option with this code.
    #[must_use]
    pub fn get(&self, code: u16) -> Option<&'a [u8]> {
        self.all(code).next()
    }

    /// The data of all options with this code.
    pub fn all(&self, code: u16) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.iter()
            .filter(move |(c, _)| *c == code)
            .map(|(_, data)| data)
    }

    /// Whether there is an option with this code.
    #[must_use]
    pub fn has(&self, code: u16) -> bool {
        self.get(code).is_some()
    }

    /// An option of exactly `N` bytes.
    #[must_use]
    pub fn fixed<const N: usize>(&self, code: u16) -> Option<[u8; N]> {
        self.get(code)?.try_into().ok()
    }

    /// The client's DUID; none when its length is not that of a DUID.
    #[must_use]
    pub fn client_id(&self) -> Option<&'a [u8]> {
        self.get(code::CLIENT_ID)
            .filter(|duid| DUID_LEN.contains(&duid.len()))
    }

    /// The server's DUID; none when its length is not that of a DUID.
    #[must_use]
    pub fn server_id(&self) -> Option<&'a [u8]> {
        self.get(code::SERVER_ID)
            .filter(|duid| DUID_LEN.contains(&duid.len()))
    }

    /// The option codes asked for (ORO), of all ORO options together.
    pub fn requested_codes(&self) -> impl Iterator<Item = u16> + use<'a> {
        self.all(code::ORO)
            .flat_map(|codes| codes.as_chunks::<2>().0)
            .map(|c| u16::from_be_bytes(*c))
    }

    /// Whether an option is asked for (ORO).
    #[must_use]
    pub fn requested(&self, code: u16) -> bool {
        self.requested_codes().any(|c| c == code)
    }

    /// The identity associations (IA_NA, IA_TA, IA_PD) in order; one that is too short is passed over.
    pub fn ias(&self) -> impl Iterator<Item = Ia<'a>> + use<'a> {
        self.iter().filter_map(|(code, data)| Ia::parse(code, data))
    }

    /// The status of this level.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode<'a>> {
        self.get(code::STATUS_CODE).and_then(StatusCode::parse)
    }

    /// Vendor options (17): enterprise number and options, in order.
    pub fn vendor_opts(&self) -> impl Iterator<Item = (u32, Self)> + use<'a> {
        self.all(code::VENDOR_OPTS).filter_map(|data| {
            let (enterprise, options) = data.split_first_chunk::<4>()?;
            Some((u32::from_be_bytes(*enterprise), Self::lenient(options)))
        })
    }

    /// Vendor classes (16): enterprise number and classes, in order.
    pub fn vendor_classes(&self) -> impl Iterator<Item = (u32, Tuples<'a>)> + use<'a> {
        self.all(code::VENDOR_CLASS).filter_map(|data| {
            let (enterprise, classes) = data.split_first_chunk::<4>()?;
            Some((u32::from_be_bytes(*enterprise), Tuples::new(classes)))
        })
    }

    /// User classes (15), in order.
    #[must_use]
    pub fn user_classes(&self) -> Tuples<'a> {
        Tuples::new(self.get(code::USER_CLASS).unwrap_or_default())
    }

    /// Options up to the first broken one.
    pub(super) fn lenient(bytes: &'a [u8]) -> Self {
        Self::parse_at(bytes, 0, Parsing::Lenient).unwrap_or_default()
    }
}

impl<'a> IntoIterator for Options<'a> {
    type Item = (u16, &'a [u8]);
    type IntoIter = OptionsIter<'a>;

    fn into_iter(self) -> OptionsIter<'a> {
        self.iter()
    }
}

/// Code and data of options; ends before one that is cut off.
#[derive(Clone, Debug)]
pub struct OptionsIter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for OptionsIter<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (header, rest) = self.rest.split_first_chunk::<OPTION_HEADER>()?;
        let [code_high, code_low, len_high, len_low] = *header;
        let len = usize::from(u16::from_be_bytes([len_high, len_low]));
        let (data, rest) = rest.split_at_checked(len)?;
        self.rest = rest;
        Some((u16::from_be_bytes([code_high, code_low]), data))
    }
}

/// Texts with a length of two bytes before each (user and vendor classes).
///
/// A length beyond the end means the rest: what `lenient-option-parsing` asks for (manual
/// dhcp6-srv.rst:7974). A message with one is refused in strict mode.
#[derive(Clone, Debug)]
pub struct Tuples<'a> {
    rest: &'a [u8],
}

impl<'a> Tuples<'a> {
    /// The tuples in the data of an option, or of what is behind its fixed fields.
    #[must_use]
    pub fn new(data: &'a [u8]) -> Self {
        Self { rest: data }
    }
}

impl<'a> Iterator for Tuples<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (len, rest) = self.rest.split_first_chunk::<2>()?;
        let len = usize::from(u16::from_be_bytes(*len)).min(rest.len());
        let (text, rest) = rest.split_at_checked(len)?;
        self.rest = rest;
        Some(text)
    }
}

/// The error for the option at the start of `rest`, which stands at `offset`.
fn truncated(rest: &[u8], offset: usize) -> ParseError {
    let field = |at| {
        rest.get(at..at + 2)
            .map_or(0, |b| u16::from_be_bytes([b[0], b[1]]))
    };
    let left = rest.len().saturating_sub(OPTION_HEADER);
    ParseError::Truncated {
        code: field(0),
        offset,
        claimed: usize::from(field(2)),
        left,
    }
}
