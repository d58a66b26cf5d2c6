//! What a rich configuration costs: leases per second with classes, reservations in the database, many subnets in
//! shared networks, and all of that, beside a plain one. All clients are in one network, whose subnets are small.

use super::args::FeaturesArgs;
use super::point::{self, Figures};
use super::record::Record;
use super::scene::Scene;
use super::setup::{Features, Leases, Released, Setup};

/// Addresses of the pool of a plain configuration.
const POOL: u64 = 100_000;

pub(super) fn run(args: &FeaturesArgs, record: &mut Record) -> anyhow::Result<()> {
    let common = &args.common;
    let all = match common.short {
        true => Features {
            classes: 8,
            hosts: 100,
            subnets: 10,
            networks: 2,
        },
        false => args.features(),
    };
    let only = |pick: fn(&mut Features)| {
        let mut features = all;
        pick(&mut features);
        features
    };
    let points = [
        ("plain", Features::default()),
        (
            "classes",
            only(|f| (f.hosts, f.subnets, f.networks) = (0, 0, 0)),
        ),
        (
            "reservations",
            only(|f| (f.classes, f.subnets, f.networks) = (0, 0, 0)),
        ),
        ("networks", only(|f| (f.classes, f.hosts) = (0, 0))),
        ("all", all),
    ];
    for engine in common.engines() {
        let scene = Scene::new(engine, 1, common.memory);
        for allocator in common.allocators() {
            for (name, features) in points {
                let setup = Setup {
                    engine,
                    leases: Leases::V4,
                    allocator,
                    released: Released::Kept,
                    pool: POOL,
                    workers: 1,
                    features,
                };
                let outcome = measure(args, &scene, &setup);
                record.point(&format!("features: {name}"), &setup, ("th", 1.0), outcome)?;
            }
        }
    }
    Ok(())
}

fn measure(args: &FeaturesArgs, scene: &Scene, setup: &Setup) -> anyhow::Result<Figures> {
    let mut statements = Vec::new();
    if setup.features.hosts > 0 {
        statements.push(setup.features.hosts(setup.engine));
    }
    let table = scene.database(setup, &statements)?;
    point::there_and_back(scene, setup, table, &args.common)
}
