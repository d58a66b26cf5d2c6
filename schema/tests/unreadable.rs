//! Rows that somebody spoiled by hand: they are told of, and keep nobody else's from their end.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::on_every_engine;
use common::sample::{claim, claimed};
use murre_schema::{Error, Names, Page};
use murre_wire::V4;

/// MySQL's columns take no number that the program does not, so that there is nothing to spoil.
#[test]
fn an_unreadable_lease_ends_and_keeps_no_other_from_ending() {
    on_every_engine(async |fresh| {
        let past = match fresh.name {
            "postgresql" => "now() - interval '1 minute'",
            "sqlite" => "strftime('%s', 'now') - 60",
            _ => return,
        };
        let store = fresh.open::<V4>().await;
        for remove in [false, true] {
            for number in 1..=3 {
                assert!(claimed(claim(&store, number, number, 3600).await));
            }
            fresh.sql(&format!("UPDATE lease4 SET expire = {past}"));
            // The second, 192.0.2.2.
            fresh.sql("UPDATE lease4 SET pool_id = -1 WHERE address = 3221225986");
            let ended = store.reclaim(10, remove, Names::Off).await.unwrap();
            assert_eq!(ended.iter().filter(|ended| ended.is_ok()).count(), 2);
            let told: Vec<String> = ended
                .into_iter()
                .filter_map(Result::err)
                .map(|error: Error| error.to_string())
                .collect();
            assert_eq!(
                told,
                ["table lease4, column pool_id, row 192.0.2.2: '-1' is out of range"]
            );
            assert!(
                store
                    .reclaim(10, remove, Names::Off)
                    .await
                    .unwrap()
                    .is_empty()
            );
            fresh.sql("UPDATE lease4 SET pool_id = 0");
            let page = Page {
                from: std::net::Ipv4Addr::UNSPECIFIED,
                limit: 10,
            };
            let left = store.page(&page).await.unwrap();
            assert_eq!(left.len(), if remove { 0 } else { 3 });
        }
    });
}

/// Only PostgreSQL's times can lie before all others.
#[test]
fn a_lease_that_ended_at_no_time_keeps_no_other_from_ending() {
    on_every_engine(async |fresh| {
        if fresh.name != "postgresql" {
            return;
        }
        let store = fresh.open::<V4>().await;
        for remove in [false, true] {
            for number in 1..=3 {
                let number = number + if remove { 10 } else { 0 };
                assert!(claimed(claim(&store, number, number, 3600).await));
            }
            fresh.sql("UPDATE lease4 SET expire = now() - interval '1 minute' WHERE state = 0");
            let spoiled = if remove {
                3_221_225_996_u32
            } else {
                3_221_225_986
            };
            fresh.sql(&format!(
                "UPDATE lease4 SET expire = '-infinity' WHERE address = {spoiled}"
            ));
            let ended = store.reclaim(10, remove, Names::Off).await.unwrap();
            assert_eq!(ended.len(), 3);
            assert!(ended.iter().all(Result::is_ok), "{ended:?}");
        }
    });
}
