//! Changes one by one within a transaction, leases that ended, and rows that files of leases hold.

use std::collections::HashMap;

use super::super::statements::{self, texts};
use super::super::value::SqliteRow;
use crate::batch::{Holder, Outcome, Parts};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::lease::Lease;
use crate::names::{self, Names, Written};
use crate::ops::{Before, Change, Changed, Claim, Ended, Imported};
use crate::prefix;
use crate::row::{
    Value, by_address, decline_values, holder_values, lease_values, read_ended, read_lease,
    reserved_values, seen_values, span_values, upload_values,
};

use super::Db;

impl Db<'_> {
    pub(super) fn change<F: LeaseFamily>(
        &self,
        batch: &[Change<F>],
    ) -> Result<Vec<Changed>, Error> {
        let texts = texts::<F>();
        let mut known = Vec::with_capacity(batch.len());
        self.transaction(statements::BEGIN_WRITE, || {
            let before = self.look_at_names(batch)?;
            let batch = &*names::kept(batch, &before);
            let parts = Parts::of(batch);
            let released = [
                (&parts.kept, texts.release_keep),
                (&parts.deleted, texts.release_delete),
            ];
            for (holders, text) in released {
                for holder in holders {
                    if self.release::<F>(text, *holder)? {
                        known.push((holder.0.address, Changed::Released));
                    }
                }
            }
            for decline in &parts.declined {
                if self.run("decline", texts.decline, &decline_values(decline))? > 0 {
                    known.push((decline.seen.address, Changed::Declined));
                }
            }
            for claim in &parts.claims {
                known.push((claim.lease.address, self.claim_or_undo(claim)?));
            }
            let outcome = Outcome::new(known);
            self.write_names(&names::changes(batch, &before, &outcome))?;
            Ok(outcome.answers(batch))
        })
    }

    /// The rows that a batch changes, where anybody cares for their names.
    fn look_at_names<F: LeaseFamily>(
        &self,
        batch: &[Change<F>],
    ) -> Result<HashMap<F::Address, Lease<F>>, Error> {
        let mut rows = Vec::new();
        if names::matter(batch) {
            for address in names::addresses(batch) {
                let address = [F::address_value(address)];
                self.query("named", texts::<F>().named, &address, |row| {
                    rows.push(read_lease(&SqliteRow(row), 0));
                    Ok(())
                })?;
            }
        }
        Ok(by_address(rows.into_iter()))
    }

    pub(super) fn write_names<F: LeaseFamily>(&self, all: &[Written<'_, F>]) -> Result<(), Error> {
        for one in all {
            self.run("name write", statements::NAME_WRITE, &one.values())?;
        }
        Ok(())
    }

    fn release<F: LeaseFamily>(
        &self,
        text: &'static str,
        (seen, client): Holder<'_, F>,
    ) -> Result<bool, Error> {
        let changed = self.run("release", text, &seen_values::<F>(seen, client))?;
        Ok(changed > 0)
    }

    /// A claim; one that is refused leaves the lease that it would have replaced.
    fn claim_or_undo<F: LeaseFamily>(&self, claim: &Claim<F>) -> Result<Changed, Error> {
        let Some(old) = claim.replaces else {
            return self.claim(claim);
        };
        self.run("claim", statements::SAVE, &[])?;
        self.release::<F>(texts::<F>().release_delete, (old, &claim.lease.client))?;
        let changed = self.claim(claim)?;
        if !matches!(changed, Changed::Claimed { .. }) {
            self.run("claim", statements::UNDO, &[])?;
        }
        self.run("claim", statements::KEEP, &[])?;
        Ok(changed)
    }

    fn claim<F: LeaseFamily>(&self, claim: &Claim<F>) -> Result<Changed, Error> {
        let mut changed = Changed::Taken;
        if self.is_in_the_way(claim)? {
            return Ok(changed);
        }
        let mut before = Before::Free;
        let address = [F::address_value(claim.lease.address)];
        self.query("claim", texts::<F>().before, &address, |row| {
            let number = row.get(0).map_err(|e| self.location.error("claim", &e))?;
            before = Before::from_number(number);
            Ok(())
        })?;
        let values = lease_values(&claim.lease);
        let asked = self.query("claim", texts::<F>().claim, &values, |row| {
            let expire = row.get(0).map_err(|e| self.location.error("claim", &e))?;
            changed = Changed::Claimed { expire, before };
            Ok(())
        });
        match asked {
            // A refused statement changes nothing, and the transaction goes on.
            Err(Error::ClientHasOther { .. }) => Ok(Changed::ClientHasOther),
            Err(error) => Err(error),
            Ok(()) => Ok(changed),
        }
    }

    /// Whether a prefix to be renewed is not its client's, another is overlapped, or an address is reserved.
    fn is_in_the_way<F: LeaseFamily>(&self, claim: &Claim<F>) -> Result<bool, Error> {
        let (lease, len) = (&claim.lease, F::lease_len(&claim.lease));
        if claim.must_heed_hosts() {
            let values = reserved_values(0, claim);
            return self.any("hosts4_reserved", statements::HOSTS4_RESERVED, &values);
        }
        if claim.must_renew() {
            let mut values = holder_values::<F>(lease.address, &lease.client);
            values.push(Value::Number(len.into()));
            return Ok(!self.any("held", statements::HELD, &values)?);
        }
        if claim.may_overlap() {
            for span in prefix::spans(lease.address, len) {
                if self.any("overlap", statements::OVERLAP, &span_values::<F>(span))? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// A live row that its client's key refuses comes in ended, as only live rows share that key. A
    /// row of the database stays where it was written later.
    pub(super) fn import<F: LeaseFamily>(&self, mut lease: Lease<F>) -> Result<Imported, Error> {
        let written = lease.expire - i64::from(lease.valid_lifetime);
        let older = [F::address_value(lease.address), Value::Number(written)];
        self.run("import", texts::<F>().import_older, &older)?;
        let text = texts::<F>().import;
        if self.run("import", text, &upload_values(&lease))? > 0 {
            return Ok(Imported::Added);
        }
        lease.state = crate::State::Reclaimed;
        match self.run("import", text, &upload_values(&lease))? {
            0 => Ok(Imported::Present),
            _ => Ok(Imported::Ended),
        }
    }

    /// Types are a matter of habit in this engine: a row that somebody spoiled ends like the others,
    /// and one that cannot even be changed is told of and left.
    pub(super) fn reclaim<F: LeaseFamily>(
        &self,
        limit: u32,
        remove: bool,
        names: Names,
    ) -> Result<Vec<Ended<F>>, Error> {
        let texts = texts::<F>();
        self.transaction(statements::BEGIN_WRITE, || {
            let mut due = Vec::new();
            self.query(
                "reclaim",
                texts.due,
                &[Value::Number(limit.into())],
                |row| {
                    due.push(read_ended(&SqliteRow(row)));
                    Ok(())
                },
            )?;
            let mut all = Vec::with_capacity(due.len());
            for row in due {
                let (address, ended) = match row {
                    Ok(row) => row,
                    Err(error) => {
                        all.push(Err(error));
                        continue;
                    }
                };
                // A declined row has no client to come back to it.
                let declined = matches!(&ended, Ok(l) if l.state == crate::State::Declined);
                let text = if remove || declined {
                    texts.reclaim_delete
                } else {
                    texts.reclaim_keep
                };
                match self.run("reclaim", text, &[F::address_value(address)]) {
                    Err(error) if error.is_ones_own() => all.push(Err(error)),
                    Err(error) => return Err(error),
                    Ok(_) => all.push(ended),
                }
            }
            if names.matter() {
                let told: Vec<_> = all.iter().flatten().filter_map(names::removal).collect();
                self.write_names(&told)?;
            }
            Ok(all)
        })
    }
}
