//! Room for the generator's answers. perfdhcp takes the system's default receive buffer, which holds
//! some two hundred packets: a server that answers in batches would be charged for answers that
//! the generator let fall. The default is raised while a measurement lasts, for all contenders.

use std::{fs, process, thread};

use anyhow::Context as _;
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};

const SETTING: &str = "/proc/sys/net/core/rmem_default";
/// Bytes; some thousands of packets.
const ROOM: u64 = 4 << 20;

/// Puts the setting back when dropped, and on SIGINT and SIGTERM, which end the process then.
pub(crate) struct Room {
    before: String,
}

impl Room {
    /// Raise the default.
    ///
    /// # Errors
    /// The setting cannot be read or written.
    pub(crate) fn make() -> anyhow::Result<Self> {
        let before = fs::read_to_string(SETTING).context(SETTING)?;
        let room = Self { before };
        room.put_back_on_signals().context("signals")?;
        fs::write(SETTING, ROOM.to_string()).context(SETTING)?;
        Ok(room)
    }

    fn put_back_on_signals(&self) -> std::io::Result<()> {
        let waiting = runtime::Builder::new_current_thread().enable_io().build()?;
        let (mut interrupt, mut terminate) = {
            let _within = waiting.enter();
            (
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
            )
        };
        let before = self.before.clone();
        thread::spawn(move || {
            let status = waiting.block_on(async {
                // As shells report an end by the signal.
                tokio::select! {
                    _ = interrupt.recv() => 130,
                    _ = terminate.recv() => 143,
                }
            });
            put_back(&before);
            process::exit(status);
        });
        Ok(())
    }
}

fn put_back(before: &str) {
    if let Err(error) = fs::write(SETTING, before) {
        eprintln!("murre-bench: {SETTING} was {}: {error}", before.trim());
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        put_back(&self.before);
    }
}
