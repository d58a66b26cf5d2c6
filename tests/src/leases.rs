//! The database of a test: where it is, for the worker's configuration, and how it is read.

use std::path::{Path, PathBuf};
use std::process::Command;

use murre_harness::database::{self, Database, Server, ServerOptions};
use murre_harness::{process, rundir};
use serde_json::{Value, json};

/// Between fields, for sqlite3.
const FIELD_END: char = '\u{1f}';

/// Which database holds the leases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL.
    Postgresql,
    /// MariaDB.
    Mariadb,
    /// The embedded one.
    Sqlite,
}

/// An empty database for one test.
#[derive(Clone, Debug)]
pub enum Leases {
    /// On a server.
    Server(Database),
    /// A file.
    File(PathBuf),
}

impl Engine {
    /// A database server of the test's own, that it may stop.
    ///
    /// # Panics
    /// Where there is none: the embedded one is a part of the worker.
    pub fn own_server(self) -> Server {
        Server::launch(ServerOptions::new(match self {
            Self::Postgresql => database::Engine::Postgresql,
            Self::Mariadb => database::Engine::Mariadb,
            Self::Sqlite => panic!("the embedded engine has no server"),
        }))
    }
}

impl Leases {
    /// An empty database on the server that all tests of this process share, or a file of its own.
    pub fn fresh(engine: Engine) -> Self {
        match engine {
            Engine::Postgresql => Self::Server(database::postgres().fresh()),
            Engine::Mariadb => Self::Server(database::mariadb().fresh()),
            Engine::Sqlite => Self::in_directory(&rundir::fresh_dir("sqlite")),
        }
    }

    /// A file in a directory of the test's choice.
    pub fn in_directory(directory: &Path) -> Self {
        Self::File(directory.join("leases.sqlite"))
    }

    /// Which database this is.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Server(database) if database.engine == database::Engine::Postgresql => {
                Engine::Postgresql
            }
            Self::Server(_) => Engine::Mariadb,
            Self::File(_) => Engine::Sqlite,
        }
    }

    /// The map of `lease-database`. Servers are reached by their unix socket, which a network
    /// namespace does not hide.
    pub fn access(&self) -> Value {
        match self {
            Self::Server(database) => {
                let mut map = database.kea_socket_json();
                if database.engine == database::Engine::Mariadb {
                    map["host"] = json!(database.socket);
                }
                map
            }
            Self::File(path) => json!({ "type": "sqlite", "name": path }),
        }
    }

    /// Runs a query by the engine's command-line client: the rows, as text.
    ///
    /// # Panics
    /// When it fails.
    #[track_caller]
    pub fn query(&self, sql: &str) -> Vec<Vec<String>> {
        let path = match self {
            Self::Server(database) => return database.query(sql),
            Self::File(path) => path,
        };
        assert!(path.exists(), "{}: no such file", path.display());
        let mut command = Command::new("sqlite3");
        command.args(["-batch", "-noheader", "-cmd", ".timeout 20000"]);
        command.arg("-separator").arg(FIELD_END.to_string());
        let text = process::run(command.arg(path).arg(sql)).unwrap_or_else(|e| panic!("{e}"));
        text.lines()
            .map(|row| row.split(FIELD_END).map(str::to_owned).collect())
            .collect()
    }

    /// The number that a query gives.
    ///
    /// # Panics
    /// When it fails or gives anything else.
    #[track_caller]
    pub fn number(&self, sql: &str) -> u64 {
        let rows = self.query(sql);
        let value = rows.first().and_then(|row| row.first());
        let number = value.and_then(|text| text.parse().ok());
        number.unwrap_or_else(|| panic!("not a number but {rows:?}: {sql}"))
    }
}
