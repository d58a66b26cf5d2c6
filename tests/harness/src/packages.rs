//! Finding the programs of other packages, and naming the package when one is missing.

use std::path::{Path, PathBuf};

use crate::rundir;

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

/// As [`program`], for programs that Debian confines to system directories by AppArmor profiles
/// bound to their path: where AppArmor is on, a private copy, so that they may read our files.
pub(crate) fn unconfined(name: &str, package: &str) -> PathBuf {
    let installed = program(name, package);
    let enabled = std::fs::read_to_string("/sys/module/apparmor/parameters/enabled");
    if !enabled.is_ok_and(|answer| answer.starts_with('Y')) {
        return installed;
    }
    let copy = rundir::path().join(name);
    if !copy.exists() {
        let making = rundir::fresh_path(name);
        let made = std::fs::copy(&installed, &making).and_then(|_| std::fs::rename(&making, &copy));
        made.unwrap_or_else(|e| panic!("{}: {e}", copy.display()));
    }
    copy
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
