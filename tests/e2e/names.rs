//! Names: from a client into the DNS and out again, and the requests on the way, which are those that another
//! server of the field sends for the same packets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use murre_harness::dns::Dns;
use murre_harness::netns::Namespace;
use murre_harness::process::Daemon;
use murre_harness::{clients, kea};
use murre_tests::hand4::{Answer, Client, Relay};
use murre_tests::{Engine, Worker, World, config, on_engines, on_every_engine, socket};
use murre_wire::dhcp4::{Builder, MessageType, code};
use serde_json::{Value, json};

on_every_engine!(
    a_clients_name_is_in_the_dns_as_long_as_its_lease,
    requests_wait_until_somebody_takes_them,
);
on_engines!([sqlite = Sqlite]
    requests_are_those_of_kea,
    what_was_not_changed_is_requested_again_as_kea_does_and_what_expires_removed,
    leases_are_granted_while_too_many_requests_wait
);
on_every_engine!(an_offer_that_is_a_row_leaves_a_name_where_it_is);

/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(10);

fn naming(world: &World) -> Value {
    let mut config = config::only4(&world.leases);
    let map = &mut config["Dhcp4"];
    map["dhcp-ddns"] = json!({ "enable-updates": true });
    map["ddns-qualifying-suffix"] = json!("example.org");
    config
}

fn a_clients_name_is_in_the_dns_as_long_as_its_lease(engine: Engine) {
    let world = World::direct(engine);
    let dns = Dns::start(&world.server, "example.org", "2.0.192.in-addr.arpa");
    let _worker = Worker::start(&world.server, &naming(&world));
    let conf = "send host-name \"Guillemot\";";
    let mut dhclient = clients::dhclient4(&world.client, "cli0", conf);

    let bound = dhclient.bound();
    let address = bound.address.unwrap();
    assert_eq!(bound.variables["new_host_name"], "guillemot.example.org");
    dns.carried_out(0, "ADD");
    let name = "guillemot.example.org.";
    assert_eq!(dns.records(name, "A"), address.to_string());
    assert!(!dns.records(name, "DHCID").is_empty());
    let last = address.to_string().rsplit('.').next().unwrap().to_owned();
    let back = format!("{last}.2.0.192.in-addr.arpa.");
    assert_eq!(dns.records(&back, "PTR"), name);

    let mark = dns.mark();
    dhclient.release();
    dns.carried_out(mark, "REMOVE");
    for (name, kind) in [(name, "A"), (name, "DHCID"), (&back, "PTR")] {
        assert_eq!(dns.records(name, kind), "", "{name} {kind}");
    }
}

/// Where a server's requests come to.
struct Inbox(UdpSocket);

impl Inbox {
    fn of(namespace: &Namespace) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], 53001));
        let socket = socket::bind(namespace, address);
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(socket)
    }

    /// The next request; its moment only tells that it is one.
    fn next(&self) -> Value {
        let mut buffer = [0; 2000];
        let len = self.0.recv(&mut buffer).expect("a request comes");
        let (length, text) = buffer[..len].split_at(2);
        assert_eq!(
            usize::from(length[0]) << 8 | usize::from(length[1]),
            text.len()
        );
        let mut request: Value = serde_json::from_slice(text).unwrap();
        let keys: Vec<&String> = request.as_object().unwrap().keys().collect();
        assert_eq!(keys.last().unwrap().as_str(), "use-conflict-resolution");
        let moment = request["lease-expires-on"].take();
        assert_eq!(moment.as_str().unwrap().len(), 14);
        request
    }
}

/// A server with its clients.
struct Subject<'w> {
    relay: Relay,
    inbox: Inbox,
    _world: &'w World,
}

impl<'w> Subject<'w> {
    fn of(world: &'w World) -> Self {
        Self {
            relay: Relay::new(&world.client),
            inbox: Inbox::of(&world.server),
            _world: world,
        }
    }

    fn lease(&self, client: &Client, address: Ipv4Addr, name: (u8, &[u8])) -> Answer {
        let mut discover = client.message(MessageType::Discover);
        discover.option(code::REQUESTED_ADDRESS, &address.octets());
        discover.option(name.0, name.1);
        let offer = self.relay.ask(&mut discover);
        assert_eq!(offer.yiaddr(), address);
        let mut request = client.take(&offer);
        request.option(name.0, name.1);
        self.relay.ask(&mut request)
    }

    fn renew(&self, client: &Client, address: Ipv4Addr, name: Option<(u8, &[u8])>) {
        let mut request = client.having(MessageType::Request, address);
        if let Some((code, data)) = name {
            request.option(code, data);
        }
        assert_eq!(self.relay.ask(&mut request).kind(), MessageType::Ack);
    }

    fn tell(&self, mut message: Builder) {
        self.relay.send(&mut message);
    }

    fn requests(&self, count: usize) -> Vec<Value> {
        (0..count).map(|_| self.inbox.next()).collect()
    }
}

/// What a client says in option 81, in wire form.
fn fqdn(flags: u8, labels: &[&str]) -> Vec<u8> {
    let mut data = vec![flags | 4, 0, 0];
    for label in labels {
        data.push(u8::try_from(label.len()).unwrap());
        data.extend_from_slice(label.as_bytes());
    }
    data.push(0);
    data
}

/// Both servers with one configuration, each with its clients.
struct Pair<'w> {
    subjects: [Subject<'w>; 2],
    _kea: Daemon,
    _worker: Worker,
}

impl<'w> Pair<'w> {
    fn start(theirs: &'w World, ours: &'w World, mut config: Value) -> Self {
        let subjects = [Subject::of(theirs), Subject::of(ours)];
        let worker = Worker::start(&ours.server, &config);
        let map = config["Dhcp4"].as_object_mut().unwrap();
        map.remove("lease-database");
        let kea = kea::start4(Some(&theirs.server), &config.to_string(), None);
        Self {
            subjects,
            _kea: kea,
            _worker: worker,
        }
    }

    /// Both are told the same, and make the same requests of it.
    fn same(&self, what: &str, count: usize, act: &dyn Fn(&Subject<'_>)) {
        let [theirs, ours] = &self.subjects;
        act(theirs);
        act(ours);
        let theirs = theirs.requests(count);
        assert_eq!(ours.requests(count), theirs, "{what}");
    }
}

fn what_was_not_changed_is_requested_again_as_kea_does_and_what_expires_removed(engine: Engine) {
    let (theirs, ours) = (World::by_hand(engine), World::by_hand(engine));
    let mut config = naming(&ours);
    let map = config["Dhcp4"].as_object_mut().unwrap();
    for (key, value) in [
        ("ddns-update-on-renew", json!(true)),
        ("ddns-use-conflict-resolution", json!(false)),
        ("ddns-generated-prefix", json!("made")),
        ("ddns-replace-client-name", json!("when-present")),
        ("valid-lifetime", json!(4)),
        (
            "expired-leases-processing",
            json!({ "reclaim-timer-wait-time": 1 }),
        ),
    ] {
        map.insert(key.to_owned(), value);
    }
    let pair = Pair::start(&theirs, &ours, config);
    let (client, address) = (Client::new(1), Ipv4Addr::new(10, 1, 0, 1));
    let name: (u8, &[u8]) = (code::HOST_NAME, b"alice");
    pair.same("a new lease", 1, &|s| drop(s.lease(&client, address, name)));
    pair.same("a renewal", 2, &|s| s.renew(&client, address, Some(name)));
    pair.same("its end", 1, &|_| ());
}

fn requests_are_those_of_kea(engine: Engine) {
    let (theirs, ours) = (World::by_hand(engine), World::by_hand(engine));
    let pair = Pair::start(&theirs, &ours, naming(&ours));
    let same = |what: &str, count, act: &dyn Fn(&Subject<'_>)| pair.same(what, count, act);
    let host = |name: &'static [u8]| (code::HOST_NAME, name);
    let one = Client::new(1);
    let at = |last| Ipv4Addr::new(10, 1, 0, last);
    same("a new lease", 1, &|s| {
        drop(s.lease(&one, at(1), host(b"Alice")))
    });
    same("another name", 2, &|s| {
        s.renew(&one, at(1), Some(host(b"alice")));
        s.renew(&one, at(1), Some(host(b"bob")));
    });
    same("no name", 1, &|s| s.renew(&one, at(1), None));
    let both = fqdn(1, &["carl", "example", "net"]);
    same("the other option", 1, &|s| {
        s.renew(&one, at(1), Some((code::FQDN, &both)))
    });
    let reverse = fqdn(0, &["carl", "example", "net"]);
    same("one direction", 2, &|s| {
        s.renew(&one, at(1), Some((code::FQDN, &reverse)))
    });
    same("given back", 1, &|s| {
        s.tell(one.having(MessageType::Release, at(1)))
    });
    let two = Client::new(2).with_id(b"\x01abc");
    let none = fqdn(1, &[]);
    same("a client identifier, and a made name", 1, &|s| {
        drop(s.lease(&two, at(2), (code::FQDN, &none[..3])))
    });
    same("declined", 1, &|s| {
        let mut decline = two.message(MessageType::Decline);
        decline.option(code::REQUESTED_ADDRESS, &at(2).octets());
        s.tell(decline);
    });
    let three = Client::new(3).with_id(&[255, 0, 0, 0, 1, 0, 3, 0, 1, 2, 0, 0, 0, 0, 3]);
    same("a DUID", 1, &|s| {
        drop(s.lease(&three, at(3), host(b"dora.example.net")))
    });
    let refused = fqdn(8, &["eva", "example", "net"]);
    same("who wants no updates, and then another", 1, &|s| {
        s.lease(&Client::new(4), at(4), (code::FQDN, &refused));
        s.lease(&Client::new(5), at(5), host(b"last"));
    });
}

fn requests_wait_until_somebody_takes_them(engine: Engine) {
    let world = World::by_hand(engine);
    let worker = Worker::start(&world.server, &naming(&world));
    let relay = Relay::new(&world.client);
    let name = |n: u8| format!("host{n}");
    for n in 1..=3 {
        let client = Client::new(n.into());
        let mut discover = client.message(MessageType::Discover);
        discover.option(code::HOST_NAME, name(n).as_bytes());
        let offer = relay.ask(&mut discover);
        let mut request = client.take(&offer);
        request.option(code::HOST_NAME, name(n).as_bytes());
        assert_eq!(relay.ask(&mut request).kind(), MessageType::Ack);
    }
    worker.says("DHCP4_DDNS_REQUEST_SEND_FAILED");
    let inbox = Inbox::of(&world.server);
    for n in 1..=3 {
        assert_eq!(inbox.next()["fqdn"], format!("{}.example.org.", name(n)));
    }
    worker.says("takes changes of names again");
}

fn leases_are_granted_while_too_many_requests_wait(engine: Engine) {
    let world = World::by_hand(engine);
    let mut config = naming(&world);
    config["Dhcp4"]["dhcp-ddns"]["max-queue-size"] = json!(2);
    let worker = Worker::start(&world.server, &config);
    let relay = Relay::new(&world.client);
    let ask = |n: u8| {
        let client = Client::new(n.into());
        let wish = fqdn(1, &[&format!("host{n}"), "example", "org"]);
        let mut discover = client.message(MessageType::Discover);
        discover.option(code::FQDN, &wish);
        let offer = relay.ask(&mut discover);
        let mut request = client.take(&offer);
        request.option(code::FQDN, &wish);
        relay.ask(&mut request)
    };
    let first = ask(1);
    assert_eq!(first.option(code::FQDN)[0], 0b0101);
    ask(2);
    worker.says("DHCPSRV_DHCP_DDNS_SUSPEND_UPDATES");
    let answer = ask(3);
    assert_eq!(answer.kind(), MessageType::Ack);
    assert_eq!(
        answer.option(code::FQDN)[0],
        0b1110,
        "it says that nothing is entered"
    );
    // Who renews meanwhile keeps the name that was entered.
    let renewing = Client::new(1);
    let mut renewal = renewing.having(MessageType::Request, first.yiaddr());
    renewal.option(code::FQDN, &fqdn(1, &["host1", "example", "org"]));
    assert_eq!(relay.ask(&mut renewal).kind(), MessageType::Ack);
    let inbox = Inbox::of(&world.server);
    worker.says("DHCPSRV_DHCP_DDNS_RESUME_UPDATES");
    ask(4);
    let names: Vec<Value> = (0..3).map(|_| inbox.next()["fqdn"].take()).collect();
    assert_eq!(
        names,
        [
            "host1.example.org.",
            "host2.example.org.",
            "host4.example.org."
        ]
    );
}

fn an_offer_that_is_a_row_leaves_a_name_where_it_is(engine: Engine) {
    let world = World::by_hand(engine);
    let mut config = naming(&world);
    config["Dhcp4"]["valid-lifetime"] = json!(20);
    config["Dhcp4"]["renew-timer"] = json!(10);
    config["Dhcp4"]["rebind-timer"] = json!(15);
    config["Dhcp4"]["offer-lifetime"] = json!(60);
    let _worker = Worker::start(&world.server, &config);
    let subject = Subject::of(&world);
    let client = Client::new(1);
    let address = Ipv4Addr::new(10, 1, 7, 7);
    subject.lease(&client, address, (code::HOST_NAME, b"host1"));
    // Whoever sends it: its client asks again, or somebody who knows its card.
    let offer = subject
        .relay
        .ask(&mut client.message(MessageType::Discover));
    assert_eq!(offer.yiaddr(), address);
    let lifetime = offer.seconds(code::LEASE_TIME);
    assert_eq!(lifetime, Some(20), "what it would be granted");
    subject.tell(client.having(MessageType::Release, address));
    let told = subject.requests(2).into_iter();
    let told: Vec<_> = told
        .map(|r| (r["change-type"].clone(), r["fqdn"].clone()))
        .collect();
    let name = || json!("host1.example.org.");
    assert_eq!(told, [(json!(0), name()), (json!(1), name())]);
}
