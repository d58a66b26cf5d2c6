//! A batch sorted by what the statements need, the same for every engine.

use std::collections::HashMap;

use smallvec::SmallVec;

use crate::error::Error;
use crate::family::LeaseFamily;
use crate::ops::{Change, Changed, Claim, Decline, Found, Lookup, Seen};
use crate::prefix::{self, Span};

/// Who holds what: a lease and its client.
pub(crate) type Holder<'a, F> = (
    Seen<<F as murre_wire::Family>::Address>,
    &'a <F as LeaseFamily>::Client,
);

/// The changes of a batch by statement. Leases end before others begin, so that a client may give
/// one back and claim another in one batch.
pub(crate) struct Parts<'a, F: LeaseFamily> {
    pub(crate) claims: Vec<&'a Claim<F>>,
    /// Leases that end for a claim of the same client.
    pub(crate) replaced: Vec<Holder<'a, F>>,
    pub(crate) kept: Vec<Holder<'a, F>>,
    pub(crate) deleted: Vec<Holder<'a, F>>,
    pub(crate) declined: Vec<&'a Decline<F>>,
}

impl<'a, F: LeaseFamily> Parts<'a, F> {
    pub(crate) fn of(batch: &'a [Change<F>]) -> Self {
        let mut parts = Self {
            claims: Vec::new(),
            replaced: Vec::new(),
            kept: Vec::new(),
            deleted: Vec::new(),
            declined: Vec::new(),
        };
        for change in batch {
            match change {
                Change::Claim(claim) => {
                    parts.claims.push(claim);
                    let old = claim.replaces.map(|old| (old, &claim.lease.client));
                    parts.replaced.extend(old);
                }
                Change::Release(release) => {
                    let list = if release.keep {
                        &mut parts.kept
                    } else {
                        &mut parts.deleted
                    };
                    list.push((release.seen, &release.client));
                }
                Change::Decline(decline) => parts.declined.push(decline),
            }
        }
        parts
    }

    /// Whether some claim must be alone in looking at what overlaps it: two that look at the same
    /// moment would not see each other's prefix, as the two have different keys.
    pub(crate) fn need_prefix_lock(&self) -> bool {
        self.claims.iter().any(|claim| claim.may_overlap())
    }

    /// Where rows would overlap the claims.
    pub(crate) fn spans(&self) -> Spans<F> {
        let mut spans = Spans {
            distinct: Vec::new(),
            of_claims: Vec::new(),
        };
        let mut numbers = HashMap::new();
        for (claim, number) in self.claims.iter().zip(1..) {
            if !claim.may_overlap() {
                continue;
            }
            let lease = &claim.lease;
            for span in prefix::spans(lease.address, F::lease_len(lease)) {
                let at = *numbers.entry(span).or_insert_with(|| {
                    spans.distinct.push(span);
                    spans.distinct.len()
                });
                spans.of_claims.push((number, at as i64));
            }
        }
        spans
    }

    pub(crate) fn only_claims(&self) -> bool {
        self.replaced.is_empty()
            && self.kept.is_empty()
            && self.deleted.is_empty()
            && self.declined.is_empty()
    }
}

/// Where rows would overlap claims. Prefixes of one pool have most of what contains them in common,
/// and it is looked at once.
pub(crate) struct Spans<F: LeaseFamily> {
    /// Each once.
    pub(crate) distinct: Vec<Span<F::Address>>,
    /// Numbers of claims and of their spans, both from 1.
    pub(crate) of_claims: Vec<(i64, i64)>,
}

/// What became of each change, from what the statements gave back; silence means refused.
pub(crate) struct Outcome<F: LeaseFamily>(HashMap<F::Address, Changed>);

impl<F: LeaseFamily> Outcome<F> {
    pub(crate) fn new(known: impl IntoIterator<Item = (F::Address, Changed)>) -> Self {
        Self(known.into_iter().collect())
    }

    pub(crate) fn of(&self, change: &Change<F>) -> Changed {
        let known = self.0.get(&change.address()).copied();
        known.unwrap_or(match change {
            Change::Claim(_) => Changed::Taken,
            Change::Release(_) | Change::Decline(_) => Changed::NotHeld,
        })
    }

    /// A refused claim must leave the lease that it would have replaced; such a batch is undone.
    pub(crate) fn must_be_undone(&self, batch: &[Change<F>]) -> bool {
        batch.iter().any(|change| {
            matches!(change, Change::Claim(claim) if claim.replaces.is_some())
                && !matches!(self.of(change), Changed::Claimed { .. })
        })
    }

    /// The answers to a batch that was undone: a batch of one is refused, a longer one is tried
    /// again in halves, to find out whose it was.
    pub(crate) fn undone(&self, batch: &[Change<F>]) -> Result<Vec<Changed>, Error> {
        match batch {
            [change] => Ok(vec![self.of(change)]),
            _ => Err(Error::ClientHasOther { statement: "claim" }),
        }
    }

    /// The answers to a batch, in its order.
    pub(crate) fn answers(&self, batch: &[Change<F>]) -> Vec<Changed> {
        batch.iter().map(|change| self.of(change)).collect()
    }
}

/// The questions of a batch by arm, each with a number by which [`Questions::askers`] tells whose it
/// is.
pub(crate) struct Questions<'a, F: LeaseFamily> {
    pub(crate) clients: Vec<(i64, &'a [u8])>,
    pub(crate) hwaddrs: Vec<(i64, &'a [u8])>,
    pub(crate) addresses: Vec<(i64, F::Address)>,
    pub(crate) spans: Vec<(i64, Span<F::Address>)>,
    /// Lookups that have a question in common; their numbers follow those of the lookups.
    shared: Vec<SmallVec<[usize; 2]>>,
    lookups: usize,
}

impl<'a, F: LeaseFamily> Questions<'a, F> {
    pub(crate) fn of(batch: &'a [Lookup<F>]) -> Self {
        let mut questions = Self {
            clients: Vec::new(),
            hwaddrs: Vec::new(),
            addresses: Vec::new(),
            spans: Vec::new(),
            shared: Vec::new(),
            lookups: batch.len(),
        };
        let mut known = HashMap::new();
        for (number, lookup) in (0..).zip(batch) {
            for client in &lookup.clients {
                questions.clients.push((number, client));
            }
            if let Some(hwaddr) = &lookup.hwaddr {
                questions.hwaddrs.push((number, hwaddr));
            }
            for address in &lookup.addresses {
                questions.addresses.push((number, *address));
            }
            for span in &lookup.spans {
                questions.share(number, *span, &mut known);
            }
        }
        questions
    }

    /// Who asks for prefixes asks for what contains them: mostly the same as all others.
    fn share(
        &mut self,
        number: i64,
        span: Span<F::Address>,
        known: &mut HashMap<Span<F::Address>, usize>,
    ) {
        let at = *known.entry(span).or_insert_with(|| {
            let at = self.shared.len();
            self.shared.push(SmallVec::new());
            self.spans.push(((self.lookups + at) as i64, span));
            at
        });
        if let Some((askers, asker)) = self.shared.get_mut(at).zip(usize::try_from(number).ok())
            && askers.last() != Some(&asker)
        {
            askers.push(asker);
        }
    }

    /// The lookups that a question is of, by their places in the batch.
    pub(crate) fn askers(&self, number: i64) -> SmallVec<[usize; 2]> {
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        match number.checked_sub(self.lookups) {
            None => SmallVec::from_slice(&[number]),
            Some(at) => self.shared.get(at).cloned().unwrap_or_default(),
        }
    }
}

/// Empty answers for a batch of lookups.
pub(crate) fn nothing_found<F: LeaseFamily>(batch: &[Lookup<F>]) -> Vec<Found<F>> {
    let mut found = Vec::new();
    found.resize_with(batch.len(), Found::default);
    found
}
