//! New leases per second with the database server kept to some of the machine's cores.
//!
//! Workers and generator have the others; where none are left, they share all of them with it, and
//! the point says so: then it is the machine that is measured, not the database.

use std::thread;

use super::args::CoresArgs;
use super::point::{self, Figures};
use super::record::Record;
use super::scene::{self, Scene};
use super::setup::{Features, Released, Setup};

/// Addresses of the pool.
const POOL: u64 = 1_000_000;

pub(super) fn run(args: &CoresArgs, record: &mut Record) -> anyhow::Result<()> {
    let common = &args.common;
    let all = u16::try_from(thread::available_parallelism()?.get())?;
    let counts = match args.cores.as_slice() {
        [] => doubled(all),
        given => given.to_vec(),
    };
    for engine in common.engines() {
        let mut scene = Scene::new(engine, usize::from(args.workers), common.memory);
        for leases in common.families() {
            for allocator in common.allocators() {
                for cores in counts.iter().filter(|cores| **cores <= all) {
                    let setup = Setup {
                        engine,
                        leases,
                        allocator,
                        released: Released::Kept,
                        pool: 0,
                        workers: usize::from(args.workers),
                        features: Features::default(),
                    };
                    let setup = setup.with_pool(POOL);
                    let curve = if *cores < all {
                        "cores"
                    } else {
                        "cores: all, shared"
                    };
                    let outcome = measure(args, &mut scene, &setup, *cores, all);
                    record.point(curve, &setup, ("cores", f64::from(*cores)), outcome)?;
                }
            }
        }
    }
    Ok(())
}

/// 1, 2, 4 and so on, and all.
fn doubled(all: u16) -> Vec<u16> {
    let mut counts: Vec<_> = (0..16)
        .map(|power| 1 << power)
        .filter(|n| *n < all)
        .collect();
    counts.push(all);
    counts
}

fn measure(
    args: &CoresArgs,
    scene: &mut Scene,
    setup: &Setup,
    cores: u16,
    all: u16,
) -> anyhow::Result<Figures> {
    if let Some(server) = &scene.server {
        scene::pin(server.pid(), &format!("0-{}", cores - 1))?;
    }
    scene.cores = (cores < all).then(|| format!("{cores}-{}", all - 1));
    let table = scene.database(setup, &[])?;
    point::there_and_back(scene, setup, table, &args.common)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_machine_has_its_last_core_measured() {
        assert_eq!(doubled(1), [1]);
        assert_eq!(doubled(6), [1, 2, 4, 6]);
    }
}
