//! Binding and reading of single values.

use rusqlite::types::{FromSql, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Row, Statement};

use crate::row::{Cells, Value};

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Number(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Value::Flag(flag) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*flag))),
            Value::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Address(address) => ToSqlOutput::from(address.octets().to_vec()),
        })
    }
}

/// Bind all parameters, in order.
pub(super) fn bind(statement: &mut Statement<'_>, values: &[Value<'_>]) -> rusqlite::Result<()> {
    for (at, value) in (1..).zip(values) {
        statement.raw_bind_parameter(at, value)?;
    }
    Ok(())
}

/// The driver's row.
pub(super) struct SqliteRow<'r, 's>(pub(super) &'r Row<'s>);

impl SqliteRow<'_, '_> {
    fn get<T: FromSql>(&self, at: usize) -> Result<T, String> {
        self.0.get(at).map_err(|error| error.to_string())
    }
}

impl Cells for SqliteRow<'_, '_> {
    fn number(&self, at: usize) -> Result<Option<i64>, String> {
        self.get(at)
    }

    fn bytes(&self, at: usize) -> Result<Option<Vec<u8>>, String> {
        self.get(at)
    }

    fn text(&self, at: usize) -> Result<Option<String>, String> {
        self.get(at)
    }

    fn address(&self, at: usize) -> Result<u128, String> {
        let octets: [u8; 16] = self.get(at)?;
        Ok(u128::from_be_bytes(octets))
    }
}
