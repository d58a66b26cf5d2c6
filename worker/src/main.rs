//! The daemon: parse, load, run, map the error to an exit code.

use std::process::ExitCode;

use clap::Parser;
use murre_worker::{cli::Cli, daemon};

fn main() -> ExitCode {
    match daemon::main(&Cli::parse()) {
        Ok(code) => code.into(),
        Err(_reported) => ExitCode::FAILURE,
    }
}
