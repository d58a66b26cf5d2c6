//! What is wrong with the text, or with the bytes to be shown as text.

use std::borrow::Cow;

/// Why text is not the data of an option, or data has no text form. Fields count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// A field is not what its type asks for.
    #[error("field {field}: '{value}' is not {expected}")]
    Field {
        /// Which field.
        field: usize,
        /// Its text.
        value: String,
        /// What is expected, in words.
        expected: Cow<'static, str>,
    },
    /// Fields are missing.
    #[error("{found} fields given, at least {expected} are needed; the next is {next}")]
    TooFew {
        /// Fewest fields the option has.
        expected: usize,
        /// Fields given.
        found: usize,
        /// What the first missing field is.
        next: Cow<'static, str>,
    },
    /// There are more fields than the option has. Kea (2.2) drops them without a word; a caller
    /// that must accept such text can take `encoded` and warn.
    #[error(
        "{found} fields given, the option has {expected}; write a comma that belongs to a text as '\\,' ('\\\\,' in a configuration file)"
    )]
    TooMany {
        /// Fields the option has.
        expected: usize,
        /// Fields given.
        found: usize,
        /// The data made of the first `expected` fields.
        encoded: Vec<u8>,
    },
    /// Hexadecimal text is malformed.
    #[error("'{value}' is not hexadecimal data: {reason}")]
    Hex {
        /// The text.
        value: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// The data is longer than an option can be.
    #[error("the option data has {len} bytes, at most {max} are possible")]
    TooLong {
        /// Length of the data.
        len: usize,
        /// The limit.
        max: usize,
    },
    /// The bytes of an option are not what its definition says.
    #[error("byte {offset} (field {field}): expected {expected}")]
    Wire {
        /// Which field.
        field: usize,
        /// Where in the option's data.
        offset: usize,
        /// What is expected, in words.
        expected: Cow<'static, str>,
    },
}
