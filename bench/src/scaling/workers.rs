//! New leases per second of several workers on one database, and how often they get into each other's
//! way.
//!
//! Each worker has an address of its own, and each client speaks to one of them, as behind a balancer. A
//! conflict is a REQUEST for what a worker has just offered that is refused, because the address was
//! granted to somebody else in the meantime.

use super::args::WorkersArgs;
use super::fill::live;
use super::point::{self, Figures};
use super::record::Record;
use super::scene::Scene;
use super::setup::{Features, Released, Setup};

/// Addresses of the pool.
const POOL: u64 = 1_000_000;
/// In a look at whether everything works.
const SHORT_POOL: u64 = 16_384;

pub(super) fn run(args: &WorkersArgs, record: &mut Record) -> anyhow::Result<()> {
    let common = &args.common;
    let counts = match (common.short, args.counts.as_slice()) {
        (true, [first, second, ..]) => vec![*first, *second],
        (_, all) => all.to_vec(),
    };
    let most = counts.iter().max().copied().map_or(1, usize::from);
    for engine in common.engines() {
        let scene = Scene::new(engine, most, common.memory);
        for leases in common.families() {
            for allocator in common.allocators() {
                for workers in &counts {
                    let setup = Setup {
                        engine,
                        leases,
                        allocator,
                        released: Released::Kept,
                        pool: 0,
                        workers: usize::from(*workers),
                        features: Features::default(),
                    };
                    let setup = setup.with_pool(if common.short { SHORT_POOL } else { POOL });
                    let outcome = measure(args, &scene, &setup);
                    let x = ("workers", f64::from(*workers));
                    record.point("workers", &setup, x, outcome)?;
                }
            }
        }
    }
    Ok(())
}

fn measure(args: &WorkersArgs, scene: &Scene, setup: &Setup) -> anyhow::Result<Figures> {
    let live = live(setup.pool, args.fill);
    let table = scene.filled(setup, live)?;
    // As many clients as with one worker: what more workers do is to be seen.
    point::there_and_back(scene, setup, table, &args.common)
}
