-- Host reservations of both families. Names and order of the public columns are what operators' scripts and
-- inventories go by; whoever may write the tables may reserve with plain SQL.

CREATE TABLE host_identifier_type (
    type TINYINT UNSIGNED PRIMARY KEY,
    name VARCHAR(32) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT INTO host_identifier_type VALUES
    (0, 'hw-address'), (1, 'duid'), (2, 'circuit-id'), (3, 'client-id'), (4, 'flex-id');

CREATE TABLE dhcp_option_scope (
    scope_id   TINYINT UNSIGNED PRIMARY KEY,
    scope_name VARCHAR(32) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT INTO dhcp_option_scope VALUES
    (0, 'global'), (1, 'subnet'), (2, 'client-class'), (3, 'host'), (4, 'shared-network'), (5, 'pool'), (6, 'pd-pool');

-- One row per host, and per subnet where several reserve for it. A subnet's number 0 stands for all subnets, NULL for
-- none of that family. Names of hosts are found whatever their case.
CREATE TABLE hosts (
    host_id                INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    dhcp_identifier        VARBINARY(255) NOT NULL,
    dhcp_identifier_type   TINYINT UNSIGNED NOT NULL,
    dhcp4_subnet_id        INT UNSIGNED,
    dhcp6_subnet_id        INT UNSIGNED,
    ipv4_address           INT UNSIGNED,
    hostname               VARCHAR(255) COLLATE utf8mb4_general_ci,
    dhcp4_client_classes   VARCHAR(255),
    dhcp6_client_classes   VARCHAR(255),
    dhcp4_next_server      INT UNSIGNED,
    dhcp4_server_hostname  VARCHAR(64),
    dhcp4_boot_file_name   VARCHAR(128),
    user_context           LONGTEXT,
    auth_key               VARCHAR(32),
    UNIQUE KEY hosts_by_identifier4 (dhcp_identifier, dhcp_identifier_type, dhcp4_subnet_id),
    UNIQUE KEY hosts_by_identifier6 (dhcp_identifier, dhcp_identifier_type, dhcp6_subnet_id),
    -- Several hosts may share an address ("ip-reservations-unique": false).
    KEY hosts_by_address4 (dhcp4_subnet_id, ipv4_address),
    -- Not a foreign key: its index would tempt the optimizer.
    CONSTRAINT hosts_identifier_types CHECK (dhcp_identifier_type <= 4)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE ipv6_reservations (
    reservation_id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    address        BINARY(16) NOT NULL,
    prefix_len     TINYINT UNSIGNED NOT NULL DEFAULT 128,
    type           TINYINT UNSIGNED NOT NULL DEFAULT 0,
    dhcp6_iaid     INT UNSIGNED,
    host_id        INT UNSIGNED NOT NULL,
    KEY ipv6_reservations_by_address (address, prefix_len),
    KEY ipv6_reservations_by_host (host_id),
    CONSTRAINT ipv6_reservations_type FOREIGN KEY (type) REFERENCES lease6_types (lease_type),
    CONSTRAINT ipv6_reservations_host FOREIGN KEY (host_id) REFERENCES hosts (host_id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Options of hosts (scope 3): "value" as it goes on the wire, or "formatted_value" as the file has it.
CREATE TABLE dhcp4_options (
    option_id           BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    code                TINYINT UNSIGNED NOT NULL,
    value               LONGBLOB,
    formatted_value     TEXT,
    space               VARCHAR(128),
    persistent          BOOLEAN NOT NULL DEFAULT FALSE,
    dhcp_client_class   VARCHAR(128),
    dhcp4_subnet_id     INT UNSIGNED,
    host_id             INT UNSIGNED,
    scope_id            TINYINT UNSIGNED NOT NULL DEFAULT 3,
    user_context        LONGTEXT,
    shared_network_name VARCHAR(128),
    pool_id             BIGINT UNSIGNED,
    modification_ts     DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    cancelled           BOOLEAN NOT NULL DEFAULT FALSE,
    KEY dhcp4_options_by_host (host_id),
    CONSTRAINT dhcp4_options_scope FOREIGN KEY (scope_id) REFERENCES dhcp_option_scope (scope_id),
    CONSTRAINT dhcp4_options_host FOREIGN KEY (host_id) REFERENCES hosts (host_id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE dhcp6_options (
    option_id           BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    code                SMALLINT UNSIGNED NOT NULL,
    value               LONGBLOB,
    formatted_value     TEXT,
    space               VARCHAR(128),
    persistent          BOOLEAN NOT NULL DEFAULT FALSE,
    dhcp_client_class   VARCHAR(128),
    dhcp6_subnet_id     INT UNSIGNED,
    host_id             INT UNSIGNED,
    scope_id            TINYINT UNSIGNED NOT NULL DEFAULT 3,
    user_context        LONGTEXT,
    shared_network_name VARCHAR(128),
    pool_id             BIGINT UNSIGNED,
    pd_pool_id          BIGINT UNSIGNED,
    modification_ts     DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    cancelled           BOOLEAN NOT NULL DEFAULT FALSE,
    KEY dhcp6_options_by_host (host_id),
    CONSTRAINT dhcp6_options_scope FOREIGN KEY (scope_id) REFERENCES dhcp_option_scope (scope_id),
    CONSTRAINT dhcp6_options_host FOREIGN KEY (host_id) REFERENCES hosts (host_id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- For a person with a SQL prompt.
CREATE SQL SECURITY INVOKER VIEW reservations4 AS
    SELECT h.host_id, t.name AS identified_by, LOWER(HEX(h.dhcp_identifier)) AS identifier,
           h.dhcp4_subnet_id AS subnet_id, INET_NTOA(h.ipv4_address) AS address, h.hostname,
           h.dhcp4_client_classes AS client_classes,
           (SELECT COUNT(*) FROM dhcp4_options o WHERE o.host_id = h.host_id) AS options
    FROM hosts h JOIN host_identifier_type t ON t.type = h.dhcp_identifier_type
    WHERE h.dhcp4_subnet_id IS NOT NULL;

UPDATE schema_version SET version = 4, minor = 0;
