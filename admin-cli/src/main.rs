//! `murre-admin`: the schema's life, and leases in and out of the database.
//!
//! Everything here goes through `murre-schema`; this crate knows command lines, lease files and
//! tables for the eye.

mod cli;
mod command;
mod error;
mod output;
mod progress;

use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = cli::parse(std::env::args_os()).and_then(|parsed| match parsed {
        cli::Parsed::Run(command) => command::run(*command),
        cli::Parsed::Print(text) => output::text(&text),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            cli::report(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
