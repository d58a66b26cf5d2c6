//! A Galera cluster: transactions of several nodes meet only when they commit, and a node may not yet
//! have what another has. What guards a lease must be a row that the transaction changes.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

use common::sample::{claimed, seen};
use futures_util::future::{join, join_all};
use murre_harness::database::{self, Galera, ServerOptions};
use murre_harness::netns::{Namespace, require_root_and_namespaces};
use murre_schema::{
    Access, Change, Changed, Claim, Client4, Client6, Error, Lease, LeaseFamily, LeaseKind, Lookup,
    Names, Release, Store, StoreOptions,
};
use murre_wire::{V4, V6};

const ADDRESSES: [&str; 3] = ["172.31.0.1", "172.31.0.2", "172.31.0.3"];

/// One cluster for all tests, as it takes its time; none where namespaces cannot be made.
fn cluster() -> Option<&'static Galera> {
    static CLUSTER: OnceLock<(Galera, Namespace)> = OnceLock::new();
    require_root_and_namespaces().then(|| {
        let (cluster, _) = CLUSTER.get_or_init(|| {
            let namespace = Namespace::new("db");
            for address in ADDRESSES {
                namespace.add_address("lo", &format!("{address}/24"));
            }
            let options = ServerOptions::new(database::Engine::Mariadb);
            (Galera::launch(&options, &namespace, &ADDRESSES), namespace)
        });
        cluster
    })
}

/// By these nodes, in this order.
async fn store<F: LeaseFamily>(
    cluster: &Galera,
    database: &database::Database,
    nodes: &[usize],
) -> Store<F> {
    let hosts = nodes.iter().map(|number| {
        let socket = cluster.seen_by(*number, database).socket;
        format!("socket={}", socket.display())
    });
    let (user, password, name) = (&database.user, &database.password, &database.name);
    let hosts = hosts.collect::<Vec<_>>().join("&");
    let url = format!("mysql://{user}:{password}@/{name}?{hosts}");
    let access = Access::from_url(&url).unwrap();
    Store::open(&access, StoreOptions::default()).await.unwrap()
}

fn run<T: Future<Output = ()>>(test: impl FnOnce(&'static Galera, database::Database) -> T) {
    let Some(cluster) = cluster() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(test(cluster, cluster.fresh()));
}

async fn make<F: LeaseFamily>(store: &Store<F>, lease: &Lease<F>) -> Changed {
    make_once(store, lease).await.unwrap()
}

async fn make_once<F: LeaseFamily>(store: &Store<F>, lease: &Lease<F>) -> Result<Changed, Error> {
    let claim = Claim {
        lease: lease.clone(),
        replaces: None,
        renews: false,
        heeds_hosts: false,
        names: Names::Off,
    };
    store.change(Change::Claim(claim)).await
}

async fn give_back<F: LeaseFamily>(store: &Store<F>, lease: &Lease<F>) {
    let change = Release {
        seen: seen(store, lease.address).await,
        client: lease.client.clone(),
        keep: false,
        names: Names::Off,
    };
    let changed = store.change(Change::Release(change)).await.unwrap();
    assert_eq!(changed, Changed::Released);
}

/// Both ask at the same moment, each another node: one of them gets it.
async fn one_of_two<F: LeaseFamily>(stores: &[Store<F>; 2], pairs: &[(Lease<F>, Lease<F>)]) {
    let asked = pairs
        .iter()
        .map(|(one, other)| join(make(&stores[0], one), make(&stores[1], other)));
    let answers = join_all(asked).await;
    for ((one, other), (left, right)) in pairs.iter().zip(answers) {
        assert!(
            claimed(left) != claimed(right),
            "{left:?} for {one:?} and {right:?} for {other:?}"
        );
        // Whichever node is asked: it may not have the row yet, and then it is not held.
        let (store, winner) = if claimed(left) {
            (&stores[0], one)
        } else {
            (&stores[1], other)
        };
        give_back(store, winner).await;
    }
}

fn prefix(number: u8, base: &str, len: u8) -> Lease<V6> {
    let client = Client6 {
        duid: vec![0, 3, 0, 1, 2, 0, 0, 0, 0, number],
        iaid: 7,
        kind: LeaseKind::Pd,
    };
    let base: Ipv6Addr = base.parse().unwrap();
    let mut lease: Lease<V6> = Lease::new(base, client, 1, 3600);
    lease.details.prefix_len = len;
    lease
}

fn address(number: u8, last: u8) -> Lease<V4> {
    let client = Client4 {
        hwaddr: vec![2, 0, 0, 0, 0, number],
        client_id: None,
    };
    Lease::new(Ipv4Addr::new(192, 0, 2, last), client, 1, 3600)
}

#[test]
fn workers_that_start_at_once_on_different_nodes_end_in_one_schema() {
    run(|cluster, database| async move {
        let started = (0..6).map(|number| {
            let database = database.clone();
            tokio::spawn(async move { store::<V6>(cluster, &database, &[number % 3]).await })
        });
        for store in join_all(started).await {
            assert_eq!(store.unwrap().count().await.unwrap().len(), 0);
        }
    });
}

/// It takes connections, and answers 1047 to everything else, as a node does that lost its cluster.
#[test]
fn a_node_that_serves_nobody_is_left_for_the_next_and_passed_over() {
    run(|cluster, database| async move {
        let before = store::<V4>(cluster, &database, &[2, 0]).await;
        assert!(claimed(make(&before, &address(1, 1)).await));
        let node = cluster.seen_by(2, &database);
        let node = Refusing::new(node);
        let lookup = async |store: &Store<V4>| store.lookup(Lookup::default()).await;
        // The first hears of it only when it asks.
        while let Err(error) = lookup(&before).await {
            assert!(error.is_connection(), "{error}");
        }
        let after = store::<V4>(cluster, &database, &[2, 0]).await;
        for (number, store) in [(2, &before), (3, &after)] {
            let change = |lease| make_once(store, lease);
            let lease = address(number, number);
            let mut changed = change(&lease).await;
            while let Err(error) = &changed {
                assert!(error.is_connection(), "{error}");
                changed = change(&lease).await;
            }
            assert!(changed.is_ok_and(claimed));
        }
        drop(node);
    });
}

/// A node that was told to serve nobody, until this is dropped.
struct Refusing(database::Database);

impl Refusing {
    fn new(mut node: database::Database) -> Self {
        node.prelude = "";
        node.query("SET GLOBAL wsrep_reject_queries = ALL");
        Self(node)
    }
}

impl Drop for Refusing {
    fn drop(&mut self) {
        self.0.query("SET GLOBAL wsrep_reject_queries = NONE");
    }
}

#[test]
fn of_two_nodes_that_grant_prefixes_that_overlap_at_the_same_moment_one_is_refused() {
    run(|cluster, database| async move {
        let stores = [
            store::<V6>(cluster, &database, &[0]).await,
            store::<V6>(cluster, &database, &[1]).await,
        ];
        for _ in 0..30 {
            let regions = (0..20).map(|region| {
                (
                    // Neither has the other's base.
                    prefix(region, &format!("2001:db8:{region:x}::"), 56),
                    prefix(region + 100, &format!("2001:db8:{region:x}:5::"), 64),
                )
            });
            one_of_two(&stores, &regions.collect::<Vec<_>>()).await;
        }
    });
}

#[test]
fn what_one_node_granted_the_other_knows_at_once() {
    run(|cluster, database| async move {
        let stores = [
            store::<V4>(cluster, &database, &[0]).await,
            store::<V4>(cluster, &database, &[1]).await,
        ];
        for round in 0..1000 {
            let lease = address((round % 250) as u8, (round % 250) as u8);
            let [granting, asked] = [&stores[round % 2], &stores[(round + 1) % 2]];
            assert!(claimed(make(granting, &lease).await));
            let mut lookup = Lookup::default();
            lookup.clients.push(V4::lookup_key(&lease.client));
            let found = asked.lookup(lookup).await.unwrap();
            assert_eq!(found.by_client.len(), 1, "in round {round}");
            give_back(asked, &lease).await;
        }
    });
}

#[test]
fn of_two_nodes_that_are_asked_for_the_duid_at_the_same_moment_both_answer() {
    run(|cluster, database| async move {
        let stores = [
            store::<V6>(cluster, &database, &[0]).await,
            store::<V6>(cluster, &database, &[1]).await,
        ];
        for round in 0..50 {
            let [one, other] = [0, 1].map(|at: u8| vec![0, 4, round, at]);
            let answers = join(
                stores[0].server_duid(&one, true),
                stores[1].server_duid(&other, true),
            );
            let (left, right) = answers.await;
            assert_eq!((left.unwrap(), right.unwrap()), (one, other));
        }
    });
}

#[test]
fn of_two_nodes_that_grant_one_address_at_the_same_moment_one_is_refused() {
    run(|cluster, database| async move {
        let stores = [
            store::<V4>(cluster, &database, &[0]).await,
            store::<V4>(cluster, &database, &[1]).await,
        ];
        for _ in 0..30 {
            let pairs = (0..20).map(|n| (address(n, n), address(n + 100, n)));
            one_of_two(&stores, &pairs.collect::<Vec<_>>()).await;
        }
    });
}

#[test]
fn of_two_nodes_that_grant_one_client_two_addresses_at_the_same_moment_one_is_refused() {
    run(|cluster, database| async move {
        let stores = [
            store::<V4>(cluster, &database, &[0]).await,
            store::<V4>(cluster, &database, &[1]).await,
        ];
        for _ in 0..30 {
            let pairs = (0..20).map(|n| (address(n, n), address(n, n + 100)));
            one_of_two(&stores, &pairs.collect::<Vec<_>>()).await;
        }
    });
}
