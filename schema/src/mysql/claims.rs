//! The claims of a batch: how they are written, and what became of them.
//!
//! Where a family has no prefixes, claims are rows of their statement. Elsewhere they are JSON, as all other
//! batches are, because what is refused is found out by the statement before and left out.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use mysql_async::Row;

use super::script::Script;
use super::statements::{self, texts};
use super::value::{MySqlRow, json, push_literal};
use crate::batch::Parts;
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::ops::Changed;
use crate::row::{Value, claim_values, lease_values, read_address, read_number, span_values};

/// Add the statements of a batch's claims, if it has any; the last of them gives a row per claim.
pub(super) fn add<F: LeaseFamily>(script: Script, parts: &Parts<'_, F>) -> Script {
    if parts.claims.is_empty() {
        script
    } else if F::PREFIXES {
        add_json(script, parts)
    } else {
        add_rows(script, parts)
    }
}

/// What became of a claim, from a row of `claimed`.
pub(super) fn outcome<F: LeaseFamily>(row: &Row) -> Result<(F::Address, Changed), Error> {
    let row = MySqlRow(row);
    let changed = match read_number::<F>(&row, 1, "outcome")? {
        0 => Changed::Taken,
        1 => Changed::Claimed {
            expire: read_number::<F>(&row, 2, "expire")?,
        },
        _ => Changed::ClientHasOther,
    };
    Ok((read_address::<F>(&row)?, changed))
}

fn add_json<F: LeaseFamily>(script: Script, parts: &Parts<'_, F>) -> Script {
    let json = claims_json(parts);
    let script = if parts.need_prefix_lock() || !parts.renewed().is_empty() {
        script.batch("refused", &json, 3)
    } else {
        script
            .set_batch("claim", &json)
            .plain(statements::NONE_REFUSED)
    };
    script.same_batch_without("claim").same_batch("claimed")
}

/// Claims without anything to look at before, as rows of their statement.
fn add_rows<F: LeaseFamily>(script: Script, parts: &Parts<'_, F>) -> Script {
    let mut expirations = Vec::new();
    let mut expiries: HashMap<u32, String> = HashMap::new();
    let mut rows = String::new();
    let mut asked = Vec::with_capacity(parts.claims.len());
    for (number, claim) in (first_number()..).zip(&parts.claims) {
        let lease = &claim.lease;
        let expiry = expiries.entry(lease.valid_lifetime).or_insert_with(|| {
            let (variable, text) = statements::expiry(lease.valid_lifetime);
            expirations.push(text);
            variable
        });
        let separator = if rows.is_empty() { "(" } else { ",(" };
        rows.push_str(separator);
        for value in lease_values(lease) {
            push_literal(&mut rows, value);
            rows.push(',');
        }
        rows.push_str(expiry);
        rows.push_str(",0,");
        let number = Value::Number(number.cast_signed());
        push_literal(&mut rows, number);
        rows.push(')');
        asked.push([F::address_value(lease.address), number]);
    }
    let mut script = script.plain(statements::FROM);
    for text in expirations {
        script = script.made("claim", &text);
    }
    script
        .rows("claim", texts::<F>().claim, &rows)
        .batch("claimed", &json(asked), 1)
}

/// Of the numbers of a batch's claims, which no row carries yet: claims of one batch must differ, as one
/// may meet the row of another.
fn first_number() -> u64 {
    // Random, as every worker draws its own; one bit less, so that the numbers after it fit.
    RandomState::new().hash_one(()) >> 2
}

/// The claims, each with its number, and the spans in which a row may overlap one.
fn claims_json<F: LeaseFamily>(parts: &Parts<'_, F>) -> String {
    let claims = json(
        (first_number()..)
            .zip(&parts.claims)
            .map(|(number, claim)| {
                let mut values = claim_values(claim);
                values.push(Value::Number(number.cast_signed()));
                values
            }),
    );
    let spans = parts.spans();
    let pairs = spans.of_claims.iter();
    let pairs = json(pairs.map(|(claim, span)| [*claim, *span].map(Value::Number)));
    let distinct = json(spans.distinct.into_iter().map(span_values::<F>));
    format!("{{\"c\":{claims},\"s\":{distinct},\"p\":{pairs}}}")
}
