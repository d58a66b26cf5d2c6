//! Domain names: labels of bytes, in small letters (RFC 1035 section 3.1).

use std::fmt::Write as _;

/// Bytes of a label at most.
const LABEL: usize = 63;
/// Bytes of a name on the wire at most.
const NAME: usize = 255;
/// Characters of a name that a lease keeps; a dot may follow.
const KEPT: usize = 253;

/// A name of at least one label, all of which are filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DomainName(Vec<Vec<u8>>);

impl DomainName {
    /// Of labels; `None` where they are no name.
    pub(crate) fn new<L: Into<Vec<u8>>>(labels: impl IntoIterator<Item = L>) -> Option<Self> {
        let labels = labels.into_iter().map(|label| {
            let mut label: Vec<u8> = label.into();
            label.make_ascii_lowercase();
            label
        });
        let name = Self(labels.collect());
        let is_label = |label: &Vec<u8>| (1..=LABEL).contains(&label.len());
        let fits = name.wire().len() <= NAME && name.text().len() <= KEPT;
        (!name.0.is_empty() && name.0.iter().all(is_label) && fits).then_some(name)
    }

    /// Of the text that a lease keeps, with or without a dot at its end.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let mut labels = vec![Vec::new()];
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            let byte = match byte {
                b'.' => {
                    labels.push(Vec::new());
                    continue;
                }
                b'\\' => escaped(&mut bytes)?,
                byte => byte,
            };
            labels.last_mut()?.push(byte);
        }
        // Nothing is behind a dot at the end.
        if labels.last().is_some_and(Vec::is_empty) {
            labels.pop();
        }
        Self::new(labels)
    }

    /// As a lease keeps it, without a dot at its end; what is no plain character is escaped (RFC 1035 section 5.1).
    pub(crate) fn text(&self) -> String {
        self.escaped(b".\\")
    }

    /// As files of a DNS server have it, with a dot at its end.
    pub(crate) fn master(&self) -> String {
        self.escaped(b".\\\"();@$") + "."
    }

    /// The labels with dots between them, as they are.
    pub(crate) fn plain(&self) -> Vec<u8> {
        self.0.join(&b'.')
    }

    /// In the form of messages (RFC 1035 section 3.1), with the root at its end.
    pub(crate) fn wire(&self) -> Vec<u8> {
        let mut wire = Vec::new();
        for label in &self.0 {
            // A longer one makes no name.
            wire.push(label.len() as u8);
            wire.extend_from_slice(label);
        }
        wire.push(0);
        wire
    }

    fn escaped(&self, special: &[u8]) -> String {
        let mut text = String::new();
        for (number, label) in self.0.iter().enumerate() {
            if number > 0 {
                text.push('.');
            }
            for byte in label {
                match byte {
                    b'!'..=b'~' if special.contains(byte) => text.extend(['\\', char::from(*byte)]),
                    b'!'..=b'~' => text.push(char::from(*byte)),
                    // Writing to a string cannot fail.
                    byte => drop(write!(text, "\\{byte:03}")),
                }
            }
        }
        text
    }
}

/// What follows a backslash: three decimal digits, or the character itself.
fn escaped(bytes: &mut std::str::Bytes<'_>) -> Option<u8> {
    let first = bytes.next()?;
    if !first.is_ascii_digit() {
        return Some(first);
    }
    let digits = [first, bytes.next()?, bytes.next()?];
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_name_is_none() {
        let long = "a".repeat(64);
        for wrong in ["", ".", "a..b", ".a", &*long, "a\\", "a\\25"] {
            assert_eq!(DomainName::from_text(wrong), None, "{wrong}");
        }
        let label = "a".repeat(63);
        let fits = [&label[..], &label, &label, &label[..61]].join(".");
        assert!(DomainName::from_text(&fits).is_some());
        assert!(DomainName::from_text(&(fits + "a")).is_none());
    }

    #[test]
    fn letters_are_small_and_a_dot_at_the_end_says_nothing() {
        let name = DomainName::from_text("Host.Example.ORG.").unwrap();
        assert_eq!(name.text(), "host.example.org");
        assert_eq!(name.wire(), b"\x04host\x07example\x03org\x00");
        assert_eq!(name.plain(), b"host.example.org");
    }

    #[test]
    fn what_is_special_is_escaped() {
        let name = DomainName::new([&b"a.b$ \xe9"[..], b"c"]).unwrap();
        assert_eq!(name.text(), "a\\.b$\\032\\233.c");
        assert_eq!(name.master(), "a\\.b\\$\\032\\233.c.");
        let dot = DomainName::new(["."]).unwrap();
        assert_eq!(DomainName::from_text(&dot.text()), Some(dot));
    }

    proptest! {
        #[test]
        fn a_kept_name_is_read_as_it_was(labels in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..20), 1..4)) {
            if let Some(name) = DomainName::new(labels) {
                prop_assert_eq!(DomainName::from_text(&name.text()), Some(name.clone()));
                prop_assert_eq!(DomainName::from_text(&name.master()), Some(name));
            }
        }

        #[test]
        fn any_text_is_a_name_or_none(text in ".*") {
            let _ = DomainName::from_text(&text);
        }
    }
}
