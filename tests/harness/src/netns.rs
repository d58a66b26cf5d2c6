//! Network namespaces and the links between them: a small private network per test.
//!
//! Namespaces have unique names, come up with loopback and without duplicate address detection (so
//! that link-local addresses can be used at once), and are deleted when dropped; `sweep.sh` deletes
//! those of processes that died.

use std::io::Write;
use std::process::Command;
use std::sync::OnceLock;
use std::thread;

use crate::{packages, process, rundir};

/// Whether this machine lets us make namespaces. If not, says loudly that the calling test is
/// skipped, and counts it in the file named by `MURRE_SKIPPED_FILE` (`./run test` sums it up); the
/// test must then return.
#[must_use]
pub fn require_root_and_namespaces() -> bool {
    static REFUSED: OnceLock<Option<String>> = OnceLock::new();
    let refused = REFUSED.get_or_init(try_out);
    if let Some(reason) = refused {
        skip(reason);
    }
    refused.is_none()
}

/// Says loudly that the calling test is skipped and why, and counts it.
pub fn skip(reason: &str) {
    let thread = thread::current();
    let line = format!("SKIPPED {}: {reason}\n", thread.name().unwrap_or("main"));
    // Not eprint!: the test runner hides what a passing test prints by it.
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(path) = std::env::var_os("MURRE_SKIPPED_FILE") {
        let file = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(&path);
        let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
        written.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
}

/// A network namespace of this process.
#[derive(Debug)]
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes one; `label` shows in its name.
    ///
    /// # Panics
    /// When it is refused; ask [`require_root_and_namespaces`] first.
    pub fn new(label: &str) -> Self {
        let name = format!("murre-{}-{}-{label}", std::process::id(), rundir::unique());
        let marker = rundir::path().join("netns").join(&name);
        std::fs::write(&marker, "").unwrap_or_else(|e| panic!("{}: {e}", marker.display()));
        ip(&["netns", "add", &name]);
        let namespace = Self { name };
        let off =
            "for what in all default; do echo 0 >/proc/sys/net/ipv6/conf/$what/accept_dad; done";
        namespace.run("sh", &["-c", off]);
        namespace.ip(&["link", "set", "lo", "up"]);
        namespace
    }

    /// Its name, as `ip netns` knows it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A command that runs inside: add arguments, then give it to [`process`].
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(packages::program("ip", "iproute2"));
        command.args(["netns", "exec", &self.name, program]);
        command
    }

    /// Runs a command inside to its end and returns what it printed.
    ///
    /// # Panics
    /// When it fails.
    #[track_caller]
    pub fn run(&self, program: &str, arguments: &[&str]) -> String {
        process::run(self.command(program).args(arguments)).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Adds an address (`192.0.2.1/24`, `2001:db8::1/64`) to an interface, usable at once.
    pub fn add_address(&self, interface: &str, address: &str) {
        let mut arguments = vec!["address", "add", address, "dev", interface];
        if address.contains(':') {
            arguments.push("nodad");
        }
        self.ip(&arguments);
    }

    /// Adds a route, e.g. `["default", "via", "192.0.2.1"]`.
    pub fn add_route(&self, route: &[&str]) {
        let family = if route.iter().any(|word| word.contains(':')) {
            "-6"
        } else {
            "-4"
        };
        self.ip(&[&[family, "route", "add"], route].concat());
    }

    /// Forwards packets between its interfaces, as a router does.
    pub fn forward(&self) {
        let on =
            "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding";
        self.run("sh", &["-c", on]);
    }

    /// Joins interfaces to one link by a bridge, so that more than two parties can share it.
    pub fn bridge(&self, name: &str, interfaces: &[&str]) {
        self.ip(&[
            "link",
            "add",
            "name",
            name,
            "type",
            "bridge",
            "forward_delay",
            "0",
        ]);
        self.ip(&["link", "set", "dev", name, "up"]);
        for interface in interfaces {
            self.ip(&["link", "set", "dev", interface, "master", name]);
        }
    }

    /// The link-layer address of an interface, as `00:11:22:33:44:55`.
    pub fn mac(&self, interface: &str) -> String {
        let path = format!("/sys/class/net/{interface}/address");
        self.run("cat", &[&path]).trim().to_owned()
    }

    /// The link-local address of an interface.
    ///
    /// # Panics
    /// When it has none, because the link is down at either end.
    pub fn link_local(&self, interface: &str) -> String {
        let text = self.ip(&[
            "-6", "-oneline", "address", "show", "dev", interface, "scope", "link",
        ]);
        let address = text
            .split_whitespace()
            .skip_while(|word| *word != "inet6")
            .nth(1);
        let address = address
            .unwrap_or_else(|| panic!("{}: {interface} has no link-local address", self.name));
        address
            .split('/')
            .next()
            .expect("split gives one")
            .to_owned()
    }

    /// Runs `ip` for this namespace and returns what it printed.
    ///
    /// # Panics
    /// When it fails.
    pub fn ip(&self, arguments: &[&str]) -> String {
        ip(&[&["-netns", &self.name], arguments].concat())
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // Clients may have left processes behind that are not our children.
        let pids = process::output(Command::new("ip").args(["netns", "pids", &self.name]));
        for pid in String::from_utf8_lossy(&pids.stdout)
            .split_whitespace()
            .filter_map(|pid| pid.parse().ok())
        {
            let _ = nix::sys::signal::kill(
                nix::unistd::Pid::from_raw(pid),
                nix::sys::signal::Signal::SIGKILL,
            );
        }
        let _ = process::run(Command::new("ip").args(["netns", "delete", &self.name]));
        let _ = std::fs::remove_file(rundir::path().join("netns").join(&self.name));
    }
}

/// One end of a link: where it is and what it has.
#[derive(Clone, Debug)]
pub struct End<'a> {
    namespace: &'a Namespace,
    interface: String,
    mac: Option<String>,
    addresses: Vec<String>,
    tx_queue: u32,
}

impl<'a> End<'a> {
    /// An interface without addresses (but the link-local one), with a link-layer address of the
    /// kernel's choice.
    pub fn new(namespace: &'a Namespace, interface: &str) -> Self {
        Self {
            namespace,
            interface: interface.to_owned(),
            mac: None,
            addresses: Vec::new(),
            tx_queue: 10_000,
        }
    }

    /// Adds an address (`192.0.2.1/24`, `2001:db8::1/64`).
    #[must_use]
    pub fn address(mut self, address: &str) -> Self {
        self.addresses.push(address.to_owned());
        self
    }

    /// Sets the link-layer address (`02:00:00:00:00:01`).
    #[must_use]
    pub fn mac(mut self, mac: &str) -> Self {
        self.mac = Some(mac.to_owned());
        self
    }

    /// Sets how many packets may wait for transmission (10,000 by default).
    #[must_use]
    pub fn tx_queue(mut self, packets: u32) -> Self {
        self.tx_queue = packets;
        self
    }

    fn set_up(&self) {
        if let Some(mac) = &self.mac {
            self.namespace
                .ip(&["link", "set", "dev", &self.interface, "address", mac]);
        }
        let queue = self.tx_queue.to_string();
        self.namespace.ip(&[
            "link",
            "set",
            "dev",
            &self.interface,
            "txqueuelen",
            &queue,
            "up",
        ]);
        for address in &self.addresses {
            self.namespace.add_address(&self.interface, address);
        }
    }
}

impl End<'_> {
    /// The kernel makes the link-local address when it notices the carrier, which may be a second
    /// later, and tells nobody without a netlink socket.
    fn wait_until_ready(&self) {
        let wait = "for try in $(seq 500); do grep -q \"^fe80.* $0\\$\" /proc/net/if_inet6 && exit; sleep 0.01; done; exit 1";
        self.namespace.run("sh", &["-c", wait, &self.interface]);
    }
}

/// A cable (veth pair) between two namespaces. It goes when either namespace goes.
#[derive(Debug)]
pub struct Link {
    namespace: String,
    interface: String,
}

impl Link {
    /// Lays the cable; both ends are up with their addresses when this returns.
    ///
    /// # Panics
    /// When an interface name is taken or an address is not valid.
    pub fn connect(one: &End<'_>, other: &End<'_>) -> Self {
        let (here, there) = (one.namespace, other.namespace);
        here.ip(&[
            &[
                "link",
                "add",
                "name",
                &one.interface,
                "type",
                "veth",
                "peer",
                "name",
                &other.interface,
            ][..],
            &["netns", there.name()],
        ]
        .concat());
        one.set_up();
        other.set_up();
        one.wait_until_ready();
        other.wait_until_ready();
        Self {
            namespace: here.name.clone(),
            interface: one.interface.clone(),
        }
    }

    /// Cuts it: both ends lose the carrier.
    pub fn cut(&self) {
        ip(&[
            "-netns",
            &self.namespace,
            "link",
            "set",
            &self.interface,
            "down",
        ]);
    }

    /// Mends it. Addresses of version 6 on the first end were lost with the cut.
    pub fn mend(&self) {
        ip(&[
            "-netns",
            &self.namespace,
            "link",
            "set",
            &self.interface,
            "up",
        ]);
    }
}

/// Why namespaces cannot be made here, if so.
fn try_out() -> Option<String> {
    if !nix::unistd::geteuid().is_root() {
        return Some("network namespaces need root".to_owned());
    }
    if packages::find("ip").is_none() {
        return Some("ip is not installed: apt-get install iproute2".to_owned());
    }
    let name = format!("murre-{}-try", std::process::id());
    let made = process::run(Command::new("ip").args(["netns", "add", &name]));
    let _ = process::run(Command::new("ip").args(["netns", "delete", &name]));
    made.err()
        .map(|e| format!("no network namespaces here: {e}"))
}

#[track_caller]
fn ip(arguments: &[&str]) -> String {
    let mut command = Command::new(packages::program("ip", "iproute2"));
    process::run(command.args(arguments)).unwrap_or_else(|e| panic!("{e}"))
}
