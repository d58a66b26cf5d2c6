//! Where words go: results to standard output, everything else to standard error. And files that
//! are there whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Leases tell who was where: not for everybody on the machine.
const FILE_MODE: u32 = 0o640;

/// Print a result as it is.
pub(crate) fn text(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Print a result line.
pub(crate) fn line(line: &str) -> Result<(), Error> {
    text(&format!("{line}\n"))
}

/// Something the operator should know; it goes on.
pub(crate) fn info(message: &str) {
    let _ = writeln!(io::stderr(), "INFO/murre-admin: {message}");
}

/// Something that may not be what the operator meant; it goes on.
pub(crate) fn warning(message: &str) {
    let _ = writeln!(io::stderr(), "WARNING/murre-admin: {message}");
}

/// A question with no as the default, and as the answer when nobody can be asked.
pub(crate) fn confirm(question: &str) -> Result<bool, Error> {
    if !io::stdin().is_terminal() {
        return Ok(false);
    }
    write!(io::stderr(), "{question} [y/N] ")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "y" | "yes"
    ))
}

/// Standard output, or a file that gets its name only when it is complete.
pub(crate) enum Target {
    /// `-`.
    Stdout(BufWriter<io::Stdout>),
    /// A file in the making.
    File(NewFile),
}

impl Target {
    /// `-` or a file; a file that is there already is replaced only when `yes` or the operator
    /// says so.
    pub(crate) fn create(path: &Path, yes: bool) -> Result<Self, Error> {
        if path == Path::new("-") {
            return Ok(Self::Stdout(BufWriter::new(io::stdout())));
        }
        let question = format!("'{}' exists. Replace it?", path.display());
        if path.exists() && !yes && !confirm(&question)? {
            return Err(Error::refused(format!(
                "'{}' exists and stays as it is; -y replaces it",
                path.display()
            )));
        }
        if path.exists() && !path.is_file() {
            return Err(Error::refused(format!(
                "'{}' is not a regular file; '-o -' writes to standard output",
                path.display()
            )));
        }
        // Of a link the file behind it is replaced, not the link.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        NewFile::create(&path).map(Self::File)
    }

    /// Add to the end.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match self {
            Self::Stdout(out) => Ok(out.write_all(bytes)?),
            Self::File(file) => file.write(bytes),
        }
    }

    /// All was written: give the file its name.
    pub(crate) fn finish(self) -> Result<(), Error> {
        match self {
            Self::Stdout(mut out) => Ok(out.flush()?),
            Self::File(file) => file.finish(),
        }
    }
}

/// A file under a temporary name beside its place; removed unless finished.
pub(crate) struct NewFile {
    path: PathBuf,
    temporary: PathBuf,
    out: BufWriter<File>,
    finished: bool,
}

impl NewFile {
    fn create(path: &Path) -> Result<Self, Error> {
        let name = path
            .file_name()
            .ok_or_else(|| Error::Usage(format!("'{}' is not a file name", path.display())))?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}", std::process::id()));
        let temporary = path.with_file_name(hidden);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(FILE_MODE)
            .open(&temporary)
            .map_err(Error::file("write", path))?;
        Ok(Self {
            path: path.to_owned(),
            temporary,
            out: BufWriter::new(file),
            finished: false,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.out
            .write_all(bytes)
            .map_err(Error::file("write", &self.path))
    }

    fn finish(mut self) -> Result<(), Error> {
        self.out
            .flush()
            .and_then(|()| self.out.get_ref().sync_all())
            .and_then(|()| std::fs::rename(&self.temporary, &self.path))
            .map_err(Error::file("write", &self.path))?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.finished {
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_unfinished_file_leaves_nothing_and_the_old_one_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leases.csv");
        std::fs::write(&path, "old").unwrap();
        let mut target = Target::create(&path, true).unwrap();
        target.write(b"half of it").unwrap();
        drop(target);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

        let mut target = Target::create(&path, true).unwrap();
        target.write(b"new").unwrap();
        target.finish().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
