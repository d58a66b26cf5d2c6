//! One file per command.

mod db_init;
mod db_upgrade;
mod db_version;
mod lease_dump;
mod lease_list;
mod lease_upload;
mod workers;

use std::future::Future;

use murre_schema::life::{self, Condition};
use murre_schema::{Lease, LeaseFamily, Store, StoreOptions};
use murre_wire::Address;

use crate::cli::{Command, FamilyArgs, Target};
use crate::error::Error;

/// Rows that are read or written in one go: few round trips, little memory.
const PORTION: u32 = 2000;

/// Carry out a command; Ctrl-C ends it, with what it had begun undone.
pub(crate) fn run(command: Command) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match command {
            Command::DbInit(args) => interruptible(db_init::run(&Target::of(&args)?)).await,
            Command::DbVersion(args) => interruptible(db_version::run(&Target::of(&args)?)).await,
            Command::DbUpgrade(args) => interruptible(db_upgrade::run(&Target::of(&args)?)).await,
            Command::LeaseDump(args) => interruptible(lease_dump::run(&args)).await,
            Command::LeaseUpload(args) => interruptible(lease_upload::run(&args)).await,
            Command::LeaseList(args) => interruptible(lease_list::run(&args)).await,
            Command::Workers(args) => match interruptible(workers::run(&args)).await {
                // How watching ends, and no failure.
                Err(Error::Interrupted) if args.watch => Ok(()),
                outcome => outcome,
            },
            Command::StatsRecount(_) => Err(Error::refused("stats-recount is not supported yet")),
        }
    })
}

async fn interruptible(work: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    tokio::select! {
        result = work => result,
        _ = tokio::signal::ctrl_c() => Err(Error::Interrupted),
    }
}

/// What a database holds, which must be tables of ours.
async fn condition(target: &Target) -> Result<Condition, Error> {
    target.must_exist()?;
    let found = life::inspect(&target.access).await?;
    if found.is_empty() {
        let label = target.access.label();
        return Err(Error::refused(format!(
            "database {label} holds no tables; db-init makes them"
        )));
    }
    Ok(found)
}

/// The leases of one family in a database that must have its tables: unlike a worker, this tool
/// makes none in passing.
async fn open<F: LeaseFamily>(target: &Target) -> Result<Store<F>, Error> {
    condition(target).await?;
    Ok(Store::open(&target.access, StoreOptions::default()).await?)
}

/// Whether `-4` was chosen, for commands that need one of the two.
fn needs_v4(family: FamilyArgs, command: &'static str) -> Result<bool, Error> {
    if !family.v4 && !family.v6 {
        return Err(needs(command, "-4 or -6"));
    }
    Ok(family.v4)
}

/// A command lacks an option.
fn needs(command: &'static str, what: &str) -> Error {
    Error::Usage(format!("{command} needs {what}"))
}

/// Where the page after this one starts; none after the last.
fn next_page<F: LeaseFamily>(leases: &[Lease<F>], limit: u32) -> Option<F::Address> {
    let last = leases.last().filter(|_| leases.len() >= limit as usize)?;
    let bits = last.address.to_bits().checked_add(1)?;
    // After the last address there is none; its number would wrap around.
    Some(F::Address::from_bits(bits)).filter(|next| *next > last.address)
}
