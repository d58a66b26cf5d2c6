//! Who wishes for what, and what was chosen for it.

use murre_config::{Hosts, OptionSet, Pool, PoolKind, Subnet};
use murre_schema::{Error, LeaseFamily};
use murre_wire::Address;

use super::pools::Pools;
use crate::exchange::HostStores;

/// Who may be given what: one client (and IA) in one subnet, or those of one shared network.
#[derive(Debug)]
pub(crate) struct Wish<'a, F: LeaseFamily> {
    /// The subnet that was selected.
    pub(crate) subnet: &'a Subnet<F>,
    /// Pools of the kind wanted that the client may use, there and in the others of its shared network: what it has
    /// there is as good.
    pub(crate) pools: Pools<'a, F>,
    /// The client.
    pub(crate) client: F::Client,
    /// What it asks for.
    pub(crate) hint: Option<F::Address>,
    /// What is reserved for it.
    pub(crate) reserved: Option<Chosen<'a, F>>,
    /// What the file reserves for others.
    pub(crate) hosts: &'a Hosts<F>,
    /// What databases do.
    pub(crate) stores: &'a HostStores,
}

/// What was chosen.
#[derive(Debug)]
pub(crate) struct Chosen<'a, F: LeaseFamily> {
    /// The address, or base of the prefix.
    pub(crate) address: F::Address,
    /// The subnet it is of.
    pub(crate) subnet: &'a Subnet<F>,
    /// The pool it lies in; what is reserved may lie in none.
    pub(crate) pool: Option<&'a Pool<F>>,
}

// By hand, as the references can be copied whatever the family.
impl<F: LeaseFamily> Copy for Chosen<'_, F> {}

impl<F: LeaseFamily> Clone for Chosen<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, F: LeaseFamily> Chosen<'a, F> {
    /// Bits that are given.
    pub(crate) fn len(&self) -> u8 {
        self.pool.map_or(F::Address::BITS, Pool::lease_len)
    }

    /// What groups it in statistics.
    pub(crate) fn pool_id(&self) -> u32 {
        self.pool.map_or(0, |pool| pool.pool_id)
    }

    /// Options of the pool and what is around it.
    pub(crate) fn options(&self) -> &'a OptionSet {
        self.pool.map_or(&self.subnet.options, |pool| &pool.options)
    }

    pub(super) fn is_prefix(&self) -> bool {
        self.pool
            .is_some_and(|pool| matches!(pool.kind, PoolKind::Prefix { .. }))
    }
}

impl<'a, F: LeaseFamily> Wish<'a, F> {
    /// What the client asks for, if a pool has it, or if it is reserved for it.
    pub(crate) fn hint_in_pool(&self) -> Option<Chosen<'a, F>> {
        self.may_have(self.hint?)
    }

    /// An address that the client may have, as far as the configuration goes.
    pub(super) fn may_have(&self, address: F::Address) -> Option<Chosen<'a, F>> {
        let reserved = self.reserved.filter(|chosen| chosen.address == address);
        let chosen = reserved.or_else(|| self.in_pool(address))?;
        self.is_open(&chosen).then_some(chosen)
    }

    /// Whether what was chosen is not reserved for somebody else.
    pub(super) fn is_open(&self, chosen: &Chosen<'_, F>) -> bool {
        let own = self.reserved;
        own.is_some_and(|own| own.address == chosen.address)
            || !self.hosts.close(chosen.subnet, chosen.address)
    }

    /// Whether databases may reserve something that lies in pools of a subnet.
    pub(super) fn heeds_stores(&self, subnet: &Subnet<F>) -> bool {
        !self.stores.is_empty() && subnet.reservations.reserves_in_pools()
    }

    /// Whether what was chosen must not be granted where a database reserves it: it is not this client's own.
    pub(crate) fn heeds_hosts(&self, chosen: &Chosen<'_, F>) -> bool {
        let own = self.reserved;
        self.heeds_stores(chosen.subnet) && own.is_none_or(|own| own.address != chosen.address)
    }

    /// Whether a database reserves for another what the client has or asks for. Of what comes from windows that is
    /// known, and a claim finds out by itself.
    pub(crate) async fn is_stored_for_another(
        &self,
        chosen: &Chosen<'_, F>,
    ) -> Result<bool, Error> {
        if !self.heeds_hosts(chosen) {
            return Ok(false);
        }
        let (subnet_id, address) = (chosen.subnet.id, chosen.address);
        let reserved = self.stores.reserved(subnet_id, &[address]).await?;
        Ok(!reserved.is_empty())
    }

    /// Whether databases reserve any of these, which lie in one subnet.
    pub(super) async fn are_some_stored(
        &self,
        subnet: &Subnet<F>,
        all: &[Chosen<'_, F>],
    ) -> Result<bool, Error> {
        if !self.heeds_stores(subnet) {
            return Ok(false);
        }
        let addresses: Vec<_> = all.iter().map(|chosen| chosen.address).collect();
        let reserved = self.stores.reserved(subnet.id, &addresses).await?;
        Ok(!reserved.is_empty())
    }

    /// An address, if it lies in a pool.
    pub(super) fn in_pool(&self, address: F::Address) -> Option<Chosen<'a, F>> {
        Some(self.pools.holding(address)?.choose(address))
    }

    /// Whether a lease of this subnet is one of the client's own here.
    pub(crate) fn is_of(&self, subnet_id: u32) -> bool {
        self.pools.has_subnet(subnet_id)
    }
}
