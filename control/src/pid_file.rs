//! The PID file: tells scripts which process to ask, and a second instance that there is a first
//! (manual dhcp4-srv.rst:86-103).

use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::error::Error;
use crate::lock::{LockFile, Locked};

/// This process's PID file. Dropping it removes the file.
#[derive(Debug)]
pub struct PidFile {
    path: PathBuf,
    _held: LockFile,
}

impl PidFile {
    /// `<conf name>.<daemon>.pid` in a folder, where the conf name is that of the configuration
    /// file without folders and ending.
    pub fn path_for(folder: &Path, configuration: &Path, daemon: &str) -> PathBuf {
        let stem = configuration.file_stem().unwrap_or_default();
        let mut name = stem.to_os_string();
        name.push(format!(".{daemon}.pid"));
        folder.join(name)
    }

    /// Write this process's number, unless the file has that of a living one.
    ///
    /// A number of a process that is gone, or no number at all, is replaced. The file stays locked,
    /// so that of two processes starting at once one wins.
    ///
    /// # Errors
    /// [`Error::AlreadyRunning`]; [`Error::Io`] when the file cannot be written.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let running = |pid| Error::AlreadyRunning {
            path: path.to_owned(),
            pid,
        };
        match LockFile::acquire(path, 0o644)? {
            Locked::Theirs(pid) => Err(running(pid.unwrap_or_default())),
            Locked::Ours(held, Some(pid)) if lives(pid) => {
                held.leave();
                Err(running(pid))
            }
            Locked::Ours(mut held, _) => {
                held.sign()?;
                Ok(Self {
                    path: path.to_owned(),
                    _held: held,
                })
            }
        }
    }

    /// The living process that a PID file names, other than this one.
    pub fn holder(path: &Path) -> Option<i32> {
        let text = std::fs::read_to_string(path).ok()?;
        text.trim()
            .parse()
            .ok()
            .filter(|pid| *pid > 0 && lives(*pid))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Another process with this number exists. Our own number is from a former life, as in a
/// container, where the first process always has the same.
fn lives(pid: i32) -> bool {
    u32::try_from(pid) != Ok(std::process::id())
        && !matches!(kill(Pid::from_raw(pid), None), Err(Errno::ESRCH))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_name_is_made_of_the_configuration_and_the_daemon() {
        let path = PidFile::path_for(
            Path::new("/run/murre"),
            Path::new("/usr/local/etc/kea/myconf.txt"),
            "kea-dhcp4",
        );
        assert_eq!(path, Path::new("/run/murre/myconf.kea-dhcp4.pid"));
    }

    #[test]
    fn a_living_process_keeps_its_file_and_a_dead_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pid");
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        std::fs::write(&path, format!("{}\n", child.id())).unwrap();
        let error = PidFile::create(&path).unwrap_err();
        assert!(matches!(error, Error::AlreadyRunning { pid, .. } if pid as u32 == child.id()));
        assert!(path.exists());
        child.kill().unwrap();
        child.wait().unwrap();

        let held = PidFile::create(&path).unwrap();
        let ours = format!("{}\n", std::process::id());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), ours);
        assert!(matches!(
            PidFile::create(&path),
            Err(Error::AlreadyRunning { .. })
        ));
        drop(held);
        assert!(!path.exists());
    }

    #[test]
    fn what_is_no_number_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pid");
        for content in ["", "garbage", "-1\n", "0\n"] {
            std::fs::write(&path, content).unwrap();
            PidFile::create(&path).unwrap();
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = PidFile::create(Path::new("/nonexistent/a.pid")).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("create the folder '/nonexistent'")
        );
    }
}
