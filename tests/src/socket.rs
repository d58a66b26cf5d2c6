//! UDP sockets in a network namespace, held by the test itself.

use std::fs::File;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use murre_harness::netns::Namespace;
use nix::sched::{CloneFlags, setns};
use nix::sys::socket::{setsockopt, sockopt};

/// Bytes that may wait in a socket: a burst of many clients must not be lost here.
const BUFFER: usize = 8 << 20;

/// Longest wait for an address that a closed socket had.
const MOMENT: Duration = Duration::from_secs(1);

/// A UDP socket bound in a namespace.
///
/// # Panics
/// When the address cannot be bound there.
pub fn bind(namespace: &Namespace, address: SocketAddr) -> UdpSocket {
    inside(namespace, || {
        let socket = bound(address).unwrap_or_else(|e| panic!("{address}: {e}"));
        setsockopt(&socket, sockopt::RcvBufForce, &BUFFER).expect("root may have large buffers");
        setsockopt(&socket, sockopt::Broadcast, &true).expect("any socket may");
        socket
    })
}

/// What `read` makes of the first packet that comes in time and means something to it.
///
/// # Panics
/// As `read` does.
pub fn receive<T>(
    socket: &UdpSocket,
    limit: Duration,
    mut read: impl FnMut(&[u8]) -> Option<T>,
) -> Option<T> {
    let deadline = Instant::now() + limit;
    let mut buffer = [0; 4096];
    loop {
        let left = deadline.checked_duration_since(Instant::now())?;
        let left = left.max(Duration::from_millis(1));
        socket.set_read_timeout(Some(left)).expect("not zero");
        if let Ok(len) = socket.recv(&mut buffer)
            && let Some(what) = read(&buffer[..len])
        {
            return Some(what);
        }
    }
}

/// A socket that was just closed may live on for a moment, in a child that another test is starting.
fn bound(address: SocketAddr) -> io::Result<UdpSocket> {
    let started = Instant::now();
    loop {
        match UdpSocket::bind(address) {
            Err(e) if e.kind() == io::ErrorKind::AddrInUse && started.elapsed() < MOMENT => {
                thread::yield_now();
            }
            outcome => return outcome,
        }
    }
}

/// Makes something in a namespace. A socket stays where it was made, so a thread goes there, makes
/// it and ends.
///
/// # Panics
/// When the namespace is not there, or `make` panics.
pub fn inside<T: Send>(namespace: &Namespace, make: impl FnOnce() -> T + Send) -> T {
    let path = format!("/run/netns/{}", namespace.name());
    let enter = move || {
        let namespace = File::open(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
        setns(namespace, CloneFlags::CLONE_NEWNET).expect("root may enter a namespace");
        make()
    };
    thread::scope(|scope| scope.spawn(enter).join()).expect("the thread above")
}
