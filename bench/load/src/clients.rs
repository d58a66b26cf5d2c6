//! Who begins the next exchange, and with what.

use crate::settings::{Scenario, Settings};
use crate::speech::Grant;

/// How many clients in a row are looked at for one that can begin.
const LOOK: u32 = 64;

/// What a client begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Which client.
    pub(crate) client: u32,
    /// The lease it renews; none: it asks for one.
    pub(crate) renews: Option<Grant>,
}

/// All clients of a generator.
#[derive(Debug)]
pub(crate) struct Clients {
    count: u32,
    /// A bit per client: an exchange of it is open.
    busy: Box<[u64]>,
    /// What each was given; only where somebody renews.
    leases: Vec<Option<Grant>>,
    next: u32,
    next_renewal: u32,
    /// Fraction of the exchanges that renew.
    renewals: f64,
    chance: u64,
}

impl Clients {
    /// None of them has begun anything.
    pub(crate) fn new(settings: &Settings) -> Self {
        let renewals = match settings.scenario {
            Scenario::New => 0.0,
            Scenario::Renew => 1.0,
            Scenario::Mix => settings.renewals,
        };
        let count = settings.clients;
        let leases = if renewals > 0.0 { count as usize } else { 0 };
        Self {
            count,
            busy: vec![0; count as usize / 64 + 1].into_boxed_slice(),
            leases: vec![None; leases],
            next: 0,
            next_renewal: 0,
            renewals,
            chance: u64::from(settings.seed),
        }
    }

    /// The next to begin; `None` when all that were looked at are busy or, where everybody renews,
    /// have no lease.
    pub(crate) fn turn(&mut self) -> Option<Turn> {
        let renewal = self.throw() < self.renewals;
        if renewal && let Some(turn) = self.renewal() {
            return Some(turn);
        }
        if self.renewals >= 1.0 {
            return None;
        }
        self.first()
    }

    /// The next to ask for a lease, whatever the scenario.
    pub(crate) fn first(&mut self) -> Option<Turn> {
        for _ in 0..LOOK {
            let client = self.next;
            self.next = (client + 1) % self.count;
            if !self.is_busy(client) {
                self.set_busy(client, true);
                let renews = None;
                return Some(Turn { client, renews });
            }
        }
        None
    }

    /// An exchange that gave a lease has ended.
    pub(crate) fn granted(&mut self, client: u32, grant: Grant) {
        self.set_busy(client, false);
        if let Some(lease) = self.leases.get_mut(client as usize) {
            *lease = Some(grant);
        }
    }

    /// An exchange was refused: the client has no lease.
    pub(crate) fn refused(&mut self, client: u32) {
        self.set_busy(client, false);
        if let Some(lease) = self.leases.get_mut(client as usize) {
            *lease = None;
        }
    }

    /// An exchange was lost: what the client had, it has.
    pub(crate) fn lost(&mut self, client: u32) {
        self.set_busy(client, false);
    }

    fn renewal(&mut self) -> Option<Turn> {
        for _ in 0..LOOK {
            let client = self.next_renewal;
            self.next_renewal = (client + 1) % self.count;
            let renews = self.leases.get(client as usize).copied().flatten();
            if renews.is_some() && !self.is_busy(client) {
                self.set_busy(client, true);
                return Some(Turn { client, renews });
            }
            // Clients get their leases in order, so there is none behind the first without.
            if renews.is_none() && self.renewals < 1.0 {
                self.next_renewal = 0;
            }
        }
        None
    }

    fn is_busy(&self, client: u32) -> bool {
        let word = self.busy.get(client as usize / 64).copied();
        word.is_some_and(|word| word & (1 << (client % 64)) != 0)
    }

    fn set_busy(&mut self, client: u32, busy: bool) {
        if let Some(word) = self.busy.get_mut(client as usize / 64) {
            let bit = 1 << (client % 64);
            *word = if busy { *word | bit } else { *word & !bit };
        }
    }

    /// A number from 0 to below 1, the same ones in every run with this seed (SplitMix64).
    fn throw(&mut self) -> f64 {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.chance;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Protocol, examples};

    fn clients(scenario: Scenario, count: u32) -> Clients {
        Clients::new(&Settings {
            scenario,
            clients: count,
            ..examples::relayed(Protocol::V4)
        })
    }

    #[test]
    fn every_client_comes_before_the_first_comes_again() {
        let mut clients = clients(Scenario::New, 3);
        let mut order = Vec::new();
        for _ in 0..6 {
            let turn = clients.turn().unwrap();
            assert_eq!(turn.renews, None);
            order.push(turn.client);
            clients.granted(turn.client, Grant::default());
        }
        assert_eq!(order, [0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn nobody_has_two_exchanges_at_once() {
        let mut clients = clients(Scenario::New, 2);
        let one = clients.turn().unwrap().client;
        let other = clients.turn().unwrap().client;
        assert_ne!(one, other);
        assert_eq!(clients.turn(), None);
        clients.lost(one);
        assert_eq!(clients.turn().map(|turn| turn.client), Some(one));
    }

    #[test]
    fn only_what_was_given_and_not_refused_is_renewed() {
        assert_eq!(clients(Scenario::Renew, 3).turn(), None);
        let mut clients = clients(Scenario::Renew, 3);
        for server in 0..2 {
            let client = clients.first().unwrap().client;
            let grant = Grant {
                server,
                ..Grant::default()
            };
            clients.granted(client, grant);
        }
        let turn = clients.turn().unwrap();
        assert_eq!((turn.client, turn.renews.unwrap().server), (0, 0));
        clients.refused(0);
        let turn = clients.turn().unwrap();
        assert_eq!((turn.client, turn.renews.unwrap().server), (1, 1));
        clients.lost(1);
        assert_eq!(clients.turn().map(|turn| turn.client), Some(1));
    }

    #[test]
    fn a_mix_renews_its_share_and_repeats_itself_with_its_seed() {
        let run = || {
            let mut clients = clients(Scenario::Mix, 5000);
            let turns = (0..1000).map(|_| {
                let turn = clients.turn().unwrap();
                clients.granted(turn.client, Grant::default());
                turn.renews.is_some()
            });
            turns.collect::<Vec<_>>()
        };
        let first = run();
        let renewals = first.iter().filter(|renews| **renews).count();
        assert!((400..600).contains(&renewals), "{renewals}");
        assert_eq!(first, run());
    }
}
