//! Every message id there is, by logger: the word in DHCPv4, the word in DHCPv6.
//!
//! Words are what operators' rules match on, so they never change meaning. Severity is chosen
//! where the event happens. Words of the public list are used where they fit.

use super::{Id, Part};

macro_rules! ids {
    ($($part:ident { $($(#[$doc:meta])* $name:ident = $v4:literal / $v6:literal;)* })*) => {
        $($(
            $(#[$doc])*
            pub const $name: Id = Id::new(Part::$part, $v4, $v6);
        )*)*

        /// All of them.
        pub const ALL: &[Id] = &[$($($name,)*)*];
    };
}

ids! {
    Dhcp {
        /// The program begins.
        STARTING = "DHCP4_STARTING" / "DHCP6_STARTING";
        /// The family is served.
        STARTED = "DHCP4_STARTED" / "DHCP6_STARTED";
        /// Another process serves this configuration.
        ALREADY_RUNNING = "DHCP4_ALREADY_RUNNING" / "DHCP6_ALREADY_RUNNING";
        /// No PID file can be written; serving goes on.
        PID_FILE_ERROR = "DHCP4_PID_FILE_ERROR" / "DHCP6_PID_FILE_ERROR";
        /// It cannot be served.
        INIT_FAIL = "DHCP4_INIT_FAIL" / "DHCP6_INIT_FAIL";
        /// Serving ended by an error.
        SERVER_FAILED = "DHCP4_SERVER_FAILED" / "DHCP6_SERVER_FAILED";
        /// The end was asked for.
        SHUTDOWN_REQUEST = "DHCP4_SHUTDOWN_REQUEST" / "DHCP6_SHUTDOWN_REQUEST";
        /// The family is served no more.
        SHUTDOWN = "DHCP4_SHUTDOWN" / "DHCP6_SHUTDOWN";
        /// A configuration is being read.
        CONFIG_START = "DHCP4_CONFIG_START" / "DHCP6_CONFIG_START";
        /// A configuration is in force.
        CONFIG_COMPLETE = "DHCP4_CONFIG_COMPLETE" / "DHCP6_CONFIG_COMPLETE";
        /// A configuration cannot be read or adopted.
        CONFIG_LOAD_FAIL = "DHCP4_CONFIG_LOAD_FAIL" / "DHCP6_CONFIG_LOAD_FAIL";
        /// A configuration says something that has no effect here.
        CONFIG_NOTE = "DHCP4_CONFIG_SYNTAX_WARNING" / "DHCP6_CONFIG_SYNTAX_WARNING";
        /// The file is read again because it was asked for.
        DYNAMIC_RECONFIGURATION = "DHCP4_DYNAMIC_RECONFIGURATION" / "DHCP6_DYNAMIC_RECONFIGURATION";
        /// That succeeded.
        DYNAMIC_RECONFIGURATION_SUCCESS = "DHCP4_DYNAMIC_RECONFIGURATION_SUCCESS" / "DHCP6_DYNAMIC_RECONFIGURATION_SUCCESS";
        /// That failed; the former configuration stays.
        DYNAMIC_RECONFIGURATION_FAIL = "DHCP4_DYNAMIC_RECONFIGURATION_FAIL" / "DHCP6_DYNAMIC_RECONFIGURATION_FAIL";
        /// Statistics that the database has could not be told.
        STATISTICS_INCOMPLETE = "DHCP4_STATISTICS_INCOMPLETE" / "DHCP6_STATISTICS_INCOMPLETE";
        /// An option of a reservation in a database cannot be used.
        HOST_BAD_OPTION = "DHCP4_HOST_BAD_OPTION" / "DHCP6_HOST_BAD_OPTION";
        /// The server identifier in use.
        USING_SERVERID = "DHCP4_USING_SERVERID" / "DHCP6_USING_SERVERID";
        /// How many threads serve.
        MULTI_THREADING_INFO = "DHCP4_MULTI_THREADING_INFO" / "DHCP6_MULTI_THREADING_INFO";
        /// Messages were lost because they came faster than they could be written.
        LOG_MESSAGES_DROPPED = "LOG_MESSAGES_DROPPED" / "LOG_MESSAGES_DROPPED";
        /// An output could not be written for a while.
        LOG_WRITE_ERROR = "LOG_WRITE_ERROR" / "LOG_WRITE_ERROR";
        /// A logger that nothing is logged through was configured.
        LOG_UNUSED_LOGGER = "LOG_UNUSED_LOGGER" / "LOG_UNUSED_LOGGER";
    }
    Dhcpsrv {
        /// The worker is in the registry of its fleet.
        FLEET_REGISTERED = "DHCP4_FLEET_REGISTERED" / "DHCP6_FLEET_REGISTERED";
        /// Others share its queries, or do so no more.
        FLEET_CHANGED = "DHCP4_FLEET_CHANGED" / "DHCP6_FLEET_CHANGED";
        /// After that only its own part is answered.
        FLEET_SETTLED = "DHCP4_FLEET_SETTLED" / "DHCP6_FLEET_SETTLED";
        /// The registry cannot be reached.
        FLEET_LOST = "DHCP4_FLEET_LOST" / "DHCP6_FLEET_LOST";
        /// It can be reached again.
        FLEET_FOUND = "DHCP4_FLEET_FOUND" / "DHCP6_FLEET_FOUND";
        /// Clients of another worker were answered, as it does not hear them.
        FLEET_OWNER_DEAF = "DHCP4_FLEET_OWNER_DEAF" / "DHCP6_FLEET_OWNER_DEAF";
        /// The worker hands over its part before it ends.
        FLEET_DRAINING = "DHCP4_FLEET_DRAINING" / "DHCP6_FLEET_DRAINING";
        /// An interface is listened on.
        OPEN_SOCKET = "DHCP4_OPEN_SOCKET" / "DHCP6_OPEN_SOCKET";
        /// An interface cannot be listened on.
        OPEN_SOCKET_FAIL = "DHCP4_OPEN_SOCKET_FAIL" / "DHCP6_OPEN_SOCKET_FAIL";
        /// Not all wanted sockets could be opened.
        OPEN_SOCKETS_FAILED = "DHCP4_OPEN_SOCKETS_FAILED" / "DHCP6_OPEN_SOCKETS_FAILED";
        /// Nothing is listened on.
        NO_SOCKETS_OPEN = "DHCP4_NO_SOCKETS_OPEN" / "DHCP6_NO_SOCKETS_OPEN";
    }
    Packets {
        /// A datagram came in.
        BUFFER_RECEIVED = "DHCP4_BUFFER_RECEIVED" / "DHCP6_BUFFER_RECEIVED";
        /// A message was understood.
        PACKET_RECEIVED = "DHCP4_PACKET_RECEIVED" / "DHCP6_PACKET_RECEIVED";
        /// The other family's server passed on a query.
        DHCP4O6_PACKET_RECEIVED = "DHCP4_DHCP4O6_PACKET_RECEIVED" / "DHCP6_DHCP4O6_PACKET_RECEIVED";
        /// What it passed on cannot be used.
        DHCP4O6_BAD_PACKET = "DHCP4_DHCP4O6_BAD_PACKET" / "DHCP6_DHCP4O6_BAD_PACKET";
        /// A whole query.
        QUERY_DATA = "DHCP4_QUERY_DATA" / "DHCP6_QUERY_DATA";
        /// A whole answer.
        RESPONSE_DATA = "DHCP4_RESPONSE_DATA" / "DHCP6_RESPONSE_DATA";
        /// The classes of a query.
        CLASSES_ASSIGNED = "DHCP4_CLASSES_ASSIGNED" / "DHCP6_CLASSES_ASSIGNED";
        /// The client's subnet was found.
        SUBNET_SELECTED = "DHCP4_SUBNET_SELECTED" / "DHCP6_SUBNET_SELECTED";
        /// An answer was handed to its socket.
        PACKET_SEND = "DHCP4_PACKET_SEND" / "DHCP6_PACKET_SEND";
        /// An answer did not leave.
        PACKET_SEND_FAIL = "DHCP4_PACKET_SEND_FAIL" / "DHCP6_PACKET_SEND_FAIL";
        /// An answer could not be built.
        PACK_FAIL = "DHCP4_PACKET_PACK_FAIL" / "DHCP6_PACK_FAIL";
        /// Another worker that hears the query answers it.
        OTHERS_SHARE = "DHCP4_PACKET_OTHERS_SHARE" / "DHCP6_PACKET_OTHERS_SHARE";
        /// Queries were given up in the last seconds.
        CONGESTED = "DHCP4_CONGESTED" / "DHCP6_CONGESTED";
        /// A query waited too long, or too many wait.
        PACKET_QUEUE_FULL = "DHCP4_PACKET_QUEUE_FULL" / "DHCP6_PACKET_QUEUE_FULL";
    }
    BadPackets {
        /// Not a message of this protocol.
        DROP_PARSE_FAIL = "DHCP4_PACKET_DROP_0001" / "DHCP6_PACKET_DROP_PARSE_FAIL";
        /// No subnet for the client's place.
        DROP_NO_SUBNET = "DHCP4_PACKET_DROP_0002" / "DHCP6_SUBNET_SELECTION_FAILED";
        /// Meant for another server.
        DROP_OTHER_SERVER = "DHCP4_PACKET_DROP_0003" / "DHCP6_PACKET_DROP_SERVERID_MISMATCH";
        /// A message type that is none.
        DROP_UNKNOWN_TYPE = "DHCP4_PACKET_DROP_0005" / "DHCP6_UNKNOWN_MSG_RECEIVED";
        /// A message type that servers do not answer.
        DROP_UNSUPPORTED_TYPE = "DHCP4_PACKET_DROP_0006" / "DHCP6_UNKNOWN_MSG_RECEIVED";
        /// Processing failed.
        DROP_PROCESS_FAIL = "DHCP4_PACKET_DROP_0007" / "DHCP6_PACKET_PROCESS_FAIL";
        /// The service is switched off.
        DROP_DHCP_DISABLED = "DHCP4_PACKET_DROP_0008" / "DHCP6_PACKET_DROP_DHCP_DISABLED";
        /// A query without message type: BOOTP.
        DROP_BOOTP = "DHCP4_PACKET_DROP_0009" / "DHCP6_UNKNOWN_MSG_RECEIVED";
        /// A member of class DROP.
        DROP_CLASS = "DHCP4_PACKET_DROP_0010" / "DHCP6_PACKET_DROP_DROP_CLASS";
        /// An earlier query of the client is being worked on.
        DROP_DUPLICATE = "DHCP4_PACKET_DROP_0011" / "DHCP6_PACKET_DROP_DUPLICATE";
        /// A query that waited, while its client may have been granted what it would end.
        DROP_OVERTAKEN = "DHCP4_PACKET_DROP_OVERTAKEN" / "DHCP6_PACKET_DROP_OVERTAKEN";
        /// Unicast where multicast is asked for.
        DROP_UNICAST = "DHCP4_PACKET_DROP_UNICAST" / "DHCP6_PACKET_DROP_UNICAST";
        /// An option that must be there is missing, or the reverse.
        DROP_REQUIRED_OPTIONS = "DHCP4_REQUIRED_OPTIONS_CHECK_FAIL" / "DHCP6_REQUIRED_OPTIONS_CHECK_FAIL";
        /// Refused: no subnet for a request.
        NAK_NO_SUBNET = "DHCP4_PACKET_NAK_0001" / "DHCP6_SUBNET_SELECTION_FAILED";
        /// Refused: the address a rebooting client asks for is not its own.
        NAK_INIT_REBOOT = "DHCP4_PACKET_NAK_0002" / "DHCP6_LEASE_ALLOC_FAIL";
        /// Refused: nothing can be granted.
        NAK_NO_LEASE = "DHCP4_PACKET_NAK_0003" / "DHCP6_LEASE_ALLOC_FAIL";
        /// Silence: a rebooting client that nobody here knows.
        NO_LEASE_INIT_REBOOT = "DHCP4_NO_LEASE_INIT_REBOOT" / "DHCP6_NO_LEASE_INIT_REBOOT";
        /// Silence: a client renews an address that is nobody's here.
        UNKNOWN_ADDRESS_REQUESTED = "DHCP4_UNKNOWN_ADDRESS_REQUESTED" / "DHCP6_UNKNOWN_ADDRESS_REQUESTED";
    }
    AllocEngine {
        /// No address or prefix is free for the client.
        ALLOC_FAIL = "ALLOC_ENGINE_V4_ALLOC_FAIL" / "ALLOC_ENGINE_V6_ALLOC_FAIL";
        /// Other workers were faster again and again.
        ALLOC_CONTENDED = "ALLOC_ENGINE_V4_CONTENDED" / "ALLOC_ENGINE_V6_CONTENDED";
        /// An expired lease was ended.
        LEASE_RECLAIM = "ALLOC_ENGINE_V4_LEASE_RECLAIM" / "ALLOC_ENGINE_V6_LEASE_RECLAIM";
        /// A round of reclamation begins.
        RECLAIM_START = "ALLOC_ENGINE_V4_LEASES_RECLAMATION_START" / "ALLOC_ENGINE_V6_LEASES_RECLAMATION_START";
        /// A round of reclamation ended.
        RECLAIM_COMPLETE = "ALLOC_ENGINE_V4_LEASES_RECLAMATION_COMPLETE" / "ALLOC_ENGINE_V6_LEASES_RECLAMATION_COMPLETE";
        /// Rounds of reclamation cannot keep up.
        RECLAIM_SLOW = "ALLOC_ENGINE_V4_LEASES_RECLAMATION_SLOW" / "ALLOC_ENGINE_V6_LEASES_RECLAMATION_SLOW";
        /// A round of reclamation failed.
        RECLAIM_FAIL = "DHCP4_RECLAIM_EXPIRED_LEASES_FAIL" / "DHCP6_RECLAIM_EXPIRED_LEASES_FAIL";
        /// A declined address may be used again.
        DECLINED_RECOVERED = "ALLOC_ENGINE_V4_DECLINED_RECOVERED" / "ALLOC_ENGINE_V6_DECLINED_RECOVERED";
    }
    Leases {
        /// An address was proposed.
        LEASE_OFFER = "DHCP4_LEASE_OFFER" / "DHCP6_LEASE_ADVERT";
        /// An address was granted.
        LEASE_ALLOC = "DHCP4_LEASE_ALLOC" / "DHCP6_LEASE_ALLOC";
        /// A lease was prolonged.
        LEASE_RENEW = "DHCP4_LEASE_RENEW" / "DHCP6_LEASE_RENEW";
        /// A lease was confirmed as it is.
        LEASE_REUSE = "DHCP4_LEASE_REUSE" / "DHCP6_LEASE_REUSE";
        /// A prefix was proposed.
        PD_LEASE_OFFER = "DHCP4_LEASE_OFFER" / "DHCP6_PD_LEASE_ADVERT";
        /// A prefix was granted.
        PD_LEASE_ALLOC = "DHCP4_LEASE_ALLOC" / "DHCP6_PD_LEASE_ALLOC";
        /// A prefix's lease was prolonged.
        PD_LEASE_RENEW = "DHCP4_LEASE_RENEW" / "DHCP6_PD_LEASE_RENEW";
        /// An address was given back.
        RELEASE = "DHCP4_RELEASE" / "DHCP6_RELEASE_NA";
        /// A prefix was given back.
        PD_RELEASE = "DHCP4_RELEASE" / "DHCP6_RELEASE_PD";
        /// Somebody gives back what nobody holds.
        RELEASE_FAIL_NO_LEASE = "DHCP4_RELEASE_FAIL_NO_LEASE" / "DHCP6_RELEASE_NA_FAIL";
        /// Somebody gives back what another holds.
        RELEASE_FAIL_WRONG_CLIENT = "DHCP4_RELEASE_FAIL_WRONG_CLIENT" / "DHCP6_RELEASE_NA_FAIL_WRONG_DUID";
        /// An address was found in use and set aside.
        DECLINE_LEASE = "DHCP4_DECLINE_LEASE" / "DHCP6_DECLINE_LEASE";
        /// Somebody declines what another holds.
        DECLINE_MISMATCH = "DHCP4_DECLINE_LEASE_MISMATCH" / "DHCP6_DECLINE_FAIL_DUID_MISMATCH";
        /// Somebody declines what nobody holds.
        DECLINE_NOT_FOUND = "DHCP4_DECLINE_LEASE_NOT_FOUND" / "DHCP6_DECLINE_FAIL_NO_LEASE";
    }
    Database {
        /// The database did not do what it was asked.
        DATABASE_FAIL = "DHCP4_DATABASE_FAIL" / "DHCP6_DATABASE_FAIL";
        /// Leases are kept here.
        OPEN_LEASE_DB = "DHCP4_OPEN_LEASE_DB" / "DHCP6_OPEN_LEASE_DB";
        /// The database's server may lose what it acknowledged.
        NOT_DURABLE = "DHCP4_DATABASE_NOT_DURABLE" / "DHCP6_DATABASE_NOT_DURABLE";
        /// A lease file was taken over.
        LEASE_FILE_IMPORTED = "DHCPSRV_MEMFILE_LEASE_FILE_LOAD" / "DHCPSRV_MEMFILE_LEASE_FILE_LOAD";
        /// Another worker does it.
        LEASE_FILE_AWAITED = "DHCPSRV_MEMFILE_LEASE_FILE_AWAITED" / "DHCPSRV_MEMFILE_LEASE_FILE_AWAITED";
        /// It changed after that.
        LEASE_FILE_CHANGED = "DHCPSRV_MEMFILE_LEASE_FILE_CHANGED" / "DHCPSRV_MEMFILE_LEASE_FILE_CHANGED";
        /// A row of it is broken.
        LEASE_FILE_ROW = "DHCPSRV_MEMFILE_LEASE_LOAD_ROW_ERROR" / "DHCPSRV_MEMFILE_LEASE_LOAD_ROW_ERROR";
        /// A lease of it is not taken over as it stands.
        LEASE_FILE_LEFT = "DHCPSRV_MEMFILE_LEASE_LEFT" / "DHCPSRV_MEMFILE_LEASE_LEFT";
        /// The connection was lost.
        DB_LOST = "DHCP4_DB_RECONNECT_LOST_CONNECTION" / "DHCP6_DB_RECONNECT_LOST_CONNECTION";
        /// The connection is back.
        DB_BACK = "DHCP4_DB_RECONNECT_SUCCEEDED" / "DHCP6_DB_RECONNECT_SUCCEEDED";
        /// The connection will not be tried again.
        DB_GIVEN_UP = "DHCP4_DB_RECONNECT_FAILED" / "DHCP6_DB_RECONNECT_FAILED";
    }
    Commands {
        /// A command came in.
        COMMAND_RECEIVED = "COMMAND_RECEIVED" / "COMMAND_RECEIVED";
        /// The channel is open.
        COMMAND_SOCKET_OPENED = "COMMAND_ACCEPTOR_START" / "COMMAND_ACCEPTOR_START";
        /// Nobody can connect to the channel.
        COMMAND_SOCKET_FAIL = "COMMAND_SOCKET_ACCEPT_FAIL" / "COMMAND_SOCKET_ACCEPT_FAIL";
        /// A command was carried out or refused.
        COMMAND_ANSWERED = "COMMAND_ANSWERED" / "COMMAND_ANSWERED";
        /// A command that takes no arguments was given some.
        COMMAND_ARGUMENTS_IGNORED = "COMMAND_ARGUMENTS_IGNORED" / "COMMAND_ARGUMENTS_IGNORED";
        /// What came is no command.
        COMMAND_REJECTED = "COMMAND_PROCESS_ERROR1" / "COMMAND_PROCESS_ERROR1";
        /// A client fell silent.
        COMMAND_TIMEOUT = "COMMAND_SOCKET_CONNECTION_TIMEOUT" / "COMMAND_SOCKET_CONNECTION_TIMEOUT";
        /// A connection broke while a command was read.
        COMMAND_READ_FAIL = "COMMAND_SOCKET_READ_FAIL" / "COMMAND_SOCKET_READ_FAIL";
        /// A connection broke before the answer was out.
        COMMAND_WRITE_FAIL = "COMMAND_SOCKET_WRITE_FAIL" / "COMMAND_SOCKET_WRITE_FAIL";
    }
    Ddns {
        /// Requests do not reach the server that carries them out; they wait.
        DDNS_REQUEST_SEND_FAILED = "DHCP4_DDNS_REQUEST_SEND_FAILED" / "DHCP6_DDNS_REQUEST_SEND_FAILED";
        /// They do again.
        DDNS_REQUEST_SENT = "DHCPSRV_DHCP_DDNS_NCR_SENT" / "DHCPSRV_DHCP_DDNS_NCR_SENT";
        /// What a lease has for a name is none.
        DDNS_REQUEST_REJECTED = "DHCPSRV_DHCP_DDNS_NCR_REJECTED" / "DHCPSRV_DHCP_DDNS_NCR_REJECTED";
        /// So many changes wait that no more names are entered.
        DDNS_SUSPENDED = "DHCPSRV_DHCP_DDNS_SUSPEND_UPDATES" / "DHCPSRV_DHCP_DDNS_SUSPEND_UPDATES";
        /// Names are entered again.
        DDNS_RESUMED = "DHCPSRV_DHCP_DDNS_RESUME_UPDATES" / "DHCPSRV_DHCP_DDNS_RESUME_UPDATES";
    }
    Eval {
        /// What came of an expression; as an error, that it has no value for a query.
        EVAL_RESULT = "EVAL_RESULT" / "EVAL_RESULT";
        /// A step of an evaluation: a literal.
        EVAL_DEBUG_STRING = "EVAL_DEBUG_STRING" / "EVAL_DEBUG_STRING";
        /// A step of an evaluation: an option.
        EVAL_DEBUG_OPTION = "EVAL_DEBUG_OPTION" / "EVAL_DEBUG_OPTION";
        /// A step of an evaluation: a sub-option.
        EVAL_DEBUG_SUB_OPTION = "EVAL_DEBUG_SUB_OPTION" / "EVAL_DEBUG_SUB_OPTION";
        /// A step of an evaluation: something around the message.
        EVAL_DEBUG_PKT = "EVAL_DEBUG_PKT" / "EVAL_DEBUG_PKT";
        /// A step of an evaluation: a header field.
        EVAL_DEBUG_PKT4 = "EVAL_DEBUG_PKT4" / "EVAL_DEBUG_PKT4";
        /// A step of an evaluation: something of a DHCPv6 relay.
        EVAL_DEBUG_RELAY6 = "EVAL_DEBUG_RELAY6" / "EVAL_DEBUG_RELAY6";
        /// A step of an evaluation: whose options they are.
        EVAL_DEBUG_VENDOR_ENTERPRISE_ID = "EVAL_DEBUG_VENDOR_ENTERPRISE_ID" / "EVAL_DEBUG_VENDOR_ENTERPRISE_ID";
        /// A step of an evaluation: whose class it is.
        EVAL_DEBUG_VENDOR_CLASS_ENTERPRISE_ID = "EVAL_DEBUG_VENDOR_CLASS_ENTERPRISE_ID" / "EVAL_DEBUG_VENDOR_CLASS_ENTERPRISE_ID";
        /// A step of an evaluation: data of a vendor class.
        EVAL_DEBUG_VENDOR_CLASS_DATA = "EVAL_DEBUG_VENDOR_CLASS_DATA" / "EVAL_DEBUG_VENDOR_CLASS_DATA";
        /// A step of an evaluation: whether a vendor has options there.
        EVAL_DEBUG_VENDOR_EXISTS = "EVAL_DEBUG_VENDOR_EXISTS" / "EVAL_DEBUG_VENDOR_EXISTS";
        /// A step of an evaluation: whether a vendor has a class there.
        EVAL_DEBUG_VENDOR_CLASS_EXISTS = "EVAL_DEBUG_VENDOR_CLASS_EXISTS" / "EVAL_DEBUG_VENDOR_CLASS_EXISTS";
        /// A step of an evaluation: `substring`.
        EVAL_DEBUG_SUBSTRING = "EVAL_DEBUG_SUBSTRING" / "EVAL_DEBUG_SUBSTRING";
        /// A step of an evaluation: `concat` or `+`.
        EVAL_DEBUG_CONCAT = "EVAL_DEBUG_CONCAT" / "EVAL_DEBUG_CONCAT";
        /// A step of an evaluation: `ifelse`, its first value.
        EVAL_DEBUG_IFELSE_TRUE = "EVAL_DEBUG_IFELSE_TRUE" / "EVAL_DEBUG_IFELSE_TRUE";
        /// A step of an evaluation: `ifelse`, its second value.
        EVAL_DEBUG_IFELSE_FALSE = "EVAL_DEBUG_IFELSE_FALSE" / "EVAL_DEBUG_IFELSE_FALSE";
        /// A step of an evaluation: `hexstring`.
        EVAL_DEBUG_TOHEXSTRING = "EVAL_DEBUG_TOHEXSTRING" / "EVAL_DEBUG_TOHEXSTRING";
        /// A step of an evaluation: `lcase`.
        EVAL_DEBUG_LCASE = "EVAL_DEBUG_LCASE" / "EVAL_DEBUG_LCASE";
        /// A step of an evaluation: `ucase`.
        EVAL_DEBUG_UCASE = "EVAL_DEBUG_UCASE" / "EVAL_DEBUG_UCASE";
        /// A step of an evaluation: `split`.
        EVAL_DEBUG_SPLIT = "EVAL_DEBUG_SPLIT" / "EVAL_DEBUG_SPLIT";
        /// A step of an evaluation: `addrtotext`.
        EVAL_DEBUG_IPADDRESSTOTEXT = "EVAL_DEBUG_IPADDRESSTOTEXT" / "EVAL_DEBUG_IPADDRESSTOTEXT";
        /// A step of an evaluation: `int8totext`.
        EVAL_DEBUG_INT8TOTEXT = "EVAL_DEBUG_INT8TOTEXT" / "EVAL_DEBUG_INT8TOTEXT";
        /// A step of an evaluation: `int16totext`.
        EVAL_DEBUG_INT16TOTEXT = "EVAL_DEBUG_INT16TOTEXT" / "EVAL_DEBUG_INT16TOTEXT";
        /// A step of an evaluation: `int32totext`.
        EVAL_DEBUG_INT32TOTEXT = "EVAL_DEBUG_INT32TOTEXT" / "EVAL_DEBUG_INT32TOTEXT";
        /// A step of an evaluation: `uint8totext`.
        EVAL_DEBUG_UINT8TOTEXT = "EVAL_DEBUG_UINT8TOTEXT" / "EVAL_DEBUG_UINT8TOTEXT";
        /// A step of an evaluation: `uint16totext`.
        EVAL_DEBUG_UINT16TOTEXT = "EVAL_DEBUG_UINT16TOTEXT" / "EVAL_DEBUG_UINT16TOTEXT";
        /// A step of an evaluation: `uint32totext`.
        EVAL_DEBUG_UINT32TOTEXT = "EVAL_DEBUG_UINT32TOTEXT" / "EVAL_DEBUG_UINT32TOTEXT";
        /// A step of an evaluation: `==`.
        EVAL_DEBUG_EQUAL = "EVAL_DEBUG_EQUAL" / "EVAL_DEBUG_EQUAL";
        /// A step of an evaluation: `member`.
        EVAL_DEBUG_MEMBER = "EVAL_DEBUG_MEMBER" / "EVAL_DEBUG_MEMBER";
        /// A step of an evaluation: `not`.
        EVAL_DEBUG_NOT = "EVAL_DEBUG_NOT" / "EVAL_DEBUG_NOT";
        /// A step of an evaluation: `and`.
        EVAL_DEBUG_AND = "EVAL_DEBUG_AND" / "EVAL_DEBUG_AND";
        /// A step of an evaluation: `or`.
        EVAL_DEBUG_OR = "EVAL_DEBUG_OR" / "EVAL_DEBUG_OR";
    }
}
