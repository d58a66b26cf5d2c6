//! The built-in DHCPv6 definitions (manual dhcp6-srv.rst:1692-1908, 1922-2066, 2384-2407).
//!
//! Options 89 to 93 exist only inside the Softwire46 containers (RFC 7598), in the spaces of these.

use super::DataType::*;
use super::table::{Kind::*, Row, Tables, rows};

/// Definitions, and other names of standard options.
pub(super) fn all() -> Tables {
    let spaces = [
        ("dhcp6", DHCP6),
        ("s46-cont-mape-options", S46_CONT_MAPE_OPTIONS),
        ("s46-cont-mapt-options", S46_CONT_MAPT_OPTIONS),
        ("s46-cont-lw-options", S46_CONT_LW_OPTIONS),
        ("s46-rule-options", S46_RULE_OPTIONS),
        ("s46-v4v6bind-options", S46_V4V6BIND_OPTIONS),
        ("rsoo-opts", RSOO_OPTS),
        ("vendor-4491", VENDOR_4491),
        ("vendor-2495", VENDOR_2495),
    ];
    (rows(&spaces), ALIASES)
}

/// Second names of options in `dhcp6`: expressions in the field use them.
const ALIASES: &[(u16, &str)] = &[(1, "clientid"), (2, "serverid")];

/// Space `dhcp6`. What the engine fills itself (IA options, their addresses) names no space of
/// sub-options: no configured option may be appended to it.
const DHCP6: &[Row] = &[
    (1, "client-id", One(Binary), ""),
    (2, "server-id", One(Binary), ""),
    (3, "ia-na", Rec(&[Uint32, Uint32, Uint32]), ""),
    (4, "ia-ta", One(Uint32), ""),
    (5, "iaaddr", Rec(&[Ipv6Address, Uint32, Uint32]), ""),
    (6, "oro", Many(Uint16), ""),
    (7, "preference", One(Uint8), ""),
    (8, "elapsed-time", One(Uint16), ""),
    (9, "relay-msg", One(Binary), ""),
    (11, "auth", One(Binary), ""),
    (12, "unicast", One(Ipv6Address), ""),
    (13, "status-code", Rec(&[Uint16, String]), ""),
    (14, "rapid-commit", One(Empty), ""),
    (15, "user-class", One(Binary), ""),
    (16, "vendor-class", Rec(&[Uint32, Binary]), ""),
    (17, "vendor-opts", One(Uint32), ""),
    (18, "interface-id", One(Binary), ""),
    (20, "reconf-accept", One(Empty), ""),
    (21, "sip-server-dns", Many(Fqdn), ""),
    (22, "sip-server-addr", Many(Ipv6Address), ""),
    (23, "dns-servers", Many(Ipv6Address), ""),
    (24, "domain-search", Many(Fqdn), ""),
    (25, "ia-pd", Rec(&[Uint32, Uint32, Uint32]), ""),
    (
        26,
        "iaprefix",
        Rec(&[Uint32, Uint32, Uint8, Ipv6Address]),
        "",
    ),
    (27, "nis-servers", Many(Ipv6Address), ""),
    (28, "nisp-servers", Many(Ipv6Address), ""),
    (29, "nis-domain-name", Many(Fqdn), ""),
    (30, "nisp-domain-name", Many(Fqdn), ""),
    (31, "sntp-servers", Many(Ipv6Address), ""),
    (32, "information-refresh-time", One(Uint32), ""),
    (33, "bcmcs-server-dns", Many(Fqdn), ""),
    (34, "bcmcs-server-addr", Many(Ipv6Address), ""),
    (36, "geoconf-civic", Rec(&[Uint8, Uint16, Binary]), ""),
    (37, "remote-id", Rec(&[Uint32, Binary]), ""),
    (38, "subscriber-id", One(Binary), ""),
    (39, "client-fqdn", Rec(&[Uint8, Fqdn]), ""),
    (40, "pana-agent", Many(Ipv6Address), ""),
    (41, "new-posix-timezone", One(String), ""),
    (42, "new-tzdb-timezone", One(String), ""),
    (43, "ero", Many(Uint16), ""),
    (44, "lq-query", Rec(&[Uint8, Ipv6Address]), ""),
    (45, "client-data", One(Empty), ""),
    (46, "clt-time", One(Uint32), ""),
    (47, "lq-relay-data", Rec(&[Ipv6Address, Binary]), ""),
    (48, "lq-client-link", Many(Ipv6Address), ""),
    (51, "v6-lost", One(Fqdn), ""),
    (52, "capwap-ac-v6", Many(Ipv6Address), ""),
    (53, "relay-id", One(Binary), ""),
    (57, "v6-access-domain", One(Fqdn), ""),
    (58, "sip-ua-cs-list", Many(Fqdn), ""),
    (59, "bootfile-url", One(String), ""),
    (60, "bootfile-param", Many(Tuple), ""),
    (61, "client-arch-type", Many(Uint16), ""),
    (62, "nii", Rec(&[Uint8, Uint8, Uint8]), ""),
    (64, "aftr-name", One(Fqdn), ""),
    (65, "erp-local-domain-name", One(Fqdn), ""),
    (66, "rsoo", One(Empty), "rsoo-opts"),
    (67, "pd-exclude", One(Binary), ""),
    (74, "rdnss-selection", Rep(&[Ipv6Address, Uint8, Fqdn]), ""),
    (79, "client-linklayer-addr", One(Binary), ""),
    (80, "link-address", One(Ipv6Address), ""),
    (82, "solmax-rt", One(Uint32), ""),
    (83, "inf-max-rt", One(Uint32), ""),
    (88, "dhcp4o6-server-addr", Many(Ipv6Address), ""),
    (94, "s46-cont-mape", One(Empty), "s46-cont-mape-options"),
    (95, "s46-cont-mapt", One(Empty), "s46-cont-mapt-options"),
    (96, "s46-cont-lw", One(Empty), "s46-cont-lw-options"),
    (103, "v6-captive-portal", One(String), ""),
    (136, "v6-sztp-redirect", Many(Tuple), ""),
    (143, "ipv6-address-andsf", Many(Ipv6Address), ""),
    (144, "v6-dnr", Rec(&[Uint16, Uint16, Fqdn, Binary]), ""),
];

/// Space `s46-cont-mape-options`.
const S46_CONT_MAPE_OPTIONS: &[Row] = &[
    (
        89,
        "s46-rule",
        Rec(&[Uint8, Uint8, Uint8, Ipv4Address, Ipv6Prefix]),
        "s46-rule-options",
    ),
    (90, "s46-br", One(Ipv6Address), ""),
];

/// Space `s46-cont-mapt-options`.
const S46_CONT_MAPT_OPTIONS: &[Row] = &[
    (
        89,
        "s46-rule",
        Rec(&[Uint8, Uint8, Uint8, Ipv4Address, Ipv6Prefix]),
        "s46-rule-options",
    ),
    (91, "s46-dmr", One(Ipv6Prefix), ""),
];

/// Space `s46-cont-lw-options`.
const S46_CONT_LW_OPTIONS: &[Row] = &[
    (90, "s46-br", One(Ipv6Address), ""),
    (
        92,
        "s46-v4v6bind",
        Rec(&[Ipv4Address, Ipv6Prefix]),
        "s46-v4v6bind-options",
    ),
];

/// Space `s46-rule-options`.
const S46_RULE_OPTIONS: &[Row] = &[(93, "s46-portparams", Rec(&[Uint8, Psid]), "")];

/// Space `s46-v4v6bind-options`.
const S46_V4V6BIND_OPTIONS: &[Row] = &[(93, "s46-portparams", Rec(&[Uint8, Psid]), "")];

/// Space `rsoo-opts`.
const RSOO_OPTS: &[Row] = &[(65, "erp-local-domain-name", One(Fqdn), "")];

/// Space `vendor-4491`.
const VENDOR_4491: &[Row] = &[
    (1, "oro", Many(Uint16), ""),
    (2, "device-type", One(String), ""),
    (10, "vendor-type", One(String), ""),
    (32, "tftp-servers", Many(Ipv6Address), ""),
    (33, "config-file", One(String), ""),
    (34, "syslog-servers", Many(Ipv6Address), ""),
    (36, "device-id", One(Binary), ""),
    (37, "time-servers", Many(Ipv6Address), ""),
    (38, "time-offset", One(Int32), ""),
];

/// Space `vendor-2495`.
const VENDOR_2495: &[Row] = &[
    (60000, "4o6-interface", One(String), ""),
    (60001, "4o6-source-address", One(Ipv6Address), ""),
    (60002, "4o6-source-port", One(Uint16), ""),
];
