//! Where the database is and how to reach it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;

/// Longest wait for a batch's answer where the configuration names none: a server that vanished
/// without a word is given up after it, while a slow disk has time to catch up.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same for a question that may read a whole table.
const LONG_PATIENCE: Duration = Duration::from_secs(60);

/// What is wrong with a server that takes no changes.
pub(crate) const READ_ONLY_SERVER: &str =
    "the server is read-only (a replica?); name the one that takes changes in host";

/// One of the three engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EngineKind {
    /// PostgreSQL 13 or newer.
    PostgreSql,
    /// MySQL 8 or MariaDB 10.6 and newer.
    MySql,
    /// The embedded engine of a single host.
    Sqlite,
}

/// Connection parameters of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Where the data is.
    pub place: Place,
    /// Longest wait for a connection (`connect-timeout`, 5 s by default).
    pub connect_timeout: Duration,
    /// Longest wait for an answer (`read-timeout`; 10 s by default, 60 s where a table is read).
    pub read_timeout: Option<Duration>,
    /// Longest wait for unacknowledged data (`tcp-user-timeout`; 10 s by default).
    pub tcp_user_timeout: Option<Duration>,
    /// Nothing is to be written there, so that a replica will do, and an account without the right to.
    pub read_only: bool,
}

/// How long a session's answers are waited for; `None` for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Patience {
    /// For a batch, or what is as small.
    pub(crate) batch: Option<Duration>,
    /// For what may read a whole table.
    pub(crate) table: Option<Duration>,
}

/// A server with its database, or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A database server.
    Server {
        /// `PostgreSql` or `MySql`.
        engine: EngineKind,
        /// Tried in order; the first that takes changes is used. Empty means this machine.
        hosts: Vec<Host>,
        /// Port of hosts that have none of their own; the engine's own when `None`.
        port: Option<u16>,
        /// User name; the engine's default when empty.
        user: String,
        /// Password, may be empty.
        password: String,
        /// Database name.
        database: String,
        /// TLS is required, with these settings.
        tls: Option<Tls>,
    },
    /// An SQLite file.
    File(PathBuf),
    /// An SQLite database in memory, gone with the process; the name tells several apart.
    Memory(String),
}

/// One of the hosts a database may be found on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// A name, an address, or an absolute path (PostgreSQL: the socket's directory, MySQL: the
    /// socket).
    pub name: String,
    /// TCP port of this host alone.
    pub port: Option<u16>,
}

impl Place {
    /// Whether both lead to one database, whoever asks there.
    pub(crate) fn is_same_database(&self, other: &Self) -> bool {
        let server = |place: &Self| match place {
            Self::Server {
                engine,
                hosts,
                port,
                database,
                ..
            } => Some((*engine, hosts.clone(), *port, database.clone())),
            Self::File(_) | Self::Memory(_) => None,
        };
        match (server(self), server(other)) {
            (Some(one), Some(other)) => one == other,
            _ => self == other,
        }
    }
}

impl From<&str> for Host {
    /// Without a port of its own.
    fn from(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            port: None,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            None => f.write_str(&self.name),
            Some(port) if self.name.contains(':') => write!(f, "[{}]:{port}", self.name),
            Some(port) => write!(f, "{}:{port}", self.name),
        }
    }
}

/// TLS towards a database server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Authorities to trust, PEM: a file, or a folder of files. The system's when `None`.
    pub trust_anchor: Option<PathBuf>,
    /// Our certificate, PEM.
    pub cert_file: Option<PathBuf>,
    /// Its key, PEM.
    pub key_file: Option<PathBuf>,
}

impl Access {
    /// A file of the embedded engine, everything else by default.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::at(Place::File(path.into()))
    }

    /// A place, everything else by default.
    pub fn at(place: Place) -> Self {
        Self {
            place,
            connect_timeout: Duration::from_secs(5),
            read_timeout: None,
            tcp_user_timeout: None,
            read_only: false,
        }
    }

    /// Parse `postgresql://user:password@host:port/name`, `mysql://...` or `sqlite:///path`.
    ///
    /// A socket is given as `?host=/run/postgresql` or `?socket=/run/mysqld/mysqld.sock`.
    ///
    /// # Errors
    /// [`Error::Access`] that says which part is wrong.
    pub fn from_url(url: &str) -> Result<Self, Error> {
        let wrong = |what: &str| Error::Access(format!("{what} in the URL").into());
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("no '://'"))?;
        let engine = match scheme {
            "postgresql" | "postgres" | "pgsql" => EngineKind::PostgreSql,
            "mysql" | "mariadb" => EngineKind::MySql,
            "sqlite" => return Ok(Self::file(rest)),
            other => return Err(wrong(&format!("unknown engine '{other}'"))),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest
            .split_once('/')
            .ok_or_else(|| wrong("no database name"))?;
        let (login, place) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let entries = place.split(',').filter(|entry| !entry.is_empty());
        let mut hosts = entries
            .map(|entry| host(entry).map_err(|what| wrong(&what)))
            .collect::<Result<Vec<_>, _>>()?;
        // A socket that is asked for beside a single port is that port's.
        let port = match hosts.as_slice() {
            [only] => only.port,
            _ => None,
        };
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match key {
                "host" | "socket" => hosts.push(decode(value).as_str().into()),
                other => return Err(wrong(&format!("unknown parameter '{other}'"))),
            }
        }
        Ok(Self::at(Place::Server {
            engine,
            hosts,
            port,
            user: decode(user),
            password: decode(password),
            database: decode(database),
            tls: None,
        }))
    }

    /// How long answers are waited for. The embedded engine has nobody who could vanish.
    pub(crate) fn patience(&self) -> Patience {
        let (batch, table) = match (&self.place, self.read_timeout) {
            (Place::File(_) | Place::Memory(_), _) => (None, None),
            (_, Some(given)) => (Some(given), Some(given)),
            (_, None) => {
                // Who lets TCP wait longer is ready to wait.
                let batch = PATIENCE.max(self.tcp_user_timeout.unwrap_or_default());
                (Some(batch), Some(LONG_PATIENCE.max(batch)))
            }
        };
        Patience { batch, table }
    }

    /// Longest wait for data that the server's host does not acknowledge.
    pub(crate) fn unacknowledged(&self) -> Duration {
        self.tcp_user_timeout.unwrap_or(PATIENCE)
    }

    /// The outcome of some work, or that it was not to be had in time.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the limit is over; the connection is of no more use then.
    pub(crate) async fn within<T>(
        &self,
        limit: Option<Duration>,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let Some(limit) = limit else {
            return work.await;
        };
        tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
            let problem = format!(
                "no answer within {} s; the connection is given up",
                limit.as_secs_f32()
            );
            Err(Error::unavailable(&self.label(), problem))
        })
    }

    /// Which engine this is.
    pub fn engine(&self) -> EngineKind {
        match &self.place {
            Place::Server { engine, .. } => *engine,
            Place::File(_) | Place::Memory(_) => EngineKind::Sqlite,
        }
    }

    /// For messages: engine, host and name, never the password.
    pub fn label(&self) -> Arc<str> {
        match &self.place {
            Place::Server {
                engine,
                hosts,
                port,
                database,
                ..
            } => {
                let engine = match engine {
                    EngineKind::MySql => "mysql",
                    _ => "postgresql",
                };
                let all_have_one =
                    !hosts.is_empty() && hosts.iter().all(|host| host.port.is_some());
                let hosts = if hosts.is_empty() {
                    "localhost".to_owned()
                } else {
                    let hosts: Vec<_> = hosts.iter().map(Host::to_string).collect();
                    hosts.join(",")
                };
                let port = port
                    .filter(|_| !all_have_one)
                    .map(|port| format!(":{port}"))
                    .unwrap_or_default();
                format!("{engine} '{database}' at {hosts}{port}").into()
            }
            Place::File(path) => format!("sqlite '{}'", path.display()).into(),
            Place::Memory(_) => "sqlite in memory".into(),
        }
    }
}

/// `host`, `host:port` or `[v6]:port`.
fn host(entry: &str) -> Result<Host, String> {
    let number = |text: &str| {
        text.parse::<u16>()
            .map_err(|_| format!("port '{text}' is not a number up to 65535"))
    };
    if let Some(rest) = entry.strip_prefix('[') {
        let (host, port) = rest.split_once(']').ok_or("'[' without ']'")?;
        let port = port.strip_prefix(':').map(number).transpose()?;
        let name = host.to_owned();
        return Ok(Host { name, port });
    }
    let (name, port) = match entry.rsplit_once(':') {
        Some((host, port)) => (host, Some(number(port)?)),
        None => (entry, None),
    };
    let name = decode(name);
    Ok(Host { name, port })
}

/// Percent decoding; what is not valid stays as it is.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = bytes
            .get(at + 1..at + 3)
            .filter(|_| byte == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(hex.unwrap_or(byte));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_url_gives_every_part() {
        let access =
            Access::from_url("postgresql://kea:p%40ss@db1,db2:5433,[::1]:5434/leases").unwrap();
        assert!(access.label().ends_with("at db1,db2:5433,[::1]:5434"));
        let Place::Server {
            hosts,
            port,
            user,
            password,
            database,
            ..
        } = access.place
        else {
            unreachable!("a server")
        };
        let hosts: Vec<_> = hosts.iter().map(|h| (h.name.as_str(), h.port)).collect();
        assert_eq!(
            hosts,
            [("db1", None), ("db2", Some(5433)), ("::1", Some(5434))]
        );
        assert_eq!(port, None);
        assert_eq!((user.as_str(), password.as_str()), ("kea", "p@ss"));
        assert_eq!(database, "leases");
    }

    #[test]
    fn a_socket_is_a_host() {
        let access = Access::from_url("mysql://kea@/leases?socket=/run/my.sock").unwrap();
        assert_eq!(&*access.label(), "mysql 'leases' at /run/my.sock");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (url, what) in [
            ("leases", "no '://'"),
            ("oracle://x/y", "unknown engine 'oracle'"),
            ("mysql://host", "no database name"),
            ("mysql://host:99999/x", "not a number up to 65535"),
        ] {
            let error = Access::from_url(url).unwrap_err().to_string();
            assert!(error.contains(what), "{url}: {error}");
        }
    }
}
