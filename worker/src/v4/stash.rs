//! `stash-agent-options`: a renewal goes past the relay, and is looked at as if the relay had said again what it said
//! last, so that the client stays in its classes. What was kept ([`super::extended`]) is all that is known of it.

use murre_schema::{Client4, LeaseFamily, Lookup, State};
use murre_wire::V4;
use murre_wire::dhcp4::{MessageType, code, write_option};

use super::{Query, extended, lease};
use crate::exchange::{Context, Verdict};

/// Header and magic cookie: where options begin.
const OPTIONS: usize = 240;

/// The query with option 82 as it is kept with the client's lease; nothing where there is none, or where the query
/// came by a relay.
pub(super) async fn recalled(
    context: &Context<'_, V4>,
    query: &Query<'_>,
) -> Result<Option<Vec<u8>>, Verdict> {
    let message = &query.message;
    let is_renewal = query.kind == MessageType::Request && !message.ciaddr().is_unspecified();
    let has_said = !message.giaddr().is_unspecified() || message.has_option(code::AGENT_OPTIONS);
    if !is_renewal || has_said || query.over6.is_some() {
        return Ok(None);
    }
    let mut lookup = Lookup::default();
    lookup.addresses.push(message.ciaddr());
    let found = context.lookup(lookup).await?;
    let (hwaddr, client_id) = lease::identity(query);
    let client = Client4 { hwaddr, client_id };
    let mut held = found.by_address.into_iter().filter(|row| {
        let is_live = row.is_held() && row.lease.state == State::Default;
        is_live && V4::same_client(&row.lease.client, &client)
    });
    let context = held.find_map(|row| row.lease.user_context);
    let info = context.and_then(|context| extended::agent_options(&context));
    Ok(info.and_then(|info| with_option(&query.packet.data, &info)))
}

/// A packet with option 82 before its others.
fn with_option(packet: &[u8], info: &[u8]) -> Option<Vec<u8>> {
    let (head, options) = packet.split_at_checked(OPTIONS)?;
    let mut all = head.to_vec();
    write_option(code::AGENT_OPTIONS, info, &mut all);
    all.extend_from_slice(options);
    Some(all)
}
