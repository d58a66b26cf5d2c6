//! The daemon: parse, load, run, map the error to an exit code.

use std::process::ExitCode;

use clap::Parser;
use murre_worker::{cli::Cli, daemon};

/// An exchange allocates and frees a few dozen small things, many of them on another thread than the one
/// that made them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match daemon::main(&Cli::parse()) {
        Ok(code) => code.into(),
        Err(_reported) => ExitCode::FAILURE,
    }
}
