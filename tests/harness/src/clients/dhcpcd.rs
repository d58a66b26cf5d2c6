//! dhcpcd, one process for both families.

use super::{Client, Kind, directory};
use crate::netns::Namespace;
use crate::packages;
use crate::process::Daemon;

/// Its directories are compiled in. `ip netns exec` gives every process its own view of the file
/// system, so that private ones can be laid over them.
const PRIVATELY: &str =
    "mount --bind \"$0\" /var/lib/dhcpcd && mount -t tmpfs run /run && exec \"$@\"";

/// Starts `dhcpcd` in the foreground on an interface; `conf` is the text of its configuration
/// file, e.g. `ipv4only`, or `noipv4`, `noipv6rs`, `ia_na 1` and `ia_pd 2` on a line each.
pub fn dhcpcd(namespace: &Namespace, interface: &str, conf: &str) -> Client {
    let directory = directory("dhcpcd");
    std::fs::write(directory.join("conf"), conf).expect("our own directory");
    let database = directory.join("database");
    std::fs::create_dir(&database).expect("our own directory");
    let mut command = namespace.command("sh");
    command.arg("-c").arg(PRIVATELY).arg(&database);
    command
        .arg(packages::program("dhcpcd", "dhcpcd-base"))
        .args(["-B", "-d", "-A"]);
    command
        .arg("-f")
        .arg(directory.join("conf"))
        .arg("-c")
        .arg(directory.join("script"));
    command.arg(interface);
    Client {
        kind: Kind::Dhcpcd,
        daemon: Daemon::spawn("dhcpcd", &command),
        directory,
        read: 0,
    }
}
