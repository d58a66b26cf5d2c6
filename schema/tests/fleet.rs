//! The registry of workers: names, slots and presence, the same on every engine.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::time::Duration;

use common::{Fresh, on_every_engine};
use murre_harness::database::{SCHEMA_VERSION, steps_back_to_the_first_version};
use murre_schema::fleet::{Beat, Presence, Worker};
use murre_schema::{Names, Place, Store, StoreOptions, life};
use murre_wire::{V4, V6};

fn beat(name: &str, incarnation: i64) -> Beat {
    Beat {
        name: name.to_owned(),
        incarnation,
        addresses: format!("192.0.2.{} 2001:db8::{incarnation}", incarnation % 256),
        version: "1.2.3".to_owned(),
        revision: "0123ABCD".to_owned(),
        load: 2.5,
        sharing: true,
        draining: false,
        last_error: String::new(),
        first: false,
    }
}

fn named<'w>(workers: &'w [Worker], name: &str) -> &'w Worker {
    let found = workers.iter().find(|worker| worker.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {workers:?}"))
}

/// Moves a worker's last sign of life into the past.
fn age(fresh: &Fresh, name: &str, seconds: u32) {
    let past = match fresh.name {
        "postgresql" => format!("last_seen - interval '{seconds} seconds'"),
        "mariadb" => format!("last_seen - INTERVAL {seconds} SECOND"),
        _ => format!("last_seen - {seconds}"),
    };
    fresh.sql(&format!(
        "UPDATE worker SET last_seen = {past} WHERE name = '{name}'"
    ));
}

#[test]
fn a_row_says_what_its_worker_said() {
    on_every_engine(|fresh| async move {
        let store: Store<V4> = fresh.open().await;
        let mut said = beat("ä'\"one", i64::MIN + 7);
        said.last_error = "line 3: \"pools\" must be a list".to_owned();
        let workers = store.beat(&said).await.unwrap();
        let [row] = workers.as_slice() else {
            panic!("{workers:?}")
        };
        assert_eq!(
            (&row.name, row.incarnation, row.slot),
            (&said.name, said.incarnation, 0)
        );
        assert_eq!(
            (&row.addresses, &row.version, &row.revision, &row.last_error),
            (
                &said.addresses,
                &said.version,
                &said.revision,
                &said.last_error
            )
        );
        assert!((row.load - 2.5).abs() < 1e-9, "{row:?}");
        assert!(row.sharing && !row.draining && !row.ended, "{row:?}");
        assert_eq!(row.presence(), Presence::Live);
        let now = std::time::SystemTime::now();
        let now = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64;
        for time in [row.started, row.last_seen] {
            assert!((now - time).abs() < 60, "{now}: {row:?}");
        }
        let changed = Beat {
            sharing: false,
            load: 0.25,
            last_error: String::new(),
            ..said
        };
        let workers = store.beat(&changed).await.unwrap();
        let row = named(&workers, &changed.name);
        assert!(!row.sharing && (row.load - 0.25).abs() < 1e-9, "{row:?}");
        assert_eq!(row.last_error, "");
    });
}

#[test]
fn each_worker_of_a_family_has_a_slot_of_its_own_and_keeps_it() {
    on_every_engine(|fresh| async move {
        let store: Store<V4> = fresh.open().await;
        let six: Store<V6> = fresh.open().await;
        assert_eq!(six.beat(&beat("a", 1)).await.unwrap()[0].slot, 0);
        for (number, name) in [(1, "c"), (2, "a"), (3, "b")] {
            store.beat(&beat(name, number)).await.unwrap();
        }
        let workers = store.beat(&beat("a", 2)).await.unwrap();
        let slots: Vec<_> = workers.iter().map(|w| (w.slot, w.name.as_str())).collect();
        assert_eq!(slots, [(0, "c"), (1, "a"), (2, "b")]);
        fresh.sql("DELETE FROM worker WHERE name = 'a'");
        let workers = store.beat(&beat("d", 4)).await.unwrap();
        assert_eq!(named(&workers, "d").slot, 1, "the lowest that is free");
        assert_eq!(store.workers().await.unwrap().len(), 3);
    });
}

#[test]
fn workers_that_come_at_once_get_different_slots() {
    on_every_engine(|fresh| async move {
        let mut all = Vec::new();
        for number in 0..8_i64 {
            let store: Store<V4> = fresh.open().await;
            all.push(tokio::spawn(async move {
                let own = beat(&format!("w{number}"), number);
                let workers = store.beat(&own).await.unwrap();
                named(&workers, &own.name).slot
            }));
        }
        let mut slots = Vec::new();
        for one in all {
            slots.push(one.await.unwrap());
        }
        slots.sort_unstable();
        assert_eq!(slots, [0, 1, 2, 3, 4, 5, 6, 7]);
    });
}

#[test]
fn a_name_belongs_to_one_process_until_that_is_gone() {
    on_every_engine(|fresh| async move {
        let store: Store<V4> = fresh.open().await;
        let (one, two) = (beat("host", 1), beat("host", 2));
        let started = store.beat(&one).await.unwrap()[0].started;
        for first in [true, false] {
            let two = Beat {
                first,
                ..two.clone()
            };
            let workers = store.beat(&two).await.unwrap();
            assert_eq!(named(&workers, "host").incarnation, 1, "it lives elsewhere");
        }
        // A new process at the same addresses is the old one's successor, at once.
        let successor = Beat {
            incarnation: 3,
            first: true,
            ..one.clone()
        };
        let workers = store.beat(&successor).await.unwrap();
        assert_eq!(named(&workers, "host").incarnation, 3);
        assert!(named(&workers, "host").started >= started);
        let late = store.beat(&one).await.unwrap();
        assert_eq!(named(&late, "host").incarnation, 3, "only a new one is");
        // Silence or a farewell leaves the name to anybody.
        age(&fresh, "host", 4);
        assert_eq!(
            store.workers().await.unwrap()[0].presence(),
            Presence::Silent
        );
        let workers = store.beat(&two).await.unwrap();
        assert_eq!(named(&workers, "host").incarnation, 2);
        store.leave("host", 1).await.unwrap();
        assert_eq!(
            store.workers().await.unwrap()[0].presence(),
            Presence::Live,
            "a farewell of one who is not there"
        );
        store.leave("host", 2).await.unwrap();
        let row = store.workers().await.unwrap().remove(0);
        assert_eq!((row.presence(), row.slot), (Presence::Gone, 0));
        let workers = store.beat(&one).await.unwrap();
        assert_eq!(named(&workers, "host").presence(), Presence::Live);
        assert_eq!(workers.len(), 1);
    });
}

#[test]
fn a_worker_that_drains_is_not_live_and_who_is_gone_for_a_day_is_forgotten() {
    on_every_engine(|fresh| async move {
        let store: Store<V4> = fresh.open().await;
        let mut one = beat("one", 1);
        one.draining = true;
        let workers = store.beat(&one).await.unwrap();
        assert_eq!(named(&workers, "one").presence(), Presence::Draining);
        store.leave("one", 1).await.unwrap();
        let two = beat("two", 2);
        age(&fresh, "one", 23 * 3600);
        store.beat(&two).await.unwrap();
        store.beat(&two).await.unwrap();
        let kept = store.workers().await.unwrap();
        assert_eq!(named(&kept, "one").addresses, one.addresses);
        assert!(named(&kept, "one").age > Duration::from_secs(23 * 3600 - 1));
        age(&fresh, "one", 3600 + 60);
        store.beat(&two).await.unwrap();
        assert_eq!(store.workers().await.unwrap().len(), 1);
    });
}

#[test]
fn a_heartbeat_does_not_wait_for_what_the_store_is_busy_with() {
    on_every_engine(|fresh| async move {
        let store: Store<V4> = fresh.open().await;
        store.beat(&beat("one", 1)).await.unwrap();
        if fresh.name == "sqlite" {
            return; // One writer at a time is the engine's nature.
        }
        // Somebody holds every row of leases, and reclaiming waits for them.
        let lock = match fresh.name {
            "postgresql" => "LOCK TABLE lease4; SELECT pg_sleep(3)",
            _ => "LOCK TABLES lease4 WRITE; SELECT SLEEP(3)",
        };
        let database = fresh.database.clone().unwrap();
        let holder = tokio::task::spawn_blocking(move || database.query(lock));
        tokio::time::sleep(Duration::from_millis(500)).await;
        let busy = store.reclaim(10, true, Names::Off);
        let beats = async {
            let started = std::time::Instant::now();
            store.beat(&beat("one", 1)).await.unwrap();
            started.elapsed()
        };
        let (_, took) = tokio::join!(busy, beats);
        assert!(took < Duration::from_secs(1), "{took:?}");
        holder.await.unwrap();
    });
}

#[test]
fn the_view_for_people_says_who_lives() {
    on_every_engine(|fresh| async move {
        let store: Store<V4> = fresh.open().await;
        store.beat(&beat("one", 1)).await.unwrap();
        store.beat(&beat("two", 2)).await.unwrap();
        store.leave("two", 2).await.unwrap();
        let state = |name: &str| {
            let query = format!("SELECT state FROM workers WHERE name = '{name}'");
            match &fresh.access.place {
                Place::File(path) => {
                    let connection = rusqlite::Connection::open(path).unwrap();
                    connection.query_row(&query, [], |row| row.get(0)).unwrap()
                }
                _ => fresh.value(&query),
            }
        };
        assert_eq!(
            (state("one").as_str(), state("two").as_str()),
            ("live", "gone")
        );
        age(&fresh, "one", 10);
        assert_eq!(state("one"), "silent");
    });
}

/// The first version of the schema, as it was.
#[test]
fn a_database_of_the_first_version_is_upgraded_with_its_leases() {
    on_every_engine(|fresh| async move {
        let store: Store<V6> = fresh.open().await;
        store.server_duid(b"kept", false).await.unwrap();
        drop(store);
        for step in steps_back_to_the_first_version(fresh.name) {
            fresh.sql(step);
        }
        let refused = Store::<V4>::open(&fresh.access, StoreOptions::default()).await;
        let text = refused.err().unwrap().to_string();
        assert!(
            text.contains("schema version 1.0") && text.contains("db-upgrade"),
            "{text}"
        );
        life::upgrade(&fresh.access).await.unwrap();
        let found = life::inspect(&fresh.access).await.unwrap();
        assert_eq!(found.version, Some((SCHEMA_VERSION, 0)));
        assert!(!found.is_unfinished());
        let store: Store<V6> = fresh.open().await;
        store.beat(&beat("one", 1)).await.unwrap();
        assert_eq!(store.next_window("pool".into(), 1).await.unwrap().number, 0);
        assert_eq!(store.server_duid(b"other", false).await.unwrap(), b"kept");
    });
}
