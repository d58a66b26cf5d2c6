//! What allocators ask of a database: the same answers on every engine.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;

use common::sample::{Sample, claim, claim_lease, claimed, decline, lease, release};
use common::{Fresh, on_every_engine};
use murre_schema::{Change, Claim, Client6, GivenBack, Lease, LeaseKind, Names, Store, Window};
use murre_wire::{V4, V6};

/// Addresses 1 to 9 in different states; what is occupied among 2 to 8.
async fn ranges_show_what_is_not_reclaimed<F: Sample>(fresh: &Fresh) {
    let store: Store<F> = fresh.open().await;
    for number in [1, 2, 4, 8, 9] {
        assert!(claimed(claim(&store, number, number, 3600).await));
    }
    // One that expired, one that was given back and kept, one that was given back and deleted.
    let mut old = lease::<F>(3, 3, 3600);
    old.pool_id = 61;
    assert!(claimed(claim_lease(&store, old).await));
    let (table, earlier) = (F::TABLE, moved_back(fresh.name));
    fresh.sql(&format!(
        "UPDATE {table} SET expire = {earlier} WHERE pool_id = 61"
    ));
    for (number, keep) in [(5, true), (6, false)] {
        assert!(claimed(claim(&store, number, number, 3600).await));
        release(&store, number, number, keep).await;
    }
    assert!(claimed(claim(&store, 7, 7, 3600).await));
    decline(&store, 7, 7, 3600).await;
    let all = store.occupied(F::address(2), F::address(8)).await.unwrap();
    let all: BTreeSet<_> = all.iter().map(|row| (row.address, row.expired)).collect();
    let expected = [(2, false), (3, true), (4, false), (7, false), (8, false)];
    let expected: BTreeSet<_> = expected.map(|(n, expired)| (F::address(n), expired)).into();
    assert_eq!(all, expected);
}

/// The end of a lease, moved into the past by as many minutes as the row's pool has for a number.
fn moved_back(engine: &str) -> &'static str {
    match engine {
        "postgresql" => "expire - pool_id * interval '1 minute'",
        "mariadb" => "TIMESTAMPADD(MINUTE, -CAST(pool_id AS SIGNED), expire)",
        _ => "expire - 60 * pool_id",
    }
}

async fn what_was_given_back_comes_oldest_first<F: Sample>(fresh: &Fresh) {
    let store: Store<F> = fresh.open().await;
    for (number, minutes) in [(3, 30), (1, 10), (2, 20), (4, 40)] {
        let mut lease = lease::<F>(number, number, 3600);
        lease.pool_id = minutes;
        assert!(claimed(claim_lease(&store, lease).await));
    }
    for number in [1, 2, 3] {
        release(&store, number, number, true).await;
    }
    let (table, earlier) = (F::TABLE, moved_back(fresh.name));
    fresh.sql(&format!(
        "UPDATE {table} SET expire = {earlier} WHERE state = 2"
    ));
    let ask = async |subnet_id, high, limit| {
        let wanted = GivenBack {
            subnet_id,
            low: F::address(1),
            high: F::address(high),
            limit,
        };
        store.given_back(wanted).await.unwrap()
    };
    let all = |numbers: &[u8]| -> Vec<_> { numbers.iter().map(|n| F::address(*n)).collect() };
    assert_eq!(ask(1, 9, 10).await, all(&[3, 2, 1]));
    assert_eq!(ask(1, 2, 10).await, all(&[2, 1]));
    assert_eq!(ask(1, 9, 2).await, all(&[3, 2]));
    assert_eq!(ask(2, 9, 10).await, all(&[]));
}

/// Each number once, and one seed for all, whoever asks.
async fn windows_are_counted_out_once<F: Sample>(one: Store<F>, other: Store<F>) {
    let (one, other) = (Arc::new(one), Arc::new(other));
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..40 {
        let store = Arc::clone(if number % 2 == 0 { &one } else { &other });
        asking.spawn(async move { store.next_window("pool".into(), number).await.unwrap() });
    }
    let all: Vec<Window> = asking.join_all().await;
    let mut numbers: Vec<_> = all.iter().map(|window| window.number).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..40));
    assert!(all.iter().all(|window| window.seed == all[0].seed));
    let another = one.next_window("another pool".into(), -1).await.unwrap();
    assert_eq!(
        another,
        Window {
            number: 0,
            seed: -1
        }
    );
}

#[test]
fn what_is_occupied_in_a_range() {
    on_every_engine(|fresh| async move {
        ranges_show_what_is_not_reclaimed::<V4>(&fresh).await;
        ranges_show_what_is_not_reclaimed::<V6>(&fresh).await;
    });
}

#[test]
fn what_was_given_back_in_a_pool_of_a_subnet() {
    on_every_engine(|fresh| async move {
        what_was_given_back_comes_oldest_first::<V4>(&fresh).await;
        what_was_given_back_comes_oldest_first::<V6>(&fresh).await;
    });
}

#[test]
fn no_two_workers_get_one_window() {
    on_every_engine(|fresh| async move {
        windows_are_counted_out_once::<V4>(fresh.open().await, fresh.open().await).await;
    });
}

#[test]
fn prefixes_are_shown_with_their_length() {
    on_every_engine(|fresh| async move {
        let store: Store<V6> = fresh.open().await;
        let client = Client6 {
            kind: LeaseKind::Pd,
            ..V6::client(1)
        };
        let mut lease = Lease::<V6>::new("2001:db8:0:10::".parse().unwrap(), client, 1, 3600);
        lease.details.prefix_len = 60;
        let claim = Claim {
            lease,
            replaces: None,
            renews: false,
            heeds_hosts: false,
            names: Names::Off,
        };
        assert!(claimed(store.change(Change::Claim(claim)).await.unwrap()));
        let [low, high] = ["2001:db8::", "2001:db8:0:1f::"].map(|text| text.parse().unwrap());
        let found = store.occupied(low, high).await.unwrap();
        assert_eq!(found.iter().map(|row| row.len).collect::<Vec<_>>(), [60]);
    });
}
