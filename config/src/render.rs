//! The configuration in effect as JSON, for `config-get`.
//!
//! What was written stays as it was written; what was not gets the value that is used. A value
//! inherited from above shows in the subnet too, as the manual's command does.

use std::sync::Arc;

use murre_wire::Family;
use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::model::{LIFETIME_KEYS, Triple};
use crate::read::Node;
use crate::snapshot::{
    Allocator, ExpiredLeases, Lifetimes, MultiThreading, Server, Subnet, Triplet,
};

/// Every family of a configuration under its key.
pub(crate) fn config(config: &Config) -> Value {
    let mut all = Map::new();
    if let Some(server) = &config.dhcp4 {
        family(&mut all, &config.root, server);
    }
    if let Some(server) = &config.dhcp6 {
        family(&mut all, &config.root, server);
    }
    Value::Object(all)
}

fn family<F: Family>(all: &mut Map<String, Value>, root: &Node, server: &Server<F>) {
    let written = root
        .as_map()
        .and_then(|map| map.get(F::KEY))
        .map(Node::to_json);
    let Some(Value::Object(mut map)) = written.map(comments_to_context) else {
        return;
    };
    fill_server(&mut map, server);
    all.insert(F::KEY.to_owned(), Value::Object(map));
}

/// The older `comment` is shown as the user context it means (config.rst:180).
fn comments_to_context(value: Value) -> Value {
    match value {
        Value::Array(list) => list.into_iter().map(comments_to_context).collect(),
        Value::Object(map) => {
            let mut shown = Map::new();
            let mut comment = None;
            for (key, value) in map {
                match key.as_str() {
                    "comment" if value.is_string() => comment = Some(value),
                    "user-context" => drop(shown.insert(key, value)),
                    _ => drop(shown.insert(key, comments_to_context(value))),
                }
            }
            if let Some(comment) = comment {
                let context = shown.entry("user-context").or_insert_with(|| json!({}));
                if let Value::Object(context) = context {
                    context.insert("comment".to_owned(), comment);
                }
            }
            Value::Object(shown)
        }
        other => other,
    }
}

/// A newer name is shown as the one that all know.
fn rename(map: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = map.remove(from) {
        map.insert(to.to_owned(), value);
    }
}

fn fill(map: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    map.entry(key).or_insert_with(|| value.into());
}

/// Fills the keys of a map within a map.
fn fill_map(map: &mut Map<String, Value>, key: &str, defaults: Value) {
    let inner = map.entry(key).or_insert_with(|| json!({}));
    if let (Value::Object(inner), Value::Object(defaults)) = (inner, defaults) {
        for (key, value) in defaults {
            inner.entry(key).or_insert(value);
        }
    }
}

fn fill_server<F: Family>(map: &mut Map<String, Value>, server: &Server<F>) {
    let interfaces = json!({
        "interfaces": [],
        "re-detect": server.interfaces.re_detect,
        "service-sockets-require-all": server.interfaces.require_all,
        "service-sockets-max-retries": server.interfaces.max_retries,
        "service-sockets-retry-wait-time": server.interfaces.retry_wait.as_millis() as u64,
    });
    fill_map(map, "interfaces-config", interfaces);
    fill_map(map, "lease-database", json!({ "type": "memfile" }));
    fill_map(map, "expired-leases-processing", expired(&server.expired));
    fill_map(map, "multi-threading", threads(&server.multi_threading));
    fill(
        map,
        "decline-probation-period",
        server.decline_probation_period,
    );
    let samples = server.statistics;
    fill(map, "statistic-default-sample-count", samples.sample_count);
    fill(map, "statistic-default-sample-age", samples.sample_age);
    fill(map, "worker-sharing", server.worker_sharing);
    fill_lifetimes(map, &server.lifetimes);
    fill(map, "allocator", "iterative");
    fill(map, "option-data", json!([]));
    if F::VERSION == 4 {
        fill(map, "authoritative", server.authoritative);
        fill(map, "echo-client-id", server.echo_client_id);
        fill(map, "match-client-id", true);
        fill(map, "next-server", "0.0.0.0");
        fill(map, "server-hostname", "");
        fill(map, "boot-file-name", "");
        rename(map, "offer-lft", "offer-lifetime");
        fill(map, "offer-lifetime", 0);
        fill(map, "store-extended-info", false);
        fill(map, "client-classes", json!([]));
        fill(map, "reservations", json!([]));
        let kinds = server.host_identifiers.iter();
        let kinds: Value = kinds.map(|kind| kind.key()).collect();
        fill(map, "host-reservation-identifiers", kinds);
        let early = server.early_global_reservations;
        fill(map, "early-global-reservations-lookup", early);
        fill(map, "stash-agent-options", server.stash_agent_options);
    } else {
        fill(map, "pd-allocator", "iterative");
        fill_map(map, "server-id", json!({ "type": "LLT", "persist": true }));
    }
    let key = if F::VERSION == 4 {
        "subnet4"
    } else {
        "subnet6"
    };
    // Those by themselves come first, and then those of each network.
    let mut subnets = server.subnets().iter();
    fill_subnets(map, key, &mut subnets);
    if F::VERSION == 4 {
        fill(map, "shared-networks", json!([]));
    }
    let networks = map.get_mut("shared-networks");
    for network in networks.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Value::Object(network) = network {
            fill(network, "option-data", json!([]));
            fill_map(network, "relay", json!({ "ip-addresses": [] }));
            fill_subnets(network, key, &mut subnets);
        }
    }
}

fn fill_subnets<'s, F: Family>(
    map: &mut Map<String, Value>,
    key: &str,
    subnets: &mut impl Iterator<Item = &'s Arc<Subnet<F>>>,
) {
    let list = map.entry(key).or_insert_with(|| json!([]));
    for value in list.as_array_mut().into_iter().flatten() {
        if let (Value::Object(map), Some(subnet)) = (value, subnets.next()) {
            fill_subnet(map, subnet);
        }
    }
}

fn fill_subnet<F: Family>(map: &mut Map<String, Value>, subnet: &Subnet<F>) {
    // An identifier of 0 is a wish for one, not one.
    map.insert("id".to_owned(), subnet.id.into());
    fill_lifetimes(map, &subnet.lifetimes);
    fill(map, "allocator", allocator(subnet.allocator));
    fill(map, "option-data", json!([]));
    fill(map, "pools", json!([]));
    fill_map(map, "relay", json!({ "ip-addresses": [] }));
    if F::VERSION == 4 {
        fill(map, "authoritative", subnet.authoritative);
        fill(map, "match-client-id", subnet.match_client_id);
        let next_server = subnet
            .next_server
            .map_or("0.0.0.0".to_owned(), |a| a.to_string());
        fill(map, "next-server", next_server);
        fill(
            map,
            "server-hostname",
            subnet.server_hostname.as_deref().unwrap_or_default(),
        );
        fill(
            map,
            "boot-file-name",
            subnet.boot_file_name.as_deref().unwrap_or_default(),
        );
        rename(map, "offer-lft", "offer-lifetime");
        fill(map, "offer-lifetime", subnet.offer_lifetime);
        fill(map, "store-extended-info", subnet.store_extended_info);
        fill(map, "reservations", json!([]));
        // The older word is shown as the flags that it means.
        map.remove("reservation-mode");
        let modes = subnet.reservations;
        fill(map, "reservations-global", modes.global);
        fill(map, "reservations-in-subnet", modes.in_subnet);
        fill(map, "reservations-out-of-pool", modes.out_of_pool);
    } else {
        fill(map, "pd-allocator", allocator(subnet.pd_allocator));
        fill(map, "pd-pools", json!([]));
        fill(map, "rapid-commit", subnet.rapid_commit);
    }
}

fn fill_lifetimes<F: Family>(map: &mut Map<String, Value>, lifetimes: &Lifetimes<F>) {
    let [valid, preferred] = LIFETIME_KEYS;
    fill_triplet(map, valid, lifetimes.valid);
    if let Some(triplet) = lifetimes.preferred {
        fill_triplet(map, preferred, triplet);
    }
    for (key, timer) in [
        ("renew-timer", lifetimes.renew),
        ("rebind-timer", lifetimes.rebind),
    ] {
        if let Some(seconds) = timer {
            fill(map, key, seconds);
        }
    }
    fill(map, "calculate-tee-times", lifetimes.calculate);
    fill(map, "t1-percent", lifetimes.t1_percent);
    fill(map, "t2-percent", lifetimes.t2_percent);
}

fn fill_triplet(map: &mut Map<String, Value>, keys: Triple, triplet: Triplet) {
    let values = [triplet.min, triplet.default, triplet.max];
    for (key, value) in keys.into_iter().zip(values) {
        fill(map, key, value);
    }
}

fn allocator(allocator: Allocator) -> &'static str {
    match allocator {
        Allocator::Iterative => "iterative",
        Allocator::Random => "random",
        Allocator::Flq => "flq",
    }
}

fn expired(expired: &ExpiredLeases) -> Value {
    json!({
        "reclaim-timer-wait-time": expired.reclaim_timer_wait_time,
        "flush-reclaimed-timer-wait-time": expired.flush_reclaimed_timer_wait_time,
        "hold-reclaimed-time": expired.hold_reclaimed_time,
        "max-reclaim-leases": expired.max_reclaim_leases,
        "max-reclaim-time": expired.max_reclaim_time,
        "unwarned-reclaim-cycles": expired.unwarned_reclaim_cycles,
    })
}

fn threads(threads: &MultiThreading) -> Value {
    json!({
        "enable-multi-threading": threads.enable,
        "thread-pool-size": threads.thread_pool_size,
        "packet-queue-size": threads.packet_queue_size,
    })
}
