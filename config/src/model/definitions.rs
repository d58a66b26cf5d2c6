//! `option-def` to definitions (manual dhcp4-srv.rst:2255-2409): formats alone, values are `options`' business.

use std::sync::Arc;

use murre_wire::Family;
use murre_wire::option::{DataType, Definitions, OptionDef, Universe};

use super::{Cx, Fields};

/// The built-in definitions and those of a scope over them.
pub(super) fn definitions<F: Family>(
    cx: &mut Cx,
    scope: &Fields<'_>,
    above: &Arc<Definitions>,
) -> Arc<Definitions> {
    let entries = cx.maps(scope, "option-def");
    if entries.is_empty() {
        return Arc::clone(above);
    }
    let mut definitions = Definitions::over(above);
    for entry in &entries {
        let Some(definition) = definition(cx, entry, Universe::of::<F>()) else {
            continue;
        };
        if let Err(error) = definitions.add(definition) {
            cx.value_error(entry.place, error.to_string());
        }
    }
    Arc::new(definitions)
}

fn definition(cx: &mut Cx, fields: &Fields<'_>, universe: Universe) -> Option<OptionDef> {
    for key in ["name", "code", "type"] {
        if fields.get(key).is_none() {
            cx.missing(fields, key);
        }
    }
    let name = cx.text(fields, "name").map(str::to_owned);
    let code = cx.integer(fields, "code", 0..=i128::from(u16::MAX));
    let data_type = cx.parsed::<DataType>(fields, "type", &known_types());
    let space = cx.filled(fields, "space").unwrap_or(universe.space());
    let array = cx.boolean(fields, "array").unwrap_or_default();
    let record = record_types(cx, fields);
    let encapsulates = cx.filled(fields, "encapsulate").map(str::to_owned);
    let (name, code, data_type, record) = (name?, code?, data_type?, record?);
    Some(OptionDef {
        array,
        record: record.into(),
        encapsulates: encapsulates.map(Into::into),
        ..OptionDef::new(space.to_owned(), code, name, data_type)
    })
}

/// The fields of a record, separated by commas.
fn record_types(cx: &mut Cx, fields: &Fields<'_>) -> Option<Vec<DataType>> {
    let Some(text) = cx.filled(fields, "record-types") else {
        return Some(Vec::new());
    };
    let types: Result<Vec<DataType>, _> = text.split(',').map(|one| one.trim().parse()).collect();
    match types {
        Ok(types) => Some(types),
        Err(error) => {
            let message = format!("\"record-types\": {error}; there is {}", known_types());
            cx.value_error(fields.place_of("record-types"), message);
            None
        }
    }
}

fn known_types() -> String {
    let names: Vec<_> = DataType::NAMED.iter().map(|known| known.name()).collect();
    format!("one of {}", names.join(", "))
}
