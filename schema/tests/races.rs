//! Two stores, as two workers have them, on one database: whatever they do at once, an address has
//! one holder and a client one lease, and nobody hears of an error.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use common::sample::{Sample, claim, claimed, decline, lease, release, seen};
use common::{Fresh, on_every_engine};
use murre_schema::{Change, Changed, Claim, Lease, Names, Page, State, Store};
use murre_wire::{V4, V6};

/// Fewer than clients, so that most claims meet somebody.
const ADDRESSES: u8 = 24;
const CLIENTS: u8 = 40;
const STEPS: u32 = 25;

/// A test's own sequence of numbers: the same in each run.
struct Numbers(u32);

impl Numbers {
    fn below(&mut self, bound: u8) -> u8 {
        // Knuth's linear congruential generator; its high bits are good enough here.
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((self.0 >> 16) % u32::from(bound)) as u8
    }
}

/// Who was told to hold which address.
type Told = Arc<Mutex<HashMap<u8, u8>>>;

/// A client that claims, moves, renews, gives back and declines as the numbers say.
async fn wander<F: Sample>(store: Arc<Store<F>>, client: u8, told: Told) {
    let mut numbers = Numbers(u32::from(client));
    let mut mine: Option<u8> = None;
    for _ in 0..STEPS {
        let address = 1 + numbers.below(ADDRESSES);
        match (mine, numbers.below(6)) {
            (None, _) => {
                let changed = claim(&store, address, client, 3600).await;
                if hold(&told, client, address, changed) {
                    mine = Some(address);
                }
            }
            (Some(held), 0) => {
                assert!(claimed(claim(&store, held, client, 3600).await));
            }
            (Some(held), 1) => {
                told.lock().unwrap().remove(&held);
                assert_eq!(release(&store, held, client, true).await, Changed::Released);
                mine = None;
            }
            (Some(held), 2) => {
                told.lock().unwrap().remove(&held);
                assert_eq!(decline(&store, held, client, 0).await, Changed::Declined);
                mine = None;
            }
            (Some(held), 3) if held != address => {
                mine = Some(wander_to(&store, client, held, address, &told).await);
            }
            (Some(held), 4) if held != address => {
                let other = claim(&store, address, client, 3600).await;
                let refused = matches!(other, Changed::ClientHasOther | Changed::Taken);
                assert!(refused, "a second lease: {other:?}");
            }
            (Some(held), _) => {
                told.lock().unwrap().remove(&held);
                assert_eq!(
                    release(&store, held, client, false).await,
                    Changed::Released
                );
                mine = None;
            }
        }
    }
}

/// Change to another address in one transaction; gives the one that is held afterwards.
async fn wander_to<F: Sample>(store: &Store<F>, client: u8, from: u8, to: u8, told: &Told) -> u8 {
    told.lock().unwrap().remove(&from);
    let change = Change::Claim(Claim {
        lease: lease(to, client, 3600),
        replaces: Some(seen(store, F::address(from)).await),
        renews: false,
        heeds_hosts: false,
        names: Names::Off,
    });
    let changed = store.change(change).await.unwrap();
    let now = if claimed(changed) { to } else { from };
    // A refused claim left the old lease, and nobody can have got it meanwhile.
    assert_eq!(told.lock().unwrap().insert(now, client), None, "{now}");
    now
}

fn hold(told: &Told, client: u8, address: u8, changed: Changed) -> bool {
    match changed {
        Changed::Claimed { .. } => {
            let before = told.lock().unwrap().insert(address, client);
            assert_eq!(before, None, "{address} went to {client} while it was held");
            true
        }
        Changed::Taken => false,
        other => panic!("a client without a lease was told {other:?}"),
    }
}

async fn addresses_have_one_holder<F: Sample>(fresh: Fresh) {
    let stores = [
        Arc::new(fresh.open::<F>().await),
        Arc::new(fresh.open().await),
    ];
    let told = Told::default();
    let walks: Vec<_> = (1..=CLIENTS)
        .map(|client| {
            let store = Arc::clone(&stores[usize::from(client % 2)]);
            tokio::spawn(wander(store, client, Arc::clone(&told)))
        })
        .collect();
    for walk in walks {
        walk.await.unwrap();
    }
    let mut held: Vec<_> = live(&stores[0]).await;
    held.sort();
    let told = told.lock().unwrap();
    let mut expected: Vec<_> = told
        .iter()
        .map(|(address, client)| (F::address(*address), F::lookup_key(&F::client(*client))))
        .collect();
    expected.sort();
    assert_eq!(held, expected);
}

/// Live rows: address and client.
async fn live<F: Sample>(store: &Store<F>) -> Vec<(F::Address, Vec<u8>)> {
    let page = Page {
        from: F::address(0),
        limit: 1000,
    };
    let rows: Vec<Lease<F>> = store.page(&page).await.unwrap();
    rows.into_iter()
        .filter(|lease| lease.state == State::Default)
        .map(|lease| (lease.address, F::lookup_key(&lease.client)))
        .collect()
}

/// Each client asks both workers for several addresses at once, none of them wanted by another.
async fn clients_have_one_lease<F: Sample>(fresh: Fresh) {
    const EACH: u8 = 4;
    let stores = [
        Arc::new(fresh.open::<F>().await),
        Arc::new(fresh.open().await),
    ];
    for _ in 0..3 {
        let mut asking = Vec::new();
        for client in 1..=CLIENTS {
            for (at, store) in stores.iter().chain(&stores).enumerate() {
                let address = client + CLIENTS * (at as u8 % EACH);
                let store = Arc::clone(store);
                asking.push(tokio::spawn(async move {
                    let changed = claim(&store, address, client, 3600).await;
                    claimed(changed).then_some((address, client))
                }));
            }
        }
        let mut won = HashMap::new();
        for asked in asking {
            if let Some((address, client)) = asked.await.unwrap() {
                assert_eq!(won.insert(client, address), None, "two for {client}");
            }
        }
        assert_eq!(won.len(), usize::from(CLIENTS), "each has one");
        assert_eq!(live(&stores[0]).await.len(), usize::from(CLIENTS));
        for (client, address) in won {
            let changed = release(&stores[1], address, client, client.is_multiple_of(2)).await;
            assert_eq!(changed, Changed::Released);
        }
    }
}

#[test]
fn two_workers_never_give_an_address_twice_v4() {
    on_every_engine(addresses_have_one_holder::<V4>);
}

#[test]
fn two_workers_never_give_an_address_twice_v6() {
    on_every_engine(addresses_have_one_holder::<V6>);
}

#[test]
fn a_client_of_two_workers_gets_one_lease_v4() {
    on_every_engine(clients_have_one_lease::<V4>);
}

#[test]
fn a_client_of_two_workers_gets_one_lease_v6() {
    on_every_engine(clients_have_one_lease::<V6>);
}
