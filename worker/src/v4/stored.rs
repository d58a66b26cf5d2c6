//! Reservations of a client that databases hold, as those of the file are (manual dhcp4-srv.rst:663-898).
//!
//! They are looked up once per query, together with those of all other queries in flight.

use std::sync::Arc;

use murre_config::{Host, HostIdentifier, IdentifierKind, StoredOption, stored_options};
use murre_schema::StoredHost;
use murre_wire::V4;
use murre_wire::dhcp4::MessageType;

use super::Query;
use super::hosts::identifier;
use crate::exchange::{Context, Journal, Verdict};

/// What databases reserve for one client, by the subnet it is for; an earlier database's first.
#[derive(Debug, Default)]
pub(super) struct Stored(Vec<(u32, Arc<Host<V4>>)>);

impl Stored {
    /// Ask all databases by everything by which the client may be recognized. Who gives something back needs no
    /// reservation for that.
    ///
    /// # Errors
    /// [`Verdict::Database`]: there may be a reservation.
    pub(super) async fn look_up(
        context: &Context<'_, V4>,
        query: &Query<'_>,
    ) -> Result<Self, Verdict> {
        let gives_back = matches!(query.kind, MessageType::Release | MessageType::Decline);
        if context.hosts.is_empty() || gives_back && !context.hosts.are_healthy() {
            return Ok(Self::default());
        }
        let kinds = context.server.host_identifiers.iter();
        let known = kinds.filter_map(|kind| {
            let value = identifier(query, *kind).filter(|value| !value.is_empty())?;
            Some((*kind as u8, value.into_owned()))
        });
        let rows = match context.hosts.find(&known.collect()).await {
            Ok(rows) => rows.into_iter(),
            Err(error) => {
                let verdict = context.failed(&error);
                return if gives_back {
                    Ok(Self::default())
                } else {
                    Err(verdict)
                };
            }
        };
        let hosts = rows.filter_map(|row| Some((row.subnet_id, host(context, row)?)));
        Ok(Self(hosts.collect()))
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those found by one kind of identifier.
    pub(super) fn of(&self, kind: IdentifierKind) -> impl Iterator<Item = &(u32, Arc<Host<V4>>)> {
        let all = self.0.iter();
        all.filter(move |(_, host)| host.identifier.kind == kind)
    }
}

/// A row with its names and options as this configuration has them. What is wrong with an option is told, and the
/// rest counts.
fn host(context: &Context<'_, V4>, row: StoredHost) -> Option<Arc<Host<V4>>> {
    let server = context.server;
    let mut kinds = IdentifierKind::NAMED.iter().map(|(_, kind)| *kind);
    let kind = kinds.find(|kind| *kind as u8 == row.kind)?;
    let options: Vec<_> = row.options.iter().map(option).collect();
    let origin = format!("host {} of the database", row.host_id);
    let (options, problems) = stored_options::<V4>(&server.definitions, &origin, &options);
    for problem in problems {
        if context.service.news.is(&problem) {
            Journal::<V4>::bad_reservation(&problem);
        }
    }
    // A name that the configuration does not mention makes no difference to anybody.
    let names = server.classes.set().names();
    let classes = row.classes.split(',').map(str::trim);
    let text = |text: &str| (!text.is_empty()).then(|| Arc::from(text));
    Some(Arc::new(Host {
        addresses: row.address.into_iter().collect(),
        hostname: text(&row.hostname),
        classes: classes.filter_map(|name| names.find(name)).collect(),
        options,
        next_server: row.next_server,
        server_hostname: text(&row.server_hostname),
        boot_file_name: text(&row.boot_file_name),
        identifier: HostIdentifier {
            kind,
            value: row.identifier.into(),
        },
    }))
}

fn option(row: &murre_schema::StoredOption) -> StoredOption<'_> {
    StoredOption {
        code: row.code,
        space: &row.space,
        value: &row.value,
        text: &row.formatted_value,
        always_send: row.persistent,
        never_send: row.cancelled,
    }
}
