//! `statistic-get` and what else is done with statistics by command (manual stats.rst:78-1031).

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use murre_config::read::{Entry, Value};
use murre_control::{Answer, Request};
use serde_json::{Map, Value as Json, json};

use super::Desk;
use crate::exchange::Exchange;
use crate::statistics::{self, Limit, Problem, Sample};

/// How moments are written: local time, as Kea's clients read it.
const MOMENT: &str = "%Y-%m-%d %H:%M:%S.%6f";

/// The samples of one statistic; none for a name that there is not.
pub(super) async fn get<F: Exchange>(desk: &Desk<F>, request: Request) -> Answer {
    let wanted = match Wanted::read(&request, &["name"]) {
        Ok(wanted) => wanted,
        Err(problem) => return Answer::error(problem),
    };
    let server = desk.service.server.load_full();
    let samples = match statistics::parse(&wanted.name, &server) {
        Some(subject) => statistics::one(&desk.service, subject).await,
        None => Ok(None),
    };
    let mut map = Map::new();
    match samples {
        Ok(None) => {}
        Ok(Some(samples)) => {
            map.insert(wanted.name, Moments::default().samples(&samples));
        }
        Err(problem) => return failed("statistic-get", &problem),
    }
    Answer::data(map.into())
}

/// The samples of all statistics.
pub(super) async fn get_all<F: Exchange>(desk: &Desk<F>) -> Answer {
    let mut moments = Moments::default();
    let write = move |subject, samples: Vec<Sample>| {
        let name = statistics::name(subject, F::STATISTICS);
        (name, moments.samples(&samples))
    };
    match statistics::all(&desk.service, write).await {
        Ok(all) => Answer::data(Json::Object(all)),
        Err(problem) => failed("statistic-get-all", &problem),
    }
}

/// A statistic counts from zero.
pub(super) async fn reset<F: Exchange>(desk: &Desk<F>, request: Request) -> Answer {
    end(desk, &request, false).await
}

/// A statistic is told no more until something is counted.
pub(super) async fn remove<F: Exchange>(desk: &Desk<F>, request: Request) -> Answer {
    end(desk, &request, true).await
}

async fn end<F: Exchange>(desk: &Desk<F>, request: &Request, remove: bool) -> Answer {
    let wanted = match Wanted::read(request, &["name"]) {
        Ok(wanted) => wanted,
        Err(problem) => return Answer::error(problem),
    };
    let name = &wanted.name;
    let server = desk.service.server.load_full();
    let Some(subject) = statistics::parse(name, &server) else {
        return unknown(name);
    };
    match statistics::reset(&desk.service, subject, remove).await {
        Ok(true) if remove => Answer::text(format!("statistic \"{name}\" is removed")),
        Ok(true) => Answer::text(format!("statistic \"{name}\" begins anew")),
        Ok(false) => unknown(name),
        Err(problem) => failed(&request.command, &problem),
    }
}

/// All statistics count from zero.
pub(super) async fn reset_all<F: Exchange>(desk: &Desk<F>) -> Answer {
    match statistics::reset_all(&desk.service, false).await {
        Ok(()) => Answer::text("all statistics begin anew"),
        Err(problem) => failed("statistic-reset-all", &problem),
    }
}

/// None is told until something is counted.
pub(super) async fn remove_all<F: Exchange>(desk: &Desk<F>) -> Answer {
    match statistics::reset_all(&desk.service, true).await {
        Ok(()) => Answer::text("all statistics are removed"),
        Err(problem) => failed("statistic-remove-all", &problem),
    }
}

/// Keep samples of one statistic by their age.
pub(super) async fn age<F: Exchange>(desk: &Desk<F>, request: Request) -> Answer {
    limit_one(desk, &request, "duration").await
}

/// Keep so many samples of one statistic.
pub(super) async fn count<F: Exchange>(desk: &Desk<F>, request: Request) -> Answer {
    limit_one(desk, &request, "max-samples").await
}

async fn limit_one<F: Exchange>(desk: &Desk<F>, request: &Request, key: &'static str) -> Answer {
    let wanted = match Wanted::read(request, &["name", key]) {
        Ok(wanted) => wanted,
        Err(problem) => return Answer::error(problem),
    };
    let name = &wanted.name;
    let server = desk.service.server.load_full();
    let Some(subject) = statistics::parse(name, &server) else {
        return unknown(name);
    };
    match statistics::one(&desk.service, subject).await {
        Ok(None) => return unknown(name),
        Ok(Some(_)) => {}
        Err(problem) => return failed(&request.command, &problem),
    }
    let limit = limit(key, wanted.number);
    desk.service.statistics.book().limit(subject, limit);
    Answer::text(format!("statistic \"{name}\" has another limit"))
}

/// Keep samples of all statistics by their age.
pub(super) async fn age_all<F: Exchange>(desk: &Desk<F>, request: Request) -> Answer {
    limit_all(desk, &request, "duration")
}

/// Keep so many samples of all statistics.
pub(super) async fn count_all<F: Exchange>(desk: &Desk<F>, request: Request) -> Answer {
    limit_all(desk, &request, "max-samples")
}

fn limit_all<F: Exchange>(desk: &Desk<F>, request: &Request, key: &'static str) -> Answer {
    match Wanted::read(request, &[key]) {
        Ok(wanted) => {
            let limit = limit(key, wanted.number);
            desk.service.statistics.book().limit_all(limit);
            Answer::text("all statistics have another limit")
        }
        Err(problem) => Answer::error(problem),
    }
}

fn limit(key: &str, number: u32) -> Limit {
    match key {
        "duration" => Limit::Age(Duration::from_secs(number.into())),
        _ => Limit::Count(usize::try_from(number).unwrap_or(usize::MAX)),
    }
}

/// The arguments of a command.
#[derive(Debug, Default)]
struct Wanted {
    name: String,
    number: u32,
}

impl Wanted {
    /// All of these, and no others.
    fn read(request: &Request, keys: &[&str]) -> Result<Self, String> {
        let command = &request.command;
        let mut wanted = Self::default();
        for entry in request.arguments() {
            let (place, key) = (&entry.key_place, &*entry.key);
            match (keys.contains(&key), key) {
                (false, _) => return Err(format!("{place}: {command} has no argument \"{key}\"")),
                (true, "name") => wanted.name = text(entry)?,
                (true, _) => wanted.number = number(entry)?,
            }
        }
        match keys.iter().find(|key| request.argument(key).is_none()) {
            Some(key) => Err(format!("{command} needs the argument \"{key}\"")),
            None => Ok(wanted),
        }
    }
}

fn text(entry: &Entry) -> Result<String, String> {
    match &entry.value.value {
        Value::Text(text) => Ok(text.as_ref().to_owned()),
        _ => {
            let place = &entry.value.place;
            Err(format!("{place}: \"{}\" must be a string", entry.key))
        }
    }
}

/// The newest sample is always kept, so that no count is below one; an age may be nothing.
fn number(entry: &Entry) -> Result<u32, String> {
    let least = u32::from(&*entry.key != "duration");
    let number = match entry.value.value {
        Value::Int(number) => u32::try_from(number).ok(),
        _ => None,
    };
    let number = number.filter(|number| *number >= least);
    number.ok_or_else(|| {
        let (place, key) = (&entry.value.place, &entry.key);
        format!("{place}: \"{key}\" must be a number from {least}")
    })
}

fn unknown(name: &str) -> Answer {
    Answer::error(format!(
        "there is no statistic \"{name}\"; statistic-get-all names those that there are"
    ))
}

fn failed(command: &str, problem: &Problem) -> Answer {
    Answer::error(format!("{command}: {problem}"))
}

/// Writes samples; many are of the same moment.
#[derive(Default)]
struct Moments(HashMap<Timestamp, String>);

impl Moments {
    fn samples(&mut self, samples: &[Sample]) -> Json {
        let written = samples
            .iter()
            .map(|(value, then)| json!([value, self.text(*then)]));
        written.collect()
    }

    fn text(&mut self, then: Timestamp) -> &str {
        self.0.entry(then).or_insert_with(|| {
            let local = then.to_zoned_datetime(TimeZone::system());
            // The format is ours, and good.
            jiff::fmt::strtime::format(MOMENT, &local).unwrap_or_default()
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn wanted(arguments: &str, keys: &[&str]) -> Result<Wanted, String> {
        let text = format!(r#"{{"command":"c","arguments":{arguments}}}"#);
        Wanted::read(&Request::decode(text.as_bytes()).unwrap(), keys)
    }

    #[test]
    fn arguments_are_all_there_and_of_their_kind() {
        let both = ["name", "max-samples"];
        let good = wanted(r#"{"name":"x","max-samples":3}"#, &both).unwrap();
        assert_eq!((&*good.name, good.number), ("x", 3));
        for (arguments, said) in [
            ("{}", "needs the argument \"name\""),
            (r#"{"name":"x"}"#, "needs the argument \"max-samples\""),
            (r#"{"name":3,"max-samples":3}"#, "must be a string"),
            (r#"{"name":"x","max-samples":0}"#, "a number from 1"),
            (r#"{"name":"x","max-samples":-1}"#, "a number from 1"),
            (r#"{"name":"x","max-samples":3,"y":1}"#, "no argument \"y\""),
        ] {
            let problem = wanted(arguments, &both).unwrap_err();
            assert!(problem.contains(said), "{arguments}: {problem}");
        }
        assert!(wanted(r#"{"duration":0}"#, &["duration"]).is_ok());
        assert!(wanted(r#"{"duration":-2}"#, &["duration"]).is_err());
    }

    #[test]
    fn a_sample_is_a_value_and_a_moment_with_microseconds() {
        let then = Timestamp::from_microsecond(1_700_000_000_000_042).unwrap();
        let written = Moments::default().samples(&[(7, then)]);
        let moment = written[0][1].as_str().unwrap();
        assert_eq!(written[0][0], 7);
        assert_eq!(moment.len(), "2026-11-28 12:00:00.000042".len());
        assert!(moment.ends_with(":20.000042"), "{moment}");
    }
}
