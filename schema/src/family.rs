//! What the two families differ in as lease rows: who the client is, and what v6 has more.

use std::fmt::Debug;
use std::hash::Hash;

use murre_wire::{Family, V4, V6};

/// A family whose leases can be stored.
///
/// The engines add a trait each for binding and reading rows, so the supertraits name them: a
/// family is stored on every engine or on none.
pub trait LeaseFamily: Family + crate::postgresql::PgLease {
    /// Who holds a lease, as far as uniqueness goes.
    type Client: Clone + Debug + Eq + Hash + Send + Sync;
    /// Columns the other family does not have.
    type Details: Clone + Debug + Default + Eq + Send + Sync;
    /// The table, as operators know it.
    const TABLE: &'static str;

    /// The key under which [`crate::Lookup::clients`] finds rows of this client.
    fn lookup_key(client: &Self::Client) -> Vec<u8>;

    /// Whether a row's holder is this client, by the rule that the claim statement guards with.
    fn same_client(holder: &Self::Client, client: &Self::Client) -> bool;
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
    type Details = ();
    const TABLE: &'static str = "lease4";

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
}

impl LeaseFamily for V6 {
    type Client = Client6;
    type Details = Details6;
    const TABLE: &'static str = "lease6";

    /// The DUID: one lookup finds the rows of all identity associations of a client.
    fn lookup_key(client: &Client6) -> Vec<u8> {
        client.duid.clone()
    }

    fn same_client(holder: &Client6, client: &Client6) -> bool {
        holder == client
    }
}
