//! The client FQDN option (RFC 4702 section 2), in its two encodings.

use crate::exchange::Verdict;
use crate::names::{Directions, DomainName, Wishes};

/// S: the server enters the forward direction.
const SERVER: u8 = 0b0001;
/// O: the server does not do what the client wanted.
const OVERRIDE: u8 = 0b0010;
/// E: the name is in the form of DNS messages.
const ENCODED: u8 = 0b0100;
/// N: the server enters nothing.
const NONE: u8 = 0b1000;
/// Bytes of a label at most.
const LABEL: usize = 63;

/// What a client says of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fqdn {
    flags: u8,
    rcodes: [u8; 2],
    /// None where the client leaves its name to the server.
    pub(super) labels: Vec<Vec<u8>>,
    /// Nothing is to be added to it.
    pub(super) is_full: bool,
}

impl Fqdn {
    /// Reads the option.
    ///
    /// # Errors
    /// It has not the form of one ([`Verdict::Malformed`]), or wants what contradicts itself ([`Verdict::Insane`]).
    pub(super) fn parse(data: &[u8]) -> Result<Self, Verdict> {
        let Some(([flags, first, second], name)) = data.split_first_chunk() else {
            return Err(Verdict::Malformed);
        };
        if flags & SERVER != 0 && flags & NONE != 0 {
            return Err(Verdict::Insane);
        }
        let read = match flags & ENCODED {
            0 => text(name),
            _ => wire(name),
        };
        let (labels, is_full) = read.ok_or(Verdict::Malformed)?;
        Ok(Self {
            flags: *flags,
            rcodes: [*first, *second],
            labels,
            is_full,
        })
    }

    /// What it wants.
    pub(super) fn wishes(&self) -> Wishes {
        Wishes {
            server_forward: self.flags & SERVER != 0,
            no_update: self.flags & NONE != 0,
        }
    }

    /// The answer to it, in its own encoding. The two RCODE bytes have no meaning any more and come back.
    pub(super) fn answer(&self, directions: Directions, name: Option<&DomainName>) -> Vec<u8> {
        let mut flags = self.flags & ENCODED;
        for (flag, is_set) in [
            (SERVER, directions.forward),
            (OVERRIDE, directions.overrides),
            (NONE, !directions.reverse),
        ] {
            if is_set {
                flags |= flag;
            }
        }
        let mut data = vec![flags, self.rcodes[0], self.rcodes[1]];
        match name {
            Some(name) if flags & ENCODED != 0 => data.extend(name.wire()),
            Some(name) => {
                data.extend(name.plain());
                data.push(b'.');
            }
            None => {}
        }
        data
    }
}

/// Labels in the form of messages; without the root at its end it is a partial name.
fn wire(mut rest: &[u8]) -> Option<(Vec<Vec<u8>>, bool)> {
    let mut labels = Vec::new();
    while let Some((length, behind)) = rest.split_first() {
        let length = usize::from(*length);
        if length == 0 {
            return Some((labels, true));
        }
        if length > LABEL {
            return None;
        }
        let (label, behind) = behind.split_at_checked(length)?;
        labels.push(label.to_vec());
        rest = behind;
    }
    Some((labels, false))
}

/// Text with dots, the deprecated form; without a dot at its end it is a partial name. Zeros may fill it up.
fn text(data: &[u8]) -> Option<(Vec<Vec<u8>>, bool)> {
    let end = data.iter().rposition(|byte| *byte != 0);
    let text = data.get(..end.map_or(0, |at| at + 1))?;
    if text.is_empty() {
        return Some((Vec::new(), false));
    }
    let (text, is_full) = match text.strip_suffix(b".") {
        Some(text) => (text, true),
        None => (text, false),
    };
    if text.is_empty() {
        return Some((Vec::new(), true));
    }
    let labels: Vec<_> = text
        .split(|byte| *byte == b'.')
        .map(<[u8]>::to_vec)
        .collect();
    let is_name = labels
        .iter()
        .all(|label| (1..=LABEL).contains(&label.len()));
    is_name.then_some((labels, is_full))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn labels(data: &[u8]) -> (String, bool) {
        let fqdn = Fqdn::parse(data).unwrap();
        (
            String::from_utf8(fqdn.labels.join(&b'.')).unwrap(),
            fqdn.is_full,
        )
    }

    #[test]
    fn both_encodings_have_full_and_partial_names() {
        assert_eq!(
            labels(b"\x04\0\0\x04host\x07example\0"),
            ("host.example".into(), true)
        );
        assert_eq!(
            labels(b"\x04\0\0\x04host\x07example"),
            ("host.example".into(), false)
        );
        assert_eq!(
            labels(b"\0\0\0host.example."),
            ("host.example".into(), true)
        );
        assert_eq!(
            labels(b"\0\0\0host.example\0"),
            ("host.example".into(), false)
        );
        for empty in [&b"\x04\0\0"[..], b"\0\0\0", b"\x04\0\0\0", b"\0\0\0."] {
            assert_eq!(labels(empty).0, "");
        }
    }

    #[test]
    fn what_has_no_form_or_contradicts_itself_is_refused() {
        for broken in [
            &b"\x04\0"[..],
            b"\x04\0\0\x09abc",
            b"\x04\0\0\xc0\x0c",
            b"\0\0\0a..b",
        ] {
            assert_eq!(Fqdn::parse(broken), Err(Verdict::Malformed), "{broken:?}");
        }
        assert_eq!(Fqdn::parse(b"\x09\0\0a"), Err(Verdict::Insane));
    }

    #[test]
    fn an_answer_has_the_encoding_and_the_rcodes_of_the_question() {
        let name = DomainName::from_text("host.example").unwrap();
        let answer = |data: &[u8]| {
            Fqdn::parse(data)
                .unwrap()
                .answer(Directions::all(true), Some(&name))
        };
        assert_eq!(
            answer(b"\x05\x07\x09"),
            b"\x05\x07\x09\x04host\x07example\0"
        );
        assert_eq!(answer(b"\x03\0\0x"), b"\x01\0\0host.example.");
        let none = Fqdn::parse(b"\x05\0\0")
            .unwrap()
            .answer(Directions::default(), None);
        assert_eq!(none, b"\x0c\0\0");
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_refused(data in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(fqdn) = Fqdn::parse(&data) {
                fqdn.answer(Directions::all(true), DomainName::new(fqdn.labels.clone()).as_ref());
            }
        }
    }
}
