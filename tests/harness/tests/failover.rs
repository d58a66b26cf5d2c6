//! The failover set-ups do what tests rely on.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::{Duration, Instant};

use murre_harness::database::{Brake, Engine, Galera, Pair, Server, ServerOptions};
use murre_harness::netns::{Namespace, require_root_and_namespaces};

/// A network of their own, with an address for each.
fn network(addresses: &[&str]) -> Namespace {
    let namespace = Namespace::new("db");
    for address in addresses {
        namespace.add_address("lo", &format!("{address}/24"));
    }
    namespace
}

#[test]
fn a_standby_takes_over_with_everything_that_was_committed_again_and_again() {
    if !require_root_and_namespaces() {
        return;
    }
    let addresses = ["172.31.0.1", "172.31.0.2"];
    let namespace = network(&addresses);
    let options = ServerOptions::new(Engine::Postgresql);
    let pair = Pair::launch(&options, &namespace, addresses);
    let database = pair.fresh();
    database.query("CREATE TABLE t (a INT)");
    for round in 1..=2 {
        let primary = pair.now(&database);
        primary.query(&format!("INSERT INTO t VALUES ({round})"));
        pair.fail_over();
        assert!(primary.try_query("SELECT 1").is_err());
        let count = pair.now(&database).value("SELECT count(*) FROM t");
        assert_eq!(count, round.to_string());
        pair.attach_standby();
        let state = "SELECT sync_state FROM pg_stat_replication";
        assert_eq!(pair.now(&database).value(state), "sync");
    }
}

#[test]
fn galera_nodes_hold_the_same_and_come_back_after_a_kill() {
    if !require_root_and_namespaces() {
        return;
    }
    let addresses = ["172.31.0.1", "172.31.0.2", "172.31.0.3"];
    let namespace = network(&addresses);
    let options = ServerOptions::new(Engine::Mariadb);
    let cluster = Galera::launch(&options, &namespace, &addresses);
    let database = cluster.fresh();
    database.query("CREATE TABLE t (a INT PRIMARY KEY)");
    for number in 0..cluster.size() {
        cluster.kill9(number);
        let other = cluster.seen_by((number + 1) % 3, &database);
        other.query(&format!("INSERT INTO t VALUES ({number})"));
        cluster.rejoin(number);
        let count = cluster
            .seen_by(number, &database)
            .value("SELECT count(*) FROM t");
        assert_eq!(count, (number + 1).to_string());
    }
}

#[test]
fn a_braked_disk_makes_commits_slow_until_it_is_let_go() {
    for engine in [Engine::Postgresql, Engine::Mariadb] {
        let brake = Brake::new();
        let server = Server::launch(ServerOptions::new(engine).braked(&brake));
        let database = server.fresh();
        database.query("CREATE TABLE t (a INT)");
        let insert = || {
            let started = Instant::now();
            database.query("INSERT INTO t VALUES (1)");
            started.elapsed()
        };
        brake.set(Duration::from_secs(1));
        assert!(insert() >= Duration::from_secs(1), "{engine}");
        brake.set(Duration::ZERO);
        insert(); // what was begun before may still be waited for
        assert!(insert() < Duration::from_secs(1), "{engine}");
    }
}
