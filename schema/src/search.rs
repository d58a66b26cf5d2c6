//! What an allocator asks of the database: not about a client, but about what a pool has free.
//!
//! Nothing here decides anything. An address that a search shows as free is a proposal, as is one that
//! was drawn at random; the claim's guard says who gets it.

use std::sync::Arc;

use crate::family::LeaseFamily;
use crate::lease::State;
use crate::ops::FoundLease;

/// A question about a pool.
#[derive(Clone, Debug)]
pub(crate) enum Search<F: LeaseFamily> {
    /// See [`crate::Store::occupied`].
    Occupied { low: F::Address, high: F::Address },
    /// See [`crate::Store::highest`].
    Highest { low: F::Address, high: F::Address },
    /// See [`crate::Store::given_back`].
    GivenBack(GivenBack<F>),
    /// See [`crate::Store::next_window`].
    Window { pool: Arc<str>, seed: i64 },
}

/// Which rows of a pool that were given back are wanted.
#[derive(Clone, Debug)]
pub struct GivenBack<F: LeaseFamily> {
    /// The subnet whose rows they are.
    pub subnet_id: u32,
    /// First address of the pool.
    pub low: F::Address,
    /// Last address of the pool.
    pub high: F::Address,
    /// Most rows wanted.
    pub limit: u32,
}

/// A row that may keep others from an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occupied<F: LeaseFamily> {
    /// Its address, or the base of its prefix.
    pub address: F::Address,
    /// Bits that are given: the length of a prefix, or the width of an address.
    pub len: u8,
    /// By the database's clock; its own address is free then, what it overlaps is not.
    pub expired: bool,
}

impl<F: LeaseFamily> Occupied<F> {
    /// What a row of a lookup keeps others from; nothing, where it was reclaimed.
    pub fn of(row: &FoundLease<F>) -> Option<Self> {
        let lease = &row.lease;
        (lease.state != State::Reclaimed).then(|| Self {
            address: lease.address,
            len: F::lease_len(lease),
            expired: row.remaining < 0,
        })
    }
}

/// A number that no other worker was given for a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Counts from 0 and never ends.
    pub number: u64,
    /// The seed that all workers share for this pool: that of whoever asked first.
    pub seed: i64,
}

/// The answer to a [`Search`] of the same name.
#[derive(Clone, Debug)]
pub(crate) enum Searched<F: LeaseFamily> {
    Occupied(Vec<Occupied<F>>),
    Highest(Option<F::Address>),
    GivenBack(Vec<F::Address>),
    Window(Window),
}
