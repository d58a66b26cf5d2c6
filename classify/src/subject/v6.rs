//! A DHCPv6 query.

use std::net::Ipv6Addr;

use murre_wire::Parsing;
use murre_wire::dhcp6::{Message, Options, Relay};
use murre_wire::option::Universe;

use super::{Subject, behind_own_fields, readable};
use crate::bytes::Bytes;
use crate::expression::{
    Enterprise, Existence, Field, Header, Nest, OptionPath, Place, VendorOption,
};

/// A DHCPv6 query and the way it came.
#[derive(Clone, Copy, Debug)]
pub struct Subject6<'q, 'a> {
    /// The message with the relay headers around it.
    pub message: &'q Message<'a>,
    /// Name of the interface it came in by.
    pub interface: &'q str,
    /// Who sent the datagram.
    pub source: Ipv6Addr,
    /// Where it was sent to.
    pub destination: Ipv6Addr,
}

impl Subject for Subject6<'_, '_> {
    fn field(&self, field: &Field) -> Option<Bytes<'_>> {
        match field {
            Field::Option(path) => self.option(path).map(Bytes::Borrowed),
            Field::OptionText(path, definition) => {
                let data = Bytes::Borrowed(self.option(path)?);
                Some(readable(&definition.0, Universe::V6, data))
            }
            Field::Header(header) => self.header(*header),
            Field::PeerAddress(nest) => Some(self.relay(*nest)?.peer_address.octets().into()),
            Field::LinkAddress(nest) => Some(self.relay(*nest)?.link_address.octets().into()),
            Field::Enterprise(which) => {
                let first = match which {
                    VendorOption::Options => self.message.options.vendor_opts().next()?.0,
                    VendorOption::Class => self.message.options.vendor_classes().next()?.0,
                };
                Some(Bytes::number(first))
            }
            Field::VendorClassData(enterprise, index) => {
                let (found, mut classes) = self.message.options.vendor_classes().next()?;
                let data = classes.nth(*index)?;
                is_of(*enterprise, found).then_some(Bytes::Borrowed(data))
            }
        }
    }

    fn has(&self, what: &Existence) -> bool {
        let options = self.message.options;
        match what {
            Existence::Option(path) => self.option(path).is_some(),
            Existence::Vendor(VendorOption::Options, enterprise) => {
                let first = options.vendor_opts().next();
                first.is_some_and(|(found, _)| is_of(*enterprise, found))
            }
            Existence::Vendor(VendorOption::Class, enterprise) => {
                let first = options.vendor_classes().next();
                first.is_some_and(|(found, _)| is_of(*enterprise, found))
            }
        }
    }
}

impl<'q, 'a> Subject6<'q, 'a> {
    fn option(&self, path: &OptionPath) -> Option<&'a [u8]> {
        let options = match path.place {
            Place::Message => self.message.options,
            Place::Relay(nest) => self.relay(nest)?.options,
            Place::Vendor(enterprise) => {
                let (found, options) = self.message.options.vendor_opts().next()?;
                is_of(enterprise, found).then_some(options)?
            }
            Place::Agent => return None,
        };
        let data = options.get(path.code)?;
        let Some(sub) = &path.sub else {
            return Some(data);
        };
        let definition = sub.outer.as_ref().map(|outer| &*outer.0);
        let inner = behind_own_fields(definition, Universe::V6, data);
        Options::parse(inner, Parsing::Lenient).ok()?.get(sub.code)
    }

    fn relay(&self, nest: Nest) -> Option<&'q Relay<'a>> {
        let relays = &self.message.relays;
        let index = match usize::try_from(nest) {
            Ok(from_server) => from_server,
            Err(_) => relays.len().checked_sub(usize::from(nest.unsigned_abs()))?,
        };
        relays.get(index)
    }

    fn header(&self, header: Header) -> Option<Bytes<'q>> {
        let message = self.message;
        Some(match header {
            Header::Interface => Bytes::Borrowed(self.interface.as_bytes()),
            Header::Source => self.source.octets().into(),
            Header::Destination => self.destination.octets().into(),
            Header::Length => {
                Bytes::number(u32::try_from(message.bytes().len()).unwrap_or(u32::MAX))
            }
            Header::MessageType => Bytes::number(message.msg_type.to_u8().into()),
            Header::TransactionId => Bytes::number(message.xid_number()),
            _ => return None,
        })
    }
}

fn is_of(enterprise: Enterprise, found: u32) -> bool {
    enterprise.is_none_or(|enterprise| enterprise == found)
}
