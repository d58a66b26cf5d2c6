//! What clients do about answers and about silence.

use std::collections::VecDeque;

use crate::clients::{Clients, Turn};
use crate::counts::Counts;
use crate::exchange::{Exchange, Exchanges, ROOM, State};
use crate::settings::Settings;
use crate::speech::{Grant, Half, Heard, Packet, Says, Speech};

/// All clients of a generator and what they are about.
#[derive(Debug)]
pub(crate) struct Conversation<S> {
    speech: S,
    clients: Clients,
    pub(crate) exchanges: Exchanges,
    pub(crate) counts: Counts,
    timeout: u64,
    retransmission: Option<Retransmission>,
    /// Leases are given back at once.
    releases: bool,
    /// Messages that were written and have not left yet.
    written: Vec<(u64, Half)>,
}

/// Messages in the order in which they are to be sent again if nothing comes.
#[derive(Debug)]
struct Retransmission {
    after: u64,
    due: VecDeque<Sent>,
}

#[derive(Clone, Copy, Debug)]
struct Sent {
    number: u64,
    xid: u32,
    half: Half,
    at: u64,
}

impl<S: Speech> Conversation<S> {
    /// Nobody has said anything.
    pub(crate) fn new(speech: S, settings: &Settings) -> Self {
        let retransmission = settings.retransmit.map(|after| Retransmission {
            after: crate::clock::nanos(after),
            due: VecDeque::with_capacity(ROOM as usize),
        });
        Self {
            speech,
            clients: Clients::new(settings),
            exchanges: Exchanges::new(settings.seed),
            counts: Counts::new(),
            timeout: crate::clock::nanos(settings.timeout),
            retransmission,
            releases: settings.release,
            written: Vec::new(),
        }
    }

    /// What was written leaves now: answers are timed from here on.
    pub(crate) fn leave(&mut self, now: u64) {
        for (number, half) in self.written.drain(..) {
            self.exchanges.leaves(number, half, now);
        }
    }

    /// Begins an exchange: with a new lease whatever the scenario says, if `taking`. False, and no
    /// packet, when nobody can begin now.
    pub(crate) fn begin(&mut self, taking: bool, now: u64, packet: &mut Packet) -> bool {
        if !self.exchanges.has_room() {
            return false;
        }
        let turn = if taking {
            self.clients.first()
        } else {
            self.clients.turn()
        };
        let begun =
            turn.and_then(|Turn { client, renews }| self.exchanges.begin(client, renews, now));
        let Some(exchange) = begun else { return false };
        self.counts.started += 1;
        self.counts.renewals += u64::from(exchange.renewal);
        let half = if exchange.renewal {
            Half::Second
        } else {
            Half::First
        };
        self.say(&exchange, half, now, packet);
        true
    }

    /// Takes in a datagram that came at `came`; true when there is a packet to send for it.
    pub(crate) fn hear(
        &mut self,
        datagram: &[u8],
        came: u64,
        now: u64,
        packet: &mut Packet,
    ) -> bool {
        let heard = self.speech.hear(datagram);
        let found = heard.and_then(|heard| Some((heard, self.exchanges.of(heard.xid)?)));
        let Some((heard, (exchange, half_of_xid))) = found else {
            self.counts.unexpected += 1;
            return false;
        };
        if exchange.released && !S::ONE_XID && (half_of_xid, heard.half) == RELEASED {
            self.counts.release_answers += 1;
            return false;
        }
        let fits = half_of_xid == if S::ONE_XID { Half::First } else { heard.half };
        let counter = match exchange.use_of(heard.half) {
            _ if !fits => &mut self.counts.unexpected,
            Use::Unexpected => &mut self.counts.unexpected,
            Use::Duplicate => &mut self.counts.duplicates,
            Use::Late => &mut self.counts.late,
            Use::Wanted => {
                let exchange = *exchange;
                let delay = came.saturating_sub(exchange.sent);
                self.counts.answered(heard.half, delay);
                return self.go_on(exchange, heard, came, now, packet);
            }
        };
        *counter += 1;
        false
    }

    /// What follows from the answer that an exchange waits for.
    fn go_on(
        &mut self,
        mut exchange: Exchange,
        heard: Heard,
        came: u64,
        now: u64,
        packet: &mut Packet,
    ) -> bool {
        let answered = State::Answered(heard.half);
        match (heard.says, heard.half) {
            (Says::Given(grant), Half::First) => {
                (exchange.state, exchange.sent, exchange.grant) = (State::Second, now, grant);
                self.exchanges.put(exchange);
                self.say(&exchange, Half::Second, now, packet);
                return true;
            }
            (Says::Given(grant), Half::Second) => {
                let whole = came.saturating_sub(exchange.begun);
                self.counts.exchange.record(whole);
                self.counts.finished += 1;
                self.counts.last_end = self.counts.last_end.max(came);
                self.clients.granted(exchange.client, grant);
                if self.releases {
                    exchange.released = true;
                    self.counts.released += 1;
                    self.give_back(&exchange, &grant, packet);
                }
            }
            (Says::Refused(refusal), half) => {
                let offered = half == Half::Second && !exchange.renewal;
                self.counts.conflicts += u64::from(offered);
                self.counts.refused(refusal);
                self.clients.refused(exchange.client);
            }
        }
        exchange.state = answered;
        self.exchanges.put(exchange);
        self.exchanges.ended();
        exchange.released
    }

    /// Nobody waits for what becomes of it: in v4 it has no answer.
    fn give_back(&mut self, exchange: &Exchange, grant: &Grant, packet: &mut Packet) {
        let who = self.exchanges.who(exchange, Half::First, S::ONE_XID);
        packet.client = exchange.client;
        self.speech.release(who, grant, packet);
    }

    /// Gives up what has waited for too long.
    pub(crate) fn expire(&mut self, now: u64) {
        let Some(limit) = now.checked_sub(self.timeout) else {
            return;
        };
        while let Some(exchange) = self.exchanges.expire(limit) {
            self.counts.lost += 1;
            self.clients.lost(exchange.client);
        }
    }

    /// The next message that is to be sent again; false when there is none now.
    pub(crate) fn repeat(&mut self, now: u64, packet: &mut Packet) -> bool {
        loop {
            let Some(retransmission) = &mut self.retransmission else {
                return false;
            };
            let Some(sent) = retransmission.due.front().copied() else {
                return false;
            };
            if sent.at + retransmission.after > now {
                return false;
            }
            retransmission.due.pop_front();
            let waits = match sent.half {
                Half::First => State::First,
                Half::Second => State::Second,
            };
            let still = |(exchange, _): (&mut Exchange, Half)| {
                (exchange.number == sent.number && exchange.state == waits).then_some(*exchange)
            };
            if let Some(exchange) = self.exchanges.of(sent.xid).and_then(still) {
                self.counts.retransmitted += 1;
                self.say_again(&exchange, sent.half, now, packet);
                return true;
            }
        }
    }

    /// When something is to be done although nothing comes.
    pub(crate) fn next_due(&self) -> Option<u64> {
        let expires = self
            .exchanges
            .oldest_began()
            .map(|began| began + self.timeout);
        let repeats = self.retransmission.as_ref().and_then(|retransmission| {
            let front = retransmission.due.front()?;
            Some(front.at + retransmission.after)
        });
        [expires, repeats].into_iter().flatten().min()
    }

    /// Writes the message of a half, to be timed from when it leaves.
    fn say(&mut self, exchange: &Exchange, half: Half, now: u64, packet: &mut Packet) {
        self.written.push((exchange.number, half));
        self.say_again(exchange, half, now, packet);
    }

    /// Writes the message of a half, and remembers to send it again if that is wanted.
    fn say_again(&mut self, exchange: &Exchange, half: Half, now: u64, packet: &mut Packet) {
        packet.client = exchange.client;
        let who = self.exchanges.who(exchange, half, S::ONE_XID);
        match half {
            Half::First => self.speech.first(who, packet),
            Half::Second if exchange.renewal => self.speech.renewal(who, &exchange.grant, packet),
            Half::Second => self.speech.second(who, &exchange.grant, packet),
        }
        if let Some(retransmission) = &mut self.retransmission {
            let (number, xid) = (exchange.number, who.xid);
            retransmission.due.push_back(Sent {
                number,
                xid,
                half,
                at: now,
            });
        }
    }
}

/// The transaction in which a lease is given back, and how the answer to that looks.
const RELEASED: (Half, Half) = (Half::First, Half::Second);

/// What an answer is good for.
enum Use {
    /// It is waited for.
    Wanted,
    /// There was one before.
    Duplicate,
    /// The exchange was given up.
    Late,
    /// Nobody has asked for it.
    Unexpected,
}

impl Exchange {
    fn use_of(&self, half: Half) -> Use {
        match (self.state, half) {
            (_, Half::First) if self.renewal => Use::Unexpected,
            (State::First, Half::First) | (State::Second, Half::Second) => Use::Wanted,
            (State::Lost(lost), half) if lost == half => Use::Late,
            (
                State::First | State::Lost(Half::First) | State::Answered(Half::First),
                Half::Second,
            ) => Use::Unexpected,
            _ => Use::Duplicate,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::settings::{Protocol, Scenario, examples};
    use crate::speech::{Refusal, Who};

    /// Messages are one letter and the transaction: `o` and `a` are answers, `n` is a refusal.
    #[derive(Debug, Default)]
    struct Letters;

    fn letter(kind: u8, who: Who) -> Vec<u8> {
        [&[kind][..], &who.xid.to_be_bytes()].concat()
    }

    impl Speech for Letters {
        const ONE_XID: bool = false;

        fn first(&self, who: Who, packet: &mut Packet) {
            packet.write(&letter(b'd', who));
        }

        fn second(&self, who: Who, _: &Grant, packet: &mut Packet) {
            packet.write(&letter(b'r', who));
        }

        fn renewal(&self, who: Who, _: &Grant, packet: &mut Packet) {
            packet.write(&letter(b'e', who));
        }

        fn release(&self, who: Who, _: &Grant, packet: &mut Packet) {
            packet.write(&letter(b'x', who));
        }

        fn hear(&mut self, datagram: &[u8]) -> Option<Heard> {
            let (kind, xid) = datagram.split_first()?;
            let xid = u32::from_be_bytes(xid.try_into().ok()?);
            let grant = Says::Given(Grant::default());
            let (half, says) = match kind {
                b'o' => (Half::First, grant),
                b'a' => (Half::Second, grant),
                b'n' => (Half::Second, Says::Refused(Refusal::Nak)),
                _ => return None,
            };
            Some(Heard { xid, half, says })
        }
    }

    fn talk(change: impl FnOnce(&mut Settings)) -> Conversation<Letters> {
        let mut settings = examples::relayed(Protocol::V6);
        settings.timeout = Duration::from_nanos(100);
        change(&mut settings);
        Conversation::new(Letters, &settings)
    }

    /// The answer of this kind to a packet.
    fn answer(kind: u8, packet: &Packet) -> Vec<u8> {
        [&[kind][..], &packet.bytes()[1..]].concat()
    }

    #[test]
    fn an_exchange_goes_through_both_halves_and_each_is_timed() {
        let mut talk = talk(|_| {});
        let (mut discover, mut request) = (Packet::empty(), Packet::empty());
        assert!(talk.begin(false, 10, &mut discover));
        assert!(talk.hear(&answer(b'o', &discover), 14, 20, &mut request));
        assert_eq!((discover.bytes()[0], request.bytes()[0]), (b'd', b'r'));
        assert!(!talk.hear(&answer(b'a', &request), 27, 30, &mut discover));
        let counts = &talk.counts;
        assert_eq!((counts.started, counts.finished, counts.lost), (1, 1, 0));
        let maxima = [&counts.first, &counts.second, &counts.exchange].map(|delays| delays.max());
        assert_eq!(maxima, [4, 7, 17]);
        assert_eq!(talk.exchanges.open(), 0);
    }

    #[test]
    fn answers_are_timed_from_when_messages_leave() {
        let mut talk = talk(|_| {});
        let (mut discover, mut request) = (Packet::empty(), Packet::empty());
        talk.begin(false, 10, &mut discover);
        talk.leave(12);
        talk.hear(&answer(b'o', &discover), 14, 20, &mut request);
        talk.leave(25);
        talk.hear(&answer(b'a', &request), 27, 30, &mut discover);
        let counts = &talk.counts;
        let maxima = [&counts.first, &counts.second, &counts.exchange].map(|delays| delays.max());
        assert_eq!(maxima, [2, 2, 17]);
    }

    #[test]
    fn a_lease_is_given_back_once_it_is_granted_and_the_answer_is_known() {
        let mut talk = talk(|settings| settings.release = true);
        let (mut discover, mut request) = (Packet::empty(), Packet::empty());
        talk.begin(false, 0, &mut discover);
        talk.hear(&answer(b'o', &discover), 1, 1, &mut request);
        let mut release = Packet::empty();
        assert!(talk.hear(&answer(b'a', &request), 2, 2, &mut release));
        assert_eq!(release.bytes()[0], b'x');
        assert!(!talk.hear(&answer(b'a', &release), 3, 3, &mut request));
        let counts = &talk.counts;
        assert_eq!((counts.released, counts.release_answers), (1, 1));
        assert_eq!((counts.duplicates, counts.unexpected), (0, 0));
        assert_eq!(talk.exchanges.open(), 0);
    }

    #[test]
    fn answers_beyond_the_first_are_duplicates_late_or_noise() {
        let mut talk = talk(|_| {});
        let (mut discover, mut request, mut other) =
            (Packet::empty(), Packet::empty(), Packet::empty());
        talk.begin(false, 0, &mut discover);
        let (offer, early) = (answer(b'o', &discover), answer(b'a', &discover));
        assert!(
            !talk.hear(&early, 1, 1, &mut request),
            "nothing was requested yet"
        );
        talk.hear(&offer, 1, 1, &mut request);
        assert!(!talk.hear(&offer, 2, 2, &mut other));
        let ack = answer(b'a', &request);
        talk.hear(&ack, 3, 3, &mut other);
        talk.hear(&ack, 4, 4, &mut other);
        talk.begin(false, 10, &mut discover);
        talk.expire(110);
        talk.hear(&answer(b'o', &discover), 120, 120, &mut other);
        talk.hear(b"noise", 120, 120, &mut other);
        let counts = &talk.counts;
        assert_eq!(
            (counts.duplicates, counts.late, counts.unexpected),
            (2, 1, 2)
        );
        assert_eq!((counts.finished, counts.lost), (1, 1));
    }

    #[test]
    fn a_refusal_ends_an_exchange_without_finishing_it() {
        let mut talk = talk(|_| {});
        let (mut discover, mut request) = (Packet::empty(), Packet::empty());
        talk.begin(false, 0, &mut discover);
        talk.hear(&answer(b'o', &discover), 1, 1, &mut request);
        talk.hear(&answer(b'n', &request), 2, 2, &mut discover);
        talk.expire(1000);
        let counts = &talk.counts;
        assert_eq!((counts.naks, counts.finished, counts.lost), (1, 0, 0));
        assert_eq!(counts.conflicts, 1, "it had been offered");
        assert_eq!(talk.exchanges.open(), 0);
    }

    #[test]
    fn a_lease_that_was_taken_is_renewed_by_one_half() {
        let mut talk =
            talk(|settings| (settings.scenario, settings.clients) = (Scenario::Renew, 1));
        let (mut query, mut request) = (Packet::empty(), Packet::empty());
        assert!(!talk.begin(false, 0, &mut query), "nothing to renew yet");
        talk.begin(true, 0, &mut query);
        talk.hear(&answer(b'o', &query), 1, 1, &mut request);
        talk.hear(&answer(b'a', &request), 2, 2, &mut query);
        assert!(talk.begin(false, 3, &mut query));
        assert_eq!(query.bytes()[0], b'e');
        talk.hear(&answer(b'a', &query), 5, 5, &mut request);
        assert_eq!((talk.counts.finished, talk.counts.renewals), (2, 1));
    }

    #[test]
    fn what_is_not_answered_is_sent_again_only_where_that_is_wanted() {
        let mut packet = Packet::empty();
        let mut silent = talk(|_| {});
        silent.begin(false, 0, &mut packet);
        assert!(!silent.repeat(1000, &mut packet));
        assert_eq!(silent.next_due(), Some(100));

        let mut stubborn = talk(|s| s.retransmit = Some(Duration::from_nanos(40)));
        stubborn.begin(false, 0, &mut packet);
        let (discover, mut request) = (packet.clone(), Packet::empty());
        assert_eq!(stubborn.next_due(), Some(40));
        assert!(!stubborn.repeat(39, &mut packet));
        assert!(stubborn.repeat(40, &mut packet));
        assert_eq!(packet.bytes(), discover.bytes());
        stubborn.hear(&answer(b'o', &discover), 50, 50, &mut request);
        assert!(
            !stubborn.repeat(89, &mut packet),
            "the first half is answered"
        );
        assert!(stubborn.repeat(90, &mut packet));
        assert_eq!(packet.bytes(), request.bytes());
        stubborn.expire(100);
        assert!(!stubborn.repeat(1000, &mut packet));
        assert_eq!(
            (stubborn.counts.retransmitted, stubborn.counts.lost),
            (2, 1)
        );
    }
}
