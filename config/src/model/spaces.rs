//! Options that hold options: which entries of a scope are sub-options of which (dhcp4-srv.rst:2844-2950).
//!
//! An option whose definition encapsulates a space carries what the same scope gives for that space,
//! behind its own data. Options of a vendor stay apart, as the query decides which of them are sent.

use std::sync::Arc;

use murre_wire::dhcp4;
use murre_wire::option::{OptionDef, Universe};

use super::Cx;
use crate::error::Note;
use crate::read::Place;
use crate::snapshot::{ConfiguredOption, OptionSpace};

/// One entry of `option-data`, its own value encoded.
pub(super) struct Entry<'m> {
    pub(super) space: String,
    pub(super) code: u16,
    pub(super) definition: Option<Arc<OptionDef>>,
    /// The value without sub-options.
    pub(super) own: Vec<u8>,
    pub(super) always_send: bool,
    pub(super) never_send: bool,
    pub(super) has_data: bool,
    pub(super) place: &'m Place,
}

/// The options that are sent by themselves, with their sub-options in them.
pub(super) fn assemble(
    cx: &mut Cx,
    universe: Universe,
    entries: &[Entry<'_>],
) -> Vec<ConfiguredOption> {
    let mut options = Vec::new();
    for entry in entries {
        let Some(space) = sent_in(universe, &entry.space) else {
            if !is_held(universe, entries, &entry.space) {
                let text = format!(
                    "no option of this scope holds the space \"{}\": this one is never sent",
                    entry.space
                );
                cx.note(Note::warning(entry.place.clone(), text));
            }
            continue;
        };
        let data = data(cx, universe, entries, entry, &mut Vec::new());
        options.push(ConfiguredOption {
            space,
            code: entry.code,
            vendor: enterprise(universe, space, entry),
            data: data.into(),
            always_send: entry.always_send,
            never_send: entry.never_send,
            has_data: entry.has_data,
        });
    }
    options
}

/// A space whose options are sent by themselves.
fn sent_in(universe: Universe, space: &str) -> Option<OptionSpace> {
    if space == universe.space() {
        return Some(OptionSpace::Message);
    }
    vendor_of(space).map(OptionSpace::Vendor)
}

/// The enterprise number of a vendor's space.
pub(super) fn vendor_of(space: &str) -> Option<u32> {
    space.strip_prefix("vendor-")?.parse().ok()
}

/// Whether an entry that is sent holds this space, directly or through others.
fn is_held(universe: Universe, entries: &[Entry<'_>], space: &str) -> bool {
    let mut wanted = vec![space];
    let mut next = 0;
    while let Some(space) = wanted.get(next).copied() {
        next += 1;
        for holder in entries.iter().filter(|entry| entry.holds() == Some(space)) {
            if sent_in(universe, &holder.space).is_some() {
                return true;
            }
            if !wanted.contains(&&*holder.space) {
                wanted.push(&holder.space);
            }
        }
    }
    false
}

/// An entry's value and the sub-options behind it; `around` are the spaces it is inside of.
fn data<'e>(
    cx: &mut Cx,
    universe: Universe,
    entries: &'e [Entry<'_>],
    entry: &'e Entry<'_>,
    around: &mut Vec<&'e str>,
) -> Vec<u8> {
    let mut data = entry.own.clone();
    let Some(space) = entry.holds() else {
        return data;
    };
    if around.contains(&space) {
        let message = format!("the option space \"{space}\" would hold itself");
        cx.value_error(entry.place, message);
        return data;
    }
    around.push(space);
    let mut inside: Vec<_> = entries
        .iter()
        .filter(|inner| inner.space == space)
        .collect();
    inside.sort_by_key(|inner| inner.code);
    for inner in inside.into_iter().filter(|inner| inner.has_data) {
        let value = self::data(cx, universe, entries, inner, around);
        append(universe, inner.code, &value, &mut data);
        if data.len() > usize::from(u16::MAX) {
            cx.value_error(
                inner.place,
                "the option that holds this one would be longer than 65535 bytes",
            );
            break;
        }
    }
    around.pop();
    data
}

fn append(universe: Universe, code: u16, value: &[u8], out: &mut Vec<u8>) {
    match universe {
        // Codes of DHCPv4 spaces were checked to be of one byte.
        Universe::V4 => dhcp4::write_option(code as u8, value, out),
        Universe::V6 => {
            out.extend_from_slice(&code.to_be_bytes());
            out.extend_from_slice(&(value.len() as u16).to_be_bytes());
            out.extend_from_slice(value);
        }
    }
}

/// The enterprise number of options whose identity it is part of (dhcp4-srv.rst:3392).
fn enterprise(universe: Universe, space: OptionSpace, entry: &Entry<'_>) -> Option<u32> {
    let carries = match universe {
        Universe::V4 => matches!(entry.code, 124 | 125),
        Universe::V6 => matches!(entry.code, 16 | 17),
    };
    let is_it = carries && space == OptionSpace::Message;
    let bytes = entry.own.first_chunk::<4>().filter(|_| is_it)?;
    Some(u32::from_be_bytes(*bytes))
}

impl Entry<'_> {
    /// The space of its sub-options.
    fn holds(&self) -> Option<&str> {
        self.definition.as_ref()?.encapsulates.as_deref()
    }
}
