//! The command line: help, refusals, exit codes, and where the password comes from.

#![allow(clippy::unwrap_used)]

mod common;

use std::process::Command;

use common::{Fresh, admin, command, content, engines, outcome};
use murre_harness::database::{Database, SCHEMA_VERSION};

#[test]
fn help_of_the_tool() {
    insta::assert_snapshot!(admin(&["--help"]).ok().out);
}

#[test]
fn help_of_a_command() {
    insta::assert_snapshot!(admin(&["lease-dump", "--help"]).ok().out);
    assert!(admin(&["lease-list", "--help"]).ok().out.contains("--json"));
}

#[test]
fn the_version_is_a_number() {
    for words in [&["-v"][..], &["-V"], &["--version"], &["db-init", "-v"]] {
        assert_eq!(
            admin(words).ok().out,
            concat!(env!("CARGO_PKG_VERSION"), "\n")
        );
    }
}

#[test]
fn a_wrong_command_line_ends_with_1_and_shows_the_usage() {
    for (words, said) in [
        (&[][..], "missing command"),
        (&["lease-eat"], "invalid command: lease-eat"),
        (&["db-init"], "missing backend"),
        (&["db-init", "oracle"], "invalid backend: oracle"),
        (&["db-version", "postgresql"], "invalid backend: postgresql"),
        (&["db-init", "mysql", "--force"], "invalid option: --force"),
        (
            &["db-init", "mysql", "-n"],
            "--name <NAME> requires a value",
        ),
        (
            &["db-init", "mysql", "-P", "x"],
            "--port <PORT> cannot be 'x'",
        ),
        (
            &["db-init", "mysql", "-x", "--compress"],
            "-x --compress: not supported",
        ),
        (
            &["lease-dump", "pgsql", "-4", "-6"],
            "you may not specify both -4 and -6",
        ),
        (
            &["lease-dump", "pgsql", "-o", "x"],
            "lease-dump needs -4 or -6",
        ),
        (&["lease-dump", "pgsql", "-4"], "lease-dump needs -o FILE"),
        (
            &["lease-upload", "pgsql", "-i", "x"],
            "lease-upload needs -4 or -6",
        ),
        (
            &["lease-upload", "pgsql", "-6"],
            "lease-upload needs -i FILE",
        ),
        (&["db-init", "sqlite"], "sqlite needs -n FILE"),
        (
            &["db-init", "memfile", "-u", "x"],
            "-u is for database servers",
        ),
        (
            &["db-init", "mysql", "--url", "mysql://x/y"],
            "--url says it all; leave out 'mysql'",
        ),
        (
            &["db-init", "--url", "mysql://x/y", "-n", "z"],
            "--url <URL> cannot be used with",
        ),
    ] {
        let outcome = admin(words).fails(1, &format!("ERROR/murre-admin: {said}"));
        assert!(
            outcome.err.contains("Usage: murre-admin"),
            "{words:?}: {}",
            outcome.err
        );
        assert_eq!(outcome.out, "", "{words:?}");
    }
}

#[test]
fn what_is_not_there_yet_says_so() {
    admin(&["stats-recount", "pgsql"]).fails(1, "stats-recount is not supported yet");
}

#[test]
fn memfile_is_the_embedded_engine_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let leases = folder.path().join("kea-leases4.csv");
    let path = leases.display().to_string();
    admin(&["db-version", "memfile", "-n", &path]).fails(
        1,
        "INFO/murre-admin: memfile stands for the embedded engine",
    );
    admin(&["db-version", "memfile", "-n", &path]).fails(1, "db-init makes the database");
    assert!(!leases.exists(), "a question makes no file");

    std::fs::write(&leases, "address,hwaddr,client_id\n").unwrap();
    for command in ["db-version", "db-init"] {
        admin(&[command, "memfile", "-n", &path]).fails(1, "is a lease file, not a database");
    }
    std::fs::write(&leases, "something else, longer").unwrap();
    admin(&["db-init", "memfile", "-n", &path]).fails(1, "is not an SQLite database");
    assert_eq!(content(&leases), "something else, longer");
    let folder = folder.path().display().to_string();
    admin(&["db-init", "memfile", "-n", &folder]).fails(1, "is a folder");
}

#[test]
fn an_unreachable_server_is_named_with_a_remedy() {
    for (backend, label) in [("pgsql", "postgresql"), ("mysql", "mysql")] {
        if !engines().iter().any(|fresh| fresh.name == label) {
            continue;
        }
        let place = [backend, "-h", "127.0.0.1", "-P", "1", "-n", "leases"];
        for command in ["db-init", "db-version", "db-upgrade", "lease-list"] {
            let outcome = admin(&[&[command][..], &place].concat());
            let outcome = outcome.fails(1, &format!("{label} 'leases' at 127.0.0.1:1"));
            assert!(outcome.err.contains("check that the database server runs"));
        }
    }
}

/// The flags that reach a server's database, but no password.
fn place(database: &Database) -> Vec<String> {
    let (host, port) = (database.host.clone(), database.port.to_string());
    let (backend, user) = (database.engine.kea_admin_name(), database.user.clone());
    let name = database.name.clone();
    [
        backend.into(),
        "-h".into(),
        host,
        "-P".into(),
        port,
        "-u".into(),
        user,
        "-n".into(),
        name,
    ]
    .to_vec()
}

fn version_with(database: &Database, more: &[&str]) -> Command {
    let place = place(database);
    let mut words = vec!["db-version"];
    words.extend(place.iter().map(String::as_str));
    words.extend(more);
    command(&words)
}

fn servers() -> Vec<(Fresh, Database)> {
    let with_database = |fresh: Fresh| {
        let database = fresh.database.clone()?;
        Some((fresh.initialized(), database))
    };
    engines().into_iter().filter_map(with_database).collect()
}

#[test]
fn the_password_is_the_option_then_the_environment_then_the_default() {
    for (_fresh, database) in servers() {
        let right = database.password.as_str();
        let mut given = version_with(&database, &["-p", right]);
        given.env("KEA_ADMIN_DB_PASSWORD", "wrong");
        assert_eq!(
            outcome(&mut given).ok().out,
            format!("{SCHEMA_VERSION}.0\n")
        );

        let mut from_environment = version_with(&database, &[]);
        from_environment.env("KEA_ADMIN_DB_PASSWORD", right);
        assert_eq!(
            outcome(&mut from_environment).ok().out,
            format!("{SCHEMA_VERSION}.0\n")
        );

        let default = outcome(&mut version_with(&database, &[]));
        assert_eq!((default.code, &*default.out), (1, ""), "{default:?}");
        default.fails(1, "trying the default, 'keatest'");

        let mut bare = version_with(&database, &["-p"]);
        bare.env("KEA_ADMIN_DB_PASSWORD", right);
        outcome(&mut bare).fails(1, "no terminal to ask: the password is empty");
    }
}
