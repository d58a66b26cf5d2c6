//! Codes of options the server knows by itself (RFC 2132 and those that follow it).
#![allow(missing_docs, reason = "the names are those of the registry")]

pub const PAD: u8 = 0;
pub const SUBNET_MASK: u8 = 1;
pub const ROUTERS: u8 = 3;
pub const DOMAIN_NAME_SERVERS: u8 = 6;
pub const HOST_NAME: u8 = 12;
pub const DOMAIN_NAME: u8 = 15;
pub const VENDOR_ENCAPSULATED_OPTIONS: u8 = 43;
pub const REQUESTED_ADDRESS: u8 = 50;
pub const LEASE_TIME: u8 = 51;
pub const OVERLOAD: u8 = 52;
pub const MESSAGE_TYPE: u8 = 53;
pub const SERVER_IDENTIFIER: u8 = 54;
pub const PARAMETER_REQUEST_LIST: u8 = 55;
pub const MESSAGE: u8 = 56;
pub const MAX_MESSAGE_SIZE: u8 = 57;
pub const RENEWAL_TIME: u8 = 58;
pub const REBINDING_TIME: u8 = 59;
pub const VENDOR_CLASS_IDENTIFIER: u8 = 60;
pub const CLIENT_IDENTIFIER: u8 = 61;
pub const TFTP_SERVER_NAME: u8 = 66;
pub const BOOT_FILE_NAME: u8 = 67;
pub const USER_CLASS: u8 = 77;
pub const RAPID_COMMIT: u8 = 80;
pub const FQDN: u8 = 81;
pub const AGENT_OPTIONS: u8 = 82;
pub const AUTHENTICATION: u8 = 90;
pub const CLIENT_LAST_TRANSACTION_TIME: u8 = 91;
pub const ASSOCIATED_IP: u8 = 92;
pub const CLIENT_SYSTEM: u8 = 93;
pub const CLIENT_NDI: u8 = 94;
pub const UUID_GUID: u8 = 97;
pub const V6_ONLY_PREFERRED: u8 = 108;
pub const AUTO_CONFIG: u8 = 116;
pub const SUBNET_SELECTION: u8 = 118;
pub const DOMAIN_SEARCH: u8 = 119;
pub const CLASSLESS_STATIC_ROUTE: u8 = 121;
pub const VIVCO_SUBOPTIONS: u8 = 124;
pub const VIVSO_SUBOPTIONS: u8 = 125;
pub const V4_DNR: u8 = 162;
pub const END: u8 = 255;

/// Sub-options of option 82 (RFC 3046 and those that follow it).
pub mod relay {
    pub const CIRCUIT_ID: u8 = 1;
    pub const REMOTE_ID: u8 = 2;
    pub const LINK_SELECTION: u8 = 5;
    pub const SUBSCRIBER_ID: u8 = 6;
    pub const SERVER_ID_OVERRIDE: u8 = 11;
    pub const RELAY_ID: u8 = 12;
    pub const VIRTUAL_SUBNET_SELECTION: u8 = 151;
    pub const RELAY_PORT: u8 = 19;
}
