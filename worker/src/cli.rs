//! The command line: the flags that DHCP daemons of this kind have (manual dhcp4-srv.rst:12-63).

use std::path::PathBuf;

use clap::{ArgGroup, Parser};

/// Serve DHCPv4 and DHCPv6 leases from a shared database
#[derive(Clone, Debug, Parser)]
#[command(
    name = "murre-worker",
    disable_version_flag = true,
    group = ArgGroup::new("what").required(true).args(["config", "test", "deep_test", "version", "long_version", "report"]),
)]
pub struct Cli {
    /// Serve with this configuration
    #[arg(short = 'c', value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Check a configuration and exit: 0 when it can be served, 1 when not
    #[arg(short = 't', value_name = "FILE")]
    pub test: Option<PathBuf>,
    /// As -t, and look for the interfaces and connect to the databases it names
    #[arg(short = 'T', value_name = "FILE")]
    pub deep_test: Option<PathBuf>,
    /// Print the version
    #[arg(short = 'v')]
    pub version: bool,
    /// Print the version and the parts it was built with
    #[arg(short = 'V')]
    pub long_version: bool,
    /// Print how this program was built
    #[arg(short = 'W')]
    pub report: bool,
    /// Log everything, whatever the configuration says
    #[arg(short = 'd')]
    pub debug: bool,
    /// Listen on this UDP port instead of the protocol's (for tests)
    #[arg(short = 'p', value_name = "PORT")]
    pub server_port: Option<u16>,
    /// Send all answers to this UDP port instead of the protocol's (for tests)
    #[arg(short = 'P', value_name = "PORT")]
    pub client_port: Option<u16>,
}

/// The version, as `-v` prints it.
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The version and what matters of the build, as `-V` prints it.
pub fn long_version() -> String {
    use murre_schema::{EngineKind, life};
    let schema = |name: &str, engine| format!("schema {name}: {}", life::newest(engine));
    [
        version().to_owned(),
        schema("postgresql", EngineKind::PostgreSql),
        schema("mysql", EngineKind::MySql),
        schema("sqlite", EngineKind::Sqlite),
    ]
    .join("\n")
}

/// The build report of `-W`; each line can be found in the program by its first characters.
pub fn report() -> String {
    let line = |key: &str, value: &str| format!(";;;; {key}: {value}");
    [
        line("package", env!("CARGO_PKG_NAME")),
        line("version", version()),
        line("os", std::env::consts::OS),
        line("arch", std::env::consts::ARCH),
        line(
            "profile",
            if cfg!(debug_assertions) {
                "debug"
            } else {
                "release"
            },
        ),
        line("database engines", "postgresql mysql sqlite"),
    ]
    .join("\n")
}
