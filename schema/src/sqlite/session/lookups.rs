//! Questions: what is known of clients and addresses, and what pools have free.

use super::super::statements::{self, texts};
use super::super::value::SqliteRow;
use crate::batch::{Questions, nothing_found};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::ops::{Found, Lookup};
use crate::row::{Value, read_address, read_found, read_occupied, read_window, span_values};
use crate::search::{Search, Searched, Window};

use super::Db;

impl Db<'_> {
    pub(super) fn lookup<F: LeaseFamily>(
        &self,
        batch: &[Lookup<F>],
    ) -> Result<Vec<Found<F>>, Error> {
        let texts = texts::<F>();
        let questions = Questions::of(batch);
        let mut found = nothing_found(batch);
        let mut ask = |text, values: &[Value<'_>]| {
            self.query("lookup", text, values, |row| {
                read_found(&SqliteRow(row), &questions, &mut found)
            })
        };
        self.transaction(statements::BEGIN_READ, || {
            for (number, client) in &questions.clients {
                let values = [Value::Number(*number), Value::Bytes(client)];
                ask(texts.by_client, &values)?;
            }
            for (number, hwaddr) in &questions.hwaddrs {
                let values = [Value::Number(*number), Value::Bytes(hwaddr)];
                ask(texts.by_hwaddr, &values)?;
            }
            for (number, address) in &questions.addresses {
                let values = [Value::Number(*number), F::address_value(*address)];
                ask(texts.by_address, &values)?;
            }
            for (number, span) in &questions.spans {
                let [low, high, longest] = span_values::<F>(*span);
                let values = [Value::Number(*number), low, high, longest];
                ask(statements::BY_SPAN, &values)?;
            }
            Ok(())
        })?;
        Ok(found)
    }

    pub(super) fn search<F: LeaseFamily>(&self, search: &Search<F>) -> Result<Searched<F>, Error> {
        let texts = texts::<F>();
        match search {
            Search::Occupied { low, high } => {
                let mut rows = Vec::new();
                let range = [*low, *high].map(F::address_value);
                self.query("occupied", texts.occupied, &range, |row| {
                    rows.push(read_occupied(&SqliteRow(row))?);
                    Ok(())
                })?;
                Ok(Searched::Occupied(rows))
            }
            Search::Highest { low, high } => {
                let mut highest = None;
                let range = [*low, *high].map(F::address_value);
                self.query("highest", texts.highest, &range, |row| {
                    highest = Some(read_address::<F>(&SqliteRow(row))?);
                    Ok(())
                })?;
                Ok(Searched::Highest(highest))
            }
            Search::GivenBack(wanted) => {
                let mut addresses = Vec::new();
                let values = [
                    Value::Number(wanted.subnet_id.into()),
                    F::address_value(wanted.low),
                    F::address_value(wanted.high),
                    Value::Number(wanted.limit.into()),
                ];
                self.query("given back", texts.given_back, &values, |row| {
                    addresses.push(read_address::<F>(&SqliteRow(row))?);
                    Ok(())
                })?;
                Ok(Searched::GivenBack(addresses))
            }
            Search::Window { pool, seed } => {
                let mut window = Window {
                    number: 0,
                    seed: *seed,
                };
                let values = [Value::Text(pool), Value::Number(*seed)];
                self.query("pool window", statements::POOL_WINDOW, &values, |row| {
                    window = read_window::<F>(&SqliteRow(row))?;
                    Ok(())
                })?;
                Ok(Searched::Window(window))
            }
        }
    }
}
