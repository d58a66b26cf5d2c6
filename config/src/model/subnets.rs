//! `subnet4` and `subnet6`, by themselves or in a shared network.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use murre_wire::Family;

use super::classes::class_use;
use super::conflicts::{refuse_addresses_in_prefixes, refuse_mixed_delegation};
use super::dhcp4o6::dhcp4o6;
use super::hosts::Reservations;
use super::inherited::{Above, Inherited};
use super::options::options;
use super::pools::{PlacedPool, address_pools, pd_pools, prefix_len};
use super::{Cx, Fields};
use crate::error::{ConfigError, Note};
use crate::read::{Place, Value};
use crate::snapshot::{Hosts, SharedNetwork, Subnet};

/// Largest subnet identifier (dhcp4-srv.rst:1233).
const LAST_ID: i128 = 4_294_967_294;

/// Where a subnet stands: what it inherits, and the shared network around it.
#[derive(Clone, Copy)]
pub(super) struct Around<'a, F: Family> {
    pub(super) above: Above<'a>,
    pub(super) link: &'a Link<F>,
    pub(super) network: Option<&'a Arc<SharedNetwork>>,
}

/// How clients of a network or subnet are recognized.
#[derive(Clone, Debug)]
pub(super) struct Link<F: Family> {
    pub(super) relay: Vec<F::Address>,
    pub(super) interface: Option<Arc<str>>,
    pub(super) interface_id: Option<Vec<u8>>,
}

impl<F: Family> Default for Link<F> {
    fn default() -> Self {
        Self {
            relay: Vec::new(),
            interface: None,
            interface_id: None,
        }
    }
}

impl<F: Family> Link<F> {
    /// Reads what a scope says and puts it over what the scope around it says.
    pub(super) fn read(cx: &mut Cx, fields: &Fields<'_>, around: &Self) -> Self {
        let relay = relay::<F>(cx, fields);
        let interface: Option<Arc<str>> = cx.filled(fields, "interface").map(Into::into);
        let interface_id = cx.filled(fields, "interface-id");
        let interface_id = interface_id.map(|text| text.as_bytes().to_vec());
        if interface.is_some() && interface_id.is_some() {
            let message = format!(
                "{} has an \"interface\" or an \"interface-id\", not both",
                fields.scope
            );
            let error = ConfigError::value(fields.place_of("interface-id"), message);
            cx.error(error.with(fields.place_of("interface"), "the interface is given at"));
        }
        Self {
            relay: match relay.is_empty() {
                true => around.relay.clone(),
                false => relay,
            },
            interface: interface.or_else(|| around.interface.clone()),
            interface_id: interface_id.or_else(|| around.interface_id.clone()),
        }
    }
}

/// The key of a list of subnets.
pub(super) fn subnets_key<F: Family>() -> &'static str {
    match F::VERSION {
        4 => "subnet4",
        _ => "subnet6",
    }
}

/// The subnets of a server that were read so far, and what must be unique among them.
pub(super) struct Subnets<'m, F: Family> {
    ids: Ids,
    texts: HashMap<String, &'m Place>,
    addressed: Vec<PlacedPool<F>>,
    delegated: Vec<PlacedPool<F>>,
    subnets: Vec<Subnet<F>>,
    reservations: Reservations<'m, F>,
}

impl<'m, F: Family> Subnets<'m, F> {
    /// None yet; `all` are those that will be read.
    pub(super) fn new(cx: &mut Cx, all: &[Fields<'m>], reservations: Reservations<'m, F>) -> Self {
        Self {
            reservations,
            ids: Ids::collect(cx, all),
            texts: HashMap::new(),
            addressed: Vec::new(),
            delegated: Vec::new(),
            subnets: Vec::with_capacity(all.len()),
        }
    }

    /// Reads one more; identifiers not given are made up here.
    pub(super) fn read(
        &mut self,
        cx: &mut Cx,
        fields: &Fields<'m>,
        around: Around<'_, F>,
    ) -> Option<&Subnet<F>> {
        let id = self.ids.id_of(cx, fields);
        let mut subnet = subnet::<F>(cx, fields, id, around)?;
        let place = fields.place_of("subnet");
        if let Some(first) = self.texts.insert(subnet.text.to_string(), place) {
            let message = format!("subnet {} is given twice", subnet.text);
            cx.error(ConfigError::value(place, message).with(first, "first given at"));
        }
        let definitions = around.above.definitions;
        let addresses = address_pools(cx, fields, &subnet, definitions);
        subnet.pools = addresses.iter().map(|placed| placed.pool.clone()).collect();
        if F::VERSION == 6 {
            self.addressed.extend(addresses);
        }
        let prefixes = pd_pools(cx, fields, &subnet, definitions);
        subnet.pd_pools = prefixes.iter().map(|placed| placed.pool.clone()).collect();
        self.delegated.extend(prefixes);
        self.reservations.read(cx, fields, Some(&subnet));
        self.subnets.push(subnet);
        self.subnets.last()
    }

    /// All of them, checked against each other.
    pub(super) fn finish(self, cx: &mut Cx) -> (Vec<Subnet<F>>, Hosts<F>) {
        refuse_mixed_delegation(cx, &self.delegated);
        refuse_addresses_in_prefixes(cx, &self.addressed, &self.delegated);
        (self.subnets, Hosts::new(self.reservations.hosts))
    }
}

/// A subnet without its pools.
fn subnet<F: Family>(
    cx: &mut Cx,
    fields: &Fields<'_>,
    id: u32,
    around: Around<'_, F>,
) -> Option<Subnet<F>> {
    let above = around.above;
    let inherited = Inherited::read::<F>(cx, fields, above.inherited);
    let options = options::<F>(cx, fields, above.definitions, above.options);
    let cache = inherited.cache();
    let naming = inherited.naming();
    let link = Link::read(cx, fields, around.link);
    let classes = class_use(cx, fields);
    if fields.get("subnet").is_none() {
        cx.missing(fields, "subnet");
    }
    let text = cx.text(fields, "subnet")?.trim();
    let (prefix, len) = match prefix::<F>(text) {
        Ok(prefix) => prefix,
        Err(message) => {
            cx.value_error(fields.place_of("subnet"), message);
            return None;
        }
    };
    Some(Subnet {
        text: text.into(),
        network: around.network.cloned(),
        classes,
        relay: link.relay,
        interface: link.interface,
        interface_id: link.interface_id,
        dhcp4o6: dhcp4o6(cx, fields),
        options,
        lifetimes: inherited.lifetimes(),
        allocator: inherited.allocator.unwrap_or_default(),
        pd_allocator: inherited.pd_allocator.unwrap_or_default(),
        rapid_commit: inherited.rapid_commit.unwrap_or_default(),
        authoritative: inherited.authoritative.unwrap_or_default(),
        match_client_id: inherited.match_client_id.unwrap_or(true),
        next_server: inherited.next_server,
        server_hostname: inherited.server_hostname,
        boot_file_name: inherited.boot_file_name,
        offer_lifetime: inherited.offer_lifetime.unwrap_or_default(),
        store_extended_info: inherited.store_extended_info.unwrap_or_default(),
        reservations: inherited.reservations.modes(),
        cache,
        naming,
        ..Subnet::new(id, prefix, len)
    })
}

/// `address/length`; bits behind the length are allowed.
pub(super) fn prefix<F: Family>(text: &str) -> Result<(F::Address, u8), String> {
    let Some((address, len)) = text.split_once('/') else {
        return Err(format!("a subnet is \"prefix/length\", not \"{text}\""));
    };
    let address = address.trim();
    let parsed = address
        .parse()
        .map_err(|_| format!("\"{address}\" is not an IPv{} address", F::VERSION))?;
    Ok((parsed, prefix_len::<F>(len.trim())?))
}

fn relay<F: Family>(cx: &mut Cx, fields: &Fields<'_>) -> Vec<F::Address> {
    let Some(relay) = cx.map(fields, "relay") else {
        return Vec::new();
    };
    let expected = format!("an IPv{} address", F::VERSION);
    // The form before lists were possible.
    let single: Option<F::Address> = cx.parsed(&relay, "ip-address", &expected);
    if relay.get("ip-addresses").is_none() && relay.get("ip-address").is_none() {
        cx.missing(&relay, "ip-addresses");
    }
    let mut addresses: Vec<F::Address> = single.into_iter().collect();
    for node in cx.list(&relay, "ip-addresses") {
        match node.as_text().and_then(|text| text.trim().parse().ok()) {
            Some(address) if addresses.contains(&address) => {
                cx.value_error(&node.place, format!("relay {address} is listed twice"));
            }
            Some(address) => addresses.push(address),
            None => cx.value_error(&node.place, format!("a relay must be {expected}")),
        }
    }
    addresses
}

/// Identifiers that are given, and the next one to make up.
struct Ids {
    given: HashSet<u32>,
    next: u32,
}

impl Ids {
    /// Reads all identifiers of a server, refusing one given twice.
    fn collect(cx: &mut Cx, maps: &[Fields<'_>]) -> Self {
        let mut places: HashMap<u32, &Place> = HashMap::new();
        for fields in maps {
            let Some(id) = cx.integer::<u32>(fields, "id", 0..=LAST_ID) else {
                continue;
            };
            let place = fields.place_of("id");
            match places.get(&id) {
                _ if id == 0 => {}
                Some(first) => {
                    let message = format!("subnet id {id} is given twice");
                    cx.error(ConfigError::value(place, message).with(first, "first given at"));
                }
                None => {
                    places.insert(id, place);
                }
            }
        }
        Self {
            given: places.into_keys().collect(),
            next: 1,
        }
    }

    /// The identifier of a subnet; made up, with a warning, if it has none or 0.
    fn id_of(&mut self, cx: &mut Cx, fields: &Fields<'_>) -> u32 {
        let given = fields.get("id").map(|node| &node.value);
        match given {
            None | Some(Value::Int(0)) => {}
            Some(Value::Int(id)) => return u32::try_from(*id).unwrap_or_default(),
            Some(_) => return 0,
        }
        while self.given.contains(&self.next) {
            self.next += 1;
        }
        let id = self.next;
        self.next += 1;
        let text = format!(
            "no subnet id is given: {id} is used. It changes when subnets are added or removed, and leases with it; set \"id\""
        );
        cx.note(Note::warning(fields.place_of("id").clone(), text));
        id
    }
}
