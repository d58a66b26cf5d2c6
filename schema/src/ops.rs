//! The lease operations, as data: what a worker asks of the database and what it is told.
//!
//! Who may do what to a row in which state is written once here and guarded in the statement
//! itself on every engine; `tests/transitions.rs` walks the whole table.
//!
//! | row | claim by its client | claim by another | release by its client | release by another |
//! |---|---|---|---|---|
//! | none | created | created | nothing | nothing |
//! | default, not expired | renewed | taken | reclaimed or deleted | nothing |
//! | default, expired | renewed | taken over | reclaimed or deleted | nothing |
//! | declined, not expired | taken | taken | nothing | nothing |
//! | declined, expired | taken over | taken over | nothing | nothing |
//! | reclaimed | taken over | taken over | nothing | nothing |
//!
//! A live lease keeps its length: a claim by its client at another one is `Taken` as well. A claim of
//! a prefix is `Taken`, whatever row is there, while any other row overlaps it that is not reclaimed: one
//! that expired may be renewed at this moment. A claim that [`Claim::renews`] is `Taken` unless the row
//! is default, expired or not, its client's and of that length.
//!
//! A claim that [`Claim::heeds_hosts`] is `Taken`, whatever row is there, while a reservation of the same database is in
//! its way.
//!
//! A claim by a client that holds another live lease in the same subnet (and IA) is refused with
//! [`Changed::ClientHasOther`], unless it names that lease in [`Claim::replaces`].
//!
//! A lease ends only as it was found ([`Seen`]): where it was renewed or granted anew since, a release, a
//! decline and a claim that replaces it change nothing. And a claim by its client does not bring the end of a
//! lease nearer that is younger than a minute; it is granted all the same.

use smallvec::SmallVec;

use crate::error::Error;
use crate::family::LeaseFamily;
use crate::lease::Lease;
use crate::names::Names;
use crate::prefix::{self, Span};

/// Everything an exchange needs to know, in one question.
#[derive(Clone, Debug)]
pub struct Lookup<F: LeaseFamily> {
    /// Client keys ([`LeaseFamily::lookup_key`]); rows in any subnet and state are found.
    pub clients: SmallVec<[Vec<u8>; 2]>,
    /// Hardware address to look for whatever client identifier is stored
    /// (`match-client-id: false`).
    pub hwaddr: Option<Vec<u8>>,
    /// Addresses (or base addresses of prefixes) whose rows are wanted.
    pub addresses: SmallVec<[F::Address; 8]>,
    /// Where rows would overlap prefixes without having their bases: of each span one row is wanted that
    /// is in the way there, if there is any; only where a family has prefixes.
    pub spans: SmallVec<[Span<F::Address>; 8]>,
}

impl<F: LeaseFamily> Lookup<F> {
    /// Ask for everything that overlaps some prefixes, given as base and length: rows at their
    /// bases, and elsewhere rows that are not reclaimed.
    pub fn ask_prefixes(&mut self, prefixes: impl IntoIterator<Item = (F::Address, u8)>) {
        for (base, len) in prefixes {
            self.addresses.push(base);
            self.ask_around(base, len);
        }
    }

    /// The same of a prefix but for the row at its base, of which something is known already.
    pub fn ask_around(&mut self, base: F::Address, len: u8) {
        self.spans.extend(prefix::spans(base, len));
    }
}

impl<F: LeaseFamily> Default for Lookup<F> {
    fn default() -> Self {
        Self {
            clients: SmallVec::new(),
            hwaddr: None,
            addresses: SmallVec::new(),
            spans: SmallVec::new(),
        }
    }
}

/// Answer to a [`Lookup`].
#[derive(Clone, Debug)]
pub struct Found<F: LeaseFamily> {
    /// Rows found by client key, in no order.
    pub by_client: Vec<FoundLease<F>>,
    /// Rows found by hardware address.
    pub by_hwaddr: Vec<FoundLease<F>>,
    /// Rows found by address, and around prefixes.
    pub by_address: Vec<FoundLease<F>>,
}

impl<F: LeaseFamily> Default for Found<F> {
    fn default() -> Self {
        Self {
            by_client: Vec::new(),
            by_hwaddr: Vec::new(),
            by_address: Vec::new(),
        }
    }
}

/// A row and how it stands by the database's clock.
#[derive(Clone, Debug)]
pub struct FoundLease<F: LeaseFamily> {
    /// The row.
    pub lease: Lease<F>,
    /// Whole seconds until `expire`, rounded down: zero in the last second, negative when it has passed.
    pub remaining: i64,
}

impl<F: LeaseFamily> FoundLease<F> {
    /// Nobody else may be given this address now: a claim would be refused, in the last second as well.
    pub fn is_held(&self) -> bool {
        self.lease.state != crate::State::Reclaimed && self.remaining >= 0
    }

    /// As a change names it that is to end it.
    pub fn seen(&self) -> Seen<F::Address> {
        Seen {
            address: self.lease.address,
            expire: self.lease.expire,
        }
    }

    /// It was granted or renewed no later than so many seconds before it was looked up, by the database's
    /// clock: rounded down, as rows have whole seconds; negative where nothing is known.
    pub fn age_at_least(&self) -> i64 {
        i64::from(self.lease.valid_lifetime) - self.remaining - 1
    }

    /// Whether a prefix, or an address with its width as length, cannot be given to somebody else
    /// because of this row. Its own address is free when its lease has expired, any other that it
    /// overlaps when it was reclaimed.
    pub fn is_in_the_way(&self, base: F::Address, len: u8) -> bool {
        if self.lease.address == base {
            return self.is_held();
        }
        self.lease.state != crate::State::Reclaimed && self.overlaps(base, len)
    }

    /// Whether the row and a prefix, or an address with its width as length, have an address in
    /// common.
    pub fn overlaps(&self, base: F::Address, len: u8) -> bool {
        let own = (self.lease.address, F::lease_len(&self.lease));
        prefix::overlap(own, (base, len))
    }

    /// Whether the row is of this very prefix or address.
    pub fn is_of(&self, base: F::Address, len: u8) -> bool {
        self.lease.address == base && F::lease_len(&self.lease) == len
    }
}

/// A live lease that is to end, as a lookup found it. Who decides to end it may be held up, as long as for
/// the client to be granted the same address again; that lease is another one, and stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen<A> {
    /// The leased address or base of the prefix.
    pub address: A,
    /// Its end, seconds since 1970 by the database's clock.
    pub expire: i64,
}

/// A change that must be durable before anybody is told of it.
#[derive(Clone, Debug)]
pub enum Change<F: LeaseFamily> {
    /// Grant or renew.
    Claim(Claim<F>),
    /// Give back.
    Release(Release<F>),
    /// Set aside as used by somebody unknown.
    Decline(Decline<F>),
}

impl<F: LeaseFamily> Change<F> {
    /// The row it touches; batches touch rows in this order, so that two workers never wait for
    /// each other in a circle.
    pub fn address(&self) -> F::Address {
        match self {
            Self::Claim(claim) => claim.lease.address,
            Self::Release(release) => release.seen.address,
            Self::Decline(decline) => decline.seen.address,
        }
    }

    /// Whether it may write changes of names: the DNS is told, and there is something to tell of.
    pub fn tells(&self) -> bool {
        let is_nameless = match self {
            Self::Claim(claim) => claim.lease.hostname.is_empty() && claim.replaces.is_none(),
            Self::Release(_) | Self::Decline(_) => false,
        };
        self.names() != Names::Off && !is_nameless
    }

    /// Whether the DNS is told of it.
    pub(crate) fn names(&self) -> Names {
        match self {
            Self::Claim(claim) => claim.names,
            Self::Release(release) => release.names,
            Self::Decline(decline) => decline.names,
        }
    }

    /// The last address it is about: of the claim of a prefix, the prefix's.
    pub(crate) fn last(&self) -> F::Address {
        match self {
            Self::Claim(claim) => prefix::last(claim.lease.address, F::lease_len(&claim.lease)),
            Self::Release(_) | Self::Decline(_) => self.address(),
        }
    }
}

/// Grant `lease.address` to `lease.client`, or renew it.
#[derive(Clone, Debug)]
pub struct Claim<F: LeaseFamily> {
    /// The row as it shall be. `expire` and `state` are set by the database.
    pub lease: Lease<F>,
    /// A live lease of the same client that ends in the same transaction. It may have the same
    /// address and another length.
    pub replaces: Option<Seen<F::Address>>,
    /// Of a prefix: a lookup said that the client has this very lease, expired or not, in state
    /// default. Then nothing overlaps it, and nothing is looked for; should it no longer be so, the
    /// claim is refused. For addresses it makes no difference.
    pub renews: bool,
    /// Refused where a row of `hosts` reserves the address in that subnet, as its client has no such reservation.
    /// Of reservations in another database nothing is known here.
    pub heeds_hosts: bool,
    /// Whether the DNS is told.
    pub names: Names,
}

impl<F: LeaseFamily> Claim<F> {
    /// Whether other rows than the one at its address may be in its way.
    pub(crate) fn may_overlap(&self) -> bool {
        F::PREFIXES && F::is_prefix(&self.lease.client) && !self.renews
    }

    /// Whether a reservation may be in its way.
    pub(crate) fn must_heed_hosts(&self) -> bool {
        !F::PREFIXES && self.heeds_hosts
    }

    /// Whether it holds only if its client has this very lease.
    pub(crate) fn must_renew(&self) -> bool {
        F::PREFIXES && F::is_prefix(&self.lease.client) && self.renews
    }
}

/// Give a lease back.
#[derive(Clone, Debug)]
pub struct Release<F: LeaseFamily> {
    /// What is given back.
    pub seen: Seen<F::Address>,
    /// Who gives it back; anybody else changes nothing.
    pub client: F::Client,
    /// Keep the row as reclaimed, so that the client may get it again (lease affinity), instead
    /// of deleting it.
    pub keep: bool,
    /// Whether the DNS is told.
    pub names: Names,
}

/// Set an address aside.
#[derive(Clone, Debug)]
pub struct Decline<F: LeaseFamily> {
    /// The lease whose address was found in use.
    pub seen: Seen<F::Address>,
    /// Who found it so; anybody else changes nothing.
    pub client: F::Client,
    /// How long nobody gets it, in seconds (`decline-probation-period`).
    pub probation: u32,
    /// Whether the DNS is told.
    pub names: Names,
}

/// An expired lease that was ended: as it was, or why its row cannot be read. One row that somebody
/// spoiled by hand must not keep all others from ending.
pub type Ended<F> = Result<Lease<F>, Error>;

/// What a claim that holds found at its address. For statistics only: nothing is decided by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing, or a row that was reclaimed.
    Free,
    /// The client's own lease, which was renewed.
    Own,
    /// A lease that had expired and was not reclaimed yet.
    Expired,
    /// A declined address whose time was over, not reclaimed yet.
    ExpiredDeclined,
}

impl Before {
    /// From the number that statements give.
    pub(crate) fn from_number(number: i64) -> Self {
        match number & 3 {
            1 => Self::Own,
            2 => Self::Expired,
            3 => Self::ExpiredDeclined,
            _ => Self::Free,
        }
    }
}

/// What became of a [`Change`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The claim holds; the lease ends at this time, seconds since 1970.
    Claimed {
        /// End of the lease by the database's clock.
        expire: i64,
        /// What stood at the address.
        before: Before,
    },
    /// Somebody else holds the address, or something that overlaps the prefix; nothing changed.
    Taken,
    /// The client holds another live lease in that subnet (and IA); nothing changed.
    ClientHasOther,
    /// The lease was given back.
    Released,
    /// The address is set aside.
    Declined,
    /// The client does not hold this lease, or not as it was seen; nothing changed.
    NotHeld,
}

/// A portion of a table in address order.
#[derive(Clone, Debug)]
pub struct Page<F: LeaseFamily> {
    /// First address wanted.
    pub from: F::Address,
    /// Most rows wanted.
    pub limit: u32,
}

/// A lease file that is taken over: its name, and what tells whether it changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileMark {
    /// Name without folders: the database stands beside the file and moves with it.
    pub file: String,
    /// Bytes.
    pub size: u64,
    /// Time of the last change, seconds since 1970.
    pub modified: i64,
}

/// What became of a lease that was taken over from a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It holds as the file says.
    Added,
    /// Its client has another live lease in that subnet (and IA): it is there, but ended.
    Ended,
    /// The address has a row already, which stays.
    Present,
}

/// A lease that [`crate::Store::reclaim`] ended.
pub type Reclaimed<F> = Lease<F>;
