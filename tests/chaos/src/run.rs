//! The course of it: set up, let clients and faults loose, let it calm down, and look.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use murre_tests::history::timeline::{self, Micros};

use crate::chance::Chance;
use crate::clients::{Crowd, Dhcp4, Dhcp6, Shared};
use crate::faults::{Directed, Director, Kind};
use crate::options::Options;
use crate::report::Report;
use crate::stage::Stage;
use crate::time::{now, seconds};

/// Before the first fault, so that there is something to lose.
const BEFORE: f64 = 5.0;
/// After the last one, everybody has to be served again within this time.
const CALM: f64 = 12.0;

/// Does all of it.
///
/// # Panics
/// When it cannot even be set up.
pub fn run(options: &Options) -> Report {
    let seed = options.seed.unwrap_or_else(|| now() % 1_000_000);
    let progress = Progress::new(options, seed);
    let stage = Stage::new(options);
    let shared = Arc::new(Shared::default());
    let begun = now();
    let mut report = Report::new(options, seed, begun);
    let four = options.clients * 3 / 5;
    let sharing = options.sharing;
    let crowd4 = Crowd::new(
        Dhcp4,
        &stage.network,
        (four, sharing),
        seed ^ 4,
        Arc::clone(&shared),
    );
    let six = options.clients - four;
    let crowd6 = Crowd::new(
        Dhcp6,
        &stage.network,
        (six, sharing),
        seed ^ 6,
        Arc::clone(&shared),
    );
    let mut directed = Directed::default();
    let events = thread::scope(|scope| {
        let four = scope.spawn(|| crowd4.run());
        let six = scope.spawn(|| crowd6.run());
        let watch = scope.spawn(|| progress.watch(&shared, options, begun));
        let course = catch_unwind(AssertUnwindSafe(|| {
            course(&stage, options, seed, &shared, &mut directed)
        }));
        match course {
            Ok(troubles) => report.troubles.extend(troubles),
            Err(panic) => report.troubles.push(said(panic.as_ref())),
        }
        shared.stop.store(true, Relaxed);
        report.ended = now();
        watch.thread().unpark();
        let mut events = four.join().expect("the clients do not panic");
        events.extend(six.join().expect("the clients do not panic"));
        events
    });
    report.troubles.extend(stage.workers.fallen());
    report.troubles.append(&mut directed.crashes);
    report.troubles.extend(stage.database.fallen());
    report.broken = timeline::broken(&events, &directed.snapshots);
    report.events = events;
    report.snapshots = directed.snapshots.len();
    report.faults = directed.faults;
    report.shared = Some(shared);
    report
}

/// Faults, then peace: who does not serve again.
fn course(
    stage: &Stage,
    options: &Options,
    seed: u64,
    shared: &Shared,
    directed: &mut Directed,
) -> Vec<String> {
    thread::sleep(Duration::from_secs_f64(BEFORE));
    let kinds = if options.faults.is_empty() {
        Kind::possible(options.engine, options.setup)
    } else {
        options.faults.clone()
    };
    let director = Director {
        stage,
        kinds,
        chance: Chance::new(seed),
        until: now() + seconds(options.duration().as_secs_f64()),
    };
    director.run(directed);
    let calm = now();
    thread::sleep(Duration::from_secs_f64(CALM));
    directed.snapshots.extend(stage.database.snapshots());
    silent(stage, shared, calm)
}

/// Who has not been heard since then.
fn silent(stage: &Stage, shared: &Shared, since: Micros) -> Vec<String> {
    let workers =
        (0..stage.workers.count()).filter(|number| shared.heard[*number].load(Relaxed) < since);
    let workers = workers
        .map(|number| format!("worker {number} has not answered since all faults were undone"));
    let families = [4, 6].into_iter().zip(&shared.service);
    let families = families.filter(|(_, service)| service.last().is_none_or(|last| last < since));
    let families = families.map(|(family, _)| {
        format!("no DHCPv{family} lease was acknowledged since all faults were undone")
    });
    workers.chain(families).collect()
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    text.unwrap_or_else(|| "a panic".to_owned())
}

/// A bar for people, or a line now and then.
struct Progress(ProgressBar);

impl Progress {
    fn new(options: &Options, seed: u64) -> Self {
        let bar = ProgressBar::with_draw_target(
            Some((options.minutes * 60.0 + BEFORE + CALM) as u64),
            ProgressDrawTarget::stderr(),
        );
        let style = ProgressStyle::with_template("{bar:30} {elapsed} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let progress = Self(bar);
        progress.line(&format!(
            "chaos: {:?}, {:?}, {} workers, {} clients, seed {seed}",
            options.engine, options.setup, options.workers, options.clients
        ));
        progress
    }

    fn line(&self, text: &str) {
        if self.0.is_hidden() {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "{text}");
        } else {
            self.0.println(text);
        }
    }

    fn watch(&self, shared: &Shared, options: &Options, begun: Micros) {
        let step = if self.0.is_hidden() { 15.0 } else { 1.0 };
        while !shared.stop.load(Relaxed) {
            thread::park_timeout(Duration::from_secs_f64(step));
            let elapsed = (now() - begun) / 1_000_000;
            let tally = &shared.tally;
            let text = format!(
                "granted {}, renewed {}, released {}, declined {}, unanswered {}",
                tally.granted, tally.renewed, tally.released, tally.declined, tally.unanswered
            );
            self.0.set_position(elapsed);
            self.0.set_message(text.clone());
            if self.0.is_hidden() {
                let whole = options.minutes * 60.0 + BEFORE + CALM;
                self.line(&format!("{elapsed:5} s of {whole:.0}: {text}"));
            }
        }
        self.0.finish_and_clear();
    }
}
