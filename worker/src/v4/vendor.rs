//! Options of vendors: option 125 (RFC 3925, manual dhcp4-srv.rst:2657-2842).
//!
//! An answer has a block for each vendor that the configuration names; where it names none, or the client
//! does not ask for option 125, for each that the client itself names in that option. Only DOCSIS has a
//! way to ask for single options; of other vendors what is `always-send` is sent.

use murre_config::OptionSpace;
use murre_wire::dhcp4::{Builder, Message, SubOptions, VendorBlocks, code, write_option};
use smallvec::SmallVec;

use crate::exchange::Scopes;

/// Cable Television Laboratories: DOCSIS.
const CABLE_LABS: u32 = 4491;
/// The sub-option in which DOCSIS asks for others.
const ORO: u8 = 1;
/// Bytes of an enterprise number.
const NUMBER: usize = 4;

/// Adds option 125 if there is anything for it. `is_asked` says whether the client wants it.
pub(super) fn add(builder: &mut Builder, query: &Message<'_>, scopes: &Scopes<'_>, is_asked: bool) {
    let configured = scopes.values(OptionSpace::Message, u16::from(code::VIVSO_SUBOPTIONS));
    let configured = configured
        .iter()
        .filter(|option| is_asked || option.always_send);
    let mut data = Vec::new();
    for option in configured {
        let Some(enterprise) = option.vendor else {
            continue;
        };
        let own = option.data.get(NUMBER..).unwrap_or_default();
        // What was written in hexadecimal has blocks of its own behind the number, the first one's length ahead.
        let mut inside = own.get(1..).unwrap_or_default().to_vec();
        wanted(query, scopes, enterprise, &mut inside);
        block(enterprise, &inside, &mut data);
    }
    let named = if data.is_empty() {
        enterprises(query)
    } else {
        SmallVec::new()
    };
    for enterprise in named {
        let mut inside = Vec::new();
        wanted(query, scopes, enterprise, &mut inside);
        if !inside.is_empty() {
            block(enterprise, &inside, &mut data);
        }
    }
    if !data.is_empty() {
        builder.option(code::VIVSO_SUBOPTIONS, &data);
    }
}

/// The vendors that the client names itself, each once.
fn enterprises(query: &Message<'_>) -> SmallVec<[u32; 4]> {
    let data = query.option(code::VIVSO_SUBOPTIONS).unwrap_or_default();
    let mut all: SmallVec<[u32; 4]> = SmallVec::new();
    for (enterprise, _) in VendorBlocks::new(&data) {
        if !all.contains(&enterprise) {
            all.push(enterprise);
        }
    }
    all
}

/// Appends the options of a vendor that are asked for or always sent, each code once.
fn wanted(query: &Message<'_>, scopes: &Scopes<'_>, enterprise: u32, out: &mut Vec<u8>) {
    let space = OptionSpace::Vendor(enterprise);
    let asked = asked(query, enterprise);
    let mut done = [false; 256];
    for code in asked
        .iter()
        .copied()
        .map(u16::from)
        .chain(scopes.always(space))
    {
        let Some((code, done)) = u8::try_from(code)
            .ok()
            .and_then(|code| Some((code, done.get_mut(usize::from(code))?)))
        else {
            continue;
        };
        if std::mem::replace(done, true) {
            continue;
        }
        for option in scopes.values(space, u16::from(code)) {
            write_option(code, &option.data, out);
        }
    }
}

/// The codes that a DOCSIS client asks for.
fn asked(query: &Message<'_>, enterprise: u32) -> SmallVec<[u8; 16]> {
    let data = match enterprise {
        CABLE_LABS => query.option(code::VIVSO_SUBOPTIONS),
        _ => None,
    };
    let data = data.unwrap_or_default();
    let blocks = VendorBlocks::new(&data).filter(|(found, _)| *found == enterprise);
    let options = blocks.flat_map(|(_, block)| SubOptions::new(block));
    let asked = options.filter(|(code, _)| *code == ORO);
    asked.flat_map(|(_, codes)| codes.iter().copied()).collect()
}

/// One block, or several of the same vendor where it does not fit into one.
fn block(enterprise: u32, inside: &[u8], out: &mut Vec<u8>) {
    let mut parts = inside.chunks(usize::from(u8::MAX));
    let mut next = Some(parts.next().unwrap_or_default());
    while let Some(part) = next {
        out.extend_from_slice(&enterprise.to_be_bytes());
        out.push(part.len() as u8);
        out.extend_from_slice(part);
        next = parts.next();
    }
}
