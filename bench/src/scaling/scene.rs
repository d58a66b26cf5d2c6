//! Where a curve is measured: a relay with a cable to each worker, and a private database server.

use std::time::{Duration, Instant};

use anyhow::ensure;
use murre_harness::database::{self, Server, ServerOptions};
use murre_harness::netns::{End, Link, Namespace};
use murre_harness::{process, rundir};
use murre_tests::Leases as Table;
use murre_tests::worker::{Launch, Worker};

use super::make_up;
use super::setup::Setup;
use crate::configuration::Engine;
use crate::contender::beside;

/// The relay's v4 address, in its clients' network.
pub(super) const RELAY4: &str = "10.0.0.1";
/// Its v6 address.
pub(super) const RELAY6: &str = "2001:db8:2::1";

/// A debug build on a loaded machine may take this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A database server and a number of places for workers. All of it ends when dropped.
pub(super) struct Scene {
    pub(super) relay: Namespace,
    places: Vec<Namespace>,
    /// The database server, if the engine is one.
    pub(super) server: Option<Server>,
    engine: Engine,
    /// Cores that workers and generator are kept to, as `taskset` wants them; none: all.
    pub(super) cores: Option<String>,
}

impl Scene {
    /// With places for so many workers, and a database server that keeps so many megabytes in memory.
    pub(super) fn new(engine: Engine, places: usize, memory: u32) -> Self {
        let relay = Namespace::new("rel");
        let places: Vec<_> = (0..places).map(|_| Namespace::new("srv")).collect();
        for (number, place) in places.iter().enumerate() {
            let near = format!("cli{number}");
            let end = |namespace, name: &str, host: u8| {
                End::new(namespace, name)
                    .address(&format!("{}/24", v4(number, host)))
                    .address(&format!("{}/64", v6(number, host)))
            };
            Link::connect(&end(place, "srv0", 1), &end(&relay, &near, 2));
            place.add_route(&["10.0.0.0/8", "via", &v4(number, 2)]);
            place.add_route(&["2001:db8:2::/48", "via", &v6(number, 2)]);
        }
        relay.add_address("cli0", &format!("{RELAY4}/8"));
        relay.add_address("cli0", &format!("{RELAY6}/64"));
        Self {
            relay,
            places,
            server: engine.server().map(|which| launch(which, memory)),
            engine,
            cores: None,
        }
    }

    /// An empty database.
    fn fresh(&self) -> Table {
        match &self.server {
            Some(server) => Table::Server(server.fresh()),
            None => Table::in_directory(&rundir::fresh_dir("scaling")),
        }
    }

    /// A fresh database with this set-up's tables, filled by these statements.
    ///
    /// # Errors
    /// A worker that does not make the tables.
    pub(super) fn database(&self, setup: &Setup, statements: &[String]) -> anyhow::Result<Table> {
        let table = self.fresh();
        let (mut fleet, _) = self.start(
            &Setup {
                workers: 1,
                ..*setup
            },
            table.clone(),
        )?;
        fleet.stop()?;
        if statements.is_empty() {
            return Ok(table);
        }
        for statement in statements {
            table.query(statement);
        }
        let version = setup.leases.family().version();
        match self.engine {
            Engine::Postgresql => {
                table.query(&format!("ANALYZE lease{version}"));
                table.query("CHECKPOINT");
            }
            Engine::Mariadb => drop(table.query(&format!("ANALYZE TABLE lease{version}"))),
            Engine::Memfile => drop(table.query("ANALYZE")),
        }
        Ok(table)
    }

    /// A fresh database where so many places of the set-up's pool are in use by others.
    ///
    /// # Errors
    /// As [`Scene::database`], or other leases than these are there.
    pub(super) fn filled(&self, setup: &Setup, live: u64) -> anyhow::Result<Table> {
        let Setup {
            engine,
            leases,
            pool,
            ..
        } = *setup;
        if live == 0 {
            return self.database(setup, &[]);
        }
        let table = self.database(setup, &[make_up::fill(engine, leases, pool, live)])?;
        let there = table.number(&make_up::count(engine, leases, pool));
        ensure!(
            there == live,
            "{there} leases of the pool were made up, not {live}"
        );
        Ok(table)
    }

    /// Starts the workers of a set-up on a database, and says how long the slowest of them took until it
    /// served.
    ///
    /// # Errors
    /// A worker that does not start, with its last words.
    pub(super) fn start(&self, setup: &Setup, table: Table) -> anyhow::Result<(Fleet, Duration)> {
        ensure!(
            setup.workers <= self.places.len(),
            "more workers than places"
        );
        let begin = Instant::now();
        let mut fleet = self.launch(setup, table)?;
        let started = format!("DHCP{}_STARTED", setup.leases.family().version());
        for worker in &mut fleet.workers {
            worker.wait_for_line(&started, PATIENCE)?;
        }
        Ok((fleet, begin.elapsed()))
    }

    /// Starts them without waiting.
    pub(super) fn launch(&self, setup: &Setup, table: Table) -> anyhow::Result<Fleet> {
        let wrapper = match &self.cores {
            Some(cores) => ["taskset", "-c", cores].map(str::to_owned).to_vec(),
            None => Vec::new(),
        };
        let launch = Launch {
            quiet: true,
            wrapper,
            binary: Some(beside("murre-worker")?),
        };
        let workers = self.places.iter().enumerate().take(setup.workers);
        let workers = workers.map(|(number, place)| {
            let interfaces = match setup.leases.family().version() {
                4 => vec!["srv0".to_owned()],
                _ => vec!["srv0".to_owned(), format!("srv0/{}", v6(number, 1))],
            };
            let document = setup.document(&table.access(), &interfaces);
            Worker::launch(place, &document, &launch)
        });
        Ok(Fleet {
            workers: workers.collect(),
            setup: *setup,
            table,
        })
    }
}

/// Workers that serve. They die with this value.
pub(super) struct Fleet {
    pub(super) workers: Vec<Worker>,
    pub(super) setup: Setup,
    pub(super) table: Table,
}

impl Fleet {
    /// Where the generator sends to.
    pub(super) fn addresses(&self) -> Vec<String> {
        let version = self.setup.leases.family().version();
        let address = |number| match version {
            4 => v4(number, 1),
            _ => v6(number, 1),
        };
        (0..self.workers.len()).map(address).collect()
    }

    /// Processor seconds of all workers.
    pub(super) fn cpu_seconds(&self) -> f64 {
        self.workers.iter().map(|worker| worker.cpu_seconds()).sum()
    }

    /// An error with its last words, if a worker has ended.
    pub(super) fn check_alive(&self) -> anyhow::Result<()> {
        for worker in &self.workers {
            let tail = worker.tail().join("\n");
            ensure!(
                worker.is_running(),
                "a worker has ended; its last words were:\n{tail}"
            );
        }
        Ok(())
    }

    /// Ends the workers; the database stays.
    pub(super) fn stop(&mut self) -> anyhow::Result<()> {
        self.check_alive()?;
        for worker in self.workers.drain(..) {
            let status = worker.terminate(PATIENCE);
            ensure!(
                status.is_some_and(|status| status.success()),
                "a worker does not end in order"
            );
        }
        Ok(())
    }

    /// Ends the workers and removes the database.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        self.stop()?;
        match self.table {
            Table::Server(database) => database.drop(),
            Table::File(path) => {
                let folder = path.parent().map(std::fs::remove_dir_all);
                folder.transpose()?;
            }
        }
        Ok(())
    }
}

/// Room for indexes in memory, as somebody with ten million leases gives it.
fn launch(which: database::Engine, memory: u32) -> Server {
    let name = match which {
        database::Engine::Postgresql => "shared_buffers",
        database::Engine::Mariadb => "innodb-buffer-pool-size",
    };
    let size = match which {
        database::Engine::Postgresql => format!("{memory}MB"),
        database::Engine::Mariadb => format!("{memory}M"),
    };
    Server::launch(ServerOptions::new(which).setting(name, &size))
}

/// Keeps a process with its threads and children to some cores.
pub(super) fn pin(pid: u32, cores: &str) -> anyhow::Result<()> {
    let mut pids = vec![pid];
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let children = children.unwrap_or_default();
    pids.extend(
        children
            .split_whitespace()
            .filter_map(|pid| pid.parse::<u32>().ok()),
    );
    for pid in pids {
        let mut command = std::process::Command::new("taskset");
        process::run(command.args(["-a", "-c", "-p", cores, &pid.to_string()]))?;
    }
    Ok(())
}

fn v4(number: usize, host: u8) -> String {
    format!("172.20.{number}.{host}")
}

fn v6(number: usize, host: u8) -> String {
    format!("2001:db8:f0{number:02x}::{host}")
}
