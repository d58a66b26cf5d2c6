//! Sending: one queue and one task per family, which groups replies by socket.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use socket2::Socket;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::{Notify, mpsc};

use super::counters::{Counters, add};
use super::frame::{self, HEADERS};
use super::open::{Opened, Role};
use super::plan::Wanted;
use super::sys::{self, Destination, Outgoing};
use super::{Reply, sys::BATCH};

/// Replies that may wait to be sent.
const QUEUE: usize = 16_384;
/// Replies taken from the queue at once.
const TAKE: usize = 4 * BATCH;
/// How long a socket may refuse to take more before what waits for it is given up.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where replies are handed over; cheap to clone.
#[derive(Clone, Debug)]
pub struct Sender {
    queue: mpsc::Sender<Reply>,
    counters: Arc<Counters>,
}

impl Sender {
    /// Queues a reply; a full queue drops it, counts it and says `false`.
    pub fn send(&self, reply: Reply) -> bool {
        let taken = self.queue.try_send(reply).is_ok();
        if !taken {
            add(&self.counters.queue_full, 1);
        }
        taken
    }
}

/// A reply that did not leave.
#[derive(Debug, thiserror::Error)]
#[error("cannot send to {} through {}: {error}", reply.destination, reply.interface.name)]
pub struct SendFailure {
    /// The reply.
    pub reply: Reply,
    /// Why.
    #[source]
    pub error: io::Error,
}

/// The sockets by what they can send.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Raw sockets by interface.
    raw: HashMap<u32, Way>,
    /// UDP sockets by interface and own address.
    bound: HashMap<(u32, IpAddr), Way>,
}

#[derive(Clone, Debug)]
struct Way {
    socket: Arc<AsyncFd<Socket>>,
    pinned: bool,
}

impl Table {
    /// The table of these sockets.
    pub(super) fn of<'a>(sockets: impl Iterator<Item = (&'a Wanted, &'a Opened)>) -> Table {
        let mut table = Table::default();
        for (wanted, opened) in sockets {
            let index = wanted.interface.index;
            let way = Way {
                socket: opened.socket.clone(),
                pinned: wanted.pinned,
            };
            match opened.role {
                Role::Raw { .. } => {
                    table.raw.insert(index, way);
                }
                Role::Send(address) => {
                    table.bound.insert((index, address.into()), way);
                }
                Role::Bound(address) => {
                    table.bound.insert((index, address), way);
                }
                Role::Group { .. } => {}
            }
        }
        table
    }

    /// The socket to send a reply through, and how.
    fn route(&self, reply: Reply) -> Result<(Arc<AsyncFd<Socket>>, Prepared), SendFailure> {
        let index = reply.interface.index;
        if let Some(address) = reply.link_destination
            && let Some(raw) = self.raw.get(&index)
        {
            let destination = Destination::Link {
                interface: index,
                address,
            };
            return match Prepared::frame(reply, destination) {
                Ok(prepared) => Ok((raw.socket.clone(), prepared)),
                Err(failure) => Err(*failure),
            };
        }
        let own = reply.source.ip();
        // A UDP socket may have been reached through another interface than its own.
        let way = self.bound.get(&(index, own)).or_else(|| {
            self.bound
                .iter()
                .find(|((_, address), _)| *address == own)
                .map(|(_, way)| way)
        });
        match way {
            Some(way) => Ok((way.socket.clone(), Prepared::datagram(reply, way.pinned))),
            None => {
                let error = io::Error::new(
                    io::ErrorKind::AddrNotAvailable,
                    format!("no socket on {own} any more"),
                );
                Err(SendFailure { reply, error })
            }
        }
    }
}

/// A reply with all the system call needs.
struct Prepared {
    reply: Reply,
    header: Option<[u8; HEADERS]>,
    destination: Destination,
    pin: Option<u32>,
}

impl Prepared {
    fn frame(reply: Reply, destination: Destination) -> Result<Prepared, Box<SendFailure>> {
        let header = match (reply.source, reply.destination) {
            (SocketAddr::V4(from), SocketAddr::V4(to)) => frame::headers(from, to, &reply.data),
            _ => None,
        };
        if header.is_none() {
            let error = io::Error::new(io::ErrorKind::InvalidInput, "does not fit an IPv4 packet");
            return Err(Box::new(SendFailure { reply, error }));
        }
        Ok(Prepared {
            reply,
            header,
            destination,
            pin: None,
        })
    }

    fn datagram(reply: Reply, pinned: bool) -> Prepared {
        let mut to = reply.destination;
        if let SocketAddr::V6(to) = &mut to
            && to.scope_id() == 0
            && (to.ip().is_unicast_link_local() || to.ip().is_multicast())
        {
            to.set_scope_id(reply.interface.index);
        }
        let pin = (pinned && to.is_ipv4()).then_some(reply.interface.index);
        Prepared {
            reply,
            header: None,
            destination: Destination::Inet(to),
            pin,
        }
    }

    fn outgoing(&self) -> Outgoing<'_> {
        Outgoing {
            header: self.header.as_ref().map_or(&[], |header| header.as_slice()),
            data: &self.reply.data,
            destination: self.destination,
            pin: self.pin,
        }
    }
}

/// The task's end of the queue.
pub(super) struct SendTask {
    pub(super) queue: mpsc::Receiver<Reply>,
    pub(super) table: Arc<ArcSwap<Table>>,
    pub(super) counters: Arc<Counters>,
    /// Told when no more replies are to be taken; those queued still go out.
    pub(super) closing: Arc<Notify>,
    pub(super) on_failure: Box<dyn Fn(SendFailure) + Send + Sync>,
}

/// A new queue.
pub(super) fn queue(counters: Arc<Counters>) -> (Sender, mpsc::Receiver<Reply>) {
    let (queue, receiver) = mpsc::channel(QUEUE);
    (Sender { queue, counters }, receiver)
}

impl SendTask {
    pub(super) async fn run(mut self) {
        let mut replies = Vec::with_capacity(TAKE);
        let closing = self.closing.clone();
        loop {
            let count = tokio::select! {
                biased;
                count = self.queue.recv_many(&mut replies, TAKE) => count,
                () = closing.notified() => {
                    self.queue.close();
                    continue;
                }
            };
            if count == 0 {
                return;
            }
            // Exchanges that end at this moment do so first, so that their replies come along.
            tokio::task::yield_now().await;
            while replies.len() < TAKE
                && let Ok(reply) = self.queue.try_recv()
            {
                replies.push(reply);
            }
            self.send_all(&mut replies).await;
        }
    }

    async fn send_all(&self, replies: &mut Vec<Reply>) {
        let table = self.table.load_full();
        let mut groups: Vec<(Arc<AsyncFd<Socket>>, Vec<Prepared>)> = Vec::new();
        for reply in replies.drain(..) {
            match table.route(reply) {
                Ok((socket, prepared)) => {
                    match groups
                        .iter_mut()
                        .find(|(other, _)| Arc::ptr_eq(other, &socket))
                    {
                        Some((_, group)) => group.push(prepared),
                        None => groups.push((socket, vec![prepared])),
                    }
                }
                Err(failure) => self.failed(failure),
            }
        }
        for (socket, group) in groups {
            self.send_group(&socket, group).await;
        }
    }

    async fn send_group(&self, socket: &AsyncFd<Socket>, group: Vec<Prepared>) {
        let mut rest = group.into_iter().peekable();
        while rest.peek().is_some() {
            let batch: Vec<Prepared> = rest.by_ref().take(BATCH).collect();
            self.send_batch(socket, batch).await;
        }
    }

    /// Sends a batch; a packet that fails is left out and the ones after it go on.
    async fn send_batch(&self, socket: &AsyncFd<Socket>, mut batch: Vec<Prepared>) {
        while !batch.is_empty() {
            let result = {
                let packets: Vec<Outgoing<'_>> = batch.iter().map(Prepared::outgoing).collect();
                let call = socket.async_io(Interest::WRITABLE, |it| {
                    sys::send_many(it.as_fd(), &packets)
                });
                tokio::time::timeout(PATIENCE, call).await
            };
            match result {
                Ok(Ok(count)) => {
                    add(&self.counters.sent, count as u64);
                    batch.drain(..count.max(1));
                }
                Ok(Err(error)) => self.failed(SendFailure {
                    reply: batch.remove(0).reply,
                    error,
                }),
                Err(_elapsed) => {
                    for prepared in batch.drain(..) {
                        let error = io::ErrorKind::TimedOut.into();
                        self.failed(SendFailure {
                            reply: prepared.reply,
                            error,
                        });
                    }
                }
            }
        }
    }

    fn failed(&self, failure: SendFailure) {
        add(&self.counters.send_errors, 1);
        (self.on_failure)(failure);
    }
}
