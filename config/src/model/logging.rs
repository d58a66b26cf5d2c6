//! `loggers` (logging.rst:570-760).

use super::{Cx, Fields};
use crate::error::ConfigError;
use crate::snapshot::{LogDestination, LogOutput, Logger, Severity};

/// Files are not rotated below this size.
const LEAST_ROTATED: u64 = 204_800;

/// Reads the list of loggers.
pub(super) fn loggers(cx: &mut Cx, global: &Fields<'_>) -> Vec<Logger> {
    cx.maps(global, "loggers")
        .iter()
        .filter_map(|fields| logger(cx, fields))
        .collect()
}

fn logger(cx: &mut Cx, fields: &Fields<'_>) -> Option<Logger> {
    let outputs = outputs(cx, fields);
    let severity = severity(cx, fields);
    let debug_level = cx.integer(fields, "debuglevel", 0..=99);
    let Some(name) = cx.filled(fields, "name") else {
        cx.missing(fields, "name");
        return None;
    };
    Some(Logger {
        name: name.to_owned(),
        severity,
        debug_level,
        outputs,
    })
}

fn severity(cx: &mut Cx, fields: &Fields<'_>) -> Option<Severity> {
    let text = cx.text(fields, "severity")?;
    let severity = match text.to_ascii_uppercase().as_str() {
        "DEBUG" => Severity::Debug,
        "INFO" => Severity::Info,
        "WARN" => Severity::Warn,
        "ERROR" => Severity::Error,
        "FATAL" => Severity::Fatal,
        "NONE" => Severity::None,
        _ => {
            let words = "DEBUG, INFO, WARN, ERROR, FATAL or NONE";
            let message = format!("\"severity\" must be {words}, not \"{text}\"");
            cx.value_error(fields.place_of("severity"), message);
            return None;
        }
    };
    Some(severity)
}

/// The list under its name or the older one.
fn outputs(cx: &mut Cx, fields: &Fields<'_>) -> Vec<LogOutput> {
    if let (Some(new), Some(old)) = (
        fields.entry("output-options"),
        fields.entry("output_options"),
    ) {
        let message = "\"output_options\" is the older name of \"output-options\"; give one";
        cx.error(ConfigError::value(&old.key_place, message).with(&new.key_place, "given at"));
    }
    let mut maps = cx.maps(fields, "output-options");
    maps.extend(cx.maps(fields, "output_options"));
    maps.iter()
        .filter_map(|fields| output(cx, fields))
        .collect()
}

fn output(cx: &mut Cx, fields: &Fields<'_>) -> Option<LogOutput> {
    let flush = cx.boolean(fields, "flush").unwrap_or(true);
    let size = cx
        .integer(fields, "maxsize", 0..=i128::from(i64::MAX))
        .unwrap_or(10_240_000u64);
    let max_versions = cx
        .integer(fields, "maxver", 1..=i128::from(u32::MAX))
        .unwrap_or(1);
    let pattern = cx.filled(fields, "pattern").map(str::to_owned);
    let Some(output) = cx.filled(fields, "output") else {
        cx.missing(fields, "output");
        return None;
    };
    let destination = match output.split_once(':') {
        _ if output == "stdout" => LogDestination::Stdout,
        _ if output == "stderr" => LogDestination::Stderr,
        _ if output == "syslog" => LogDestination::Syslog(None),
        Some(("syslog", name)) => LogDestination::Syslog(Some(name.to_owned())),
        _ => LogDestination::File(output.into()),
    };
    let max_size = Some(size).filter(|size| *size >= LEAST_ROTATED);
    Some(LogOutput {
        destination,
        flush,
        max_size,
        max_versions,
        pattern,
    })
}
