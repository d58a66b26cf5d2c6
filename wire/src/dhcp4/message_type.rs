//! DHCPv4 message types (option 53; RFC 2132 section 9.6 and the registry).

use crate::code_enum::code_enum;

code_enum! {
    /// The type of a DHCPv4 message.
    MessageType {
        /// A client looks for servers.
        Discover = 1, "DHCPDISCOVER";
        /// A server offers an address.
        Offer = 2, "DHCPOFFER";
        /// A client takes an offer, or extends or confirms its lease.
        Request = 3, "DHCPREQUEST";
        /// A client found its address in use.
        Decline = 4, "DHCPDECLINE";
        /// A server commits.
        Ack = 5, "DHCPACK";
        /// A server refuses.
        Nak = 6, "DHCPNAK";
        /// A client gives its lease back.
        Release = 7, "DHCPRELEASE";
        /// A client with an address of its own asks for options.
        Inform = 8, "DHCPINFORM";
        /// A server asks a client to renew (RFC 3203).
        ForceRenew = 9, "DHCPFORCERENEW";
        /// Who has a lease? (RFC 4388)
        LeaseQuery = 10, "DHCPLEASEQUERY";
        /// No lease, but an address of the server (RFC 4388).
        LeaseUnassigned = 11, "DHCPLEASEUNASSIGNED";
        /// Not an address of the server (RFC 4388).
        LeaseUnknown = 12, "DHCPLEASEUNKNOWN";
        /// There is a lease (RFC 4388).
        LeaseActive = 13, "DHCPLEASEACTIVE";
        /// Many leases at once (RFC 6926).
        BulkLeaseQuery = 14, "DHCPBULKLEASEQUERY";
        /// The end of a bulk answer (RFC 6926).
        LeaseQueryDone = 15, "DHCPLEASEQUERYDONE";
        /// Leases as they change (RFC 7724).
        ActiveLeaseQuery = 16, "DHCPACTIVELEASEQUERY";
        /// State of an active query (RFC 7724).
        LeaseQueryStatus = 17, "DHCPLEASEQUERYSTATUS";
        /// TLS on a query connection (RFC 7724).
        Tls = 18, "DHCPTLS";
    }
}
