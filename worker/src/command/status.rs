//! `status-get`, and what the daemon notes about itself for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use murre_config::{Engine, Server};
use murre_control::Answer;
use murre_schema::{FrontStats, Page, Store};
use murre_wire::Address;
use serde_json::{Map, Value, json};

use super::Desk;
use crate::exchange::Exchange;

/// Longest wait for the database's sign of life.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a family's daemon notes about itself.
pub(crate) struct Status {
    started: Instant,
    noted: Mutex<Noted>,
}

struct Noted {
    loaded: Instant,
    config: Arc<Value>,
    sockets: Sockets,
}

/// What became of the sockets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sockets {
    /// They are being opened.
    Opening,
    /// Tried, with what could not be opened.
    Tried(Vec<String>),
}

impl Status {
    /// From now on, with a configuration as `config-get` shows it.
    pub(crate) fn new(config: Value) -> Self {
        let now = Instant::now();
        Self {
            started: now,
            noted: Mutex::new(Noted {
                loaded: now,
                config: Arc::new(config),
                sockets: Sockets::Opening,
            }),
        }
    }

    /// Another configuration is in force.
    pub(crate) fn loaded(&self, config: Value) {
        let mut noted = self.noted();
        noted.loaded = Instant::now();
        noted.config = Arc::new(config);
    }

    /// Something became of the sockets.
    pub(crate) fn sockets(&self, sockets: Sockets) {
        self.noted().sockets = sockets;
    }

    /// The configuration in force.
    pub(crate) fn config(&self) -> Arc<Value> {
        Arc::clone(&self.noted().config)
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Process, sockets, load and database of a family.
pub(super) async fn get<F: Exchange>(desk: &Desk<F>) -> Answer {
    let server = desk.service.server.load_full();
    let (loaded, sockets) = {
        let noted = desk.status.noted();
        (noted.loaded, noted.sockets.clone())
    };
    let mut status = json!({
        "pid": std::process::id(),
        "uptime": desk.status.started.elapsed().as_secs(),
        "reload": loaded.elapsed().as_secs(),
        "multi-threading-enabled": server.multi_threading.enable,
        "sockets": sockets_status(sockets),
        "lease-database": database(desk, server.lease_database.engine).await,
        "hosts-databases": hosts_databases(desk, &server),
        "queries-unanswered": Value::Object(unanswered(desk)),
        "lease-database-queue": desk.service.store.load_full().map(|store| queue(&store)),
    });
    if server.multi_threading.enable {
        let threads = tokio::runtime::Handle::current().metrics().num_workers();
        status["thread-pool-size"] = threads.into();
        status["packet-queue-size"] = server.multi_threading.packet_queue_size.into();
        let averages = desk.service.load.averages();
        status["packet-queue-statistics"] = averages.map(rounded).to_vec().into();
    }
    Answer::data(status)
}

/// How many queries ended without an answer, by reason.
fn unanswered<F: Exchange>(desk: &Desk<F>) -> Map<String, Value> {
    let verdicts = desk.service.counters.verdicts().into_iter();
    verdicts
        .map(|(name, count)| (name.to_owned(), count.into()))
        .collect()
}

/// What waits for the database and what became of it.
fn queue<F: Exchange>(store: &Store<F>) -> Value {
    let front = |stats: FrontStats| {
        json!({
            "waiting": stats.waiting,
            "operations": stats.operations,
            "batches": stats.batches,
            "batches-retried": stats.retries,
            "given-up": stats.shed,
            "failed": stats.failures,
            "busy-ms": stats.busy_micros / 1000,
        })
    };
    let (lookups, changes) = store.stats();
    json!({
        "oldest-waits-ms": u64::try_from(store.waited().as_millis()).unwrap_or(u64::MAX),
        "lookups": front(lookups),
        "changes": front(changes),
    })
}

fn rounded(average: f64) -> f64 {
    (average * 100.0).round() / 100.0
}

fn sockets_status(sockets: Sockets) -> Value {
    match sockets {
        Sockets::Opening => json!({ "status": "retrying" }),
        Sockets::Tried(errors) if errors.is_empty() => json!({ "status": "ready" }),
        Sockets::Tried(errors) => json!({ "status": "failed", "errors": errors }),
    }
}

/// Whether the databases of reservations answered when they were asked last.
fn hosts_databases<F: Exchange>(desk: &Desk<F>, server: &Server<F>) -> Vec<Value> {
    let hosts = desk.service.hosts.load_full();
    let databases = server.hosts_databases.iter().enumerate();
    databases
        .map(|(number, database)| {
            let problem = match hosts.all().get(number) {
                None => Some("not reached yet; the log says why".to_owned()),
                Some(store) => store.health().borrow().as_ref().map(ToString::to_string),
            };
            condition(database.access.engine, problem)
        })
        .collect()
}

/// Whether the database answers at this moment.
async fn database<F: Exchange>(desk: &Desk<F>, engine: Engine) -> Value {
    let problem = match desk.service.store.load_full() {
        None => Some("not reached yet; the log says why".to_owned()),
        Some(store) => sign_of_life(&store).await,
    };
    condition(engine, problem)
}

fn condition(engine: Engine, problem: Option<String>) -> Value {
    let kind = match engine {
        Engine::Sqlite => "sqlite",
        Engine::MySql => "mysql",
        Engine::PostgreSql => "postgresql",
    };
    match problem {
        None => json!({ "type": kind, "status": "ready" }),
        Some(problem) => json!({ "type": kind, "status": "failed", "error": problem }),
    }
}

/// Ask for one row. A database that is busy with something long counts as its last answer does.
async fn sign_of_life<F: Exchange>(store: &Store<F>) -> Option<String> {
    let page = Page {
        from: F::Address::from_bits(0),
        limit: 1,
    };
    match tokio::time::timeout(PATIENCE, store.page(&page)).await {
        Ok(answer) => answer.err().map(|error| error.to_string()),
        Err(_) => store.health().borrow().as_ref().map(ToString::to_string),
    }
}
