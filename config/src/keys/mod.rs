//! Which keys there are, in which scope, and which of them are built.
//!
//! Nothing is accepted and ignored in silence: a key of the manual that is not built yet is
//! refused by name, a key that nobody knows is refused with the nearest name of its scope. What a
//! value may be is `model`'s business.

mod check;
mod nearest;
mod tables;

pub(crate) use check::check;
pub(crate) use nearest::nearest;

/// Where a key stands. Both families share a scope; a [`Key`] says which of them know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    Root,
    Global,
    Interfaces,
    LeaseDatabase,
    HostsDatabase,
    Subnet,
    SharedNetwork,
    Pool,
    PdPool,
    Relay,
    OptionData,
    OptionDef,
    ClientClass,
    Reservation,
    Ddns,
    Logger,
    LogOutput,
    Hook,
    ControlSocket,
    ConfigControl,
    SanityChecks,
    MultiThreading,
    Compatibility,
    QueueControl,
    ExpiredLeases,
    ServerId,
}

/// What a key's value holds, as far as keys go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// No keys beneath, or keys that are not ours to check.
    Leaf,
    /// A map of a scope.
    Map(Scope),
    /// A list of maps of a scope.
    List(Scope),
}

/// How far a key is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Built {
    Yes,
    Later,
}

/// One key of a scope.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) built: Built,
    /// 4 or 6 when one family alone knows it, 0 when both do.
    pub(crate) only: u8,
}

impl Key {
    /// Whether a family knows the key; at the root, family 0, every key counts.
    pub(crate) fn known_to(&self, family: u8) -> bool {
        self.only == 0 || family == 0 || self.only == family
    }
}

impl Scope {
    /// The scope in words for messages.
    pub(crate) fn name(self, family: u8) -> &'static str {
        match (self, family) {
            (Self::Root, _) => "the configuration",
            (Self::Global, 4) => "Dhcp4",
            (Self::Global, _) => "Dhcp6",
            (Self::Subnet, 4) => "subnet4",
            (Self::Subnet, _) => "subnet6",
            (Self::Interfaces, _) => "interfaces-config",
            (Self::LeaseDatabase, _) => "lease-database",
            (Self::HostsDatabase, _) => "a database entry",
            (Self::SharedNetwork, _) => "shared-networks",
            (Self::Pool, _) => "pools",
            (Self::PdPool, _) => "pd-pools",
            (Self::Relay, _) => "relay",
            (Self::OptionData, _) => "option-data",
            (Self::OptionDef, _) => "option-def",
            (Self::ClientClass, _) => "client-classes",
            (Self::Reservation, _) => "reservations",
            (Self::Ddns, _) => "dhcp-ddns",
            (Self::Logger, _) => "loggers",
            (Self::LogOutput, _) => "output-options",
            (Self::Hook, _) => "hooks-libraries",
            (Self::ControlSocket, _) => "control-socket",
            (Self::ConfigControl, _) => "config-control",
            (Self::SanityChecks, _) => "sanity-checks",
            (Self::MultiThreading, _) => "multi-threading",
            (Self::Compatibility, _) => "compatibility",
            (Self::QueueControl, _) => "dhcp-queue-control",
            (Self::ExpiredLeases, _) => "expired-leases-processing",
            (Self::ServerId, _) => "server-id",
        }
    }
}
