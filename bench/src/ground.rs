//! Where a contest takes place: a cable between two network namespaces, and a private database
//! server with full durability that both contenders use one after the other.

use std::thread;
use std::time::Duration;

use murre_harness::database::{self, Database, Server};
use murre_harness::netns::{End, Link, Namespace};
use murre_harness::process::Daemon;

use crate::configuration::{
    CLIENT_ADDRESSES, CLIENT_INTERFACE, Engine, SERVER_ADDRESSES, SERVER_INTERFACE,
};

/// The place of a contest.
pub(crate) struct Ground {
    /// Where the contender runs.
    pub(crate) server: Namespace,
    /// Where the generator runs.
    pub(crate) client: Namespace,
    /// The database server, if the engine is one.
    pub(crate) database_server: Option<&'static Server>,
}

impl Ground {
    /// Lays the cable and starts the database server, if it does not run yet.
    pub(crate) fn prepare(engine: Engine) -> Self {
        let (server, client) = (Namespace::new("srv"), Namespace::new("cli"));
        Link::connect(
            &end(&server, SERVER_INTERFACE, SERVER_ADDRESSES),
            &end(&client, CLIENT_INTERFACE, CLIENT_ADDRESSES),
        );
        let database_server = engine.server().map(|which| match which {
            database::Engine::Postgresql => database::postgres(),
            database::Engine::Mariadb => database::mariadb(),
        });
        Self {
            server,
            client,
            database_server,
        }
    }

    /// An empty database for one contender; what the one before left to be written is written.
    pub(crate) fn fresh_database(&self) -> Option<Database> {
        let server = self.database_server?;
        let database = server.fresh();
        if server.engine() == database::Engine::Postgresql {
            database.query("CHECKPOINT");
        }
        Some(database)
    }

    /// Waits until neither the contender nor its database has much to do any more, but not for ever: what
    /// an overload has left behind is done then.
    pub(crate) fn wait_until_idle(&self, contender: &Daemon) {
        const LOOK: Duration = Duration::from_millis(500);
        const LOOKS: u32 = 40;
        /// Of a core.
        const IDLE: f64 = 0.1;
        let taken = || contender.cpu_seconds() + self.database_cpu();
        let mut before = taken();
        for _ in 0..LOOKS {
            thread::sleep(LOOK);
            let now = taken();
            if now - before < IDLE * LOOK.as_secs_f64() {
                return;
            }
            before = now;
        }
    }

    /// Processor seconds that the database server has taken so far.
    pub(crate) fn database_cpu(&self) -> f64 {
        self.database_server.map_or(0.0, Server::cpu_seconds)
    }
}

fn end<'a>(namespace: &'a Namespace, interface: &str, addresses: [&str; 2]) -> End<'a> {
    addresses
        .iter()
        .fold(End::new(namespace, interface), |end, address| {
            end.address(address)
        })
}
