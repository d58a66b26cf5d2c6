//! Trouble: databases that are away, full disks, garbage, configurations that cannot be. Each has
//! an outcome with a name, nothing is acknowledged that is not stored, and service goes on as soon
//! as it can.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod configuration;
mod database;
mod garbage;
mod overload;
mod reconnect;
