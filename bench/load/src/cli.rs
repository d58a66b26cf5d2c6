//! The command line, and what follows from it.

use std::net::{IpAddr, Ipv6Addr};
use std::thread;
use std::time::Duration;

use clap::{ArgGroup, Parser};
use serde::Serialize;

use crate::search::{self, Attempt, Length, Plan};
use crate::settings::MOST_CLIENTS;
use crate::{
    Generator, Ia, Load, LoadError, Outcome, Pace, Place, Protocol, Scenario, Settings, table,
};

/// Clients where each lease is remembered to be renewed.
const RENEWING: u32 = 10_000;
/// Exchanges per second that a search begins with.
const FIRST_RATE: f64 = 400.0;

/// Put a DHCP server under load and see what it carries
///
/// Clients are behind a relay, which this program is (--relay with --server), or on the server's own
/// link (--interface). Exchanges begin at a rate, or a window of them is kept open, or the highest
/// rate is searched for at which at most 1 % of them are lost. Every exchange that has not ended
/// within the timeout counts as lost; nothing is sent again unless that is asked for.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "murre-load",
    version,
    group = ArgGroup::new("protocol").required(true).args(["v4", "v6"]),
    group = ArgGroup::new("place").required(true).args(["relay", "interface"]),
)]
pub struct Cli {
    /// Speak DHCPv4
    #[arg(short = '4')]
    v4: bool,
    /// Speak DHCPv6
    #[arg(short = '6')]
    v6: bool,
    /// Be a relay with this address: giaddr or link-address, and where packets come from
    #[arg(long, value_name = "ADDRESS", requires = "server")]
    relay: Option<IpAddr>,
    /// Another link-address than the relay's own (v6)
    #[arg(
        long,
        value_name = "ADDRESS",
        requires = "relay",
        conflicts_with = "interface"
    )]
    link_address: Option<Ipv6Addr>,
    /// Where the relay sends every message to; may be given several times
    #[arg(
        long,
        value_name = "ADDRESS",
        requires = "relay",
        conflicts_with = "interface"
    )]
    server: Vec<IpAddr>,
    /// Be clients on this interface's link, by broadcast (v4) or multicast (v6)
    #[arg(long, value_name = "NAME")]
    interface: Option<String>,
    /// The servers' UDP port [default: 67, 547]
    #[arg(long, value_name = "PORT")]
    server_port: Option<u16>,
    /// Our own UDP port; a relay at another than the protocol's asks for it (RFC 8357) [default: 67,
    /// 547, without a relay 68, 546]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// What DHCPv6 clients ask for
    #[arg(long, value_enum, default_value = "na")]
    ia: Ia,
    /// What clients do
    #[arg(long, value_enum, default_value = "new")]
    scenario: Scenario,
    /// Give each new lease back as soon as it is granted, so that a pool stays as full as it is
    #[arg(long, conflicts_with = "scenario")]
    release: bool,
    /// Spread the clients over the servers instead of sending everything to all
    #[arg(long, requires = "relay", conflicts_with = "interface")]
    spread: bool,
    /// Give clients that come one after the other hardware addresses that do not, as bought cards have:
    /// a server's index of clients is then written to everywhere, not at its end
    #[arg(long)]
    scatter: bool,
    /// The share of renewals with --scenario mix, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 50, value_parser = clap::value_parser!(u8).range(1..=99))]
    renewals: u8,
    /// How many clients there are before the first one comes again [default: 16777216, or 10000 where
    /// leases are renewed]
    #[arg(long, value_name = "N")]
    clients: Option<u32>,
    /// Begin so many exchanges per second; with --search the first rate that is tried
    #[arg(long, value_name = "N", required_unless_present_any = ["window", "search"], value_parser = positive)]
    rate: Option<f64>,
    /// Keep so many exchanges open
    #[arg(long, value_name = "N", conflicts_with_all = ["rate", "search"], value_parser = clap::value_parser!(u64).range(1..=100_000))]
    window: Option<u64>,
    /// Find the highest rate with at most 1 % lost, and measure at it
    #[arg(long)]
    search: bool,
    /// Wait so long between taking leases and renewing them, for somebody who measures from outside:
    /// "prepared" is said on standard error when that begins
    #[arg(long, value_name = "SECONDS", value_parser = positive)]
    pause: Option<f64>,
    /// How long exchanges begin
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = positive)]
    seconds: f64,
    /// How long each step of a search is
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = positive)]
    step_seconds: f64,
    /// End when so many exchanges have begun
    #[arg(long, value_name = "N", conflicts_with = "search")]
    exchanges: Option<u64>,
    /// When an exchange that has not ended is lost, after its first message
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = positive)]
    timeout: f64,
    /// Send a message again when it has no answer after so long [default: never]
    #[arg(long, value_name = "SECONDS", value_parser = positive)]
    retransmit: Option<f64>,
    /// Let packets gather for so long, as every waking up costs processor time; 0: look at each at
    /// once. Delays are taken from the kernel's time stamps [default: the time of two exchanges at a
    /// rate, within 100 and 1000; 0 with a window]
    #[arg(long, value_name = "MICROSECONDS")]
    tick: Option<u64>,
    /// Clients, transactions and chance follow from it: the same ones in each run
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u16,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// All that a run of the program came to.
#[derive(Clone, Debug, Serialize)]
struct Report {
    /// What was measured; none when a search has found no rate.
    result: Option<Outcome>,
    /// Taking leases to renew, unmeasured.
    preparation: Option<Outcome>,
    /// Every step of a search, the measurement among them.
    steps: Vec<Outcome>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With at most 1 % of the exchanges lost.
    Carried,
    /// With more, or with no rate found.
    Failed,
}

impl Cli {
    /// Makes the load; the text to print, and how it ended. Steps of a search are told to `progress`.
    ///
    /// # Errors
    /// What keeps load from being made; a server that does not answer is no error.
    pub fn run(&self, mut progress: impl FnMut(&str)) -> anyhow::Result<(String, Ending)> {
        let mut generator = Generator::open(&self.settings())?;
        let preparation = generator.prepare()?;
        if let (Some(taken), Some(pause)) = (&preparation, self.pause) {
            progress(&format!("prepared: {} leases", taken.finished));
            thread::sleep(Duration::from_secs_f64(pause));
        }
        let mut steps = Vec::new();
        let result = if self.search {
            self.find(&mut generator, |step| {
                progress(&table::line(step));
                steps.push(step.clone());
            })?
        } else {
            Some(generator.run(&self.load())?)
        };
        let carried = result.as_ref().is_some_and(Attempt::carried);
        let text = if self.json {
            let report = Report {
                result,
                preparation,
                steps,
            };
            serde_json::to_string_pretty(&report)? + "\n"
        } else {
            let none = || "no rate is carried: nearly every exchange is lost\n".to_owned();
            result
                .as_ref()
                .map_or_else(none, |found| table::render(found, self.halves()))
        };
        let ending = if carried {
            Ending::Carried
        } else {
            Ending::Failed
        };
        Ok((text, ending))
    }

    /// What the generator is told.
    fn settings(&self) -> Settings {
        let protocol = if self.v6 { Protocol::V6 } else { Protocol::V4 };
        let place = match (&self.relay, &self.interface) {
            (Some(relay), _) => Place::Relayed {
                relay: *relay,
                link: self.link_address,
                servers: self.server.clone(),
            },
            (None, interface) => Place::Direct {
                interface: interface.clone().unwrap_or_default(),
            },
        };
        let clients = match self.scenario {
            Scenario::New => MOST_CLIENTS,
            Scenario::Renew | Scenario::Mix => RENEWING,
        };
        let usual = Settings::usual_port(protocol, self.relay.is_some());
        let server_port = Settings::usual_server_port(protocol);
        Settings {
            protocol,
            place,
            server_port: self.server_port.unwrap_or(server_port),
            own_port: self.port.unwrap_or(usual),
            ia: self.ia,
            scenario: self.scenario,
            renewals: f64::from(self.renewals) / 100.0,
            clients: self.clients.unwrap_or(clients),
            release: self.release,
            spread: self.spread,
            scatter: self.scatter,
            seed: self.seed,
            timeout: Duration::from_secs_f64(self.timeout),
            retransmit: self.retransmit.map(Duration::from_secs_f64),
            tick: self.tick.map(Duration::from_micros),
        }
    }

    fn load(&self) -> Load {
        let rate = Pace::Rate(self.rate.unwrap_or(FIRST_RATE));
        Load {
            pace: self.window.map_or(rate, Pace::Window),
            period: Duration::from_secs_f64(self.seconds),
            exchanges: self.exchanges,
        }
    }

    fn find(
        &self,
        generator: &mut Generator,
        mut told: impl FnMut(&Outcome),
    ) -> Result<Option<Outcome>, LoadError> {
        let plan = Plan {
            first: self.rate.unwrap_or(FIRST_RATE),
            factor: 1.5,
            refinements: 3,
        };
        search::highest(&plan, |rate, length| {
            let seconds = match length {
                Length::Step => self.step_seconds,
                Length::Measure => self.seconds,
            };
            let outcome = generator.run(&Load {
                pace: Pace::Rate(f64::from(rate)),
                period: Duration::from_secs_f64(seconds),
                exchanges: None,
            })?;
            told(&outcome);
            if !outcome.carried() {
                generator.settle()?;
            }
            Ok(outcome)
        })
    }

    /// The names of the halves of an exchange.
    fn halves(&self) -> [&'static str; 2] {
        match self.v6 {
            false => ["DISCOVER to OFFER", "REQUEST to ACK"],
            true => ["SOLICIT to ADVERTISE", "REQUEST to REPLY"],
        }
    }
}

fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    // The most that a Duration made of seconds is sure to hold, and more than anybody wants.
    if number > 0.0 && number < 1e9 {
        Ok(number)
    } else {
        Err("it must be above 0".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(format!("murre-load {arguments}").split(' '))
    }

    #[test]
    fn a_relay_has_the_protocols_ports_and_a_client_has_others() {
        let ports = |arguments: &str| {
            let settings = parse(arguments).unwrap().settings();
            settings.check().unwrap();
            (settings.own_port, settings.server_port)
        };
        let relayed = "-4 --relay 10.0.0.1 --server 192.0.2.1 --rate 1";
        assert_eq!(ports(relayed), (67, 67));
        assert_eq!(
            ports(&format!("{relayed} --port 7 --server-port 8")),
            (7, 8)
        );
        assert_eq!(ports("-4 --interface lo --rate 1"), (68, 67));
        assert_eq!(ports("-6 --interface lo --rate 1"), (546, 547));
        let relayed = "-6 --relay ::1 --server ::2 --rate 1";
        assert_eq!(ports(relayed), (547, 547));
    }

    #[test]
    fn what_is_missing_or_contradicts_is_refused() {
        for arguments in [
            "--interface lo --rate 1",
            "-4 -6 --interface lo --rate 1",
            "-4 --rate 1",
            "-4 --interface lo",
            "-4 --relay 10.0.0.1 --rate 1",
            "-4 --interface lo --server 10.0.0.1 --rate 1",
            "-4 --interface lo --rate 1 --window 1",
            "-4 --interface lo --rate 0",
            "-4 --interface lo --rate 1 --spread",
            "-4 --interface lo --rate 1 --release --scenario renew",
            "-4 --interface lo --window 0",
        ] {
            assert!(parse(arguments).is_err(), "{arguments}");
        }
    }

    #[test]
    fn renewing_clients_are_fewer() {
        let settings = |more: &str| {
            let arguments = format!("-4 --interface lo --rate 1{more}");
            parse(&arguments).unwrap().settings()
        };
        assert_eq!(settings("").clients, MOST_CLIENTS);
        assert_eq!(settings(" --scenario renew").clients, RENEWING);
        assert_eq!(settings(" --scenario mix --clients 7").clients, 7);
    }
}
