//! `hooks-libraries`: what other servers of the field load as libraries is built in here, and an entry switches it on
//! (hooks.rst:100-265).
//!
//! The directory of a library does not count, only its name. A library that is not built yet is refused by that
//! name, one that nobody knows with the nearest one.

use super::{Cx, Fields};
use crate::error::{ConfigError, Fault, did_you_mean};
use crate::keys::nearest;

/// Libraries of the manual that a DHCP server loads. Building one means taking it out of here.
const NOT_BUILT: [&str; 22] = [
    "libdhcp_bootp.so",
    "libdhcp_cb_cmds.so",
    "libdhcp_class_cmds.so",
    "libdhcp_ddns_tuning.so",
    "libdhcp_flex_id.so",
    "libdhcp_flex_option.so",
    "libdhcp_ha.so",
    "libdhcp_host_cache.so",
    "libdhcp_host_cmds.so",
    "libdhcp_lease_cmds.so",
    "libdhcp_lease_query.so",
    "libdhcp_legal_log.so",
    "libdhcp_limits.so",
    "libdhcp_mysql_cb.so",
    "libdhcp_perfmon.so",
    "libdhcp_pgsql_cb.so",
    "libdhcp_ping_check.so",
    "libdhcp_radius.so",
    "libdhcp_run_script.so",
    "libdhcp_stat_cmds.so",
    "libdhcp_subnet_cmds.so",
    "libdhcp_user_chk.so",
];

/// Libraries of the manual that belong to other daemons.
const OF_OTHERS: [(&str, &str); 2] = [
    ("libca_rbac.so", "the control agent"),
    ("libddns_gss_tsig.so", "the DDNS server"),
];

/// Reads `hooks-libraries`. There is none yet that could be switched on.
pub(super) fn hooks(cx: &mut Cx, global: &Fields<'_>) {
    for fields in cx.maps(global, "hooks-libraries") {
        cx.map(&fields, "parameters");
        if let Some(path) = cx.filled(&fields, "library") {
            let name = path.rsplit('/').next().unwrap_or(path);
            let place = fields.place_of("library").clone();
            cx.error(ConfigError::new(place, fault(name)));
        } else if fields
            .get("library")
            .is_none_or(|node| node.as_text() == Some(""))
        {
            cx.missing(&fields, "library");
        }
    }
}

fn fault(name: &str) -> Fault {
    if NOT_BUILT.contains(&name) {
        return Fault::NotSupported(format!("\"{name}\""));
    }
    if let Some((_, owner)) = OF_OTHERS.iter().find(|(known, _)| *known == name) {
        return Fault::Value(format!("\"{name}\" is a library of {owner}"));
    }
    let nearest = nearest(name, NOT_BUILT.into_iter());
    Fault::Value(format!(
        "no library is known under the name \"{name}\"{}",
        did_you_mean(nearest)
    ))
}
