//! `murre-compare`: see [`murre_compare`].
#![allow(clippy::print_stdout, reason = "what was found is its output")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use murre_harness::netns::require_root_and_namespaces;

/// Send the same packets to Debian's Kea and to Murre and compare the answers field by field.
#[derive(Debug, Parser)]
struct Options {
    /// Only scenarios whose `file: name` contains this.
    #[arg(default_value = "")]
    only: String,

    /// Where the scenarios are.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"))]
    scenarios: PathBuf,
}

fn main() -> ExitCode {
    let options = Options::parse();
    if !require_root_and_namespaces() {
        return ExitCode::from(77); // skipped, as test runners understand it
    }
    let tell = &mut |line: &str| println!("{line}");
    let report = murre_compare::run(&options.scenarios, &options.only, tell);
    println!("{report}");
    ExitCode::from(u8::from(!report.is_good() || report.is_empty()))
}
