//! Rows of the registry for unit tests.

use std::time::Duration;

use murre_schema::fleet::Worker;

/// A live worker that shares; its name, addresses and incarnation tell its slot.
pub(super) fn worker(slot: u32) -> Worker {
    Worker {
        name: format!("w{slot}"),
        incarnation: slot.into(),
        slot,
        addresses: format!("192.0.2.{slot} 2001:db8::{slot}"),
        version: String::new(),
        revision: String::new(),
        load: 0.0,
        sharing: true,
        draining: false,
        ended: false,
        started: 0,
        last_seen: 0,
        age: Duration::from_millis(900),
        last_error: String::new(),
    }
}
