//! Starts child processes that die with this process.
//!
//! `setpriv --pdeathsig` ties a child to the *thread* that made it, and a test's thread ends with
//! the test, while a database server serves many tests. So all children are made by one thread
//! that lives as long as the process.

use std::process::{Child, Command};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock};

use crate::packages;

/// Who a child runs as and how it ends with us.
#[derive(Clone, Debug)]
pub(crate) struct Ties {
    /// The user to become; we must be root. `None`: as we are.
    pub(crate) user: Option<String>,
    /// The signal (`KILL`, `QUIT` ...) sent when this process dies.
    pub(crate) death_signal: &'static str,
    /// The network namespace to run in. `None`: ours.
    pub(crate) namespace: Option<String>,
}

impl Default for Ties {
    fn default() -> Self {
        Self {
            user: None,
            death_signal: "KILL",
            namespace: None,
        }
    }
}

/// `command` (program, arguments, variables, directory) wrapped so that it dies with its parent.
/// Streams set on `command` are not taken over.
pub(crate) fn tied(command: &Command, ties: &Ties) -> Command {
    let setpriv = packages::program("setpriv", "util-linux");
    // The namespace first: whoever gave up being root may not enter it.
    let mut tied = match &ties.namespace {
        None => Command::new(setpriv),
        Some(namespace) => {
            let mut inside = Command::new(packages::program("ip", "iproute2"));
            inside.args(["netns", "exec", namespace]).arg(setpriv);
            inside
        }
    };
    if let Some(user) = &ties.user {
        tied.arg(format!("--reuid={user}"))
            .arg(format!("--regid={user}"))
            .arg("--init-groups");
    }
    tied.arg("--pdeathsig")
        .arg(ties.death_signal)
        .arg("--")
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => tied.env(name, value),
            None => tied.env_remove(name),
        };
    }
    if let Some(directory) = command.get_current_dir() {
        tied.current_dir(directory);
    }
    tied
}

/// Starts `command` from the thread that outlives every test.
///
/// # Panics
/// When it cannot be started.
pub(crate) fn spawn(command: Command) -> Child {
    let shown = format!("{command:?}");
    let (answer, result) = channel();
    spawner()
        .lock()
        .expect("the spawner")
        .send((command, answer))
        .expect("the spawner lives");
    match result.recv().expect("the spawner answers") {
        Ok(child) => child,
        Err(e) => panic!("{shown}: {e}"),
    }
}

type Job = (Command, Sender<std::io::Result<Child>>);

fn spawner() -> &'static Mutex<Sender<Job>> {
    static SPAWNER: OnceLock<Mutex<Sender<Job>>> = OnceLock::new();
    SPAWNER.get_or_init(|| {
        let (jobs, inbox) = channel::<Job>();
        std::thread::Builder::new()
            .name("spawner".into())
            .spawn(move || {
                for (mut command, answer) in inbox {
                    let _ = answer.send(command.spawn());
                }
            })
            .expect("a thread");
        Mutex::new(jobs)
    })
}
