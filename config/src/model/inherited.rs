//! What a scope hands down to the scopes beneath it.

use std::marker::PhantomData;
use std::net::Ipv4Addr;
use std::sync::Arc;

use murre_wire::Family;
use murre_wire::option::Definitions;

use super::naming::GivenNaming;
use super::{Cx, Fields};
use crate::error::{ConfigError, Note};
use crate::snapshot::{
    Allocator, LeaseCache, Lifetimes, Naming, OptionSet, ReservationModes, Triplet,
};

/// Keys of a lifetime: least, default, most.
pub(crate) type Triple = [&'static str; 3];

/// The lifetimes there are.
pub(crate) const LIFETIME_KEYS: [Triple; 2] = [
    ["min-valid-lifetime", "valid-lifetime", "max-valid-lifetime"],
    [
        "min-preferred-lifetime",
        "preferred-lifetime",
        "max-preferred-lifetime",
    ],
];

/// Values given in a scope; `None` is not given here.
#[derive(Clone, Debug, Default)]
pub(super) struct Inherited {
    valid: Option<Triplet>,
    preferred: Option<Triplet>,
    renew: Option<u32>,
    rebind: Option<u32>,
    calculate: Option<bool>,
    t1_percent: Option<f64>,
    t2_percent: Option<f64>,
    pub(super) allocator: Option<Allocator>,
    pub(super) pd_allocator: Option<Allocator>,
    pub(super) rapid_commit: Option<bool>,
    pub(super) authoritative: Option<bool>,
    pub(super) match_client_id: Option<bool>,
    pub(super) next_server: Option<Ipv4Addr>,
    pub(super) server_hostname: Option<Arc<str>>,
    pub(super) boot_file_name: Option<Arc<str>>,
    pub(super) offer_lifetime: Option<u32>,
    pub(super) store_extended_info: Option<bool>,
    pub(super) reservations: Reservations,
    cache_threshold: Option<f64>,
    cache_max_age: Option<u32>,
    naming: Option<Arc<Naming>>,
}

/// Which reservations count, as far as it is given.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reservations {
    global: Option<bool>,
    in_subnet: Option<bool>,
    out_of_pool: Option<bool>,
}

/// What the scopes above hand down to one.
#[derive(Clone, Copy)]
pub(super) struct Above<'a> {
    /// Values that a scope may override.
    pub(super) inherited: &'a Inherited,
    /// Options of the scopes between the global one and this one.
    pub(super) options: &'a OptionSet,
    /// Formats of options.
    pub(super) definitions: &'a Arc<Definitions>,
}

impl Inherited {
    /// Reads a scope and puts it over what it inherits.
    pub(super) fn read<F: Family>(cx: &mut Cx, fields: &Fields<'_>, above: &Self) -> Self {
        let here = Self {
            valid: triplet(cx, fields, LIFETIME_KEYS[0]),
            preferred: triplet(cx, fields, LIFETIME_KEYS[1]),
            renew: cx.seconds(fields, "renew-timer"),
            rebind: cx.seconds(fields, "rebind-timer"),
            calculate: cx.boolean(fields, "calculate-tee-times"),
            t1_percent: cx.fraction(fields, "t1-percent"),
            t2_percent: cx.fraction(fields, "t2-percent"),
            allocator: allocator(cx, fields, "allocator"),
            pd_allocator: allocator(cx, fields, "pd-allocator"),
            rapid_commit: cx.boolean(fields, "rapid-commit"),
            authoritative: cx.boolean(fields, "authoritative"),
            match_client_id: cx.boolean(fields, "match-client-id"),
            next_server: next_server(cx, fields),
            server_hostname: header_text(cx, fields, "server-hostname", 64),
            boot_file_name: header_text(cx, fields, "boot-file-name", 128),
            offer_lifetime: offer_lifetime(cx, fields),
            store_extended_info: cx.boolean(fields, "store-extended-info"),
            reservations: reservations(cx, fields),
            cache_threshold: cx.number(fields, "cache-threshold"),
            cache_max_age: cx.seconds(fields, "cache-max-age"),
            naming: Some(GivenNaming::read(cx, fields).over(&above.naming())),
        };
        let merged = here.over(above);
        merged.check_percents::<F>(cx, fields);
        merged.check_timers(cx, fields);
        merged
    }

    fn over(self, above: &Self) -> Self {
        Self {
            valid: self.valid.or(above.valid),
            preferred: self.preferred.or(above.preferred),
            renew: self.renew.or(above.renew),
            rebind: self.rebind.or(above.rebind),
            calculate: self.calculate.or(above.calculate),
            t1_percent: self.t1_percent.or(above.t1_percent),
            t2_percent: self.t2_percent.or(above.t2_percent),
            allocator: self.allocator.or(above.allocator),
            pd_allocator: self.pd_allocator.or(above.pd_allocator),
            rapid_commit: self.rapid_commit.or(above.rapid_commit),
            authoritative: self.authoritative.or(above.authoritative),
            match_client_id: self.match_client_id.or(above.match_client_id),
            next_server: self.next_server.or(above.next_server),
            server_hostname: self
                .server_hostname
                .or_else(|| above.server_hostname.clone()),
            boot_file_name: self.boot_file_name.or_else(|| above.boot_file_name.clone()),
            offer_lifetime: self.offer_lifetime.or(above.offer_lifetime),
            store_extended_info: self.store_extended_info.or(above.store_extended_info),
            reservations: self.reservations.over(above.reservations),
            cache_threshold: self.cache_threshold.or(above.cache_threshold),
            cache_max_age: self.cache_max_age.or(above.cache_max_age),
            naming: self.naming,
        }
    }

    /// The lifetimes with built-in values where nothing was given.
    pub(super) fn lifetimes<F: Family>(&self) -> Lifetimes<F> {
        let built_in = Lifetimes::<F>::default();
        Lifetimes {
            valid: self.valid.unwrap_or(built_in.valid),
            preferred: self.preferred,
            renew: self.renew,
            rebind: self.rebind,
            calculate: self.calculate.unwrap_or(built_in.calculate),
            t1_percent: self.t1_percent.unwrap_or(built_in.t1_percent),
            t2_percent: self.t2_percent.unwrap_or(built_in.t2_percent),
            family: PhantomData,
        }
    }

    /// With what the manual has where nothing was given.
    pub(super) fn with_names(naming: Arc<Naming>) -> Self {
        Self {
            naming: Some(naming),
            ..Self::default()
        }
    }

    /// How names are made.
    pub(super) fn naming(&self) -> Arc<Naming> {
        self.naming.clone().unwrap_or_else(Naming::built_in)
    }

    /// When a lease is told again without being written.
    pub(super) fn cache(&self) -> LeaseCache {
        LeaseCache {
            threshold: self.cache_threshold,
            max_age: self.cache_max_age,
        }
    }

    /// T1 as a share must be below T2; said where one of them is given.
    fn check_percents<F: Family>(&self, cx: &mut Cx, fields: &Fields<'_>) {
        let Lifetimes {
            t1_percent,
            t2_percent,
            ..
        } = self.lifetimes::<F>();
        let given = fields
            .get("t1-percent")
            .or_else(|| fields.get("t2-percent"));
        if let (Some(node), true) = (given, t1_percent >= t2_percent) {
            let message = format!(
                "\"t1-percent\" ({t1_percent}) must be below \"t2-percent\" ({t2_percent})"
            );
            cx.value_error(&node.place, message);
        }
    }

    /// The manual lets a renew timer reach the rebind timer; the client then gets none.
    fn check_timers(&self, cx: &mut Cx, fields: &Fields<'_>) {
        let given = fields
            .get("renew-timer")
            .or_else(|| fields.get("rebind-timer"));
        if let (Some(node), Some(renew), Some(rebind)) = (given, self.renew, self.rebind)
            && renew >= rebind
        {
            let text = format!(
                "\"renew-timer\" ({renew}) is not below \"rebind-timer\" ({rebind}): it will not be sent"
            );
            cx.note(Note::warning(node.place.clone(), text));
        }
    }
}

impl Reservations {
    fn over(self, above: Self) -> Self {
        Self {
            global: self.global.or(above.global),
            in_subnet: self.in_subnet.or(above.in_subnet),
            out_of_pool: self.out_of_pool.or(above.out_of_pool),
        }
    }

    /// With built-in values where nothing was given.
    pub(super) fn modes(self) -> ReservationModes {
        let built_in = ReservationModes::default();
        ReservationModes {
            global: self.global.unwrap_or(built_in.global),
            in_subnet: self.in_subnet.unwrap_or(built_in.in_subnet),
            out_of_pool: self.out_of_pool.unwrap_or(built_in.out_of_pool),
        }
    }
}

/// The three flags, or the older mode that stands for some of them (dhcp4-srv.rst:5331-5586).
fn reservations(cx: &mut Cx, fields: &Fields<'_>) -> Reservations {
    let words = [
        ("disabled", (false, false, false)),
        ("off", (false, false, false)),
        ("global", (true, false, false)),
        ("out-of-pool", (false, true, true)),
        ("all", (false, true, false)),
    ];
    let flags = [
        "reservations-global",
        "reservations-in-subnet",
        "reservations-out-of-pool",
    ];
    if let Some((global, in_subnet, out_of_pool)) = cx.one_of(fields, "reservation-mode", &words) {
        for flag in flags {
            cx.one_name(fields, ["reservation-mode", flag]);
        }
        return Reservations {
            global: Some(global),
            in_subnet: Some(in_subnet),
            out_of_pool: Some(out_of_pool),
        };
    }
    let [global, in_subnet, out_of_pool] = flags.map(|key| cx.boolean(fields, key));
    Reservations {
        global,
        in_subnet,
        out_of_pool,
    }
}

/// By its older or its newer name.
pub(super) fn offer_lifetime(cx: &mut Cx, fields: &Fields<'_>) -> Option<u32> {
    let keys = ["offer-lifetime", "offer-lft"];
    cx.one_name(fields, keys);
    let [old, new] = keys.map(|key| cx.seconds(fields, key));
    new.or(old)
}

/// Least, default and most of a lifetime; one that is not given follows those that are.
pub(super) fn triplet(cx: &mut Cx, fields: &Fields<'_>, keys: Triple) -> Option<Triplet> {
    let [min, default, max] = keys.map(|key| cx.seconds(fields, key));
    let middle = default.or(min).or(max)?;
    let triplet = Triplet {
        min: min.unwrap_or(middle),
        default: middle,
        max: max.unwrap_or(middle),
    };
    let mut ordered = |low: usize, low_value: u32, high: usize, high_value: u32| {
        if low_value > high_value {
            let message = format!(
                "\"{}\" ({low_value}) must not be above \"{}\" ({high_value})",
                keys[low], keys[high]
            );
            let error = ConfigError::value(fields.place_of(keys[low]), message);
            cx.error(error.with(fields.place_of(keys[high]), "given at"));
        }
        low_value <= high_value
    };
    let sound = match default {
        Some(_) => {
            let low = ordered(0, triplet.min, 1, middle);
            ordered(1, middle, 2, triplet.max) && low
        }
        None => ordered(0, triplet.min, 2, triplet.max),
    };
    sound.then_some(triplet)
}

fn allocator(cx: &mut Cx, fields: &Fields<'_>, key: &'static str) -> Option<Allocator> {
    let words = [
        ("iterative", Allocator::Iterative),
        ("random", Allocator::Random),
        ("flq", Allocator::Flq),
    ];
    cx.one_of(fields, key, &words)
}

/// An empty string is as if the key were not there; 0.0.0.0 means that none is sent.
pub(super) fn next_server(cx: &mut Cx, fields: &Fields<'_>) -> Option<Ipv4Addr> {
    let node = fields.get("next-server")?;
    if node.as_text() == Some("") {
        return None;
    }
    cx.parsed(fields, "next-server", "an IPv4 address")
}

/// A string for a field of the fixed header (dhcp4-srv.rst:4021).
pub(super) fn header_text(
    cx: &mut Cx,
    fields: &Fields<'_>,
    key: &'static str,
    limit: usize,
) -> Option<Arc<str>> {
    let text = cx.filled(fields, key)?;
    if text.len() > limit {
        let message = format!("\"{key}\" has {} bytes, at most {limit} fit", text.len());
        cx.value_error(fields.place_of(key), message);
        return None;
    }
    Some(text.into())
}
