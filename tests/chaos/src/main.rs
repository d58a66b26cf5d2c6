//! `murre-chaos`: see [`murre_chaos`].
#![allow(clippy::print_stdout, reason = "what was found is its output")]

use std::process::ExitCode;

use clap::Parser;
use murre_chaos::Options;
use murre_harness::netns::require_root_and_namespaces;

fn main() -> ExitCode {
    let options = Options::parse();
    if let Err(problem) = options.check() {
        println!("{problem}");
        return ExitCode::from(2);
    }
    if !require_root_and_namespaces() {
        return ExitCode::from(77); // skipped, as test runners understand it
    }
    let report = murre_chaos::run(&options);
    println!("{report}");
    ExitCode::from(u8::from(!report.is_good()))
}
