//! udhcpc, the client of BusyBox.

use super::{Client, Kind, directory};
use crate::netns::Namespace;
use crate::packages;
use crate::process::Daemon;

/// Starts `udhcpc` on an interface with more `arguments`, e.g. `["-r", "192.0.2.5"]`.
pub fn udhcpc(namespace: &Namespace, interface: &str, arguments: &[&str]) -> Client {
    let directory = directory("udhcpc");
    let program = packages::program("udhcpc", "udhcpc");
    let mut command = namespace.command(&program.display().to_string());
    command.args(["-f", "-i", interface, "-t", "10", "-T", "1"]);
    command
        .arg("-s")
        .arg(directory.join("script"))
        .arg("-p")
        .arg(directory.join("pid"));
    command.args(arguments);
    Client {
        kind: Kind::Udhcpc,
        daemon: Daemon::spawn("udhcpc", &command),
        directory,
        read: 0,
    }
}
