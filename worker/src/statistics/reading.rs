//! Values of statistics, from where each of them is true: memory, configuration or database.
//!
//! One statistic costs one question at most. For all of them the database is asked twice, whatever there is.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use murre_config::{Server, Subnet};
use murre_schema::statistic::{Count, Counted, Place};
use murre_schema::{Error, State, Store};
use murre_wire::Address;

use super::book::{Book, Limit, Sample};
use super::subject::{self, Packets, Subject};
use super::tally::{Event, flush};
use crate::exchange::{Exchange, Journal, Service};

/// Statistics that are looked at before somebody else may have the book.
const PORTION: usize = 10_000;

/// Why no value can be told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// The worker has just started.
    #[error("the database, which has this statistic, was not reached yet; the log says why")]
    NoDatabase,
    /// It failed.
    #[error("the database, which has this statistic, could not be asked: {0}")]
    Database(#[from] Error),
    /// A task ended by itself, which was reported where it happened.
    #[error("it was not finished; the log says why")]
    Unfinished,
}

/// Everything that the database has.
#[derive(Debug, Default)]
struct Facts {
    events: HashMap<(Event, Place), i64>,
    assigned: HashMap<Place, i64>,
    declined: HashMap<Place, i64>,
}

/// The samples of a statistic, newest first; `None` if it is not there.
///
/// # Errors
/// [`Problem`].
pub(crate) async fn one<F: Exchange>(
    service: &Service<F>,
    subject: Subject,
) -> Result<Option<Vec<Sample>>, Problem> {
    let value = value(service, subject).await?;
    let limit = limit(&service.server.load());
    let mut book = service.statistics.book();
    if value == 0 && !subject.is_always_there() {
        return Ok(None);
    }
    Ok(book.show(subject, value, Timestamp::now(), limit))
}

/// The samples of all statistics, as `write` makes something of each. While its database is away a worker tells what it
/// has itself.
///
/// # Errors
/// [`Problem::Unfinished`].
pub(crate) async fn all<F: Exchange, T, C: Default + Extend<T> + Send + 'static>(
    service: &Arc<Service<F>>,
    mut write: impl FnMut(Subject, Vec<Sample>) -> T + Send + 'static,
) -> Result<C, Problem> {
    let facts = match Facts::read(service).await {
        Ok(facts) => Some(facts),
        Err(problem) => {
            Journal::<F>::statistics_incomplete(&problem);
            None
        }
    };
    apart(service, move |service| {
        let server = service.server.load_full();
        let (now, limit) = (Timestamp::now(), limit(&server));
        let mut all = C::default();
        in_portions(service, &server, facts.as_ref(), |book, subject, value| {
            let samples = book.show(subject, value, now, limit);
            all.extend(samples.map(|samples| write(subject, samples)));
        });
        all
    })
    .await
}

/// Set a statistic to zero, or remove it; whether it was there. How many leases there are stays so, and is told
/// with a sample that begins now.
///
/// # Errors
/// [`Problem`].
pub(crate) async fn reset<F: Exchange>(
    service: &Service<F>,
    subject: Subject,
    remove: bool,
) -> Result<bool, Problem> {
    if one(service, subject).await?.is_none() {
        return Ok(false);
    }
    if let Subject::Event(event, place) = subject
        && let Some(name) = F::STATISTICS.event(event)
    {
        let store = store(service)?;
        store.reset_counted(name, place).await?;
    }
    let value = match subject {
        Subject::Packets(_) | Subject::Event(..) => 0,
        gauge => value(service, gauge).await?,
    };
    let mut book = service.statistics.book();
    end(service, &mut book, (subject, value), remove);
    Ok(true)
}

/// The same of all.
///
/// # Errors
/// [`Problem`].
pub(crate) async fn reset_all<F: Exchange>(
    service: &Arc<Service<F>>,
    remove: bool,
) -> Result<(), Problem> {
    let facts = Facts::read(service).await?;
    store(service)?.clear_counted().await?;
    apart(service, move |service| {
        let server = service.server.load_full();
        in_portions(service, &server, Some(&facts), |book, subject, value| {
            let value = match subject {
                Subject::Packets(_) | Subject::Event(..) => 0,
                _ => value,
            };
            // Of what was nothing there is nothing to remember.
            if remove || value != 0 || subject.place() == Place::Global {
                end(service, book, (subject, value), remove);
            }
        });
    })
    .await
}

/// With many subnets it takes a while, in which queries are not to wait.
async fn apart<F: Exchange, T: Send + 'static>(
    service: &Arc<Service<F>>,
    work: impl FnOnce(&Service<F>) -> T + Send + 'static,
) -> Result<T, Problem> {
    let service = Arc::clone(service);
    let done = tokio::task::spawn_blocking(move || work(&service)).await;
    done.map_err(|_| Problem::Unfinished)
}

/// Look at everything that is there, with its value, as far as it is known, and let others have the book now and then.
fn in_portions<F: Exchange>(
    service: &Service<F>,
    server: &Server<F>,
    facts: Option<&Facts>,
    mut each: impl FnMut(&mut Book, Subject, i64),
) {
    let mut every = subject::every(server).peekable();
    while every.peek().is_some() {
        let mut book = service.statistics.book();
        for subject in every.by_ref().take(PORTION) {
            let value = match (subject, facts) {
                (Subject::Packets(packets), _) => packets_of(service, &book, packets),
                (Subject::Total(place), _) => subject::total(place, server),
                (_, Some(facts)) => facts.of(subject),
                (_, None) => continue,
            };
            if value != 0 || subject.is_always_there() {
                each(&mut book, subject, value);
            }
        }
    }
}

fn end<F: Exchange>(
    service: &Service<F>,
    book: &mut Book,
    (subject, value): (Subject, i64),
    remove: bool,
) {
    if let Subject::Packets(packets) = subject {
        let raw = packets.count(F::STATISTICS, &service.counters);
        book.set_baseline(packets, raw);
    }
    match remove {
        true => book.remove(subject, value),
        false => book.begin(subject, value),
    }
}

fn store<F: Exchange>(service: &Service<F>) -> Result<Arc<Store<F>>, Problem> {
    service.store.load_full().ok_or(Problem::NoDatabase)
}

async fn value<F: Exchange>(service: &Service<F>, subject: Subject) -> Result<i64, Problem> {
    let server = service.server.load_full();
    match subject {
        Subject::Packets(packets) => {
            let book = service.statistics.book();
            Ok(packets_of(service, &book, packets))
        }
        Subject::Total(place) => Ok(subject::total(place, &server)),
        Subject::Event(event, place) => {
            flush(service).await?;
            let name = F::STATISTICS.event(event).unwrap_or_default();
            Ok(store(service)?.counted_at(name, place).await?)
        }
        Subject::Assigned(place) | Subject::Declined(place) => {
            let store = store(service)?;
            let counts = match place {
                Place::Global => store.count().await?,
                Place::Subnet(id) | Place::Pool(id, _) => match server.subnet_by_id(id) {
                    Some(subnet) => within(&store, subnet).await?,
                    None => Vec::new(),
                },
            };
            Ok(Facts::new::<F>(Vec::new(), counts).of(subject))
        }
    }
}

/// The rows of a subnet, which lie in its prefix.
async fn within<F: Exchange>(store: &Store<F>, subnet: &Subnet<F>) -> Result<Vec<Count>, Error> {
    let low = subnet.prefix;
    let host_bits = F::Address::BITS - subnet.prefix_len;
    let mask = match host_bits {
        128 => u128::MAX,
        bits => (1 << bits) - 1,
    };
    let high = F::Address::from_bits(low.to_bits() | mask);
    store.count_within(subnet.id, low, high).await
}

/// What the worker counted since it was reset.
fn packets_of<F: Exchange>(service: &Service<F>, book: &Book, packets: Packets) -> i64 {
    packets.count(F::STATISTICS, &service.counters) - book.baseline(packets)
}

/// How long samples are kept where no command says otherwise.
pub(crate) fn limit<F: Exchange>(server: &Server<F>) -> Limit {
    let settings = server.statistics;
    match usize::try_from(settings.sample_count) {
        Ok(count) if count > 0 => Limit::Count(count),
        _ => Limit::Age(std::time::Duration::from_secs(settings.sample_age.into())),
    }
}

/// A place and all that is around it.
fn around(place: Place) -> impl Iterator<Item = Place> {
    let subnet = match place {
        Place::Pool(id, _) => Some(Place::Subnet(id)),
        _ => None,
    };
    let global = (place != Place::Global).then_some(Place::Global);
    std::iter::once(place).chain(subnet).chain(global)
}

impl Facts {
    /// Everything, in two questions.
    async fn read<F: Exchange>(service: &Service<F>) -> Result<Self, Problem> {
        let store = store(service)?;
        flush(service).await?;
        let counted = store.counted().await?;
        let counts = match F::STATISTICS.gauges {
            Some(_) => store.count().await?,
            None => Vec::new(),
        };
        Ok(Self::new::<F>(counted, counts))
    }

    fn new<F: Exchange>(counted: Vec<Counted>, counts: Vec<Count>) -> Self {
        let mut facts = Self::default();
        for row in counted {
            let mut events = F::STATISTICS.events();
            let Some((event, _)) = events.find(|(_, name)| *name == row.name) else {
                continue;
            };
            let reach = if row.is_reset { 1 } else { usize::MAX };
            for place in around(row.place).take(reach) {
                *facts.events.entry((event, place)).or_default() += row.value;
            }
        }
        for row in counts {
            let leases = i64::try_from(row.leases).unwrap_or(i64::MAX);
            let is = |state: State| row.state == state as i64;
            for place in around(Place::Pool(row.subnet_id, row.pool_id)) {
                // Whose address was declined has it still, as far as anybody else is concerned
                // (manual dhcp4-srv.rst:6957-6967).
                if is(State::Default) || is(State::Declined) {
                    *facts.assigned.entry(place).or_default() += leases;
                }
                if is(State::Declined) {
                    *facts.declined.entry(place).or_default() += leases;
                }
            }
        }
        facts
    }

    fn of(&self, subject: Subject) -> i64 {
        let found = match subject {
            Subject::Event(event, place) => self.events.get(&(event, place)),
            Subject::Assigned(place) => self.assigned.get(&place),
            Subject::Declined(place) => self.declined.get(&place),
            Subject::Packets(_) | Subject::Total(_) => None,
        };
        found.copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use murre_wire::V4;

    #[test]
    fn what_is_of_a_pool_is_of_all_around_it_but_a_reset_is_not() {
        let row = |place, is_reset, value| Counted {
            name: "reclaimed-leases".to_owned(),
            place,
            is_reset,
            value,
        };
        let rows = vec![
            row(Place::Pool(1, 0), false, 5),
            row(Place::Pool(1, 2), false, 3),
            row(Place::Pool(2, 0), false, 1),
            row(Place::Subnet(1), true, -6),
        ];
        let facts = Facts::new::<V4>(rows, Vec::new());
        let of = |place| facts.of(Subject::Event(Event::Reclaimed, place));
        assert_eq!(of(Place::Pool(1, 0)), 5);
        assert_eq!(of(Place::Subnet(1)), 2);
        assert_eq!(of(Place::Global), 9);
        assert_eq!(of(Place::Subnet(3)), 0);
    }

    #[test]
    fn a_declined_address_counts_as_assigned_and_a_reclaimed_one_does_not() {
        let count = |pool_id, state, leases| Count {
            subnet_id: 1,
            pool_id,
            state,
            leases,
        };
        let rows = vec![
            count(0, 0, 7),
            count(0, 1, 2),
            count(0, 2, 9),
            count(3, 1, 1),
        ];
        let facts = Facts::new::<V4>(Vec::new(), rows);
        assert_eq!(facts.of(Subject::Assigned(Place::Subnet(1))), 10);
        assert_eq!(facts.of(Subject::Assigned(Place::Pool(1, 0))), 9);
        assert_eq!(facts.of(Subject::Declined(Place::Pool(1, 0))), 2);
        assert_eq!(facts.of(Subject::Declined(Place::Global)), 3);
    }
}
