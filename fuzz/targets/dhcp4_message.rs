//! Any datagram as a DHCPv4 message: both modes, every accessor, an answer, and the answer read back.
#![no_main]

#[path = "../../wire/tests/walk/mod.rs"]
mod walk;

libfuzzer_sys::fuzz_target!(|data: &[u8]| walk::dhcp4(data));
