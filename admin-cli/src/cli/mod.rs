//! The command line: `murre-admin COMMAND BACKEND [options]`.
//!
//! Commands, backends and flags are those administrators' scripts use already; errors of the
//! command line show the usage and end with 1.

mod args;
mod extra;
mod password;
mod target;

pub(crate) use args::{Command, DumpArgs, FamilyArgs, ListArgs, UploadArgs, WorkersArgs};
pub(crate) use target::{BackendWord, Target};

use std::ffi::OsString;
use std::io::Write;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches};

use crate::error::Error;

/// What a command line asks for.
pub(crate) enum Parsed {
    /// Carry out a command.
    Run(Box<Command>),
    /// Print a help text or the version.
    Print(String),
}

/// Parse a whole command line, the program's name included.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Parsed, Error> {
    let parsed = parser()
        .try_get_matches_from(words)
        .and_then(|matches| args::Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => Ok(Parsed::Run(Box::new(cli.command))),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp => Ok(Parsed::Print(error.render().to_string())),
            // The number alone, as scripts compare it.
            ErrorKind::DisplayVersion => {
                Ok(Parsed::Print(format!("{}\n", env!("CARGO_PKG_VERSION"))))
            }
            _ => Err(usage_error(&error)),
        },
    }
}

/// The parser, with a usage for each command that is in the form of the whole tool's.
fn parser() -> clap::Command {
    args::Cli::command().mut_subcommands(|command| {
        let usage = format!("murre-admin {} BACKEND [options]", command.get_name());
        command.override_usage(usage)
    })
}

/// The parser's error in the words of this tool.
fn usage_error(error: &clap::Error) -> Error {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    let argument = context(ContextKind::InvalidArg);
    let value = context(ContextKind::InvalidValue);
    let message = match (error.kind(), argument, value) {
        (
            ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
            ..,
        ) => "missing command".to_owned(),
        (ErrorKind::InvalidSubcommand, ..) => {
            let word = context(ContextKind::InvalidSubcommand).unwrap_or_default();
            format!("invalid command: {word}")
        }
        (ErrorKind::UnknownArgument, Some(word), _) => format!("invalid option: {word}"),
        (ErrorKind::InvalidValue, Some(option), Some(value)) if value.is_empty() => {
            format!("{option} requires a value")
        }
        (ErrorKind::ArgumentConflict, Some(option), _) => {
            let other = context(ContextKind::PriorArg).unwrap_or_default();
            if [&*option, &*other]
                .iter()
                .all(|o| matches!(*o, "-4" | "-6"))
            {
                "you may not specify both -4 and -6".to_owned()
            } else {
                format!("{option} cannot be used with {other}")
            }
        }
        (_, Some(option), Some(value)) => {
            let source = std::error::Error::source(error)
                .map(|source| format!(": {source}"))
                .unwrap_or_default();
            format!("{option} cannot be '{value}'{source}")
        }
        (_, Some(option), None) => format!("missing: {option}"),
        _ => error.kind().to_string(),
    };
    Error::Usage(message)
}

/// Tell the operator; nothing is said of a reader of our output who went away.
pub(crate) fn report(error: &Error) {
    if error.is_broken_pipe() {
        return;
    }
    let mut text = format!("ERROR/murre-admin: {error}\n");
    if let Some(remedy) = error.remedy() {
        text.push_str(&format!("  {remedy}\n"));
    }
    if let Error::Usage(_) = error {
        text.push_str(&format!("\n{}", usage()));
    }
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// The usage of the command that was named, or of the tool.
fn usage() -> String {
    let mut cli = parser();
    cli.build();
    let named = std::env::args().nth(1);
    match named.and_then(|name| cli.find_subcommand_mut(name)) {
        Some(command) => {
            let usage = command.render_usage();
            format!(
                "{usage}\nTry 'murre-admin {} --help'.\n",
                command.get_name()
            )
        }
        None => cli.render_help().to_string(),
    }
}
