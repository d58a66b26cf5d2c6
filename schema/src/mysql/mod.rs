//! MySQL and MariaDB: the statements of a batch are sent as one text, so that it costs one round trip, or two where
//! rows are looked at before they are changed.

mod bound;
mod claims;
mod connect;
mod endings;
mod hosts;
mod lookups;
pub(crate) mod migrate;
mod registry;
mod script;
mod session;
mod spans;
mod statements;
mod value;

use std::sync::Arc;

use futures_util::FutureExt;

use crate::access::Access;
use crate::engine::{Answer, Engine, Session};
use crate::error::{Error, chain};
use crate::family::LeaseFamily;

/// The engine; keeps the parameters only.
pub(crate) struct MySql {
    access: Access,
}

impl MySql {
    /// For an access whose place is a MySQL or MariaDB server.
    pub(crate) fn new(access: Access) -> Self {
        Self { access }
    }
}

impl<F: LeaseFamily> Engine<F> for MySql {
    fn connect(&self) -> Answer<'_, Box<dyn Session<F>>> {
        async {
            let conn = connect::open(&self.access).await?;
            let prepared = session::MySqlSession::<F>::prepare(conn, self.access.label());
            let limit = self.access.patience().batch;
            let session = self.access.within(limit, prepared).await?;
            Ok(Box::new(session) as Box<dyn Session<F>>)
        }
        .boxed()
    }

    fn initialize(&self) -> Answer<'_, ()> {
        migrate::initialize(&self.access).boxed()
    }
}

/// See [`crate::life::weakness`].
pub(crate) async fn weakness(access: &Access) -> Result<Option<String>, Error> {
    use mysql_async::prelude::Queryable;
    let mut conn = connect::open(access).await?;
    let text = "SELECT @@GLOBAL.innodb_flush_log_at_trx_commit";
    let flush: Option<u64> = conn
        .query_first(text)
        .await
        .map_err(|e| error(&access.label(), "flush log", &e))?;
    Ok(flush.filter(|flush| *flush != 1).map(|flush| {
        format!(
            "the server's innodb_flush_log_at_trx_commit is {flush}: leases that were acknowledged \
             may be lost with its machine; SET GLOBAL innodb_flush_log_at_trx_commit = 1, and the \
             same in its configuration file"
        )
    }))
}

/// The server's error numbers that mean more than a statement that failed.
mod code {
    /// Deadlock; the server has undone the transaction.
    pub(super) const DEADLOCK: u16 = 1213;
    /// A row or table lock was not to be had in time.
    pub(super) const LOCK_TIMEOUT: u16 = 1205;
    /// MariaDB: the row was changed since the transaction's snapshot.
    pub(super) const RECORD_CHANGED: u16 = 1020;
    /// A unique key has this value already.
    pub(super) const DUPLICATE: u16 = 1062;

    /// A value that is NULL, out of range, of another type or alphabet, or too long; another
    /// constraint, of MySQL and of MariaDB.
    pub(super) const VALUE: [u16; 8] = [1048, 1062, 1264, 1292, 1366, 1406, 3819, 4025];

    /// Too many connections, of all or of this user.
    pub(super) const FULL: [u16; 4] = [1040, 1041, 1203, 1226];
    /// The server is starting, stopping, or not part of its cluster now.
    pub(super) const AWAY: [u16; 5] = [1047, 1053, 1077, 1079, 3032];
    /// This connection was cut, or waits to be.
    pub(super) const CUT: [u16; 9] = [1152, 1158, 1159, 1160, 1161, 1184, 1317, 1927, 4031];
    /// The server may not write now: it became a replica.
    pub(super) const READ_ONLY: [u16; 4] = [1290, 1792, 1836, 1874];

    /// The server keeps no more prepared statements.
    pub(super) const STATEMENTS_FULL: u16 = 1461;

    /// Wrong user, password or host.
    pub(super) const LOGIN: [u16; 4] = [1045, 1130, 1698, 1524];
    /// No such database.
    pub(super) const NO_DATABASE: u16 = 1049;
    /// The user may not do this.
    pub(super) const DENIED: [u16; 5] = [1044, 1142, 1143, 1227, 1370];
}

/// A driver's error, as ours.
fn error(place: &Arc<str>, statement: &'static str, error: &mysql_async::Error) -> Error {
    let mysql_async::Error::Server(server) = error else {
        return Error::unavailable(place, text(error));
    };
    let problem = || server.message.as_str().into();
    match server.code {
        code::DEADLOCK | code::LOCK_TIMEOUT | code::RECORD_CHANGED => Error::Conflict {
            statement,
            problem: problem(),
        },
        code::DUPLICATE if is_client_key(&server.message) => Error::ClientHasOther { statement },
        number if code::VALUE.contains(&number) => Error::Value {
            statement,
            problem: text(error).into(),
        },
        // Another connection may do better.
        number if is_connection(number) => Error::unavailable(place, text(error)),
        _ => Error::Statement {
            statement,
            problem: text(error).into(),
        },
    }
}

/// Whether it is the client's key that is there already: the message ends with the key's name,
/// after the value that it quotes.
fn is_client_key(message: &str) -> bool {
    message
        .rsplit_once(" key ")
        .is_some_and(|(_, key)| key.contains("_one_per_"))
}

fn is_connection(number: u16) -> bool {
    let groups: [&[u16]; 5] = [
        &code::FULL,
        &code::AWAY,
        &code::CUT,
        &code::READ_ONLY,
        &code::LOGIN,
    ];
    groups.iter().any(|group| group.contains(&number)) || number == code::NO_DATABASE
}

/// What the server or the driver said, with the server's number, and what to do where that is
/// known.
fn text(error: &mysql_async::Error) -> String {
    use mysql_async::{DriverError, Error as Driver, IoError};
    let server = match error {
        Driver::Server(server) => server,
        Driver::Io(IoError::Io(io)) => return io.to_string(),
        Driver::Io(IoError::Tls(tls)) => return format!("TLS: {}", chain(tls)),
        Driver::Driver(DriverError::NoClientSslFlagFromServer) => {
            return "the server does not offer TLS; give it a certificate (ssl_cert, ssl_key), or \
                    leave out trust-anchor, cert-file and key-file"
                .to_owned();
        }
        Driver::Driver(driver) => return driver.to_string(),
        other => return other.to_string(),
    };
    let remedy = match server.code {
        number if code::LOGIN.contains(&number) => "; check user, password and the user's host",
        number if code::DENIED.contains(&number) => {
            "; GRANT ALL PRIVILEGES on the database to the user"
        }
        number if code::FULL.contains(&number) => "; raise max_connections",
        code::NO_DATABASE => "; create it with CREATE DATABASE",
        _ => "",
    };
    format!("{} ({}){remedy}", server.message, server.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_identifier_cannot_pose_as_a_keys_name() {
        assert!(is_client_key(
            "Duplicate entry 'x-1-0' for key 'lease4.lease4_one_per_client'"
        ));
        assert!(!is_client_key(
            "Duplicate entry ' key lease4_one_per_client' for key 'PRIMARY'"
        ));
    }
}
