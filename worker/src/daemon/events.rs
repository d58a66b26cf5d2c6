//! What the outside asks of a running daemon.

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Sender;

/// A request to the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Read the configuration again (SIGHUP, `config-reload`).
    Reload,
    /// Answer what is in flight and end (SIGTERM, SIGINT, `shutdown`).
    Stop,
}

/// Turn signals into events.
pub(super) fn listen(events: Sender<Event>) -> anyhow::Result<()> {
    let mut hangup = signal(SignalKind::hangup()).context("cannot watch SIGHUP")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot watch SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch SIGINT")?;
    tokio::spawn(async move {
        loop {
            let event = tokio::select! {
                _ = hangup.recv() => Event::Reload,
                _ = terminate.recv() => Event::Stop,
                _ = interrupt.recv() => Event::Stop,
            };
            if events.send(event).await.is_err() {
                return;
            }
        }
    });
    Ok(())
}
