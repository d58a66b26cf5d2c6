//! DHCPv6 leases in a lease file.

use murre_schema::{Client6, Details6, Lease, LeaseKind};
use murre_wire::V6;

use crate::row::{Fields, FileFamily, Line, Problem};

/// Longest DUID (RFC 8415 section 11.1).
const MAX_DUID: usize = 130;

impl FileFamily for V6 {
    const COLUMNS: &'static [&'static str] = &[
        "address",
        "duid",
        "valid_lifetime",
        "expire",
        "subnet_id",
        "pref_lifetime",
        "lease_type",
        "iaid",
        "prefix_len",
        "fqdn_fwd",
        "fqdn_rev",
        "hostname",
        "hwaddr",
        "state",
        "user_context",
        "hwtype",
        "hwaddr_source",
        "pool_id",
    ];
    const REQUIRED: usize = 12;

    fn write(lease: &Lease<Self>, line: &mut Line<'_>) {
        let (client, details) = (&lease.client, &lease.details);
        line.plain(lease.address);
        line.hex(&client.duid);
        line.plain(lease.valid_lifetime);
        line.plain(lease.expire);
        line.plain(lease.subnet_id);
        line.plain(details.preferred_lifetime);
        line.plain(client.kind as u8);
        line.plain(client.iaid);
        line.plain(details.prefix_len);
        line.flag(lease.fqdn_fwd);
        line.flag(lease.fqdn_rev);
        line.text(&lease.hostname);
        line.hex(details.hwaddr.as_deref().unwrap_or_default());
        line.plain(lease.state as u8);
        line.text(lease.user_context.as_deref().unwrap_or_default());
        line.optional(details.hwtype);
        line.optional(details.hwaddr_source);
        line.plain(lease.pool_id);
    }

    fn read(fields: &Fields<'_>) -> Result<Lease<Self>, Problem> {
        let address = fields.parse("address", "an IPv6 address")?;
        let client = client(fields)?;
        let details = details(fields)?;
        if details.prefix_len != 128 && client.kind != LeaseKind::Pd {
            let length = details.prefix_len;
            return Err(Problem::at(
                "prefix_len",
                format_args!("{length}, but an address has 128"),
            ));
        }
        fields.lease(address, client, details)
    }

    fn unique_key(client: &Client6) -> Vec<u8> {
        let mut key = client.duid.clone();
        key.extend_from_slice(&client.iaid.to_be_bytes());
        key.push(client.kind as u8);
        key
    }
}

fn client(fields: &Fields<'_>) -> Result<Client6, Problem> {
    let duid = fields.hex("duid", MAX_DUID)?;
    if duid.is_empty() {
        return Err(Problem::at("duid", "is empty"));
    }
    let kind: u8 = fields.parse("lease_type", "a number")?;
    let kind = LeaseKind::from_number(i64::from(kind)).ok_or_else(|| {
        Problem::at(
            "lease_type",
            format_args!("{kind} is none of 0 (IA_NA), 1 (IA_TA), 2 (IA_PD)"),
        )
    })?;
    // Dumps of databases that keep it signed have it negative.
    let iaid: i64 = fields.parse("iaid", "a number of 32 bits")?;
    let bits = u32::try_from(iaid)
        .or_else(|_| i32::try_from(iaid).map(i32::cast_unsigned))
        .map_err(|_| Problem::at("iaid", format_args!("{iaid} does not fit into 32 bits")))?;
    Ok(Client6 {
        duid,
        iaid: bits,
        kind,
    })
}

fn details(fields: &Fields<'_>) -> Result<Details6, Problem> {
    let prefix_len: u8 = fields.parse("prefix_len", "a number from 1 to 128")?;
    if !(1..=128).contains(&prefix_len) {
        return Err(Problem::at(
            "prefix_len",
            format_args!("{prefix_len} is not a number from 1 to 128"),
        ));
    }
    let hwaddr = fields.hwaddr()?;
    let small = |column| match fields.raw(column) {
        "" => Ok(None),
        _ => {
            // The columns are signed.
            let number: u16 = fields.parse(column, "a number from 0 to 32767")?;
            match i16::try_from(number) {
                Ok(_) => Ok(Some(number)),
                Err(_) => Err(Problem::at(column, format_args!("{number} is above 32767"))),
            }
        }
    };
    Ok(Details6 {
        preferred_lifetime: fields.number("pref_lifetime")?,
        prefix_len,
        hwaddr: (!hwaddr.is_empty()).then_some(hwaddr),
        hwtype: small("hwtype")?,
        hwaddr_source: small("hwaddr_source")?,
    })
}
