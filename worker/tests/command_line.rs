//! What the program says of itself without serving anybody.

#![allow(clippy::unwrap_used, missing_docs)]

use std::process::Command;

fn said(flag: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_murre-worker"))
        .arg(flag)
        .output()
        .unwrap();
    assert!(output.status.success(), "{flag}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn versions_and_the_build_report_are_printed() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(said("-v").trim(), version);
    let long = said("-V");
    assert!(
        long.starts_with(version) && long.lines().count() > 1,
        "{long}"
    );
    let report = said("-W");
    assert!(
        report.contains("SQLite") || report.contains("sqlite"),
        "{report}"
    );
}
