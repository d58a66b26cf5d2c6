//! Renewals and new leases per second with so many leases of others in the table.
//!
//! They belong to a thousand other subnets, and their clients lie between the generator's in the index
//! of clients, so that both kinds of traffic touch that index everywhere.

use super::args::RowsArgs;
use super::load::{Order, Traffic};
use super::make_up;
use super::point;
use super::record::Record;
use super::scene::Scene;
use super::setup::{Allocator, Features, Released, Setup};

/// Addresses of the generator's own subnet.
const POOL: u64 = 4_000_000;

pub(super) fn run(args: &RowsArgs, record: &mut Record) -> anyhow::Result<()> {
    let common = &args.common;
    let rows = match (common.short, args.rows.as_slice()) {
        (true, _) => vec![1000, 10_000],
        (false, all) => all.to_vec(),
    };
    let allocators = match common.allocator.as_slice() {
        // What is in the table does not depend on it.
        [] => vec![Allocator::Random],
        given => given.to_vec(),
    };
    for engine in common.engines() {
        let scene = Scene::new(engine, 1, common.memory);
        for leases in common.families() {
            for allocator in &allocators {
                let setup = Setup {
                    engine,
                    leases,
                    allocator: *allocator,
                    released: Released::Kept,
                    pool: 0,
                    workers: 1,
                    features: Features::default(),
                };
                for rows in &rows {
                    measure(args, &scene, &setup.with_pool(POOL), *rows, record)?;
                }
            }
        }
    }
    Ok(())
}

/// Both kinds of traffic on one table.
fn measure(
    args: &RowsArgs,
    scene: &Scene,
    setup: &Setup,
    rows: u32,
    record: &mut Record,
) -> anyhow::Result<()> {
    let common = &args.common;
    let statement = make_up::grow(setup.engine, setup.leases, u64::from(rows));
    let fleet = scene
        .database(setup, &[statement])
        .and_then(|table| Ok(scene.start(setup, table)?.0));
    let fleet = match fleet {
        Ok(fleet) => fleet,
        Err(error) => {
            record.failed(&format!("rows: {setup}, {rows} rows"), &error);
            return Ok(());
        }
    };
    let clients = if common.short { 100 } else { args.clients };
    let kinds = [
        ("rows: new leases", Traffic::New, 1),
        ("rows: renewals", Traffic::Renewals(clients), 3),
    ];
    for (curve, traffic, seed) in kinds {
        let order = Order {
            traffic,
            window: common.window,
            seconds: if common.short { 1 } else { common.seconds },
            seed,
        };
        let outcome = point::measure(scene, &fleet, order);
        record.point(curve, setup, ("rows", f64::from(rows)), outcome)?;
    }
    fleet.finish()
}
