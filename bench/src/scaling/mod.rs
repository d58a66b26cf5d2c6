//! How Murre scales: one curve per command, each point measured on a database that was filled for it.
//!
//! A point is a closed loop: a number of clients at a time, each of which begins the next exchange
//! when one has ended. That gives the rate a set-up can do in one go, without a search, whatever a
//! point costs. Every point is a line of JSON ([`record`]); [`charts`] draws what the lines say.

mod args;
mod charts;
mod cores;
mod counters;
mod draw;
mod features;
mod fill;
mod load;
mod make_up;
mod point;
mod record;
mod richness;
mod rows;
mod scene;
mod setup;
mod start;
mod tables;
mod workers;

pub(crate) use args::Curve;

use record::Record;

use crate::{buffer, machine};

/// Measures a curve, or draws what was measured; whether every point could be had.
pub(crate) fn run(curve: &Curve) -> anyhow::Result<bool> {
    let common = match curve {
        Curve::Charts(args) => return charts::run(args).map(|()| true),
        Curve::Fill(args) => &args.common,
        Curve::Start(args) => &args.common,
        Curve::Workers(args) => &args.common,
        Curve::Rows(args) => &args.common,
        Curve::Cores(args) => &args.common,
        Curve::Features(args) => &args.common,
    };
    let machine = machine::look()?;
    machine.tell();
    let _room = (!common.short).then(buffer::Room::make).transpose()?;
    let mut record = Record::open(common, &machine)?;
    match curve {
        Curve::Fill(args) => fill::run(args, &mut record),
        Curve::Start(args) => start::run(args, &mut record),
        Curve::Workers(args) => workers::run(args, &mut record),
        Curve::Rows(args) => rows::run(args, &mut record),
        Curve::Cores(args) => cores::run(args, &mut record),
        Curve::Features(args) => features::run(args, &mut record),
        Curve::Charts(_) => Ok(()),
    }?;
    record.finish()
}
