//! What each statement is asked: batches about rows that are in the table (fill/) and about new ones.

use std::net::Ipv6Addr;

use crate::MILLION;

/// A value of a batch.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Number(i64),
    Flag(bool),
    Bytes(Vec<u8>),
    Text(&'static str),
    Address(u128),
}

/// Rows of a batch, each with its columns.
pub(crate) type Rows = Vec<Vec<Value>>;

/// The parameters of a statement.
#[derive(Debug)]
pub(crate) enum Asked {
    /// Nothing: it is about the whole table, as an operator asks.
    Whole,
    /// A statement that is not about leases: no plan is looked at.
    NoLeases,
    /// One batch of rows.
    Batch(Rows),
    /// One batch of rows that stand in the text, each with what the engine adds to it.
    Literal(Rows),
    /// Several batches, each under the name of its part.
    Parts(Vec<(&'static str, Rows)>),
    /// Single values.
    Values(Vec<Value>),
}

/// A lease of a batch, known by its number.
#[derive(Clone, Copy, Debug)]
struct Lease {
    n: i64,
    /// It is in the table; else its address and its client are new.
    known: bool,
}

impl Lease {
    /// What makes a new client.
    fn who(self) -> u32 {
        let n = if self.known {
            self.n
        } else {
            self.n + 5 * MILLION
        };
        u32::try_from(n).unwrap()
    }

    fn hwaddr(self) -> Value {
        Value::Bytes([&[2, 0][..], &self.who().to_be_bytes()].concat())
    }

    fn client_id(self) -> Value {
        match self.n % 2 {
            0 => Value::Bytes([&[1, 2, 0][..], &self.who().to_be_bytes()].concat()),
            _ => Value::Null,
        }
    }

    /// The generated column.
    fn client_key(self) -> Value {
        match (self.client_id(), self.hwaddr()) {
            (Value::Bytes(id), _) => Value::Bytes([vec![1], id].concat()),
            (_, Value::Bytes(hwaddr)) => Value::Bytes([vec![0], hwaddr].concat()),
            _ => Value::Null,
        }
    }

    fn duid(self) -> Value {
        let who = self.who().to_be_bytes();
        Value::Bytes([&[0, 3, 0, 1, 2, 0][..], &who].concat())
    }

    fn is_prefix(self) -> bool {
        self.n % 4 == 0
    }

    fn address4(self) -> i64 {
        0x0a00_0000 + 3 * self.n + i64::from(!self.known)
    }

    fn address6(self) -> u128 {
        let n = u128::try_from(self.n).unwrap();
        if self.is_prefix() {
            // New ones are far from the others, and have as many bits.
            let area: u128 = if self.known { 0x2001_0db9 } else { 0x2001_0dba };
            return area << 96 | n << 72;
        }
        let subnet = n / 1000 + 1;
        0x2001_0db8 << 96 | subnet << 64 | n | u128::from(!self.known) << 48
    }

    fn last6(self) -> u128 {
        match self.is_prefix() {
            true => self.address6() | (u128::MAX >> 56),
            false => self.address6(),
        }
    }

    fn holder4(self) -> Vec<Value> {
        let address = Value::Number(self.address4());
        vec![address, self.hwaddr(), self.client_id()]
    }

    fn holder6(self) -> Vec<Value> {
        let kind = if self.is_prefix() { 2 } else { 0 };
        let address = Value::Address(self.address6());
        let numbers = [self.n % 3, kind].map(Value::Number);
        [vec![address, self.duid()], numbers.to_vec()].concat()
    }

    /// What a claim has after the client, in the order of `row.rs`.
    fn rest(self) -> Vec<Value> {
        let flags = [Value::Flag(true), Value::Flag(false)];
        let numbers = [7200, self.n / 1000 + 1].map(Value::Number);
        let texts = [
            Value::Text("host.example.org"),
            Value::Null,
            Value::Number(0),
        ];
        [&numbers[..], &flags, &texts].concat()
    }

    fn row4(self) -> Vec<Value> {
        let ids = vec![Value::Bytes(vec![3; 6]), Value::Null];
        [self.holder4(), ids, self.rest()].concat()
    }

    fn row6(self) -> Vec<Value> {
        let len = if self.is_prefix() { 56 } else { 128 };
        let [len, preferred, kind, source] = [len, 3600, 1, 1].map(Value::Number);
        let own = vec![len, preferred, self.hwaddr(), kind, source];
        [self.holder6(), own, self.rest()].concat()
    }
}

/// So many leases from all over the table, in the order of their addresses; every other one new.
fn leases(batch: usize, version: u8) -> Vec<Lease> {
    // The factor has no divisor in common with the million, so that all are different.
    let numbers = (0..batch).map(|i| i64::try_from(i).unwrap() * 617_051 % MILLION);
    let mut leases: Vec<Lease> = numbers
        .enumerate()
        .map(|(i, n)| Lease {
            n,
            known: i % 2 == 0,
        })
        .collect();
    match version {
        4 => leases.sort_by_key(|lease| lease.address4()),
        _ => leases.sort_by_key(|lease| lease.address6()),
    }
    leases
}

/// What a statement of an engine is asked for a batch.
pub(crate) fn asked(engine: &str, name: &str, batch: usize) -> Asked {
    let all = leases(batch, 4);
    match name {
        "hosts4_lookup" => {
            let who = |lease: &Lease| vec![Value::Number(0), lease.hwaddr()];
            return Asked::Batch(arm(&all, who));
        }
        "hosts4_reserved" => {
            let at = |lease: &Lease| vec![Value::Number(lease.n / 1000 + 1), address(lease, 4)];
            return Asked::Batch(arm(&all, at));
        }
        _ => {}
    }
    let Some((family, what)) = name
        .strip_prefix("lease4_")
        .map(|what| (4, what))
        .or_else(|| name.strip_prefix("lease6_").map(|what| (6, what)))
    else {
        return apart(engine, name);
    };
    let all = leases(batch, family);
    let limit = Value::Number(i64::try_from(batch).unwrap());
    let rows = |row: fn(Lease) -> Vec<Value>| all.iter().map(|lease| row(*lease)).collect();
    match (what, family) {
        ("count", _) => Asked::Whole,
        ("named", _) if engine == "mysql" => Asked::Literal(addresses(&all, family)),
        ("named", _) => Asked::Batch(addresses(&all, family)),
        ("lookup", 4) => Asked::Parts(lookup4(&all)),
        ("lookup", 6) => Asked::Parts(lookup6_in_one(&all)),
        ("lookup_client", _) => Asked::Batch(arms(&all, family).swap_remove(0).1),
        ("lookup_hwaddr", _) => Asked::Batch(arms(&all, family).swap_remove(1).1),
        ("lookup_address", _) => Asked::Batch(arms(&all, family).swap_remove(2).1),
        ("lookup_span", _) => Asked::Batch(arms(&all, family).swap_remove(3).1),
        ("claim", 4) if engine == "postgresql" => Asked::Batch(heeding(rows(Lease::row4))),
        ("claim", 4) if engine == "mysql" => Asked::Literal(numbered(rows(Lease::row4))),
        ("claim", 6) if engine == "mysql" => Asked::Literal(numbered(rows(Lease::row6))),
        ("claimed", _) => Asked::Literal(addresses(&all, family)),
        ("held" | "release_keep" | "reclaim_keep" | "remove" | "decline", _)
            if engine == "mysql" =>
        {
            Asked::Literal(addresses(&all, family))
        }
        ("around", 6) => Asked::Literal(bases(&all)),
        ("inside", 6) => Asked::Literal(insides(&all)),
        ("claim", 4) => Asked::Batch(numbered(rows(Lease::row4))),
        ("claim", 6) => claim6(&all),
        ("release_keep" | "release_delete", 4) => Asked::Batch(with(rows(Lease::holder4), &[END])),
        ("held" | "release_keep" | "release_delete", 6) => {
            Asked::Batch(with(rows(Lease::holder6), &[END]))
        }
        ("decline", 4) => Asked::Batch(with(rows(Lease::holder4), &[END, 86400])),
        ("decline", 6) => Asked::Batch(with(rows(Lease::holder6), &[END, 86400])),
        ("reclaim_keep" | "reclaim_delete" | "reclaim_due", _) => Asked::Values(vec![limit]),
        ("flush" | "flush_due", _) => Asked::Values(vec![Value::Number(3600), limit]),
        ("page", 4) => Asked::Values(vec![Value::Number(0x0a00_8000), limit]),
        ("page", 6) => Asked::Values(vec![Value::Address(0x2001_0db8 << 96 | 400 << 64), limit]),
        ("occupied", _) => Asked::Values(range(family, batch).into()),
        ("highest", _) => Asked::Values(range(family, 1000).into()),
        ("count_within", _) => {
            let [low, high] = range(family, batch);
            Asked::Values(vec![low, high, Value::Number(SUBNET)])
        }
        ("before", _) => Asked::Values(vec![range(family, 1)[0].clone()]),
        ("given_back", _) => {
            let [low, high] = range(family, 1000);
            Asked::Values(vec![Value::Number(SUBNET), low, high, limit])
        }
        ("upload", 4) => Asked::Batch(uploaded(&all, Lease::row4)),
        ("upload", 6) => Asked::Batch(uploaded(&all, Lease::row6)),
        _ => {
            panic!("{engine}: {name}: say here what it is asked, so that its plan can be looked at")
        }
    }
}

/// Statements that belong to no family.
fn apart(engine: &str, name: &str) -> Asked {
    match name {
        "prefix_lock" | "prefix_locked" => Asked::NoLeases,
        "server_duid" | "server_duid_keep" | "server_duid_replace" => Asked::NoLeases,
        "pool_window" | "pool_window_take" => Asked::NoLeases,
        "hosts_write" | "hosts_cancelled" => Asked::NoLeases,
        _ if name.starts_with("name_") => Asked::NoLeases,
        _ if name.starts_with("worker_") || name.starts_with("statistic_") => Asked::NoLeases,
        _ => {
            panic!("{engine}: {name}: say here what it is asked, so that its plan can be looked at")
        }
    }
}

/// When leases end.
const END: i64 = 1_900_000_000;

/// A subnet of a thousand leases.
const SUBNET: i64 = 9;

/// First and last address of so many rows of it.
fn range(family: u8, rows: usize) -> [Value; 2] {
    let first = (SUBNET - 1) * 1000;
    let last = first + i64::try_from(rows).unwrap() - 1;
    let of = |n| Lease { n, known: true };
    match family {
        4 => [first, last].map(|n| Value::Number(of(n).address4())),
        // The neighbours of what is no prefix; every fourth is one, and lies elsewhere.
        _ => [first + 1, last | 1].map(|n| Value::Address(of(n).address6())),
    }
}

/// Each row with more numbers.
fn with(rows: Rows, more: &[i64]) -> Rows {
    let more: Vec<_> = more.iter().map(|number| Value::Number(*number)).collect();
    rows.into_iter()
        .map(|row| [row, more.clone()].concat())
        .collect()
}

/// Each row of a claim that heeds reservations.
fn heeding(rows: Rows) -> Rows {
    let rows = rows.into_iter();
    rows.map(|row| [row, vec![Value::Flag(true)]].concat())
        .collect()
}

/// Each row with the number of its claim.
fn numbered(rows: Rows) -> Rows {
    let rows = rows.into_iter().zip(1_000_000_000..);
    rows.map(|(row, number)| [row, vec![Value::Number(number)]].concat())
        .collect()
}

/// Rows that are not there yet, with `expire` and `state`.
fn uploaded(all: &[Lease], row: fn(Lease) -> Vec<Value>) -> Rows {
    let new = all.iter().map(|lease| Lease {
        known: false,
        ..*lease
    });
    with(new.map(row).collect(), &[END, 0])
}

fn address(lease: &Lease, family: u8) -> Value {
    match family {
        4 => Value::Number(lease.address4()),
        _ => Value::Address(lease.address6()),
    }
}

fn addresses(all: &[Lease], family: u8) -> Rows {
    all.iter()
        .map(|lease| vec![address(lease, family)])
        .collect()
}

/// Questions with their numbers.
fn arm(all: &[Lease], value: impl Fn(&Lease) -> Vec<Value>) -> Rows {
    let numbers = (0..).map(Value::Number);
    let questions = numbers.zip(all);
    questions
        .map(|(number, lease)| [vec![number], value(lease)].concat())
        .collect()
}

/// The arms of a lookup, by their names where they go together.
type Arms = Vec<(&'static str, Rows)>;

fn arms(all: &[Lease], family: u8) -> Arms {
    match family {
        4 => lookup4(all),
        _ => lookup6(all),
    }
}

fn lookup4(all: &[Lease]) -> Arms {
    vec![
        ("c", arm(all, |lease| vec![lease.client_key()])),
        ("h", arm(all, |lease| vec![lease.hwaddr()])),
        ("a", arm(all, |lease| vec![address(lease, 4)])),
    ]
}

fn lookup6(all: &[Lease]) -> Arms {
    let span = |lease: &Lease| {
        let [low, high] = [lease.address6(), lease.last6()].map(Value::Address);
        vec![low, high, Value::Number(128)]
    };
    vec![
        ("c", arm(all, |lease| vec![lease.duid()])),
        ("h", arm(all, |lease| vec![lease.hwaddr()])),
        ("a", arm(all, |lease| vec![address(lease, 6)])),
        ("r", arm(all, span)),
    ]
}

/// As one statement asks it: own addresses and the bases of what would contain prefixes together.
fn lookup6_in_one(all: &[Lease]) -> Arms {
    let mut arms = lookup6(all);
    if let [_, _, (_, addresses), (_, ranges)] = arms.as_mut_slice() {
        addresses.iter_mut().for_each(|row| row.push(Value::Null));
        let bases = bases(all).into_iter().zip(5000..);
        let longest = Value::Number(127);
        addresses.extend(
            bases.map(|(row, n)| [vec![Value::Number(n)], row, vec![longest.clone()]].concat()),
        );
        ranges.iter_mut().for_each(|row| row.truncate(3));
    }
    arms
}

/// Claims of addresses and prefixes, the known ones of which are renewed, with the spans in which
/// something may overlap the new prefixes.
fn claim6(all: &[Lease]) -> Asked {
    let renews = |lease: &Lease| lease.is_prefix() && lease.known;
    let claims = all.iter().map(|lease| {
        let renews = Value::Flag(renews(lease));
        [lease.row6(), vec![renews]].concat()
    });
    let claims: Rows = claims.collect();
    let mut spans: Vec<(u128, u128, i64)> = Vec::new();
    let mut pairs = Rows::new();
    for (claim, lease) in (1..).zip(all) {
        if !lease.is_prefix() || lease.known {
            continue;
        }
        for span in around(lease.address6(), lease.last6()) {
            let at = spans.iter().position(|known| *known == span);
            let at = at.unwrap_or_else(|| {
                spans.push(span);
                spans.len() - 1
            });
            pairs.push(vec![Value::Number(claim), Value::Number(at as i64 + 1)]);
        }
    }
    let spans = spans.into_iter().map(|(low, high, longest)| {
        [
            Value::Address(low),
            Value::Address(high),
            Value::Number(longest),
        ]
        .to_vec()
    });
    Asked::Parts(vec![("c", claims), ("s", spans.collect()), ("p", pairs)])
}

/// The bases of what may contain prefixes of a batch, each once.
fn bases(all: &[Lease]) -> Rows {
    let spans = all.iter().flat_map(|l| around(l.address6(), l.last6()));
    let outer = spans.filter(|(low, high, _)| low == high);
    let bases: std::collections::BTreeSet<u128> = outer.map(|(low, ..)| low).collect();
    bases
        .into_iter()
        .map(|base| vec![Value::Address(base)])
        .collect()
}

/// First and last address inside of each.
fn insides(all: &[Lease]) -> Rows {
    let inside = |lease: &Lease| [lease.address6() + 1, lease.last6()];
    let prefixes = all.iter().filter(|lease| lease.is_prefix());
    prefixes
        .map(|lease| inside(lease).map(Value::Address).to_vec())
        .collect()
}

/// The bases of the prefixes that contain this one, with their greatest lengths, and its inside.
fn around(base: u128, last: u128) -> Vec<(u128, u128, i64)> {
    let mut spans = vec![(base + 1, last, 128)];
    let mut bits = base;
    while bits != 0 {
        let len = 127 - i64::from(bits.trailing_zeros());
        bits &= bits - 1;
        spans.push((bits, bits, len));
    }
    spans
}

/// The text form of an address.
pub(crate) fn text(address: u128) -> String {
    Ipv6Addr::from(address).to_string()
}
