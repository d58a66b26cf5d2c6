//! New leases per second of a pool that is so full and stays so.
//!
//! The pool is filled with live leases of other clients; then new clients take a lease each and give it
//! back at once, at every fill alike, so that the figures compare. What became of a lease that was
//! given back is a part of the set-up: its row stays for its client and is somebody else's place, or
//! it is gone.

use super::args::FillArgs;
use super::point::{self, Figures};
use super::record::Record;
use super::scene::Scene;
use super::setup::{Features, Released, Setup};

/// Addresses of the pool in a look at whether everything works.
const SHORT_POOL: u64 = 16_384;

pub(super) fn run(args: &FillArgs, record: &mut Record) -> anyhow::Result<()> {
    let common = &args.common;
    let released = match args.released.as_slice() {
        [] => vec![Released::Kept, Released::Deleted],
        given => given.to_vec(),
    };
    for engine in common.engines() {
        let scene = Scene::new(engine, 1, common.memory);
        for leases in common.families() {
            for allocator in common.allocators() {
                for released in &released {
                    let setup = Setup {
                        engine,
                        leases,
                        allocator,
                        released: *released,
                        pool: 0,
                        workers: 1,
                        features: Features::default(),
                    };
                    let pool = if common.short {
                        SHORT_POOL
                    } else {
                        u64::from(args.pool)
                    };
                    let setup = setup.with_pool(pool);
                    for percent in fills(args) {
                        let outcome = measure(args, &scene, &setup, percent);
                        record.point("fill", &setup, ("% full", percent), outcome)?;
                    }
                }
            }
        }
    }
    Ok(())
}

fn fills(args: &FillArgs) -> Vec<f64> {
    match (args.common.short, args.fills.as_slice()) {
        // Of so small a pool, 99.9 % would leave fewer places than there are clients.
        (true, [first, .., last]) => vec![*first, last.min(90.0)],
        (_, all) => all.to_vec(),
    }
}

fn measure(args: &FillArgs, scene: &Scene, setup: &Setup, percent: f64) -> anyhow::Result<Figures> {
    let live = live(setup.pool, percent);
    let table = scene.filled(setup, live)?;
    point::there_and_back(scene, setup, table, &args.common)
}

/// Leases of a pool that is so full.
pub(super) fn live(pool: u64, percent: f64) -> u64 {
    (pool as f64 * percent / 100.0).round() as u64
}
