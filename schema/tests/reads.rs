//! However many leases there are, an operation reads those it is about: nothing reads the whole
//! table. Counted by the engines that are servers.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::net::{Ipv4Addr, Ipv6Addr};

use common::Fresh;
use common::sample::{Sample, claim, claimed, decline, lease, release, seen};
use murre_harness::database::{Engine, Server, ServerOptions};
use murre_schema::{
    Change, Changed, Claim, Lease, LeaseKind, Lookup, Names, Page, State, Store, StoreOptions,
};
use murre_wire::{V4, V6};

/// Leases of others: live, expired and reclaimed ones.
const CROWD: u32 = 20_000;
/// A number that nobody else has.
const OTHER: u8 = 250;
/// How often a worker does everything it can do.
const ROUNDS: u8 = 20;
/// More than all of that needs to read, and far less than a single reading of the table.
const ENOUGH: u64 = 3_000;

trait Crowd: Sample {
    fn stranger(number: u32) -> (Self::Address, Self::Client);
    /// Runs each statement of the lanes once on an empty table, and leaves it as good as empty.
    fn plan(store: &Store<Self>) -> impl Future<Output = ()> {
        async {
            let mut lookup = Lookup::default();
            lookup.addresses.push(Self::address(OTHER));
            assert!(store.lookup(lookup).await.unwrap().by_address.is_empty());
            for keep in [true, false] {
                assert!(claimed(claim(store, OTHER, OTHER, 3600).await));
                assert_eq!(release(store, OTHER, OTHER, keep).await, Changed::Released);
            }
            assert!(claimed(claim(store, OTHER, OTHER, 3600).await));
            assert_eq!(decline(store, OTHER, OTHER, 0).await, Changed::Declined);
        }
    }

    /// What there is in this family alone.
    fn more(store: &Store<Self>, number: u8) -> impl Future<Output = ()>;
}

impl Crowd for V4 {
    fn stranger(number: u32) -> (Ipv4Addr, Self::Client) {
        let mut client = Self::client(0);
        client.hwaddr.extend(number.to_be_bytes());
        client.client_id = Some(number.to_be_bytes().to_vec());
        (Ipv4Addr::from_bits(0x0a00_0000 + number), client)
    }

    async fn more(_: &Store<V4>, _: u8) {}
}

impl Crowd for V6 {
    fn stranger(number: u32) -> (Ipv6Addr, Self::Client) {
        let mut client = Self::client(0);
        client.duid.extend(number.to_be_bytes());
        let bits = 0x2001_0db8_0001_u128 << 80 | u128::from(number);
        (Ipv6Addr::from_bits(bits), client)
    }

    /// Prefixes: around strangers, beside them, and renewed.
    async fn more(store: &Store<V6>, number: u8) {
        let (among, _) = V6::stranger(u32::from(number) << 8);
        let beside = Ipv6Addr::from_bits(among.to_bits() | 1 << 127);
        let mut lookup = Lookup::default();
        lookup.ask_prefixes([(among, 120), (beside, 120)]);
        let found = store.lookup(lookup).await.unwrap().by_address;
        assert!(found.iter().any(|row| row.overlaps(among, 120)));
        assert!(!found.iter().any(|row| row.overlaps(beside, 120)));
        for (base, renews, granted) in [
            (among, false, false),
            (beside, true, false),
            (beside, false, true),
            (beside, true, true),
        ] {
            let mut lease: Lease<V6> = lease(0, number, 3600);
            lease.address = base;
            lease.client.kind = LeaseKind::Pd;
            lease.details.prefix_len = 120;
            let replaces = None;
            let claim = Claim {
                lease,
                replaces,
                renews,
                heeds_hosts: false,
                names: Names::Off,
            };
            let changed = store.change(Change::Claim(claim)).await.unwrap();
            assert_eq!(claimed(changed), granted, "{base} {renews}");
        }
    }
}

async fn fill<F: Crowd>(store: &Store<F>) {
    let mut numbers = 0..CROWD;
    let next = || {
        let portion = numbers.by_ref().take(1_000).map(|number| {
            let (address, client) = F::stranger(number);
            let mut lease = Lease::new(address, client, 1, 3600);
            // Until 2100, or since 2001.
            (lease.expire, lease.state) = match number % 4 {
                0 => (1_000_000_000 + i64::from(number), State::Default),
                1 => (1_000_000_000 + i64::from(number), State::Reclaimed),
                _ => (4_102_444_800, State::Default),
            };
            lease
        });
        Ok::<_, murre_schema::Error>(portion.collect())
    };
    assert_eq!(store.upload(next).await.unwrap(), u64::from(CROWD));
}

async fn everything<F: Crowd>(store: &Store<F>, number: u8) {
    let (address, client) = F::stranger(u32::from(number) * 97);
    let lookup = Lookup {
        clients: [F::lookup_key(&client)].into_iter().collect(),
        hwaddr: Some(vec![2, 0, 0, 0, 0, number]),
        addresses: [address, F::address(number)].into_iter().collect(),
        ..Lookup::default()
    };
    let found = store.lookup(lookup).await.unwrap();
    assert_eq!((found.by_client.len(), found.by_address.len()), (1, 1));
    assert!(claimed(claim(store, number, number, 3600).await));
    assert!(claimed(claim(store, number, number, 3600).await));
    let moved = Change::Claim(Claim {
        lease: lease(number + 100, number, 3600),
        replaces: Some(seen(store, F::address(number)).await),
        renews: false,
        heeds_hosts: false,
        names: Names::Off,
    });
    assert!(claimed(store.change(moved).await.unwrap()));
    assert_eq!(
        release(store, number + 100, number, number.is_multiple_of(2)).await,
        Changed::Released
    );
    assert!(claimed(claim(store, number, number, 3600).await));
    assert_eq!(
        decline(store, number, number, 3600).await,
        Changed::Declined
    );
    assert_eq!(
        store
            .reclaim(2, number.is_multiple_of(2), Names::Off)
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(store.flush(3600, 2).await.unwrap(), 2);
    let page = Page {
        from: address,
        limit: 5,
    };
    assert_eq!(store.page(&page).await.unwrap().len(), 5);
    F::more(store, number).await;
}

/// Rows of the table that were read since the server started.
fn rows_read<F: Crowd>(fresh: &Fresh, engine: Engine) -> u64 {
    let text = match engine {
        Engine::Mariadb => fresh.value(&format!(
            "SELECT COALESCE(SUM(rows_read), 0) FROM information_schema.table_statistics \
             WHERE table_schema = DATABASE() AND table_name = '{}'",
            F::TABLE
        )),
        Engine::Postgresql => {
            // A session tells what it read when it ends.
            while fresh
                .value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'murre'")
                != "0"
            {
                std::thread::yield_now();
            }
            fresh.value(&format!(
                "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = '{}'",
                F::TABLE
            ))
        }
    };
    text.parse().unwrap()
}

fn nothing_reads_the_table<F: Crowd>() {
    for engine in [Engine::Postgresql, Engine::Mariadb] {
        // A server of its own: one that counts.
        let options = match engine {
            Engine::Postgresql => ServerOptions::new(engine),
            Engine::Mariadb => ServerOptions::new(engine).setting("userstat", "ON"),
        };
        let server = Server::launch(options);
        let fresh = Fresh::server("server", server.fresh());
        let work = |work: fn(&tokio::runtime::Runtime, Store<F>)| {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let store = runtime.block_on(fresh.open());
            work(&runtime, store);
        };
        work(|runtime, store| runtime.block_on(fill(&store)));
        fresh.sql(match engine {
            Engine::Postgresql => "ANALYZE",
            Engine::Mariadb => "ANALYZE TABLE lease4, lease6",
        });
        let before = rows_read::<F>(&fresh, engine);
        work(|runtime, store| {
            for number in 1..=ROUNDS {
                runtime.block_on(everything(&store, number));
            }
        });
        let read = rows_read::<F>(&fresh, engine) - before;
        assert!(read < ENOUGH, "{engine}: {read} rows read");
        assert!(
            read > 10 * u64::from(ROUNDS),
            "{engine}: only {read} rows read, who counts?"
        );
    }
}

/// A session plans its statements when it first runs them, and keeps the plans.
fn plans_made_on_an_empty_table_serve_a_full_one<F: Crowd>() {
    let server = Server::launch(ServerOptions::new(Engine::Postgresql));
    let fresh = Fresh::server("server", server.fresh());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        // One lane of each kind, so that all of it goes through the same sessions.
        let options = StoreOptions {
            write_lanes: 1,
            ..StoreOptions::default()
        };
        let store: Store<F> = Store::open(&fresh.access, options).await.unwrap();
        F::plan(&store).await;
        fill(&store).await;
        for number in 1..=ROUNDS {
            everything(&store, number).await;
        }
    });
    drop(runtime);
    let read = rows_read::<F>(&fresh, Engine::Postgresql);
    assert!(read < ENOUGH, "{read} rows read");
}

#[test]
fn plans_made_on_an_empty_table_serve_a_full_one_v4() {
    plans_made_on_an_empty_table_serve_a_full_one::<V4>();
}

#[test]
fn plans_made_on_an_empty_table_serve_a_full_one_v6() {
    plans_made_on_an_empty_table_serve_a_full_one::<V6>();
}

#[test]
fn no_operation_reads_the_whole_table_v4() {
    nothing_reads_the_table::<V4>();
}

#[test]
fn no_operation_reads_the_whole_table_v6() {
    nothing_reads_the_table::<V6>();
}
