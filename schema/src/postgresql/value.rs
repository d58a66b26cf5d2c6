//! Binding and reading of single values: arrays of [`Value`] in, [`Cells`] out.

use std::error::Error as StdError;
use std::net::IpAddr;

use bytes::BytesMut;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::row::{Cells, Value, Values};

/// A parameter of one statement; a column of a batch is an array.
pub(super) type Parameter<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// The rows as columns, an array each.
pub(super) fn columns<'a>(rows: &[Values<'a>]) -> Vec<Parameter<'a>> {
    let width = rows.first().map_or(0, |row| row.len());
    (0..width)
        .map(|at| {
            let column: Vec<Value<'a>> =
                rows.iter().filter_map(|row| row.get(at).copied()).collect();
            Box::new(column) as Parameter<'a>
        })
        .collect()
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            // The narrow columns are signed, and what they hold is not: their bits are what counts.
            Value::Number(number) if *ty == Type::INT2 => (*number as i16).to_sql(ty, out),
            Value::Number(number) if *ty == Type::INT4 => (*number as i32).to_sql(ty, out),
            Value::Number(number) => number.to_sql(ty, out),
            Value::Flag(flag) => flag.to_sql(ty, out),
            Value::Bytes(bytes) => bytes.to_sql(ty, out),
            Value::Text(text) => text.to_sql(ty, out),
            Value::Address(address) => IpAddr::V6(*address).to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [
            Type::INT2,
            Type::INT4,
            Type::INT8,
            Type::BOOL,
            Type::BYTEA,
            Type::TEXT,
            Type::INET,
        ]
        .contains(ty)
    }

    to_sql_checked!();
}

/// A number of any width, or a truth value.
struct Number(i64);

impl<'a> FromSql<'a> for Number {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        match *ty {
            Type::INT2 => i16::from_sql(ty, raw).map(i64::from),
            Type::INT4 => i32::from_sql(ty, raw).map(i64::from),
            Type::BOOL => bool::from_sql(ty, raw).map(i64::from),
            _ => i64::from_sql(ty, raw),
        }
        .map(Self)
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT2, Type::INT4, Type::INT8, Type::BOOL].contains(ty)
    }
}

/// The driver's row.
pub(super) struct PgRow<'r>(pub(super) &'r Row);

impl PgRow<'_> {
    fn get<'r, T: FromSql<'r>>(&'r self, at: usize) -> Result<T, String> {
        self.0
            .try_get(at)
            .map_err(|error| crate::error::chain(&error))
    }
}

impl Cells for PgRow<'_> {
    fn number(&self, at: usize) -> Result<Option<i64>, String> {
        Ok(self.get::<Option<Number>>(at)?.map(|number| number.0))
    }

    fn bytes(&self, at: usize) -> Result<Option<Vec<u8>>, String> {
        self.get(at)
    }

    fn text(&self, at: usize) -> Result<Option<String>, String> {
        self.get(at)
    }

    fn address(&self, at: usize) -> Result<u128, String> {
        Ok(u128::from(match self.get::<IpAddr>(at)? {
            IpAddr::V6(address) => address,
            IpAddr::V4(address) => address.to_ipv6_mapped(),
        }))
    }
}
