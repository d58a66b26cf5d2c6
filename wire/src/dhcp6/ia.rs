//! Identity associations and what they hold (RFC 8415 sections 21.4 to 21.6, 21.13, 21.21, 21.22).

use std::net::Ipv6Addr;

use super::{Options, code};

/// Which kind of leases an identity association holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IaKind {
    /// Addresses.
    Na,
    /// Temporary addresses (deprecated).
    Ta,
    /// Delegated prefixes.
    Pd,
}

impl IaKind {
    /// The option code.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Na => code::IA_NA,
            Self::Ta => code::IA_TA,
            Self::Pd => code::IA_PD,
        }
    }
}

/// An identity association: IA_NA, IA_TA or IA_PD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ia<'a> {
    /// Which of the three.
    pub kind: IaKind,
    /// The client's number for it.
    pub iaid: u32,
    /// T1 in seconds; 0 for IA_TA.
    pub t1: u32,
    /// T2 in seconds; 0 for IA_TA.
    pub t2: u32,
    /// Addresses, prefixes and status.
    pub options: Options<'a>,
}

impl<'a> Ia<'a> {
    /// Reads an option; none for another code or too few bytes. Options inside end before a broken one.
    #[must_use]
    pub fn parse(code: u16, data: &'a [u8]) -> Option<Self> {
        let kind = match code {
            code::IA_NA => IaKind::Na,
            code::IA_TA => IaKind::Ta,
            code::IA_PD => IaKind::Pd,
            _ => return None,
        };
        let (iaid, rest) = number(data)?;
        let (t1, t2, rest) = match kind {
            IaKind::Ta => (0, 0, rest),
            IaKind::Na | IaKind::Pd => {
                let (t1, rest) = number(rest)?;
                let (t2, rest) = number(rest)?;
                (t1, t2, rest)
            }
        };
        Some(Self {
            kind,
            iaid,
            t1,
            t2,
            options: Options::lenient(rest),
        })
    }

    /// The addresses in order; one that is too short is passed over.
    pub fn addresses(&self) -> impl Iterator<Item = IaAddr<'a>> + use<'a> {
        self.options.all(code::IAADDR).filter_map(IaAddr::parse)
    }

    /// The prefixes in order; one that is too short or longer than /128 is passed over.
    pub fn prefixes(&self) -> impl Iterator<Item = IaPrefix<'a>> + use<'a> {
        self.options.all(code::IAPREFIX).filter_map(IaPrefix::parse)
    }
}

/// An address in an IA_NA or IA_TA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IaAddr<'a> {
    /// The address.
    pub address: Ipv6Addr,
    /// Preferred lifetime in seconds.
    pub preferred: u32,
    /// Valid lifetime in seconds.
    pub valid: u32,
    /// Status, mostly.
    pub options: Options<'a>,
}

impl<'a> IaAddr<'a> {
    /// Reads the data of an option 5; none if it is too short.
    #[must_use]
    pub fn parse(data: &'a [u8]) -> Option<Self> {
        let (address, rest) = data.split_first_chunk::<16>()?;
        let (preferred, rest) = number(rest)?;
        let (valid, rest) = number(rest)?;
        let address = Ipv6Addr::from(*address);
        Some(Self {
            address,
            preferred,
            valid,
            options: Options::lenient(rest),
        })
    }
}

/// A prefix in an IA_PD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IaPrefix<'a> {
    /// The prefix as it was sent; bits behind the length may be set.
    pub prefix: Ipv6Addr,
    /// Its length, at most 128.
    pub len: u8,
    /// Preferred lifetime in seconds.
    pub preferred: u32,
    /// Valid lifetime in seconds.
    pub valid: u32,
    /// Status and excluded prefix, mostly.
    pub options: Options<'a>,
}

impl<'a> IaPrefix<'a> {
    /// Reads the data of an option 26; none if it is too short or the length above 128.
    #[must_use]
    pub fn parse(data: &'a [u8]) -> Option<Self> {
        let (preferred, rest) = number(data)?;
        let (valid, rest) = number(rest)?;
        let (len, rest) = rest.split_first().filter(|(len, _)| **len <= 128)?;
        let (prefix, rest) = rest.split_first_chunk::<16>()?;
        let (prefix, options) = (Ipv6Addr::from(*prefix), Options::lenient(rest));
        Some(Self {
            prefix,
            len: *len,
            preferred,
            valid,
            options,
        })
    }
}

/// A status code option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusCode<'a> {
    /// The code, see [`code::status`].
    pub code: u16,
    /// The message for people, as it was sent.
    pub message: &'a [u8],
}

impl<'a> StatusCode<'a> {
    /// Reads the data of an option 13; none if it is too short.
    #[must_use]
    pub fn parse(data: &'a [u8]) -> Option<Self> {
        let (code, message) = data.split_first_chunk::<2>()?;
        Some(Self {
            code: u16::from_be_bytes(*code),
            message,
        })
    }
}

fn number(data: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = data.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*number), rest))
}
