//! Option data as text: the comma-separated and hexadecimal forms of `option-data`, and back.
//!
//! Encoding takes what an operator may write; decoding writes one canonical form that encodes to
//! the same bytes again. Where an option's bytes have no such form (a string that is not text, a
//! length that does not fit) decoding says so and [`hex()`] shows them.

mod decode;
mod dnr;
mod encode;
mod error;
mod hex;
mod name;
mod routes;
mod split;
#[cfg(test)]
mod tests;

pub use decode::{decode, own_len};
pub use encode::encode_csv;
pub use error::TextError;
pub use hex::{encode_hex, hex};
pub use name::encode_name;

use super::{OptionDef, Universe};

/// Options whose text form is not that of their type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Special {
    /// classless-static-route (RFC 3442).
    Routes,
    /// v4-dnr and v6-dnr (RFC 9463).
    Dnr,
    /// pd-exclude (RFC 6603): bytes, but a prefix may be written.
    PrefixExclude,
}

impl Special {
    fn of(def: &OptionDef, universe: Universe) -> Option<Self> {
        let standard = def.space == universe.space();
        match (universe, def.code) {
            (Universe::V4, 121) if standard => Some(Self::Routes),
            (Universe::V4, 162) | (Universe::V6, 144) if standard => Some(Self::Dnr),
            (Universe::V6, 67) if standard => Some(Self::PrefixExclude),
            _ => None,
        }
    }
}
