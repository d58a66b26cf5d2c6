//! What a batch ends or renews only as it was found: rows are locked and looked at first, as this engine's changes
//! tell nothing of their rows; then those are changed that are still so.

use std::collections::{BTreeMap, HashMap};

use super::claims::{Refused, literals};
use super::script::{Answers, Script};
use super::statements::texts;
use super::value::MySqlRow;
use crate::batch::{Holder, Parts};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::lease::Lease;
use crate::ops::{Changed, Seen};
use crate::row::{HeldRow, Value, read_held};

/// Live leases that the transaction has locked.
pub(super) struct Held<F: LeaseFamily>(HashMap<F::Address, HeldRow<F>>);

/// Let nobody else claim prefixes until the transaction ends.
pub(super) fn lock_prefixes(script: Script) -> Script {
    script
        .values("prefix_lock", &[])
        .values("prefix_locked", &[])
}

/// Whether [`look`] has to go before the changes of a batch.
pub(super) fn must_look<F: LeaseFamily>(parts: &Parts<'_, F>) -> bool {
    !parts.only_claims() || parts.claims.iter().any(|claim| claim.must_renew())
}

/// Lock and read the rows that a batch ends or renews, if there are any.
pub(super) fn look<F: LeaseFamily>(script: Script, parts: &Parts<'_, F>) -> Script {
    let holders = [&parts.replaced, &parts.kept, &parts.deleted];
    let ended = holders.into_iter().flatten().map(|(seen, _)| seen.address);
    let declined = parts.declined.iter().map(|decline| decline.seen.address);
    let renewals = parts.claims.iter().filter(|claim| claim.must_renew());
    let renewed = renewals.map(|claim| claim.lease.address);
    let addresses = ended.chain(declined).chain(renewed);
    let addresses = literals(addresses.map(F::address_value));
    match addresses.is_empty() {
        true => script,
        false => script.rows("held", texts::<F>().held, &addresses),
    }
}

impl<F: LeaseFamily> Held<F> {
    /// The answer to [`look`].
    pub(super) fn read(parts: &Parts<'_, F>, answers: &mut Answers) -> Result<Self, Error> {
        let rows = match must_look(parts) {
            true => answers.next(),
            false => Vec::new(),
        };
        let rows = rows.iter().map(|row| read_held(&MySqlRow(row)));
        let rows: Result<_, Error> = rows.collect();
        Ok(Self(rows?))
    }

    /// End what is as it was found, each lease once; tells which of it was asked for by itself, and how it ended.
    pub(super) fn end(
        &mut self,
        mut script: Script,
        parts: &Parts<'_, F>,
    ) -> (Script, Vec<(F::Address, Changed)>) {
        let texts = texts::<F>();
        let asked = [&parts.replaced, &parts.kept, &parts.deleted];
        let [replaced, kept, deleted] = asked.map(|asked| self.those(asked));
        let mut declined: BTreeMap<u32, Vec<F::Address>> = BTreeMap::new();
        for decline in &parts.declined {
            if self.ends(decline.seen, &decline.client) {
                let alike = declined.entry(decline.probation).or_default();
                alike.push(decline.seen.address);
            }
        }
        let removed = [&replaced[..], &deleted].concat();
        script = change::<F>(script, "remove", texts.remove, &removed);
        script = change::<F>(script, "release_keep", texts.release_keep, &kept);
        for (probation, addresses) in &declined {
            let text = texts.decline.replacen('?', &probation.to_string(), 1);
            script = change::<F>(script, "decline", &text, addresses);
        }
        let released = [kept, deleted].concat().into_iter();
        let released = released.map(|address| (address, Changed::Released));
        let declined = declined.into_values().flatten();
        let declined = declined.map(|address| (address, Changed::Declined));
        (script, released.chain(declined).collect())
    }

    /// The claims of a batch that find nothing to renew.
    pub(super) fn refused(&self, parts: &Parts<'_, F>) -> Refused {
        let claims = parts.claims.iter().enumerate();
        let lost = claims.filter(|(_, claim)| claim.must_renew() && !self.has(&claim.lease));
        lost.map(|(at, _)| at).collect()
    }

    fn those(&mut self, holders: &[Holder<'_, F>]) -> Vec<F::Address> {
        let held = holders.iter();
        let held = held.filter(|(seen, client)| self.ends(*seen, client));
        held.map(|(seen, _)| seen.address).collect()
    }

    /// Whether a client holds a lease as it was found; then it does so no longer.
    fn ends(&mut self, seen: Seen<F::Address>, client: &F::Client) -> bool {
        let row = self.0.get(&seen.address);
        let is_held =
            row.is_some_and(|row| row.expire == seen.expire && F::same_client(&row.client, client));
        if is_held {
            self.0.remove(&seen.address);
        }
        is_held
    }

    /// Whether a client has this very lease, expired or not.
    fn has(&self, lease: &Lease<F>) -> bool {
        let row = self.0.get(&lease.address);
        row.is_some_and(|row| {
            row.len == F::lease_len(lease) && F::same_client(&row.client, &lease.client)
        })
    }
}

/// Change rows that the transaction has locked, if there are any.
pub(super) fn change<F: LeaseFamily>(
    script: Script,
    name: &'static str,
    text: &str,
    addresses: &[F::Address],
) -> Script {
    if addresses.is_empty() {
        return script;
    }
    let addresses: Vec<Value<'_>> = addresses.iter().copied().map(F::address_value).collect();
    script.rows(name, text, &literals(addresses))
}
