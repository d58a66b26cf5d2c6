//! Where messages go: standard streams, files that are rotated by size, the system's log.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Instant;

use murre_config::{LogDestination, LogOutput};

use super::error::LogError;
use super::pattern::{PLAIN, Pattern, SYSLOG};
use super::record::Record;

/// The system log's socket.
const SYSLOG_SOCKET: &str = "/dev/log";
/// Facility local0 (RFC 5424 section 6.2.1).
const FACILITY: u8 = 16;

/// One destination with its pattern.
pub(super) struct Output {
    pattern: Pattern,
    sink: Sink,
    line: String,
}

enum Sink {
    Stdout,
    Stderr,
    File(Rotated),
    Syslog { socket: UnixDatagram, name: String },
}

impl Output {
    /// Open what the configuration names.
    pub(super) fn open(output: &LogOutput, start: Instant) -> Result<Self, LogError> {
        let (sink, default) = match &output.destination {
            LogDestination::Stdout => (Sink::Stdout, PLAIN),
            LogDestination::Stderr => (Sink::Stderr, PLAIN),
            LogDestination::File(path) => (Sink::File(Rotated::open(path, output)?), PLAIN),
            LogDestination::Syslog(name) => {
                let path = PathBuf::from(SYSLOG_SOCKET);
                let socket =
                    UnixDatagram::unbound().map_err(|source| LogError::Open { path, source })?;
                let name = name.clone().unwrap_or_else(|| "murre".to_owned());
                (Sink::Syslog { socket, name }, SYSLOG)
            }
        };
        Ok(Self {
            pattern: Pattern::new(output.pattern.as_deref().unwrap_or(default), start)?,
            sink,
            line: String::new(),
        })
    }

    /// Standard output in the plain format.
    pub(super) fn stdout(start: Instant) -> Result<Self, LogError> {
        Ok(Self {
            pattern: Pattern::new(PLAIN, start)?,
            sink: Sink::Stdout,
            line: String::new(),
        })
    }

    /// Write one message.
    pub(super) fn write(&mut self, record: &Record) -> io::Result<()> {
        self.line.clear();
        self.pattern.write(record, &mut self.line);
        match &mut self.sink {
            Sink::Stdout => io::stdout().write_all(self.line.as_bytes()),
            Sink::Stderr => io::stderr().write_all(self.line.as_bytes()),
            Sink::File(file) => file.write(self.line.as_bytes()),
            Sink::Syslog { socket, name } => {
                let priority = FACILITY * 8 + record.level.syslog();
                let text = format!(
                    "<{priority}>{name}[{}]: {}",
                    std::process::id(),
                    self.line.trim_end()
                );
                socket.send_to(text.as_bytes(), SYSLOG_SOCKET).map(drop)
            }
        }
    }

    /// Everything written is with the system.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Stdout => io::stdout().flush(),
            Sink::Stderr | Sink::Syslog { .. } => Ok(()),
            Sink::File(file) => file.file.flush(),
        }
    }
}

/// A file that makes room for itself: `log`, `log.1`, `log.2`, ...
struct Rotated {
    path: PathBuf,
    file: File,
    size: u64,
    max_size: Option<u64>,
    max_versions: u32,
}

impl Rotated {
    fn open(path: &Path, output: &LogOutput) -> Result<Self, LogError> {
        let failed = |source| LogError::Open {
            path: path.to_owned(),
            source,
        };
        let file = append(path).map_err(failed)?;
        Ok(Self {
            size: file.metadata().map_err(failed)?.len(),
            path: path.to_owned(),
            file,
            max_size: output.max_size,
            max_versions: output.max_versions,
        })
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        let after = self.size + line.len() as u64;
        if self.size > 0 && self.max_size.is_some_and(|max| after > max) {
            self.rotate()?;
        }
        self.file.write_all(line)?;
        self.size += line.len() as u64;
        Ok(())
    }

    fn rotate(&mut self) -> io::Result<()> {
        let version = |number: u32| {
            let mut name = self.path.clone().into_os_string();
            name.push(format!(".{number}"));
            PathBuf::from(name)
        };
        for number in (1..self.max_versions).rev() {
            let from = version(number);
            if from.exists() {
                std::fs::rename(from, version(number + 1))?;
            }
        }
        if self.max_versions > 0 {
            std::fs::rename(&self.path, version(1))?;
        } else {
            std::fs::remove_file(&self.path)?;
        }
        self.file = append(&self.path)?;
        self.size = 0;
        Ok(())
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_full_file_moves_on_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let output = LogOutput {
            destination: LogDestination::File(path.clone()),
            flush: true,
            max_size: Some(10),
            max_versions: 2,
            pattern: None,
        };
        let mut file = Rotated::open(&path, &output).unwrap();
        for line in ["first...\n", "second..\n", "third...\n", "fourth..\n"] {
            file.write(line.as_bytes()).unwrap();
        }
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("log"), "fourth..\n");
        assert_eq!(read("log.1"), "third...\n");
        assert_eq!(read("log.2"), "second..\n");
        assert!(!folder.path().join("log.3").exists());
    }
}
