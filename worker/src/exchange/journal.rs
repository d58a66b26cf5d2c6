//! The log of exchanges: one line per outcome, each with its stable id.

use std::marker::PhantomData;

use murre_schema::{Error, Lease};

use super::{Counters, Exchange, Verdict};
use crate::socket::{Applied, Packet, Reply, SendFailure};

/// Writes the lines of one family.
pub(crate) struct Journal<F>(PhantomData<F>);

impl<F: Exchange> Journal<F> {
    /// A query ended without an answer.
    pub(crate) fn ended(packet: &Packet, verdict: Verdict, counters: &Counters) {
        counters.ended(verdict);
        tracing::debug!(from = %packet.source, interface = %packet.interface.name, "{}", verdict.name());
    }

    /// An answer was handed to its socket.
    pub(crate) fn answered(reply: &Reply) {
        tracing::debug!(to = %reply.destination, bytes = reply.data.len(), "answered");
    }

    /// A lease was proposed.
    pub(crate) fn offered(lease: &Lease<F>) {
        tracing::info!(address = %lease.address, subnet = lease.subnet_id, "offered");
    }

    /// A lease was given back.
    pub(crate) fn released(address: F::Address) {
        tracing::info!(%address, "released");
    }

    /// An address was found in use.
    pub(crate) fn declined(address: F::Address) {
        tracing::info!(%address, "declined");
    }

    /// A lease was granted or renewed.
    pub(crate) fn granted(lease: &Lease<F>) {
        tracing::info!(address = %lease.address, subnet = lease.subnet_id, "granted");
    }

    /// The database could not be asked.
    pub(crate) fn database(error: &Error) {
        tracing::error!(%error, "database");
    }

    /// An expired lease was ended.
    pub(crate) fn reclaimed(lease: &Lease<F>) {
        tracing::info!(address = %lease.address, subnet = lease.subnet_id, "reclaimed");
    }

    /// A reply did not leave.
    pub(crate) fn unsent(failure: &SendFailure) {
        tracing::error!("{failure}");
    }

    /// Which interfaces are served, and which are not and why.
    pub(crate) fn listening(applied: &Applied) {
        for (interface, sockets) in &applied.serving {
            tracing::info!(%interface, sockets, "listening");
        }
        for failure in &applied.failures {
            tracing::error!("{failure}");
        }
    }

    /// The family is served.
    pub(crate) fn started() {
        tracing::info!("DHCP{}_STARTED", F::VERSION);
    }

    /// The family is served no more; what was counted.
    pub(crate) fn stopped(counters: &Counters) {
        let (received, sent) = counters.totals();
        tracing::info!(received, sent, verdicts = ?counters.verdicts(), "stopped");
    }

    /// Another configuration is in force.
    pub(crate) fn configured() {
        tracing::info!("configured");
    }

    /// Another configuration could not be adopted.
    pub(crate) fn not_configured(error: &anyhow::Error) {
        tracing::error!("{error:#}");
    }
}
