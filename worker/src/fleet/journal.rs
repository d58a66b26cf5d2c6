//! The log of the fleet.

use murre_schema::Error;

use super::view::Share;
use crate::exchange::{Exchange, Journal};
use crate::log::{Level, ids, message};

impl<F: Exchange> Journal<F> {
    /// The worker is in the registry under this name.
    pub(super) fn registered(name: &str, wanted: &str) {
        if name == wanted {
            message!(F, Level::INFO, ids::FLEET_REGISTERED, "as {name}");
        } else {
            message!(
                F,
                Level::INFO,
                ids::FLEET_REGISTERED,
                "as {name}, since another worker is {wanted}; \"worker-name\" names it otherwise"
            );
        }
    }

    /// Who shares with this worker what they hear as well.
    pub(super) fn fleet_changed(share: &Share) {
        let size = share.names.len();
        if size < 2 {
            let all = "every query that is heard here is answered here";
            message!(F, Level::INFO, ids::FLEET_CHANGED, "{all}");
            return;
        }
        message!(
            F,
            Level::INFO,
            ids::FLEET_CHANGED,
            "{size} workers share the queries that they hear: {}; this one is number {}",
            share.names.join(", "),
            share.rank + 1
        );
    }

    /// What the worker had before it was left to others.
    pub(super) fn fleet_settled(share: &Share) {
        let (size, number) = (share.names.len().max(1), share.rank + 1);
        message!(
            F,
            Level::INFO,
            ids::FLEET_SETTLED,
            "part {number} of {size} is answered here, and no other any more"
        );
    }

    /// The registry cannot be reached.
    pub(super) fn fleet_lost(error: Option<&Error>) {
        let problem = error.map_or("no answer in time".to_owned(), ToString::to_string);
        message!(
            F,
            Level::WARN,
            ids::FLEET_LOST,
            "the other workers are not known: {problem}; every query that is heard here is answered here"
        );
    }

    /// It can be reached again.
    pub(super) fn fleet_found() {
        message!(F, Level::INFO, ids::FLEET_FOUND, "the fleet is known again");
    }

    /// Queries were answered in another's stead.
    pub(super) fn owner_does_not_hear(owner: &str, count: u64) {
        message!(
            F,
            Level::WARN,
            ids::FLEET_OWNER_DEAF,
            "{count} queries whose clients had waited for 5 seconds were answered here although they are {owner}'s: \
             it does not hear them, or its answers do not arrive; where each query reaches one worker only (a balancer, anycast), set \
             \"worker-sharing\" to false"
        );
    }

    /// The share goes to others before the end.
    pub(super) fn draining() {
        message!(
            F,
            Level::INFO,
            ids::FLEET_DRAINING,
            "this worker's part goes to the others"
        );
    }
}
