//! `option-data` to bytes (dhcp4-srv.rst:1470-1830, 2950-2994).

use std::sync::Arc;

use murre_wire::Family;
use murre_wire::option::text::{TextError, encode_csv, encode_hex};
use murre_wire::option::{Definitions, OptionDef, Universe};

use super::spaces::{Entry, assemble, vendor_of};
use super::{Cx, Fields};
use crate::error::{ConfigError, Fault, Note};
use crate::snapshot::OptionSet;

/// Reads the options of a scope and puts them over those of the scopes above.
pub(super) fn options<F: Family>(
    cx: &mut Cx,
    scope: &Fields<'_>,
    definitions: &Arc<Definitions>,
    above: &OptionSet,
) -> OptionSet {
    let maps = cx.maps(scope, "option-data");
    if maps.is_empty() {
        return above.clone();
    }
    let universe = Universe::of::<F>();
    let entries = maps.iter();
    let entries = entries.filter_map(|fields| entry(cx, fields, universe, definitions));
    let entries: Vec<_> = entries.collect();
    OptionSet::new(assemble(cx, universe, &entries)).over(above)
}

fn entry<'m>(
    cx: &mut Cx,
    fields: &Fields<'m>,
    universe: Universe,
    definitions: &Definitions,
) -> Option<Entry<'m>> {
    let always_send = cx.boolean(fields, "always-send").unwrap_or_default();
    let never_send = cx.boolean(fields, "never-send").unwrap_or_default();
    let csv = cx.boolean(fields, "csv-format");
    let text = cx.text(fields, "data").unwrap_or_default();
    let space = cx.filled(fields, "space").unwrap_or(universe.space());
    let space = definitions.space_name(space).to_owned();
    if universe == Universe::V6 && vendor_of(&space).is_some() {
        let fault = Fault::NotSupported(format!("the option space \"{space}\""));
        cx.error(ConfigError::new(fields.place_of("space").clone(), fault));
        return None;
    }
    let (code, definition) = identity(cx, fields, (universe, &space), definitions)?;
    // An entry may consist of its flag alone.
    let has_data = !(text.is_empty() && never_send);
    let own = match has_data {
        true => encode(cx, fields, universe, definition.as_deref(), csv, text)?,
        false => Vec::new(),
    };
    Some(Entry {
        space,
        code,
        definition,
        own,
        always_send,
        never_send,
        has_data,
        place: fields.place,
    })
}

/// Code and definition of an entry, by its name, its code or both.
fn identity(
    cx: &mut Cx,
    fields: &Fields<'_>,
    (universe, space): (Universe, &str),
    definitions: &Definitions,
) -> Option<(u16, Option<Arc<OptionDef>>)> {
    // 0 and 255 stand for something else in a DHCPv4 message, but not in its other spaces.
    let range = match (space == universe.space(), universe) {
        (true, _) => 1..=i128::from(universe.max_code()),
        (false, Universe::V4) => 0..=255,
        (false, Universe::V6) => 0..=i128::from(u16::MAX),
    };
    let code = match fields.get("code") {
        Some(_) => Some(cx.integer(fields, "code", range)?),
        None => None,
    };
    let Some(name) = cx.filled(fields, "name") else {
        let Some(code) = code else {
            cx.value_error(fields.place, "an option needs a \"name\" or a \"code\"");
            return None;
        };
        return Some((code, definitions.by_code(space, code).cloned()));
    };
    let definition = definitions.by_name(space, name);
    match (code, definition) {
        (None, None) => {
            let message = format!(
                "no option of space \"{space}\" is named \"{name}\"; one without a definition is given by \"code\""
            );
            cx.value_error(fields.place_of("name"), message);
            None
        }
        (Some(code), Some(definition)) if definition.code != code => {
            let message = format!("option \"{name}\" has code {}, not {code}", definition.code);
            cx.value_error(fields.place_of("code"), message);
            None
        }
        (Some(code), None) => unnamed(cx, fields, definitions.by_code(space, code), code, name),
        (_, Some(definition)) => Some((definition.code, Some(Arc::clone(definition)))),
    }
}

/// A code with a name that nothing defines: fine unless the code has another name.
fn unnamed(
    cx: &mut Cx,
    fields: &Fields<'_>,
    definition: Option<&Arc<OptionDef>>,
    code: u16,
    name: &str,
) -> Option<(u16, Option<Arc<OptionDef>>)> {
    let Some(definition) = definition else {
        return Some((code, None));
    };
    let message = format!(
        "option {code} is named \"{}\", not \"{name}\"",
        definition.name
    );
    cx.value_error(fields.place_of("name"), message);
    None
}

fn encode(
    cx: &mut Cx,
    fields: &Fields<'_>,
    universe: Universe,
    definition: Option<&OptionDef>,
    csv: Option<bool>,
    text: &str,
) -> Option<Vec<u8>> {
    let place = fields.place_of("data");
    let encoded = match (definition, csv) {
        (Some(definition), None | Some(true)) => encode_csv(definition, universe, text),
        (None, Some(true)) => {
            let message = "nothing defines this option, so that its data must be hexadecimal: \"csv-format\": false";
            cx.value_error(fields.place_of("csv-format"), message);
            return None;
        }
        (None, None) | (_, Some(false)) => encode_hex(text),
    };
    match encoded {
        Ok(data) => Some(data),
        Err(TextError::TooMany {
            expected,
            found,
            encoded,
        }) => {
            let text =
                format!("{found} fields given, the option has {expected}: the rest is not used");
            cx.note(Note::warning(place.clone(), text));
            Some(encoded)
        }
        Err(error) => {
            let what = definition.map_or_else(
                || "an option without definition takes hexadecimal data: ".to_owned(),
                |definition| format!("option \"{}\": ", definition.name),
            );
            cx.value_error(place, format!("{what}{error}"));
            None
        }
    }
}
