//! `config-get`, `config-hash-get`, `config-test`, `config-set`, `config-write`.

use std::path::PathBuf;

use murre_config::Config;
use murre_control::{Answer, Request};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use super::Desk;
use crate::daemon::{Event, Written};
use crate::exchange::Exchange;

/// The configuration in force, passwords in clear, with its hash.
pub(super) async fn get<F: Exchange>(desk: &Desk<F>) -> Answer {
    let config = desk.status.config();
    Answer::data(json!({ F::KEY: *config, "hash": hash(&config) }))
}

/// A digest that changes when the configuration does.
pub(super) async fn hash_get<F: Exchange>(desk: &Desk<F>) -> Answer {
    Answer::data(json!({ "hash": hash(&desk.status.config()) }))
}

/// Would this configuration be served? Changes nothing, reaches no database, opens no socket.
pub(super) async fn test<F: Exchange>(_desk: &Desk<F>, request: Request) -> Answer {
    match checked::<F>("config-test", request).await {
        Ok(config) => Answer::text(sane(&config)),
        Err(problem) => Answer::error(problem),
    }
}

/// Serve with this configuration from now on. It is in no file, and lost with the next reload.
pub(super) async fn set<F: Exchange>(desk: &Desk<F>, request: Request) -> Answer {
    let config = match checked::<F>("config-set", request).await {
        Ok(config) => config,
        Err(problem) => return Answer::error(problem),
    };
    let (done, outcome) = oneshot::channel();
    let event = Event::Set(Box::new(config), done);
    if desk.events.send(event).await.is_err() {
        return super::process::ending();
    }
    match outcome.await {
        Ok(Ok(())) => {
            let hash = hash(&desk.status.config());
            Answer::text("the configuration was adopted").with(json!({ "hash": hash }))
        }
        Ok(Err(problem)) => Answer::error(format!("the configuration was not adopted: {problem}")),
        Err(_) => super::process::ending(),
    }
}

/// Write the configuration in force, of all families, to a file.
pub(super) async fn write<F: Exchange>(desk: &Desk<F>, request: Request) -> Answer {
    let mut path = None;
    for entry in request.arguments() {
        match (&*entry.key, entry.value.as_text()) {
            ("filename", Some(name)) if !name.is_empty() => path = Some(PathBuf::from(name)),
            ("filename", _) => {
                let place = &entry.value.place;
                return Answer::error(format!("{place}: \"filename\" must be the name of a file"));
            }
            (key, _) => {
                let place = &entry.key_place;
                return Answer::error(format!("{place}: config-write has no argument \"{key}\""));
            }
        }
    }
    let (done, outcome) = oneshot::channel();
    if desk.events.send(Event::Write(path, done)).await.is_err() {
        return super::process::ending();
    }
    match outcome.await {
        Ok(Ok(Written { path, size })) => {
            let text = format!("the configuration was written to {}", path.display());
            Answer::text(text).with(json!({ "filename": path, "size": size }))
        }
        Ok(Err(problem)) => Answer::error(format!("the configuration was not written: {problem}")),
        Err(_) => super::process::ending(),
    }
}

/// The configuration in the arguments, or what is wrong with it.
async fn checked<F: Exchange>(command: &str, request: Request) -> Result<Config, String> {
    let key = F::KEY;
    if request.argument(key).is_none() {
        return Err(format!(
            "{command} needs the argument \"{key}\" with the configuration"
        ));
    }
    let Some(arguments) = request.arguments else {
        return Err(format!("{command} needs arguments"));
    };
    // What `config-get` answers is taken as it is, with its hash.
    let arguments = arguments.without("hash");
    // A configuration of many subnets takes its time; commands must not hold up exchanges.
    let checked = tokio::task::spawn_blocking(move || murre_config::load_node(arguments)).await;
    match checked {
        Ok(checked) => checked.map_err(|errors| errors.to_string()),
        Err(error) => Err(format!("the check did not end: {error}")),
    }
}

fn sane(config: &Config) -> String {
    let mut text =
        "The configuration can be served. Databases and sockets were not tried, nothing was changed."
            .to_owned();
    for note in &config.notes {
        text.push('\n');
        text.push_str(&note.to_string());
    }
    text
}

/// Of the configuration with its keys in alphabetical order, so that their order in the file does
/// not matter.
pub(crate) fn hash(config: &Value) -> String {
    let mut config = config.clone();
    config.sort_all_objects();
    Sha256::digest(config.to_string())
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_sees_values_and_not_their_order() {
        let one = json!({"a": 1, "b": {"c": [1, 2], "d": 2}});
        let two = json!({"b": {"d": 2, "c": [1, 2]}, "a": 1});
        assert_eq!(hash(&one), hash(&two));
        assert_eq!(hash(&one).len(), 64);
        assert_ne!(
            hash(&one),
            hash(&json!({"a": 1, "b": {"c": [2, 1], "d": 2}}))
        );
    }
}
