//! MariaDB nodes in a Galera cluster: each may be written to, and each holds everything.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::{Database, Engine, PATIENCE, ServerOptions, free_port, mariadb, template};
use crate::netns::Namespace;
use crate::process::Daemon;
use crate::rundir;

/// Where Debian's package `galera-4` has it.
const PROVIDER: &str = "/usr/lib/galera/libgalera_smm.so";
/// What a node says when it has everything that the others have.
const SYNCED: &str = "Synchronized with group, ready for connections";
/// A session that reads nothing older than what any node had committed when it asked.
const CAUSAL: &str = "SET SESSION wsrep_sync_wait = 7";

/// A cluster.
#[derive(Debug)]
pub struct Galera {
    /// One port for all, as a Kea configuration has one port for all its hosts.
    port: u16,
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    options: ServerOptions,
    directory: PathBuf,
    running: Mutex<Option<Daemon>>,
}

impl Galera {
    /// Starts a node on each of these addresses of a namespace, and waits until they are one cluster.
    ///
    /// # Panics
    /// When Galera is not installed (the message names the package), or a node does not join.
    pub fn launch(options: &ServerOptions, namespace: &Namespace, addresses: &[&str]) -> Self {
        assert_eq!(options.engine, Engine::Mariadb);
        let provider = std::path::Path::new(PROVIDER);
        assert!(
            provider.is_file(),
            "{PROVIDER} is not installed: apt-get install --no-install-recommends galera-4 rsync"
        );
        let node = |address: &&str| {
            let directory = rundir::fresh_dir("galera");
            template::copy(Engine::Mariadb, &directory);
            let options = options.clone().at(namespace, address);
            Node {
                options: settings(options, addresses),
                directory,
                running: Mutex::new(None),
            }
        };
        let cluster = Self {
            port: free_port(),
            nodes: addresses.iter().map(node).collect(),
        };
        cluster.start(0, &[("wsrep-cluster-address", "gcomm://")]); // it is the first
        for number in 1..cluster.nodes.len() {
            cluster.start(number, &[]);
        }
        cluster
    }

    /// All addresses, for a list of hosts.
    pub fn hosts(&self) -> Vec<String> {
        let hosts = self.nodes.iter();
        hosts.map(|node| node.options.address.clone()).collect()
    }

    /// The port, which is the same on all.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many nodes it has, running or not.
    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    /// A new empty database, as the first node shows it.
    pub fn fresh(&self) -> Database {
        let name = format!("murre_{}", rundir::unique());
        self.on(0, "mysql")
            .query(&format!("CREATE DATABASE {name}"));
        for number in 1..self.nodes.len() {
            // Until it is there as well.
            let everywhere = format!("{CAUSAL}; SHOW DATABASES");
            self.on(number, "mysql").query(&everywhere);
        }
        self.on(0, &name)
    }

    /// The same database as another node shows it.
    pub fn seen_by(&self, number: usize, database: &Database) -> Database {
        self.on(number, &database.name)
    }

    /// Kills a node without a chance to write or to say anything.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill9(&self, number: usize) {
        self.take(number).kill9();
    }

    /// Stops a node in order: it takes leave of the others.
    ///
    /// # Panics
    /// When it does not run or does not end.
    pub fn stop(&self, number: usize) {
        let ended = self.take(number).terminate(PATIENCE);
        assert!(ended.is_some(), "node {number} does not end");
    }

    /// Stops a node where it stands, as if its machine had vanished, or lets it go on.
    ///
    /// # Panics
    /// When it does not run.
    pub fn freeze(&self, number: usize, frozen: bool) {
        let running = self.nodes[number].running.lock().expect("no holder panics");
        let daemon = running.as_ref().expect("the node runs");
        daemon.signal(if frozen {
            Signal::SIGSTOP
        } else {
            Signal::SIGCONT
        });
    }

    /// Waits until a node has what the others have, after it was left behind.
    ///
    /// # Panics
    /// When it does not within the time a start may take.
    pub fn wait_until_synced(&self, number: usize) {
        // Answered only when a message of its own came back in order from all others: what a node says
        // of its state is what it last knew.
        let causal = format!("{CAUSAL}; SELECT COUNT(*) FROM user");
        let started = std::time::Instant::now();
        while self.on(number, "mysql").try_query(&causal).is_err() {
            assert!(started.elapsed() < PATIENCE, "node {number} is not in sync");
            std::thread::sleep(Duration::from_millis(100)); // it tells nobody
        }
    }

    /// Lets a node that ended come back with what it had, and get the rest from the others.
    ///
    /// # Panics
    /// When it runs already or does not join.
    pub fn rejoin(&self, number: usize) {
        let node = &self.nodes[number];
        let position = mariadb::recovered_position(&node.options, &node.directory);
        let position = position.unwrap_or_default();
        if position.is_empty() {
            self.start(number, &[]);
        } else {
            self.start(number, &[("wsrep-start-position", &position)]);
        }
    }

    fn take(&self, number: usize) -> Daemon {
        let mut running = self.nodes[number].running.lock().expect("no holder panics");
        running.take().expect("the node runs")
    }

    fn start(&self, number: usize, more: &[(&str, &str)]) {
        let node = &self.nodes[number];
        let mut running = node.running.lock().expect("no holder panics");
        assert!(running.is_none(), "node {number} runs already");
        let mut options = node.options.clone();
        for (name, value) in more {
            options = options.setting(name, value);
        }
        let daemon = mariadb::spawn(&options, &node.directory, self.port);
        for line in [SYNCED, "port: "] {
            let said = daemon.wait_for_line(line, PATIENCE);
            said.unwrap_or_else(|e| panic!("node {number}: {e}"));
        }
        *running = Some(daemon);
    }

    fn on(&self, number: usize, name: &str) -> Database {
        let node = &self.nodes[number];
        Database {
            engine: Engine::Mariadb,
            host: node.options.address.clone(),
            port: self.port,
            socket: node.directory.join("socket"),
            user: super::USER.to_owned(),
            password: super::PASSWORD.to_owned(),
            name: name.to_owned(),
            prelude: if name == "mysql" { "" } else { CAUSAL },
        }
    }
}

impl Drop for Galera {
    fn drop(&mut self) {
        for node in &self.nodes {
            drop(node.running.lock().map(|mut running| running.take()));
            let _ = std::fs::remove_dir_all(&node.directory);
        }
    }
}

/// A node that is silent for two seconds is suspected, and left behind after four.
fn settings(options: ServerOptions, addresses: &[&str]) -> ServerOptions {
    let own = options.address.clone();
    let provider = format!(
        "gmcast.listen_addr=tcp://{own}:4567;ist.recv_addr={own};gcache.size=64M;\
         evs.suspect_timeout=PT2S;evs.inactive_timeout=PT4S;evs.keepalive_period=PT0.5S;\
         evs.inactive_check_period=PT0.5S"
    );
    options
        .setting("wsrep-on", "ON")
        .setting("wsrep-provider", PROVIDER)
        .setting("wsrep-cluster-name", "murre")
        .setting(
            "wsrep-cluster-address",
            &format!("gcomm://{}", addresses.join(",")),
        )
        .setting("wsrep-node-address", &own)
        .setting("wsrep-node-name", &own)
        .setting("wsrep-sst-method", "rsync")
        .setting("wsrep-provider-options", &provider)
        .setting("binlog-format", "ROW")
        .setting("default-storage-engine", "InnoDB")
        .setting("innodb-autoinc-lock-mode", "2")
}
