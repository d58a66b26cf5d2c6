//! One run of the generator at one rate, and what it cost everybody.

use std::time::Duration;

use murre_harness::perfdhcp::{self, Report};
use serde::Serialize;

use crate::configuration::{CLIENT_INTERFACE, Family};
use crate::contender::Running;
use crate::ground::Ground;
use crate::plan::TOLERATED_LOSS;

/// Clients a step may have: more than it can ever begin exchanges.
const CLIENTS: &str = "16000000";
/// Microseconds that answers may come after the last query; perfdhcp's own limit for a loss.
const GRACE: &str = "1000000";
/// The generator kept up if it sent at least this share of what it was asked for.
const KEPT_UP: f64 = 0.97;

/// What happened at one rate.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Step {
    /// Exchanges per second that the generator was asked for.
    pub(crate) asked: u32,
    /// Seconds it sent.
    pub(crate) seconds: f64,
    /// Exchanges it began.
    pub(crate) begun: u64,
    /// Exchanges that were completed, each in time.
    pub(crate) completed: u64,
    /// Completed exchanges per second.
    pub(crate) rate: f64,
    /// Exchanges not completed, as a fraction of those begun.
    pub(crate) lost: f64,
    /// Addresses that two clients were given; looked at in short runs only.
    pub(crate) doubled: u64,
    /// Milliseconds: mean delay of OFFER or ADVERTISE, and of ACK or REPLY.
    pub(crate) mean_ms: [f64; 2],
    /// Processor seconds of the server.
    pub(crate) server_cpu: f64,
    /// Processor seconds of the database server, all its processes.
    pub(crate) database_cpu: f64,
    /// Processor seconds of the generator.
    pub(crate) generator_cpu: f64,
    /// Milliseconds, every answer of the first and of the second kind; asked for by
    /// [`Attention::Delays`].
    #[serde(skip)]
    pub(crate) delays_ms: [Vec<f64>; 2],
}

impl Step {
    /// Whether the server can be said to carry this rate.
    pub(crate) fn carried(&self) -> bool {
        self.completed > 0 && self.lost <= TOLERATED_LOSS
    }

    /// Whether the generator could not send as fast as it was asked to.
    pub(crate) fn generator_bound(&self) -> bool {
        (self.begun as f64) < f64::from(self.asked) * self.seconds * KEPT_UP
    }

    /// Processor seconds per 1,000 leases of something that took `cpu` seconds.
    pub(crate) fn per_thousand(&self, cpu: f64) -> f64 {
        cpu * 1000.0 / self.completed.max(1) as f64
    }
}

/// What the generator looks at beyond counts; each costs it processor time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attention {
    /// Nothing: for rates.
    Counts,
    /// The delay of every answer.
    Delays,
    /// The delay of every answer, and whether two clients were given the same address.
    Everything,
}

/// Runs steps against one contender; no client comes twice.
pub(crate) struct Generator<'a> {
    ground: &'a Ground,
    running: &'a Running,
    family: Family,
    steps: u16,
    /// Exchanges completed in all steps: leases granted.
    pub(crate) completed: u64,
}

impl<'a> Generator<'a> {
    /// A generator that has not sent anything yet.
    pub(crate) fn new(ground: &'a Ground, running: &'a Running, family: Family) -> Self {
        Self {
            ground,
            running,
            family,
            steps: 0,
            completed: 0,
        }
    }

    /// Begins `rate` exchanges per second for a while.
    pub(crate) fn run(
        &mut self,
        rate: u32,
        period: Duration,
        attention: Attention,
    ) -> anyhow::Result<Step> {
        self.steps += 1;
        let [high, low] = self.steps.to_be_bytes();
        let family = format!("-{}", self.family.version());
        let (rate_text, seconds) = (rate.to_string(), period.as_secs_f64());
        let period_text = seconds.to_string();
        let mac = format!("mac=02:{high:02x}:{low:02x}:00:00:00");
        let duid = format!("duid=0003000102{high:02x}{low:02x}000000");
        let mut arguments = vec![
            &family,
            "-l",
            CLIENT_INTERFACE,
            "-r",
            &rate_text,
            "-p",
            &period_text,
            "-R",
            CLIENTS,
            "-b",
            &mac,
            "-b",
            &duid,
            "-W",
            GRACE,
        ];
        arguments.extend_from_slice(match attention {
            Attention::Counts => &[],
            Attention::Delays => &["-x", "t"],
            Attention::Everything => &["-x", "t", "-u"],
        });
        let before = (self.running.cpu_seconds(), self.ground.database_cpu());
        let report = perfdhcp::run(&self.ground.client, &arguments);
        let after = (self.running.cpu_seconds(), self.ground.database_cpu());
        self.running.check_alive()?;
        self.completed += report.completed();
        Ok(Step {
            server_cpu: after.0 - before.0,
            database_cpu: after.1 - before.1,
            ..read(rate, seconds, report)
        })
    }
}

/// The part of a step that the generator's report tells.
fn read(asked: u32, seconds: f64, report: Report) -> Step {
    Step {
        asked,
        seconds,
        begun: report.first.sent,
        completed: report.completed(),
        rate: report.completed() as f64 / seconds,
        lost: report.lost(),
        doubled: report.second.doubled,
        mean_ms: [report.first.avg_ms, report.second.avg_ms],
        generator_cpu: report.cpu_seconds,
        delays_ms: [report.first.delays_ms, report.second.delays_ms],
        ..Step::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_becomes_a_step() {
        let text = "\
***Statistics for: DISCOVER-OFFER***
sent packets: 400
received packets: 399
***Statistics for: REQUEST-ACK***
received packets: 398
***Timestamps for packets: DISCOVER-OFFER***
sent / received: 000000.001000 / 000000.002000
***Timestamps for packets: REQUEST-ACK***
sent / received: 000000.001000 / 000000.004000
sent / received: 000000.001000 / 000000.003000
";
        let step = read(100, 4.0, Report::parse(text));
        assert_eq!((step.begun, step.completed), (400, 398));
        assert!((step.rate - 99.5).abs() < 1e-9);
        assert!(step.carried() && !step.generator_bound());
        assert_eq!(step.delays_ms.map(|of_kind| of_kind.len()), [1, 2]);
    }

    #[test]
    fn a_server_that_answers_nothing_carries_nothing() {
        assert!(!read(100, 4.0, Report::parse("")).carried());
    }
}
