//! What workers count of leases and keep in the database, so that any of them can tell it of the fleet.
//!
//! Each worker adds to rows of its own; what is true is the sum. Gauges (how many leases there are) are not
//! kept: they are counted when somebody asks ([`crate::Store::count`]).

use crate::error::Error;
use crate::row::{Cells, Reader, Unreadable, Value};

/// In a row: no subnet, or no pool.
const NONE: i64 = -1;

/// What a number is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// All there is.
    Global,
    /// A subnet.
    Subnet(u32),
    /// The pools of a subnet that have this identifier: subnet, pool.
    Pool(u32, u32),
}

/// Something was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Increment<'a> {
    /// The statistic's name, as it is for all subnets; up to 64 characters.
    pub name: &'a str,
    /// The smallest place that it counts for; it counts for what is around as well.
    pub place: Place,
    /// How often.
    pub count: i64,
}

/// What was counted under a name at a place, itself or by a reset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The statistic's name.
    pub name: String,
    /// Where it was counted.
    pub place: Place,
    /// What a reset of that very place took off; else it counts for all that is around as well.
    pub is_reset: bool,
    /// The sum over all workers.
    pub value: i64,
}

/// Rows of a lease table that have something in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Their subnet.
    pub subnet_id: u32,
    /// The identifier of their pool.
    pub pool_id: u32,
    /// Number of their state ([`crate::State`]).
    pub state: i64,
    /// How many there are.
    pub leases: u64,
}

impl Place {
    /// Subnet and pool, as rows have them.
    fn columns(self) -> [i64; 2] {
        match self {
            Self::Global => [NONE, NONE],
            Self::Subnet(subnet) => [subnet.into(), NONE],
            Self::Pool(subnet, pool) => [subnet.into(), pool.into()],
        }
    }

    /// The place itself and all within it: subnets from and to, pools from and to.
    fn ranges(self) -> [i64; 4] {
        let [subnet, pool] = self.columns();
        let up_to = |from| if from == NONE { i64::MAX } else { from };
        [subnet, up_to(subnet), pool, up_to(pool)]
    }

    fn of(subnet: i64, pool: i64) -> Option<Self> {
        match (u32::try_from(subnet), u32::try_from(pool)) {
            (Ok(subnet), Ok(pool)) => Some(Self::Pool(subnet, pool)),
            (Ok(subnet), Err(_)) if pool == NONE => Some(Self::Subnet(subnet)),
            _ if (subnet, pool) == (NONE, NONE) => Some(Self::Global),
            _ => None,
        }
    }
}

impl<'a> Increment<'a> {
    /// A row, as the statement binds it.
    pub(crate) fn values(&self, family: u8, slot: u32) -> [Value<'a>; 6] {
        let [subnet, pool] = self.place.columns();
        [
            Value::Number(family.into()),
            Value::Text(self.name),
            Value::Number(subnet),
            Value::Number(pool),
            Value::Number(slot.into()),
            Value::Number(self.count),
        ]
    }
}

/// A name at a place and all within it, as statements bind them.
pub(crate) fn range_values(family: u8, name: &str, place: Place) -> [Value<'_>; 6] {
    let [from, to, first, last] = place.ranges().map(Value::Number);
    [
        Value::Number(family.into()),
        Value::Text(name),
        from,
        to,
        first,
        last,
    ]
}

/// Read a row of the list.
pub(crate) fn read_counted(row: &dyn Cells) -> Result<Counted, Error> {
    let mut reader = Reader::new(row, 0);
    let mut read = || {
        let name = reader.text("name")?.unwrap_or_default();
        let subnet = reader.number("subnet_id")?.unwrap_or(NONE);
        let pool: i64 = reader.number("pool_id")?.unwrap_or(NONE);
        Ok(Counted {
            name,
            place: Place::of(subnet, pool).unwrap_or(Place::Global),
            is_reset: reader.flag("is_reset")?,
            value: reader.within("value")?,
        })
    };
    read().map_err(|unreadable: Unreadable| unreadable.located("statistic", String::new()))
}

/// Read a single sum.
pub(crate) fn read_total(row: &dyn Cells) -> Result<i64, Error> {
    let value = Reader::new(row, 0).within("value");
    value.map_err(|unreadable: Unreadable| unreadable.located("statistic", String::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_contains_what_is_within_it() {
        assert_eq!(Place::Global.ranges(), [-1, i64::MAX, -1, i64::MAX]);
        assert_eq!(Place::Subnet(7).ranges(), [7, 7, -1, i64::MAX]);
        assert_eq!(Place::Pool(7, 0).ranges(), [7, 7, 0, 0]);
    }

    #[test]
    fn a_row_gives_its_place_back() {
        for place in [Place::Global, Place::Subnet(u32::MAX), Place::Pool(1, 0)] {
            let [subnet, pool] = place.columns();
            assert_eq!(Place::of(subnet, pool), Some(place));
        }
        assert_eq!(Place::of(-1, 3), None);
    }
}
