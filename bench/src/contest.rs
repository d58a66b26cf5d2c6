//! One engine and family: both contenders, one after the other.

use anyhow::{Context, ensure};
use serde::Serialize;

use crate::configuration::{Engine, Family};
use crate::contender::Contender;
use crate::delays::Delays;
use crate::ground::Ground;
use crate::plan::Plan;
use crate::search::{self, Length};
use crate::step::{Attention, Generator, Step};

/// The outcome of one engine and family.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Contest {
    /// Where the leases were.
    pub(crate) engine: Engine,
    /// Which protocol.
    pub(crate) family: Family,
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

/// Measures both contenders.
pub(crate) fn run(engine: Engine, family: Family, plan: &Plan) -> anyhow::Result<Contest> {
    eprintln!("\n== {engine}, {family}");
    let ground = Ground::prepare(engine);
    let mut entries = Vec::new();
    for contender in Contender::BOTH {
        let version = contender.version()?;
        let outcome = measure(contender, &ground, engine, family, plan);
        if let Err(error) = &outcome {
            eprintln!(
                "{engine}, {}: could not be measured: {error:#}",
                contender.name()
            );
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
        engine,
        family,
        database_version: ground.database_server.map(|server| server.version()),
        entries,
    })
}

fn measure(
    contender: Contender,
    ground: &Ground,
    engine: Engine,
    family: Family,
    plan: &Plan,
) -> anyhow::Result<Measured> {
    eprintln!(
        "{engine}, {}: starting on an empty database",
        contender.name()
    );
    let running = contender.start(ground, engine, family)?;
    let mut generator = Generator::new(ground, &running, family);
    let mut steps = Vec::new();
    let mut step = |rate, period, attention| {
        let step = generator.run(rate, period, attention)?;
        eprintln!("{engine}, {}: {}", contender.name(), line(&step));
        steps.push(step.clone());
        anyhow::Ok(step)
    };
    let measured = match plan.fixed {
        Some(rate) => works(&step(rate, plan.measure, Attention::Everything)?)?,
        None => {
            let highest = search::highest(plan, Plan::first_rate(engine), |rate, length| {
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
    let completed = generator.completed;
    running.finish(completed)?;
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
        delays: Delays::of(&half).context("no answer was timed")?,
        highest,
        half,
        ..Measured::default()
    })
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
