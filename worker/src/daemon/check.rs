//! `-t` and `-T`: would this configuration be served?

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, bail};
use murre_config::Server;
use murre_schema::{Access, Error, HostStore, StoreOptions, life};
use murre_wire::Family;

use super::family::Serve;

/// Load the file and say what was noticed; with `deep`, look for its interfaces and reach its databases as well. Opens
/// no sockets and writes nothing.
pub(super) fn check(path: &Path, deep: bool) -> anyhow::Result<()> {
    let config = super::load(path)?;
    let mut out = std::io::stdout().lock();
    for note in &config.notes {
        writeln!(out, "{}", note.report())?;
    }
    if deep {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot start a thread")?;
        if let Some(server) = &config.dhcp4 {
            tell(&mut out, runtime.block_on(reach(server))?)?;
        }
        if let Some(server) = &config.dhcp6 {
            tell(&mut out, runtime.block_on(reach(server))?)?;
        }
    }
    writeln!(out, "{}: the configuration can be served", path.display())?;
    Ok(())
}

fn tell(out: &mut impl Write, weakness: Option<String>) -> std::io::Result<()> {
    match weakness {
        Some(weakness) => writeln!(out, "warning: {weakness}"),
        None => Ok(()),
    }
}

/// What the database's server does less safely than it could, when all that the configuration needs of this host and
/// its databases is there.
async fn reach<F: Serve>(server: &Server<F>) -> anyhow::Result<Option<String>> {
    let mut problems = Vec::new();
    if let Err(error) = super::family::has_interfaces(server) {
        problems.push(format!("{} interfaces-config: {error}", <F as Family>::KEY));
    }
    for access in super::stores::hosts_accesses(server) {
        if let Err(error) = reach_hosts(&access).await {
            problems.push(format!("{} hosts-database: {error}", <F as Family>::KEY));
        }
    }
    let access = super::access::access::<F>(&server.lease_database);
    let weakness = match reach_leases(&access).await {
        Ok(weakness) => weakness,
        Err(error) => {
            problems.push(format!("{} lease-database: {error}", <F as Family>::KEY));
            None
        }
    };
    match problems.is_empty() {
        true => Ok(weakness),
        false => bail!("{}", problems.join("\nerror: ")),
    }
}

async fn reach_leases(access: &Access) -> Result<Option<String>, Error> {
    if let murre_schema::Place::Memory(_) = access.place {
        return Ok(None);
    }
    life::servable(access).await?;
    life::weakness(access).await
}

/// Whether a database of reservations can be asked.
async fn reach_hosts(access: &Access) -> Result<(), Error> {
    // Of one that is only read, tables of these names are all that is wanted, and opening it writes nothing.
    if access.read_only || life::has_other_hosts(access).await? {
        return HostStore::open(access, StoreOptions::default())
            .await
            .map(drop);
    }
    life::servable(access).await
}
