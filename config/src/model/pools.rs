//! `pools` and `pd-pools`.

use std::sync::Arc;

use murre_wire::option::Definitions;
use murre_wire::{Address, Family};

use super::checks::misplaced_server_id;
use super::classes::class_use;
use super::options::options;
use super::{Cx, Fields};
use crate::error::{ConfigError, Note};
use crate::read::Place;
use crate::snapshot::{ClassUse, OptionSet, Pool, Subnet, low_mask};

/// A pool and the place to name when it clashes with another.
pub(super) struct PlacedPool<F: Family> {
    pub(super) pool: Pool<F>,
    pub(super) place: Place,
    pub(super) text: String,
}

/// Reads the address pools of a subnet.
pub(super) fn address_pools<F: Family>(
    cx: &mut Cx,
    fields: &Fields<'_>,
    subnet: &Subnet<F>,
    definitions: &Arc<Definitions>,
) -> Vec<PlacedPool<F>> {
    let maps = cx.maps(fields, "pools");
    let pools: Vec<_> = maps
        .iter()
        .filter_map(|map| address_pool(cx, map, subnet, definitions))
        .collect();
    refuse_overlap(cx, &pools);
    pools
}

fn address_pool<F: Family>(
    cx: &mut Cx,
    fields: &Fields<'_>,
    subnet: &Subnet<F>,
    definitions: &Arc<Definitions>,
) -> Option<PlacedPool<F>> {
    let common = common::<F>(cx, fields, definitions, &subnet.options);
    if fields.get("pool").is_none() {
        cx.missing(fields, "pool");
    }
    let text = cx.text(fields, "pool")?;
    let place = fields.place_of("pool");
    let pool = match range::<F>(text) {
        Ok(pool) => common.of(pool),
        Err(message) => {
            cx.value_error(place, message);
            return None;
        }
    };
    if !subnet.contains(pool.first()) || !subnet.contains(pool.last()) {
        let message = format!(
            "pool {} does not lie in subnet {}",
            text.trim(),
            subnet.text
        );
        cx.value_error(place, message);
        return None;
    }
    if let Some(note) = starts_inside::<F>(text, &pool) {
        cx.note(Note::warning(place.clone(), note));
    }
    Some(PlacedPool {
        pool,
        place: place.clone(),
        text: text.trim().to_owned(),
    })
}

/// `first - last` or `prefix/len`; blanks do not matter.
fn range<F: Family>(text: &str) -> Result<Pool<F>, String> {
    let text: String = text.chars().filter(|char| !char.is_whitespace()).collect();
    let version = F::VERSION;
    let address = |text: &str| {
        text.parse::<F::Address>()
            .map_err(|_| format!("\"{text}\" is not an IPv{version} address"))
    };
    if let Some((first, last)) = text.split_once('-') {
        let (first, last) = (address(first)?, address(last)?);
        if last < first {
            return Err(format!(
                "the pool ends at {last}, before its first address {first}"
            ));
        }
        return Ok(Pool::addresses(first, last));
    }
    let Some((base, len)) = text.split_once('/') else {
        return Err(format!(
            "a pool is \"first - last\" or \"prefix/length\", not \"{text}\""
        ));
    };
    let base = address(base)?;
    let len = prefix_len::<F>(len)?;
    let last = F::Address::from_bits(base.to_bits() | low_mask::<F>(len));
    Ok(Pool::addresses(base, last))
}

/// The length of a prefix, from text.
pub(super) fn prefix_len<F: Family>(text: &str) -> Result<u8, String> {
    let bits = F::Address::BITS;
    let len = text.parse().ok().filter(|len| *len <= bits);
    len.ok_or_else(|| format!("\"{text}\" is not a prefix length from 0 to {bits}"))
}

/// A prefix with host bits starts at the address as written.
fn starts_inside<F: Family>(text: &str, pool: &Pool<F>) -> Option<String> {
    let (_, len) = text.split_once('/')?;
    let len = prefix_len::<F>(len.trim()).ok()?;
    let inside = pool.first().to_bits() & low_mask::<F>(len) != 0;
    inside.then(|| format!("the pool starts at {}, inside its prefix", pool.first()))
}

/// What pools of both kinds may say.
struct Common {
    pool_id: u32,
    options: OptionSet,
    classes: ClassUse,
}

fn common<F: Family>(
    cx: &mut Cx,
    fields: &Fields<'_>,
    definitions: &Arc<Definitions>,
    above: &OptionSet,
) -> Common {
    misplaced_server_id::<F>(cx, fields, "a pool");
    Common {
        pool_id: cx.seconds(fields, "pool-id").unwrap_or_default(),
        options: options::<F>(cx, fields, definitions, above),
        classes: class_use(cx, fields),
    }
}

impl Common {
    fn of<F: Family>(self, pool: Pool<F>) -> Pool<F> {
        pool.with(self.pool_id, self.options, self.classes)
    }
}

/// Reads the pools of prefixes of a subnet.
pub(super) fn pd_pools<F: Family>(
    cx: &mut Cx,
    fields: &Fields<'_>,
    subnet: &Subnet<F>,
    definitions: &Arc<Definitions>,
) -> Vec<PlacedPool<F>> {
    let maps = cx.maps(fields, "pd-pools");
    let pools: Vec<_> = maps
        .iter()
        .filter_map(|map| pd_pool(cx, map, subnet, definitions))
        .collect();
    refuse_overlap(cx, &pools);
    pools
}

fn pd_pool<F: Family>(
    cx: &mut Cx,
    fields: &Fields<'_>,
    subnet: &Subnet<F>,
    definitions: &Arc<Definitions>,
) -> Option<PlacedPool<F>> {
    let common = common::<F>(cx, fields, definitions, &subnet.options);
    for key in ["prefix", "prefix-len", "delegated-len"] {
        if fields.get(key).is_none() {
            cx.missing(fields, key);
        }
    }
    let bits = i128::from(F::Address::BITS);
    let prefix: Option<F::Address> = cx.parsed(fields, "prefix", "an IPv6 prefix without length");
    let len: Option<u8> = cx.integer(fields, "prefix-len", 1..=bits);
    let delegated: Option<u8> = cx.integer(fields, "delegated-len", 1..=bits);
    let (prefix, len, delegated) = (prefix?, len?, delegated?);
    if delegated < len {
        let message =
            format!("\"delegated-len\" ({delegated}) must not be below \"prefix-len\" ({len})");
        cx.value_error(fields.place_of("delegated-len"), message);
        return None;
    }
    if prefix.to_bits() & low_mask::<F>(len) != 0 {
        let message = format!("{prefix} has bits set behind its length of {len}");
        cx.value_error(fields.place_of("prefix"), message);
        return None;
    }
    let excluded = excluded::<F>(cx, fields, prefix, len, delegated);
    let pool = common.of(Pool::prefixes(prefix, len, delegated, excluded));
    let text = format!("{prefix}/{len}");
    Some(PlacedPool {
        pool,
        place: fields.place_of("prefix").clone(),
        text,
    })
}

/// The excluded prefix of RFC 6603: inside the pool and longer than what is delegated.
fn excluded<F: Family>(
    cx: &mut Cx,
    fields: &Fields<'_>,
    prefix: F::Address,
    len: u8,
    delegated: u8,
) -> Option<(F::Address, u8)> {
    let keys = ["excluded-prefix", "excluded-prefix-len"];
    match keys.map(|key| fields.get(key).is_some()) {
        [false, false] => return None,
        [true, true] => {}
        [false, true] => cx.missing(fields, keys[0]),
        [true, false] => cx.missing(fields, keys[1]),
    }
    let bits = i128::from(F::Address::BITS);
    let address: Option<F::Address> = cx.parsed(fields, keys[0], "an IPv6 prefix without length");
    let excluded_len: Option<u8> = cx.integer(fields, keys[1], 0..=bits);
    let (address, excluded_len) = (address?, excluded_len?);
    // Unspecified with length 0 is how a file says that there is none.
    if excluded_len == 0 && address.to_bits() == 0 {
        return None;
    }
    if excluded_len <= delegated {
        let message = format!(
            "\"excluded-prefix-len\" ({excluded_len}) must be above \"delegated-len\" ({delegated})"
        );
        cx.value_error(fields.place_of(keys[1]), message);
        return None;
    }
    if (address.to_bits() ^ prefix.to_bits()) & !low_mask::<F>(len) != 0 {
        let message = format!("the excluded prefix {address} does not lie in {prefix}/{len}");
        cx.value_error(fields.place_of(keys[0]), message);
        return None;
    }
    Some((address, excluded_len))
}

/// Pools of one subnet must not share an address; the later of two in the file is to blame.
fn refuse_overlap<F: Family>(cx: &mut Cx, pools: &[PlacedPool<F>]) {
    let mut sorted: Vec<(usize, &PlacedPool<F>)> = pools.iter().enumerate().collect();
    sorted.sort_by_key(|(_, placed)| placed.pool.first());
    let mut reaching: Option<(usize, &PlacedPool<F>)> = None;
    for candidate in sorted {
        match reaching {
            Some(before) if candidate.1.pool.first() <= before.1.pool.end() => {
                let (first, second) = if before.0 < candidate.0 {
                    (before, candidate)
                } else {
                    (candidate, before)
                };
                cx.error(overlap(first.1, second.1));
                if candidate.1.pool.end() > before.1.pool.end() {
                    reaching = Some(candidate);
                }
            }
            _ => reaching = Some(candidate),
        }
    }
}

fn overlap<F: Family>(first: &PlacedPool<F>, second: &PlacedPool<F>) -> ConfigError {
    let message = format!(
        "pool {} overlaps pool {} of the same subnet",
        second.text, first.text
    );
    ConfigError::value(&second.place, message).with(&first.place, "which is at")
}
