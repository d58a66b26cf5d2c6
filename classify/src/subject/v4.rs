//! A DHCPv4 query.

use std::borrow::Cow;
use std::net::IpAddr;

use murre_wire::dhcp4::{Message, SubOptions, VendorBlocks, code};
use murre_wire::option::Universe;

use super::{Subject, behind_own_fields, readable};
use crate::bytes::Bytes;
use crate::expression::{
    Enterprise, Existence, Field, Header, OptionPath, Place, SubOption, VendorOption,
};

/// A DHCPv4 query and the way it came.
#[derive(Clone, Copy, Debug)]
pub struct Subject4<'q, 'a> {
    /// The message.
    pub message: &'q Message<'a>,
    /// Name of the interface it came in by.
    pub interface: &'q str,
    /// Who sent the datagram.
    pub source: IpAddr,
    /// Where it was sent to.
    pub destination: IpAddr,
}

impl Subject for Subject4<'_, '_> {
    fn field(&self, field: &Field) -> Option<Bytes<'_>> {
        match field {
            Field::Option(path) => self.option(path),
            Field::OptionText(path, definition) => {
                let data = self.option(path)?;
                Some(readable(&definition.0, Universe::V4, data))
            }
            Field::Header(header) => Some(self.header(*header)),
            Field::Enterprise(which) => {
                let (enterprise, _) = self.vendor_block(*which, None)?;
                Some(Bytes::number(enterprise))
            }
            Field::VendorClassData(enterprise, index) => {
                let data = self.message.option(code::VIVCO_SUBOPTIONS)?;
                let (found, _) = data.split_first_chunk::<4>()?;
                let found = u32::from_be_bytes(*found);
                let is_it = enterprise.is_none_or(|wanted| wanted == found);
                is_it.then(|| chunk(data, *index)).flatten()
            }
            Field::PeerAddress(_) | Field::LinkAddress(_) => None,
        }
    }

    fn has(&self, what: &Existence) -> bool {
        match what {
            Existence::Option(path) => match (path.place, &path.sub) {
                (Place::Message, None) => {
                    u8::try_from(path.code).is_ok_and(|code| self.message.has_option(code))
                }
                _ => self.option(path).is_some(),
            },
            Existence::Vendor(which, enterprise) => {
                self.vendor_block(*which, *enterprise).is_some()
            }
        }
    }
}

impl<'q, 'a> Subject4<'q, 'a> {
    fn option(&self, path: &OptionPath) -> Option<Bytes<'a>> {
        let code = u8::try_from(path.code).ok()?;
        match path.place {
            Place::Message => {
                let data = self.message.option(code)?;
                match &path.sub {
                    None => Some(data.into()),
                    Some(sub) => sub_option(code, sub, data),
                }
            }
            Place::Agent => self.message.relay_suboption(code).map(Bytes::from),
            Place::Vendor(enterprise) => {
                let (_, data) = self.vendor_block(VendorOption::Options, enterprise)?;
                joined(data, |data| SubOptions::new(data), code)
            }
            Place::Relay(_) => None,
        }
    }

    fn header(&self, header: Header) -> Bytes<'q>
    where
        'a: 'q,
    {
        let message = self.message;
        match header {
            Header::Interface => Bytes::Borrowed(self.interface.as_bytes()),
            Header::Source => address(self.source),
            Header::Destination => address(self.destination),
            Header::Length => {
                Bytes::number(u32::try_from(message.bytes().len()).unwrap_or(u32::MAX))
            }
            Header::HardwareAddress => Bytes::Borrowed(message.chaddr()),
            Header::HardwareLength => Bytes::number(message.hlen().into()),
            Header::HardwareType => Bytes::number(message.htype().into()),
            Header::ClientAddress => message.ciaddr().octets().into(),
            Header::GatewayAddress => message.giaddr().octets().into(),
            Header::YourAddress => message.yiaddr().octets().into(),
            Header::ServerAddress => message.siaddr().octets().into(),
            Header::MessageType => {
                let kind = message.message_type().map_or(0, |kind| kind.to_u8());
                Bytes::number(kind.into())
            }
            Header::TransactionId => Bytes::number(message.xid()),
        }
    }

    /// The first block of option 124 or 125, if it is of that enterprise (manual classify.rst:458).
    fn vendor_block(
        &self,
        which: VendorOption,
        enterprise: Enterprise,
    ) -> Option<(u32, Cow<'a, [u8]>)> {
        let code = match which {
            VendorOption::Options => code::VIVSO_SUBOPTIONS,
            VendorOption::Class => code::VIVCO_SUBOPTIONS,
        };
        let (found, data) = match self.message.option(code)? {
            Cow::Borrowed(data) => {
                let (found, block) = VendorBlocks::new(data).next()?;
                (found, Cow::Borrowed(block))
            }
            Cow::Owned(data) => {
                let (found, block) = VendorBlocks::new(&data).next()?;
                (found, Cow::Owned(block.to_vec()))
            }
        };
        let is_it = enterprise.is_none_or(|enterprise| enterprise == found);
        is_it.then_some((found, data))
    }
}

/// A sub-option in the data of an option that holds some.
fn sub_option<'a>(code: u8, sub: &SubOption, data: Cow<'a, [u8]>) -> Option<Bytes<'a>> {
    let wanted = u8::try_from(sub.code).ok()?;
    let definition = sub.outer.as_ref().map(|outer| &*outer.0);
    let data = match data {
        Cow::Borrowed(data) => Cow::Borrowed(behind_own_fields(definition, Universe::V4, data)),
        Cow::Owned(data) => Cow::Owned(behind_own_fields(definition, Universe::V4, &data).to_vec()),
    };
    match code {
        code::AGENT_OPTIONS => joined(data, |data| SubOptions::new(data), wanted),
        _ => joined(data, |data| SubOptions::padded(data), wanted),
    }
}

/// A sub-option; its parts are joined where it stands in several.
fn joined<'a>(
    data: Cow<'a, [u8]>,
    read: impl for<'d> Fn(&'d [u8]) -> SubOptions<'d>,
    code: u8,
) -> Option<Bytes<'a>> {
    if let Cow::Borrowed(data) = data {
        let mut parts = read(data).filter(|(found, _)| *found == code);
        let (_, first) = parts.next()?;
        if parts.next().is_none() {
            return Some(Bytes::Borrowed(first));
        }
    }
    let mut parts = read(&data).filter(|(found, _)| *found == code).peekable();
    parts.peek()?;
    Some(parts.flat_map(|(_, part)| part.iter().copied()).collect())
}

/// A chunk of option 124: each has a length of one byte. The one behind the enterprise number counts as the first
/// one's, as in other servers and as clients mean it, although RFC 3925 section 3 has another one inside.
fn chunk(data: Cow<'_, [u8]>, index: usize) -> Option<Bytes<'_>> {
    let mut start = 4;
    for number in 0.. {
        let len = usize::from(*data.get(start)?);
        let range = start + 1..(start + 1 + len).min(data.len());
        if number == index {
            return Some(crate::functions::part(data.into(), range));
        }
        start = range.end;
    }
    None
}

fn address<'a>(address: IpAddr) -> Bytes<'a> {
    match address {
        IpAddr::V4(address) => address.octets().into(),
        IpAddr::V6(address) => address.octets().into(),
    }
}
