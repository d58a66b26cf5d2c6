//! The unix socket: who may connect, who owns its name, how many talk at once.

use std::fs::Permissions;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::UnixListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use crate::connection;
use crate::crowd::Crowd;
use crate::error::Error;
use crate::event::Event;
use crate::lock::{LockFile, Locked};
use crate::registry::Registry;

/// Longest path of a socket, in bytes (the size of `sun_path` less one).
pub const MAX_PATH: usize = 107;

/// Connections at once; a newcomer beyond them waits until one ends or makes room.
const MAX_CONNECTIONS: u32 = 64;

/// Length of that queue.
const BACKLOG: i32 = 128;

/// Pause after a connection could not be accepted, as without file descriptors to spare.
const PAUSE: Duration = Duration::from_millis(100);

/// Who may connect: owner and group as far as the umask says, others never.
const PERMISSIONS: u32 = 0o770;

/// An open socket that answers commands. Dropping it removes the socket.
#[derive(Debug)]
pub struct UnixChannel {
    path: PathBuf,
    /// Device and inode of the socket's name: nobody else's is ever removed.
    name: (u64, u64),
    _lock: LockFile,
    accepting: JoinHandle<()>,
    stopping: watch::Sender<bool>,
    connections: Arc<Semaphore>,
}

/// Connections that outlive their channel: each finishes the command it carries out.
#[derive(Debug)]
pub struct Finishing(Arc<Semaphore>);

impl UnixChannel {
    /// Open a socket. What a dead process left of one is replaced; a lock file beside it keeps
    /// two processes from doing so at once.
    ///
    /// # Errors
    /// [`Error::InUse`] when a living process has it; otherwise what keeps the socket from being
    /// made.
    pub fn open(path: &Path, registry: Arc<Registry>) -> Result<Self, Error> {
        let length = path.as_os_str().len();
        if length > MAX_PATH {
            let path = path.to_owned();
            return Err(Error::PathTooLong { path, length });
        }
        let mut lock = match LockFile::acquire(&lock_path(path), 0o600)? {
            Locked::Ours(lock, _) => lock,
            Locked::Theirs(pid) => {
                let path = path.to_owned();
                return Err(Error::InUse { path, pid });
            }
        };
        lock.sign()?;
        clear(path)?;
        let (listener, name) = listen(path)?;
        registry.tell(&Event::Opened { path });
        let (stopping, stopped) = watch::channel(false);
        let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS as usize));
        let accepting = Accepting {
            path: path.to_owned(),
            listener,
            registry,
            stopped,
            crowd: Arc::new(Crowd::new(Arc::clone(&connections))),
        };
        Ok(Self {
            path: path.to_owned(),
            name,
            _lock: lock,
            accepting: tokio::spawn(accepting.run()),
            stopping,
            connections,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Let nobody in any more and remove the socket. Idle connections end; commands that are
    /// carried out go on, and may be waited for.
    pub fn close(self) -> Finishing {
        Finishing(Arc::clone(&self.connections))
    }
}

impl Drop for UnixChannel {
    fn drop(&mut self) {
        self.accepting.abort();
        self.stopping.send_replace(true);
        if identity(&self.path) == Some(self.name) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Finishing {
    /// Wait until every client has its answer, but no longer than this.
    pub async fn wait(self, longest: Duration) {
        let all = self.0.acquire_many(MAX_CONNECTIONS);
        // Whoever has no answer by then loses the connection with the process.
        let _ = tokio::time::timeout(longest, all).await;
    }
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

/// Remove a socket that nobody listens on.
fn clear(path: &Path) -> Result<(), Error> {
    let in_use = || Error::InUse {
        path: path.to_owned(),
        pid: None,
    };
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io("look at", path)(error)),
        Ok(found) if !found.file_type().is_socket() => {
            let path = path.to_owned();
            return Err(Error::NotASocket { path });
        }
        Ok(_) => {}
    }
    // Another program need not know of the lock file: ask whether somebody is there.
    match knock(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            std::fs::remove_file(path).map_err(Error::io("remove the old socket", path))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        // No room in the queue of one who listens.
        Err(error) if error.kind() == ErrorKind::WouldBlock => Err(in_use()),
        Ok(()) => Err(in_use()),
        Err(error) => Err(Error::io("find out who has the socket", path)(error)),
    }
}

/// Connect without ever waiting.
fn knock(path: &Path) -> io::Result<()> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.connect(&SockAddr::unix(path)?)
}

/// Bind, restrict, and only then listen: nobody connects before the permissions are right.
fn listen(path: &Path) -> Result<(UnixListener, (u64, u64)), Error> {
    let io = |doing| Error::io(doing, path);
    let address = SockAddr::unix(path).map_err(io("bind the socket"))?;
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None).map_err(io("open the socket"))?;
    socket.bind(&address).map_err(io("bind the socket"))?;
    let made = std::fs::symlink_metadata(path).map_err(io("look at"))?;
    let permissions = Permissions::from_mode(made.permissions().mode() & PERMISSIONS);
    std::fs::set_permissions(path, permissions).map_err(io("restrict the socket"))?;
    socket.listen(BACKLOG).map_err(io("listen on"))?;
    socket.set_nonblocking(true).map_err(io("listen on"))?;
    let listener = std::os::unix::net::UnixListener::from(std::os::fd::OwnedFd::from(socket));
    let listener = UnixListener::from_std(listener).map_err(io("listen on"))?;
    Ok((listener, (made.dev(), made.ino())))
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    let found = std::fs::symlink_metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

struct Accepting {
    path: PathBuf,
    listener: UnixListener,
    registry: Arc<Registry>,
    stopped: watch::Receiver<bool>,
    crowd: Arc<Crowd>,
}

impl Accepting {
    async fn run(self) {
        loop {
            self.accept().await;
        }
    }

    async fn accept(&self) {
        let mut stream = match self.listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                let path = &self.path;
                self.registry.tell(&Event::AcceptFailed {
                    path,
                    error: &error,
                });
                return tokio::time::sleep(PAUSE).await;
            }
        };
        // The semaphore is never closed.
        let Some(slot) = self.crowd.enter().await else {
            return;
        };
        let (registry, crowd) = (Arc::clone(&self.registry), Arc::clone(&self.crowd));
        let mut stopped = self.stopped.clone();
        tokio::spawn(async move {
            connection::serve(&mut stream, &registry, &crowd, &mut stopped).await;
            drop(slot);
        });
    }
}
