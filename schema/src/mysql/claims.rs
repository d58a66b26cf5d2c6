//! The claims of a batch: how they are written, and what became of them.
//!
//! They are rows of their statement. Of new prefixes it is asked first, in a round trip of its own, whether anything
//! is in their way; of those that are only renewed, whether they are still there ([`super::endings`]).

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use mysql_async::Row;

use super::bound::ClaimRow;
use super::script::{Answers, Script};
use super::spans::Taken;
use super::statements::{self, texts};
use super::value::{MySqlRow, push_literal};
use crate::batch::{Parts, Spans};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::lease::Lease;
use crate::ops::{Before, Changed, Claim};
use crate::row::{Value, lease_values, read_address, read_number};

/// Bits of a claim's number that are zero: where it is granted, the row says there what stood there before.
const BEFORE: u32 = 2;

/// Numbers of claims that cannot be granted, from 0.
pub(super) type Refused = HashSet<usize>;

/// A batch's claims that were written into a script, until their outcome is known.
pub(super) struct Pending<F: LeaseFamily>(Vec<PendingClaim<F>>);

struct PendingClaim<F: LeaseFamily> {
    address: F::Address,
    /// What stands in the row if it was won.
    number: i64,
}

/// Add the statements of a batch's claims but for the refused ones, if it has any.
pub(super) fn add<F: LeaseFamily>(
    script: Script,
    parts: &Parts<'_, F>,
    refused: &Refused,
) -> (Script, Pending<F>) {
    let (rows, pending) = written(parts, refused);
    let claim = statements::without_returning(texts::<F>().claim);
    let script = rows.write(script, claim);
    (pending.ask(script), pending)
}

/// Whether all of a batch is one statement, which needs no transaction around it where it tells what
/// became of its rows.
pub(super) fn are_alone<F: LeaseFamily>(parts: &Parts<'_, F>) -> bool {
    let is_plain = |claim: &&Claim<F>| !claim.may_overlap() && !claim.must_renew();
    parts.only_claims() && parts.claims.iter().all(is_plain)
}

/// The rows of claims that [`are_alone`], but for the refused ones, to be bound.
pub(super) fn bound_alone<'a, F: LeaseFamily>(
    parts: &Parts<'a, F>,
    refused: &Refused,
) -> (Vec<ClaimRow<'a>>, Pending<F>) {
    let (leases, pending) = numbered(parts, refused);
    let rows = leases.into_iter().zip(&pending.0);
    let rows = rows.map(|(lease, claim)| ClaimRow {
        values: lease_values(lease),
        number: claim.number,
    });
    (rows.collect(), pending)
}

/// The same as text.
pub(super) fn add_alone<F: LeaseFamily>(
    script: Script,
    parts: &Parts<'_, F>,
    refused: &Refused,
) -> (Script, Pending<F>) {
    let (rows, pending) = written(parts, refused);
    (rows.write(script, texts::<F>().claim), pending)
}

fn written<F: LeaseFamily>(parts: &Parts<'_, F>, refused: &Refused) -> (Rows, Pending<F>) {
    let (leases, pending) = numbered(parts, refused);
    let mut rows = Rows::default();
    for (lease, claim) in leases.into_iter().zip(&pending.0) {
        rows.add(lease, claim.number);
    }
    (rows, pending)
}

/// The leases of all claims but the refused ones, each with its number.
fn numbered<'a, F: LeaseFamily>(
    parts: &Parts<'a, F>,
    refused: &Refused,
) -> (Vec<&'a Lease<F>>, Pending<F>) {
    let wanted = parts.claims.iter().enumerate();
    let wanted = wanted.filter(|(at, _)| !refused.contains(at));
    let leases: Vec<_> = wanted.map(|(_, claim)| &claim.lease).collect();
    let pending = (first_number()..).step_by(1 << BEFORE).zip(&leases);
    let pending = pending.map(|(number, lease)| PendingClaim {
        address: lease.address,
        number: number.cast_signed(),
    });
    let pending = Pending(pending.collect());
    (leases, pending)
}

impl<F: LeaseFamily> Pending<F> {
    fn ask(&self, script: Script) -> Script {
        if self.0.is_empty() {
            return script;
        }
        let addresses = self.0.iter().map(|claim| F::address_value(claim.address));
        script.rows("claimed", texts::<F>().claimed, &literals(addresses))
    }

    /// What became of the claims, from the answers to the script.
    pub(super) fn outcomes(
        self,
        answers: &mut Answers,
    ) -> Result<Vec<(F::Address, Changed)>, Error> {
        match self.0.is_empty() {
            true => Ok(Vec::new()),
            false => self.outcomes_of(&answers.next()),
        }
    }

    /// The same from the rows that the claims gave.
    pub(super) fn outcomes_of(self, rows: &[Row]) -> Result<Vec<(F::Address, Changed)>, Error> {
        let rows: Result<HashMap<_, _>, Error> = rows.iter().map(read_row::<F>).collect();
        let rows = rows?;
        let outcome = |claim: PendingClaim<F>| {
            let changed = match rows.get(&claim.address) {
                Some((number, expire)) if *number >> BEFORE == claim.number >> BEFORE => {
                    Changed::Claimed {
                        expire: *expire,
                        before: Before::from_number(*number),
                    }
                }
                // The key of the client kept it out: it has another live row.
                None => Changed::ClientHasOther,
                Some(_) => Changed::Taken,
            };
            (claim.address, changed)
        };
        Ok(self.0.into_iter().map(outcome).collect())
    }
}

/// The address of a row, the number of the claim that won it last, and when it ends.
fn read_row<F: LeaseFamily>(row: &Row) -> Result<(F::Address, (i64, i64)), Error> {
    let row = MySqlRow(row);
    let number = read_number::<F>(&row, 1, "claim")?;
    let expire = read_number::<F>(&row, 2, "expire")?;
    Ok((read_address::<F>(&row)?, (number, expire)))
}

/// Values with commas between them.
pub(super) fn literals<'a>(values: impl IntoIterator<Item = Value<'a>>) -> String {
    let mut text = String::new();
    for value in values {
        if !text.is_empty() {
            text.push(',');
        }
        push_literal(&mut text, value);
    }
    text
}

/// Rows of the claim's statement as they are written.
#[derive(Default)]
struct Rows {
    text: String,
    /// The variable of each lifetime, and the statement that sets it.
    expiries: HashMap<u32, (String, String)>,
}

impl Rows {
    fn add<F: LeaseFamily>(&mut self, lease: &Lease<F>, number: i64) {
        let separator = if self.text.is_empty() { "(" } else { ",(" };
        self.text.push_str(separator);
        for value in lease_values(lease) {
            push_literal(&mut self.text, value);
            self.text.push(',');
        }
        let lifetime = lease.valid_lifetime;
        let expiry = self.expiries.entry(lifetime);
        let (variable, _) = expiry.or_insert_with(|| statements::expiry(lifetime));
        self.text.push_str(variable);
        self.text.push_str(",0,");
        push_literal(&mut self.text, Value::Number(number));
        self.text.push(')');
    }

    fn write(&self, mut script: Script, claim: &str) -> Script {
        if self.text.is_empty() {
            return script;
        }
        for (_, text) in self.expiries.values() {
            script = script.made("claim", text);
        }
        script.rows("claim", claim, &self.text)
    }
}

/// Of the numbers of a batch's claims, which no row carries yet: claims of one batch must differ, as one
/// may meet the row of another.
fn first_number() -> u64 {
    // Random, as every worker draws its own; one bit less, so that the numbers after it fit.
    RandomState::new().hash_one(()) >> 2 >> BEFORE << BEFORE
}

/// The claims that have one of these spans.
pub(super) fn refused<F: LeaseFamily>(spans: &Spans<F>, taken: &Taken<F::Address>) -> Refused {
    // Both are counted from 1.
    let at = |number: i64| usize::try_from(number - 1).unwrap_or(usize::MAX);
    let is_taken = |span: i64| {
        let span = spans.distinct.get(at(span));
        span.is_some_and(|span| taken.contains(span))
    };
    let pairs = spans.of_claims.iter();
    pairs
        .filter(|(_, span)| is_taken(*span))
        .map(|(claim, _)| at(*claim))
        .collect()
}
