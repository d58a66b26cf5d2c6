//! Any bytes on a command channel, in two pieces: a request or an error that can be told, the same
//! however they are cut.
#![no_main]

use std::hint::black_box;

use murre_control::{Framing, Request};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((cut, data)) = data.split_first() else {
        return;
    };
    let (head, tail) = data.split_at(usize::from(*cut).min(data.len()));
    let mut whole = Framing::default();
    let mut parts = Framing::default();
    let at_once = whole.push(data);
    let in_parts = parts.push(head).and_then(|_| parts.push(tail));
    assert_eq!(at_once, in_parts);
    assert_eq!(whole.bytes(), parts.bytes());
    // What is not whole must not panic either.
    match Request::decode(whole.bytes()) {
        Ok(request) => {
            black_box(request.arguments());
        }
        Err(error) => {
            black_box(error.to_string());
        }
    }
});
