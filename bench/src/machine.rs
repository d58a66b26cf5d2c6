//! What it is measured on: a rate means nothing without it.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;
use std::time::Instant;

use murre_harness::rundir;
use nix::sys::statfs;
use serde::Serialize;

/// How many writes the disk is tried with.
const WRITES: usize = 100;
/// Bytes of each.
const PAGE: usize = 4096;

/// The machine, as far as it decides the figures.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Machine {
    /// Processors that this program may use.
    pub(crate) cores: usize,
    /// Their name.
    pub(crate) processor: String,
    /// The kernel's release.
    pub(crate) kernel: String,
    /// Microseconds, median: a page of a file that has its size already, as a database's log has, is
    /// written and on disk, where the databases are.
    pub(crate) sync_us: u64,
    /// The databases are in memory, so that durability costs nothing.
    pub(crate) disk_is_memory: bool,
}

/// Looks.
pub(crate) fn look() -> anyhow::Result<Machine> {
    let place = rundir::path();
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let model = read("/proc/cpuinfo")
        .lines()
        .find_map(|line| line.strip_prefix("model name").map(str::to_owned));
    let model = model.unwrap_or_default();
    Ok(Machine {
        cores: std::thread::available_parallelism()?.get(),
        processor: model.trim_start_matches([' ', '\t', ':']).to_owned(),
        kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
        sync_us: sync_us(place)?,
        disk_is_memory: statfs::statfs(place)?.filesystem_type() == statfs::TMPFS_MAGIC,
    })
}

impl Machine {
    /// One line for people, and a warning where the figures would deceive.
    pub(crate) fn tell(&self) {
        eprintln!("{self}");
        if self.disk_is_memory {
            eprintln!(
                "WARNING: {} is in memory, where durability costs nothing; set TMPDIR to a folder on a disk",
                rundir::path().display()
            );
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} cores ({}), Linux {}, a durable write takes {} µs; server, database and generator share them",
            self.cores, self.processor, self.kernel, self.sync_us
        )
    }
}

fn sync_us(place: &Path) -> anyhow::Result<u64> {
    let path = place.join("sync-probe");
    let mut file = File::create(&path)?;
    file.write_all(&vec![0; WRITES * PAGE])?;
    file.sync_all()?;
    file.rewind()?;
    let mut times = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        let begin = Instant::now();
        file.write_all(&[0x5a; PAGE])?;
        file.sync_data()?;
        times.push(u64::try_from(begin.elapsed().as_micros())?);
    }
    std::fs::remove_file(path)?;
    times.sort_unstable();
    Ok(times[WRITES / 2])
}
