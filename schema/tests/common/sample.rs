//! Small leases of either family, and one-line operations on them.

use std::net::{Ipv4Addr, Ipv6Addr};

use murre_schema::{
    Change, Changed, Claim, Client4, Client6, Decline, Lease, LeaseFamily, LeaseKind, Lookup,
    Names, Release, Seen, Store,
};
use murre_wire::{V4, V6};

/// What a test needs to know of a family to be written once.
pub(crate) trait Sample: LeaseFamily {
    fn address(number: u8) -> Self::Address;
    fn client(number: u8) -> Self::Client;
    /// With everything as long as the protocol allows.
    fn long_client() -> Self::Client;
}

impl Sample for V4 {
    fn address(number: u8) -> Ipv4Addr {
        Ipv4Addr::new(192, 0, 2, number)
    }

    fn client(number: u8) -> Client4 {
        Client4 {
            hwaddr: vec![2, 0, 0, 0, 0, number],
            client_id: Some(vec![1, 2, 0, 0, 0, 0, number]),
        }
    }

    fn long_client() -> Client4 {
        Client4 {
            hwaddr: (0..20).collect(),
            client_id: Some((0..255).collect()),
        }
    }
}

impl Sample for V6 {
    fn address(number: u8) -> Ipv6Addr {
        Ipv6Addr::from(0x2001_0db8_u128 << 96 | u128::from(number))
    }

    fn client(number: u8) -> Client6 {
        Client6 {
            duid: vec![0, 3, 0, 1, 2, 0, 0, 0, 0, number],
            iaid: 0xffff_fff0 | u32::from(number & 7),
            kind: LeaseKind::Na,
        }
    }

    fn long_client() -> Client6 {
        Client6 {
            duid: (0..130).collect(),
            iaid: u32::MAX,
            kind: LeaseKind::Na,
        }
    }
}

pub(crate) fn lease<F: Sample>(address: u8, client: u8, lifetime: u32) -> Lease<F> {
    Lease::new(F::address(address), F::client(client), 1, lifetime)
}

pub(crate) async fn claim<F: Sample>(
    store: &Store<F>,
    address: u8,
    client: u8,
    lifetime: u32,
) -> Changed {
    claim_lease(store, lease(address, client, lifetime)).await
}

pub(crate) async fn claim_lease<F: Sample>(store: &Store<F>, lease: Lease<F>) -> Changed {
    let replaces = None;
    store
        .change(Change::Claim(Claim {
            lease,
            replaces,
            renews: false,
            heeds_hosts: false,
            names: Names::Off,
        }))
        .await
        .unwrap()
}

pub(crate) async fn release<F: Sample>(
    store: &Store<F>,
    address: u8,
    client: u8,
    keep: bool,
) -> Changed {
    let change = Change::Release(Release {
        seen: seen(store, F::address(address)).await,
        client: F::client(client),
        keep,
        names: Names::Off,
    });
    store.change(change).await.unwrap()
}

pub(crate) async fn decline<F: Sample>(
    store: &Store<F>,
    address: u8,
    client: u8,
    probation: u32,
) -> Changed {
    let change = Change::Decline(Decline {
        seen: seen(store, F::address(address)).await,
        client: F::client(client),
        probation,
        names: Names::Off,
    });
    store.change(change).await.unwrap()
}

pub(crate) async fn row<F: Sample>(store: &Store<F>, address: u8) -> Option<Lease<F>> {
    let mut lookup = Lookup::default();
    lookup.addresses.push(F::address(address));
    let found = store.lookup(lookup).await.unwrap();
    found.by_address.into_iter().next().map(|found| found.lease)
}

/// As a lookup finds it now; where there is no row, as something that there never was.
pub(crate) async fn seen<F: LeaseFamily>(
    store: &Store<F>,
    address: F::Address,
) -> Seen<F::Address> {
    let mut lookup = Lookup::default();
    lookup.addresses.push(address);
    let found = store.lookup(lookup).await.unwrap().by_address;
    let expire = found.first().map_or(0, |found| found.lease.expire);
    Seen { address, expire }
}

pub(crate) fn claimed(changed: Changed) -> bool {
    matches!(changed, Changed::Claimed { .. })
}

/// Until the database's clock says so.
pub(crate) async fn wait_until_expired<F: Sample>(store: &Store<F>, address: u8) {
    loop {
        let mut lookup = Lookup::default();
        lookup.addresses.push(F::address(address));
        let found = store.lookup(lookup).await.unwrap();
        if found.by_address.iter().all(|found| found.remaining < 0) {
            return;
        }
        tokio::task::yield_now().await;
    }
}
