//! Lease files in the memfile format: a header line with column names, then a line per lease, or
//! per change of a lease, fields separated by commas and never quoted.
//!
//! What a column means is in [`row`]; [`reader`] knows lines, headers and which of several rows
//! for one lease counts; [`text`] knows how bytes and commas are written.

pub(crate) mod reader;
pub(crate) mod row;
pub(crate) mod text;
mod v4;
mod v6;
