//! Walks a configuration and refuses what is unknown or not built.

use super::nearest::nearest;
use super::{Built, Scope, Shape};
use crate::error::{ConfigError, Fault};
use crate::model::Cx;
use crate::read::{Entry, Map, Node, Value};

/// Refuses unknown and unbuilt keys of a whole configuration, in the order of the file.
pub(crate) fn check(root: &Map, cx: &mut Cx) {
    check_map(root, Scope::Root, 0, true, cx);
}

/// `report_later` is off beneath a key that is itself refused as not built: one error says it.
fn check_map(map: &Map, scope: Scope, family: u8, report_later: bool, cx: &mut Cx) {
    for entry in map.entries() {
        let Some(key) = scope.key(family, &entry.key) else {
            cx.error(unknown(entry, scope, family));
            continue;
        };
        let refused = key.built == Built::Later;
        if refused && report_later {
            let fault = Fault::NotSupported(format!("\"{}\"", entry.key));
            cx.error(ConfigError::new(entry.key_place.clone(), fault));
        }
        let family = match &*entry.key {
            "Dhcp4" if scope == Scope::Root => 4,
            "Dhcp6" if scope == Scope::Root => 6,
            _ => family,
        };
        check_remark(entry, cx);
        descend(
            &entry.value,
            key.shape,
            family,
            report_later && !refused,
            cx,
        );
    }
}

/// What everybody may write everywhere has a form too (config.rst:195).
fn check_remark(entry: &Entry, cx: &mut Cx) {
    let expected = match (&*entry.key, &entry.value.value) {
        ("user-context", Value::Map(_)) | ("comment", Value::Text(_)) => return,
        ("user-context", _) => "a map",
        ("comment", _) => "a string",
        _ => return,
    };
    let found = entry.value.value.kind();
    cx.value_error(
        &entry.value.place,
        format!("\"{}\" must be {expected}, not {found}", entry.key),
    );
}

/// Values of a wrong kind are left to the model, which knows what to say.
fn descend(node: &Node, shape: Shape, family: u8, report_later: bool, cx: &mut Cx) {
    match (shape, &node.value) {
        (Shape::Map(scope), Value::Map(map)) => check_map(map, scope, family, report_later, cx),
        (Shape::List(scope), Value::List(list)) => {
            for map in list.iter().filter_map(Node::as_map) {
                check_map(map, scope, family, report_later, cx);
            }
        }
        _ => {}
    }
}

fn unknown(entry: &Entry, scope: Scope, family: u8) -> ConfigError {
    let fault = Fault::UnknownKey {
        key: entry.key.to_string(),
        scope: scope.name(family),
        nearest: nearest(&entry.key, scope.keys(family).map(|key| key.name)),
    };
    ConfigError::new(entry.key_place.clone(), fault)
}
