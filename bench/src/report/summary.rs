//! The figures that matter, of a contender or as the ratio of both.

use serde::Serialize;

use crate::contest::{Contest, Entry, Measured};

/// Six figures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// The highest rate with at most 1 % of the exchanges lost.
    pub(crate) exchanges_per_second: f64,
    /// Milliseconds, at half of the rate.
    pub(crate) median_ms: f64,
    /// Milliseconds, at half of the rate.
    pub(crate) p99_ms: f64,
    /// Processor seconds of the server per 1,000 leases, at the highest rate.
    pub(crate) server_cpu: f64,
    /// Processor seconds of the database server per 1,000 leases, at the highest rate.
    pub(crate) database_cpu: f64,
    /// The sum of both.
    pub(crate) cpu: f64,
}

impl Summary {
    /// The figures of a contender.
    pub(crate) fn of(measured: &Measured) -> Self {
        let step = &measured.highest;
        Self {
            exchanges_per_second: step.rate,
            median_ms: measured.delays.all.median_ms,
            p99_ms: measured.delays.all.p99_ms,
            server_cpu: step.per_thousand(step.server_cpu),
            database_cpu: step.per_thousand(step.database_cpu),
            cpu: step.per_thousand(step.server_cpu + step.database_cpu),
        }
    }

    /// As [`Summary::of`], if it could be measured.
    pub(crate) fn of_entry(entry: &Entry) -> Option<Self> {
        entry.measured.as_ref().map(Self::of)
    }

    /// Murre's figures divided by Kea's, if both could be measured. Where both are 0 (there is no
    /// database server) the ratio is no number.
    pub(crate) fn ratios(contest: &Contest) -> Option<Self> {
        let [kea, murre] = contest.entries.as_slice() else {
            return None;
        };
        let (kea, murre) = (Self::of_entry(kea)?, Self::of_entry(murre)?);
        Some(Self {
            exchanges_per_second: murre.exchanges_per_second / kea.exchanges_per_second,
            median_ms: murre.median_ms / kea.median_ms,
            p99_ms: murre.p99_ms / kea.p99_ms,
            server_cpu: murre.server_cpu / kea.server_cpu,
            database_cpu: murre.database_cpu / kea.database_cpu,
            cpu: murre.cpu / kea.cpu,
        })
    }
}
