//! Room for the generator's answers. perfdhcp takes the system's default receive buffer, which holds
//! some two hundred packets: a server that answers in batches would be charged for answers that
//! the generator let fall. The default is raised while a measurement lasts, for all contenders.

use std::fs;

use anyhow::Context as _;

const SETTING: &str = "/proc/sys/net/core/rmem_default";
/// Bytes; some thousands of packets.
const ROOM: u64 = 4 << 20;

/// Puts the setting back when dropped.
pub(crate) struct Room {
    before: String,
}

impl Room {
    /// Raise the default.
    ///
    /// # Errors
    /// The setting cannot be read or written.
    pub(crate) fn make() -> anyhow::Result<Self> {
        let before = fs::read_to_string(SETTING).context(SETTING)?;
        let room = Self { before };
        fs::write(SETTING, ROOM.to_string()).context(SETTING)?;
        Ok(room)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Err(error) = fs::write(SETTING, &self.before) {
            eprintln!("murre-bench: {SETTING} was {}: {error}", self.before.trim());
        }
    }
}
