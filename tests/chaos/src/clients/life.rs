//! What a client does next.

use murre_tests::history::timeline::Micros;

use super::{Answer, Asked, Asking, Crowd, Given, REPEAT, REPEATS, REST, Say, Speech};
use crate::time::{now, seconds};

/// A client, or the place that clients take one after the other.
#[derive(Debug)]
pub(crate) struct Client {
    pub(super) who: u32,
    pub(super) place: usize,
    pub(super) due: Micros,
    /// The transaction that is under way, with its message.
    pub(super) pending: Option<(u32, Vec<u8>)>,
    pub(super) repeats: u32,
    leases: Vec<Given>,
    /// Until when the first of them may be used.
    until: Micros,
    /// The server that gave them (v6).
    server: Vec<u8>,
}

impl Client {
    pub(super) fn new(who: u32, place: usize, due: Micros) -> Self {
        Self {
            who,
            place,
            due,
            pending: None,
            repeats: 0,
            leases: Vec::new(),
            until: 0,
            server: Vec::new(),
        }
    }
}

impl<S: Speech> Crowd<S> {
    /// Its time has come.
    pub(super) fn act(&mut self, slot: usize) {
        if self.clients[slot].pending.is_some() {
            return self.repeat(slot);
        }
        let client = &mut self.clients[slot];
        if client.until <= now() {
            client.leases.clear();
        }
        if client.leases.is_empty() {
            return self.ask(slot, Asking::Discover, Say::Discover, Vec::new());
        }
        let leases = client.leases.clone();
        let server = client.server.clone();
        match self.chance.below(100) {
            0..60 => self.ask(
                slot,
                Asking::Renew,
                Say::Renew(&leases, &server),
                leases.clone(),
            ),
            60..75 => self.ask(slot, Asking::Renew, Say::Rebind(&leases), leases.clone()),
            75..83 => {
                self.shared.tally.released.add();
                let say = Say::Release(&leases, &server);
                self.ask(slot, Asking::GiveBack, say, leases.clone());
                self.replace(slot);
            }
            // Prefixes cannot be declined.
            83..86 if leases.iter().any(Given::is_address) => {
                self.shared.tally.declined.add();
                let addresses: Vec<_> = leases.into_iter().filter(Given::is_address).collect();
                let say = Say::Decline(&addresses, &server);
                self.ask(slot, Asking::GiveBack, say, addresses.clone());
                self.replace(slot);
            }
            86..91 => {
                self.shared.tally.moved.add();
                self.move_on(slot);
                self.ask(slot, Asking::Discover, Say::Discover, Vec::new());
            }
            91..95 => {
                self.shared.tally.lapsed.add();
                let pause = seconds(self.chance.between(0.0, 4.0));
                let until = self.clients[slot].until + pause;
                self.wait(slot, until);
            }
            // It forgot all.
            _ => self.ask(slot, Asking::Discover, Say::Discover, Vec::new()),
        }
    }

    fn repeat(&mut self, slot: usize) {
        let at = now();
        let client = &mut self.clients[slot];
        client.repeats += 1;
        if client.repeats > REPEATS {
            self.shared.tally.unanswered.add();
            self.waiting -= 1;
            client.pending = None;
            // The place may be full.
            if client.leases.is_empty() && self.chance.below(2) == 0 {
                self.move_on(slot);
            }
            let pause = seconds(self.chance.between(0.2, 2.0));
            return self.wait(slot, at + pause);
        }
        self.shared.tally.repeated.add();
        let pause = REPEAT << client.repeats.min(2);
        if let Some((_, message)) = &client.pending {
            self.post
                .send(message, &S::places()[client.place], client.who);
        }
        self.wait(slot, at + pause);
    }

    /// To another subnet, without a word in the old one.
    fn move_on(&mut self, slot: usize) {
        let places = S::places().len();
        let step = 1 + self.chance.below(places - 1);
        let client = &mut self.clients[slot];
        client.place = (client.place + step) % places;
        client.leases.clear();
    }

    /// Somebody else takes its place: one who has rested for long enough, or one who was never here.
    fn replace(&mut self, slot: usize) {
        let at = now();
        let gone = self.clients[slot].who;
        self.resting.push_back((at + REST, gone));
        let rested = self.resting.pop_front_if(|(until, _)| *until <= at);
        let who = rested.map_or_else(
            || {
                self.newest += 1;
                self.newest - 1
            },
            |(_, who)| who,
        );
        let place = self.chance.below(S::places().len());
        let due = at + seconds(self.chance.between(0.2, 3.0));
        self.clients[slot] = Client::new(who, place, due);
        self.wait(slot, due);
    }

    /// The answer it waits for is there.
    pub(super) fn proceed(&mut self, asked: &Asked, answer: Answer, packet: &[u8], at: Micros) {
        let slot = asked.slot;
        match (asked.what, answer) {
            (Asking::Discover, Answer::Offer(named)) => {
                self.settled(slot);
                self.ask(slot, Asking::Take, Say::Take(packet), named);
            }
            (Asking::Take | Asking::Renew, Answer::Leases { given, .. }) if !given.is_empty() => {
                self.settled(slot);
                self.shared.service[usize::from(S::VERSION == 6)].answered(at, self.waiting > 0);
                let tally = &self.shared.tally;
                let count = if asked.what == Asking::Take {
                    &tally.granted
                } else {
                    &tally.renewed
                };
                count.add();
                let shortest = given.iter().map(|given| given.lifetime).min().unwrap_or(0);
                let client = &mut self.clients[slot];
                client.until = asked.sent + u64::from(shortest) * 1_000_000;
                client.server = S::server(packet);
                client.leases = given;
                let pause = self.chance.between(1.0, f64::from(shortest) * 0.6);
                self.wait(slot, at + seconds(pause));
            }
            (Asking::Take | Asking::Renew, Answer::No | Answer::Leases { .. }) => {
                self.settled(slot);
                let tally = &self.shared.tally;
                let is_take = asked.what == Asking::Take;
                (if is_take {
                    &tally.conflicts
                } else {
                    &tally.refused
                })
                .add();
                self.clients[slot].leases.clear();
                let pause = seconds(self.chance.between(0.05, 0.5));
                self.wait(slot, at + pause);
            }
            (Asking::Discover, Answer::Nothing) => {
                self.settled(slot);
                self.move_on(slot);
                let pause = seconds(self.chance.between(0.5, 3.0));
                self.wait(slot, at + pause);
            }
            // Not what an answer to this may be; others may come.
            _ => {}
        }
    }

    fn settled(&mut self, slot: usize) {
        self.clients[slot].pending = None;
        self.waiting -= 1;
    }
}
