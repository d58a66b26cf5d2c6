//! What a generator is told, checked.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use crate::LoadError;

/// A seed has 2^24 clients: the last three bytes of their hardware addresses.
pub(crate) const MOST_CLIENTS: u32 = 1 << 24;

/// Which protocol is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// DHCPv4.
    V4,
    /// DHCPv6.
    V6,
}

/// What a DHCPv6 client asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Ia {
    /// An address
    #[default]
    Na,
    /// A prefix
    Pd,
    /// An address and a prefix in one exchange
    Both,
}

impl Ia {
    pub(crate) fn address(self) -> bool {
        self != Self::Pd
    }

    pub(crate) fn prefix(self) -> bool {
        self != Self::Na
    }
}

/// What clients do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Scenario {
    /// Exchanges of four messages, each by the next client
    #[default]
    New,
    /// Leases are taken first, unmeasured, and then renewed by exchanges of two messages
    Renew,
    /// Both: a share of the exchanges renews what earlier ones were given
    Mix,
}

/// Where the clients are, as the server sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Behind a relay, which this program is.
    Relayed {
        /// The relay's address: giaddr or link-address, and where packets come from.
        relay: IpAddr,
        /// The link-address if it is another than the relay's (v6).
        link: Option<Ipv6Addr>,
        /// Every message goes to each of them.
        servers: Vec<IpAddr>,
    },
    /// On the server's own link, by broadcast or multicast.
    Direct {
        /// Its name.
        interface: String,
    },
}

/// What a generator is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which protocol.
    pub protocol: Protocol,
    /// Where the clients are.
    pub place: Place,
    /// The servers' port.
    pub server_port: u16,
    /// The port that messages come from and answers go to. A relay at another than the protocol's
    /// asks for that (RFC 8357).
    pub own_port: u16,
    /// What v6 clients ask for.
    pub ia: Ia,
    /// What clients do.
    pub scenario: Scenario,
    /// Fraction of the exchanges that renew, with [`Scenario::Mix`].
    pub renewals: f64,
    /// How many clients there are before the first one comes again.
    pub clients: u32,
    /// Each new lease is given back as soon as it is granted; with [`Scenario::New`].
    pub release: bool,
    /// Each message goes to one of the servers, all of a client to the same, instead of to all.
    pub spread: bool,
    /// Hardware addresses of clients that come one after the other do not.
    pub scatter: bool,
    /// Hardware addresses, DUIDs, transactions and chance follow from it.
    pub seed: u16,
    /// An exchange that has not ended this long after its first message is lost.
    pub timeout: Duration,
    /// A message without an answer is sent again after this long.
    pub retransmit: Option<Duration>,
    /// Packets are looked at no more often than this; 0: whenever one comes; none: as is good for the
    /// load.
    pub tick: Option<Duration>,
}

impl Settings {
    /// The protocol's port for messages from this place.
    pub fn usual_port(protocol: Protocol, relayed: bool) -> u16 {
        match (protocol, relayed) {
            (Protocol::V4, true) => 67,
            (Protocol::V4, false) => 68,
            (Protocol::V6, true) => 547,
            (Protocol::V6, false) => 546,
        }
    }

    /// The protocol's port for servers.
    pub fn usual_server_port(protocol: Protocol) -> u16 {
        Self::usual_port(protocol, true)
    }

    /// Whether answers must be asked to another port than the protocol's.
    pub(crate) fn names_its_port(&self) -> bool {
        let relayed = matches!(self.place, Place::Relayed { .. });
        relayed && self.own_port != Self::usual_port(self.protocol, true)
    }

    /// Checks what the types do not hold.
    ///
    /// # Errors
    /// [`LoadError::Settings`] with what does not go together.
    pub fn check(&self) -> Result<(), LoadError> {
        let refuse = |text: String| Err(LoadError::Settings(text));
        if self.clients == 0 || self.clients > MOST_CLIENTS {
            let n = self.clients;
            return refuse(format!("{n} clients: a seed has 1 to {MOST_CLIENTS}"));
        }
        if self.timeout.is_zero() {
            return refuse("a timeout of 0 loses every exchange".to_owned());
        }
        if self.release && self.scenario != Scenario::New {
            return refuse("what is given back at once cannot be renewed".to_owned());
        }
        let Place::Relayed {
            relay,
            link,
            servers,
        } = &self.place
        else {
            return Ok(());
        };
        if servers.is_empty() {
            return refuse("a relay needs a server: name one with --server".to_owned());
        }
        let fits = |address: &IpAddr| address.is_ipv4() == (self.protocol == Protocol::V4);
        let stranger = servers.iter().chain([relay]).find(|address| !fits(address));
        if let Some(stranger) = stranger {
            return refuse(format!("{stranger} is of the other protocol"));
        }
        if link.is_some() && self.protocol == Protocol::V4 {
            return refuse("a link-address is of DHCPv6; in v4 it is the relay's".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod examples {
    use super::*;

    /// New clients behind a relay, all with defaults.
    pub(crate) fn relayed(protocol: Protocol) -> Settings {
        let (relay, server): (IpAddr, IpAddr) = match protocol {
            Protocol::V4 => ([10, 0, 0, 1].into(), [192, 0, 2, 1].into()),
            Protocol::V6 => (
                "2001:db8:2::1".parse().unwrap(),
                "2001:db8:1::1".parse().unwrap(),
            ),
        };
        Settings {
            protocol,
            place: Place::Relayed {
                relay,
                link: None,
                servers: vec![server],
            },
            server_port: Settings::usual_server_port(protocol),
            own_port: Settings::usual_port(protocol, true),
            ia: Ia::Both,
            scenario: Scenario::New,
            renewals: 0.5,
            clients: 1000,
            release: false,
            spread: false,
            scatter: false,
            seed: 7,
            timeout: Duration::from_secs(1),
            retransmit: None,
            tick: None,
        }
    }

    pub(crate) fn direct(protocol: Protocol) -> Settings {
        Settings {
            place: Place::Direct {
                interface: "cli0".into(),
            },
            own_port: Settings::usual_port(protocol, false),
            ..relayed(protocol)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_go_together_is_refused() {
        let good = examples::relayed(Protocol::V4);
        good.check().unwrap();
        let other = Settings {
            protocol: Protocol::V6,
            ..good.clone()
        };
        let text = other.check().unwrap_err().to_string();
        assert!(text.contains("192.0.2.1"), "{text}");
        for clients in [0, MOST_CLIENTS + 1] {
            let many = Settings {
                clients,
                ..good.clone()
            };
            many.check().unwrap_err();
        }
    }

    #[test]
    fn only_a_relay_at_an_unusual_port_names_it() {
        let mut settings = examples::relayed(Protocol::V6);
        assert!(!settings.names_its_port());
        settings.own_port = 6000;
        assert!(settings.names_its_port());
        settings.place = examples::direct(Protocol::V6).place;
        assert!(!settings.names_its_port());
    }
}
