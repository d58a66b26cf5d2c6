//! All sockets of one family: opened, kept and closed as the settings say.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

use super::Packet;
use super::counters::Counters;
use super::error::{Failure, SocketError};
use super::interface::{Interface, interfaces};
use super::open::{Opened, Role, open};
use super::plan::{Settings, Wanted, check, plan};
use super::receive::{self, Listening};
use super::send::{self, SendFailure, SendTask, Sender, Table};

/// The sockets of one family and the tasks that serve them.
///
/// Dropping it stops receiving; [`Listeners::close`] also waits until queued replies are out.
pub struct Listeners {
    points: Vec<Point>,
    /// What the last detection found.
    detected: Option<Vec<Arc<Interface>>>,
    worker: mpsc::Sender<Vec<Packet>>,
    sender: Sender,
    table: Arc<ArcSwap<Table>>,
    counters: Arc<Counters>,
    closing: Arc<Notify>,
    send_task: JoinHandle<()>,
}

/// What [`Listeners::apply`] did.
#[derive(Debug)]
pub struct Applied {
    /// Names of the interfaces that are served now, with the number of sockets of each.
    pub serving: Vec<(Arc<str>, usize)>,
    /// What could not be opened: to be logged; the others are served.
    pub failures: Vec<Failure>,
    /// How many tries were needed.
    pub tries: u32,
}

/// An open listening point.
struct Point {
    wanted: Wanted,
    opened: Vec<Opened>,
    tasks: Vec<JoinHandle<()>>,
}

impl Point {
    /// Closes the sockets and waits until the kernel has let go of the port: a new one may be
    /// opened on it next.
    async fn close(mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
            let _ = task.await; // cancelled, which is what was asked for
        }
        let sockets: Vec<_> = self
            .opened
            .drain(..)
            .map(|it| Arc::downgrade(&it.socket))
            .collect();
        // The send task may be using one for the packets at hand; it gives up after its patience.
        while sockets.iter().any(|socket| socket.strong_count() > 0) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl Drop for Point {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Listeners {
    /// Starts the send task, with no sockets yet. Must be called inside the runtime.
    ///
    /// Packets go to `worker` in batches; `on_failure` is told of each reply that could not be
    /// sent (already counted) and must not block.
    pub fn new(
        worker: mpsc::Sender<Vec<Packet>>,
        on_failure: impl Fn(SendFailure) + Send + Sync + 'static,
    ) -> Listeners {
        let counters = Arc::new(Counters::default());
        let table = Arc::new(ArcSwap::from_pointee(Table::default()));
        let closing = Arc::new(Notify::new());
        let (sender, queue) = send::queue(counters.clone());
        let task = SendTask {
            queue,
            table: table.clone(),
            counters: counters.clone(),
            closing: closing.clone(),
            on_failure: Box::new(on_failure),
        };
        Listeners {
            points: Vec::new(),
            detected: None,
            worker,
            sender,
            table,
            counters,
            closing,
            send_task: tokio::spawn(task.run()),
        }
    }

    /// Where to hand replies over.
    pub fn sender(&self) -> Sender {
        self.sender.clone()
    }

    /// What has been counted.
    pub fn counters(&self) -> Arc<Counters> {
        self.counters.clone()
    }

    /// The interfaces as last detected; empty before the first [`Listeners::apply`].
    pub fn interfaces(&self) -> &[Arc<Interface>] {
        self.detected.as_deref().unwrap_or_default()
    }

    /// The interfaces whose clients are served, each as often as it has listening points, and the address that answers
    /// come from there.
    pub fn served(&self) -> impl Iterator<Item = (&Arc<Interface>, IpAddr)> {
        self.points.iter().filter_map(|point| {
            let wanted = &point.wanted;
            Some((&wanted.interface, wanted.answers_from()?))
        })
    }

    /// Opens what `settings` ask for, keeps what is open already and still wanted, closes the rest.
    ///
    /// What cannot be opened is tried again `max_retries` times with `retry_wait` between; the
    /// others are served meanwhile.
    ///
    /// # Errors
    /// Selectors that do not fit this host: then nothing has changed. With `require_all`, anything
    /// that could not be opened: then nothing is open.
    pub async fn apply(&mut self, settings: &Settings) -> Result<Applied, SocketError> {
        let mut tries = 0;
        loop {
            let failures = self.try_once(settings).await?;
            tries += 1;
            if failures.is_empty() || tries > settings.max_retries {
                if settings.require_all && !failures.is_empty() {
                    self.stop().await;
                    return Err(SocketError::Required(failures));
                }
                return Ok(Applied {
                    serving: self.serving(),
                    failures,
                    tries,
                });
            }
            tokio::time::sleep(settings.retry_wait).await;
        }
    }

    /// Closes all sockets and waits until they are closed; queued replies are lost unless they have
    /// left.
    pub async fn stop(&mut self) {
        let points = std::mem::take(&mut self.points);
        self.publish();
        for point in points {
            point.close().await;
        }
    }

    /// Stops receiving, sends what is queued, closes all sockets.
    pub async fn close(mut self) {
        for point in &mut self.points {
            point.tasks.drain(..).for_each(|task| task.abort());
        }
        self.closing.notify_one();
        // The task ends by itself; an error would mean that it panicked, which it reported.
        let _ = (&mut self.send_task).await;
    }

    async fn try_once(&mut self, settings: &Settings) -> Result<Vec<Failure>, SocketError> {
        if self.detected.is_none() || settings.re_detect {
            let found = interfaces().map_err(SocketError::Interfaces)?;
            check(settings, &found)?;
            self.detected = Some(found.into_iter().map(Arc::new).collect());
        } else {
            check(settings, self.interfaces())?;
        }
        let plan = plan(settings, self.interfaces());
        let mut failures = plan.failures;
        let unwanted = |point: &mut Point| !plan.wanted.contains(&point.wanted);
        let unwanted: Vec<Point> = self.points.extract_if(.., unwanted).collect();
        self.publish();
        for point in unwanted {
            point.close().await;
        }
        let by_index = self
            .interfaces()
            .iter()
            .map(|it| (it.index, it.clone()))
            .collect();
        let by_index: Arc<HashMap<u32, Arc<Interface>>> = Arc::new(by_index);
        for wanted in plan.wanted {
            if self.points.iter().any(|point| point.wanted == wanted) {
                continue;
            }
            match open(&wanted) {
                Ok(opened) => self.start(wanted, opened, &by_index),
                Err(failure) => failures.push(failure),
            }
        }
        self.publish();
        Ok(failures)
    }

    fn start(
        &mut self,
        wanted: Wanted,
        opened: Vec<Opened>,
        interfaces: &Arc<HashMap<u32, Arc<Interface>>>,
    ) {
        let receiving = opened.iter().filter(|it| !matches!(it.role, Role::Send(_)));
        let tasks = receiving
            .map(|opened| {
                let listening = Listening {
                    opened: opened.clone(),
                    interface: wanted.interface.clone(),
                    interfaces: interfaces.clone(),
                    counters: self.counters.clone(),
                };
                tokio::spawn(receive::run(listening, self.worker.clone()))
            })
            .collect();
        self.points.push(Point {
            wanted,
            opened,
            tasks,
        });
    }

    /// Shows the send task what is open now.
    fn publish(&self) {
        let sockets = self.points.iter();
        let sockets =
            sockets.flat_map(|point| point.opened.iter().map(|opened| (&point.wanted, opened)));
        self.table.store(Arc::new(Table::of(sockets)));
    }

    fn serving(&self) -> Vec<(Arc<str>, usize)> {
        let mut serving: Vec<(Arc<str>, usize)> = Vec::new();
        let clients = |point: &&Point| point.wanted.answers_from().is_some();
        for point in self.points.iter().filter(clients) {
            let name = &point.wanted.interface.name;
            match serving.iter_mut().find(|(other, _)| other == name) {
                Some((_, count)) => *count += point.opened.len(),
                None => serving.push((name.clone(), point.opened.len())),
            }
        }
        serving
    }
}
