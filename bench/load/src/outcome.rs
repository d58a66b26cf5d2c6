//! What came of a run, for people and programs.

use serde::{Deserialize, Serialize};

use crate::counts::Counts;
use crate::histogram::Histogram;
use crate::pace::{Load, Pace};
use crate::search::Attempt;

/// Exchanges that may be lost at a rate that still counts as carried.
pub const TOLERATED_LOSS: f64 = 0.01;
/// The generator kept up if it began at least this share of what it was asked for.
const KEPT_UP: f64 = 0.97;

/// What happened in one run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Exchanges per second that were asked for; none with a window.
    pub asked: Option<f64>,
    /// Exchanges that were kept open; none at a rate.
    pub window: Option<u64>,
    /// Seconds from the first message to the end: of the period, or of the last exchange that
    /// finished after it.
    pub seconds: f64,
    /// Exchanges begun.
    pub started: u64,
    /// Of these: renewals, which have two messages.
    pub renewals: u64,
    /// Of the refused: what was just offered was not given, as somebody else had it by then.
    #[serde(default)]
    pub conflicts: u64,
    /// Leases given back.
    #[serde(default)]
    pub released: u64,
    /// Answers to that (v6).
    #[serde(default)]
    pub release_answers: u64,
    /// Exchanges that ended with everything that was asked for.
    pub finished: u64,
    /// Exchanges that had not ended when their time was up.
    pub lost: u64,
    /// Exchanges that were refused.
    pub refused: u64,
    /// Exchanges that should have begun and did not: no client was free, or the generator was late.
    pub not_started: u64,
    /// Finished exchanges per second.
    pub rate: f64,
    /// Started exchanges that did not finish, as a fraction.
    pub loss: f64,
    /// How long answers took.
    pub delays: Delays,
    /// NAKs (v4).
    pub naks: u64,
    /// Answers without the address that was asked for (v6).
    pub no_addresses: u64,
    /// Answers without the prefix that was asked for (v6).
    pub no_prefixes: u64,
    /// Answers with another status than success (v6).
    pub other_statuses: u64,
    /// Answers to a message that had one already.
    pub duplicates: u64,
    /// Answers to exchanges that were given up.
    pub late: u64,
    /// Packets that answer nothing.
    pub unexpected: u64,
    /// Messages sent again for want of an answer.
    pub retransmitted: u64,
    /// Packets sent, to all servers.
    pub sent: u64,
    /// Packets received.
    pub received: u64,
    /// Packets that the kernel refused to send.
    pub not_sent: u64,
    /// Packets that were lost in this program's own sockets, because it was too slow.
    pub dropped_here: u64,
    /// Processor seconds (user and system) of this program.
    pub cpu_seconds: f64,
    /// Processor microseconds of this program per exchange that finished.
    pub cpu_us_per_exchange: Option<f64>,
}

/// Delays of the answers, in milliseconds. They end when the kernel took an answer in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Delays {
    /// DISCOVER to OFFER, SOLICIT to ADVERTISE; none where all exchanges were renewals.
    pub first: Option<Quantiles>,
    /// REQUEST (RENEW) to ACK or REPLY.
    pub second: Option<Quantiles>,
    /// Both kinds together.
    pub answers: Option<Quantiles>,
    /// From the first message to the last answer, with the time this program took in between.
    pub exchange: Option<Quantiles>,
}

/// Of a number of delays, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// How many there are.
    pub count: u64,
    /// Half of them are not longer.
    pub median_ms: f64,
    /// 90 % of them are not longer.
    pub p90_ms: f64,
    /// 99 % of them are not longer.
    pub p99_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

/// What is known of a run beside what was counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Frame {
    /// Nanoseconds from the first message to the end.
    pub(crate) span: u64,
    pub(crate) not_started: u64,
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) not_sent: u64,
    pub(crate) dropped_here: u64,
    pub(crate) cpu_seconds: f64,
}

impl Outcome {
    pub(crate) fn new(load: &Load, counts: &Counts, frame: Frame) -> Self {
        let (asked, window) = match load.pace {
            Pace::Rate(rate) => (Some(rate), None),
            Pace::Window(window) => (None, Some(window)),
        };
        let Counts {
            started, finished, ..
        } = *counts;
        let seconds = frame.span as f64 / 1e9;
        let done = finished.max(1) as f64;
        Self {
            asked,
            window,
            seconds,
            started,
            renewals: counts.renewals,
            conflicts: counts.conflicts,
            released: counts.released,
            release_answers: counts.release_answers,
            finished,
            lost: counts.lost,
            refused: started - finished - counts.lost,
            not_started: frame.not_started,
            rate: if seconds > 0.0 {
                finished as f64 / seconds
            } else {
                0.0
            },
            loss: if started > 0 {
                (started - finished) as f64 / started as f64
            } else {
                1.0
            },
            delays: Delays::of(counts),
            naks: counts.naks,
            no_addresses: counts.no_addresses,
            no_prefixes: counts.no_prefixes,
            other_statuses: counts.other_statuses,
            duplicates: counts.duplicates,
            late: counts.late,
            unexpected: counts.unexpected,
            retransmitted: counts.retransmitted,
            sent: frame.sent,
            received: frame.received,
            not_sent: frame.not_sent,
            dropped_here: frame.dropped_here,
            cpu_seconds: frame.cpu_seconds,
            cpu_us_per_exchange: (finished > 0).then_some(frame.cpu_seconds * 1e6 / done),
        }
    }
}

impl Attempt for Outcome {
    fn carried(&self) -> bool {
        self.finished > 0 && self.loss <= TOLERATED_LOSS
    }

    fn generator_bound(&self) -> bool {
        let due = (self.started + self.not_started) as f64;
        (self.started as f64) < due * KEPT_UP
    }

    fn asked(&self) -> f64 {
        self.asked.unwrap_or(self.rate)
    }

    fn rate(&self) -> f64 {
        self.rate
    }
}

impl Delays {
    fn of(counts: &Counts) -> Self {
        let mut answers = counts.first.clone();
        answers.add(&counts.second);
        Self {
            first: Quantiles::of(&counts.first),
            second: Quantiles::of(&counts.second),
            answers: Quantiles::of(&answers),
            exchange: Quantiles::of(&counts.exchange),
        }
    }
}

impl Quantiles {
    fn of(delays: &Histogram) -> Option<Self> {
        let ms = |nanos: u64| nanos as f64 / 1e6;
        let within = |share| delays.quantile(share).map(ms);
        Some(Self {
            count: delays.count(),
            median_ms: within(0.5)?,
            p90_ms: within(0.9)?,
            p99_ms: within(0.99)?,
            max_ms: ms(delays.max()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::speech::{Half, Refusal};

    fn outcome(started: u64, finished: u64, lost: u64, not_started: u64) -> Outcome {
        let mut counts = Counts::new();
        (counts.started, counts.finished, counts.lost) = (started, finished, lost);
        counts.answered(Half::Second, 2_000_000);
        counts.refused(Refusal::NoAddress);
        let load = Load {
            pace: Pace::Rate(100.0),
            period: Duration::from_secs(2),
            exchanges: None,
        };
        let frame = Frame {
            span: 2_000_000_000,
            not_started,
            cpu_seconds: 0.001,
            ..Frame::default()
        };
        Outcome::new(&load, &counts, frame)
    }

    #[test]
    fn figures_follow_from_counts() {
        let outcome = outcome(200, 197, 2, 0);
        assert_eq!((outcome.refused, outcome.no_addresses), (1, 1));
        assert!((outcome.rate - 98.5).abs() < 1e-9 && (outcome.loss - 0.015).abs() < 1e-9);
        assert!(!outcome.carried() && !outcome.generator_bound());
        assert_eq!(outcome.delays.first, None);
        assert_eq!(outcome.delays.answers.unwrap().count, 1);
        assert!((outcome.delays.second.unwrap().max_ms - 2.0).abs() < 1e-9);
        assert!((outcome.cpu_us_per_exchange.unwrap() - 1000.0 / 197.0).abs() < 1e-9);
    }

    #[test]
    fn a_percent_may_be_lost_and_a_generator_that_is_late_is_told() {
        assert!(outcome(100, 99, 1, 0).carried());
        assert!(!outcome(0, 0, 0, 0).carried());
        assert!(outcome(190, 190, 0, 10).generator_bound());
    }

    #[test]
    fn json_can_be_read_back() {
        let outcome = outcome(200, 197, 2, 3);
        let text = serde_json::to_string(&outcome).unwrap();
        assert_eq!(serde_json::from_str::<Outcome>(&text).unwrap(), outcome);
    }
}
