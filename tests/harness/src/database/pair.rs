//! PostgreSQL with a synchronous standby: what is acknowledged is on two disks, and the standby takes
//! over when the primary is gone.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::{Database, Engine, PATIENCE, Server, ServerOptions, free_port, postgresql, template};
use crate::netns::Namespace;
use crate::rundir;

/// A primary and its standby, on two addresses of one network.
#[derive(Debug)]
pub struct Pair {
    options: [ServerOptions; 2],
    /// One port for both, as a Kea configuration has one port for all its hosts.
    port: u16,
    nodes: [Mutex<Option<Server>>; 2],
    primary: AtomicUsize,
}

impl Pair {
    /// Starts both on these addresses of a namespace, and waits until the standby is synchronous.
    ///
    /// # Panics
    /// When a server does not start, or does not follow.
    pub fn launch(options: &ServerOptions, namespace: &Namespace, addresses: [&str; 2]) -> Self {
        assert_eq!(options.engine, Engine::Postgresql);
        let options = addresses.map(|address| options.clone().at(namespace, address));
        let port = free_port();
        let directory = rundir::fresh_dir("primary");
        template::copy(Engine::Postgresql, &directory);
        postgresql::admit_neighbours(&directory);
        let primary = Server::on(options[0].clone(), directory, port);
        let pair = Self {
            options,
            port,
            nodes: [Mutex::new(Some(primary)), Mutex::new(None)],
            primary: AtomicUsize::new(0),
        };
        pair.attach_standby();
        pair
    }

    /// A new empty database, which both know.
    pub fn fresh(&self) -> Database {
        self.on_primary(Server::fresh)
    }

    /// The same database as the primary of now has it.
    pub fn now(&self, database: &Database) -> Database {
        self.on_primary(|server| server.database(&database.name))
    }

    /// Both addresses, with the port, for a list of hosts.
    pub fn hosts(&self) -> Vec<String> {
        let hosts = self.options.iter();
        hosts.map(|node| node.address.clone()).collect()
    }

    /// The port, which is the same on both.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Does something with the primary.
    ///
    /// # Panics
    /// When there is none.
    pub fn on_primary<T>(&self, act: impl FnOnce(&Server) -> T) -> T {
        let node = self.nodes[self.primary.load(SeqCst)].lock();
        let node = node.expect("no holder panics");
        act(node.as_ref().expect("there is a primary"))
    }

    /// Kills the primary and makes a primary of the standby. The new one has no standby, and does not
    /// wait for one, until [`Pair::attach_standby`].
    ///
    /// # Panics
    /// When there is no standby.
    pub fn fail_over(&self) {
        let old = self.primary.load(SeqCst);
        let new = 1 - old;
        let gone = self.nodes[old].lock().expect("no holder panics").take();
        gone.expect("there is a primary").kill9();
        let node = self.nodes[new].lock().expect("no holder panics");
        let standby = node.as_ref().expect("there is a standby").maintenance();
        standby.query("ALTER SYSTEM RESET synchronous_standby_names");
        standby.query("SELECT pg_reload_conf()");
        assert_eq!(standby.value("SELECT pg_promote(true, 60)"), "t");
        self.primary.store(new, SeqCst);
    }

    /// Makes a standby anew, from a copy of the primary, and lets the primary wait for it from then on.
    ///
    /// # Panics
    /// When it does not follow within the time a start may take.
    pub fn attach_standby(&self) {
        let place = 1 - self.primary.load(SeqCst);
        let standby = self.on_primary(|primary| {
            let directory = rundir::fresh_dir("standby");
            template::give_to_server(Engine::Postgresql, &directory);
            let source = primary.maintenance();
            postgresql::base_backup(&source, &directory);
            postgresql::follow(&source, &directory, "standby");
            let standby = self.options[place].clone();
            let standby = Server::on_standby(standby, directory, self.port);
            let mark = primary.mark();
            source.query("ALTER SYSTEM SET synchronous_standby_names = '*'");
            source.query("SELECT pg_reload_conf()");
            primary.says_after(mark, "is now a synchronous standby");
            standby
        });
        *self.nodes[place].lock().expect("no holder panics") = Some(standby);
    }
}

impl Server {
    fn on_standby(options: ServerOptions, directory: std::path::PathBuf, port: u16) -> Self {
        let server = Self {
            options,
            directory,
            port,
            running: Mutex::new(None),
        };
        server.start_until("ready to accept read-only connections");
        server
    }

    /// A place in its output.
    fn mark(&self) -> usize {
        let running = self.running.lock().expect("no holder panics");
        running.as_ref().map_or(0, crate::process::Daemon::mark)
    }

    fn says_after(&self, mark: usize, wanted: &str) {
        let running = self.running.lock().expect("no holder panics");
        let daemon = running.as_ref().expect("the server runs");
        let said = daemon.wait_for_line_after(mark, wanted, PATIENCE);
        said.unwrap_or_else(|e| panic!("{e}"));
    }
}
