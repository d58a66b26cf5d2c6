//! Commands and their options.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};

const ABOUT: &str = "Initializes, checks and upgrades the lease database of Murre, moves leases \
between it and lease files, and shows the workers that serve from it.";

const BACKENDS: &str = "BACKEND is one of
  pgsql    a PostgreSQL server
  mysql    a MySQL or MariaDB server
  sqlite   the embedded engine, a file named by -n
  memfile  another word for sqlite

Instead of BACKEND and the connection options, --url names the database:
  postgresql://USER:PASSWORD@HOST:PORT/NAME
  mysql://USER:PASSWORD@HOST:PORT/NAME
  sqlite:///PATH";

#[derive(Debug, Parser)]
#[command(
    name = "murre-admin",
    version,
    propagate_version = true,
    about = ABOUT,
    after_help = BACKENDS,
    override_usage = "murre-admin COMMAND BACKEND [options]\n       murre-admin COMMAND --url URL [options]",
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    subcommand_value_name = "COMMAND"
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    /// Print this, or the options of a command.
    #[arg(long, global = true, action = ArgAction::Help, help_heading = "Other options")]
    help: Option<bool>,
    /// Print the version of murre-admin.
    #[arg(short = 'v', short_alias = 'V', long, global = true, action = ArgAction::Version,
        help_heading = "Other options")]
    version: Option<bool>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make the tables in an empty database.
    DbInit(DatabaseArgs),
    /// Print the version of the tables.
    DbVersion(DatabaseArgs),
    /// Bring the tables to the newest version; no lease is lost.
    DbUpgrade(DatabaseArgs),
    /// Write all leases into a lease file.
    LeaseDump(DumpArgs),
    /// Add the leases of a lease file to the database.
    LeaseUpload(UploadArgs),
    /// Show leases.
    LeaseList(ListArgs),
    /// Show the workers that serve from the database.
    Workers(WorkersArgs),
    /// Recount lease statistics (not supported yet).
    StatsRecount(DatabaseArgs),
}

/// Which database and how to reach it.
#[derive(Debug, Args)]
pub(crate) struct DatabaseArgs {
    /// pgsql, mysql, sqlite or memfile.
    #[arg(value_name = "BACKEND")]
    pub(super) backend: Option<String>,
    /// The database as a URL, instead of BACKEND.
    #[arg(long, value_name = "URL", help_heading = "Database")]
    pub(super) url: Option<String>,
    /// Server's host name or address, or the path of its socket [default: localhost].
    #[arg(
        short = 'h',
        long,
        value_name = "HOST",
        conflicts_with = "url",
        help_heading = "Database"
    )]
    pub(super) host: Option<String>,
    /// Server's TCP port [default: the engine's].
    #[arg(
        short = 'P',
        long,
        value_name = "PORT",
        conflicts_with = "url",
        help_heading = "Database"
    )]
    pub(super) port: Option<u16>,
    /// User name [default: keatest].
    #[arg(
        short = 'u',
        long,
        value_name = "USER",
        conflicts_with = "url",
        help_heading = "Database"
    )]
    pub(super) user: Option<String>,
    /// Password; asked for without echo if no value is given. Without -p, the environment variable
    /// KEA_ADMIN_DB_PASSWORD is used, else 'keatest'.
    #[arg(short = 'p', long, value_name = "PASSWORD", num_args = 0..=1, help_heading = "Database")]
    pub(super) password: Option<Option<String>>,
    /// Name of the database [default: keatest]; with sqlite and memfile its file.
    #[arg(
        short = 'n',
        long,
        value_name = "NAME",
        conflicts_with = "url",
        help_heading = "Database"
    )]
    pub(super) name: Option<String>,
    /// An option of the database's client, may be repeated: --ssl, --ssl-ca=FILE,
    /// --ssl-cert=FILE, --ssl-key=FILE, --socket=PATH.
    #[arg(
        short = 'x',
        long,
        value_name = "OPTION",
        allow_hyphen_values = true,
        help_heading = "Database"
    )]
    pub(super) extra: Vec<String>,
    /// Accepted for old scripts: the steps of an upgrade are part of the program.
    #[arg(short = 'd', long, value_name = "FOLDER", help_heading = "Database")]
    pub(super) directory: Option<PathBuf>,
}

/// Which family.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct FamilyArgs {
    /// DHCPv4.
    #[arg(short = '4', conflicts_with = "v6")]
    pub(crate) v4: bool,
    /// DHCPv6.
    #[arg(short = '6')]
    pub(crate) v6: bool,
}

/// Options of `lease-dump`.
#[derive(Debug, Args)]
pub(crate) struct DumpArgs {
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    #[command(flatten)]
    pub(crate) family: FamilyArgs,
    /// The lease file; '-' is standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace a file that exists without asking.
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// Options of `lease-upload`.
#[derive(Debug, Args)]
pub(crate) struct UploadArgs {
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    #[command(flatten)]
    pub(crate) family: FamilyArgs,
    /// The lease file.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Accepted for old scripts: there is nothing to ask.
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// Options of `lease-list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    #[command(flatten)]
    pub(crate) family: FamilyArgs,
    /// Only leases of this subnet.
    #[arg(long, value_name = "ID")]
    pub(crate) subnet_id: Option<u32>,
    /// At most so many leases of a family; all if 0.
    #[arg(long, value_name = "COUNT", default_value_t = 1000)]
    pub(crate) limit: u64,
    /// One JSON object per lease and line, with the keys of the lease commands.
    #[arg(long)]
    pub(crate) json: bool,
    /// Times in UTC instead of local time.
    #[arg(long)]
    pub(crate) utc: bool,
}

/// Options of `workers`.
#[derive(Debug, Args)]
pub(crate) struct WorkersArgs {
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    #[command(flatten)]
    pub(crate) family: FamilyArgs,
    /// Show them again every second until interrupted.
    #[arg(short, long)]
    pub(crate) watch: bool,
    /// Times in UTC instead of local time.
    #[arg(long)]
    pub(crate) utc: bool,
}
