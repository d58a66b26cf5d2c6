//! What the outside asks of a running daemon.

use std::path::PathBuf;

use anyhow::Context as _;
use murre_config::Config;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Sender;
use tokio::sync::oneshot;

/// Tells who asked what came of it.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, String>>;

/// A request to the daemon.
#[derive(Debug)]
pub enum Event {
    /// Read the configuration again (SIGHUP, `config-reload`), and tell who wants to know.
    Reload(Option<Reply<()>>),
    /// Adopt a configuration that is in no file (`config-set`). A family that it does not mention goes on as it
    /// is.
    Set(Box<Config>, Reply<()>),
    /// Write the configuration in force to a file, by default the one it came from (`config-write`).
    Write(Option<PathBuf>, Reply<Written>),
    /// End (SIGTERM, SIGINT, `shutdown`).
    Stop(Ending),
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where.
    pub path: PathBuf,
    /// Bytes.
    pub size: usize,
}

/// How to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// The exit code.
    pub code: u8,
    /// Do not answer what is in flight first.
    pub at_once: bool,
}

/// Turn signals into events.
pub(super) fn listen(events: Sender<Event>) -> anyhow::Result<()> {
    let mut hangup = signal(SignalKind::hangup()).context("cannot watch SIGHUP")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot watch SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch SIGINT")?;
    tokio::spawn(async move {
        loop {
            let event = tokio::select! {
                _ = hangup.recv() => Event::Reload(None),
                _ = terminate.recv() => Event::Stop(Ending::default()),
                _ = interrupt.recv() => Event::Stop(Ending::default()),
            };
            if events.send(event).await.is_err() {
                return;
            }
        }
    });
    Ok(())
}
