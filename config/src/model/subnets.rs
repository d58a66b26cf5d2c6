//! `subnet4` and `subnet6`.

use std::collections::{HashMap, HashSet};

use murre_wire::Family;

use super::conflicts::{refuse_addresses_in_prefixes, refuse_mixed_delegation};
use super::inherited::{Above, Inherited};
use super::options::options;
use super::pools::{PlacedPool, address_pools, pd_pools, prefix_len};
use super::{Cx, Fields};
use crate::error::{ConfigError, Note};
use crate::read::{Place, Value};
use crate::snapshot::Subnet;

/// Largest subnet identifier (dhcp4-srv.rst:1233).
const LAST_ID: i128 = 4_294_967_294;

/// Reads the subnets of a server; identifiers not given are made up here.
pub(super) fn subnets<F: Family>(
    cx: &mut Cx,
    global: &Fields<'_>,
    above: Above<'_>,
) -> Vec<Subnet<F>> {
    let key = if F::VERSION == 4 {
        "subnet4"
    } else {
        "subnet6"
    };
    let maps = cx.maps(global, key);
    let mut ids = Ids::collect(cx, &maps);
    let mut texts: HashMap<String, &Place> = HashMap::new();
    let mut addressed: Vec<PlacedPool<F>> = Vec::new();
    let mut delegated: Vec<PlacedPool<F>> = Vec::new();
    let mut subnets = Vec::with_capacity(maps.len());
    for fields in &maps {
        let id = ids.id_of(cx, fields);
        let Some(mut subnet) = subnet::<F>(cx, fields, id, above) else {
            continue;
        };
        let place = fields.place_of("subnet");
        if let Some(first) = texts.insert(subnet.text.to_string(), place) {
            let message = format!("subnet {} is given twice", subnet.text);
            cx.error(ConfigError::value(place, message).with(first, "first given at"));
        }
        let addresses = address_pools(cx, fields, &subnet, above.definitions);
        subnet.pools = addresses.iter().map(|placed| placed.pool.clone()).collect();
        if F::VERSION == 6 {
            addressed.extend(addresses);
        }
        let prefixes = pd_pools(cx, fields, &subnet, above.definitions);
        subnet.pd_pools = prefixes.iter().map(|placed| placed.pool.clone()).collect();
        delegated.extend(prefixes);
        subnets.push(subnet);
    }
    refuse_mixed_delegation(cx, &delegated);
    refuse_addresses_in_prefixes(cx, &addressed, &delegated);
    subnets
}

/// A subnet without its pools.
fn subnet<F: Family>(
    cx: &mut Cx,
    fields: &Fields<'_>,
    id: u32,
    above: Above<'_>,
) -> Option<Subnet<F>> {
    let inherited = Inherited::read::<F>(cx, fields, above.inherited);
    let options = options::<F>(cx, fields, above.definitions, above.options);
    let relay = relay::<F>(cx, fields);
    let interface = cx.filled(fields, "interface").map(Into::into);
    let interface_id = cx
        .filled(fields, "interface-id")
        .map(|text| text.as_bytes().to_vec());
    if let (true, Some(_)) = (interface.is_some(), &interface_id) {
        let message = "a subnet has an \"interface\" or an \"interface-id\", not both";
        let error = ConfigError::value(fields.place_of("interface-id"), message);
        cx.error(error.with(fields.place_of("interface"), "the interface is given at"));
    }
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
        relay,
        interface,
        interface_id,
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
        ..Subnet::new(id, prefix, len)
    })
}

/// `address/length`; bits behind the length are allowed.
fn prefix<F: Family>(text: &str) -> Result<(F::Address, u8), String> {
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
