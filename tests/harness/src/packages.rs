//! Finding the programs of other packages, and naming the package when one is missing.

use std::path::{Path, PathBuf};

/// Directories beside `PATH`: an ordinary user's `PATH` lacks the system administrator's.
const SYSTEM_DIRECTORIES: [&str; 4] = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

/// The full path of `program`.
///
/// # Panics
/// When it is not installed; the message names the Debian package to install.
pub(crate) fn program(program: &str, package: &str) -> PathBuf {
    find(program).unwrap_or_else(|| missing(program, package))
}

/// The full path of `program`, if it is installed.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(SYSTEM_DIRECTORIES.iter().map(PathBuf::from))
        .map(|directory| directory.join(program))
        .find(|candidate| candidate.is_file())
}

/// Debian keeps the PostgreSQL server outside `PATH`, one directory per version: the newest.
pub(crate) fn postgresql_program(program: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    versions
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .max()
        .map(|version| {
            Path::new("/usr/lib/postgresql")
                .join(version.to_string())
                .join("bin")
                .join(program)
        })
        .filter(|candidate| candidate.is_file())
        .or_else(|| find(program))
        .unwrap_or_else(|| missing(program, "postgresql"))
}

fn missing(program: &str, package: &str) -> ! {
    panic!("{program} is not installed: apt-get install --no-install-recommends {package}")
}
