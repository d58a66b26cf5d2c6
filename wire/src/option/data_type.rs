//! The data types an option definition is made of (manual dhcp4-srv.rst:2111-2196).

use std::fmt;
use std::str::FromStr;

/// The type of an option's data, or of one field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DataType {
    /// Any bytes, in text as hexadecimal digits.
    Binary,
    /// One byte, 0 or 1.
    Boolean,
    /// No data of its own; what there is, are sub-options.
    Empty,
    /// A domain name in DNS wire format, without compression.
    Fqdn,
    /// Four bytes.
    Ipv4Address,
    /// Sixteen bytes.
    Ipv6Address,
    /// A length byte and as many prefix bytes as the length needs.
    Ipv6Prefix,
    /// A length byte and a left-justified 16-bit port-set identifier (RFC 7597).
    Psid,
    /// Several fields one after the other.
    Record,
    /// Text, not terminated.
    String,
    /// A length (one byte in DHCPv4, two in DHCPv6) and text.
    Tuple,
    /// One byte.
    Uint8,
    /// Two bytes in network order.
    Uint16,
    /// Four bytes in network order.
    Uint32,
    /// One byte, two's complement.
    Int8,
    /// Two bytes in network order, two's complement.
    Int16,
    /// Four bytes in network order, two's complement.
    Int32,
    /// A form of its own, chosen by code: only classless-static-route (121, RFC 3442).
    Internal,
}

/// A type name that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown option data type '{0}'")]
pub struct UnknownDataType(pub String);

impl DataType {
    /// All types an `option-def` may name.
    pub const NAMED: [Self; 17] = [
        Self::Binary,
        Self::Boolean,
        Self::Empty,
        Self::Fqdn,
        Self::Ipv4Address,
        Self::Ipv6Address,
        Self::Ipv6Prefix,
        Self::Psid,
        Self::Record,
        Self::String,
        Self::Tuple,
        Self::Uint8,
        Self::Uint16,
        Self::Uint32,
        Self::Int8,
        Self::Int16,
        Self::Int32,
    ];

    /// The name used in configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Boolean => "boolean",
            Self::Empty => "empty",
            Self::Fqdn => "fqdn",
            Self::Ipv4Address => "ipv4-address",
            Self::Ipv6Address => "ipv6-address",
            Self::Ipv6Prefix => "ipv6-prefix",
            Self::Psid => "psid",
            Self::Record => "record",
            Self::String => "string",
            Self::Tuple => "tuple",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Internal => "internal",
        }
    }

    /// Bytes of one value, where every value has the same.
    #[must_use]
    pub const fn fixed_len(self) -> Option<usize> {
        match self {
            Self::Empty => Some(0),
            Self::Boolean | Self::Uint8 | Self::Int8 => Some(1),
            Self::Uint16 | Self::Int16 => Some(2),
            Self::Psid => Some(3),
            Self::Uint32 | Self::Int32 | Self::Ipv4Address => Some(4),
            Self::Ipv6Address => Some(16),
            Self::Binary
            | Self::Fqdn
            | Self::Ipv6Prefix
            | Self::Record
            | Self::String
            | Self::Tuple
            | Self::Internal => None,
        }
    }

    /// Whether a value runs to the end of the option, so that nothing can follow it.
    #[must_use]
    pub const fn is_greedy(self) -> bool {
        matches!(self, Self::Binary | Self::String | Self::Internal)
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for DataType {
    type Err = UnknownDataType;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::NAMED.into_iter().find(|t| t.name() == name);
        known.ok_or_else(|| UnknownDataType(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_type_is_found_by_its_name_and_internal_is_not() {
        for data_type in DataType::NAMED {
            assert_eq!(data_type.name().parse(), Ok(data_type));
        }
        assert_eq!(
            "internal".parse::<DataType>(),
            Err(UnknownDataType("internal".into()))
        );
    }
}
