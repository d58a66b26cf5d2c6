//! The two address families and what differs between them at the level of addresses.
//!
//! Everything that is the same for DHCPv4 and DHCPv6 (allocation, group commit, reclamation,
//! paging) is written once, generic over [`Family`]. Crates further up add what they need in a
//! sub-trait of their own; this one knows addresses only, neither packets nor rows.

use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// An address family, as a type: [`V4`] or [`V6`].
pub trait Family: Copy + Debug + Default + Eq + Hash + Ord + Send + Sync + 'static {
    /// The family's address type.
    type Address: Address;
    /// `4` or `6`.
    const VERSION: u8;
    /// Name of the protocol in messages: `DHCPv4` or `DHCPv6`.
    const NAME: &'static str;
    /// Top-level configuration key: `Dhcp4` or `Dhcp6`.
    const KEY: &'static str;
}

/// An address as a number in host order, so that pools can be counted and walked.
pub trait Address:
    Copy + Debug + Display + Eq + FromStr + Hash + Into<IpAddr> + Ord + Send + Sync + 'static
{
    /// Width in bits: 32 or 128.
    const BITS: u8;
    /// The address as a number in host order.
    fn to_bits(self) -> u128;
    /// The address of a number; bits above [`Self::BITS`] are cut off.
    fn from_bits(bits: u128) -> Self;
}

/// DHCPv4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct V4;

/// DHCPv6.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct V6;

impl Family for V4 {
    type Address = Ipv4Addr;
    const VERSION: u8 = 4;
    const NAME: &'static str = "DHCPv4";
    const KEY: &'static str = "Dhcp4";
}

impl Family for V6 {
    type Address = Ipv6Addr;
    const VERSION: u8 = 6;
    const NAME: &'static str = "DHCPv6";
    const KEY: &'static str = "Dhcp6";
}

impl Address for Ipv4Addr {
    const BITS: u8 = 32;

    fn to_bits(self) -> u128 {
        u128::from(u32::from(self))
    }

    fn from_bits(bits: u128) -> Self {
        Self::from((bits & u128::from(u32::MAX)) as u32)
    }
}

impl Address for Ipv6Addr {
    const BITS: u8 = 128;

    fn to_bits(self) -> u128 {
        u128::from(self)
    }

    fn from_bits(bits: u128) -> Self {
        Self::from(bits)
    }
}
