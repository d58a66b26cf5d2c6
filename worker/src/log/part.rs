//! The loggers: one per part of the server, under the root named after the program.

use murre_wire::Family;

macro_rules! parts {
    ($($(#[$doc:meta])* $part:ident = $name:literal,)*) => {
        /// A part of the server that logs under its own name (list at logging.rst:133).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Part {
            $($(#[$doc])* $part,)*
        }

        impl Part {
            /// All there are, in order.
            pub const ALL: &'static [Self] = &[$(Self::$part,)*];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// Full logger names, of DHCPv4 and of DHCPv6.
            const fn names(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$part => (
                        concat!("kea-dhcp4.", $name),
                        concat!("kea-dhcp6.", $name),
                    ),)*
                }
            }
        }
    };
}

parts! {
    /// Finding an address for a client.
    AllocEngine = "alloc-engine",
    /// Queries that were dropped or refused.
    BadPackets = "bad-packets",
    /// The command channel.
    Commands = "commands",
    /// Connections to databases and their failures.
    Database = "database",
    /// Names of clients.
    Ddns = "ddns",
    /// Start, stop, configuration: whatever has no logger of its own.
    Dhcp = "dhcp",
    /// Timers, interfaces, what runs beside the exchanges.
    Dhcpsrv = "dhcpsrv",
    /// Classification.
    Eval = "eval",
    /// Host reservations.
    Hosts = "hosts",
    /// Leases granted, offered, released, declined, reclaimed.
    Leases = "leases",
    /// Options read and written.
    Options = "options",
    /// Packets received and sent, subnets selected.
    Packets = "packets",
}

impl Part {
    /// Full name of the logger, such as `kea-dhcp4.leases`. `version` is 4 or 6.
    pub(super) const fn logger(self, version: u8) -> &'static str {
        match (self, version) {
            (Self::Dhcp, 6) => "kea-dhcp6.dhcp6",
            (Self::Dhcp, _) => "kea-dhcp4.dhcp4",
            (part, 6) => part.names().1,
            (part, _) => part.names().0,
        }
    }
}

/// The word of a message that operators' rules match on, and the logger it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id {
    pub(super) part: Part,
    v4: &'static str,
    v6: &'static str,
}

impl Id {
    /// Declares a word of each family; [`super::ids`] is the place to do so.
    pub(super) const fn new(part: Part, v4: &'static str, v6: &'static str) -> Self {
        Self { part, v4, v6 }
    }

    /// The word in a family.
    pub const fn word<F: Family>(self) -> &'static str {
        self.word_of(F::VERSION)
    }

    pub(super) const fn word_of(self, version: u8) -> &'static str {
        match version {
            6 => self.v6,
            _ => self.v4,
        }
    }
}
