//! What clients say and understand. Both protocols are one trait, so that everything else is
//! written once.

mod v4;
mod v6;

pub(crate) use v4::Dhcp4;
pub(crate) use v6::Dhcp6;

use crate::settings::Settings;

/// Room for the longest message: a relayed REQUEST with the longest DUID of a server.
const ROOM: usize = 640;

/// A message to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Packet {
    bytes: [u8; ROOM],
    len: usize,
    /// Whose it is: where messages are spread, all of a client go to the same server.
    pub(crate) client: u32,
}

/// Who sends a message, in which transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Who {
    /// The client's number.
    pub(crate) client: u32,
    /// v6 uses the lower 24 bits.
    pub(crate) xid: u32,
}

/// What a client was given, as far as it needs it to ask for that again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Grant {
    /// v4: the server's address; v6: the number of its DUID in [`Dhcp6`].
    pub(crate) server: u32,
    /// v4: in the first four bytes.
    pub(crate) address: [u8; 16],
    /// v6.
    pub(crate) prefix: [u8; 16],
    /// v6; bits.
    pub(crate) prefix_len: u8,
}

/// Which half of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Half {
    /// DISCOVER and OFFER, or SOLICIT and ADVERTISE.
    First,
    /// REQUEST and ACK or REPLY; a renewal has only this one.
    Second,
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    /// The transaction.
    pub(crate) xid: u32,
    /// What kind of message was answered.
    pub(crate) half: Half,
    /// With what.
    pub(crate) says: Says,
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// Everything that was asked for.
    Given(Grant),
    /// Not that.
    Refused(Refusal),
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// v4.
    Nak,
    /// v6: no address, with whatever status or none.
    NoAddress,
    /// v6: no prefix.
    NoPrefix,
    /// v6: another status than success that is about neither.
    Status,
}

/// One protocol from one place.
pub(crate) trait Speech {
    /// Whether both halves have the same transaction identifier (RFC 2131 table 5) or each its own
    /// (RFC 8415 section 16.1).
    const ONE_XID: bool;

    /// DISCOVER or SOLICIT.
    fn first(&self, who: Who, packet: &mut Packet);
    /// REQUEST for what was offered.
    fn second(&self, who: Who, offer: &Grant, packet: &mut Packet);
    /// REQUEST or RENEW for what the client has.
    fn renewal(&self, who: Who, grant: &Grant, packet: &mut Packet);
    /// RELEASE of what the client has.
    fn release(&self, who: Who, grant: &Grant, packet: &mut Packet);
    /// Reads a datagram; `None` if it is no answer to any such message.
    fn hear(&mut self, datagram: &[u8]) -> Option<Heard>;
}

impl Packet {
    /// Without anything in it.
    pub(crate) fn empty() -> Self {
        Self {
            bytes: [0; ROOM],
            len: 0,
            client: 0,
        }
    }

    /// What is sent.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Starts from a template.
    fn fill(&mut self, template: &[u8]) {
        self.len = template.len().min(ROOM);
        if let (Some(mine), Some(given)) =
            (self.bytes.get_mut(..self.len), template.get(..self.len))
        {
            mine.copy_from_slice(given);
        }
    }

    /// Anything.
    #[cfg(test)]
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.fill(bytes);
    }

    /// Overwrites a field. Positions come from the template's maker, so that they are within it.
    fn put(&mut self, at: usize, field: &[u8]) {
        if let Some(place) = self.bytes.get_mut(at..at + field.len()) {
            place.copy_from_slice(field);
        }
    }

    /// The same where the template has such a field.
    fn put_if(&mut self, at: Option<usize>, field: &[u8]) {
        if let Some(at) = at {
            self.put(at, field);
        }
    }
}

/// Odd, so that every number of 24 bits has another one for its multiple of this.
const SCATTERING: u32 = 10_368_889;

/// The hardware addresses of clients: locally administered, other ones for each seed.
#[derive(Clone, Copy, Debug)]
struct Cards {
    seed: u16,
    scatter: bool,
}

impl Cards {
    fn new(settings: &Settings) -> Self {
        let Settings { seed, scatter, .. } = *settings;
        Self { seed, scatter }
    }

    fn of(self, client: u32) -> [u8; 6] {
        let number = match self.scatter {
            true => client.wrapping_mul(SCATTERING),
            false => client,
        };
        let [_, a, b, c] = number.to_be_bytes();
        let [high, low] = self.seed.to_be_bytes();
        [2, high, low, a, b, c]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_and_seeds_have_cards_of_their_own() {
        for scatter in [false, true] {
            let card = |seed, client| Cards { seed, scatter }.of(client);
            let all = [card(1, 0), card(1, 1), card(2, 0), card(1, 0xff_ffff)];
            let distinct: std::collections::HashSet<_> = all.iter().collect();
            assert_eq!(distinct.len(), all.len());
            assert!(all.iter().all(|card| card[0] == 2));
        }
        let scattered = Cards {
            seed: 0x0102,
            scatter: true,
        };
        // As the bench computes it in SQL for the leases that it makes up.
        assert_eq!(scattered.of(0xff_ffff), [2, 1, 2, 0x61, 0xc8, 0x87]);
    }
}
