//! Where the password comes from.

use std::io::{IsTerminal, Write};

use crate::error::Error;
use crate::output;

/// Asked if the command line does not say; the name administrators' scripts set already.
const VARIABLE: &str = "KEA_ADMIN_DB_PASSWORD";

/// The tool's default user has this password.
const DEFAULT: &str = "keatest";

/// `-p VALUE`, else what a bare `-p` asks for, else the environment's, else the default.
pub(super) fn choose(given: Option<&Option<String>>) -> Result<String, Error> {
    match given {
        Some(Some(value)) => Ok(value.clone()),
        Some(None) => ask(),
        None => Ok(from_environment().unwrap_or_else(|| {
            output::info("no -p and no KEA_ADMIN_DB_PASSWORD: trying the default, 'keatest'");
            DEFAULT.to_owned()
        })),
    }
}

/// The password in the environment.
pub(super) fn from_environment() -> Option<String> {
    std::env::var(VARIABLE).ok()
}

fn ask() -> Result<String, Error> {
    if !std::io::stdin().is_terminal() {
        output::warning("-p without a value, and no terminal to ask: the password is empty");
        return Ok(String::new());
    }
    write!(std::io::stderr(), "Password: ")?;
    Ok(console::Term::stderr().read_secure_line()?)
}
