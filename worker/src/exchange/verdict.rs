//! How a query ends when no answer leaves: each way has a name, a counter and a log id.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::log::{Id, Level, ids};

/// Declares the verdicts with their names for people and statistics.
macro_rules! verdicts {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Why a query got no answer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Verdict {
            $($(#[$doc])* $name,)*
        }

        impl Verdict {
            /// All there are, in order.
            pub(crate) const ALL: &'static [Verdict] = &[$(Verdict::$name,)*];

            /// Its stable name, as counters and logs show it.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

verdicts! {
    /// The datagram is not a message of this protocol.
    Malformed = "malformed",
    /// What the other family's server passed on cannot be used.
    BadPassed = "bad-dhcp4o6",
    /// A message that only servers or relays send.
    NotAQuery = "not-a-query",
    /// A BOOTP query without a DHCP message type; not served yet.
    Bootp = "bootp",
    /// A message type that a server does not answer.
    UnsupportedType = "unsupported-type",
    /// An option or field that this message must have is missing, or must not be there.
    Insane = "insane",
    /// The client chose another server.
    OtherServer = "other-server",
    /// Another worker of the fleet hears the query too and answers it.
    OthersShare = "others-share",
    /// Sent to an own address although it must be multicast.
    Unicast = "unicast",
    /// No subnet fits the client's place.
    NoSubnet = "no-subnet",
    /// Service is switched off by `dhcp-disable`.
    Disabled = "disabled",
    /// The query is in class `DROP`.
    DropClass = "drop-class",
    /// An earlier query of the same client is still being worked on.
    Duplicate = "duplicate",
    /// All pools are exhausted.
    NoAddress = "no-address",
    /// A client unknown here asks for an address; another server may know it.
    UnknownClient = "unknown-client",
    /// A client without a lease here renews an address of no pool; another server may know it.
    UnknownAddress = "unknown-address",
    /// Another worker granted this client another lease at the same moment, again and again.
    Contended = "contended",
    /// It waited, and its client may have been granted since what it would end.
    Overtaken = "overtaken",
    /// Others wait so long that a client which may have no lease to lose has to ask again.
    Congested = "congested",
    /// It waited for too long, or too many queries are in flight.
    Overload = "overload",
    /// The database did not answer; nothing is known to be durable.
    Database = "database",
    /// A lease was given back; that message has no answer.
    Released = "released",
    /// An address was set aside; that message has no answer.
    Declined = "declined",
    /// Somebody gave back or declined a lease that is not theirs.
    NotHeld = "not-held",
    /// The answer could not be built.
    Unbuildable = "unbuildable",
}

/// What a message without a type is counted as; no type has this number.
pub(crate) const NO_TYPE: u8 = 0;

impl Verdict {
    /// The log id, and the level at which it is told.
    pub(crate) fn log(self) -> (Id, Level) {
        let detail = Level::debug(15);
        match self {
            Self::Malformed => (ids::DROP_PARSE_FAIL, detail),
            // What is wrong with it was logged where it was seen.
            Self::BadPassed => (ids::DHCP4O6_BAD_PACKET, detail),
            Self::NotAQuery | Self::UnsupportedType => (ids::DROP_UNSUPPORTED_TYPE, detail),
            Self::Bootp => (ids::DROP_BOOTP, detail),
            Self::Insane => (ids::DROP_REQUIRED_OPTIONS, detail),
            Self::OtherServer => (ids::DROP_OTHER_SERVER, detail),
            Self::OthersShare => (ids::OTHERS_SHARE, detail),
            Self::Unicast => (ids::DROP_UNICAST, detail),
            Self::NoSubnet => (ids::DROP_NO_SUBNET, detail),
            Self::Disabled => (ids::DROP_DHCP_DISABLED, detail),
            Self::DropClass => (ids::DROP_CLASS, detail),
            Self::Duplicate => (ids::DROP_DUPLICATE, detail),
            Self::NoAddress => (ids::ALLOC_FAIL, Level::WARN),
            Self::UnknownClient => (ids::NO_LEASE_INIT_REBOOT, detail),
            Self::UnknownAddress => (ids::UNKNOWN_ADDRESS_REQUESTED, detail),
            Self::Contended => (ids::ALLOC_CONTENDED, Level::WARN),
            Self::Overtaken => (ids::DROP_OVERTAKEN, detail),
            Self::Congested | Self::Overload => (ids::PACKET_QUEUE_FULL, detail),
            // The reason was logged where it occurred.
            Self::Database => (ids::DROP_PROCESS_FAIL, detail),
            Self::Released => (ids::RELEASE, detail),
            Self::Declined => (ids::DECLINE_LEASE, detail),
            Self::NotHeld => (ids::RELEASE_FAIL_NO_LEASE, Level::INFO),
            Self::Unbuildable => (ids::PACK_FAIL, Level::ERROR),
        }
    }

    /// Whether the query was dropped before anything was done for its client, as `pkt4-receive-drop` counts it
    /// (manual dhcp4-srv.rst:7132). What another worker answers is not lost, and no drop.
    pub(crate) fn is_drop(self) -> bool {
        match self {
            Self::Malformed
            | Self::BadPassed
            | Self::NotAQuery
            | Self::Bootp
            | Self::UnsupportedType
            | Self::Insane
            | Self::OtherServer
            | Self::Unicast
            | Self::Disabled
            | Self::DropClass
            | Self::Duplicate
            | Self::Congested
            | Self::Overload => true,
            Self::OthersShare
            | Self::NoSubnet
            | Self::NoAddress
            | Self::UnknownClient
            | Self::UnknownAddress
            | Self::Contended
            | Self::Overtaken
            | Self::Database
            | Self::Released
            | Self::Declined
            | Self::NotHeld
            | Self::Unbuildable => false,
        }
    }
}

/// All packets, a counter per verdict, and one per message type received and sent.
#[derive(Debug)]
pub(crate) struct Counters {
    came: AtomicU64,
    verdicts: Vec<AtomicU64>,
    received: [AtomicU64; 256],
    sent: [AtomicU64; 256],
}

impl Default for Counters {
    fn default() -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            came: zero(),
            verdicts: Verdict::ALL.iter().map(|_| zero()).collect(),
            received: std::array::from_fn(|_| zero()),
            sent: std::array::from_fn(|_| zero()),
        }
    }
}

impl Counters {
    /// A query ended so.
    pub(crate) fn ended(&self, verdict: Verdict) {
        if let Some(counter) = self.verdicts.get(verdict as usize) {
            counter.fetch_add(1, Relaxed);
        }
    }

    /// How many queries ended so.
    pub(crate) fn count(&self, verdict: Verdict) -> u64 {
        let counter = self.verdicts.get(verdict as usize);
        counter.map_or(0, |counter| counter.load(Relaxed))
    }

    /// A packet came in, whatever it is.
    pub(crate) fn packet(&self) {
        self.came.fetch_add(1, Relaxed);
    }

    /// How many packets came in.
    pub(crate) fn came(&self) -> u64 {
        self.came.load(Relaxed)
    }

    /// A message of this type came in; of [`NO_TYPE`] if it has none.
    pub(crate) fn received(&self, message_type: u8) {
        self.received[usize::from(message_type)].fetch_add(1, Relaxed);
    }

    /// A message of this type was handed to its socket.
    pub(crate) fn sent(&self, message_type: u8) {
        self.sent[usize::from(message_type)].fetch_add(1, Relaxed);
    }

    /// How many messages of this type came in.
    pub(crate) fn received_of(&self, message_type: u8) -> u64 {
        self.received[usize::from(message_type)].load(Relaxed)
    }

    /// How many messages of this type were handed to their sockets.
    pub(crate) fn sent_of(&self, message_type: u8) -> u64 {
        self.sent[usize::from(message_type)].load(Relaxed)
    }

    /// Names and numbers of the verdicts that occurred.
    pub(crate) fn verdicts(&self) -> Vec<(&'static str, u64)> {
        let counts = self.verdicts.iter().map(|counter| counter.load(Relaxed));
        Verdict::ALL
            .iter()
            .map(|verdict| verdict.name())
            .zip(counts)
            .filter(|(_, count)| *count > 0)
            .collect()
    }

    /// Messages received and sent, all types together.
    pub(crate) fn totals(&self) -> (u64, u64) {
        let sum = |counters: &[AtomicU64]| counters.iter().map(|c| c.load(Relaxed)).sum();
        (sum(&self.received), sum(&self.sent))
    }
}
