//! From backend word, flags and URL to the parameters of a connection.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use murre_schema::{Access, EngineKind, Place};

use super::args::DatabaseArgs;
use super::{extra, password};
use crate::error::Error;
use crate::output;

/// Host, user and database if nothing is said.
const DEFAULT_HOST: &str = "localhost";
const DEFAULT_NAME: &str = "keatest";

/// How every SQLite file begins.
const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";

/// The word by which a database was asked for, or the engine of its URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BackendWord {
    /// A MySQL or MariaDB server.
    MySql,
    /// A PostgreSQL server.
    PgSql,
    /// The embedded engine.
    Sqlite,
}

impl fmt::Display for BackendWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MySql => "mysql",
            Self::PgSql => "pgsql",
            Self::Sqlite => "sqlite",
        })
    }
}

/// A database to work on.
pub(crate) struct Target {
    /// How to reach it.
    pub(crate) access: Access,
    /// What it was called by.
    pub(crate) backend: BackendWord,
}

impl Target {
    /// Put together what the command line says; may ask for a password.
    pub(crate) fn of(args: &DatabaseArgs) -> Result<Self, Error> {
        if args.directory.is_some() {
            output::info("-d is not needed: the steps of an upgrade are part of the program");
        }
        let mut access = match (&args.backend, &args.url) {
            (None, None) => return Err(usage("missing backend")),
            (Some(backend), Some(_)) => {
                return Err(usage(format!("--url says it all; leave out '{backend}'")));
            }
            (None, Some(url)) => from_url(url, args)?,
            (Some(backend), None) => from_words(backend, args)?,
        };
        extra::apply(&args.extra, &mut access)?;
        let backend = match access.engine() {
            EngineKind::MySql => BackendWord::MySql,
            EngineKind::PostgreSql => BackendWord::PgSql,
            EngineKind::Sqlite => BackendWord::Sqlite,
        };
        Ok(Self { access, backend })
    }

    /// Name of the database, for messages.
    pub(crate) fn name(&self) -> String {
        match &self.access.place {
            Place::Server { database, .. } => database.clone(),
            Place::File(path) => path.display().to_string(),
            Place::Memory(name) => name.clone(),
        }
    }

    /// An embedded database that is to be read must be there, and be one.
    pub(crate) fn must_exist(&self) -> Result<(), Error> {
        match &self.access.place {
            Place::File(path) if !path.exists() => Err(Error::refused(format!(
                "there is no file '{}'; db-init makes the database",
                path.display()
            ))),
            _ => self.must_be_database(),
        }
    }

    /// An embedded database's file must not be something else.
    pub(crate) fn must_be_database(&self) -> Result<(), Error> {
        let Place::File(path) = &self.access.place else {
            return Ok(());
        };
        if path.is_dir() {
            let path = path.display();
            return Err(Error::refused(format!(
                "'{path}' is a folder, not a database file"
            )));
        }
        match opening(path) {
            Ok(bytes) if bytes.is_empty() || bytes == SQLITE_MAGIC => Ok(()),
            Ok(bytes) if bytes.starts_with(b"address,") => Err(Error::refused(format!(
                "'{}' is a lease file, not a database; lease-upload -i reads it",
                path.display()
            ))),
            Ok(_) => Err(Error::refused(format!(
                "'{}' is not an SQLite database",
                path.display()
            ))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Error::file("read", path)(error)),
        }
    }
}

/// The first bytes of a file.
fn opening(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(SQLITE_MAGIC.len() as u64)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn usage(message: impl Into<String>) -> Error {
    Error::Usage(message.into())
}

/// A URL's own password counts unless -p says another; the environment's comes last.
fn from_url(url: &str, args: &DatabaseArgs) -> Result<Access, Error> {
    let mut access = Access::from_url(url)?;
    if let Place::Server { password, .. } = &mut access.place {
        if args.password.is_some() {
            *password = password::choose(args.password.as_ref())?;
        } else if password.is_empty() {
            *password = password::from_environment().unwrap_or_default();
        }
    }
    Ok(access)
}

fn from_words(backend: &str, args: &DatabaseArgs) -> Result<Access, Error> {
    let engine = match backend {
        "mysql" => EngineKind::MySql,
        "pgsql" => EngineKind::PostgreSql,
        "sqlite" => return from_file(backend, args),
        "memfile" => {
            output::info("memfile stands for the embedded engine, an SQLite file");
            return from_file(backend, args);
        }
        "postgresql" => {
            return Err(usage(
                "invalid backend: postgresql (here it is called pgsql)",
            ));
        }
        other => return Err(usage(format!("invalid backend: {other}"))),
    };
    Ok(Access::at(Place::Server {
        engine,
        hosts: vec![args.host.as_deref().unwrap_or(DEFAULT_HOST).into()],
        port: args.port,
        user: args.user.clone().unwrap_or_else(|| DEFAULT_NAME.into()),
        password: password::choose(args.password.as_ref())?,
        database: args.name.clone().unwrap_or_else(|| DEFAULT_NAME.into()),
        tls: None,
    }))
}

fn from_file(backend: &str, args: &DatabaseArgs) -> Result<Access, Error> {
    let for_servers = [
        ("-h", args.host.is_some()),
        ("-P", args.port.is_some()),
        ("-u", args.user.is_some()),
        ("-p", args.password.is_some()),
    ];
    for (option, given) in for_servers {
        if given {
            return Err(usage(format!(
                "{option} is for database servers, not for {backend}"
            )));
        }
    }
    match &args.name {
        Some(name) => Ok(Access::file(PathBuf::from(name))),
        None => Err(usage(format!(
            "{backend} needs -n FILE, the file of the database"
        ))),
    }
}
