//! The worker's process, started the way an operator would.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use murre_harness::netns::Namespace;
use murre_harness::process::Daemon;
use murre_harness::rundir;
use nix::sys::signal::Signal;
use serde_json::Value;

/// A debug build on a loaded two-core machine may take this long to reach its database.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running worker with its configuration file. It dies with this value.
#[derive(Debug)]
pub struct Worker {
    daemon: Daemon,
    file: PathBuf,
    families: Vec<u8>,
}

/// How a worker is started.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// Say nothing of single packets: for load. A worker started so is not waited for either.
    pub quiet: bool,
    /// Program and arguments in front of the worker's, e.g. `setpriv` with its flags.
    pub wrapper: Vec<String>,
    /// Another worker than the one beside the test.
    pub binary: Option<PathBuf>,
}

impl Worker {
    /// Starts it in a namespace and waits until it serves all that its configuration holds.
    ///
    /// # Panics
    /// When it does not; the message shows what it said.
    #[track_caller]
    pub fn start(namespace: &Namespace, config: &Value) -> Self {
        let worker = Self::launch(namespace, config, &Launch::default());
        worker.wait_until_serving(0);
        worker
    }

    /// Starts it without waiting for anything.
    pub fn launch(namespace: &Namespace, config: &Value, launch: &Launch) -> Self {
        let file = rundir::fresh_dir("worker").join("murre.json");
        write(&file, &config.to_string());
        Self::launch_file(namespace, &file, launch)
    }

    /// Starts it on a configuration file that is there, without waiting for anything.
    ///
    /// # Panics
    /// When the file cannot be read.
    pub fn launch_file(namespace: &Namespace, file: &Path, launch: &Launch) -> Self {
        let text = std::fs::read_to_string(file);
        let text = text.unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let families = [("\"Dhcp4\"", 4), ("\"Dhcp6\"", 6)];
        let families = families.iter().filter(|(key, _)| text.contains(key));
        Self {
            daemon: Daemon::spawn("murre-worker", &command(namespace, file, launch)),
            file: file.to_owned(),
            families: families.map(|(_, version)| *version).collect(),
        }
    }

    /// Its configuration file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Waits until it serves, looking at its output behind a [`Daemon::mark`].
    ///
    /// # Panics
    /// When it does not within a minute; the message shows what it said.
    #[track_caller]
    pub fn wait_until_serving(&self, mark: usize) {
        for version in &self.families {
            self.says_after(mark, &format!("DHCP{version}_STARTED"));
        }
    }

    /// Waits until a line contains `wanted`, and returns it.
    ///
    /// # Panics
    /// When none comes within a minute; the message shows what it said.
    #[track_caller]
    pub fn says(&self, wanted: &str) -> String {
        self.says_after(0, wanted)
    }

    /// As [`Worker::says`], behind a [`Daemon::mark`].
    ///
    /// # Panics
    /// As [`Worker::says`].
    #[track_caller]
    pub fn says_after(&self, mark: usize, wanted: &str) -> String {
        let line = self.daemon.wait_for_line_after(mark, wanted, PATIENCE);
        line.unwrap_or_else(|e| panic!("{e}"))
    }

    /// Whether it has logged such a line behind a [`Daemon::mark`].
    pub fn has_said(&self, mark: usize, wanted: &str) -> bool {
        let line = self
            .daemon
            .wait_for_line_after(mark, wanted, Duration::ZERO);
        line.is_ok()
    }

    /// Writes another configuration over its file, as text, and sends SIGHUP.
    pub fn reload(&self, text: &str) {
        self.rewrite(text);
        self.daemon.signal(Signal::SIGHUP);
    }

    /// Writes another configuration over its file, as text, and tells nobody.
    pub fn rewrite(&self, text: &str) {
        write(&self.file, text);
    }

    /// Asks it to end, and checks that it does, with status 0.
    ///
    /// # Panics
    /// When it does not within a minute or ends otherwise.
    #[track_caller]
    pub fn stop(self) -> Vec<String> {
        let status = self.daemon.terminate(PATIENCE);
        let status = status.unwrap_or_else(|| panic!("still there: {:#?}", self.tail()));
        assert!(status.success(), "{status}: {:#?}", self.tail());
        self.daemon.lines_to_the_end(PATIENCE)
    }

    /// The last lines it said.
    pub fn tail(&self) -> Vec<String> {
        let lines = self.daemon.lines();
        lines[lines.len().saturating_sub(40)..].to_vec()
    }
}

/// What a family counted, as the worker says at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Messages that were understood.
    pub queries: u64,
    /// Answers handed to sockets.
    pub answers: u64,
    /// Queries without answer, by the reason's name.
    reasons: String,
}

impl Counted {
    /// Reads the last words of a family in what [`Worker::stop`] returned.
    ///
    /// # Panics
    /// When they are not there.
    #[track_caller]
    pub fn of(version: u8, lines: &[String]) -> Self {
        let id = format!("DHCP{version}_SHUTDOWN ");
        let mut last = lines.iter().rev().filter_map(|line| line.split_once(&id));
        let (_, text) = last
            .next()
            .unwrap_or_else(|| panic!("no {id}in {lines:#?}"));
        let number = |text: &str| text.split(' ').next().and_then(|word| word.parse().ok());
        let parts = || {
            let (queries, rest) = text.split_once(" queries came, ")?;
            let (answers, reasons) = rest.split_once(" answers left; without answer: ")?;
            Some((number(queries)?, number(answers)?, reasons.to_owned()))
        };
        let parsed = parts();
        let (queries, answers, reasons) = parsed.unwrap_or_else(|| panic!("cannot read: {text}"));
        Self {
            queries,
            answers,
            reasons,
        }
    }

    /// How many queries had no answer for this reason.
    ///
    /// # Panics
    /// When the worker wrote something else than a number.
    pub fn without_answer(&self, reason: &str) -> u64 {
        let mut entries = self.reasons.split(", ").filter_map(|e| e.split_once(": "));
        let number = entries.find(|(name, _)| *name == reason);
        number.map_or(0, |(_, number)| number.parse().expect("a number"))
    }
}

impl Deref for Worker {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.daemon
    }
}

/// The command that starts a worker in a namespace.
pub fn command(namespace: &Namespace, file: &Path, launch: &Launch) -> Command {
    let worker = launch
        .binary
        .clone()
        .unwrap_or_else(|| binary("murre-worker"));
    let mut words = launch.wrapper.clone();
    words.push(worker.display().to_string());
    let mut command = namespace.command(&words[0]);
    command.args(&words[1..]);
    if !launch.quiet {
        command.arg("-d");
    }
    command.arg("-c").arg(file);
    // Beside its configuration, as several workers of this name run at once.
    command.env("KEA_PIDFILE_DIR", file.parent().unwrap_or(Path::new("/")));
    command
}

/// One of the project's programs.
///
/// # Panics
/// When it is not built.
pub fn binary(name: &str) -> PathBuf {
    let beside = || {
        let test = std::env::current_exe().expect("a test has a path");
        let folder = test.parent().and_then(Path::parent);
        folder.expect("tests are in target/PROFILE/deps").to_owned()
    };
    let folder = std::env::var_os("MURRE_BIN_DIR").map_or_else(beside, PathBuf::from);
    let path = folder.join(name);
    assert!(
        path.is_file(),
        "{} is not there: run cargo build --bins first, or name its directory in MURRE_BIN_DIR",
        path.display()
    );
    path
}

fn write(file: &Path, text: &str) {
    std::fs::write(file, text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
}
