//! The commands a daemon knows, and the way from a text to an answer.

use std::collections::BTreeMap;
use std::future::Future;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::answer::{Answer, Outcome};
use crate::event::{Event, Observer};
use crate::request::Request;

/// Requests up to this size are read in no time, in bytes.
const AT_ONCE: usize = 16 << 10;

/// Lists what there is; every registry answers it by itself.
const LIST: &str = "list-commands";

type Handler = Box<dyn Fn(Request) -> BoxFuture<'static, Answer> + Send + Sync>;

/// Commands by name.
pub struct Registry {
    commands: BTreeMap<&'static str, Command>,
    observer: Observer,
}

struct Command {
    takes_arguments: bool,
    handler: Handler,
}

impl Registry {
    /// A registry with `list-commands` alone.
    pub fn new(observer: Observer) -> Self {
        Self {
            commands: BTreeMap::new(),
            observer,
        }
    }

    /// Add a command that takes arguments. One of the same name is replaced.
    #[must_use]
    pub fn with<T: Future<Output = Answer> + Send + 'static>(
        self,
        name: &'static str,
        handler: impl Fn(Request) -> T + Send + Sync + 'static,
    ) -> Self {
        self.add(
            name,
            true,
            Box::new(move |request| handler(request).boxed()),
        )
    }

    /// Add a command that takes no arguments: those given are ignored, as clients expect, and
    /// that is logged.
    #[must_use]
    pub fn with_plain<T: Future<Output = Answer> + Send + 'static>(
        self,
        name: &'static str,
        handler: impl Fn() -> T + Send + Sync + 'static,
    ) -> Self {
        self.add(name, false, Box::new(move |_| handler().boxed()))
    }

    fn add(mut self, name: &'static str, takes_arguments: bool, handler: Handler) -> Self {
        let command = Command {
            takes_arguments,
            handler,
        };
        self.commands.insert(name, command);
        self
    }

    /// Answer the text of a request, whatever it is.
    pub async fn answer(&self, bytes: &[u8]) -> Answer {
        match Request::decode(bytes) {
            Ok(request) => self.dispatch(request).await,
            Err(error) => self.reject(&error.to_string()),
        }
    }

    /// The same for a request that may be long: reading it takes a moment, in which nobody else
    /// would be served.
    pub(crate) async fn answer_whole(&self, bytes: Vec<u8>) -> Answer {
        if bytes.len() <= AT_ONCE {
            return self.answer(&bytes).await;
        }
        match tokio::task::spawn_blocking(move || Request::decode(&bytes)).await {
            Ok(Ok(request)) => self.dispatch(request).await,
            Ok(Err(error)) => self.reject(&error.to_string()),
            // It panicked, or the process ends.
            Err(_) => self.reject("the command could not be read"),
        }
    }

    /// What came is no command.
    pub(crate) fn reject(&self, problem: &str) -> Answer {
        self.tell(&Event::Rejected { problem });
        Answer::error(problem)
    }

    /// Tell the daemon.
    pub(crate) fn tell(&self, event: &Event<'_>) {
        (self.observer)(event);
    }

    async fn dispatch(&self, request: Request) -> Answer {
        let name = std::sync::Arc::clone(&request.command);
        self.tell(&Event::Received { command: &name });
        let ignores = match self.commands.get(&*name) {
            Some(command) => !command.takes_arguments,
            None => &*name == LIST,
        };
        if ignores && !request.arguments().is_empty() {
            self.tell(&Event::ArgumentsIgnored { command: &name });
        }
        let answer = match self.commands.get(&*name) {
            Some(command) => (command.handler)(request).await,
            None if &*name == LIST => self.list(),
            None => Answer::of(
                Outcome::Unsupported,
                format!("there is no command '{name}' here; {LIST} tells those there are"),
            ),
        };
        self.tell(&Event::Answered {
            command: &name,
            answer: &answer,
        });
        answer
    }

    fn list(&self) -> Answer {
        let mut names: Vec<_> = self.commands.keys().copied().chain([LIST]).collect();
        names.sort_unstable();
        Answer::data(names.into_iter().map(Value::from).collect())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;
    use std::sync::{Arc, Mutex};

    fn registry(log: &Arc<Mutex<Vec<String>>>) -> Registry {
        let log = Arc::clone(log);
        let observer: Observer =
            Arc::new(move |event| log.lock().unwrap().push(format!("{event:?}")));
        Registry::new(observer)
            .with("echo", async |request: Request| {
                Answer::data(request.arguments.map_or(Value::Null, |node| node.to_json()))
            })
            .with_plain("ping", async || Answer::text("pong"))
    }

    fn ask(registry: &Registry, text: &str) -> Value {
        let answer = registry.answer(text.as_bytes());
        answer.now_or_never().unwrap().to_json()
    }

    #[test]
    fn commands_are_listed_and_dispatched_by_name() {
        let log = Arc::default();
        let registry = registry(&log);
        assert_eq!(
            ask(&registry, r#"{"command":"list-commands"}"#),
            json!({"result": 0, "arguments": ["echo", "list-commands", "ping"]})
        );
        assert_eq!(
            ask(&registry, r#"{"command":"echo","arguments":{"a":[1]}}"#),
            json!({"result": 0, "arguments": {"a": [1]}})
        );
        let unknown = ask(&registry, r#"{"command":"pong"}"#);
        assert_eq!(unknown["result"], 2);
        assert!(unknown["text"].as_str().unwrap().contains("'pong'"));
    }

    #[test]
    fn arguments_of_a_command_without_are_ignored_and_that_is_told() {
        let log = Arc::default();
        let registry = registry(&log);
        assert_eq!(
            ask(&registry, r#"{"command":"ping","arguments":{"a":1}}"#),
            json!({"result": 0, "text": "pong"})
        );
        ask(
            &registry,
            r#"{"command":"list-commands","arguments":{"a":1}}"#,
        );
        let log = log.lock().unwrap();
        let told = log
            .iter()
            .filter(|line| line.starts_with("ArgumentsIgnored"));
        assert_eq!(told.count(), 2);
    }

    #[test]
    fn what_is_no_request_is_answered_and_told() {
        let log = Arc::default();
        assert_eq!(ask(&registry(&log), "[1]")["result"], 1);
        assert!(log.lock().unwrap()[0].starts_with("Rejected"));
    }
}
