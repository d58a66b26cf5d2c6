//! The thread that writes: it alone touches outputs.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, Write};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Instant;

use murre_config::{LogDestination, Logger};

use super::error::LogError;
use super::output::Output;
use super::record::{Origin, Record};
use super::{LOST, Level, Part, most_specific};

/// What the thread is asked to do.
pub(super) enum Job {
    /// Write a message.
    Write(Box<Record>),
    /// Adopt a family's loggers, or say why not.
    Configure {
        /// 4 or 6.
        version: u8,
        /// Its loggers.
        loggers: Vec<Logger>,
        /// Where to say so.
        answer: Sender<Result<(), LogError>>,
    },
    /// Flush and end.
    Finish(Sender<()>),
}

/// Start it.
pub(super) fn start(jobs: Receiver<Job>) -> Result<(), LogError> {
    let mut writer = Writer::new()?;
    std::thread::Builder::new()
        .name("log".into())
        .spawn(move || writer.run(&jobs))
        .map(drop)
        .map_err(LogError::Thread)
}

struct Writer {
    start: Instant,
    /// DHCPv4's, DHCPv6's.
    families: [Routes; 2],
    fallback: Output,
    failing: bool,
}

/// A family's loggers and the outputs they name, each opened once.
#[derive(Default)]
struct Routes {
    loggers: Vec<Logger>,
    outputs: HashMap<String, Output>,
}

impl Writer {
    fn new() -> Result<Self, LogError> {
        let start = Instant::now();
        Ok(Self {
            start,
            families: Default::default(),
            fallback: Output::stdout(start)?,
            failing: false,
        })
    }

    fn run(&mut self, jobs: &Receiver<Job>) {
        while let Ok(job) = jobs.recv() {
            match job {
                Job::Write(record) => {
                    self.tell_of_lost();
                    self.write(&record);
                }
                Job::Configure {
                    version,
                    loggers,
                    answer,
                } => {
                    // Whoever asked may have gone; the loggers are adopted all the same.
                    let _ = answer.send(self.configure(version, loggers));
                }
                Job::Finish(done) => {
                    self.flush();
                    let _ = done.send(());
                    return;
                }
            }
        }
    }

    fn configure(&mut self, version: u8, loggers: Vec<Logger>) -> Result<(), LogError> {
        let mut routes = Routes::default();
        for output in loggers.iter().flat_map(|logger| &logger.outputs) {
            if let Entry::Vacant(place) = routes.outputs.entry(key(&output.destination)) {
                place.insert(Output::open(output, self.start)?);
            }
        }
        routes.loggers = loggers;
        self.families[usize::from(version == 6)] = routes;
        Ok(())
    }

    fn write(&mut self, record: &Record) {
        let routes = &mut self.families[usize::from(record.logger.starts_with("kea-dhcp6"))];
        let logger = most_specific(&routes.loggers, record.logger, |l| !l.outputs.is_empty());
        let mut result = Ok(());
        match logger {
            None => result = self.fallback.write(record),
            Some(logger) => {
                for output in &logger.outputs {
                    if let Some(open) = routes.outputs.get_mut(&key(&output.destination)) {
                        result = result.and(open.write(record));
                    }
                }
            }
        }
        self.note(result);
    }

    /// A destination that fails is told of once, on standard error, until it works again.
    fn note(&mut self, result: io::Result<()>) {
        match result {
            Err(error) if !self.failing => {
                self.failing = true;
                let _ = writeln!(io::stderr(), "murre-worker: cannot write the log: {error}");
            }
            Err(_) => {}
            Ok(()) => self.failing = false,
        }
    }

    fn tell_of_lost(&mut self) {
        let lost = LOST.swap(0, Relaxed);
        if lost > 0 {
            let origin = Origin {
                file: file!(),
                line: line!(),
                module: module_path!(),
            };
            let id = super::ids::LOG_MESSAGES_DROPPED.word_of(4);
            let text = format!("{lost} messages came faster than they could be written");
            let logger = Part::Dhcp.logger(4);
            self.write(&Record::now(Level::WARN, logger, id.into(), text, origin));
        }
    }

    fn flush(&mut self) {
        self.tell_of_lost();
        let outputs = self
            .families
            .iter_mut()
            .flat_map(|f| f.outputs.values_mut());
        let mut result = self.fallback.flush();
        for output in outputs {
            result = result.and(output.flush());
        }
        self.note(result);
    }
}

/// What tells outputs apart.
fn key(destination: &LogDestination) -> String {
    format!("{destination:?}")
}
