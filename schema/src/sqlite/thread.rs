//! A thread that works for one session: jobs in, answers out.

use std::sync::{MutexGuard, PoisonError, mpsc};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::connect::{self, Missing, Shared};
use super::{Location, statements};
use crate::access::Access;
use crate::error::Error;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The way to the thread; it ends when this is dropped, and undoes an open transaction.
pub(super) struct Worker {
    jobs: mpsc::Sender<Job>,
    pub(super) location: Location,
}

impl Worker {
    /// Open a connection on a thread of its own.
    pub(super) async fn start(access: Access, missing: Missing) -> Result<Self, Error> {
        let mut location = connect::location(&access);
        let (jobs, inbox) = mpsc::channel();
        let (sender, opened) = oneshot::channel();
        std::thread::Builder::new()
            .name("murre-sqlite".to_owned())
            .spawn(move || match connect::open(&access, missing) {
                Ok(shared) => {
                    let _ = sender.send(Ok(()));
                    run(&shared, &inbox);
                }
                Err(error) => {
                    let _ = sender.send(Err(error));
                }
            })
            .map_err(|e| Error::unavailable(&location.label, format!("no thread for it: {e}")))?;
        opened.await.unwrap_or_else(|_| Err(ended(&location)))?;
        location.opened();
        Ok(Self { jobs, location })
    }

    /// Do something on the thread.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection, &Location) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (sender, answer) = oneshot::channel();
        let location = self.location.clone();
        let job: Job = Box::new(move |connection| {
            // Who asked may be gone; the work is done all the same.
            let _ = sender.send(work(connection, &location));
        });
        if self.jobs.send(job).is_err() {
            return Err(ended(&self.location));
        }
        answer.await.unwrap_or_else(|_| Err(ended(&self.location)))
    }
}

/// Work until nobody can ask any more. The connection may be shared with other sessions: whoever
/// has a transaction open keeps it until that is over.
fn run(shared: &Shared, inbox: &mpsc::Receiver<Job>) {
    let mut kept: Option<MutexGuard<'_, Connection>> = None;
    for job in inbox {
        let mut connection = kept
            .take()
            .unwrap_or_else(|| shared.lock().unwrap_or_else(PoisonError::into_inner));
        job(&mut connection);
        if !connection.is_autocommit() {
            kept = Some(connection);
        }
    }
    if let Some(connection) = kept {
        let _ = connection.execute_batch(statements::ROLLBACK);
    }
}

fn ended(location: &Location) -> Error {
    Error::unavailable(&location.label, "its thread ended")
}
