//! A lease as a row: values in one order of columns, whatever the engine.
//!
//! Writing: address, the client's columns, the family's own columns, then what both have ([`lease_values`]); an
//! upload adds `expire` and `state`. Reading: address, client, family, then as in [`read_lease`].
//! The statements of all engines keep these orders; an engine adds only how one value is bound
//! ([`Value`]) and how one is read ([`Cells`]).

use std::collections::HashMap;
use std::net::Ipv6Addr;

use smallvec::SmallVec;

use crate::batch::Questions;
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::lease::{Lease, State};
use crate::ops::{Claim, Decline, Ended, Found, FoundLease, Seen};
use crate::prefix::Span;
use crate::search::{Occupied, Window};
use crate::statistic::Count;

/// One value to bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// SQL's NULL.
    Null,
    /// A number of any width.
    Number(i64),
    /// A truth value.
    Flag(bool),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Text.
    Text(&'a str),
    /// An IPv6 address, in the engine's own type.
    Address(Ipv6Addr),
}

/// A row to bind.
pub(crate) type Values<'a> = SmallVec<[Value<'a>; 18]>;

impl<'a> From<Option<&'a [u8]>> for Value<'a> {
    fn from(bytes: Option<&'a [u8]>) -> Self {
        bytes.map_or(Self::Null, Self::Bytes)
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

impl From<Option<u16>> for Value<'_> {
    fn from(number: Option<u16>) -> Self {
        number.map_or(Self::Null, |number| Self::Number(number.into()))
    }
}

/// Address and client.
pub(crate) fn holder_values<'a, F: LeaseFamily>(
    address: F::Address,
    client: &'a F::Client,
) -> Values<'a> {
    let mut values = Values::new();
    values.push(F::address_value(address));
    F::client_values(client, &mut values);
    values
}

/// Address, client and end, as release and decline name a lease.
pub(crate) fn seen_values<'a, F: LeaseFamily>(
    seen: Seen<F::Address>,
    client: &'a F::Client,
) -> Values<'a> {
    let mut values = holder_values::<F>(seen.address, client);
    values.push(Value::Number(seen.expire));
    values
}

/// The same and the probation time, as a decline binds them.
pub(crate) fn decline_values<F: LeaseFamily>(decline: &Decline<F>) -> Values<'_> {
    let mut values = seen_values::<F>(decline.seen, &decline.client);
    values.push(Value::Number(decline.probation.into()));
    values
}

/// A whole lease without what the database sets.
pub(crate) fn lease_values<F: LeaseFamily>(lease: &Lease<F>) -> Values<'_> {
    let mut values = holder_values::<F>(lease.address, &lease.client);
    F::details_values(&lease.details, &mut values);
    values.push(Value::Number(lease.valid_lifetime.into()));
    values.push(Value::Number(lease.subnet_id.into()));
    values.push(Value::Flag(lease.fqdn_fwd));
    values.push(Value::Flag(lease.fqdn_rev));
    values.push(Value::Text(&lease.hostname));
    values.push(lease.user_context.as_deref().into());
    values.push(Value::Number(lease.pool_id.into()));
    values
}

/// A claim: its lease, and what it depends on: where a family has prefixes, whether it is only to be renewed, else
/// whether reservations may be in its way.
pub(crate) fn claim_values<F: LeaseFamily>(claim: &Claim<F>) -> Values<'_> {
    let mut values = lease_values(&claim.lease);
    values.push(Value::Flag(match F::PREFIXES {
        true => claim.must_renew(),
        false => claim.must_heed_hosts(),
    }));
    values
}

/// Subnet and address of a claim, under its number, as it is asked whether they are reserved.
pub(crate) fn reserved_values<F: LeaseFamily>(number: i64, claim: &Claim<F>) -> [Value<'_>; 3] {
    let lease = &claim.lease;
    [
        Value::Number(number),
        Value::Number(lease.subnet_id.into()),
        F::address_value(lease.address),
    ]
}

/// A span, as lookups and the guard of claims bind it.
pub(crate) fn span_values<F: LeaseFamily>(span: Span<F::Address>) -> [Value<'static>; 3] {
    [
        F::address_value(span.low),
        F::address_value(span.high),
        Value::Number(span.longest.into()),
    ]
}

/// A whole lease with `expire` and `state`, as an upload binds it.
pub(crate) fn upload_values<F: LeaseFamily>(lease: &Lease<F>) -> Values<'_> {
    let mut values = lease_values(lease);
    values.push(Value::Number(lease.expire));
    values.push(Value::Number(lease.state as i64));
    values
}

/// A row that an engine gives, by position. `Err` says why a value cannot be had.
pub(crate) trait Cells {
    /// A number or truth value.
    fn number(&self, at: usize) -> Result<Option<i64>, String>;
    /// Bytes.
    fn bytes(&self, at: usize) -> Result<Option<Vec<u8>>, String>;
    /// Text.
    fn text(&self, at: usize) -> Result<Option<String>, String>;
    /// An IPv6 address, as its bits.
    fn address(&self, at: usize) -> Result<u128, String>;
}

/// A column that does not hold what it promises.
#[derive(Debug)]
pub struct Unreadable {
    column: &'static str,
    problem: String,
}

/// Reads a row from left to right.
pub struct Reader<'r> {
    cells: &'r dyn Cells,
    at: usize,
}

impl<'r> Reader<'r> {
    /// Start at a position.
    pub(crate) fn new(cells: &'r dyn Cells, at: usize) -> Self {
        Self { cells, at }
    }

    fn next<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&dyn Cells, usize) -> Result<T, String>,
    ) -> Result<T, Unreadable> {
        let value = read(self.cells, self.at);
        self.at += 1;
        value.map_err(|problem| Unreadable { column, problem })
    }

    /// Any number.
    pub(crate) fn number(&mut self, column: &'static str) -> Result<Option<i64>, Unreadable> {
        self.next(column, |cells, at| cells.number(at))
    }

    /// A number that the type holds.
    pub(crate) fn optional<T: TryFrom<i64>>(
        &mut self,
        column: &'static str,
    ) -> Result<Option<T>, Unreadable> {
        self.number(column)?
            .map(|number| T::try_from(number).map_err(|_| out_of_range(column, number)))
            .transpose()
    }

    /// A number that the type holds; NULL is zero.
    pub(crate) fn within<T: TryFrom<i64> + Default>(
        &mut self,
        column: &'static str,
    ) -> Result<T, Unreadable> {
        self.optional(column).map(Option::unwrap_or_default)
    }

    /// A number with a meaning; NULL is zero.
    pub(crate) fn one_of<T>(
        &mut self,
        column: &'static str,
        known: impl FnOnce(i64) -> Option<T>,
    ) -> Result<T, Unreadable> {
        let number = self.number(column)?.unwrap_or(0);
        known(number).ok_or_else(|| out_of_range(column, number))
    }

    /// A truth value; NULL is false.
    pub(crate) fn flag(&mut self, column: &'static str) -> Result<bool, Unreadable> {
        Ok(self.number(column)?.unwrap_or(0) != 0)
    }

    /// Bytes.
    pub(crate) fn bytes(&mut self, column: &'static str) -> Result<Option<Vec<u8>>, Unreadable> {
        self.next(column, |cells, at| cells.bytes(at))
    }

    /// Text.
    pub(crate) fn text(&mut self, column: &'static str) -> Result<Option<String>, Unreadable> {
        self.next(column, |cells, at| cells.text(at))
    }

    /// Text that stands for something.
    pub(crate) fn parsed<T: std::str::FromStr>(
        &mut self,
        column: &'static str,
    ) -> Result<T, Unreadable> {
        let text = self.text(column)?.unwrap_or_default();
        text.parse().map_err(|_| Unreadable {
            column,
            problem: format!("'{text}' cannot be read"),
        })
    }

    /// An IPv6 address, as its bits.
    pub(crate) fn address(&mut self, column: &'static str) -> Result<u128, Unreadable> {
        self.next(column, |cells, at| cells.address(at))
    }
}

impl Unreadable {
    /// As an error, with its table and the row's key.
    pub(crate) fn located(self, table: &'static str, row: String) -> Error {
        Error::Row {
            table,
            column: self.column,
            row: row.into(),
            problem: self.problem.into(),
        }
    }
}

fn out_of_range(column: &'static str, number: i64) -> Unreadable {
    let problem = format!("'{number}' is out of range");
    Unreadable { column, problem }
}

/// Read a lease whose columns start at `at`.
pub(crate) fn read_lease<F: LeaseFamily>(row: &dyn Cells, at: usize) -> Result<Lease<F>, Error> {
    read(&mut Reader::new(row, at)).map_err(|unreadable| {
        let address = F::read_address(&mut Reader::new(row, at)).map(|a| a.to_string());
        located::<F>(unreadable, address.unwrap_or_default())
    })
}

/// Read an expired lease, and its address even where the rest cannot be read.
///
/// # Errors
/// Not even the address can be read: nothing can be done about such a row.
pub(crate) fn read_ended<F: LeaseFamily>(row: &dyn Cells) -> Result<(F::Address, Ended<F>), Error> {
    Ok((read_address::<F>(row)?, read_lease(row, 0)))
}

/// Read a row of a lookup (question, arm, remaining seconds, lease) into the answers it is for.
pub(crate) fn read_found<F: LeaseFamily>(
    row: &dyn Cells,
    questions: &Questions<'_, F>,
    answers: &mut [Found<F>],
) -> Result<(), Error> {
    let mut reader = Reader::new(row, 0);
    let mut number = |column| {
        reader
            .within::<i64>(column)
            .map_err(|unreadable| located::<F>(unreadable, String::new()))
    };
    let (question, arm, remaining) = (number("question")?, number("arm")?, number("remaining")?);
    let lease = FoundLease {
        remaining,
        lease: read_lease(row, 3)?,
    };
    let askers = questions.askers(question);
    let mut copies = std::iter::repeat_n(lease, askers.len());
    for asker in askers {
        let Some((answer, lease)) = answers.get_mut(asker).zip(copies.next()) else {
            continue;
        };
        match arm {
            0 => answer.by_client.push(lease),
            1 => answer.by_hwaddr.push(lease),
            _ => answer.by_address.push(lease),
        }
    }
    Ok(())
}

/// Read an address alone, and a number beside it.
pub(crate) fn read_address<F: LeaseFamily>(row: &dyn Cells) -> Result<F::Address, Error> {
    F::read_address(&mut Reader::new(row, 0))
        .map_err(|unreadable| located::<F>(unreadable, String::new()))
}

/// Read the number at a position; NULL is zero.
pub(crate) fn read_number<F: LeaseFamily>(
    row: &dyn Cells,
    at: usize,
    column: &'static str,
) -> Result<i64, Error> {
    Reader::new(row, at)
        .within(column)
        .map_err(|unreadable| located::<F>(unreadable, String::new()))
}

/// Read a row of what is occupied: address, length, whether it expired.
pub(crate) fn read_occupied<F: LeaseFamily>(row: &dyn Cells) -> Result<Occupied<F>, Error> {
    let mut reader = Reader::new(row, 0);
    let mut read = || {
        Ok(Occupied {
            address: F::read_address(&mut reader)?,
            len: reader.within("prefix_len")?,
            expired: reader.flag("expired")?,
        })
    };
    read().map_err(|unreadable| located::<F>(unreadable, String::new()))
}

/// A live lease that a transaction has locked.
pub(crate) struct HeldRow<F: LeaseFamily> {
    pub(crate) client: F::Client,
    /// Bits that are given, as [`LeaseFamily::lease_len`].
    pub(crate) len: u8,
    /// Its end, seconds since 1970.
    pub(crate) expire: i64,
}

/// Rows by their addresses; one that somebody spoiled by hand is passed over.
pub(crate) fn by_address<F: LeaseFamily>(
    rows: impl Iterator<Item = Result<Lease<F>, Error>>,
) -> HashMap<F::Address, Lease<F>> {
    let readable = rows.filter_map(Result::ok);
    readable.map(|lease| (lease.address, lease)).collect()
}

/// Read a lease that is held: address, client, length, end.
pub(crate) fn read_held<F: LeaseFamily>(
    row: &dyn Cells,
) -> Result<(F::Address, HeldRow<F>), Error> {
    let mut reader = Reader::new(row, 0);
    let mut read = || {
        let address = F::read_address(&mut reader)?;
        let held = HeldRow {
            client: F::read_client(&mut reader)?,
            len: reader.within("prefix_len")?,
            expire: reader.within("expire")?,
        };
        Ok((address, held))
    };
    read().map_err(|unreadable| located::<F>(unreadable, String::new()))
}

/// Read the window that was taken: number and seed.
pub(crate) fn read_window<F: LeaseFamily>(row: &dyn Cells) -> Result<Window, Error> {
    Ok(Window {
        number: read_number::<F>(row, 0, "next")?.unsigned_abs(),
        seed: read_number::<F>(row, 1, "seed")?,
    })
}

/// Read a row of the count per subnet, pool and state.
pub(crate) fn read_count<F: LeaseFamily>(row: &dyn Cells) -> Result<Count, Error> {
    let mut reader = Reader::new(row, 0);
    let mut read = || {
        Ok(Count {
            subnet_id: reader.within("subnet_id")?,
            pool_id: reader.within("pool_id")?,
            state: reader.within("state")?,
            leases: reader.within("leases")?,
        })
    };
    read().map_err(|unreadable| located::<F>(unreadable, String::new()))
}

fn read<F: LeaseFamily>(row: &mut Reader<'_>) -> Result<Lease<F>, Unreadable> {
    Ok(Lease {
        address: F::read_address(row)?,
        client: F::read_client(row)?,
        details: F::read_details(row)?,
        valid_lifetime: row.within("valid_lifetime")?,
        expire: row.within("expire")?,
        subnet_id: row.within("subnet_id")?,
        fqdn_fwd: row.flag("fqdn_fwd")?,
        fqdn_rev: row.flag("fqdn_rev")?,
        hostname: row.text("hostname")?.unwrap_or_default(),
        state: row.one_of("state", State::from_number)?,
        user_context: row.text("user_context")?,
        pool_id: row.within("pool_id")?,
    })
}

fn located<F: LeaseFamily>(unreadable: Unreadable, row: String) -> Error {
    unreadable.located(F::TABLE, row)
}
