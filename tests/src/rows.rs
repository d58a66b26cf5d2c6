//! The lease tables as the worker left them, the same on every engine.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::{Engine, Leases};

/// `state` of a lease that is somebody's, live or expired.
pub const DEFAULT: u8 = 0;
/// `state` of an address found in use.
pub const DECLINED: u8 = 1;
/// `state` of a lease that ended.
pub const RECLAIMED: u8 = 2;

/// A row of `lease4`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row4 {
    /// The address.
    pub address: Ipv4Addr,
    /// Hardware address, hexadecimal; empty when there is none.
    pub hwaddr: String,
    /// Client identifier, hexadecimal; empty when there is none.
    pub client_id: String,
    /// Seconds.
    pub valid: u32,
    /// Seconds since 1970.
    pub expire: u64,
    /// Subnet identifier.
    pub subnet_id: u32,
    /// [`DEFAULT`], [`DECLINED`] or [`RECLAIMED`].
    pub state: u8,
}

/// A row of `lease6`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row6 {
    /// The address, or the base of the prefix.
    pub address: Ipv6Addr,
    /// 128 for an address.
    pub prefix_len: u8,
    /// 0 for an address (IA_NA), 2 for a prefix (IA_PD).
    pub kind: u8,
    /// The client, hexadecimal.
    pub duid: String,
    /// Its identity association.
    pub iaid: u32,
    /// Seconds.
    pub valid: u32,
    /// Seconds.
    pub preferred: u32,
    /// Seconds since 1970.
    pub expire: u64,
    /// Subnet identifier.
    pub subnet_id: u32,
    /// [`DEFAULT`], [`DECLINED`] or [`RECLAIMED`].
    pub state: u8,
}

/// What differs between the engines' SQL.
struct Dialect {
    hex: fn(&str) -> String,
    epoch: &'static str,
    address6: &'static str,
}

fn dialect(engine: Engine) -> Dialect {
    match engine {
        Engine::Postgresql => Dialect {
            hex: |column| format!("coalesce(encode({column}, 'hex'), '')"),
            epoch: "extract(epoch FROM expire)::bigint",
            address6: "host(address)",
        },
        Engine::Mariadb => Dialect {
            hex: |column| format!("coalesce(lower(hex({column})), '')"),
            epoch: "timestampdiff(SECOND, '1970-01-01', expire)",
            address6: "inet6_ntoa(address)",
        },
        Engine::Sqlite => Dialect {
            hex: |column| format!("coalesce(lower(hex({column})), '')"),
            epoch: "expire",
            address6: "hex(address)",
        },
    }
}

/// All of `lease4`, in the order of addresses.
///
/// # Panics
/// When it cannot be read or holds what it must not.
pub fn lease4(leases: &Leases) -> Vec<Row4> {
    let Dialect { hex, epoch, .. } = dialect(leases.engine());
    let sql = format!(
        "SELECT address, {}, {}, valid_lifetime, {epoch}, subnet_id, state FROM lease4 ORDER BY address",
        hex("hwaddr"),
        hex("client_id")
    );
    let rows = leases.query(&sql);
    let read = |row: &Vec<String>| Row4 {
        address: Ipv4Addr::from_bits(number(row, 0)),
        hwaddr: row[1].clone(),
        client_id: row[2].clone(),
        valid: number(row, 3),
        expire: number(row, 4),
        subnet_id: number(row, 5),
        state: number(row, 6),
    };
    rows.iter().map(read).collect()
}

/// All of `lease6`, in the order of addresses.
///
/// # Panics
/// When it cannot be read or holds what it must not.
pub fn lease6(leases: &Leases) -> Vec<Row6> {
    let Dialect {
        hex,
        epoch,
        address6,
    } = dialect(leases.engine());
    let sql = format!(
        "SELECT {address6}, prefix_len, lease_type, {}, iaid, valid_lifetime, pref_lifetime, {epoch}, \
         subnet_id, state FROM lease6 ORDER BY address",
        hex("duid")
    );
    let rows = leases.query(&sql);
    let read = |row: &Vec<String>| Row6 {
        address: address(&row[0]),
        prefix_len: number(row, 1),
        kind: number(row, 2),
        duid: row[3].clone(),
        iaid: number::<i64>(row, 4) as u32, // a signed column on some engines
        valid: number(row, 5),
        preferred: number(row, 6),
        expire: number(row, 7),
        subnet_id: number(row, 8),
        state: number(row, 9),
    };
    rows.iter().map(read).collect()
}

/// The row of an address.
///
/// # Panics
/// When there is none.
#[track_caller]
pub fn of4(leases: &Leases, address: Ipv4Addr) -> Row4 {
    let rows = lease4(leases);
    let found = rows.iter().find(|row| row.address == address);
    found
        .cloned()
        .unwrap_or_else(|| panic!("no row for {address} among {rows:#?}"))
}

/// The row of an address or a prefix.
///
/// # Panics
/// When there is none.
#[track_caller]
pub fn of6(leases: &Leases, address: Ipv6Addr) -> Row6 {
    let rows = lease6(leases);
    let found = rows.iter().find(|row| row.address == address);
    found
        .cloned()
        .unwrap_or_else(|| panic!("no row for {address} among {rows:#?}"))
}

fn address(text: &str) -> Ipv6Addr {
    let bits = (text.len() == 32).then(|| u128::from_str_radix(text, 16));
    match bits {
        Some(bits) => Ipv6Addr::from_bits(bits.expect("hexadecimal")),
        None => text.parse().unwrap_or_else(|e| panic!("{text}: {e}")),
    }
}

fn number<T: std::str::FromStr>(row: &[String], column: usize) -> T {
    let parsed = row[column].parse().ok();
    parsed.unwrap_or_else(|| panic!("column {column} of {row:?} is not a number in range"))
}

/// Longest that a grant may have waited for its database, in seconds.
const WAITED: u32 = 30;

/// A client is told the lifetime that it was granted, less what the grant waited for its database.
///
/// # Panics
/// When it was told another one.
#[track_caller]
pub fn told(lifetime: Option<u32>, granted: u32) {
    let lifetime = lifetime.expect("it was told a lifetime");
    let least = granted.saturating_sub(WAITED);
    assert!(
        (least..=granted).contains(&lifetime),
        "told {lifetime} of {granted}"
    );
}
