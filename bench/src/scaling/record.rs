//! Results: a line of JSON per point, added to what is there, so that curves can be measured one at a
//! time and on several days.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::args::Common;
use super::point::Figures;
use super::setup::Setup;
use crate::contender::Contender;
use crate::machine::Machine;

/// Where results are unless told otherwise: they belong to a machine, not to the tree.
pub(super) const FOLDER: &str = "/var/tmp/murre-bench";
/// The file's name.
const FILE: &str = "scaling.jsonl";

/// A point of a curve, as the file holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Line {
    /// Which curve.
    pub(super) curve: String,
    /// What differs between curves of one chart, as text by its name.
    pub(super) series: Map<String, Value>,
    /// Where on the curve.
    pub(super) x: f64,
    /// What was measured there.
    pub(super) figures: Value,
    /// Not only a look at whether everything works.
    pub(super) measurement: bool,
    /// Seconds since 1970.
    pub(super) at: u64,
    /// Clients at a time.
    pub(super) window: u64,
    /// What was measured.
    pub(super) version: String,
    /// What it was measured on.
    pub(super) machine: Value,
}

/// The file, while a curve is measured.
pub(super) struct Record {
    file: File,
    path: PathBuf,
    machine: Value,
    version: String,
    window: u64,
    short: bool,
    failed: Vec<String>,
}

impl Record {
    /// Adds to the file of a folder, made if need be.
    ///
    /// # Errors
    /// The folder or file cannot be made.
    pub(super) fn open(common: &Common, machine: &Machine) -> anyhow::Result<Self> {
        fs::create_dir_all(&common.out).with_context(|| common.out.display().to_string())?;
        let path = common.out.join(FILE);
        let file = OpenOptions::new().create(true).append(true).open(&path);
        Ok(Self {
            file: file.with_context(|| path.display().to_string())?,
            path,
            machine: serde_json::to_value(machine)?,
            version: Contender::Murre.version()?,
            window: common.window,
            short: common.short,
            failed: Vec::new(),
        })
    }

    /// A point that was measured, or why not: the others are measured all the same.
    pub(super) fn point(
        &mut self,
        curve: &str,
        setup: &Setup,
        x: (&str, f64),
        outcome: anyhow::Result<Figures>,
    ) -> anyhow::Result<()> {
        let what = format!("{curve}: {setup}, {} {}", x.1, x.0);
        match outcome {
            Ok(figures) => {
                eprintln!("{what}: {}", told(&figures));
                self.line(curve, setup, x.1, serde_json::to_value(figures)?)
            }
            Err(error) => {
                self.failed(&what, &error);
                Ok(())
            }
        }
    }

    /// The same for a curve with figures of its own.
    pub(super) fn line(
        &mut self,
        curve: &str,
        setup: &Setup,
        x: f64,
        figures: Value,
    ) -> anyhow::Result<()> {
        let series = serde_json::to_value(setup)?;
        let line = Line {
            curve: curve.to_owned(),
            series: series.as_object().cloned().unwrap_or_default(),
            x,
            figures,
            measurement: !self.short,
            at: SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
            window: self.window,
            version: self.version.clone(),
            machine: self.machine.clone(),
        };
        writeln!(self.file, "{}", serde_json::to_string(&line)?).context("results")
    }

    /// A point that could not be measured.
    pub(super) fn failed(&mut self, what: &str, error: &anyhow::Error) {
        eprintln!("{what}: could not be measured: {error:#}");
        self.failed.push(what.to_owned());
    }

    /// Says where the results are; whether all could be measured.
    pub(super) fn finish(self) -> anyhow::Result<bool> {
        if self.short {
            eprintln!("NOT A MEASUREMENT: it only shows that everything works");
        }
        eprintln!("written: {}", self.path.display());
        for what in &self.failed {
            eprintln!("missing: {what}");
        }
        Ok(self.failed.is_empty())
    }
}

/// All lines of a folder.
///
/// # Errors
/// No file, or a line that is none.
pub(super) fn read(folder: &Path) -> anyhow::Result<Vec<Line>> {
    let path = folder.join(FILE);
    let text = fs::read_to_string(&path).with_context(|| {
        let path = path.display();
        format!("{path}: measure something first, for example ./run bench fill")
    })?;
    let lines = text.lines().enumerate().map(|(number, line)| {
        serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), number + 1))
    });
    lines.collect()
}

fn told(figures: &Figures) -> String {
    let Figures {
        rate,
        conflicts_per_mille,
        unserved_per_mille,
        median_ms,
        worker_us,
        database_us,
        ..
    } = figures;
    let log = figures
        .log_bytes
        .map_or(String::new(), |bytes| format!(", {bytes:.0} bytes of log"));
    format!(
        "{rate:.0}/s, {conflicts_per_mille:.2} conflicts and {unserved_per_mille:.2} unserved per thousand, \
         median {median_ms:.2} ms; {worker_us:.0} µs worker, {database_us:.0} µs database{log} per exchange"
    )
}
