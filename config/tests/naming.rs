//! What is said of names: inheritance, older places and names, and what is refused.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{notes, v4, v4_errors, v6_errors};
use murre_config::{ConflictMode, NameUpdates, ReplaceName};

#[test]
fn nothing_is_sent_unless_it_is_said() {
    let server = v4("");
    assert_eq!(server.name_updates, NameUpdates::default());
    assert!(!server.name_updates.enabled && server.naming.send_updates);
    assert_eq!(
        (&*server.naming.prefix, &*server.naming.suffix),
        ("myhost", "")
    );
    assert_eq!(server.naming.replace, ReplaceName::Never);
    assert_eq!(server.naming.conflicts, ConflictMode::CheckWithDhcid);
    assert_eq!(server.naming.sanitizer.clean(b"a-$[1\0.b"), b"a-1.b");
}

#[test]
fn each_scope_overrides_the_one_above() {
    let server = v4(
        r#""dhcp-ddns": { "enable-updates": true, "server-ip": "2001:db8::1", "server-port": 900,
            "sender-ip": "::", "sender-port": 901, "max-queue-size": 7, "ncr-protocol": "UDP", "ncr-format": "JSON" },
        "ddns-qualifying-suffix": "example.org.", "ddns-replace-client-name": "always", "hostname-char-replacement": "x",
        "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24" } ],
        "shared-networks": [ { "name": "n", "ddns-qualifying-suffix": "n.example.org", "ddns-send-updates": false,
            "ddns-use-conflict-resolution": false, "subnet4": [
                { "id": 2, "subnet": "10.2.0.0/16" },
                { "id": 3, "subnet": "10.3.0.0/16", "ddns-send-updates": true, "ddns-qualifying-suffix": "",
                  "ddns-conflict-resolution-mode": "check-exists-with-dhcid", "ddns-ttl-percent": 0.5,
                  "ddns-override-no-update": true, "ddns-override-client-update": true, "ddns-update-on-renew": true,
                  "ddns-generated-prefix": "h", "hostname-char-set": "[0-9]" } ] } ]"#,
    );
    let updates = &server.name_updates;
    assert!(updates.enabled && updates.max_queue_size == 7);
    assert_eq!(updates.server, "[2001:db8::1]:900".parse().unwrap());
    assert_eq!(updates.sender, "[::]:901".parse().unwrap());
    let of = |id| server.subnet_by_id(id).unwrap().naming.clone();
    assert_eq!((&*of(1).suffix, of(1).send_updates), ("example.org", true));
    assert_eq!(
        (&*of(2).suffix, of(2).send_updates),
        ("n.example.org", false)
    );
    assert_eq!((&*of(3).suffix, of(3).send_updates), ("", true));
    assert_eq!(of(2).conflicts, ConflictMode::NoCheckWithDhcid);
    assert_eq!(of(3).conflicts, ConflictMode::CheckExistsWithDhcid);
    assert!(of(3).override_no_update && of(3).override_client_update && of(3).update_on_renew);
    assert_eq!((of(2).replace, &*of(3).prefix), (ReplaceName::Always, "h"));
    assert_eq!(of(1).sanitizer.clean(b"a$1"), b"ax1");
    assert_eq!(of(3).sanitizer.clean(b"a$1\0"), b"a$xx");
}

#[test]
fn the_ttl_is_a_third_of_the_lifetime_or_what_was_said() {
    let ttl = |entries| v4(entries).naming.ttl(7200);
    assert_eq!((ttl(""), v4("").naming.ttl(100)), (2400, 600));
    assert_eq!(ttl("\"ddns-ttl-percent\": 0.25"), 1800);
    assert_eq!(v4("\"ddns-ttl-percent\": 1").naming.ttl(100), 100);
}

#[test]
fn an_empty_set_leaves_all_but_zero_bytes() {
    let server = v4("\"hostname-char-set\": \"\"");
    assert_eq!(server.naming.sanitizer.clean(b"a $\0b"), b"a $b");
}

#[test]
fn what_stood_in_dhcp_ddns_counts_where_the_global_scope_has_none() {
    let text = r#"{ "Dhcp4": { "dhcp-ddns": { "enable-updates": true, "qualifying-suffix": "old.example.org",
        "generated-prefix": "old", "replace-client-name": "when-present", "override-no-update": true,
        "override-client-update": true, "hostname-char-set": "[$]", "hostname-char-replacement": "-" },
        "ddns-generated-prefix": "new" } }"#;
    let server = common::config(text).dhcp4.unwrap();
    let naming = &server.naming;
    assert_eq!(
        (&*naming.suffix, &*naming.prefix),
        ("old.example.org", "new")
    );
    assert_eq!(naming.replace, ReplaceName::WhenPresent);
    assert!(naming.override_no_update && naming.override_client_update);
    assert_eq!(naming.sanitizer.clean(b"a$"), b"a-");
    let notes = notes(text);
    assert!(
        notes.contains(
            "\"qualifying-suffix\" belongs into the global scope now, as \"ddns-qualifying-suffix\""
        ),
        "{notes}"
    );
    assert!(notes.contains("\"generated-prefix\" is ignored"), "{notes}");
}

#[test]
fn what_cannot_be_is_refused_with_its_place() {
    insta::assert_snapshot!(v4_errors(r#""dhcp-ddns": { "server-ip": "host", "ncr-protocol": "TCP", "max-queue-size": 0 },
  "ddns-replace-client-name": true, "hostname-char-set": "[a", "ddns-ttl-percent": 2,
  "ddns-use-conflict-resolution": true, "ddns-conflict-resolution-mode": "check-with-dhcid""#), @r#"
    t.json:2:29: "server-ip" must be an IP address, not "host"
    t.json:2:53: "ncr-protocol" must be "UDP", not "TCP"
    t.json:2:78: "max-queue-size" must be an integer from 1 to 4294967295, not 0
    t.json:3:31: "ddns-replace-client-name" must be one of "never", "always", "when-present", "when-not-present", not true
    t.json:3:58: "hostname-char-set": a bracket is not closed
    t.json:3:84: "ddns-ttl-percent" must be a number from 0.0 to 1.0, not 2
    t.json:4:41: "ddns-use-conflict-resolution" and "ddns-conflict-resolution-mode" say the same; give one (the other is at t.json:4:3)
    "#);
    insta::assert_snapshot!(v4_errors(r#""dhcp-ddns": { "server-ip": "192.0.2.1", "sender-ip": "::1" }"#), @r#"
    t.json:2:55: "sender-ip" and "server-ip" must be of one family
    "#);
    insta::assert_snapshot!(v6_errors("\"ddns-send-updates\": true, \"dhcp-ddns\": {}"), @r#"
    t.json:2:1: "ddns-send-updates" is not supported yet
    t.json:2:28: "dhcp-ddns" is not supported yet
    "#);
}

#[test]
fn dots_inside_of_labels_end_them_where_there_is_a_set() {
    let labels = [b"m_.y".to_vec(), b"$".to_vec(), b"n".to_vec()];
    let with = |set: &str| {
        let server = v4(&format!("\"hostname-char-set\": \"{set}\""));
        server.naming.sanitizer.clean_labels(&labels).join(&b' ')
    };
    assert_eq!(with("[^a-z]"), b"m y n");
    assert_eq!(with(""), b"m_.y $ n");
}
