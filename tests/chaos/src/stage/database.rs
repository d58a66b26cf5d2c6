//! The database in each of its set-ups: how workers reach it, and how it is read in the end.

use std::path::PathBuf;

use murre_harness::database::{self, Brake, Galera, Pair, Server, ServerOptions};
use murre_harness::{process, rundir};
use murre_tests::Leases;
use murre_tests::history::{self, timeline::Snapshot};
use serde_json::{Value, json};

use super::Network;
use super::network::SERVERS;
use crate::options::{Engine, Options, Setup};
use crate::time::now;

/// The servers, and the one database in them.
pub(crate) enum Database {
    Single(Box<Server>, database::Database),
    Pair(Box<Pair>, database::Database),
    Galera(Galera, database::Database),
    /// The embedded one.
    File(PathBuf),
}

impl Database {
    pub(super) fn launch(options: &Options, network: &Network, brake: &Brake) -> Self {
        let of = |engine| ServerOptions::new(engine).braked(brake);
        let servers = &network.servers;
        match (options.setup, options.engine) {
            (Setup::Single, Engine::Sqlite) => {
                Self::File(rundir::fresh_dir("sqlite").join("leases.sqlite"))
            }
            (Setup::Single, engine) => {
                let engine = match engine {
                    Engine::Postgresql => database::Engine::Postgresql,
                    _ => database::Engine::Mariadb,
                };
                let server = Server::launch(of(engine).at(servers, SERVERS[0]));
                let database = server.fresh();
                Self::Single(Box::new(server), database)
            }
            (Setup::Standby, _) => {
                let options = of(database::Engine::Postgresql);
                let pair = Pair::launch(&options, servers, [SERVERS[0], SERVERS[1]]);
                let database = pair.fresh();
                Self::Pair(Box::new(pair), database)
            }
            (Setup::Galera, _) => {
                let options = of(database::Engine::Mariadb);
                let cluster = Galera::launch(&options, servers, &SERVERS);
                let database = cluster.fresh();
                Self::Galera(cluster, database)
            }
        }
    }

    /// A single server that ended by itself, with its last words.
    pub(crate) fn fallen(&self) -> Option<String> {
        match self {
            Self::Single(server, _) => server
                .fallen()
                .map(|words| format!("the database ended by itself:\n{words}")),
            _ => None,
        }
    }

    /// The same, and starts it again, as a service manager does, so that the rest of the run shows whether the
    /// rules hold all the same.
    pub(crate) fn revive(&self) -> Option<String> {
        let words = self.fallen()?;
        if let Self::Single(server, _) = self {
            server.start();
        }
        Some(words)
    }

    /// The map of `lease-database` of a worker. Each begins with another host, so that several nodes
    /// are written to at once where that is possible.
    pub(super) fn access(&self, worker: usize) -> Value {
        let several = |database: &database::Database, mut hosts: Vec<String>| {
            let first = worker % hosts.len();
            hosts.rotate_left(first);
            let mut map = database.kea_json();
            map["host"] = json!(hosts.join(","));
            map["connect-timeout"] = json!(2);
            map
        };
        match self {
            Self::Single(_, database) => several(database, vec![database.host.clone()]),
            Self::Pair(pair, database) => several(database, pair.hosts()),
            Self::Galera(cluster, database) => several(database, cluster.hosts()),
            Self::File(path) => json!({ "type": "sqlite", "name": path }),
        }
    }

    /// As it is to be read now: from a server that runs, and has everything.
    pub(crate) fn leases(&self) -> Leases {
        match self {
            Self::Single(_, database) => Leases::Server(database.clone()),
            Self::Pair(pair, database) => Leases::Server(pair.now(database)),
            Self::Galera(cluster, database) => Leases::Server(cluster.seen_by(0, database)),
            Self::File(path) => Leases::File(path.clone()),
        }
    }

    /// Both lease tables.
    pub(crate) fn snapshots(&self) -> [Snapshot; 2] {
        let leases = self.leases();
        [false, true].map(|v6| {
            let begun = now();
            let rows = if v6 {
                history::held6(&leases)
            } else {
                history::held4(&leases)
            };
            Snapshot {
                begun,
                done: now(),
                rows,
                v6,
            }
        })
    }

    /// Lets the embedded database's own client run a command between two statements.
    pub(crate) fn sqlite(
        path: &PathBuf,
        commands: &[&str],
    ) -> Result<String, murre_harness::Error> {
        let mut command = std::process::Command::new("sqlite3");
        command.arg("-batch").arg(path).args(commands);
        process::run(&command)
    }
}
