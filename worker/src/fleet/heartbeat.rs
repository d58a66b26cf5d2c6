//! A row renewed every second, and what follows from the others'.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use murre_schema::fleet::{Beat, Presence, Worker};
use murre_schema::{Error, Store};

use super::Fleet;
use super::view::{Mask, Share, View};
use crate::cli;
use crate::exchange::{Exchange, Journal, Service};
use crate::statistics;

/// From one heartbeat to the next: others hear of a change after this at most.
const INTERVAL: Duration = Duration::from_secs(1);
/// Longest wait for the database. With the interval it makes the time after which the others take
/// this worker for dead, and it must know nothing of them any more.
const LIMIT: Duration = Duration::from_secs(2);
/// Longest wait for it at the end.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long a former share is still answered: until all others have heard of the change.
const OVERLAP: Duration = Duration::from_millis(1200);
/// After a change nobody is blamed for clients that have waited.
const GRACE: Duration = Duration::from_secs(10);
/// Between two warnings.
const WARNING: Duration = Duration::from_secs(60);
/// How many names are tried in one heartbeat.
const NAMES: usize = 8;

/// A worker on a host without a name.
const NAMELESS: &str = "worker";

/// What is remembered from one heartbeat to the next.
#[derive(Default)]
pub(super) struct Heart {
    /// The name in the registry, and the one that was asked for.
    name: Option<(String, String)>,
    /// The database was reached at least once.
    begun: bool,
    /// It could not be reached the last time.
    lost: bool,
    /// Statistics could not be saved the last time.
    unsaved: bool,
    share: Share,
    /// Former shares that are still answered, and until when.
    former: Vec<(Mask, Instant)>,
    changed: Option<Instant>,
    warned: Option<Instant>,
    /// Queries that had come at the last heartbeat.
    received: u64,
}

/// Beats until the task is aborted.
pub(crate) async fn run<F: Exchange>(service: Arc<Service<F>>) {
    let mut next = tokio::time::Instant::now();
    loop {
        next = (next + INTERVAL).max(tokio::time::Instant::now());
        tokio::select! {
            () = tokio::time::sleep_until(next) => {}
            () = service.fleet.news.notified() => {}
        }
        beat(&service).await;
        save(&service).await;
    }
}

/// What was counted since the last time goes to the database, and what changed becomes samples.
async fn save<F: Exchange>(service: &Service<F>) {
    let limit = statistics::limit(&service.server.load());
    service.statistics.sample(&service.counters, limit);
    let heart = &service.fleet.heart;
    match statistics::flush(service).await {
        Ok(()) => heart.lock().await.unsaved = false,
        // Whether the database is there the heartbeat says.
        Err(error) if error.is_connection() => {}
        Err(error) => {
            if !std::mem::replace(&mut heart.lock().await.unsaved, true) {
                Journal::<F>::database(&error);
            }
        }
    }
}

/// One heartbeat: say how this worker is, hear how the others are.
pub(crate) async fn beat<F: Exchange>(service: &Service<F>) {
    let Some(store) = service.store.load_full() else {
        return;
    };
    let fleet = &service.fleet;
    let mut heart = fleet.heart.lock().await;
    let registered = tokio::time::timeout(LIMIT, register(service, &store, &mut heart)).await;
    match registered {
        Ok(Ok(workers)) => {
            if std::mem::take(&mut heart.lost) {
                Journal::<F>::fleet_found();
            }
            let sharing = shares(service, &fleet.said());
            // About to end, it goes on with what it had.
            if !fleet.said().draining {
                let view = View::of(&workers, fleet.incarnation, sharing);
                store.has_company(view.size > 1);
                fleet.view.store(Arc::new(heart.learn::<F>(view)));
            }
            heart.warn::<F>(fleet);
        }
        failed => {
            if !std::mem::replace(&mut heart.lost, true) {
                Journal::<F>::fleet_lost(failed.ok().and_then(Result::err).as_ref());
            }
            heart.former.clear();
            heart.share = Share::default();
            fleet.view.store(Arc::new(fleet.view.load().forgetting()));
        }
    }
}

/// Hand the share over: the others are told at once, and while they hear of it this worker goes on
/// answering. Returns when nobody can miss it.
pub(crate) async fn drain<F: Exchange>(service: &Service<F>) {
    let fleet = &service.fleet;
    if fleet.view.load().share.names.len() < 2 {
        return;
    }
    Journal::<F>::draining();
    fleet.said().draining = true;
    beat(service).await;
    if fleet.view.load().share.names.len() > 1 {
        tokio::time::sleep(OVERLAP).await;
    }
}

/// Sign off.
pub(crate) async fn leave<F: Exchange>(service: &Service<F>, store: &Store<F>) {
    let name = service.fleet.heart.lock().await.name.clone();
    // As with the farewell: a second of statistics is nothing to wait for.
    let _ = tokio::time::timeout(FAREWELL, statistics::flush(service)).await;
    if let Some((name, _)) = name {
        // Who cannot say so is missed soon enough.
        let _ = tokio::time::timeout(FAREWELL, store.leave(&name, service.fleet.incarnation)).await;
    }
}

/// Renew the row under the worker's name, or find it another name.
async fn register<F: Exchange>(
    service: &Service<F>,
    store: &Store<F>,
    heart: &mut Heart,
) -> Result<Vec<Worker>, Error> {
    let wanted = wanted_name(service);
    let incarnation = service.fleet.incarnation;
    let present = heart.name.take_if(|(_, asked)| *asked != wanted);
    if let Some((former, _)) = present {
        store.leave(&former, incarnation).await?;
    }
    let known = heart.name.as_ref().map(|(name, _)| name.clone());
    let mut beat = says(service, heart, known.unwrap_or_else(|| wanted.clone()));
    let mut workers = Vec::new();
    for _ in 0..NAMES {
        workers = store.beat(&beat).await?;
        let is_own =
            |worker: &Worker| worker.incarnation == incarnation && worker.name == beat.name;
        if let Some(own) = workers.iter().find(|worker| is_own(worker)) {
            service.fleet.slot.store(own.slot, Relaxed);
            heart.begun = true;
            if heart
                .name
                .as_ref()
                .is_none_or(|(name, _)| *name != beat.name)
            {
                Journal::<F>::registered(&beat.name, &wanted);
                heart.name = Some((beat.name, wanted));
            }
            return Ok(workers);
        }
        beat.name = free_name(&wanted, &workers, &beat);
    }
    Ok(workers)
}

fn wanted_name<F: Exchange>(service: &Service<F>) -> String {
    let configured = service.server.load().worker_name.clone();
    let host = || Some(crate::log::host_name()).filter(|name| !name.is_empty());
    configured
        .or_else(host)
        .unwrap_or_else(|| NAMELESS.to_owned())
}

/// The first of a name, the name with `-2`, `-3` and so on that no other worker has now. An earlier
/// process at the same addresses is none.
fn free_name(wanted: &str, workers: &[Worker], own: &Beat) -> String {
    let is_other = |worker: &&Worker| {
        let earlier = own.first && worker.addresses == own.addresses;
        worker.incarnation != own.incarnation && !earlier
    };
    let is_taken = |name: &str| {
        let others = workers.iter().filter(is_other);
        let mut holders = others.filter(|worker| worker.name == name);
        holders.any(|worker| matches!(worker.presence(), Presence::Live | Presence::Draining))
    };
    let numbered = (2..).map(|number| format!("{wanted}-{number}"));
    let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
    names
        .find(|name| !is_taken(name))
        .unwrap_or_else(|| wanted.to_owned())
}

fn says<F: Exchange>(service: &Service<F>, heart: &mut Heart, name: String) -> Beat {
    let said = service.fleet.said().clone();
    let (received, _) = service.counters.totals();
    // The averages stand still while nothing comes.
    let load = if received == heart.received {
        service.in_flight() as f64
    } else {
        service.load.averages()[1]
    };
    heart.received = received;
    let sharing = shares(service, &said);
    Beat {
        name,
        incarnation: service.fleet.incarnation,
        // Without addresses nothing tells a successor from a stranger.
        first: !heart.begun && !said.addresses.is_empty(),
        addresses: said.addresses,
        version: cli::version().to_owned(),
        revision: said.revision,
        load,
        sharing,
        draining: said.draining,
        last_error: said.last_error,
    }
}

/// Whether this worker takes a share of the clients: not when it hears nobody or drops what it hears.
fn shares<F: Exchange>(service: &Service<F>, said: &super::Said) -> bool {
    service.server.load().worker_sharing && !said.deaf && !service.suspension.is_on()
}

impl Heart {
    /// What is answered from now on: the share, and for a moment every former one, so that no client
    /// is left alone while workers hear of a change one after the other.
    fn learn<F: Exchange>(&mut self, mut view: View) -> View {
        let now = Instant::now();
        if view.share != self.share {
            // At the very beginning there is no former share.
            if self.changed.is_some() || self.share.names.len() > 1 {
                self.former.push((self.share.mask(), now + OVERLAP));
            }
            self.share = view.share.clone();
            Journal::<F>::fleet_changed(&self.share);
            self.changed = Some(now);
            if self.former.is_empty() {
                Journal::<F>::fleet_settled(&self.share);
            }
        } else if !self.former.is_empty() {
            self.former.retain(|(_, until)| *until > now);
            if self.former.is_empty() {
                Journal::<F>::fleet_settled(&self.share);
            }
        }
        self.changed.get_or_insert(now);
        for (mask, _) in &self.former {
            view.answered = view.answered.with(*mask);
        }
        view
    }

    /// Queries of others were answered here: why, now and then.
    fn warn<F: Exchange>(&mut self, fleet: &Fleet) {
        let count = fleet.overdue.swap(0, Relaxed);
        let recent = |moment: Option<Instant>, span| moment.is_some_and(|m| m.elapsed() < span);
        if count == 0 || recent(self.changed, GRACE) || recent(self.warned, WARNING) {
            return;
        }
        if let Some(owner) = self.share.owner(fleet.overdue_hash.load(Relaxed)) {
            self.warned = Some(Instant::now());
            Journal::<F>::owner_does_not_hear(owner, count);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::sample::worker;
    use super::*;
    use murre_wire::V4;

    fn named(name: &str, slot: u32) -> Worker {
        Worker {
            name: name.to_owned(),
            ..worker(slot)
        }
    }

    fn beat(incarnation: i64, first: bool) -> Beat {
        Beat {
            name: "host".to_owned(),
            incarnation,
            addresses: worker(incarnation as u32 % 10).addresses,
            version: String::new(),
            revision: String::new(),
            load: 0.0,
            sharing: true,
            draining: false,
            last_error: String::new(),
            first,
        }
    }

    #[test]
    fn the_first_name_that_nobody_has_is_taken() {
        let mut workers = vec![named("host", 1), named("host-2", 2), named("host-4", 4)];
        assert_eq!(free_name("host", &workers, &beat(3, true)), "host-3");
        assert_eq!(free_name("other", &workers, &beat(3, true)), "other");
        // An earlier process at the same addresses, as long as this one is new.
        assert_eq!(free_name("host", &workers, &beat(12, true)), "host-2");
        assert_eq!(free_name("host", &workers, &beat(12, false)), "host-3");
        workers[1].ended = true;
        assert_eq!(free_name("host", &workers, &beat(3, false)), "host-2");
        workers[0].age = Duration::from_secs(4);
        assert_eq!(free_name("host", &workers, &beat(3, false)), "host");
    }

    #[test]
    fn what_was_answered_before_a_change_is_answered_a_moment_longer() {
        let mut heart = Heart::default();
        let [one, two, three] = [1, 2, 3].map(worker);
        let mut learn = |workers: &[Worker]| heart.learn::<V4>(View::of(workers, 1, true));
        let first = learn(&[one.clone(), two.clone(), three.clone()]);
        let owned = |view: &View| (0..=255).filter(|hash| view.owns(*hash)).count();
        assert_eq!(owned(&first), 86, "a third, from the beginning");
        let both = learn(&[one.clone(), two.clone()]);
        for hash in 0..=255 {
            assert_eq!(both.owns(hash), hash % 2 == 0 || hash % 3 == 0, "{hash}");
        }
        heart.former[0].1 = Instant::now();
        let then = heart.learn::<V4>(View::of(&[one, two], 1, true));
        assert_eq!(owned(&then), 128);
    }
}
