//! Opening a family's databases, and waiting for one that is not there yet.

use std::time::Duration;

use murre_config::{DatabaseAccess, Server};
use murre_schema::{Access, Error, Store, StoreOptions};

use super::{access, recovery};
use crate::exchange::{Exchange, HostStores, Journal};

/// A database that could not be opened: how it was to be reached, and why not.
pub(super) type Unopened = (DatabaseAccess, Error);

/// Open the database of the leases.
pub(super) async fn open_leases<F: Exchange>(server: &Server<F>) -> Result<Store<F>, Unopened> {
    let database = &server.lease_database;
    let opened = Store::open(&access::access::<F>(database), StoreOptions::default()).await;
    opened.map_err(|error| (database.clone(), error))
}

/// Open all databases of reservations.
pub(super) async fn open_hosts<F: Exchange>(server: &Server<F>) -> Result<HostStores, Unopened> {
    let leases = access::access::<F>(&server.lease_database);
    let wanted: Vec<Access> = hosts_accesses(server).collect();
    let opened = HostStores::open(&wanted, &leases).await;
    opened.map_err(|(number, error)| {
        let database = server.hosts_databases.get(number);
        let database = database.map(|database| database.access.clone());
        (database.unwrap_or_default(), error)
    })
}

/// How the databases of reservations are reached.
pub(super) fn hosts_accesses<F: Exchange>(server: &Server<F>) -> impl Iterator<Item = Access> {
    server.hosts_databases.iter().map(|database| Access {
        read_only: database.readonly,
        ..access::access::<F>(&database.access)
    })
}

/// Try until a database answers. A worker waits for it unless `retry-on-startup` is false; where it is true, only as
/// long as a lost database is waited for.
///
/// # Errors
/// It may not be tried again, or something else is wrong with it.
pub(super) async fn until_opened<F: Exchange, T>(
    open: impl AsyncFn() -> Result<T, Unopened>,
) -> Result<T, Error> {
    let mut tried = 0;
    loop {
        match open().await {
            Ok(opened) => return Ok(opened),
            Err((database, error)) if error.is_connection() && may_retry(&database, tried) => {
                Journal::<F>::database(&error);
                tokio::time::sleep(pause(&database)).await;
                tried += 1;
            }
            Err((_, error)) => return Err(error),
        }
    }
}

fn pause(access: &DatabaseAccess) -> Duration {
    match access.retry_on_startup {
        Some(true) => recovery::Policy::of(access).pause,
        _ => recovery::PAUSE,
    }
}

/// Whether a database that was not there at start may be tried again after so many times.
fn may_retry(access: &DatabaseAccess, tried: u32) -> bool {
    match access.retry_on_startup {
        None => true,
        Some(true) => !recovery::Policy::of(access).exhausted(tried),
        Some(false) => false,
    }
}
