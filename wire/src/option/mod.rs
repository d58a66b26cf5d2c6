//! Option definitions: what an option's bytes consist of, under which name and in which space.
//!
//! Definitions can be made at run time (`option-def`), so everything here is data, not types.
//! [`Definitions`] finds them by code or name; [`text`] turns configuration text into bytes and
//! back. Whether and when an option is sent is not decided here.

mod data_type;
mod def;
mod definitions;
mod standard4;
mod standard6;
mod table;
pub mod text;

use crate::Family;
pub use data_type::{DataType, UnknownDataType};
pub use def::{DefinitionError, OptionDef, vendor_space};
pub use definitions::Definitions;

/// The option universe: what differs between DHCPv4 and DHCPv6 in the encoding of options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Universe {
    /// DHCPv4: codes and lengths of one byte.
    V4,
    /// DHCPv6: codes and lengths of two bytes.
    V6,
}

impl Universe {
    /// The one of a family.
    #[must_use]
    pub const fn of<F: Family>() -> Self {
        match F::VERSION {
            4 => Self::V4,
            _ => Self::V6,
        }
    }

    /// The space of the standard options: `dhcp4` or `dhcp6`.
    #[must_use]
    pub const fn space(self) -> &'static str {
        match self {
            Self::V4 => "dhcp4",
            Self::V6 => "dhcp6",
        }
    }

    /// The highest option code there is.
    #[must_use]
    pub const fn max_code(self) -> u16 {
        match self {
            Self::V4 => 254,
            Self::V6 => u16::MAX,
        }
    }

    /// Bytes of a code and of a length field.
    #[must_use]
    pub const fn field_width(self) -> usize {
        match self {
            Self::V4 => 1,
            Self::V6 => 2,
        }
    }
}
