//! Names of clients, as far as both families have them in common: what a name is, who enters it in the DNS, and how
//! that is asked for (RFC 4701 to 4704).
//!
//! A family's own stage reads its options and decides ([`directions`], [`make`]); the lease carries the outcome, and the
//! database writes what the DNS has to learn with it (`murre_schema::NameChange`). The [`sender`] hands that on to a
//! DHCP-DDNS server. Nothing here talks to a DNS server.

mod dhcid;
mod directions;
mod make;
mod name;
mod request;
pub(crate) mod sender;

pub(crate) use directions::{Directions, Wishes};
pub(crate) use make::{generated, qualified};
pub(crate) use name::DomainName;
