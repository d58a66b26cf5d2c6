//! The generator on a scene: a closed loop of clients behind the relay.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, bail};
use murre_load::Outcome;
use serde_json::Value;

use super::scene::{Fleet, RELAY4, RELAY6, Scene};
use super::setup::Leases;
use crate::contender::beside;

/// Its status when load was made and more than 1 % was lost.
const NOT_CARRIED: i32 = 3;

/// Seconds between taking leases and renewing them: what the database counts of the former is counted.
const PAUSE: u32 = 3;

/// What clients do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Traffic {
    /// Take a lease each, and give it back.
    ThereAndBack,
    /// Take a lease each.
    New,
    /// So many clients renew what they took before, unmeasured.
    Renewals(u32),
}

/// A run of the generator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    pub(super) traffic: Traffic,
    /// Clients at a time.
    pub(super) window: u64,
    pub(super) seconds: u64,
    /// Other clients with another one.
    pub(super) seed: u64,
}

/// Makes the load. `begin` is called just before what is measured begins, when leases to renew are taken.
///
/// # Errors
/// A generator that could make none. That the workers did not carry it is none.
pub(super) fn run(
    scene: &Scene,
    fleet: &Fleet,
    order: Order,
    begin: impl FnOnce(),
) -> anyhow::Result<Outcome> {
    let mut command = command(scene, &beside("murre-load")?.display().to_string());
    command.args(arguments(fleet, order));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let prepares = matches!(order.traffic, Traffic::Renewals(_));
    if !prepares {
        begin();
        return read(&command.output().context("murre-load")?);
    }
    let mut child = command.spawn().context("murre-load")?;
    let mut said = child.stderr.take().map(BufReader::new);
    let mut line = String::new();
    if let Some(said) = &mut said {
        said.read_line(&mut line)?;
    }
    // What came instead is told with the status.
    if line.starts_with("prepared") {
        begin();
    }
    if let Some(said) = &mut said {
        said.read_to_string(&mut line)?;
    }
    let mut output = child.wait_with_output()?;
    output.stderr = line.into_bytes();
    read(&output)
}

fn read(output: &Output) -> anyhow::Result<Outcome> {
    if !matches!(output.status.code(), Some(0 | NOT_CARRIED)) {
        let text = String::from_utf8_lossy(&output.stderr);
        bail!("murre-load: {}: {text}", output.status);
    }
    let report: Value = serde_json::from_slice(&output.stdout).context("murre-load's report")?;
    let result = report.get("result").cloned().unwrap_or_default();
    serde_json::from_value(result).context("murre-load's result")
}

/// A program on the relay, on the cores that are left to it.
pub(super) fn command(scene: &Scene, program: &str) -> Command {
    match &scene.cores {
        Some(cores) => {
            let mut command = scene.relay.command("taskset");
            command.args(["-c", cores, program]);
            command
        }
        None => scene.relay.command(program),
    }
}

/// Where the clients are, and who they are.
pub(super) fn place(fleet: &Fleet, seed: u64) -> Vec<String> {
    let words = match fleet.setup.leases {
        Leases::V4 => format!("-4 --relay {RELAY4}"),
        Leases::V6 => format!("-6 --ia na --relay {RELAY6}"),
        Leases::Prefixes => format!("-6 --ia pd --relay {RELAY6}"),
    };
    let words = format!("{words} --spread --scatter --seed {seed} --json");
    let mut words: Vec<_> = words.split(' ').map(str::to_owned).collect();
    for address in fleet.addresses() {
        words.extend(["--server".to_owned(), address]);
    }
    words
}

fn arguments(fleet: &Fleet, order: Order) -> Vec<String> {
    let Order {
        traffic,
        window,
        seconds,
        seed,
    } = order;
    let mut words = place(fleet, seed);
    let more = match traffic {
        Traffic::ThereAndBack => format!("--window {window} --seconds {seconds} --release"),
        Traffic::New => format!("--window {window} --seconds {seconds}"),
        Traffic::Renewals(clients) => {
            format!(
                "--window {window} --seconds {seconds} --scenario renew --clients {clients} --pause {PAUSE}"
            )
        }
    };
    words.extend(more.split(' ').map(str::to_owned));
    words
}
