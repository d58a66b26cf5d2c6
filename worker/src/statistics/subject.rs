//! What a statistic is about, and how its name says so.

use std::sync::Arc;

use murre_config::{Pool, Server, Subnet};
use murre_schema::statistic::Place;

use super::Names;
use super::tally::Event;
use crate::exchange::{Counters, Exchange, Verdict};

/// One statistic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    /// Packets of this worker.
    Packets(Packets),
    /// Events of the fleet.
    Event(Event, Place),
    /// Leases that pools have.
    Total(Place),
    /// Leases that clients have, and what was declined.
    Assigned(Place),
    /// Leases that were found in use.
    Declined(Place),
}

/// Which packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Packets {
    /// All that came in.
    Came,
    /// Those of a type.
    Received(u8),
    /// Those of no type or one that nobody knows.
    Unknown,
    /// Those that were no messages.
    ParseFailed,
    /// Those that were not worked on.
    Dropped,
    /// All that left.
    Sent,
    /// Those of a type that left.
    SentOf(u8),
}

impl Packets {
    /// How many there were since the worker started.
    pub(super) fn count(self, names: &Names, counters: &Counters) -> i64 {
        let count = match self {
            Self::Came => counters.came(),
            Self::Received(kind) => counters.received_of(kind),
            Self::Unknown => {
                let mut kinds = 0..=u8::MAX;
                let is_known = |kind: &u8| {
                    let counted = names.received.iter().map(|(known, _)| known);
                    counted.chain(names.uncounted).any(|known| known == kind)
                };
                let unknown = kinds.by_ref().filter(|kind| !is_known(kind));
                unknown.map(|kind| counters.received_of(kind)).sum()
            }
            Self::ParseFailed => counters.count(Verdict::Malformed),
            Self::Dropped => {
                let dropped = Verdict::ALL.iter().filter(|verdict| verdict.is_drop());
                dropped.map(|verdict| counters.count(*verdict)).sum()
            }
            Self::Sent => counters.totals().1,
            Self::SentOf(kind) => counters.sent_of(kind),
        };
        i64::try_from(count).unwrap_or(i64::MAX)
    }
}

impl Subject {
    /// Where it is counted.
    pub(super) fn place(self) -> Place {
        match self {
            Self::Packets(_) => Place::Global,
            Self::Event(_, place)
            | Self::Total(place)
            | Self::Assigned(place)
            | Self::Declined(place) => place,
        }
    }

    /// It is there from the beginning; any other is when it was counted for the first time.
    pub(super) fn is_always_there(self) -> bool {
        match self {
            Self::Event(event, place) => place == Place::Global || event.is_told_of_subnets(),
            _ => true,
        }
    }
}

/// The statistic of a name, if there is one in this configuration.
pub(crate) fn parse<F: Exchange>(name: &str, server: &Server<F>) -> Option<Subject> {
    let names = F::STATISTICS;
    if let Some((packets, _)) = names.packets().find(|(_, known)| *known == name) {
        return Some(Subject::Packets(packets));
    }
    let (place, what) = split(name)?;
    is_there(place, server).then_some(())?;
    let gauge = names.gauges.as_ref();
    let is = |wanted: fn(&super::Gauges) -> &'static str| gauge.map(wanted) == Some(what);
    if place != Place::Global && is(|gauges| gauges.total) {
        return Some(Subject::Total(place));
    }
    if place != Place::Global && is(|gauges| gauges.assigned) {
        return Some(Subject::Assigned(place));
    }
    if is(|gauges| gauges.declined) {
        return Some(Subject::Declined(place));
    }
    let (event, _) = names.events().find(|(_, known)| *known == what)?;
    let is_told = !matches!(place, Place::Pool(..)) || event.is_of_pools();
    is_told.then_some(Subject::Event(event, place))
}

/// `subnet[1].pool[2].` before a name.
fn split(name: &str) -> Option<(Place, &str)> {
    let Some(rest) = name.strip_prefix("subnet[") else {
        return Some((Place::Global, name));
    };
    let (subnet, rest) = rest.split_once("].")?;
    let subnet = number(subnet)?;
    let Some(rest) = rest.strip_prefix("pool[") else {
        return Some((Place::Subnet(subnet), rest));
    };
    let (pool, rest) = rest.split_once("].")?;
    Some((Place::Pool(subnet, number(pool)?), rest))
}

/// Digits as this module writes them, so that a statistic has one name.
fn number(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn is_there<F: Exchange>(place: Place, server: &Server<F>) -> bool {
    match place {
        Place::Global => true,
        Place::Subnet(id) => server.subnet_by_id(id).is_some(),
        Place::Pool(id, pool) => {
            let subnet = server.subnet_by_id(id);
            subnet.is_some_and(|subnet| subnet.pools.iter().any(|p| p.pool_id == pool))
        }
    }
}

/// The name of a statistic.
pub(crate) fn name(subject: Subject, names: &Names) -> String {
    let gauge = |of: fn(&super::Gauges) -> &'static str| names.gauges.as_ref().map_or("", of);
    let what = match subject {
        Subject::Packets(packets) => {
            let found = names.packets().find(|(known, _)| *known == packets);
            found.map_or("", |(_, name)| name)
        }
        Subject::Event(event, _) => names.event(event).unwrap_or_default(),
        Subject::Total(_) => gauge(|gauges| gauges.total),
        Subject::Assigned(_) => gauge(|gauges| gauges.assigned),
        Subject::Declined(_) => gauge(|gauges| gauges.declined),
    };
    match subject.place() {
        Place::Global => what.to_owned(),
        Place::Subnet(id) => format!("subnet[{id}].{what}"),
        Place::Pool(id, pool) => format!("subnet[{id}].pool[{pool}].{what}"),
    }
}

/// All statistics that a configuration may have.
pub(super) fn every<F: Exchange>(server: &Server<F>) -> impl Iterator<Item = Subject> + '_ {
    let packets = F::STATISTICS.packets();
    let packets = packets.map(|(packets, _)| Subject::Packets(packets));
    let subnets = server.subnets().iter().flat_map(|subnet: &Arc<Subnet<F>>| {
        let id = subnet.id;
        let pools = pool_ids(&subnet.pools).into_iter();
        let pools = pools.map(move |pool| Place::Pool(id, pool));
        std::iter::once(Place::Subnet(id)).chain(pools)
    });
    let places = std::iter::once(Place::Global).chain(subnets);
    packets.chain(places.flat_map(of_place::<F>))
}

fn of_place<F: Exchange>(place: Place) -> impl Iterator<Item = Subject> {
    let names = F::STATISTICS;
    let events = names.events().map(|(event, _)| event);
    let events = events.filter(move |e| !matches!(place, Place::Pool(..)) || e.is_of_pools());
    let events = events.map(move |event| Subject::Event(event, place));
    let inner = [Subject::Total(place), Subject::Assigned(place)];
    let inner = inner.into_iter().filter(move |_| place != Place::Global);
    let gauges = inner.chain([Subject::Declined(place)]);
    let gauges = gauges.filter(|_| names.gauges.is_some());
    events.chain(gauges)
}

/// The identifiers of pools, each once.
fn pool_ids<F: Exchange>(pools: &[Pool<F>]) -> Vec<u32> {
    let mut ids: Vec<u32> = pools.iter().map(|pool| pool.pool_id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// How many leases pools have.
pub(super) fn total<F: Exchange>(place: Place, server: &Server<F>) -> i64 {
    let (id, pool_id) = match place {
        Place::Global => return 0,
        Place::Subnet(id) => (id, None),
        Place::Pool(id, pool) => (id, Some(pool)),
    };
    let subnet = server.subnet_by_id(id);
    let pools = subnet.into_iter().flat_map(|subnet| &subnet.pools);
    let pools = pools.filter(|pool| pool_id.is_none_or(|wanted| pool.pool_id == wanted));
    let total = pools.map(Pool::size).fold(0, u128::saturating_add);
    i64::try_from(total).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_wire::V4;

    fn server() -> Server<V4> {
        let mut subnet = Subnet::new(7, "192.0.2.0".parse().unwrap(), 24);
        for (first, last, id) in [(1, 5, 0), (6, 9, 3), (20, 20, 3)] {
            let address = |n: u8| [192, 0, 2, n].into();
            let pool = Pool::addresses(address(first), address(last));
            subnet
                .pools
                .push(pool.clone().with(id, pool.options, pool.classes));
        }
        Server::new(vec![subnet])
    }

    #[test]
    fn every_statistic_is_found_under_its_name() {
        let server = server();
        let all: Vec<_> = every(&server).collect();
        for subject in &all {
            let name = name(*subject, V4::STATISTICS);
            assert_eq!(parse(&name, &server), Some(*subject), "{name}");
        }
        // 16 of packets; 11 global, 13 of the subnet, 6 of either pool.
        assert_eq!(all.len(), 16 + 11 + 13 + 2 * 6);
    }

    #[test]
    fn nothing_else_is_found() {
        let server = server();
        for name in [
            "",
            "pkt4",
            "total-addresses",
            "assigned-addresses",
            "subnet[7]",
            "subnet[7].",
            "subnet[8].total-addresses",
            "subnet[07].total-addresses",
            "subnet[7].pool[1].total-addresses",
            "subnet[7].pool[0].v4-lease-reuses",
            "subnet[7].pkt4-received",
            "subnet[99999999999].total-addresses",
        ] {
            assert_eq!(parse::<V4>(name, &server), None, "{name}");
        }
    }

    #[test]
    fn pools_of_one_identifier_are_one() {
        let server = server();
        assert_eq!(total(Place::Subnet(7), &server), 10);
        assert_eq!(total(Place::Pool(7, 0), &server), 5);
        assert_eq!(total(Place::Pool(7, 3), &server), 5);
    }
}
