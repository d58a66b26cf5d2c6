//! Leases that are made up in the database: a pool filled, a table grown, in seconds.
//!
//! Their clients are others than the generator's, and lie between these in the order of the index of
//! clients: hardware addresses as the generator makes them with `--scatter` for the seeds 1 to 16,
//! with one byte more. They are inserted in that order and in the order of addresses, which is fast.

use std::net::Ipv6Addr;

use super::setup::{FIRST_PREFIX, FIRST_V4, FIRST_V6, Leases};
use crate::configuration::Engine;

/// Numbers of clients in [`SEEDS`] seeds.
const CLIENTS: u64 = SEEDS << 24;
/// The generator's seeds that made up clients lie between, from 1 on.
pub(crate) const SEEDS: u64 = 16;
/// Has no divisor in common with a pool's size, so that multiples of it fill the pool without order.
const STEP: u64 = 617_051;
/// Other subnets than the generator's, from this number on.
const OTHERS: u64 = 1000;

/// The statement that fills `live` of `pool` places, evenly and without order.
pub(crate) fn fill(engine: Engine, leases: Leases, pool: u64, live: u64) -> String {
    let address = match leases {
        Leases::V4 => format!("{FIRST_V4} + i"),
        Leases::V6 => address6(engine, FIRST_V6, 0),
        Leases::Prefixes => address6(engine, FIRST_PREFIX, 64),
    };
    let condition = format!("(i * {STEP}) % {pool} < {live}");
    insert(engine, leases, pool, &address, "1", &condition)
}

/// The query that counts the live leases of a pool, by its first and last place: what was filled must be
/// what the workers take for their pool.
pub(crate) fn count(engine: Engine, leases: Leases, pool: u64) -> String {
    let last = u128::from(pool) - 1;
    let (table, first, last) = match leases {
        Leases::V4 => ("lease4", u128::from(FIRST_V4), u128::from(FIRST_V4) + last),
        Leases::V6 => ("lease6", FIRST_V6, FIRST_V6 + last),
        Leases::Prefixes => ("lease6", FIRST_PREFIX, FIRST_PREFIX + (last << 64)),
    };
    let literal = |address: u128| match (leases, engine) {
        (Leases::V4, _) => address.to_string(),
        (_, Engine::Postgresql) => format!("'{}'::inet", Ipv6Addr::from(address)),
        (_, Engine::Mariadb | Engine::Memfile) => format!("x'{address:032x}'"),
    };
    let (first, last) = (literal(first), literal(last));
    format!(
        "SELECT COUNT(*) FROM {table} WHERE state = 0 AND subnet_id = 1 \
         AND address BETWEEN {first} AND {last}"
    )
}

/// The statement that adds `rows` leases of a thousand other subnets.
pub(crate) fn grow(engine: Engine, leases: Leases, rows: u64) -> String {
    let address = match leases {
        Leases::V4 => format!("{} + i", 0x0b00_0000),
        Leases::V6 => address6(engine, 0x2001_0db9 << 96, 0),
        Leases::Prefixes => address6(engine, 0xfd00_0db9_0000_0000 << 64, 64),
    };
    // As many in a row, as a subnet's leases lie side by side.
    let subnet = format!("{OTHERS} + ((i * 1000) / {rows})");
    let subnet = match engine {
        Engine::Mariadb => subnet.replace(" / ", " DIV "),
        Engine::Postgresql | Engine::Memfile => subnet,
    };
    insert(engine, leases, rows, &address, &subnet, "i >= 0")
}

fn insert(
    engine: Engine,
    leases: Leases,
    count: u64,
    address: &str,
    subnet: &str,
    condition: &str,
) -> String {
    let (with, from) = series(engine, count);
    let card = card(engine, count);
    let expire = match engine {
        Engine::Postgresql => "now() + interval '7200 seconds'",
        Engine::Mariadb => "TIMESTAMPADD(SECOND, 7200, UTC_TIMESTAMP())",
        Engine::Memfile => "unixepoch() + 7200",
    };
    let common = "valid_lifetime, expire, subnet_id, fqdn_fwd, fqdn_rev, hostname, state";
    let values = format!("7200, {expire}, {subnet}, false, false, '', 0");
    let (table, own, own_values) = match leases {
        Leases::V4 => ("lease4", "hwaddr", bytes(engine, &card)),
        Leases::V6 | Leases::Prefixes => {
            let (kind, len) = if leases == Leases::V6 {
                (0, 128)
            } else {
                (2, 64)
            };
            let duid = bytes(engine, &[vec!["'00030001'".to_owned()], card].concat());
            let own = "duid, iaid, lease_type, prefix_len, pref_lifetime";
            ("lease6", own, format!("{duid}, 1, {kind}, {len}, 3600"))
        }
    };
    format!(
        "{with}INSERT INTO {table} (address, {own}, {common}) \
         SELECT {address}, {own_values}, {values} FROM {from} WHERE {condition}"
    )
}

/// What goes before the statement, and a table of the numbers `i` from 0 on.
pub(super) fn series(engine: Engine, count: u64) -> (String, String) {
    let last = count - 1;
    match engine {
        Engine::Postgresql => {
            let from = format!("generate_series(0::bigint, {last}) AS numbers (i)");
            (String::new(), from)
        }
        Engine::Mariadb => {
            let from = format!("(SELECT seq AS i FROM seq_0_to_{last}) numbers");
            (String::new(), from)
        }
        Engine::Memfile => {
            let with = format!(
                "WITH RECURSIVE numbers (i) AS \
                 (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < {last}) "
            );
            (with, "numbers".to_owned())
        }
    }
}

/// The hexadecimal digits of a hardware address, in pieces.
fn card(engine: Engine, count: u64) -> Vec<String> {
    let place = format!("i * {}", CLIENTS / count);
    let seed = hex(engine, &format!("1 + (({place}) >> 24)"), 4);
    let number = hex(engine, &format!("({place}) & 16777215"), 6);
    vec!["'02'".to_owned(), seed, number, "'01'".to_owned()]
}

/// The address that is `i` multiples of `1 << shift` behind another; no carry leaves the two groups of
/// 16 bits that the multiples begin in.
fn address6(engine: Engine, first: u128, shift: u32) -> String {
    let groups = ((first >> shift) & 0xffff_ffff) as u64;
    let head = first >> (shift + 32);
    if engine == Engine::Postgresql {
        let count = (128 - 32 - shift) / 16;
        let head = (0..count)
            .rev()
            .map(|group| (head >> (16 * group)) & 0xffff);
        let head: Vec<_> = head.map(|group| format!("{group:x}")).collect();
        let (head, tail) = (head.join(":"), if shift == 64 { "::" } else { "" });
        let low = format!("to_hex(({groups} + i) & 65535)");
        return format!(
            "('{head}:' || to_hex(({groups} + i) >> 16) || ':' || {low} || '{tail}')::inet"
        );
    }
    let digits = 32 - 8 - shift as usize / 4;
    let parts = vec![
        format!("'{head:0digits$x}'"),
        hex(engine, &format!("{groups} + i"), 8),
        format!("'{}'", "0".repeat(shift as usize / 4)),
    ];
    bytes(engine, &parts)
}

/// A number as so many hexadecimal digits.
pub(super) fn hex(engine: Engine, number: &str, digits: usize) -> String {
    match engine {
        Engine::Postgresql => format!("lpad(to_hex({number}), {digits}, '0')"),
        Engine::Mariadb => format!("LPAD(HEX({number}), {digits}, '0')"),
        Engine::Memfile => format!("printf('%0{digits}x', {number})"),
    }
}

/// Bytes from their digits.
pub(super) fn bytes(engine: Engine, digits: &[String]) -> String {
    match engine {
        Engine::Postgresql => format!("decode({}, 'hex')", digits.join(" || ")),
        Engine::Mariadb => format!("UNHEX(CONCAT({}))", digits.join(", ")),
        Engine::Memfile => format!("unhex({})", digits.join(" || ")),
    }
}
