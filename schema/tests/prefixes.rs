//! Prefixes have many lengths and one key each, their base: what else guards them, on every engine.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::collections::BTreeMap;
use std::net::Ipv6Addr;
use std::sync::{Arc, Mutex};

use common::on_every_engine;
use common::sample::{claim_lease, claimed, seen, wait_until_expired};
use murre_schema::{
    Change, Changed, Claim, Client6, FoundLease, Lease, LeaseKind, Lookup, Names, Release, Store,
};
use murre_wire::V6;

type Prefix = (Ipv6Addr, u8);

fn prefix(text: &str) -> Prefix {
    let (base, len) = text.split_once('/').unwrap();
    (base.parse().unwrap(), len.parse().unwrap())
}

/// The association of a client that asks for prefixes.
fn client(number: u8) -> Client6 {
    Client6 {
        duid: vec![0, 3, 0, 1, 2, 0, 0, 0, 0, number],
        iaid: 7,
        kind: LeaseKind::Pd,
    }
}

fn of(number: u8, (base, len): Prefix, lifetime: u32) -> Claim<V6> {
    let mut lease: Lease<V6> = Lease::new(base, client(number), 1, lifetime);
    lease.details.prefix_len = len;
    Claim {
        lease,
        replaces: None,
        renews: false,
        heeds_hosts: false,
        names: Names::Off,
    }
}

async fn make(store: &Store<V6>, claim: Claim<V6>) -> Changed {
    store.change(Change::Claim(claim)).await.unwrap()
}

async fn ask(store: &Store<V6>, number: u8, text: &str) -> Changed {
    make(store, of(number, prefix(text), 3600)).await
}

async fn renew(store: &Store<V6>, number: u8, text: &str) -> Changed {
    let claim = of(number, prefix(text), 3600);
    let renews = true;
    make(store, Claim { renews, ..claim }).await
}

async fn give_back(store: &Store<V6>, number: u8, address: Ipv6Addr, keep: bool) -> Changed {
    let client = client(number);
    let change = Release {
        seen: seen(store, address).await,
        client,
        keep,
        names: Names::Off,
    };
    store.change(Change::Release(change)).await.unwrap()
}

/// What a lookup finds that may overlap some prefixes.
async fn near(store: &Store<V6>, texts: &[&str]) -> Vec<FoundLease<V6>> {
    let mut lookup = Lookup::default();
    lookup.ask_prefixes(texts.iter().map(|text| prefix(text)));
    let mut rows = store.lookup(lookup).await.unwrap().by_address;
    rows.sort_by_key(|row| row.lease.address);
    rows.dedup_by_key(|row| row.lease.address);
    rows
}

async fn row(store: &Store<V6>, text: &str) -> Option<Lease<V6>> {
    let (base, _) = prefix(text);
    let rows = near(store, &[text]).await;
    let row = rows.into_iter().find(|row| row.lease.address == base);
    row.map(|row| row.lease)
}

#[test]
fn a_live_prefix_keeps_its_length_even_for_its_client() {
    on_every_engine(|fresh| async move {
        let store: Store<V6> = fresh.open().await;
        assert!(claimed(ask(&store, 1, "2001:db8::/64").await));
        let before = row(&store, "2001:db8::/64").await;
        for other in ["2001:db8::/60", "2001:db8::/68"] {
            assert_eq!(ask(&store, 1, other).await, Changed::Taken, "{other}");
            assert_eq!(renew(&store, 1, other).await, Changed::Taken, "{other}");
        }
        assert_eq!(row(&store, "2001:db8::/64").await, before);
        assert!(claimed(ask(&store, 1, "2001:db8::/64").await));
        // Given back it may come again with another.
        let base = prefix("2001:db8::/64").0;
        assert_eq!(give_back(&store, 1, base, true).await, Changed::Released);
        assert!(claimed(ask(&store, 1, "2001:db8::/60").await));
        let now = row(&store, "2001:db8::/60").await.unwrap();
        assert_eq!(now.details.prefix_len, 60);
    });
}

#[test]
fn a_prefix_that_overlaps_a_live_one_is_taken() {
    on_every_engine(|fresh| async move {
        let store: Store<V6> = fresh.open().await;
        assert!(claimed(ask(&store, 1, "2001:db8:0:10::/60").await));
        for taken in [
            "2001:db8::/48",
            "2001:db8:0:10::/56",
            "2001:db8:0:10::/59",
            "2001:db8:0:10::/60",
            "2001:db8:0:10::/61",
            "2001:db8:0:10::/64",
            "2001:db8:0:11::/64",
            "2001:db8:0:1f:8000::/65",
        ] {
            assert_eq!(ask(&store, 2, taken).await, Changed::Taken, "{taken}");
            let rows = near(&store, &[taken]).await;
            let (base, len) = prefix(taken);
            assert!(rows.iter().any(|row| row.overlaps(base, len)), "{taken}");
        }
        for (number, free) in [(2, "2001:db8::/60"), (3, "2001:db8:0:20::/59")] {
            assert!(claimed(ask(&store, number, free).await), "{free}");
        }
        // Another association of the same client is somebody else.
        let mut own = of(1, prefix("2001:db8:0:11::/64"), 3600);
        own.lease.client.iaid = 8;
        assert_eq!(make(&store, own).await, Changed::Taken);
        assert_eq!(common::counts(&store).await, [(1, 0, 3)]);
    });
}

#[test]
fn an_address_inside_stands_in_the_way_until_it_was_reclaimed() {
    on_every_engine(|fresh| async move {
        let store: Store<V6> = fresh.open().await;
        let mut address = of(1, prefix("2001:db8:0:1::5/128"), 3600).lease;
        address.client.kind = LeaseKind::Na;
        assert!(claimed(claim_lease(&store, address).await));
        assert_eq!(ask(&store, 2, "2001:db8:0:1::/64").await, Changed::Taken);
        // A prefix that expired may be renewed at any moment.
        let inside = of(5, prefix("2001:db8:0:2:8000::/65"), 0);
        assert!(claimed(make(&store, inside).await));
        let last = of(6, prefix("2001:db8::5/128"), 0);
        assert!(claimed(make(&store, last).await));
        wait_until_expired::<V6>(&store, 5).await;
        assert_eq!(ask(&store, 2, "2001:db8:0:2::/64").await, Changed::Taken);
        assert_eq!(near(&store, &["2001:db8:0:2::/64"]).await.len(), 1);
        assert_eq!(store.reclaim(10, false, Names::Off).await.unwrap().len(), 2);
        assert_eq!(
            renew(&store, 5, "2001:db8:0:2:8000::/65").await,
            Changed::Taken
        );
        assert!(near(&store, &["2001:db8:0:2::/64"]).await.is_empty());
        assert!(claimed(ask(&store, 2, "2001:db8:0:2::/64").await));
        // Given back.
        assert!(claimed(ask(&store, 3, "2001:db8:0:30::/60").await));
        let base = prefix("2001:db8:0:30::/60").0;
        assert_eq!(give_back(&store, 3, base, true).await, Changed::Released);
        assert!(claimed(ask(&store, 6, "2001:db8:0:31::/64").await));
        assert_eq!(
            ask(&store, 3, "2001:db8:0:30::/60").await,
            Changed::Taken,
            "it went to somebody else in part"
        );
    });
}

#[test]
fn a_prefix_that_is_replaced_is_not_in_the_way_of_what_replaces_it() {
    on_every_engine(|fresh| async move {
        let store: Store<V6> = fresh.open().await;
        assert!(claimed(ask(&store, 1, "2001:db8:0:11::/64").await));
        assert!(claimed(ask(&store, 2, "2001:db8:0:20::/60").await));
        let mut held = "2001:db8:0:11::/64";
        // Around it, within it, and at the same base in both directions.
        for wanted in [
            "2001:db8:0:10::/60",
            "2001:db8:0:1f::/64",
            "2001:db8:0:10::/60",
            "2001:db8:0:10::/64",
            "2001:db8:0:10::/60",
        ] {
            let claim = of(1, prefix(wanted), 3600);
            let replaces = Some(seen(&store, prefix(held).0).await);
            let changed = make(&store, Claim { replaces, ..claim }).await;
            assert!(claimed(changed), "{wanted} instead of {held}: {changed:?}");
            let now = row(&store, wanted).await.unwrap();
            assert_eq!((now.address, now.details.prefix_len), prefix(wanted));
            assert_eq!(common::counts(&store).await, [(1, 0, 2)]);
            held = wanted;
        }
        let before = row(&store, held).await;
        for refused in ["2001:db8::/56", "2001:db8:0:21::/64", "2001:db8:0:20::/59"] {
            let claim = of(1, prefix(refused), 3600);
            let replaces = Some(seen(&store, prefix(held).0).await);
            let changed = make(&store, Claim { replaces, ..claim }).await;
            assert_eq!(changed, Changed::Taken, "{refused}");
            assert_eq!(row(&store, held).await, before, "{refused}");
        }
    });
}

#[test]
fn a_prefix_is_renewed_by_its_client_alone_until_it_was_ended() {
    on_every_engine(|fresh| async move {
        let store: Store<V6> = fresh.open().await;
        let text = "2001:db8::1/128";
        assert_eq!(
            renew(&store, 1, text).await,
            Changed::Taken,
            "nobody has it"
        );
        assert_eq!(row(&store, text).await, None);
        assert!(claimed(ask(&store, 1, text).await));
        assert!(claimed(renew(&store, 1, text).await));
        let before = row(&store, text).await;
        assert_eq!(renew(&store, 2, text).await, Changed::Taken);
        assert_eq!(row(&store, text).await, before);
        let base = prefix(text).0;
        assert_eq!(give_back(&store, 1, base, true).await, Changed::Released);
        assert_eq!(renew(&store, 1, text).await, Changed::Taken, "given back");
        assert!(claimed(make(&store, of(1, prefix(text), 0)).await));
        wait_until_expired::<V6>(&store, 1).await;
        assert_eq!(renew(&store, 2, text).await, Changed::Taken);
        // Nobody else can have got a part of it before it was reclaimed.
        assert!(claimed(renew(&store, 1, text).await));
    });
}

#[test]
fn lookups_of_one_batch_find_what_contains_all_of_them_and_what_is_inside_of_each() {
    on_every_engine(|fresh| async move {
        let store: Store<V6> = fresh.open().await;
        let rows = [
            "2001:db8::/40",
            "2001:db8:100:10::/60",
            "2001:db8:100:21::/64",
        ];
        for (number, text) in (1..).zip(rows) {
            assert!(claimed(ask(&store, number, text).await));
        }
        // At the base of what would contain the last one, and a bit too long for that.
        assert!(claimed(ask(&store, 9, "2001:db8:100:40::/59").await));
        let asked = [
            ("2001:db8:0:10::/60", vec![rows[0]]),
            ("2001:db8:0:20::/60", vec![rows[0]]),
            ("2001:db8:100:20::/60", vec![rows[2]]),
            ("2001:db8:100::/56", vec![rows[1]]),
            ("2001:db8:100:50::/60", vec!["2001:db8:100:40::/59"]),
            ("2001:db8:100:60::/60", vec![]),
        ];
        let lookups = asked
            .iter()
            .map(|(text, _)| near(&store, std::slice::from_ref(text)));
        let found = futures_util::future::join_all(lookups).await;
        for ((text, wanted), found) in asked.iter().zip(found) {
            let found: Vec<_> = found
                .iter()
                .map(|row| (row.lease.address, row.lease.details.prefix_len))
                .collect();
            let wanted: Vec<_> = wanted.iter().map(|text| prefix(text)).collect();
            assert_eq!(found, wanted, "{text}");
        }
    });
}

#[test]
fn of_prefixes_that_overlap_and_are_claimed_in_one_batch_one_is_granted() {
    on_every_engine(|fresh| async move {
        let store: Store<V6> = fresh.open().await;
        for _ in 0..5 {
            let all = (52..=64).map(|len| (prefix("2001:db8::/52").0, len));
            let claims: Vec<_> = (1..).zip(all).map(|(n, p)| of(n, p, 3600)).collect();
            let asked = claims.iter().map(|claim| make(&store, claim.clone()));
            let answers = futures_util::future::join_all(asked).await;
            let mut won = claims.iter().zip(&answers).filter(|(_, a)| claimed(**a));
            let (winner, _) = won.next().unwrap();
            assert!(won.next().is_none(), "{answers:?}");
            let Lease {
                address, client, ..
            } = winner.lease.clone();
            let keep = false;
            let change = Release {
                seen: seen(&store, address).await,
                client,
                keep,
                names: Names::Off,
            };
            store.change(Change::Release(change)).await.unwrap();
        }
    });
}

#[test]
fn of_two_workers_that_claim_prefixes_that_overlap_at_the_same_moment_one_is_refused() {
    const REGIONS: u8 = 20;
    on_every_engine(|fresh| async move {
        let stores: [Store<V6>; 2] = [fresh.open().await, fresh.open().await];
        for _ in 0..30 {
            let asked = (0..REGIONS).map(|region| {
                let text = |rest: &str| prefix(&format!("2001:db8:{region:x}:{rest}"));
                // Neither has the other's base.
                let outer = of(region, text(":/56"), 3600);
                let inner = of(region + 100, text("5::/64"), 3600);
                let (left, right) = (make(&stores[0], outer), make(&stores[1], inner));
                futures_util::future::join(left, right)
            });
            let answers = futures_util::future::join_all(asked).await;
            for (region, (outer, inner)) in (0..).zip(answers) {
                assert!(claimed(outer) != claimed(inner), "{outer:?} and {inner:?}");
                let (number, rest) = if claimed(outer) {
                    (region, ":/56")
                } else {
                    (region + 100, "5::/64")
                };
                let (base, _) = prefix(&format!("2001:db8:{region:x}:{rest}"));
                let changed = give_back(&stores[0], number, base, false).await;
                assert_eq!(changed, Changed::Released);
            }
        }
    });
}

/// Who was told to hold what, by its first address, until the last.
type Told = Arc<Mutex<BTreeMap<Ipv6Addr, (Ipv6Addr, u8)>>>;

/// Notes what a client was told.
///
/// # Panics
/// When somebody else was told of a part of it.
fn note(told: &Told, number: u8, (base, len): Prefix) {
    let last = Ipv6Addr::from_bits(base.to_bits() | u128::MAX >> len);
    let mut told = told.lock().unwrap();
    if let Some((other, (end, holder))) = told.range(..=last).next_back() {
        assert!(
            *end < base,
            "{base}/{len} of {number} and {other} of {holder}"
        );
    }
    told.insert(base, (last, number));
}

/// A client that claims, moves, renews and gives back prefixes of all lengths as its numbers say.
async fn wander(store: Arc<Store<V6>>, number: u8, told: Told) {
    const STEPS: u32 = 40;
    let mut random = u32::from(number);
    let mut below = |bound: u32| {
        // Knuth's linear congruential generator.
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 16) % bound
    };
    let mut mine: Option<Prefix> = None;
    for _ in 0..STEPS {
        let len = 56 + below(9) as u8;
        let bits = 0x2001_0db8_u128 << 96 | u128::from(below(256)) << 64;
        let wanted = (Ipv6Addr::from_bits(bits & !(u128::MAX >> len)), len);
        let claim = of(number, wanted, 3600);
        match (mine, below(3)) {
            (None, _) => {
                if claimed(make(&store, claim).await) {
                    note(&told, number, wanted);
                    mine = Some(wanted);
                }
            }
            (Some(held), 0) => {
                let renews = true;
                let claim = of(number, held, 3600);
                assert!(claimed(make(&store, Claim { renews, ..claim }).await));
            }
            (Some(held), 1) => {
                told.lock().unwrap().remove(&held.0);
                let replaces = match held == wanted {
                    true => None,
                    false => Some(seen(&store, held.0).await),
                };
                let now = match make(&store, Claim { replaces, ..claim }).await {
                    Changed::Claimed { .. } => wanted,
                    _ => held,
                };
                note(&told, number, now);
                mine = Some(now);
            }
            (Some(held), _) => {
                told.lock().unwrap().remove(&held.0);
                let keep = below(2) == 0;
                let changed = give_back(&store, number, held.0, keep).await;
                assert_eq!(changed, Changed::Released);
                mine = None;
            }
        }
    }
}

#[test]
fn two_workers_with_prefixes_of_all_lengths_never_tell_of_two_that_overlap() {
    on_every_engine(|fresh| async move {
        let stores = [
            Arc::new(fresh.open::<V6>().await),
            Arc::new(fresh.open().await),
        ];
        let told = Told::default();
        let clients = (1..=60).map(|number| {
            let store = Arc::clone(&stores[usize::from(number) % 2]);
            tokio::spawn(wander(store, number, Arc::clone(&told)))
        });
        for client in clients.collect::<Vec<_>>() {
            client.await.unwrap();
        }
    });
}

#[test]
fn a_renewed_prefix_that_is_younger_than_a_minute_gets_no_shorter() {
    on_every_engine(|fresh| async move {
        let store: Store<V6> = fresh.open().await;
        let text = "2001:db8:0:10::/60";
        assert!(claimed(ask(&store, 1, text).await));
        let renews = async |lifetime| {
            let claim = of(1, prefix(text), lifetime);
            let changed = make(
                &store,
                Claim {
                    renews: true,
                    heeds_hosts: false,
                    names: Names::Off,
                    ..claim
                },
            )
            .await;
            assert!(claimed(changed));
            row(&store, text).await.unwrap().valid_lifetime
        };
        assert_eq!(renews(5).await, 3600);
        fresh.sql("UPDATE lease6 SET valid_lifetime = valid_lifetime + 120");
        assert_eq!(renews(5).await, 5);
        assert_eq!(renews(7200).await, 7200);
    });
}
