//! A whole configuration: one file, one or both families.

use std::path::Path;

use murre_wire::{Family, V4, V6};

use crate::error::{ConfigError, ConfigErrors, Note};
use crate::model::{Cx, Fields, server};
use crate::read::{self, Document, Node};
use crate::snapshot::Server;
use crate::{keys, render};

/// A configuration that can be served from.
#[derive(Debug)]
pub struct Config {
    /// The DHCPv4 server, if the file has `Dhcp4`.
    pub dhcp4: Option<Server<V4>>,
    /// The DHCPv6 server, if the file has `Dhcp6`.
    pub dhcp6: Option<Server<V6>>,
    /// What to tell the operator, in the order of the file.
    pub notes: Vec<Note>,
    /// The configuration as it was written.
    pub root: Node,
}

/// Loads a configuration file and the files it includes.
///
/// # Errors
/// Everything that is wrong with it, in the order of the file; for a fault of syntax that alone.
pub fn load(path: impl AsRef<Path>) -> Result<Config, ConfigErrors> {
    from_document(read::document_from_file(path.as_ref())?)
}

/// Loads a configuration from text that `name` stands for in messages. It cannot include files.
///
/// # Errors
/// As [`load`].
pub fn load_str(text: &str, name: &str) -> Result<Config, ConfigErrors> {
    from_document(read::document_from_str(text, name)?)
}

/// Loads a configuration from a tree that was read already, such as a command's argument.
///
/// # Errors
/// As [`load`].
pub fn load_node(root: Node) -> Result<Config, ConfigErrors> {
    let notes = Vec::new();
    from_document(Document { root, notes })
}

fn from_document(document: Document) -> Result<Config, ConfigErrors> {
    let Document { root, notes } = document;
    let mut cx = Cx::default();
    notes.into_iter().for_each(|note| cx.note(note));
    let Some(map) = root.as_map() else {
        let message = format!("a configuration is a map, not {}", root.value.kind());
        return Err(ConfigError::value(&root.place, message).into());
    };
    keys::check(map, &mut cx);
    let fields = Fields {
        map,
        place: &root.place,
        scope: "the configuration",
    };
    let dhcp4 = family::<V4>(&mut cx, &fields);
    let dhcp6 = family::<V6>(&mut cx, &fields);
    // Where there is a daemon's key that is not built, that has been said.
    if map.get(V4::KEY).is_none() && map.get(V6::KEY).is_none() && !cx.has_errors() {
        cx.value_error(
            &root.place,
            "there is neither \"Dhcp4\" nor \"Dhcp6\": nothing to serve",
        );
    }
    let notes = cx.finish()?;
    Ok(Config {
        dhcp4,
        dhcp6,
        notes,
        root,
    })
}

fn family<F: Family>(cx: &mut Cx, root: &Fields<'_>) -> Option<Server<F>> {
    let fields = cx.map(root, F::KEY)?;
    Some(server(cx, &fields))
}

impl Config {
    /// The configuration in effect as `config-get` answers it: what was written, with defaults
    /// and made-up subnet identifiers filled in. Passwords are in clear.
    pub fn to_json(&self) -> serde_json::Value {
        render::config(self)
    }
}
