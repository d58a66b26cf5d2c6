//! Which options an answer carries (manual dhcp6-srv.rst:1331-1564).

use murre_config::OptionSpace;
use murre_wire::dhcp6::{Builder, Message, code};

use crate::exchange::Scopes;

/// The engine's own; what is configured under their codes is not sent by hand.
const OWNED: [u16; 12] = [
    code::CLIENT_ID,
    code::SERVER_ID,
    code::IA_NA,
    code::IA_TA,
    code::IAADDR,
    code::ORO,
    code::ELAPSED_TIME,
    code::RELAY_MSG,
    code::STATUS_CODE,
    code::RAPID_COMMIT,
    code::IA_PD,
    code::IAPREFIX,
];

/// Add what the client asked for, what is always sent, and nothing that is never sent.
pub(super) fn add(builder: &mut Builder, query: &Message<'_>, scopes: &Scopes<'_>) {
    let space = OptionSpace::Message;
    for code in query.options.requested_codes().chain(scopes.always(space)) {
        if OWNED.contains(&code) || builder.has(code) {
            continue;
        }
        for option in scopes.values(space, code) {
            builder.option(code, &option.data);
        }
    }
}
