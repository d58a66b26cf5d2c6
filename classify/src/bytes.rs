//! The bytes that a part of an expression yields: borrowed from the query or the expression where that
//! is possible, and without an allocation where they are few.

use std::borrow::Cow;
use std::ops::Deref;

use smallvec::SmallVec;

/// Bytes, borrowed or owned.
#[derive(Clone, Debug)]
pub enum Bytes<'a> {
    /// Somebody else's.
    Borrowed(&'a [u8]),
    /// Made for this evaluation.
    Owned(SmallVec<[u8; 16]>),
}

impl Bytes<'_> {
    /// Four bytes in network order, as the language has every number.
    #[must_use]
    pub fn number(number: u32) -> Self {
        Self::Owned(SmallVec::from_slice(&number.to_be_bytes()))
    }
}

impl Default for Bytes<'_> {
    fn default() -> Self {
        Self::Borrowed(&[])
    }
}

impl Deref for Bytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Owned(bytes) => bytes,
        }
    }
}

impl<'a> From<&'a [u8]> for Bytes<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Borrowed(bytes)
    }
}

impl<'a> From<Cow<'a, [u8]>> for Bytes<'a> {
    fn from(bytes: Cow<'a, [u8]>) -> Self {
        match bytes {
            Cow::Borrowed(bytes) => Self::Borrowed(bytes),
            Cow::Owned(bytes) => Self::Owned(SmallVec::from_vec(bytes)),
        }
    }
}

impl From<String> for Bytes<'_> {
    fn from(text: String) -> Self {
        Self::Owned(SmallVec::from_vec(text.into_bytes()))
    }
}

impl<const N: usize> From<[u8; N]> for Bytes<'_> {
    fn from(bytes: [u8; N]) -> Self {
        Self::Owned(SmallVec::from_slice(&bytes))
    }
}

impl FromIterator<u8> for Bytes<'_> {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Self {
        Self::Owned(bytes.into_iter().collect())
    }
}
