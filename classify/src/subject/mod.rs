//! What expressions are about: a query of either family.

mod v4;
mod v6;

use murre_wire::option::text;
use murre_wire::option::{OptionDef, Universe};

use crate::bytes::Bytes;
use crate::expression::{Existence, Field};

pub use v4::Subject4;
pub use v6::Subject6;

/// A query that expressions are evaluated for.
pub trait Subject {
    /// What the query has there; none when it has not, which counts as no bytes.
    fn field(&self, field: &Field) -> Option<Bytes<'_>>;

    /// Whether the query has an option.
    fn has(&self, what: &Existence) -> bool;
}

/// The option's data as its definition writes it; bytes that the definition does not fit stay as they are.
fn readable<'a>(definition: &OptionDef, universe: Universe, data: Bytes<'a>) -> Bytes<'a> {
    match text::decode(definition, universe, &data) {
        Ok(text) => Bytes::from(text),
        Err(_) => data,
    }
}

/// Where sub-options begin in the data of an option with this definition.
fn behind_own_fields<'a>(
    definition: Option<&OptionDef>,
    universe: Universe,
    data: &'a [u8],
) -> &'a [u8] {
    let own = definition.map_or(Some(0), |definition| {
        text::own_len(definition, universe, data)
    });
    own.and_then(|own| data.get(own..)).unwrap_or_default()
}
