//! The databases of reservations that a family asks, in the order of its configuration.
//!
//! Where reservations are in the database of the leases, the claim's statement sees to it that nobody is granted what is
//! reserved for another. Of those elsewhere a claim asks right before: what is reserved in that moment is as what is
//! reserved a moment later, when its client finds the lease of another there.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use murre_schema::{Access, Error, HostStore, StoreOptions, StoredHost, Who};
use murre_wire::Address;

/// Databases with reservations.
#[derive(Default)]
pub(crate) struct HostStores {
    all: Vec<Arc<HostStore>>,
    /// Those whose rows no claim's statement sees.
    elsewhere: Vec<Arc<HostStore>>,
}

impl fmt::Debug for HostStores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} databases of reservations", self.all.len())
    }
}

impl HostStores {
    /// Reach all of them; `leases` is where leases are.
    ///
    /// # Errors
    /// As [`HostStore::open`], with the number of the database in the list.
    pub(crate) async fn open(wanted: &[Access], leases: &Access) -> Result<Self, (usize, Error)> {
        let mut all = Vec::with_capacity(wanted.len());
        for (number, access) in wanted.iter().enumerate() {
            let opened = HostStore::open(access, StoreOptions::default()).await;
            all.push(Arc::new(opened.map_err(|error| (number, error))?));
        }
        let mut elsewhere = all.clone();
        elsewhere.retain(|store| !store.is_at(leases));
        Ok(Self { all, elsewhere })
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The databases, in their order.
    pub(crate) fn all(&self) -> &[Arc<HostStore>] {
        &self.all
    }

    /// Whether all of them answered when they were asked last.
    pub(crate) fn are_healthy(&self) -> bool {
        self.all.iter().all(|store| store.is_healthy())
    }

    /// How long the oldest question has waited for any of them.
    pub(crate) fn waited(&self) -> Duration {
        let all = self.all.iter().map(|store| store.waited());
        all.max().unwrap_or_default()
    }

    /// What they reserve for a host, an earlier one's first.
    ///
    /// # Errors
    /// One of them could not be asked: a reservation may be there.
    pub(crate) async fn find(&self, who: &Who) -> Result<Vec<StoredHost>, Error> {
        let found = try_join_all(self.all.iter().map(|store| store.find(who.clone())));
        Ok(found.await?.into_iter().flatten().collect())
    }

    /// Those of some addresses of a subnet that any of them reserves.
    ///
    /// # Errors
    /// As [`HostStores::find`].
    pub(crate) async fn reserved<A: Address>(
        &self,
        subnet_id: u32,
        addresses: &[A],
    ) -> Result<Vec<IpAddr>, Error> {
        reserved(&self.all, subnet_id, addresses).await
    }

    /// Whether a database that a claim's statement does not see reserves an address.
    ///
    /// # Errors
    /// As [`HostStores::find`].
    pub(crate) async fn reserve_elsewhere<A: Address>(
        &self,
        subnet_id: u32,
        address: A,
    ) -> Result<bool, Error> {
        match self.elsewhere.as_slice() {
            [] => Ok(false),
            stores => Ok(!reserved(stores, subnet_id, &[address]).await?.is_empty()),
        }
    }

    /// Whether a claim's statement sees any of them.
    pub(crate) fn are_beside_leases(&self) -> bool {
        self.elsewhere.len() < self.all.len()
    }
}

/// Only DHCPv4 has reservations in databases so far.
async fn reserved<A: Address>(
    stores: &[Arc<HostStore>],
    subnet_id: u32,
    addresses: &[A],
) -> Result<Vec<IpAddr>, Error> {
    let mut asked = Vec::with_capacity(addresses.len());
    for address in addresses {
        if let IpAddr::V4(address) = (*address).into() {
            asked.push(address);
        }
    }
    let mut all = Vec::new();
    for store in stores {
        let found = store.reserved(subnet_id, asked.iter().copied()).await?;
        all.extend(found.into_iter().map(IpAddr::from));
    }
    Ok(all)
}
