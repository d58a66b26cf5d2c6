//! Which options an answer carries (manual dhcp4-srv.rst:1458-1640).

use murre_config::OptionSpace;
use murre_wire::dhcp4::{Builder, Message, code};

use super::vendor;
use crate::exchange::Scopes;

/// Sent whenever configured, asked for or not (V4A-141).
const ALWAYS: [u8; 3] = [code::ROUTERS, code::DOMAIN_NAME_SERVERS, code::DOMAIN_NAME];

/// The server computes these; what is configured under their codes is not sent by hand.
const OWNED: [u8; 11] = [
    code::SUBNET_MASK,
    code::REQUESTED_ADDRESS,
    code::LEASE_TIME,
    code::OVERLOAD,
    code::MESSAGE_TYPE,
    code::SERVER_IDENTIFIER,
    code::PARAMETER_REQUEST_LIST,
    code::RENEWAL_TIME,
    code::REBINDING_TIME,
    code::AGENT_OPTIONS,
    code::VIVSO_SUBOPTIONS,
];

/// Add what the client asked for, what is always sent, and nothing that is never sent.
pub(super) fn add(builder: &mut Builder, query: &Message<'_>, scopes: &Scopes<'_>) {
    let requested = query.requested_options();
    let space = OptionSpace::Message;
    let always = scopes
        .always(space)
        .filter_map(|code| u8::try_from(code).ok());
    for code in requested.iter().copied().chain(ALWAYS).chain(always) {
        if OWNED.contains(&code) || builder.has(code) {
            continue;
        }
        for option in scopes.values(space, u16::from(code)) {
            builder.option(code, &option.data);
        }
    }
    let is_asked = requested.contains(&code::VIVSO_SUBOPTIONS);
    vendor::add(builder, query, scopes, is_asked);
}
