//! DHCPv4 leases in a lease file.

use murre_schema::{Client4, Lease, LeaseFamily, State};
use murre_wire::V4;

use crate::row::{Fields, FileFamily, Line, Problem};

/// Longest client identifier an option can carry.
const MAX_CLIENT_ID: usize = 255;

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
        let lease = fields.lease::<Self>(address, client, ())?;
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
