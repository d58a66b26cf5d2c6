//! Batches on a connection: how what the fronts gathered is run.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::connection::{Connection, Dialed};
use crate::engine::{Engine, Session};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::front::Lane;
use crate::ops::{Change, Changed, Found, Lookup};
use crate::search::{Search, Searched};

/// A lane's way to the leases.
pub(super) type LeaseConnection<F> = Connection<dyn Session<F>>;

/// What opens a lane's sessions.
pub(super) fn dial<F: LeaseFamily>(
    engine: &Arc<dyn Engine<F>>,
) -> impl Fn() -> Dialed<dyn Session<F>> + Send + Sync + use<F> {
    let engine = Arc::clone(engine);
    move || {
        let engine = Arc::clone(&engine);
        async move { engine.connect().await }.boxed()
    }
}

impl<F: LeaseFamily> LeaseConnection<F> {
    /// One round: nothing that overlaps, in address order.
    async fn change_round(&mut self, round: &[Change<F>]) -> Vec<Result<Changed, Error>> {
        let mut answers = self
            .run_all(round, |session, round| session.change(round))
            .await;
        for answer in &mut answers {
            if matches!(answer, Err(Error::ClientHasOther { .. })) {
                *answer = Ok(Changed::ClientHasOther);
            }
        }
        answers
    }
}

impl<F: LeaseFamily> Lane<Lookup<F>, Found<F>> for LeaseConnection<F> {
    fn run(&mut self, batch: Vec<Lookup<F>>) -> BoxFuture<'_, Vec<Result<Found<F>, Error>>> {
        async move {
            self.run_all(&batch, |session, batch| session.lookup(batch))
                .await
        }
        .boxed()
    }
}

impl<F: LeaseFamily> Lane<Search<F>, Searched<F>> for LeaseConnection<F> {
    fn run(&mut self, batch: Vec<Search<F>>) -> BoxFuture<'_, Vec<Result<Searched<F>, Error>>> {
        async move {
            self.run_all(&batch, |session, batch| session.search(batch))
                .await
        }
        .boxed()
    }
}

impl<F: LeaseFamily> Lane<Change<F>, Changed> for LeaseConnection<F> {
    fn run(&mut self, batch: Vec<Change<F>>) -> BoxFuture<'_, Vec<Result<Changed, Error>>> {
        async move {
            let mut answers: Vec<Option<Result<Changed, Error>>> = vec![None; batch.len()];
            let rounds = rounds(&batch);
            let mut batch: Vec<Option<Change<F>>> = batch.into_iter().map(Some).collect();
            for round in rounds {
                let take = |at: &usize| batch.get_mut(*at)?.take();
                let changes: Vec<Change<F>> = round.iter().filter_map(take).collect();
                for (at, answer) in round.iter().zip(self.change_round(&changes).await) {
                    if let Some(slot) = answers.get_mut(*at) {
                        *slot = Some(answer);
                    }
                }
            }
            answers
                .into_iter()
                .map(|answer| answer.unwrap_or(Ok(Changed::NotHeld)))
                .collect()
        }
        .boxed()
    }
}

/// Split a batch so that no round names an address twice or claims prefixes that overlap, keeping
/// the order of arrival for each address; each round is sorted by address. A statement does not see
/// what it writes itself, so what excludes each other must not be in one.
pub(super) fn rounds<F: LeaseFamily>(batch: &[Change<F>]) -> Vec<Vec<usize>> {
    let mut order: Vec<(F::Address, usize)> = batch.iter().map(Change::address).zip(0..).collect();
    order.sort_unstable();
    // Each with the last address that it reaches.
    let mut rounds: Vec<(F::Address, Vec<usize>)> = Vec::new();
    for (address, at) in order {
        let last = batch.get(at).map_or(address, Change::last);
        match rounds.iter_mut().find(|(reached, _)| *reached < address) {
            Some((reached, round)) => {
                *reached = last;
                round.push(at);
            }
            None => rounds.push((last, vec![at])),
        }
    }
    rounds.into_iter().map(|(_, round)| round).collect()
}
