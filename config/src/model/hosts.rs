//! `reservations` of the server and of its subnets (dhcp4-srv.rst:4787-5050, 5944-6043).

use std::collections::HashMap;
use std::sync::Arc;

use murre_wire::Family;
use murre_wire::option::Definitions;
use murre_wire::option::text::encode_hex;

use super::checks::misplaced_server_id;
use super::classes::class_names;
use super::inherited::{header_text, next_server};
use super::options::options;
use super::{Cx, Fields};
use crate::error::ConfigError;
use crate::read::Place;
use crate::snapshot::{GLOBAL, Host, HostIdentifier, IdentifierKind, OptionSet, Subnet};

/// Most bytes of an identifier that the public tables have room for.
const LONGEST_IDENTIFIER: usize = 128;

/// Reads reservations scope by scope and refuses what is reserved twice.
pub(super) struct Reservations<'m, F: Family> {
    pub(super) hosts: Vec<(u32, Host<F>)>,
    identifiers: HashMap<(u32, HostIdentifier), &'m Place>,
    addresses: HashMap<(u32, F::Address), &'m Place>,
    definitions: Arc<Definitions>,
    /// Whether an address may be reserved for one host alone.
    unique: bool,
}

impl<'m, F: Family> Reservations<'m, F> {
    /// None yet.
    pub(super) fn new(definitions: &Arc<Definitions>, unique: bool) -> Self {
        Self {
            hosts: Vec::new(),
            identifiers: HashMap::new(),
            addresses: HashMap::new(),
            definitions: Arc::clone(definitions),
            unique,
        }
    }

    /// Reads those of a subnet, or of the server where there is none.
    pub(super) fn read(&mut self, cx: &mut Cx, scope: &Fields<'m>, subnet: Option<&Subnet<F>>) {
        let id = subnet.map_or(GLOBAL, |subnet| subnet.id);
        for fields in cx.maps(scope, "reservations") {
            let Some(host) = host::<F>(cx, &fields, &self.definitions, subnet) else {
                continue;
            };
            let key = (id, host.identifier.clone());
            if let Some(first) = self.identifiers.insert(key, fields.place) {
                let message = "this client has another reservation in the same scope";
                cx.error(ConfigError::value(fields.place, message).with(first, "which is at"));
            }
            for address in &host.addresses {
                let first = self.addresses.insert((id, *address), fields.place);
                // Where a client is says which of those without a subnet is meant.
                if let (Some(first), true, true) = (first, self.unique, subnet.is_some()) {
                    let message = format!(
                        "{address} is reserved twice; \"ip-reservations-unique\": false allows that"
                    );
                    let place = fields.place_of("ip-address");
                    cx.error(ConfigError::value(place, message).with(first, "first at"));
                }
            }
            self.hosts.push((id, host));
        }
    }
}

fn host<F: Family>(
    cx: &mut Cx,
    fields: &Fields<'_>,
    definitions: &Arc<Definitions>,
    subnet: Option<&Subnet<F>>,
) -> Option<Host<F>> {
    let identifier = identifier(cx, fields);
    misplaced_server_id::<F>(cx, fields, "a reservation");
    let address: Option<F::Address> = match fields.get("ip-address").map(|node| node.as_text()) {
        Some(Some("")) | None => None,
        Some(_) => cx.parsed(fields, "ip-address", "an address"),
    };
    if let (Some(address), Some(subnet)) = (address, subnet)
        && !subnet.contains(address)
    {
        let message = format!("{address} does not lie in subnet {}", subnet.text);
        cx.value_error(fields.place_of("ip-address"), message);
    }
    let host = Host {
        addresses: address.into_iter().collect(),
        hostname: cx.filled(fields, "hostname").map(Into::into),
        classes: class_names(cx, fields, "client-classes"),
        options: options::<F>(cx, fields, definitions, &OptionSet::default()),
        next_server: next_server(cx, fields).filter(|address| !address.is_unspecified()),
        server_hostname: header_text(cx, fields, "server-hostname", 64),
        boot_file_name: header_text(cx, fields, "boot-file-name", 128),
        identifier: identifier?,
    };
    Some(host)
}

/// The one thing by which the host is recognized.
fn identifier(cx: &mut Cx, fields: &Fields<'_>) -> Option<HostIdentifier> {
    let given = IdentifierKind::NAMED.iter();
    let mut given = given.filter(|(key, _)| fields.get(key).is_some());
    let Some((key, kind)) = given.next() else {
        let keys = IdentifierKind::NAMED.map(|(key, _)| key).join(", ");
        let message = format!("a reservation needs one of {keys} to recognize its client by");
        cx.value_error(fields.place, message);
        return None;
    };
    if let Some((other, _)) = given.next() {
        let message = format!("a client is recognized by \"{key}\" or by \"{other}\", not both");
        let error = ConfigError::value(fields.place_of(other), message);
        cx.error(error.with(fields.place_of(key), "the other is at"));
        return None;
    }
    let text = cx.text(fields, key)?;
    let fault = match encode_hex(text) {
        Ok(value) if value.is_empty() => format!("\"{key}\" is empty"),
        Ok(value) if value.len() > LONGEST_IDENTIFIER => format!(
            "\"{key}\" has {} bytes, at most {LONGEST_IDENTIFIER} fit",
            value.len()
        ),
        Ok(value) => {
            let value = value.into();
            return Some(HostIdentifier { kind: *kind, value });
        }
        Err(error) => format!("\"{key}\": {error}"),
    };
    cx.value_error(fields.place_of(key), fault);
    None
}

/// The kinds of identifiers that clients are looked up by, in their order (dhcp4-srv.rst:5651).
pub(super) fn identifier_kinds<F: Family>(cx: &mut Cx, global: &Fields<'_>) -> Vec<IdentifierKind> {
    use IdentifierKind::{CircuitId, ClientId, Duid, HwAddress};
    let nodes = cx.list(global, "host-reservation-identifiers");
    if nodes.is_empty() {
        if global.get("host-reservation-identifiers").is_some() {
            let message = "\"host-reservation-identifiers\" must name one at least";
            cx.value_error(global.place_of("host-reservation-identifiers"), message);
        }
        return match F::VERSION {
            4 => vec![HwAddress, Duid, CircuitId, ClientId],
            _ => vec![HwAddress, Duid],
        };
    }
    let mut kinds = Vec::new();
    for node in nodes {
        let named = IdentifierKind::NAMED.iter();
        let mut named = named.filter(|(key, _)| node.as_text() == Some(key));
        match named.next() {
            Some((key, kind)) if kinds.contains(kind) => {
                cx.value_error(&node.place, format!("\"{key}\" is listed twice"));
            }
            Some((_, kind)) => kinds.push(*kind),
            None => {
                let keys = IdentifierKind::NAMED.map(|(key, _)| key).join(", ");
                cx.value_error(&node.place, format!("must be one of {keys}"));
            }
        }
    }
    kinds
}
