//! The suite can fail: what is broken on purpose is found, from the clients' mouths to the report.
#![allow(clippy::unwrap_used, clippy::panic)]

use clap::Parser;
use murre_chaos::{Kind, Options};
use murre_harness::netns::require_root_and_namespaces;
use murre_tests::history::broken::Broken;

fn options(more: &str) -> Options {
    let line =
        format!("chaos --engine sqlite --workers 2 --clients 60 --minutes 0.1 --seed 7 {more}");
    let options = Options::parse_from(line.split(' '));
    options.check().unwrap();
    options
}

#[test]
fn a_lease_that_vanishes_from_the_table_is_reported_with_its_story() {
    if !require_root_and_namespaces() {
        return;
    }
    let report = murre_chaos::run(&options("--faults corrupt-row"));
    assert!(!report.is_good());
    assert!(
        report
            .faults
            .iter()
            .all(|fault| fault.kind == Kind::CorruptRow)
    );
    let removed = &report.faults[0].whom;
    let is_lost = |found: &Broken| match found {
        Broken::Lost {
            lease, row: None, ..
        } => lease.lease.address.to_string() == *removed,
        _ => false,
    };
    let found = report.broken.iter().any(is_lost);
    let text = report.to_string();
    assert!(found, "{removed} is not reported: {text}");
    assert!(text.contains(&format!("lost: {removed}/32 of ")), "{text}");
    assert!(text.contains("was acknowledged for"), "{text}");
    assert!(
        text.contains(&format!("corrupt-row of {removed} begins")),
        "{text}"
    );
}

#[test]
fn a_combination_that_cannot_be_is_refused() {
    for line in [
        "chaos --engine sqlite --setup standby",
        "chaos --engine postgresql --setup galera",
        "chaos --engine sqlite --faults cut-link",
        "chaos --workers 0",
    ] {
        let options = Options::parse_from(line.split(' '));
        assert!(options.check().is_err(), "{line}");
    }
}
