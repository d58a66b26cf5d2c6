//! `config-get`, `config-hash-get`, `config-test`.

use murre_config::Config;
use murre_control::{Answer, Request};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Desk;
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
    let key = F::KEY;
    if request.argument(key).is_none() {
        return Answer::error(format!(
            "config-test needs the argument \"{key}\" with the configuration to check"
        ));
    }
    let Some(arguments) = request.arguments else {
        return Answer::error("config-test needs arguments");
    };
    // A configuration of many subnets takes its time; commands must not hold up exchanges.
    let checked = tokio::task::spawn_blocking(move || murre_config::load_node(arguments)).await;
    match checked {
        Ok(Ok(config)) => Answer::text(sane(&config)),
        Ok(Err(errors)) => Answer::error(errors.to_string()),
        Err(error) => Answer::error(format!("the check did not end: {error}")),
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
