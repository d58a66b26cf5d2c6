//! What the global scope means once it loads: values, defaults, what is shown and said.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::net::Ipv4Addr;
use std::time::Duration;

use common::{config, notes, v4, v4_errors, v6};
use murre_config::{
    DuidType, Engine, ExpiredLeases, Interfaces, Listen, LogDestination, OnFail, Outbound,
    Severity, SocketType, Triplet,
};
use murre_wire::V4;

#[test]
fn one_file_may_hold_both_families() {
    let both = config(r#"{ "Dhcp4": {}, "Dhcp6": {} }"#);
    assert!(both.dhcp4.is_some() && both.dhcp6.is_some());
    let one = config(r#"{ "Dhcp6": {} }"#);
    assert!(one.dhcp4.is_none() && one.dhcp6.is_some());
}

#[test]
fn an_empty_server_has_the_defaults_of_the_manual() {
    let server = v4("");
    assert_eq!(server.interfaces, Interfaces::<V4>::default());
    assert_eq!(server.lifetimes.valid, Triplet::fixed(7200));
    assert_eq!(server.lifetimes.tee_times(7200), (None, None));
    assert_eq!(server.expired, ExpiredLeases::default());
    assert_eq!(server.decline_probation_period, 86400);
    assert!(server.echo_client_id && !server.authoritative);
    assert_eq!(
        (
            server.multi_threading.enable,
            server.multi_threading.packet_queue_size
        ),
        (true, 64)
    );
    let access = &server.lease_database;
    assert_eq!(
        (access.engine, access.memfile, access.persist),
        (Engine::Sqlite, true, true)
    );
    assert_eq!(access.lfc_interval, Some(Duration::from_secs(3600)));
    let server = v6("");
    assert_eq!(server.lifetimes.preferred_for(4000), 2500);
    assert_eq!(server.lifetimes.tee_times(3000), (Some(1500), Some(2400)));
    assert_eq!(
        (server.server_id.kind, server.server_id.persist),
        (DuidType::Llt, true)
    );
}

#[test]
fn interfaces_take_names_the_wildcard_and_addresses() {
    let server = v4(r#""interfaces-config": {
        "interfaces": [ "eth0", "eth1/10.0.0.1", "eth1/10.0.0.2", "*" ],
        "dhcp-socket-type": "udp", "outbound-interface": "use-routing", "re-detect": false,
        "service-sockets-require-all": true, "service-sockets-max-retries": 5,
        "service-sockets-retry-wait-time": 100 }"#);
    let interfaces = &server.interfaces;
    let address = |last| Listen::Address {
        interface: "eth1".into(),
        address: Ipv4Addr::new(10, 0, 0, last),
    };
    assert_eq!(
        interfaces.listen,
        [
            Listen::Interface("eth0".into()),
            address(1),
            address(2),
            Listen::All
        ]
    );
    assert!(interfaces.all() && interfaces.require_all && !interfaces.re_detect);
    assert_eq!(interfaces.socket_type, SocketType::Udp);
    assert_eq!(interfaces.outbound, Outbound::UseRouting);
    assert_eq!(
        (interfaces.max_retries, interfaces.retry_wait),
        (5, Duration::from_millis(100))
    );
    let server = v6(r#""interfaces-config": { "interfaces": [ "eth1/2001:db8::1", "lo" ] }"#);
    assert_eq!(server.interfaces.listen.len(), 2);
    assert!(!server.interfaces.all());
}

#[test]
fn a_postgresql_database_takes_all_its_keys() {
    let access = v4(
        r#""lease-database": { "type": "postgresql", "name": "leases",
        "host": "db1, db2:5433,[::1]:5434", "port": 6432, "user": "u", "password": "p",
        "connect-timeout": 7, "max-reconnect-tries": 3, "reconnect-wait-time": 250,
        "on-fail": "serve-retry-continue", "retry-on-startup": true, "tcp-user-timeout": 9,
        "trust-anchor": "ca", "cert-file": "cert", "key-file": "key", "cipher-list": "AES" }"#,
    )
    .lease_database;
    assert_eq!(
        (access.engine, access.name.as_str()),
        (Engine::PostgreSql, "leases")
    );
    let hosts: Vec<_> = access
        .hosts
        .iter()
        .map(|host| (host.name.as_str(), host.port))
        .collect();
    assert_eq!(
        hosts,
        [("db1", None), ("db2", Some(5433)), ("::1", Some(5434))]
    );
    assert_eq!(
        (access.port, access.user.as_str(), access.password.expose()),
        (Some(6432), "u", "p")
    );
    assert_eq!(access.connect_timeout, Duration::from_secs(7));
    assert_eq!(
        (access.max_reconnect_tries, access.retry_on_startup),
        (Some(3), Some(true))
    );
    assert_eq!(access.reconnect_wait_time, Some(Duration::from_millis(250)));
    assert_eq!(access.on_fail, Some(OnFail::ServeRetryContinue));
    assert_eq!(access.tcp_user_timeout, Some(Duration::from_secs(9)));
    assert!(access.tls.is_on());
    assert!(
        !format!("{access:?}").contains("\"p\""),
        "a password is not for logs"
    );
}

#[test]
fn keys_not_given_for_a_database_stay_open() {
    let access = v4(
        r#""lease-database": { "type": "mysql", "name": "leases", "host": "",
        "password": "", "read-timeout": 0, "write-timeout": 5 }"#,
    )
    .lease_database;
    assert_eq!(
        (access.engine, access.memfile, access.hosts.len()),
        (Engine::MySql, false, 0)
    );
    assert_eq!(
        (
            access.max_reconnect_tries,
            access.on_fail,
            access.retry_on_startup
        ),
        (None, None, None)
    );
    assert_eq!(
        (access.read_timeout, access.write_timeout),
        (None, Some(Duration::from_secs(5)))
    );
    assert_eq!(access.connect_timeout, Duration::from_secs(5));
    assert!(!access.tls.is_on());
}

#[test]
fn reservations_may_be_in_several_databases() {
    let databases = v4(r#""hosts-databases": [
        { "type": "mysql", "name": "hosts", "host": "", "max-reconnect-tries": 2 },
        { "type": "postgresql", "name": "inventory", "readonly": true },
        { "type": "sqlite", "name": "/tmp/hosts.sqlite", "readonly": false } ]"#)
    .hosts_databases;
    let told: Vec<_> = databases
        .iter()
        .map(|database| {
            (
                database.access.engine,
                &*database.access.name,
                database.readonly,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Engine::MySql, "hosts", false),
            (Engine::PostgreSql, "inventory", true),
            (Engine::Sqlite, "/tmp/hosts.sqlite", false)
        ]
    );
    assert_eq!(databases[0].access.max_reconnect_tries, Some(2));
    let one = v4(r#""hosts-database": { "type": "mysql", "name": "hosts" }"#);
    assert_eq!(one.hosts_databases.len(), 1);
}

#[test]
fn what_cannot_be_a_database_of_reservations_is_refused() {
    for (entries, said) in [
        (
            r#""hosts-database": { "type": "memfile", "name": "x" }"#,
            "must be one of",
        ),
        (r#""hosts-database": { "type": "mysql" }"#, "\"name\""),
        (r#""hosts-database": { "name": "x" }"#, "\"type\""),
        (
            r#""hosts-database": { "type": "sqlite", "name": "" }"#,
            "\"name\"",
        ),
        (
            r#""hosts-database": { "type": "mysql", "name": "x", "persist": true }"#,
            "persist",
        ),
        (
            r#""hosts-database": { "type": "mysql", "name": "x" },
               "hosts-databases": [ { "type": "mysql", "name": "y" } ]"#,
            "say the same",
        ),
    ] {
        let errors = v4_errors(entries);
        assert!(errors.contains(said), "{entries}: {errors}");
    }
}

#[test]
fn a_lease_file_means_the_embedded_engine() {
    let access = v6(r#""lease-database": { "type": "memfile", "persist": false,
        "name": "/tmp/leases.csv", "lfc-interval": 0, "max-row-errors": 4 }"#)
    .lease_database;
    assert_eq!(
        (access.engine, access.memfile, access.persist),
        (Engine::Sqlite, true, false)
    );
    assert_eq!(
        (access.name.as_str(), access.lfc_interval),
        ("/tmp/leases.csv", None)
    );
    assert_eq!(access.max_row_errors, 4);
    let access =
        v4(r#""lease-database": { "type": "sqlite", "name": "/tmp/a.db" }"#).lease_database;
    assert_eq!((access.engine, access.memfile), (Engine::Sqlite, false));
}

#[test]
fn logging_and_control_sockets_are_read() {
    let server = v4(
        r#""loggers": [ { "name": "kea-dhcp4", "severity": "debug", "debuglevel": 50,
          "output-options": [ { "output": "stdout", "flush": false, "pattern": "%m\n" },
            { "output": "syslog:local3" }, { "output": "/var/log/a.log", "maxsize": 0,
              "maxver": 8 } ] },
        { "name": "kea-dhcp4.leases", "output_options": [ { "output": "stderr" } ] } ],
        "control-socket": { "socket-type": "unix", "socket-name": "/run/a.sock" }"#,
    );
    let [root, leases] = server.loggers.as_slice() else {
        panic!("two loggers")
    };
    assert_eq!(
        (root.severity, root.debug_level),
        (Some(Severity::Debug), Some(50))
    );
    let outputs: Vec<_> = root
        .outputs
        .iter()
        .map(|output| output.destination.clone())
        .collect();
    assert_eq!(
        outputs,
        [
            LogDestination::Stdout,
            LogDestination::Syslog(Some("local3".into())),
            LogDestination::File("/var/log/a.log".into())
        ]
    );
    assert_eq!(root.outputs[0].pattern.as_deref(), Some("%m\n"));
    assert_eq!(
        (root.outputs[1].flush, root.outputs[1].max_size),
        (true, Some(10_240_000))
    );
    assert_eq!(
        (root.outputs[2].max_size, root.outputs[2].max_versions),
        (None, 8)
    );
    assert_eq!((leases.severity, leases.outputs.len()), (None, 1));
    assert_eq!(server.control_sockets[0].path.to_str(), Some("/run/a.sock"));
    let server = v6(
        r#""control-sockets": [ { "socket-type": "unix", "socket-name": "a" },
        { "socket-type": "unix", "socket-name": "b" } ]"#,
    );
    assert_eq!(server.control_sockets.len(), 2);
}

#[test]
fn the_server_identifier_is_read() {
    let server = v6(
        r#""data-directory": "/var/lib/murre", "server-id": { "type": "EN",
        "enterprise-id": 2495, "identifier": "87ABEF7A5BB545", "persist": false }"#,
    );
    let id = server.server_id;
    assert_eq!((id.kind, id.persist), (DuidType::En, false));
    let duid = [
        0, 2, 0, 0, 9, 0xbf, 0x87, 0xab, 0xef, 0x7a, 0x5b, 0xb5, 0x45,
    ];
    assert_eq!(id.complete().as_deref(), Some(&duid[..]));
    assert_eq!(
        server.data_directory.unwrap().to_str(),
        Some("/var/lib/murre")
    );
}

#[test]
fn limits_of_samples_are_read() {
    let read = |text| {
        let samples = v4(text).statistics;
        (samples.sample_count, samples.sample_age)
    };
    assert_eq!(read(r#""echo-client-id": true"#), (20, 0), "by default");
    let both = r#""statistic-default-sample-count": 0, "statistic-default-sample-age": 60"#;
    assert_eq!(read(both), (0, 60));
}

#[test]
fn reclaiming_is_read() {
    let server = v4(r#""decline-probation-period": 60, "echo-client-id": false,
        "expired-leases-processing": { "reclaim-timer-wait-time": 1,
        "flush-reclaimed-timer-wait-time": 2, "hold-reclaimed-time": 3, "max-reclaim-leases": 4,
        "max-reclaim-time": 5, "unwarned-reclaim-cycles": 6 }"#);
    let expired = server.expired;
    let read = [
        expired.reclaim_timer_wait_time,
        expired.flush_reclaimed_timer_wait_time,
        expired.hold_reclaimed_time,
        expired.max_reclaim_leases,
        expired.max_reclaim_time,
        expired.unwarned_reclaim_cycles,
    ];
    assert_eq!(read, [1, 2, 3, 4, 5, 6]);
    assert!(expired.affinity() && !server.echo_client_id);
    assert_eq!(server.decline_probation_period, 60);
}

#[test]
fn a_worker_has_a_name_and_shares_unless_told_otherwise() {
    let server = v4("");
    assert_eq!((server.worker_name, server.worker_sharing), (None, true));
    let text = r#"{ "Dhcp4": { "worker-name": "west-1", "worker-sharing": false }, "Dhcp6": {} }"#;
    let first = config(text);
    let shown = first.to_json();
    assert_eq!(shown["Dhcp4"]["worker-name"], "west-1");
    assert_eq!(shown["Dhcp6"]["worker-sharing"], true);
    assert!(shown["Dhcp6"].get("worker-name").is_none());
    let second = config(&shown.to_string()).dhcp4.unwrap();
    assert_eq!(second.worker_name.as_deref(), Some("west-1"));
    assert!(!second.worker_sharing);
}

#[test]
fn what_has_another_meaning_or_none_here_is_said() {
    let text = r#"{ "Dhcp4": { "multi-threading": { "thread-pool-size": 4, "packet-queue-size": 28 },
      "lease-database": { "type": "memfile", "on-fail": "stop-retry-exit" },
      "interfaces-config": { "outbound-interface": "use-routing" },
      "renew-timer": 10, "rebind-timer": 10,
      "option-data": [ { "name": "time-offset", "data": "1, 2" } ],
      "subnet4": [ { "id": 1, "subnet": "10.0.0.0/24", "pools": [ { "pool": "10.0.0.9/28" } ] } ] } }"#;
    insta::assert_snapshot!(notes(text), @r#"
    t.json:1:14: "multi-threading" means here: one thread serves all packets, since queries wait for the database and not for a processor; queries in flight: 4 x 28 or the built-in bound, whichever is more
    t.json:2:46: "on-fail" has no effect: there is no connection to lose
    t.json:3:52: "use-routing" has an effect with "dhcp-socket-type": "udp" only
    t.json:4:22: "renew-timer" (10) is not below "rebind-timer" (10): it will not be sent
    t.json:5:57: 2 fields given, the option has 1: the rest is not used
    t.json:6:77: the pool starts at 10.0.0.9, inside its prefix
    "#);
}

#[test]
fn keys_whose_effect_does_not_exist_yet_or_never_are_named() {
    let text = r#"{ "Dhcp6": { "data-directory": "/var/lib/kea", "allocator": "iterative", "pd-allocator": "flq",
      "server-id": { "type": "LL", "persist": false },
      "subnet6": [ { "id": 1, "subnet": "2001:db8::/64", "allocator": "random" } ],
      "lease-database": { "type": "mysql", "name": "a", "trust-anchor": "ca", "cipher-list": "AES" } } }"#;
    insta::assert_snapshot!(notes(text), @r#"
    t.json:1:14: "data-directory" has no effect: the server identifier is kept in the database
    t.json:2:47: "persist" has no effect: workers on one database share its identifier, which stays
    t.json:4:79: "cipher-list" has no effect: TLS 1.2 and 1.3 are used with their safe ciphers
    "#);
}

#[test]
fn comments_and_contexts_are_taken_everywhere() {
    v6(
        r#""user-context": { "any": [ 1, { "thing": null } ] }, "comment": "x",
        "interfaces-config": { "comment": "x" }, "lease-database": { "type": "memfile", "comment": "x" },
        "loggers": [ { "name": "a", "comment": "x" } ], "server-id": { "comment": "x" },
        "control-socket": { "socket-type": "unix", "socket-name": "a", "user-context": {} },
        "subnet6": [ { "id": 1, "subnet": "2001:db8::/32", "comment": "x",
          "relay": { "ip-addresses": [], "comment": "x" },
          "option-data": [ { "code": 7, "data": "1", "comment": "x" } ],
          "pools": [ { "pool": "2001:db8::/64", "comment": "x" } ],
          "pd-pools": [ { "prefix": "3000::", "prefix-len": 40, "delegated-len": 56,
            "user-context": { "a": 1 } } ] } ]"#,
    );
}

#[test]
fn config_get_shows_what_is_in_effect() {
    let shown = config(
        r#"{ "Dhcp4": { "valid-lifetime": 4000, "comment": "top",
        "lease-database": { "type": "mysql", "name": "a", "password": "secret" },
        "subnet4": [ { "subnet": "10.0.0.0/24", "max-valid-lifetime": 9 } ] } }"#,
    )
    .to_json();
    insta::assert_snapshot!(serde_json::to_string_pretty(&shown).unwrap(), @r#"
    {
      "Dhcp4": {
        "valid-lifetime": 4000,
        "lease-database": {
          "type": "mysql",
          "name": "a",
          "password": "secret"
        },
        "subnet4": [
          {
            "subnet": "10.0.0.0/24",
            "max-valid-lifetime": 9,
            "id": 1,
            "min-valid-lifetime": 9,
            "valid-lifetime": 9,
            "calculate-tee-times": false,
            "t1-percent": 0.5,
            "t2-percent": 0.875,
            "allocator": "iterative",
            "option-data": [],
            "pools": [],
            "relay": {
              "ip-addresses": []
            },
            "authoritative": false,
            "match-client-id": true,
            "next-server": "0.0.0.0",
            "server-hostname": "",
            "boot-file-name": "",
            "offer-lifetime": 0,
            "store-extended-info": false,
            "reservations": [],
            "reservations-global": false,
            "reservations-in-subnet": true,
            "reservations-out-of-pool": false
          }
        ],
        "user-context": {
          "comment": "top"
        },
        "interfaces-config": {
          "interfaces": [],
          "re-detect": true,
          "service-sockets-require-all": false,
          "service-sockets-max-retries": 0,
          "service-sockets-retry-wait-time": 5000
        },
        "expired-leases-processing": {
          "reclaim-timer-wait-time": 10,
          "flush-reclaimed-timer-wait-time": 25,
          "hold-reclaimed-time": 3600,
          "max-reclaim-leases": 100,
          "max-reclaim-time": 250,
          "unwarned-reclaim-cycles": 5
        },
        "multi-threading": {
          "enable-multi-threading": true,
          "thread-pool-size": 0,
          "packet-queue-size": 64
        },
        "decline-probation-period": 86400,
        "statistic-default-sample-count": 20,
        "statistic-default-sample-age": 0,
        "worker-sharing": true,
        "min-valid-lifetime": 4000,
        "max-valid-lifetime": 4000,
        "calculate-tee-times": false,
        "t1-percent": 0.5,
        "t2-percent": 0.875,
        "allocator": "iterative",
        "option-data": [],
        "authoritative": false,
        "echo-client-id": true,
        "match-client-id": true,
        "next-server": "0.0.0.0",
        "server-hostname": "",
        "boot-file-name": "",
        "offer-lifetime": 0,
        "store-extended-info": false,
        "client-classes": [],
        "reservations": [],
        "host-reservation-identifiers": [
          "hw-address",
          "duid",
          "circuit-id",
          "client-id"
        ],
        "early-global-reservations-lookup": false,
        "stash-agent-options": false,
        "shared-networks": []
      }
    }
    "#);
}

#[test]
fn what_config_get_shows_loads_again_and_means_the_same() {
    let text = r#"{ "Dhcp6": { "comment": "top", "subnet6": [ { "subnet": "2001:db8::/48",
        "preferred-lifetime": 9, "pools": [ { "pool": "2001:db8::/64" } ] } ] },
        "Dhcp4": { "reservation-mode": "global", "offer-lft": 5, "subnet4": [ { "subnet": "10.0.0.0/24" } ], "shared-networks": [
        { "name": "n", "subnet4": [ { "subnet": "10.1.0.0/24", "reservation-mode": "disabled" } ] } ] } }"#;
    let first = config(text);
    let second = config(&first.to_json().to_string());
    assert_eq!(first.to_json(), second.to_json());
    assert_eq!(
        first.dhcp6.as_ref().unwrap().subnets(),
        second.dhcp6.as_ref().unwrap().subnets()
    );
    let modes = |config: murre_config::Config| -> Vec<_> {
        let subnets = config.dhcp4.unwrap();
        let subnets = subnets.subnets().iter();
        subnets.map(|subnet| subnet.reservations).collect()
    };
    assert_eq!(modes(first), modes(second));
}
