//! What the sockets count.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the start, one set per family.
#[derive(Debug, Default)]
pub struct Counters {
    /// Datagrams handed to the worker.
    pub received: AtomicU64,
    /// Packets on raw sockets with wrong lengths, headers or checksums.
    pub malformed: AtomicU64,
    /// Packets on raw sockets that belong to another interface (a VLAN above this one).
    pub foreign: AtomicU64,
    /// Packets the kernel dropped because a receive buffer was full.
    pub kernel_drops: AtomicU64,
    /// Failed receive calls (an interface that goes down gives one).
    pub receive_errors: AtomicU64,
    /// Datagrams the kernel took.
    pub sent: AtomicU64,
    /// Datagrams that could not be sent.
    pub send_errors: AtomicU64,
    /// Replies refused because the send queue was full.
    pub queue_full: AtomicU64,
}

/// Adds to a counter; only the sum matters, so no ordering.
pub(super) fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}
