//! ISC dhcrelay, for both families.

use std::process::Command;
use std::time::Duration;

use crate::netns::Namespace;
use crate::packages;
use crate::process::Daemon;

/// Starts `dhcrelay -4` from the interfaces `down` (clients) by the interfaces `up` to `server`.
///
/// # Panics
/// When it does not start.
pub fn dhcrelay4(namespace: &Namespace, down: &[&str], up: &[&str], server: &str) -> Daemon {
    dhcrelay4_with(namespace, down, up, &[server], &[])
}

/// As [`dhcrelay4`], to several servers and with more arguments, e.g. `["-a"]` to add option 82.
///
/// # Panics
/// When it does not start.
pub fn dhcrelay4_with(
    namespace: &Namespace,
    down: &[&str],
    up: &[&str],
    servers: &[&str],
    arguments: &[&str],
) -> Daemon {
    let mut command = command(namespace, "-4");
    for (flag, interfaces) in [("-id", down), ("-iu", up)] {
        interfaces.iter().for_each(|interface| {
            command.args([flag, interface]);
        });
    }
    command.args(arguments).args(servers);
    start("dhcrelay4", &command, &["fallback"])
}

/// Starts `dhcrelay -6` from the interfaces `down` (clients) by the interface `up` to `server`.
///
/// # Panics
/// When it does not start.
pub fn dhcrelay6(namespace: &Namespace, down: &[&str], up: &str, server: &str) -> Daemon {
    dhcrelay6_with(namespace, down, up, server, &[])
}

/// As [`dhcrelay6`], with more arguments, e.g. `["-I"]` to name the client's interface to the
/// server.
///
/// # Panics
/// When it does not start.
pub fn dhcrelay6_with(
    namespace: &Namespace,
    down: &[&str],
    up: &str,
    server: &str,
    arguments: &[&str],
) -> Daemon {
    let mut command = command(namespace, "-6");
    command.args(arguments);
    for interface in down {
        command.args(["-l", interface]);
    }
    command.arg("-u").arg(format!("{server}%{up}"));
    start("dhcrelay6", &command, &[down, &[up]].concat())
}

fn command(namespace: &Namespace, family: &str) -> Command {
    let program = packages::program("dhcrelay", "isc-dhcp-relay");
    let mut command = namespace.command(&program.display().to_string());
    command.args([family, "-d", "--no-pid"]);
    command
}

/// It lists its `sockets` as they open.
fn start(name: &str, command: &Command, sockets: &[&str]) -> Daemon {
    let relay = Daemon::spawn(name, command);
    for socket in sockets {
        let line = format!("Sending on   Socket/{socket}");
        relay
            .wait_for_line(&line, Duration::from_secs(10))
            .unwrap_or_else(|e| panic!("{e}"));
    }
    relay
}
