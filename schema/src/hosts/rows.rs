//! A reservation as rows: the questions of a batch, and the reading of answers, whatever the engine.

use std::net::Ipv4Addr;

use super::{HostFound, HostLookup, StoredHost, StoredOption, unreadable};
use crate::error::Error;
use crate::row::{Cells, Reader, Unreadable, Value};

/// The questions of a batch, each with the number of its lookup.
pub(crate) struct Asked<'a> {
    /// Number, kind and value of identifiers.
    pub(crate) who: Vec<[Value<'a>; 3]>,
    /// Number, subnet and address.
    pub(crate) addresses: Vec<[Value<'a>; 3]>,
}

impl<'a> Asked<'a> {
    pub(crate) fn of(batch: &'a [HostLookup]) -> Self {
        let number = |n: i64| Value::Number(n);
        let mut asked = Self {
            who: Vec::new(),
            addresses: Vec::new(),
        };
        for (n, lookup) in (0..).zip(batch) {
            let who = lookup.who.iter();
            asked.who.extend(
                who.map(|(kind, value)| [number(n), number((*kind).into()), Value::Bytes(value)]),
            );
            let addresses = lookup.addresses.iter().map(|(subnet, address)| {
                let address = u32::from(*address);
                [number(n), number((*subnet).into()), number(address.into())]
            });
            asked.addresses.extend(addresses);
        }
        asked
    }
}

/// Read a row of a host and one of its options into the answer it is for. Rows of one host follow each other.
pub(crate) fn read_host(row: &dyn Cells, answers: &mut [HostFound]) -> Result<(), Error> {
    let mut reader = Reader::new(row, 0);
    let mut key = || Ok((reader.within("n")?, reader.within::<i64>("host_id")?));
    let (number, host_id): (usize, i64) = key().map_err(|e| unreadable(e, String::new()))?;
    let located = |e: Unreadable| unreadable(e, host_id.to_string());
    let Some(answer) = answers.get_mut(number) else {
        return Ok(());
    };
    if answer.hosts.last().map(|host| host.host_id) != Some(host_id) {
        let host = host(host_id, &mut reader).map_err(located)?;
        answer.hosts.push(host);
    }
    let option = option(&mut Reader::new(row, FIRST_OF_OPTION)).map_err(located)?;
    if let Some(host) = answer.hosts.last_mut() {
        host.options.extend(option);
    }
    Ok(())
}

/// Columns of a host before those of its option.
const FIRST_OF_OPTION: usize = 11;

fn host(host_id: i64, row: &mut Reader<'_>) -> Result<StoredHost, Unreadable> {
    Ok(StoredHost {
        host_id,
        subnet_id: row.within("dhcp4_subnet_id")?,
        kind: row.within("dhcp_identifier_type")?,
        identifier: row.bytes("dhcp_identifier")?.unwrap_or_default(),
        address: address(row, "ipv4_address")?,
        hostname: row.text("hostname")?.unwrap_or_default(),
        classes: row.text("dhcp4_client_classes")?.unwrap_or_default(),
        next_server: address(row, "dhcp4_next_server")?,
        server_hostname: row.text("dhcp4_server_hostname")?.unwrap_or_default(),
        boot_file_name: row.text("dhcp4_boot_file_name")?.unwrap_or_default(),
        options: Vec::new(),
    })
}

/// NULL and 0.0.0.0 are none.
fn address(row: &mut Reader<'_>, column: &'static str) -> Result<Option<Ipv4Addr>, Unreadable> {
    let address = row.within::<u32>(column).map(Ipv4Addr::from)?;
    Ok((!address.is_unspecified()).then_some(address))
}

/// None where the host has no options, so that its one row has no code.
fn option(row: &mut Reader<'_>) -> Result<Option<StoredOption>, Unreadable> {
    let Some(code) = row.optional("code")? else {
        return Ok(None);
    };
    Ok(Some(StoredOption {
        code,
        value: row.bytes("value")?.unwrap_or_default(),
        formatted_value: row.text("formatted_value")?.unwrap_or_default(),
        space: row.text("space")?.unwrap_or_default(),
        persistent: row.flag("persistent")?,
        cancelled: row.flag("cancelled")?,
    }))
}

/// Read a row of a reserved address into the answer it is for.
pub(crate) fn read_reserved(row: &dyn Cells, answers: &mut [HostFound]) -> Result<(), Error> {
    let mut reader = Reader::new(row, 0);
    let mut read = || {
        let number: usize = reader.within("n")?;
        let subnet_id = reader.within("dhcp4_subnet_id")?;
        let address = reader.within::<u32>("ipv4_address").map(Ipv4Addr::from)?;
        Ok((number, (subnet_id, address)))
    };
    let (number, at) = read().map_err(|e| unreadable(e, String::new()))?;
    if let Some(answer) = answers.get_mut(number) {
        answer.reserved.push(at);
    }
    Ok(())
}
