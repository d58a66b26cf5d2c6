//! `Dhcp4` and `Dhcp6` as a whole, and the small maps of the global scope.

use std::sync::Arc;

use murre_wire::Family;
use murre_wire::option::{Definitions, Universe};

use super::checks::{compatibility, parked_packets, queue_control, sanity_checks};
use super::classes::classes;
use super::database::{hosts_databases, lease_database};
use super::definitions::definitions;
use super::dhcp4o6::dhcp4o6_port;
use super::hooks::hooks;
use super::hosts::identifier_kinds;
use super::inherited::{Above, Inherited};
use super::interfaces::interfaces;
use super::logging::loggers;
use super::naming::{name_updates, old_place};
use super::networks::subnets;
use super::options::options;
use super::server_id::server_id;
use super::{Cx, Fields};
use crate::error::{ConfigError, Fault, Note};
use crate::snapshot::{
    ControlSocket, ExpiredLeases, MultiThreading, OptionSet, Server, StatisticSamples,
};

/// Reads one family's map.
pub(crate) fn server<F: Family>(cx: &mut Cx, fields: &Fields<'_>) -> Server<F> {
    let standard = Definitions::standard(Universe::of::<F>());
    let definitions = definitions::<F>(cx, fields, &standard);
    let built_in = Inherited::with_names(old_place(cx, fields));
    let inherited = Inherited::read::<F>(cx, fields, &built_in);
    let none = OptionSet::default();
    let options = options::<F>(cx, fields, &definitions, &none);
    // Options of classes come between the global ones and those of all other scopes, so nobody inherits
    // the global ones here.
    let above = Above {
        inherited: &inherited,
        options: &none,
        definitions: &definitions,
    };
    let classes = classes::<F>(cx, fields, &definitions);
    let (compatibility, spares_ends) = compatibility(cx, fields);
    let (mut subnets, hosts) = subnets::<F>(cx, fields, above);
    for subnet in &mut subnets {
        subnet.spares_ends = spares_ends;
    }
    let mut server = Server::new(subnets);
    server.hosts = hosts;
    server.compatibility = compatibility;
    sanity_checks(cx, fields);
    queue_control(cx, fields);
    parked_packets(cx, fields);
    hooks(cx, fields);
    server.stash_agent_options = stash_agent_options(cx, fields, &server);
    server.host_identifiers = identifier_kinds::<F>(cx, fields);
    server.early_global_reservations = cx
        .boolean(fields, "early-global-reservations-lookup")
        .unwrap_or_default();
    server.classes = classes.finish(cx);
    server.definitions = definitions;
    server.options = options;
    server.lifetimes = inherited.lifetimes();
    server.authoritative = inherited.authoritative.unwrap_or_default();
    server.name_updates = name_updates(cx, fields);
    server.naming = inherited.naming();
    server.interfaces = interfaces(cx, fields);
    server.lease_database = lease_database(cx, fields);
    server.hosts_databases = hosts_databases(cx, fields);
    server.dhcp4o6_port = dhcp4o6_port(cx, fields, server.subnets());
    server.expired = expired_leases(cx, fields);
    server.loggers = loggers(cx, fields);
    server.control_sockets = control_sockets(cx, fields);
    server.multi_threading = multi_threading(cx, fields);
    server.statistics = statistics(cx, fields);
    server.worker_name = worker_name(cx, fields);
    server.worker_sharing = cx
        .boolean(fields, "worker-sharing")
        .unwrap_or(server.worker_sharing);
    server.server_id = server_id(cx, fields);
    if let (Some(_), Some(entry)) = (
        cx.boolean(fields, "reservations-lookup-first"),
        fields.entry("reservations-lookup-first"),
    ) {
        let text =
            "\"reservations-lookup-first\" has no effect: reservations are always looked up first";
        cx.note(Note::info(entry.key_place.clone(), text));
    }
    if let Some(entry) = fields.entry("data-directory") {
        let text =
            "\"data-directory\" has no effect: the server identifier is kept in the database";
        cx.note(Note::info(entry.key_place.clone(), text));
    }
    server.data_directory = cx.filled(fields, "data-directory").map(Into::into);
    server.echo_client_id = cx
        .boolean(fields, "echo-client-id")
        .unwrap_or(server.echo_client_id);
    server.decline_probation_period = cx
        .seconds(fields, "decline-probation-period")
        .unwrap_or(server.decline_probation_period);
    server
}

/// What is recalled must have been kept.
fn stash_agent_options<F: Family>(cx: &mut Cx, fields: &Fields<'_>, server: &Server<F>) -> bool {
    let is_on = cx.boolean(fields, "stash-agent-options") == Some(true);
    let keeps = |subnet: &Arc<crate::Subnet<F>>| subnet.store_extended_info;
    if is_on && !server.subnets().iter().any(keeps) {
        let text = "\"stash-agent-options\" has no effect: no subnet has \"store-extended-info\"";
        let place = fields.place_of("stash-agent-options").clone();
        cx.note(Note::warning(place, text));
    }
    is_on
}

fn statistics(cx: &mut Cx, fields: &Fields<'_>) -> StatisticSamples {
    let defaults = StatisticSamples::default();
    let all = 0..=i128::from(u32::MAX);
    StatisticSamples {
        sample_count: cx
            .integer(fields, "statistic-default-sample-count", all)
            .unwrap_or(defaults.sample_count),
        sample_age: cx
            .seconds(fields, "statistic-default-sample-age")
            .unwrap_or(defaults.sample_age),
    }
}

/// Longest name of a worker, in characters: what the registry of the fleet keeps, less room for a
/// number behind it.
const LONGEST_WORKER_NAME: usize = 200;

fn worker_name(cx: &mut Cx, fields: &Fields<'_>) -> Option<String> {
    let name = cx.filled(fields, "worker-name")?;
    let characters = name.chars().count();
    if characters > LONGEST_WORKER_NAME {
        let message = format!(
            "\"worker-name\" has {characters} characters, but may have {LONGEST_WORKER_NAME} at most"
        );
        cx.value_error(fields.place_of("worker-name"), message);
    } else if name.chars().any(|c| c.is_control() || c.is_whitespace()) {
        let message = "\"worker-name\" must be one word, without spaces or control characters";
        cx.value_error(fields.place_of("worker-name"), message);
    } else {
        return Some(name.to_owned());
    }
    None
}

fn expired_leases(cx: &mut Cx, global: &Fields<'_>) -> ExpiredLeases {
    let defaults = ExpiredLeases::default();
    let Some(fields) = cx.map(global, "expired-leases-processing") else {
        return defaults;
    };
    let mut number = |key, default| cx.seconds(&fields, key).unwrap_or(default);
    ExpiredLeases {
        reclaim_timer_wait_time: number(
            "reclaim-timer-wait-time",
            defaults.reclaim_timer_wait_time,
        ),
        flush_reclaimed_timer_wait_time: number(
            "flush-reclaimed-timer-wait-time",
            defaults.flush_reclaimed_timer_wait_time,
        ),
        hold_reclaimed_time: number("hold-reclaimed-time", defaults.hold_reclaimed_time),
        max_reclaim_leases: number("max-reclaim-leases", defaults.max_reclaim_leases),
        max_reclaim_time: number("max-reclaim-time", defaults.max_reclaim_time),
        unwarned_reclaim_cycles: number(
            "unwarned-reclaim-cycles",
            defaults.unwarned_reclaim_cycles,
        ),
    }
}

/// The one socket of the manual or the list of newer files.
fn control_sockets(cx: &mut Cx, global: &Fields<'_>) -> Vec<ControlSocket> {
    if let (Some(one), Some(list)) = (
        global.entry("control-socket"),
        global.entry("control-sockets"),
    ) {
        let message = "\"control-socket\" and \"control-sockets\" say the same; give one";
        let (first, second) = match one.key_place.order() < list.key_place.order() {
            true => (one, list),
            false => (list, one),
        };
        let error = ConfigError::value(&second.key_place, message);
        cx.error(error.with(&first.key_place, "first given at"));
    }
    let mut maps: Vec<_> = cx.map(global, "control-socket").into_iter().collect();
    maps.extend(cx.maps(global, "control-sockets"));
    maps.iter()
        .filter_map(|fields| control_socket(cx, fields))
        .collect()
}

fn control_socket(cx: &mut Cx, fields: &Fields<'_>) -> Option<ControlSocket> {
    match cx.text(fields, "socket-type") {
        Some("unix") => {}
        Some(kind @ ("http" | "https")) => {
            let fault = Fault::NotSupported(format!("a control socket of type \"{kind}\""));
            cx.error(ConfigError::new(
                fields.place_of("socket-type").clone(),
                fault,
            ));
            return None;
        }
        Some(kind) => {
            let message = format!("\"socket-type\" must be \"unix\", not \"{kind}\"");
            cx.value_error(fields.place_of("socket-type"), message);
            return None;
        }
        None if fields.get("socket-type").is_none() => {
            cx.missing(fields, "socket-type");
            return None;
        }
        None => return None,
    }
    let Some(path) = cx.filled(fields, "socket-name") else {
        if fields
            .get("socket-name")
            .is_none_or(|node| node.as_text() == Some(""))
        {
            cx.missing(fields, "socket-name");
        }
        return None;
    };
    Some(ControlSocket { path: path.into() })
}

fn multi_threading(cx: &mut Cx, global: &Fields<'_>) -> MultiThreading {
    let defaults = MultiThreading::default();
    let Some(fields) = cx.map(global, "multi-threading") else {
        return defaults;
    };
    let threads = MultiThreading {
        enable: cx
            .boolean(&fields, "enable-multi-threading")
            .unwrap_or(defaults.enable),
        thread_pool_size: cx
            .integer(&fields, "thread-pool-size", 0..=65535)
            .unwrap_or(defaults.thread_pool_size),
        packet_queue_size: cx
            .integer(&fields, "packet-queue-size", 0..=65535)
            .unwrap_or(defaults.packet_queue_size),
    };
    let place = global
        .entry("multi-threading")
        .map_or(global.place, |entry| &entry.key_place);
    cx.note(Note::info(place.clone(), in_our_terms(&threads)));
    threads
}

/// What the keys mean to a server that is not built around a thread per query.
fn in_our_terms(threads: &MultiThreading) -> String {
    let bound = match (threads.thread_pool_size, threads.packet_queue_size) {
        (0, _) | (_, 0) => "the built-in bound".to_owned(),
        (threads, size) => format!("{threads} x {size} or the built-in bound, whichever is more"),
    };
    format!(
        "\"multi-threading\" means here: one thread serves all packets, since queries wait for the database \
         and not for a processor; queries in flight: {bound}"
    )
}
