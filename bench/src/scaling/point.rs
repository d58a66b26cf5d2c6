//! One point of a curve: what a set-up does in a while, and what that costs everybody.

use std::thread;
use std::time::Duration;

use anyhow::Context;
use murre_load::Outcome;
use serde::{Deserialize, Serialize};

use super::args::Common;
use super::counters::Counters;
use super::load::{self, Order, Traffic};
use super::scene::{Fleet, Scene};
use super::setup::Setup;
use murre_harness::database::Server;
use murre_tests::Leases as Table;

/// Seconds before the measurement, by other clients: connections, caches and the allocators' memory are
/// as they stay.
const WARMING_UP: u64 = 2;
/// PostgreSQL's counters are this late at most.
const COUNTED: Duration = Duration::from_millis(1200);

/// What was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Figures {
    /// Finished exchanges per second.
    pub(super) rate: f64,
    /// Finished exchanges.
    pub(super) finished: u64,
    /// Exchanges that did not finish for any reason, as a fraction.
    pub(super) loss: f64,
    /// REQUESTs for what had just been offered that were refused, as somebody else had it by then, per
    /// thousand finished exchanges. This is what a conflict between workers, or between two clients of
    /// one, costs a client.
    pub(super) conflicts_per_mille: f64,
    /// Exchanges that no address was offered to, per thousand.
    pub(super) unserved_per_mille: f64,
    /// Milliseconds that half of the answers came within.
    pub(super) median_ms: f64,
    /// Milliseconds that 99 % of the answers came within.
    pub(super) p99_ms: f64,
    /// Leases given back.
    pub(super) released: u64,
    /// Processor microseconds of all workers per exchange.
    pub(super) worker_us: f64,
    /// Processor microseconds of the database server per exchange.
    pub(super) database_us: f64,
    /// Processor microseconds of the generator per exchange.
    pub(super) generator_us: f64,
    /// Bytes of the database's log per exchange; none where there is no server.
    pub(super) log_bytes: Option<f64>,
    /// Commits per second, reading ones too.
    pub(super) commits: Option<f64>,
    /// Times per second that the log was made durable.
    pub(super) syncs: Option<f64>,
}

/// Measures workers that serve a set-up's table: new clients take leases and give them back, so that it stays
/// as it is.
///
/// # Errors
/// As [`measure`]; a worker that does not start.
pub(super) fn there_and_back(
    scene: &Scene,
    setup: &Setup,
    table: Table,
    common: &Common,
) -> anyhow::Result<Figures> {
    let (fleet, _) = scene.start(setup, table)?;
    let order = Order {
        traffic: Traffic::ThereAndBack,
        window: common.window,
        seconds: if common.short { 1 } else { common.seconds },
        seed: 1,
    };
    let figures = measure(scene, &fleet, order)?;
    fleet.finish()?;
    Ok(figures)
}

/// Measures a fleet, after warming up. Uses two seeds from the order's on.
///
/// # Errors
/// A worker that ends. That no exchange finishes is a figure.
pub(super) fn measure(scene: &Scene, fleet: &Fleet, order: Order) -> anyhow::Result<Figures> {
    let warming_up = Order {
        seconds: WARMING_UP.min(order.seconds),
        ..order
    };
    load::run(scene, fleet, warming_up, || ())?;
    fleet.check_alive()?;
    let look = || {
        thread::sleep(COUNTED);
        let database_cpu = scene.server.as_ref().map_or(0.0, Server::cpu_seconds);
        (
            Counters::read(&fleet.table),
            fleet.cpu_seconds(),
            database_cpu,
        )
    };
    let order = Order {
        seed: order.seed + 1,
        ..order
    };
    let mut before = None;
    let outcome = load::run(scene, fleet, order, || before = Some(look()))?;
    let after = look();
    fleet.check_alive()?;
    let before = before.context("nothing was measured")?;
    let cpu = (after.1 - before.1, after.2 - before.2);
    let counted = after.0.zip(before.0);
    let counted = counted.map(|(now, before)| now.since(before));
    Ok(Figures::of(&outcome, cpu, counted))
}

impl Figures {
    fn of(outcome: &Outcome, cpu: (f64, f64), counted: Option<Counters>) -> Self {
        // Where none did, what was done was done for nothing, and the rate says so.
        let finished = outcome.finished.max(1) as f64;
        let per_mille = |count: u64| count as f64 * 1000.0 / finished;
        let us = |seconds: f64| seconds * 1e6 / finished;
        let answers = outcome.delays.answers.unwrap_or_default();
        // A client of DHCPv6 is told so in the REPLY as well as in the ADVERTISE.
        let without = outcome.no_addresses + outcome.no_prefixes;
        let silent = outcome.lost;
        let per_second = |count: fn(Counters) -> u64| {
            let took = (outcome.finished > 0).then_some(outcome.seconds)?;
            Some(count(counted?) as f64 / took)
        };
        Self {
            rate: outcome.rate,
            finished: outcome.finished,
            loss: outcome.loss,
            conflicts_per_mille: per_mille(outcome.conflicts),
            unserved_per_mille: per_mille(
                (without + outcome.naks).saturating_sub(outcome.conflicts) + silent,
            ),
            median_ms: answers.median_ms,
            p99_ms: answers.p99_ms,
            released: outcome.released,
            worker_us: us(cpu.0),
            database_us: us(cpu.1),
            generator_us: us(outcome.cpu_seconds),
            log_bytes: counted.map(|counted| counted.log_bytes as f64 / finished),
            commits: per_second(|counted| counted.commits),
            syncs: per_second(|counted| counted.syncs),
        }
    }
}
