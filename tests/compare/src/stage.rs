//! The two servers, each on a cable of its own, and the clients before them.

use std::net::Ipv4Addr;
use std::time::Duration;

use murre_harness::kea;
use murre_harness::process::Daemon;
use murre_tests::card::{Card, Frame};
use murre_tests::world::{RELAY4, SERVER4};
use murre_tests::{Engine, Worker, World, hand4, socket};
use murre_wire::dhcp4::{Builder, MIN_MAX_SIZE, MessageType, code};
use serde_json::json;

use crate::answer::{Answer, Difference};
use crate::scenario::{File, Kind, Own, Scenario, Step, Via};

/// How long an answer may take; where both are silent a step takes as long.
const PATIENCE: Duration = Duration::from_millis(600);
/// How long the second server may take when the first has answered.
const LONGER: Duration = Duration::from_secs(5);

/// Both servers with one configuration.
pub struct Stage {
    original: Subject,
    ours: Subject,
    _kea: Daemon,
    _worker: Worker,
}

/// One server, seen from its clients.
struct Subject {
    world: World,
    card: Card,
    last: Option<Frame>,
}

impl Stage {
    /// Starts both.
    ///
    /// # Panics
    /// When one does not start.
    pub fn set(file: &File) -> Self {
        let (original, ours) = (Subject::new(), Subject::new());
        let mut config = file.dhcp4.clone();
        config["interfaces-config"] = json!({ "interfaces": ["srv0"] });
        let kea = kea::start4(
            Some(&original.world.server),
            &json!({ "Dhcp4": config }).to_string(),
            None,
        );
        config["lease-database"] = ours.world.leases.access();
        let worker = Worker::start(&ours.world.server, &json!({ "Dhcp4": config }));
        Self {
            original,
            ours,
            _kea: kea,
            _worker: worker,
        }
    }

    /// Sends a scenario's queries to both; what differs, each with the number of its step.
    pub fn play(&mut self, number: u32, scenario: &Scenario) -> Vec<(u32, Difference)> {
        let mut found = Vec::new();
        self.original.last = None;
        self.ours.last = None;
        for (index, step) in (1..).zip(&scenario.steps) {
            let sent = [&mut self.original, &mut self.ours]
                .map(|subject| subject.send(number, index, step));
            let [first, second] = sent;
            let mut theirs = self.original.card.answer(&first, PATIENCE);
            let mut ours = self.ours.card.answer(&second, PATIENCE);
            if theirs.is_some() && ours.is_none() {
                ours = self.ours.card.answer(&second, LONGER);
            } else if theirs.is_none() && ours.is_some() {
                theirs = self.original.card.answer(&first, LONGER);
            }
            let (a, b) = (Answer::of(theirs.as_ref()), Answer::of(ours.as_ref()));
            let differences = a.differences(&b, &scenario.ignore);
            found.extend(differences.into_iter().map(|one| (index, one)));
            // What both do is not right for that alone.
            let wrong = match (&theirs, &ours, step.silence) {
                (None, None, false) => Some("nobody answers"),
                (Some(_), Some(_), true) => Some("both answer"),
                _ => None,
            };
            found.extend(wrong.map(|wrong| {
                let (field, values) = ("both".to_owned(), wrong.to_owned());
                (index, Difference { field, values })
            }));
            self.original.last = theirs.or(self.original.last.take());
            self.ours.last = ours.or(self.ours.last.take());
        }
        found
    }
}

impl Subject {
    fn new() -> Self {
        let world = World::by_hand(Engine::Sqlite);
        let card = Card::new(&world.client);
        Self {
            world,
            card,
            last: None,
        }
    }

    /// Sends a step's query; its transaction.
    fn send(&mut self, number: u32, index: u32, step: &Step) -> [u8; 4] {
        let message = self.message(number, index, step);
        let bytes = message.finish(MIN_MAX_SIZE);
        match step.via {
            Via::Relay => {
                let giaddr = step
                    .giaddr
                    .map_or(RELAY4.to_owned(), |giaddr| giaddr.to_string());
                self.has(&giaddr);
                hand4::Relay::at(&self.world.client, &giaddr, SERVER4).send_raw(&bytes);
            }
            Via::Link => {
                self.card.send(&message);
            }
            Via::Unicast => {
                let own = self
                    .address(step.ciaddr)
                    .expect("who sends unicast has an address");
                self.has(&own.to_string());
                // Port 68 is the card's; answers go there wherever the query came from.
                let socket = socket::bind(&self.world.client, (own, 1068).into());
                socket.send_to(&bytes, (SERVER4, 67)).expect("it is sent");
            }
        }
        bytes[4..8].try_into().expect("four bytes")
    }

    fn message(&self, number: u32, index: u32, step: &Step) -> Builder {
        let client = step.client.unwrap_or(number);
        let card = match &step.chaddr {
            Some(text) => bytes_of(text),
            None => [&[2, 0xcc][..], &client.to_be_bytes()].concat(),
        };
        let xid = number << 8 | index;
        let mut message = match kind(step.send) {
            Some(kind) => Builder::request(kind, xid, &card),
            None => Builder::bootp_request(xid, &card),
        };
        message.flags(step.flags).secs(step.secs);
        if let Some(htype) = step.htype {
            message.htype(htype);
        }
        if step.via == Via::Relay {
            let usual: Ipv4Addr = RELAY4.parse().expect("an address");
            message.giaddr(step.giaddr.unwrap_or(usual)).hops(1);
        }
        if let Some(hops) = step.hops {
            message.hops(hops);
        }
        if let Some(address) = self.address(step.ciaddr) {
            message.ciaddr(address);
        }
        if let Some(address) = self.address(step.asks) {
            message.option(code::REQUESTED_ADDRESS, &address.octets());
        }
        let last = self.last.as_ref().map(|frame| &frame.answer);
        if let (true, Some(last)) = (step.names_server, last) {
            message.option(
                code::SERVER_IDENTIFIER,
                &last.option(code::SERVER_IDENTIFIER),
            );
        }
        for (code, text) in &step.options {
            message.option(*code, &bytes_of(text));
        }
        message
    }

    fn address(&self, wanted: Option<Own>) -> Option<Ipv4Addr> {
        match wanted? {
            Own::Address(address) => Some(address),
            Own::Last(_) => Some(self.last.as_ref()?.answer.yiaddr()),
        }
    }

    /// Gives the clients' side an address, if it does not have it.
    fn has(&self, address: &str) {
        let show = ["-4", "addr", "show", "to", address];
        if self.world.client.ip(&show).trim().is_empty() {
            self.world
                .client
                .add_address("cli0", &format!("{address}/32"));
            let way = ["route", "replace", address, "via", "192.0.2.2"];
            self.world.server.ip(&way);
        }
    }
}

fn kind(kind: Kind) -> Option<MessageType> {
    Some(match kind {
        Kind::Discover => MessageType::Discover,
        Kind::Request => MessageType::Request,
        Kind::Decline => MessageType::Decline,
        Kind::Release => MessageType::Release,
        Kind::Inform => MessageType::Inform,
        Kind::Offer => MessageType::Offer,
        Kind::Bootp => return None,
    })
}

/// Hexadecimal digits, or text between single quotes.
fn bytes_of(text: &str) -> Vec<u8> {
    murre_wire::option::text::encode_hex(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}
