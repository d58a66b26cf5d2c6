//! What the two families differ in as lease rows: who the client is, and what v6 has more.

use std::fmt::{self, Debug, Display};
use std::hash::Hash;

use std::net::{Ipv4Addr, Ipv6Addr};

use murre_wire::{Address, Family, V4, V6};

use crate::lease::Lease;
use crate::row::{Reader, Unreadable, Value, Values};

/// A family whose leases can be stored.
///
/// The hidden items say how a lease becomes a row and back, the same for every engine
/// (`crate::row`); they also seal the trait, as they cannot be written elsewhere.
pub trait LeaseFamily: Family {
    /// Who holds a lease, as far as uniqueness goes.
    type Client: Clone + Debug + Display + Eq + Hash + Send + Sync;
    /// Columns the other family does not have.
    type Details: Clone + Debug + Default + Eq + Send + Sync;
    /// The table, as operators know it.
    const TABLE: &'static str;
    /// Whether leases may be prefixes, which overlap others without having their key.
    const PREFIXES: bool;

    /// The key under which [`crate::Lookup::clients`] finds rows of this client.
    fn lookup_key(client: &Self::Client) -> Vec<u8>;

    /// Whether a row's holder is this client, by the rule that the claim statement guards with.
    fn same_client(holder: &Self::Client, client: &Self::Client) -> bool;

    /// What clients share that may be taken for one another: all that [`LeaseFamily::same_client`] holds for have the
    /// same, but for those that only their identifiers say to be one.
    fn kin(client: &Self::Client) -> impl Hash + '_;

    /// Bits that are given: the length of a prefix, or the width of an address.
    fn lease_len(lease: &Lease<Self>) -> u8;

    /// Whether it is a delegated prefix, whatever its length.
    fn is_prefix(client: &Self::Client) -> bool;

    /// The key column.
    #[doc(hidden)]
    fn address_value(address: Self::Address) -> Value<'static>;
    /// The columns after the key that tell who holds the lease.
    #[doc(hidden)]
    fn client_values<'a>(client: &'a Self::Client, to: &mut Values<'a>);
    /// The columns after those that the other family does not have.
    #[doc(hidden)]
    fn details_values<'a>(details: &'a Self::Details, to: &mut Values<'a>);
    /// The reverse of [`LeaseFamily::address_value`].
    #[doc(hidden)]
    fn read_address(row: &mut Reader<'_>) -> Result<Self::Address, Unreadable>;
    /// The reverse of [`LeaseFamily::client_values`].
    #[doc(hidden)]
    fn read_client(row: &mut Reader<'_>) -> Result<Self::Client, Unreadable>;
    /// The reverse of [`LeaseFamily::details_values`].
    #[doc(hidden)]
    fn read_details(row: &mut Reader<'_>) -> Result<Self::Details, Unreadable>;
}

/// A DHCPv4 client. With a client identifier that alone identifies it, else the hardware address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Client4 {
    /// Hardware address, without its type.
    pub hwaddr: Vec<u8>,
    /// Option 61 as sent; `None` when not sent, or when `match-client-id` is false.
    pub client_id: Option<Vec<u8>>,
}

/// A DHCPv6 client's identity association.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client6 {
    /// Client DUID.
    pub duid: Vec<u8>,
    /// IAID as on the wire, in host order.
    pub iaid: u32,
    /// Kind of the identity association.
    pub kind: LeaseKind,
}

/// Kind of a DHCPv6 lease, with its number in the `lease_type` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LeaseKind {
    /// Address in an IA_NA.
    Na = 0,
    /// Address in an IA_TA; never granted, but may stand in an uploaded file.
    Ta = 1,
    /// Delegated prefix in an IA_PD.
    Pd = 2,
}

impl LeaseKind {
    /// The kind of a `lease_type` number.
    pub fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Na),
            1 => Some(Self::Ta),
            2 => Some(Self::Pd),
            _ => None,
        }
    }
}

/// What a DHCPv4 lease has more than a DHCPv6 one: columns to look for leases by. They are written only, as the lease's
/// context says the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details4 {
    /// Identifier of the relay (RFC 6925), 255 bytes at most.
    pub relay_id: Option<Vec<u8>>,
    /// What the relay calls the client's end of the line (RFC 3046), 255 bytes at most.
    pub remote_id: Option<Vec<u8>>,
}

/// What a DHCPv6 lease has more than a DHCPv4 one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details6 {
    /// Preferred lifetime in seconds.
    pub preferred_lifetime: u32,
    /// 128 for an address, the delegated length for a prefix.
    pub prefix_len: u8,
    /// Hardware address, where it could be learnt.
    pub hwaddr: Option<Vec<u8>>,
    /// Hardware type (1 is Ethernet).
    pub hwtype: Option<u16>,
    /// Where the hardware address was learnt from (`lease_hwaddr_source`).
    pub hwaddr_source: Option<u16>,
}

impl Default for Details6 {
    fn default() -> Self {
        Self {
            preferred_lifetime: 0,
            prefix_len: 128,
            hwaddr: None,
            hwtype: None,
            hwaddr_source: None,
        }
    }
}

impl LeaseFamily for V4 {
    type Client = Client4;
    type Details = Details4;
    const TABLE: &'static str = "lease4";
    const PREFIXES: bool = false;

    /// The value of the generated `client_key` column.
    fn lookup_key(client: &Client4) -> Vec<u8> {
        let (tag, id) = match &client.client_id {
            Some(id) => (1, id),
            None => (0, &client.hwaddr),
        };
        let mut key = Vec::with_capacity(id.len() + 1);
        key.push(tag);
        key.extend_from_slice(id);
        key
    }

    /// By client identifier where both have one, else by hardware address.
    fn same_client(holder: &Client4, client: &Client4) -> bool {
        match (&holder.client_id, &client.client_id) {
            (Some(held), Some(asked)) => held == asked,
            _ => holder.hwaddr == client.hwaddr,
        }
    }

    fn kin(client: &Client4) -> impl Hash + '_ {
        &client.hwaddr
    }

    fn lease_len(_: &Lease<Self>) -> u8 {
        Ipv4Addr::BITS as u8
    }

    fn is_prefix(_: &Client4) -> bool {
        false
    }

    fn address_value(address: Ipv4Addr) -> Value<'static> {
        Value::Number(u32::from(address).into())
    }

    fn client_values<'a>(client: &'a Client4, to: &mut Values<'a>) {
        to.push(Value::Bytes(&client.hwaddr));
        to.push(client.client_id.as_deref().into());
    }

    fn details_values<'a>(details: &'a Details4, to: &mut Values<'a>) {
        to.push(details.relay_id.as_deref().into());
        to.push(details.remote_id.as_deref().into());
    }

    fn read_address(row: &mut Reader<'_>) -> Result<Ipv4Addr, Unreadable> {
        row.within::<u32>("address").map(Ipv4Addr::from)
    }

    fn read_client(row: &mut Reader<'_>) -> Result<Client4, Unreadable> {
        Ok(Client4 {
            hwaddr: row.bytes("hwaddr")?.unwrap_or_default(),
            client_id: row.bytes("client_id")?,
        })
    }

    fn read_details(_: &mut Reader<'_>) -> Result<Details4, Unreadable> {
        Ok(Details4::default())
    }
}

impl LeaseFamily for V6 {
    type Client = Client6;
    type Details = Details6;
    const TABLE: &'static str = "lease6";
    const PREFIXES: bool = true;

    /// The DUID: one lookup finds the rows of all identity associations of a client.
    fn lookup_key(client: &Client6) -> Vec<u8> {
        client.duid.clone()
    }

    fn same_client(holder: &Client6, client: &Client6) -> bool {
        holder == client
    }

    fn kin(client: &Client6) -> impl Hash + '_ {
        client
    }

    fn lease_len(lease: &Lease<Self>) -> u8 {
        lease.details.prefix_len
    }

    fn is_prefix(client: &Client6) -> bool {
        client.kind == LeaseKind::Pd
    }

    fn address_value(address: Ipv6Addr) -> Value<'static> {
        Value::Address(address)
    }

    fn client_values<'a>(client: &'a Client6, to: &mut Values<'a>) {
        to.push(Value::Bytes(&client.duid));
        to.push(Value::Number(client.iaid.into()));
        to.push(Value::Number(client.kind as i64));
    }

    fn details_values<'a>(details: &'a Details6, to: &mut Values<'a>) {
        to.push(Value::Number(details.prefix_len.into()));
        to.push(Value::Number(details.preferred_lifetime.into()));
        to.push(details.hwaddr.as_deref().into());
        to.push(details.hwtype.into());
        to.push(details.hwaddr_source.into());
    }

    fn read_address(row: &mut Reader<'_>) -> Result<Ipv6Addr, Unreadable> {
        row.address("address").map(Address::from_bits)
    }

    fn read_client(row: &mut Reader<'_>) -> Result<Client6, Unreadable> {
        Ok(Client6 {
            duid: row.bytes("duid")?.unwrap_or_default(),
            // A signed column where the engine has no other; the IAID's bits are what counts.
            iaid: row.number("iaid")?.unwrap_or(0) as u32,
            kind: row.one_of("lease_type", LeaseKind::from_number)?,
        })
    }

    fn read_details(row: &mut Reader<'_>) -> Result<Details6, Unreadable> {
        Ok(Details6 {
            prefix_len: row.optional("prefix_len")?.unwrap_or(128),
            preferred_lifetime: row.within("pref_lifetime")?,
            hwaddr: row.bytes("hwaddr")?,
            hwtype: row.number("hwtype")?.map(|bits| bits as u16),
            hwaddr_source: row.optional("hwaddr_source")?,
        })
    }
}

impl Display for Client4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, "hardware address ", &self.hwaddr)?;
        match &self.client_id {
            Some(id) => write_hex(f, ", client identifier ", id),
            None => Ok(()),
        }
    }
}

impl Display for Client6 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, "DUID ", &self.duid)?;
        write!(f, ", IAID {}", self.iaid)
    }
}

fn write_hex(f: &mut fmt::Formatter<'_>, what: &str, bytes: &[u8]) -> fmt::Result {
    f.write_str(what)?;
    for (at, byte) in bytes.iter().enumerate() {
        let colon = if at == 0 { "" } else { ":" };
        write!(f, "{colon}{byte:02x}")?;
    }
    Ok(())
}
