//! A disk that can be made slow while a program uses it: each flush takes longer. A small library is
//! loaded before the C library, as throttling by control groups needs rights over the whole machine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::{packages, process, rundir};

const SOURCE: &str = include_str!("brake.c");

/// One brake, for as many programs as are started with its variables.
#[derive(Debug)]
pub struct Brake {
    library: PathBuf,
    told: PathBuf,
}

impl Brake {
    /// A brake that is off.
    ///
    /// # Panics
    /// When there is no C compiler (the message names the package).
    pub fn new() -> Self {
        let folder = rundir::fresh_dir("brake");
        let (source, library) = (folder.join("brake.c"), folder.join("brake.so"));
        write(&source, SOURCE);
        let mut compiler = Command::new(packages::program("cc", "gcc"));
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]);
        compiler.arg(&library).arg(&source).arg("-ldl");
        process::run(&compiler).unwrap_or_else(|e| panic!("{e}"));
        let brake = Self {
            library,
            told: folder.join("milliseconds"),
        };
        brake.set(Duration::ZERO);
        brake
    }

    /// Each flush takes so much longer from now on.
    pub fn set(&self, pause: Duration) {
        write(&self.told, &pause.as_millis().to_string());
    }

    /// The variables with which a program is started that it shall work on.
    pub fn environment(&self) -> [(String, String); 2] {
        let text = |path: &Path| path.display().to_string();
        [
            ("LD_PRELOAD".to_owned(), text(&self.library)),
            ("MURRE_DISK_BRAKE".to_owned(), text(&self.told)),
        ]
    }
}

impl Default for Brake {
    fn default() -> Self {
        Self::new()
    }
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}
