//! Any datagram as a DHCPv4 message that a DHCPv6 server passed on: read, answered, the answer read back.
#![no_main]

#[path = "../../wire/tests/walk/mod.rs"]
mod walk;

libfuzzer_sys::fuzz_target!(|data: &[u8]| walk::dhcp4o6(data));
