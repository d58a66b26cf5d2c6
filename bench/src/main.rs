//! `murre-bench`: Debian's Kea and Murre one after the other on the same database, driven by the
//! same generator, measured the same way.
//!
//! A contest is one engine, generator and workload; its two contenders get the same configuration, an
//! empty database each, and the whole machine for themselves. [`contest`] searches for the highest
//! rate and measures at it and at half of it, [`report`] tells. How Murre alone scales is another question
//! with commands of its own: [`scaling`].
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the table is the output, progress goes beside it"
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod buffer;
mod cli;
mod configuration;
mod contender;
mod contest;
mod delays;
mod generator;
mod ground;
mod machine;
mod plan;
mod report;
mod scaling;
mod step;

use std::process::ExitCode;

use clap::Parser;
use murre_harness::netns;

/// What test drivers take for "skipped".
const SKIPPED: u8 = 77;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let is_on_paper = matches!(cli.curve, Some(scaling::Curve::Charts(_)));
    if !is_on_paper && !netns::require_root_and_namespaces() {
        return ExitCode::from(SKIPPED);
    }
    let outcome = match &cli.curve {
        Some(curve) => scaling::run(curve),
        None => run(&cli),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("murre-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs all contests and reports; whether every contender could be measured.
fn run(cli: &cli::Cli) -> anyhow::Result<bool> {
    let machine = machine::look()?;
    machine.tell();
    let plan = plan::Plan::new(cli.short);
    let _room = (!cli.short).then(buffer::Room::make).transpose()?;
    let mut contests = Vec::new();
    for what in cli.matches() {
        let contest = contest::run(what, &plan, &contests)?;
        contests.push(contest);
    }
    let report = report::Report {
        short: cli.short,
        machine,
        contests,
    };
    print!("\n{}", report.table());
    let files = report.write(&cli.out)?;
    println!("\nwritten: {files}");
    Ok(report.complete())
}
