//! Debian's Kea: what the bench compares with, and the second subject of the same tests.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::database::Database;
use crate::netns::Namespace;
use crate::process::{self, Daemon};
use crate::{packages, rundir};

/// Starting with a database takes several connections and a schema check.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts `kea-dhcp4` and waits until it serves. `configuration` is the text of a JSON document
/// with `Dhcp4` in it.
///
/// - with a `database`, its tables are made if need be and `lease-database` is set to it; without
///   one and without `lease-database`, leases go to a file in a directory of its own;
/// - without `loggers`, warnings and the life of the server go to standard output.
///
/// # Panics
/// When the text is no JSON, a program is not installed or the server does not start.
pub fn start4(
    namespace: Option<&Namespace>,
    configuration: &str,
    database: Option<&Database>,
) -> Daemon {
    start("Dhcp4", "kea-dhcp4", namespace, configuration, database)
}

/// Starts `kea-dhcp6`; otherwise as [`start4`].
///
/// # Panics
/// As [`start4`].
pub fn start6(
    namespace: Option<&Namespace>,
    configuration: &str,
    database: Option<&Database>,
) -> Daemon {
    start("Dhcp6", "kea-dhcp6", namespace, configuration, database)
}

/// Makes Kea's tables in an empty database by `kea-admin db-init`; nothing is done when they are
/// there.
///
/// # Panics
/// When it is not installed or fails.
pub fn init_schema(database: &Database) {
    if database
        .try_query("SELECT version FROM schema_version")
        .is_ok()
    {
        return;
    }
    let mut command = Command::new(packages::program("kea-admin", "kea-admin"));
    command.args(["db-init", database.engine.kea_admin_name()]);
    command.args(["-h", &database.host, "-P", &database.port.to_string()]);
    command.args([
        "-u",
        &database.user,
        "-p",
        &database.password,
        "-n",
        &database.name,
    ]);
    command.env("MYSQL_TCP_PORT", database.port.to_string()); // its db-init forgets -P
    process::run(&command).unwrap_or_else(|e| panic!("{e}"));
}

fn start(
    key: &str,
    program: &str,
    namespace: Option<&Namespace>,
    configuration: &str,
    database: Option<&Database>,
) -> Daemon {
    let directory = rundir::fresh_dir(program);
    let document: Value = serde_json::from_str(configuration).expect("the configuration is JSON");
    let mut server = document[key].clone();
    if let Some(database) = database {
        init_schema(database);
        server["lease-database"] = database.kea_socket_json();
    }
    fill_in(&mut server, program, &directory.display().to_string());
    let file = directory.join("conf");
    std::fs::write(&file, json!({ key: server }).to_string()).expect("our own directory");

    let binary = packages::unconfined(program, &format!("{program}-server"))
        .display()
        .to_string();
    let mut command = match namespace {
        Some(namespace) => namespace.command(&binary),
        None => Command::new(binary),
    };
    command.arg("-c").arg(&file);
    command
        .env("KEA_PIDFILE_DIR", &directory)
        .env("KEA_LOCKFILE_DIR", &directory);
    command.envs(database.map(Database::environment).unwrap_or_default());
    let daemon = Daemon::spawn(program, &command);
    let ready = format!("{}_STARTED", key.to_uppercase());
    daemon
        .wait_for_line(&ready, PATIENCE)
        .unwrap_or_else(|e| panic!("{e}"));
    daemon
}

/// What a test does not want to write out, and must not land in system directories.
fn fill_in(server: &mut Value, program: &str, directory: &str) {
    let logger = |name: String, severity: &str| json!({ "name": name, "severity": severity, "output_options": [{ "output": "stdout" }] });
    let mut default = |key: &str, value: Value| {
        if server[key].is_null() {
            server[key] = value;
        }
    };
    let leases = format!("{directory}/leases.csv");
    default(
        "lease-database",
        json!({ "type": "memfile", "persist": true, "name": leases, "lfc-interval": 0 }),
    );
    let family = program.trim_start_matches("kea-");
    let life = format!("{program}.{family}"); // started, stopped, configured; nothing per packet
    default(
        "loggers",
        json!([logger(program.to_owned(), "WARN"), logger(life, "INFO")]),
    );
    if family == "dhcp6" {
        default("data-directory", json!(directory)); // the file of the server's DUID
    }
}
