//! Hundreds of clients of one family: each asks, takes, renews, gives back, moves, forgets and falls
//! silent as chance has it, repeats what is not answered, and all of them record what they were told.
//!
//! A client that gives something back is not seen for a while, see [`REST`]; somebody else takes its
//! place.

mod life;
mod post;
mod speech;
mod v4;
mod v6;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use murre_tests::history::timeline::{Event, Lease, Micros, What};

use crate::chance::Chance;
use crate::stage::Network;
use crate::tally::{Service, Tally};
use crate::time::{now, seconds};
pub(crate) use life::Client;
use post::Post;
use speech::{Answer, Given, Say, Speech};
pub(crate) use v4::Dhcp4;
pub(crate) use v6::Dhcp6;

/// A message that gives a lease back may reach the database late: a stopped worker has it in its
/// socket, a hung database in a connection. No fault lasts so long, with all that follows from it.
const REST: Micros = 90_000_000;
/// A message is repeated after this time, then after twice as long, and so on.
const REPEAT: Micros = 1_000_000;
/// How often.
const REPEATS: u32 = 4;
/// How long late answers are listened to at the end.
const LATE: Micros = 1_500_000;

/// What all clients share with the rest of the program.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) tally: Tally,
    pub(crate) service: [Service; 2],
    /// When each worker was heard last, in microseconds.
    pub(crate) heard: [AtomicU64; 8],
    pub(crate) stop: AtomicBool,
}

/// The clients of a family.
pub(crate) struct Crowd<S> {
    speech: S,
    post: Post,
    shared: Arc<Shared>,
    chance: Chance,
    clients: Vec<Client>,
    /// When each client has something to do; entries that are no longer true are skipped.
    due: BinaryHeap<Reverse<(Micros, usize)>>,
    /// Every query ever sent, by its transaction: answers may come late and twice.
    asked: HashMap<u32, Asked>,
    /// Clients that rest, and when they may be back.
    resting: VecDeque<(Micros, u32)>,
    /// The highest identity that was ever here.
    newest: u32,
    newest_xid: u32,
    waiting: usize,
    events: Vec<Event>,
}

/// A query.
struct Asked {
    slot: usize,
    who: u32,
    place: usize,
    what: Asking,
    sent: Micros,
    /// What it named.
    named: Vec<Given>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asking {
    Discover,
    Take,
    Renew,
    GiveBack,
}

impl<S: Speech> Crowd<S> {
    /// So many clients before these workers, which share them or do not.
    pub(crate) fn new(
        speech: S,
        network: &Network,
        (clients, sharing): (u32, bool),
        seed: u64,
        shared: Arc<Shared>,
    ) -> Self {
        let mut chance = Chance::new(seed);
        let post = Post::open(network, S::VERSION, sharing);
        let places = S::places().len();
        let start = now();
        let mut due = BinaryHeap::new();
        let newcomers = (0..clients).map(|who| {
            let slot = who as usize;
            let at = start + seconds(chance.between(0.0, 5.0));
            due.push(Reverse((at, slot)));
            Client::new(who, slot % places, at)
        });
        let clients: Vec<Client> = newcomers.collect();
        Self {
            speech,
            post,
            shared,
            chance,
            newest: clients.len() as u32,
            clients,
            due,
            asked: HashMap::new(),
            newest_xid: 0,
            resting: VecDeque::new(),
            waiting: 0,
            events: Vec::new(),
        }
    }

    /// Runs until it is told to stop: what happened.
    pub(crate) fn run(mut self) -> Vec<Event> {
        while !self.shared.stop.load(Relaxed) {
            self.listen();
            let at = now();
            while let Some(Reverse((due, slot))) = self.due.peek().copied() {
                if due > at {
                    break;
                }
                self.due.pop();
                if self.clients[slot].due == due {
                    self.act(slot);
                }
            }
        }
        let end = now() + LATE;
        while now() < end {
            self.listen();
        }
        self.events
    }

    fn listen(&mut self) {
        for (packet, worker) in self.post.receive() {
            let at = now();
            if let Some(worker) = worker {
                self.shared.heard[worker].store(at, Relaxed);
            }
            if let Some((xid, answer)) = self.speech.hear(&packet) {
                self.hear(xid, answer, &packet, at);
            }
        }
    }

    /// Sends a query and waits for its answer.
    fn ask(&mut self, slot: usize, what: Asking, say: Say<'_>, named: Vec<Given>) {
        let at = now();
        self.newest_xid += 1;
        let xid = self.newest_xid;
        let client = &self.clients[slot];
        let (who, place) = (client.who, client.place);
        let place_of = &S::places()[place];
        let message = self.speech.message(who, place_of, xid, say);
        self.post.send(&message, place_of, who);
        let asked = Asked {
            slot,
            who,
            place,
            what,
            sent: at,
            named,
        };
        if what == Asking::GiveBack {
            for given in &asked.named {
                let lease = self.lease(&asked, given);
                self.events.push(event(lease, What::GivenBack, at, at));
            }
        } else {
            self.shared.tally.asked.add();
            self.waiting += 1;
            self.service().asked(at);
            let client = &mut self.clients[slot];
            client.pending = Some((xid, message));
            client.repeats = 0;
            self.wait(slot, at + REPEAT);
        }
        self.asked.insert(xid, asked);
    }

    fn service(&self) -> &Service {
        &self.shared.service[usize::from(S::VERSION == 6)]
    }

    /// Nothing is to be done for a client until then.
    fn wait(&mut self, slot: usize, until: Micros) {
        self.clients[slot].due = until;
        self.due.push(Reverse((until, slot)));
    }

    fn lease(&self, asked: &Asked, given: &Given) -> Lease {
        Lease {
            holder: S::holder(asked.who, given.kind),
            iaid: given.iaid,
            subnet_id: S::places()[asked.place].subnet_id,
            address: given.address,
            len: given.len,
        }
    }

    /// Records whatever an answer says, and lets its client go on if it waits for this one.
    fn hear(&mut self, xid: u32, answer: Answer, packet: &[u8], at: Micros) {
        let Some(asked) = self.asked.remove(&xid) else {
            return; // another program's
        };
        if asked.what != Asking::GiveBack {
            self.record(&asked, &answer, at);
            let client = &self.clients[asked.slot];
            if client.who == asked.who && client.pending.as_ref().is_some_and(|(id, _)| *id == xid)
            {
                self.proceed(&asked, answer, packet, at);
            }
        }
        self.asked.insert(xid, asked);
    }

    fn record(&mut self, asked: &Asked, answer: &Answer, at: Micros) {
        match answer {
            Answer::Leases { given, denied } => {
                for given in given {
                    let what = What::Acknowledged(given.lifetime);
                    let lease = self.lease(asked, given);
                    self.events.push(event(lease, what, asked.sent, at));
                }
                let named = |given: &&Given| {
                    denied.iter().any(|(kind, iaid, address)| {
                        (*kind, *iaid) == (given.kind, given.iaid)
                            && address.is_none_or(|address| address == given.address)
                    })
                };
                for given in asked.named.iter().filter(named) {
                    let lease = self.lease(asked, given);
                    self.events.push(event(lease, What::Denied, asked.sent, at));
                }
            }
            Answer::No => {
                for given in &asked.named {
                    let lease = self.lease(asked, given);
                    self.events.push(event(lease, What::Denied, asked.sent, at));
                }
            }
            Answer::Offer(_) | Answer::Nothing => {}
        }
    }
}

fn event(lease: Lease, what: What, sent: Micros, heard: Micros) -> Event {
    Event {
        lease,
        what,
        sent,
        heard,
    }
}
