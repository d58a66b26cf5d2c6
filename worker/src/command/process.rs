//! Commands about the process: `version-get`, `build-report`, `config-reload`, `shutdown`.

use murre_config::read::Value;
use murre_control::{Answer, Request};
use serde_json::json;
use tokio::sync::oneshot;

use super::Desk;
use crate::cli;
use crate::daemon::{Ending, Event};
use crate::exchange::Exchange;

/// What `-v` prints, and what `-V` prints.
pub(super) fn version() -> Answer {
    Answer::text(cli::version()).with(json!({ "extended": cli::long_version() }))
}

/// What `-W` prints.
pub(super) fn build_report() -> Answer {
    Answer::text(cli::report())
}

/// As SIGHUP; the answer tells what came of it.
pub(super) async fn reload<F: Exchange>(desk: &Desk<F>) -> Answer {
    let (done, outcome) = oneshot::channel();
    if desk.events.send(Event::Reload(Some(done))).await.is_err() {
        return ending();
    }
    match outcome.await {
        Ok(Ok(())) => Answer::text("the configuration file was read again and adopted"),
        Ok(Err(problem)) => Answer::error(format!("the configuration was not adopted: {problem}")),
        Err(_) => ending(),
    }
}

/// As SIGTERM, with an exit code of choice.
pub(super) async fn shutdown<F: Exchange>(desk: &Desk<F>, request: Request) -> Answer {
    let ending_wanted = match wanted(&request) {
        Ok(wanted) => wanted,
        Err(problem) => return Answer::error(problem),
    };
    match desk.events.send(Event::Stop(ending_wanted)).await {
        Ok(()) => Answer::text("shutting down"),
        Err(_) => ending(),
    }
}

pub(super) fn ending() -> Answer {
    Answer::error("the server is shutting down already")
}

/// How to end, or what is wrong with the arguments.
fn wanted(request: &Request) -> Result<Ending, String> {
    let mut wanted = Ending::default();
    for entry in request.arguments() {
        let place = &entry.value.place;
        match (&*entry.key, &entry.value.value) {
            ("exit-value", Value::Int(number)) => {
                wanted.code = u8::try_from(*number).map_err(|_| {
                    format!("{place}: \"exit-value\" must be from 0 to 255, not {number}")
                })?;
            }
            ("exit-value", other) => {
                let kind = other.kind();
                return Err(format!(
                    "{place}: \"exit-value\" must be an integer, not {kind}"
                ));
            }
            ("type", Value::Text(kind)) => match &**kind {
                // Both answer what is in flight; there is no queue beside it to drain.
                "normal" | "drain_first" => wanted.at_once = false,
                "now" => wanted.at_once = true,
                other => {
                    return Err(format!(
                        "{place}: \"type\" must be \"normal\", \"drain_first\" or \"now\", not \"{other}\""
                    ));
                }
            },
            ("type", other) => {
                let kind = other.kind();
                return Err(format!("{place}: \"type\" must be a string, not {kind}"));
            }
            (key, _) => {
                let place = &entry.key_place;
                return Err(format!("{place}: shutdown has no argument \"{key}\""));
            }
        }
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(arguments: &str) -> Result<Ending, String> {
        let text = format!(r#"{{"command":"shutdown","arguments":{arguments}}}"#);
        wanted(&Request::decode(text.as_bytes()).unwrap())
    }

    #[test]
    fn shutdown_takes_a_code_and_a_manner() {
        assert_eq!(read("{}").unwrap(), Ending::default());
        let at_once = Ending {
            code: 3,
            at_once: true,
        };
        assert_eq!(read(r#"{"exit-value":3,"type":"now"}"#).unwrap(), at_once);
        for (wrong, said) in [
            (r#"{"exit-value":"x"}"#, "must be an integer"),
            (r#"{"exit-value":256}"#, "from 0 to 255"),
            (r#"{"type":"later"}"#, "not \"later\""),
            (r#"{"exit":1}"#, "no argument \"exit\""),
        ] {
            assert!(read(wrong).unwrap_err().contains(said), "{wrong}");
        }
    }
}
