//! Sending.

use std::io::IoSlice;
use std::os::fd::AsRawFd;

use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, MultiHeaders, sendmmsg};
use socket2::Socket;

use super::BATCH;
use crate::speech::Packet;

/// Packets that wait to be sent, at most a batch.
pub(super) struct Outbox {
    packets: Box<[Packet]>,
    count: usize,
    headers: MultiHeaders<()>,
    /// Where there is no room; never sent.
    spare: Packet,
    /// Each packet goes to one of the servers, by its client.
    spread: bool,
}

/// What became of packets.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flushed {
    pub(super) sent: u64,
    pub(super) refused: u64,
}

impl Outbox {
    pub(super) fn new(spread: bool) -> Self {
        Self {
            spread,
            packets: vec![Packet::empty(); BATCH].into_boxed_slice(),
            count: 0,
            headers: MultiHeaders::preallocate(BATCH, None),
            spare: Packet::empty(),
        }
    }

    /// The packet to be written next.
    pub(super) fn packet(&mut self) -> &mut Packet {
        self.packets.get_mut(self.count).unwrap_or(&mut self.spare)
    }

    /// Takes the packet that was written; whether it is full now.
    pub(super) fn push(&mut self) -> bool {
        self.count = (self.count + 1).min(self.packets.len());
        self.count == self.packets.len()
    }

    /// Sends all packets by each of these sockets, or each by one of them, and forgets them.
    pub(super) fn flush(&mut self, sockets: &[Socket]) -> Result<Flushed, Errno> {
        let mut flushed = Flushed::default();
        if self.count > 0 {
            for (index, socket) in sockets.iter().enumerate() {
                let share = self.spread.then_some((index, sockets.len()));
                self.send(socket, share, &mut flushed)?;
            }
        }
        self.count = 0;
        Ok(flushed)
    }

    /// By one socket: all, or of `(which, how many)` sockets this one's.
    fn send(
        &mut self,
        socket: &Socket,
        share: Option<(usize, usize)>,
        flushed: &mut Flushed,
    ) -> Result<(), Errno> {
        let is_ours =
            |packet: &&Packet| share.is_none_or(|(which, of)| packet.client as usize % of == which);
        let waiting = self.packets.get(..self.count).unwrap_or_default();
        let count = waiting.iter().filter(is_ours).count();
        let mut packets = waiting.iter().filter(is_ours);
        let slices: [[IoSlice<'_>; 1]; BATCH] = std::array::from_fn(|_| {
            let bytes = packets.next().map_or(&[][..], Packet::bytes);
            [IoSlice::new(bytes)]
        });
        let mut rest = slices.get(..count).unwrap_or_default();
        // The error of a server that was not there for an earlier packet comes with the next one,
        // which is then sent by another try.
        let mut tries = 2;
        while !rest.is_empty() {
            let nobody = [None::<()>; BATCH];
            let flags = MsgFlags::empty();
            let sent = sendmmsg(
                socket.as_raw_fd(),
                &mut self.headers,
                rest,
                nobody,
                [],
                flags,
            );
            let done = match sent.map(Iterator::count) {
                Ok(count) => {
                    flushed.sent += count as u64;
                    count
                }
                Err(Errno::EINTR) => 0,
                Err(Errno::ECONNREFUSED) if tries > 0 => {
                    tries -= 1;
                    0
                }
                Err(errno) if is_on_the_way(errno) => {
                    flushed.refused += 1;
                    1
                }
                Err(errno) => return Err(errno),
            };
            rest = rest.get(done..).unwrap_or_default();
        }
        Ok(())
    }
}

/// Whether a packet could not be sent for a reason that may pass.
fn is_on_the_way(errno: Errno) -> bool {
    matches!(
        errno,
        Errno::ECONNREFUSED
            | Errno::EHOSTUNREACH
            | Errno::ENETUNREACH
            | Errno::ENETDOWN
            | Errno::ENOBUFS
            | Errno::EPERM
    )
}
