//! What must hold between the leases that were acknowledged to clients and the tables, whatever
//! happened in between: the promises of the server, as a checker that names what is broken.

pub mod broken;
pub mod timeline;

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use crate::load::{Acknowledged, Given};
use crate::rows::{self, DEFAULT, Row4, Row6};
use crate::{Leases, load};

/// A row that is somebody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// As [`Given::holder`].
    pub holder: String,
    /// As [`Given::iaid`].
    pub iaid: u32,
    /// The subnet it is of.
    pub subnet_id: u32,
    /// The address, or the base of the prefix.
    pub address: IpAddr,
    /// Bits of it that are given.
    pub len: u8,
    /// Seconds since 1970.
    pub expire: u64,
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// An acknowledged lease is nobody's in the table.
    Missing(Acknowledged),
    /// An acknowledged lease is somebody else's in the table.
    Stolen(Acknowledged, Held),
    /// The row ends before the client's lease does.
    EndsEarly(Acknowledged, Held),
    /// An address, or prefixes that overlap, were acknowledged to two clients.
    AcknowledgedTwice(Acknowledged, Acknowledged),
    /// A client has two leases in one subnet (and association).
    TwoLeases(Held, Held),
    /// Two rows give the same address, or prefixes that overlap.
    Overlap(Held, Held),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |lease: &Acknowledged| {
            let Given {
                holder,
                address,
                len,
                ..
            } = &lease.given;
            format!("{address}/{len} was acknowledged to {holder}")
        };
        let stored = |row: &Held| {
            let Held {
                holder,
                address,
                len,
                iaid,
                ..
            } = row;
            format!("{address}/{len} is held by {holder} (IA {iaid})")
        };
        match self {
            Self::Missing(lease) => write!(f, "missing: {}, nobody holds it", said(lease)),
            Self::Stolen(lease, row) => write!(f, "stolen: {}, but {}", said(lease), stored(row)),
            Self::EndsEarly(lease, row) => write!(
                f,
                "ends early: {} at {} ms for {} s, but {} until {} s",
                said(lease),
                lease.sent,
                lease.given.lifetime,
                stored(row),
                row.expire
            ),
            Self::AcknowledgedTwice(one, other) => {
                write!(f, "acknowledged twice: {}; {}", said(one), said(other))
            }
            Self::TwoLeases(one, other) => {
                write!(f, "two leases: {}; {}", stored(one), stored(other))
            }
            Self::Overlap(one, other) => write!(f, "overlap: {}; {}", stored(one), stored(other)),
        }
    }
}

/// Everything broken between a record and the rows that are somebody's.
pub fn violations(acknowledged: &[Acknowledged], held: &[Held]) -> Vec<Violation> {
    let mut found = Vec::new();
    against_rows(acknowledged, held, &mut found);
    among_acknowledged(acknowledged, &mut found);
    among_rows(held, &mut found);
    found
}

fn against_rows(acknowledged: &[Acknowledged], held: &[Held], found: &mut Vec<Violation>) {
    let rows: HashMap<(IpAddr, u8), &Held> = held
        .iter()
        .map(|row| ((row.address, row.len), row))
        .collect();
    for lease in acknowledged {
        let given = &lease.given;
        let Some(row) = rows.get(&(given.address, given.len)) else {
            found.push(Violation::Missing(lease.clone()));
            continue;
        };
        if (&row.holder, row.iaid) != (&given.holder, given.iaid) {
            found.push(Violation::Stolen(lease.clone(), (*row).clone()));
        } else if row.expire * 1000 < lease.sent + u64::from(given.lifetime) * 1000 {
            found.push(Violation::EndsEarly(lease.clone(), (*row).clone()));
        }
    }
}

fn among_acknowledged(acknowledged: &[Acknowledged], found: &mut Vec<Violation>) {
    let holder = |lease: &Acknowledged| (lease.given.holder.clone(), lease.given.iaid);
    let span = |lease: &Acknowledged| span(lease.given.address, lease.given.len);
    let mut sorted: Vec<&Acknowledged> = acknowledged.iter().collect();
    sorted.sort_by_key(|lease| (span(lease).0, std::cmp::Reverse(span(lease).1)));
    // Prefixes nest: what is still open here contains this one.
    let mut open: Vec<&Acknowledged> = Vec::new();
    for lease in sorted {
        while open.pop_if(|outer| span(outer).1 < span(lease).0).is_some() {}
        if let Some(other) = open.iter().find(|other| holder(other) != holder(lease)) {
            found.push(Violation::AcknowledgedTwice(
                (*other).clone(),
                lease.clone(),
            ));
        }
        if open.last().is_none_or(|last| last.given != lease.given) {
            open.push(lease);
        }
    }
}

fn among_rows(held: &[Held], found: &mut Vec<Violation>) {
    let mut of_client: HashMap<(&str, u32, u32), &Held> = HashMap::new();
    for row in held {
        let key = (row.holder.as_str(), row.iaid, row.subnet_id);
        if let Some(other) = of_client.insert(key, row) {
            found.push(Violation::TwoLeases(other.clone(), row.clone()));
        }
    }
    let mut by_address: Vec<&Held> = held.iter().collect();
    let span = |row: &Held| span(row.address, row.len);
    by_address.sort_by_key(|row| span(row).0);
    for pair in by_address.windows(2) {
        if span(pair[1]).0 <= span(pair[0]).1 {
            found.push(Violation::Overlap(pair[0].clone(), pair[1].clone()));
        }
    }
}

/// First and last address of a prefix.
fn span(address: IpAddr, len: u8) -> (u128, u128) {
    let (base, width) = match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (Ipv6Addr::to_bits(address), 128),
    };
    let free = width - u32::from(len);
    let size = 1u128.checked_shl(free).map_or(u128::MAX, |size| size - 1);
    (base, base | size)
}

/// The rows of `lease4` that are somebody's.
pub fn held4(leases: &Leases) -> Vec<Held> {
    let live = rows::lease4(leases)
        .into_iter()
        .filter(|row| row.state == DEFAULT);
    let held = live.map(|row: Row4| Held {
        holder: format!("{}/{}", row.hwaddr, row.client_id),
        iaid: 0,
        subnet_id: row.subnet_id,
        address: row.address.into(),
        len: 32,
        expire: row.expire,
    });
    held.collect()
}

/// The rows of `lease6` that are somebody's.
pub fn held6(leases: &Leases) -> Vec<Held> {
    let live = rows::lease6(leases)
        .into_iter()
        .filter(|row| row.state == DEFAULT);
    let held = live.map(|row: Row6| Held {
        holder: format!("{}/{}", row.duid, if row.kind == 2 { "pd" } else { "na" }),
        iaid: row.iaid,
        subnet_id: row.subnet_id,
        address: row.address.into(),
        len: row.prefix_len,
        expire: row.expire,
    });
    held.collect()
}

/// Checks a record against the rows.
///
/// # Panics
/// With the first violations, by name.
#[track_caller]
pub fn must_hold(record: &load::Record, held: &[Held]) {
    assert!(!record.acknowledged.is_empty(), "nothing was acknowledged");
    none(&violations(&record.acknowledged, held));
}

/// Checks the rows among each other: nobody has two leases in one place, and none overlap.
///
/// # Panics
/// As [`must_hold`].
#[track_caller]
pub fn must_be_apart(held: &[Held]) {
    assert!(!held.is_empty(), "nobody holds anything");
    none(&violations(&[], held));
}

#[track_caller]
fn none(found: &[Violation]) {
    let first: Vec<String> = found.iter().take(10).map(ToString::to_string).collect();
    assert!(
        found.is_empty(),
        "{} violations:\n{}",
        found.len(),
        first.join("\n")
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(holder: &str, last: u8) -> Acknowledged {
        Acknowledged {
            client: 1,
            given: Given {
                holder: holder.to_owned(),
                iaid: 0,
                address: IpAddr::from([192, 0, 2, last]),
                len: 32,
                lifetime: 100,
            },
            sent: 1_000_500,
        }
    }

    fn row(holder: &str, last: u8) -> Held {
        Held {
            holder: holder.to_owned(),
            iaid: 0,
            subnet_id: 1,
            address: IpAddr::from([192, 0, 2, last]),
            len: 32,
            expire: 1101,
        }
    }

    #[test]
    fn a_lease_that_is_in_the_table_is_in_order() {
        let rows = [row("a/", 1), row("b/", 2), row("c/", 3)];
        let twice = [said("a/", 1), said("a/", 1), said("b/", 2)];
        assert_eq!(violations(&twice, &rows), []);
    }

    #[test]
    fn each_broken_promise_is_named() {
        let (a, b) = (said("a/", 1), said("b/", 1));
        assert_eq!(
            violations(std::slice::from_ref(&a), &[]),
            [Violation::Missing(a.clone())]
        );
        assert_eq!(
            violations(std::slice::from_ref(&a), &[row("b/", 1)]),
            [Violation::Stolen(a.clone(), row("b/", 1))]
        );
        let short = Held {
            expire: 1100,
            ..row("a/", 1)
        };
        assert_eq!(
            violations(std::slice::from_ref(&a), std::slice::from_ref(&short)),
            [Violation::EndsEarly(a.clone(), short)]
        );
        assert_eq!(
            violations(&[a.clone(), b.clone()], &[row("a/", 1)]),
            [
                Violation::Stolen(b.clone(), row("a/", 1)),
                Violation::AcknowledgedTwice(a, b)
            ]
        );
        assert_eq!(
            violations(&[], &[row("a/", 1), row("a/", 2)]),
            [Violation::TwoLeases(row("a/", 1), row("a/", 2))]
        );
    }

    #[test]
    fn prefixes_overlap_when_one_lies_in_the_other() {
        let prefix = |text: &str, len| Held {
            holder: text.to_owned(),
            address: text.parse().unwrap(),
            len,
            ..row("", 0)
        };
        let (outer, inner) = (prefix("2001:db8::", 48), prefix("2001:db8:0:5::", 64));
        let beside = prefix("2001:db8:1::", 48);
        assert_eq!(violations(&[], &[outer.clone(), beside.clone()]), []);
        assert_eq!(
            violations(&[], &[beside, inner.clone(), outer.clone()]),
            [Violation::Overlap(outer, inner)]
        );
    }

    #[test]
    fn prefixes_that_overlap_are_acknowledged_to_one_client_alone() {
        let said = |holder: &str, text: &str, len| {
            let mut lease = said(holder, 0);
            (lease.given.address, lease.given.len) = (text.parse().unwrap(), len);
            lease
        };
        let (outer, inner) = (said("a", "2001:db8::", 48), said("b", "2001:db8:0:5::", 64));
        let others = [
            said("c", "2001:db8:1::", 48),
            said("a", "2001:db8:0:5::", 64),
        ];
        let mut found = Vec::new();
        among_acknowledged(
            &[&others[..], std::slice::from_ref(&outer)].concat(),
            &mut found,
        );
        assert_eq!(found, []);
        among_acknowledged(
            &[&others[..1], &[inner.clone(), outer.clone()]].concat(),
            &mut found,
        );
        assert_eq!(found, [Violation::AcknowledgedTwice(outer, inner)]);
    }
}
