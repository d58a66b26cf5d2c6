//! Opening a connection: several hosts, sockets, TLS, and the session's own settings.

use std::time::Duration;

use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error;
use crate::access::{Access, Host, Place, READ_ONLY_SERVER};
use crate::error::{Error, chain};
use crate::tls;

/// Where Debian and most others put the server's socket.
const DEFAULT_SOCKET_FOLDER: &str = "/var/run/postgresql";

/// Times are UTC whatever the server's zone is. Our statements join a handful of array elements
/// with an index; plans are made once, and never for a table that was small when it was asked.
/// Where the server, the database or the role trades safety for speed, or asks for an isolation in
/// which batches only fail each other, leases do not take part: what is acknowledged is on the disk.
/// No statement is worth starting processes for: on a table without statistics the server thinks so of a lookup, which
/// then takes 25 ms in place of 2.
pub const SESSION_SETTINGS: &str = "SET TIME ZONE 'UTC'; SET jit = off; \
     SET default_transaction_isolation = 'read committed'; \
     SELECT set_config('synchronous_commit', 'on', false) \
     WHERE current_setting('synchronous_commit') = 'off'; \
     SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; \
     SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
     SET max_parallel_workers_per_gather = 0; SET application_name = 'murre'";

/// Whether this session's transactions may write: not in recovery, nor where the server, the
/// database or the role says so.
const READ_ONLY: &str = "SELECT current_setting('transaction_read_only')::bool";

/// A connection that may write, unless nothing is to be written, with the session's settings made: to the first host
/// that gives one.
pub(super) async fn open(access: &Access) -> Result<Client, Error> {
    let place = access.label();
    let tls = tls_of(access)?;
    let mut problems = Vec::new();
    let mut targets = targets(access)?;
    let only = if targets.len() == 1 {
        targets.pop()
    } else {
        None
    };
    if let Some((_, config)) = only {
        return in_time(access, attempt(access, &config, tls)).await;
    }
    for (name, config) in &targets {
        let problem = match in_time(access, attempt(access, config, tls.clone())).await {
            Ok(client) => return Ok(client),
            Err(Error::Unavailable { problem, .. }) => problem.to_string(),
            Err(other) => other.to_string(),
        };
        problems.push(format!("{name}: {problem}"));
    }
    Err(Error::unavailable(&place, problems.join("; ")))
}

async fn in_time(
    access: &Access,
    attempt: impl Future<Output = Result<Client, Error>>,
) -> Result<Client, Error> {
    let late = |_| {
        Err(Error::unavailable(
            &access.label(),
            "no answer within connect-timeout",
        ))
    };
    let limit = access.connect_timeout;
    tokio::time::timeout(limit, attempt)
        .await
        .unwrap_or_else(late)
}

async fn attempt(
    access: &Access,
    config: &Config,
    tls: Option<rustls::ClientConfig>,
) -> Result<Client, Error> {
    let place = &access.label();
    let failed = |e: tokio_postgres::Error| error(place, "connect", &e);
    let client = match tls {
        None => {
            let (client, connection) = config.connect(NoTls).await.map_err(failed)?;
            tokio::spawn(connection);
            client
        }
        Some(tls) => {
            let tls = MakeRustlsConnect::new(tls);
            let (client, connection) = config.connect(tls).await.map_err(failed)?;
            tokio::spawn(connection);
            client
        }
    };
    let failed = |e: tokio_postgres::Error| error(place, "session settings", &e);
    client
        .batch_execute(SESSION_SETTINGS)
        .await
        .map_err(failed)?;
    let state = client.query_one(READ_ONLY, &[]).await.map_err(failed)?;
    if !access.read_only && state.try_get(0).map_err(failed)? {
        return Err(Error::unavailable(place, READ_ONLY_SERVER));
    }
    Ok(client)
}

fn tls_of(access: &Access) -> Result<Option<rustls::ClientConfig>, Error> {
    match &access.place {
        Place::Server { tls: Some(tls), .. } => tls::client_config(tls)
            .map(Some)
            .map_err(|problem| Error::Access(chain(&problem).into())),
        _ => Ok(None),
    }
}

/// The hosts in order, each with a name for messages.
fn targets(access: &Access) -> Result<Vec<(String, Config)>, Error> {
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
        return Err(Error::Access("a PostgreSQL server needs a host".into()));
    };
    let mut config = Config::new();
    if !user.is_empty() {
        config.user(user);
    }
    if !password.is_empty() {
        config.password(password);
    }
    config
        .dbname(database)
        .connect_timeout(access.connect_timeout)
        .tcp_user_timeout(access.unacknowledged())
        .keepalives_idle(Duration::from_secs(30))
        .keepalives_interval(Duration::from_secs(5))
        .keepalives_retries(3)
        .ssl_mode(if tls.is_some() {
            SslMode::Require
        } else {
            SslMode::Disable
        });
    let local = [Host::from(DEFAULT_SOCKET_FOLDER)];
    let hosts = if hosts.is_empty() { &local } else { &hosts[..] };
    Ok(hosts
        .iter()
        .map(|host| {
            let mut config = config.clone();
            config.host(&host.name);
            if let Some(port) = host.port.or(*port) {
                config.port(port);
            }
            (host.to_string(), config)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn what_a_server_does_less_safely_for_others_it_does_safely_for_leases() {
        let database = murre_harness::database::postgres().fresh();
        let access = Access::from_url(&database.url()).unwrap();
        let of_session = async |name: &str| -> String {
            let client = open(&access).await.unwrap();
            client
                .query_one(&format!("SHOW {name}"), &[])
                .await
                .unwrap()
                .get(0)
        };
        for (name, elsewhere, here) in [
            ("synchronous_commit", "off", "on"),
            ("synchronous_commit", "local", "local"),
            (
                "default_transaction_isolation",
                "serializable",
                "read committed",
            ),
            ("timezone", "Asia/Kathmandu", "UTC"),
        ] {
            let text = format!(
                "ALTER DATABASE {} SET {name} = '{elsewhere}'",
                database.name
            );
            database.query(&text);
            assert_eq!(of_session(name).await, here, "{name}");
        }
    }
}
