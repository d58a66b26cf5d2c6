//! One engine, generator and workload: both contenders, one after the other.

use std::fmt;

use anyhow::{Context, ensure};
use murre_load::search::{self, Attempt, Length};
use serde::Serialize;

use crate::configuration::{Engine, Workload};
use crate::contender::Contender;
use crate::delays::Delays;
use crate::generator::{Attention, Generator, Kind};
use crate::ground::Ground;
use crate::plan::Plan;
use crate::step::Step;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Match {
    /// Where the leases are.
    pub(crate) engine: Engine,
    /// Who makes the load.
    pub(crate) generator: Kind,
    /// What clients ask for.
    pub(crate) workload: Workload,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Contest {
    /// What was measured.
    #[serde(flatten)]
    pub(crate) what: Match,
    /// Version of the database server.
    pub(crate) database_version: Option<String>,
    /// What each contender did, in the order of [`Contender::BOTH`].
    pub(crate) entries: Vec<Entry>,
}

/// The outcome of one contender.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    /// Who.
    pub(crate) contender: Contender,
    /// As its program tells.
    pub(crate) version: String,
    /// What was measured.
    pub(crate) measured: Option<Measured>,
    /// Why not.
    pub(crate) error: Option<String>,
}

/// What was measured of one contender.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Measured {
    /// At the highest rate with less than 1 % lost.
    pub(crate) highest: Step,
    /// At half of it.
    pub(crate) half: Step,
    /// How long the answers took at half of it.
    pub(crate) delays: Delays,
    /// The generator could not send faster at some rate that was carried.
    pub(crate) generator_bound: bool,
    /// Every step of the search and the measurements.
    pub(crate) steps: Vec<Step>,
}

/// Measures both contenders. From contests before it is known where to begin.
pub(crate) fn run(what: Match, plan: &Plan, before: &[Contest]) -> anyhow::Result<Contest> {
    eprintln!("\n== {what}");
    let ground = Ground::prepare(what.engine);
    let mut entries = Vec::new();
    for contender in Contender::BOTH {
        let version = contender.version()?;
        let known = known(before, what.engine, contender);
        let outcome = measure(contender, &ground, what, plan, known);
        if let Err(error) = &outcome {
            let name = contender.name();
            eprintln!("{what}, {name}: could not be measured: {error:#}");
        }
        let (measured, error) = match outcome {
            Ok(measured) => (Some(measured), None),
            Err(error) => (None, Some(format!("{error:#}"))),
        };
        entries.push(Entry {
            contender,
            version,
            measured,
            error,
        });
    }
    Ok(Contest {
        what,
        database_version: ground.database_server.map(|server| server.version()),
        entries,
    })
}

/// What a contender carried last on this engine.
fn known(before: &[Contest], engine: Engine, contender: Contender) -> Option<f64> {
    let alike = |contest: &&Contest| contest.what.engine == engine;
    let mut rates = before.iter().rev().filter(alike).filter_map(|contest| {
        let mut entries = contest.entries.iter();
        let entry = entries.find(|entry| entry.contender == contender)?;
        Some(entry.measured.as_ref()?.highest.rate)
    });
    rates.next()
}

fn measure(
    contender: Contender,
    ground: &Ground,
    what: Match,
    plan: &Plan,
    known: Option<f64>,
) -> anyhow::Result<Measured> {
    let name = contender.name();
    eprintln!("{what}, {name}: starting on an empty database");
    let running = contender.start(ground, what.engine, what.workload.family())?;
    let mut generator = Generator::new(what.generator, ground, &running, what.workload);
    let mut steps = Vec::new();
    let mut step = |rate, period, attention| {
        let step = generator.run(rate, period, attention)?;
        eprintln!("{what}, {name}: {}", line(&step));
        if !step.lasts() {
            // What waits in a server's queues is not to be the next step's.
            ground.wait_until_idle(&running);
        }
        steps.push(step.clone());
        anyhow::Ok(step)
    };
    let measured = match plan.fixed {
        Some(rate) => works(&step(rate, plan.measure, Attention::Everything)?)?,
        None => {
            let search = Plan::search(what.engine, known);
            let highest = search::highest(&search, |rate, length| {
                let period = match length {
                    Length::Step => plan.step,
                    Length::Measure => plan.measure,
                };
                step(rate, period, Attention::Counts)
            })?;
            let highest = highest.context("no rate is carried")?;
            let rate = (highest.rate / 2.0).round().max(1.0) as u32;
            let half = step(rate, plan.measure, Attention::Delays)?;
            with_delays(highest, half)?
        }
    };
    let leases = generator.leases;
    running.finish(leases)?;
    let bound = |step: &Step| step.carried() && step.generator_bound();
    Ok(Measured {
        generator_bound: steps.iter().any(bound),
        steps,
        ..measured
    })
}

/// The look at whether everything works: nearly all is answered, and nobody's address is another's.
fn works(step: &Step) -> anyhow::Result<Measured> {
    ensure!(
        step.lost < 0.5,
        "{} of {} exchanges were completed",
        step.completed,
        step.begun
    );
    ensure!(
        step.doubled == 0,
        "{} addresses were given to two clients",
        step.doubled
    );
    with_delays(step.clone(), step.clone())
}

fn with_delays(highest: Step, half: Step) -> anyhow::Result<Measured> {
    Ok(Measured {
        delays: half.delays.context("no answer was timed")?,
        highest,
        half,
        ..Measured::default()
    })
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            engine,
            generator,
            workload,
        } = self;
        write!(f, "{engine}, {workload} by {generator}")
    }
}

/// Progress for people.
fn line(step: &Step) -> String {
    format!(
        "{:>6}/s asked for {:.0} s: {:>8.1}/s completed, {:>5.2} % lost{}",
        step.asked,
        step.seconds,
        step.rate,
        step.lost * 100.0,
        if step.generator_bound() {
            ", the generator is at its limit"
        } else {
            ""
        },
    )
}
