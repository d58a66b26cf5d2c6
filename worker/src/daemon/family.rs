//! One family's service with its sockets, database and timers.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use murre_config::{ControlSocket, Listen, Server};
use murre_control::{PidFile, Registry, UnixChannel};
use murre_leasefile::FileFamily;
use murre_schema::life;
use murre_wire::{Family, V4, V6};
use serde_json::Value;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinHandle;

use super::{Ending, Surroundings, Wanted, access, duid, import, pid, recovery, stores, timers};
use crate::command::{self, Desk, Sockets, Status};
use crate::exchange::{Exchange, HostStores, Journal, Service};
use crate::fleet;
use crate::names::sender;
use crate::socket::{self, Interface, Listeners, Mode, Packet, Selector, Settings, SocketError};

/// Batches of packets that may wait between the sockets and the service.
const BATCHES: usize = 256;
/// Queries in flight that are always allowed: they wait for the database, not for a thread.
const LEAST_IN_FLIGHT: usize = 4_096;
/// Queries in flight at most, whatever `multi-threading` says.
const MOST_IN_FLIGHT: usize = 65_536;

/// A family that can be served as a daemon.
pub(super) trait Serve: Exchange + FileFamily {
    /// The sockets' mode, as configured.
    fn mode(server: &Server<Self>) -> Mode;
    /// The addresses of an interface that answers come from.
    fn addresses(interface: &Interface) -> Vec<IpAddr>;
    /// What must be settled with the database before the first query.
    fn settle(
        service: &Service<Self>,
    ) -> impl Future<Output = Result<(), murre_schema::Error>> + Send;
}

/// Longest wait for commands that are being answered when all else has ended.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Longest wait for queries in flight at the end; their clients ask again.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// A family: being started, or running.
pub(super) struct FamilyDaemon<F: Serve> {
    service: Arc<Service<F>>,
    status: Arc<Status>,
    surroundings: Surroundings,
    pid_file: Option<PidFile>,
    registry: Arc<Registry>,
    channels: Vec<UnixChannel>,
    listeners: Option<Listeners>,
    /// Where packets come out until there is somebody to serve them.
    packets: Option<Receiver<Vec<Packet>>>,
    tasks: Vec<JoinHandle<()>>,
    /// One for each database of reservations.
    hosts_watch: Vec<JoinHandle<()>>,
    serving: Option<JoinHandle<()>>,
}

impl<F: Serve> FamilyDaemon<F> {
    /// With a configuration, nothing started.
    pub(super) fn new(wanted: Wanted<F>, surroundings: Surroundings) -> Self {
        let limit = in_flight(&wanted.server);
        let service = Service::new(wanted.server, limit, surroundings.ports);
        let desk = Desk {
            service: Arc::new(service),
            status: Arc::new(Status::new(wanted.json)),
            events: surroundings.events.clone(),
        };
        revise(&desk.service, desk.status.config());
        let registry = Arc::new(command::registry(&desk));
        Self {
            service: desk.service,
            status: desk.status,
            surroundings,
            pid_file: None,
            registry,
            channels: Vec::new(),
            listeners: None,
            packets: None,
            tasks: Vec::new(),
            hosts_watch: Vec::new(),
            serving: None,
        }
    }

    /// Take the PID file and open the command channel, which answers from then on.
    ///
    /// # Errors
    /// Another process has one of them, or they cannot be made.
    pub(super) fn prepare(&mut self) -> anyhow::Result<()> {
        if self.pid_file.is_none() {
            self.pid_file = pid::take::<F>(&self.surroundings.path)?;
        }
        let wanted = Arc::clone(&self.service.server.load());
        self.open_channels(&wanted.control_sockets)
    }

    /// Reach the database, open the sockets, serve. May be left at any await and begun again.
    ///
    /// # Errors
    /// Sockets that the configuration insists on, or an interface that is not there.
    pub(super) async fn start(&mut self) -> anyhow::Result<()> {
        if self.serving.is_some() {
            return Ok(());
        }
        // Boxed, as it is many futures deep.
        Box::pin(self.reach_databases()).await?;
        if self.listeners.is_none() {
            let (packets, incoming) = mpsc::channel(BATCHES);
            let listeners = Listeners::new(packets, |failure| Journal::<F>::unsent(&failure));
            self.listeners = Some(listeners);
            self.packets = Some(incoming);
        }
        self.open_sockets().await?;
        // The others make room, or the first queries would be answered twice.
        fleet::beat(&self.service).await;
        let sender = self.listeners.as_ref().map(Listeners::sender);
        if let (Some(incoming), Some(sender)) = (self.packets.take(), sender) {
            let service = Arc::clone(&self.service);
            self.serving = Some(tokio::spawn(service.run(incoming, sender)));
        }
        let (service, events) = (&self.service, &self.surroundings.events);
        self.tasks.extend([
            tokio::spawn(fleet::run(Arc::clone(service))),
            tokio::spawn(timers::run(Arc::clone(service))),
            tokio::spawn(sender::run(Arc::clone(service))),
            tokio::spawn(recovery::run(Arc::clone(service), events.clone())),
        ]);
        Journal::<F>::started();
        Ok(())
    }

    /// Open the sockets that are not open yet; then close those that are not wanted any more.
    fn open_channels(&mut self, wanted: &[ControlSocket]) -> anyhow::Result<()> {
        let mut opened = Vec::new();
        for socket in wanted {
            if !self.channels.iter().any(|open| open.path() == socket.path) {
                opened.push(UnixChannel::open(&socket.path, Arc::clone(&self.registry))?);
            }
        }
        self.channels
            .retain(|open| wanted.iter().any(|socket| open.path() == socket.path));
        self.channels.append(&mut opened);
        Ok(())
    }

    /// Until the databases answer.
    async fn reach_databases(&mut self) -> anyhow::Result<()> {
        let service = Arc::clone(&self.service);
        let store = stores::until_opened::<F, _>(async || {
            let server = service.server.load_full();
            stores::open_leases(&server).await
        });
        let store = store.await.with_context(place_of::<F>("lease-database"))?;
        let server = self.service.server.load_full();
        self.tell_of_durability(&server).await;
        import::import(&server, &store).await?;
        self.service.store.store(Some(Arc::new(store)));
        let hosts = stores::until_opened::<F, _>(async || {
            let server = service.server.load_full();
            stores::open_hosts(&server).await
        });
        let hosts = hosts.await.with_context(place_of::<F>("hosts-database"))?;
        self.adopt_hosts(Arc::new(hosts));
        F::settle(&self.service).await.context("server identifier")
    }

    /// Ask these from now on, and watch over them.
    fn adopt_hosts(&mut self, hosts: Arc<HostStores>) {
        self.hosts_watch.drain(..).for_each(|watch| watch.abort());
        let server = self.service.server.load_full();
        for (store, database) in hosts.all().iter().zip(&server.hosts_databases) {
            let (store, access) = (Arc::clone(store), database.access.clone());
            let events = self.surroundings.events.clone();
            let watch = recovery::run_hosts::<F>(store, access, events);
            self.hosts_watch.push(tokio::spawn(watch));
        }
        self.service.allocator.heed_stores(!hosts.is_empty());
        self.service.hosts.store(hosts);
    }

    /// What the database's server does less safely than it could, which no session can change.
    async fn tell_of_durability(&self, server: &Server<F>) {
        let access = access::access::<F>(&server.lease_database);
        // A server that is lost at this moment is told of soon enough.
        if let Ok(Some(weakness)) = life::weakness(&access).await {
            Journal::<F>::not_durable(&weakness);
        }
    }

    async fn open_sockets(&mut self) -> anyhow::Result<()> {
        let settings = settings(&self.service.server.load(), self.service.server_port);
        if let Some(listeners) = &mut self.listeners {
            let applied = listeners
                .apply(&settings)
                .await
                .with_context(|| format!("{} interfaces-config", <F as Family>::KEY))?;
            Journal::<F>::listening(&applied);
            self.service.fleet.hears(applied.serving.len());
            let served = listeners.served();
            let addresses = served.flat_map(|(interface, _)| F::addresses(interface));
            self.service.fleet.answers_from(addresses.collect());
            let served = listeners.served();
            let served = served.map(|(interface, from)| (Arc::clone(interface), from));
            self.service.served.store(Arc::new(served.collect()));
            let failures = applied.failures.iter().map(ToString::to_string);
            self.status.sockets(Sockets::Tried(failures.collect()));
        }
        Ok(())
    }

    /// The configuration in force.
    pub(super) fn present(&self) -> Wanted<F> {
        Wanted {
            server: self.service.server.load_full(),
            json: Value::clone(&self.status.config()),
        }
    }

    /// Serve with another configuration. What cannot be adopted leaves the present one in force.
    async fn adopt(&mut self, wanted: Wanted<F>) -> anyhow::Result<()> {
        let Wanted { server, json } = wanted;
        let before = self.service.server.load_full();
        let new_database = before.lease_database != server.lease_database;
        let mut store = None;
        if new_database && self.serving.is_some() {
            let opened = stores::open_leases(&server).await;
            let opened = opened.map_err(|(_, error)| error);
            let opened = opened.context("lease-database")?;
            import::import(&server, &opened).await?;
            store = Some(opened);
        }
        let mut hosts = None;
        let new_hosts = before.hosts_databases != server.hosts_databases;
        if (new_database || new_hosts) && self.serving.is_some() {
            let opened = stores::open_hosts(&server).await;
            let opened = opened.map_err(|(_, error)| error);
            hosts = Some(Arc::new(opened.context("hosts-database")?));
        }
        self.open_channels(&server.control_sockets)?;
        let earlier = self.service.store.load_full();
        let earlier_hosts = self.service.hosts.load_full();
        let moves = store.is_some();
        if let Some(store) = store {
            self.service.store.store(Some(Arc::new(store)));
        }
        self.service.server.store(server);
        if let Some(hosts) = hosts {
            self.adopt_hosts(hosts);
        }
        self.service.allocator.forget();
        self.service.statistics.book().configured();
        if self.serving.is_some()
            && let Err(error) = self.settle_and_open().await
        {
            self.service.server.store(Arc::clone(&before));
            self.service.store.store(earlier);
            self.adopt_hosts(earlier_hosts);
            // What it had it can have again; whatever is not to be had is in the error already.
            let _ = self.settle_and_open().await;
            let _ = self.open_channels(&before.control_sockets);
            return Err(error);
        }
        if moves && let Some(earlier) = earlier {
            fleet::leave(&self.service, &earlier).await;
        }
        // Before the first query, the start is under way and goes on with what it finds now.
        self.status.loaded(json);
        revise(&self.service, self.status.config());
        Ok(())
    }

    async fn settle_and_open(&mut self) -> anyhow::Result<()> {
        F::settle(&self.service)
            .await
            .context("server identifier")?;
        self.open_sockets().await
    }

    /// Tell the fleet why a configuration was refused, or that it was not.
    pub(super) fn refused(&self, problem: Option<&str>) {
        self.service.fleet.refused(problem);
    }

    /// Hand over to the other workers what they hear as well, before the end.
    pub(super) async fn drain(&self, ending: Ending) {
        if self.serving.is_some() && !ending.at_once {
            fleet::drain(&self.service).await;
        }
    }

    /// Take no more queries, answer what is in flight unless it must end at once, close.
    pub(super) async fn stop(mut self, ending: Ending) {
        let tasks = self.tasks.drain(..).chain(self.hosts_watch.drain(..));
        tasks.for_each(|task| task.abort());
        self.service.stop();
        match self.serving.take() {
            Some(serving) if ending.at_once => serving.abort(),
            // It ends by itself when all is answered, unless the database is silent; a panic was
            // reported where it happened.
            Some(mut serving) => {
                let all_answered = tokio::time::timeout(LAST_ANSWERS, &mut serving).await;
                all_answered.map_or_else(|_| serving.abort(), drop);
            }
            None => {}
        }
        if let Some(listeners) = self.listeners.take() {
            listeners.close().await;
        }
        if let Some(store) = self.service.store.load_full() {
            fleet::leave(&self.service, &store).await;
        }
        let channels = self.channels.drain(..).map(UnixChannel::close);
        for finishing in channels.collect::<Vec<_>>() {
            finishing.wait(LAST_WORDS).await;
        }
        Journal::<F>::stopped(&self.service.counters);
    }
}

/// After a reload: prepare a family that is new, or change one that is there.
///
/// # Errors
/// Why it stays as it was.
pub(super) async fn replace<F: Serve>(
    running: &mut Option<FamilyDaemon<F>>,
    wanted: Option<Wanted<F>>,
    surroundings: &Surroundings,
) -> Result<(), String> {
    let outcome = match (running.as_mut(), wanted) {
        (Some(daemon), Some(wanted)) => daemon.adopt(wanted).await,
        (None, Some(wanted)) => {
            let mut daemon = FamilyDaemon::new(wanted, surroundings.clone());
            let prepared = daemon.prepare();
            if prepared.is_ok() {
                *running = Some(daemon);
            }
            prepared
        }
        (_, None) => Ok(()),
    };
    outcome.map_err(|error| format!("{error:#}"))
}

/// Back to what was before [`replace`].
pub(super) async fn restore<F: Serve>(
    running: &mut Option<FamilyDaemon<F>>,
    before: Option<Wanted<F>>,
) {
    match (running.as_mut(), before) {
        (Some(daemon), Some(before)) => {
            if let Err(error) = daemon.adopt(before).await {
                Journal::<F>::not_configured(&format!("{error:#}"));
            }
        }
        (_, None) => remove(running).await,
        (None, Some(_)) => {}
    }
}

/// Stop a family for good.
pub(super) async fn remove<F: Serve>(running: &mut Option<FamilyDaemon<F>>) {
    if let Some(daemon) = running.take() {
        daemon.drain(Ending::default()).await;
        daemon.stop(Ending::default()).await;
    }
}

/// What each host of a fleet has as its own.
const OWN_KEYS: [&str; 5] = [
    "interfaces-config",
    "worker-name",
    "control-socket",
    "control-sockets",
    "loggers",
];

/// Tell the fleet which configuration is in force, but for what is the host's own. Its hash takes a while
/// when it is large, and nothing waits for it.
fn revise<F: Serve>(service: &Arc<Service<F>>, config: Arc<Value>) {
    let service = Arc::clone(service);
    tokio::task::spawn_blocking(move || service.fleet.runs(&revision(&config)));
}

fn revision(config: &Value) -> String {
    let mut shared = config.clone();
    if let Some(map) = shared.as_object_mut() {
        OWN_KEYS.iter().for_each(|key| drop(map.remove(*key)));
    }
    command::hash(&shared)
}

/// What a message says before the fault of a database.
fn place_of<F: Family>(key: &'static str) -> impl FnOnce() -> String {
    move || format!("{} {key}", F::KEY)
}

fn in_flight<F: Family>(server: &Server<F>) -> usize {
    let settings = server.multi_threading;
    let wanted = settings.thread_pool_size as usize * settings.packet_queue_size as usize;
    wanted.clamp(LEAST_IN_FLIGHT, MOST_IN_FLIGHT)
}

/// Whether this host has the interfaces that a configuration names.
///
/// # Errors
/// Which one it has not.
pub(super) fn has_interfaces<F: Serve>(server: &Server<F>) -> Result<(), SocketError> {
    let found = socket::interfaces().map_err(SocketError::Interfaces)?;
    socket::check(&settings(server, 0), &found)
}

fn settings<F: Serve>(server: &Server<F>, port: u16) -> Settings {
    let interfaces = &server.interfaces;
    Settings {
        mode: F::mode(server),
        selectors: interfaces.listen.iter().map(selector).collect(),
        port,
        dhcp4o6_port: server.dhcp4o6_port,
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

    fn addresses(interface: &Interface) -> Vec<IpAddr> {
        let addresses = interface.ipv4.iter();
        addresses.map(|(address, _)| (*address).into()).collect()
    }

    async fn settle(_service: &Service<V4>) -> Result<(), murre_schema::Error> {
        Ok(())
    }
}

impl Serve for V6 {
    fn mode(_server: &Server<V6>) -> Mode {
        Mode::V6
    }

    /// Those that mean something beyond their link, if it has any.
    fn addresses(interface: &Interface) -> Vec<IpAddr> {
        let all = || interface.ipv6.iter().map(|(address, _)| *address);
        let wide = all().filter(|address| !address.is_unicast_link_local());
        let wide: Vec<IpAddr> = wide.map(IpAddr::from).collect();
        if wide.is_empty() {
            all().map(IpAddr::from).collect()
        } else {
            wide
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_host_has_as_its_own_makes_no_other_revision() {
        let of = |name: &str, pool: &str| {
            let interfaces = json!({ "interfaces": [name] });
            revision(&json!({
                "worker-name": name, "interfaces-config": interfaces, "subnet4": [{ "pools": [pool] }],
            }))
        };
        assert_eq!(of("one", "192.0.2.0/24"), of("two", "192.0.2.0/24"));
        assert_ne!(of("one", "192.0.2.0/24"), of("one", "192.0.2.0/25"));
    }
}
