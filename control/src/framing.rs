//! Where a request ends: a client writes JSON and waits, so the end is where the brackets close.
//!
//! Only strings, comments and brackets are looked at, each byte once. Whether the text is right is
//! the decoder's business; text of wrong grammar merely ends where its brackets do.

/// Longest request in bytes; whole configurations come this way, and 16 MiB are some 100,000 subnets.
pub const MAX_REQUEST: usize = 16 << 20;

/// Why bytes cannot become a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A request is a map; this is something else from its first character on.
    #[error("a command is a map in JSON and begins with {{, not with '{}'", .0.escape_ascii())]
    Start(u8),
    /// Longer than [`MAX_REQUEST`].
    #[error("the command is longer than {MAX_REQUEST} bytes")]
    TooLong,
}

/// A request in the making.
#[derive(Debug, Default)]
pub struct Framing {
    bytes: Vec<u8>,
    state: State,
    depth: usize,
    end: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Between tokens.
    #[default]
    Plain,
    /// Behind a `/` that may begin a comment.
    Slash,
    LineComment,
    BlockComment,
    /// Behind a `*` that may end a comment.
    Star,
    String,
    Escape,
}

impl Framing {
    /// Take what came. `true` when the request is whole; bytes behind its end are dropped.
    ///
    /// # Errors
    /// [`FrameError`]; more bytes cannot help.
    pub fn push(&mut self, bytes: &[u8]) -> Result<bool, FrameError> {
        for byte in bytes {
            if self.is_complete() {
                break;
            }
            if self.bytes.len() == MAX_REQUEST {
                return Err(FrameError::TooLong);
            }
            self.bytes.push(*byte);
            self.step(*byte)?;
        }
        Ok(self.is_complete())
    }

    /// Bytes so far, up to the end of the request.
    pub fn bytes(&self) -> &[u8] {
        self.bytes
            .get(..self.end.unwrap_or(self.bytes.len()))
            .unwrap_or_default()
    }

    /// The same, for good.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.bytes;
        bytes.truncate(self.end.unwrap_or(bytes.len()));
        bytes
    }

    fn is_complete(&self) -> bool {
        self.end.is_some()
    }

    fn step(&mut self, byte: u8) -> Result<(), FrameError> {
        self.state = match (self.state, byte) {
            (State::LineComment, b'\n') => State::Plain,
            (State::LineComment, _) => State::LineComment,
            (State::BlockComment | State::Star, b'*') => State::Star,
            (State::Star, b'/') => State::Plain,
            (State::BlockComment | State::Star, _) => State::BlockComment,
            (State::String, b'"') => State::Plain,
            (State::String, b'\\') => State::Escape,
            (State::String | State::Escape, _) => State::String,
            (State::Slash, b'/') => State::LineComment,
            (State::Slash, b'*') => State::BlockComment,
            (State::Plain | State::Slash, b'#') => State::LineComment,
            (State::Plain, b'/') => State::Slash,
            (State::Plain | State::Slash, byte) => return self.token(byte),
        };
        Ok(())
    }

    /// A byte that is neither in a string nor in a comment.
    fn token(&mut self, byte: u8) -> Result<(), FrameError> {
        self.state = State::Plain;
        match byte {
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth > 0 => {
                self.depth -= 1;
                if self.depth == 0 {
                    self.end = Some(self.bytes.len());
                }
            }
            b' ' | b'\t' | b'\r' | b'\n' => {}
            other if self.depth == 0 => return Err(FrameError::Start(other)),
            b'"' => self.state = State::String,
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn whole(text: &str) -> Option<String> {
        let mut framing = Framing::default();
        framing
            .push(text.as_bytes())
            .ok()?
            .then(|| String::from_utf8_lossy(framing.bytes()).into_owned())
    }

    #[test]
    fn a_request_ends_where_its_brackets_close() {
        for (text, end) in [
            (r#"{"command":"a"}"#, r#"{"command":"a"}"#),
            ("{\"a\":1}\n", r#"{"a":1}"#),
            (r#"{"a":1}{"b":2}"#, r#"{"a":1}"#),
            (r#"{"a":"}"} x"#, r#"{"a":"}"}"#),
            (r#"{"a":"\"}"}"#, r#"{"a":"\"}"}"#),
            (
                "# }\n// {\n/* { * / */ {\"a\" # }\n:1} ",
                "# }\n// {\n/* { * / */ {\"a\" # }\n:1}",
            ),
            (r#"[{"a":[1]}]"#, r#"[{"a":[1]}]"#),
            ("{]", "{]"),
            ("/**/{ / }", "/**/{ / }"),
        ] {
            assert_eq!(whole(text).as_deref(), Some(end), "{text}");
        }
        for text in [
            "",
            " ",
            "{",
            r#"{"a":"}"#,
            "{ // }",
            "{ /* } *",
            "# {}",
            r#"{"\"}"#,
        ] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn what_cannot_become_a_request_is_refused_at_its_first_byte() {
        for (text, byte) in [
            ("3", b'3'),
            (" \"x\"", b'"'),
            ("}", b'}'),
            ("\0", 0),
            ("GET / ", b'G'),
        ] {
            let mut framing = Framing::default();
            assert_eq!(
                framing.push(text.as_bytes()),
                Err(FrameError::Start(byte)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_request_without_end_is_refused() {
        let mut framing = Framing::default();
        let part = vec![b' '; 1 << 20];
        framing.push(b"{").unwrap_or_default();
        let refused = (0..17).map(|_| framing.push(&part)).find_map(Result::err);
        assert_eq!(refused, Some(FrameError::TooLong));
        assert_eq!(framing.bytes().len(), MAX_REQUEST);
    }

    /// Values as a client may write them.
    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(5, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_map_is_found_whole_however_it_is_cut(
            value in json(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
            behind in any::<Vec<u8>>(),
        ) {
            let text = serde_json::json!({ "command": value }).to_string();
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(text.len())).collect();
            cuts.sort_unstable();
            cuts.push(text.len());
            let mut framing = Framing::default();
            let mut from = 0;
            for cut in cuts {
                prop_assert!(from == 0 || !framing.is_complete());
                let whole = framing.push(&text.as_bytes()[from..cut]).unwrap();
                prop_assert_eq!(whole, cut == text.len());
                from = cut;
            }
            framing.push(&behind).unwrap();
            prop_assert_eq!(framing.bytes(), text.as_bytes());
        }

        #[test]
        fn any_bytes_end_the_same_way_however_they_are_cut(
            bytes in prop::collection::vec(
                prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\"\\/*# \n".to_vec())], 0..200),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut one = Framing::default();
            let mut two = Framing::default();
            let (head, tail) = bytes.split_at(cut.index(bytes.len() + 1));
            let at_once = one.push(&bytes);
            let in_parts = two.push(head).and_then(|_| two.push(tail));
            prop_assert_eq!(at_once, in_parts);
            prop_assert_eq!(one.bytes(), two.bytes());
        }
    }
}
