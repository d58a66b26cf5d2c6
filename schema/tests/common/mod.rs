//! One test, every engine: a fresh database of each.

#![allow(dead_code, clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

pub(crate) mod sample;

use std::future::Future;
use std::sync::Arc;

use murre_harness::database::{self, Database};
use murre_schema::{Access, LeaseFamily, Place, Store, StoreOptions};

/// A fresh, empty database of one engine.
pub(crate) struct Fresh {
    pub(crate) name: &'static str,
    pub(crate) access: Access,
    /// Keeps the server's database, or the file's folder, until the test ends.
    pub(crate) database: Option<Database>,
    folder: Option<Arc<tempfile::TempDir>>,
}

impl Fresh {
    /// A database on a server.
    pub(crate) fn server(name: &'static str, database: Database) -> Self {
        Self {
            name,
            access: Access::from_url(&database.url()).unwrap(),
            database: Some(database),
            folder: None,
        }
    }

    pub(crate) async fn open<F: LeaseFamily>(&self) -> Store<F> {
        Store::open(&self.access, StoreOptions::default())
            .await
            .unwrap()
    }
}

impl Fresh {
    /// Run statements beside the store.
    pub(crate) fn sql(&self, text: &str) {
        match (&self.database, &self.access.place) {
            (Some(database), _) => drop(database.query(text)),
            (None, Place::File(path)) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.execute_batch(text).unwrap();
            }
            (None, other) => panic!("{other:?} cannot be reached from outside"),
        }
    }

    /// The single text that a query beside the store gives.
    pub(crate) fn value(&self, query: &str) -> String {
        match (&self.database, &self.access.place) {
            (Some(database), _) => database.value(query),
            (None, Place::File(path)) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.query_row(query, [], |row| row.get(0)).unwrap()
            }
            (None, other) => panic!("{other:?} cannot be reached from outside"),
        }
    }
}

/// A fresh database of every engine.
pub(crate) fn engines() -> Vec<Fresh> {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Fresh {
        name: "sqlite",
        access: Access::file(folder.path().join("leases.db")),
        database: None,
        folder: Some(Arc::new(folder)),
    };
    vec![
        Fresh::server("postgresql", database::postgres().fresh()),
        Fresh::server("mariadb", database::mariadb().fresh()),
        sqlite,
    ]
}

/// Run a test on every engine; the engine's name is printed before a failure.
pub(crate) fn on_every_engine<T: Future<Output = ()>>(test: impl Fn(Fresh) -> T) {
    for fresh in engines() {
        eprintln!("engine: {}", fresh.name);
        // A test that uses a part of `fresh` only must not lose the rest.
        let _folder = fresh.folder.clone();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(test(fresh));
    }
}

/// Rows per subnet and state, of all pools.
pub(crate) async fn counts<F: LeaseFamily>(store: &Store<F>) -> Vec<(u32, i64, u64)> {
    let mut all = std::collections::BTreeMap::new();
    for count in store.count().await.unwrap() {
        *all.entry((count.subnet_id, count.state)).or_default() += count.leases;
    }
    let all = all.into_iter();
    all.map(|((subnet, state), leases)| (subnet, state, leases))
        .collect()
}
