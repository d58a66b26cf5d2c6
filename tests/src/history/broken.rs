//! A promise that was broken at some moment, and its whole story for a person to read.

use std::fmt;

use super::timeline::{Event, Micros, What};
use super::{Held, Violation, span};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Two clients held one address, or prefixes that overlap.
    HeldByTwo(Event, Event),
    /// A client held two leases in one subnet (and association).
    TwoOfOne(Event, Event),
    /// A lease that stood is nobody's in the table, another's, or ends there too early.
    Lost {
        /// The acknowledgement.
        lease: Event,
        /// When the table was read.
        at: Micros,
        /// What it had instead.
        row: Option<Held>,
    },
    /// The server denied a lease that stood.
    Denied(Event, Event),
    /// Rows at odds among each other.
    Rows {
        /// When the table was read.
        at: Micros,
        /// Which.
        what: Violation,
    },
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |event: &Event| {
            let lease = &event.lease;
            format!("{}/{} of {}", lease.address, lease.len, lease.holder)
        };
        match self {
            Self::HeldByTwo(one, other) => {
                write!(f, "held by two: {} and {}", said(one), said(other))
            }
            Self::TwoOfOne(one, other) => {
                write!(
                    f,
                    "two leases of one client: {} and {}",
                    said(one),
                    said(other)
                )
            }
            Self::Lost { lease, row, .. } => match row {
                None => write!(f, "lost: {}, the table has no such row", said(lease)),
                Some(row) => write!(
                    f,
                    "lost: {}, the table has it for {} (IA {}) until {} s",
                    said(lease),
                    row.holder,
                    row.iaid,
                    row.expire
                ),
            },
            Self::Denied(lease, _) => write!(f, "denied: {} to its client", said(lease)),
            Self::Rows { what, .. } => write!(f, "in the table: {what}"),
        }
    }
}

impl Broken {
    /// Whether an event belongs to the story: it is about the same client, or about an address in
    /// question.
    fn concerns(&self, event: &Event) -> bool {
        let same = |lease: &super::timeline::Lease| {
            let (low, high) = span(lease.address, lease.len);
            let (from, to) = span(event.lease.address, event.lease.len);
            let family = lease.address.is_ipv6() == event.lease.address.is_ipv6();
            event.lease.holder == lease.holder || (family && from <= high && low <= to)
        };
        match self {
            Self::HeldByTwo(one, other) | Self::TwoOfOne(one, other) | Self::Denied(one, other) => {
                same(&one.lease) || same(&other.lease)
            }
            Self::Lost { lease, row, .. } => {
                same(&lease.lease)
                    || row
                        .as_ref()
                        .is_some_and(|row| row.holder == event.lease.holder)
            }
            Self::Rows { what, .. } => match what {
                Violation::TwoLeases(one, other) | Violation::Overlap(one, other) => {
                    [one, other].iter().any(|row| {
                        row.holder == event.lease.holder || row.address == event.lease.address
                    })
                }
                _ => false,
            },
        }
    }

    /// The moment of it.
    fn at(&self) -> Micros {
        match self {
            Self::HeldByTwo(_, later) | Self::TwoOfOne(_, later) | Self::Denied(_, later) => {
                later.heard
            }
            Self::Lost { at, .. } | Self::Rows { at, .. } => *at,
        }
    }

    /// Who was told what and when, in order, with times in seconds after `start`. `others` is what else
    /// happened: faults.
    pub fn story(&self, events: &[Event], others: &[(Micros, String)], start: Micros) -> String {
        let mut lines: Vec<(Micros, String)> = others.to_vec();
        lines.push((self.at(), "  <== here".to_owned()));
        let about = events.iter().filter(|event| self.concerns(event));
        lines.extend(about.map(|event| (event.heard, told(event, start))));
        lines.sort_by_key(|line| line.0);
        // What was long before is of no interest.
        let first = self.at().saturating_sub(120_000_000);
        let lines = lines
            .iter()
            .filter(|line| (first..self.at() + 5_000_000).contains(&line.0));
        let text = lines.map(|(at, line)| format!("    {:9.3} s  {line}\n", seconds(*at, start)));
        format!("{self}\n{}", text.collect::<String>())
    }
}

fn told(event: &Event, start: Micros) -> String {
    let lease = &event.lease;
    let what = match event.what {
        What::Acknowledged(lifetime) => format!("was acknowledged for {lifetime} s"),
        What::Denied => "was denied".to_owned(),
        What::GivenBack => "was given back".to_owned(),
    };
    format!(
        "{}/{} {what} {} {} (IA {}, subnet {}), asked at {:.3} s",
        lease.address,
        lease.len,
        if event.what == What::GivenBack {
            "by"
        } else {
            "to"
        },
        lease.holder,
        lease.iaid,
        lease.subnet_id,
        seconds(event.sent, start)
    )
}

fn seconds(at: Micros, start: Micros) -> f64 {
    (at as f64 - start as f64) / 1e6
}
