//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::configuration::{Engine, Family};

/// Measure Debian's Kea and Murre side by side on the same databases
///
/// For each engine both get the same configuration, an empty database each and full durability, and
/// perfdhcp on a link of its own raises the rate until 1 % of the exchanges are lost. The table shows
/// exchanges per second, the answers' median and 99th percentile at half of that rate, and the
/// processor time of server and database per 1,000 leases. All engines take about ten minutes.
/// Needs root for network namespaces; nothing of this machine's network or databases is touched.
#[derive(Clone, Debug, Parser)]
#[command(name = "murre-bench", bin_name = "./run bench")]
pub(crate) struct Cli {
    /// Where the leases are; may be given several times [default: all three]
    #[arg(long, value_enum, value_name = "ENGINE")]
    engine: Vec<Engine>,
    /// 4, or 6 with one address per client; may be given twice [default: 4]
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
    /// What to measure, in order.
    pub(crate) fn contests(&self) -> Vec<(Engine, Family)> {
        let or_default = |family: &[Family]| match family {
            [] => vec![Family::V4],
            given => given.to_vec(),
        };
        let engines = match self.engine.as_slice() {
            [] => Engine::value_variants(),
            given => given,
        };
        let families = or_default(&self.family);
        let of_family = |family: &Family| {
            let family = *family;
            engines.iter().map(move |engine| (*engine, family))
        };
        families.iter().flat_map(of_family).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contests(arguments: &[&str]) -> Vec<(Engine, Family)> {
        Cli::try_parse_from([&["bench"], arguments].concat())
            .unwrap()
            .contests()
    }

    #[test]
    fn all_engines_with_v4_unless_told_otherwise() {
        assert_eq!(
            contests(&[]),
            [Engine::Postgresql, Engine::Mariadb, Engine::Memfile]
                .map(|engine| (engine, Family::V4))
        );
        assert_eq!(
            contests(&["--engine", "memfile", "--family", "6", "--family", "4"]),
            [(Engine::Memfile, Family::V6), (Engine::Memfile, Family::V4)]
        );
    }
}
