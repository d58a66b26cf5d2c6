//! Host reservations that are rows of a database, which may be another one than that of the leases.
//!
//! A [`HostStore`] is only asked: by who a client is, and for whom addresses are reserved. Questions of all queries
//! in flight go in batches, as those about leases do. Reservations are made by operators, with SQL or by commands.
//! These are the reservations of DHCPv4.

mod absent;
mod rows;
mod store;

use std::net::Ipv4Addr;

use smallvec::SmallVec;

use crate::engine::Answer;
use crate::error::Error;
pub(crate) use rows::{Asked, read_host, read_reserved};
pub use store::HostStore;

/// By what a host may be recognized: number of the identifier's kind (`host_identifier_type`) and its value.
pub type Who = SmallVec<[(u8, Vec<u8>); 4]>;

/// What is asked of the reservations at one time.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostLookup {
    /// Whose reservations are wanted.
    pub(crate) who: Who,
    /// Addresses that may be reserved, each with its subnet.
    pub(crate) addresses: Vec<(u32, Ipv4Addr)>,
}

/// The statement of lookups for tables whose options can be cancelled, or cannot, as those of an older Kea.
pub(crate) fn lookup_text(text: &str, can_be_cancelled: bool) -> String {
    match can_be_cancelled {
        true => text.to_owned(),
        false => text.replace("o.cancelled", "FALSE AS cancelled"),
    }
}

/// The answer to a [`HostLookup`].
#[derive(Clone, Debug, Default)]
pub(crate) struct HostFound {
    /// Reservations in any subnet.
    pub(crate) hosts: Vec<StoredHost>,
    /// Those of the addresses that are reserved for somebody.
    pub(crate) reserved: Vec<(u32, Ipv4Addr)>,
}

/// One row of `hosts`, as far as DHCPv4 goes, with its options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredHost {
    /// Key of the row.
    pub host_id: i64,
    /// The subnet it is for; 0 for all of them.
    pub subnet_id: u32,
    /// Number of the identifier's kind.
    pub kind: u8,
    /// Value of the identifier.
    pub identifier: Vec<u8>,
    /// What is reserved.
    pub address: Option<Ipv4Addr>,
    /// The host's name; empty for none.
    pub hostname: String,
    /// Names of classes with commas between them.
    pub classes: String,
    /// `siaddr`.
    pub next_server: Option<Ipv4Addr>,
    /// `sname`; empty for none.
    pub server_hostname: String,
    /// `file`; empty for none.
    pub boot_file_name: String,
    /// Its options, in the order in which they were added.
    pub options: Vec<StoredOption>,
}

/// One row of `dhcp4_options`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredOption {
    /// Option code.
    pub code: u16,
    /// Option space; empty for the family's own.
    pub space: String,
    /// The payload, where there is no text form.
    pub value: Vec<u8>,
    /// The text form; empty for none.
    pub formatted_value: String,
    /// Sent even if the client does not ask for it.
    pub persistent: bool,
    /// Never sent.
    pub cancelled: bool,
}

/// A connection that answers questions about hosts.
pub(crate) trait HostSession: Send {
    /// Answer all lookups.
    fn find<'a>(&'a mut self, batch: &'a [HostLookup]) -> Answer<'a, Vec<HostFound>>;

    /// Whether reservations could be added.
    ///
    /// # Errors
    /// They could not; why.
    fn try_writing(&mut self) -> Answer<'_, ()>;
}

/// Makes such connections.
pub(crate) trait HostEngine: Send + Sync + 'static {
    /// Open a connection and prepare its statements.
    fn connect_hosts(&self) -> Answer<'_, Box<dyn HostSession>>;
}

/// An error about a row of `hosts`.
fn unreadable(unreadable: crate::row::Unreadable, host_id: String) -> Error {
    unreadable.located("hosts", host_id)
}
