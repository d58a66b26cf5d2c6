//! How to reach the databases of leases and of reservations. Connecting is `schema`'s business.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// The engine that holds the leases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Engine {
    /// SQLite in the worker's process; also what `"type": "memfile"` means here.
    #[default]
    Sqlite,
    /// MySQL 8 or MariaDB 10.6 and later.
    MySql,
    /// PostgreSQL 13 and later.
    PostgreSql,
}

/// What happens to service while a lost database is being reconnected (`on-fail`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFail {
    /// No service while retrying; exit when the tries are used up.
    #[default]
    StopRetryExit,
    /// Service goes on while retrying; exit when the tries are used up.
    ServeRetryExit,
    /// Service goes on and the process never exits for this.
    ServeRetryContinue,
}

/// A password. `Debug` does not show it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a password.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The password in clear, for the connection that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() {
            "\"\""
        } else {
            "\"*****\""
        })
    }
}

/// One host of a database entry; several are tried in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseHost {
    /// Name, address, or the absolute path of a unix socket or its directory.
    pub name: String,
    /// Port of this host when it was written with one (`db1:5433`); else the entry's.
    pub port: Option<u16>,
}

/// TLS towards the database; off when nothing is given (database-connectivity.rst:76).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatabaseTls {
    /// File or directory of trusted certificates.
    pub trust_anchor: Option<PathBuf>,
    /// Client certificate.
    pub cert_file: Option<PathBuf>,
    /// Private key of the client certificate.
    pub key_file: Option<PathBuf>,
    /// Ciphers in OpenSSL's syntax.
    pub cipher_list: Option<String>,
}

impl DatabaseTls {
    /// Whether any key of the group was given, which switches TLS on.
    pub fn is_on(&self) -> bool {
        self.trust_anchor.is_some()
            || self.cert_file.is_some()
            || self.key_file.is_some()
            || self.cipher_list.is_some()
    }
}

/// One database entry (`lease-database`), dhcp4-srv.rst:332-661.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseAccess {
    /// The engine.
    pub engine: Engine,
    /// The entry said `memfile`: the embedded engine, with `name` possibly an old CSV lease file.
    pub memfile: bool,
    /// Database name; for the embedded engine a file path, empty for the default place.
    pub name: String,
    /// Hosts in order of preference; empty means this machine.
    pub hosts: Vec<DatabaseHost>,
    /// Port of hosts that do not carry their own; the engine's default if `None`.
    pub port: Option<u16>,
    /// User name; empty if not given.
    pub user: String,
    /// Password; empty if not given.
    pub password: Secret,
    /// Longest time to wait for a connection. Default 5 s.
    pub connect_timeout: Duration,
    /// Tries after a lost connection; `None` when not given (this server then keeps retrying).
    pub max_reconnect_tries: Option<u32>,
    /// Pause between tries; `None` when not given.
    pub reconnect_wait_time: Option<Duration>,
    /// Service while retrying; `None` when not given.
    pub on_fail: Option<OnFail>,
    /// Whether to retry at start; `None` when not given.
    pub retry_on_startup: Option<bool>,
    /// MySQL: longest wait for an answer; `None` waits for ever.
    pub read_timeout: Option<Duration>,
    /// MySQL: longest wait for a write; `None` waits for ever.
    pub write_timeout: Option<Duration>,
    /// PostgreSQL: how long sent data may stay unacknowledged; `None` is the system's default.
    pub tcp_user_timeout: Option<Duration>,
    /// TLS towards the database.
    pub tls: DatabaseTls,
    /// Embedded engine: `false` keeps leases in memory only.
    pub persist: bool,
    /// Embedded engine: time between compactions; `None` is off. Default 3600 s.
    pub lfc_interval: Option<Duration>,
    /// Import of an old lease file: bad rows tolerated before giving up, 0 without limit.
    pub max_row_errors: u32,
}

/// One database with reservations (`hosts-database`), dhcp4-srv.rst:663-898.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostsDatabase {
    /// How to reach it.
    pub access: DatabaseAccess,
    /// Nothing is written there.
    pub readonly: bool,
}

impl Default for DatabaseAccess {
    fn default() -> Self {
        Self {
            engine: Engine::Sqlite,
            memfile: false,
            name: String::new(),
            hosts: Vec::new(),
            port: None,
            user: String::new(),
            password: Secret::default(),
            connect_timeout: Duration::from_secs(5),
            max_reconnect_tries: None,
            reconnect_wait_time: None,
            on_fail: None,
            retry_on_startup: None,
            read_timeout: None,
            write_timeout: None,
            tcp_user_timeout: None,
            tls: DatabaseTls::default(),
            persist: true,
            lfc_interval: Some(Duration::from_secs(3600)),
            max_row_errors: 0,
        }
    }
}
