//! ISC dhclient, for both families.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::{Client, Kind, directory};
use crate::netns::Namespace;
use crate::packages;
use crate::process::Daemon;

/// What a DHCPv6 client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// One address (IA_NA).
    Address,
    /// One delegated prefix (IA_PD).
    Prefix,
    /// Both, each told by a [`Binding`](super::Binding) of its own.
    AddressAndPrefix,
}

/// Starts `dhclient -4` on an interface; `conf` is the text of its configuration file.
pub fn dhclient4(namespace: &Namespace, interface: &str, conf: &str) -> Client {
    start(namespace, interface, &["-4"], conf)
}

/// Starts `dhclient -6` on an interface; `conf` is the text of its configuration file.
pub fn dhclient6(namespace: &Namespace, interface: &str, wanted: Wanted, conf: &str) -> Client {
    let arguments: &[&str] = match wanted {
        Wanted::Address => &["-6", "-N"],
        Wanted::Prefix => &["-6", "-P"],
        Wanted::AddressAndPrefix => &["-6", "-N", "-P"],
    };
    start(namespace, interface, arguments, conf)
}

/// How a dhclient was started: it is started once more to release.
#[derive(Clone, Debug)]
pub(super) struct Invocation {
    namespace: String,
    interface: String,
    arguments: Vec<String>,
    directory: PathBuf,
}

impl Invocation {
    pub(super) fn start(&self) -> Daemon {
        Daemon::spawn("dhclient", &self.command(&["-d", "-v"]))
    }

    /// dhclient releases by a second process that ends the first. That one misses a signal that comes
    /// while it runs its script, so it is told again until it ends.
    pub(super) fn release(&self, running: &Daemon) {
        let releasing = Daemon::spawn("dhclient-release", &self.command(&["-d", "-v", "-r"]));
        let limit = Duration::from_secs(20);
        assert!(
            releasing.wait(limit).is_some(),
            "dhclient -r: {:#?}",
            releasing.lines()
        );
        for _ in 0..10 {
            if running.wait(Duration::from_secs(2)).is_some() {
                return;
            }
            running.signal(Signal::SIGTERM);
        }
        panic!("dhclient does not end: {:#?}", running.lines());
    }

    fn command(&self, mode: &[&str]) -> Command {
        let file = |name: &str| self.directory.join(name);
        let mut command = Command::new(packages::program("ip", "iproute2"));
        command.args(["netns", "exec", &self.namespace]);
        command.arg(packages::unconfined("dhclient", "isc-dhcp-client"));
        command.args(&self.arguments).args(mode);
        command
            .arg("-cf")
            .arg(file("conf"))
            .arg("-lf")
            .arg(file("leases"));
        command
            .arg("-pf")
            .arg(file("pid"))
            .arg("-sf")
            .arg(file("script"));
        command
            .arg("-e")
            .arg(format!("MURRE_DECLINE={}", file("decline").display()));
        command.args(["-e", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]); // it gives its script none
        command.arg(&self.interface);
        command
    }
}

fn start(namespace: &Namespace, interface: &str, arguments: &[&str], conf: &str) -> Client {
    let directory = directory("dhclient");
    std::fs::write(directory.join("conf"), conf).expect("our own directory");
    let invocation = Invocation {
        namespace: namespace.name().to_owned(),
        interface: interface.to_owned(),
        arguments: arguments
            .iter()
            .map(|&argument| argument.to_owned())
            .collect(),
        directory: directory.clone(),
    };
    let daemon = invocation.start();
    Client {
        kind: Kind::Dhclient(invocation),
        daemon,
        directory,
        read: 0,
    }
}
