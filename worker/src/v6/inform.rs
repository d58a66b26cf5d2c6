//! INFORMATION-REQUEST: options alone; no subnet is needed and no lease is touched
//! (RFC 8415 section 18.3.6, manual dhcp6-srv.rst:6263-6308).

use std::sync::Arc;

use murre_config::Subnet;
use murre_wire::V6;
use murre_wire::dhcp6::MessageType;

use super::{Query, options, reply};
use crate::exchange::{Context, Scopes, Verdict};
use crate::socket::Reply;

/// Answer with the options of the subnet, else the global ones.
pub(super) fn inform(
    context: &Context<'_, V6>,
    query: &Query<'_>,
    subnet: Option<&Arc<Subnet<V6>>>,
) -> Result<Reply, Verdict> {
    context.without_lease()?;
    let mut builder = reply::start(query, MessageType::Reply);
    let scopes = Scopes::new(reply::options_of(context, subnet));
    options::add(&mut builder, &query.message, &scopes);
    reply::finish(context, query, builder, MessageType::Reply)
}
