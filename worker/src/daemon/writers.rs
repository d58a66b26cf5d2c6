//! Who else writes to a file, as the system's process table tells. It shows the files of processes
//! of the same user, and of all to root; what it does not show is taken as nobody.

use std::fmt;
use std::fs;
use std::path::Path;

/// A process that has a file open for writing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Writer {
    /// Its number.
    pub(super) pid: u32,
    /// Its name, as the system cuts it.
    pub(super) name: String,
}

impl fmt::Display for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} ({})", self.pid, self.name)
    }
}

/// Another process that has `file` open for writing.
pub(super) fn writer_of(file: &Path) -> Option<Writer> {
    let file = fs::canonicalize(file).ok()?;
    let own = std::process::id();
    let numbers = fs::read_dir("/proc")
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let pid = numbers
        .filter(|pid| *pid != own)
        .find(|pid| writes(*pid, &file).unwrap_or(false))?;
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let name = name.trim().to_owned();
    Some(Writer { pid, name })
}

/// `None` where the process is gone or another user's.
fn writes(pid: u32, file: &Path) -> Option<bool> {
    let open = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    Some(open.filter_map(Result::ok).any(|entry| {
        let number = entry.file_name();
        fs::read_link(entry.path()).is_ok_and(|target| target == file)
            && is_for_writing(pid, &number.to_string_lossy())
    }))
}

/// The access mode is in the last two bits of `flags`, an octal number (proc_pid_fdinfo(5)).
fn is_for_writing(pid: u32, number: &str) -> bool {
    let Ok(info) = fs::read_to_string(format!("/proc/{pid}/fdinfo/{number}")) else {
        return false;
    };
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    flags
        .and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok())
        .is_some_and(|flags| flags & 0b11 != 0)
}
