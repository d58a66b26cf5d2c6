//! Codes of options and of statuses the server knows by itself (RFC 8415 and those beside it).
#![allow(missing_docs, reason = "the names are those of the registry")]

pub const CLIENT_ID: u16 = 1;
pub const SERVER_ID: u16 = 2;
pub const IA_NA: u16 = 3;
pub const IA_TA: u16 = 4;
pub const IAADDR: u16 = 5;
pub const ORO: u16 = 6;
pub const PREFERENCE: u16 = 7;
pub const ELAPSED_TIME: u16 = 8;
pub const RELAY_MSG: u16 = 9;
pub const AUTH: u16 = 11;
pub const UNICAST: u16 = 12;
pub const STATUS_CODE: u16 = 13;
pub const RAPID_COMMIT: u16 = 14;
pub const USER_CLASS: u16 = 15;
pub const VENDOR_CLASS: u16 = 16;
pub const VENDOR_OPTS: u16 = 17;
pub const INTERFACE_ID: u16 = 18;
pub const RECONF_MSG: u16 = 19;
pub const RECONF_ACCEPT: u16 = 20;
pub const DNS_SERVERS: u16 = 23;
pub const DOMAIN_SEARCH: u16 = 24;
pub const IA_PD: u16 = 25;
pub const IAPREFIX: u16 = 26;
pub const INFORMATION_REFRESH_TIME: u16 = 32;
pub const REMOTE_ID: u16 = 37;
pub const SUBSCRIBER_ID: u16 = 38;
pub const CLIENT_FQDN: u16 = 39;
pub const ERO: u16 = 43;
pub const RELAY_ID: u16 = 53;
pub const CLIENT_ARCH_TYPE: u16 = 61;
pub const RSOO: u16 = 66;
pub const PD_EXCLUDE: u16 = 67;
pub const CLIENT_LINKLAYER_ADDR: u16 = 79;
pub const LINK_ADDRESS: u16 = 80;
pub const SOL_MAX_RT: u16 = 82;
pub const INF_MAX_RT: u16 = 83;
pub const DHCPV4_MSG: u16 = 87;
pub const RELAY_SOURCE_PORT: u16 = 135;
pub const V6_DNR: u16 = 144;

/// Values of the status code option (RFC 8415 section 21.13).
pub mod status {
    pub const SUCCESS: u16 = 0;
    pub const UNSPEC_FAIL: u16 = 1;
    pub const NO_ADDRS_AVAIL: u16 = 2;
    pub const NO_BINDING: u16 = 3;
    pub const NOT_ON_LINK: u16 = 4;
    pub const USE_MULTICAST: u16 = 5;
    pub const NO_PREFIX_AVAIL: u16 = 6;
}
