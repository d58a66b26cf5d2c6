//! The protocols message by message, with clients made by hand: every kind of query, what it is
//! answered, what it leaves in the tables, and which are left unanswered for which reason.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod allocators;
mod bindings6;
mod cache4;
mod compatibility4;
mod direct4;
mod extended4;
mod giveback4;
mod giveback6;
mod hosts4;
mod identity4;
mod networks4;
mod options4;
mod options6;
mod requests4;
mod requests6;
mod stored4;
