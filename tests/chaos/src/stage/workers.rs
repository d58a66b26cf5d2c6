//! The workers: started, killed, and started again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use murre_harness::database::Brake;
use murre_tests::Worker;
use murre_tests::worker::Launch;
use serde_json::Value;

use super::Network;

/// A worker on a loaded two-core machine may take this long to start, where its database is there.
const PATIENCE: Duration = Duration::from_secs(60);
/// Debian's package `faketime` has it.
const CLOCK: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// All of them.
pub(crate) struct Workers {
    slots: Vec<Slot>,
}

struct Slot {
    worker: Mutex<Option<Worker>>,
    config: Value,
    launch: Launch,
    /// Where the worker's clock reads how far it is off.
    clock: std::path::PathBuf,
}

impl Workers {
    /// Starts a worker per configuration. Where their database is a part of them, its brake is theirs.
    pub(super) fn start(network: &Network, configs: Vec<Value>, brake: Option<&Brake>) -> Self {
        let slots = configs.into_iter().map(|config| Slot::new(config, brake));
        let workers = Self {
            slots: slots.collect(),
        };
        for number in 0..workers.slots.len() {
            workers.launch(network, number);
        }
        for number in 0..workers.slots.len() {
            workers.wait_until_serving(number);
        }
        workers
    }

    pub(crate) fn count(&self) -> usize {
        self.slots.len()
    }

    /// Whether clocks can be set here.
    pub(crate) fn clocks_can_be_set() -> bool {
        std::path::Path::new(CLOCK).is_file()
    }

    /// Starts the worker with this number again, without waiting for anything.
    pub(crate) fn launch(&self, network: &Network, number: usize) {
        let slot = &self.slots[number];
        let started = Worker::launch(&network.workers[number], &slot.config, &slot.launch);
        *slot.lock() = Some(started);
    }

    /// # Panics
    /// When it does not; the message shows what it said.
    pub(crate) fn wait_until_serving(&self, number: usize) {
        let slot = self.slots[number].lock();
        let worker = slot.as_ref().expect("it was started");
        for family in [4, 6] {
            let line = worker.wait_for_line(&format!("DHCP{family}_STARTED"), PATIENCE);
            line.unwrap_or_else(|e| panic!("worker {number}: {e}"));
        }
    }

    /// Kills it without a word.
    pub(crate) fn kill9(&self, number: usize) {
        let gone = self.slots[number].lock().take();
        gone.expect("it runs").kill9();
    }

    /// Asks it to end, and waits for that.
    ///
    /// # Panics
    /// When it does not end in order.
    pub(crate) fn stop(&self, number: usize) {
        let gone = self.slots[number].lock().take();
        gone.expect("it runs").stop();
    }

    /// Stops it where it stands, or lets it go on.
    pub(crate) fn signal(&self, number: usize, signal: nix::sys::signal::Signal) {
        if let Some(worker) = self.slots[number].lock().as_ref() {
            worker.signal(signal);
        }
    }

    /// Sets its wall clock to be off by so many seconds from now on.
    pub(crate) fn set_clock(&self, number: usize, seconds: i64) {
        let clock = &self.slots[number].clock;
        std::fs::write(clock, format!("{seconds:+}s\n")).expect("our own file");
    }

    /// Which of them have ended by themselves, with their last words.
    pub(crate) fn fallen(&self) -> Vec<String> {
        let fallen = self.slots.iter().enumerate().filter_map(|(number, slot)| {
            let slot = slot.lock();
            let worker = slot.as_ref().filter(|worker| !worker.is_running())?;
            Some(format!(
                "worker {number} ended by itself:\n{}",
                worker.tail().join("\n")
            ))
        });
        fallen.collect()
    }
}

impl Slot {
    fn new(config: Value, brake: Option<&Brake>) -> Self {
        let folder = murre_harness::rundir::fresh_dir("clock");
        let clock = folder.join("offset");
        std::fs::write(&clock, "+0s\n").expect("our own file");
        let mut wrapper = vec!["env".to_owned()];
        if let Some(brake) = brake {
            wrapper.extend(
                brake
                    .environment()
                    .map(|(name, value)| format!("{name}={value}")),
            );
        } else if Workers::clocks_can_be_set() {
            wrapper.push(format!("LD_PRELOAD={CLOCK}"));
            wrapper.push(format!("FAKETIME_TIMESTAMP_FILE={}", clock.display()));
            wrapper.extend(
                [
                    "FAKETIME_DONT_FAKE_MONOTONIC=1",
                    "FAKETIME_CACHE_DURATION=1",
                ]
                .map(str::to_owned),
            );
        }
        Self {
            worker: Mutex::new(None),
            config,
            launch: Launch {
                quiet: true,
                wrapper,
                binary: None,
            },
            clock,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Worker>> {
        // Who waits for a worker in vain panics with this in hand, and the rest is still to be told.
        self.worker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
