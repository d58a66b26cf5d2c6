//! What is MariaDB's own: its programs, settings and client.

use std::path::Path;
use std::process::Command;

use super::{Database, ServerOptions, server_user};
use crate::process::{self, Daemon};
use crate::spawner::Ties;
use crate::{Error, packages, rundir};

/// Debian's user for it.
pub(super) const USER: &str = "mysql";
/// What it says when it takes connections.
pub(super) const READY: &str = "ready for connections";

pub(super) fn version() -> String {
    let mut command = Command::new(packages::program("mariadbd", "mariadb-server"));
    process::run(command.arg("--version")).unwrap_or_else(|e| panic!("{e}"))
}

fn ties() -> Ties {
    Ties {
        user: server_user(USER),
        ..Ties::default()
    }
}

pub(super) fn make_data(data: &Path) {
    let users = rundir::fresh_path("users.sql");
    let (user, password) = (super::USER, super::PASSWORD);
    let sql = ["localhost", "%"].map(|host| {
        format!(
            "GRANT ALL ON *.* TO '{user}'@'{host}' IDENTIFIED BY '{password}' WITH GRANT OPTION;\n"
        )
    });
    std::fs::write(&users, format!("FLUSH PRIVILEGES;\n{}", sql.concat()))
        .expect("our own directory");
    let mut command = Command::new(packages::program("mariadb-install-db", "mariadb-server"));
    command
        .arg("--no-defaults")
        .arg(format!("--datadir={}", data.display()));
    command.arg(format!("--extra-file={}", users.display()));
    command.args([
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--innodb-log-file-size=64M",
    ]);
    let output = process::output_tied(&command, &ties());
    assert!(
        output.status.success(),
        "mariadb-install-db: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

pub(super) fn spawn(options: &ServerOptions, directory: &Path, port: u16) -> Daemon {
    let ties = Ties {
        namespace: options.namespace.clone(),
        ..ties()
    };
    Daemon::spawn_tied("mariadb", &command(options, directory, port), &ties)
}

/// The position in the cluster's history that a node which ended without a word had reached.
pub(super) fn recovered_position(options: &ServerOptions, directory: &Path) -> Option<String> {
    let mut command = command(options, directory, 0);
    command.arg("--wsrep-recover");
    let output = process::output_tied(&command, &ties());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let (_, position) = said.rsplit_once("Recovered position:")?;
    position.split_whitespace().next().map(str::to_owned)
}

fn command(options: &ServerOptions, directory: &Path, port: u16) -> Command {
    let flush = if options.durable { "1" } else { "0" };
    let mut command = Command::new(packages::program("mariadbd", "mariadb-server"));
    command.arg("--no-defaults");
    let mut set = |name: &str, value: &str| {
        command.arg(format!("--{name}={value}"));
    };
    set("datadir", &directory.join("data").display().to_string());
    set("socket", &directory.join("socket").display().to_string());
    set("pid-file", &directory.join("pid").display().to_string());
    set("bind-address", &options.address);
    set("port", &port.to_string());
    set("max-connections", &options.max_connections.to_string());
    set("innodb-flush-log-at-trx-commit", flush);
    set("innodb-log-file-size", "256M"); // a bench must not measure forced checkpoints
    set("character-set-server", "utf8mb4");
    for (name, value) in &options.settings {
        set(name, value);
    }
    command.envs(options.environment.iter().cloned());
    command
}

pub(super) fn query(database: &Database, sql: &str) -> Result<Vec<Vec<String>>, Error> {
    let mut command = Command::new(packages::program("mariadb", "mariadb-client"));
    command.args([
        "--no-defaults",
        "--batch",
        "--skip-column-names",
        "--default-character-set=utf8mb4",
    ]);
    if !database.prelude.is_empty() {
        command.arg(format!("--init-command={}", database.prelude));
    }
    command.arg(format!("--socket={}", database.socket.display()));
    command
        .arg(format!("--user={}", database.user))
        .arg(format!("--database={}", database.name));
    command
        .args(["--execute", sql])
        .env("MYSQL_PWD", &database.password);
    let text = super::run_client(&command)?;
    Ok(text
        .lines()
        .map(|row| row.split('\t').map(unescape).collect())
        .collect())
}

/// Batch mode writes tab, newline, NUL and backslash as `\t`, `\n`, `\0`, `\\`.
fn unescape(field: &str) -> String {
    let mut characters = field.chars();
    let mut plain = String::with_capacity(field.len());
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('0') => '\0',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    plain
}
