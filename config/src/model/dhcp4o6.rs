//! DHCPv4-over-DHCPv6: `dhcp4o6-port`, and the keys of subnets that serve what comes in there.

use std::net::Ipv6Addr;
use std::sync::Arc;

use murre_wire::{Family, V6};

use super::subnets::prefix;
use super::{Cx, Fields};
use crate::error::Note;
use crate::snapshot::{Dhcp4o6, Subnet, low_mask};

/// The port one above is used as well (dhcp4-srv.rst:4273).
const LAST_PORT: i128 = 65_534;

/// The keys of a subnet; an empty text is as none.
pub(super) fn dhcp4o6(cx: &mut Cx, fields: &Fields<'_>) -> Dhcp4o6 {
    let interface_id = cx.filled(fields, "4o6-interface-id");
    Dhcp4o6 {
        subnet: around(cx, fields),
        interface: cx.filled(fields, "4o6-interface").map(Into::into),
        interface_id: interface_id.map(|text| text.as_bytes().to_vec()),
    }
}

/// The port; 0 is off.
pub(super) fn dhcp4o6_port<F: Family>(
    cx: &mut Cx,
    fields: &Fields<'_>,
    subnets: &[Arc<Subnet<F>>],
) -> Option<u16> {
    let port = cx.integer(fields, "dhcp4o6-port", 0..=LAST_PORT);
    let port = port.filter(|port| *port != 0);
    let is_served = subnets.iter().any(|subnet| subnet.dhcp4o6.is_usable());
    let text = match (port, is_served) {
        (Some(_), true) | (None, false) => return port,
        (Some(_), false) => {
            "no query over DHCPv6 is answered: no subnet has \"4o6-subnet\", \"4o6-interface\" or \"4o6-interface-id\""
        }
        (None, true) => {
            "\"4o6-subnet\", \"4o6-interface\" and \"4o6-interface-id\" have no effect without \"dhcp4o6-port\""
        }
    };
    cx.note(Note::warning(fields.place_of("dhcp4o6-port").clone(), text));
    port
}

/// `4o6-subnet`, bits behind its length cut off.
fn around(cx: &mut Cx, fields: &Fields<'_>) -> Option<(Ipv6Addr, u8)> {
    let text = cx.filled(fields, "4o6-subnet")?;
    match prefix::<V6>(text.trim()) {
        Ok((address, len)) => {
            let bits = address.to_bits() & !low_mask::<V6>(len);
            Some((Ipv6Addr::from_bits(bits), len))
        }
        Err(message) => {
            cx.value_error(fields.place_of("4o6-subnet"), message);
            None
        }
    }
}
