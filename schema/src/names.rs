//! Name changes: what the DNS has to learn of leases, as rows written in the transaction of the lease.
//!
//! A batch in which somebody cares for names locks the rows that it changes and reads them first. What became of
//! the batch then tells which names go and which come ([`changes`], the same for every engine), and these rows are
//! written before the COMMIT. All other batches are as they were: nothing is looked at and nothing written.
//!
//! Order: ids are drawn while the lease's row is locked, so of one address they are in the order of the commits. Who
//! sends has the turn of its family and takes what it sees in the order of ids; so no change of a name leaves while
//! an earlier one is in another worker's hand. What is seen later was committed later. On a Galera cluster the turn
//! is each node's own: two nodes may send the same change, and the second one's deletion is undone.
//!
//! Not seen is a row that comes between look and claim: another worker's grant of the same address to the same client
//! at the same moment. Under another name, that name stays in the DNS.
//!
//! How a change is carried out, and what a name looks like there, is not known here.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;

use crate::batch::Outcome;
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::lease::{Lease, State};
use crate::ops::{Change, Changed, Seen};
use crate::row::{Cells, Reader, Unreadable, Value, Values};

/// Whether a change of a lease is to be told to the DNS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// Nobody cares for names.
    #[default]
    Off,
    /// Where the lease's name, its directions or its client changed.
    OnChange,
    /// With every renewal as well (`ddns-update-on-renew`).
    Always,
    /// As on change, but a lease that is the client's already keeps the name that it was entered with: an offer decides
    /// nothing about it, nor does a renewal while nothing is entered.
    Keep,
}

impl Names {
    pub(crate) fn matter(self) -> bool {
        self != Self::Off
    }
}

/// One change that the DNS has to learn of: a row of `name_change`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameChange {
    /// Its place in the order; set by the database.
    pub id: i64,
    /// To be entered, else to be removed.
    pub adds: bool,
    /// The leased address.
    pub address: IpAddr,
    /// Who holds the lease: [`LeaseFamily::lookup_key`].
    pub client: Vec<u8>,
    /// The lease's name.
    pub hostname: String,
    /// The forward direction is concerned.
    pub forward: bool,
    /// The reverse direction is concerned.
    pub reverse: bool,
    /// The lease's lifetime in seconds.
    pub valid_lifetime: u32,
    /// The lease's end, seconds since 1970.
    pub expire: i64,
    /// The lease's subnet.
    pub subnet_id: u32,
}

/// A row to write: everything of a [`NameChange`] but its id.
pub(crate) struct Written<'a, F: LeaseFamily> {
    adds: bool,
    lease: &'a Lease<F>,
    expire: i64,
    address: String,
    client: Vec<u8>,
}

impl<'a, F: LeaseFamily> Written<'a, F> {
    fn new(adds: bool, lease: &'a Lease<F>, expire: i64) -> Self {
        Self {
            adds,
            lease,
            expire,
            address: lease.address.to_string(),
            client: F::lookup_key(&lease.client),
        }
    }

    /// In the order of the statement's columns.
    pub(crate) fn values(&self) -> Values<'_> {
        let lease = self.lease;
        Values::from_slice(&[
            Value::Number(F::VERSION.into()),
            Value::Flag(self.adds),
            Value::Text(&self.address),
            Value::Bytes(&self.client),
            Value::Text(&lease.hostname),
            Value::Flag(lease.fqdn_fwd),
            Value::Flag(lease.fqdn_rev),
            Value::Number(lease.valid_lifetime.into()),
            Value::Number(self.expire),
            Value::Number(lease.subnet_id.into()),
        ])
    }
}

/// Whether anybody in a batch cares for names.
pub(crate) fn matter<F: LeaseFamily>(batch: &[Change<F>]) -> bool {
    batch.iter().any(|change| change.names().matter())
}

/// The rows that a batch changes, each once and in order.
pub(crate) fn addresses<F: LeaseFamily>(batch: &[Change<F>]) -> Vec<F::Address> {
    let own = batch.iter().map(Change::address);
    let replaced = batch.iter().filter_map(|change| match change {
        Change::Claim(claim) => claim.replaces.map(|seen| seen.address),
        Change::Release(_) | Change::Decline(_) => None,
    });
    let mut all: Vec<_> = own.chain(replaced).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// A batch as it is carried out, given its rows as they were before: what keeps its name has it ([`Names::Keep`]).
pub(crate) fn kept<'b, F: LeaseFamily>(
    batch: &'b [Change<F>],
    before: &HashMap<F::Address, Lease<F>>,
) -> Cow<'b, [Change<F>]> {
    let mut batch = Cow::Borrowed(batch);
    let looked_at = if before.is_empty() { 0 } else { batch.len() };
    for at in 0..looked_at {
        let Some(Change::Claim(claim)) = batch.get(at) else {
            continue;
        };
        let (names, lease) = (claim.names, &claim.lease);
        let own = before.get(&lease.address).filter(|old| is_named(old));
        let own = own.filter(|old| F::lookup_key(&old.client) == F::lookup_key(&lease.client));
        if let (Names::Keep, Some(old)) = (names, own)
            && let Some(Change::Claim(claim)) = batch.to_mut().get_mut(at)
        {
            claim.lease.hostname.clone_from(&old.hostname);
            (claim.lease.fqdn_fwd, claim.lease.fqdn_rev) = (old.fqdn_fwd, old.fqdn_rev);
        }
    }
    batch
}

/// What the DNS has to learn of a batch, given its rows as they were before, and what became of it. What goes comes
/// before what is new.
pub(crate) fn changes<'a, F: LeaseFamily>(
    batch: &'a [Change<F>],
    before: &'a HashMap<F::Address, Lease<F>>,
    outcome: &Outcome<F>,
) -> Vec<Written<'a, F>> {
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    for change in batch {
        let names = change.names();
        if !names.matter() {
            continue;
        }
        match (change, outcome.of(change)) {
            (Change::Claim(claim), Changed::Claimed { expire, .. }) => {
                let lease = &claim.lease;
                let replaced = claim.replaces.and_then(|seen| {
                    let other = seen.address != lease.address;
                    ended(before, seen, &lease.client).filter(|_| other)
                });
                gone.extend(replaced.and_then(removal));
                let old = before.get(&lease.address).filter(|old| is_named(old));
                if names != Names::Always && old.is_some_and(|old| is_same(old, lease)) {
                    continue;
                }
                gone.extend(old.and_then(removal));
                new.extend(is_named(lease).then(|| Written::new(true, lease, expire)));
            }
            (Change::Release(_) | Change::Decline(_), Changed::Released | Changed::Declined) => {
                gone.extend(before.get(&change.address()).and_then(removal));
            }
            _ => {}
        }
    }
    gone.append(&mut new);
    gone
}

/// What the DNS has to learn of a lease that ends.
pub(crate) fn removal<F: LeaseFamily>(lease: &Lease<F>) -> Option<Written<'_, F>> {
    is_named(lease).then(|| Written::new(false, lease, lease.expire))
}

/// The lease that a claim ended, if it was still as it was seen.
fn ended<'a, F: LeaseFamily>(
    before: &'a HashMap<F::Address, Lease<F>>,
    seen: Seen<F::Address>,
    client: &F::Client,
) -> Option<&'a Lease<F>> {
    let row = before.get(&seen.address)?;
    let is_it = row.state == State::Default
        && row.expire == seen.expire
        && F::same_client(&row.client, client);
    is_it.then_some(row)
}

/// Whether the DNS knows, or shall know, of a lease.
fn is_named<F: LeaseFamily>(lease: &Lease<F>) -> bool {
    lease.state == State::Default
        && (lease.fqdn_fwd || lease.fqdn_rev)
        && !lease.hostname.is_empty()
}

/// Whether the DNS would be told nothing new: a dot at the end and the case of letters make no other name.
fn is_same<F: LeaseFamily>(old: &Lease<F>, new: &Lease<F>) -> bool {
    let bare = |lease: &'_ Lease<F>| lease.hostname.trim_end_matches('.').to_ascii_lowercase();
    (old.fqdn_fwd, old.fqdn_rev) == (new.fqdn_fwd, new.fqdn_rev)
        && bare(old) == bare(new)
        && F::lookup_key(&old.client) == F::lookup_key(&new.client)
}

/// A row of `name_change` that was taken: its id, and what it says, or why that cannot be read.
pub(crate) type Taken = (i64, Result<NameChange, Error>);

/// What became of a portion of changes that were taken.
#[derive(Clone, Debug, Default)]
pub struct Portion {
    /// How many that were.
    pub taken: usize,
    /// Why some of them cannot be read. They are deleted, as they would be in the way of all others.
    pub unreadable: Vec<Error>,
}

/// Read a row of `name_change`.
pub(crate) fn read_change(row: &dyn Cells) -> Result<Taken, Error> {
    let located =
        |unreadable: Unreadable, id: i64| unreadable.located("name_change", id.to_string());
    let id = Reader::new(row, 0).within("id");
    let id = id.map_err(|unreadable| located(unreadable, 0))?;
    let change = read(&mut Reader::new(row, 0));
    Ok((id, change.map_err(|unreadable| located(unreadable, id))))
}

fn read(row: &mut Reader<'_>) -> Result<NameChange, Unreadable> {
    Ok(NameChange {
        id: row.within("id")?,
        adds: row.flag("adds")?,
        address: row.parsed("address")?,
        client: row.bytes("client")?.unwrap_or_default(),
        hostname: row.text("hostname")?.unwrap_or_default(),
        forward: row.flag("fqdn_fwd")?,
        reverse: row.flag("fqdn_rev")?,
        valid_lifetime: row.within("valid_lifetime")?,
        expire: row.within("expire")?,
        subnet_id: row.within("subnet_id")?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::family::Client4;
    use crate::ops::{Before, Claim, Release};
    use murre_wire::V4;
    use std::net::Ipv4Addr;

    const ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 10);

    fn lease(card: u8, hostname: &str, forward: bool, reverse: bool) -> Lease<V4> {
        let client = Client4 {
            hwaddr: vec![card],
            client_id: None,
        };
        let mut lease = Lease::new(ADDRESS, client, 1, 3600);
        lease.hostname = hostname.to_owned();
        (lease.fqdn_fwd, lease.fqdn_rev) = (forward, reverse);
        lease.expire = 1000;
        lease
    }

    /// What a claim tells, as `-name` and `+name`.
    fn told(old: Option<Lease<V4>>, new: Lease<V4>, names: Names, changed: Changed) -> Vec<String> {
        let before: HashMap<_, _> = old.into_iter().map(|old| (old.address, old)).collect();
        let batch = [Change::Claim(Claim {
            lease: new,
            replaces: None,
            renews: false,
            heeds_hosts: false,
            names,
        })];
        let outcome = Outcome::new([(ADDRESS, changed)]);
        let all = changes(&batch, &before, &outcome);
        let sign = |adds| if adds { '+' } else { '-' };
        let all = all.iter();
        all.map(|one| format!("{}{}", sign(one.adds), one.lease.hostname))
            .collect()
    }

    const WON: Changed = Changed::Claimed {
        expire: 2000,
        before: Before::Free,
    };

    #[test]
    fn a_claim_tells_what_goes_and_then_what_comes() {
        let of = |old, new| told(old, new, Names::OnChange, WON);
        let a = || lease(1, "a.", true, true);
        assert_eq!(of(None, a()), ["+a."]);
        assert_eq!(of(Some(a()), lease(1, "b", true, true)), ["-a.", "+b"]);
        assert_eq!(of(Some(a()), lease(1, "", false, false)), ["-a."]);
        assert_eq!(of(Some(a()), lease(1, "a", false, true)), ["-a.", "+a"]);
        assert_eq!(of(Some(lease(1, "a", false, false)), a()), ["+a."]);
        assert_eq!(of(Some(a()), lease(2, "a", true, true)), ["-a.", "+a"]);
    }

    #[test]
    fn a_renewal_that_changes_nothing_tells_nothing_unless_always() {
        let (old, new) = (lease(1, "a.", true, true), lease(1, "A", true, true));
        let of = |names| told(Some(old.clone()), new.clone(), names, WON);
        assert!(of(Names::OnChange).is_empty() && of(Names::Off).is_empty());
        assert_eq!(of(Names::Always), ["-a.", "+A"]);
    }

    #[test]
    fn a_lease_that_keeps_its_name_is_not_taken_out_of_the_dns() {
        let kept = |old: Lease<V4>, new: Lease<V4>| {
            let before = HashMap::from([(ADDRESS, old.clone())]);
            let batch = [Change::Claim(Claim {
                lease: new,
                replaces: None,
                renews: false,
                heeds_hosts: false,
                names: Names::Keep,
            })];
            let batch = kept(&batch, &before);
            let told = changes(&batch, &before, &Outcome::new([(ADDRESS, WON)])).len();
            let Some(Change::Claim(claim)) = batch.first() else {
                unreachable!("a claim")
            };
            let lease = &claim.lease;
            (lease.hostname.clone(), lease.fqdn_fwd, lease.fqdn_rev, told)
        };
        let of = |name: &str, fwd, rev, told| (name.to_owned(), fwd, rev, told);
        let named = || lease(1, "a.", true, true);
        let nothing = || lease(1, "", false, false);
        assert_eq!(kept(named(), nothing()), of("a.", true, true, 0));
        let another = lease(2, "b", false, false);
        assert_eq!(kept(named(), another), of("b", false, false, 1));
        let unnamed = lease(1, "b", false, false);
        assert_eq!(kept(nothing(), unnamed), of("b", false, false, 0));
    }

    #[test]
    fn a_claim_that_lost_tells_nothing() {
        let of = |changed| told(None, lease(1, "a", true, true), Names::Always, changed);
        assert!(of(Changed::Taken).is_empty() && of(Changed::ClientHasOther).is_empty());
    }

    #[test]
    fn only_a_release_that_ended_a_named_lease_tells() {
        let of = |old: Lease<V4>, changed| {
            let seen = Seen {
                address: ADDRESS,
                expire: old.expire,
            };
            let batch = [Change::Release(Release {
                seen,
                client: old.client.clone(),
                keep: true,
                names: Names::OnChange,
            })];
            let before = HashMap::from([(ADDRESS, old)]);
            changes(&batch, &before, &Outcome::new([(ADDRESS, changed)])).len()
        };
        assert_eq!(of(lease(1, "a", false, true), Changed::Released), 1);
        assert_eq!(of(lease(1, "a", true, true), Changed::NotHeld), 0);
        assert_eq!(of(lease(1, "a", false, false), Changed::Released), 0);
    }
}
