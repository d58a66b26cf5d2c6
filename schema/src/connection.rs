//! A lane's connection: made when needed, dropped when broken, tried again where another transaction was in the way.
//! What it is asked is its session's business.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::watch;

use crate::access::Access;
use crate::engine::Answer;
use crate::error::Error;

/// How often a batch that lost against another transaction is tried again.
pub(crate) const RETRIES: u32 = 8;

/// Longest pause before a retry; the actual one is a random part of it.
pub(crate) const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// Pause between attempts to reach a database that is away, so that a burst of queries does not
/// become a burst of connections.
const RECONNECT_PAUSE: Duration = Duration::from_millis(250);

/// A session that is being opened.
pub(crate) type Dialed<S> = BoxFuture<'static, Result<Box<S>, Error>>;

/// A connection with sessions of one kind, one at a time.
pub(crate) struct Connection<S: ?Sized> {
    access: Arc<Access>,
    dial: Box<dyn Fn() -> Dialed<S> + Send + Sync>,
    session: Option<Box<S>>,
    retries: Arc<AtomicU64>,
    health: watch::Sender<Option<Error>>,
}

impl<S: ?Sized + Send> Connection<S> {
    /// Not connected yet. `retries` counts batches that were tried again.
    pub(crate) fn new(
        access: Arc<Access>,
        dial: impl Fn() -> Dialed<S> + Send + Sync + 'static,
        retries: &Arc<AtomicU64>,
        health: &watch::Sender<Option<Error>>,
    ) -> Self {
        Self {
            access,
            dial: Box::new(dial),
            session: None,
            retries: Arc::clone(retries),
            health: health.clone(),
        }
    }

    async fn session(&mut self) -> Result<&mut Box<S>, Error> {
        if self.session.is_none() {
            match (self.dial)().await {
                Ok(session) => self.session = Some(session),
                Err(error) => {
                    tokio::time::sleep(RECONNECT_PAUSE).await;
                    return Err(error);
                }
            }
        }
        self.session
            .as_mut()
            .ok_or_else(|| Error::Access("no session".into()))
    }

    /// Run until it succeeds or fails for good; tell the health watch what came of it.
    async fn attempt<B, T>(
        &mut self,
        batch: &[B],
        work: impl for<'s> Fn(&'s mut S, &'s [B]) -> Answer<'s, T>,
    ) -> Result<T, Error> {
        let mut tries = 0;
        loop {
            let limit = self.access.patience().batch;
            let access = Arc::clone(&self.access);
            let result = match self.session().await {
                Ok(session) => access.within(limit, work(&mut **session, batch)).await,
                Err(error) => Err(error),
            };
            let Err(error) = result else {
                self.health
                    .send_if_modified(|health| health.take().is_some());
                return result;
            };
            if error.is_connection() {
                self.session = None;
                self.health.send_replace(Some(error.clone()));
            }
            tries += 1;
            if !error.is_retryable() || tries > RETRIES {
                return Err(error);
            }
            self.retries.fetch_add(1, Relaxed);
            tokio::time::sleep(jitter(RETRY_PAUSE)).await;
        }
    }

    /// All of a batch at once. Where the engine refuses it for what one of its operations is about
    /// (a client's second lease, a value that cannot be stored, a row that cannot be read), each half
    /// goes alone, down to whose it was: that costs a commit per halving and not one per operation,
    /// and nobody is left without an answer for what another one sent.
    pub(crate) fn run_all<'a, B: Sync, T: Send + 'a>(
        &'a mut self,
        batch: &'a [B],
        work: impl for<'s> Fn(&'s mut S, &'s [B]) -> Answer<'s, Vec<T>> + Copy + Send + 'a,
    ) -> BoxFuture<'a, Vec<Result<T, Error>>> {
        async move {
            match self.attempt(batch, work).await {
                Ok(answers) => answers.into_iter().map(Ok).collect(),
                Err(error) if error.is_ones_own() && batch.len() > 1 => {
                    let (left, right) = batch.split_at(batch.len() / 2);
                    let mut answers = self.run_all(left, work).await;
                    answers.extend(self.run_all(right, work).await);
                    answers
                }
                Err(error) => batch.iter().map(|_| Err(error.clone())).collect(),
            }
        }
        .boxed()
    }
}

/// A random part of a pause, from the clock's low bits: enough to break step with others.
pub(crate) fn jitter(pause: Duration) -> Duration {
    let nanos = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |now| now.subsec_nanos());
    pause.mul_f64(f64::from(nanos % 1_000) / 1_000.0)
}
