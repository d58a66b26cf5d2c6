//! What is asked for on the command line.

use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::faults::Kind;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// PostgreSQL.
    Postgresql,
    /// MariaDB.
    Mysql,
    /// The embedded one: all workers on one file.
    Sqlite,
}

/// How many servers the database is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Setup {
    /// One.
    Single,
    /// PostgreSQL with a synchronous standby.
    Standby,
    /// Three MariaDB nodes in a Galera cluster.
    Galera,
}

/// Workers, their database and hundreds of clients under faults of every kind; then the check that no
/// lease was lost or given twice.
#[derive(Clone, Debug, Parser)]
#[command(name = "./run chaos")]
pub struct Options {
    /// How long faults are injected.
    #[arg(long, default_value_t = 2.0)]
    pub minutes: f64,
    /// The database.
    #[arg(long, value_enum, default_value_t = Engine::Postgresql)]
    pub engine: Engine,
    /// How many servers it is made of.
    #[arg(long, value_enum, default_value_t = Setup::Single)]
    pub setup: Setup,
    /// Workers on it.
    #[arg(long, default_value_t = 3)]
    pub workers: usize,
    /// Clients, three fifths of them DHCPv4.
    #[arg(long, default_value_t = 1000)]
    pub clients: u32,
    /// What the choice of faults and of what clients do begins with; printed, to be given again.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Workers share the clients among themselves; without this all of them answer every query, which
    /// is harder on the database.
    #[arg(long)]
    pub sharing: bool,
    /// Only these kinds of faults; all that the set-up can have, where none is named.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub faults: Vec<Kind>,
}

impl Options {
    /// Whether the combination makes sense.
    ///
    /// # Errors
    /// What does not.
    pub fn check(&self) -> Result<(), String> {
        let fits = match self.setup {
            Setup::Single => true,
            Setup::Standby => self.engine == Engine::Postgresql,
            Setup::Galera => self.engine == Engine::Mysql,
        };
        if !fits {
            return Err(
                "--setup standby is for --engine postgresql, --setup galera for --engine mysql"
                    .to_owned(),
            );
        }
        if !(1..=8).contains(&self.workers) {
            return Err("--workers: from 1 to 8".to_owned());
        }
        if !(20..=20_000).contains(&self.clients) {
            return Err("--clients: from 20 to 20000".to_owned());
        }
        let possible = Kind::possible(self.engine, self.setup);
        match self.faults.iter().find(|kind| !kind.may_be(&possible)) {
            None => Ok(()),
            Some(kind) => Err(format!(
                "--faults: {kind} is not possible with this database"
            )),
        }
    }

    /// How long faults are injected.
    pub(crate) fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.minutes * 60.0)
    }
}
