//! The figures that matter, of a contender or as the ratio of both.

use serde::Serialize;

use crate::contest::{Contest, Entry, Measured};

/// What matters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// The highest rate with at most 1 % of the exchanges lost.
    pub(crate) exchanges_per_second: f64,
    /// Milliseconds, at the highest rate; none where only counts were looked at.
    pub(crate) median_ms: Option<f64>,
    /// Milliseconds, at the highest rate.
    pub(crate) p99_ms: Option<f64>,
    /// Milliseconds, at half of the rate.
    pub(crate) half_median_ms: f64,
    /// Milliseconds, at half of the rate.
    pub(crate) half_p99_ms: f64,
    /// Processor microseconds of the server per exchange, at the highest rate.
    pub(crate) server_cpu_us: f64,
    /// Processor microseconds of the database server per exchange, at the highest rate.
    pub(crate) database_cpu_us: f64,
    /// The sum of both.
    pub(crate) cpu_us: f64,
    /// Processor microseconds of the generator per exchange, at the highest rate.
    pub(crate) generator_cpu_us: f64,
}

impl Summary {
    /// The figures of a contender.
    pub(crate) fn of(measured: &Measured) -> Self {
        let step = &measured.highest;
        let at_highest = step.delays.map(|delays| delays.all);
        let half = measured.delays.all;
        Self {
            exchanges_per_second: step.rate,
            median_ms: at_highest.map(|delays| delays.median_ms),
            p99_ms: at_highest.map(|delays| delays.p99_ms),
            half_median_ms: half.median_ms,
            half_p99_ms: half.p99_ms,
            server_cpu_us: step.per_exchange_us(step.server_cpu),
            database_cpu_us: step.per_exchange_us(step.database_cpu),
            cpu_us: step.per_exchange_us(step.server_cpu + step.database_cpu),
            generator_cpu_us: step.per_exchange_us(step.generator_cpu),
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
        let ratio = |figure: fn(&Self) -> f64| figure(&murre) / figure(&kea);
        let known = |murre: Option<f64>, kea: Option<f64>| Some(murre? / kea?);
        Some(Self {
            exchanges_per_second: ratio(|summary| summary.exchanges_per_second),
            median_ms: known(murre.median_ms, kea.median_ms),
            p99_ms: known(murre.p99_ms, kea.p99_ms),
            half_median_ms: ratio(|summary| summary.half_median_ms),
            half_p99_ms: ratio(|summary| summary.half_p99_ms),
            server_cpu_us: ratio(|summary| summary.server_cpu_us),
            database_cpu_us: ratio(|summary| summary.database_cpu_us),
            cpu_us: ratio(|summary| summary.cpu_us),
            generator_cpu_us: ratio(|summary| summary.generator_cpu_us),
        })
    }
}
