//! DHCP unique identifiers (RFC 8415 section 11).

use std::fmt;
use std::str::FromStr;

use super::DUID_LEN;
use crate::option::text::encode_hex;

/// A DUID: two bytes of type, then 1 to 128 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Duid(Vec<u8>);

/// Why bytes or text are not a DUID.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DuidError {
    /// Too short or too long.
    #[error("a DUID has 3 to 130 bytes, this has {len}")]
    Length {
        /// Bytes there are.
        len: usize,
    },
    /// Not hexadecimal.
    #[error("'{text}' is not a DUID: expected hexadecimal octets separated by colons")]
    Text {
        /// The text.
        text: String,
    },
}

impl Duid {
    /// A DUID of its bytes.
    ///
    /// # Errors
    /// When there are fewer than 3 or more than 130.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, DuidError> {
        let bytes = bytes.into();
        let len = bytes.len();
        if DUID_LEN.contains(&len) {
            Ok(Self(bytes))
        } else {
            Err(DuidError::Length { len })
        }
    }

    /// DUID-LLT: link-layer address plus time, in seconds since 2000-01-01 UTC modulo 2^32.
    ///
    /// # Errors
    /// When the address is longer than 122 bytes.
    pub fn llt(htype: u16, time: u32, address: &[u8]) -> Result<Self, DuidError> {
        Self::of_parts(1, &[&htype.to_be_bytes(), &time.to_be_bytes(), address])
    }

    /// DUID-EN: an enterprise's own identifier.
    ///
    /// # Errors
    /// When the identifier is longer than 124 bytes.
    pub fn en(enterprise: u32, identifier: &[u8]) -> Result<Self, DuidError> {
        Self::of_parts(2, &[&enterprise.to_be_bytes(), identifier])
    }

    /// DUID-LL: a link-layer address.
    ///
    /// # Errors
    /// When the address is longer than 126 bytes.
    pub fn ll(htype: u16, address: &[u8]) -> Result<Self, DuidError> {
        Self::of_parts(3, &[&htype.to_be_bytes(), address])
    }

    /// DUID-UUID (RFC 6355).
    #[must_use]
    pub fn uuid(uuid: [u8; 16]) -> Self {
        Self([&[0, 4][..], &uuid].concat())
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The type, of the first two bytes.
    #[must_use]
    pub fn duid_type(&self) -> u16 {
        self.0.first_chunk().map_or(0, |t| u16::from_be_bytes(*t))
    }

    fn of_parts(duid_type: u16, parts: &[&[u8]]) -> Result<Self, DuidError> {
        Self::new([&duid_type.to_be_bytes()[..], &parts.concat()].concat())
    }
}

impl AsRef<[u8]> for Duid {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Octets in hexadecimal, separated by colons: `00:03:00:01:02:00:00:00:00:01`.
impl fmt::Display for Duid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02x}")?;
        }
        Ok(())
    }
}

impl FromStr for Duid {
    type Err = DuidError;

    fn from_str(text: &str) -> Result<Self, DuidError> {
        let bytes = encode_hex(text).map_err(|_| DuidError::Text {
            text: text.to_owned(),
        })?;
        Self::new(bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn duids_are_the_bytes_of_the_manual() {
        let address = [0xa6, 0x5d, 0xc7, 0x41, 0x0f, 0x05];
        let llt = Duid::llt(8, 2_518_920_166, &address).unwrap();
        assert_eq!(llt.to_string(), "00:01:00:08:96:23:ab:e6:a6:5d:c7:41:0f:05");
        let en = Duid::en(2495, &[0x87, 0xab, 0xef, 0x7a, 0x5b, 0xb5, 0x45]).unwrap();
        assert_eq!(en.to_string(), "00:02:00:00:09:bf:87:ab:ef:7a:5b:b5:45");
        let ll = Duid::ll(8, &address).unwrap();
        assert_eq!(ll.to_string(), "00:03:00:08:a6:5d:c7:41:0f:05");
        assert_eq!(llt.to_string().parse(), Ok(llt));
        assert_eq!((ll.duid_type(), Duid::uuid([7; 16]).duid_type()), (3, 4));
    }

    #[test]
    fn lengths_outside_of_3_to_130_are_refused() {
        assert!(Duid::new([0; 2]).is_err());
        assert!(Duid::new([0; 3]).is_ok());
        assert!(Duid::new([0; 130]).is_ok());
        assert!(Duid::new([0; 131]).is_err());
        assert!("zz".parse::<Duid>().is_err());
    }
}
