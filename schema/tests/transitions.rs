//! Who may do what to a row in which state: the table of `ops`, on every engine.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::sync::Arc;

use common::sample::{
    Sample, claim, claim_lease, claimed, decline, lease, release, row, seen, wait_until_expired,
};
use common::{Fresh, on_every_engine};
use murre_harness::database::SCHEMA_VERSION;
use murre_schema::{
    Before, Change, Changed, Claim, Client4, Client6, Decline, Details4, Details6, Lease,
    LeaseKind, Lookup, Names, Page, Release, State, Store,
};
use murre_wire::{V4, V6};

/// What a claim tells of its relay.
const INFO: &str = r#"{ "ISC": { "a": "0x02" } }"#;

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

async fn context<F: Sample>(store: &Store<F>, address: u8) -> serde_json::Value {
    json(&row(store, address).await.unwrap().user_context.unwrap())
}

/// Both families, every engine.
macro_rules! transitions {
    ($($(#[$doc:meta])* $name:ident($store:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn run<F: Sample>($store: Store<F>) $body

            #[test]
            fn v4() {
                on_every_engine(|fresh| async move { run::<V4>(fresh.open().await).await });
            }

            #[test]
            fn v6() {
                on_every_engine(|fresh| async move { run::<V6>(fresh.open().await).await });
            }
        }
    )*};
}

transitions! {
    a_free_address_is_granted_and_read_back(store) {
        let mut wanted = lease::<F>(1, 1, 3600);
        wanted.hostname = "printer.example.org.".into();
        wanted.fqdn_fwd = true;
        wanted.user_context = Some("{\"ISC\":1}".into());
        wanted.pool_id = 7;
        let Changed::Claimed { expire, .. } = claim_lease(&store, wanted.clone()).await else {
            panic!("not granted")
        };
        wanted.expire = expire;
        assert_eq!(row(&store, 1).await, Some(wanted));
    }

    what_a_lookup_shows_as_free_can_be_claimed_at_once(store) {
        assert!(claimed(claim(&store, 1, 1, 1).await));
        let is_held = async || {
            let mut lookup = Lookup::default();
            lookup.addresses.push(F::address(1));
            store.lookup(lookup).await.unwrap().by_address[0].is_held()
        };
        // Also in its last second, of which none is left in whole numbers.
        while is_held().await {}
        assert!(claimed(claim(&store, 1, 2, 3600).await));
    }

    its_client_renews_a_lease(store) {
        assert!(claimed(claim(&store, 1, 1, 100).await));
        let Changed::Claimed { expire, .. } = claim(&store, 1, 1, 5000).await else {
            panic!("not renewed")
        };
        let row = row(&store, 1).await.unwrap();
        assert_eq!((row.valid_lifetime, row.expire), (5000, expire));
    }

    a_claim_without_context_keeps_that_of_its_client(store) {
        let mut told = lease::<F>(1, 1, 3600);
        told.user_context = Some(INFO.into());
        assert!(claimed(claim_lease(&store, told.clone()).await));
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        assert_eq!(context(&store, 1).await, json(INFO));
        // Given back and granted again.
        assert_eq!(release(&store, 1, 1, true).await, Changed::Released);
        assert!(claimed(claim(&store, 1, 1, 0).await));
        assert_eq!(context(&store, 1).await, json(INFO));
        wait_until_expired(&store, 1).await;
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        assert_eq!(context(&store, 1).await, json(INFO));
    }

    another_client_gets_none_of_the_contexts_before(store) {
        let mut told = lease::<F>(1, 1, 0);
        told.user_context = Some(INFO.into());
        assert!(claimed(claim_lease(&store, told.clone()).await));
        wait_until_expired(&store, 1).await;
        assert!(claimed(claim(&store, 1, 2, 0).await));
        assert_eq!(row(&store, 1).await.unwrap().user_context, None);
        wait_until_expired(&store, 1).await;
        told.valid_lifetime = 3600;
        assert!(claimed(claim_lease(&store, told).await));
        assert_eq!(row(&store, 1).await.unwrap().user_context.as_deref(), Some(INFO));
        // What was declined is nobody's any more.
        assert_eq!(decline(&store, 1, 1, 0).await, Changed::Declined);
        wait_until_expired(&store, 1).await;
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        assert_eq!(row(&store, 1).await.unwrap().user_context, None);
    }

    a_context_goes_beside_what_others_wrote(store) {
        // What is there, and what is there once a claim told its own.
        let cases = [
            (r#"{ "rack": [ 7, "é'" ] }"#, r#"{ "rack": [ 7, "é'" ], "ISC": { "a": "0x02" } }"#),
            (r#"{ "ISC": { "a": 1, "b": 2 }, "n": null }"#, r#"{ "n": null, "ISC": { "a": "0x02" } }"#),
            (r#"{ "ISC": 5 }"#, INFO),
            ("{}", INFO),
            ("[ 1 ]", INFO),
            ("7", INFO),
            ("not JSON", INFO),
        ];
        for (address, (there, then)) in (1..).zip(cases) {
            let mut told = lease::<F>(address, address, 3600);
            told.user_context = Some(there.into());
            assert!(claimed(claim_lease(&store, told.clone()).await));
            told.user_context = Some(INFO.into());
            for _ in 0..2 {
                assert!(claimed(claim_lease(&store, told.clone()).await));
                assert_eq!(context(&store, address).await, json(then), "{there}");
            }
            if then == INFO {
                let row = row(&store, address).await.unwrap();
                assert_eq!(row.user_context.as_deref(), Some(INFO), "as it was told");
            }
        }
    }

    a_held_address_is_taken_for_anybody_else(store) {
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        let before = row(&store, 1).await;
        assert_eq!(claim(&store, 1, 2, 3600).await, Changed::Taken);
        assert_eq!(row(&store, 1).await, before);
    }

    an_expired_lease_goes_to_whoever_asks(store) {
        assert!(claimed(claim(&store, 1, 1, 0).await));
        wait_until_expired(&store, 1).await;
        assert!(claimed(claim(&store, 1, 2, 3600).await));
        assert_eq!(row(&store, 1).await.unwrap().client, F::client(2));
    }

    a_release_by_its_client_deletes_or_keeps_the_row(store) {
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        assert_eq!(release(&store, 1, 1, false).await, Changed::Released);
        assert_eq!(row(&store, 1).await, None);
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        assert_eq!(release(&store, 1, 1, true).await, Changed::Released);
        let kept = row(&store, 1).await.unwrap();
        assert_eq!((kept.state, kept.client), (State::Reclaimed, F::client(1)));
        assert!(claimed(claim(&store, 1, 2, 3600).await));
    }

    release_by_a_stranger_changes_nothing(store) {
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        let before = row(&store, 1).await;
        assert_eq!(release(&store, 1, 2, false).await, Changed::NotHeld);
        assert_eq!(release(&store, 1, 2, true).await, Changed::NotHeld);
        assert_eq!(release(&store, 9, 1, true).await, Changed::NotHeld);
        assert_eq!(row(&store, 1).await, before);
    }

    a_declined_address_is_nobodys_until_its_probation_ends(store) {
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        assert_eq!(decline(&store, 1, 2, 100).await, Changed::NotHeld);
        assert_eq!(decline(&store, 1, 1, 100).await, Changed::Declined);
        assert_eq!(row(&store, 1).await.unwrap().state, State::Declined);
        assert_eq!(claim(&store, 1, 1, 3600).await, Changed::Taken);
        assert_eq!(claim(&store, 1, 2, 3600).await, Changed::Taken);
        assert_eq!(release(&store, 1, 1, false).await, Changed::NotHeld);
        // The client is free to hold another.
        assert!(claimed(claim(&store, 2, 1, 3600).await));
        assert_eq!(decline(&store, 2, 1, 0).await, Changed::Declined);
        wait_until_expired(&store, 2).await;
        assert!(claimed(claim(&store, 2, 3, 3600).await));
    }

    a_client_holds_one_lease_per_subnet(store) {
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        assert_eq!(claim(&store, 2, 1, 3600).await, Changed::ClientHasOther);
        assert_eq!(row(&store, 2).await, None);
        let mut elsewhere = lease::<F>(3, 1, 3600);
        elsewhere.subnet_id = 2;
        assert!(claimed(claim_lease(&store, elsewhere).await));
        assert!(row(&store, 1).await.is_some());
    }

    a_replaced_lease_ends_in_the_same_transaction(store) {
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        let change = Change::Claim(Claim {
            lease: lease(2, 1, 3600),
            replaces: Some(seen(&store, F::address(1)).await),
            renews: false,
            heeds_hosts: false,
            names: Names::Off,
        });
        assert!(claimed(store.change(change).await.unwrap()));
        assert_eq!(row(&store, 1).await, None);
        // A stranger's lease is not replaced.
        let change = Change::Claim(Claim {
            lease: lease(3, 3, 3600),
            replaces: Some(seen(&store, F::address(2)).await),
            renews: false,
            heeds_hosts: false,
            names: Names::Off,
        });
        assert!(claimed(store.change(change).await.unwrap()));
        assert!(row(&store, 2).await.is_some());
    }

    a_refused_claim_leaves_the_lease_that_it_would_have_replaced(store) {
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        assert!(claimed(claim(&store, 2, 2, 3600).await));
        let before = (row(&store, 1).await, row(&store, 2).await);
        let change = Change::Claim(Claim {
            lease: lease(2, 1, 3600),
            replaces: Some(seen(&store, F::address(1)).await),
            renews: false,
            heeds_hosts: false,
            names: Names::Off,
        });
        assert_eq!(store.change(change).await.unwrap(), Changed::Taken);
        assert_eq!((row(&store, 1).await, row(&store, 2).await), before);
    }

    what_was_granted_anew_since_it_was_seen_does_not_end(store) {
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        let seen = seen(&store, F::address(1)).await;
        assert!(claimed(claim(&store, 1, 1, 7200).await));
        let before = row(&store, 1).await;
        let client = F::client(1);
        for keep in [false, true] {
            let release = Release { seen, client: client.clone(), keep, names: Names::Off };
            let changed = store.change(Change::Release(release)).await.unwrap();
            assert_eq!(changed, Changed::NotHeld);
        }
        let decline = Decline { seen, client, probation: 100, names: Names::Off };
        let changed = store.change(Change::Decline(decline)).await.unwrap();
        assert_eq!(changed, Changed::NotHeld);
        let replaces = Some(seen);
        let moved = Claim { lease: lease(2, 1, 3600), replaces, renews: false, heeds_hosts: false, names: Names::Off };
        let changed = store.change(Change::Claim(moved)).await.unwrap();
        assert_eq!(changed, Changed::ClientHasOther);
        assert_eq!((row(&store, 1).await, row(&store, 2).await), (before, None));
    }

    how_old_a_lease_is_at_least_is_told(store) {
        let age = async || {
            let mut lookup = Lookup::default();
            lookup.addresses.push(F::address(1));
            store.lookup(lookup).await.unwrap().by_address[0].age_at_least()
        };
        let began = std::time::Instant::now();
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        assert!(age().await <= 0);
        let granted = began.elapsed();
        while age().await < 2 {
            tokio::task::yield_now().await;
        }
        // Never older than it is, and not much later.
        assert!(began.elapsed().as_secs() >= 2);
        assert!((began.elapsed() - granted).as_secs() <= 4);
    }

    one_of_many_gets_an_address(store) {
        let store = Arc::new(store);
        let mut waiters = Vec::new();
        for client in 1..=100 {
            let store = Arc::clone(&store);
            waiters.push(tokio::spawn(async move { claim(&store, 1, client, 3600).await }));
        }
        let mut winners = 0;
        for waiter in waiters {
            winners += usize::from(claimed(waiter.await.unwrap()));
        }
        assert_eq!(winners, 1);
    }

    a_client_that_asks_everywhere_gets_one_lease(store) {
        let store = Arc::new(store);
        let mut waiters = Vec::new();
        for address in 1..=60 {
            let store = Arc::clone(&store);
            waiters.push(tokio::spawn(async move { claim(&store, address, 1, 3600).await }));
        }
        // Others in the same batches are not hurt by it.
        let mut others = Vec::new();
        for number in 101..=160 {
            let store = Arc::clone(&store);
            others.push(tokio::spawn(async move { claim(&store, number, number, 3600).await }));
        }
        let mut winners = 0;
        for waiter in waiters {
            winners += usize::from(claimed(waiter.await.unwrap()));
        }
        assert_eq!(winners, 1);
        for other in others {
            assert!(claimed(other.await.unwrap()));
        }
    }

    claims_of_one_client_in_one_batch_do_not_mix(store) {
        for round in 0..10_u32 {
            let wanted = (1..=20).map(|number| (number, 1000 + 100 * round + u32::from(number)));
            let asked = wanted.clone().map(|(number, lifetime)| claim(&store, number, 1, lifetime));
            let answers = futures_util::future::join_all(asked).await;
            let mut winners = wanted.zip(answers).filter(|(_, answer)| claimed(*answer));
            let ((number, lifetime), _) = winners.next().unwrap();
            assert!(winners.next().is_none());
            assert_eq!(row(&store, number).await.unwrap().valid_lifetime, lifetime);
            assert_eq!(release(&store, number, 1, false).await, Changed::Released);
        }
    }

    what_one_client_sends_takes_no_answer_from_another(store) {
        let store = Arc::new(store);
        let mut others = Vec::new();
        let mut strange = Vec::new();
        for number in 1..=60 {
            let store = Arc::clone(&store);
            if number % 20 > 0 {
                others.push(tokio::spawn(async move { claim(&store, number, number, 3600).await }));
                continue;
            }
            let mut wanted = lease::<F>(number, number, 3600);
            wanted.hostname = "longer.than.its.column.".repeat(20);
            let change = Change::Claim(Claim { lease: wanted, replaces: None, renews: false, heeds_hosts: false, names: Names::Off });
            strange.push(tokio::spawn(async move { store.change(change).await }));
        }
        for other in others {
            assert!(claimed(other.await.unwrap()));
        }
        for strange in strange {
            // The embedded engine's columns have no length.
            let _ = strange.await.unwrap();
        }
    }

    a_reclaimed_row_is_deleted_when_its_hold_time_is_over(store) {
        for number in 1..=3 {
            assert!(claimed(claim(&store, number, number, 3600).await));
        }
        assert_eq!(release(&store, 1, 1, true).await, Changed::Released);
        assert_eq!(release(&store, 2, 2, true).await, Changed::Released);
        wait_until_expired(&store, 1).await;
        wait_until_expired(&store, 2).await;
        assert_eq!(store.flush(3600, 100).await.unwrap(), 0);
        assert_eq!(store.flush(0, 1).await.unwrap(), 1);
        assert_eq!(store.flush(0, 100).await.unwrap(), 1);
        assert_eq!(common::counts(&store).await, [(1, 0, 1)]);
    }

    long_and_strange_values_come_back_as_they_were(store) {
        let mut wanted = lease::<F>(1, 1, 3600);
        wanted.client = F::long_client();
        wanted.hostname = "ü'\"\\%_;--🐦".repeat(255 / 11);
        wanted.user_context = Some(format!("{{\"x\":\"{}\"}}", "'\\u0041é🐦".repeat(10_000)));
        let Changed::Claimed { expire, .. } = claim_lease(&store, wanted.clone()).await else {
            panic!("not granted")
        };
        wanted.expire = expire;
        assert_eq!(row(&store, 1).await, Some(wanted.clone()));
        let mut lookup = Lookup::default();
        lookup.clients.push(F::lookup_key(&wanted.client));
        assert_eq!(store.lookup(lookup).await.unwrap().by_client.len(), 1);
    }

    an_expired_lease_is_reclaimed_by_exactly_one(store) {
        for number in 1..=50 {
            assert!(claimed(claim(&store, number, number, 0).await));
        }
        assert!(claimed(claim(&store, 60, 60, 3600).await));
        assert!(claimed(claim(&store, 61, 61, 3600).await));
        assert_eq!(decline(&store, 61, 61, 0).await, Changed::Declined);
        for number in (1..=50).chain([61]) {
            wait_until_expired(&store, number).await;
        }
        let store = Arc::new(store);
        let mut waiters = Vec::new();
        for _ in 0..8 {
            let store = Arc::clone(&store);
            waiters.push(tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let some = store.reclaim(7, false, Names::Off).await.unwrap();
                    if some.is_empty() {
                        return mine;
                    }
                    mine.extend(some);
                }
            }));
        }
        let mut all = Vec::new();
        for waiter in waiters {
            all.extend(waiter.await.unwrap().into_iter().map(|ended| ended.unwrap().address));
        }
        all.sort();
        let expected: Vec<_> = (1..=50).chain([61]).map(F::address).collect();
        assert_eq!(all, expected);
        assert_eq!(row(&store, 1).await.unwrap().state, State::Reclaimed);
        assert_eq!(row(&store, 61).await, None);
        assert_eq!(row(&store, 60).await.unwrap().state, State::Default);
        // Its client may come back for it, and finds it by its key.
        let mut lookup = Lookup::default();
        lookup.clients.push(F::lookup_key(&F::client(1)));
        let found = store.lookup(lookup).await.unwrap();
        assert_eq!(found.by_client.len(), 1);
        assert_eq!(store.flush(3600, 100).await.unwrap(), 0);
    }

    reclaiming_with_removal_deletes(store) {
        assert!(claimed(claim(&store, 1, 1, 0).await));
        wait_until_expired(&store, 1).await;
        assert_eq!(store.reclaim(10, true, Names::Off).await.unwrap().len(), 1);
        assert_eq!(row(&store, 1).await, None);
    }

    pages_walk_the_table_in_address_order(store) {
        for number in [9, 3, 200, 77] {
            assert!(claimed(claim(&store, number, number, 3600).await));
        }
        let page = |from, limit| Page { from: F::address(from), limit };
        let addresses = |rows: Vec<Lease<F>>| -> Vec<_> {
            rows.into_iter().map(|lease| lease.address).collect()
        };
        let first = addresses(store.page(&page(0, 3)).await.unwrap());
        assert_eq!(first, [3, 9, 77].map(F::address));
        let rest = addresses(store.page(&page(78, 3)).await.unwrap());
        assert_eq!(rest, [200].map(F::address));
        assert_eq!(common::counts(&store).await, [(1, 0, 4)]);
    }

    a_snapshot_is_of_one_moment(store) {
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        let mut snapshot = store.snapshot().await.unwrap();
        assert!(claimed(claim(&store, 2, 2, 3600).await));
        assert_eq!(release(&store, 1, 1, false).await, Changed::Released);
        let page = Page { from: F::address(0), limit: 10 };
        let rows = snapshot.page(&page).await.unwrap();
        assert_eq!(rows.iter().map(|l| l.address).collect::<Vec<_>>(), [F::address(1)]);
        drop(snapshot);
        store.compact().await.unwrap();
        assert_eq!(common::counts(&store).await, [(1, 0, 1)]);
    }

    an_upload_is_all_or_nothing(store) {
        let rows = |numbers: std::ops::Range<u8>| -> Vec<Lease<F>> {
            numbers
                .map(|number| Lease { expire: 1_900_000_000, ..lease(number, number, 100) })
                .collect()
        };
        let mut portions = vec![Vec::new(), rows(10..20), rows(1..10)];
        let next = || Ok::<_, murre_schema::Error>(portions.pop().unwrap());
        assert_eq!(store.upload(next).await.unwrap(), 19);
        let mut portions = vec![Vec::new(), rows(5..6), rows(30..40)];
        let next = || Ok::<_, murre_schema::Error>(portions.pop().unwrap());
        assert!(store.upload(next).await.is_err());
        assert_eq!(common::counts(&store).await, [(1, 0, 19)]);
        assert_eq!(row(&store, 5).await.unwrap().expire, 1_900_000_000);
    }

    the_first_server_duid_stays(store) {
        assert_eq!(store.server_duid(b"first", false).await.unwrap(), b"first");
        assert_eq!(store.server_duid(b"second", false).await.unwrap(), b"first");
        assert_eq!(store.server_duid(b"third", true).await.unwrap(), b"third");
    }

    an_endless_lease_never_expires(store) {
        assert!(claimed(claim(&store, 1, 1, murre_schema::INFINITE_LIFETIME).await));
        assert_eq!(claim(&store, 1, 2, 10).await, Changed::Taken);
        assert!(store.reclaim(10, true, Names::Off).await.unwrap().is_empty());
        assert_eq!(row(&store, 1).await.unwrap().valid_lifetime, u32::MAX);
    }

    /// Everything that can end, each beside one of its kind that is no longer as it was seen.
    what_ends_in_one_batch_ends_as_it_was_seen(store) {
        for number in 1..=10 {
            assert!(claimed(claim(&store, number, number, 3600).await));
        }
        let mut changes = Vec::new();
        for (number, stale) in [(1, false), (2, true), (3, false), (4, true)] {
            let mut seen = seen(&store, F::address(number)).await;
            seen.expire -= i64::from(stale);
            changes.push(Change::Release(Release {
                seen,
                client: F::client(number),
                keep: number < 3,
                names: Names::Off,

            }));
        }
        for (number, probation, stale) in [(5, 100, false), (6, 2000, false), (7, 100, true)] {
            let mut seen = seen(&store, F::address(number)).await;
            seen.expire -= i64::from(stale);
            changes.push(Change::Decline(Decline {
                seen,
                client: F::client(number),
                probation,
                names: Names::Off,

            }));
        }
        changes.push(Change::Claim(Claim {
            lease: lease(20, 8, 3600),
            replaces: Some(seen(&store, F::address(8)).await),
            renews: false,
            heeds_hosts: false,
            names: Names::Off,
        }));
        changes.push(Change::Claim(Claim {
            lease: lease(9, 9, 7200),
            replaces: None,
            renews: false,
            heeds_hosts: false,
            names: Names::Off,
        }));
        let all = changes.into_iter().map(|change| store.change(change));
        let all = futures_util::future::join_all(all).await;
        let all: Vec<Changed> = all.into_iter().map(Result::unwrap).collect();
        use Changed::{Declined, NotHeld, Released};
        assert_eq!(all[..4], [Released, NotHeld, Released, NotHeld]);
        assert_eq!(all[4..7], [Declined, Declined, NotHeld]);
        assert!(claimed(all[7]) && claimed(all[8]));

        let mut states = Vec::new();
        for number in 1..=10 {
            let row = row(&store, number).await;
            states.push(row.map(|row| (row.state, row.valid_lifetime)));
        }
        let live = Some((State::Default, 3600));
        let declined = |probation| Some((State::Declined, probation));
        let kept = Some((State::Reclaimed, 0));
        assert_eq!(states[..5], [kept, live, None, live, declined(100)]);
        let renewed = Some((State::Default, 7200));
        assert_eq!(states[5..], [declined(2000), live, None, renewed, live]);
        assert_eq!(
            row(&store, 20).await.map(|row| row.client),
            Some(F::client(8))
        );
    }
}

#[test]
fn a_lease_without_client_identifier_is_the_hardware_addresss() {
    on_every_engine(|fresh| async move {
        let store: Store<V4> = fresh.open().await;
        let plain = Client4 {
            hwaddr: vec![2, 0, 0, 0, 0, 1],
            client_id: None,
        };
        let mut lease = Lease::new(V4::address(1), plain.clone(), 1, 3600);
        assert!(claimed(claim_lease(&store, lease.clone()).await));
        // Later the same card sends an identifier too: still the same client.
        lease.client = V4::client(1);
        assert!(claimed(claim_lease(&store, lease.clone()).await));
        // Another card whose identifier is the first one's hardware address is a stranger.
        lease.client = Client4 {
            hwaddr: vec![2, 0, 0, 0, 0, 9],
            client_id: Some(plain.hwaddr.clone()),
        };
        assert_eq!(claim_lease(&store, lease.clone()).await, Changed::Taken);
        // The same card with another identifier as well.
        lease.client = Client4 {
            client_id: Some(vec![7, 7]),
            ..plain.clone()
        };
        assert_eq!(claim_lease(&store, lease).await, Changed::Taken);
        let lookup = Lookup {
            hwaddr: Some(plain.hwaddr),
            ..Lookup::default()
        };
        assert_eq!(store.lookup(lookup).await.unwrap().by_hwaddr.len(), 1);
    });
}

#[test]
fn columns_about_the_relay_stay_with_its_clients_context() {
    on_every_engine(|fresh| async move {
        let store: Store<V4> = fresh.open().await;
        let mut told = lease::<V4>(1, 1, 3600);
        told.user_context = Some(INFO.into());
        told.details = Details4 {
            relay_id: Some(vec![0xaa]),
            remote_id: Some(vec![1, 2]),
        };
        let are = |relay: &str, remote: &str| {
            for (column, expected) in [("relay_id", relay), ("remote_id", remote)] {
                let digits = match fresh.name {
                    "postgresql" => format!("upper(encode({column}, 'hex'))"),
                    _ => format!("hex({column})"),
                };
                let query = format!(
                    "SELECT CASE WHEN {column} IS NULL THEN 'none' ELSE {digits} END FROM lease4"
                );
                assert_eq!(fresh.value(&query), expected, "{column}");
            }
        };
        assert!(claimed(claim_lease(&store, told.clone()).await));
        are("AA", "0102");
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        are("AA", "0102");
        told.details.relay_id = None;
        told.valid_lifetime = 0;
        fresh.sql("UPDATE lease4 SET valid_lifetime = 7200");
        assert!(claimed(claim_lease(&store, told).await));
        are("none", "0102");
        wait_until_expired(&store, 1).await;
        assert!(claimed(claim(&store, 1, 2, 3600).await));
        are("none", "none");
    });
}

#[test]
fn a_client_has_several_ias_and_prefixes_keep_their_length() {
    on_every_engine(|fresh| async move {
        let store: Store<V6> = fresh.open().await;
        for (number, iaid, kind, prefix_len) in [
            (1, 1, LeaseKind::Na, 128),
            (2, 2, LeaseKind::Na, 128),
            (64, 1, LeaseKind::Pd, 64),
        ] {
            let client = Client6 {
                duid: vec![0, 3, 1],
                iaid,
                kind,
            };
            let mut lease = Lease::<V6>::new(V6::address(number), client, 1, 3600);
            lease.details = Details6 {
                preferred_lifetime: 1800,
                prefix_len,
                hwaddr: Some(vec![2, 0, 0, 0, 0, 1]),
                hwtype: Some(1),
                hwaddr_source: Some(128),
            };
            let Changed::Claimed { expire, .. } = claim_lease(&store, lease.clone()).await else {
                panic!("not granted")
            };
            lease.expire = expire;
            assert_eq!(row(&store, number).await, Some(lease));
        }
        let mut lookup = Lookup::<V6>::default();
        lookup.clients.push(vec![0, 3, 1]);
        assert_eq!(store.lookup(lookup).await.unwrap().by_client.len(), 3);
    });
}

#[test]
fn ten_workers_that_start_at_once_make_one_schema() {
    on_every_engine(|fresh| async move {
        let mut starting = Vec::new();
        for _ in 0..10 {
            let access = fresh.access.clone();
            starting.push(tokio::spawn(async move {
                Store::<V4>::open(&access, murre_schema::StoreOptions::default())
                    .await
                    .map(drop)
            }));
        }
        for start in starting {
            start.await.unwrap().unwrap();
        }
        let found = murre_schema::life::inspect(&fresh.access).await.unwrap();
        assert_eq!(found.version, Some((SCHEMA_VERSION, 0)));
    });
}

/// What was decided late, or for an offer, takes nothing back that the client was told since; who shortens lifetimes
/// for good waits for the next renewal.
async fn kept_for_a_minute<F: Sample>(fresh: Fresh) {
    let store = fresh.open::<F>().await;
    let Changed::Claimed { expire, .. } = claim(&store, 1, 1, 3600).await else {
        panic!("not granted")
    };
    let before = Before::Own;
    let kept = Changed::Claimed { expire, before };
    assert_eq!(claim(&store, 1, 1, 5).await, kept);
    let kept = row(&store, 1).await.unwrap();
    assert_eq!((kept.valid_lifetime, kept.expire), (3600, expire));

    // Of the same end, and granted two minutes ago.
    let table = F::TABLE;
    fresh.sql(&format!(
        "UPDATE {table} SET valid_lifetime = valid_lifetime + 120"
    ));
    let Changed::Claimed { expire: sooner, .. } = claim(&store, 1, 1, 5).await else {
        panic!("not renewed")
    };
    let now = row(&store, 1).await.unwrap();
    assert_eq!((now.valid_lifetime, now.expire), (5, sooner));
    assert!(sooner < expire);
}

#[test]
fn a_lease_that_is_younger_than_a_minute_gets_no_shorter_v4() {
    on_every_engine(kept_for_a_minute::<V4>);
}

#[test]
fn a_lease_that_is_younger_than_a_minute_gets_no_shorter_v6() {
    on_every_engine(kept_for_a_minute::<V6>);
}
