//! The sockets of a generator: one that hears everybody, and one per server that messages are sent
//! by. These are connected, which saves the kernel a route per packet, and hear that server; all
//! have the same address and port. Many packets go and come per system call.

mod drops;
mod inbox;
mod open;
mod outbox;

use std::os::fd::AsFd;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;
use socket2::Socket;

use crate::LoadError;
use crate::settings::Settings;
use crate::speech::Packet;
use inbox::Inbox;
use outbox::Outbox;

/// Most packets per system call. More would make the first wait for the last.
const BATCH: usize = 32;

/// Who hears what comes and says what leaves.
pub(crate) trait Party {
    /// A datagram with the kernel's time of arrival (wall clock, nanoseconds), and a packet to answer
    /// in; whether it wrote one.
    fn hear(&mut self, datagram: &[u8], stamp: Option<u64>, packet: &mut Packet) -> bool;
    /// What was written leaves now.
    fn leave(&mut self);
}

/// All sockets, with what waits to be sent and room for what comes.
pub(crate) struct Sockets {
    hearing: Vec<Socket>,
    sending: usize,
    inbox: Inbox,
    outbox: Outbox,
    /// Packets sent, to all servers.
    pub(crate) sent: u64,
    /// Packets that the kernel refused.
    pub(crate) not_sent: u64,
    /// Packets received.
    pub(crate) received: u64,
}

impl Sockets {
    /// Opens what the settings ask for.
    ///
    /// # Errors
    /// An address or interface that is not there, or what the kernel refuses.
    pub(crate) fn open(settings: &Settings) -> Result<Self, LoadError> {
        let open::Opened { hearing, sending } = open::open(settings)?;
        let count = sending.len();
        // Sending ones first.
        Ok(Self {
            hearing: sending.into_iter().chain([hearing]).collect(),
            sending: count,
            inbox: Inbox::new(),
            outbox: Outbox::new(settings.spread),
            sent: 0,
            not_sent: 0,
            received: 0,
        })
    }

    /// The packet to be written next, for [`Sockets::push`].
    pub(crate) fn packet(&mut self) -> &mut Packet {
        self.outbox.packet()
    }

    /// Takes the packet that was written; sends all that were if there are many.
    ///
    /// # Errors
    /// As [`Sockets::flush`].
    pub(crate) fn push(&mut self, party: &mut impl Party) -> Result<(), LoadError> {
        if self.outbox.push() {
            self.flush(party)
        } else {
            Ok(())
        }
    }

    /// Sends what was written to every server.
    ///
    /// # Errors
    /// When the kernel fails for another reason than the server or the way to it.
    pub(crate) fn flush(&mut self, party: &mut impl Party) -> Result<(), LoadError> {
        party.leave();
        let senders = self.hearing.get(..self.sending).unwrap_or_default();
        let flushed = self
            .outbox
            .flush(senders)
            .map_err(|errno| LoadError::System {
                call: "sendmmsg",
                errno,
            })?;
        self.sent += flushed.sent;
        self.not_sent += flushed.refused;
        Ok(())
    }

    /// Hands what has come to the party, and sends what it says to that. Returns how many came.
    ///
    /// # Errors
    /// When the kernel fails.
    pub(crate) fn hear(&mut self, party: &mut impl Party) -> Result<u64, LoadError> {
        let mut came = 0;
        for index in 0..self.hearing.len() {
            came += self.hear_at(index, party)?;
        }
        self.received += came;
        Ok(came)
    }

    /// The same at one socket, a batch at a time. Ends after some batches even when more has come, as
    /// there may be something to begin.
    fn hear_at(&mut self, index: usize, party: &mut impl Party) -> Result<u64, LoadError> {
        const BATCHES: usize = 4;
        let mut came = 0;
        for _ in 0..BATCHES {
            let Some(socket) = self.hearing.get(index) else {
                break;
            };
            let outbox = &mut self.outbox;
            let count = self.inbox.receive(socket, |datagram, stamp| {
                if party.hear(datagram, stamp, outbox.packet()) {
                    outbox.push();
                }
            });
            let count = count.map_err(|errno| LoadError::System {
                call: "recvmmsg",
                errno,
            })?;
            // A batch fits into the outbox, which is empty again after it.
            self.flush(party)?;
            came += count as u64;
            if count < BATCH {
                break;
            }
        }
        Ok(came)
    }

    /// Waits until something comes, no longer than `limit`.
    ///
    /// # Errors
    /// When the kernel fails.
    pub(crate) fn wait(&self, limit: Duration) -> Result<(), LoadError> {
        let sockets = self.hearing.iter().map(AsFd::as_fd);
        let watched = sockets.map(|socket| PollFd::new(socket, PollFlags::POLLIN));
        let mut watched: Vec<PollFd<'_>> = watched.collect();
        match ppoll(&mut watched, Some(TimeSpec::from_duration(limit)), None) {
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(errno) => Err(LoadError::System {
                call: "ppoll",
                errno,
            }),
        }
    }

    /// Packets that these sockets dropped since they were opened, because nobody took them.
    pub(crate) fn dropped(&self) -> u64 {
        drops::of(&self.hearing)
    }
}
