//! How long a worker takes from exec until it serves, and until its first client has a lease, with pools
//! that nobody could enumerate.

use std::time::{Duration, Instant};

use murre_harness::process;
use serde_json::json;

use super::args::StartArgs;
use super::load;
use super::record::Record;
use super::scene::Scene;
use super::setup::{Features, Leases, Released, Setup};
use crate::contender::beside;

/// Nearly a /8, or a v6 pool that is as large.
const ADDRESSES: u64 = (1 << 24) - (1 << 20);
/// Of /64, a /32.
const PREFIXES: u64 = 1 << 32;

pub(super) fn run(args: &StartArgs, record: &mut Record) -> anyhow::Result<()> {
    let common = &args.common;
    let families = match common.family.as_slice() {
        [] => vec![Leases::V4, Leases::Prefixes],
        given => given.to_vec(),
    };
    for engine in common.engines() {
        let scene = Scene::new(engine, 1, common.memory);
        for leases in &families {
            for allocator in common.allocators() {
                let pool = match leases {
                    Leases::Prefixes => PREFIXES,
                    Leases::V4 | Leases::V6 => ADDRESSES,
                };
                let setup = Setup {
                    engine,
                    leases: *leases,
                    allocator,
                    released: Released::Kept,
                    pool,
                    workers: 1,
                    features: Features::default(),
                };
                let times = if common.short { 1 } else { args.times };
                match measure(&scene, &setup, times) {
                    Ok((serves, leased)) => {
                        eprintln!(
                            "start: {setup}, {pool} leases: serves after {serves:.1} ms, first lease after {leased:.1} ms"
                        );
                        let figures = json!({ "serves_ms": serves, "first_lease_ms": leased });
                        record.line("start", &setup, pool as f64, figures)?;
                    }
                    Err(error) => record.failed(&format!("start: {setup}"), &error),
                }
            }
        }
    }
    Ok(())
}

/// Medians in milliseconds: from exec until the worker says that it serves, and until the first client
/// has its lease.
fn measure(scene: &Scene, setup: &Setup, times: usize) -> anyhow::Result<(f64, f64)> {
    let table = scene.database(setup, &[])?;
    let (mut serves, mut leased) = (Vec::new(), Vec::new());
    for time in 0..times.max(1) {
        let (mut fleet, took) = scene.start(setup, table.clone())?;
        serves.push(took);
        fleet.stop()?;
        // Again, with a client that asks all the time from the beginning on.
        let begin = Instant::now();
        let mut fleet = scene.launch(setup, table.clone())?;
        let program = beside("murre-load")?.display().to_string();
        let mut command = load::command(scene, &program);
        command.args(load::place(&fleet, time as u64 + 1));
        let words = "--window 1 --exchanges 1 --retransmit 0.005 --timeout 30";
        process::run(command.args(words.split(' ')))?;
        leased.push(begin.elapsed());
        fleet.stop()?;
    }
    scene.start(setup, table)?.0.finish()?;
    Ok((median_ms(serves), median_ms(leased)))
}

fn median_ms(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    let middle = times.get(times.len() / 2).copied().unwrap_or_default();
    middle.as_secs_f64() * 1000.0
}
