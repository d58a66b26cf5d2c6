//! A lease as it stands in its table.

use crate::family::LeaseFamily;

/// A lifetime that never ends (RFC 2131 section 3.3, RFC 8415 section 7.7).
pub const INFINITE_LIFETIME: u32 = u32::MAX;

/// One row of `lease4` or `lease6`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease<F: LeaseFamily> {
    /// Address, or base address of a delegated prefix.
    pub address: F::Address,
    /// Who holds it.
    pub client: F::Client,
    /// Columns of this family alone.
    pub details: F::Details,
    /// Valid lifetime in seconds, [`INFINITE_LIFETIME`] for ever.
    pub valid_lifetime: u32,
    /// End of the lease, seconds since 1970 UTC by the database's clock: time of the last
    /// transmission plus `valid_lifetime`. Set by the database in a claim.
    pub expire: i64,
    /// Subnet the lease belongs to.
    pub subnet_id: u32,
    /// Pool group for statistics.
    pub pool_id: u32,
    /// A forward DNS entry was asked for.
    pub fqdn_fwd: bool,
    /// A reverse DNS entry was asked for.
    pub fqdn_rev: bool,
    /// Name of the client, empty when it has none.
    pub hostname: String,
    /// What the row stands for.
    pub state: State,
    /// JSON kept with the lease. What a claim brings is its element `ISC` alone, which takes the place of that of the row
    /// where its client stays the same; without any the row keeps what it has.
    pub user_context: Option<String>,
}

impl<F: LeaseFamily> Lease<F> {
    /// A lease to claim: no names, no context, state default.
    pub fn new(address: F::Address, client: F::Client, subnet_id: u32, valid: u32) -> Self {
        Self {
            address,
            client,
            details: F::Details::default(),
            valid_lifetime: valid,
            expire: 0,
            subnet_id,
            pool_id: 0,
            fqdn_fwd: false,
            fqdn_rev: false,
            hostname: String::new(),
            state: State::Default,
            user_context: None,
        }
    }
}

/// The `state` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Held by its client until `expire`.
    Default = 0,
    /// Found in use by somebody else; nobody's until `expire`.
    Declined = 1,
    /// Given back or expired; kept so that its client may get the same again.
    Reclaimed = 2,
}

impl State {
    /// The state of a number in the `state` column.
    pub fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Default),
            1 => Some(Self::Declined),
            2 => Some(Self::Reclaimed),
            _ => None,
        }
    }
}
