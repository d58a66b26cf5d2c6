//! The loop that makes load.

use std::thread;
use std::time::Duration;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::LoadError;
use crate::clock::{Clock, nanos};
use crate::conversation::Conversation;
use crate::counts::Counts;
use crate::outcome::{Frame, Outcome};
use crate::pace::{Load, Pace};
use crate::settings::{Protocol, Scenario, Settings};
use crate::socket::{Party, Sockets};
use crate::speech::{Dhcp4, Dhcp6, Packet, Speech};

/// Exchanges that begin in a row before answers are looked at.
const BURST: u64 = 32;
/// Exchanges open while leases to renew are taken.
const PREPARING: u64 = 100;
/// The most time that leases to renew are taken for.
const PREPARATION: Duration = Duration::from_secs(3600);

/// Clients of one protocol at one place. No client of a generator comes twice before all came once,
/// however many runs there are.
pub struct Generator {
    spoken: Spoken,
    scenario: Scenario,
    clients: u32,
}

enum Spoken {
    V4(Box<Run<Dhcp4>>),
    V6(Box<Run<Dhcp6>>),
}

impl Generator {
    /// Opens sockets; sends nothing yet.
    ///
    /// # Errors
    /// Settings that do not go together, and sockets that the kernel refuses.
    pub fn open(settings: &Settings) -> Result<Self, LoadError> {
        settings.check()?;
        let spoken = match settings.protocol {
            Protocol::V4 => Spoken::V4(Box::new(Run::open(Dhcp4::new(settings), settings)?)),
            Protocol::V6 => Spoken::V6(Box::new(Run::open(Dhcp6::new(settings), settings)?)),
        };
        Ok(Self {
            spoken,
            scenario: settings.scenario,
            clients: settings.clients,
        })
    }

    /// Where everybody renews: takes a lease for each client first; what came of that.
    ///
    /// # Errors
    /// When no client was given one, or the kernel fails.
    pub fn prepare(&mut self) -> Result<Option<Outcome>, LoadError> {
        if self.scenario != Scenario::Renew {
            return Ok(None);
        }
        let load = Load {
            pace: Pace::Window(PREPARING.min(u64::from(self.clients))),
            period: PREPARATION,
            exchanges: Some(u64::from(self.clients)),
        };
        let outcome = self.run_some(&load, true)?;
        if outcome.finished == 0 {
            return Err(LoadError::NoLeases {
                started: outcome.started,
                finished: outcome.finished,
            });
        }
        Ok(Some(outcome))
    }

    /// Makes load and waits until every exchange has ended or is lost.
    ///
    /// # Errors
    /// When the kernel fails; servers that do not answer are no error.
    pub fn run(&mut self, load: &Load) -> Result<Outcome, LoadError> {
        self.run_some(load, false)
    }

    /// Listens to what still comes of an earlier run, for as long as an exchange may take.
    ///
    /// # Errors
    /// When the kernel fails.
    pub fn settle(&mut self) -> Result<(), LoadError> {
        match &mut self.spoken {
            Spoken::V4(run) => run.settle(),
            Spoken::V6(run) => run.settle(),
        }
    }

    fn run_some(&mut self, load: &Load, taking: bool) -> Result<Outcome, LoadError> {
        match &mut self.spoken {
            Spoken::V4(run) => run.run(load, taking),
            Spoken::V6(run) => run.run(load, taking),
        }
    }
}

/// What became of exchanges that were due.
enum Begun {
    /// All have begun.
    All,
    /// More are due.
    Burst,
    /// No client can begin before an exchange ends.
    NobodyIsFree,
}

/// The same for one protocol.
struct Run<S> {
    conversation: Conversation<S>,
    sockets: Sockets,
    clock: Clock,
    tick: Option<Duration>,
    timeout: Duration,
}

impl<S: Speech> Run<S> {
    fn open(speech: S, settings: &Settings) -> Result<Self, LoadError> {
        Ok(Self {
            conversation: Conversation::new(speech, settings),
            sockets: Sockets::open(settings)?,
            clock: Clock::start(),
            tick: settings.tick,
            timeout: settings.timeout,
        })
    }

    fn run(&mut self, load: &Load, taking: bool) -> Result<Outcome, LoadError> {
        self.conversation.counts = Counts::new();
        let before = self.frame()?;
        let tick = self.tick.unwrap_or_else(|| load.tick());
        let begin = self.clock.now();
        loop {
            let heard = self.hear()?;
            let now = self.clock.now();
            let elapsed = now - begin;
            let begun = self.begin_due(load, elapsed, taking)?;
            self.repeat()?;
            self.conversation.expire(now);
            let started = self.conversation.counts.started;
            if load.over(elapsed, started) && self.conversation.exchanges.open() == 0 {
                break;
            }
            let next = match begun {
                Begun::Burst => continue,
                Begun::All if !load.over(elapsed, started) => load.next(started),
                Begun::All | Begun::NobodyIsFree => None,
            };
            let gather = if heard > 0 { tick } else { Duration::ZERO };
            self.rest(gather, next.map(|next| begin + next))?;
        }
        self.outcome(load, begin, before)
    }

    fn outcome(&self, load: &Load, begin: u64, before: Frame) -> Result<Outcome, LoadError> {
        let counts = &self.conversation.counts;
        // With a window, or when the number of exchanges ends it, the period is not used up.
        let whole = matches!(load.pace, Pace::Rate(_)) && load.exchanges.is_none();
        let period = if whole { nanos(load.period) } else { 0 };
        let due = load.most().unwrap_or_default();
        let after = self.frame()?;
        let frame = Frame {
            span: counts.last_end.saturating_sub(begin).max(period),
            not_started: due.saturating_sub(counts.started),
            sent: after.sent - before.sent,
            received: after.received - before.received,
            not_sent: after.not_sent - before.not_sent,
            dropped_here: after.dropped_here.saturating_sub(before.dropped_here),
            cpu_seconds: after.cpu_seconds - before.cpu_seconds,
        };
        Ok(Outcome::new(load, counts, frame))
    }

    /// What is counted over the life of the process.
    fn frame(&self) -> Result<Frame, LoadError> {
        Ok(Frame {
            sent: self.sockets.sent,
            received: self.sockets.received,
            not_sent: self.sockets.not_sent,
            dropped_here: self.sockets.dropped(),
            cpu_seconds: cpu_seconds()?,
            ..Frame::default()
        })
    }

    /// Takes in what came, and sends what follows from it; how much it was.
    fn hear(&mut self) -> Result<u64, LoadError> {
        self.clock.look();
        let (mut party, sockets) = self.parts();
        sockets.hear(&mut party)
    }

    /// Who speaks, and by what.
    fn parts(&mut self) -> (Speaker<'_, S>, &mut Sockets) {
        let party = Speaker {
            clock: &self.clock,
            conversation: &mut self.conversation,
        };
        (party, &mut self.sockets)
    }

    /// Begins what is due, up to a burst.
    fn begin_due(&mut self, load: &Load, elapsed: u64, taking: bool) -> Result<Begun, LoadError> {
        let (started, open) = (
            self.conversation.counts.started,
            self.conversation.exchanges.open(),
        );
        let due = load.due(elapsed, started, open);
        let mut begun = if due > BURST {
            Begun::Burst
        } else {
            Begun::All
        };
        let (mut party, sockets) = self.parts();
        for _ in 0..due.min(BURST) {
            let now = party.clock.now();
            if !party.conversation.begin(taking, now, sockets.packet()) {
                begun = Begun::NobodyIsFree;
                break;
            }
            sockets.push(&mut party)?;
        }
        sockets.flush(&mut party)?;
        Ok(begun)
    }

    fn repeat(&mut self) -> Result<(), LoadError> {
        let now = self.clock.now();
        let (mut party, sockets) = self.parts();
        while party.conversation.repeat(now, sockets.packet()) {
            sockets.push(&mut party)?;
        }
        sockets.flush(&mut party)
    }

    /// Sleeps until there may be something to do. While there is much, packets are left to gather, as
    /// each waking up costs more than a packet.
    fn rest(&mut self, gather: Duration, next: Option<u64>) -> Result<(), LoadError> {
        if !gather.is_zero() {
            thread::sleep(gather);
            return Ok(());
        }
        let due = [next, self.conversation.next_due()];
        let due = due.into_iter().flatten().min();
        let now = self.clock.now();
        // Nothing is open and nothing due only when no client is free, which lasts no longer.
        let wait = due.map_or(1_000_000, |due| due.saturating_sub(now));
        if wait == 0 {
            return Ok(());
        }
        self.sockets.wait(Duration::from_nanos(wait))
    }

    fn settle(&mut self) -> Result<(), LoadError> {
        let end = self.clock.now() + nanos(self.timeout);
        loop {
            let left = end.saturating_sub(self.clock.now());
            if left == 0 {
                return Ok(());
            }
            self.sockets.wait(Duration::from_nanos(left))?;
            self.hear()?;
        }
    }
}

/// All clients, for the sockets.
struct Speaker<'a, S> {
    clock: &'a Clock,
    conversation: &'a mut Conversation<S>,
}

impl<S: Speech> Party for Speaker<'_, S> {
    fn hear(&mut self, datagram: &[u8], stamp: Option<u64>, packet: &mut Packet) -> bool {
        let now = self.clock.now();
        let came = stamp.map_or(now, |stamp| self.clock.of_stamp(stamp).min(now));
        self.conversation.hear(datagram, came, now, packet)
    }

    fn leave(&mut self) {
        self.conversation.leave(self.clock.now());
    }
}

/// User and system time of this process so far.
fn cpu_seconds() -> Result<f64, LoadError> {
    let usage: Usage = getrusage(UsageWho::RUSAGE_SELF).map_err(|errno| LoadError::System {
        call: "getrusage",
        errno,
    })?;
    let [user, system] =
        [usage.user_time(), usage.system_time()].map(|time| time.num_microseconds());
    Ok((user + system) as f64 / 1e6)
}
