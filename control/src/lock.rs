//! A file that at most one process holds: made, locked, and removed again without a gap.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Longest number that is read from such a file.
const MAX_NUMBER: u64 = 32;

/// A locked file with this process's number in it. Dropping it removes the file.
#[derive(Debug)]
pub(crate) struct LockFile {
    path: PathBuf,
    file: File,
}

/// What came of trying to lock.
#[derive(Debug)]
pub(crate) enum Locked {
    /// Ours, with the number that stood in it before.
    Ours(LockFile, Option<i32>),
    /// Another holds it: the number it wrote.
    Theirs(Option<i32>),
}

impl LockFile {
    /// Make the file if it is not there, and lock it. Nothing is written yet.
    ///
    /// # Errors
    /// The file cannot be made or locked.
    pub(crate) fn acquire(path: &Path, mode: u32) -> Result<Locked, Error> {
        loop {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(mode)
                .open(path)
                .map_err(Error::io("write", path))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(Locked::Theirs(number(&mut file))),
                Err(TryLockError::Error(error)) => return Err(Error::io("lock", path)(error)),
            }
            // Its last holder may have removed it between our opening and our locking.
            if is_at(&file, path) {
                let before = number(&mut file);
                let path = path.to_owned();
                return Ok(Locked::Ours(Self { path, file }, before));
            }
        }
    }

    /// Write this process's number into it.
    ///
    /// # Errors
    /// The disk is full, or whatever keeps files from being written.
    pub(crate) fn sign(&mut self) -> Result<(), Error> {
        let text = format!("{}\n", std::process::id());
        let file = &mut self.file;
        file.rewind()
            .and_then(|()| file.set_len(0))
            .and_then(|()| file.write_all(text.as_bytes()))
            .map_err(Error::io("write", &self.path))
    }

    /// Let go of it without removing it.
    pub(crate) fn leave(mut self) {
        self.path = PathBuf::new();
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // Still locked, so nobody else's is removed.
        if is_at(&self.file, &self.path) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn is_at(file: &File, path: &Path) -> bool {
    let same = |one: &std::fs::Metadata, other: &std::fs::Metadata| {
        (one.dev(), one.ino()) == (other.dev(), other.ino())
    };
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(open), Ok(named)) => same(&open, &named),
        _ => false,
    }
}

fn number(file: &mut File) -> Option<i32> {
    let mut text = String::new();
    file.take(MAX_NUMBER).read_to_string(&mut text).ok()?;
    text.trim().parse().ok().filter(|number| *number > 0)
}
