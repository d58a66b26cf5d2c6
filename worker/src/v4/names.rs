//! What a client is called: in its lease, in the answer and in the DNS (manual dhcp4-srv.rst:3721-4000).
//!
//! The client FQDN option goes before the host name, and a reserved name before both. Who sends the one is answered
//! with it, everybody else with the other.

use std::net::Ipv4Addr;

use murre_config::{Naming, ReplaceName};
use murre_wire::dhcp4::{Builder, code};

use super::Query;
use super::fqdn::Fqdn;
use crate::allocation::Chosen;
use crate::exchange::Context;
use crate::names::{Directions, DomainName, generated, qualified};
use murre_wire::V4;

/// A client's name, and who enters it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// As the lease keeps it; empty for none.
    pub(super) hostname: String,
    /// What is entered in the DNS.
    pub(super) directions: Directions,
    /// The option of the answer.
    told: Option<(u8, Vec<u8>)>,
}

impl Named {
    /// The name of a query's client on the address that was chosen for it.
    pub(super) fn new(
        context: &Context<'_, V4>,
        query: &Query<'_>,
        chosen: &Chosen<'_, V4>,
    ) -> Self {
        let naming = &*chosen.subnet.naming;
        let tells = context.tells_names(naming);
        let reserved = query.reserved.in_subnet(chosen.subnet);
        let reserved = reserved.and_then(|host| host.hostname.as_deref());
        let reserved = reserved.filter(|name| !name.is_empty());
        match &query.fqdn {
            Some(fqdn) => {
                let name = match reserved {
                    Some(name) => qualified(labels(name), naming),
                    None => own(fqdn, naming, chosen.address),
                };
                Self::fqdn(fqdn, name, naming, tells)
            }
            None => match reserved {
                Some(name) => {
                    let name = qualified(labels(name), naming);
                    Self::host_name(name, "", tells, wants_host_name(query))
                }
                None => Self::own_host_name(query, chosen.address, naming, tells),
            },
        }
    }

    /// Adds what the client is told of its name.
    pub(super) fn tell(&self, builder: &mut Builder) {
        if let Some((code, data)) = &self.told {
            builder.option(*code, data);
        }
    }

    fn fqdn(fqdn: &Fqdn, name: Option<DomainName>, naming: &Naming, tells: bool) -> Self {
        let tells = tells && name.is_some();
        let directions = Directions::of(fqdn.wishes(), naming, tells);
        let data = fqdn.answer(directions, name.as_ref());
        Self {
            hostname: name.map(|name| name.text() + ".").unwrap_or_default(),
            directions,
            told: Some((code::FQDN, data)),
        }
    }

    fn own_host_name(query: &Query<'_>, address: Ipv4Addr, naming: &Naming, tells: bool) -> Self {
        let said = query.message.option(code::HOST_NAME).unwrap_or_default();
        let end = said.iter().rposition(|byte| *byte != 0);
        let said = said.get(..end.map_or(0, |at| at + 1)).unwrap_or_default();
        let clean = naming.sanitizer.clean(said);
        if replaces(naming.replace, !clean.is_empty()) {
            return Self::host_name(generated(address, naming), "", tells, true);
        }
        let (bare, dot) = match clean.strip_suffix(b".") {
            Some(bare) => (bare, "."),
            None => (&clean[..], ""),
        };
        let labels: Vec<&[u8]> = bare.split(|byte| *byte == b'.').collect();
        match labels.len() {
            _ if bare.is_empty() => Self::default(),
            1 => Self::host_name(qualified(labels, naming), "", tells, true),
            _ => Self::host_name(DomainName::new(labels), dot, tells, true),
        }
    }

    /// A dot at the end stays as the client wrote it.
    fn host_name(name: Option<DomainName>, dot: &str, tells: bool, is_wanted: bool) -> Self {
        let Some(name) = name else {
            return Self::default();
        };
        let data = [name.plain(), dot.as_bytes().to_vec()].concat();
        Self {
            hostname: name.text() + dot,
            directions: Directions::all(tells),
            told: is_wanted.then_some((code::HOST_NAME, data)),
        }
    }
}

/// The name of a client FQDN option.
fn own(fqdn: &Fqdn, naming: &Naming, address: Ipv4Addr) -> Option<DomainName> {
    let labels = naming.sanitizer.clean_labels(&fqdn.labels);
    // Who sends the option wants a name, whatever is in it.
    if labels.is_empty() || replaces(naming.replace, true) {
        return generated(address, naming);
    }
    match fqdn.is_full {
        true => DomainName::new(labels),
        false => qualified(labels, naming),
    }
}

/// Whether a generated name takes the place of one that is there, or of none.
fn replaces(mode: ReplaceName, is_present: bool) -> bool {
    match mode {
        ReplaceName::Never => false,
        ReplaceName::Always => true,
        ReplaceName::WhenPresent => is_present,
        ReplaceName::WhenNotPresent => !is_present,
    }
}

/// The labels of a reserved name.
fn labels(name: &str) -> impl Iterator<Item = &[u8]> {
    let name = name.trim_end_matches('.');
    name.split('.').map(str::as_bytes)
}

/// A reserved name is for who tells its own or asks for one (manual dhcp4-srv.rst:5007).
fn wants_host_name(query: &Query<'_>) -> bool {
    let message = &query.message;
    message.has_option(code::HOST_NAME) || message.requested_options().contains(&code::HOST_NAME)
}
