//! Many clients from one socket, the way a relay sends for them, with a record of every lease that
//! was acknowledged to them: what [`crate::history`] holds against the tables.
//!
//! Some hundred exchanges are in flight at once. A message is repeated until it is answered, as
//! clients do; a refused client begins anew. Answers that come late, twice or from several workers
//! are recorded as well: whatever a worker acknowledged must be true.

mod speech;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::net::{SocketAddr, UdpSocket};
use std::ops::Range;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub use speech::{Dhcp4, Dhcp6, Given, Heard, Speech};

/// A message is repeated after this time, then after twice as long, up to [`LONGEST`].
const REPEAT: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(2);
/// An exchange that takes longer than this is a fault.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often timers are looked at.
const TICK: Duration = Duration::from_millis(10);
/// A REQUEST is given up for a new DISCOVER after so many repetitions.
const GIVE_UP: u32 = 6;
/// How long late answers are waited for at the end.
const LATE: Duration = Duration::from_millis(300);
/// Bits of a transaction identifier that count the messages of one client.
const ROUND_BITS: u32 = 4;

/// Which workers hear what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// Every message goes to all workers.
    All,
    /// Every message goes to all workers, twice.
    Twice,
    /// The first message of an exchange goes to one worker, the second to the next.
    Split,
    /// Clients take turns among these three.
    Mixed,
    /// All messages of a client go to one worker.
    Own,
}

/// How much load, and to whom.
#[derive(Debug)]
pub struct Load<'a, S> {
    /// What is spoken.
    pub speech: S,
    /// The relay's socket.
    pub socket: &'a UdpSocket,
    /// The workers.
    pub servers: Vec<SocketAddr>,
    /// Which of them hear what.
    pub spread: Spread,
    /// The clients' numbers, below 2^20.
    pub clients: Range<u32>,
    /// Exchanges at once.
    pub in_flight: usize,
}

/// A lease that was acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// The client's number.
    pub client: u32,
    /// What it was given.
    pub given: Given,
    /// Milliseconds since 1970: when the message that was answered was first sent. The client's
    /// lease runs from then on.
    pub sent: u64,
}

/// What happened.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Every lease acknowledged, in the order the answers came.
    pub acknowledged: Vec<Acknowledged>,
    /// Clients whose exchange ended with a lease.
    pub served: usize,
    /// Datagrams sent.
    pub sent: u64,
    /// Datagrams that came back.
    pub received: u64,
    /// Messages repeated for want of an answer.
    pub repeated: u64,
    /// Exchanges begun anew after a refusal (NAK, or a status other than success).
    pub refused: u64,
    /// From the first message to the last answer.
    pub took: Duration,
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            served,
            sent,
            received,
            repeated,
            refused,
            ..
        } = self;
        let (seconds, acknowledged) = (self.took.as_secs_f64(), self.acknowledged.len());
        let rate = *served as f64 / seconds;
        write!(
            f,
            "{served} clients in {seconds:.1} s ({rate:.0}/s), {acknowledged} leases acknowledged; {sent} messages \
             sent, {received} received, {repeated} repeated, {refused} refused"
        )
    }
}

impl<S: Speech> Load<'_, S> {
    /// Serves all clients; `progress` is called with the number served after each.
    ///
    /// # Panics
    /// When a client is not served within a minute.
    pub fn run(&self, progress: impl FnMut(usize)) -> Record {
        let run = Run {
            load: self,
            progress,
            waiting: HashMap::new(),
            due: VecDeque::new(),
            record: Record::default(),
            sent: HashMap::new(),
        };
        run.serve_all()
    }

    fn spread_of(&self, client: u32) -> Spread {
        match (self.spread, client % 3) {
            (Spread::Mixed, 0) => Spread::All,
            (Spread::Mixed, 1) => Spread::Split,
            (Spread::Mixed, _) => Spread::Twice,
            (spread, _) => spread,
        }
    }
}

/// A client whose exchange is under way.
struct Waiting {
    message: Vec<u8>,
    xid: u32,
    /// Whether the REQUEST is under way, not the DISCOVER.
    taking: bool,
    begun: Instant,
    repeat: Instant,
    repeats: u32,
}

struct Run<'a, 'l, S, P> {
    load: &'l Load<'a, S>,
    progress: P,
    /// By client.
    waiting: HashMap<u32, Waiting>,
    /// Clients in the order their timers were set; those whose answer came are skipped.
    due: VecDeque<u32>,
    record: Record,
    /// When each REQUEST was first sent, by its transaction: late answers need it.
    sent: HashMap<u32, u64>,
}

impl<S: Speech, P: FnMut(usize)> Run<'_, '_, S, P> {
    fn serve_all(mut self) -> Record {
        let started = Instant::now();
        let mut clients = self.load.clients.clone();
        let mut tick = Instant::now();
        loop {
            while self.waiting.len() < self.load.in_flight {
                let Some(client) = clients.next() else { break };
                self.begin(client, client << ROUND_BITS);
            }
            if self.waiting.is_empty() {
                break;
            }
            self.hear(TICK);
            if tick.elapsed() >= TICK {
                tick = Instant::now();
                self.repeat_what_is_due(tick);
            }
        }
        self.record.took = started.elapsed();
        let late = Instant::now();
        while late.elapsed() < LATE {
            self.hear(TICK);
        }
        self.record
    }

    fn begin(&mut self, client: u32, xid: u32) {
        let message = self.load.speech.first(client, xid);
        self.put(client, xid, message, false);
    }

    fn put(&mut self, client: u32, xid: u32, message: Vec<u8>, taking: bool) {
        let now = Instant::now();
        let begun = self
            .waiting
            .get(&client)
            .map_or(now, |waiting| waiting.begun);
        if taking {
            self.sent.insert(xid, now_ms());
        }
        self.send(client, &message, taking, 0);
        self.due.push_back(client);
        let waiting = Waiting {
            message,
            xid,
            taking,
            begun,
            repeat: now + REPEAT,
            repeats: 0,
        };
        self.waiting.insert(client, waiting);
    }

    fn send(&mut self, client: u32, message: &[u8], taking: bool, repeats: u32) {
        let servers = &self.load.servers;
        let all = match self.load.spread_of(client) {
            Spread::Twice => servers.repeat(2),
            // Pairs, as clients that differ in the last bit ask for different things.
            Spread::Own => vec![servers[client as usize / 2 % servers.len()]],
            Spread::Split => {
                // A repetition goes to the other: the first may be gone.
                let turn = client as usize / 3 + usize::from(taking) + repeats as usize;
                vec![servers[turn % servers.len()]]
            }
            Spread::All | Spread::Mixed => servers.clone(),
        };
        for server in all {
            let sent = self.load.socket.send_to(message, server);
            sent.unwrap_or_else(|e| panic!("to {server}: {e}"));
            self.record.sent += 1;
        }
    }

    /// Takes one answer, if one comes in time.
    fn hear(&mut self, limit: Duration) {
        let socket = self.load.socket;
        socket.set_read_timeout(Some(limit)).expect("not zero");
        let mut buffer = [0; 4096];
        let Ok(len) = socket.recv(&mut buffer) else {
            return;
        };
        self.record.received += 1;
        let answer = &buffer[..len];
        let (xid, heard) = self.load.speech.hear(answer);
        let client = xid >> ROUND_BITS;
        if let Heard::Granted(given) = &heard {
            let sent = self.sent.get(&xid).copied();
            let sent = sent.unwrap_or_else(|| panic!("granted without a request: {answer:02x?}"));
            let leases = given.iter().map(|given| Acknowledged {
                client,
                given: given.clone(),
                sent,
            });
            self.record.acknowledged.extend(leases);
        }
        let expected = self
            .waiting
            .get(&client)
            .is_some_and(|waiting| waiting.xid == xid);
        if expected {
            self.proceed(client, xid, &heard, answer);
        }
    }

    fn proceed(&mut self, client: u32, xid: u32, heard: &Heard, answer: &[u8]) {
        let taking = self.waiting[&client].taking;
        match heard {
            Heard::Offered if !taking => {
                let message = self.load.speech.second(client, next(xid), answer);
                self.put(client, next(xid), message, true);
            }
            Heard::Granted(_) if taking => {
                self.waiting.remove(&client);
                self.record.served += 1;
                (self.progress)(self.record.served);
            }
            Heard::Refused => {
                self.record.refused += 1;
                self.begin(client, next(xid));
            }
            Heard::Offered | Heard::Granted(_) => panic!("not an answer to this: {answer:02x?}"),
        }
    }

    fn repeat_what_is_due(&mut self, now: Instant) {
        // Each client is in the queue once per timer set, so one pass over what is there now.
        for _ in 0..self.due.len() {
            let Some(client) = self.due.pop_front() else {
                return;
            };
            let Some(waiting) = self.waiting.get_mut(&client) else {
                continue;
            };
            if waiting.repeat > now {
                self.due.push_back(client);
                continue;
            }
            let age = waiting.begun.elapsed();
            assert!(age < PATIENCE, "client {client} is not served: {age:?}");
            waiting.repeats += 1;
            self.record.repeated += 1;
            if waiting.taking && waiting.repeats > GIVE_UP {
                let xid = next(waiting.xid);
                self.begin(client, xid);
                continue;
            }
            waiting.repeat = now + (REPEAT * (1 << waiting.repeats.min(8))).min(LONGEST);
            let (message, taking, repeats) =
                (waiting.message.clone(), waiting.taking, waiting.repeats);
            self.send(client, &message, taking, repeats);
            self.due.push_back(client);
        }
    }
}

/// The next transaction of the same client.
fn next(xid: u32) -> u32 {
    let rounds = (1 << ROUND_BITS) - 1;
    (xid & !rounds) | ((xid + 1) & rounds)
}

fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("after 1970").as_millis() as u64
}
