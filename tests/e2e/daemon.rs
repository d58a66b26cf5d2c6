//! The worker as a daemon: its PID file, and life as an ordinary user.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use murre_harness::netns;
use murre_harness::{clients, process, rundir};
use murre_tests::control::ask;
use murre_tests::worker::{self, Launch};
use murre_tests::{Engine, Leases, Worker, World, config, hand4, socket, world};
use murre_wire::dhcp4::{MIN_MAX_SIZE, Message, MessageType, Parsing};
use nix::unistd::User;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);

/// A configuration that any namespace can serve.
fn idle(folder: &Path) -> Value {
    let socket = |name| json!({ "socket-type": "unix", "socket-name": folder.join(name) });
    let database = json!({ "type": "memfile", "persist": false });
    json!({
        "Dhcp4": { "lease-database": database, "control-socket": socket("v4") },
        "Dhcp6": { "lease-database": database, "control-socket": socket("v6"), "server-id": { "type": "EN" } },
    })
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn text(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}

#[test]
fn the_pid_file_keeps_a_second_instance_out_and_a_dead_one_does_not() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::direct(Engine::Sqlite);
    let folder = rundir::fresh_dir("pid");
    let worker = Worker::start(&world.server, &idle(&folder));
    let beside = worker.file().parent().unwrap().to_owned();
    let files = ["murre.kea-dhcp4.pid", "murre.kea-dhcp6.pid"].map(|name| beside.join(name));
    for file in &files {
        assert_eq!(read(file), format!("{}\n", worker.pid()));
    }
    let second = || {
        let command = worker::command(&world.server, worker.file(), &Launch::default());
        process::output(&command)
    };
    let refused = second();
    assert_eq!(refused.status.code(), Some(1));
    let said = text(&refused);
    assert!(said.contains("DHCP4_ALREADY_RUNNING"), "{said}");
    assert!(
        said.contains(&format!("process {}", worker.pid())),
        "{said}"
    );
    // The first goes on as if nothing had been.
    assert_eq!(ask(&folder.join("v4"), "status-get")["result"], 0);
    assert_eq!(read(&files[0]), format!("{}\n", worker.pid()));

    // Killed, it leaves PID files and sockets behind; the next one takes them over.
    let (before, file) = (worker.pid(), worker.file().to_owned());
    worker.kill9();
    assert_eq!(read(&files[0]), format!("{before}\n"));
    assert!(folder.join("v4").exists());
    let next = Worker::launch_file(&world.server, &file, &Launch::default());
    next.wait_until_serving(0);
    assert_eq!(read(&files[1]), format!("{}\n", next.pid()));
    assert_eq!(ask(&folder.join("v6"), "status-get")["result"], 0);

    // A stop leaves nothing.
    next.stop();
    for file in &files {
        assert!(!file.exists());
    }
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");

    // The number of any living process counts, as nobody can know whose it was.
    std::fs::write(&files[0], "1\n").unwrap();
    let refused = process::output(&worker::command(&world.server, &file, &Launch::default()));
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        text(&refused).contains("delete the file"),
        "{}",
        text(&refused)
    );
    assert_eq!(read(&files[0]), "1\n");
}

#[test]
fn a_pid_file_folder_that_was_named_must_be_there() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::direct(Engine::Sqlite);
    let file = rundir::fresh_dir("pid").join("murre.json");
    std::fs::write(&file, idle(file.parent().unwrap()).to_string()).unwrap();
    let mut command = worker::command(&world.server, &file, &Launch::default());
    command.env("KEA_PIDFILE_DIR", "/nonexistent");
    let refused = process::output(&command);
    assert_eq!(refused.status.code(), Some(1));
    let said = text(&refused);
    assert!(said.contains("create the folder '/nonexistent'"), "{said}");
}

/// Everything a worker needs that runs as nobody: folders of its own, and the binary where it can
/// be read.
struct Nobody {
    folder: PathBuf,
    binary: PathBuf,
}

impl Nobody {
    fn new() -> Self {
        // The private directory of the tests is root's alone.
        let folder = std::env::temp_dir().join(format!(
            "murre-nobody-{}-{}",
            std::process::id(),
            rundir::unique()
        ));
        std::fs::create_dir_all(&folder).unwrap();
        let user = User::from_name("nobody")
            .unwrap()
            .expect("Debian has nobody");
        nix::unistd::chown(&folder, Some(user.uid), Some(user.gid)).unwrap();
        let binary = folder.join("murre-worker");
        std::fs::copy(worker::binary("murre-worker"), &binary).unwrap();
        Self { folder, binary }
    }

    fn leases(&self) -> Leases {
        Leases::in_directory(&self.folder)
    }

    fn launch(&self, capabilities: &str) -> Launch {
        let words = [
            "setpriv",
            "--reuid=nobody",
            "--regid=nogroup",
            "--clear-groups",
            &format!("--inh-caps=-all{capabilities}"),
            &format!("--ambient-caps=-all{capabilities}"),
            &format!("--bounding-set=-all{capabilities}"),
        ];
        Launch {
            wrapper: words.map(str::to_owned).to_vec(),
            binary: Some(self.binary.clone()),
            ..Launch::default()
        }
    }

    /// Starts a worker as nobody with these capabilities and no others.
    fn start(&self, world: &World, configuration: &Value, capabilities: &str) -> Worker {
        let file = self.folder.join("murre.json");
        std::fs::write(&file, configuration.to_string()).unwrap();
        Worker::launch_file(&world.server, &file, &self.launch(capabilities))
    }
}

impl Drop for Nobody {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn nobody_without_capabilities_is_told_which_is_missing_and_what_to_do() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let nobody = Nobody::new();
    let world = World::direct(Engine::Sqlite);
    for (capabilities, missing) in [
        ("", "CAP_NET_BIND_SERVICE"),
        (",+net_raw", "CAP_NET_BIND_SERVICE"),
        (",+net_bind_service", "CAP_NET_RAW"),
    ] {
        let worker = nobody.start(&world, &config::only4(&nobody.leases()), capabilities);
        let line = worker.says("DHCP4_OPEN_SOCKET_FAIL");
        assert!(line.contains(&format!("lacks {missing}")), "{line}");
        assert!(line.contains("setcap"), "{line}");
        assert!(line.contains("AmbientCapabilities="), "{line}");
        worker.stop();
    }
    let worker = nobody.start(&world, &config::only6(&nobody.leases()), "");
    let line = worker.says("DHCP6_OPEN_SOCKET_FAIL");
    assert!(line.contains("lacks CAP_NET_BIND_SERVICE"), "{line}");
    assert!(line.contains("setcap"), "{line}");
}

#[test]
fn nobody_with_just_two_capabilities_serves_both_families() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let nobody = Nobody::new();
    let world = World::direct(Engine::Sqlite);
    let both = ",+net_bind_service,+net_raw";
    let worker = nobody.start(&world, &config::both(&nobody.leases()), both);
    worker.wait_until_serving(0);
    let status = read(Path::new(&format!("/proc/{}/status", worker.pid())));
    let field = |name: &str| {
        status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap()
    };
    // Bits 10 and 13.
    assert_eq!(field("CapEff:").trim(), "0000000000002400");
    assert_ne!(field("Uid:").split_whitespace().next(), Some("0"));

    let mut udhcpc = clients::udhcpc(&world.client, "cli0", &[]);
    assert!(udhcpc.bound().address.is_some());
    let mut dhclient =
        clients::dhclient6(&world.client, "cli0", clients::Wanted::AddressAndPrefix, "");
    let bound = dhclient.bound();
    assert!(bound.address.is_some() || bound.prefix.is_some());
    worker.stop();
}

#[test]
fn debug_output_of_d_is_there_whatever_the_loggers_say() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::direct(Engine::Sqlite);
    let mut configuration = config::only4(&world.leases);
    configuration["Dhcp4"]["loggers"] = json!([
        { "name": "kea-dhcp4", "severity": "ERROR", "output-options": [{ "output": "stdout" }] },
    ]);
    for (quiet, expected) in [(false, true), (true, false)] {
        let launch = Launch {
            quiet,
            ..Launch::default()
        };
        let worker = Worker::launch(&world.server, &configuration, &launch);
        let mut udhcpc = clients::udhcpc(&world.client, "cli0", &[]);
        udhcpc.bound();
        drop(udhcpc);
        let lines = worker.stop();
        let detail = lines
            .iter()
            .any(|line| line.contains("DEBUG") && line.contains("DHCP4_PACKET_SEND"));
        assert_eq!(detail, expected, "{lines:#?}");
    }
}

#[test]
fn the_steps_of_expressions_are_told_at_their_level_of_detail_and_not_below() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::by_hand(Engine::Sqlite);
    let launch = Launch {
        quiet: true,
        ..Launch::default()
    };
    for (detail, expected) in [(54, false), (55, true)] {
        let mut configuration = config::only4(&world.leases);
        configuration["Dhcp4"]["client-classes"] =
            json!([{ "name": "foo", "test": "substring(option[61].hex,0,3) == 'foo'" }]);
        configuration["Dhcp4"]["loggers"] = json!([
            { "name": "kea-dhcp4", "severity": "INFO", "output-options": [{ "output": "stdout" }] },
            { "name": "kea-dhcp4.eval", "severity": "DEBUG", "debuglevel": detail,
              "output-options": [{ "output": "stdout" }] },
        ]);
        let worker = Worker::launch(&world.server, &configuration, &launch);
        worker.wait_until_serving(0);
        let relay = hand4::Relay::new(&world.client);
        relay.ask(
            &mut hand4::Client::new(1)
                .with_id(b"foobar")
                .message(MessageType::Discover),
        );
        let lines = worker.stop();
        for said in [
            "EVAL_DEBUG_OPTION Pushing option 61 with value 0x666F6F626172",
            "EVAL_DEBUG_EQUAL Popping 0x666F6F and 0x666F6F pushing result 'true'",
            "EVAL_RESULT Expression of class 'foo' evaluated to 'true'",
        ] {
            let is_said = lines
                .iter()
                .any(|line| line.contains("DEBUG [kea-dhcp4.eval/") && line.contains(said));
            assert_eq!(is_said, expected, "{detail}: {said}: {lines:#?}");
        }
    }
}

#[test]
fn ports_of_the_command_line_are_used_instead_of_the_protocols() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::by_hand(Engine::Sqlite);
    let launch = Launch {
        wrapper: ["sh", "-c", "exec \"$@\" -p 6767 -P 6868", "sh"]
            .map(str::to_owned)
            .to_vec(),
        ..Launch::default()
    };
    let worker = Worker::launch(&world.server, &config::only4(&world.leases), &launch);
    worker.wait_until_serving(0);
    let giaddr: Ipv4Addr = world::RELAY4.parse().unwrap();
    let at = |port| socket::bind(&world.client, (giaddr, port).into());
    let (sender, receiver) = (at(67), at(6868));
    let mut discover = hand4::Client::new(1).message(MessageType::Discover);
    let query = discover.giaddr(giaddr).hops(1).finish(MIN_MAX_SIZE);
    sender
        .send_to(&query, format!("{}:6767", world::SERVER4))
        .unwrap();
    receiver.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut answer = [0; 1500];
    let (length, from) = receiver.recv_from(&mut answer).expect("an offer");
    assert_eq!(from.port(), 6767);
    let offer = Message::parse(&answer[..length], Parsing::Strict).unwrap();
    assert_eq!(offer.message_type(), Some(MessageType::Offer));
}
