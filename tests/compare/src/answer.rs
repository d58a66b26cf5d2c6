//! An answer as fields with names, and what differs between two.

use std::collections::BTreeMap;

use murre_tests::card::Frame;
use murre_wire::dhcp4::code;

/// Options that count seconds from a moment that is not the same for both servers.
const SECONDS: [u8; 3] = [code::LEASE_TIME, code::RENEWAL_TIME, code::REBINDING_TIME];

/// Fields by name, written out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer(BTreeMap<String, String>);

impl Answer {
    /// The fields of a frame; nothing at all for silence.
    pub fn of(frame: Option<&Frame>) -> Self {
        let mut fields = BTreeMap::new();
        let mut put = |name: &str, value: String| {
            fields.insert(name.to_owned(), value);
        };
        let Some(frame) = frame else {
            put("answer", "none".to_owned());
            return Self(fields);
        };
        let message = frame.answer.message();
        put("answer", frame.answer.kind().to_string());
        put(
            "to",
            format!("{}:{}", frame.destination.0, frame.destination.1),
        );
        put("from port", frame.source.1.to_string());
        put("htype", message.htype().to_string());
        put("hops", message.hops().to_string());
        put("secs", message.secs().to_string());
        put("flags", format!("{:#06x}", message.flags()));
        put("ciaddr", message.ciaddr().to_string());
        put("yiaddr", message.yiaddr().to_string());
        put("siaddr", message.siaddr().to_string());
        put("giaddr", message.giaddr().to_string());
        put("chaddr", hex(message.chaddr()));
        if !message.overloads_sname() {
            put("sname", text(message.sname()));
        }
        if !message.overloads_file() {
            put("file", text(message.file()));
        }
        let mut codes: Vec<u8> = message.options().map(|(code, _)| code).collect();
        codes.sort_unstable();
        codes.dedup();
        for code in codes.into_iter().filter(|code| *code != code::OVERLOAD) {
            let data = message.option(code).unwrap_or_default();
            put(&format!("option {code}"), hex(&data));
        }
        Self(fields)
    }

    /// What another server's answer has otherwise, but for the fields to ignore.
    pub fn differences(&self, other: &Self, ignore: &[String]) -> Vec<Difference> {
        let mut names: Vec<_> = self.0.keys().chain(other.0.keys()).collect();
        names.sort();
        names.dedup();
        let nothing = "-".to_owned();
        let mut differences = Vec::new();
        // Who is silent has no fields to compare.
        let silent = |answer: &Self| answer.0.len() == 1;
        let one_is_silent = silent(self) != silent(other);
        for name in names {
            if one_is_silent && name != "answer" {
                continue;
            }
            let ours = self.0.get(name).unwrap_or(&nothing);
            let theirs = other.0.get(name).unwrap_or(&nothing);
            if ours != theirs && !ignore.contains(name) && !are_close(name, ours, theirs) {
                differences.push(Difference {
                    field: name.clone(),
                    values: format!("{ours} / {theirs}"),
                });
            }
        }
        differences
    }
}

/// A field that two answers have otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The field's name.
    pub field: String,
    /// What each has there.
    pub values: String,
}

/// Seconds may have gone by between the two, and what a grant waits for is taken off its lifetime.
fn are_close(name: &str, ours: &str, theirs: &str) -> bool {
    let seconds = |text: &str| u32::from_str_radix(text, 16).ok();
    let is_time = SECONDS.iter().any(|code| name == format!("option {code}"));
    match (seconds(ours), seconds(theirs)) {
        (Some(a), Some(b)) => is_time && a.abs_diff(b) <= 5,
        _ => false,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A field that ends at its first zero.
fn text(bytes: &[u8]) -> String {
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}
