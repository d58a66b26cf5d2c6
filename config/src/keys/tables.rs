//! The inventory: every key of the manual and the newer names of some, scope by scope.
//!
//! Sources: dhcp4-srv.rst, dhcp6-srv.rst, logging.rst, ctrl-channel.rst, config-backend.rst and the
//! sample files that list all keys. Building a key means changing its `later` to `leaf` here.

use super::{Built, Key, Scope, Shape};

const fn leaf(name: &'static str) -> Key {
    Key {
        name,
        shape: Shape::Leaf,
        built: Built::Yes,
        only: 0,
    }
}

const fn map(name: &'static str, scope: Scope) -> Key {
    Key {
        shape: Shape::Map(scope),
        ..leaf(name)
    }
}

const fn list(name: &'static str, scope: Scope) -> Key {
    Key {
        shape: Shape::List(scope),
        ..leaf(name)
    }
}

const fn later(name: &'static str) -> Key {
    not_yet(leaf(name))
}

const fn not_yet(key: Key) -> Key {
    Key {
        built: Built::Later,
        ..key
    }
}

const fn v4(key: Key) -> Key {
    Key { only: 4, ..key }
}

const fn v6(key: Key) -> Key {
    Key { only: 6, ..key }
}

/// What every map may hold beside its own keys (config.rst:195-210).
const EVERYWHERE: &[Key] = &[leaf("user-context"), leaf("comment")];

const CLASS_GUARDS: &[Key] = &[
    v4(leaf("client-class")),
    v4(leaf("client-classes")),
    v4(leaf("require-client-classes")),
    v4(leaf("evaluate-additional-classes")),
    v6(later("client-class")),
    v6(later("client-classes")),
    v6(later("require-client-classes")),
    v6(later("evaluate-additional-classes")),
];

const ROOT: &[Key] = &[
    map("Dhcp4", Scope::Global),
    map("Dhcp6", Scope::Global),
    later("DhcpDdns"),
    later("Control-agent"),
    later("Netconf"),
    later("Logging"),
];

/// Global, shared network and subnet; each level overrides the one above.
const INHERITED: &[Key] = &[
    leaf("valid-lifetime"),
    leaf("min-valid-lifetime"),
    leaf("max-valid-lifetime"),
    v6(leaf("preferred-lifetime")),
    v6(leaf("min-preferred-lifetime")),
    v6(leaf("max-preferred-lifetime")),
    leaf("renew-timer"),
    leaf("rebind-timer"),
    leaf("calculate-tee-times"),
    leaf("t1-percent"),
    leaf("t2-percent"),
    leaf("allocator"),
    v6(leaf("pd-allocator")),
    v6(leaf("rapid-commit")),
    v4(leaf("authoritative")),
    v4(leaf("match-client-id")),
    v4(leaf("next-server")),
    v4(leaf("server-hostname")),
    v4(leaf("boot-file-name")),
    list("option-data", Scope::OptionData),
    v4(leaf("offer-lifetime")),
    v4(leaf("offer-lft")),
    v4(leaf("store-extended-info")),
    v6(later("store-extended-info")),
    v4(leaf("cache-threshold")),
    v4(leaf("cache-max-age")),
    v6(later("cache-threshold")),
    v6(later("cache-max-age")),
    later("adaptive-lease-time-threshold"),
    v4(leaf("reservation-mode")),
    v6(later("reservation-mode")),
    v4(leaf("reservations-global")),
    v6(later("reservations-global")),
    v4(leaf("reservations-in-subnet")),
    v6(later("reservations-in-subnet")),
    v4(leaf("reservations-out-of-pool")),
    v6(later("reservations-out-of-pool")),
    v4(leaf("ddns-send-updates")),
    v6(later("ddns-send-updates")),
    v4(leaf("ddns-override-no-update")),
    v6(later("ddns-override-no-update")),
    v4(leaf("ddns-override-client-update")),
    v6(later("ddns-override-client-update")),
    v4(leaf("ddns-replace-client-name")),
    v6(later("ddns-replace-client-name")),
    v4(leaf("ddns-generated-prefix")),
    v6(later("ddns-generated-prefix")),
    v4(leaf("ddns-qualifying-suffix")),
    v6(later("ddns-qualifying-suffix")),
    v4(leaf("ddns-update-on-renew")),
    v6(later("ddns-update-on-renew")),
    v4(leaf("ddns-use-conflict-resolution")),
    v6(later("ddns-use-conflict-resolution")),
    v4(leaf("ddns-conflict-resolution-mode")),
    v6(later("ddns-conflict-resolution-mode")),
    v4(leaf("ddns-ttl-percent")),
    v6(later("ddns-ttl-percent")),
    later("ddns-ttl"),
    later("ddns-ttl-min"),
    later("ddns-ttl-max"),
    v4(leaf("hostname-char-set")),
    v6(later("hostname-char-set")),
    v4(leaf("hostname-char-replacement")),
    v6(later("hostname-char-replacement")),
];

const GLOBAL: &[Key] = &[
    map("interfaces-config", Scope::Interfaces),
    map("lease-database", Scope::LeaseDatabase),
    v4(list("subnet4", Scope::Subnet)),
    v6(list("subnet6", Scope::Subnet)),
    v4(leaf("echo-client-id")),
    v6(map("server-id", Scope::ServerId)),
    v6(leaf("data-directory")),
    map("expired-leases-processing", Scope::ExpiredLeases),
    leaf("decline-probation-period"),
    list("option-def", Scope::OptionDef),
    list("loggers", Scope::Logger),
    map("control-socket", Scope::ControlSocket),
    list("control-sockets", Scope::ControlSocket),
    map("multi-threading", Scope::MultiThreading),
    // Murre's own: the fleet.
    leaf("worker-name"),
    leaf("worker-sharing"),
    v4(list("shared-networks", Scope::SharedNetwork)),
    v6(not_yet(list("shared-networks", Scope::SharedNetwork))),
    v4(list("reservations", Scope::Reservation)),
    v6(not_yet(list("reservations", Scope::Reservation))),
    v4(list("client-classes", Scope::ClientClass)),
    v6(not_yet(list("client-classes", Scope::ClientClass))),
    list("hooks-libraries", Scope::Hook),
    v4(map("hosts-database", Scope::HostsDatabase)),
    v6(not_yet(map("hosts-database", Scope::HostsDatabase))),
    v4(list("hosts-databases", Scope::HostsDatabase)),
    v6(not_yet(list("hosts-databases", Scope::HostsDatabase))),
    not_yet(map("config-control", Scope::ConfigControl)),
    v4(map("dhcp-ddns", Scope::Ddns)),
    v6(not_yet(map("dhcp-ddns", Scope::Ddns))),
    map("sanity-checks", Scope::SanityChecks),
    map("compatibility", Scope::Compatibility),
    map("dhcp-queue-control", Scope::QueueControl),
    v4(leaf("host-reservation-identifiers")),
    v6(later("host-reservation-identifiers")),
    later("server-tag"),
    v4(leaf("dhcp4o6-port")),
    v6(later("dhcp4o6-port")),
    v4(leaf("early-global-reservations-lookup")),
    v6(later("early-global-reservations-lookup")),
    v4(leaf("ip-reservations-unique")),
    v6(later("ip-reservations-unique")),
    v4(leaf("reservations-lookup-first")),
    v6(later("reservations-lookup-first")),
    leaf("parked-packet-limit"),
    leaf("statistic-default-sample-count"),
    leaf("statistic-default-sample-age"),
    v4(leaf("stash-agent-options")),
    v6(later("mac-sources")),
    v6(later("relay-supplied-options")),
    v6(later("allow-address-registration")),
];

const INTERFACES: &[Key] = &[
    leaf("interfaces"),
    v4(leaf("dhcp-socket-type")),
    v4(leaf("outbound-interface")),
    leaf("re-detect"),
    leaf("service-sockets-require-all"),
    leaf("service-sockets-max-retries"),
    leaf("service-sockets-retry-wait-time"),
];

const DATABASE: &[Key] = &[
    leaf("type"),
    leaf("name"),
    leaf("host"),
    leaf("port"),
    leaf("user"),
    leaf("password"),
    leaf("connect-timeout"),
    leaf("read-timeout"),
    leaf("write-timeout"),
    leaf("tcp-user-timeout"),
    leaf("max-reconnect-tries"),
    leaf("reconnect-wait-time"),
    leaf("on-fail"),
    leaf("retry-on-startup"),
    leaf("trust-anchor"),
    leaf("cert-file"),
    leaf("key-file"),
    leaf("cipher-list"),
];

const LEASE_DATABASE: &[Key] = &[
    leaf("persist"),
    leaf("lfc-interval"),
    leaf("max-row-errors"),
    later("readonly"),
];

const HOSTS_DATABASE: &[Key] = &[leaf("readonly")];

const NETWORK: &[Key] = &[
    leaf("interface"),
    v6(leaf("interface-id")),
    map("relay", Scope::Relay),
];

const SUBNET: &[Key] = &[
    leaf("id"),
    leaf("subnet"),
    list("pools", Scope::Pool),
    v6(list("pd-pools", Scope::PdPool)),
    v4(list("reservations", Scope::Reservation)),
    v6(not_yet(list("reservations", Scope::Reservation))),
    v4(leaf("4o6-interface")),
    v4(leaf("4o6-interface-id")),
    v4(leaf("4o6-subnet")),
];

const SHARED_NETWORK: &[Key] = &[
    leaf("name"),
    v4(list("subnet4", Scope::Subnet)),
    v6(list("subnet6", Scope::Subnet)),
];

const POOL: &[Key] = &[
    leaf("pool"),
    leaf("pool-id"),
    list("option-data", Scope::OptionData),
];

const PD_POOL: &[Key] = &[
    leaf("prefix"),
    leaf("prefix-len"),
    leaf("delegated-len"),
    leaf("excluded-prefix"),
    leaf("excluded-prefix-len"),
    leaf("pool-id"),
    list("option-data", Scope::OptionData),
];

const RELAY: &[Key] = &[leaf("ip-addresses"), leaf("ip-address")];

const OPTION_DATA: &[Key] = &[
    leaf("name"),
    leaf("code"),
    leaf("space"),
    leaf("csv-format"),
    leaf("data"),
    leaf("always-send"),
    leaf("never-send"),
    later("client-classes"),
];

const OPTION_DEF: &[Key] = &[
    leaf("name"),
    leaf("code"),
    leaf("type"),
    leaf("array"),
    leaf("record-types"),
    leaf("space"),
    leaf("encapsulate"),
];

const CLIENT_CLASS: &[Key] = &[
    leaf("name"),
    leaf("test"),
    leaf("template-test"),
    leaf("only-if-required"),
    leaf("only-in-additional-list"),
    list("option-data", Scope::OptionData),
    list("option-def", Scope::OptionDef),
    v4(leaf("next-server")),
    v4(leaf("server-hostname")),
    v4(leaf("boot-file-name")),
    leaf("valid-lifetime"),
    leaf("min-valid-lifetime"),
    leaf("max-valid-lifetime"),
    v6(leaf("preferred-lifetime")),
    v6(leaf("min-preferred-lifetime")),
    v6(leaf("max-preferred-lifetime")),
    v4(leaf("offer-lifetime")),
    v4(leaf("offer-lft")),
];

const RESERVATION: &[Key] = &[
    leaf("hw-address"),
    leaf("duid"),
    leaf("flex-id"),
    v4(leaf("circuit-id")),
    v4(leaf("client-id")),
    v4(leaf("ip-address")),
    v6(leaf("ip-addresses")),
    v6(leaf("prefixes")),
    v6(leaf("excluded-prefixes")),
    leaf("hostname"),
    leaf("client-classes"),
    list("option-data", Scope::OptionData),
    v4(leaf("next-server")),
    v4(leaf("server-hostname")),
    v4(leaf("boot-file-name")),
];

const DDNS: &[Key] = &[
    leaf("enable-updates"),
    leaf("server-ip"),
    leaf("server-port"),
    leaf("sender-ip"),
    leaf("sender-port"),
    leaf("max-queue-size"),
    leaf("ncr-protocol"),
    leaf("ncr-format"),
    leaf("override-no-update"),
    leaf("override-client-update"),
    leaf("replace-client-name"),
    leaf("generated-prefix"),
    leaf("qualifying-suffix"),
    leaf("hostname-char-set"),
    leaf("hostname-char-replacement"),
];

const LOGGER: &[Key] = &[
    leaf("name"),
    leaf("severity"),
    leaf("debuglevel"),
    list("output-options", Scope::LogOutput),
    list("output_options", Scope::LogOutput),
];

const LOG_OUTPUT: &[Key] = &[
    leaf("output"),
    leaf("flush"),
    leaf("maxsize"),
    leaf("maxver"),
    leaf("pattern"),
];

const HOOK: &[Key] = &[leaf("library"), leaf("parameters")];

const CONTROL_SOCKET: &[Key] = &[
    leaf("socket-type"),
    leaf("socket-name"),
    later("socket-address"),
    later("socket-port"),
    later("trust-anchor"),
    later("cert-file"),
    later("key-file"),
    later("cert-required"),
    later("authentication"),
    later("http-headers"),
];

const CONFIG_CONTROL: &[Key] = &[
    list("config-databases", Scope::HostsDatabase),
    leaf("config-fetch-wait-time"),
];

const SANITY_CHECKS: &[Key] = &[leaf("lease-checks"), leaf("extended-info-checks")];

const MULTI_THREADING: &[Key] = &[
    leaf("enable-multi-threading"),
    leaf("thread-pool-size"),
    leaf("packet-queue-size"),
];

const COMPATIBILITY: &[Key] = &[
    leaf("lenient-option-parsing"),
    v4(leaf("ignore-dhcp-server-identifier")),
    v4(leaf("ignore-rai-link-selection")),
    v4(leaf("exclude-first-last-24")),
];

const QUEUE_CONTROL: &[Key] = &[leaf("enable-queue"), leaf("queue-type"), leaf("capacity")];

const EXPIRED_LEASES: &[Key] = &[
    leaf("reclaim-timer-wait-time"),
    leaf("flush-reclaimed-timer-wait-time"),
    leaf("hold-reclaimed-time"),
    leaf("max-reclaim-leases"),
    leaf("max-reclaim-time"),
    leaf("unwarned-reclaim-cycles"),
];

const SERVER_ID: &[Key] = &[
    leaf("type"),
    leaf("htype"),
    leaf("identifier"),
    leaf("time"),
    leaf("enterprise-id"),
    leaf("persist"),
];

impl Scope {
    /// The tables of a scope; together they hold all its keys.
    fn tables(self) -> Vec<&'static [Key]> {
        match self {
            Self::Root => vec![ROOT],
            Self::Global => vec![GLOBAL, INHERITED],
            Self::Subnet => vec![SUBNET, INHERITED, NETWORK, CLASS_GUARDS],
            Self::SharedNetwork => vec![SHARED_NETWORK, INHERITED, NETWORK, CLASS_GUARDS],
            Self::Interfaces => vec![INTERFACES],
            Self::LeaseDatabase => vec![LEASE_DATABASE, DATABASE],
            Self::HostsDatabase => vec![HOSTS_DATABASE, DATABASE],
            Self::Pool => vec![POOL, CLASS_GUARDS],
            Self::PdPool => vec![PD_POOL, CLASS_GUARDS],
            Self::Relay => vec![RELAY],
            Self::OptionData => vec![OPTION_DATA],
            Self::OptionDef => vec![OPTION_DEF],
            Self::ClientClass => vec![CLIENT_CLASS],
            Self::Reservation => vec![RESERVATION],
            Self::Ddns => vec![DDNS],
            Self::Logger => vec![LOGGER],
            Self::LogOutput => vec![LOG_OUTPUT],
            Self::Hook => vec![HOOK],
            Self::ControlSocket => vec![CONTROL_SOCKET],
            Self::ConfigControl => vec![CONFIG_CONTROL],
            Self::SanityChecks => vec![SANITY_CHECKS],
            Self::MultiThreading => vec![MULTI_THREADING],
            Self::Compatibility => vec![COMPATIBILITY],
            Self::QueueControl => vec![QUEUE_CONTROL],
            Self::ExpiredLeases => vec![EXPIRED_LEASES],
            Self::ServerId => vec![SERVER_ID],
        }
    }

    /// All keys of a scope that a family knows; nothing but itself is known at the root.
    pub(crate) fn keys(self, family: u8) -> impl Iterator<Item = &'static Key> {
        let everywhere = if self == Self::Root { &[] } else { EVERYWHERE };
        let tables = self.tables().into_iter().flatten().chain(everywhere);
        tables.filter(move |key| key.known_to(family))
    }

    /// The key with a name, if the scope of that family has it.
    pub(crate) fn key(self, family: u8, name: &str) -> Option<&'static Key> {
        self.keys(family).find(|key| key.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_scope_lists_a_key_twice() {
        let mut scopes = vec![Scope::Root];
        let mut seen: HashSet<Scope> = scopes.iter().copied().collect();
        while let Some(scope) = scopes.pop() {
            for family in [4, 6] {
                let mut names = HashSet::new();
                for key in scope.keys(family) {
                    assert!(
                        names.insert(key.name),
                        "{} in {scope:?} of v{family}",
                        key.name
                    );
                    if let Shape::Map(inner) | Shape::List(inner) = key.shape
                        && seen.insert(inner)
                    {
                        scopes.push(inner);
                    }
                }
            }
        }
        assert_eq!(seen.len(), 26, "every scope can be reached from the root");
    }
}
