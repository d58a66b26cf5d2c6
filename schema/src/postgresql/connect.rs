//! Opening a connection: several hosts, sockets, TLS, and the session's own settings.

use std::time::Duration;

use tokio_postgres::config::{SslMode, TargetSessionAttrs};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error;
use crate::access::{Access, Place};
use crate::error::{Error, chain};
use crate::tls;

/// Where Debian and most others put the server's socket.
const DEFAULT_SOCKET_FOLDER: &str = "/var/run/postgresql";

/// Times are UTC whatever the server's zone is. Our statements join a handful of array elements
/// with an index; plans are made once, and never for a table that was small when it was asked.
/// Where the server, the database or the role trades safety for speed, or asks for an isolation in
/// which batches only fail each other, leases do not take part: what is acknowledged is on the disk.
const SESSION_SETTINGS: &str = "SET TIME ZONE 'UTC'; SET jit = off; \
     SET default_transaction_isolation = 'read committed'; \
     SELECT set_config('synchronous_commit', 'on', false) \
     WHERE current_setting('synchronous_commit') = 'off'; \
     SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; \
     SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET application_name = 'murre'";

/// A connection that may write, with the session's settings made.
pub(super) async fn open(access: &Access) -> Result<Client, Error> {
    let place = access.label();
    let config = config(access)?;
    let attempt = async {
        let client = match tls_of(access)? {
            None => {
                let (client, connection) = config
                    .connect(NoTls)
                    .await
                    .map_err(|e| error(&place, "connect", &e))?;
                tokio::spawn(connection);
                client
            }
            Some(tls) => {
                let tls = MakeRustlsConnect::new(tls);
                let (client, connection) = config
                    .connect(tls)
                    .await
                    .map_err(|e| error(&place, "connect", &e))?;
                tokio::spawn(connection);
                client
            }
        };
        client
            .batch_execute(SESSION_SETTINGS)
            .await
            .map_err(|e| error(&place, "session settings", &e))?;
        Ok(client)
    };
    let limit = access.connect_timeout + Duration::from_secs(1);
    match tokio::time::timeout(limit, attempt).await {
        Ok(result) => result,
        Err(_) => Err(Error::unavailable(
            &place,
            "no answer within connect-timeout",
        )),
    }
}

fn tls_of(access: &Access) -> Result<Option<rustls::ClientConfig>, Error> {
    match &access.place {
        Place::Server { tls: Some(tls), .. } => tls::client_config(tls)
            .map(Some)
            .map_err(|problem| Error::Access(chain(&problem).into())),
        _ => Ok(None),
    }
}

fn config(access: &Access) -> Result<Config, Error> {
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
    for host in hosts {
        config.host(host);
    }
    if hosts.is_empty() {
        config.host(DEFAULT_SOCKET_FOLDER);
    }
    if let Some(port) = port {
        config.port(*port);
    }
    if !user.is_empty() {
        config.user(user);
    }
    if !password.is_empty() {
        config.password(password);
    }
    config
        .dbname(database)
        .connect_timeout(access.connect_timeout)
        .keepalives_idle(Duration::from_secs(30))
        .target_session_attrs(TargetSessionAttrs::ReadWrite)
        .ssl_mode(if tls.is_some() {
            SslMode::Require
        } else {
            SslMode::Disable
        });
    if let Some(timeout) = access.tcp_user_timeout {
        config.tcp_user_timeout(timeout);
    }
    Ok(config)
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
