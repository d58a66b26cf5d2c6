//! Pauses of less than a millisecond, which the runtime's own timers round up to two.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use tokio::net::unix::pipe;

/// One task's.
#[derive(Debug)]
pub(crate) struct Pause(Option<Timer>);

#[derive(Debug)]
struct Timer {
    timer: TimerFd,
    /// The same file as the runtime waits for it. A pipe's end is the one kind of file that it takes as it is,
    /// and all that is done with it is to wait and to read.
    expired: pipe::Receiver,
}

impl Timer {
    fn new() -> io::Result<Self> {
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_NONBLOCK)?;
        let same = timer.as_fd().try_clone_to_owned()?;
        Ok(Self {
            timer,
            expired: pipe::Receiver::from_owned_fd_unchecked(same)?,
        })
    }

    async fn wait(&self, duration: Duration) -> io::Result<()> {
        let once = Expiration::OneShot(TimeSpec::from_duration(duration));
        self.timer.set(once, TimerSetTimeFlags::empty())?;
        let mut expirations = [0; 8];
        loop {
            self.expired.readable().await?;
            match self.expired.try_read(&mut expirations) {
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Pause {
    /// Must be called inside the runtime. A process that may open no more files is served by the
    /// runtime's timers.
    pub(crate) fn new() -> Self {
        Self(Timer::new().ok())
    }

    /// Wait for so long.
    pub(crate) async fn wait(&self, duration: Duration) {
        if duration.is_zero() {
            return;
        }
        let exact = match &self.0 {
            Some(timer) => timer.wait(duration).await,
            None => Err(io::ErrorKind::Unsupported.into()),
        };
        if exact.is_err() {
            tokio::time::sleep(duration).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[tokio::test]
    async fn a_pause_is_as_long_as_it_was_asked_for_and_can_be_made_again() {
        let pause = Pause::new();
        for micros in [300, 1, 700] {
            let began = Instant::now();
            pause.wait(Duration::from_micros(micros)).await;
            assert!(began.elapsed() >= Duration::from_micros(micros));
        }
        pause.wait(Duration::ZERO).await;
    }

    #[tokio::test]
    async fn without_a_timer_of_its_own_it_is_the_runtimes() {
        let began = Instant::now();
        Pause(None).wait(Duration::from_millis(2)).await;
        assert!(began.elapsed() >= Duration::from_millis(2));
    }
}
