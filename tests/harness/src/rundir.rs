//! The private directory of this process, and who cleans up after it.
//!
//! `<tmp>/murre-harness-<uid>/<pid>/` holds everything: data directories, logs, lease files, and a
//! marker per network namespace. Statics are never dropped and a killed process drops nothing, so
//! the cleaning is done from outside: a watcher (`sweep.sh` behind a pipe that closes when we die)
//! and, should it be gone as well, the next process that starts.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

const SWEEP: &str = include_str!("sweep.sh");

/// The private directory of this process, made at the first call. `MURRE_TEST_KEEP=1` in the
/// environment keeps it for a look afterwards.
pub fn path() -> &'static Path {
    &this().path
}

/// A new directory `<name>-<n>` in the private directory.
pub fn fresh_dir(name: &str) -> PathBuf {
    let path = fresh_path(name);
    make_dir(&path);
    path
}

/// An unused path `<name>-<n>` in the private directory.
pub fn fresh_path(name: &str) -> PathBuf {
    path().join(format!("{name}-{}", unique()))
}

/// A number no other call in this process gets.
pub fn unique() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The directory all processes of this user share: caches live here.
pub(crate) fn base() -> PathBuf {
    std::env::temp_dir().join(format!("murre-harness-{}", nix::unistd::geteuid()))
}

/// Takes the lock `name` in the shared directory; released when the file is dropped.
pub(crate) fn lock(name: &str) -> File {
    let path = base().join(name);
    let file = File::create(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    file.lock()
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    file
}

struct RunDir {
    path: PathBuf,
    /// Held as long as we live: tells `sweep.sh` to keep away.
    _lock: File,
}

fn this() -> &'static RunDir {
    static THIS: OnceLock<RunDir> = OnceLock::new();
    THIS.get_or_init(create)
}

fn create() -> RunDir {
    let base = base();
    make_dir(&base);
    // Nobody may sweep between the making of the directory and its lock.
    let _all = lock("lock");
    let _ = Command::new("sh")
        .args(["-c", SWEEP, "sweep"])
        .arg(&base)
        .status();
    let path = base.join(std::process::id().to_string());
    let _ = fs::remove_dir_all(&path);
    make_dir(&path);
    make_dir(&path.join("logs"));
    make_dir(&path.join("netns"));
    if std::env::var_os("MURRE_TEST_KEEP").is_some() {
        File::create(path.join("keep")).expect("a file in our own directory");
    }
    let lock = File::create(path.join("lock")).expect("a file in our own directory");
    lock.lock().expect("a lock nobody else knows");
    watch(&base);
    RunDir { path, _lock: lock }
}

/// Starts the watcher: it reads from a pipe that we never write to, so it wakes when we are gone.
fn watch(base: &Path) {
    let script = format!("cat >/dev/null\nsleep 0.1\n{SWEEP}");
    let watcher = Command::new("sh")
        .args(["-c", &script, "sweep"])
        .arg(base)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0) // Ctrl-C must not reach it
        .spawn()
        .expect("sh starts");
    std::mem::forget(watcher); // the pipe stays open until the kernel closes it
}

fn make_dir(path: &Path) {
    fs::create_dir_all(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    // Database servers run as other users and must get through.
    fs::set_permissions(path, Permissions::from_mode(0o755))
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}
