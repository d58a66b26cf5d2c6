//! Questions: what is known of clients and addresses, and what pools have free.

use super::super::value::{Parameter, PgRow};
use super::{PgSession, addresses};
use crate::batch::{Questions, nothing_found};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::ops::{Found, Lookup};
use crate::row::{Value, read_found, read_occupied, read_window, span_values};
use crate::search::{Search, Searched};

impl<F: LeaseFamily> PgSession<F> {
    pub(super) async fn lookup_batch(&self, batch: &[Lookup<F>]) -> Result<Vec<Found<F>>, Error> {
        let questions = Questions::of(batch);
        let rows = self
            .query("lookup", &self.prepared.lookup, &lookup_columns(&questions))
            .await?;
        let mut found = nothing_found(batch);
        for row in &rows {
            read_found(&PgRow(row), &questions, &mut found)?;
        }
        Ok(found)
    }

    pub(super) async fn search_one(&self, search: &Search<F>) -> Result<Searched<F>, Error> {
        let prepared = &self.prepared;
        match search {
            Search::Occupied { low, high } => {
                let range = [*low, *high].map(|a| Box::new(F::address_value(a)) as Parameter<'_>);
                let rows = self.query("occupied", &prepared.occupied, &range).await?;
                let rows: Result<_, _> = rows.iter().map(|r| read_occupied(&PgRow(r))).collect();
                rows.map(Searched::Occupied)
            }
            Search::Highest { low, high } => {
                let range = [*low, *high].map(|a| Box::new(F::address_value(a)) as Parameter<'_>);
                let rows = self.query("highest", &prepared.highest, &range).await?;
                let addresses = addresses::<F>(&rows)?;
                Ok(Searched::Highest(addresses.first().copied()))
            }
            Search::GivenBack(wanted) => {
                let wanted: [Parameter<'_>; 4] = [
                    Box::new(i64::from(wanted.subnet_id)),
                    Box::new(F::address_value(wanted.low)),
                    Box::new(F::address_value(wanted.high)),
                    Box::new(i64::from(wanted.limit)),
                ];
                let statement = &prepared.given_back;
                let rows = self.query("given back", statement, &wanted).await?;
                addresses::<F>(&rows).map(Searched::GivenBack)
            }
            Search::Window { pool, seed } => {
                let pool: [Parameter<'_>; 2] = [Box::new(&**pool), Box::new(*seed)];
                let statement = &prepared.pool_window;
                let rows = self.query("pool window", statement, &pool).await?;
                match rows.first() {
                    Some(row) => read_window::<F>(&PgRow(row)).map(Searched::Window),
                    None => Err(Error::unavailable(&self.place, "no window came back")),
                }
            }
        }
    }
}

/// The arms of the lookup: an array of numbers each, and one for each column of the questions.
fn lookup_columns<'a, F: LeaseFamily>(questions: &Questions<'a, F>) -> Vec<Parameter<'a>> {
    let mut columns = Vec::with_capacity(10);
    for keys in [&questions.clients, &questions.hwaddrs] {
        let keys = keys.iter();
        columns.extend(arm(
            keys.map(|(n, key)| [Value::Number(*n), Value::Bytes(key)])
        ));
    }
    let addresses = questions.addresses.iter();
    let addresses = addresses.map(|(n, address)| [Value::Number(*n), F::address_value(*address)]);
    if !F::PREFIXES {
        columns.extend(arm(addresses));
        return columns;
    }
    let spans = questions.spans.iter().map(|(number, span)| {
        let [low, high, longest] = span_values::<F>(*span);
        (span.is_range(), Value::Number(*number), low, high, longest)
    });
    let (ranges, bases): (Vec<_>, Vec<_>) = spans.partition(|(is_range, ..)| *is_range);
    let bases = bases
        .into_iter()
        .map(|(_, n, low, _, longest)| [n, low, longest]);
    let own = addresses.map(|[number, address]| [number, address, Value::Null]);
    columns.extend(arm(own.chain(bases)));
    let ranges = ranges.into_iter();
    columns.extend(arm(ranges.map(|(_, n, low, high, _)| [n, low, high])));
    columns
}

/// The columns of rows, of which there may be none.
fn arm<'a, const N: usize>(
    rows: impl Iterator<Item = [Value<'a>; N]>,
) -> impl Iterator<Item = Parameter<'a>> {
    let mut columns: [Vec<Value<'a>>; N] = std::array::from_fn(|_| Vec::new());
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    let boxed = |column| Box::new(column) as Parameter<'a>;
    columns.into_iter().map(boxed)
}
