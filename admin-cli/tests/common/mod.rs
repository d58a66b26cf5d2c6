//! The built binary, and a fresh database of every engine to run it on.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    unreachable_pub
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use murre_harness::database::{self, Database};

/// What a run of the tool came to.
#[derive(Debug)]
pub struct Outcome {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Outcome {
    /// It must have succeeded.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// It must have failed with this code and said this.
    #[track_caller]
    pub fn fails(self, code: i32, said: &str) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.err.contains(said), "no {said:?} in: {}", self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }
}

/// The tool as a command, apart from the tester's own environment.
pub fn command(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_murre-admin"));
    command
        .args(words)
        .env_remove("KEA_ADMIN_DB_PASSWORD")
        .env("TZ", "UTC")
        .stdin(Stdio::null());
    command
}

/// Run the tool.
pub fn admin(words: &[&str]) -> Outcome {
    outcome(&mut command(words))
}

/// Run a command to its end.
pub fn outcome(command: &mut Command) -> Outcome {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome {
        code: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// An empty database of one engine, and a folder for files.
pub struct Fresh {
    pub name: &'static str,
    pub url: String,
    /// Of engines that are servers.
    pub database: Option<Database>,
    folder: tempfile::TempDir,
}

impl Fresh {
    fn server(name: &'static str, database: Database) -> Self {
        Self {
            name,
            url: database.url(),
            database: Some(database),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leases.sqlite");
        Self {
            name: "sqlite",
            url: format!("sqlite://{}", path.display()),
            database: None,
            folder,
        }
    }

    /// Run a command on this database.
    pub fn admin(&self, command: &str, options: &[&str]) -> Outcome {
        outcome(&mut self.command(command, options))
    }

    pub fn command(&self, command: &str, options: &[&str]) -> Command {
        self::command(&[&[command, "--url", &self.url], options].concat())
    }

    /// With its tables made.
    pub fn initialized(self) -> Self {
        self.admin("db-init", &[]).ok();
        self
    }

    /// A place in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file in the folder.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// All leases as a lease file's text.
    #[track_caller]
    pub fn dump(&self, family: &str) -> String {
        self.admin("lease-dump", &[family, "-o", "-"]).ok().out
    }

    /// Names of the files in the folder, but those of the database itself.
    pub fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with("leases.sqlite"))
            .collect();
        names.sort();
        names
    }
}

/// A fresh database of every engine.
pub fn engines() -> Vec<Fresh> {
    vec![
        Fresh::server("postgresql", database::postgres().fresh()),
        Fresh::server("mariadb", database::mariadb().fresh()),
        Fresh::embedded(),
    ]
}

/// Run a test on every engine; the engine's name is printed before a failure.
pub fn on_every_engine(test: impl Fn(Fresh)) {
    for fresh in engines() {
        eprintln!("engine: {}", fresh.name);
        test(fresh);
    }
}

/// Content of a file.
pub fn content(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).unwrap()
}
