//! A batch of changes as few scripts, and leases that ended.

use std::collections::HashMap;

use super::super::bound::{self};
use super::super::claims::{self, Refused};
use super::super::endings::{self, Held};
use super::super::script::{Answers, Script};
use super::super::statements::{self, texts};
use super::super::value::{MySqlRow, json};
use super::super::{error, spans};
use crate::batch::{Outcome, Parts, Spans};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::lease::{Lease, State};
use crate::names::{self, Names, Written};
use crate::ops::{Change, Changed, Ended};
use crate::row::{Value, by_address, read_ended, read_lease, read_number, reserved_values};
use mysql_async::Row;

use super::{MySqlSession, addresses};

/// A batch whose claims come next.
type Begun<F> = (
    Script,
    Vec<(<F as murre_wire::Family>::Address, Changed)>,
    Refused,
);

impl<F: LeaseFamily> MySqlSession<F> {
    /// A batch of claims of addresses is one script; of another, rows are locked and looked at before. The last
    /// script has the COMMIT, unless a refused claim may have to undo the batch.
    pub(super) async fn change_batch(
        &mut self,
        batch: &[Change<F>],
    ) -> Result<Vec<Changed>, Error> {
        let parts = Parts::of(batch);
        let is_named = names::matter(batch);
        let reserved = self.reserved(&parts).await?;
        if self.returns && claims::are_alone(&parts) && !is_named {
            return self.claim_alone(batch, &parts, &reserved).await;
        }
        let (opening, before) = match is_named {
            true => (Script::default(), self.look_at_names(batch).await?),
            false => (self.begin(), HashMap::new()),
        };
        let batch = &*names::kept(batch, &before);
        let parts = if is_named { Parts::of(batch) } else { parts };
        let waits = parts.need_prefix_lock() || endings::must_look(&parts);
        let (script, mut known, mut refused) = match waits {
            true if is_named => self.look_and_end(opening, &parts).await?,
            true => self.look_and_end(self.begin_waiting(), &parts).await?,
            false => (opening, Vec::new(), Refused::new()),
        };
        refused.extend(reserved);
        let (mut script, pending) = claims::add(script, &parts, &refused);
        let is_settled = parts.replaced.is_empty() && !is_named;
        if is_settled {
            script = script.plain(statements::COMMIT);
            if waits {
                script = script.plain(statements::PATIENT);
            }
        }
        let mut answers = self.run_or_undo(script).await?;
        let claimed = pending.outcomes(&mut answers);
        known.extend(self.or_undo(claimed).await?);
        let outcome = Outcome::new(known);
        if is_settled {
            return Ok(outcome.answers(batch));
        }
        if outcome.must_be_undone(batch) {
            self.end(statements::ROLLBACK).await?;
            return outcome.undone(batch);
        }
        let told = names::changes(batch, &before, &outcome);
        let script = write_names(Script::default(), &told);
        let script = script.plain(statements::COMMIT).plain(statements::PATIENT);
        self.run_or_undo(script).await?;
        Ok(outcome.answers(batch))
    }

    /// The claims of addresses that are reserved for others; nothing is asked where no claim heeds that.
    async fn reserved(&mut self, parts: &Parts<'_, F>) -> Result<Refused, Error> {
        let claims = (0..).zip(&parts.claims);
        let heeding = claims.filter(|(_, claim)| claim.must_heed_hosts());
        let asked: Vec<_> = heeding
            .map(|(at, claim)| reserved_values(at, claim))
            .collect();
        if asked.is_empty() {
            return Ok(Refused::new());
        }
        let script = self.fresh().batch("hosts4_reserved", &json(asked));
        let rows = self.run(script).await?.next();
        let number = |row: &Row| read_number::<F>(&MySqlRow(row), 0, "n");
        let numbers = rows
            .iter()
            .map(|row| Ok(usize::try_from(number(row)?).unwrap_or(usize::MAX)));
        numbers.collect()
    }

    /// Open a transaction, lock the rows that a batch changes, and read them.
    async fn look_at_names(
        &mut self,
        batch: &[Change<F>],
    ) -> Result<HashMap<F::Address, Lease<F>>, Error> {
        let addresses = names::addresses(batch).into_iter();
        let addresses = claims::literals(addresses.map(F::address_value));
        let script = self.begin_waiting();
        let script = script.rows("named", texts::<F>().named, &addresses);
        let rows = self.run_or_undo(script).await?.next();
        Ok(by_address(
            rows.iter().map(|row| read_lease(&MySqlRow(row), 0)),
        ))
    }

    /// What goes before claims: what ends, and looks at what is in their way. Gives the script that goes on, what
    /// became of the leases that were to end, and the claims that cannot be granted.
    async fn look_and_end(
        &mut self,
        mut script: Script,
        parts: &Parts<'_, F>,
    ) -> Result<Begun<F>, Error> {
        let around = parts.spans();
        if parts.need_prefix_lock() {
            script = endings::lock_prefixes(script);
        }
        script = endings::look(script, parts);
        // What ends is in nobody's way, so that it is looked around afterwards.
        let ends_first = !parts.only_claims();
        if !ends_first {
            script = spans::look::<F>(script, &around.distinct);
        }
        let mut answers = self.run_or_undo(script).await?;
        let held = Held::read(parts, &mut answers);
        let mut held = self.or_undo(held).await?;
        let (mut script, known) = held.end(Script::default(), parts);
        let mut refused = held.refused(parts);
        if ends_first && parts.need_prefix_lock() {
            let look = spans::look::<F>(std::mem::take(&mut script), &around.distinct);
            answers = self.run_or_undo(look).await?;
        }
        refused.extend(self.refused(&around, answers).await?);
        Ok((script, known, refused))
    }

    /// Claims that need no transaction: their statement commits by itself, and tells what became of them.
    async fn claim_alone(
        &mut self,
        batch: &[Change<F>],
        parts: &Parts<'_, F>,
        refused: &Refused,
    ) -> Result<Vec<Changed>, Error> {
        if refused.len() == parts.claims.len() {
            return Ok(Outcome::new([]).answers(batch));
        }
        if !self.may_be_open && parts.claims.len() <= bound::MOST {
            let (rows, pending) = claims::bound_alone(parts, refused);
            let text = texts::<F>().claim;
            let rows = self.bound.claim(&mut self.conn, text, &rows).await;
            let rows = rows.map_err(|e| error(&self.place, "claim", &e))?;
            if let Some(rows) = rows {
                return Ok(Outcome::new(pending.outcomes_of(&rows)?).answers(batch));
            }
        }
        let (script, pending) = claims::add_alone(self.fresh(), parts, refused);
        let known = pending.outcomes(&mut self.run(script).await?)?;
        Ok(Outcome::new(known).answers(batch))
    }

    /// The new prefixes that something overlaps, given the answers to a look around.
    async fn refused(&mut self, around: &Spans<F>, mut answers: Answers) -> Result<Refused, Error> {
        let all = &around.distinct;
        let found = self.or_undo(spans::found::<F>(all, &mut answers)).await?;
        let mut taken = found.taken;
        if found.in_doubt {
            let script = spans::look_inside_each::<F>(all);
            let mut answers = self.run_or_undo(script).await?;
            taken.extend(spans::found_inside(all, &mut answers));
        }
        Ok(claims::refused(around, &taken))
    }

    pub(super) async fn reclaim_due(
        &mut self,
        limit: u32,
        remove: bool,
        names: Names,
    ) -> Result<Vec<Ended<F>>, Error> {
        let limit = [Value::Number(limit.into())];
        let script = self.begin_waiting().values("reclaim_due", &limit);
        let rows = self.run_or_undo(script).await?.next();
        let due: Result<Vec<_>, _> = rows.iter().map(|row| read_ended(&MySqlRow(row))).collect();
        let due: Vec<(F::Address, Ended<F>)> = self.or_undo(due).await?;
        // A declined row has no client to come back to it.
        let is_declined = |ended: &Ended<F>| matches!(ended, Ok(l) if l.state == State::Declined);
        let (gone, kept): (Vec<_>, Vec<_>) = due
            .iter()
            .partition(|(_, ended)| remove || is_declined(ended));
        let mut script = Script::default();
        let texts = texts::<F>();
        for (name, text, ended) in [
            ("remove", texts.remove, gone),
            ("reclaim_keep", texts.reclaim_keep, kept),
        ] {
            let addresses: Vec<_> = ended.iter().map(|(address, _)| *address).collect();
            script = endings::change::<F>(script, name, text, &addresses);
        }
        if names.matter() {
            let ended = due.iter().filter_map(|(_, ended)| ended.as_ref().ok());
            let told: Vec<_> = ended.filter_map(names::removal).collect();
            script = write_names(script, &told);
        }
        let script = script.plain(statements::COMMIT);
        self.run_or_undo(script.plain(statements::PATIENT)).await?;
        Ok(due.into_iter().map(|(_, ended)| ended).collect())
    }

    pub(super) async fn flush_due(&mut self, hold: u32, limit: u32) -> Result<u64, Error> {
        let values = [Value::Number(hold.into()), Value::Number(limit.into())];
        let script = self.begin_waiting().values("flush_due", &values);
        let rows = self.run_or_undo(script).await?.next();
        let due = self.or_undo(addresses::<F>(&rows)).await?;
        let remove = texts::<F>().remove;
        let script = endings::change::<F>(Script::default(), "remove", remove, &due);
        let script = script.plain(statements::COMMIT);
        self.run_or_undo(script.plain(statements::PATIENT)).await?;
        Ok(due.len() as u64)
    }
}

/// Add the rows that tell the DNS, if there are any.
fn write_names<F: LeaseFamily>(script: Script, all: &[Written<'_, F>]) -> Script {
    let rows = all
        .iter()
        .map(|one| format!("({})", claims::literals(one.values())));
    let rows: Vec<_> = rows.collect();
    match rows.is_empty() {
        true => script,
        false => script.rows("name_write", statements::NAME_WRITE, &rows.join(",")),
    }
}
