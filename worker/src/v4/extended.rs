//! What the relay says of a client is kept with its lease, where that is wanted (manual dhcp4-srv.rst:4410-4463).
//!
//! It is told with the claim of a REQUEST; what a row holds when a claim tells nothing is the database's business.

use std::fmt::Write;

use murre_config::Subnet;
use murre_leasefile::text::packed_hex;
use murre_schema::{Details4, Lease};
use murre_wire::V4;
use murre_wire::dhcp4::code;

use super::Query;

/// Most bytes of an identifier that has a column.
const MAX_COLUMN: usize = 255;

/// Puts option 82 of a query into the lease that is about to be claimed.
pub(super) fn keep(query: &Query<'_>, subnet: &Subnet<V4>, lease: &mut Lease<V4>) {
    if !subnet.store_extended_info || query.is_recalled {
        return;
    }
    let Some(info) = query.message.option(code::AGENT_OPTIONS) else {
        return;
    };
    let sub_option = |code| query.message.relay_suboption(code);
    let remote_id = sub_option(code::relay::REMOTE_ID);
    let relay_id = sub_option(code::relay::RELAY_ID);
    lease.user_context = Some(context(&info, remote_id.as_deref(), relay_id.as_deref()));
    let column = |id: Option<_>| id.map(Vec::from).filter(|id| id.len() <= MAX_COLUMN);
    lease.details = Details4 {
        relay_id: column(relay_id.as_deref()),
        remote_id: column(remote_id.as_deref()),
    };
}

/// Option 82 as the context of a lease holds it, in the form of the manual or in that of servers before 2.3.2.
pub(super) fn agent_options(context: &str) -> Option<Vec<u8>> {
    let context: serde_json::Value = serde_json::from_str(context).ok()?;
    let info = context.pointer("/ISC/relay-agent-info")?;
    let digits = info.get("sub-options").unwrap_or(info).as_str()?;
    let digits = digits.strip_prefix("0x")?;
    packed_hex(digits).filter(|info| !info.is_empty())
}

/// In the form of the manual, as scripts and other servers read it.
fn context(info: &[u8], remote_id: Option<&[u8]>, relay_id: Option<&[u8]>) -> String {
    let mut text = format!(
        r#"{{ "ISC": {{ "relay-agent-info": {{ "sub-options": "0x{}""#,
        hex(info)
    );
    for (key, id) in [("remote-id", remote_id), ("relay-id", relay_id)] {
        if let Some(id) = id {
            // Writing to a string does not fail.
            let _ = write!(text, r#", "{key}": "{}""#, hex(id));
        }
    }
    text.push_str(" } } }");
    text
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02X}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_looks_as_the_manual_shows_it() {
        assert_eq!(
            context(&[1, 4, 0xaa, 0xbb, 0xcc, 0xdd], None, None),
            r#"{ "ISC": { "relay-agent-info": { "sub-options": "0x0104AABBCCDD" } } }"#
        );
        let info = [2, 3, 1, 2, 3, 12, 3, 0xaa, 0xbb, 0xcc];
        assert_eq!(
            context(&info, Some(&info[2..5]), Some(&info[7..])),
            r#"{ "ISC": { "relay-agent-info": { "sub-options": "0x02030102030C03AABBCC", "remote-id": "010203", "relay-id": "AABBCC" } } }"#
        );
    }

    #[test]
    fn what_a_context_holds_is_had_back_and_nothing_else_is_taken_for_it() {
        let info = [2, 3, 1, 2, 3, 12, 3, 0xaa, 0xbb, 0xcc];
        assert_eq!(
            agent_options(&context(&info, None, None)),
            Some(info.to_vec())
        );
        let older = r#"{ "ISC": { "relay-agent-info": "0x0104" } }"#;
        assert_eq!(agent_options(older), Some(vec![1, 4]));
        for other in ["", "7", "{}", r#"{ "ISC": { "relay-agent-info": [] } }"#] {
            assert_eq!(agent_options(other), None, "{other}");
        }
        for digits in ["0x", "0x1", "0xgg", "01"] {
            let text = format!(
                r#"{{ "ISC": {{ "relay-agent-info": {{ "sub-options": "{digits}" }} }} }}"#
            );
            assert_eq!(agent_options(&text), None, "{digits}");
        }
    }
}
