//! Real sockets over a veth pair between two network namespaces, entered by threads of the test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, SocketAddrV6, UdpSocket};
use std::os::fd::AsFd;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, mpsc as std_mpsc};
use std::time::Duration;

use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::{setsockopt, sockopt};
use socket2::{Domain, Socket, Type};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::sys::{self, Destination, Outgoing};
use super::*;

const RAW: Mode = Mode::V4 {
    socket_type: SocketType::Raw,
    outbound: Outbound::SameAsInbound,
};
const UDP: Mode = Mode::V4 {
    socket_type: SocketType::Udp,
    outbound: Outbound::SameAsInbound,
};
const CLIENT_MAC: [u8; 6] = [2, 0, 0, 0, 0, 0xcc];
const BROADCAST_MAC: [u8; 6] = [0xff; 6];
const ANY: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68);
const LIMITED: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::BROADCAST, 67);
const SERVER: &str = "192.0.2.1:67";

/// The other end of the link: runs what it is given inside the client's namespace.
struct Client {
    jobs: std_mpsc::Sender<Box<dyn FnOnce() + Send>>,
}

impl Client {
    fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> T {
        let (give, take) = std_mpsc::channel();
        self.jobs
            .send(Box::new(move || give.send(job()).unwrap()))
            .unwrap();
        take.recv().expect("the job panicked")
    }
}

/// Runs a test with `srv0` (192.0.2.1/24, 192.0.2.2/24, fe80::1, 2001:db8::1) in this namespace and
/// `cli0` (192.0.2.50/24, fe80::c, 2001:db8::c) in the client's.
fn on_a_link<F: Future<Output = ()>>(test: impl FnOnce(Client) -> F + Send + 'static) {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("SKIPPED: needs root for network namespaces and raw sockets");
        return;
    }
    let worker = std::thread::spawn(move || {
        unshare(CloneFlags::CLONE_NEWNET).unwrap();
        let client = client();
        ip("link set srv0 addrgenmode none");
        for address in [
            "192.0.2.1/24",
            "192.0.2.2/24",
            "fe80::1/64 nodad",
            "2001:db8::1/64 nodad",
        ] {
            ip(&format!("address add {address} dev srv0"));
        }
        ip("link set srv0 up");
        ip("link set lo up");
        // IPv6 is ready some time after the carrier is there.
        until_ready("srv0");
        client.run(|| until_ready("cli0"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime
            .block_on(async { timeout(Duration::from_secs(20), test(client)).await })
            .unwrap();
    });
    if let Err(panic) = worker.join() {
        std::panic::resume_unwind(panic);
    }
}

fn client() -> Client {
    let (jobs, todo) = std_mpsc::channel::<Box<dyn FnOnce() + Send>>();
    let (give, take) = std_mpsc::channel();
    std::thread::spawn(move || {
        unshare(CloneFlags::CLONE_NEWNET).unwrap();
        give.send(nix::unistd::gettid()).unwrap();
        while let Ok(job) = todo.recv() {
            job();
        }
    });
    let client = Client { jobs };
    let thread = take.recv().unwrap();
    ip(&format!(
        "link add srv0 type veth peer name cli0 netns {thread}"
    ));
    client.run(|| {
        ip("link set cli0 address 02:00:00:00:00:cc addrgenmode none");
        for address in ["192.0.2.50/24", "fe80::c/64 nodad", "2001:db8::c/64 nodad"] {
            ip(&format!("address add {address} dev cli0"));
        }
        ip("link set cli0 up");
    });
    client
}

fn ip(arguments: &str) {
    let output = Command::new("ip")
        .args(arguments.split(' '))
        .output()
        .unwrap();
    assert!(output.status.success(), "ip {arguments}: {output:?}");
}

/// Waits until the kernel has given the interface its IPv6 multicast route.
fn until_ready(interface: &str) {
    let route = format!("multicast ff00::/8 dev {interface}");
    for _ in 0..500 {
        let output = Command::new("ip")
            .args(["-6", "route", "show", "table", "local"])
            .output();
        if String::from_utf8_lossy(&output.unwrap().stdout).contains(&route) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10)); // nothing tells of it
    }
    panic!("{interface} did not become ready");
}

/// Listeners with what they receive and fail to send.
struct Server {
    listeners: Listeners,
    packets: mpsc::Receiver<Vec<Packet>>,
    failures: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new() -> Server {
        let (give, packets) = mpsc::channel(64);
        let failures = Arc::new(Mutex::new(Vec::new()));
        let noted = failures.clone();
        let listeners = Listeners::new(give, move |failure| {
            noted.lock().unwrap().push(failure.to_string());
        });
        Server {
            listeners,
            packets,
            failures,
        }
    }

    async fn on(mode: Mode, entries: &[&str]) -> Server {
        let mut server = Server::new();
        let applied = server
            .listeners
            .apply(&settings(mode, entries))
            .await
            .unwrap();
        assert!(applied.failures.is_empty(), "{:?}", applied.failures);
        server
    }

    async fn packet(&mut self) -> Packet {
        let mut packets = timeout(Duration::from_secs(5), self.packets.recv())
            .await
            .expect("no packet")
            .unwrap();
        assert_eq!(packets.len(), 1, "{packets:?}");
        packets.remove(0)
    }

    fn count(&self, counter: impl Fn(&Counters) -> &std::sync::atomic::AtomicU64) -> u64 {
        counter(&self.listeners.counters()).load(Ordering::Relaxed)
    }
}

fn settings(mode: Mode, entries: &[&str]) -> Settings {
    let port = if mode == Mode::V6 { 547 } else { 67 };
    let mut settings = Settings::new(mode, port);
    settings.selectors = entries.iter().map(|it| it.parse().unwrap()).collect();
    settings
}

fn answer(packet: &Packet, data: &[u8]) -> Reply {
    let port = if packet.local.is_ipv4() { 67 } else { 547 };
    Reply {
        data: data.to_vec(),
        interface: packet.interface.clone(),
        source: SocketAddr::new(packet.local, port),
        destination: packet.source,
        link_destination: None,
    }
}

/// A packet socket on `cli0`.
fn packet_socket() -> Socket {
    let socket = Socket::new(Domain::PACKET, Type::DGRAM, None).unwrap();
    sys::bind_packet(socket.as_fd(), cli0()).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    setsockopt(&socket, sockopt::RcvBufForce, &(4 << 20)).unwrap();
    socket
}

fn cli0() -> u32 {
    nix::net::if_::if_nametoindex("cli0").unwrap()
}

/// Sends a UDP datagram as a client without an address does.
fn send_frame(socket: &Socket, to: SocketAddrV4, mac: [u8; 6], data: &[u8]) {
    let header = frame::headers(ANY, to, data).unwrap();
    send_bytes(socket, mac, &header, data);
}

fn send_bytes(socket: &Socket, mac: [u8; 6], header: &[u8], data: &[u8]) {
    let destination = Destination::Link {
        interface: cli0(),
        address: mac,
    };
    let packet = Outgoing {
        header,
        data,
        destination,
        pin: None,
    };
    assert_eq!(sys::send_many(socket.as_fd(), &[packet]).unwrap(), 1);
}

/// The next UDP datagram to `port` on the packet socket.
fn receive_frame(socket: &Socket, port: u16) -> (SocketAddrV4, SocketAddrV4, Vec<u8>) {
    let mut buffer = [0; 2048];
    loop {
        let length = std::io::Read::read(&mut &*socket, &mut buffer).expect("no frame");
        if let Ok(datagram) = frame::parse(&buffer[..length], false)
            && datagram.destination.port() == port
        {
            return (
                datagram.source,
                datagram.destination,
                datagram.payload.to_vec(),
            );
        }
    }
}

#[test]
fn a_client_without_an_address_is_heard_and_answered_by_its_hardware_address() {
    on_a_link(async |client| {
        let mut server = Server::on(RAW, &["srv0"]).await;
        let socket = client.run(packet_socket);
        let sending = socket.try_clone().unwrap();
        client.run(move || send_frame(&sending, LIMITED, BROADCAST_MAC, b"discover"));
        let packet = server.packet().await;
        assert_eq!(packet.data, b"discover");
        assert_eq!(&*packet.interface.name, "srv0");
        assert_eq!(packet.local.to_string(), "192.0.2.1");
        assert_eq!(packet.source.to_string(), "0.0.0.0:68");
        assert_eq!(packet.source_mac, Some(CLIENT_MAC));
        assert!(!packet.unicast);

        let mut reply = answer(&packet, b"offer");
        reply.destination = "192.0.2.99:68".parse().unwrap();
        reply.link_destination = Some(CLIENT_MAC);
        assert!(server.listeners.sender().send(reply));
        tokio::task::yield_now().await;
        let receiving = tokio::task::spawn_blocking(move || receive_frame(&socket, 68));
        let (source, destination, data) = receiving.await.unwrap();
        assert_eq!(source.to_string(), SERVER);
        assert_eq!(destination.to_string(), "192.0.2.99:68");
        assert_eq!(data, b"offer");
        server.listeners.close().await;
    });
}

#[test]
fn a_relay_is_heard_despite_unfinished_checksums_and_answered_through_routing() {
    on_a_link(async |client| {
        let mut server = Server::on(RAW, &["srv0"]).await;
        // A kernel UDP socket: over veth its packets carry a checksum that is not filled in.
        let relay = client.run(|| {
            let relay = UdpSocket::bind("192.0.2.50:67").unwrap();
            relay
                .set_read_timeout(Some(Duration::from_secs(5)))
                .unwrap();
            relay.connect(SERVER).unwrap();
            relay.send(b"relayed").unwrap();
            relay
        });
        let packet = server.packet().await;
        assert_eq!(packet.source.to_string(), "192.0.2.50:67");
        assert_eq!(packet.local.to_string(), "192.0.2.1");
        assert_eq!(packet.source_mac, Some(CLIENT_MAC));
        assert!(packet.unicast);
        server.listeners.sender().send(answer(&packet, b"offer"));
        let receiving = tokio::task::spawn_blocking(move || {
            let mut buffer = [0; 100];
            // An ICMP port unreachable would show here as "connection refused".
            let length = relay.recv(&mut buffer).unwrap();
            buffer[..length].to_vec()
        });
        assert_eq!(receiving.await.unwrap(), b"offer");
        assert_eq!(server.count(|it| &it.sent), 1);
        assert_eq!(server.count(|it| &it.malformed), 0);
    });
}

#[test]
fn packets_that_are_not_for_the_server_are_left_out() {
    on_a_link(async |client| {
        let mut server = Server::on(RAW, &["srv0/192.0.2.2"]).await;
        let socket = client.run(packet_socket);
        client.run(move || {
            let to = |text: &str| text.parse::<SocketAddrV4>().unwrap();
            send_frame(
                &socket,
                to("255.255.255.255:68"),
                BROADCAST_MAC,
                b"wrong port",
            );
            send_frame(
                &socket,
                to(SERVER),
                BROADCAST_MAC,
                b"not a selected address",
            );
            send_frame(
                &socket,
                LIMITED,
                [2, 0, 0, 0, 0, 0x77],
                b"not our hardware address",
            );
            for (at, bits) in [(6, 0x20), (7, 1)] {
                let mut header = frame::headers(ANY, LIMITED, b"fragment").unwrap();
                header[at] |= bits;
                send_bytes(&socket, BROADCAST_MAC, &header, b"fragment");
            }
            let mut header = frame::headers(ANY, LIMITED, b"bad sum").unwrap();
            header[26] ^= 1;
            send_bytes(&socket, BROADCAST_MAC, &header, b"bad sum");
            send_frame(&socket, to("192.0.2.2:67"), BROADCAST_MAC, b"good");
        });
        let packet = server.packet().await;
        assert_eq!(packet.data, b"good");
        assert_eq!(packet.local.to_string(), "192.0.2.2");
        assert_eq!(server.count(|it| &it.malformed), 1);
    });
}

#[test]
fn a_frame_of_an_interface_above_this_one_is_not_taken_for_its_own() {
    on_a_link(async |client| {
        // The kernel hands a frame for a MACVLAN or VLAN interface to raw sockets of its parent
        // too. (VLAN itself is missing in many test kernels.)
        ip("link add link srv0 name above0 address 02:00:00:00:00:aa type macvlan mode bridge");
        ip("link set above0 up");
        let mut server = Server::on(RAW, &["srv0"]).await;
        client.run(|| {
            let socket = packet_socket();
            let to = SERVER.parse().unwrap();
            send_frame(
                &socket,
                to,
                [2, 0, 0, 0, 0, 0xaa],
                b"for the interface above",
            );
            send_frame(&socket, LIMITED, BROADCAST_MAC, b"for srv0");
        });
        assert_eq!(server.packet().await.data, b"for srv0");
        assert_eq!(server.count(|it| &it.foreign), 1);
    });
}

#[test]
fn udp_sockets_hear_relays_but_no_broadcasts() {
    on_a_link(async |client| {
        let mut server = Server::on(UDP, &["srv0", "lo"]).await;
        client.run(|| {
            send_frame(&packet_socket(), LIMITED, BROADCAST_MAC, b"broadcast");
            UdpSocket::bind("192.0.2.50:67")
                .unwrap()
                .send_to(b"relayed", SERVER)
                .unwrap();
        });
        let packet = server.packet().await;
        assert_eq!(packet.data, b"relayed");
        assert_eq!((&*packet.interface.name, packet.source_mac), ("srv0", None));
        assert!(packet.unicast);

        let local = UdpSocket::bind("127.0.0.1:0").unwrap();
        local
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        local.send_to(b"on loopback", "127.0.0.1:67").unwrap();
        let packet = server.packet().await;
        assert_eq!(
            (&*packet.interface.name, packet.data.as_slice()),
            ("lo", &b"on loopback"[..])
        );
        server.listeners.sender().send(answer(&packet, b"answer"));
        let receiving = tokio::task::spawn_blocking(move || {
            let mut buffer = [0; 100];
            local
                .recv_from(&mut buffer)
                .map(|(length, from)| (buffer[..length].to_vec(), from))
        });
        let (data, from) = receiving.await.unwrap().unwrap();
        assert_eq!(
            (data.as_slice(), from.to_string().as_str()),
            (&b"answer"[..], "127.0.0.1:67")
        );
    });
}

#[test]
fn a_busy_port_costs_only_that_address() {
    on_a_link(async |_client| {
        let _other = UdpSocket::bind("192.0.2.1:67").unwrap();
        let mut server = Server::new();
        let mut settings = settings(UDP, &["srv0"]);
        let applied = server.listeners.apply(&settings).await.unwrap();
        assert_eq!(applied.serving, [(Arc::from("srv0"), 1)]);
        let texts: Vec<String> = applied.failures.iter().map(Failure::to_string).collect();
        assert_eq!(
            texts,
            [
                "cannot listen on srv0/192.0.2.1 port 67: binding the UDP socket: the port is in use \
             by another process (ss -ulpn shows which)"
            ]
        );
        settings.max_retries = 2;
        settings.retry_wait = Duration::from_millis(1);
        let applied = server.listeners.apply(&settings).await.unwrap();
        assert_eq!((applied.tries, applied.failures.len()), (3, 1));
        settings.require_all = true;
        let error = server.listeners.apply(&settings).await.unwrap_err();
        assert!(matches!(error, SocketError::Required(failures) if failures.len() == 1));
        // With raw sockets the interface is left alone as a whole: the other process answers there.
        settings.mode = RAW;
        settings.require_all = false;
        let applied = server.listeners.apply(&settings).await.unwrap();
        assert!(
            applied.serving.is_empty() && applied.failures.len() == 1,
            "{applied:?}"
        );
    });
}

#[test]
fn a_port_that_becomes_free_is_taken_on_a_retry() {
    on_a_link(async |_client| {
        let other = UdpSocket::bind("192.0.2.1:67").unwrap();
        let mut server = Server::new();
        let mut settings = settings(RAW, &["srv0"]);
        settings.require_all = true;
        settings.max_retries = 1;
        settings.retry_wait = Duration::from_millis(50);
        // The current-thread runtime runs this between the first try and the second.
        tokio::spawn(async move { drop(other) });
        let applied = server.listeners.apply(&settings).await.unwrap();
        assert_eq!((applied.tries, applied.failures.len()), (2, 0));
    });
}

#[test]
fn v6_hears_multicast_and_unicast_and_answers_from_the_right_address() {
    on_a_link(async |client| {
        let mut server = Server::on(Mode::V6, &["srv0/2001:db8::1"]).await;
        let socket = client.run(|| {
            let at = SocketAddrV6::new("fe80::c".parse().unwrap(), 546, 0, cli0());
            let socket = UdpSocket::bind(at).unwrap();
            socket
                .set_read_timeout(Some(Duration::from_secs(5)))
                .unwrap();
            let to = SocketAddrV6::new("ff02::1:2".parse().unwrap(), 547, 0, cli0());
            socket.send_to(b"solicit", to).unwrap();
            socket
        });
        let packet = server.packet().await;
        assert_eq!(packet.data, b"solicit");
        assert_eq!((&*packet.interface.name, packet.unicast), ("srv0", false));
        assert_eq!(packet.local.to_string(), "fe80::1");
        let mut reply = answer(&packet, b"advertise");
        // The scope is filled in from the interface.
        reply.destination = "[fe80::c]:546".parse().unwrap();
        server.listeners.sender().send(reply);
        let receiving = tokio::task::spawn_blocking(move || {
            let mut buffer = [0; 100];
            socket
                .recv_from(&mut buffer)
                .map(|(length, from)| (buffer[..length].to_vec(), from))
        });
        let (data, from) = receiving.await.unwrap().unwrap();
        assert_eq!(data, b"advertise");
        assert_eq!(
            (from.ip().to_string().as_str(), from.port()),
            ("fe80::1", 547)
        );

        let relay = client.run(|| {
            let relay = UdpSocket::bind("[2001:db8::c]:10547").unwrap();
            relay
                .set_read_timeout(Some(Duration::from_secs(5)))
                .unwrap();
            relay.connect("[2001:db8::1]:547").unwrap();
            relay.send(b"relay-forward").unwrap();
            relay
        });
        let packet = server.packet().await;
        assert_eq!(
            (packet.local.to_string().as_str(), packet.unicast),
            ("2001:db8::1", true)
        );
        assert_eq!(packet.source.port(), 10547);
        // To the relay's own port, as RFC 8357 has it; its socket takes only the server's address.
        server
            .listeners
            .sender()
            .send(answer(&packet, b"relay-reply"));
        let receiving = tokio::task::spawn_blocking(move || {
            let mut buffer = [0; 100];
            relay
                .recv(&mut buffer)
                .map(|length| buffer[..length].to_vec())
        });
        assert_eq!(receiving.await.unwrap().unwrap(), b"relay-reply");
        assert_eq!(*server.failures.lock().unwrap(), [""; 0]);
    });
}

#[test]
fn a_burst_is_received_in_order_and_every_packet_answered_once() {
    const COUNT: u32 = 1000;
    on_a_link(async |client| {
        let mut server = Server::on(RAW, &["srv0"]).await;
        let socket = client.run(packet_socket);
        let sending = socket.try_clone().unwrap();
        client.run(move || {
            for number in 0..COUNT {
                send_frame(&sending, LIMITED, BROADCAST_MAC, &number.to_be_bytes());
            }
        });
        let mut heard = Vec::new();
        let mut batches = 0;
        while heard.len() < COUNT as usize {
            heard.extend(server.packets.recv().await.unwrap());
            batches += 1;
        }
        assert!(batches < COUNT / 10, "{batches} batches");
        for (number, packet) in (0..COUNT).zip(&heard) {
            assert_eq!(packet.data, number.to_be_bytes());
            let mut reply = answer(packet, &packet.data);
            reply.link_destination = packet.source_mac;
            reply.destination = "192.0.2.99:68".parse().unwrap();
            assert!(server.listeners.sender().send(reply));
        }
        // Closing sends what is queued.
        let counters = server.listeners.counters();
        server.listeners.close().await;
        assert_eq!(counters.sent.load(Ordering::Relaxed), u64::from(COUNT));
        for number in 0..COUNT {
            assert_eq!(receive_frame(&socket, 68).2, number.to_be_bytes());
        }
    });
}

#[test]
fn applying_again_keeps_what_stays_and_opens_what_is_new() {
    on_a_link(async |client| {
        let mut server = Server::on(UDP, &["srv0/192.0.2.1"]).await;
        client.run(|| {
            UdpSocket::bind("192.0.2.50:67")
                .unwrap()
                .send_to(b"before", SERVER)
                .unwrap();
        });
        // What waits in a socket that stays is not lost.
        let wider = settings(UDP, &["srv0"]);
        let applied = server.listeners.apply(&wider).await.unwrap();
        assert_eq!(
            (applied.serving.clone(), applied.failures.len()),
            (vec![("srv0".into(), 2)], 0)
        );
        assert_eq!(server.packet().await.data, b"before");
        client.run(|| {
            UdpSocket::bind("192.0.2.50:67")
                .unwrap()
                .send_to(b"after", "192.0.2.2:67")
                .unwrap();
        });
        assert_eq!(server.packet().await.data, b"after");
        let narrower = settings(UDP, &["srv0/192.0.2.2"]);
        server.listeners.apply(&narrower).await.unwrap();
        // The socket that is no longer wanted is closed, as soon as its reader has noticed.
        while UdpSocket::bind(SERVER).is_err() {
            tokio::task::yield_now().await;
        }
        // A selector that does not fit changes nothing.
        let error = server
            .listeners
            .apply(&settings(UDP, &["nowhere"]))
            .await
            .unwrap_err();
        assert!(matches!(error, SocketError::UnknownInterface { .. }));
        assert!(UdpSocket::bind("192.0.2.2:67").is_err());
    });
}

#[test]
fn an_address_that_came_later_is_found_unless_detection_is_switched_off() {
    on_a_link(async |_client| {
        let mut server = Server::on(UDP, &["srv0"]).await;
        ip("address add 192.0.2.3/24 dev srv0");
        let mut settings = settings(UDP, &["srv0"]);
        for (re_detect, addresses) in [(false, 2), (true, 3)] {
            settings.re_detect = re_detect;
            let applied = server.listeners.apply(&settings).await.unwrap();
            assert_eq!(applied.serving, [(Arc::from("srv0"), addresses)]);
        }
    });
}

#[test]
fn a_reply_that_cannot_leave_is_counted_and_the_others_go_on() {
    on_a_link(async |client| {
        let mut server = Server::on(RAW, &["srv0"]).await;
        let socket = client.run(packet_socket);
        let sending = socket.try_clone().unwrap();
        client.run(move || send_frame(&sending, LIMITED, BROADCAST_MAC, b"discover"));
        let packet = server.packet().await;
        let mut reply = answer(&packet, b"offer");
        reply.destination = "192.0.2.99:68".parse().unwrap();
        reply.link_destination = Some(CLIENT_MAC);
        let mut too_long = reply.clone();
        too_long.data = vec![0; 3000];
        let mut from_nowhere = reply.clone();
        from_nowhere.link_destination = None;
        from_nowhere.source = "192.0.2.77:67".parse().unwrap();
        for reply in [reply.clone(), too_long, from_nowhere, reply] {
            assert!(server.listeners.sender().send(reply));
        }
        let (counters, failures) = (server.listeners.counters(), server.failures.clone());
        server.listeners.close().await;
        assert_eq!(counters.sent.load(Ordering::Relaxed), 2);
        assert_eq!(counters.send_errors.load(Ordering::Relaxed), 2);
        let failures = failures.lock().unwrap();
        assert!(
            failures
                .iter()
                .any(|it| it.contains("no socket on 192.0.2.77")),
            "{failures:?}"
        );
        assert!(
            failures.iter().any(|it| it.contains("Message too long")),
            "{failures:?}"
        );
    });
}

#[test]
fn a_missing_capability_is_named_with_its_remedy() {
    on_a_link(async |_client| {
        let expect = async |missing: caps::Capability, name: &str, mode| {
            caps::drop(None, caps::CapSet::Effective, missing).unwrap();
            let mut server = Server::new();
            let applied = server
                .listeners
                .apply(&settings(mode, &["srv0"]))
                .await
                .unwrap();
            let text = applied.failures[0].to_string();
            assert!(text.contains(&format!("lacks {name}")), "{text}");
            assert!(
                text.contains("setcap") && text.contains("AmbientCapabilities"),
                "{text}"
            );
        };
        expect(caps::Capability::CAP_NET_RAW, "CAP_NET_RAW", RAW).await;
        expect(
            caps::Capability::CAP_NET_BIND_SERVICE,
            "CAP_NET_BIND_SERVICE",
            Mode::V6,
        )
        .await;
    });
}
