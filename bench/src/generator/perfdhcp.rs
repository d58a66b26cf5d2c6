//! perfdhcp: a relay in v4, clients on the server's link in v6.

use murre_harness::perfdhcp::{self, Report};

use super::{Attention, Order};
use crate::configuration::CLIENT_INTERFACE;
use crate::delays::Delays;
use crate::ground::Ground;
use crate::step::Step;

/// Clients a step may have: more than it can ever begin exchanges.
const CLIENTS: &str = "16000000";
/// Microseconds that answers may come after the last query; perfdhcp's own limit for a loss.
const GRACE: &str = "1000000";

pub(super) fn run(ground: &Ground, order: Order) -> Step {
    let [high, low] = order.number.to_be_bytes();
    let family = format!("-{}", order.workload.family().version());
    let (rate, seconds) = (order.rate.to_string(), order.period.as_secs_f64());
    let period = seconds.to_string();
    let mac = format!("mac=02:{high:02x}:{low:02x}:00:00:00");
    let duid = format!("duid=0003000102{high:02x}{low:02x}000000");
    let mut arguments = vec![
        &family,
        "-l",
        CLIENT_INTERFACE,
        "-r",
        &rate,
        "-p",
        &period,
        "-R",
        CLIENTS,
        "-b",
        &mac,
        "-b",
        &duid,
        "-W",
        GRACE,
    ];
    arguments.extend_from_slice(match order.attention {
        Attention::Counts => &[],
        Attention::Delays => &["-x", "t"],
        Attention::Everything => &["-x", "t", "-u"],
    });
    read(
        order.rate,
        seconds,
        perfdhcp::run(&ground.client, &arguments),
    )
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
        generator_cpu: report.cpu_seconds,
        delays: Delays::of(&report.first.delays_ms, &report.second.delays_ms),
        ..Step::default()
    }
}

#[cfg(test)]
mod tests {
    use murre_load::search::Attempt;

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
        assert!((step.delays.unwrap().second.p99_ms - 3.0).abs() < 1e-6);
    }

    #[test]
    fn a_server_that_answers_nothing_carries_nothing() {
        let step = read(100, 4.0, Report::parse(""));
        assert!(!step.carried() && step.delays.is_none());
    }
}
