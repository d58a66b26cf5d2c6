//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::configuration::{Engine, Family, Workload};
use crate::contest::Match;
use crate::generator::Kind;
use crate::scaling::Curve;

/// Measure Debian's Kea and Murre side by side on the same databases
///
/// For each engine both get the same configuration, an empty database each and full durability, and a
/// generator on a link of its own raises the rate until 1 % of the exchanges are lost: perfdhcp with
/// DHCPv4, then murre-load with DHCPv4, DHCPv6 addresses, and addresses with prefixes. The table shows
/// exchanges per second, delays at that rate and at half of it, and the processor time of server and
/// database per exchange. Everything takes about half an hour.
/// Needs root for network namespaces; nothing of this machine's network or databases is touched.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "murre-bench",
    bin_name = "./run bench",
    args_conflicts_with_subcommands = true
)]
pub(crate) struct Cli {
    /// Measure how Murre alone scales instead
    #[command(subcommand)]
    pub(crate) curve: Option<Curve>,
    /// Where the leases are; may be given several times [default: all three]
    #[arg(long, visible_alias = "only", value_enum, value_name = "ENGINE")]
    engine: Vec<Engine>,
    /// Who makes the load; may be given twice [default: both, perfdhcp first]
    #[arg(long, value_enum, value_name = "GENERATOR")]
    generator: Vec<Kind>,
    /// May be given twice [default: both, but perfdhcp 4 alone]
    #[arg(long, value_enum, value_name = "FAMILY")]
    family: Vec<Family>,
    /// See whether everything works: seconds at one low rate, an unoptimized build, no measurement
    #[arg(long)]
    pub(crate) short: bool,
    /// Where bench.json and bench.svg go
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    pub(crate) out: PathBuf,
}

impl Cli {
    /// What to measure, in order: what takes place on one engine stays together.
    pub(crate) fn matches(&self) -> Vec<Match> {
        let mut matches = Vec::new();
        for engine in all_unless_given(&self.engine) {
            for generator in all_unless_given(&self.generator) {
                for workload in self.workloads(generator) {
                    matches.push(Match {
                        engine,
                        generator,
                        workload,
                    });
                }
            }
        }
        matches
    }

    fn workloads(&self, generator: Kind) -> Vec<Workload> {
        let families = match (self.family.as_slice(), generator) {
            ([], Kind::Perfdhcp) => vec![Family::V4],
            (given, _) => all_unless_given(given),
        };
        let of_family = |family| match (family, generator) {
            (Family::V4, _) => vec![Workload::V4],
            (Family::V6, Kind::Perfdhcp) => vec![Workload::V6],
            // To see whether it works, the longer one is enough.
            (Family::V6, Kind::Ours) if self.short => vec![Workload::V6WithPrefix],
            (Family::V6, Kind::Ours) => vec![Workload::V6, Workload::V6WithPrefix],
        };
        families.into_iter().flat_map(of_family).collect()
    }
}

fn all_unless_given<T: ValueEnum + Clone>(given: &[T]) -> Vec<T> {
    match given {
        [] => T::value_variants().to_vec(),
        given => given.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(arguments: &str) -> Vec<(Engine, Kind, Workload)> {
        let words = format!("bench {arguments}");
        let cli = Cli::try_parse_from(words.split_whitespace()).unwrap();
        let matches = cli.matches().into_iter();
        matches
            .map(|one| (one.engine, one.generator, one.workload))
            .collect()
    }

    #[test]
    fn every_engine_has_perfdhcp_first_and_then_ours_with_more() {
        let all = matches("");
        assert_eq!(all.len(), 3 * 4);
        let first = Engine::Postgresql;
        assert_eq!(
            all[..4],
            [
                (first, Kind::Perfdhcp, Workload::V4),
                (first, Kind::Ours, Workload::V4),
                (first, Kind::Ours, Workload::V6),
                (first, Kind::Ours, Workload::V6WithPrefix),
            ]
        );
    }

    #[test]
    fn less_can_be_asked_for() {
        assert_eq!(
            matches("--only memfile --generator perfdhcp --family 6 --family 4"),
            [
                (Engine::Memfile, Kind::Perfdhcp, Workload::V6),
                (Engine::Memfile, Kind::Perfdhcp, Workload::V4)
            ]
        );
        assert_eq!(
            matches("--engine mariadb --generator ours --family 4"),
            [(Engine::Mariadb, Kind::Ours, Workload::V4)]
        );
        assert_eq!(matches("--short").len(), 3 * 3);
    }
}
