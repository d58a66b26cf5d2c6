//! What happened in a run.

use crate::histogram::Histogram;
use crate::speech::{Half, Refusal};

/// Everything that is counted.
#[derive(Clone, Debug)]
pub(crate) struct Counts {
    pub(crate) started: u64,
    pub(crate) finished: u64,
    pub(crate) lost: u64,
    pub(crate) renewals: u64,
    pub(crate) released: u64,
    pub(crate) release_answers: u64,
    pub(crate) conflicts: u64,
    pub(crate) naks: u64,
    pub(crate) no_addresses: u64,
    pub(crate) no_prefixes: u64,
    pub(crate) other_statuses: u64,
    pub(crate) duplicates: u64,
    pub(crate) late: u64,
    pub(crate) unexpected: u64,
    pub(crate) retransmitted: u64,
    pub(crate) first: Histogram,
    pub(crate) second: Histogram,
    pub(crate) exchange: Histogram,
    /// When the last exchange finished.
    pub(crate) last_end: u64,
}

impl Counts {
    /// All zero.
    pub(crate) fn new() -> Self {
        Self {
            started: 0,
            finished: 0,
            lost: 0,
            renewals: 0,
            released: 0,
            release_answers: 0,
            conflicts: 0,
            naks: 0,
            no_addresses: 0,
            no_prefixes: 0,
            other_statuses: 0,
            duplicates: 0,
            late: 0,
            unexpected: 0,
            retransmitted: 0,
            first: Histogram::new(),
            second: Histogram::new(),
            exchange: Histogram::new(),
            last_end: 0,
        }
    }

    /// An answer came after so long.
    pub(crate) fn answered(&mut self, half: Half, delay: u64) {
        match half {
            Half::First => self.first.record(delay),
            Half::Second => self.second.record(delay),
        }
    }

    /// An answer said no.
    pub(crate) fn refused(&mut self, refusal: Refusal) {
        let counter = match refusal {
            Refusal::Nak => &mut self.naks,
            Refusal::NoAddress => &mut self.no_addresses,
            Refusal::NoPrefix => &mut self.no_prefixes,
            Refusal::Status => &mut self.other_statuses,
        };
        *counter += 1;
    }
}
