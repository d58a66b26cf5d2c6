//! What a command answers (manual ctrl-channel.rst, data syntax).

use serde_json::{Map, Value};

/// How a command went: the number in `result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Success = 0,
    /// Failed, or not understood; nothing was changed.
    Error = 1,
    /// No such command here.
    Unsupported = 2,
    /// Done, and there was nothing it is about.
    Empty = 3,
    /// Understood, and against the state of the server.
    Conflict = 4,
}

/// An answer: the number, mostly a text, sometimes data.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// How it went.
    pub outcome: Outcome,
    /// For people.
    pub text: Option<String>,
    /// For programs.
    pub arguments: Option<Value>,
}

impl Answer {
    /// Success with a text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::of(Outcome::Success, text)
    }

    /// Success with data.
    pub fn data(arguments: Value) -> Self {
        Self {
            outcome: Outcome::Success,
            text: None,
            arguments: Some(arguments),
        }
    }

    /// A failure that says what was wrong and where.
    pub fn error(text: impl Into<String>) -> Self {
        Self::of(Outcome::Error, text)
    }

    /// Any outcome with a text.
    pub fn of(outcome: Outcome, text: impl Into<String>) -> Self {
        Self {
            outcome,
            text: Some(text.into()),
            arguments: None,
        }
    }

    /// The same with data.
    pub fn with(mut self, arguments: Value) -> Self {
        self.arguments = Some(arguments);
        self
    }

    /// As it goes over the wire.
    pub fn to_json(&self) -> Value {
        self.clone().into_json()
    }

    /// The same of an answer that is needed no more: its data may be large.
    pub fn into_json(self) -> Value {
        let mut map = Map::new();
        map.insert("result".to_owned(), (self.outcome as u8).into());
        if let Some(text) = self.text {
            map.insert("text".to_owned(), text.into());
        }
        if let Some(arguments) = self.arguments {
            map.insert("arguments".to_owned(), arguments);
        }
        Value::Object(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_there_is_left_out() {
        assert_eq!(
            Answer::text("done").to_json(),
            json!({"result": 0, "text": "done"})
        );
        let data = Answer::data(json!({"pid": 1}));
        assert_eq!(
            data.to_json(),
            json!({"result": 0, "arguments": {"pid": 1}})
        );
        let numbers = [
            Outcome::Success,
            Outcome::Error,
            Outcome::Unsupported,
            Outcome::Empty,
            Outcome::Conflict,
        ]
        .map(|outcome| Answer::of(outcome, "").to_json()["result"].clone());
        assert_eq!(numbers, [0, 1, 2, 3, 4].map(Value::from));
    }
}
