//! Every statement, as the server takes it (golden files), and the way the server goes to carry it out
//! on a table of a million rows.
//!
//! The statements are those of `src/<engine>/sql/`, which is all that the engines can send against
//! lease tables ([`catalogue`] shows that). A new file without a golden one, or without an entry
//! that says what it is asked for ([`shapes`]), fails here.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod catalogue;
mod golden;
mod mariadb;
mod postgresql;
mod shapes;
mod sqlite;

/// Rows of each lease table.
const MILLION: i64 = 1_000_000;

/// How many leases a statement is about: one, a usual batch under load, and the largest one.
const BATCHES: [usize; 3] = [1, 64, 512];

/// Rows of lease tables that a statement may read for a batch: each lease may be looked for in
/// several indexes, and what is found there in the table.
fn most_rows(batch: usize) -> f64 {
    4.0 * batch as f64 + 16.0
}
