//! What becomes of clients' names, and who enters them in the DNS (dhcp4-srv.rst:3400-4000).

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use regex::bytes::{NoExpand, Regex};

/// When a generated name takes the place of the client's (`ddns-replace-client-name`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReplaceName {
    /// The client's is used, and who has none gets none.
    #[default]
    Never,
    /// Everybody gets a generated one.
    Always,
    /// Who has one gets a generated one instead.
    WhenPresent,
    /// Who has none gets a generated one.
    WhenNotPresent,
}

/// Whose entries in the DNS may be overwritten (`ddns-conflict-resolution-mode`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConflictMode {
    /// Those with this client's DHCID.
    #[default]
    CheckWithDhcid,
    /// All.
    NoCheckWithDhcid,
    /// Those with any DHCID.
    CheckExistsWithDhcid,
    /// All, and no DHCID is written.
    NoCheckWithoutDhcid,
}

impl ConflictMode {
    /// All with their names.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("check-with-dhcid", Self::CheckWithDhcid),
        ("no-check-with-dhcid", Self::NoCheckWithDhcid),
        ("check-exists-with-dhcid", Self::CheckExistsWithDhcid),
        ("no-check-without-dhcid", Self::NoCheckWithoutDhcid),
    ];

    /// As it is written.
    pub fn word(self) -> &'static str {
        let words = Self::WORDS.iter();
        let mut own = words.filter(|(_, mode)| *mode == self);
        own.next().map_or("", |(word, _)| word)
    }
}

/// What must not be in names (`hostname-char-set`). Zero bytes never may.
#[derive(Clone, Debug)]
pub struct CharSet {
    text: Arc<str>,
    invalid: Option<Regex>,
}

impl CharSet {
    /// As it was written and as it was understood; without an expression only zero bytes are invalid.
    pub(crate) fn new(text: &str, invalid: Option<Regex>) -> Self {
        Self {
            text: text.into(),
            invalid,
        }
    }
}

impl Default for CharSet {
    fn default() -> Self {
        let text = "[^A-Za-z0-9.-]";
        Self::new(text, Regex::new(text).ok())
    }
}

impl PartialEq for CharSet {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// Takes out of names what must not be in them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sanitizer {
    char_set: CharSet,
    replacement: Arc<str>,
}

impl Sanitizer {
    /// The same with what is given.
    pub(crate) fn with(&self, char_set: Option<CharSet>, replacement: Option<Arc<str>>) -> Self {
        Self {
            char_set: char_set.unwrap_or_else(|| self.char_set.clone()),
            replacement: replacement.unwrap_or_else(|| Arc::clone(&self.replacement)),
        }
    }

    /// The labels of a name without what is invalid. Where there is such a thing, a dot inside of a label ends it
    /// (dhcp4-srv.rst:3975). Of a label nothing may be left; it is left out.
    pub fn clean_labels(&self, labels: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let splits = self.char_set.invalid.is_some();
        let parts = labels
            .iter()
            .flat_map(|label| label.split(move |byte| splits && *byte == b'.'));
        let clean = parts.map(|label| self.clean(label));
        clean.filter(|label| !label.is_empty()).collect()
    }

    /// A name, or a label of one, without what is invalid.
    pub fn clean(&self, name: &[u8]) -> Vec<u8> {
        let replacement = self.replacement.as_bytes();
        let mut clean = Vec::with_capacity(name.len());
        for (number, part) in name.split(|byte| *byte == 0).enumerate() {
            if number > 0 {
                clean.extend_from_slice(replacement);
            }
            match &self.char_set.invalid {
                Some(invalid) => {
                    clean.extend_from_slice(&invalid.replace_all(part, NoExpand(replacement)));
                }
                None => clean.extend_from_slice(part),
            }
        }
        clean
    }
}

/// How names of a scope's clients are made, and what the DNS is told of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Naming {
    /// The DNS is told (`ddns-send-updates`), if it is told anything at all ([`NameUpdates::enabled`]).
    pub send_updates: bool,
    /// It is told though the client wants no updates.
    pub override_no_update: bool,
    /// The forward direction is entered though the client wants to do so itself.
    pub override_client_update: bool,
    /// When a generated name is used.
    pub replace: ReplaceName,
    /// The beginning of a generated name.
    pub prefix: Arc<str>,
    /// What makes a name a full one, without dots at its ends; empty for none.
    pub suffix: Arc<str>,
    /// A renewal that changes nothing is told as well.
    pub update_on_renew: bool,
    /// Whose entries may be overwritten.
    pub conflicts: ConflictMode,
    /// The entries' TTL as a share of the lease's lifetime.
    pub ttl_percent: Option<f64>,
    /// What must not be in a client's name.
    pub sanitizer: Sanitizer,
}

impl Naming {
    /// As the manual has it where nothing is said; one for all.
    pub fn built_in() -> Arc<Self> {
        static BUILT_IN: LazyLock<Arc<Naming>> = LazyLock::new(|| {
            Arc::new(Naming {
                send_updates: true,
                override_no_update: false,
                override_client_update: false,
                replace: ReplaceName::Never,
                prefix: "myhost".into(),
                suffix: "".into(),
                update_on_renew: false,
                conflicts: ConflictMode::CheckWithDhcid,
                ttl_percent: None,
                sanitizer: Sanitizer::default(),
            })
        });
        Arc::clone(&BUILT_IN)
    }
}

/// Least TTL of entries whose share of the lifetime is not given, in seconds (RFC 4702 section 5).
const LEAST_TTL: u32 = 600;

impl Naming {
    /// The TTL of entries for a lease: a third of its lifetime (RFC 4702 section 5, dhcp4-srv.rst:3630).
    pub fn ttl(&self, valid_lifetime: u32) -> u32 {
        match self.ttl_percent {
            Some(share) => (f64::from(valid_lifetime) * share) as u32,
            None => (valid_lifetime / 3).max(LEAST_TTL),
        }
    }
}

/// Who enters names in the DNS, and how it is reached (`dhcp-ddns`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameUpdates {
    /// Anything is sent at all.
    pub enabled: bool,
    /// Where requests go.
    pub server: SocketAddr,
    /// Where they come from; unspecified leaves it to the system.
    pub sender: SocketAddr,
    /// So many may wait; while there are more, no names are entered.
    pub max_queue_size: u32,
}

impl Default for NameUpdates {
    fn default() -> Self {
        Self {
            enabled: false,
            server: SocketAddr::from(([127, 0, 0, 1], 53001)),
            sender: SocketAddr::from(([0, 0, 0, 0], 0)),
            max_queue_size: 1024,
        }
    }
}
