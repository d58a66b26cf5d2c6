//! Which classes a query has (manual classify.rst:62-147), and what they give it.
//!
//! Nothing of this is done where the configuration mentions no class.

use std::borrow::Cow;
use std::net::Ipv4Addr;
use std::sync::Arc;

use murre_classify::{ClassId, Classification, Membership, Subject, Subject4};
use murre_config::{Classes, Host, OptionSet, Pool, Subnet, Triplet};
use murre_schema::Client4;
use murre_wire::V4;
use murre_wire::dhcp4::code;
use smallvec::SmallVec;

use super::hosts::Reserved;
use super::{Query, lease};
use crate::exchange::{Context, Journal, Scopes, Verdict, steps};

/// What depends on the query alone; with an early look at global reservations also on these.
pub(super) fn before_subnet(
    context: &Context<'_, V4>,
    query: &mut Query<'_>,
) -> Result<(), Verdict> {
    let classes = &context.server.classes;
    if !classes.matter() {
        return Ok(());
    }
    query.classes = match context.server.early_global_reservations {
        false => evaluate(classes, query, None, Reservation::NotKnown),
        true => {
            let reserved = Reserved::global(context.server, query);
            match reserved.any() {
                Some(host) => evaluate(classes, query, Some(&host.classes), Reservation::Has),
                None => evaluate(classes, query, None, Reservation::NotKnown),
            }
        }
    };
    admit(classes, query)
}

/// What depends on the client's reservation as well, or on its having none.
pub(super) fn in_subnet(
    context: &Context<'_, V4>,
    query: &mut Query<'_>,
    subnet: &Arc<Subnet<V4>>,
) -> Result<(), Verdict> {
    let classes = &context.server.classes;
    if !classes.matter() {
        return Ok(());
    }
    let reserved = &query.reserved;
    let reserved = reserved.classes(context.server, subnet, &query.classes);
    let given = reserved.filter(|given| !given.is_empty());
    let has = match reserved {
        Some(_) => Reservation::Has,
        None => Reservation::HasNot,
    };
    query.classes = match given {
        // Classes that refer to those of a reservation are true or not by them (manual dhcp4-srv.rst:5806).
        Some(given) => evaluate(classes, query, Some(given), has),
        None => {
            let subject = subject(query);
            let known = query.classes.clone();
            let mut classification = resumed(classes, &subject, known);
            let has = has == Reservation::Has;
            classification.second_pass(has, &mut Journal::<V4>::not_evaluated);
            classification.into_classes()
        }
    };
    Journal::<V4>::classified(|| who(query), classes.set(), &query.classes);
    admit(classes, query)
}

/// Whose query it is, for the log.
fn who(query: &Query<'_>) -> String {
    let (hwaddr, client_id) = lease::identity(query);
    let client = Client4 { hwaddr, client_id };
    format!("transaction {:08x} of {client}", query.message.xid())
}

/// Whether the client has a reservation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reservation {
    NotKnown,
    Has,
    HasNot,
}

/// All classes of a query, those of its reservation among them.
fn evaluate(
    classes: &Classes,
    query: &Query<'_>,
    given: Option<&[ClassId]>,
    reservation: Reservation,
) -> Membership {
    let subject = subject(query);
    let mut classification =
        Classification::new(classes.set(), &subject).told(steps::listener::<V4>());
    if let Some(vendor) = query.message.option(code::VENDOR_CLASS_IDENTIFIER) {
        classification.give_vendor_class(&vendor);
    }
    let failed = &mut Journal::<V4>::not_evaluated;
    let given = given.unwrap_or_default();
    classification.first_pass_with(given, failed);
    if reservation != Reservation::NotKnown {
        classification.second_pass(reservation == Reservation::Has, failed);
    }
    classification.into_classes()
}

fn resumed<'s, S: Subject>(
    classes: &'s Classes,
    subject: &'s S,
    known: Membership,
) -> Classification<'s, S> {
    Classification::resume(classes.set(), subject, known).told(steps::listener::<V4>())
}

fn admit(classes: &Classes, query: &Query<'_>) -> Result<(), Verdict> {
    match classes.drop(&query.classes) {
        true => Err(Verdict::DropClass),
        false => Ok(()),
    }
}

fn subject<'q, 'a>(query: &'q Query<'a>) -> Subject4<'q, 'a> {
    Subject4 {
        message: &query.message,
        interface: &query.packet.interface.name,
        source: query.packet.source.ip(),
        // A query over DHCPv6 was sent to no IPv4 address.
        destination: match query.over6 {
            None => query.packet.local,
            Some(_) => Ipv4Addr::UNSPECIFIED.into(),
        },
    }
}

/// What a query's reservation and classes give it, those that its network, subnet and pool require included.
pub(super) struct Given<'q> {
    host: Option<&'q Host<V4>>,
    all: &'q Classes,
    classes: Cow<'q, Membership>,
}

impl<'q> Given<'q> {
    /// Evaluates what is required: the network's first, then the subnet's, then the pool's.
    pub(super) fn new(
        context: &Context<'q, V4>,
        query: &'q Query<'_>,
        subnet: &Subnet<V4>,
        pool: Option<&Pool<V4>>,
    ) -> Self {
        let all = &context.server.classes;
        let host = query.reserved.in_subnet(subnet);
        let network = subnet.network.iter().map(|network| &network.classes);
        let uses = network.chain([&subnet.classes]);
        let uses = uses.chain(pool.map(|pool| &pool.classes));
        let required: SmallVec<[_; 4]> = uses.flat_map(|uses| &uses.required).collect();
        if required.is_empty() {
            let classes = Cow::Borrowed(&query.classes);
            return Self { host, all, classes };
        }
        let subject = subject(query);
        let known = query.classes.clone();
        let mut classification = resumed(all, &subject, known);
        for class in required {
            classification.require(*class, &mut Journal::<V4>::not_evaluated);
        }
        let classes = Cow::Owned(classification.into_classes());
        Self { host, all, classes }
    }

    /// Options, the most specific scope first, where those of pool and subnet are known.
    pub(super) fn scopes<'a>(
        &'a self,
        innermost: &'a OptionSet,
        global: &'a OptionSet,
    ) -> Scopes<'a> {
        let host = self.host.map(|host| &host.options);
        let of_classes = self.all.values(&self.classes);
        let of_classes = of_classes.map(|values| &values.options);
        let scopes = host.into_iter().chain([innermost]);
        Scopes::new(scopes.chain(of_classes).chain([global]))
    }

    /// `siaddr`.
    pub(super) fn next_server(&self, subnet: &Subnet<V4>) -> Option<Ipv4Addr> {
        let of_host = self.host.and_then(|host| host.next_server);
        let of_class = || self.all.first(&self.classes, |values| values.next_server);
        of_host.or_else(of_class).or(subnet.next_server)
    }

    /// `sname`.
    pub(super) fn server_hostname<'a>(&'a self, subnet: &'a Subnet<V4>) -> Option<&'a str> {
        let of_host = self.host.and_then(|host| host.server_hostname.as_ref());
        let of_class = || {
            self.all
                .first(&self.classes, |values| values.server_hostname.as_ref())
        };
        let name = of_host
            .or_else(of_class)
            .or(subnet.server_hostname.as_ref());
        name.map(|name| &**name)
    }

    /// `file`.
    pub(super) fn boot_file_name<'a>(&'a self, subnet: &'a Subnet<V4>) -> Option<&'a str> {
        let of_host = self.host.and_then(|host| host.boot_file_name.as_ref());
        let of_class = || {
            self.all
                .first(&self.classes, |values| values.boot_file_name.as_ref())
        };
        let name = of_host.or_else(of_class).or(subnet.boot_file_name.as_ref());
        name.map(|name| &**name)
    }
}

/// The valid lifetime that a query may choose from: of the first class that has one, else the subnet's.
pub(super) fn valid(context: &Context<'_, V4>, query: &Query<'_>, subnet: &Subnet<V4>) -> Triplet {
    let classes = &context.server.classes;
    let of_class = classes.first(&query.classes, |values| values.valid);
    of_class.unwrap_or(subnet.lifetimes.valid)
}

/// Seconds for which an offer is written, chosen likewise.
pub(super) fn offer_lifetime(
    context: &Context<'_, V4>,
    query: &Query<'_>,
    subnet: &Subnet<V4>,
) -> u32 {
    let classes = &context.server.classes;
    let of_class = classes.first(&query.classes, |values| values.offer_lifetime);
    of_class.unwrap_or(subnet.offer_lifetime)
}
