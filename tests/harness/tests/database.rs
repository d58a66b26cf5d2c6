//! The private database servers do what tests rely on.
#![allow(clippy::unwrap_used, clippy::panic)]

use murre_harness::database::{self, Engine, Server, ServerOptions};

fn shared() -> [&'static Server; 2] {
    [database::postgres(), database::mariadb()]
}

#[test]
fn each_fresh_database_is_empty_and_its_own() {
    for server in shared() {
        let (one, two) = (server.fresh(), server.fresh());
        one.query(
            "CREATE TABLE t (a INT, b VARCHAR(20)); INSERT INTO t VALUES (1, 'x y'), (2, 'a\tb')",
        );
        let rows = one.query("SELECT a, b FROM t ORDER BY a");
        assert_eq!(rows, [["1", "x y"], ["2", "a\tb"]], "{}", server.engine());
        assert!(two.try_query("SELECT * FROM t").is_err());
        assert_eq!(
            one.query("SELECT a FROM t WHERE a = 3"),
            Vec::<Vec<String>>::new()
        );
        one.drop();
        two.drop();
    }
}

#[test]
fn commits_wait_for_the_disk_unless_asked_otherwise() {
    let [postgresql, mariadb] = shared().map(Server::fresh);
    assert_eq!(postgresql.value("SHOW fsync"), "on");
    assert_eq!(postgresql.value("SHOW synchronous_commit"), "on");
    assert_eq!(
        mariadb.value("SELECT @@innodb_flush_log_at_trx_commit"),
        "1"
    );
    assert_eq!(mariadb.value("SELECT @@innodb_doublewrite"), "1");
}

#[test]
fn a_wrong_password_is_refused() {
    for server in shared() {
        let mut database = server.fresh();
        database.password = "wrong".to_owned();
        assert!(
            database.try_query("SELECT 1").is_err(),
            "{}",
            server.engine()
        );
    }
}

#[test]
fn committed_rows_survive_a_kill_and_a_restart() {
    for engine in [Engine::Postgresql, Engine::Mariadb] {
        let server = Server::launch(ServerOptions::new(engine));
        let database = server.fresh();
        database.query("CREATE TABLE t (a INT); INSERT INTO t VALUES (1)");
        server.kill9();
        assert!(database.try_query("SELECT 1").is_err());
        server.start();
        assert_eq!(database.value("SELECT COUNT(*) FROM t"), "1");
        assert!(server.stop().success());
        server.start();
        assert_eq!(database.value("SELECT COUNT(*) FROM t"), "1");
    }
}

#[test]
fn processor_time_counts_backends_that_have_ended() {
    let burn = [
        "SELECT SUM(sqrt(i)) FROM generate_series(1, 3000000) i",
        "SELECT BENCHMARK(40000000, SQRT(2) * SQRT(3))",
    ];
    for (server, sql) in shared().into_iter().zip(burn) {
        let before = server.cpu_seconds();
        server.fresh().query(sql);
        let spent = server.cpu_seconds() - before;
        assert!(spent > 0.15, "{}: only {spent} s", server.engine());
    }
}
