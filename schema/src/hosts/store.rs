//! One database of reservations, as a worker sees it.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use smallvec::SmallVec;
use tokio::sync::watch;

use super::absent::Absent;
use super::{HostEngine, HostFound, HostLookup, HostSession, StoredHost, Who};
use crate::access::{Access, EngineKind};
use crate::connection::Connection;
use crate::error::Error;
use crate::front::{Front, Lane};
use crate::life;
use crate::mysql::MySql;
use crate::postgresql::PostgreSql;
use crate::sqlite::Sqlite;
use crate::store::StoreOptions;

/// Reservations in one database.
pub struct HostStore {
    front: Front<HostLookup, HostFound>,
    access: Arc<Access>,
    engine: Arc<dyn HostEngine>,
    absent: Absent,
    health: watch::Sender<Option<Error>>,
}

impl HostStore {
    /// Connect and start the lanes. A database that may be written to is initialized when it is empty, and must
    /// have this program's schema or another program's reservations; of one that is only read ([`Access::read_only`]) no
    /// more is wanted than tables or views of the public names.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached, [`Error::Schema`] for another schema, and
    /// [`Error::Statement`] where the tables are not there, or may not be written to although they should.
    pub async fn open(access: &Access, options: StoreOptions) -> Result<Self, Error> {
        let engine = engine(access);
        if !access.read_only && !life::has_other_hosts(access).await? {
            life::initialize(access).await?;
        }
        let mut session = engine.connect_hosts().await?;
        if !access.read_only {
            session.try_writing().await?;
        }
        let access = Arc::new(access.clone());
        let health = watch::Sender::new(None);
        let lane = || {
            let engine = Arc::clone(&engine);
            let dial = move || {
                let engine = Arc::clone(&engine);
                async move { engine.connect_hosts().await }.boxed()
            };
            let lane = Connection::new(Arc::clone(&access), dial, &Arc::default(), &health);
            Box::new(lane) as Box<dyn Lane<HostLookup, HostFound>>
        };
        let lanes = (0..options.read_lanes.max(1)).map(|_| lane()).collect();
        Ok(Self {
            front: Front::start(lanes, options.max_batch.max(1)),
            access,
            engine,
            absent: Absent::default(),
            health,
        })
    }

    /// Whether its rows are in the database that an access leads to, whoever asks there.
    pub fn is_at(&self, access: &Access) -> bool {
        self.access.place.is_same_database(&access.place)
    }

    /// What is reserved for a host in any subnet, as it is now or was a second ago: what was not found lately is not
    /// asked again.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn find(&self, mut who: Who) -> Result<Vec<StoredHost>, Error> {
        let now = Instant::now();
        let mut asked = SmallVec::<[u64; 4]>::new();
        who.retain(|one| {
            let hash = self.absent.hash(&*one);
            let is_open = !self.absent.has(hash, now);
            asked.extend(is_open.then_some(hash));
            is_open
        });
        if who.is_empty() {
            return Ok(Vec::new());
        }
        let lookup = HostLookup {
            who,
            ..HostLookup::default()
        };
        let hosts = self.front.submit(lookup).await?.hosts;
        for host in &hosts {
            let found = self.absent.hash(&(host.kind, &host.identifier));
            asked.retain(|hash| *hash != found);
        }
        asked.iter().for_each(|hash| self.absent.add(*hash, now));
        Ok(hosts)
    }

    /// Those of many addresses of a subnet that are reserved for somebody, in no order.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn reserved(
        &self,
        subnet_id: u32,
        addresses: impl IntoIterator<Item = Ipv4Addr>,
    ) -> Result<Vec<Ipv4Addr>, Error> {
        let addresses = addresses.into_iter().map(|address| (subnet_id, address));
        let lookup = HostLookup {
            addresses: addresses.collect(),
            ..HostLookup::default()
        };
        let found = self.front.submit(lookup).await?.reserved;
        Ok(found.into_iter().map(|(_, address)| address).collect())
    }

    /// How long the oldest question that waits for its turn has waited.
    pub fn waited(&self) -> Duration {
        self.front.waited()
    }

    /// `None` while the database answers, else the error of the last attempt.
    pub fn health(&self) -> watch::Receiver<Option<Error>> {
        self.health.subscribe()
    }

    /// Whether the last attempt succeeded.
    pub fn is_healthy(&self) -> bool {
        self.health.borrow().is_none()
    }

    /// Make a connection anew, whatever became of the others.
    ///
    /// # Errors
    /// [`Error::Unavailable`], or what else is wrong.
    pub async fn reach(&self) -> Result<(), Error> {
        drop(self.engine.connect_hosts().await?);
        self.health
            .send_if_modified(|health| health.take().is_some());
        Ok(())
    }
}

fn engine(access: &Access) -> Arc<dyn HostEngine> {
    match access.engine() {
        EngineKind::PostgreSql => Arc::new(PostgreSql::new(access.clone())),
        EngineKind::MySql => Arc::new(MySql::new(access.clone())),
        EngineKind::Sqlite => Arc::new(Sqlite::new(access.clone())),
    }
}

impl Lane<HostLookup, HostFound> for Connection<dyn HostSession> {
    fn run(&mut self, batch: Vec<HostLookup>) -> BoxFuture<'_, Vec<Result<HostFound, Error>>> {
        async move {
            self.run_all(&batch, |session, batch| session.find(batch))
                .await
        }
        .boxed()
    }
}
