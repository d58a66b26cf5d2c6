//! What is PostgreSQL's own: its programs, settings and client.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use nix::sys::signal::Signal;

use super::{Database, ServerOptions, server_user};
use crate::process::{self, Daemon};
use crate::spawner::Ties;
use crate::{Error, packages, rundir};

/// Debian's user for it.
pub(super) const USER: &str = "postgres";
/// What it says when it takes connections.
pub(super) const READY: &str = "database system is ready to accept connections";

/// Characters no value contains, between fields and rows of the client's output.
const FIELD_END: char = '\u{1f}';
const ROW_END: char = '\u{1e}';

pub(super) fn version() -> String {
    let mut command = Command::new(packages::postgresql_program("postgres"));
    process::run(command.arg("--version")).unwrap_or_else(|e| panic!("{e}"))
}

fn ties() -> Ties {
    // An immediate shutdown: the postmaster takes its children along.
    Ties {
        user: server_user(USER),
        death_signal: "QUIT",
        ..Ties::default()
    }
}

pub(super) fn make_data(data: &Path) {
    let password = rundir::fresh_path("password");
    std::fs::write(&password, super::PASSWORD).expect("our own directory");
    let mut command = Command::new(packages::postgresql_program("initdb"));
    command
        .arg("--pgdata")
        .arg(data)
        .arg("--pwfile")
        .arg(&password);
    command.args([
        "--no-sync",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]);
    command.arg(format!("--username={}", super::USER));
    let output = process::output_tied(&command, &ties());
    assert!(
        output.status.success(),
        "initdb: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

pub(super) fn spawn(options: &ServerOptions, directory: &Path, port: u16) -> Daemon {
    let durable = if options.durable { "on" } else { "off" };
    let mut command = Command::new(packages::postgresql_program("postgres"));
    command.arg("-D").arg(directory.join("data"));
    let mut set = |name: &str, value: &str| {
        command.arg("-c").arg(format!("{name}={value}"));
    };
    set("listen_addresses", &options.address);
    set("port", &port.to_string());
    set("unix_socket_directories", &directory.display().to_string());
    set("max_connections", &options.max_connections.to_string());
    set("fsync", durable);
    set("synchronous_commit", durable);
    set("full_page_writes", durable);
    set("max_wal_size", "4GB"); // a bench must not measure forced checkpoints
    for (name, value) in &options.settings {
        set(name, value);
    }
    command.envs(options.environment.iter().cloned());
    let ties = Ties {
        namespace: options.namespace.clone(),
        ..ties()
    };
    Daemon::spawn_tied("postgresql", &command, &ties)
}

/// Lets clients and standbys of the server's own network in: by default only this machine may.
pub(super) fn admit_neighbours(directory: &Path) {
    let lines = "host all all samenet scram-sha-256\nhost replication all samenet scram-sha-256\n";
    let path = directory.join("data").join("pg_hba.conf");
    let file = std::fs::OpenOptions::new().append(true).open(&path);
    let written = file.and_then(|mut file| file.write_all(lines.as_bytes()));
    written.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}

/// Copies the data of a running server, as the start of a standby of it.
pub(super) fn base_backup(from: &Database, directory: &Path) {
    let mut command = Command::new(packages::postgresql_program("pg_basebackup"));
    command.arg("--pgdata").arg(directory.join("data"));
    command
        .args(["--wal-method=stream", "--checkpoint=fast", "--no-sync"])
        .arg("--host")
        .arg(from.socket.parent().expect("it has a directory"))
        .arg(format!("--port={}", from.port))
        .arg(format!("--username={}", from.user))
        .env("PGPASSWORD", &from.password);
    let output = process::output_tied(&command, &ties());
    assert!(
        output.status.success(),
        "pg_basebackup: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Makes a copied data directory that of a standby.
pub(super) fn follow(primary: &Database, directory: &Path, name: &str) {
    let (host, port) = (&primary.host, primary.port);
    let (user, password) = (&primary.user, &primary.password);
    let line = format!(
        "primary_conninfo = 'host={host} port={port} user={user} password={password} \
         application_name={name}'\n"
    );
    let data = directory.join("data");
    let file = std::fs::OpenOptions::new()
        .append(true)
        .open(data.join("postgresql.auto.conf"));
    let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
    let marked = written.and_then(|()| std::fs::write(data.join("standby.signal"), ""));
    marked.unwrap_or_else(|e| panic!("{}: {e}", data.display()));
}

/// After SIGKILL of the postmaster its children end by themselves; until then they hold the shared
/// memory, and a new server would refuse to start.
pub(super) fn forget_dead_postmaster(directory: &Path) {
    let data = directory.join("data");
    loop {
        let children = running_in(&data);
        if children.is_empty() {
            break;
        }
        for pid in children {
            let _ = nix::sys::signal::kill(pid, Signal::SIGKILL);
        }
        std::thread::yield_now();
    }
    let _ = std::fs::remove_file(data.join("postmaster.pid"));
}

/// Sends `signal` to every process of a server but its postmaster.
pub(super) fn signal_children(directory: &Path, postmaster: u32, signal: Signal) {
    let of_server = running_in(&directory.join("data"));
    for pid in of_server
        .into_iter()
        .filter(|pid| pid.as_raw().cast_unsigned() != postmaster)
    {
        let _ = nix::sys::signal::kill(pid, signal); // it may have ended by itself
    }
}

/// Processes whose working directory this is. One that ends gives up its shared memory first.
fn running_in(data: &Path) -> Vec<nix::unistd::Pid> {
    let pids = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    pids.filter(|entry| std::fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == data))
        .filter_map(|entry| entry.file_name().to_string_lossy().parse().ok())
        .map(nix::unistd::Pid::from_raw)
        .collect()
}

pub(super) fn query(database: &Database, sql: &str) -> Result<Vec<Vec<String>>, Error> {
    let mut command = Command::new(packages::program("psql", "postgresql-client"));
    command.args([
        "--no-psqlrc",
        "--quiet",
        "--tuples-only",
        "--no-align",
        "--set=ON_ERROR_STOP=1",
    ]);
    command
        .arg(format!("--field-separator={FIELD_END}"))
        .arg(format!("--record-separator={ROW_END}"));
    command
        .arg("--host")
        .arg(database.socket.parent().expect("it has a directory"));
    command
        .arg("--port")
        .arg(database.port.to_string())
        .args(["--username", &database.user]);
    command
        .args(["--dbname", &database.name, "--command", sql])
        .env("PGPASSWORD", &database.password);
    let text = super::run_client(&command)?;
    let text = text.trim_end_matches('\n');
    let rows = text.split(ROW_END).map(|row| row.trim_start_matches('\n'));
    Ok(rows
        .filter(|row| !row.is_empty())
        .map(|row| row.split(FIELD_END).map(str::to_owned).collect())
        .collect())
}
