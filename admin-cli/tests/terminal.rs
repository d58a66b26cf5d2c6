//! The tool on a terminal: a bare `-p` asks for the password, and nobody sees it.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use common::{command, engines};
use murre_harness::database::{Database, SCHEMA_VERSION};
use nix::pty::openpty;
use nix::sys::termios::{LocalFlags, tcgetattr};

const PATIENCE: Duration = Duration::from_secs(30);

/// The tool with a terminal for input and messages; its output proper goes to a pipe.
struct Session {
    child: Child,
    /// What a person types and sees.
    person: File,
    /// Keeps the terminal while the tool has it, and after.
    terminal: File,
}

impl Session {
    fn start(database: &Database) -> Self {
        let pair = openpty(None, None).unwrap();
        let terminal = File::from(pair.slave);
        let port = database.port.to_string();
        let backend = database.engine.kea_admin_name();
        let words = [
            "db-version",
            backend,
            "-h",
            &database.host,
            "-P",
            &port,
            "-u",
            &database.user,
            "-n",
            &database.name,
            "-p",
        ];
        let child = command(&words)
            .stdin(terminal.try_clone().unwrap())
            .stderr(terminal.try_clone().unwrap())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            child,
            person: File::from(pair.master),
            terminal,
        }
    }

    fn echoes(&self) -> bool {
        let settings = tcgetattr(self.terminal.as_fd()).unwrap();
        settings.local_flags.contains(LocalFlags::ECHO)
    }

    /// Reads what appears on the terminal until it ends with this.
    fn see(&mut self, wanted: &str) -> String {
        let mut seen = Vec::new();
        while !seen.ends_with(wanted.as_bytes()) {
            let mut byte = [0];
            self.person.read_exact(&mut byte).unwrap();
            seen.extend(byte);
        }
        String::from_utf8(seen).unwrap()
    }

    /// Types a password when it is waited for: what is typed before is thrown away by the tool.
    fn type_unseen(&mut self, password: &str) {
        let end = Instant::now() + PATIENCE;
        // A terminal tells nobody of its settings: they must be looked at.
        while self.echoes() {
            assert!(Instant::now() < end, "the terminal shows what is typed");
            std::thread::yield_now();
        }
        writeln!(self.person, "{password}").unwrap();
    }

    /// Exit code, output, and what appeared on the terminal since.
    fn end(mut self) -> (Option<i32>, String, String) {
        let mut out = String::new();
        let mut pipe = self.child.stdout.take().unwrap();
        pipe.read_to_string(&mut out).unwrap();
        let code = self.child.wait().unwrap().code();
        assert!(self.echoes(), "the terminal is left as it was found");
        // An end to read up to.
        write!(self.terminal, "END").unwrap();
        let seen = self.see("END");
        (code, out, seen)
    }
}

#[test]
fn a_bare_p_asks_on_the_terminal_without_echo() {
    let mut servers = 0;
    for fresh in engines() {
        let Some(database) = fresh.database.clone() else {
            continue;
        };
        servers += 1;
        let _fresh = fresh.initialized();
        let password = database.password.as_str();

        let mut session = Session::start(&database);
        session.see("Password: ");
        session.type_unseen(password);
        let (code, out, seen) = session.end();
        assert_eq!(
            (code, out),
            (Some(0), format!("{SCHEMA_VERSION}.0\n")),
            "{seen}"
        );
        assert!(!seen.contains(password), "{seen}");

        let mut session = Session::start(&database);
        session.see("Password: ");
        session.type_unseen("not-the-password");
        let (code, out, seen) = session.end();
        assert_eq!((code, &*out), (Some(1), ""), "{seen}");
        assert!(!seen.contains("not-the-password"), "{seen}");
    }
    assert!(servers > 0);
}
