//! The parameters of the registry's statements, and their rows.

use mysql_async::Row;

use super::value::MySqlRow;
use crate::error::Error;
use crate::fleet::{Beat, Worker, read_worker};
use crate::row::Value;

/// The parameters of a heartbeat, each as often and in the order as its statement asks for them.
pub(super) fn beat_values(beat: &Beat, family: u8) -> [Value<'_>; 14] {
    let [
        family,
        name,
        incarnation,
        addresses,
        version,
        revision,
        load,
        sharing,
        draining,
        last_error,
        first,
    ] = beat.values(family);
    [
        incarnation,
        incarnation,
        addresses,
        version,
        revision,
        load,
        sharing,
        draining,
        last_error,
        family,
        name,
        incarnation,
        first,
        addresses,
    ]
}

/// The same of a first row.
pub(super) fn enroll_values(beat: &Beat, family: u8) -> [Value<'_>; 12] {
    let mut values = [Value::Number(family.into()); 12];
    values[..10].copy_from_slice(&beat.values(family)[..10]);
    values
}

pub(super) fn workers(rows: &[Row]) -> Result<Vec<Worker>, Error> {
    rows.iter().map(|row| read_worker(&MySqlRow(row))).collect()
}
