//! `-t` and `-T`: would this configuration be served?

use std::io::Write;
use std::path::Path;

use anyhow::Context as _;
use murre_config::Server;
use murre_schema::{HostStore, StoreOptions, life};
use murre_wire::Family;

use crate::exchange::Exchange;

/// Load the file and say what was noticed; with `deep`, reach its databases as well. Opens no
/// sockets and writes nothing.
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

/// What the database's server does less safely than it could, when it can be served from.
async fn reach<F: Exchange>(server: &Server<F>) -> anyhow::Result<Option<String>> {
    reach_hosts(server).await?;
    let access = super::access::access::<F>(&server.lease_database);
    if let murre_schema::Place::Memory(_) = access.place {
        return Ok(None);
    }
    let place = || format!("{} lease-database", <F as Family>::KEY);
    life::servable(&access).await.with_context(place)?;
    life::weakness(&access).await.with_context(place)
}

/// Whether the databases of reservations can be asked.
async fn reach_hosts<F: Exchange>(server: &Server<F>) -> anyhow::Result<()> {
    for access in super::stores::hosts_accesses(server) {
        let place = || format!("{} hosts-database", <F as Family>::KEY);
        // Of one that is only read, tables of these names are all that is wanted, and opening it writes nothing.
        match access.read_only {
            true => HostStore::open(&access, StoreOptions::default())
                .await
                .map(drop),
            false => life::servable(&access).await,
        }
        .with_context(place)?;
    }
    Ok(())
}
