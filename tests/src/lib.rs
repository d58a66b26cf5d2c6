//! What the end-to-end suites share: a small world with the real worker in it, clients made by hand
//! where no program sends what a test needs, and the lease tables read back by the database's own
//! command-line client.
//!
//! Nothing here knows the worker's insides: it is a binary that is started with a configuration
//! file, packets that go to it, and rows that it leaves behind. Only the wire crate is used, to
//! write and read packets.
//!
//! The binaries are those beside the test (`target/debug` or `target/release`), or in the directory
//! that `MURRE_BIN_DIR` names.
#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a broken test environment is a failed test"
)]

pub mod card;
pub mod config;
pub mod control;
pub mod fleet;
pub mod hand4;
pub mod hand4o6;
pub mod hand6;
pub mod history;
pub mod leases;
pub mod load;
pub mod reservations;
pub mod rows;
pub mod scene;
pub mod socket;
pub mod worker;
pub mod world;

pub use fleet::Fleet;
pub use leases::{Engine, Leases};
pub use scene::{Scene4, Scene6};
pub use worker::Worker;
pub use world::World;

/// Makes a test per engine out of each function that takes an [`Engine`]; all are skipped, loudly,
/// where no network namespaces can be made.
#[macro_export]
macro_rules! on_every_engine {
    ($($name:ident),* $(,)?) => {
        $crate::on_engines! { [postgresql = Postgresql, mariadb = Mariadb, sqlite = Sqlite] $($name),* }
    };
}

/// As [`on_every_engine!`], on those that are servers.
#[macro_export]
macro_rules! on_every_server {
    ($($name:ident),* $(,)?) => {
        $crate::on_engines! { [postgresql = Postgresql, mariadb = Mariadb] $($name),* }
    };
}

/// As [`on_every_engine!`], with the engines named.
#[macro_export]
macro_rules! on_engines {
    ([$($label:ident = $engine:ident),*] $name:ident) => {
        mod $name {
            $(#[test]
            fn $label() {
                if murre_harness::netns::require_root_and_namespaces() {
                    super::$name($crate::Engine::$engine);
                }
            })*
        }
    };
    ($engines:tt $first:ident, $($rest:ident),+) => {
        $crate::on_engines! { $engines $first }
        $crate::on_engines! { $engines $($rest),+ }
    };
}
