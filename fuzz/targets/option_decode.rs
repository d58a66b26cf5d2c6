//! Any bytes as the data of an option; the first two bytes choose the definition.
#![no_main]

#[path = "../../wire/tests/walk/mod.rs"]
mod walk;

use std::sync::LazyLock;

use murre_wire::option::{OptionDef, Universe};

static DEFINITIONS: LazyLock<Vec<(Universe, OptionDef)>> = LazyLock::new(walk::sorted_definitions);

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Some((choice, bytes)) = data.split_first_chunk::<2>() {
        let choice = usize::from(u16::from_be_bytes(*choice)) % DEFINITIONS.len();
        let (universe, def) = &DEFINITIONS[choice];
        walk::option_data(*universe, def, bytes);
    }
});
