//! Taking over a lease file: all or nothing, once, and only by the embedded engine.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::net::Ipv4Addr;

use common::engines;
use murre_schema::{Client4, Details4, Error, FileMark, Imported, Lease, State, Store};
use murre_wire::V4;

fn lease(address: u8, client: u8) -> Lease<V4> {
    Lease {
        address: Ipv4Addr::new(192, 0, 2, address),
        client: Client4 {
            hwaddr: vec![2, 0, 0, 0, 0, client],
            client_id: None,
        },
        details: Details4::default(),
        valid_lifetime: 3600,
        expire: 1_900_000_000,
        subnet_id: 1,
        pool_id: 0,
        fqdn_fwd: false,
        fqdn_rev: false,
        hostname: String::new(),
        state: State::Default,
        user_context: None,
    }
}

fn mark(size: u64) -> FileMark {
    FileMark {
        file: "leases.csv".to_owned(),
        size,
        modified: 7,
    }
}

type Portion = Result<Vec<(usize, Lease<V4>)>, Error>;

/// Gives each portion in turn; what came of the import, and what was told of it.
async fn import(
    store: &Store<V4>,
    mark: &FileMark,
    portions: Vec<Portion>,
) -> (Result<Option<u64>, Error>, Vec<(usize, Imported)>) {
    let mut portions = portions.into_iter();
    let mut told = Vec::new();
    let outcome = store
        .import(
            mark,
            || portions.next().unwrap_or_else(|| Ok(Vec::new())),
            |at, _, outcome| told.push((at, outcome)),
        )
        .await;
    (outcome, told)
}

fn portion(rows: &[(u8, u8)]) -> Portion {
    let row = |(at, (address, client)): (usize, &(u8, u8))| (at, lease(*address, *client));
    Ok(rows.iter().enumerate().map(row).collect())
}

#[test]
fn a_lease_file_comes_in_whole_or_not_at_all_and_once() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for fresh in engines() {
        runtime.block_on(async {
            let store = fresh.open::<V4>().await;
            if fresh.name != "sqlite" {
                let refused = import(&store, &mark(1), vec![portion(&[(1, 1)])]).await.0;
                assert!(matches!(refused, Err(Error::Access(_))), "{refused:?}");
                assert!(store.imported("leases.csv").await.is_err());
                assert!(store.count().await.unwrap().is_empty());
                return;
            }
            let broken = vec![portion(&[(1, 1), (2, 2)]), Err(Error::Access("cut".into()))];
            assert!(import(&store, &mark(1), broken).await.0.is_err());
            assert!(store.count().await.unwrap().is_empty());
            assert_eq!(store.imported("leases.csv").await.unwrap(), None);

            // 1 is there twice; client 2 has two.
            let rows = vec![
                portion(&[(1, 1), (2, 2)]),
                portion(&[(1, 3), (4, 2), (5, 5)]),
            ];
            let (outcome, told) = import(&store, &mark(2), rows).await;
            assert_eq!(outcome.unwrap(), Some(3));
            assert_eq!(told, [(0, Imported::Present), (1, Imported::Ended)]);
            assert_eq!(common::counts(&store).await, [(1, 0, 3), (1, 2, 1)]);
            assert_eq!(store.imported("leases.csv").await.unwrap(), Some(mark(2)));

            let again = import(&store, &mark(2), vec![portion(&[(9, 9)])]).await.0;
            assert_eq!(again.unwrap(), None);
            assert_eq!(common::counts(&store).await, [(1, 0, 3), (1, 2, 1)]);

            // The file changed: what is new comes in, and of two rows for one address the later one stays.
            let later = |seconds: i64, client| {
                let mut row = lease(5, client);
                row.expire += seconds;
                Ok(vec![(0, row), (1, lease(9, 9))])
            };
            let (outcome, told) = import(&store, &mark(3), vec![later(60, 6)]).await;
            assert_eq!((outcome.unwrap(), told), (Some(2), vec![]));
            let (outcome, told) = import(&store, &mark(4), vec![later(30, 7)]).await;
            assert_eq!(outcome.unwrap(), Some(0));
            assert_eq!(told, [(0, Imported::Present), (1, Imported::Present)]);
            assert_eq!(store.imported("leases.csv").await.unwrap(), Some(mark(4)));
            assert_eq!(common::counts(&store).await, [(1, 0, 4), (1, 2, 1)]);
            assert_eq!(store.imported("other.csv").await.unwrap(), None);
        });
    }
}
