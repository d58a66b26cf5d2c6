//! A database that is lost: told of once, tried again until it is back, and given up where the
//! configuration says so (manual database-connectivity.rst:36-62).

use std::sync::Arc;
use std::time::Duration;

use murre_config::{DatabaseAccess, OnFail};
use murre_schema::HostStore;
use tokio::sync::mpsc::Sender;

use super::{Ending, Event};
use crate::exchange::{Exchange, Journal, Service};

/// Pause between tries where the configuration names none.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// Watch over the database of a family until the task is aborted.
pub(super) async fn run<F: Exchange>(service: Arc<Service<F>>, events: Sender<Event>) {
    loop {
        // Not the store itself: a reload may put another in its place, which ends this wait.
        let health = service.store.load_full().map(|store| store.health());
        let Some(mut health) = health else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        if health.wait_for(Option::is_some).await.is_err() {
            continue;
        }
        let policy = || Policy::of(&service.server.load().lease_database);
        let reach = || {
            let store = service.store.load_full();
            async move {
                match store {
                    Some(store) => store.is_healthy() || store.reach().await.is_ok(),
                    None => false,
                }
            }
        };
        if recover::<F, _>(policy, reach, &events).await.is_err() {
            return;
        }
    }
}

/// Watch over one database of reservations, until the task is aborted.
pub(super) async fn run_hosts<F: Exchange>(
    store: Arc<HostStore>,
    access: DatabaseAccess,
    events: Sender<Event>,
) {
    let mut health = store.health();
    while health.wait_for(Option::is_some).await.is_ok() {
        let reach = || {
            let store = Arc::clone(&store);
            async move { store.is_healthy() || store.reach().await.is_ok() }
        };
        if recover::<F, _>(|| Policy::of(&access), reach, &events)
            .await
            .is_err()
        {
            return;
        }
    }
}

/// The worker ends, as a database is given up.
struct GivenUp;

/// Try until the database answers, or end the worker.
async fn recover<F: Exchange, R: Future<Output = bool>>(
    policy: impl Fn() -> Policy,
    reach: impl Fn() -> R,
    events: &Sender<Event>,
) -> Result<(), GivenUp> {
    Journal::<F>::database_lost();
    let mut tried = 0;
    loop {
        let policy = policy();
        if policy.exhausted(tried) {
            Journal::<F>::database_given_up(tried);
            let ending = Ending {
                code: 1,
                at_once: false,
            };
            // Nobody listens any more when the end is under way already.
            let _ = events.send(Event::Stop(ending)).await;
            return Err(GivenUp);
        }
        tokio::time::sleep(policy.pause).await;
        tried += 1;
        if reach().await {
            Journal::<F>::database_back();
            return Ok(());
        }
    }
}

/// How often a lost database is tried, and how fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    /// `None`: for ever.
    tries: Option<u32>,
    /// Before each try.
    pub(super) pause: Duration,
}

impl Policy {
    /// What `max-reconnect-tries`, `reconnect-wait-time` and `on-fail` say; for ever, where none of
    /// them is given.
    pub(super) fn of(access: &DatabaseAccess) -> Self {
        let (tries, pause) = (access.max_reconnect_tries, access.reconnect_wait_time);
        let given = tries.is_some() || pause.is_some() || access.on_fail.is_some();
        if !given || access.on_fail == Some(OnFail::ServeRetryContinue) {
            return Self {
                tries: None,
                pause: pause.filter(|pause| !pause.is_zero()).unwrap_or(PAUSE),
            };
        }
        // Either of them zero is no recovery at all.
        let pause = pause.unwrap_or_default();
        Self {
            tries: Some(tries.filter(|_| !pause.is_zero()).unwrap_or(0)),
            pause,
        }
    }

    /// There may be no further try after so many.
    pub(super) fn exhausted(self, tried: u32) -> bool {
        self.tries.is_some_and(|most| tried >= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(tries: Option<u32>, pause: Option<u64>, on_fail: Option<OnFail>) -> Policy {
        Policy::of(&DatabaseAccess {
            max_reconnect_tries: tries,
            reconnect_wait_time: pause.map(Duration::from_millis),
            on_fail,
            ..DatabaseAccess::default()
        })
    }

    #[test]
    fn a_database_is_tried_for_ever_unless_the_configuration_speaks_of_it() {
        assert!(!policy(None, None, None).exhausted(u32::MAX));
        let three = policy(Some(3), Some(50), None);
        assert_eq!(three.pause, Duration::from_millis(50));
        assert!(!three.exhausted(2) && three.exhausted(3));
    }

    #[test]
    fn no_tries_or_no_pause_is_no_recovery() {
        for (tries, pause) in [(Some(0), Some(50)), (Some(3), Some(0)), (Some(3), None)] {
            assert!(
                policy(tries, pause, None).exhausted(0),
                "{tries:?} {pause:?}"
            );
        }
        assert!(policy(None, None, Some(OnFail::ServeRetryExit)).exhausted(0));
    }

    #[test]
    fn serve_retry_continue_never_ends() {
        let policy = policy(Some(0), Some(0), Some(OnFail::ServeRetryContinue));
        assert!(!policy.exhausted(u32::MAX));
        assert_eq!(policy.pause, PAUSE);
    }
}
