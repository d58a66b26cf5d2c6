//! Lines of class expressions, and behind a zero byte the query they are evaluated for.
#![no_main]

#[path = "../../classify/tests/support/agree.rs"]
mod agree;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let end = data
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(data.len());
    let (text, packet) = data.split_at(end);
    if let Ok(text) = std::str::from_utf8(text) {
        agree::any_input(text, packet.get(1..).unwrap_or_default());
    }
});
