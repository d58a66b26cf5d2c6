//! Commands about what is served: `dhcp-disable`, `dhcp-enable`, `leases-reclaim`.

use std::time::{Duration, Instant};

use murre_config::read::{Entry, Value};
use murre_control::{Answer, Request};

use super::Desk;
use crate::daemon::reclaim_all;
use crate::exchange::{Exchange, Origin};
use crate::fleet;

/// Drop all queries until `dhcp-enable`, or for `max-period` seconds.
pub(super) async fn disable<F: Exchange>(desk: &Desk<F>, request: Request) -> Answer {
    let (mut origin, mut period) = (Origin::User, None);
    for entry in request.arguments() {
        let read = match &*entry.key {
            "origin" => self::origin(entry).map(|wanted| origin = wanted),
            "max-period" => seconds(entry).map(|wanted| period = Some(wanted)),
            _ => Err(unknown("dhcp-disable", entry)),
        };
        if let Err(problem) = read {
            return Answer::error(problem);
        }
    }
    let until = period.map(|seconds| Instant::now() + Duration::from_secs(seconds.into()));
    desk.service.suspension.begin(origin, until);
    // The others take over its clients, where there are others.
    fleet::beat(&desk.service).await;
    Answer::text(match period {
        Some(seconds) => format!("{} queries are dropped for {seconds} seconds", F::NAME),
        None => format!("{} queries are dropped until dhcp-enable", F::NAME),
    })
}

/// Answer queries again, as far as whoever asks switched that off.
pub(super) async fn enable<F: Exchange>(desk: &Desk<F>, request: Request) -> Answer {
    let mut origin = Origin::User;
    for entry in request.arguments() {
        let read = match &*entry.key {
            "origin" => self::origin(entry).map(|wanted| origin = wanted),
            _ => Err(unknown("dhcp-enable", entry)),
        };
        if let Err(problem) = read {
            return Answer::error(problem);
        }
    }
    desk.service.suspension.end(origin);
    fleet::beat(&desk.service).await;
    match desk.service.suspension.is_on() {
        false => Answer::text(format!("{} queries are answered", F::NAME)),
        true => Answer::text(format!(
            "{} queries are still dropped, as another origin wants it",
            F::NAME
        )),
    }
}

/// End all leases that have expired, without a bound; whether their rows are deleted is the argument's to say.
pub(super) async fn reclaim<F: Exchange>(desk: &Desk<F>, request: Request) -> Answer {
    let mut remove = None;
    for entry in request.arguments() {
        match (&*entry.key, &entry.value.value) {
            ("remove", Value::Bool(wanted)) => remove = Some(*wanted),
            ("remove", _) => {
                let place = &entry.value.place;
                return Answer::error(format!("{place}: \"remove\" must be true or false"));
            }
            _ => return Answer::error(unknown("leases-reclaim", entry)),
        }
    }
    let Some(remove) = remove else {
        return Answer::error("leases-reclaim needs the argument \"remove\": true or false");
    };
    match reclaim_all(&desk.service, remove).await {
        Ok(count) => Answer::text(format!("{count} expired leases were reclaimed")),
        Err(error) => Answer::error(format!("expired leases were not all reclaimed: {error:#}")),
    }
}

fn origin(entry: &Entry) -> Result<Origin, String> {
    match &entry.value.value {
        Value::Text(text) if &**text == "user" => Ok(Origin::User),
        // As partners of before there were numbers say it.
        Value::Text(text) if &**text == "ha-partner" => Ok(Origin::HaService(1)),
        Value::Int(number) => u32::try_from(*number)
            .map(Origin::HaService)
            .map_err(|_| wrong_origin(entry)),
        _ => Err(wrong_origin(entry)),
    }
}

fn wrong_origin(entry: &Entry) -> String {
    let place = &entry.value.place;
    format!("{place}: \"origin\" must be \"user\" or the number of a service")
}

fn seconds(entry: &Entry) -> Result<u32, String> {
    let place = &entry.value.place;
    let number = match entry.value.value {
        Value::Int(number) => u32::try_from(number).ok().filter(|number| *number > 0),
        _ => None,
    };
    number.ok_or_else(|| format!("{place}: \"max-period\" must be a positive number of seconds"))
}

fn unknown(command: &str, entry: &Entry) -> String {
    let (place, key) = (&entry.key_place, &entry.key);
    format!("{place}: {command} has no argument \"{key}\"")
}
