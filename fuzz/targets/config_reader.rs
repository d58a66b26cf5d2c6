//! Any text as a configuration: a snapshot, or errors that can be shown. Text cannot include files.
#![no_main]

use std::hint::black_box;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match murre_config::load_str(text, "fuzz") {
        Ok(config) => {
            for note in &config.notes {
                black_box(format!("{note} {}", note.report()));
            }
        }
        Err(errors) => {
            assert!(!errors.errors().is_empty(), "refused without an error");
            black_box(format!("{errors} {}", errors.report()));
        }
    }
});
