//! A database that goes away and comes back, connections that are cut, and hosts that are of no
//! use: on the engines that are servers.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::sync::Arc;

use common::sample::{Sample, claim, claimed, lease, release, row};
use murre_harness::database::{self, Engine, Server, ServerOptions};
use murre_schema::{Access, Change, Claim, Error, Host, Lookup, Names, Place, Store, StoreOptions};
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
            heeds_hosts: false,
            names: Names::Off,
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
        match store.reclaim(10, false, Names::Off).await {
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
            Ok(counts) => return counts.iter().map(|count| count.leases).sum(),
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
            let port = hosts.first().and_then(|host| host.port);
            *hosts = ["127.0.0.77", "127.0.0.1"]
                .map(|name| Host {
                    name: name.to_owned(),
                    port,
                })
                .to_vec();
        }
        block_on(async {
            let store = open(&access).await.unwrap();
            assert!(claimed(claim(&store, 1, 1, 3600).await));
        });
    }
}

/// How a server is told to take no changes, and to take them again, from the next session on.
fn read_only(database: &database::Database, on: bool) {
    let name = &database.name;
    database.query(&match database.engine {
        Engine::Postgresql => {
            format!("BEGIN READ WRITE; ALTER DATABASE {name} SET default_transaction_read_only = {on}; COMMIT")
        }
        Engine::Mariadb => format!("SET GLOBAL read_only = {on}"),
    });
}

#[test]
fn a_replica_is_of_no_use() {
    for engine in SERVERS {
        let server = Server::launch(ServerOptions::new(engine));
        let database = server.fresh();
        block_on(async {
            let store = open(&access(&database)).await.unwrap();
            read_only(&database, true);
            let error = open(&access(&database)).await.err().unwrap();
            assert!(error.is_connection(), "{error}");
            assert!(error.to_string().contains("read-only"), "{error}");
            read_only(&database, false);
            assert!(claimed(claim(&store, 1, 1, 3600).await));
        });
    }
}

/// A primary and its replica, say, which change places.
#[test]
fn of_two_servers_with_a_port_each_the_one_that_takes_changes_is_used() {
    for engine in SERVERS {
        let launch = || Server::launch(ServerOptions::new(engine));
        let servers = [launch(), launch()];
        let first = servers[0].fresh();
        let second = servers[1].named(&first.name);
        let url = first.url().replace(
            &format!("127.0.0.1:{}", first.port),
            &format!("127.0.0.1:{},127.0.0.1:{}", first.port, second.port),
        );
        let both = Access::from_url(&url).unwrap();
        read_only(&first, true);
        block_on(async {
            let store = open(&both).await.unwrap();
            assert!(claimed(claim(&store, 1, 1, 3600).await));
            assert_eq!(second.value("SELECT count(*) FROM lease4"), "1");
            read_only(&second, true);
            let error = open(&both).await.err().unwrap().to_string();
            for port in [first.port, second.port] {
                let named = format!("127.0.0.1:{port}: the server is read-only");
                assert!(error.contains(&named), "{error}");
            }
        });
    }
}

#[test]
fn a_session_whose_plans_are_out_of_date_is_replaced() {
    let database = database::postgres().fresh();
    block_on(async {
        let store = open(&access(&database)).await.unwrap();
        until_claimed(&store, 1, 1).await;
        let change = "ALTER TABLE lease4 ALTER COLUMN user_context TYPE varchar(9000)";
        database.query(change);
        until_it_answers(&store).await;
        until_claimed(&store, 2, 2).await;
    });
}

/// MariaDB's claims are bound to statements that are prepared when they are needed for the first time.
#[test]
fn a_server_that_keeps_no_more_statements_grants_leases_all_the_same() {
    let server = Server::launch(ServerOptions::new(Engine::Mariadb));
    let database = server.fresh();
    block_on(async {
        let store = open(&access(&database)).await.unwrap();
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        let limit = "SET GLOBAL max_prepared_stmt_count = 1";
        database.query(limit);
        let refused = database.try_query("PREPARE more FROM 'SELECT 1'");
        assert!(refused.unwrap_err().to_string().contains("1461"));
        let asked = (2..=20).map(|number| claim(&store, number, number, 3600));
        let answers = futures_util::future::join_all(asked).await;
        assert!(answers.into_iter().all(claimed));
        // What is prepared already goes on.
        assert!(claimed(claim(&store, 1, 1, 7200).await));
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
    if let Place::Server { hosts, .. } = &mut nobody.place {
        hosts[0].port = Some(1);
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
            *hosts = vec![socket.display().to_string().as_str().into()];
        }
        block_on(async {
            let store = open(&access).await.unwrap();
            assert!(claimed(claim(&store, 1, 1, 3600).await));
        });
    }
}

/// Its host has lost its power, say: connections stand, and nothing comes on them.
#[test]
fn a_server_that_vanishes_without_a_word_is_given_up_within_seconds() {
    std::thread::scope(|threads| {
        for engine in SERVERS {
            threads.spawn(move || given_up_and_found_again(engine));
        }
    });
}

fn given_up_and_found_again(engine: Engine) {
    let server = Server::launch(ServerOptions::new(engine));
    let access = access(&server.fresh());
    block_on(async {
        let store = open(&access).await.unwrap();
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        let before = row(&store, 1).await;

        server.freeze();
        let started = std::time::Instant::now();
        let change = Change::Claim(Claim {
            lease: lease(2, 2, 3600),
            replaces: None,
            renews: false,
            heeds_hosts: false,
            names: Names::Off,
        });
        let (read, changed) = tokio::join!(store.lookup(Lookup::default()), store.change(change));
        for error in [read.unwrap_err(), changed.unwrap_err()] {
            assert!(error.is_connection(), "{engine}: {error}");
        }
        assert!(!store.is_healthy());
        // Neither does a new connection, or a new worker, wait for ever.
        assert!(store.reach().await.unwrap_err().is_connection());
        assert!(open(&access).await.err().unwrap().is_connection());
        let waited = started.elapsed().as_secs();
        assert!((9..30).contains(&waited), "{engine}: {waited} s");

        server.thaw();
        until_it_answers(&store).await;
        until_claimed(&store, 3, 3).await;
        assert_eq!(row(&store, 1).await, before);
        assert!(store.is_healthy());
    });
}

/// Two batches that wait for each other, or for somebody who takes his time, are tried again.
#[test]
fn a_lock_is_not_waited_for_until_a_deadlock_is_found() {
    let database = database::postgres().fresh();
    block_on(async {
        let store = open(&access(&database)).await.unwrap();
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        let other = database.clone();
        let holder = std::thread::spawn(move || {
            other.query("BEGIN; SELECT 1 FROM lease4 FOR UPDATE; SELECT pg_sleep(1.5); COMMIT");
        });
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' \
             AND wait_event = 'PgSleep' AND datname = current_database()";
        while database.value(waits) == "0" {}
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        holder.join().unwrap();
    });
}

/// A worker that stands still between a look at rows and their change keeps others waiting for ten seconds at most.
#[test]
fn what_a_worker_that_stands_still_has_locked_is_soon_anybodys() {
    let database = database::mariadb().fresh();
    let (access, url) = (access(&database), database.url());
    let worker = tokio::runtime::Builder::new_current_thread();
    let worker = { worker }.enable_all().build().unwrap();
    let _store = worker.block_on(async {
        // Both releases are to be one batch, and no helper takes one of them apart.
        let options = StoreOptions {
            write_lanes: 1,
            ..StoreOptions::default()
        };
        let store = Store::<V4>::open(&access, options).await.unwrap();
        for number in [1, 2] {
            assert!(claimed(claim(&store, number, number, 3600).await));
        }
        // Somebody has the second row, so that the look waits, with the first one locked.
        let mut holder = mysql_async::Conn::from_url(&url).await.unwrap();
        let address = u32::from(<V4 as Sample>::address(2));
        let lock = format!("SELECT * FROM lease4 WHERE address = {address} FOR UPDATE");
        holder.query_drop("START TRANSACTION").await.unwrap();
        holder.query_drop(lock).await.unwrap();
        let releases = async {
            tokio::join!(release(&store, 1, 1, true), release(&store, 2, 2, true));
        };
        let waits = "SELECT COUNT(*) FROM information_schema.processlist \
             WHERE info LIKE '%address IN%FOR UPDATE%' AND id <> CONNECTION_ID()";
        let waiting = async {
            while holder.query_first::<u64, _>(waits).await.unwrap() != Some(1) {}
            holder.query_drop("ROLLBACK").await.unwrap();
        };
        tokio::select! {
            () = releases => panic!("nothing was in its way"),
            () = waiting => {}
        }
        store
    });
    // From here on nobody runs the first worker.
    block_on(async {
        let store = open(&access).await.unwrap();
        let began = std::time::Instant::now();
        assert!(claimed(claim(&store, 1, 1, 7200).await));
        let waited = began.elapsed().as_secs();
        assert!((5..15).contains(&waited), "{waited} s");
    });
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
                heeds_hosts: false,
                names: Names::Off,
            }))
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("no answer within 0.3 s"),
            "{error}"
        );
        holder.query_drop("ROLLBACK").await.unwrap();
        until_claimed(&store, 1, 1).await;
    });
}
