//! Whose a query is, where several workers hear it: by the client's DUID.

use std::net::IpAddr;
use std::time::Duration;

use murre_wire::dhcp6::code;

use super::Query;
use crate::fleet::{self, Heard};

impl Heard for Query<'_> {
    fn only_here(&self) -> bool {
        self.packet.unicast && self.message.relays.is_empty()
    }

    /// Who asks for options alone may send no DUID; its address is the same to all who hear it.
    fn hash(&self) -> u8 {
        if let Some(duid) = self.message.client_id() {
            return fleet::hash(duid);
        }
        let address = match (self.message.first_relay(), self.packet.source.ip()) {
            (Some(relay), _) => relay.peer_address,
            (None, IpAddr::V6(source)) => source,
            (None, IpAddr::V4(source)) => source.to_ipv6_mapped(),
        };
        fleet::hash(&address.octets())
    }

    fn waited(&self) -> Duration {
        let hundredths = self.message.options.fixed(code::ELAPSED_TIME);
        let hundredths = hundredths.map_or(0, u16::from_be_bytes);
        Duration::from_millis(u64::from(hundredths) * 10)
    }
}
