//! One family's service with its sockets, database and timers.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use murre_config::{Listen, Server};
use murre_schema::{Store, StoreOptions};
use murre_wire::{Family, V4, V6};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{access, duid, timers};
use crate::exchange::{Exchange, Journal, Ports, Service};
use crate::socket::{self, Listeners, Mode, Selector, Settings};

/// Batches of packets that may wait between the sockets and the service.
const BATCHES: usize = 256;
/// Queries in flight that are always allowed: they wait for the database, not for a thread.
const LEAST_IN_FLIGHT: usize = 1024;
/// Queries in flight when `packet-queue-size` is 0, which means no limit of its own.
const MOST_IN_FLIGHT: usize = 16_384;
/// Pause between attempts to reach a database at start.
const RETRY: Duration = Duration::from_secs(1);

/// A family that can be served as a daemon.
pub(super) trait Serve: Exchange {
    /// The sockets' mode, as configured.
    fn mode(server: &Server<Self>) -> Mode;
    /// What must be settled with the database before the first query.
    fn settle(
        service: &Service<Self>,
    ) -> impl Future<Output = Result<(), murre_schema::Error>> + Send;
}

/// A running family.
pub(super) struct FamilyDaemon<F: Serve> {
    service: Arc<Service<F>>,
    listeners: Option<Listeners>,
    tasks: Vec<JoinHandle<()>>,
    serving: Option<JoinHandle<()>>,
}

impl<F: Serve> FamilyDaemon<F> {
    /// With a configuration, nothing started.
    pub(super) fn new(server: Arc<Server<F>>, ports: Ports) -> Self {
        let limit = in_flight(&server);
        Self {
            service: Arc::new(Service::new(server, limit, ports)),
            listeners: None,
            tasks: Vec::new(),
            serving: None,
        }
    }

    /// Reach the database, open the sockets, serve.
    ///
    /// # Errors
    /// Sockets that the configuration insists on, or an interface that is not there.
    pub(super) async fn start(&mut self) -> anyhow::Result<()> {
        self.reach_database().await?;
        let (packets, incoming) = mpsc::channel(BATCHES);
        let listeners = Listeners::new(packets, |failure| Journal::<F>::unsent(&failure));
        let sender = listeners.sender();
        self.listeners = Some(listeners);
        self.open_sockets().await?;
        self.serving = Some(tokio::spawn(
            Arc::clone(&self.service).run(incoming, sender),
        ));
        self.tasks
            .push(tokio::spawn(timers::run(Arc::clone(&self.service))));
        if !self.service.server.load().control_sockets.is_empty() {
            Journal::<F>::no_command_channel();
        }
        Journal::<F>::started();
        Ok(())
    }

    /// Until the database answers; without `retry-on-startup: false` a worker waits for it.
    async fn reach_database(&self) -> anyhow::Result<()> {
        if let Some(file) = access::forgotten_lease_file::<F>(&self.service.server.load()) {
            Journal::<F>::lease_file(&file);
        }
        loop {
            let server = self.service.server.load_full();
            match open_store(&server).await {
                Ok(store) => {
                    self.service.store.store(Some(Arc::new(store)));
                    F::settle(&self.service)
                        .await
                        .context("server identifier")?;
                    return Ok(());
                }
                Err(error) if error.is_connection() && retries(&server) => {
                    Journal::<F>::database(&error);
                    tokio::time::sleep(RETRY).await;
                }
                Err(error) => {
                    return Err(error)
                        .with_context(|| format!("{} lease-database", <F as Family>::KEY));
                }
            }
        }
    }

    async fn open_sockets(&mut self) -> anyhow::Result<()> {
        let settings = settings(&self.service);
        if let Some(listeners) = &mut self.listeners {
            let applied = listeners
                .apply(&settings)
                .await
                .with_context(|| format!("{} interfaces-config", <F as Family>::KEY))?;
            Journal::<F>::listening(&applied);
        }
        Ok(())
    }

    /// Serve with another configuration. What cannot be adopted leaves the present one in force.
    async fn adopt(&mut self, server: Arc<Server<F>>) -> anyhow::Result<()> {
        let before = self.service.server.load_full();
        if before.lease_database != server.lease_database {
            let store = open_store(&server).await.context("lease-database")?;
            self.service.store.store(Some(Arc::new(store)));
        }
        self.service.server.store(server);
        F::settle(&self.service)
            .await
            .context("server identifier")?;
        self.open_sockets().await
    }

    /// Take no more queries, answer what is in flight, close.
    pub(super) async fn stop(mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
        }
        self.service.stop();
        if let Some(serving) = self.serving.take() {
            // It ends by itself when all is answered; a panic was reported where it happened.
            let _ = serving.await;
        }
        if let Some(listeners) = self.listeners.take() {
            listeners.close().await;
        }
        Journal::<F>::stopped(&self.service.counters);
    }
}

/// After a reload: start, change or stop a family.
pub(super) async fn replace<F: Serve>(
    running: &mut Option<FamilyDaemon<F>>,
    wanted: Option<Server<F>>,
    ports: Ports,
) {
    let outcome = match (running.as_mut(), wanted) {
        (Some(daemon), Some(server)) => daemon.adopt(Arc::new(server)).await,
        (None, Some(server)) => {
            let mut daemon = FamilyDaemon::new(Arc::new(server), ports);
            let started = daemon.start().await;
            *running = Some(daemon);
            started
        }
        (Some(_), None) => {
            if let Some(daemon) = running.take() {
                daemon.stop().await;
            }
            Ok(())
        }
        (None, None) => Ok(()),
    };
    match outcome {
        Ok(()) => Journal::<F>::configured(),
        Err(error) => Journal::<F>::not_configured(&error),
    }
}

async fn open_store<F: Serve>(server: &Server<F>) -> Result<Store<F>, murre_schema::Error> {
    Store::open(
        &access::access::<F>(&server.lease_database),
        StoreOptions::default(),
    )
    .await
}

fn retries<F: Family>(server: &Server<F>) -> bool {
    server.lease_database.retry_on_startup != Some(false)
}

fn in_flight<F: Family>(server: &Server<F>) -> usize {
    let settings = server.multi_threading;
    let threads = match settings.thread_pool_size {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads as usize,
    };
    match settings.packet_queue_size {
        0 => MOST_IN_FLIGHT,
        size => (size as usize * threads).clamp(LEAST_IN_FLIGHT, MOST_IN_FLIGHT),
    }
}

fn settings<F: Serve>(service: &Service<F>) -> Settings {
    let server = service.server.load();
    let interfaces = &server.interfaces;
    Settings {
        mode: F::mode(&server),
        selectors: interfaces.listen.iter().map(selector).collect(),
        port: service.server_port,
        require_all: interfaces.require_all,
        max_retries: interfaces.max_retries,
        retry_wait: interfaces.retry_wait,
        re_detect: interfaces.re_detect,
    }
}

fn selector<F: Family>(listen: &Listen<F>) -> Selector {
    match listen {
        Listen::All => Selector::All,
        Listen::Interface(name) => Selector::Named {
            name: Arc::clone(name),
            address: None,
        },
        Listen::Address { interface, address } => Selector::Named {
            name: Arc::clone(interface),
            address: Some((*address).into()),
        },
    }
}

impl Serve for V4 {
    fn mode(server: &Server<V4>) -> Mode {
        Mode::V4 {
            socket_type: match server.interfaces.socket_type {
                murre_config::SocketType::Raw => socket::SocketType::Raw,
                murre_config::SocketType::Udp => socket::SocketType::Udp,
            },
            outbound: match server.interfaces.outbound {
                murre_config::Outbound::SameAsInbound => socket::Outbound::SameAsInbound,
                murre_config::Outbound::UseRouting => socket::Outbound::UseRouting,
            },
        }
    }

    async fn settle(_service: &Service<V4>) -> Result<(), murre_schema::Error> {
        Ok(())
    }
}

impl Serve for V6 {
    fn mode(_server: &Server<V6>) -> Mode {
        Mode::V6
    }

    async fn settle(service: &Service<V6>) -> Result<(), murre_schema::Error> {
        if let Some(store) = service.store.load_full() {
            let interfaces = socket::interfaces().unwrap_or_default();
            let server = service.server.load_full();
            let duid = duid::settle(&server, &store, &interfaces).await?;
            service.duid.store(Arc::new(duid));
        }
        Ok(())
    }
}
