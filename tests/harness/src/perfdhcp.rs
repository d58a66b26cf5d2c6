//! perfdhcp, Kea's load generator, and its report.

use std::process::Command;
use std::time::Duration;

use crate::netns::Namespace;
use crate::packages;
use crate::process::Daemon;

/// No run of it lasts this long.
const PATIENCE: Duration = Duration::from_secs(600);

/// What a run of perfdhcp reported.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// DISCOVER and OFFER, or SOLICIT and ADVERTISE.
    pub first: Exchange,
    /// REQUEST and ACK, or REQUEST and REPLY; empty with `-i`.
    pub second: Exchange,
    /// REQUEST and ACK, or RENEW and REPLY, of `-f`.
    pub renewal: Option<Exchange>,
    /// Messages that could not be read.
    pub malformed: u64,
    /// Processor seconds that perfdhcp itself took; 0 in a report read from text.
    pub cpu_seconds: f64,
    /// The whole text.
    pub text: String,
}

impl Report {
    /// Whole exchanges that were begun and not completed, as a fraction of those begun.
    pub fn lost(&self) -> f64 {
        if self.first.sent == 0 {
            return 1.0;
        }
        1.0 - self.completed() as f64 / self.first.sent as f64
    }

    /// Exchanges that were completed: the leases granted.
    pub fn completed(&self) -> u64 {
        self.second.received
    }

    /// Reads the report perfdhcp prints at its end.
    pub fn parse(text: &str) -> Self {
        let mut report = Self {
            text: text.to_owned(),
            ..Self::default()
        };
        let mut section = "";
        for line in text.lines() {
            if let Some(title) = line
                .strip_prefix("***Statistics for: ")
                .or(line.strip_prefix("***Timestamps for packets: "))
            {
                section = title.trim_end_matches('*');
            } else if let Some(count) = line.strip_prefix("Malformed packets: ") {
                report.malformed = count.trim().parse().unwrap_or(0);
            } else if let Some(exchange) = report.section(section) {
                exchange.read(line);
            }
        }
        report
    }

    fn section(&mut self, title: &str) -> Option<&mut Exchange> {
        match title {
            "DISCOVER-OFFER" | "SOLICIT-ADVERTISE" => Some(&mut self.first),
            "REQUEST-ACK" | "REQUEST-REPLY" => Some(&mut self.second),
            "REQUEST-ACK (renewal)" | "RENEW-REPLY" => Some(self.renewal.get_or_insert_default()),
            _ => None,
        }
    }
}

/// Counts and delays of one kind of exchange.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exchange {
    /// Queries sent.
    pub sent: u64,
    /// Answers received in time.
    pub received: u64,
    /// Queries without an answer.
    pub drops: u64,
    /// Answers to no query.
    pub orphans: u64,
    /// Answers without a lease.
    pub rejected: u64,
    /// With `-u`: addresses that were given to two clients.
    pub doubled: u64,
    /// Milliseconds; the smallest delay.
    pub min_ms: f64,
    /// Milliseconds; the mean delay.
    pub avg_ms: f64,
    /// Milliseconds; the greatest delay.
    pub max_ms: f64,
    /// Milliseconds; the standard deviation of the delay.
    pub stddev_ms: f64,
    /// Milliseconds, one per answered query in the order they were sent; with `-x t` only.
    pub delays_ms: Vec<f64>,
}

impl Exchange {
    /// The delay in milliseconds that `share` (0.5: the median) of the queries did not exceed;
    /// `None` without `-x t`.
    pub fn quantile_ms(&self, share: f64) -> Option<f64> {
        let mut sorted = self.delays_ms.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        sorted.get((last as f64 * share).round() as usize).copied()
    }

    fn read(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(": ") else {
            return;
        };
        let number = || {
            value
                .split_whitespace()
                .next()
                .and_then(|text| text.parse::<f64>().ok())
                .unwrap_or(0.0)
        };
        match name {
            "sent packets" => self.sent = number() as u64,
            "received packets" => self.received = number() as u64,
            "drops" => self.drops = number() as u64,
            "orphans" => self.orphans = number() as u64,
            "rejected leases" => self.rejected = number() as u64,
            "non unique addresses" => self.doubled = number() as u64,
            "min delay" => self.min_ms = number(),
            "avg delay" => self.avg_ms = number(),
            "max delay" => self.max_ms = number(),
            "std deviation" => self.stddev_ms = number(),
            "sent / received" => self.delays_ms.extend(delay_ms(value)),
            _ => {}
        }
    }
}

/// Runs `perfdhcp` in a namespace to its end. An exchange that was not completed is no error
/// here: look at the report.
///
/// # Panics
/// When it cannot run or does not understand its arguments.
pub fn run(namespace: &Namespace, arguments: &[&str]) -> Report {
    let daemon = Daemon::spawn("perfdhcp", command(namespace).args(arguments));
    let status = daemon.finish(PATIENCE);
    let text = daemon.lines().join("\n");
    // 3: some exchanges were not completed.
    assert!(
        matches!(status.and_then(|status| status.code()), Some(0 | 3)),
        "perfdhcp {arguments:?}: {status:?}\n{text}"
    );
    Report {
        cpu_seconds: daemon.cpu_seconds(),
        ..Report::parse(&text)
    }
}

/// The command, for a run in the background ([`crate::process::Daemon`]): give its lines to
/// [`Report::parse`].
pub fn command(namespace: &Namespace) -> Command {
    let program = packages::program("perfdhcp", "kea-admin");
    namespace.command(&program.display().to_string())
}

/// `000000.006741 / 000000.007034`: seconds since the start, sent and received.
fn delay_ms(text: &str) -> Option<f64> {
    let (sent, received) = text.split_once(" / ")?;
    let (sent, received): (f64, f64) = (sent.trim().parse().ok()?, received.trim().parse().ok()?);
    Some((received - sent) * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
***Rate statistics***
Rate: 0 4-way exchanges/second, expected rate: 100
***Malformed Packets***
Malformed packets: 1
***Statistics for: DISCOVER-OFFER***
sent packets: 200
received packets: 199
drops: 1
drops ratio: 0.5 %
min delay: 0.040 ms
avg delay: 0.115 ms
***Statistics for: REQUEST-ACK***
sent packets: 199
received packets: 198
drops ratio: -nan %
avg delay: min delay: n/a
***Timestamps for packets: REQUEST-ACK***
sent / received: 000000.006000 / 000000.007000
sent / received: 000000.006000 / 000000.009000
sent / received: 000000.006000 / 000000.008000
";

    #[test]
    fn a_report_is_read() {
        let report = Report::parse(TEXT);
        assert_eq!(
            (report.first.sent, report.first.received, report.first.drops),
            (200, 199, 1)
        );
        assert_eq!((report.malformed, report.completed()), (1, 198));
        assert!((report.lost() - 0.01).abs() < 1e-9);
        assert!((report.first.avg_ms - 0.115).abs() < 1e-9);
        assert_eq!(report.second.delays_ms.len(), 3);
        assert!((report.second.quantile_ms(0.5).unwrap() - 2.0).abs() < 1e-6);
        assert_eq!(report.first.quantile_ms(0.5), None);
    }
}
