//! DHCPv4 leases in a lease file.

use murre_schema::{Client4, Details4, Lease, LeaseFamily, State};
use murre_wire::V4;

use crate::row::{Fields, FileFamily, Line, Problem};
use crate::text;

/// Longest client identifier an option can carry.
const MAX_CLIENT_ID: usize = 255;
/// Longest sub-option.
const MAX_SUB_OPTION: usize = 255;

impl FileFamily for V4 {
    const COLUMNS: &'static [&'static str] = &[
        "address",
        "hwaddr",
        "client_id",
        "valid_lifetime",
        "expire",
        "subnet_id",
        "fqdn_fwd",
        "fqdn_rev",
        "hostname",
        "state",
        "user_context",
        "pool_id",
    ];
    const REQUIRED: usize = 9;

    fn write(lease: &Lease<Self>, line: &mut Line<'_>) {
        line.plain(lease.address);
        line.hex(&lease.client.hwaddr);
        line.hex(lease.client.client_id.as_deref().unwrap_or_default());
        line.plain(lease.valid_lifetime);
        line.plain(lease.expire);
        line.plain(lease.subnet_id);
        line.flag(lease.fqdn_fwd);
        line.flag(lease.fqdn_rev);
        line.text(&lease.hostname);
        line.plain(lease.state as u8);
        line.text(lease.user_context.as_deref().unwrap_or_default());
        line.plain(lease.pool_id);
    }

    fn read(fields: &Fields<'_>) -> Result<Lease<Self>, Problem> {
        let address = fields.parse("address", "an IPv4 address")?;
        let client_id = fields.hex("client_id", MAX_CLIENT_ID)?;
        let client = Client4 {
            hwaddr: fields.hwaddr()?,
            client_id: (!client_id.is_empty()).then_some(client_id),
        };
        let nobody = client.hwaddr.is_empty() && client.client_id.is_none();
        let mut lease = fields.lease::<Self>(address, client, Details4::default())?;
        lease.details = relay_details(lease.user_context.as_deref());
        if nobody && lease.state != State::Declined {
            return Err(Problem::at(
                "hwaddr",
                "neither a hardware address nor a client identifier",
            ));
        }
        Ok(lease)
    }

    fn unique_key(client: &Client4) -> Vec<u8> {
        Self::lookup_key(client)
    }
}

/// What the context of a lease says of its relay, for the columns of their own that it has in a database.
fn relay_details(context: Option<&str>) -> Details4 {
    let read = |context| serde_json::from_str::<serde_json::Value>(context).ok();
    let context = context.and_then(read).unwrap_or_default();
    let of = |key: &str| {
        let digits = context.pointer("/ISC/relay-agent-info")?.get(key)?;
        let bytes = text::packed_hex(digits.as_str()?)?;
        (bytes.len() <= MAX_SUB_OPTION).then_some(bytes)
    };
    Details4 {
        relay_id: of("relay-id"),
        remote_id: of("remote-id"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_context_says_of_the_relay_goes_into_columns() {
        let details = |info: &str| {
            let context = format!(r#"{{ "x": 1, "ISC": {{ "relay-agent-info": {info} }} }}"#);
            relay_details(Some(&context))
        };
        let both = details(r#"{ "sub-options": "0x02", "remote-id": "01fF", "relay-id": "AA" }"#);
        assert_eq!(both.remote_id, Some(vec![1, 255]));
        assert_eq!(both.relay_id, Some(vec![0xaa]));
        let long = "00".repeat(256);
        let unfit = format!(r#"{{ "remote-id": "0x0", "relay-id": "{long}" }}"#);
        for info in [unfit.as_str(), r#""0x0104""#, r#"{ "relay-id": 7 }"#] {
            assert_eq!(details(info), Details4::default(), "{info}");
        }
        assert_eq!(relay_details(None), Details4::default());
    }
}
