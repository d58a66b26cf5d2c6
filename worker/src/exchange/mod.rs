//! From a packet to an answer: what both families share around their own stages.
//!
//! Each query is a task of its own that sees one snapshot of the configuration and one store. It
//! waits for the database and for nothing else; batches form there.

mod congestion;
mod ending;
mod hosts;
mod journal;
mod load;
mod naming;
mod news;
mod options;
pub(crate) mod steps;
mod suspension;
mod takeover;
mod told;
mod turns;
mod verdict;

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, ArcSwapOption};
use murre_config::Server;
use murre_schema::{Change, Changed, Claim, Error, Found, LeaseFamily, Lookup, Store};
use tokio::sync::{Notify, mpsc};

use crate::allocation::{Allocator, Asked, Chosen, Wish};
use crate::fleet::Fleet;
use crate::names::sender::Backlog;
use crate::socket::{Interface, Packet, Reply, Sender};
use crate::statistics::{self, Statistics};

pub(crate) use hosts::HostStores;
pub(crate) use journal::Journal;
use load::Load;
pub(crate) use naming::removes_names;
use news::News;
pub(crate) use options::Scopes;
pub(crate) use suspension::{Origin, Suspension};
pub(crate) use told::left;
pub(crate) use turns::Turns;
pub(crate) use verdict::{Counters, NO_TYPE, Verdict};

/// Pause between looks at whether all is answered, when the end has come.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// A query changes nothing when it is older than this: whatever its client meant, it has asked again since. A
/// lease keeps its end for twice as long (`lease4_claim.sql`), so nothing that is late makes one shorter.
const LATEST: Duration = Duration::from_secs(30);

/// What a family's stages look like from here.
pub(crate) trait Exchange: LeaseFamily {
    /// Answer one query, or say why not.
    fn answer(
        exchange: &Context<'_, Self>,
        packet: &Packet,
    ) -> impl Future<Output = Result<Reply, Verdict>> + Send;

    /// The port clients send to.
    const SERVER_PORT: u16;

    /// What its statistics are called.
    const STATISTICS: &'static statistics::Names;
}

/// Everything that lives as long as the process, for one family.
pub(crate) struct Service<F: Exchange> {
    /// The configuration; swapped whole.
    pub(crate) server: ArcSwap<Server<F>>,
    /// The database; `None` until it was reached for the first time.
    pub(crate) store: ArcSwapOption<Store<F>>,
    /// Reservations in databases; none until they were reached for the first time.
    pub(crate) hosts: ArcSwap<HostStores>,
    /// The DUID that all workers on the database share (v6).
    pub(crate) duid: ArcSwap<Vec<u8>>,
    /// What was counted.
    pub(crate) counters: Counters,
    /// What is told of it, and what is counted of leases.
    pub(crate) statistics: Statistics,
    /// Queries in flight, averaged.
    pub(crate) load: Load,
    /// The other workers on the database.
    pub(crate) fleet: Fleet,
    /// Whether queries are dropped because somebody wants it.
    pub(crate) suspension: Suspension,
    /// The interfaces whose clients are served, and the address that answers come from there.
    pub(crate) served: ArcSwap<Vec<(Arc<Interface>, IpAddr)>>,
    /// Port this server listens on and answers from.
    pub(crate) server_port: u16,
    /// Port that answers go to instead of the protocol's, for tests (`-P`).
    pub(crate) client_port: Option<u16>,
    pub(crate) allocator: Allocator<F>,
    /// Changes of names that wait to be sent.
    pub(crate) backlog: Backlog,
    /// What was told lately.
    pub(crate) news: News,
    turns: Turns,
    in_flight: AtomicUsize,
    limit: usize,
    stopping: Notify,
}

/// Ports other than the protocol's, for tests (`-p`, `-P`).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ports {
    /// Where to listen.
    pub(crate) server: Option<u16>,
    /// Where all answers go.
    pub(crate) client: Option<u16>,
}

/// What one query works with: one snapshot, one store.
pub(crate) struct Context<'a, F: Exchange> {
    /// When the query came in.
    came: Instant,
    /// The service it belongs to.
    pub(crate) service: &'a Service<F>,
    /// The configuration as it was when the query came.
    pub(crate) server: &'a Server<F>,
    /// The database.
    pub(crate) store: &'a Store<F>,
    /// Reservations in databases.
    pub(crate) hosts: &'a HostStores,
    /// No names are entered, as too many changes wait: one answer for all of a query's stages.
    names_suspended: bool,
}

impl<F: Exchange> Service<F> {
    /// A service with a configuration and no database yet.
    pub(crate) fn new(server: Arc<Server<F>>, limit: usize, ports: Ports) -> Self {
        Self {
            server: ArcSwap::new(server),
            store: ArcSwapOption::empty(),
            hosts: ArcSwap::default(),
            duid: ArcSwap::default(),
            counters: Counters::default(),
            statistics: Statistics::new(F::STATISTICS),
            load: Load::default(),
            fleet: Fleet::default(),
            suspension: Suspension::default(),
            served: ArcSwap::default(),
            server_port: ports.server.unwrap_or(F::SERVER_PORT),
            client_port: ports.client,
            allocator: Allocator::default(),
            backlog: Backlog::default(),
            news: News::default(),
            turns: Turns::default(),
            in_flight: AtomicUsize::new(0),
            limit,
            stopping: Notify::new(),
        }
    }

    /// Serve until [`Service::stop`]; then wait for what is in flight.
    pub(crate) async fn run(
        self: Arc<Self>,
        mut packets: mpsc::Receiver<Vec<Packet>>,
        sender: Sender,
    ) {
        loop {
            let batch = tokio::select! {
                biased;
                () = self.stopping.notified() => break,
                batch = packets.recv() => match batch {
                    Some(batch) => batch,
                    None => break,
                },
            };
            let suspended = self.suspension.is_on();
            for packet in batch {
                self.counters.packet();
                if suspended {
                    Journal::<F>::ended(&packet, Verdict::Disabled, &self.counters);
                    continue;
                }
                let in_flight = self.in_flight.load(Relaxed);
                self.load.add(in_flight);
                if !self.has_room(in_flight) {
                    Journal::<F>::ended(&packet, Verdict::Overload, &self.counters);
                    continue;
                }
                let flight = Flight::begin(Arc::clone(&self));
                let sender = sender.clone();
                // In its place once and for all: a task is moved a few times before it is one.
                tokio::spawn(Box::pin(async move {
                    flight.0.serve(&packet, &sender).await;
                }));
            }
        }
        while self.in_flight.load(Relaxed) > 0 {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Queries being worked on at this moment.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Relaxed)
    }

    /// Take no more queries.
    pub(crate) fn stop(&self) {
        self.stopping.notify_one();
    }

    async fn serve(&self, packet: &Packet, sender: &Sender) {
        let server = self.server.load_full();
        let store = self.store.load_full();
        let hosts = self.hosts.load_full();
        let outcome = match &store {
            None => Err(Verdict::Database),
            Some(store) => {
                let context = Context {
                    came: packet.received,
                    service: self,
                    server: &server,
                    store,
                    hosts: &hosts,
                    names_suspended: self.backlog.is_full(),
                };
                F::answer(&context, packet).await
            }
        };
        match outcome {
            Ok(reply) => {
                Journal::<F>::answered(&reply);
                sender.send(reply);
            }
            Err(verdict) => Journal::<F>::ended(packet, verdict, &self.counters),
        }
    }
}

/// A query in flight; it is counted until dropped, however its task ends.
struct Flight<F: Exchange>(Arc<Service<F>>);

impl<F: Exchange> Flight<F> {
    fn begin(service: Arc<Service<F>>) -> Self {
        service.in_flight.fetch_add(1, Relaxed);
        Self(service)
    }
}

impl<F: Exchange> Drop for Flight<F> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

impl<'a, F: Exchange> Context<'a, F> {
    /// Chooses addresses.
    pub(crate) fn allocator(&self) -> &'a Allocator<F> {
        &self.service.allocator
    }

    /// The client's turn.
    ///
    /// # Errors
    /// [`Verdict::Duplicate`] while another query of it is in flight.
    pub(crate) fn turn(&self, client: impl std::hash::Hash) -> Result<turns::Turn<'a>, Verdict> {
        self.service.turns.take(client).ok_or(Verdict::Duplicate)
    }

    /// Ask the database.
    ///
    /// # Errors
    /// [`Verdict::Database`]; the reason is logged here.
    pub(crate) async fn lookup(&self, lookup: Lookup<F>) -> Result<Found<F>, Verdict> {
        self.store
            .lookup(lookup)
            .await
            .map_err(|error| self.failed(&error))
    }

    /// Add to a lookup what choosing a lease wants to know; see [`Allocator::ask`].
    pub(crate) fn ask<'w>(&self, wish: &Wish<'w, F>, lookup: &mut Lookup<F>) -> Asked<'w, F> {
        let share = self.service.fleet.share();
        self.allocator().ask(share, wish, lookup)
    }

    /// See [`Allocator::takes_offer`].
    pub(crate) fn takes_offer(&self, wish: &Wish<'_, F>, chosen: &Chosen<'_, F>) -> bool {
        let share = self.service.fleet.share();
        self.allocator().takes_offer(share, wish, chosen)
    }

    /// Choose a lease, given the answer to a lookup that was extended for it; see [`Allocator::choose`].
    ///
    /// # Errors
    /// As [`Context::lookup`].
    pub(crate) async fn choose<'w>(
        &self,
        wish: &Wish<'w, F>,
        known: (&Found<F>, Asked<'w, F>),
        avoid: &[F::Address],
    ) -> Result<Option<Chosen<'w, F>>, Verdict> {
        let source = (self.store, self.service.fleet.share());
        let chosen = self.allocator().choose(source, wish, known, avoid).await;
        let chosen = chosen.map_err(|error| self.failed(&error))?;
        if chosen.is_none() {
            self.service.statistics.failed(wish);
        }
        Ok(chosen)
    }

    /// See [`Wish::is_stored_for_another`].
    ///
    /// # Errors
    /// As [`Context::lookup`].
    pub(crate) async fn is_stored_for_another(
        &self,
        wish: &Wish<'_, F>,
        chosen: &Chosen<'_, F>,
    ) -> Result<bool, Verdict> {
        let is = wish.is_stored_for_another(chosen).await;
        is.map_err(|error| self.failed(&error))
    }

    /// Change the database. `Ok` means durable.
    ///
    /// # Errors
    /// [`Verdict::Database`]; the reason is logged here. [`Verdict::Overload`] where the query is too old.
    pub(crate) async fn change(&self, change: Change<F>) -> Result<Changed, Verdict> {
        if self.came.elapsed() > LATEST {
            return Err(Verdict::Overload);
        }
        let tells = change.tells();
        let changed = self.store.change(change).await;
        if tells {
            self.service.backlog.written();
        }
        changed.map_err(|error| self.failed(&error))
    }

    /// Claim a lease; the end of it when it was won. One that heeds reservations is refused where any database has
    /// one in its way.
    ///
    /// # Errors
    /// As [`Context::change`].
    pub(crate) async fn claim(&self, mut claim: Claim<F>) -> Result<Changed, Verdict> {
        if claim.heeds_hosts {
            let (subnet_id, address) = (claim.lease.subnet_id, claim.lease.address);
            let reserved = self.hosts.reserve_elsewhere(subnet_id, address).await;
            if reserved.map_err(|error| self.failed(&error))? {
                return Ok(Changed::Taken);
            }
            claim.heeds_hosts = self.hosts.are_beside_leases();
        }
        let (subnet_id, pool_id) = (claim.lease.subnet_id, claim.lease.pool_id);
        let changed = self.change(Change::Claim(claim)).await?;
        if let Changed::Claimed { before, .. } = changed {
            let statistics = &self.service.statistics;
            statistics.claimed(before, subnet_id, pool_id);
        }
        Ok(changed)
    }

    /// An answer that needs no lease: a worker without its database gives none either, unless
    /// `on-fail` says that service goes on.
    ///
    /// # Errors
    /// [`Verdict::Database`].
    pub(crate) fn without_lease(&self) -> Result<(), Verdict> {
        use murre_config::OnFail::{ServeRetryContinue, ServeRetryExit};
        let goes_on = Some(ServeRetryExit) == self.server.lease_database.on_fail
            || Some(ServeRetryContinue) == self.server.lease_database.on_fail;
        if goes_on || self.store.is_healthy() {
            Ok(())
        } else {
            Err(Verdict::Database)
        }
    }

    /// A database error as a verdict.
    pub(crate) fn failed(&self, error: &Error) -> Verdict {
        if matches!(error, Error::Overloaded { .. }) {
            return Verdict::Overload;
        }
        Journal::<F>::database(error);
        Verdict::Database
    }
}
