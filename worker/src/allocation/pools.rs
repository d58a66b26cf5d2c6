//! The pools that a wish may be met from. A shared network may have hundreds, of which most queries need one:
//! they are found when they are asked for.

use std::iter;
use std::sync::Arc;

use murre_classify::Membership;
use murre_config::{Pool, Server, Subnet};
use murre_schema::LeaseFamily;

use super::Chosen;

/// A pool of a subnet.
#[derive(Debug)]
pub(crate) struct Source<'a, F: LeaseFamily> {
    /// The subnet.
    pub(crate) subnet: &'a Subnet<F>,
    /// The pool.
    pub(crate) pool: &'a Pool<F>,
}

// By hand, as the references can be copied whatever the family.
impl<F: LeaseFamily> Copy for Source<'_, F> {}

impl<F: LeaseFamily> Clone for Source<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, F: LeaseFamily> Source<'a, F> {
    /// One of its leases.
    pub(crate) fn choose(self, address: F::Address) -> Chosen<'a, F> {
        Chosen {
            address,
            subnet: self.subnet,
            pool: Some(self.pool),
        }
    }
}

/// Pools of one kind, of a subnet or of its whole shared network.
#[derive(Debug)]
pub(crate) struct Pools<'a, F: LeaseFamily> {
    subnet: &'a Arc<Subnet<F>>,
    of: fn(&Subnet<F>) -> &[Pool<F>],
    /// The classes that subnets and pools have to be open to; none: all are.
    classes: Option<Membership>,
    /// Where the other subnets of a shared network are as good: who knows them.
    network: Option<&'a Server<F>>,
}

impl<'a, F: LeaseFamily> Pools<'a, F> {
    /// Those of a subnet, all of them.
    pub(crate) fn of_subnet(subnet: &'a Arc<Subnet<F>>, of: fn(&Subnet<F>) -> &[Pool<F>]) -> Self {
        Self {
            subnet,
            of,
            classes: None,
            network: None,
        }
    }

    /// Addresses of a subnet and the others of its shared network, as far as they are open to these classes.
    pub(crate) fn of_network(
        server: &'a Server<F>,
        subnet: &'a Arc<Subnet<F>>,
        classes: Membership,
    ) -> Self {
        Self {
            subnet,
            of: |subnet| &subnet.pools,
            classes: Some(classes),
            network: subnet.network.is_some().then_some(server),
        }
    }

    /// The pools, subnet by subnet.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Source<'a, F>> + '_ {
        self.subnets().flat_map(|subnet| self.open(subnet))
    }

    /// The pools of the first subnet that has some: those of the next ones come once these are full.
    pub(super) fn foremost(&self) -> impl Iterator<Item = Source<'a, F>> + '_ {
        let mut of = None;
        self.iter()
            .take_while(move |source| *of.get_or_insert(source.subnet.id) == source.subnet.id)
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The selected subnet, and behind it those that are as good, whoever they are open to.
    pub(crate) fn subnets(&self) -> impl Iterator<Item = &'a Subnet<F>> + '_ {
        let others = self.network.iter();
        let others = others.flat_map(|server| server.candidates(self.subnet).skip(1));
        iter::once(self.subnet)
            .chain(others)
            .map(|subnet| &**subnet)
    }

    /// Whether a subnet with this identifier is one of them.
    pub(crate) fn has_subnet(&self, id: u32) -> bool {
        if self.subnet.id == id {
            return true;
        }
        let Some(server) = self.network else {
            return false;
        };
        let other = server.subnet_by_id(id);
        let networks = (
            self.subnet.network.as_ref(),
            other.and_then(|o| o.network.as_ref()),
        );
        matches!(networks, (Some(own), Some(other)) if Arc::ptr_eq(own, other))
    }

    /// Whether other subnets than the selected one are as good.
    pub(crate) fn has_others(&self) -> bool {
        self.subnets().nth(1).is_some()
    }

    /// The pool that an address lies in.
    pub(crate) fn holding(&self, address: F::Address) -> Option<Source<'a, F>> {
        let of = |subnet: &'a Subnet<F>| {
            let mut pools = self.open(subnet);
            pools.find(|source| source.pool.contains(address))
        };
        match self.network {
            // A pool of addresses lies in its subnet, and to find that costs less than to visit all.
            Some(server) => {
                let all = server.subnets_containing(address);
                let mut own = all.filter(|subnet| self.has_subnet(subnet.id));
                own.find_map(|subnet| of(subnet))
            }
            None => of(self.subnet),
        }
    }

    /// Those of a subnet that are open to the client.
    fn open(&self, subnet: &'a Subnet<F>) -> impl Iterator<Item = Source<'a, F>> + '_ {
        let classes = self.classes.as_ref();
        let admits = classes.is_none_or(|classes| subnet.admits(classes));
        let pools = if admits { (self.of)(subnet) } else { &[] };
        let is_open =
            move |pool: &&Pool<F>| classes.is_none_or(|classes| pool.classes.guard.admits(classes));
        let open = pools.iter().filter(is_open);
        open.map(move |pool| Source { subnet, pool })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_config::{ClassUse, SharedNetwork};
    use murre_wire::V4;
    use std::net::Ipv4Addr;

    fn at(third: u8, last: u8) -> Ipv4Addr {
        Ipv4Addr::new(192, 0, third, last)
    }

    /// Three subnets with a pool each, of which the first two are in a network.
    fn server() -> Server<V4> {
        let network = Arc::new(SharedNetwork {
            name: "both".into(),
            classes: ClassUse::default(),
        });
        let subnets = [1_u8, 2, 3].map(|n| {
            let mut subnet = Subnet::new(n.into(), at(n, 0), 24);
            subnet.pools.push(Pool::addresses(at(n, 10), at(n, 19)));
            subnet.network = (n < 3).then(|| Arc::clone(&network));
            subnet
        });
        Server::new(subnets.into())
    }

    #[test]
    fn the_pools_of_a_network_begin_with_those_of_the_selected_subnet() {
        let server = server();
        let second = server.subnet_by_id(2).unwrap();
        let pools = Pools::of_network(&server, second, Membership::default());
        let ids = |pools: &Pools<'_, V4>| -> Vec<_> {
            pools.iter().map(|source| source.subnet.id).collect()
        };
        assert_eq!(ids(&pools), [2, 1]);
        assert!(pools.has_others() && pools.has_subnet(1) && !pools.has_subnet(3));
        let foremost: Vec<_> = pools.foremost().map(|source| source.subnet.id).collect();
        assert_eq!(foremost, [2]);
        let alone = Pools::of_subnet(second, |subnet| &subnet.pools);
        assert_eq!(ids(&alone), [2]);
        assert!(!alone.has_others() && alone.has_subnet(2) && !alone.has_subnet(1));
    }

    #[test]
    fn an_address_is_found_in_any_pool_of_the_network_and_in_no_other() {
        let server = server();
        let first = server.subnet_by_id(1).unwrap();
        let pools = Pools::of_network(&server, first, Membership::default());
        let of = |address| pools.holding(address).map(|source| source.subnet.id);
        assert_eq!([at(1, 10), at(2, 19)].map(of), [Some(1), Some(2)]);
        assert_eq!([at(1, 20), at(3, 10)].map(of), [None, None]);
    }
}
