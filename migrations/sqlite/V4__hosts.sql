-- Host reservations of both families. Names and order of the public columns are what operators' scripts and
-- inventories go by; whoever may write the tables may reserve with plain SQL.

CREATE TABLE host_identifier_type (
    type INTEGER PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;
INSERT INTO host_identifier_type VALUES
    (0, 'hw-address'), (1, 'duid'), (2, 'circuit-id'), (3, 'client-id'), (4, 'flex-id');

CREATE TABLE dhcp_option_scope (
    scope_id   INTEGER PRIMARY KEY,
    scope_name TEXT NOT NULL
) STRICT;
INSERT INTO dhcp_option_scope VALUES
    (0, 'global'), (1, 'subnet'), (2, 'client-class'), (3, 'host'), (4, 'shared-network'), (5, 'pool'), (6, 'pd-pool');

-- One row per host, and per subnet where several reserve for it. A subnet's number 0 stands for all subnets, NULL for
-- none of that family.
CREATE TABLE hosts (
    host_id                INTEGER PRIMARY KEY,
    dhcp_identifier        BLOB NOT NULL,
    dhcp_identifier_type   INTEGER NOT NULL REFERENCES host_identifier_type (type),
    dhcp4_subnet_id        INTEGER,
    dhcp6_subnet_id        INTEGER,
    ipv4_address           INTEGER,
    hostname               TEXT COLLATE NOCASE,
    dhcp4_client_classes   TEXT,
    dhcp6_client_classes   TEXT,
    dhcp4_next_server      INTEGER,
    dhcp4_server_hostname  TEXT,
    dhcp4_boot_file_name   TEXT,
    user_context           TEXT,
    auth_key               TEXT
) STRICT;
CREATE UNIQUE INDEX hosts_by_identifier4 ON hosts (dhcp_identifier, dhcp_identifier_type, dhcp4_subnet_id);
CREATE UNIQUE INDEX hosts_by_identifier6 ON hosts (dhcp_identifier, dhcp_identifier_type, dhcp6_subnet_id);
-- Several hosts may share an address ("ip-reservations-unique": false).
CREATE INDEX hosts_by_address4 ON hosts (dhcp4_subnet_id, ipv4_address);

CREATE TABLE ipv6_reservations (
    reservation_id INTEGER PRIMARY KEY,
    address        BLOB NOT NULL CHECK (length(address) = 16),
    prefix_len     INTEGER NOT NULL DEFAULT 128,
    type           INTEGER NOT NULL DEFAULT 0 REFERENCES lease6_types (lease_type),
    dhcp6_iaid     INTEGER,
    host_id        INTEGER NOT NULL REFERENCES hosts (host_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX ipv6_reservations_by_address ON ipv6_reservations (address, prefix_len);
CREATE INDEX ipv6_reservations_by_host ON ipv6_reservations (host_id);

-- Options of hosts (scope 3): "value" as it goes on the wire, or "formatted_value" as the file has it.
CREATE TABLE dhcp4_options (
    option_id           INTEGER PRIMARY KEY,
    code                INTEGER NOT NULL,
    value               BLOB,
    formatted_value     TEXT,
    space               TEXT,
    persistent          INTEGER NOT NULL DEFAULT 0,
    dhcp_client_class   TEXT,
    dhcp4_subnet_id     INTEGER,
    host_id             INTEGER REFERENCES hosts (host_id) ON DELETE CASCADE,
    scope_id            INTEGER NOT NULL DEFAULT 3 REFERENCES dhcp_option_scope (scope_id),
    user_context        TEXT,
    shared_network_name TEXT,
    pool_id             INTEGER,
    modification_ts     INTEGER NOT NULL DEFAULT (unixepoch()),
    cancelled           INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX dhcp4_options_by_host ON dhcp4_options (host_id);

CREATE TABLE dhcp6_options (
    option_id           INTEGER PRIMARY KEY,
    code                INTEGER NOT NULL,
    value               BLOB,
    formatted_value     TEXT,
    space               TEXT,
    persistent          INTEGER NOT NULL DEFAULT 0,
    dhcp_client_class   TEXT,
    dhcp6_subnet_id     INTEGER,
    host_id             INTEGER REFERENCES hosts (host_id) ON DELETE CASCADE,
    scope_id            INTEGER NOT NULL DEFAULT 3 REFERENCES dhcp_option_scope (scope_id),
    user_context        TEXT,
    shared_network_name TEXT,
    pool_id             INTEGER,
    pd_pool_id          INTEGER,
    modification_ts     INTEGER NOT NULL DEFAULT (unixepoch()),
    cancelled           INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX dhcp6_options_by_host ON dhcp6_options (host_id);

-- For a person with a SQL prompt.
CREATE VIEW reservations4 AS
    SELECT h.host_id, t.name AS identified_by, lower(hex(h.dhcp_identifier)) AS identifier,
           h.dhcp4_subnet_id AS subnet_id,
           (h.ipv4_address >> 24) || '.' || (h.ipv4_address >> 16 & 255) || '.' || (h.ipv4_address >> 8 & 255) || '.'
               || (h.ipv4_address & 255) AS address,
           h.hostname, h.dhcp4_client_classes AS client_classes,
           (SELECT count(*) FROM dhcp4_options o WHERE o.host_id = h.host_id) AS options
    FROM hosts h JOIN host_identifier_type t ON t.type = h.dhcp_identifier_type
    WHERE h.dhcp4_subnet_id IS NOT NULL;

UPDATE schema_version SET version = 4, minor = 0;
