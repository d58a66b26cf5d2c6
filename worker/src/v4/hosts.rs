//! Which reservations a client has, and what they give it (manual dhcp4-srv.rst:4787-6050).

use std::borrow::Cow;
use std::sync::Arc;

use murre_classify::{ClassId, Membership};
use murre_config::{GLOBAL, Host, IdentifierKind, Server, Subnet};
use murre_wire::V4;
use murre_wire::dhcp4::code;
use smallvec::SmallVec;

use super::Query;
use crate::allocation::Chosen;

/// First byte of a client identifier that holds a DUID behind an IAID (RFC 4361 section 6.1).
const HOLDS_DUID: u8 = 255;
/// Bytes of an IAID.
const IAID: usize = 4;

/// The reservations of one client, by the subnet they are for.
#[derive(Debug, Default)]
pub(super) struct Reserved(SmallVec<[(u32, Arc<Host<V4>>); 1]>);

impl Reserved {
    /// What is reserved for a client wherever it is.
    pub(super) fn global(server: &Server<V4>, query: &Query<'_>) -> Self {
        Self::find(server, query, |id| id == GLOBAL)
    }

    /// What is reserved for a client for which a subnet was selected, there or in its shared network.
    pub(super) fn of(server: &Server<V4>, query: &Query<'_>, subnet: &Arc<Subnet<V4>>) -> Self {
        let takes_global = subnet.reservations.global
            || server
                .candidates(subnet)
                .any(|other| other.reservations.global);
        Self::find(server, query, |id| {
            let own = server.subnet_by_id(id);
            own.map_or(id == GLOBAL && takes_global, |own| {
                own.reservations.in_subnet && (own.id == subnet.id || is_beside(own, subnet))
            })
        })
    }

    /// Kinds of identifiers come in the order in which they count; the first that is known in a subnet does, in the
    /// file before databases.
    fn find(server: &Server<V4>, query: &Query<'_>, counts: impl Fn(u32) -> bool) -> Self {
        let mut reserved = Self::default();
        if server.hosts.is_empty() && query.stored.is_empty() {
            return reserved;
        }
        for kind in &server.host_identifiers {
            let value = identifier(query, *kind).unwrap_or_default();
            let of_file = server.hosts.of(*kind, &value).iter();
            for (id, host) in of_file.chain(query.stored.of(*kind)) {
                if counts(*id) && reserved.0.iter().all(|(known, _)| known != id) {
                    reserved.0.push((*id, Arc::clone(host)));
                }
            }
        }
        reserved
    }

    /// The one that counts in a subnet: its own before the global one.
    pub(super) fn in_subnet(&self, subnet: &Subnet<V4>) -> Option<&Host<V4>> {
        let of = |id: u32| {
            let mut all = self.0.iter();
            all.find_map(|(of, host)| (*of == id).then_some(&**host))
        };
        let modes = subnet.reservations;
        let own = modes.in_subnet.then(|| of(subnet.id)).flatten();
        own.or_else(|| modes.global.then(|| of(GLOBAL)).flatten())
    }

    /// The classes of the one that counts in the subnet that was selected, else of that whose address the client
    /// shall have, else of any that it has on the link; none where nothing is reserved for it.
    pub(super) fn classes(
        &self,
        server: &Server<V4>,
        subnet: &Arc<Subnet<V4>>,
        classes: &Membership,
    ) -> Option<&[ClassId]> {
        let in_selected = self.in_subnet(subnet);
        let host = in_selected.or_else(|| {
            let chosen = self.address(server, subnet, classes);
            let host = chosen.and_then(|chosen| self.in_subnet(chosen.subnet));
            host.or_else(|| self.any())
        });
        host.map(|host| host.classes.as_slice())
    }

    /// The first that was found.
    pub(super) fn any(&self) -> Option<&Host<V4>> {
        self.0.first().map(|(_, host)| &**host)
    }

    /// The address that is reserved in the subnet that was selected, else in the next one of its network; one
    /// that is reserved globally counts where it fits.
    pub(super) fn address<'s>(
        &self,
        server: &'s Server<V4>,
        subnet: &'s Arc<Subnet<V4>>,
        classes: &Membership,
    ) -> Option<Chosen<'s, V4>> {
        if self.0.is_empty() {
            return None;
        }
        let mut open = server.candidates(subnet).filter(|s| s.admits(classes));
        open.find_map(|subnet| {
            let address = *self.in_subnet(subnet)?.addresses.first()?;
            let pool = subnet.pool_of(address);
            // Where all reservations lie outside of the pools, one that does not is none.
            let counts = pool.is_none() || !subnet.reservations.out_of_pool;
            (counts && subnet.contains(address)).then_some(Chosen {
                address,
                subnet,
                pool,
            })
        })
    }
}

/// Whether two subnets are of one shared network.
fn is_beside(one: &Subnet<V4>, other: &Subnet<V4>) -> bool {
    match (&one.network, &other.network) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        _ => false,
    }
}

/// By what a client can be recognized, if the query has it. No reservation has an empty one.
pub(super) fn identifier<'q>(query: &'q Query<'_>, kind: IdentifierKind) -> Option<Cow<'q, [u8]>> {
    let message = &query.message;
    match kind {
        IdentifierKind::HwAddress => Some(Cow::Borrowed(message.chaddr())),
        IdentifierKind::ClientId => message.option(code::CLIENT_IDENTIFIER),
        IdentifierKind::CircuitId => message.relay_suboption(code::relay::CIRCUIT_ID),
        IdentifierKind::Duid => {
            let id = message.option(code::CLIENT_IDENTIFIER)?;
            let (kind, rest) = id.split_first()?;
            let duid = rest.get(IAID..).filter(|_| *kind == HOLDS_DUID)?;
            let start = id.len() - duid.len();
            Some(match id {
                Cow::Borrowed(id) => Cow::Borrowed(id.get(start..).unwrap_or_default()),
                Cow::Owned(ref id) => Cow::Owned(id.get(start..).unwrap_or_default().to_vec()),
            })
        }
        // Hooks make these.
        IdentifierKind::FlexId => None,
    }
}
