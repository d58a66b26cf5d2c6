//! Maps of the global scope that other servers of the field need and this one has little use for:
//! `compatibility`, `sanity-checks`, `dhcp-queue-control`, `parked-packet-limit`. What has no effect is told, and what stands where it cannot work.

use murre_wire::Family;

use super::{Cx, Fields};
use crate::error::Note;
use crate::read::Value;
use crate::snapshot::Compatibility;

/// Reads `compatibility`; whether addresses that end in .0 and .255 are spared comes beside it.
pub(super) fn compatibility(cx: &mut Cx, global: &Fields<'_>) -> (Compatibility, bool) {
    let Some(fields) = cx.map(global, "compatibility") else {
        return (Compatibility::default(), false);
    };
    let mut is_set = |key| cx.boolean(&fields, key).unwrap_or_default();
    let compatibility = Compatibility {
        ignore_server_identifier: is_set("ignore-dhcp-server-identifier"),
        ignore_link_selection: is_set("ignore-rai-link-selection"),
    };
    let spares_ends = is_set("exclude-first-last-24");
    is_set("lenient-option-parsing");
    let text = "has no effect: what is behind a too long part of an option is never looked at, with or without it";
    no_effect(cx, &fields, "lenient-option-parsing", text);
    (compatibility, spares_ends)
}

/// Reads `sanity-checks`: leases of a database are checked by its keys.
pub(super) fn sanity_checks(cx: &mut Cx, global: &Fields<'_>) {
    let Some(fields) = cx.map(global, "sanity-checks") else {
        return;
    };
    let words = ["none", "warn", "fix", "fix-del", "del"].map(|word| (word, ()));
    cx.one_of(&fields, "lease-checks", &words);
    let words = ["none", "fix", "strict", "pedantic"].map(|word| (word, ()));
    cx.one_of(&fields, "extended-info-checks", &words);
    let text = "has no effect: it is about lease files that are read at start, and leases are in a database";
    no_effect(cx, &fields, "lease-checks", text);
    no_effect(cx, &fields, "extended-info-checks", text);
}

/// Reads `dhcp-queue-control`: what waits is bounded by `multi-threading` and by how long it has waited.
pub(super) fn queue_control(cx: &mut Cx, global: &Fields<'_>) {
    let Some(fields) = cx.map(global, "dhcp-queue-control") else {
        return;
    };
    let is_on = cx.boolean(&fields, "enable-queue");
    cx.text(&fields, "queue-type");
    cx.integer::<u32>(&fields, "capacity", 1..=i128::from(u32::MAX));
    if is_on == Some(true) {
        let text = "has no effect: queries that cannot be answered in time are always given up, those of clients without a lease first";
        no_effect(cx, &fields, "enable-queue", text);
    }
}

/// Reads `parked-packet-limit`: what waits for a commit is a query in flight, and those are bounded already.
pub(super) fn parked_packets(cx: &mut Cx, global: &Fields<'_>) {
    if cx.seconds(global, "parked-packet-limit").is_some() {
        let text = "has no effect: answers that wait for the database count as queries in flight, which are bounded by \"multi-threading\"";
        no_effect(cx, global, "parked-packet-limit", text);
    }
}

/// Code of the server identifier in DHCPv4, and its name.
const SERVER_IDENTIFIER: (i128, &str) = (54, "dhcp-server-identifier");

/// Warns of a server identifier in a scope that is known only once a query has been accepted: who names it in a
/// REQUEST is taken for another server's client (dhcp4-srv.rst:6704-6710).
pub(super) fn misplaced_server_id<F: Family>(cx: &mut Cx, scope: &Fields<'_>, whose: &str) {
    let options = scope.get("option-data").and_then(|node| node.as_list());
    for option in options.unwrap_or_default() {
        let Some(map) = option.as_map().filter(|_| F::VERSION == 4) else {
            continue;
        };
        let text = |key| map.get(key).and_then(|node| node.as_text());
        let (code, name) = SERVER_IDENTIFIER;
        let has_code = map
            .get("code")
            .is_some_and(|node| node.value == Value::Int(code));
        let is_top = text("space").is_none_or(|space| ["", "dhcp4"].contains(&space));
        if is_top && (has_code || text("name") == Some(name)) {
            let message = format!(
                "\"{name}\" of {whose} comes too late: a client that was offered it is then not known as this \
                 server's; give it to a subnet, a shared network, a class that is always evaluated, or globally"
            );
            cx.note(Note::warning(option.place.clone(), message));
        }
    }
}

fn no_effect(cx: &mut Cx, fields: &Fields<'_>, key: &str, text: &str) {
    if let Some(entry) = fields.entry(key) {
        cx.note(Note::info(
            entry.key_place.clone(),
            format!("\"{key}\" {text}"),
        ));
    }
}
