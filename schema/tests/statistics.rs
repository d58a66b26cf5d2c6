//! What workers count, and what is counted of leases, the same on every engine.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::sample::{Sample, claim, claim_lease, decline, lease, release, wait_until_expired};
use common::{Fresh, on_every_engine};
use murre_schema::statistic::{Count, Counted, Increment, Place};
use murre_schema::{Before, Changed, Store};
use murre_wire::{V4, V6};

async fn before<F: Sample>(store: &Store<F>, address: u8, client: u8, lifetime: u32) -> Before {
    match claim(store, address, client, lifetime).await {
        Changed::Claimed { before, .. } => before,
        other => panic!("{other:?}"),
    }
}

async fn claims_tell<F: Sample>(fresh: Fresh) {
    let store = fresh.open::<F>().await;
    assert_eq!(before(&store, 1, 1, 3600).await, Before::Free);
    assert_eq!(before(&store, 1, 1, 3600).await, Before::Own);
    release(&store, 1, 1, true).await;
    assert_eq!(before(&store, 1, 2, 3600).await, Before::Free, "reclaimed");
    release(&store, 1, 2, false).await;
    assert_eq!(before(&store, 1, 1, 0).await, Before::Free, "deleted");

    wait_until_expired(&store, 1).await;
    assert_eq!(before(&store, 1, 1, 0).await, Before::Expired, "its own");
    wait_until_expired(&store, 1).await;
    assert_eq!(before(&store, 1, 2, 3600).await, Before::Expired);

    decline(&store, 1, 2, 0).await;
    wait_until_expired(&store, 1).await;
    assert_eq!(before(&store, 1, 3, 3600).await, Before::ExpiredDeclined);
    assert_eq!(before(&store, 1, 3, 3600).await, Before::Own);
}

#[test]
fn a_claim_tells_what_it_found_v4() {
    on_every_engine(claims_tell::<V4>);
}

#[test]
fn a_claim_tells_what_it_found_v6() {
    on_every_engine(claims_tell::<V6>);
}

fn increment(name: &str, place: Place, count: i64) -> Increment<'_> {
    Increment { name, place, count }
}

#[test]
fn what_workers_counted_is_summed_and_a_reset_is_of_its_place_alone() {
    on_every_engine(|fresh| async move {
        let store: Store<V4> = fresh.open().await;
        let other: Store<V6> = fresh.open().await;
        let (one, two) = (Place::Pool(1, 0), Place::Pool(1, 7));
        let rows = [
            increment("granted", one, 5),
            increment("granted", two, 2),
            increment("granted", Place::Pool(2, 0), 1),
            increment("failed", Place::Subnet(1), 3),
        ];
        store.add_counted(0, &rows).await.unwrap();
        store.add_counted(1, &rows[..1]).await.unwrap();
        store.add_counted(1, &rows[..1]).await.unwrap();
        other.add_counted(0, &rows[..1]).await.unwrap();
        let at = async |name: &str, place| store.counted_at(name, place).await.unwrap();
        assert_eq!(at("granted", Place::Global).await, 18);
        assert_eq!(at("granted", Place::Subnet(1)).await, 17);
        assert_eq!(at("granted", one).await, 15);
        assert_eq!(at("granted", two).await, 2);
        assert_eq!(at("failed", Place::Subnet(1)).await, 3);
        assert_eq!(at("failed", Place::Subnet(9)).await, 0);

        store
            .reset_counted("granted", Place::Subnet(1))
            .await
            .unwrap();
        assert_eq!(at("granted", Place::Subnet(1)).await, 0);
        store.add_counted(4, &rows[1..2]).await.unwrap();
        assert_eq!(at("granted", Place::Subnet(1)).await, 2);
        assert_eq!(at("granted", two).await, 4, "as it was");
        assert_eq!(at("granted", Place::Global).await, 20, "as it was");

        let mut all = store.counted().await.unwrap();
        all.sort_by_key(|c| (c.name.clone(), c.is_reset, c.place));
        let counted = |name: &str, place, is_reset, value| Counted {
            name: name.to_owned(),
            place,
            is_reset,
            value,
        };
        let expected = [
            counted("failed", Place::Subnet(1), false, 3),
            counted("granted", one, false, 15),
            counted("granted", two, false, 4),
            counted("granted", Place::Pool(2, 0), false, 1),
            counted("granted", Place::Subnet(1), true, -17),
        ];
        assert_eq!(all, expected);

        store.clear_counted().await.unwrap();
        assert!(store.counted().await.unwrap().is_empty());
        let of_other = other.counted_at("granted", Place::Global).await;
        assert_eq!(of_other.unwrap(), 5, "the other family's stays");
    });
}

#[test]
fn leases_are_counted_by_subnet_pool_and_state() {
    on_every_engine(|fresh| async move {
        let store: Store<V4> = fresh.open().await;
        for (address, subnet_id, pool_id) in [(1, 1, 0), (2, 1, 7), (3, 1, 7), (9, 2, 0)] {
            let mut wanted = lease(address, address, 3600);
            (wanted.subnet_id, wanted.pool_id) = (subnet_id, pool_id);
            claim_lease(&store, wanted).await;
        }
        decline(&store, 3, 3, 3600).await;
        let count = |subnet_id, pool_id, state, leases| Count {
            subnet_id,
            pool_id,
            state,
            leases,
        };
        let all = [
            count(1, 0, 0, 1),
            count(1, 7, 0, 1),
            count(1, 7, 1, 1),
            count(2, 0, 0, 1),
        ];
        assert_eq!(store.count().await.unwrap(), all);
        let (low, high) = (V4::address(0), V4::address(255));
        let mut within = store.count_within(1, low, high).await.unwrap();
        within.sort_by_key(|count| (count.pool_id, count.state));
        assert_eq!(within, all[..3]);
        let narrower = store.count_within(1, low, V4::address(1)).await;
        assert_eq!(narrower.unwrap(), all[..1]);
    });
}
