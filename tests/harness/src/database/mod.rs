//! Private database servers, started by the test itself in a temporary directory.
//!
//! One server per engine and process is shared by all tests ([`postgres()`], [`mariadb()`]); each test
//! takes an empty database of its own ([`Server::fresh`]). A test that stops or kills its server
//! launches one for itself ([`Server::launch`]). Servers run with full durability unless asked
//! otherwise: a test of leases that survive a crash needs it, and so does an honest bench.

mod brake;
mod first;
mod galera;
mod mariadb;
mod pair;
mod postgresql;
mod template;

pub use brake::Brake;
pub use first::steps_back_to_the_first_version;
pub use galera::Galera;
pub use pair::Pair;

use std::fmt;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::netns::Namespace;
use crate::process::{self, Daemon};
use crate::{Error, rundir};

/// The newest version of the schema, as `migrations/` has it.
pub const SCHEMA_VERSION: i32 = 7;

/// The user every server here knows; may do everything.
pub const USER: &str = "murre";
/// Its password.
pub const PASSWORD: &str = "harness";

/// A server on a loaded two-core machine may take this long to start or stop.
const PATIENCE: Duration = Duration::from_secs(90);
/// Longest wait until a frozen server stands still.
const STANDING: Duration = Duration::from_secs(10);

/// The shared PostgreSQL server of this process, started at the first call.
///
/// # Panics
/// When it is not installed (the message names the package) or does not start.
pub fn postgres() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::launch(ServerOptions::new(Engine::Postgresql)))
}

/// The shared MariaDB server of this process, started at the first call.
///
/// # Panics
/// When it is not installed (the message names the package) or does not start.
pub fn mariadb() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::launch(ServerOptions::new(Engine::Mariadb)))
}

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// PostgreSQL.
    Postgresql,
    /// MariaDB, or MySQL behind the same protocol.
    Mariadb,
}

impl Engine {
    /// The value of `lease-database.type`.
    pub fn kea_type(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql",
            Self::Mariadb => "mysql",
        }
    }

    /// The backend name `kea-admin` takes.
    pub fn kea_admin_name(self) -> &'static str {
        match self {
            Self::Postgresql => "pgsql",
            Self::Mariadb => "mysql",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgresql => "PostgreSQL",
            Self::Mariadb => "MariaDB",
        })
    }
}

/// How to start a server.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Which database.
    pub engine: Engine,
    /// Whether a commit waits for the disk; on unless switched off.
    pub durable: bool,
    /// How many connections the server admits.
    pub max_connections: u32,
    /// More settings, as in the server's configuration file, name and value.
    pub settings: Vec<(String, String)>,
    /// Where it listens; on loopback unless told otherwise.
    pub address: String,
    /// The network namespace it runs in; ours unless told otherwise.
    pub namespace: Option<String>,
    /// More variables of its environment.
    pub environment: Vec<(String, String)>,
}

impl ServerOptions {
    /// Full durability, 200 connections, nothing else changed.
    pub fn new(engine: Engine) -> Self {
        Self {
            engine,
            durable: true,
            max_connections: 200,
            settings: Vec::new(),
            address: "127.0.0.1".to_owned(),
            namespace: None,
            environment: Vec::new(),
        }
    }

    /// Reached over a network: it runs in a namespace and listens on an address that this has.
    #[must_use]
    pub fn at(mut self, namespace: &Namespace, address: &str) -> Self {
        self.namespace = Some(namespace.name().to_owned());
        self.address = address.to_owned();
        self
    }

    /// With a disk that can be slowed down.
    #[must_use]
    pub fn braked(mut self, brake: &Brake) -> Self {
        self.environment.extend(brake.environment());
        self
    }

    /// Adds a setting of the server's configuration file.
    #[must_use]
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A private database server. It ends when dropped, and with this process in any case.
#[derive(Debug)]
pub struct Server {
    options: ServerOptions,
    directory: PathBuf,
    port: u16,
    running: Mutex<Option<Daemon>>,
}

impl Server {
    /// Starts a server of its own and waits until it takes connections.
    ///
    /// # Panics
    /// When it is not installed (the message names the package) or does not start.
    pub fn launch(options: ServerOptions) -> Self {
        let name = options.engine.kea_type();
        let directory = rundir::fresh_dir(name);
        template::copy(options.engine, &directory);
        if options.namespace.is_some() && options.engine == Engine::Postgresql {
            postgresql::admit_neighbours(&directory);
        }
        Self::on(options, directory, free_port())
    }

    /// Starts one on a data directory that is there.
    fn on(options: ServerOptions, directory: PathBuf, port: u16) -> Self {
        let server = Self {
            options,
            directory,
            port,
            running: Mutex::new(None),
        };
        server.start();
        server
    }

    /// Which database this is.
    pub fn engine(&self) -> Engine {
        self.options.engine
    }

    /// The TCP port; the same after every start.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The directory that holds its socket.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The unix socket: it can be reached from every network namespace.
    pub fn socket(&self) -> PathBuf {
        match self.engine() {
            Engine::Postgresql => self.directory.join(format!(".s.PGSQL.{}", self.port)),
            Engine::Mariadb => self.directory.join("socket"),
        }
    }

    /// Starts it again after [`Server::stop`] or [`Server::kill9`], on the same port and data.
    ///
    /// # Panics
    /// When it runs already or does not start.
    pub fn start(&self) {
        self.start_until(match self.engine() {
            Engine::Postgresql => postgresql::READY,
            Engine::Mariadb => mariadb::READY,
        });
    }

    fn start_until(&self, ready: &str) {
        let mut running = self.running.lock().expect("no holder panics");
        assert!(
            running.as_ref().is_none_or(|daemon| !daemon.is_running()),
            "the server runs already"
        );
        let daemon = match self.engine() {
            Engine::Postgresql => postgresql::spawn(&self.options, &self.directory, self.port),
            Engine::Mariadb => mariadb::spawn(&self.options, &self.directory, self.port),
        };
        daemon
            .wait_for_line(ready, PATIENCE)
            .unwrap_or_else(|e| panic!("{e}"));
        *running = Some(daemon);
    }

    /// Stops it in order; open connections are cut.
    ///
    /// # Panics
    /// When it does not run or does not end.
    pub fn stop(&self) -> ExitStatus {
        let signal = match self.engine() {
            Engine::Postgresql => Signal::SIGINT, // "fast": does not wait for clients
            Engine::Mariadb => Signal::SIGTERM,
        };
        let running = self
            .running
            .lock()
            .expect("no holder panics")
            .take()
            .expect("the server runs");
        running.signal(signal);
        running.wait(PATIENCE).expect("the server ends in time")
    }

    /// Its last words, if it ended without being told to.
    ///
    /// # Panics
    /// When a thread that had it panicked.
    pub fn fallen(&self) -> Option<String> {
        const LINES: usize = 90; // a crash report with its stack and statement
        let running = self.running.lock().expect("no holder panics");
        let daemon = running.as_ref().filter(|daemon| !daemon.is_running())?;
        let lines = daemon.lines();
        Some(lines[lines.len().saturating_sub(LINES)..].join("\n"))
    }

    /// Kills it without a chance to write anything; data and port stay for [`Server::start`].
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill9(&self) {
        let running = self
            .running
            .lock()
            .expect("no holder panics")
            .take()
            .expect("the server runs");
        running.kill9();
        if self.engine() == Engine::Postgresql {
            postgresql::forget_dead_postmaster(&self.directory);
        }
    }

    /// Stops all of it where it stands: connections stay, and nobody answers on them, as if its
    /// machine had vanished. [`Server::thaw`] lets it go on.
    ///
    /// # Panics
    /// When it does not run.
    pub fn freeze(&self) {
        self.signal_all(Signal::SIGSTOP);
        // On a busy machine a process goes on for a moment, and nothing tells when it stands.
        let started = Instant::now();
        while !self.is_frozen() {
            assert!(started.elapsed() < STANDING, "the server does not stop");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn is_frozen(&self) -> bool {
        let running = self.running.lock().expect("no holder panics");
        let daemon = running.as_ref().expect("the server runs");
        crate::procfs::is_tree_stopped(daemon.pid())
    }

    /// Goes on after [`Server::freeze`].
    ///
    /// # Panics
    /// When it does not run.
    pub fn thaw(&self) {
        self.signal_all(Signal::SIGCONT);
    }

    fn signal_all(&self, signal: Signal) {
        let running = self.running.lock().expect("no holder panics");
        let daemon = running.as_ref().expect("the server runs");
        daemon.signal(signal); // first: it starts no more of them
        if self.engine() == Engine::Postgresql {
            postgresql::signal_children(&self.directory, daemon.pid(), signal);
        }
    }

    /// Its version, as it tells.
    ///
    /// # Panics
    /// When it does not run.
    pub fn version(&self) -> String {
        self.maintenance().value(match self.engine() {
            Engine::Postgresql => "SHOW server_version",
            Engine::Mariadb => "SELECT VERSION()",
        })
    }

    /// Process id of the server (PostgreSQL: the postmaster).
    ///
    /// # Panics
    /// When it does not run.
    pub fn pid(&self) -> u32 {
        self.running
            .lock()
            .expect("no holder panics")
            .as_ref()
            .expect("the server runs")
            .pid()
    }

    /// Processor seconds since its last start, all processes and threads, incl. ended ones.
    pub fn cpu_seconds(&self) -> f64 {
        self.running
            .lock()
            .expect("no holder panics")
            .as_ref()
            .map_or(0.0, Daemon::cpu_seconds)
    }

    /// A new empty database.
    ///
    /// # Panics
    /// When the server does not run.
    pub fn fresh(&self) -> Database {
        self.named(&format!("murre_{}", rundir::unique()))
    }

    /// A new empty database of that name.
    ///
    /// # Panics
    /// When the server does not run, or has one of that name.
    pub fn named(&self, name: &str) -> Database {
        let database = self.database(name);
        self.maintenance().query(&format!("CREATE DATABASE {name}"));
        database
    }

    /// The database that is always there.
    fn maintenance(&self) -> Database {
        self.database(match self.engine() {
            Engine::Postgresql => "postgres",
            Engine::Mariadb => "mysql",
        })
    }

    fn database(&self, name: &str) -> Database {
        Database {
            engine: self.engine(),
            host: self.options.address.clone(),
            port: self.port,
            socket: self.socket(),
            user: USER.to_owned(),
            password: PASSWORD.to_owned(),
            name: name.to_owned(),
            prelude: "",
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(daemon) = self.running.lock().expect("no holder panics").take() {
            daemon.signal(Signal::SIGCONT); // should a test have failed with it frozen
            if self.options.engine == Engine::Postgresql {
                postgresql::signal_children(&self.directory, daemon.pid(), Signal::SIGCONT);
            }
            // PostgreSQL's children must hear of it from their parent; MariaDB has none.
            daemon.signal(if self.options.engine == Engine::Postgresql {
                Signal::SIGQUIT
            } else {
                Signal::SIGKILL
            });
            daemon.wait(PATIENCE);
        }
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// A database on a private server, and how to reach it.
#[derive(Clone, Debug)]
pub struct Database {
    /// Which database.
    pub engine: Engine,
    /// For TCP, from its own network: that of this process unless it was told otherwise.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The unix socket; reachable from every namespace. PostgreSQL's clients want its directory.
    pub socket: PathBuf,
    /// Who may do everything.
    pub user: String,
    /// Its password; without it nobody gets in.
    pub password: String,
    /// Name of the database.
    pub name: String,
    /// What every session of [`Database::query`] begins with.
    pub prelude: &'static str,
}

impl Database {
    /// `postgresql://...` or `mysql://...` over TCP.
    pub fn url(&self) -> String {
        let scheme = self.engine.kea_type();
        format!(
            "{scheme}://{}:{}@{}:{}/{}",
            self.user, self.password, self.host, self.port, self.name
        )
    }

    /// The map of `lease-database` over TCP.
    pub fn kea_json(&self) -> Value {
        json!({
            "type": self.engine.kea_type(), "host": self.host, "port": self.port,
            "user": self.user, "password": self.password, "name": self.name,
        })
    }

    /// The map of `lease-database` over the unix socket: for servers in a network namespace. A
    /// MySQL client also needs [`Database::environment`], as its map has no key for the socket.
    pub fn kea_socket_json(&self) -> Value {
        let mut map = self.kea_json();
        match self.engine {
            Engine::Postgresql => map["host"] = json!(self.socket.parent()),
            Engine::Mariadb => map["host"] = json!("localhost"),
        }
        map
    }

    /// Variables a process needs to reach it by [`Database::kea_socket_json`].
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        match self.engine {
            Engine::Postgresql => Vec::new(),
            Engine::Mariadb => vec![("MYSQL_UNIX_PORT", self.socket.display().to_string())],
        }
    }

    /// Runs one or more statements by the engine's command-line client: the rows of the result, as
    /// text. SQL's NULL is `""` (PostgreSQL) or `"NULL"` (MariaDB).
    ///
    /// # Panics
    /// When a statement fails.
    #[track_caller]
    pub fn query(&self, sql: &str) -> Vec<Vec<String>> {
        self.try_query(sql).unwrap_or_else(|e| panic!("{e}"))
    }

    /// As [`Database::query`], for statements that may fail.
    pub fn try_query(&self, sql: &str) -> Result<Vec<Vec<String>>, Error> {
        match self.engine {
            Engine::Postgresql => postgresql::query(self, sql),
            Engine::Mariadb => mariadb::query(self, sql),
        }
    }

    /// The single value a query gives.
    ///
    /// # Panics
    /// When it fails or gives anything but one value.
    #[track_caller]
    pub fn value(&self, sql: &str) -> String {
        match self.query(sql).as_slice() {
            [row] if row.len() == 1 => row[0].clone(),
            rows => panic!("not one value but {rows:?}: {sql}"),
        }
    }

    /// Makes a user who may read this database and nothing more, with the same password: its name.
    ///
    /// # Panics
    /// When the server refuses.
    #[track_caller]
    pub fn reader(&self) -> String {
        let user = format!("{}_reader", self.name);
        self.query(&match self.engine {
            Engine::Postgresql => format!(
                "CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}'; \
                 GRANT SELECT ON ALL TABLES IN SCHEMA public TO {user}"
            ),
            Engine::Mariadb => format!(
                "GRANT SELECT ON {}.* TO '{user}'@'localhost' IDENTIFIED BY '{PASSWORD}'",
                self.name
            ),
        });
        user
    }

    /// Removes the database with everything in it; open connections are cut.
    pub fn drop(self) {
        match self.engine {
            Engine::Postgresql => {
                let maintenance = Self {
                    name: "postgres".to_owned(),
                    ..self.clone()
                };
                maintenance.query(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
            }
            Engine::Mariadb => {
                self.query(&format!("DROP DATABASE {}", self.name));
            }
        }
    }
}

/// Runs a command-line client to its end.
fn run_client(command: &Command) -> Result<String, Error> {
    process::run(command)
}

/// The user a server must run as: servers refuse root.
fn server_user(debian_name: &str) -> Option<String> {
    nix::unistd::geteuid()
        .is_root()
        .then(|| debian_name.to_owned())
}

/// Free at the moment of asking; servers set `SO_REUSEADDR`, so it can be taken at once.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
    listener.local_addr().expect("it is bound").port()
}
