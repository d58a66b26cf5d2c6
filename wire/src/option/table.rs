//! The form the built-in tables are written in.

use std::borrow::Cow;

use super::{DataType, OptionDef};

/// Layout of an option in a table.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// One value.
    One(DataType),
    /// An array.
    Many(DataType),
    /// A record.
    Rec(&'static [DataType]),
    /// A record whose last field repeats.
    Rep(&'static [DataType]),
}

/// Code, name, layout, and the space of the sub-options or nothing.
pub(super) type Row = (u16, &'static str, Kind, &'static str);

/// Definitions, and second names of standard options by code.
pub(super) type Tables = (Vec<OptionDef>, &'static [(u16, &'static str)]);

/// Makes definitions of the tables of several spaces.
pub(super) fn rows(spaces: &[(&'static str, &'static [Row])]) -> Vec<OptionDef> {
    let rows = spaces
        .iter()
        .flat_map(|(space, rows)| rows.iter().map(move |row| (*space, row)));
    rows.map(|(space, row)| definition(space, *row)).collect()
}

fn definition(space: &'static str, (code, name, kind, encapsulates): Row) -> OptionDef {
    let (data_type, array, record): (_, _, &'static [DataType]) = match kind {
        Kind::One(data_type) => (data_type, false, &[]),
        Kind::Many(data_type) => (data_type, true, &[]),
        Kind::Rec(fields) => (DataType::Record, false, fields),
        Kind::Rep(fields) => (DataType::Record, true, fields),
    };
    OptionDef {
        code,
        name: Cow::Borrowed(name),
        space: Cow::Borrowed(space),
        data_type,
        array,
        record: Cow::Borrowed(record),
        encapsulates: (!encapsulates.is_empty()).then_some(Cow::Borrowed(encapsulates)),
    }
}
