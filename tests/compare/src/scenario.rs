//! Scenarios as they are written: JSON files, one topic each.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// A topic: what both servers are configured with, and what is sent to them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// What it is about, for readers.
    pub about: String,
    /// The map `Dhcp4`, without interfaces, lease database and loggers.
    pub dhcp4: Value,
    /// In order; each has a client of its own unless its steps say otherwise.
    pub scenarios: Vec<Scenario>,
}

/// Queries that belong together.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Unique in its file.
    pub name: String,
    /// One after the other.
    pub steps: Vec<Step>,
    /// Fields that are not compared: `yiaddr`, or `option 51`.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Why the two servers differ here, and in what.
    pub differs: Option<Differs>,
}

/// A difference that is known.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Differs {
    /// Why it is there.
    pub why: String,
    /// The fields that differ, in any step, and no others: `answer`, `option 51`.
    #[serde(rename = "in")]
    pub fields: Vec<String>,
}

/// One query.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its type.
    pub send: Kind,
    /// The way it takes.
    #[serde(default)]
    pub via: Via,
    /// The number of the client; the scenario's own without it.
    pub client: Option<u32>,
    /// Hardware address in hexadecimal, instead of the client's own.
    pub chaddr: Option<String>,
    /// The relay's address.
    pub giaddr: Option<Ipv4Addr>,
    /// The client's address: one of the scenario, or the one it was given last.
    pub ciaddr: Option<Own>,
    /// Option 50: an address, or the one that was offered or given last.
    pub asks: Option<Own>,
    /// Option 54 as in the last answer (`true`), or not.
    #[serde(default)]
    pub names_server: bool,
    /// The flags field.
    #[serde(default)]
    pub flags: u16,
    /// The secs field.
    #[serde(default)]
    pub secs: u16,
    /// Hardware type.
    pub htype: Option<u8>,
    /// Hops, where it is not that of the way.
    pub hops: Option<u8>,
    /// Nobody answers this, as both servers should know.
    #[serde(default)]
    pub silence: bool,
    /// Data by code: hexadecimal digits, or text between single quotes.
    #[serde(default)]
    pub options: BTreeMap<u8, String>,
}

/// A DHCPv4 message type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names are the protocol's")]
pub enum Kind {
    Discover,
    Request,
    Decline,
    Release,
    Inform,
    Offer,
    Bootp,
}

/// How a query reaches the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// By a relay at `giaddr`.
    #[default]
    Relay,
    /// By broadcast on the server's own link.
    Link,
    /// To the server's address, from `ciaddr`.
    Unicast,
}

/// An address, or the client's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Own {
    /// This one.
    Address(Ipv4Addr),
    /// The one it was offered or given last by the server that is asked: `"own"`.
    Last(Last),
}

/// The word `own`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Last {
    /// The address of the last answer.
    #[serde(rename = "own")]
    Own,
}

/// All files of a folder with their topics, in the order of their names.
///
/// # Panics
/// When one is not readable or not as described here.
pub fn files(folder: &Path) -> Vec<(String, File)> {
    let entries = std::fs::read_dir(folder);
    let entries = entries.unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("a folder's entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    paths.sort();
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).expect("it was just listed");
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    };
    let topic = |path: &Path| {
        path.file_stem()
            .map_or_else(String::new, |s| s.to_string_lossy().into_owned())
    };
    paths.iter().map(|path| (topic(path), read(path))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_can_be_read_names_are_unique_and_differences_say_what_they_are() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        for (topic, file) in files(&folder) {
            let mut names: Vec<_> = file.scenarios.iter().map(|one| &one.name).collect();
            let all = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), all, "{topic}: a name is used twice");
            let mut differ = file.scenarios.iter().filter_map(|one| one.differs.as_ref());
            let says = |differs: &Differs| !differs.why.is_empty() && !differs.fields.is_empty();
            assert!(
                differ.all(says),
                "{topic}: a difference says in what and why"
            );
        }
    }
}
