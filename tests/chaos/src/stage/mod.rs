//! What the play takes place on: networks, workers, and their database.

mod config;
mod database;
mod network;
mod workers;

pub(crate) use config::SERVER_ID;
pub(crate) use database::Database;
pub(crate) use network::Network;
pub(crate) use workers::Workers;

use murre_harness::database::Brake;

use crate::options::Options;

/// Everything that faults may be done to.
pub(crate) struct Stage {
    // In the order in which they end.
    pub(crate) workers: Workers,
    pub(crate) database: Database,
    pub(crate) brake: Brake,
    pub(crate) network: Network,
}

impl Stage {
    /// Sets all of it up; all workers serve when this returns.
    pub(crate) fn new(options: &Options) -> Self {
        let network = Network::new(options.workers);
        let brake = Brake::new();
        let database = Database::launch(options, &network, &brake);
        let embedded = matches!(database, Database::File(_));
        let configs = (0..options.workers)
            .map(|number| config::of(number, options, &database.access(number)))
            .collect();
        let workers = Workers::start(&network, configs, embedded.then_some(&brake));
        Self {
            workers,
            database,
            brake,
            network,
        }
    }
}
