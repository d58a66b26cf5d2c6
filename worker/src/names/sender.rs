//! Hands changes of names on to the DHCP-DDNS server (`dhcp-ddns`).
//!
//! Every worker has a sender; one of them at a time has the turn of its family. Rows leave in the order of their ids
//! and are deleted in the transaction that read them. Where the server is not there they wait: a refused datagram
//! tells so, and what was sent with it is sent again. Where the machine is lost between sending and committing,
//! requests are sent twice; that changes nothing in the DNS.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use murre_config::{NameUpdates, Server};
use murre_schema::{NameChange, Store};
use tokio::net::UdpSocket;
use tokio::sync::Notify;

use super::request;
use crate::exchange::{Exchange, Journal, Service};

/// Changes in one transaction.
const PORTION: u32 = 128;
/// Pause after each portion: the server's socket must not overflow, and with SQLite each is in the way of the leases.
const PAUSE: Duration = Duration::from_millis(50);
/// Pause between looks at what other workers wrote.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What the exchanges and the sender tell each other.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    is_full: AtomicBool,
    written: Notify,
}

impl Backlog {
    /// Whether so many changes wait that no more names are entered.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full.load(Relaxed)
    }

    /// This worker wrote some.
    pub(crate) fn written(&self) {
        self.written.notify_one();
    }

    /// Full at the limit, and until half of it is sent; whether that is news.
    fn waits(&self, waiting: u64, limit: u32) -> bool {
        let was_full = self.is_full();
        let limit = u64::from(limit);
        let is_full = waiting >= if was_full { limit.div_ceil(2) } else { limit };
        self.is_full.store(is_full, Relaxed);
        is_full != was_full
    }
}

/// Send until the task is aborted. The configuration is read anew each time.
pub(crate) async fn run<F: Exchange>(service: Arc<Service<F>>) {
    let mut line = Line::default();
    loop {
        tokio::select! {
            () = service.backlog.written.notified() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
        let server = service.server.load_full();
        let store = service.store.load_full();
        if let (true, Some(store)) = (server.name_updates.enabled, store) {
            send_all(&service, &server, &store, &mut line).await;
        }
    }
}

/// Send what waits, as long as that goes well.
async fn send_all<F: Exchange>(
    service: &Service<F>,
    server: &Server<F>,
    store: &Store<F>,
    line: &mut Line,
) {
    let limit = server.name_updates.max_queue_size;
    loop {
        let waiting = match store.names_waiting(limit.saturating_add(1)).await {
            Ok(waiting) => waiting,
            Err(error) => return Journal::<F>::database(&error),
        };
        if service.backlog.waits(waiting, limit) {
            Journal::<F>::names_suspended(service.backlog.is_full(), waiting);
        }
        if waiting == 0 {
            return;
        }
        let mut failed = false;
        let send = async |taken: Vec<NameChange>| {
            let result = line.send(server, &taken).await;
            failed = result.is_err();
            let is_news = std::mem::replace(&mut line.is_broken, failed) != failed;
            if is_news {
                Journal::<F>::names_sent_on(server.name_updates.server, result.as_ref().err());
            }
            match result {
                Ok(()) => taken.iter().map(|change| change.id).collect(),
                Err(_) => Vec::new(),
            }
        };
        let portion = match store.send_names(PORTION, send).await {
            Ok(portion) => portion,
            Err(error) => return Journal::<F>::database(&error),
        };
        for error in &portion.unreadable {
            Journal::<F>::lost_name(error);
        }
        tokio::time::sleep(PAUSE).await;
        if portion.taken < PORTION as usize || failed {
            return;
        }
    }
}

/// The socket, as long as the configuration does not want another.
#[derive(Default)]
struct Line {
    open: Option<(NameUpdates, UdpSocket)>,
    is_broken: bool,
}

impl Line {
    async fn send<F: Exchange>(
        &mut self,
        server: &Server<F>,
        changes: &[NameChange],
    ) -> io::Result<()> {
        let updates = &server.name_updates;
        let (_, socket) = match self.open.take() {
            Some((known, socket)) if known == *updates => self.open.insert((known, socket)),
            _ => self.open.insert((updates.clone(), connect(updates).await?)),
        };
        // What an earlier datagram met is not about these.
        socket.take_error()?;
        for change in changes {
            let subnet = server.subnet_by_id(change.subnet_id);
            let naming = subnet.map_or(&server.naming, |subnet| &subnet.naming);
            match request::datagram::<F>(change, naming) {
                Some(datagram) => drop(socket.send(&datagram).await?),
                None => Journal::<F>::no_name(change),
            }
        }
        // On the same machine a refusal is there at once.
        match socket.take_error()? {
            None => Ok(()),
            Some(error) => Err(error),
        }
    }
}

async fn connect(updates: &NameUpdates) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(updates.sender).await?;
    socket.connect(updates.server).await?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_backlog_is_full_until_half_of_it_is_sent() {
        let backlog = Backlog::default();
        assert!(!backlog.waits(9, 10) && !backlog.is_full());
        assert!(backlog.waits(10, 10) && backlog.is_full());
        assert!(!backlog.waits(5, 10) && backlog.is_full());
        assert!(backlog.waits(4, 10) && !backlog.is_full());
    }
}
