//! Opening a connection: several hosts, sockets, TLS, and the session's own settings.

use std::path::Path;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{ClientIdentity, Conn, Opts, OptsBuilder, Row, SslOpts};

use super::value::MySqlRow;
use super::{code, text};
use crate::access::{Access, Host, Place, READ_ONLY_SERVER, Tls};
use crate::error::{Error, chain};
use crate::row::Cells;
use crate::tls;

/// Where Debian and most others put the server's socket.
const DEFAULT_SOCKET: &str = "/run/mysqld/mysqld.sock";
/// The variable by which MySQL's own clients are told of another one.
const SOCKET_VARIABLE: &str = "MYSQL_UNIX_PORT";
const DEFAULT_PORT: u16 = 3306;

/// A dead peer is noticed even when nothing is sent.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// Times are UTC whatever the server's zone is, and nothing is cut to fit its column. A statement
/// sees what is committed when it begins and locks the rows it is about, not the gaps between them.
/// A lock is waited for for 2 s, for a change of the schema for 10 s; then the batch is tried again.
/// Keys are checked whatever the server does for those who load data.
/// An idle connection stays for a year, as lanes may be idle for long. MariaDB would make a subquery of a long list of
/// addresses, and read the whole table.
const SETTINGS: &str = "SET NAMES utf8mb4; \
     SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', \
     SESSION time_zone = '+00:00', SESSION autocommit = 1, SESSION innodb_lock_wait_timeout = 2, \
     SESSION unique_checks = 1, SESSION lock_wait_timeout = 10, SESSION wait_timeout = 31536000; \
     /*M!100318 SET SESSION in_predicate_conversion_threshold = 0 */; \
     SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";

/// Whether the server takes no changes, as replicas do.
const READ_ONLY: &str = "SELECT @@global.read_only, @@global.innodb_read_only";

/// A question about a table. A node that is not part of its cluster, or was told to serve nobody, takes
/// connections and settings, and refuses only this (1047).
const PROBE: &str = "SELECT COUNT(*) FROM schema_version";

/// Whether the server is a node of a Galera cluster, others of which may be written to as well.
const CLUSTER: &str = "SHOW GLOBAL VARIABLES LIKE 'wsrep_on'";

/// A connection that may write, unless nothing is to be written, with the session's settings made: to the first host
/// that gives one.
pub(super) async fn open(access: &Access) -> Result<Conn, Error> {
    let place = access.label();
    let mut problems = Vec::new();
    let targets = targets(access)?;
    for (name, opts) in &targets {
        let problem =
            match tokio::time::timeout(access.connect_timeout, attempt(access, opts)).await {
                Ok(Ok(conn)) => return Ok(conn),
                Ok(Err(problem)) => problem,
                Err(_) => "no answer within connect-timeout".to_owned(),
            };
        problems.push(match targets.len() {
            1 => problem,
            _ => format!("{name}: {problem}"),
        });
    }
    Err(Error::unavailable(&place, problems.join("; ")))
}

async fn attempt(access: &Access, opts: &Opts) -> Result<Conn, String> {
    let mut conn = Conn::new(opts.clone()).await.map_err(|e| text(&e))?;
    conn.query_drop(SETTINGS).await.map_err(|e| text(&e))?;
    let states: Option<Row> = conn.query_first(READ_ONLY).await.map_err(|e| text(&e))?;
    let is_off = |at| {
        let state = states.as_ref().map(|row| MySqlRow(row).text(at));
        matches!(state, Some(Ok(Some(state))) if state == "0" || state == "OFF")
    };
    let takes_changes = is_off(0) && is_off(1);
    if !(access.read_only || takes_changes) {
        return Err(READ_ONLY_SERVER.to_owned());
    }
    match conn.query_drop(PROBE).await {
        // Another host may be part of the cluster.
        Err(e @ mysql_async::Error::Server(_)) if is_away(&e) => Err(text(&e)),
        // There may be no such table yet; what else is wrong is told by who needs it.
        Ok(()) | Err(mysql_async::Error::Server(_)) => Ok(conn),
        Err(e) => Err(text(&e)),
    }
}

/// Whether this is a node of a Galera cluster: transactions of others may undo one here, and locks are
/// seen by this node alone.
pub(super) async fn is_cluster_node(conn: &mut Conn) -> Result<bool, mysql_async::Error> {
    let row: Option<Row> = conn.query_first(CLUSTER).await?;
    let state = row.as_ref().map(|row| MySqlRow(row).text(1));
    Ok(matches!(state, Some(Ok(Some(state))) if state == "ON"))
}

/// Whether an INSERT can tell what became of its rows: MariaDB from 10.5, and no MySQL.
pub(super) async fn knows_returning(conn: &mut Conn) -> Result<bool, mysql_async::Error> {
    let version: Option<String> = conn.query_first("SELECT VERSION()").await?;
    Ok(version.is_some_and(|version| returns(&version)))
}

fn returns(version: &str) -> bool {
    let mut numbers = version.split(['.', '-']).map_while(|n| n.parse().ok());
    let version_number: (u32, u32) = (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    );
    version.contains("MariaDB") && version_number >= (10, 5)
}

fn is_away(error: &mysql_async::Error) -> bool {
    matches!(error, mysql_async::Error::Server(server) if code::AWAY.contains(&server.code))
}

/// The hosts in order, each with a name for messages.
fn targets(access: &Access) -> Result<Vec<(String, Opts)>, Error> {
    let Place::Server {
        hosts,
        port,
        user,
        password,
        database,
        tls,
        ..
    } = &access.place
    else {
        return Err(Error::Access("a MySQL server needs a host".into()));
    };
    let tls = tls.as_ref().map(ssl).transpose()?;
    let local = [Host::from("localhost")];
    let hosts = if hosts.is_empty() { &local } else { &hosts[..] };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Ok(hosts
        .iter()
        .map(|host| {
            let base = OptsBuilder::default()
                .user(some(user))
                .pass(some(password))
                .db_name(some(database))
                .tcp_keepalive(Some(KEEPALIVE))
                // A server on this machine is reached the way that was asked for.
                .prefer_socket(false)
                // Every statement is prepared by the session itself, for its whole life.
                .stmt_cache_size(0)
                .wait_timeout(Some(usize::MAX));
            let port = host.port.or(*port);
            let opts = match socket(&host.name, port, tls.is_some()) {
                Some(socket) => base.socket(Some(socket)),
                None => base
                    .ip_or_hostname(host.name.as_str())
                    .tcp_port(port.unwrap_or(DEFAULT_PORT))
                    .ssl_opts(tls.clone()),
            };
            (host.to_string(), opts.into())
        })
        .collect())
}

/// The socket a host stands for. As with MySQL's own clients, `localhost` is the server's socket
/// (accounts and servers rely on it) unless there is none, or a port or TLS was asked for.
fn socket(host: &str, port: Option<u16>, tls: bool) -> Option<String> {
    if host.starts_with('/') {
        return Some(host.to_owned());
    }
    if host != "localhost" || tls {
        return None;
    }
    if let Ok(named) = std::env::var(SOCKET_VARIABLE) {
        return Some(named);
    }
    let usual = port.is_none_or(|port| port == DEFAULT_PORT) && Path::new(DEFAULT_SOCKET).exists();
    usual.then(|| DEFAULT_SOCKET.to_owned())
}

/// The driver's TLS settings: only the authorities that were named, or the system's.
fn ssl(tls: &Tls) -> Result<SslOpts, Error> {
    let failed = |problem: tls::TlsError| Error::Access(chain(&problem).into());
    // Says which file is wrong, which the driver does not.
    tls::client_config(tls).map_err(failed)?;
    let roots = tls::authorities(tls).map_err(failed)?;
    let identity = tls.cert_file.clone().zip(tls.key_file.clone());
    Ok(SslOpts::default()
        .with_disable_built_in_roots(true)
        .with_root_certs(roots.iter().map(|root| root.to_vec().into()).collect())
        .with_client_identity(
            identity.map(|(cert, key)| ClientIdentity::new(cert.into(), key.into())),
        ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mariadb_tells_what_became_of_inserted_rows() {
        for version in [
            "10.11.14-MariaDB-0+deb12u2",
            "10.5.0-MariaDB",
            "11.8.1-MariaDB",
        ] {
            assert!(returns(version), "{version}");
        }
        for version in ["8.0.36", "10.4.34-MariaDB", "9.1.0-commercial", ""] {
            assert!(!returns(version), "{version}");
        }
    }

    #[test]
    fn only_localhost_and_paths_stand_for_sockets() {
        let path = "/run/other/my.sock";
        assert_eq!(socket(path, Some(3307), false).as_deref(), Some(path));
        for host in ["127.0.0.1", "::1", "db.example.org"] {
            assert_eq!(socket(host, None, false), None);
        }
        assert_eq!(socket("localhost", None, true), None, "TLS is for TCP");
    }
}
