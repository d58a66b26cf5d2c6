//! `shared-networks`, and all subnets and reservations with them (dhcp4-srv.rst:6150-6440).

use std::collections::HashMap;
use std::sync::Arc;

use murre_wire::Family;

use super::classes::class_use;
use super::hosts::Reservations;
use super::inherited::{Above, Inherited};
use super::options::options;
use super::subnets::{Around, Link, Subnets, subnets_key};
use super::{Cx, Fields};
use crate::error::{ConfigError, Note};
use crate::read::Place;
use crate::snapshot::{Hosts, SharedNetwork, Subnet};

/// Reads the subnets of a server: those by themselves, and then those of each shared network. Reservations
/// are read with the subnet they are for.
pub(super) fn subnets<F: Family>(
    cx: &mut Cx,
    global: &Fields<'_>,
    above: Above<'_>,
) -> (Vec<Subnet<F>>, Hosts<F>) {
    let alone = cx.maps(global, subnets_key::<F>());
    let networks = cx.maps(global, "shared-networks");
    let inside: Vec<Vec<Fields<'_>>> = networks
        .iter()
        .map(|network| cx.maps(network, subnets_key::<F>()))
        .collect();
    let all: Vec<Fields<'_>> = alone
        .iter()
        .chain(inside.iter().flatten())
        .copied()
        .collect();
    let unique = cx.boolean(global, "ip-reservations-unique").unwrap_or(true);
    let mut reservations = Reservations::new(above.definitions, unique);
    reservations.read(cx, global, None);
    let mut subnets = Subnets::new(cx, &all, reservations);
    let around = Around {
        above,
        link: &Link::default(),
        network: None,
    };
    for fields in &alone {
        subnets.read(cx, fields, around);
    }
    let mut names = HashMap::new();
    for (fields, inside) in networks.iter().zip(&inside) {
        let name = name(cx, fields, &mut names);
        network(cx, (fields, name), inside, above, &mut subnets);
    }
    subnets.finish(cx)
}

/// The name of a network, refused when another has it.
fn name<'m>(cx: &mut Cx, fields: &Fields<'m>, names: &mut HashMap<&'m str, &'m Place>) -> &'m str {
    let place = fields.place_of("name");
    let Some(name) = cx.filled(fields, "name") else {
        cx.missing(fields, "name");
        return "";
    };
    if let Some(first) = names.insert(name, place) {
        let message = format!("shared network \"{name}\" is given twice");
        cx.error(ConfigError::value(place, message).with(first, "first given at"));
    }
    name
}

fn network<'m, F: Family>(
    cx: &mut Cx,
    (fields, name): (&Fields<'m>, &str),
    inside: &[Fields<'m>],
    above: Above<'_>,
    subnets: &mut Subnets<'m, F>,
) {
    let inherited = Inherited::read::<F>(cx, fields, above.inherited);
    let options = options::<F>(cx, fields, above.definitions, above.options);
    let link = Link::read(cx, fields, &Link::default());
    let network = Arc::new(SharedNetwork {
        name: name.into(),
        classes: class_use(cx, fields),
    });
    let around = Around {
        above: Above {
            inherited: &inherited,
            options: &options,
            definitions: above.definitions,
        },
        link: &link,
        network: Some(&network),
    };
    let mut first: Option<(Common<F>, &Fields<'m>)> = None;
    for fields in inside {
        let Some(subnet) = subnets.read(cx, fields, around) else {
            continue;
        };
        let common = Common::of(subnet);
        match &mut first {
            Some((before, place)) => before.compare(cx, place, fields, common),
            None => first = Some((common, fields)),
        }
    }
}

/// What all subnets of a network must agree on, as they are on one link.
struct Common<F: Family> {
    interface: Option<Arc<str>>,
    relay: Vec<F::Address>,
    authoritative: bool,
    rapid_commit: bool,
}

impl<F: Family> Common<F> {
    fn of(subnet: &Subnet<F>) -> Self {
        Self {
            interface: subnet.interface.clone(),
            relay: subnet.relay.clone(),
            authoritative: subnet.authoritative,
            rapid_commit: subnet.rapid_commit,
        }
    }

    /// Holds another subnet against what is known; what one leaves open the other may say.
    fn compare(&mut self, cx: &mut Cx, first: &Fields<'_>, fields: &Fields<'_>, other: Self) {
        let differ = |cx: &mut Cx, key: &str| {
            let message = format!("all subnets of a shared network must have the same \"{key}\"");
            let error = ConfigError::value(fields.place_of(key), message);
            cx.error(error.with(first.place_of(key), "another one is at"));
        };
        match (&self.interface, other.interface) {
            (Some(before), Some(here)) if *before != here => differ(cx, "interface"),
            (None, here) => self.interface = here,
            _ => {}
        }
        match (self.relay.is_empty(), other.relay.is_empty()) {
            // The relay of one subnet leads to all of them all the same (dhcp4-srv.rst:6300).
            (false, false) if self.relay != other.relay => {
                let text = "another subnet of this shared network has another \"relay\": clients behind either get leases of both";
                cx.note(Note::warning(fields.place_of("relay").clone(), text));
            }
            (true, _) => self.relay = other.relay,
            _ => {}
        }
        if self.authoritative != other.authoritative {
            differ(cx, "authoritative");
        }
        if self.rapid_commit != other.rapid_commit {
            differ(cx, "rapid-commit");
        }
    }
}
