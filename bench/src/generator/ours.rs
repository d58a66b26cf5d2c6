//! murre-load: as perfdhcp a relay in v4 and clients on the server's link in v6.

use std::process::Command;

use anyhow::{Context, bail};
use murre_harness::process;
use murre_load::Outcome;
use serde_json::Value;

use super::Order;
use crate::configuration::{CLIENT_INTERFACE, RELAY, SERVER, Workload};
use crate::contender::beside;
use crate::delays::Delays;
use crate::ground::Ground;
use crate::step::Step;

/// Its status when load was made and more than 1 % was lost.
const NOT_CARRIED: i32 = 3;

pub(super) fn run(ground: &Ground, order: Order) -> anyhow::Result<Step> {
    let program = beside("murre-load")?;
    let mut command = ground.client.command(&program.display().to_string());
    let outcome = outcome(command.args(arguments(order)))?;
    Ok(read(order.rate, order.period.as_secs_f64(), &outcome))
}

fn arguments(order: Order) -> Vec<String> {
    let words = match order.workload {
        Workload::V4 => format!("-4 --relay {RELAY} --server {SERVER}"),
        Workload::V6 => format!("-6 --interface {CLIENT_INTERFACE} --ia na"),
        Workload::V6WithPrefix => format!("-6 --interface {CLIENT_INTERFACE} --ia both"),
    };
    let Order {
        rate,
        period,
        number,
        ..
    } = order;
    let seconds = period.as_secs_f64();
    let words = format!("{words} --rate {rate} --seconds {seconds} --seed {number} --json");
    words.split(' ').map(str::to_owned).collect()
}

fn outcome(command: &Command) -> anyhow::Result<Outcome> {
    let output = process::output(command);
    if !matches!(output.status.code(), Some(0 | NOT_CARRIED)) {
        let text = String::from_utf8_lossy(&output.stderr);
        bail!("murre-load: {}: {text}", output.status);
    }
    let report: Value = serde_json::from_slice(&output.stdout).context("murre-load's report")?;
    let result = report.get("result").cloned().unwrap_or_default();
    serde_json::from_value(result).context("murre-load's result")
}

fn read(asked: u32, seconds: f64, outcome: &Outcome) -> Step {
    Step {
        asked,
        seconds,
        begun: outcome.started,
        completed: outcome.finished,
        rate: outcome.rate,
        lost: outcome.loss,
        generator_cpu: outcome.cpu_seconds,
        delays: Delays::told(&outcome.delays),
        ..Step::default()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::Parser;
    use murre_load::cli::Cli;
    use murre_load::{Delays as Told, Quantiles};

    use super::*;
    use crate::generator::Attention;

    #[test]
    fn the_program_understands_what_it_is_told() {
        for workload in [Workload::V4, Workload::V6, Workload::V6WithPrefix] {
            let order = Order {
                workload,
                rate: 100,
                period: Duration::from_millis(2500),
                attention: Attention::Counts,
                number: 300,
            };
            let words = [vec!["murre-load".to_owned()], arguments(order)].concat();
            Cli::try_parse_from(words).unwrap();
        }
    }

    #[test]
    fn an_outcome_becomes_a_step() {
        let quantiles = Some(Quantiles {
            median_ms: 1.0,
            p99_ms: 4.0,
            ..Quantiles::default()
        });
        let outcome = Outcome {
            started: 200,
            finished: 199,
            rate: 99.5,
            delays: Told {
                first: quantiles,
                second: quantiles,
                answers: quantiles,
                exchange: quantiles,
            },
            ..Outcome::default()
        };
        let step = read(100, 2.0, &outcome);
        assert_eq!((step.begun, step.completed), (200, 199));
        assert!((step.delays.unwrap().all.p99_ms - 4.0).abs() < 1e-9);
    }
}
