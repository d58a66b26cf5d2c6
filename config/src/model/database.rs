//! `lease-database` and `hosts-database`: how to reach leases and reservations (dhcp4-srv.rst:332-898,
//! database-connectivity.rst).

use std::time::Duration;

use super::{Cx, Fields};
use crate::error::Note;
use crate::snapshot::{
    DatabaseAccess, DatabaseHost, DatabaseTls, Engine, HostsDatabase, OnFail, Secret,
};

/// Keys that mean something with some engines only; with others they are errors.
const BOUND: [(&[&str], &[Engine]); 4] = [
    (
        &["persist", "lfc-interval", "max-row-errors"],
        &[Engine::Sqlite],
    ),
    (&["read-timeout", "write-timeout"], &[Engine::MySql]),
    (&["tcp-user-timeout"], &[Engine::PostgreSql]),
    (
        &[
            "host",
            "port",
            "user",
            "password",
            "trust-anchor",
            "cert-file",
            "key-file",
            "cipher-list",
        ],
        &[Engine::MySql, Engine::PostgreSql],
    ),
];

/// Keys about connections, which the embedded engine has none of; harmless there.
const CONNECTION: [&str; 5] = [
    "connect-timeout",
    "max-reconnect-tries",
    "reconnect-wait-time",
    "on-fail",
    "retry-on-startup",
];

/// Reads `lease-database`; without one, leases go to the embedded engine.
pub(super) fn lease_database(cx: &mut Cx, global: &Fields<'_>) -> DatabaseAccess {
    let embedded = DatabaseAccess {
        memfile: true,
        ..DatabaseAccess::default()
    };
    let Some(fields) = cx.map(global, "lease-database") else {
        if global.get("lease-database").is_none() {
            let text = "no \"lease-database\": leases are kept in the embedded database";
            cx.note(Note::info(global.place.clone(), text));
        }
        return embedded;
    };
    let words = [
        ("memfile", (Engine::Sqlite, true)),
        ("sqlite", (Engine::Sqlite, false)),
        ("mysql", (Engine::MySql, false)),
        ("postgresql", (Engine::PostgreSql, false)),
    ];
    let Some((engine, memfile)) = kind(cx, &fields, &words) else {
        return embedded;
    };
    read(
        cx,
        &fields,
        DatabaseAccess {
            engine,
            memfile,
            ..embedded
        },
    )
}

/// Reads `hosts-databases`, or the one of `hosts-database`.
pub(super) fn hosts_databases(cx: &mut Cx, global: &Fields<'_>) -> Vec<HostsDatabase> {
    cx.one_name(global, ["hosts-database", "hosts-databases"]);
    let one = cx.map(global, "hosts-database");
    let all: Vec<_> = one
        .into_iter()
        .chain(cx.maps(global, "hosts-databases"))
        .collect();
    let databases = all.iter().filter_map(|fields| hosts_database(cx, fields));
    databases.collect()
}

fn hosts_database(cx: &mut Cx, fields: &Fields<'_>) -> Option<HostsDatabase> {
    let words = [
        ("mysql", Engine::MySql),
        ("postgresql", Engine::PostgreSql),
        ("sqlite", Engine::Sqlite),
    ];
    let engine = kind(cx, fields, &words)?;
    let base = DatabaseAccess {
        engine,
        ..DatabaseAccess::default()
    };
    let access = read(cx, fields, base);
    if access.name.is_empty() && engine == Engine::Sqlite {
        cx.missing(fields, "name");
    }
    Some(HostsDatabase {
        access,
        readonly: cx.boolean(fields, "readonly").unwrap_or_default(),
    })
}

/// What `type` says, which there must be.
fn kind<T: Copy>(cx: &mut Cx, fields: &Fields<'_>, words: &[(&'static str, T)]) -> Option<T> {
    if fields.get("type").is_none() {
        cx.missing(fields, "type");
    }
    cx.one_of(fields, "type", words)
}

fn read(cx: &mut Cx, fields: &Fields<'_>, base: DatabaseAccess) -> DatabaseAccess {
    refuse_foreign_keys(cx, fields, base.engine);
    if let Some(entry) = fields.entry("cipher-list") {
        let text =
            "\"cipher-list\" has no effect: TLS 1.2 and 1.3 are used with their safe ciphers";
        cx.note(Note::warning(entry.key_place.clone(), text));
    }
    let name = cx.text(fields, "name").unwrap_or_default().to_owned();
    if name.is_empty() && base.engine != Engine::Sqlite {
        cx.missing(fields, "name");
    }
    let most = i128::from(u32::MAX);
    let on_fail = [
        ("stop-retry-exit", OnFail::StopRetryExit),
        ("serve-retry-exit", OnFail::ServeRetryExit),
        ("serve-retry-continue", OnFail::ServeRetryContinue),
    ];
    DatabaseAccess {
        name,
        hosts: hosts(cx, fields),
        port: cx
            .integer(fields, "port", 0..=65535)
            .filter(|port| *port != 0),
        user: cx.text(fields, "user").unwrap_or_default().to_owned(),
        password: Secret::new(cx.text(fields, "password").unwrap_or_default()),
        connect_timeout: cx
            .integer(fields, "connect-timeout", 1..=most)
            .map_or(base.connect_timeout, Duration::from_secs),
        max_reconnect_tries: cx.integer(fields, "max-reconnect-tries", 0..=most),
        reconnect_wait_time: cx
            .integer(fields, "reconnect-wait-time", 0..=most)
            .map(Duration::from_millis),
        on_fail: cx.one_of(fields, "on-fail", &on_fail),
        retry_on_startup: cx.boolean(fields, "retry-on-startup"),
        read_timeout: timeout(cx, fields, "read-timeout"),
        write_timeout: timeout(cx, fields, "write-timeout"),
        tcp_user_timeout: timeout(cx, fields, "tcp-user-timeout"),
        tls: tls(cx, fields),
        persist: cx.boolean(fields, "persist").unwrap_or(base.persist),
        lfc_interval: match fields.get("lfc-interval") {
            Some(_) => timeout(cx, fields, "lfc-interval"),
            None => base.lfc_interval,
        },
        max_row_errors: cx.seconds(fields, "max-row-errors").unwrap_or_default(),
        ..base
    }
}

/// Seconds, where 0 is the same as not given.
fn timeout(cx: &mut Cx, fields: &Fields<'_>, key: &'static str) -> Option<Duration> {
    let seconds = cx.seconds(fields, key).filter(|seconds| *seconds != 0)?;
    Some(Duration::from_secs(seconds.into()))
}

fn tls(cx: &mut Cx, fields: &Fields<'_>) -> DatabaseTls {
    DatabaseTls {
        trust_anchor: cx.filled(fields, "trust-anchor").map(Into::into),
        cert_file: cx.filled(fields, "cert-file").map(Into::into),
        key_file: cx.filled(fields, "key-file").map(Into::into),
        cipher_list: cx.filled(fields, "cipher-list").map(Into::into),
    }
}

/// Hosts separated by commas, tried in order; one may carry its own port.
fn hosts(cx: &mut Cx, fields: &Fields<'_>) -> Vec<DatabaseHost> {
    let Some(text) = cx.filled(fields, "host") else {
        return Vec::new();
    };
    let mut hosts = Vec::new();
    for part in text.split(',').map(str::trim) {
        match host(part) {
            Some(host) => hosts.push(host),
            None => {
                let message = format!("\"{part}\" is not a host name, an address or a path");
                cx.value_error(fields.place_of("host"), message);
            }
        }
    }
    hosts
}

/// `name`, `name:port`, `[address]:port`, a bare IPv6 address or the path of a socket.
fn host(text: &str) -> Option<DatabaseHost> {
    let whole = |name: &str| DatabaseHost {
        name: name.to_owned(),
        port: None,
    };
    if text.is_empty() || text.contains(char::is_whitespace) {
        return None;
    }
    if text.starts_with('/') {
        return Some(whole(text));
    }
    if let Some((name, rest)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        name.parse::<std::net::Ipv6Addr>().ok()?;
        let port = match rest.strip_prefix(':') {
            Some(port) => Some(port.parse().ok()?),
            None if rest.is_empty() => None,
            None => return None,
        };
        return Some(DatabaseHost {
            name: name.to_owned(),
            port,
        });
    }
    match text.split_once(':') {
        None => Some(whole(text)),
        Some((_, port)) if port.contains(':') => {
            text.parse::<std::net::Ipv6Addr>().ok().map(|_| whole(text))
        }
        Some(("", _)) => None,
        Some((name, port)) => Some(DatabaseHost {
            name: name.to_owned(),
            port: Some(port.parse().ok()?),
        }),
    }
}

fn refuse_foreign_keys(cx: &mut Cx, fields: &Fields<'_>, engine: Engine) {
    for (keys, engines) in BOUND
        .iter()
        .filter(|(_, engines)| !engines.contains(&engine))
    {
        for entry in keys.iter().filter_map(|key| fields.entry(key)) {
            let types: Vec<_> = engines.iter().map(|engine| type_name(*engine)).collect();
            let message = format!("\"{}\" is for type {} only", entry.key, types.join(" and "));
            cx.value_error(&entry.key_place, message);
        }
    }
    if engine == Engine::Sqlite {
        for entry in CONNECTION.iter().filter_map(|key| fields.entry(key)) {
            let text = format!(
                "\"{}\" has no effect: there is no connection to lose",
                entry.key
            );
            cx.note(Note::info(entry.key_place.clone(), text));
        }
    }
}

fn type_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "memfile",
        Engine::MySql => "mysql",
        Engine::PostgreSql => "postgresql",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_may_carry_ports_and_be_paths() {
        let read = |text: &str| host(text).map(|host| (host.name, host.port));
        let is = |name: &str, port| Some((name.to_owned(), port));
        assert_eq!(read("db1"), is("db1", None));
        assert_eq!(read("db1:5433"), is("db1", Some(5433)));
        assert_eq!(read("::1"), is("::1", None));
        assert_eq!(read("[::1]:5433"), is("::1", Some(5433)));
        assert_eq!(read("[::1]"), is("::1", None));
        assert_eq!(read("/run/postgresql"), is("/run/postgresql", None));
        for bad in [
            "",
            "a b",
            "db1:",
            "db1:x",
            "db1:70000",
            ":5432",
            "[::1",
            "[x]:1",
            "a:b:c",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
