//! A DNS server with zones of a test's own (BIND), and the DHCP-DDNS server that updates them.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::netns::Namespace;
use crate::process::Daemon;
use crate::{packages, rundir};

/// The port that it listens on, at 127.0.0.1.
const PORT: u16 = 5300;
/// The port of requests to the DHCP-DDNS server, at 127.0.0.1.
const DDNS_PORT: u16 = 53001;
/// Both start at once.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `named` in a namespace, and a running `kea-dhcp-ddns` beside it. They die with this value.
#[derive(Debug)]
pub struct Dns<'n> {
    namespace: &'n Namespace,
    updater: Daemon,
    _server: Daemon,
}

impl<'n> Dns<'n> {
    /// Starts both: everybody may change the zones, one for names and one for addresses.
    ///
    /// # Panics
    /// When a program is not installed or does not start.
    pub fn start(namespace: &'n Namespace, forward: &str, reverse: &str) -> Self {
        let zones = [forward, reverse];
        Self {
            namespace,
            _server: named(namespace, &zones),
            updater: updater(namespace, &zones),
        }
    }

    /// Waits until a request was carried out, of those behind a [`Dns::mark`]: `ADD` or `REMOVE`.
    ///
    /// # Panics
    /// When none is within half a minute.
    pub fn carried_out(&self, mark: usize, what: &str) {
        let wanted = format!("DHCP_DDNS_{what}_SUCCEEDED");
        let line = self.updater.wait_for_line_after(mark, &wanted, PATIENCE);
        line.unwrap_or_else(|e| panic!("{e}"));
    }

    /// A place in what was carried out.
    pub fn mark(&self) -> usize {
        self.updater.mark()
    }

    /// The records of a name, one a line; empty for none.
    ///
    /// # Panics
    /// When the server does not answer.
    pub fn records(&self, name: &str, kind: &str) -> String {
        let program = packages::program("dig", "bind9-dnsutils");
        let port = PORT.to_string();
        let question = ["@127.0.0.1", "-p", &port, "+short", name, kind];
        let answer = self
            .namespace
            .run(&program.display().to_string(), &question);
        answer.trim().to_owned()
    }
}

fn named(namespace: &Namespace, zones: &[&str]) -> Daemon {
    let folder = rundir::fresh_dir("named");
    let text = format!(
        "options {{ directory \"{folder}\"; listen-on port {PORT} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};\n\
         pid-file none; session-keyfile \"{folder}/session.key\"; recursion no; dnssec-validation no; }};\n\
         controls {{ }};\n",
        folder = folder.display()
    );
    let zones = zones.iter().map(|zone| {
        zone_file(&folder, zone);
        format!(
            "zone \"{zone}\" {{ type primary; file \"{zone}.zone\"; allow-update {{ any; }}; }};\n"
        )
    });
    let text = text + &zones.collect::<String>();
    let file = folder.join("named.conf");
    std::fs::write(&file, text).expect("our own directory");
    let program = packages::unconfined("named", "bind9");
    let mut command = namespace.command(&program.display().to_string());
    command.args(["-g", "-n", "1", "-c"]).arg(&file);
    let daemon = Daemon::spawn("named", &command);
    let running = daemon.wait_for_line("running", PATIENCE);
    running.unwrap_or_else(|e| panic!("{e}"));
    daemon
}

fn zone_file(folder: &Path, zone: &str) {
    let text = "$TTL 60\n@ SOA ns root 1 60 60 60 60\n@ NS ns\nns A 127.0.0.1\n";
    std::fs::write(folder.join(format!("{zone}.zone")), text).expect("our own directory");
}

fn updater(namespace: &Namespace, zones: &[&str]) -> Daemon {
    let folder = rundir::fresh_dir("kea-dhcp-ddns");
    let servers = json!([{ "ip-address": "127.0.0.1", "port": PORT }]);
    let domains = |zone: &&str| json!({ "ddns-domains": [{ "name": format!("{zone}."), "dns-servers": servers }] });
    let logger = json!({ "name": "kea-dhcp-ddns", "severity": "INFO", "output_options": [{ "output": "stdout" }] });
    let mut map = json!({
        "ip-address": "127.0.0.1", "port": DDNS_PORT, "dns-server-timeout": 2000, "tsig-keys": [],
        "loggers": [logger],
    });
    for (key, zone) in ["forward-ddns", "reverse-ddns"].iter().zip(zones) {
        map[key] = domains(zone);
    }
    let file = folder.join("conf");
    std::fs::write(&file, json!({ "DhcpDdns": map }).to_string()).expect("our own directory");
    let program = packages::unconfined("kea-dhcp-ddns", "kea-dhcp-ddns-server");
    let mut command = namespace.command(&program.display().to_string());
    command.arg("-c").arg(&file);
    command
        .env("KEA_PIDFILE_DIR", &folder)
        .env("KEA_LOCKFILE_DIR", &folder);
    let daemon = Daemon::spawn("kea-dhcp-ddns", &command);
    let listening = daemon.wait_for_line("DHCP_DDNS_STARTED", PATIENCE);
    listening.unwrap_or_else(|e| panic!("{e}"));
    daemon
}
