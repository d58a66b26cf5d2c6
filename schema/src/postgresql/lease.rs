//! Binding and reading of lease rows: the only place that knows the column order of a statement.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use murre_wire::{Address, V4, V6};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::statements::Texts;
use crate::error::Error;
use crate::family::{Client4, Client6, Details6, LeaseFamily, LeaseKind};
use crate::lease::{Lease, State};

/// Parameters of one statement: a column each.
pub(crate) type Columns<'a> = Vec<Box<dyn ToSql + Sync + Send + 'a>>;

/// How a family's leases are bound and read. Sealed: the two families are all there are.
pub trait PgLease: Sized {
    /// Statements of this family.
    #[doc(hidden)]
    fn pg_texts() -> &'static Texts;
    /// Addresses as an array of the key column's type.
    #[doc(hidden)]
    fn pg_addresses(addresses: &[Self::Address]) -> Box<dyn ToSql + Sync + Send>
    where
        Self: LeaseFamily;
    /// One address as the key column's type.
    #[doc(hidden)]
    fn pg_address(address: Self::Address) -> Box<dyn ToSql + Sync + Send>
    where
        Self: LeaseFamily;
    /// Address and client columns, in the order of the release and decline statements.
    #[doc(hidden)]
    fn pg_holder_columns<'a>(holders: &[(Self::Address, &'a Self::Client)]) -> Columns<'a>
    where
        Self: LeaseFamily;
    /// Address, client and family columns of a whole lease.
    #[doc(hidden)]
    fn pg_lease_columns<'a>(leases: &[&'a Lease<Self>]) -> Columns<'a>
    where
        Self: LeaseFamily;
    /// The key column.
    #[doc(hidden)]
    fn pg_read_address(row: &Row, at: usize) -> Result<Self::Address, tokio_postgres::Error>
    where
        Self: LeaseFamily;
    /// Columns of a lease from position `at`, up to the shared ones; gives the position after.
    #[doc(hidden)]
    #[allow(clippy::type_complexity, reason = "read once, by the function below")]
    fn pg_read_client(
        row: &Row,
        at: usize,
    ) -> Result<(Self::Address, Self::Client, Self::Details, usize), ReadError>
    where
        Self: LeaseFamily;
}

/// Why a row could not be read.
#[doc(hidden)]
pub enum ReadError {
    /// The driver could not convert a column.
    Driver(tokio_postgres::Error),
    /// A value outside its range.
    Value(&'static str, String),
}

impl From<tokio_postgres::Error> for ReadError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Driver(error)
    }
}

/// The columns that both families have, in the order of the claim and upload statements.
pub(super) fn shared_columns<'a, F: LeaseFamily>(leases: &[&'a Lease<F>]) -> Columns<'a> {
    fn column<'a, F: LeaseFamily, T: ToSql + Sync + Send + 'a>(
        leases: &[&'a Lease<F>],
        value: impl Fn(&'a Lease<F>) -> T,
    ) -> Box<dyn ToSql + Sync + Send + 'a> {
        let values: Vec<T> = leases.iter().map(|lease| value(lease)).collect();
        Box::new(values)
    }
    vec![
        column(leases, |lease| i64::from(lease.valid_lifetime)),
        column(leases, |lease| i64::from(lease.subnet_id)),
        column(leases, |lease| lease.fqdn_fwd),
        column(leases, |lease| lease.fqdn_rev),
        column(leases, |lease| lease.hostname.as_str()),
        column(leases, |lease| lease.user_context.as_deref()),
        column(leases, |lease| i64::from(lease.pool_id)),
    ]
}

/// Read a lease whose columns start at `at`.
pub(super) fn read_lease<F: LeaseFamily>(row: &Row, at: usize) -> Result<Lease<F>, Error> {
    read(row, at).map_err(|error| {
        let address = F::pg_read_address(row, at)
            .map(|address| address.to_string())
            .unwrap_or_default();
        let (column, problem) = match error {
            ReadError::Driver(error) => ("*", error.to_string()),
            ReadError::Value(column, value) => (column, format!("'{value}' is out of range")),
        };
        Error::Row {
            table: F::TABLE,
            column,
            row: address.into(),
            problem: problem.into(),
        }
    })
}

fn read<F: LeaseFamily>(row: &Row, at: usize) -> Result<Lease<F>, ReadError> {
    let (address, client, details, at) = F::pg_read_client(row, at)?;
    let state: i64 = row.try_get(at + 6)?;
    Ok(Lease {
        address,
        client,
        details,
        valid_lifetime: number(row, at, "valid_lifetime")?,
        expire: row.try_get::<_, Option<i64>>(at + 1)?.unwrap_or(0),
        subnet_id: number(row, at + 2, "subnet_id")?,
        fqdn_fwd: row.try_get::<_, Option<bool>>(at + 3)?.unwrap_or(false),
        fqdn_rev: row.try_get::<_, Option<bool>>(at + 4)?.unwrap_or(false),
        hostname: row
            .try_get::<_, Option<String>>(at + 5)?
            .unwrap_or_default(),
        state: State::from_number(state)
            .ok_or_else(|| ReadError::Value("state", state.to_string()))?,
        user_context: row.try_get(at + 7)?,
        pool_id: number(row, at + 8, "pool_id")?,
    })
}

/// A `bigint` column that holds 32 bits; NULL is zero.
fn number(row: &Row, at: usize, column: &'static str) -> Result<u32, ReadError> {
    let value: i64 = row.try_get::<_, Option<i64>>(at)?.unwrap_or(0);
    u32::try_from(value).map_err(|_| ReadError::Value(column, value.to_string()))
}

/// A `smallint` column that holds a small unsigned number.
fn small(row: &Row, at: usize, column: &'static str) -> Result<Option<u16>, ReadError> {
    let value: Option<i16> = row.try_get(at)?;
    value
        .map(|value| u16::try_from(value).map_err(|_| ReadError::Value(column, value.to_string())))
        .transpose()
}

impl PgLease for V4 {
    fn pg_texts() -> &'static Texts {
        &super::statements::LEASE4
    }

    fn pg_addresses(addresses: &[Ipv4Addr]) -> Box<dyn ToSql + Sync + Send> {
        let numbers: Vec<i64> = addresses.iter().map(|a| i64::from(u32::from(*a))).collect();
        Box::new(numbers)
    }

    fn pg_address(address: Ipv4Addr) -> Box<dyn ToSql + Sync + Send> {
        Box::new(i64::from(u32::from(address)))
    }

    fn pg_holder_columns<'a>(holders: &[(Ipv4Addr, &'a Client4)]) -> Columns<'a> {
        let addresses: Vec<Ipv4Addr> = holders.iter().map(|(address, _)| *address).collect();
        let hwaddrs: Vec<&[u8]> = holders.iter().map(|(_, client)| &*client.hwaddr).collect();
        let ids: Vec<Option<&[u8]>> = holders
            .iter()
            .map(|(_, client)| client.client_id.as_deref())
            .collect();
        vec![
            Self::pg_addresses(&addresses),
            Box::new(hwaddrs),
            Box::new(ids),
        ]
    }

    fn pg_lease_columns<'a>(leases: &[&'a Lease<Self>]) -> Columns<'a> {
        let holders: Vec<_> = leases
            .iter()
            .map(|lease| (lease.address, &lease.client))
            .collect();
        Self::pg_holder_columns(&holders)
    }

    fn pg_read_address(row: &Row, at: usize) -> Result<Ipv4Addr, tokio_postgres::Error> {
        let number: i64 = row.try_get(at)?;
        Ok(Address::from_bits(number as u128))
    }

    fn pg_read_client(row: &Row, at: usize) -> Result<(Ipv4Addr, Client4, (), usize), ReadError> {
        let client = Client4 {
            hwaddr: row.try_get::<_, Option<_>>(at + 1)?.unwrap_or_default(),
            client_id: row.try_get(at + 2)?,
        };
        Ok((Self::pg_read_address(row, at)?, client, (), at + 3))
    }
}

impl PgLease for V6 {
    fn pg_texts() -> &'static Texts {
        &super::statements::LEASE6
    }

    fn pg_addresses(addresses: &[Ipv6Addr]) -> Box<dyn ToSql + Sync + Send> {
        let values: Vec<IpAddr> = addresses.iter().map(|a| IpAddr::V6(*a)).collect();
        Box::new(values)
    }

    fn pg_address(address: Ipv6Addr) -> Box<dyn ToSql + Sync + Send> {
        Box::new(IpAddr::V6(address))
    }

    fn pg_holder_columns<'a>(holders: &[(Ipv6Addr, &'a Client6)]) -> Columns<'a> {
        let addresses: Vec<Ipv6Addr> = holders.iter().map(|(address, _)| *address).collect();
        let duids: Vec<&[u8]> = holders.iter().map(|(_, client)| &*client.duid).collect();
        // The column is signed; the IAID's bits are what counts.
        let iaids: Vec<i32> = holders.iter().map(|(_, c)| c.iaid as i32).collect();
        let kinds: Vec<i16> = holders.iter().map(|(_, c)| c.kind as i16).collect();
        vec![
            Self::pg_addresses(&addresses),
            Box::new(duids),
            Box::new(iaids),
            Box::new(kinds),
        ]
    }

    fn pg_lease_columns<'a>(leases: &[&'a Lease<Self>]) -> Columns<'a> {
        let holders: Vec<_> = leases
            .iter()
            .map(|lease| (lease.address, &lease.client))
            .collect();
        let details: Vec<&Details6> = leases.iter().map(|lease| &lease.details).collect();
        let lengths: Vec<i16> = details.iter().map(|d| i16::from(d.prefix_len)).collect();
        let preferred: Vec<i64> = details
            .iter()
            .map(|d| i64::from(d.preferred_lifetime))
            .collect();
        let hwaddrs: Vec<Option<&[u8]>> = details.iter().map(|d| d.hwaddr.as_deref()).collect();
        let hwtypes: Vec<Option<i16>> =
            details.iter().map(|d| d.hwtype.map(|n| n as i16)).collect();
        let sources: Vec<Option<i16>> = details
            .iter()
            .map(|d| d.hwaddr_source.map(|n| n as i16))
            .collect();
        let mut columns = Self::pg_holder_columns(&holders);
        columns.push(Box::new(lengths));
        columns.push(Box::new(preferred));
        columns.push(Box::new(hwaddrs));
        columns.push(Box::new(hwtypes));
        columns.push(Box::new(sources));
        columns
    }

    fn pg_read_address(row: &Row, at: usize) -> Result<Ipv6Addr, tokio_postgres::Error> {
        Ok(match row.try_get::<_, IpAddr>(at)? {
            IpAddr::V6(address) => address,
            IpAddr::V4(address) => address.to_ipv6_mapped(),
        })
    }

    fn pg_read_client(
        row: &Row,
        at: usize,
    ) -> Result<(Ipv6Addr, Client6, Details6, usize), ReadError> {
        let kind: i16 = row.try_get::<_, Option<i16>>(at + 3)?.unwrap_or(0);
        let client = Client6 {
            duid: row.try_get::<_, Option<_>>(at + 1)?.unwrap_or_default(),
            iaid: row.try_get::<_, Option<i32>>(at + 2)?.unwrap_or(0) as u32,
            kind: LeaseKind::from_number(i64::from(kind))
                .ok_or_else(|| ReadError::Value("lease_type", kind.to_string()))?,
        };
        let length = small(row, at + 4, "prefix_len")?.unwrap_or(128);
        let details = Details6 {
            prefix_len: u8::try_from(length)
                .map_err(|_| ReadError::Value("prefix_len", length.to_string()))?,
            preferred_lifetime: number(row, at + 5, "pref_lifetime")?,
            hwaddr: row.try_get(at + 6)?,
            hwtype: row.try_get::<_, Option<i16>>(at + 7)?.map(|n| n as u16),
            hwaddr_source: small(row, at + 8, "hwaddr_source")?,
        };
        Ok((Self::pg_read_address(row, at)?, client, details, at + 9))
    }
}
