//! What happens by the clock: expired leases are reclaimed, old rows deleted, files compacted
//! (manual lease-expiration.rst).
//!
//! Every worker does this; the statements take care that no lease is reclaimed twice.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use murre_schema::{Ended, Store};

use crate::exchange::{Exchange, Journal, Service, removes_names};

/// Rows in one statement when the configuration sets no limit.
const PORTION: u32 = 1000;

/// Run all timers of a family until the task is aborted. Settings are read anew for each cycle.
pub(super) async fn run<F: Exchange>(service: Arc<Service<F>>) {
    let behind = &AtomicU32::new(0);
    tokio::join!(
        cycle(
            &service,
            |s| u64::from(s.expired.reclaim_timer_wait_time),
            |service, store| reclaim(service, store, behind)
        ),
        cycle(
            &service,
            |s| u64::from(s.expired.flush_reclaimed_timer_wait_time),
            flush
        ),
        cycle(
            &service,
            |s| s.lease_database.lfc_interval.map_or(0, |i| i.as_secs()),
            compact
        ),
        service.watch_congestion(),
    );
}

/// Wait, work, wait. An interval of zero switches the timer off until the next configuration.
async fn cycle<F: Exchange, T: Future<Output = ()>>(
    service: &Arc<Service<F>>,
    seconds: impl Fn(&murre_config::Server<F>) -> u64,
    work: impl Fn(Arc<Service<F>>, Arc<Store<F>>) -> T,
) {
    loop {
        let wait = seconds(&service.server.load());
        tokio::time::sleep(Duration::from_secs(wait.max(1))).await;
        let store = service.store.load_full();
        if let (true, Some(store)) = (wait > 0, store) {
            work(Arc::clone(service), store).await;
        }
    }
}

/// One cycle of reclamation, bounded in leases and time. `behind` counts the cycles in a row that
/// ended at a bound.
async fn reclaim<F: Exchange>(service: Arc<Service<F>>, store: Arc<Store<F>>, behind: &AtomicU32) {
    let settings = service.server.load().expired;
    let started = Instant::now();
    let unlimited = |value: u32| if value == 0 { u32::MAX } else { value };
    let mut left = unlimited(settings.max_reclaim_leases);
    let time = Duration::from_millis(u64::from(unlimited(settings.max_reclaim_time)));
    let remove = !settings.affinity();
    while left > 0 && started.elapsed() < time {
        let portion = left.min(PORTION);
        let names = removes_names(&service.server.load());
        match store.reclaim(portion, remove, names).await {
            Ok(leases) => {
                leases
                    .iter()
                    .for_each(|ended| tell_of(&service, ended, remove));
                let count = leases.len() as u32;
                left = left.saturating_sub(count);
                if count < portion {
                    return behind.store(0, Relaxed);
                }
            }
            Err(error) => return Journal::<F>::database(&error),
        }
    }
    let cycles = behind.fetch_add(1, Relaxed) + 1;
    if cycles >= settings.unwarned_reclaim_cycles {
        behind.store(0, Relaxed);
        Journal::<F>::reclaiming_falls_behind(cycles);
    }
}

/// Reclaim all that has expired, however much; how many leases that were.
///
/// # Errors
/// The database could not be asked; what was reclaimed until then stays so.
pub(crate) async fn reclaim_all<F: Exchange>(
    service: &Service<F>,
    remove: bool,
) -> anyhow::Result<u64> {
    let store = service.store.load_full();
    let store = store.context("the database was not reached yet")?;
    let mut count = 0;
    loop {
        let names = removes_names(&service.server.load());
        let leases = store.reclaim(PORTION, remove, names).await?;
        leases
            .iter()
            .for_each(|ended| tell_of(service, ended, remove));
        count += leases.len() as u64;
        if leases.len() < PORTION as usize {
            return Ok(count);
        }
    }
}

/// A lease ended: tell of it, and if its row is gone, let the next client have it.
fn tell_of<F: Exchange>(service: &Service<F>, ended: &Ended<F>, removed: bool) {
    match ended {
        Ok(lease) => {
            Journal::<F>::reclaimed(lease);
            let statistics = &service.statistics;
            statistics.reclaimed(lease.state, lease.subnet_id, lease.pool_id);
            let server = service.server.load();
            if let Some(subnet) = server.subnet_by_id(lease.subnet_id) {
                service.allocator.freed(subnet, lease.address, removed);
            }
        }
        Err(error) => Journal::<F>::reclaimed_unread(error),
    }
}

/// Delete rows that were held long enough for their clients.
async fn flush<F: Exchange>(service: Arc<Service<F>>, store: Arc<Store<F>>) {
    let hold = service.server.load().expired.hold_reclaimed_time;
    loop {
        match store.flush(hold, PORTION).await {
            Ok(count) if count < u64::from(PORTION) => return,
            Ok(_) => {}
            Err(error) => return Journal::<F>::database(&error),
        }
    }
}

/// The embedded engine's file gives back what it no longer needs.
async fn compact<F: Exchange>(_service: Arc<Service<F>>, store: Arc<Store<F>>) {
    if let Err(error) = store.compact().await {
        Journal::<F>::database(&error);
    }
}
