//! The registry of workers: who runs on this database, and who did a moment ago.
//!
//! A worker renews its row every second and reads everybody's in the same round trip. All times
//! are the database's; what follows from them is the worker's to decide.

use std::time::Duration;

use crate::error::Error;
use crate::row::{Cells, Reader, Unreadable, Value};

/// A worker that was not seen for so long is taken for dead. The statements, and the view for
/// people, say the same number.
pub const SILENCE: Duration = Duration::from_secs(3);

/// The rows of workers that are gone stay for so long.
pub const MEMORY: Duration = Duration::from_secs(24 * 3600);

/// What a worker says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Beat {
    /// Its name, unique in its family.
    pub name: String,
    /// Drawn by the process, so that two of one name notice.
    pub incarnation: i64,
    /// What it answers from, separated by spaces.
    pub addresses: String,
    /// The program's version.
    pub version: String,
    /// What configuration it runs.
    pub revision: String,
    /// Queries in flight, averaged.
    pub load: f64,
    /// Whether it shares with others what they hear as well.
    pub sharing: bool,
    /// Whether it is about to end.
    pub draining: bool,
    /// Why it refused its last configuration; empty when it did not.
    pub last_error: String,
    /// The process is new: a row of its name at the same addresses is an earlier process's.
    pub first: bool,
}

impl Beat {
    /// In the order of the statements; [`Beat::first`] is last, for the one that asks for it.
    pub(crate) fn values(&self, family: u8) -> [Value<'_>; 11] {
        [
            Value::Number(family.into()),
            Value::Text(&self.name),
            Value::Number(self.incarnation),
            Value::Text(&self.addresses),
            Value::Text(&self.version),
            Value::Text(&self.revision),
            // Hundredths: the values of statements are whole numbers.
            Value::Number((self.load * 100.0).round() as i64),
            Value::Flag(self.sharing),
            Value::Flag(self.draining),
            Value::Text(&self.last_error),
            Value::Flag(self.first),
        ]
    }
}

/// A row of the registry.
#[derive(Clone, Debug, PartialEq)]
pub struct Worker {
    /// Its name, unique in its family.
    pub name: String,
    /// Which process.
    pub incarnation: i64,
    /// A small number of its own.
    pub slot: u32,
    /// What it answers from, separated by spaces.
    pub addresses: String,
    /// The program's version.
    pub version: String,
    /// What configuration it runs.
    pub revision: String,
    /// Queries in flight, averaged.
    pub load: f64,
    /// Whether it shares with others what they hear as well.
    pub sharing: bool,
    /// Whether it is about to end.
    pub draining: bool,
    /// It signed off.
    pub ended: bool,
    /// Seconds since 1970.
    pub started: i64,
    /// Seconds since 1970.
    pub last_seen: i64,
    /// Since it was last seen, by the database's clock.
    pub age: Duration,
    /// Why it refused its last configuration; empty when it did not.
    pub last_error: String,
}

/// What a worker's row says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It serves.
    Live,
    /// It is about to end.
    Draining,
    /// It was not heard of for [`SILENCE`], and did not sign off.
    Silent,
    /// It signed off.
    Gone,
}

impl Worker {
    /// What follows from the row.
    pub fn presence(&self) -> Presence {
        if self.ended {
            Presence::Gone
        } else if self.age > SILENCE {
            Presence::Silent
        } else if self.draining {
            Presence::Draining
        } else {
            Presence::Live
        }
    }

    /// Nobody needs the row any more.
    pub fn is_forgotten(&self) -> bool {
        self.age > MEMORY
    }
}

/// Who signs off, as its statement binds it.
pub(crate) fn leave_values(family: u8, name: &str, incarnation: i64) -> [Value<'_>; 3] {
    [
        Value::Number(family.into()),
        Value::Text(name),
        Value::Number(incarnation),
    ]
}

/// Read a row of the list.
pub(crate) fn read_worker(row: &dyn Cells) -> Result<Worker, Error> {
    read(&mut Reader::new(row, 0)).map_err(|unreadable: Unreadable| {
        let name = row.text(0).ok().flatten().unwrap_or_default();
        unreadable.located("worker", name)
    })
}

/// From milliseconds. Who was seen later than now has not been seen since the database's clock was set
/// back: who lives is seen again within a second.
fn age(millis: i64) -> Duration {
    let age = Duration::from_millis(millis.unsigned_abs());
    match millis < 0 && age <= SILENCE {
        true => Duration::ZERO,
        false => age,
    }
}

fn read(row: &mut Reader<'_>) -> Result<Worker, Unreadable> {
    Ok(Worker {
        name: row.text("name")?.unwrap_or_default(),
        incarnation: row.within("incarnation")?,
        slot: row.within("slot")?,
        addresses: row.text("addresses")?.unwrap_or_default(),
        version: row.text("version")?.unwrap_or_default(),
        revision: row.text("revision")?.unwrap_or_default(),
        load: row.within::<i64>("in_flight")? as f64 / 100.0,
        sharing: row.flag("sharing")?,
        draining: row.flag("draining")?,
        ended: row.flag("ended")?,
        started: row.within("started")?,
        last_seen: row.within("last_seen")?,
        age: age(row.within("last_seen")?),
        last_error: row.text("last_error")?.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_seen_in_the_future_is_not_alive_for_long() {
        assert_eq!(age(-2_000), Duration::ZERO);
        assert!(age(-3_600_000) > SILENCE && age(-3_600_000) < MEMORY);
        assert_eq!(age(1_500), Duration::from_millis(1_500));
    }
}
