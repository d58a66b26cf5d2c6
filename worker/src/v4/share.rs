//! Whose a query is, where several workers hear it: by the client identifier, or the hardware
//! address of a client that sends none.

use std::time::Duration;

use murre_wire::dhcp4::code;

use super::Query;
use crate::fleet::{self, Heard};

impl Heard for Query<'_> {
    fn only_here(&self) -> bool {
        // Over DHCPv6 they come from a server on this host, which has no other.
        self.over6.is_some() || (self.packet.unicast && self.message.giaddr().is_unspecified())
    }

    fn hash(&self) -> u8 {
        let id = self.message.option(code::CLIENT_IDENTIFIER);
        match id.filter(|id| !id.is_empty()) {
            Some(id) => fleet::hash(&id),
            None => fleet::hash(self.message.chaddr()),
        }
    }

    fn waited(&self) -> Duration {
        Duration::from_secs(seconds(self.message.secs()).into())
    }
}

/// Some old clients write the two bytes in the wrong order. That is seen by a first byte that
/// counts and a second one that does not; nobody asks for so long that it would be the truth.
fn seconds(secs: u16) -> u16 {
    match secs.to_be_bytes() {
        [swapped, 0] => u16::from(swapped),
        _ => secs,
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn seconds_with_swapped_bytes_are_understood() {
        for (sent, meant) in [
            (0, 0),
            (4, 4),
            (0x0100, 1),
            (0x0500, 5),
            (0x0105, 0x0105),
            (300, 300),
        ] {
            assert_eq!(seconds(sent), meant, "{sent}");
        }
    }
}
