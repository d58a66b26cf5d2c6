//! Load and side-by-side measurements: not there yet, and it says so.

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let _ = writeln!(std::io::stderr(), "murre-bench: not there yet");
    ExitCode::FAILURE
}
