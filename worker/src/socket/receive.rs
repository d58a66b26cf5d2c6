//! The task of one receiving socket: reads batches and hands them to the worker.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::arrival::{Arrival, Reading};
use super::counters::{Counters, add};
use super::interface::Interface;
use super::open::{Opened, Role};
use super::sys::{BATCH, Origin, ReceiveBatch, Received};
use super::{Packet, frame};

/// Failed receive calls in a row before the task takes a breath, so that a socket that only fails
/// does not use up a processor.
const PATIENCE: u32 = 16;
const BREATH: Duration = Duration::from_millis(100);

thread_local! {
    /// One set of buffers per thread: reading never waits while it is in use.
    static BUFFERS: RefCell<ReceiveBatch> = RefCell::new(ReceiveBatch::new());
}

/// A receiving socket with what is known about it.
pub(super) struct Listening {
    pub(super) opened: Opened,
    pub(super) interface: Arc<Interface>,
    /// All interfaces by index: a UDP socket can be reached through another one than its own.
    pub(super) interfaces: Arc<HashMap<u32, Arc<Interface>>>,
    pub(super) counters: Arc<Counters>,
}

/// Reads until the worker's end of the channel is gone. A full channel is waited for: the kernel's
/// buffer fills then, and what no longer fits is dropped and counted there.
pub(super) async fn run(listening: Listening, worker: mpsc::Sender<Vec<Packet>>) {
    let socket = listening.opened.socket.clone();
    let mut dropped = 0;
    let mut arrival = Arrival::new();
    let mut failures = 0;
    loop {
        let Ok(mut guard) = socket.readable().await else {
            return;
        };
        let reading = arrival.read();
        match listening.read(&mut dropped, reading) {
            Ok((count, packets)) => {
                failures = 0;
                if count < BATCH {
                    // Drained: what comes after this moment makes the socket ready anew.
                    guard.clear_ready();
                    arrival.emptied_by(reading);
                }
                if !packets.is_empty() {
                    add(&listening.counters.received, packets.len() as u64);
                    if worker.send(packets).await.is_err() {
                        return;
                    }
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                guard.clear_ready();
                arrival.emptied_by(reading);
            }
            Err(_) => {
                add(&listening.counters.receive_errors, 1);
                failures += 1;
                if failures > PATIENCE {
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
    }
}

impl Listening {
    /// Reads one batch: how many packets there were, and those that are for us.
    fn read(&self, dropped: &mut u32, reading: Reading) -> io::Result<(usize, Vec<Packet>)> {
        let mut packets = Vec::new();
        let socket = self.opened.socket.get_ref();
        let count = BUFFERS.with_borrow_mut(|buffers| {
            buffers.receive(socket.as_fd(), |received| {
                if let Some(total) = received.ancillary.dropped {
                    let more = total.wrapping_sub(*dropped);
                    add(&self.counters.kernel_drops, u64::from(more));
                    *dropped = total;
                }
                let came = reading.came(received.ancillary.arrived);
                packets.extend(self.packet(&received, came));
            })
        })?;
        Ok((count, packets))
    }

    fn packet(&self, received: &Received<'_>, came: Instant) -> Option<Packet> {
        match (self.opened.role, received.origin?) {
            (Role::Raw { local }, Origin::Link { interface, address }) => {
                if interface != self.interface.index || received.ancillary.tagged() {
                    add(&self.counters.foreign, 1);
                    return None;
                }
                let settled = received.ancillary.checksum_settled();
                let Ok(datagram) = frame::parse(received.data, settled) else {
                    add(&self.counters.malformed, 1);
                    return None;
                };
                let to = *datagram.destination.ip();
                Some(Packet {
                    data: datagram.payload.to_vec(),
                    interface: self.interface.clone(),
                    local: if to.is_broadcast() { local } else { to }.into(),
                    source: SocketAddr::V4(datagram.source),
                    source_mac: address,
                    received: came,
                    unicast: !to.is_broadcast(),
                })
            }
            (Role::Bound(local), Origin::Inet(source)) => {
                Some(self.datagram(received, source, local, true, came))
            }
            (Role::Group { answer_from }, Origin::Inet(source)) => {
                Some(self.datagram(received, source, answer_from.into(), false, came))
            }
            _ => None,
        }
    }

    fn datagram(
        &self,
        received: &Received<'_>,
        source: SocketAddr,
        local: IpAddr,
        unicast: bool,
        came: Instant,
    ) -> Packet {
        let arrived = received
            .ancillary
            .interface
            .and_then(|index| self.interfaces.get(&index));
        Packet {
            data: received.data.to_vec(),
            interface: arrived.unwrap_or(&self.interface).clone(),
            local,
            source,
            source_mac: None,
            received: came,
            unicast,
        }
    }
}
