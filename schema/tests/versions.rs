//! Which schema a store opens: its own and no other, and a half-made one never.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::{Fresh, engines, on_every_engine};
use murre_harness::database::SCHEMA_VERSION;
use murre_schema::{Access, Error, Place, Store, StoreOptions, life};
use murre_wire::{V4, V6};

async fn open(access: &Access) -> Result<Store<V4>, Error> {
    Store::open(access, StoreOptions::default()).await
}

/// What a refused schema's message says.
async fn refusal(fresh: &Fresh) -> String {
    match open(&fresh.access).await {
        Err(error @ Error::Schema { .. }) => error.to_string(),
        Err(other) => panic!("refused for another reason: {other}"),
        Ok(_) => panic!("not refused"),
    }
}

#[test]
fn an_older_or_newer_schema_is_refused_by_its_version_and_stays() {
    on_every_engine(|fresh| async move {
        drop(open(&fresh.access).await.unwrap());
        for (version, remedy) in [(0, "murre-admin db-upgrade"), (99, "run a newer Murre")] {
            fresh.sql(&format!("UPDATE schema_version SET version = {version}"));
            let text = refusal(&fresh).await;
            let said =
                format!("schema version {version}.0, but this program needs {SCHEMA_VERSION}.0");
            assert!(text.contains(&said) && text.contains(remedy), "{text}");
            let found = life::inspect(&fresh.access).await.unwrap();
            assert_eq!(found.version, Some((version, 0)));
        }
    });
}

#[test]
fn another_programs_tables_are_refused_and_stay_as_they_are() {
    on_every_engine(|fresh| async move {
        fresh.sql("CREATE TABLE schema_version (version integer, minor integer)");
        fresh.sql("INSERT INTO schema_version VALUES (22, 1)");
        fresh.sql("CREATE TABLE lease4 (address bigint)");
        let text = refusal(&fresh).await;
        assert!(text.contains("22.1 of another program"), "{text}");
        let found = life::inspect(&fresh.access).await.unwrap();
        assert_eq!(found.tables, ["lease4", "schema_version"]);
        assert!(!found.is_ours());
    });
}

#[test]
fn both_families_that_start_at_once_share_one_schema() {
    on_every_engine(|fresh| async move {
        let (four, six) = (fresh.access.clone(), fresh.access.clone());
        let four = tokio::spawn(async move { open(&four).await.map(drop) });
        let six = tokio::spawn(async move {
            let store = Store::<V6>::open(&six, StoreOptions::default()).await?;
            store.server_duid(b"duid", false).await
        });
        four.await.unwrap().unwrap();
        assert_eq!(six.await.unwrap().unwrap(), b"duid");
        life::upgrade(&fresh.access).await.unwrap();
        let found = life::inspect(&fresh.access).await.unwrap();
        assert_eq!(found.version, Some((SCHEMA_VERSION, 0)));
        assert!(!found.is_unfinished());
    });
}

/// A user that may make tables but no views, so that the first step breaks off in its middle.
#[test]
fn a_schema_whose_making_broke_off_is_served_by_nobody() {
    let fresh = engines().into_iter().find(|fresh| fresh.name == "mariadb");
    let fresh = fresh.unwrap();
    let database = fresh.database.clone().unwrap();
    fresh.sql(&format!(
        "CREATE USER '{0}' IDENTIFIED BY 'secret'; \
         GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, INDEX ON {0}.* TO '{0}'",
        database.name
    ));
    let mut limited = fresh.access.clone();
    if let Place::Server { user, password, .. } = &mut limited.place {
        database.name.clone_into(user);
        "secret".clone_into(password);
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let text = open(&limited).await.err().unwrap().to_string();
        assert!(text.contains("CREATE VIEW command denied"), "{text}");
        for access in [&limited, &fresh.access] {
            let text = open(access).await.err().unwrap().to_string();
            assert!(
                text.contains("half made") && text.contains("drop the database"),
                "{text}"
            );
            let text = life::upgrade(access).await.err().unwrap().to_string();
            assert!(text.contains("half made"), "{text}");
        }
        let found = life::inspect(&fresh.access).await.unwrap();
        assert!(found.is_unfinished() && found.version.is_none());
    });
}
