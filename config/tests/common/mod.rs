//! Short ways to load a configuration from a test.
#![allow(clippy::unwrap_used, clippy::panic, dead_code, unreachable_pub)]

use murre_config::{Config, Server, load_str};
use murre_wire::{V4, V6};

/// The errors of a text, one a line.
pub fn errors(text: &str) -> String {
    load_str(text, "t.json")
        .map(|_| "no error".to_owned())
        .unwrap_or_else(|errors| errors.to_string())
}

/// A configuration that must load.
pub fn config(text: &str) -> Config {
    load_str(text, "t.json").unwrap_or_else(|errors| panic!("{errors}"))
}

/// `Dhcp4` with the entries given.
pub fn v4(entries: &str) -> Server<V4> {
    config(&format!("{{ \"Dhcp4\": {{ {entries} }} }}"))
        .dhcp4
        .unwrap()
}

/// `Dhcp6` with the entries given.
pub fn v6(entries: &str) -> Server<V6> {
    config(&format!("{{ \"Dhcp6\": {{ {entries} }} }}"))
        .dhcp6
        .unwrap()
}

/// Errors of `Dhcp4` with the entries given from the second line on.
pub fn v4_errors(entries: &str) -> String {
    errors(&format!("{{ \"Dhcp4\": {{\n{entries}\n}} }}"))
}

/// Errors of `Dhcp6` with the entries given from the second line on.
pub fn v6_errors(entries: &str) -> String {
    errors(&format!("{{ \"Dhcp6\": {{\n{entries}\n}} }}"))
}

/// The notes of a configuration, one a line.
pub fn notes(text: &str) -> String {
    config(text)
        .notes
        .iter()
        .map(|note| format!("{note}\n"))
        .collect()
}
