//! A request: its text to a command with arguments (manual ctrl-channel.rst, data syntax).
//!
//! Read by the configuration's reader, so that comments may stand in commands, places of errors
//! are known, and what holds for a file holds for a configuration that comes as an argument.

use std::sync::Arc;

use murre_config::read::{self, Entry, Map, Node, ReadError, Value};

/// How places in a request are named in messages: `command:line:column`.
const ORIGIN: &str = "command";

/// A command with its arguments.
#[derive(Clone, Debug)]
pub struct Request {
    /// The command's name.
    pub command: Arc<str>,
    /// Its arguments, if there are any.
    pub arguments: Option<Node>,
    /// Whom it is for; only what forwards commands looks at it.
    pub service: Vec<Arc<str>>,
}

/// Why a text is no request.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Not text.
    #[error("the command is not UTF-8 text (byte {0})")]
    NotText(usize),
    /// Not JSON.
    #[error("{0}")]
    Syntax(#[from] ReadError),
    /// Not a map.
    #[error("a command is a map, not {0}")]
    NotAMap(&'static str),
    /// No `command`.
    #[error("\"command\" is missing: it names the command to carry out")]
    NoCommand,
    /// A parameter that has another type.
    #[error("{place}: \"{key}\" must be {wanted}, not {found}")]
    Type {
        /// Where the value stands.
        place: String,
        /// The parameter.
        key: &'static str,
        /// What it must be.
        wanted: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A parameter that no request has.
    #[error("{place}: a command has no parameter \"{key}\"")]
    Unknown {
        /// Where it stands.
        place: String,
        /// Its name.
        key: Arc<str>,
    },
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// [`DecodeError`], with the place where there is one.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| DecodeError::NotText(error.valid_up_to()))?;
        let root = read::parse_str(text, ORIGIN)?;
        let map = root
            .as_map()
            .ok_or_else(|| DecodeError::NotAMap(root.value.kind()))?;
        let known = ["command", "arguments", "service"];
        if let Some(entry) = map.entries().iter().find(|e| !known.contains(&&*e.key)) {
            return Err(DecodeError::Unknown {
                place: entry.key_place.to_string(),
                key: Arc::clone(&entry.key),
            });
        }
        Ok(Self {
            command: command(map)?,
            arguments: arguments(map)?,
            service: service(map)?,
        })
    }

    /// An argument.
    pub fn argument(&self, key: &str) -> Option<&Node> {
        self.arguments.as_ref()?.as_map()?.get(key)
    }

    /// The arguments in order.
    pub fn arguments(&self) -> &[Entry] {
        let map = self.arguments.as_ref().and_then(Node::as_map);
        map.map(Map::entries).unwrap_or_default()
    }
}

fn command(map: &Map) -> Result<Arc<str>, DecodeError> {
    let node = map.get("command").ok_or(DecodeError::NoCommand)?;
    text(node, "command", "a string")
}

/// A map. Nothing and an empty list stand for no arguments, as some clients write an empty map so.
fn arguments(map: &Map) -> Result<Option<Node>, DecodeError> {
    match map.get("arguments") {
        None => Ok(None),
        Some(node) => match &node.value {
            Value::Map(_) => Ok(Some(node.clone())),
            Value::Null => Ok(None),
            Value::List(list) if list.is_empty() => Ok(None),
            _ => Err(wrong(node, "arguments", "a map")),
        },
    }
}

fn service(map: &Map) -> Result<Vec<Arc<str>>, DecodeError> {
    let Some(node) = map.get("service") else {
        return Ok(Vec::new());
    };
    let list = node
        .as_list()
        .ok_or_else(|| wrong(node, "service", "a list of strings"))?;
    list.iter()
        .map(|node| text(node, "service", "a list of strings"))
        .collect()
}

fn text(node: &Node, key: &'static str, wanted: &'static str) -> Result<Arc<str>, DecodeError> {
    match &node.value {
        Value::Text(text) => Ok(Arc::clone(text)),
        _ => Err(wrong(node, key, wanted)),
    }
}

fn wrong(node: &Node, key: &'static str, wanted: &'static str) -> DecodeError {
    DecodeError::Type {
        place: node.place.to_string(),
        key,
        wanted,
        found: node.value.kind(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn refused(text: &str) -> String {
        match Request::decode(text.as_bytes()) {
            Ok(request) => format!("{request:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_request_has_a_command_and_may_have_arguments() {
        let text = r#"{ "command": "a", # comment
            "service": ["dhcp4"], "arguments": { "x": 1 /* one */ }, }"#;
        let request = Request::decode(text.as_bytes()).unwrap();
        assert_eq!(&*request.command, "a");
        assert_eq!(request.service, ["dhcp4".into()]);
        assert_eq!(request.argument("x").unwrap().value, Value::Int(1));
        assert!(request.argument("y").is_none());
        for none in ["null", "[]", "{}"] {
            let text = format!(r#"{{"command":"a","arguments":{none}}}"#);
            let request = Request::decode(text.as_bytes()).unwrap();
            assert!(request.arguments().is_empty(), "{none}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_request_is_said_with_its_place() {
        for (text, expected) in [
            ("[]", "a command is a map, not a list"),
            ("{}", "\"command\" is missing"),
            (
                r#"{"command": 3}"#,
                "command:1:13: \"command\" must be a string",
            ),
            (
                r#"{"command":"a","arguments":5}"#,
                "command:1:28: \"arguments\" must be a map, not an integer",
            ),
            (
                r#"{"command":"a","arguments":[1]}"#,
                "command:1:28: \"arguments\" must be a map, not a list",
            ),
            (
                r#"{"command":"a","service":"x"}"#,
                "\"service\" must be a list of strings, not a string",
            ),
            (
                "{\"command\":\"a\",\n \"argument\":{}}",
                "command:2:2: a command has no parameter \"argument\"",
            ),
            (r#"{"command": "x" "y"}"#, "command:1:17: "),
            (r#"{"command":"a","command":"b"}"#, "given twice"),
            (
                r#"{"command":"a","arguments":{"f":<?include "x"?>}}"#,
                "include",
            ),
        ] {
            let said = refused(text);
            assert!(said.contains(expected), "{text}: {said}");
        }
        assert!(matches!(
            Request::decode(b"{\"\xff"),
            Err(DecodeError::NotText(2))
        ));
    }

    #[test]
    fn deep_nesting_is_refused() {
        let text = format!(
            "{{\"command\":{}{}",
            "[".repeat(1 << 20),
            "]".repeat(1 << 20)
        );
        assert!(Request::decode(text.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_decoder_panic(bytes in any::<Vec<u8>>()) {
            let _ = Request::decode(&bytes);
        }

        #[test]
        fn no_text_like_a_request_makes_it_panic(
            text in r#"\{"(command|arguments|x)":("a"|\[|\{|[0-9.e+-]{1,9}|\\u[0-9a-f]{0,4}|,|\}|\]){0,12}"#,
        ) {
            let _ = Request::decode(text.as_bytes());
        }
    }
}
