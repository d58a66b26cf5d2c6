//! A database that goes away and comes back, connections that are cut, and hosts that are of no
//! use: on the engines that are servers.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::sync::Arc;

use common::sample::{claim, claimed, lease, row};
use murre_harness::database::{self, Engine, Server, ServerOptions};
use murre_schema::{Access, Change, Claim, Error, Lookup, Place, Store, StoreOptions};
use murre_wire::V4;
use mysql_async::prelude::Queryable;

const SERVERS: [Engine; 2] = [Engine::Postgresql, Engine::Mariadb];

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

fn access(database: &database::Database) -> Access {
    Access::from_url(&database.url()).unwrap()
}

async fn open(access: &Access) -> Result<Store<V4>, Error> {
    Store::open(access, StoreOptions::default()).await
}

/// Ask until there is an answer; what comes before may only be that there is no database.
async fn until_it_answers(store: &Store<V4>) {
    loop {
        match store.lookup(Lookup::default()).await {
            Ok(_) => return,
            Err(Error::Unavailable { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

/// As above, for a change, which may have been made although nobody heard of it.
async fn until_claimed(store: &Store<V4>, address: u8, client: u8) {
    loop {
        let change = Change::Claim(Claim {
            lease: lease(address, client, 3600),
            replaces: None,
            renews: false,
        });
        match store.change(change).await {
            Ok(changed) => return assert!(claimed(changed), "{changed:?}"),
            Err(Error::Unavailable { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn a_store_recovers_when_its_database_is_stopped_and_started_again() {
    for engine in SERVERS {
        let server = Server::launch(ServerOptions::new(engine));
        let access = access(&server.fresh());
        block_on(async {
            let store = open(&access).await.unwrap();
            assert!(claimed(claim(&store, 1, 1, 3600).await));
            let before = row(&store, 1).await;
            let health = store.health();
            assert!(health.borrow().is_none());

            server.stop();
            let error = store.lookup(Lookup::default()).await.unwrap_err();
            assert!(error.is_connection(), "{error}");
            let told = health.borrow().clone();
            assert!(told.is_some_and(|error| error.is_connection()));

            server.start();
            until_it_answers(&store).await;
            until_claimed(&store, 2, 2).await;
            assert_eq!(row(&store, 1).await, before);
            assert!(health.borrow().is_none());
            assert_eq!(reclaimed_in_the_end(&store).await, 0);
        });
    }
}

/// The session for timers has its own connection, which was cut as well.
async fn reclaimed_in_the_end(store: &Store<V4>) -> usize {
    loop {
        match store.reclaim(10, false).await {
            Ok(rows) => return rows.len(),
            Err(error) => assert!(error.is_connection(), "{error}"),
        }
    }
}

#[test]
fn a_store_recovers_when_its_connections_are_cut_under_load() {
    for engine in SERVERS {
        let server = match engine {
            Engine::Postgresql => database::postgres(),
            Engine::Mariadb => database::mariadb(),
        };
        let database = server.fresh();
        block_on(async {
            let store = Arc::new(open(&access(&database)).await.unwrap());
            let mut clients = Vec::new();
            for client in 1..=50 {
                let store = Arc::clone(&store);
                clients.push(tokio::spawn(async move {
                    for _ in 0..20 {
                        until_claimed(&store, client, client).await;
                    }
                }));
            }
            until_claimed(&store, 100, 100).await;
            cut(&database);
            for client in clients {
                client.await.unwrap();
            }
            until_it_answers(&store).await;
            cut(&database);
            until_it_answers(&store).await;
            assert_eq!(store_count(&store).await, 51);
        });
    }
}

async fn store_count(store: &Store<V4>) -> u64 {
    loop {
        match store.count().await {
            Ok(counts) => return counts.iter().map(|(_, _, leases)| leases).sum(),
            Err(error) => assert!(error.is_connection(), "{error}"),
        }
    }
}

/// Cut every connection to a database but the one that does it.
fn cut(database: &database::Database) {
    if database.engine == Engine::Postgresql {
        database.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
        return;
    }
    let found = database.query(
        "SELECT id FROM information_schema.processlist \
         WHERE db = DATABASE() AND id <> CONNECTION_ID()",
    );
    assert!(!found.is_empty(), "nothing to cut");
    for row in found {
        // It may have ended by itself.
        let _ = database.try_query(&format!("KILL CONNECTION {}", row[0]));
    }
}

#[test]
fn the_first_host_that_takes_changes_is_used() {
    for engine in SERVERS {
        let server = Server::launch(ServerOptions::new(engine));
        let mut access = access(&server.fresh());
        if let Place::Server { hosts, .. } = &mut access.place {
            // Servers of the tests listen on the second only.
            *hosts = vec!["127.0.0.77".into(), "127.0.0.1".into()];
        }
        block_on(async {
            let store = open(&access).await.unwrap();
            assert!(claimed(claim(&store, 1, 1, 3600).await));
        });
    }
}

#[test]
fn a_replica_is_of_no_use() {
    let server = Server::launch(ServerOptions::new(Engine::Mariadb));
    let database = server.fresh();
    block_on(async {
        let store = open(&access(&database)).await.unwrap();
        database.query("SET GLOBAL read_only = 1");
        let error = open(&access(&database)).await.err().unwrap();
        assert!(error.is_connection(), "{error}");
        assert!(error.to_string().contains("read-only"), "{error}");
        database.query("SET GLOBAL read_only = 0");
        assert!(claimed(claim(&store, 1, 1, 3600).await));
    });
}

#[test]
fn a_refused_login_is_told_with_what_to_do() {
    let right = access(&database::mariadb().fresh());
    let with = |change: fn(&mut String, &mut String)| {
        let mut access = right.clone();
        if let Place::Server {
            password, database, ..
        } = &mut access.place
        {
            change(password, database);
        }
        block_on(async { open(&access).await.err().unwrap().to_string() })
    };
    let text = with(|password, _| password.push('x'));
    assert!(
        text.contains("Access denied for user 'murre'") && text.contains("check user, password"),
        "{text}"
    );
    let text = with(|_, database| database.push('x'));
    assert!(
        text.contains("Unknown database") && text.contains("CREATE DATABASE"),
        "{text}"
    );
    let mut nobody = right.clone();
    if let Place::Server { port, .. } = &mut nobody.place {
        *port = Some(1);
    }
    let text = block_on(async { open(&nobody).await.err().unwrap().to_string() });
    assert!(text.contains("Connection refused"), "{text}");
}

#[test]
fn a_socket_is_a_host() {
    for server in [database::postgres(), database::mariadb()] {
        let database = server.fresh();
        let mut access = access(&database);
        if let Place::Server { hosts, .. } = &mut access.place {
            let socket = match database.engine {
                Engine::Postgresql => database.socket.parent().unwrap(),
                Engine::Mariadb => &database.socket,
            };
            *hosts = vec![socket.display().to_string()];
        }
        block_on(async {
            let store = open(&access).await.unwrap();
            assert!(claimed(claim(&store, 1, 1, 3600).await));
        });
    }
}

/// An answer that never comes is an answer in time: `read-timeout`.
#[test]
fn a_silent_database_is_given_up_after_read_timeout() {
    let database = database::mariadb().fresh();
    let url = database.url();
    let mut access = access(&database);
    access.read_timeout = Some(std::time::Duration::from_millis(300));
    block_on(async {
        let store = open(&access).await.unwrap();
        // Somebody holds the row, and whoever waits for it would wait for two seconds.
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        let mut holder = mysql_async::Conn::from_url(&url).await.unwrap();
        let lock = "START TRANSACTION; SELECT * FROM lease4 FOR UPDATE";
        holder.query_drop(lock).await.unwrap();
        let error = store
            .change(Change::Claim(Claim {
                lease: lease(1, 1, 3600),
                replaces: None,
                renews: false,
            }))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("read-timeout"), "{error}");
        holder.query_drop("ROLLBACK").await.unwrap();
        until_claimed(&store, 1, 1).await;
    });
}
