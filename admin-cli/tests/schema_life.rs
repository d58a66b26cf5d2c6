//! `db-init`, `db-version`, `db-upgrade`: on every engine.

#![allow(clippy::unwrap_used)]

mod common;

use common::on_every_engine;
use murre_harness::database::{SCHEMA_VERSION, steps_back_to_the_first_version};

#[test]
fn an_empty_database_is_initialized_once() {
    on_every_engine(|fresh| {
        fresh.admin("db-version", &[]).fails(1, "db-init makes");
        fresh.admin("db-upgrade", &[]).fails(1, "db-init makes");
        fresh
            .admin("lease-dump", &["-4", "-o", "-"])
            .fails(1, "db-init makes");
        fresh.admin("lease-list", &[]).fails(1, "db-init makes");

        let made = fresh.admin("db-init", &[]).ok();
        assert!(
            made.out.contains(&format!(
                "is initialized, schema version {SCHEMA_VERSION}.0"
            )),
            "{}",
            made.out
        );
        assert_eq!(
            fresh.admin("db-version", &[]).ok().out,
            format!("{SCHEMA_VERSION}.0\n")
        );

        let code = if fresh.name == "postgresql" { 2 } else { 1 };
        let refused = fresh
            .admin("db-init", &[])
            .fails(code, "Expected empty database ");
        assert!(
            refused
                .err
                .contains("Aborting, the following tables are present:")
        );
        for table in ["lease4", "lease6", "schema_version"] {
            assert!(
                refused.err.lines().any(|line| line == table),
                "{}",
                refused.err
            );
        }
        assert_eq!(
            fresh.admin("db-version", &[]).ok().out,
            format!("{SCHEMA_VERSION}.0\n")
        );
    });
}

#[test]
fn a_database_of_the_first_version_is_upgraded() {
    on_every_engine(|fresh| {
        let fresh = fresh.initialized();
        let Some(database) = &fresh.database else {
            return; // The library's tests do this with a file.
        };
        // As the first version left it.
        for step in steps_back_to_the_first_version(fresh.name) {
            database.query(step);
        }
        fresh.admin("workers", &[]).fails(1, "db-upgrade");
        let upgraded = fresh.admin("db-upgrade", &[]).ok();
        assert_eq!(
            upgraded.out,
            format!(
                "schema version before upgrade: 1.0\nschema version after upgrade: {SCHEMA_VERSION}.0\n"
            )
        );
        fresh.admin("workers", &[]).ok();
    });
}

#[test]
fn an_upgrade_tells_before_and_after_and_twice_is_harmless() {
    on_every_engine(|fresh| {
        let fresh = fresh.initialized();
        for _ in 0..2 {
            let upgraded = fresh.admin("db-upgrade", &[]).ok();
            assert_eq!(
                upgraded.out,
                format!(
                    "schema version before upgrade: {SCHEMA_VERSION}.0\nschema version after upgrade: {SCHEMA_VERSION}.0\n"
                )
            );
        }
    });
}

#[test]
fn a_newer_schema_stays_as_it_is() {
    on_every_engine(|fresh| {
        let fresh = fresh.initialized();
        let Some(database) = &fresh.database else {
            return; // no client beside ours is at hand; the rule is the same code
        };
        database.query("UPDATE schema_version SET version = 99");
        fresh.admin("db-upgrade", &[]).fails(
            1,
            &format!("newer than {SCHEMA_VERSION}.0 of this murre-admin"),
        );
        assert_eq!(fresh.admin("db-version", &[]).ok().out, "99.0\n");
        fresh
            .admin("lease-dump", &["-4", "-o", "-"])
            .fails(1, "99.0");
    });
}

#[test]
fn another_programs_tables_are_refused() {
    on_every_engine(|fresh| {
        let Some(database) = &fresh.database else {
            return;
        };
        database.query("CREATE TABLE customers (id integer)");
        let refused = fresh.admin("db-init", &[]);
        assert!(
            refused.code > 0 && refused.err.contains("\ncustomers"),
            "{refused:?}"
        );
        fresh.admin("db-version", &[]).fails(1, "no schema version");
        fresh.admin("db-upgrade", &[]).fails(1, "no schema version");

        database.query("CREATE TABLE schema_version (version integer, minor integer)");
        database.query("INSERT INTO schema_version VALUES (13, 0)");
        assert_eq!(fresh.admin("db-version", &[]).ok().out, "13.0\n");
        fresh
            .admin("db-upgrade", &[])
            .fails(1, "schema version 13.0 of another program");
    });
}
