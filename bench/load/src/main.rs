//! `murre-load`: the library's generator on the command line.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the outcome is the output, progress goes beside it"
)]

use std::process::ExitCode;

use clap::Parser;
use murre_load::cli::{Cli, Ending};

/// Load was made, and the server did not carry it.
const FAILED: u8 = 3;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.run(|line| eprintln!("{line}")) {
        Ok((text, ending)) => {
            print!("{text}");
            match ending {
                Ending::Carried => ExitCode::SUCCESS,
                Ending::Failed => FAILED.into(),
            }
        }
        Err(error) => {
            eprintln!("murre-load: {error:#}");
            ExitCode::FAILURE
        }
    }
}
