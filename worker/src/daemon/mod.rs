//! The process: configuration in, services up, signals and commands until the end.
//!
//! One process serves what its file holds: DHCPv4, DHCPv6, or both.

mod access;
mod check;
mod duid;
mod events;
mod family;
mod import;
mod pid;
mod recovery;
mod save;
mod stores;
mod timers;
mod writers;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use murre_config::{Config, Server};
use murre_wire::{Family, V4, V6};
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::cli::{self, Cli};
use crate::exchange::{Journal, Ports};
use crate::log;

pub use events::{Ending, Event, Written};
use family::FamilyDaemon;
pub(crate) use timers::reclaim_all;

/// The failure was told to the operator already; only the exit code is left.
#[derive(Debug)]
pub struct Reported;

/// Do what the command line asks for; the exit code.
///
/// # Errors
/// [`Reported`], when the exit code must say so.
pub fn main(cli: &Cli) -> Result<u8, Reported> {
    let result = if cli.version {
        print(cli::version()).map(|()| 0)
    } else if cli.long_version {
        print(&cli::long_version()).map(|()| 0)
    } else if cli.report {
        print(&cli::report()).map(|()| 0)
    } else if let Some(path) = &cli.test {
        check::check(path, false).map(|()| 0)
    } else if let Some(path) = &cli.deep_test {
        check::check(path, true).map(|()| 0)
    } else if let Some(path) = &cli.config {
        serve(path, cli)
    } else {
        Ok(0)
    };
    result.map_err(|error| {
        let _ = writeln!(std::io::stderr(), "murre-worker: {error:#}");
        Reported
    })
}

fn print(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("cannot print")
}

/// Load a configuration; all errors become one, shown the way a compiler does.
fn load(path: &Path) -> anyhow::Result<Config> {
    murre_config::load(path).map_err(|errors| anyhow::anyhow!("{}", errors.report()))
}

fn serve(path: &Path, cli: &Cli) -> anyhow::Result<u8> {
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

/// Threads that serve packets. Queries wait for the database, not for a processor, and one thread
/// that never wakes another gathers larger batches and does the work of two at half the price
/// (docs/architecture.md). More processors are for more workers.
const PACKET_THREADS: usize = 1;

fn run(path: &Path, config: Config, cli: &Cli) -> anyhow::Result<u8> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(PACKET_THREADS)
        .enable_all()
        .build()
        .context("cannot start threads")?;
    runtime.block_on(Daemon::run(path, config, cli))
}

/// A family's part of a configuration.
struct Wanted<F: Family> {
    server: Arc<Server<F>>,
    /// As `config-get` shows it.
    json: serde_json::Value,
}

impl<F: Family> Wanted<F> {
    fn of(server: Option<Server<F>>, json: &mut serde_json::Value) -> Option<Self> {
        Some(Self {
            server: Arc::new(server?),
            json: json
                .get_mut(F::KEY)
                .map(serde_json::Value::take)
                .unwrap_or_default(),
        })
    }
}

/// Each family's part.
fn parts(config: Config) -> (Option<Wanted<V4>>, Option<Wanted<V6>>) {
    let mut json = config.to_json();
    let v4 = Wanted::of(config.dhcp4, &mut json);
    (v4, Wanted::of(config.dhcp6, &mut json))
}

/// Both families' services and what drives them.
pub struct Daemon {
    path: PathBuf,
    v4: Option<FamilyDaemon<V4>>,
    v6: Option<FamilyDaemon<V6>>,
    surroundings: Surroundings,
    debug: bool,
}

/// What a family's daemon is told about the process.
#[derive(Clone)]
struct Surroundings {
    ports: Ports,
    /// Where its commands send what concerns the process.
    events: Sender<Event>,
    /// The configuration file, which names the PID file.
    path: PathBuf,
}

impl Daemon {
    async fn run(path: &Path, config: Config, cli: &Cli) -> anyhow::Result<u8> {
        let (events, mut incoming) = mpsc::channel(16);
        events::listen(events.clone())?;
        let surroundings = Surroundings {
            ports: Ports {
                server: cli.server_port,
                client: cli.client_port,
            },
            events,
            path: path.to_owned(),
        };
        let (v4, v6) = parts(config);
        let mut daemon = Self {
            path: path.to_owned(),
            v4: v4.map(|wanted| FamilyDaemon::new(wanted, surroundings.clone())),
            v6: v6.map(|wanted| FamilyDaemon::new(wanted, surroundings.clone())),
            surroundings,
            debug: cli.debug,
        };
        let outcome = daemon.serve(&mut incoming).await;
        let ending = outcome.as_ref().copied().unwrap_or_default();
        if let Err(error) = &outcome {
            daemon.failed(error);
        }
        daemon.stop(ending).await;
        outcome.map(|ending| ending.code)
    }

    /// Start, and do what is asked for until the end is. Events count during the start as well:
    /// it may wait for a database for hours.
    async fn serve(&mut self, incoming: &mut Receiver<Event>) -> anyhow::Result<Ending> {
        self.prepare()?;
        let mut started = false;
        // Once all is served, a family that a reload adds cannot end the process by failing.
        let mut complete = false;
        loop {
            let event = tokio::select! {
                // May be left at any await and begun again.
                outcome = self.start(), if !started => {
                    match outcome {
                        Err(error) if complete => drop(self.refuse(&format!("{error:#}"))),
                        outcome => outcome?,
                    }
                    (started, complete) = (true, true);
                    continue;
                }
                event = incoming.recv() => event,
            };
            match event {
                None => return Ok(Ending::default()),
                Some(Event::Stop(ending)) => return Ok(ending),
                Some(Event::Reload(asked)) => {
                    let outcome = self.reload().await;
                    self.tell_fleet(&outcome);
                    // A family that is new starts as at the beginning.
                    started = false;
                    if let Some(asked) = asked {
                        // Who asked may be gone.
                        let _ = asked.send(outcome);
                    }
                }
                Some(Event::Set(config, asked)) => {
                    let outcome = self.replace(*config, true).await;
                    self.tell_fleet(&outcome);
                    started = false;
                    let _ = asked.send(outcome);
                }
                Some(Event::Write(path, asked)) => {
                    let _ = asked.send(self.write(path).await);
                }
            }
        }
    }

    /// Take what only one process may have, before anything else.
    fn prepare(&mut self) -> anyhow::Result<()> {
        if let Some(family) = &mut self.v4 {
            family.prepare()?;
        }
        if let Some(family) = &mut self.v6 {
            family.prepare()?;
        }
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

    /// Read the file again. When it cannot be served the present configuration stays; the error
    /// says why.
    async fn reload(&mut self) -> Result<(), String> {
        let config = match murre_config::load(&self.path) {
            Ok(config) => config,
            Err(errors) => return Err(self.refuse(&errors)),
        };
        self.replace(config, false).await
    }

    /// Adopt another configuration, or leave all as it is. With `keeps_others` a family that it does not have
    /// goes on with its own.
    async fn replace(&mut self, config: Config, keeps_others: bool) -> Result<(), String> {
        if let Err(error) = configure_log(&config, self.debug) {
            self.restore_log();
            return Err(self.refuse(&error));
        }
        let (mut v4, mut v6) = parts(config);
        if keeps_others {
            v4 = v4.or_else(|| self.v4.as_ref().map(FamilyDaemon::present));
            v6 = v6.or_else(|| self.v6.as_ref().map(FamilyDaemon::present));
        }
        let outcome = self.adopt(v4, v6).await;
        if outcome.is_err() {
            self.restore_log();
        }
        outcome
    }

    /// Write what is in force, both families' parts.
    async fn write(&self, path: Option<PathBuf>) -> Result<Written, String> {
        let path = path.unwrap_or_else(|| self.path.clone());
        let mut all = serde_json::Map::new();
        if let Some(family) = &self.v4 {
            all.insert(V4::KEY.to_owned(), family.present().json);
        }
        if let Some(family) = &self.v6 {
            all.insert(V6::KEY.to_owned(), family.present().json);
        }
        let written = tokio::task::spawn_blocking(move || save::save(path, &all.into())).await;
        match written {
            Ok(outcome) => outcome.map_err(|error| format!("{error:#}")),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Both families' parts or none. What is not wanted any more goes last: it would not come back.
    async fn adopt(
        &mut self,
        v4: Option<Wanted<V4>>,
        v6: Option<Wanted<V6>>,
    ) -> Result<(), String> {
        let (keeps_v4, keeps_v6) = (v4.is_some(), v6.is_some());
        let before = self.v4.as_ref().map(FamilyDaemon::present);
        if let Err(problem) = family::replace(&mut self.v4, v4, &self.surroundings).await {
            Journal::<V4>::not_configured(&problem);
            return Err(problem);
        }
        if let Err(problem) = family::replace(&mut self.v6, v6, &self.surroundings).await {
            family::restore(&mut self.v4, before).await;
            Journal::<V6>::not_configured(&problem);
            return Err(problem);
        }
        if keeps_v4 {
            Journal::<V4>::configured();
        } else {
            family::remove(&mut self.v4).await;
        }
        if keeps_v6 {
            Journal::<V6>::configured();
        } else {
            family::remove(&mut self.v6).await;
        }
        Ok(())
    }

    /// The loggers of the configuration in force. They could be had before.
    fn restore_log(&self) {
        if let Some(family) = &self.v4 {
            let _ = log::configure::<V4>(&family.present().server.loggers, self.debug);
        }
        if let Some(family) = &self.v6 {
            let _ = log::configure::<V6>(&family.present().server.loggers, self.debug);
        }
    }

    /// The fleet sees which worker refused a configuration, and why.
    fn tell_fleet(&self, outcome: &Result<(), String>) {
        let problem = outcome.as_ref().err().map(String::as_str);
        if let Some(family) = &self.v4 {
            family.refused(problem);
        }
        if let Some(family) = &self.v6 {
            family.refused(problem);
        }
    }

    /// It cannot be served.
    fn failed(&self, error: &anyhow::Error) {
        if self.v4.is_some() {
            Journal::<V4>::failed(error);
        } else {
            Journal::<V6>::failed(error);
        }
    }

    /// The present configuration stays.
    fn refuse(&self, error: &dyn std::fmt::Display) -> String {
        if self.v4.is_some() {
            Journal::<V4>::not_configured(error);
        } else {
            Journal::<V6>::not_configured(error);
        }
        error.to_string()
    }

    async fn stop(self, ending: Ending) {
        // Both at once: each takes a moment.
        tokio::join!(
            async {
                if let Some(family) = &self.v4 {
                    family.drain(ending).await;
                }
            },
            async {
                if let Some(family) = &self.v6 {
                    family.drain(ending).await;
                }
            },
        );
        if let Some(family) = self.v4 {
            family.stop(ending).await;
        }
        if let Some(family) = self.v6 {
            family.stop(ending).await;
        }
    }
}
