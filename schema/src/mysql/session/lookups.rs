//! Questions: what is known of clients and addresses, and what pools have free.

use super::super::script::{Answers, Script};
use super::super::statements::{self, texts};
use super::super::value::MySqlRow;
use super::super::{error, lookups};
use crate::batch::{Questions, nothing_found};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::ops::{Found, Lookup};
use crate::row::{Value, read_found, read_occupied, read_window};
use crate::search::{Search, Searched, Window};
use mysql_async::Row;

use super::{MySqlSession, addresses};

impl<F: LeaseFamily> MySqlSession<F> {
    pub(super) async fn lookup_batch(
        &mut self,
        batch: &[Lookup<F>],
    ) -> Result<Vec<Found<F>>, Error> {
        let questions = Questions::of(batch);
        let mut found = nothing_found(batch);
        if let Some(json) = lookups::clients_alone(&questions)
            && let Some(rows) = self.look_for_clients(json).await?
        {
            for row in &rows {
                read_found(&MySqlRow(row), &questions, &mut found)?;
            }
            return Ok(found);
        }
        let mut answers = self.run(lookups::ask(&questions)).await?;
        let spans = lookups::ask_spans(&questions, &mut answers)?;
        let mut rows: Vec<Row> = answers.all().collect();
        if let Some(script) = spans {
            rows.extend(self.run(script).await?.all());
        }
        for row in &rows {
            read_found(&MySqlRow(row), &questions, &mut found)?;
        }
        Ok(found)
    }

    async fn look_for_clients(&mut self, json: String) -> Result<Option<Vec<Row>>, Error> {
        let text = texts::<F>().lookup_client;
        let rows = self.bound.lookup(&mut self.conn, text, json).await;
        rows.map_err(|e| error(&self.place, "lookup_client", &e))
    }

    /// All that reads goes in one round trip; a window that is taken is a transaction of its own.
    pub(super) async fn search_batch(
        &mut self,
        batch: &[Search<F>],
    ) -> Result<Vec<Searched<F>>, Error> {
        let mut script = Script::default();
        for search in batch {
            script = match search {
                Search::Occupied { low, high } => {
                    script.values("occupied", &[*low, *high].map(F::address_value))
                }
                Search::Highest { low, high } => {
                    script.values("highest", &[*low, *high].map(F::address_value))
                }
                Search::GivenBack(wanted) => {
                    let numbers = [wanted.subnet_id, wanted.limit].map(|n| Value::Number(n.into()));
                    let [low, high] = [wanted.low, wanted.high].map(F::address_value);
                    script.values("given_back", &[numbers[0], low, high, numbers[1]])
                }
                Search::Window { .. } => script,
            };
        }
        let reads = batch.iter().any(|s| !matches!(s, Search::Window { .. }));
        let mut answers = match reads {
            true => Some(self.run(script).await?),
            false => None,
        };
        let mut rows = || answers.as_mut().map(Answers::next).unwrap_or_default();
        let mut all = Vec::with_capacity(batch.len());
        for search in batch {
            all.push(match search {
                Search::Occupied { .. } => {
                    let rows = rows();
                    let rows: Result<_, _> = rows
                        .iter()
                        .map(|row| read_occupied(&MySqlRow(row)))
                        .collect();
                    Searched::Occupied(rows?)
                }
                Search::Highest { .. } => {
                    Searched::Highest(addresses::<F>(&rows())?.first().copied())
                }
                Search::GivenBack(_) => Searched::GivenBack(addresses::<F>(&rows())?),
                Search::Window { pool, seed } => {
                    Searched::Window(self.take_window(pool, *seed).await?)
                }
            });
        }
        Ok(all)
    }

    async fn take_window(&mut self, pool: &str, seed: i64) -> Result<Window, Error> {
        let named = [Value::Text(pool), Value::Number(seed)];
        let script = self
            .begin()
            .values("pool_window_take", &named)
            .values("pool_window", &named[..1])
            .plain(statements::COMMIT);
        match self.run_or_undo(script).await?.next().first() {
            Some(row) => read_window::<F>(&MySqlRow(row)),
            None => Err(Error::unavailable(&self.place, "no window came back")),
        }
    }
}
