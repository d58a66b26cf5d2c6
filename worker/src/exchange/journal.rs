//! The log of exchanges: one line per outcome, each with its stable id.

use std::marker::PhantomData;
use std::net::SocketAddr;

use murre_classify::{ClassSet, EvalError, Membership};
use murre_schema::{Error, Lease, NameChange};

use super::{Counters, Exchange, Verdict};
use crate::log::{Level, ids, message};
use crate::socket::{Applied, Packet, Reply, SendFailure};

/// Debug level of what happens to each packet (manual logging.rst, levels of detail).
const DETAIL: Level = Level::debug(15);
/// Debug level of what a query is found to be.
const CLASSES: Level = Level::debug(40);

/// Writes the lines of one family.
pub(crate) struct Journal<F>(PhantomData<F>);

impl<F: Exchange> Journal<F> {
    /// A query ended without an answer.
    pub(crate) fn ended(packet: &Packet, verdict: Verdict, counters: &Counters) {
        counters.ended(verdict);
        let (id, level) = verdict.log();
        let (from, on) = (packet.source, &packet.interface.name);
        message!(F, level, id, "from {from} on {on}: {}", verdict.name());
    }

    /// The other family's server passed on a query.
    pub(crate) fn passed(packet: &Packet) {
        let (from, on) = (packet.source, &packet.interface.name);
        message!(
            F,
            DETAIL,
            ids::DHCP4O6_PACKET_RECEIVED,
            "from {from} on {on}"
        );
    }

    /// It passed on what cannot be used.
    pub(crate) fn not_passed(level: Level, problem: &dyn std::fmt::Display) {
        message!(F, level, ids::DHCP4O6_BAD_PACKET, "{problem}");
    }

    /// A class could not be decided about.
    pub(crate) fn not_evaluated(class: &str, error: EvalError) {
        message!(F, Level::ERROR, ids::EVAL_RESULT, "class {class}: {error}");
    }

    /// Statistics were asked for while the database is away.
    pub(crate) fn statistics_incomplete(problem: &impl std::fmt::Display) {
        message!(
            F,
            Level::WARN,
            ids::STATISTICS_INCOMPLETE,
            "{problem}; what it has is left out"
        );
    }

    /// Something of a reservation in a database cannot be used.
    pub(crate) fn bad_reservation(problem: &str) {
        message!(
            F,
            Level::ERROR,
            ids::HOST_BAD_OPTION,
            "{problem}; the option is not sent"
        );
    }

    /// The classes of a query, but for those that only its network, subnet or pool requires.
    pub(crate) fn classified(who: impl FnOnce() -> String, set: &ClassSet, classes: &Membership) {
        if crate::log::enabled::<F>(ids::CLASSES_ASSIGNED, CLASSES) {
            let names: Vec<_> = classes.iter().map(|id| set.names().name(id)).collect();
            let names = names.join(", ");
            message!(F, CLASSES, ids::CLASSES_ASSIGNED, "{}: {names}", who());
        }
    }

    /// An answer was handed to its socket.
    pub(crate) fn answered(reply: &Reply) {
        let (to, size) = (reply.destination, reply.data.len());
        message!(F, DETAIL, ids::PACKET_SEND, "{size} bytes to {to}");
    }

    /// A lease was proposed.
    pub(crate) fn offered(lease: &Lease<F>) {
        let (address, client, subnet) = (lease.address, &lease.client, lease.subnet_id);
        message!(
            F,
            Level::INFO,
            ids::LEASE_OFFER,
            "{address} to {client} in subnet {subnet}"
        );
    }

    /// A lease was granted or renewed.
    pub(crate) fn granted(lease: &Lease<F>) {
        let (address, client, subnet) = (lease.address, &lease.client, lease.subnet_id);
        let valid = lease.valid_lifetime;
        message!(
            F,
            Level::INFO,
            ids::LEASE_ALLOC,
            "{address} to {client} in subnet {subnet} for {valid} seconds"
        );
    }

    /// A lease was told again as it is.
    pub(crate) fn reused(lease: &Lease<F>, left: u32) {
        let (address, client, subnet) = (lease.address, &lease.client, lease.subnet_id);
        message!(
            F,
            Level::INFO,
            ids::LEASE_REUSE,
            "{address} of {client} in subnet {subnet}, with {left} seconds left"
        );
    }

    /// A lease was given back.
    pub(crate) fn released(address: F::Address) {
        message!(
            F,
            Level::INFO,
            ids::RELEASE,
            "{address} was given back by its client"
        );
    }

    /// An address was found in use.
    pub(crate) fn declined(address: F::Address) {
        message!(
            F,
            Level::INFO,
            ids::DECLINE_LEASE,
            "{address} was found in use by its client"
        );
    }

    /// An expired lease was ended.
    pub(crate) fn reclaimed(lease: &Lease<F>) {
        let address = lease.address;
        message!(F, Level::debug(40), ids::LEASE_RECLAIM, "{address} expired");
    }

    /// An expired lease's row cannot be read; the others were ended all the same.
    pub(crate) fn reclaimed_unread(error: &Error) {
        message!(F, Level::ERROR, ids::RECLAIM_FAIL, "{error}");
    }

    /// Reclamation ended at its limits again and again.
    pub(crate) fn reclaiming_falls_behind(cycles: u32) {
        message!(
            F,
            Level::WARN,
            ids::RECLAIM_SLOW,
            "{cycles} cycles of reclamation in a row ended at their limits: expired leases pile up; raise max-reclaim-leases or max-reclaim-time, or lower reclaim-timer-wait-time"
        );
    }

    /// More was asked than could be answered in time.
    pub(crate) fn congested(newcomers: u64, late: u64) {
        message!(
            F,
            Level::WARN,
            ids::CONGESTED,
            "{newcomers} queries of clients without a lease were refused and {late} others given up in the last ten seconds, as more is asked than this worker or its database answers in time; status-get shows where they wait"
        );
    }

    /// The database could not be asked.
    pub(crate) fn database(error: &Error) {
        message!(F, Level::ERROR, ids::DATABASE_FAIL, "{error}");
    }

    /// The database's server may lose what it acknowledged.
    pub(crate) fn not_durable(weakness: &str) {
        message!(F, Level::WARN, ids::NOT_DURABLE, "{weakness}");
    }

    /// The database was lost.
    pub(crate) fn database_lost() {
        let lost = "no answer that needs a lease is given until it is back";
        message!(F, Level::ERROR, ids::DB_LOST, "{lost}");
    }

    /// The database is back.
    pub(crate) fn database_back() {
        message!(F, Level::INFO, ids::DB_BACK, "service goes on");
    }

    /// The database will not be tried again.
    pub(crate) fn database_given_up(tried: u32) {
        message!(
            F,
            Level::FATAL,
            ids::DB_GIVEN_UP,
            "{tried} tries to reach the database failed, and max-reconnect-tries and reconnect-wait-time allow no more; leave them out to try for ever"
        );
    }

    /// A reply did not leave.
    pub(crate) fn unsent(failure: &SendFailure) {
        message!(F, Level::ERROR, ids::PACKET_SEND_FAIL, "{failure}");
    }

    /// Which interfaces are served, and which are not and why.
    pub(crate) fn listening(applied: &Applied) {
        for (interface, sockets) in &applied.serving {
            message!(
                F,
                Level::INFO,
                ids::OPEN_SOCKET,
                "{interface}: {sockets} {}",
                if *sockets == 1 { "socket" } else { "sockets" }
            );
        }
        for failure in &applied.failures {
            message!(F, Level::ERROR, ids::OPEN_SOCKET_FAIL, "{failure}");
        }
        if applied.serving.is_empty() {
            message!(
                F,
                Level::WARN,
                ids::NO_SOCKETS_OPEN,
                "no interface is served; see interfaces-config"
            );
        }
    }

    /// The configuration says something worth knowing.
    pub(crate) fn note(note: &murre_config::Note) {
        message!(
            F,
            Level::WARN,
            ids::CONFIG_NOTE,
            "{}: {}",
            note.place,
            note.text
        );
    }

    /// Too many changes of names wait, or no longer.
    pub(crate) fn names_suspended(is_full: bool, waiting: u64) {
        let waiting = format!("{waiting} changes of names wait to be sent");
        if is_full {
            let text =
                "no names are entered until half of them are sent; leases are granted all the same";
            message!(
                F,
                Level::ERROR,
                ids::DDNS_SUSPENDED,
                "{waiting} (max-queue-size): {text}"
            );
        } else {
            message!(
                F,
                Level::INFO,
                ids::DDNS_RESUMED,
                "{waiting}: names are entered again"
            );
        }
    }

    /// Changes of names cannot be sent, or can again.
    pub(crate) fn names_sent_on(server: SocketAddr, problem: Option<&std::io::Error>) {
        match problem {
            Some(error) => message!(
                F,
                Level::ERROR,
                ids::DDNS_REQUEST_SEND_FAILED,
                "to {server} (dhcp-ddns): {error}; changes of names wait"
            ),
            None => message!(
                F,
                Level::INFO,
                ids::DDNS_REQUEST_SENT,
                "{server} takes changes of names again"
            ),
        }
    }

    /// A change of a name cannot be read, and was deleted.
    pub(crate) fn lost_name(error: &Error) {
        message!(
            F,
            Level::ERROR,
            ids::DDNS_REQUEST_REJECTED,
            "{error}; the row was deleted, and the DNS is not told of it"
        );
    }

    /// A change is about what is no name; it is left out.
    pub(crate) fn no_name(change: &NameChange) {
        let (name, address) = (&change.hostname, change.address);
        message!(
            F,
            Level::WARN,
            ids::DDNS_REQUEST_REJECTED,
            "{name:?} of {address} is no domain name"
        );
    }

    /// Another process has the PID file.
    pub(crate) fn already_running(error: &murre_control::Error) {
        message!(F, Level::FATAL, ids::ALREADY_RUNNING, "{error}");
    }

    /// There will be no PID file.
    pub(crate) fn no_pid_file(error: &murre_control::Error) {
        message!(
            F,
            Level::WARN,
            ids::PID_FILE_ERROR,
            "{error}; served without a PID file (KEA_PIDFILE_DIR names another folder)"
        );
    }

    /// The family is served.
    pub(crate) fn started() {
        message!(F, Level::INFO, ids::STARTED, "Murre serves {}", F::NAME);
    }

    /// The end, by an error.
    pub(crate) fn failed(error: &anyhow::Error) {
        message!(F, Level::FATAL, ids::INIT_FAIL, "{error:#}");
    }

    /// The family is served no more; what was counted.
    pub(crate) fn stopped(counters: &Counters) {
        let (received, sent) = counters.totals();
        let verdicts = counters.verdicts().into_iter();
        let reasons: Vec<_> = verdicts
            .map(|(name, count)| format!("{name}: {count}"))
            .collect();
        let reasons = match reasons.is_empty() {
            true => "none".to_owned(),
            false => reasons.join(", "),
        };
        message!(
            F,
            Level::INFO,
            ids::SHUTDOWN,
            "{received} queries came, {sent} answers left; without answer: {reasons}"
        );
    }

    /// Another configuration is in force.
    pub(crate) fn configured() {
        message!(
            F,
            Level::INFO,
            ids::DYNAMIC_RECONFIGURATION_SUCCESS,
            "the file was adopted"
        );
    }

    /// Another configuration could not be adopted.
    pub(crate) fn not_configured(error: &dyn std::fmt::Display) {
        message!(
            F,
            Level::ERROR,
            ids::DYNAMIC_RECONFIGURATION_FAIL,
            "{error}"
        );
    }
}
