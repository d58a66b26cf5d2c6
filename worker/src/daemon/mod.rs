//! The process: configuration in, services up, signals and commands until the end.
//!
//! One process serves what its file holds: DHCPv4, DHCPv6, or both.

mod access;
mod check;
mod duid;
mod events;
mod family;
mod timers;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use murre_config::Config;
use murre_wire::{V4, V6};
use tokio::sync::mpsc;

use crate::cli::{self, Cli};
use crate::exchange::{Journal, Ports};
use crate::log;

pub use events::Event;
use family::FamilyDaemon;

/// The failure was told to the operator already; only the exit code is left.
#[derive(Debug)]
pub struct Reported;

/// Do what the command line asks for.
///
/// # Errors
/// [`Reported`], when the exit code must say so.
pub fn main(cli: &Cli) -> Result<(), Reported> {
    let result = if cli.version {
        print(cli::version())
    } else if cli.long_version {
        print(&cli::long_version())
    } else if cli.report {
        print(&cli::report())
    } else if let Some(path) = &cli.test {
        check::check(path, false)
    } else if let Some(path) = &cli.deep_test {
        check::check(path, true)
    } else if let Some(path) = &cli.config {
        serve(path, cli)
    } else {
        Ok(())
    };
    result.map_err(|error| {
        let _ = writeln!(std::io::stderr(), "murre-worker: {error:#}");
        Reported
    })
}

fn print(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("cannot print")
}

/// Load a configuration; notes go to the log, errors become one.
fn load(path: &Path) -> anyhow::Result<Config> {
    let config =
        murre_config::load(path).map_err(|errors| anyhow::anyhow!("{}", errors.report()))?;
    if config.dhcp4.is_none() && config.dhcp6.is_none() {
        anyhow::bail!("{}: neither Dhcp4 nor Dhcp6 is in it", path.display());
    }
    Ok(config)
}

fn serve(path: &Path, cli: &Cli) -> anyhow::Result<()> {
    let config = load(path)?;
    log::start()?;
    configure_log(&config, cli.debug)?;
    let outcome = run(path, config, cli);
    log::finish();
    outcome
}

/// Adopt the loggers, then tell what was noticed in the file.
fn configure_log(config: &Config, everything: bool) -> Result<(), log::LogError> {
    if let Some(server) = &config.dhcp4 {
        log::configure::<V4>(&server.loggers, everything)?;
        config.notes.iter().for_each(Journal::<V4>::note);
    }
    if let Some(server) = &config.dhcp6 {
        log::configure::<V6>(&server.loggers, everything)?;
        if config.dhcp4.is_none() {
            config.notes.iter().for_each(Journal::<V6>::note);
        }
    }
    Ok(())
}

fn run(path: &Path, config: Config, cli: &Cli) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads(&config))
        .enable_all()
        .build()
        .context("cannot start threads")?;
    runtime.block_on(Daemon::run(path, config, cli))
}

/// Threads that serve packets: the most that either family's `multi-threading` asks for.
///
/// Unless told otherwise it is one: queries wait for the database, not for a processor, and one
/// thread that never wakes another gathers larger batches and does twice the work of two
/// (docs/architecture.md). More processors are for more workers.
fn threads(config: &Config) -> usize {
    let of = |settings: murre_config::MultiThreading| match settings {
        murre_config::MultiThreading { enable: false, .. } => 1,
        settings => (settings.thread_pool_size as usize).max(1),
    };
    let v4 = config.dhcp4.as_ref().map(|dhcp4| of(dhcp4.multi_threading));
    let v6 = config.dhcp6.as_ref().map(|dhcp6| of(dhcp6.multi_threading));
    v4.max(v6).unwrap_or(1)
}

/// Both families' services and what drives them.
pub struct Daemon {
    path: std::path::PathBuf,
    v4: Option<FamilyDaemon<V4>>,
    v6: Option<FamilyDaemon<V6>>,
    root: serde_json::Value,
    ports: Ports,
    debug: bool,
}

impl Daemon {
    async fn run(path: &Path, config: Config, cli: &Cli) -> anyhow::Result<()> {
        let ports = Ports {
            server: cli.server_port,
            client: cli.client_port,
        };
        let (events, mut incoming) = mpsc::channel(16);
        events::listen(events.clone())?;
        let root = config.to_json();
        let mut daemon = Self {
            path: path.to_owned(),
            v4: config
                .dhcp4
                .map(|server| FamilyDaemon::new(Arc::new(server), ports)),
            v6: config
                .dhcp6
                .map(|server| FamilyDaemon::new(Arc::new(server), ports)),
            root,
            ports,
            debug: cli.debug,
        };
        daemon.start().await?;
        while let Some(event) = incoming.recv().await {
            match event {
                Event::Stop => break,
                Event::Reload => daemon.reload().await,
            }
        }
        daemon.stop().await;
        Ok(())
    }

    async fn start(&mut self) -> anyhow::Result<()> {
        if let Some(family) = &mut self.v4 {
            family.start().await?;
        }
        if let Some(family) = &mut self.v6 {
            family.start().await?;
        }
        Ok(())
    }

    /// Read the file again. When it cannot be served the present configuration stays.
    async fn reload(&mut self) {
        match load(&self.path) {
            Ok(config) => {
                if let Err(error) = configure_log(&config, self.debug) {
                    return self.refuse(&error.into());
                }
                self.root = config.to_json();
                family::replace(&mut self.v4, config.dhcp4, self.ports).await;
                family::replace(&mut self.v6, config.dhcp6, self.ports).await;
            }
            Err(error) => self.refuse(&error),
        }
    }

    /// The present configuration stays.
    fn refuse(&self, error: &anyhow::Error) {
        if self.v4.is_some() {
            Journal::<V4>::not_configured(error);
        } else {
            Journal::<V6>::not_configured(error);
        }
    }

    async fn stop(self) {
        if let Some(family) = self.v4 {
            family.stop().await;
        }
        if let Some(family) = self.v6 {
            family.stop().await;
        }
    }
}
