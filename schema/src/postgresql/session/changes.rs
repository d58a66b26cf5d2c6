//! A batch of changes: one statement where that is possible, else one transaction.

use super::super::statements;
use super::super::statements::texts;
use super::super::value::{Parameter, PgRow, columns};
use super::{PgSession, addresses};
use crate::batch::{Holder, Outcome, Parts};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::names::{self, Written};
use crate::ops::{Before, Change, Changed, Decline, Ended};
use crate::row::{
    Value, Values, by_address, claim_values, decline_values, read_address, read_lease, read_number,
    seen_values, span_values,
};
use tokio_postgres::Statement;

impl<F: LeaseFamily> PgSession<F> {
    /// A batch of claims alone is one statement and needs no transaction around it, unless it needs
    /// the prefix lock; anything else is pipelined between BEGIN and COMMIT, so that it costs one round
    /// trip as well.
    pub(super) async fn change_batch(
        &mut self,
        batch: &[Change<F>],
    ) -> Result<Vec<Changed>, Error> {
        let parts = Parts::of(batch);
        if names::matter(batch) {
            return self.change_named(batch).await;
        }
        if parts.only_claims() && !parts.need_prefix_lock() {
            let won = self.claim(&parts).await?;
            return Ok(Outcome::new(won).answers(batch));
        }
        if parts.replaced.is_empty() {
            // After a failed statement the engine turns COMMIT into a rollback.
            let (outcome, commit) = tokio::join!(self.run(&parts), self.simple("commit", "COMMIT"));
            let outcome = outcome?;
            commit?;
            return Ok(outcome.answers(batch));
        }
        let outcome = match self.run(&parts).await {
            Ok(outcome) if !outcome.must_be_undone(batch) => outcome,
            other => {
                self.simple("rollback", "ROLLBACK").await?;
                return other?.undone(batch);
            }
        };
        self.simple("commit", "COMMIT").await?;
        Ok(outcome.answers(batch))
    }

    /// The same where the DNS is told: with a look at the rows before, and what it has to learn after.
    async fn change_named(&mut self, batch: &[Change<F>]) -> Result<Vec<Changed>, Error> {
        let look = self.keep("named", texts::<F>().named).await?;
        let write = self.keep("name write", statements::NAME_WRITE).await?;
        match self.run_named(batch, &look, &write).await {
            Ok(outcome) if !outcome.must_be_undone(batch) => {
                self.simple("commit", "COMMIT").await?;
                Ok(outcome.answers(batch))
            }
            other => {
                self.simple("rollback", "ROLLBACK").await?;
                other?.undone(batch)
            }
        }
    }

    async fn run_named(
        &self,
        batch: &[Change<F>],
        look: &Statement,
        write: &Statement,
    ) -> Result<Outcome<F>, Error> {
        let addresses = names::addresses(batch).into_iter();
        let addresses: Vec<_> = addresses
            .map(|address| Values::from_slice(&[F::address_value(address)]))
            .collect();
        let addresses = columns(&addresses);
        let (begin, rows) = tokio::join!(
            self.simple("begin", "BEGIN"),
            self.query("named", look, &addresses),
        );
        begin?;
        let rows = rows?;
        let before = by_address::<F>(rows.iter().map(|row| read_lease(&PgRow(row), 0)));
        let batch = names::kept(batch, &before);
        let outcome = self.apply(&Parts::of(&batch)).await?;
        self.write_names(write, &names::changes(&batch, &before, &outcome))
            .await?;
        Ok(outcome)
    }

    async fn write_names(&self, write: &Statement, all: &[Written<'_, F>]) -> Result<(), Error> {
        let rows: Vec<_> = all.iter().map(Written::values).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let written = self.query("name write", write, &columns(&rows)).await;
        written.map(drop)
    }

    /// Open a transaction and send every statement of the batch without waiting in between.
    async fn run(&self, parts: &Parts<'_, F>) -> Result<Outcome<F>, Error> {
        let (begin, outcome) = tokio::join!(self.simple("begin", "BEGIN"), self.apply(parts));
        begin?;
        outcome
    }

    async fn apply(&self, parts: &Parts<'_, F>) -> Result<Outcome<F>, Error> {
        let (locked, replaced, kept, deleted, declined, won) = tokio::join!(
            self.lock_prefixes(parts),
            self.release(&parts.replaced, false),
            self.release(&parts.kept, true),
            self.release(&parts.deleted, false),
            self.decline(&parts.declined),
            self.claim(parts),
        );
        locked?;
        replaced?;
        let (kept, deleted, declined) = (kept?, deleted?, declined?);
        let released = kept.into_iter().chain(deleted);
        let ended = released
            .map(|address| (address, Changed::Released))
            .chain(declined.into_iter().map(|a| (a, Changed::Declined)));
        Ok(Outcome::new(won?.into_iter().chain(ended)))
    }

    async fn lock_prefixes(&self, parts: &Parts<'_, F>) -> Result<(), Error> {
        if !parts.need_prefix_lock() {
            return Ok(());
        }
        let statement = &self.prepared.prefix_lock;
        self.query("prefix lock", statement, &[]).await.map(drop)
    }

    async fn claim(&self, parts: &Parts<'_, F>) -> Result<Vec<(F::Address, Changed)>, Error> {
        if parts.claims.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<_> = parts.claims.iter().map(|c| claim_values(c)).collect();
        let mut columns = columns(&rows);
        if F::PREFIXES {
            columns.extend(span_columns(parts));
        }
        let rows = self.query("claim", &self.prepared.claim, &columns).await?;
        rows.iter()
            .map(|row| {
                let row = PgRow(row);
                let expire = read_number::<F>(&row, 1, "expire")?;
                let before = Before::from_number(read_number::<F>(&row, 2, "before")?);
                let claimed = Changed::Claimed { expire, before };
                Ok((read_address::<F>(&row)?, claimed))
            })
            .collect()
    }

    pub(super) async fn reclaim_due(
        &self,
        limit: u32,
        remove: bool,
    ) -> Result<Vec<Ended<F>>, Error> {
        let texts = texts::<F>();
        let text = if remove {
            texts.reclaim_delete
        } else {
            texts.reclaim_keep
        };
        let limit: Vec<Parameter<'_>> = vec![Box::new(i64::from(limit))];
        let rows = self.query_text("reclaim", text, limit).await?;
        // They have ended already, so that none of them may be passed over in silence.
        Ok(rows.iter().map(|row| read_lease(&PgRow(row), 0)).collect())
    }

    pub(super) async fn reclaim_named(
        &self,
        limit: u32,
        remove: bool,
        write: &Statement,
    ) -> Result<Vec<Ended<F>>, Error> {
        let ended = self.reclaim_due(limit, remove).await?;
        let gone: Vec<_> = ended.iter().flatten().filter_map(names::removal).collect();
        self.write_names(write, &gone).await?;
        Ok(ended)
    }

    async fn release(
        &self,
        holders: &[Holder<'_, F>],
        keep: bool,
    ) -> Result<Vec<F::Address>, Error> {
        if holders.is_empty() {
            return Ok(Vec::new());
        }
        let statement = if keep {
            &self.prepared.release_keep
        } else {
            &self.prepared.release_delete
        };
        let rows: Vec<_> = holders
            .iter()
            .map(|(seen, client)| seen_values::<F>(*seen, client))
            .collect();
        let rows = self.query("release", statement, &columns(&rows)).await?;
        addresses::<F>(&rows)
    }

    async fn decline(&self, declines: &[&Decline<F>]) -> Result<Vec<F::Address>, Error> {
        if declines.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<_> = declines.iter().map(|d| decline_values(d)).collect();
        let rows = self
            .query("decline", &self.prepared.decline, &columns(&rows))
            .await?;
        addresses::<F>(&rows)
    }
}

/// The spans of the claims, and which of them are whose: an array per column; empty ones as well.
fn span_columns<F: LeaseFamily>(parts: &Parts<'_, F>) -> Vec<Parameter<'static>> {
    let spans = parts.spans();
    let distinct: Vec<_> = spans.distinct.into_iter().map(span_values::<F>).collect();
    let pairs = spans.of_claims.iter();
    let pairs: Vec<_> = pairs.map(|(claim, span)| [*claim, *span]).collect();
    let spans = (0..3).map(|at| {
        let column: Vec<Value<'_>> = distinct.iter().map(|span| span[at]).collect();
        Box::new(column) as Parameter<'_>
    });
    let pairs = (0..2).map(|at| {
        let column: Vec<i64> = pairs.iter().map(|pair| pair[at]).collect();
        Box::new(column) as Parameter<'_>
    });
    spans.chain(pairs).collect()
}
