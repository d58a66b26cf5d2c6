//! A worker, a relay made by hand before it, and the two things tests ask of them beside answers:
//! that a query is left unanswered for a reason, and what was counted at the end.

use std::time::Duration;

use serde_json::Value;

use crate::worker::Counted;
use crate::{Engine, Leases, Worker, World, config, hand4, hand6};

/// The reason is logged when the query has ended: an answer would have left by then, and has this
/// long to cross the cable.
const ON_ITS_WAY: Duration = Duration::from_millis(30);

/// DHCPv4 by hand.
#[derive(Debug)]
pub struct Scene4 {
    /// The network and the database.
    pub world: World,
    /// The server.
    pub worker: Worker,
    /// On subnet 2.
    pub relay: hand4::Relay,
}

impl Scene4 {
    /// With [`config::only4`].
    #[track_caller]
    pub fn new(engine: Engine) -> Self {
        Self::with(engine, |_| {})
    }

    /// With what `change` makes of the `Dhcp4` map in it.
    #[track_caller]
    pub fn with(engine: Engine, change: impl FnOnce(&mut Value)) -> Self {
        Self::on(Leases::fresh(engine), change)
    }

    /// The same with a database of the test's choice.
    #[track_caller]
    pub fn on(leases: Leases, change: impl FnOnce(&mut Value)) -> Self {
        let world = World::by_hand_on(leases);
        let mut config = config::only4(&world.leases);
        change(&mut config["Dhcp4"]);
        let worker = Worker::start(&world.server, &config);
        let relay = hand4::Relay::new(&world.client);
        Self {
            world,
            worker,
            relay,
        }
    }

    /// Relays a message that gets no answer, for the reason with this name.
    ///
    /// # Panics
    /// When there is an answer, or another reason.
    #[track_caller]
    pub fn ignored(&self, reason: &str, message: &mut murre_wire::dhcp4::Builder) {
        let mark = self.worker.mark();
        self.relay.send(message);
        self.worker.says_after(mark, &format!(": {reason}"));
        if let Some(answer) = self.relay.answer_to(message, ON_ITS_WAY) {
            panic!("{} in answer to {}", answer.kind(), hand4::name(message));
        }
    }

    /// Ends the worker: what it counted.
    #[track_caller]
    pub fn counted(self) -> Counted {
        Counted::of(4, &self.worker.stop())
    }
}

/// DHCPv6 by hand.
#[derive(Debug)]
pub struct Scene6 {
    /// The network and the database.
    pub world: World,
    /// The server.
    pub worker: Worker,
    /// On subnet 2.
    pub relay: hand6::Relay,
}

impl Scene6 {
    /// With [`config::only6`].
    #[track_caller]
    pub fn new(engine: Engine) -> Self {
        Self::with(engine, |_| {})
    }

    /// With what `change` makes of the `Dhcp6` map in it.
    #[track_caller]
    pub fn with(engine: Engine, change: impl FnOnce(&mut Value)) -> Self {
        Self::on(Leases::fresh(engine), change)
    }

    /// The same with a database of the test's choice.
    #[track_caller]
    pub fn on(leases: Leases, change: impl FnOnce(&mut Value)) -> Self {
        let world = World::by_hand_on(leases);
        let mut config = config::only6(&world.leases);
        change(&mut config["Dhcp6"]);
        let worker = Worker::start(&world.server, &config);
        let relay = hand6::Relay::new(&world.client);
        Self {
            world,
            worker,
            relay,
        }
    }

    /// Relays a message that gets no answer, for the reason with this name.
    ///
    /// # Panics
    /// When there is an answer, or another reason.
    #[track_caller]
    pub fn ignored(&self, reason: &str, message: murre_wire::dhcp6::Builder) {
        self.ignored_by(&self.relay, reason, message);
    }

    /// The same by another relay, or by none.
    ///
    /// # Panics
    /// As [`Scene6::ignored`].
    #[track_caller]
    pub fn ignored_by(
        &self,
        relay: &hand6::Relay,
        reason: &str,
        message: murre_wire::dhcp6::Builder,
    ) {
        let message = message.finish().expect("it is short");
        let mark = self.worker.mark();
        relay.send(&message);
        self.worker.says_after(mark, &format!(": {reason}"));
        if let Some(answer) = relay.answer_to(&message, ON_ITS_WAY) {
            panic!("{} in answer to {message:02x?}", answer.kind());
        }
    }

    /// Ends the worker: what it counted.
    #[track_caller]
    pub fn counted(self) -> Counted {
        Counted::of(6, &self.worker.stop())
    }
}
