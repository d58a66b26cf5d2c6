//! Receiving.

use std::io::IoSliceMut;
use std::os::fd::AsRawFd;

use nix::cmsg_space;
use nix::errno::Errno;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, MultiHeaders, RecvMsg, recvmmsg};
use nix::sys::time::TimeSpec;
use socket2::Socket;

use super::BATCH;

/// No answer of a server to a client of ours is longer; of one that is, the rest is cut off.
const ROOM: usize = 1536;

/// Room for a batch, used again for each.
pub(super) struct Inbox {
    data: Box<[[u8; ROOM]]>,
    // Every packet has a stamp and nothing else beside it, so that the room for ancillary data that
    // the kernel leaves in the headers is the same after each call.
    headers: MultiHeaders<()>,
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self {
            data: vec![[0; ROOM]; BATCH].into_boxed_slice(),
            headers: MultiHeaders::preallocate(BATCH, Some(cmsg_space!(TimeSpec))),
        }
    }

    /// Hands what has come, at most a batch, to `each` with the kernel's time of its arrival
    /// (nanoseconds of the wall clock); how many packets that were, 0 when there was none.
    pub(super) fn receive(
        &mut self,
        socket: &Socket,
        mut each: impl FnMut(&[u8], Option<u64>),
    ) -> Result<usize, Errno> {
        let mut rooms = self.data.iter_mut();
        let mut slices: [[IoSliceMut<'_>; 1]; BATCH] = std::array::from_fn(|_| {
            let room = rooms.next().map_or(&mut [][..], |room| &mut room[..]);
            [IoSliceMut::new(room)]
        });
        let flags = MsgFlags::MSG_DONTWAIT;
        let fd = socket.as_raw_fd();
        let received = match recvmmsg(fd, &mut self.headers, slices.iter_mut(), flags, None) {
            Ok(received) => received,
            // Refused: a server that is not there says so to who sends to it.
            Err(Errno::EAGAIN | Errno::EINTR | Errno::ECONNREFUSED) => return Ok(0),
            Err(errno) => return Err(errno),
        };
        let mut count = 0;
        for message in received {
            count += 1;
            let stamp = stamp(&message);
            each(message.iovs().next().unwrap_or_default(), stamp);
        }
        Ok(count)
    }
}

fn stamp(message: &RecvMsg<'_, '_, ()>) -> Option<u64> {
    let stamp = |message| match message {
        ControlMessageOwned::ScmTimestampns(time) => Some(time),
        _ => None,
    };
    let time = message.cmsgs().ok()?.find_map(stamp)?;
    let seconds = u64::try_from(time.tv_sec()).ok()?;
    Some(seconds * 1_000_000_000 + u64::try_from(time.tv_nsec()).ok()?)
}
