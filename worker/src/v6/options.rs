//! Which options an answer carries (manual dhcp6-srv.rst:1331-1564).

use murre_config::OptionSet;
use murre_wire::dhcp6::{Builder, Message, code};

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

/// Add what the client asked for and what is always sent, from the first scope that has it, and
/// nothing that is never sent.
pub(super) fn add(builder: &mut Builder, query: &Message<'_>, scopes: &[&OptionSet]) {
    let always = scopes
        .iter()
        .flat_map(|scope| scope.iter())
        .filter(|option| option.always_send)
        .map(|option| option.code);
    for code in query.options.requested_codes().chain(always) {
        if OWNED.contains(&code) || builder.has(code) {
            continue;
        }
        let never = |scope: &&OptionSet| scope.all(code).iter().any(|option| option.never_send);
        if scopes.iter().any(never) {
            continue;
        }
        let values = scopes
            .iter()
            .map(|scope| scope.all(code))
            .find(|options| options.iter().any(|option| option.has_data))
            .unwrap_or_default();
        for option in values.iter().filter(|option| option.has_data) {
            builder.option(code, &option.data);
        }
    }
}
