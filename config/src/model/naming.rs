//! `dhcp-ddns`, and the keys of all scopes that say how names are made (dhcp4-srv.rst:3446-3700).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::{Cx, Fields, posix};
use crate::error::Note;
use crate::snapshot::{CharSet, ConflictMode, NameUpdates, Naming, ReplaceName};

/// Values given in a scope; `None` is not given here.
#[derive(Debug, Default, PartialEq)]
pub(super) struct GivenNaming {
    send_updates: Option<bool>,
    override_no_update: Option<bool>,
    override_client_update: Option<bool>,
    replace: Option<ReplaceName>,
    prefix: Option<Arc<str>>,
    suffix: Option<Arc<str>>,
    update_on_renew: Option<bool>,
    conflicts: Option<ConflictMode>,
    ttl_percent: Option<f64>,
    char_set: Option<CharSet>,
    replacement: Option<Arc<str>>,
}

impl GivenNaming {
    /// Reads a scope.
    pub(super) fn read(cx: &mut Cx, fields: &Fields<'_>) -> Self {
        Self {
            send_updates: cx.boolean(fields, "ddns-send-updates"),
            override_no_update: cx.boolean(fields, "ddns-override-no-update"),
            override_client_update: cx.boolean(fields, "ddns-override-client-update"),
            replace: replace(cx, fields, "ddns-replace-client-name"),
            prefix: cx.text(fields, "ddns-generated-prefix").map(Into::into),
            suffix: suffix(cx, fields, "ddns-qualifying-suffix"),
            update_on_renew: cx.boolean(fields, "ddns-update-on-renew"),
            conflicts: conflicts(cx, fields),
            ttl_percent: cx.fraction(fields, "ddns-ttl-percent"),
            char_set: char_set(cx, fields),
            replacement: cx.text(fields, "hostname-char-replacement").map(Into::into),
        }
    }

    /// Reads the same where it stood before scopes had it, inside `dhcp-ddns`.
    fn read_old(cx: &mut Cx, fields: &Fields<'_>) -> Self {
        Self {
            override_no_update: cx.boolean(fields, "override-no-update"),
            override_client_update: cx.boolean(fields, "override-client-update"),
            replace: replace(cx, fields, "replace-client-name"),
            prefix: cx.text(fields, "generated-prefix").map(Into::into),
            suffix: suffix(cx, fields, "qualifying-suffix"),
            char_set: char_set(cx, fields),
            replacement: cx.text(fields, "hostname-char-replacement").map(Into::into),
            ..Self::default()
        }
    }

    /// Over what it inherits; the same where nothing is given, as there may be many scopes.
    pub(super) fn over(self, above: &Arc<Naming>) -> Arc<Naming> {
        if self == Self::default() {
            return Arc::clone(above);
        }
        let sanitizer = &above.sanitizer;
        Arc::new(Naming {
            send_updates: self.send_updates.unwrap_or(above.send_updates),
            override_no_update: self.override_no_update.unwrap_or(above.override_no_update),
            override_client_update: self
                .override_client_update
                .unwrap_or(above.override_client_update),
            replace: self.replace.unwrap_or(above.replace),
            prefix: self.prefix.unwrap_or_else(|| Arc::clone(&above.prefix)),
            suffix: self.suffix.unwrap_or_else(|| Arc::clone(&above.suffix)),
            update_on_renew: self.update_on_renew.unwrap_or(above.update_on_renew),
            conflicts: self.conflicts.unwrap_or(above.conflicts),
            ttl_percent: self.ttl_percent.or(above.ttl_percent),
            sanitizer: sanitizer.with(self.char_set, self.replacement),
        })
    }
}

/// The keys of scopes that stood in `dhcp-ddns` once, and their names there.
const MOVED: [[&str; 2]; 7] = [
    ["override-no-update", "ddns-override-no-update"],
    ["override-client-update", "ddns-override-client-update"],
    ["replace-client-name", "ddns-replace-client-name"],
    ["generated-prefix", "ddns-generated-prefix"],
    ["qualifying-suffix", "ddns-qualifying-suffix"],
    ["hostname-char-set", "hostname-char-set"],
    ["hostname-char-replacement", "hostname-char-replacement"],
];

/// What stands at its old place: it counts as if it stood in the global scope, unless that has its own.
pub(super) fn old_place(cx: &mut Cx, global: &Fields<'_>) -> Arc<Naming> {
    let Some(fields) = cx.map(global, "dhcp-ddns") else {
        return Naming::built_in();
    };
    for [old, new] in MOVED {
        let Some(entry) = fields.entry(old) else {
            continue;
        };
        let text = match global.entry(new) {
            None => format!(
                "\"{old}\" belongs into the global scope now, as \"{new}\": used as if it stood there"
            ),
            Some(_) => format!("\"{old}\" is ignored: the global scope has \"{new}\""),
        };
        cx.note(Note::warning(entry.key_place.clone(), text));
    }
    GivenNaming::read_old(cx, &fields).over(&Naming::built_in())
}

/// Reads how the DNS server's updater is reached.
pub(super) fn name_updates(cx: &mut Cx, global: &Fields<'_>) -> NameUpdates {
    let defaults = NameUpdates::default();
    let Some(fields) = cx.map(global, "dhcp-ddns") else {
        return defaults;
    };
    cx.one_of(&fields, "ncr-protocol", &[("UDP", ())]);
    cx.one_of(&fields, "ncr-format", &[("JSON", ())]);
    let ports = 0..=i128::from(u16::MAX);
    let server = SocketAddr::new(
        cx.parsed(&fields, "server-ip", "an IP address")
            .unwrap_or(defaults.server.ip()),
        cx.integer(&fields, "server-port", ports.clone())
            .unwrap_or(defaults.server.port()),
    );
    let any: IpAddr = match server.ip() {
        IpAddr::V4(_) => [0, 0, 0, 0].into(),
        IpAddr::V6(_) => [0u16; 8].into(),
    };
    let is_given = fields
        .get("sender-ip")
        .is_some_and(|node| node.as_text() != Some(""));
    let own = match is_given {
        true => cx.parsed(&fields, "sender-ip", "an IP address, or an empty string"),
        false => None,
    };
    let sender = SocketAddr::new(
        own.unwrap_or(any),
        cx.integer(&fields, "sender-port", ports)
            .unwrap_or_default(),
    );
    if sender.is_ipv4() != server.is_ipv4() {
        let message = "\"sender-ip\" and \"server-ip\" must be of one family";
        cx.value_error(fields.place_of("sender-ip"), message);
    } else if sender == server {
        let message = "\"sender-ip\" and \"sender-port\" are those of the server";
        cx.value_error(fields.place_of("sender-port"), message);
    }
    NameUpdates {
        enabled: cx.boolean(&fields, "enable-updates").unwrap_or_default(),
        server,
        sender,
        max_queue_size: cx
            .integer(&fields, "max-queue-size", 1..=i128::from(u32::MAX))
            .unwrap_or(defaults.max_queue_size),
    }
}

fn replace(cx: &mut Cx, fields: &Fields<'_>, key: &'static str) -> Option<ReplaceName> {
    let words = [
        ("never", ReplaceName::Never),
        ("always", ReplaceName::Always),
        ("when-present", ReplaceName::WhenPresent),
        ("when-not-present", ReplaceName::WhenNotPresent),
    ];
    cx.one_of(fields, key, &words)
}

/// Dots at the ends of a suffix say nothing.
fn suffix(cx: &mut Cx, fields: &Fields<'_>, key: &'static str) -> Option<Arc<str>> {
    let text = cx.text(fields, key)?;
    Some(text.trim_matches('.').into())
}

/// By its older or its newer name.
fn conflicts(cx: &mut Cx, fields: &Fields<'_>) -> Option<ConflictMode> {
    let (old, new) = (
        "ddns-use-conflict-resolution",
        "ddns-conflict-resolution-mode",
    );
    cx.one_name(fields, [old, new]);
    let checks = cx.boolean(fields, old).map(|checks| match checks {
        true => ConflictMode::CheckWithDhcid,
        false => ConflictMode::NoCheckWithDhcid,
    });
    cx.one_of(fields, new, &ConflictMode::WORDS).or(checks)
}

/// An expression that is understood.
fn char_set(cx: &mut Cx, fields: &Fields<'_>) -> Option<CharSet> {
    let text = cx.text(fields, "hostname-char-set")?;
    if text.is_empty() {
        return Some(CharSet::new(text, None));
    }
    match posix::expression(text) {
        Ok(invalid) => Some(CharSet::new(text, Some(invalid))),
        Err(problem) => {
            let message = format!("\"hostname-char-set\": {problem}");
            cx.value_error(fields.place_of("hostname-char-set"), message);
            None
        }
    }
}
