//! Three workers on one database that hear every query: one of them answers it, and what happens
//! when one is killed, ends, or does not hear its clients.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stderr, reason = "what was measured is worth a line")]

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use murre_harness::rundir;
use murre_tests::control::ask;
use murre_tests::fleet::{config4, config6};
use murre_tests::hand4::{Answer, Client};
use murre_tests::load::{Load, Record, Speech, Spread};
use murre_tests::worker::Counted;
use murre_tests::{Engine, Fleet, Worker, hand4, history, on_engines, on_every_engine, world};
use murre_wire::dhcp4::MessageType::{Ack, Discover, Nak, Offer, Release, Request};
use murre_wire::dhcp4::{Builder, MIN_MAX_SIZE, code};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

on_every_engine!(
    each_query_that_three_workers_hear_is_answered_by_one_of_them,
    each_dhcpv6_query_that_three_workers_hear_is_answered_by_one_of_them,
    the_clients_of_a_worker_that_was_killed_are_answered_within_five_seconds,
    a_worker_that_drains_loses_no_query_that_is_repeated_within_a_second,
    without_sharing_every_worker_answers_and_a_reload_switches_it,
    a_worker_that_hears_nobody_takes_no_part_of_the_clients,
    a_worker_that_is_disabled_leaves_its_clients_to_the_others,
    a_worker_honours_the_server_identifier_of_another_also_when_that_is_gone,
);

on_engines! { [sqlite = Sqlite]
    a_client_that_its_own_worker_does_not_hear_is_answered_by_others_in_the_end,
    two_processes_of_one_host_have_different_names
}

const WORKERS: usize = 3;
const CLIENTS: u32 = 600;

/// Three workers that share, and an identifier of its own for each.
fn sharing4(fleet: &Fleet) -> Value {
    let mut config = config4(&fleet.leases, 10 * CLIENTS);
    let server = &mut config["Dhcp4"];
    server["worker-sharing"] = json!(true);
    let options = server["subnet4"][1]["option-data"].as_array_mut().unwrap();
    options.retain(|option| option["name"] != "dhcp-server-identifier");
    config
}

/// Starts them, and waits until each answers its part and nothing else.
#[track_caller]
fn settled(fleet: &Fleet, config: &Value) -> Vec<Worker> {
    let workers = fleet.start(config);
    for worker in &workers {
        worker.says(&format!("of {WORKERS} is answered here"));
    }
    workers
}

/// All clients are served, and each datagram that a relay sent to all workers was answered once. A
/// busy machine may make clients repeat themselves, which says nothing: then others are asked.
#[track_caller]
fn each_once<S: Speech>(mut load: Load<'_, S>) -> Vec<Record> {
    load.spread = Spread::All;
    load.in_flight = 50;
    let mut records = Vec::new();
    for round in 0..4 {
        load.clients = round * CLIENTS..(round + 1) * CLIENTS;
        let record = load.run(|_| {});
        eprintln!("    {record}");
        assert_eq!(record.served as u32, CLIENTS);
        let is_clean = record.repeated == 0;
        if is_clean {
            // No query was sent twice, so that there is an answer for each that left.
            assert_eq!(record.sent, record.received * WORKERS as u64);
        }
        records.push(record);
        if is_clean {
            return records;
        }
    }
    panic!("clients had to repeat themselves again and again: {records:?}");
}

/// Each worker answered its third, and left the others' alone.
fn each_its_part(version: u8, workers: Vec<Worker>) {
    for worker in workers {
        let counted = Counted::of(version, &worker.stop());
        eprintln!("    {counted:?}");
        let part = counted.queries / WORKERS as u64;
        assert!(
            (part / 2..part * 2).contains(&counted.answers),
            "{counted:?}"
        );
        let left = counted.without_answer("others-share");
        assert!(left >= part, "{counted:?}");
    }
}

fn each_query_that_three_workers_hear_is_answered_by_one_of_them(engine: Engine) {
    let fleet = Fleet::of(engine, WORKERS);
    let workers = settled(&fleet, &sharing4(&fleet));
    let socket = fleet.socket4();
    let records = each_once(fleet.load4(&socket, CLIENTS));
    for record in &records {
        history::must_hold(record, &history::held4(&fleet.leases));
    }
    each_its_part(4, workers);
}

fn each_dhcpv6_query_that_three_workers_hear_is_answered_by_one_of_them(engine: Engine) {
    let fleet = Fleet::of(engine, WORKERS);
    let mut config = config6(&fleet.leases, 10 * CLIENTS);
    config["Dhcp6"]["worker-sharing"] = json!(true);
    let workers = settled(&fleet, &config);
    let socket = fleet.socket6();
    let records = each_once(fleet.load6(&socket, CLIENTS));
    for record in &records {
        history::must_hold(record, &history::held6(&fleet.leases));
    }
    each_its_part(6, workers);
}

/// DISCOVERs that a relay sends to all workers, each under its transaction.
struct Asking {
    socket: UdpSocket,
    sent: HashMap<u32, Sent>,
}

struct Sent {
    message: Vec<u8>,
    first: Instant,
    tries: u32,
    answers: u32,
    answered: Option<Instant>,
}

impl Asking {
    fn new(fleet: &Fleet) -> Self {
        let socket = fleet.socket4();
        Self {
            socket,
            sent: HashMap::new(),
        }
    }

    /// A client asks for the first time.
    fn begin(&mut self, client: u32) {
        let message = relayed(&mut Client::new(client).message(Discover));
        let xid = u32::from_be_bytes(message[4..8].try_into().unwrap());
        let sent = Sent {
            message,
            first: Instant::now(),
            tries: 0,
            answers: 0,
            answered: None,
        };
        self.sent.insert(xid, sent);
        self.send(xid);
    }

    fn send(&mut self, xid: u32) {
        let sent = self.sent.get_mut(&xid).unwrap();
        sent.tries += 1;
        for number in 0..WORKERS {
            // A server that is gone may refuse.
            let _ = self.socket.send_to(&sent.message, Fleet::server4(number));
        }
    }

    /// Repeats what has no answer and was not repeated for so long.
    fn repeat(&mut self, pause: Duration, tries: u32) {
        let due = |sent: &Sent| {
            sent.answers == 0 && sent.tries < tries && sent.first.elapsed() >= pause * sent.tries
        };
        let due: Vec<u32> = self
            .sent
            .iter()
            .filter(|(_, s)| due(s))
            .map(|(x, _)| *x)
            .collect();
        due.into_iter().for_each(|xid| self.send(xid));
    }

    /// Takes the answers of a moment.
    fn hear(&mut self) {
        let end = Instant::now() + MOMENT;
        let mut buffer = [0; 1500];
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            let left = left.max(Duration::from_millis(1));
            self.socket.set_read_timeout(Some(left)).unwrap();
            let Ok(len) = self.socket.recv(&mut buffer) else {
                return;
            };
            assert!(len > 240);
            let xid = u32::from_be_bytes(buffer[4..8].try_into().unwrap());
            let sent = self.sent.get_mut(&xid).expect("an answer to a query");
            sent.answers += 1;
            sent.answered.get_or_insert_with(Instant::now);
        }
    }

    fn unanswered(&self) -> usize {
        self.sent.values().filter(|sent| sent.answers == 0).count()
    }
}

/// A message as the relay of subnet 2 sends it.
fn relayed(message: &mut Builder) -> Vec<u8> {
    let giaddr: Ipv4Addr = world::RELAY4.parse().unwrap();
    message.giaddr(giaddr).hops(1).finish(MIN_MAX_SIZE)
}

/// How long answers are listened to between two looks at what is due.
const MOMENT: Duration = Duration::from_millis(10);

fn the_clients_of_a_worker_that_was_killed_are_answered_within_five_seconds(engine: Engine) {
    let fleet = Fleet::of(engine, WORKERS);
    let workers = settled(&fleet, &sharing4(&fleet));
    let mut asking = Asking::new(&fleet);
    workers[1].kill9();
    let killed = Instant::now();
    (0..150).for_each(|client| asking.begin(client));
    while asking.unanswered() > 0 && killed.elapsed() < Duration::from_secs(20) {
        asking.hear();
        asking.repeat(Duration::from_millis(100), u32::MAX);
    }
    let waited = asking.sent.values().filter(|sent| sent.tries > 3).count();
    let last = asking.sent.values().filter_map(|sent| sent.answered).max();
    let gap = last.expect("some were answered") - killed;
    eprintln!(
        "{engine:?}: {waited} clients waited, the last was answered {gap:.2?} after the kill"
    );
    assert_eq!(asking.unanswered(), 0, "all are answered in the end");
    assert!(waited > 20, "the killed one had its part: {waited}");
    assert!(gap < Duration::from_secs(5), "{gap:?}");
}

fn a_worker_that_drains_loses_no_query_that_is_repeated_within_a_second(engine: Engine) {
    let fleet = Fleet::of(engine, WORKERS);
    let mut workers = settled(&fleet, &sharing4(&fleet));
    let mut asking = Asking::new(&fleet);
    let leaving = workers.remove(0);
    let started = Instant::now();
    let mut asked = None;
    for client in 0.. {
        asking.begin(client);
        asking.hear();
        asking.repeat(Duration::from_millis(800), 2);
        match asked {
            None if started.elapsed() > Duration::from_secs(1) => {
                leaving.signal(Signal::SIGTERM);
                asked = Some(Instant::now());
            }
            Some(at) if at.elapsed() > Duration::from_secs(5) => break,
            _ => {}
        }
    }
    let ended = leaving.finish(Duration::from_secs(1));
    assert!(ended.is_some_and(|status| status.success()), "it has ended");
    let patience = Instant::now();
    while asking.unanswered() > 0 && patience.elapsed() < Duration::from_secs(2) {
        asking.hear();
        asking.repeat(Duration::from_millis(800), 2);
    }
    let repeated = asking.sent.values().filter(|sent| sent.tries > 1).count();
    let twice = asking.sent.values().filter(|sent| sent.answers > 1).count();
    let all = asking.sent.len();
    eprintln!(
        "{engine:?}: of {all} queries {repeated} were repeated, {twice} answered more than once"
    );
    assert_eq!(asking.unanswered(), 0);
    assert!(
        repeated < all / 20,
        "hardly any needed to be repeated: {repeated}"
    );
    let lines = leaving.lines_to_the_end(Duration::from_secs(10));
    assert!(
        lines
            .iter()
            .any(|line| line.contains("DHCP4_FLEET_DRAINING"))
    );
}

/// How many workers answer a query that all of them hear, each message from a new client.
fn answers(asking: &mut Asking, client: u32) -> u32 {
    asking.begin(client);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(500) {
        asking.hear();
    }
    let answers = asking.sent.values().map(|sent| sent.answers).sum();
    asking.sent.clear();
    answers
}

fn without_sharing_every_worker_answers_and_a_reload_switches_it(engine: Engine) {
    let fleet = Fleet::of(engine, WORKERS);
    let mut config = sharing4(&fleet);
    let shared = config.clone();
    config["Dhcp4"]["worker-sharing"] = json!(false);
    let workers = fleet.start(&config);
    let mut asking = Asking::new(&fleet);
    assert_eq!(answers(&mut asking, 1), 3);
    for worker in &workers {
        worker.reload(&shared.to_string());
    }
    for worker in &workers {
        worker.says(&format!("of {WORKERS} is answered here"));
    }
    for client in 2..6 {
        assert_eq!(answers(&mut asking, client), 1);
    }
    // One that does not share has no part of what the others share, and answers all the same.
    let marks: Vec<usize> = workers.iter().map(|worker| worker.mark()).collect();
    workers[0].reload(&config.to_string());
    for (worker, mark) in workers.iter().zip(marks).skip(1) {
        worker.says_after(mark, "of 2 is answered here");
    }
    assert_eq!(answers(&mut asking, 6), 2);
}

/// Sends to one worker alone, the way the relay does, and gives its answer if there is one.
fn ask_one(socket: &UdpSocket, server: SocketAddr, message: &mut Builder) -> Option<Answer> {
    let bytes = relayed(message);
    socket.send_to(&bytes, server).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_millis(700)))
        .unwrap();
    let mut buffer = [0; 1500];
    while let Ok(len) = socket.recv(&mut buffer) {
        if buffer[4..8] == bytes[4..8] {
            return Some(Answer::read(&buffer[..len]));
        }
    }
    None
}

/// The worker that answers a client, and its answer.
fn owner(socket: &UdpSocket, client: &Client) -> (usize, Answer) {
    let mut all = (0..WORKERS).filter_map(|number| {
        let answer = ask_one(
            socket,
            Fleet::server4(number),
            &mut client.message(Discover),
        )?;
        Some((number, answer))
    });
    let found = all.next().expect("somebody answers");
    assert!(all.next().is_none(), "and nobody else");
    found
}

fn a_worker_honours_the_server_identifier_of_another_also_when_that_is_gone(engine: Engine) {
    let fleet = Fleet::of(engine, WORKERS);
    let mut config = sharing4(&fleet);
    // A NAK tells at once that a REQUEST was looked at.
    config["Dhcp4"]["authoritative"] = json!(true);
    let mut workers = settled(&fleet, &config);
    let socket = fleet.socket4();
    let client = Client::new(7);
    let (number, offer) = owner(&socket, &client);
    let own = Fleet::server4(number).ip();
    assert_eq!(offer.option(code::SERVER_IDENTIFIER), octets(own));

    // Another's clients, with this one's identifier: whoever they are, their owner grants.
    let stranger = (8..40)
        .map(Client::new)
        .find_map(|client| {
            let (other, offer) = owner(&socket, &client);
            (other != number).then_some((client, other, offer))
        })
        .expect("not all are one worker's");
    let (client2, other, offer2) = stranger;
    let mut request = client2.message(Request);
    request.option(code::REQUESTED_ADDRESS, &offer2.yiaddr().octets());
    request.option(code::SERVER_IDENTIFIER, &octets(own));
    let ack = ask_one(&socket, Fleet::server4(other), &mut request).expect("it is honoured");
    assert_eq!((ack.kind(), ack.yiaddr()), (Ack, offer2.yiaddr()));
    let mut release = client2.having(Release, offer2.yiaddr());
    release.option(code::SERVER_IDENTIFIER, &octets(own));
    assert!(ask_one(&socket, Fleet::server4(other), &mut release).is_none());

    // A server that is not of the fleet is another one.
    let mut foreign = client2.message(Request);
    foreign.option(code::REQUESTED_ADDRESS, &offer2.yiaddr().octets());
    foreign.option(code::SERVER_IDENTIFIER, &[203, 0, 113, 99]);
    assert!(ask_one(&socket, Fleet::server4(other), &mut foreign).is_none());

    // Its own worker is gone: the client still takes the offer that it got from it.
    workers[number].kill9();
    let killed = Instant::now();
    let ack = loop {
        let living = (0..WORKERS).filter(|one| *one != number);
        let mut answers = living
            .filter_map(|one| ask_one(&socket, Fleet::server4(one), &mut client.take(&offer)));
        if let Some(answer) = answers.next() {
            break answer;
        }
        assert!(killed.elapsed() < Duration::from_secs(20), "nobody grants");
    };
    assert!(
        ack.kind() != Nak && ack.yiaddr() == offer.yiaddr(),
        "{ack:?}"
    );
    assert_ne!(ack.option(code::SERVER_IDENTIFIER), octets(own));
    let other = workers.remove(other);
    let counted = Counted::of(4, &other.stop());
    assert_eq!(counted.without_answer("released"), 1, "{counted:?}");
    assert_eq!(counted.without_answer("other-server"), 1, "{counted:?}");
}

fn octets(address: std::net::IpAddr) -> Vec<u8> {
    match address {
        std::net::IpAddr::V4(address) => address.octets().to_vec(),
        std::net::IpAddr::V6(address) => address.octets().to_vec(),
    }
}

fn a_client_that_its_own_worker_does_not_hear_is_answered_by_others_in_the_end(engine: Engine) {
    let fleet = Fleet::of(engine, WORKERS);
    let workers = settled(&fleet, &sharing4(&fleet));
    let socket = fleet.socket4();
    let client = Client::new(7);
    let (number, _) = owner(&socket, &client);
    let deaf = (number + 1) % WORKERS;
    let waits = |secs| {
        let mut message = client.message(Discover);
        message.secs(secs);
        ask_one(&socket, Fleet::server4(deaf), &mut message).is_some()
    };
    // The second number is 4 with its bytes the wrong way.
    assert!(!waits(4) && !waits(0x0400));
    assert!(waits(5) && waits(0x0500));
    // The operator is told, once the fleet is the same for a while.
    let begun = Instant::now();
    let told = |worker: &Worker| {
        let lines = worker.lines();
        lines
            .into_iter()
            .find(|line| line.contains("DHCP4_FLEET_OWNER_DEAF"))
    };
    let line = loop {
        assert!(waits(9));
        if let Some(line) = told(&workers[deaf]) {
            break line;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "no warning");
    };
    assert!(line.contains("\"worker-sharing\" to false"), "{line}");
    assert!(told(&workers[number]).is_none());
    // What a client sends to a worker itself is that worker's.
    let own: Ipv4Addr = world::RELAY4.parse().unwrap();
    drop(socket);
    let direct = hand4::Relay::none(&fleet.relay, own, &Fleet::server4(deaf).ip().to_string());
    direct.send(&mut client.having(Release, Ipv4Addr::new(10, 1, 0, 1)));
    let deaf = workers.into_iter().nth(deaf).unwrap();
    let counted = Counted::of(4, &deaf.stop());
    assert_eq!(counted.without_answer("not-held"), 1, "{counted:?}");
    assert_eq!(counted.without_answer("others-share"), 3, "{counted:?}");
}

/// Whoever asks the first worker alone has an answer.
#[track_caller]
fn the_first_answers_everybody(fleet: &Fleet) {
    let server = Fleet::server4(0).ip().to_string();
    let relay = hand4::Relay::at(&fleet.relay, world::RELAY4, &server);
    for number in 1..=20 {
        let mut discover = Client::new(number).message(Discover);
        assert_eq!(relay.ask(&mut discover).kind(), Offer);
    }
}

fn a_worker_that_hears_nobody_takes_no_part_of_the_clients(engine: Engine) {
    let fleet = Fleet::of(engine, 2);
    let any: SocketAddr = (Ipv4Addr::UNSPECIFIED, 67).into();
    let _holds_the_port = murre_tests::socket::bind(&fleet.servers[1], any);
    let workers = fleet.start(&sharing4(&fleet));
    workers[1].says("DHCP4_NO_SOCKETS_OPEN");
    workers[1].says("DHCP4_FLEET_REGISTERED");
    the_first_answers_everybody(&fleet);
    let counted = Counted::of(4, &workers.into_iter().next().unwrap().stop());
    assert_eq!(counted.without_answer("others-share"), 0, "{counted:?}");
}

fn a_worker_that_is_disabled_leaves_its_clients_to_the_others(engine: Engine) {
    let fleet = Fleet::of(engine, 2);
    let folder = rundir::fresh_dir("control");
    let sockets = [0, 1].map(|number| folder.join(number.to_string()));
    let workers = fleet.start_each(|number| {
        let mut config = sharing4(&fleet);
        config["Dhcp4"]["control-socket"] =
            json!({ "socket-type": "unix", "socket-name": sockets[number] });
        config
    });
    for worker in &workers {
        worker.says("of 2 is answered here");
    }
    let mark = workers[0].mark();
    ask(&sockets[1], "dhcp-disable");
    workers[0].says_after(mark, "every query that is heard here is answered here");
    the_first_answers_everybody(&fleet);
    let mark = workers[0].mark();
    ask(&sockets[1], "dhcp-enable");
    workers[0].says_after(mark, "of 2 is answered here");
}

fn two_processes_of_one_host_have_different_names(engine: Engine) {
    let fleet = Fleet::of(engine, WORKERS);
    let workers = fleet.start(&sharing4(&fleet));
    let mut names: Vec<String> = workers
        .iter()
        .map(|worker| {
            let line = worker.says("DHCP4_FLEET_REGISTERED as ");
            let (_, rest) = line.split_once("_REGISTERED as ").unwrap();
            let name = rest.split([' ', ',']).next();
            name.unwrap_or(rest).to_owned()
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), WORKERS, "{names:?}");
    // Killed and started again at once, a worker is who it was.
    let before = names;
    workers[2].kill9();
    let config: Value =
        serde_json::from_str(&std::fs::read_to_string(workers[2].file()).unwrap()).unwrap();
    let again = Worker::start(&fleet.servers[2], &config);
    let line = again.says("DHCP4_FLEET_REGISTERED as ");
    assert!(
        before
            .iter()
            .any(|name| line.contains(&format!("as {name}"))),
        "{line}"
    );
    let rows = fleet.leases.number("SELECT count(*) FROM worker");
    assert_eq!(rows as usize, WORKERS, "no row was left behind");
}
