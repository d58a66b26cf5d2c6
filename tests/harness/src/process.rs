//! Child processes of a test: their output as it comes, their end, their cost.
//!
//! Every wait is for an event (a line, an end), bounded by a time limit; nothing polls.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

use crate::spawner::{self, Ties};
use crate::{Error, procfs, rundir};

/// How many lines an error shows.
const TAIL_LINES: usize = 30;

/// A running child process. It dies with this value and with this process.
#[derive(Debug)]
pub struct Daemon {
    name: String,
    pid: u32,
    log: PathBuf,
    shared: Arc<Shared>,
}

impl Daemon {
    /// Starts `command` (program, arguments, variables, directory) with both output streams
    /// captured to memory and to [`Daemon::log_path`].
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn spawn(name: &str, command: &Command) -> Self {
        Self::spawn_tied(name, command, &Ties::default())
    }

    pub(crate) fn spawn_tied(name: &str, command: &Command, ties: &Ties) -> Self {
        let mut command = spawner::tied(command, ties);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = spawner::spawn(command);
        let log = rundir::path()
            .join("logs")
            .join(format!("{name}-{}.log", rundir::unique()));
        let file = Arc::new(Mutex::new(
            File::create(&log).unwrap_or_else(|e| panic!("{}: {e}", log.display())),
        ));
        let shared = Arc::new(Shared::default());
        let pid = child.id();
        let streams: [Box<dyn Read + Send>; 2] = [
            Box::new(child.stdout.take().expect("piped")),
            Box::new(child.stderr.take().expect("piped")),
        ];
        shared.state().open_streams = streams.len();
        for stream in streams {
            let (shared, file) = (Arc::clone(&shared), Arc::clone(&file));
            thread::spawn(move || shared.collect(stream, &file));
        }
        let waiter = Arc::clone(&shared);
        thread::spawn(move || waiter.reap(child));
        Self {
            name: name.to_owned(),
            pid,
            log,
            shared,
        }
    }

    /// The process id; `ip netns exec` and the like replace themselves, so it is the program's.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The file both output streams are written to.
    pub fn log_path(&self) -> &Path {
        &self.log
    }

    /// Every line so far, both streams in the order they came.
    pub fn lines(&self) -> Vec<String> {
        self.shared.state().lines.clone()
    }

    /// Every line it ever said: waits until both streams are closed, which may be a moment after
    /// its end.
    ///
    /// # Panics
    /// When they are open after `limit`.
    pub fn lines_to_the_end(&self, limit: Duration) -> Vec<String> {
        let state = self.shared.state();
        let (state, waited) = self
            .shared
            .changed
            .wait_timeout_while(state, limit, |state| state.open_streams > 0)
            .expect("no panic");
        assert!(!waited.timed_out(), "{}: its output is open", self.name);
        state.lines.clone()
    }

    /// A place in the output, for [`Daemon::wait_for_line_after`].
    pub fn mark(&self) -> usize {
        self.shared.state().lines.len()
    }

    /// Waits until some line, since the start, contains `wanted`, and returns it.
    pub fn wait_for_line(&self, wanted: &str, limit: Duration) -> Result<String, Error> {
        self.wait_for_line_after(0, wanted, limit)
    }

    /// Waits until a line behind `mark` contains `wanted`, and returns it.
    pub fn wait_for_line_after(
        &self,
        mark: usize,
        wanted: &str,
        limit: Duration,
    ) -> Result<String, Error> {
        self.wait_for_match(mark, wanted, limit, |line| line.contains(wanted))
            .map(|(_, line)| line)
    }

    /// Waits until a line behind `mark` satisfies `matches`: the place behind it, and the line.
    /// `wanted` says in errors what was looked for.
    pub(crate) fn wait_for_match(
        &self,
        mark: usize,
        wanted: &str,
        limit: Duration,
        matches: impl Fn(&str) -> bool,
    ) -> Result<(usize, String), Error> {
        let deadline = Instant::now() + limit;
        let mut seen = mark;
        let mut state = self.shared.state();
        loop {
            let mut unseen = state.lines.iter().enumerate().skip(seen);
            if let Some((at, line)) = unseen.find(|(_, line)| matches(line)) {
                return Ok((at + 1, line.clone()));
            }
            seen = state.lines.len().max(mark);
            let (daemon, wanted) = (self.name.clone(), wanted.to_owned());
            if state.open_streams == 0 {
                let status = state
                    .exit
                    .map_or("closed its output".to_owned(), |s| s.to_string());
                return Err(Error::Ended {
                    daemon,
                    wanted,
                    status,
                    tail: state.tail(),
                });
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let seconds = limit.as_secs_f64();
                return Err(Error::NoSuchLine {
                    daemon,
                    wanted,
                    seconds,
                    tail: state.tail(),
                });
            }
            state = self
                .shared
                .changed
                .wait_timeout(state, left)
                .expect("no reader panics")
                .0;
        }
    }

    /// Sends `signal`; nothing happens when the process has ended.
    pub fn signal(&self, signal: Signal) {
        let state = self.shared.state(); // under the lock it cannot be reaped and its id reused
        if state.exit.is_none() {
            let _ = kill(Pid::from_raw(self.pid.cast_signed()), signal);
        }
    }

    /// Kills it at once (SIGKILL) and waits for its end.
    pub fn kill9(&self) -> ExitStatus {
        self.signal(Signal::SIGKILL);
        self.wait(Duration::from_secs(30))
            .expect("SIGKILL ends a process")
    }

    /// Asks it to end (SIGTERM); `None` when it did not within `limit`.
    pub fn terminate(&self, limit: Duration) -> Option<ExitStatus> {
        self.signal(Signal::SIGTERM);
        self.wait(limit)
    }

    /// Waits for its end; `None` when it is still there after `limit`.
    pub fn wait(&self, limit: Duration) -> Option<ExitStatus> {
        let state = self.shared.state();
        let (state, _) = self
            .shared
            .changed
            .wait_timeout_while(state, limit, |state| state.exit.is_none())
            .expect("no panic");
        state.exit
    }

    /// Waits for its end and for the last line of both streams; `None` when either is still to come
    /// after `limit`.
    pub fn finish(&self, limit: Duration) -> Option<ExitStatus> {
        let state = self.shared.state();
        let (state, waited) = self
            .shared
            .changed
            .wait_timeout_while(state, limit, |state| {
                state.exit.is_none() || state.open_streams > 0
            })
            .expect("no panic");
        if waited.timed_out() { None } else { state.exit }
    }

    /// Whether it has not ended yet.
    pub fn is_running(&self) -> bool {
        self.shared.state().exit.is_none()
    }

    /// Processor seconds (user and system) of it and its descendants so far, all threads, incl.
    /// children that ended; the sum stays available after its end.
    pub fn cpu_seconds(&self) -> f64 {
        let state = self.shared.state();
        if state.exit.is_some() {
            state.cpu_seconds
        } else {
            procfs::cpu_seconds_of_tree(self.pid)
        }
    }

    /// Bytes of memory it has resident now; 0 after its end.
    pub fn rss(&self) -> u64 {
        procfs::status_bytes(self.pid, "VmRSS")
    }

    /// The most bytes of memory it ever had resident; 0 after its end.
    pub fn peak_rss(&self) -> u64 {
        procfs::status_bytes(self.pid, "VmHWM")
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
        self.wait(Duration::from_secs(10));
    }
}

/// Runs `command` to its end and returns its standard output; it dies with us as well.
///
/// # Errors
/// [`Error::Failed`] with everything it printed when its status is not 0.
///
/// # Panics
/// When it cannot be started.
pub fn run(command: &Command) -> Result<String, Error> {
    let output = output(command);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(Error::Failed {
        command: format!("{command:?}"),
        status: output.status.to_string(),
        output: text(&output.stdout) + &text(&output.stderr),
    })
}

/// Runs `command` to its end, whatever that is; it dies with us as well.
///
/// # Panics
/// When it cannot be started.
pub fn output(command: &Command) -> Output {
    output_tied(command, &Ties::default())
}

pub(crate) fn output_tied(command: &Command, ties: &Ties) -> Output {
    let mut tied = spawner::tied(command, ties);
    tied.stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    spawner::spawn(tied)
        .wait_with_output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"))
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<String>,
    open_streams: usize,
    exit: Option<ExitStatus>,
    /// Taken between the end and the reaping.
    cpu_seconds: f64,
}

impl State {
    fn tail(&self) -> String {
        self.lines[self.lines.len().saturating_sub(TAIL_LINES)..].join("\n")
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }

    /// Reads one stream to its end, line by line.
    fn collect(&self, stream: Box<dyn Read + Send>, file: &Mutex<File>) {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while matches!(reader.read_until(b'\n', &mut line), Ok(n) if n > 0) {
            let _ = file.lock().expect("no holder panics").write_all(&line);
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            self.state().lines.push(text);
            self.changed.notify_all();
            line.clear();
        }
        self.state().open_streams -= 1;
        self.changed.notify_all();
    }

    /// Waits for the end of `child`, notes what it cost, and reaps it.
    fn reap(&self, mut child: Child) {
        let pid = child.id();
        let _ = waitid(
            Id::Pid(Pid::from_raw(pid.cast_signed())),
            WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT,
        );
        let mut state = self.state();
        state.cpu_seconds = procfs::cpu_seconds_of_tree(pid);
        state.exit = child.wait().ok();
        drop(state);
        self.changed.notify_all();
    }
}
