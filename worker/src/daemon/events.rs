//! What the outside asks of a running daemon.

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Sender;
use tokio::sync::oneshot;

/// A request to the daemon.
#[derive(Debug)]
pub enum Event {
    /// Read the configuration again (SIGHUP, `config-reload`), and tell who wants to know.
    Reload(Option<oneshot::Sender<Result<(), String>>>),
    /// End (SIGTERM, SIGINT, `shutdown`).
    Stop(Ending),
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
