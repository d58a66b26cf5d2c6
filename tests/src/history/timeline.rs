//! What clients were told over time, and what the tables held in between: whether two clients ever held
//! one address, a client ever two leases, or a lease was lost, at a moment at which it certainly stood.
//!
//! Times are microseconds since 1970 of one monotonic clock. A lease that was acknowledged stands for
//! certain from the moment its client heard of it (it was durable before) until the first of:
//! - its lifetime after the query was *first sent* (the server counts from later);
//! - the moment its client began to give it back (a worker may act on that at once);
//! - for a client's refusal by the server at another place, the moment that it asked there.
//!
//! Whatever a worker does with a query that was delayed (a stopped worker, a hung database) only makes
//! a lease longer, but for one thing: giving back. A message that gives a lease back may be acted on
//! late, when the client has the same lease again. So a client that gave something back has to keep
//! silent until no such message can be under way; this file takes it that it did.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use super::broken::Broken;
use super::{Held, span};

/// Microseconds since 1970.
pub type Micros = u64;

/// Who holds what, where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    /// As [`crate::load::Given::holder`].
    pub holder: String,
    /// As [`crate::load::Given::iaid`].
    pub iaid: u32,
    /// The subnet that the client asked from.
    pub subnet_id: u32,
    /// The address, or the base of the prefix.
    pub address: IpAddr,
    /// Bits of it that are given.
    pub len: u8,
}

/// What happened to a lease in the eyes of its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// ACK, or REPLY with the lease in it: for so many seconds.
    Acknowledged(u32),
    /// NAK, or REPLY that ends the lease or knows nothing of it, to a client that named it.
    Denied,
    /// RELEASE or DECLINE was sent.
    GivenBack,
}

/// One such thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it is about.
    pub lease: Lease,
    /// What it is.
    pub what: What,
    /// When the client first sent the message that this answers, or this is.
    pub sent: Micros,
    /// When the answer was there; with none, as `sent`.
    pub heard: Micros,
}

/// The rows that are somebody's, read in one statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Before the statement was sent.
    pub begun: Micros,
    /// When its rows were there.
    pub done: Micros,
    /// The rows of one family.
    pub rows: Vec<Held>,
    /// Whether they are of the family with these addresses.
    pub v6: bool,
}

/// A lease for the time that it certainly stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// The acknowledgement.
    pub event: &'a Event,
    /// When it was heard.
    pub from: Micros,
    /// The first moment at which it may have ended.
    pub until: Micros,
}

/// Everything broken in a history.
pub fn broken(events: &[Event], snapshots: &[Snapshot]) -> Vec<Broken> {
    let standing = standing(events);
    let mut found = Vec::new();
    held_by_two(&standing, &mut found);
    two_of_one(&standing, &mut found);
    denied(events, &standing, &mut found);
    for snapshot in snapshots {
        against(snapshot, &standing, &mut found);
        let mut among = Vec::new();
        super::among_rows(&snapshot.rows, &mut among);
        found.extend(among.into_iter().map(|what| Broken::Rows {
            at: snapshot.begun,
            what,
        }));
    }
    found
}

/// The certain life of every acknowledged lease that has one.
pub fn standing(events: &[Event]) -> Vec<Standing<'_>> {
    let mut endings: HashMap<&Lease, Vec<Micros>> = HashMap::new();
    for event in events.iter().filter(|event| event.what == What::GivenBack) {
        endings.entry(&event.lease).or_default().push(event.sent);
    }
    let mut standing = Vec::new();
    for event in events {
        let What::Acknowledged(lifetime) = event.what else {
            continue;
        };
        let given_back = endings.get(&event.lease).into_iter().flatten();
        let given_back = given_back.filter(|ending| **ending >= event.sent).min();
        let expires = event.sent + u64::from(lifetime) * 1_000_000;
        let until = given_back.map_or(expires, |ending| expires.min(*ending));
        if event.heard < until {
            standing.push(Standing {
                event,
                from: event.heard,
                until,
            });
        }
    }
    standing
}

/// Two clients on one address, or on prefixes that overlap, at one moment.
fn held_by_two(standing: &[Standing<'_>], found: &mut Vec<Broken>) {
    let collide = |a: &Standing<'_>, b: &Standing<'_>| {
        let (a, b) = (&a.event.lease, &b.event.lease);
        let (one, other) = (span(a.address, a.len), span(b.address, b.len));
        (&a.holder, a.iaid) != (&b.holder, b.iaid) && one.0 <= other.1 && other.0 <= one.1
    };
    for group in overlapping(standing) {
        first_meeting(&group, collide, |one, other| {
            found.push(Broken::HeldByTwo(one.event.clone(), other.event.clone()));
        });
    }
}

/// A client with two leases in one subnet (and association) at one moment.
fn two_of_one(standing: &[Standing<'_>], found: &mut Vec<Broken>) {
    let mut of_client: HashMap<(&str, u32, u32), Vec<Standing<'_>>> = HashMap::new();
    for one in standing {
        let lease = &one.event.lease;
        let key = (lease.holder.as_str(), lease.iaid, lease.subnet_id);
        of_client.entry(key).or_default().push(*one);
    }
    let differs = |a: &Standing<'_>, b: &Standing<'_>| a.event.lease != b.event.lease;
    for mut group in of_client.into_values() {
        group.sort_by_key(|one| one.from);
        first_meeting(&group, differs, |one, other| {
            found.push(Broken::TwoOfOne(one.event.clone(), other.event.clone()));
        });
    }
}

/// The server told the client that it does not hold what it holds.
fn denied(events: &[Event], standing: &[Standing<'_>], found: &mut Vec<Broken>) {
    let mut by_lease: HashMap<&Lease, Vec<&Standing<'_>>> = HashMap::new();
    for one in standing {
        by_lease.entry(&one.event.lease).or_default().push(one);
    }
    for event in events.iter().filter(|event| event.what == What::Denied) {
        let leases = by_lease.get(&event.lease).into_iter().flatten();
        let mut stood = leases.filter(|one| one.from <= event.sent && event.heard < one.until);
        if let Some(one) = stood.next() {
            found.push(Broken::Denied(one.event.clone(), event.clone()));
        }
    }
}

/// Leases that stood while the rows were read, and are not among them.
fn against(snapshot: &Snapshot, standing: &[Standing<'_>], found: &mut Vec<Broken>) {
    let rows: HashMap<(IpAddr, u8), &Held> = snapshot
        .rows
        .iter()
        .map(|row| ((row.address, row.len), row))
        .collect();
    // The longest of each lease: who renewed is told so by each worker.
    let mut longest: BTreeMap<(IpAddr, u8, &str, u32), &Standing<'_>> = BTreeMap::new();
    let of_family = |one: &&Standing<'_>| one.event.lease.address.is_ipv6() == snapshot.v6;
    let stood = standing.iter().filter(of_family);
    for one in stood.filter(|one| one.from <= snapshot.begun && snapshot.done < one.until) {
        let lease = &one.event.lease;
        let key = (lease.address, lease.len, lease.holder.as_str(), lease.iaid);
        let kept = longest.entry(key).or_insert(one);
        if kept.until < one.until {
            *kept = one;
        }
    }
    for one in longest.into_values() {
        let lease = &one.event.lease;
        let What::Acknowledged(lifetime) = one.event.what else {
            continue;
        };
        let lost = |row: Option<&Held>| Broken::Lost {
            lease: one.event.clone(),
            at: snapshot.begun,
            row: row.cloned(),
        };
        match rows.get(&(lease.address, lease.len)) {
            None => found.push(lost(None)),
            Some(row) if (&row.holder, row.iaid) != (&lease.holder, lease.iaid) => {
                found.push(lost(Some(row)));
            }
            Some(row)
                if row.expire * 1_000_000 < one.event.sent + u64::from(lifetime) * 1_000_000 =>
            {
                found.push(lost(Some(row)));
            }
            Some(_) => {}
        }
    }
}

/// Calls `report` for each pair of neighbours in time that stand at one moment and `differ`; the group
/// is in the order of `from`.
fn first_meeting<'a, 'b>(
    group: &'b [Standing<'a>],
    differ: impl Fn(&Standing<'a>, &Standing<'a>) -> bool,
    mut report: impl FnMut(&'b Standing<'a>, &'b Standing<'a>),
) {
    let mut open: Vec<&Standing<'a>> = Vec::new();
    for one in group {
        open.retain(|other| other.until > one.from);
        if let Some(other) = open.iter().find(|other| differ(other, one)) {
            report(other, one);
        }
        // Of one lease the longest is enough.
        let covered = open
            .iter_mut()
            .find(|other| other.event.lease == one.event.lease);
        match covered {
            Some(kept) if kept.until < one.until => *kept = one,
            Some(_) => {}
            None => open.push(one),
        }
    }
}

/// Groups of leases whose addresses overlap, each in the order of time. Prefixes nest, so a group is
/// everything within its shortest prefix.
fn overlapping<'a>(standing: &[Standing<'a>]) -> Vec<Vec<Standing<'a>>> {
    let place = |one: &Standing<'_>| span(one.event.lease.address, one.event.lease.len);
    let mut sorted = standing.to_vec();
    sorted.sort_by_key(|one| (one.event.lease.address.is_ipv6(), place(one).0));
    let mut groups: Vec<(bool, u128, Vec<Standing<'a>>)> = Vec::new();
    for one in sorted {
        let (low, high) = place(&one);
        let v6 = one.event.lease.address.is_ipv6();
        match groups.last_mut() {
            Some((family, end, group)) if *family == v6 && low <= *end => {
                *end = (*end).max(high);
                group.push(one);
            }
            _ => groups.push((v6, high, vec![one])),
        }
    }
    let groups = groups.into_iter().map(|(_, _, mut group)| {
        group.sort_by_key(|one| one.from);
        group
    });
    groups.collect()
}

#[cfg(test)]
mod tests {
    use super::super::Violation;
    use super::*;

    const SECOND: Micros = 1_000_000;

    fn lease(holder: &str, address: &str, len: u8) -> Lease {
        Lease {
            holder: holder.to_owned(),
            iaid: 1,
            subnet_id: 1,
            address: address.parse().unwrap(),
            len,
        }
    }

    /// Acknowledged within a tenth of a second, for 30 s.
    fn told(holder: &str, address: &str, second: Micros) -> Event {
        Event {
            lease: lease(
                holder,
                address,
                if address.contains(':') { 128 } else { 32 },
            ),
            what: What::Acknowledged(30),
            sent: second * SECOND,
            heard: second * SECOND + SECOND / 10,
        }
    }

    fn given_back(lease: &Lease, second: Micros) -> Event {
        Event {
            lease: lease.clone(),
            what: What::GivenBack,
            sent: second * SECOND,
            heard: second * SECOND,
        }
    }

    fn denied_to(lease: &Lease, second: Micros) -> Event {
        Event {
            what: What::Denied,
            heard: second * SECOND + SECOND / 10,
            ..given_back(lease, second)
        }
    }

    fn row(lease: &Lease, expire: u64) -> Held {
        Held {
            holder: lease.holder.clone(),
            iaid: lease.iaid,
            subnet_id: lease.subnet_id,
            address: lease.address,
            len: lease.len,
            expire,
        }
    }

    fn read(second: Micros, rows: Vec<Held>) -> Snapshot {
        Snapshot {
            begun: second * SECOND,
            done: second * SECOND + SECOND / 10,
            rows,
            v6: false,
        }
    }

    #[test]
    fn one_after_the_other_is_in_order() {
        let (a, b) = (told("a", "10.0.0.1", 0), told("b", "10.0.0.1", 30));
        assert_eq!(broken(&[a, b], &[]), []);
    }

    #[test]
    fn two_clients_on_one_address_are_found() {
        let (a, b) = (told("a", "10.0.0.1", 0), told("b", "10.0.0.1", 29));
        let events = [b.clone(), a.clone()];
        assert_eq!(broken(&events, &[]), [Broken::HeldByTwo(a, b)]);
    }

    #[test]
    fn a_lease_that_was_renewed_stands_for_longer() {
        let (a, again) = (told("a", "10.0.0.1", 0), told("a", "10.0.0.1", 20));
        let b = told("b", "10.0.0.1", 40);
        let events = [a, again.clone(), b.clone()];
        assert_eq!(broken(&events, &[]), [Broken::HeldByTwo(again, b)]);
    }

    #[test]
    fn the_same_association_of_another_kind_or_client_is_another_holder() {
        let a = told("a/na", "2001:db8::1", 0);
        let mut b = told("a/na", "2001:db8::1", 1);
        b.lease.iaid = 2;
        assert_eq!(
            broken(&[a.clone(), b.clone()], &[]),
            [Broken::HeldByTwo(a, b)]
        );
    }

    #[test]
    fn prefixes_that_overlap_are_found_whatever_lies_between() {
        let prefix = |holder: &str, address: &str, len, second| Event {
            lease: lease(holder, address, len),
            ..told(holder, address, second)
        };
        let outer = prefix("a", "2001:db8::", 48, 0);
        let inner = prefix("b", "2001:db8:0:5::", 64, 3);
        let beside = prefix("c", "2001:db8:1::", 48, 1);
        let events = [inner.clone(), beside, outer.clone()];
        assert_eq!(
            broken(&events, &[]),
            [Broken::HeldByTwo(outer, inner.clone())]
        );
        // Two that lie in one which was given back do not meet each other.
        let mut outer = prefix("a", "2001:db8::", 48, 0);
        outer.lease.iaid = 2;
        let back = given_back(&outer.lease, 2);
        let sibling = prefix("d", "2001:db8:0:6::", 64, 3);
        assert_eq!(broken(&[inner, sibling, outer, back], &[]), []);
    }

    #[test]
    fn what_was_given_back_may_be_anothers_from_the_moment_of_sending() {
        let (a, b) = (told("a", "10.0.0.1", 0), told("b", "10.0.0.1", 6));
        let back = given_back(&a.lease, 5);
        assert_eq!(broken(&[a.clone(), back, b.clone()], &[]), []);
        // Whoever has it before that is one too many.
        let late = given_back(&a.lease, 7);
        let events = [a.clone(), late, b.clone()];
        assert_eq!(broken(&events, &[]), [Broken::HeldByTwo(a, b)]);
    }

    #[test]
    fn an_answer_heard_after_its_lease_was_given_back_counts_for_nothing() {
        let mut a = told("a", "10.0.0.1", 0);
        a.heard = 8 * SECOND;
        let back = given_back(&a.lease, 5);
        assert_eq!(broken(&[a, back, told("b", "10.0.0.1", 9)], &[]), []);
    }

    #[test]
    fn two_leases_of_one_client_in_one_subnet_are_found() {
        let (a, b) = (told("a", "10.0.0.1", 0), told("a", "10.0.0.2", 5));
        let events = [a.clone(), b.clone()];
        assert_eq!(
            broken(&events, &[]),
            [Broken::TwoOfOne(a.clone(), b.clone())]
        );
        // In another subnet it may have another.
        let mut elsewhere = b;
        elsewhere.lease.subnet_id = 2;
        assert_eq!(broken(&[a, elsewhere], &[]), []);
    }

    #[test]
    fn a_lease_that_is_not_in_the_table_is_found_at_the_moment_of_reading() {
        let a = told("a", "10.0.0.1", 0);
        let mine = row(&a.lease, 30);
        let lost = |at, row: Option<Held>| Broken::Lost {
            lease: a.clone(),
            at: at * SECOND,
            row,
        };
        let events = std::slice::from_ref(&a);
        assert_eq!(broken(events, &[read(5, vec![mine.clone()])]), []);
        assert_eq!(broken(events, &[read(5, vec![])]), [lost(5, None)]);
        let anothers = row(&lease("b", "10.0.0.1", 32), 60);
        let snapshot = read(5, vec![anothers.clone()]);
        assert_eq!(broken(events, &[snapshot]), [lost(5, Some(anothers))]);
        let short = row(&a.lease, 29);
        let snapshot = read(5, vec![short.clone()]);
        assert_eq!(broken(events, &[snapshot]), [lost(5, Some(short))]);
    }

    #[test]
    fn rows_are_not_held_against_leases_that_began_or_ended_while_they_were_read() {
        let a = told("a", "10.0.0.1", 10);
        let reading = Snapshot {
            done: 11 * SECOND,
            ..read(10, vec![])
        };
        assert_eq!(broken(std::slice::from_ref(&a), &[reading]), []);
        let ended = Snapshot {
            done: 41 * SECOND,
            ..read(39, vec![])
        };
        assert_eq!(broken(std::slice::from_ref(&a), &[ended]), []);
        let v6 = Snapshot {
            v6: true,
            ..read(15, vec![])
        };
        assert_eq!(broken(&[a], &[v6]), []);
    }

    #[test]
    fn rows_that_are_at_odds_among_themselves_are_found() {
        let rows = [("a", "10.0.0.1"), ("a", "10.0.0.2")];
        let rows = rows.map(|(holder, address)| row(&lease(holder, address, 32), 30));
        let what = Violation::TwoLeases(rows[0].clone(), rows[1].clone());
        let found = broken(&[], &[read(1, rows.to_vec())]);
        assert_eq!(found, [Broken::Rows { at: SECOND, what }]);
    }

    #[test]
    fn a_client_that_is_denied_what_it_holds_is_found() {
        let a = told("a", "10.0.0.1", 0);
        let no = denied_to(&a.lease, 10);
        let found = broken(&[a.clone(), no.clone()], &[]);
        assert_eq!(found, [Broken::Denied(a.clone(), no)]);
        // When its time is over, or it asks from elsewhere, that is in order.
        let mut elsewhere = denied_to(&a.lease, 10);
        elsewhere.lease.subnet_id = 2;
        assert_eq!(
            broken(&[a.clone(), denied_to(&a.lease, 30), elsewhere], &[]),
            []
        );
    }
}
