//! Reservations as rows: what is found of them, and whom they keep from an address.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::net::Ipv4Addr;

use common::sample::{Sample, claimed, lease};
use common::{Fresh, on_every_engine};
use murre_schema::{
    Access, Change, Changed, Claim, Error, HostStore, Names, Store, StoreOptions, StoredHost,
    StoredOption, Who,
};
use murre_wire::V4;

/// Numbers of kinds of identifiers.
const HW_ADDRESS: u8 = 0;
const CLIENT_ID: u8 = 3;

/// 192.0.2.5 and 192.0.2.6.
const FIVE: u32 = 0xc000_0205;

async fn open(fresh: &Fresh) -> HostStore {
    let store = HostStore::open(&fresh.access, StoreOptions::default()).await;
    store.unwrap()
}

/// Bytes as the engine writes them.
fn bytes(fresh: &Fresh, hex: &str) -> String {
    match fresh.name {
        "postgresql" => format!(r"'\x{hex}'::bytea"),
        _ => format!("x'{hex}'"),
    }
}

/// Two subnets' reservations of one host, the first with options, and one of another host.
fn fill(fresh: &Fresh) {
    let [own, other, value] =
        ["0200000000aa", "0200000000bb", "c0000201"].map(|hex| bytes(fresh, hex));
    fresh.sql(&format!(
        "INSERT INTO hosts (host_id, dhcp_identifier, dhcp_identifier_type, dhcp4_subnet_id, ipv4_address, hostname,
                            dhcp4_client_classes, dhcp4_next_server, dhcp4_server_hostname, dhcp4_boot_file_name)
         VALUES (11, {own}, 0, 1, {FIVE}, 'Printer', 'one, two', 3221225985, 'boot', 'file.img');
         INSERT INTO hosts (host_id, dhcp_identifier, dhcp_identifier_type, dhcp4_subnet_id)
         VALUES (12, {own}, 0, 0);
         INSERT INTO hosts (host_id, dhcp_identifier, dhcp_identifier_type, dhcp6_subnet_id)
         VALUES (13, {other}, 0, 1);
         INSERT INTO hosts (host_id, dhcp_identifier, dhcp_identifier_type, dhcp4_subnet_id, ipv4_address)
         VALUES (14, {own}, 3, 2, 0);
         INSERT INTO dhcp4_options (option_id, code, value, space, persistent, host_id)
         VALUES (1, 3, {value}, 'dhcp4', true, 11);
         INSERT INTO dhcp4_options (option_id, code, formatted_value, host_id, cancelled)
         VALUES (2, 6, '192.0.2.1, 192.0.2.2', 11, true)"
    ));
}

fn who(kind: u8, last: u8) -> Who {
    [(kind, vec![2, 0, 0, 0, 0, last])].into_iter().collect()
}

/// Sorted.
fn ids(found: &[StoredHost]) -> Vec<i64> {
    let mut ids: Vec<_> = found.iter().map(|host| host.host_id).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn a_host_is_found_by_its_identifier_with_all_that_is_reserved() {
    on_every_engine(|fresh| async move {
        let store = open(&fresh).await;
        fill(&fresh);
        let found = store.find(who(HW_ADDRESS, 0xaa)).await.unwrap();
        assert_eq!(ids(&found), [11, 12]);
        let printer = StoredHost {
            host_id: 11,
            subnet_id: 1,
            kind: HW_ADDRESS,
            identifier: vec![2, 0, 0, 0, 0, 0xaa],
            address: Some(Ipv4Addr::from(FIVE)),
            hostname: "Printer".into(),
            classes: "one, two".into(),
            next_server: Some(Ipv4Addr::new(192, 0, 2, 1)),
            server_hostname: "boot".into(),
            boot_file_name: "file.img".into(),
            options: vec![
                StoredOption {
                    code: 3,
                    space: "dhcp4".into(),
                    value: vec![192, 0, 2, 1],
                    persistent: true,
                    ..StoredOption::default()
                },
                StoredOption {
                    code: 6,
                    formatted_value: "192.0.2.1, 192.0.2.2".into(),
                    cancelled: true,
                    ..StoredOption::default()
                },
            ],
        };
        assert!(found.contains(&printer), "{found:?}");
        let plain = StoredHost {
            host_id: 12,
            kind: HW_ADDRESS,
            identifier: printer.identifier.clone(),
            ..StoredHost::default()
        };
        assert!(found.contains(&plain), "{found:?}");
    });
}

#[test]
fn the_same_bytes_as_another_kind_of_identifier_are_another_host() {
    on_every_engine(|fresh| async move {
        let store = open(&fresh).await;
        fill(&fresh);
        let by_client_id = store.find(who(CLIENT_ID, 0xaa)).await.unwrap();
        assert_eq!(ids(&by_client_id), [14]);
        let address = by_client_id.first().unwrap().address;
        assert_eq!(address, None, "0.0.0.0 reserves nothing");
        let of_the_other_family = store.find(who(HW_ADDRESS, 0xbb)).await.unwrap();
        assert_eq!(ids(&of_the_other_family), [0; 0]);
    });
}

#[test]
fn questions_of_a_batch_do_not_mix() {
    on_every_engine(|fresh| async move {
        let store = open(&fresh).await;
        fill(&fresh);
        let mut both = who(CLIENT_ID, 0xaa);
        both.extend(who(HW_ADDRESS, 0xaa));
        let five = || [Ipv4Addr::from(FIVE)];
        let (one, two, three, four) = tokio::join!(
            store.find(both),
            store.reserved(1, five()),
            store.reserved(2, five()),
            store.find(who(HW_ADDRESS, 0xbb))
        );
        assert_eq!(ids(&one.unwrap()), [11, 12, 14]);
        assert_eq!(two.unwrap(), five());
        assert!(three.unwrap().is_empty() && four.unwrap().is_empty());
        let some = [FIVE - 1, FIVE, FIVE + 1].map(Ipv4Addr::from);
        let reserved = store.reserved(1, some).await.unwrap();
        assert_eq!(reserved, [Ipv4Addr::from(FIVE)]);
    });
}

#[test]
fn a_reservation_that_was_not_there_is_seen_within_a_second_or_so() {
    on_every_engine(|fresh| async move {
        let store = open(&fresh).await;
        let before = store.find(who(HW_ADDRESS, 0xaa)).await.unwrap();
        assert!(before.is_empty());
        fill(&fresh);
        let limit = std::time::Instant::now() + std::time::Duration::from_secs(3);
        while store.find(who(HW_ADDRESS, 0xaa)).await.unwrap().is_empty() {
            assert!(std::time::Instant::now() < limit, "{}", fresh.name);
            tokio::task::yield_now().await;
        }
    });
}

async fn claim(store: &Store<V4>, address: u8, client: u8, heeds_hosts: bool) -> Changed {
    let claim = Claim {
        lease: lease::<V4>(address, client, 3600),
        replaces: None,
        renews: false,
        heeds_hosts,
        names: Names::Off,
    };
    store.change(Change::Claim(claim)).await.unwrap()
}

#[test]
fn nobody_gets_an_address_that_is_reserved_for_another() {
    on_every_engine(|fresh| async move {
        let store = fresh.open::<V4>().await;
        fill(&fresh);
        assert_eq!(claim(&store, 5, 1, true).await, Changed::Taken);
        let row = common::sample::row::<V4>(&store, 5).await;
        assert_eq!(row, None, "a refused claim leaves nothing");
        assert!(claimed(claim(&store, 6, 1, true).await), "not reserved");
        assert!(claimed(claim(&store, 5, 2, false).await), "its own host");
        assert_eq!(
            claim(&store, 5, 2, true).await,
            Changed::Taken,
            "nor does anybody renew who has no reservation"
        );
    });
}

#[test]
fn a_reservation_of_another_subnet_is_in_nobodys_way() {
    on_every_engine(|fresh| async move {
        let store = fresh.open::<V4>().await;
        fill(&fresh);
        let mut elsewhere = lease::<V4>(5, 1, 3600);
        elsewhere.subnet_id = 7;
        let claim = Claim {
            lease: elsewhere,
            replaces: None,
            renews: false,
            heeds_hosts: true,
            names: Names::Off,
        };
        let changed = store.change(Change::Claim(claim)).await.unwrap();
        assert!(claimed(changed));
    });
}

#[test]
fn a_refused_claim_of_a_batch_takes_nobody_else_with_it() {
    on_every_engine(|fresh| async move {
        let store = fresh.open::<V4>().await;
        fill(&fresh);
        let all = (1..40).map(|n| claim(&store, n, n, true));
        let changed = futures_util::future::join_all(all).await;
        let taken = (1..40)
            .zip(&changed)
            .filter(|(_, changed)| !claimed(**changed));
        let taken: Vec<u8> = taken.map(|(n, _)| n).collect();
        assert_eq!(taken, [5]);
    });
}

#[test]
fn a_claim_that_is_refused_for_a_reservation_keeps_what_it_would_have_replaced() {
    on_every_engine(|fresh| async move {
        let store = fresh.open::<V4>().await;
        fill(&fresh);
        assert!(claimed(claim(&store, 6, 1, true).await));
        let seen = common::sample::seen(&store, V4::address(6)).await;
        let moved = Claim {
            lease: lease::<V4>(5, 1, 3600),
            replaces: Some(seen),
            renews: false,
            heeds_hosts: true,
            names: Names::Off,
        };
        let changed = store.change(Change::Claim(moved)).await.unwrap();
        assert_eq!(changed, Changed::Taken);
        assert!(common::sample::row::<V4>(&store, 6).await.is_some());
    });
}

#[test]
fn views_of_an_inventory_serve_where_nothing_is_written() {
    on_every_engine(|fresh| async move {
        open(&fresh).await;
        fill(&fresh);
        fresh.sql(
            "ALTER TABLE hosts RENAME TO inventory;
             CREATE VIEW hosts AS SELECT * FROM inventory WHERE host_id < 12",
        );
        let access = Access {
            read_only: true,
            ..fresh.access.clone()
        };
        let store = HostStore::open(&access, StoreOptions::default()).await;
        let found = store.unwrap().find(who(HW_ADDRESS, 0xaa)).await.unwrap();
        assert_eq!(ids(&found), [11]);
        assert_eq!(found.first().map(|host| host.options.len()), Some(2));
    });
}

#[test]
fn another_programs_tables_serve_as_they_are_even_where_options_cannot_be_cancelled() {
    on_every_engine(|fresh| async move {
        open(&fresh).await;
        fill(&fresh);
        fresh.sql("DROP TABLE refinery_schema_history");
        match fresh.name {
            // A view shows the column.
            "postgresql" => fresh.sql("ALTER TABLE dhcp4_options DROP COLUMN cancelled CASCADE"),
            "sqlite" => {}
            _ => fresh.sql("ALTER TABLE dhcp4_options DROP COLUMN cancelled"),
        }
        let found = open(&fresh).await.find(who(HW_ADDRESS, 0xaa)).await;
        let found = found.unwrap();
        assert_eq!(ids(&found), [11, 12]);
        let first = found.iter().find(|host| host.host_id == 11);
        assert_eq!(first.map(|host| host.options.len()), Some(2));
    });
}

#[test]
fn where_the_tables_are_missing_that_is_said_at_once() {
    on_every_engine(|fresh| async move {
        open(&fresh).await;
        fresh.sql("ALTER TABLE hosts RENAME TO inventory");
        let access = Access {
            read_only: true,
            ..fresh.access.clone()
        };
        let opened = HostStore::open(&access, StoreOptions::default()).await;
        match (fresh.name, opened) {
            // Its statements are prepared when they are needed.
            ("sqlite", Ok(store)) => {
                let error = store.find(who(HW_ADDRESS, 0xaa)).await.unwrap_err();
                assert!(error.to_string().contains("hosts"), "{error}");
            }
            (_, Err(error @ Error::Statement { .. })) => {
                assert!(error.to_string().contains("hosts"), "{error}");
            }
            (name, other) => panic!("{name}: {:?}", other.err()),
        }
    });
}
