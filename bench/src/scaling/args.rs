//! The command line of the curves.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::setup::{Allocator, Features, Leases};
use crate::configuration::Engine;

/// A curve, or the charts of all.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Curve {
    /// New leases per second of a pool that is 0 to 99.9 % full, and stays so full: clients give their
    /// leases back
    Fill(FillArgs),
    /// From exec to the first lease, with pools of millions and billions
    Start(StartArgs),
    /// New leases per second, and how often workers get into each other's way, with several on one
    /// database
    Workers(WorkersArgs),
    /// Renewals and new leases per second with up to ten million leases in the table
    Rows(RowsArgs),
    /// New leases per second with classes, reservations in the database and many subnets, beside a plain
    /// configuration
    Features(FeaturesArgs),
    /// New leases per second with the database on some of the machine's cores
    Cores(CoresArgs),
    /// Draw charts and write tables of all that was measured so far
    Charts(ChartsArgs),
}

/// What all curves have.
#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// Where the leases are; may be given several times [default: postgresql, mariadb]
    #[arg(long, visible_alias = "only", value_enum, value_name = "ENGINE")]
    pub(crate) engine: Vec<Engine>,
    /// May be given several times [default: random, flq]
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) allocator: Vec<Allocator>,
    /// What clients lease; may be given several times [default: 4]
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) family: Vec<Leases>,
    /// Clients at a time
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) window: u64,
    /// How long each point is measured
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub(crate) seconds: u64,
    /// What the database server may keep in memory, in megabytes
    #[arg(long, value_name = "MB", default_value_t = 1024)]
    pub(crate) memory: u32,
    /// Where results are added to scaling.jsonl
    #[arg(long, value_name = "DIR", default_value = super::record::FOLDER)]
    pub(crate) out: PathBuf,
    /// See whether everything works: little of everything, an unoptimized build, no measurement
    #[arg(long)]
    pub(crate) short: bool,
}

impl Common {
    /// Engines to measure.
    pub(crate) fn engines(&self) -> Vec<Engine> {
        or(&self.engine, &[Engine::Postgresql, Engine::Mariadb])
    }

    /// Allocators to measure.
    pub(crate) fn allocators(&self) -> Vec<Allocator> {
        or(&self.allocator, &[Allocator::Random, Allocator::Flq])
    }

    /// Kinds of leases to measure.
    pub(crate) fn families(&self) -> Vec<Leases> {
        or(&self.family, &[Leases::V4])
    }
}

/// What was given, or what is usual.
fn or<T: Clone>(given: &[T], usual: &[T]) -> Vec<T> {
    if given.is_empty() { usual } else { given }.to_vec()
}

/// `fill`.
#[derive(Clone, Debug, Args)]
pub(crate) struct FillArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    /// How full the pool is, in percent
    #[arg(long, value_delimiter = ',', value_name = "PERCENT,...", default_value = "0,50,90,99,99.9", value_parser = percent)]
    pub(crate) fills: Vec<f64>,
    /// Addresses of the pool; prefixes are rounded up to a power of two
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1000..=8_000_000))]
    pub(crate) pool: u32,
    /// What becomes of leases that are given back [default: both]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) released: Vec<super::setup::Released>,
}

/// `start`.
#[derive(Clone, Debug, Args)]
pub(crate) struct StartArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    /// How often each start is measured; the median counts
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) times: usize,
}

/// `workers`.
#[derive(Clone, Debug, Args)]
pub(crate) struct WorkersArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    /// How many workers
    #[arg(long, value_delimiter = ',', value_name = "N,...", default_value = "1,2,4,8", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) counts: Vec<u8>,
    /// How full the pool is, in percent
    #[arg(long, value_name = "PERCENT", default_value = "50", value_parser = percent)]
    pub(crate) fill: f64,
}

/// `rows`.
#[derive(Clone, Debug, Args)]
pub(crate) struct RowsArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Leases of other clients and other subnets in the table
    #[arg(long, value_delimiter = ',', value_name = "N,...", default_value = "10000,1000000,10000000", value_parser = clap::value_parser!(u32).range(1000..=100_000_000))]
    pub(crate) rows: Vec<u32>,
    /// Clients whose leases are renewed, in turn
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub(crate) clients: u32,
}

/// `cores`.
#[derive(Clone, Debug, Args)]
pub(crate) struct CoresArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Cores of the database [default: 1, 2, 4 and so on, as many as there are]
    #[arg(long, value_delimiter = ',', value_name = "N,...", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) cores: Vec<u16>,
    /// Workers, so that not one of them is the limit
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) workers: u8,
}

/// `features`.
#[derive(Clone, Debug, Args)]
pub(crate) struct FeaturesArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Client classes
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) classes: u32,
    /// Reservations in the database
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) hosts: u32,
    /// Subnets
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) subnets: u32,
    /// Shared networks that they are in
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) networks: u32,
}

impl FeaturesArgs {
    /// All that was asked for.
    pub(crate) fn features(&self) -> Features {
        Features {
            classes: self.classes,
            hosts: self.hosts,
            subnets: self.subnets,
            networks: self.networks,
        }
    }
}

/// `charts`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ChartsArgs {
    /// Where the results are
    #[arg(long, value_name = "DIR", default_value = super::record::FOLDER)]
    pub(crate) out: PathBuf,
    /// Where the charts go
    #[arg(long, value_name = "DIR", default_value = "docs/charts")]
    pub(crate) into: PathBuf,
    /// The document whose tables are written anew
    #[arg(long, value_name = "FILE", default_value = "docs/scaling.md")]
    pub(crate) document: PathBuf,
}

fn percent(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..100.0).contains(&number) {
        Ok(number)
    } else {
        Err("it must be from 0 to below 100".to_owned())
    }
}
