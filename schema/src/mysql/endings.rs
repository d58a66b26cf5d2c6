//! Leases that end: what of a batch goes before its claims, and what became of it.

use super::script::{Answers, Script};
use super::session::addresses;
use super::statements;
use super::value::json;
use crate::batch::{Holder, Parts};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::ops::Changed;
use crate::row::{decline_values, seen_values};

/// The statements of a batch that go before its claims. Where it is asked which leases ended, a query
/// goes before each change, as this engine's changes give no rows.
pub(super) fn before_claims<F: LeaseFamily>(mut script: Script, parts: &Parts<'_, F>) -> Script {
    if parts.need_prefix_lock() {
        // Transactions that stay open until this side has looked at the answers, while others wait.
        script = script
            .plain(statements::IMPATIENT)
            .values("prefix_lock", &[])
            .values("prefix_locked", &[]);
    }
    if !parts.replaced.is_empty() {
        script = script.batch("release_delete", &holders_json::<F>(&parts.replaced));
    }
    for (change, holders) in [
        ("release_keep", &parts.kept),
        ("release_delete", &parts.deleted),
    ] {
        if !holders.is_empty() {
            script = script
                .batch("held", &holders_json::<F>(holders))
                .same_batch(change);
        }
    }
    if !parts.declined.is_empty() {
        let declines = json(parts.declined.iter().map(|d| decline_values(d)));
        script = script.batch("held", &declines).same_batch("decline");
    }
    script
}

/// The leases that ended, from the answers to [`before_claims`].
pub(super) fn ended<F: LeaseFamily>(
    parts: &Parts<'_, F>,
    answers: &mut Answers,
) -> Result<Vec<(F::Address, Changed)>, Error> {
    let mut known = Vec::new();
    for (asked, changed) in [
        (parts.kept.len(), Changed::Released),
        (parts.deleted.len(), Changed::Released),
        (parts.declined.len(), Changed::Declined),
    ] {
        if asked > 0 {
            let ended = addresses::<F>(&answers.next())?;
            known.extend(ended.into_iter().map(|address| (address, changed)));
        }
    }
    Ok(known)
}

fn holders_json<F: LeaseFamily>(holders: &[Holder<'_, F>]) -> String {
    json(
        holders
            .iter()
            .map(|(seen, client)| seen_values::<F>(*seen, client)),
    )
}
