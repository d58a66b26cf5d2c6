//! The entries of `interfaces-config.interfaces` (manual dhcp4-srv.rst:913-985,
//! dhcp6-srv.rst:1065-1113).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

/// One entry: what to listen on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selector {
    /// `*`: every interface but loopback.
    All,
    /// `eth0` or `eth0/192.0.2.1`.
    Named {
        /// The interface.
        name: Arc<str>,
        /// The one address of it to listen on; `None`: all of them.
        address: Option<IpAddr>,
    },
}

/// An entry that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSelector {
    /// Nothing where the interface's name should be.
    #[error("{0:?}: an interface name is missing; write \"*\", \"name\" or \"name/address\"")]
    NoName(String),
    /// What follows the slash is no address.
    #[error("{entry:?}: {address:?} is not an IP address; write \"name/address\"")]
    BadAddress {
        /// The entry.
        entry: String,
        /// The part after the slash.
        address: String,
    },
}

impl FromStr for Selector {
    type Err = BadSelector;

    fn from_str(entry: &str) -> Result<Selector, BadSelector> {
        let (name, address) = match entry.split_once('/') {
            Some((name, address)) => (name.trim(), Some(address.trim())),
            None => (entry.trim(), None),
        };
        if name.is_empty() || (name == "*" && address.is_some()) {
            return Err(BadSelector::NoName(entry.to_owned()));
        }
        if name == "*" {
            return Ok(Selector::All);
        }
        let address = address.map(|text| {
            text.parse().map_err(|_| BadSelector::BadAddress {
                entry: entry.to_owned(),
                address: text.to_owned(),
            })
        });
        Ok(Selector::Named {
            name: name.into(),
            address: address.transpose()?,
        })
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Selector::All => f.write_str("*"),
            Selector::Named {
                name,
                address: None,
            } => f.write_str(name),
            Selector::Named {
                name,
                address: Some(address),
            } => write!(f, "{name}/{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_and_written() {
        for text in ["*", "eth0", "eth0/192.0.2.1", "eth0/2001:db8::1"] {
            assert_eq!(
                text.parse::<Selector>().map(|it| it.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn unreadable_entries_say_what_is_wrong() {
        for text in ["", " ", "/192.0.2.1", "*/192.0.2.1"] {
            assert_eq!(
                text.parse::<Selector>(),
                Err(BadSelector::NoName(text.to_owned()))
            );
        }
        let error = "eth0/192.0.2"
            .parse::<Selector>()
            .map_err(|error| error.to_string());
        assert_eq!(
            error,
            Err(r#""eth0/192.0.2": "192.0.2" is not an IP address; write "name/address""#.into())
        );
    }
}
