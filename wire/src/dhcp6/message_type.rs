//! DHCPv6 message types (RFC 8415 section 7.3 and the registry).

use crate::code_enum::code_enum;

code_enum! {
    /// The type of a DHCPv6 message.
    MessageType {
        /// A client looks for servers.
        Solicit = 1, "SOLICIT";
        /// A server offers.
        Advertise = 2, "ADVERTISE";
        /// A client takes an offer.
        Request = 3, "REQUEST";
        /// A client asks whether its addresses fit the link.
        Confirm = 4, "CONFIRM";
        /// A client extends its leases with the server that gave them.
        Renew = 5, "RENEW";
        /// A client extends its leases with any server.
        Rebind = 6, "REBIND";
        /// A server answers.
        Reply = 7, "REPLY";
        /// A client gives leases back.
        Release = 8, "RELEASE";
        /// A client found addresses in use.
        Decline = 9, "DECLINE";
        /// A server asks a client to come back.
        Reconfigure = 10, "RECONFIGURE";
        /// A client asks for options only.
        InformationRequest = 11, "INFORMATION-REQUEST";
        /// A relay passes a message on to servers.
        RelayForward = 12, "RELAY-FORW";
        /// A server answers through a relay.
        RelayReply = 13, "RELAY-REPL";
        /// Who has a lease? (RFC 5007)
        LeaseQuery = 14, "LEASEQUERY";
        /// The answer to that (RFC 5007).
        LeaseQueryReply = 15, "LEASEQUERY-REPLY";
        /// The end of a bulk answer (RFC 5460).
        LeaseQueryDone = 16, "LEASEQUERY-DONE";
        /// One more of many leases (RFC 5460).
        LeaseQueryData = 17, "LEASEQUERY-DATA";
        /// A server asks for reconfiguration (RFC 6977).
        ReconfigureRequest = 18, "RECONFIGURE-REQUEST";
        /// The answer to that (RFC 6977).
        ReconfigureReply = 19, "RECONFIGURE-REPLY";
        /// A DHCPv4 query inside DHCPv6 (RFC 7341).
        Dhcpv4Query = 20, "DHCPV4-QUERY";
        /// The DHCPv4 answer to that (RFC 7341).
        Dhcpv4Response = 21, "DHCPV4-RESPONSE";
    }
}
