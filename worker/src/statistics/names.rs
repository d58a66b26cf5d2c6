//! What each family calls its statistics (manual dhcp4-srv.rst:6986-7517, dhcp6-srv.rst:6675-7352).

use super::subject::Packets;
use super::tally::Event;

/// The names of a family.
#[derive(Debug)]
pub(crate) struct Names {
    came: &'static str,
    unknown: &'static str,
    parse_failed: &'static str,
    dropped: &'static str,
    sent: &'static str,
    /// Message types that are counted when they come in.
    pub(super) received: &'static [(u8, &'static str)],
    /// Message types that are known, and not counted by themselves.
    pub(super) uncounted: &'static [u8],
    /// Message types that are counted when they leave.
    sent_of: &'static [(u8, &'static str)],
    events: &'static [(Event, &'static str)],
    /// How many leases there are; `None` where that is not told.
    pub(super) gauges: Option<Gauges>,
}

/// The names of what is no counter.
#[derive(Debug)]
pub(crate) struct Gauges {
    /// What pools have.
    pub(super) total: &'static str,
    /// What clients have.
    pub(super) assigned: &'static str,
    /// What was found in use.
    pub(super) declined: &'static str,
}

impl Names {
    /// What an event is called; `None` where the family does not count it.
    pub(super) fn event(&self, event: Event) -> Option<&'static str> {
        let found = self.events.iter().find(|(known, _)| *known == event);
        found.map(|(_, name)| *name)
    }

    /// All events that are counted.
    pub(super) fn events(&self) -> impl Iterator<Item = (Event, &'static str)> {
        self.events.iter().copied()
    }

    /// All packet counters.
    pub(super) fn packets(&self) -> impl Iterator<Item = (Packets, &'static str)> {
        let plain = [
            (Packets::Came, self.came),
            (Packets::Unknown, self.unknown),
            (Packets::ParseFailed, self.parse_failed),
            (Packets::Dropped, self.dropped),
            (Packets::Sent, self.sent),
        ];
        let received = self.received.iter();
        let received = received.map(|(kind, name)| (Packets::Received(*kind), *name));
        let sent = self.sent_of.iter();
        let sent = sent.map(|(kind, name)| (Packets::SentOf(*kind), *name));
        plain.into_iter().chain(received).chain(sent)
    }
}

/// DHCPv4.
pub(crate) static V4: Names = Names {
    came: "pkt4-received",
    unknown: "pkt4-unknown-received",
    parse_failed: "pkt4-parse-failed",
    dropped: "pkt4-receive-drop",
    sent: "pkt4-sent",
    received: &[
        (1, "pkt4-discover-received"),
        (2, "pkt4-offer-received"),
        (3, "pkt4-request-received"),
        (4, "pkt4-decline-received"),
        (5, "pkt4-ack-received"),
        (6, "pkt4-nak-received"),
        (7, "pkt4-release-received"),
        (8, "pkt4-inform-received"),
    ],
    uncounted: &[],
    sent_of: &[
        (2, "pkt4-offer-sent"),
        (5, "pkt4-ack-sent"),
        (6, "pkt4-nak-sent"),
    ],
    events: &[
        (Event::Assigned, "cumulative-assigned-addresses"),
        (Event::Reclaimed, "reclaimed-leases"),
        (Event::ReclaimedDeclined, "reclaimed-declined-addresses"),
        (Event::Fail, "v4-allocation-fail"),
        (Event::FailNetwork, "v4-allocation-fail-shared-network"),
        (Event::FailSubnet, "v4-allocation-fail-subnet"),
        (Event::FailNoPools, "v4-allocation-fail-no-pools"),
        (Event::FailClasses, "v4-allocation-fail-classes"),
        (Event::Reused, "v4-lease-reuses"),
        (Event::Conflict, "v4-reservation-conflicts"),
    ],
    gauges: Some(Gauges {
        total: "total-addresses",
        assigned: "assigned-addresses",
        declined: "declined-addresses",
    }),
};

/// DHCPv6: packets and failures. What is counted of its leases is told apart by their kind, which is not built.
pub(crate) static V6: Names = Names {
    came: "pkt6-received",
    unknown: "pkt6-unknown-received",
    parse_failed: "pkt6-parse-failed",
    dropped: "pkt6-receive-drop",
    sent: "pkt6-sent",
    received: &[
        (1, "pkt6-solicit-received"),
        (2, "pkt6-advertise-received"),
        (3, "pkt6-request-received"),
        (5, "pkt6-renew-received"),
        (6, "pkt6-rebind-received"),
        (7, "pkt6-reply-received"),
        (8, "pkt6-release-received"),
        (9, "pkt6-decline-received"),
        (11, "pkt6-infrequest-received"),
        (20, "pkt6-dhcpv4-query-received"),
        (21, "pkt6-dhcpv4-response-received"),
    ],
    // CONFIRM
    uncounted: &[4],
    sent_of: &[
        (2, "pkt6-advertise-sent"),
        (7, "pkt6-reply-sent"),
        (21, "pkt6-dhcpv4-response-sent"),
    ],
    events: &[
        (Event::Fail, "v6-allocation-fail"),
        (Event::FailNetwork, "v6-allocation-fail-shared-network"),
        (Event::FailSubnet, "v6-allocation-fail-subnet"),
        (Event::FailNoPools, "v6-allocation-fail-no-pools"),
        (Event::FailClasses, "v6-allocation-fail-classes"),
    ],
    gauges: None,
};

#[cfg(test)]
mod tests {
    use super::*;
    use murre_wire::{dhcp4, dhcp6};

    #[test]
    fn a_type_has_the_name_of_its_message() {
        let check = |names: &Names, type_name: fn(u8) -> String| {
            for (kind, name) in names.received.iter().chain(names.sent_of) {
                let inner = name.split('-').skip(1).collect::<Vec<_>>();
                let inner = inner[..inner.len() - 1].concat();
                let own = type_name(*kind).to_lowercase().replace('-', "");
                let own = own
                    .trim_start_matches("dhcp")
                    .replace("informationrequest", "infrequest");
                assert!(
                    own.ends_with(inner.trim_start_matches("dhcp")),
                    "{kind}: {name}: {own}"
                );
            }
        };
        check(&V4, |kind| dhcp4::MessageType::from_u8(kind).to_string());
        check(&V6, |kind| dhcp6::MessageType::from_u8(kind).to_string());
    }
}
