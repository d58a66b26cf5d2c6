//! The sample configurations that users start from, when they lie beside the checkout.
//!
//! Every one parses. Those that use only what is built load; the others name the first key or library that
//! is not built yet, with file, line and column, and none is told of a key nobody knows.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};

use murre_config::{ConfigError, ConfigErrors, Fault, load, load_str, read};

/// Samples that load whole.
const LOADS: [&str; 26] = [
    "kea4/all-options.json",
    "kea4/backends.json",
    "kea4/classify.json",
    "kea4/classify2.json",
    "kea4/comments.json",
    "kea4/dhcpv4-over-dhcpv6.json",
    "kea4/global-reservations.json",
    "kea4/leases-expiration.json",
    "kea4/multiple-options.json",
    "kea4/mysql-reservations.json",
    "kea4/pgsql-reservations.json",
    "kea4/reservations.json",
    "kea4/several-subnets.json",
    "kea4/shared-network.json",
    "kea4/single-subnet.json",
    "kea4/vendor-specific.json",
    "kea4/vivso.json",
    "kea4/with-ddns.json",
    "kea6/backends.json",
    "kea6/duid.json",
    "kea6/leases-expiration.json",
    "kea6/multiple-options.json",
    "kea6/several-subnets.json",
    "kea6/simple.json",
    "kea6/stateless.json",
    "kea6/tee-times.json",
];

/// The folder of the samples, or `None` where there is none.
fn samples() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/spec/examples");
    let folder = std::env::var_os("MURRE_SPEC_EXAMPLES").map_or_else(beside, PathBuf::from);
    if !folder.is_dir() {
        println!("SKIPPED: no sample configurations at {}", folder.display());
        return None;
    }
    Some(folder)
}

/// All samples, as paths relative to their folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|end| end == "json") => {
                    files.push(path.strip_prefix(folder).unwrap().to_owned());
                }
                false => {}
            }
        }
    }
    files.sort();
    assert!(!files.is_empty(), "no samples in {}", folder.display());
    files
}

#[test]
fn every_sample_parses() {
    let Some(folder) = samples() else { return };
    for file in files(&folder) {
        let read = read::document_from_file(&folder.join(&file));
        assert!(read.is_ok(), "{}", read.unwrap_err());
    }
}

/// The first error as one line, the folder left out.
fn first(errors: &ConfigErrors, folder: &Path) -> String {
    let first = errors.errors().first().unwrap().to_string();
    first.replace(&format!("{}/", folder.display()), "")
}

/// A key or library that is not built yet, or one of the libraries that a sample takes from a user's own folder.
fn is_not_built(error: &ConfigError) -> bool {
    let is_users = |text: &str| {
        ["security.so", "charging.so"]
            .iter()
            .any(|name| text.contains(name))
    };
    match &error.fault {
        Fault::NotSupported(_) => true,
        Fault::Value(text) => text.starts_with("no library is known") && is_users(text),
        _ => false,
    }
}

#[test]
fn samples_load_or_name_the_first_key_that_is_not_built() {
    let Some(folder) = samples() else { return };
    let mut loaded = Vec::new();
    let mut wrong = Vec::new();
    for file in files(&folder) {
        let name = file.display().to_string();
        match load(folder.join(&file)) {
            Ok(config) => {
                println!("{name}: loads");
                let shown = config.to_json().to_string();
                let again = load_str(&shown, "shown");
                assert!(again.is_ok(), "{name}: {}", again.unwrap_err());
                loaded.push(name);
            }
            Err(errors) => {
                let line = first(&errors, &folder);
                println!("{line}");
                assert!(line.starts_with(&format!("{name}:")), "{line}");
                assert!(errors.errors()[0].place.line > 0, "{line}");
                let first_only = errors.errors().iter().take(1);
                let counted: Vec<_> = match name.starts_with("kea4/") {
                    true => errors.errors().iter().collect(),
                    false => first_only.collect(),
                };
                let others = counted.into_iter().filter(|error| !is_not_built(error));
                wrong.extend(others.map(|error| error.to_string()));
                let unknown = |error: &ConfigError| matches!(error.fault, Fault::UnknownKey { .. });
                wrong.extend(
                    errors
                        .errors()
                        .iter()
                        .filter(|e| unknown(e))
                        .map(|e| e.to_string()),
                );
                assert_eq!(errors.more(), 0, "{name}: all errors are looked at");
            }
        }
    }
    assert_eq!(
        wrong,
        Vec::<String>::new(),
        "unknown keys, and errors other than what is not built"
    );
    assert_eq!(loaded, LOADS);
}
